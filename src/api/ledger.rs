//! 问题台账: the problems open at the end of a day, with age, source, deadline and how often they were written about.

use std::collections::{BTreeMap, HashMap};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::csv_table::quoted;
use crate::api::http::extract::Params;
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{LIMIT_MAX, List, PageParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::Word;
use crate::api::letters::withdrawal::TakenBackView;
use crate::clock::end_of;
use crate::domain::reply::ReplyStage;
use crate::domain::{Handling, LetterKind, LetterNumber, LetterState, Level, WorkCalendar};
use crate::office::rows::{LedgerFilter, LedgerLetterRow, LedgerRow, LetterName, Page, WithdrawalRow};
use crate::office::types::{Id, LetterId};

type HandlingWord = Word<Handling>;
type LetterStateWord = Word<LetterState>;
type LevelWord = Word<Level>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(count_ledger).service(download_ledger).service(list_ledger);
}

/// 台账中的一个问题
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerItemView {
    /// 预警事项编号
    episode_id: Uuid,
    /// 指标编号
    indicator_id: Uuid,
    /// 指标名称
    indicator: String,
    /// 行政区
    region: String,
    /// 攻坚行动
    campaign: String,
    /// 责任单位编号
    unit_id: Option<Uuid>,
    /// 责任单位
    unit: Option<String>,
    /// 预警等级（进度等级）：由数据决定；过去日期为当时最近一封预警函的等级，当时尚未发函的为现等级
    level: LevelWord,
    /// 办理层级：remind（催办）、raise（提级）或summon（约谈）；为null表示当时尚未催办
    handling: Option<HandlingWord>,
    /// 出现日期
    opened_on: NaiveDate,
    /// 已持续天数
    age_days: i64,
    /// 已持续工作日数；所涉年份的工作日历尚未公布时为null
    age_working_days: Option<i64>,
    /// 来源：当时最新数据的出处
    source: Option<String>,
    /// 函的次数
    letters: usize,
    /// 最近一封函的编号
    letter_id: Option<Uuid>,
    /// 最近一封函的文号
    letter_number: Option<String>,
    /// 最近一封函当时的状态
    letter_state: Option<LetterStateWord>,
    /// 最近一封函当时的反馈期限；反馈被退回的为重新反馈的期限
    reply_by: Option<NaiveDate>,
    /// 是否逾期未反馈
    overdue: bool,
    /// 当时已撤销的函；不计入函的次数
    withdrawn: Vec<TakenBackView>,
    /// 当时等待签发的函稿；没有则为null
    draft_id: Option<Uuid>,
    /// 当时已决定不签发的函稿
    held_back: Vec<HeldBackView>,
    /// 尚未发函的缘由，只印在表中
    #[serde(skip)]
    unsent: &'static str,
}

/// 决定不签发的函稿
#[derive(Debug, Serialize, ToSchema)]
struct HeldBackView {
    /// 函稿编号
    letter_id: Uuid,
    /// 谁决定不签发
    decided_by: String,
    /// 何时
    decided_at: DateTime<Utc>,
    /// 原因
    note: Option<String>,
}

impl LedgerItemView {
    fn of(
        row: LedgerRow,
        (courses, withdrawals): (&HashMap<LetterId, ReplyStage>, &Withdrawals),
        calendar: &WorkCalendar,
        (as_of, today): (NaiveDate, NaiveDate),
    ) -> Self {
        let end = end_of(as_of);
        let (draft, unsent) = (row.draft_before(end), row.unsent_said(end));
        let held_back = row.held_back_before(end).map(|(draft, by, at)| HeldBackView {
            letter_id: draft.id.0,
            decided_by: by.to_owned(),
            decided_at: at.and_utc(),
            note: draft.note.clone(),
        });
        let held_back = held_back.collect();
        let LedgerRow { episode, letters, .. } = row;
        let taken_back =
            |letter: &LedgerLetterRow| withdrawals.get(&letter.id).filter(|(row, _)| row.created_at < end);
        let withdrawn = letters.iter().filter_map(|letter| {
            let (row, by) = taken_back(letter)?;
            Some(TakenBackView::new(number(letter), row, by))
        });
        let withdrawn = withdrawn.collect();
        let standing =
            |letter: &&LedgerLetterRow| letter.kind != LetterKind::Withdrawal && taken_back(letter).is_none();
        let letters: Vec<&LedgerLetterRow> = letters.iter().filter(standing).collect();
        // A reminder asks for nothing of its own: how it stands is how the letter stands that it reminds of.
        let last = letters.iter().rev().find(|letter| letter.kind.asks()).or(letters.last());
        let none = ReplyStage::default();
        let course = |letter: &LedgerLetterRow| courses.get(&letter.id).unwrap_or(&none);
        let standing = last.map(|letter| course(letter).state_before(end));
        // Its level is known for now; for days gone by there is what the letters said.
        let told = letters.iter().rev().find_map(|letter| letter.level).filter(|_| as_of < today);
        // What has climbed since the last ordinary warning; a reminder says no level, a step does.
        let ordinary = letters.iter().rposition(|letter| letter.ladder_step.is_none()).unwrap_or(0);
        let steps = letters.iter().skip(ordinary).filter_map(|letter| letter.ladder_step);
        let handling = steps.filter_map(Handling::of_step).max();
        let reply_by = last.and_then(|letter| course(letter).deadline_before(end, letter.reply_by));
        let waits = standing.is_some_and(LetterState::awaits_answer);
        Self {
            episode_id: episode.id.0,
            indicator_id: episode.indicator_id.0,
            indicator: row.indicator,
            region: row.region,
            campaign: row.campaign,
            unit_id: episode.unit_id.map(|id| id.0),
            unit: row.unit,
            level: Word(told.unwrap_or(episode.level.0)),
            handling: handling.map(Word),
            opened_on: episode.opened_on,
            age_days: (as_of - episode.opened_on).num_days(),
            age_working_days: calendar.working_days_between(episode.opened_on, as_of).ok(),
            source: row.source,
            letters: letters.len(),
            letter_id: last.map(|letter| letter.id.0),
            letter_number: last.and_then(|letter| number(letter)),
            letter_state: standing.map(Word),
            reply_by,
            overdue: waits && reply_by.is_some_and(|by| by < as_of),
            withdrawn,
            draft_id: draft.map(|id| id.0),
            held_back,
            unsent,
        }
    }
}

/// How letters were taken back, and the letters that say so.
type Withdrawals = HashMap<LetterId, (WithdrawalRow, LetterName)>;

fn number(letter: &LedgerLetterRow) -> Option<String> {
    let number = LetterNumber::new(&letter.mark, letter.year, letter.serial?.unsigned_abs()).ok()?;
    Some(number.to_string())
}

/// 台账的查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerParams {
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    campaign: Option<String>,
    /// 责任单位：id、信用代码或名称
    unit: Option<String>,
    /// 截至日期（当日24时），默认今天
    as_of: Option<NaiveDate>,
}

async fn filter(state: &State, params: &LedgerParams) -> Result<LedgerFilter, Refused> {
    let unit = lookup::maybe_unit(state, At::Query("unit"), params.unit.as_deref()).await?;
    Ok(LedgerFilter {
        campaigns: lookup::maybe_campaign_family(state, params.campaign.as_deref()).await?,
        unit_id: unit.map(|row| row.id),
        as_of: params.as_of.unwrap_or_else(|| state.office.clock.today()),
        trial: state.office.is_pilot(),
    })
}

async fn load(state: &State, filter: &LedgerFilter, page: Page) -> Result<PageView<LedgerItemView>, Refused> {
    let rows = state.office.read.list_ledger(filter, page).await?;
    let ids: Vec<LetterId> = rows.iter().flat_map(|row| &row.letters).map(|letter| letter.id).collect();
    let withdrawals = state.office.read.list_withdrawals(&ids).await?;
    let courses = state.office.read.list_courses(&ids).await?;
    let days = (filter.as_of, state.office.clock.today());
    let view = |row| LedgerItemView::of(row, (&courses, &withdrawals), &state.office.calendar, days);
    Ok(PageView::new(rows, page, |row| row.episode.id.0, view))
}

/// The whole ledger, page by page.
async fn load_all(state: &State, filter: &LedgerFilter) -> Result<Vec<LedgerItemView>, Refused> {
    let mut items: Vec<LedgerItemView> = Vec::new();
    loop {
        let after = items.last().map(|item| item.episode_id);
        let page = load(state, filter, Page { limit: LIMIT_MAX, after: after.map(Id::of) }).await?;
        items.extend(page.items);
        if page.next_cursor.is_none() {
            return Ok(items);
        }
    }
}

/// 列出问题台账：截至某日未解除的预警事项
#[utoipa::path(tag = "问题台账", params(PageParams, LedgerParams), responses(
    (status = 200, body = PageView<LedgerItemView>), (status = "4XX", body = ProblemView)))]
#[get("/ledger")]
async fn list_ledger(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<LedgerParams>,
) -> Result<HttpResponse, Refused> {
    let page = load(&state, &filter(&state, &list.filter).await?, list.page).await?;
    respond::list(&request, &page, list.fields.as_deref())
}

/// 台账统计：截至某日
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerCountsView {
    /// 截至日期（当日24时）
    as_of: NaiveDate,
    /// 合计
    total: LevelCounts,
    /// 各责任单位
    items: Vec<UnitProblemsView>,
}

/// 一个单位的问题数
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitProblemsView {
    /// 单位编号；为null表示尚无责任单位
    unit_id: Option<Uuid>,
    /// 单位名称
    unit: Option<String>,
    /// 数量
    #[serde(flatten)]
    counts: LevelCounts,
}

/// 各等级的问题数
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct LevelCounts {
    /// 黄色
    yellow: usize,
    /// 橙色
    orange: usize,
    /// 红色
    red: usize,
    /// 其中已催办
    remind: usize,
    /// 其中已提级
    raise: usize,
    /// 其中已约谈
    summon: usize,
    /// 合计
    problems: usize,
    /// 其中逾期未反馈
    overdue: usize,
}

impl LevelCounts {
    fn add(&mut self, item: &LedgerItemView) {
        match item.level.0 {
            Level::Yellow => self.yellow += 1,
            Level::Orange => self.orange += 1,
            Level::Red => self.red += 1,
        }
        match item.handling.map(|word| word.0) {
            Some(Handling::Remind) => self.remind += 1,
            Some(Handling::Raise) => self.raise += 1,
            Some(Handling::Summon) => self.summon += 1,
            None => {}
        }
        self.problems += 1;
        self.overdue += usize::from(item.overdue);
    }
}

/// 台账统计：各责任单位、各等级的问题数
#[utoipa::path(tag = "问题台账", params(LedgerParams), responses(
    (status = 200, body = LedgerCountsView), (status = "4XX", body = ProblemView)))]
#[get("/ledger/counts")]
async fn count_ledger(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<LedgerParams>,
) -> Result<HttpResponse, Refused> {
    let filter = filter(&state, &params).await?;
    let mut by_unit: BTreeMap<(Option<String>, Option<Uuid>), LevelCounts> = BTreeMap::new();
    let mut total = LevelCounts::default();
    for item in load_all(&state, &filter).await? {
        by_unit.entry((item.unit.clone(), item.unit_id)).or_default().add(&item);
        total.add(&item);
    }
    let item = |((unit, unit_id), counts)| UnitProblemsView { unit_id, unit, counts };
    let items = by_unit.into_iter().map(item).collect();
    respond::ok(&request, &LedgerCountsView { as_of: filter.as_of, total, items })
}

/// 下载问题台账（CSV，可用Excel打开）
#[utoipa::path(tag = "问题台账", params(LedgerParams), responses(
    (status = 200, content_type = "text/csv", body = String), (status = "4XX", body = ProblemView)))]
#[get("/ledger.csv")]
async fn download_ledger(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<LedgerParams>,
) -> Result<HttpResponse, Refused> {
    let filter = filter(&state, &params).await?;
    let items = load_all(&state, &filter).await?;
    let name = format!("问题台账{}.csv", filter.as_of);
    let mut answer =
        respond::file(&request, "text/csv; charset=utf-8", Some(&name), csv(&items).into_bytes());
    answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("private, no-cache"));
    Ok(answer)
}

const COLUMNS: [&str; 18] = [
    "序号",
    "指标",
    "行政区",
    "攻坚行动",
    "责任单位",
    "预警等级",
    "办理层级",
    "出现日期",
    "已持续天数",
    "已持续工作日",
    "来源",
    "函件次数",
    "最近一函",
    "函件状态",
    "反馈期限",
    "是否逾期",
    "已撤销的函",
    "预警事项编号",
];

/// RFC 4180, after a byte order mark: without it Excel takes UTF-8 for something else.
fn csv(items: &[LedgerItemView]) -> String {
    let mut text = format!("\u{feff}{}\r\n", COLUMNS.join(","));
    let shown = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    for (ordinal, item) in (1..).zip(items) {
        let state = item.letter_state.map(|state| state.0.chinese()).unwrap_or(item.unsent);
        let cells = [
            ordinal.to_string(),
            item.indicator.clone(),
            item.region.clone(),
            item.campaign.clone(),
            item.unit.clone().unwrap_or_default(),
            item.level.0.label().to_owned(),
            item.handling.map(|word| word.0.label()).unwrap_or_default().to_owned(),
            item.opened_on.to_string(),
            item.age_days.to_string(),
            item.age_working_days.map(|days| days.to_string()).unwrap_or_else(|| "日历未公布".to_owned()),
            item.source.clone().unwrap_or_default(),
            item.letters.to_string(),
            item.letter_number.clone().unwrap_or_default(),
            state.to_owned(),
            shown(item.reply_by),
            if item.overdue { "是" } else { "否" }.to_owned(),
            item.withdrawn.iter().map(TakenBackView::said).collect::<Vec<_>>().join("；"),
            item.episode_id.to_string(),
        ];
        let line: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&line.join(","));
        text.push_str("\r\n");
    }
    text
}
