//! What a leader's telephone shows first (总览): counts, the ten that need a person most, answers that are overdue; never more than
//! ten kilobytes.

use std::collections::{BTreeMap, HashMap};

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Params;
use crate::api::http::lookup;
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Amount, Word};
use crate::api::indicators::Named;
use crate::domain::{Grade, LetterState, TextEnum as _};
use crate::office::assessed;
use crate::office::rows::{
    BoardFilter, BoardRow, GradeCount, OverdueLetterRow, StandingLetterRow, grade_rank, letter_number,
};
use crate::office::types::{CampaignId, IndicatorId};

type GradeWord = Word<Grade>;
type LetterStateWord = Word<LetterState>;

/// Adds the route.
pub fn routes(config: &mut impl Routes) {
    config.service(show_overview);
}

/// Indicators that are shown one by one.
const WORST: usize = 10;
/// Of how many of the worst grades they are chosen.
const CANDIDATES: i64 = 200;
/// Campaigns that are shown one by one.
const GROUPS: usize = 12;
/// Letters that are shown one by one.
const OVERDUE: i64 = 5;
/// Grades that need a person.
const TROUBLE: [Grade; 5] =
    [Grade::Missed, Grade::Critical, Grade::Behind, Grade::OverdueReport, Grade::Watch];

/// 总览
#[derive(Debug, Serialize, ToSchema)]
pub struct OverviewView {
    /// 截至日期
    as_of: NaiveDate,
    /// 攻坚行动（含各级下属）；为null表示全部
    campaign: Option<Named>,
    /// 指标数
    total: i64,
    /// 各等级的指标数，最需要处理的在前；没有的等级不列
    grades: Vec<GradeCountView>,
    /// 各攻坚行动；超过12个的，其余合并为一项
    groups: Vec<GroupView>,
    /// 最需要过问的指标，至多10个
    worst: Vec<WorstView>,
    /// 函的情况
    letters: LetterStandingView,
}

/// 一个等级的指标数
#[derive(Debug, Serialize, ToSchema)]
pub struct GradeCountView {
    /// 等级
    grade: GradeWord,
    /// 中文
    label: &'static str,
    /// 指标数
    count: i64,
}

/// 一个攻坚行动的指标数
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupView {
    /// 攻坚行动编号；为null表示其余各项合计
    campaign_id: Option<Uuid>,
    /// 名称
    name: String,
    /// 指标数
    total: i64,
    /// 各等级的指标数，键为等级
    grades: BTreeMap<&'static str, i64>,
}

/// 一个最需要过问的指标
#[derive(Debug, Serialize, ToSchema)]
pub struct WorstView {
    /// 指标编号
    indicator_id: Uuid,
    /// 指标名称
    indicator: String,
    /// 行政区名称
    region: String,
    /// 等级
    grade: GradeWord,
    /// 等级，连同预测
    grade_and_forecast: String,
    /// 实际值
    actual: Option<Amount>,
    /// 应达值
    expected: Option<Amount>,
    /// 实际值和应达值的单位
    unit: Option<String>,
    /// 差距，正为好
    gap: Option<Amount>,
    /// 差距（百分点），正为好
    gap_points: Option<Amount>,
    /// 完不成目标的可能性，0到1
    p_miss: Option<Amount>,
    /// 在同级行政区中的位次
    rank: Option<RankInView>,
    /// 牵头单位
    lead_unit: Option<String>,
    /// 最近一封预警函
    letter: Option<WorstLetterView>,
}

/// 位次
#[derive(Debug, Serialize, ToSchema)]
pub struct RankInView {
    /// 第几位
    position: usize,
    /// 共几个；公布的位次没有说明的为null
    of: Option<usize>,
}

/// 函到了哪一步
#[derive(Debug, Serialize, ToSchema)]
pub struct WorstLetterView {
    /// 编号
    id: Uuid,
    /// 发文字号；函稿为null
    number: Option<String>,
    /// 状态
    state: LetterStateWord,
    /// 反馈期限
    reply_by: Option<NaiveDate>,
    /// 是否逾期未反馈
    overdue: bool,
}

/// 函的情况
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterStandingView {
    /// 待签发的函稿
    drafts: i64,
    /// 已发未签收
    unreceived: i64,
    /// 已签收待反馈，含被退回的
    awaiting_reply: i64,
    /// 待审核的反馈
    to_review: i64,
    /// 逾期未反馈
    overdue: i64,
    /// 逾期最久的，至多5封
    longest_overdue: Vec<OverdueView>,
}

/// 一封逾期未反馈的函
#[derive(Debug, Serialize, ToSchema)]
pub struct OverdueView {
    /// 编号
    letter_id: Uuid,
    /// 发文字号
    number: Option<String>,
    /// 主送单位
    unit: String,
    /// 反馈期限
    reply_by: Option<NaiveDate>,
    /// 逾期天数
    days: i64,
}

/// 总览的条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OverviewParams {
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    campaign: Option<String>,
}

/// 总览：各等级多少、哪些最需要过问、函到了哪一步
///
/// 供手机首页和领导一览，不超过10 KB。详情见`/assessments`、`/letters`和`/ledger`。
#[utoipa::path(tag = "研判", params(OverviewParams), responses(
    (status = 200, body = OverviewView), (status = "4XX", body = ProblemView)))]
#[get("/overview")]
async fn show_overview(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<OverviewParams>,
) -> Result<HttpResponse, Refused> {
    let today = state.office.clock.today();
    let family = lookup::maybe_campaign_family(&state, params.campaign.as_deref()).await?;
    let campaigns = family.as_deref();
    let read = &state.office.read;
    let counts = read.count_campaign_grades(campaigns, today).await?;
    let groups = groups(&state, &counts).await?;
    let campaign = match campaigns.and_then(|all| all.first()) {
        Some(first) => read.find_campaign(*first).await?.map(|row| Named { id: row.id.0, name: row.name }),
        None => None,
    };
    let view = OverviewView {
        as_of: today,
        campaign,
        total: counts.iter().map(|one| one.count).sum(),
        grades: grades(&counts),
        groups,
        worst: worst(&state, family.clone(), today).await?,
        letters: letters(&state, campaigns, today).await?,
    };
    respond::ok(&request, &view)
}

fn grades(counts: &[GradeCount]) -> Vec<GradeCountView> {
    let mut all: Vec<Grade> = Grade::ALL.to_vec();
    all.sort_by_key(|grade| grade_rank(*grade));
    let view = |grade: Grade| {
        let count = counts.iter().filter(|one| one.grade == grade).map(|one| one.count).sum();
        (count > 0).then(|| GradeCountView { grade: Word(grade), label: grade.chinese(), count })
    };
    all.into_iter().filter_map(view).collect()
}

/// Campaigns in order of their name; those with most indicators in trouble are shown one by one.
async fn groups(state: &State, counts: &[GradeCount]) -> Result<Vec<GroupView>, Refused> {
    let mut by_campaign: BTreeMap<CampaignId, Vec<&GradeCount>> = BTreeMap::new();
    for one in counts {
        by_campaign.entry(one.campaign).or_default().push(one);
    }
    let ids: Vec<CampaignId> = by_campaign.keys().copied().collect();
    let rows = state.office.read.list_campaigns_of(&ids).await?;
    let ordinals: HashMap<CampaignId, (i32, String)> =
        rows.into_iter().map(|row| (row.id, (row.ordinal, row.name))).collect();
    let group = |id: Option<CampaignId>, name: String, counts: &[&GradeCount]| {
        let mut grades: BTreeMap<&'static str, i64> = BTreeMap::new();
        for one in counts {
            *grades.entry(one.grade.as_str()).or_default() += one.count;
        }
        let total = counts.iter().map(|one| one.count).sum();
        GroupView { campaign_id: id.map(|id| id.0), name, total, grades }
    };
    let in_trouble = |counts: &[&GradeCount]| -> i64 {
        counts.iter().filter(|one| TROUBLE.contains(&one.grade)).map(|one| one.count).sum()
    };
    let mut listed: Vec<(CampaignId, Vec<&GradeCount>)> = by_campaign.into_iter().collect();
    listed.sort_by_key(|(id, counts)| (std::cmp::Reverse(in_trouble(counts)), *id));
    let rest: Vec<&GradeCount> =
        listed.split_off(listed.len().min(GROUPS)).into_iter().flat_map(|(_, rest)| rest).collect();
    listed.sort_by_key(|(id, _)| (ordinals.get(id).map(|(ordinal, _)| *ordinal), *id));
    let name = |id: &CampaignId| ordinals.get(id).map(|(_, name)| name.clone()).unwrap_or_default();
    let mut groups: Vec<GroupView> =
        listed.iter().map(|(id, counts)| group(Some(*id), name(id), counts)).collect();
    if !rest.is_empty() {
        groups.push(group(None, "其余".to_owned(), &rest));
    }
    Ok(groups)
}

/// The worst grades first, among them what will most likely be missed, then what lies furthest behind.
async fn worst(
    state: &State,
    campaigns: Option<Vec<CampaignId>>,
    today: NaiveDate,
) -> Result<Vec<WorstView>, Refused> {
    let filter = BoardFilter {
        campaigns,
        alive_on: Some(today),
        grades: Some(TROUBLE.to_vec()),
        ..BoardFilter::default()
    };
    let mut rows = state.office.read.list_board(&filter, CANDIDATES, None).await?;
    rows.sort_by_key(|row| {
        let figures = row.assessment.as_ref().map(|assessment| &assessment.figures);
        let p_miss = figures.and_then(|figures| figures.p_miss).map(|number| number.0);
        let points = figures.and_then(|figures| figures.gap_points).map(|number| number.0);
        (row.current.grade_rank, std::cmp::Reverse(p_miss), points, row.id)
    });
    rows.truncate(WORST);
    let ids: Vec<IndicatorId> = rows.iter().map(|row| row.id).collect();
    let office = &state.office;
    let mut ranks = assessed::ranks(office, &ids, today).await?;
    let letters = office.read.list_standing_letters(&ids).await?;
    let mut letters: HashMap<IndicatorId, StandingLetterRow> =
        letters.into_iter().map(|row| (row.indicator_id, row)).collect();
    let view = |row: BoardRow| {
        let letter = letters.remove(&row.id).map(|letter| standing(letter, today)).transpose()?;
        let rank = ranks.remove(&row.id).map(|rank| RankInView { position: rank.position, of: rank.of });
        Ok(shown(row, rank, letter))
    };
    rows.into_iter().map(view).collect()
}

fn shown(row: BoardRow, rank: Option<RankInView>, letter: Option<WorstLetterView>) -> WorstView {
    let figures = row.assessment.as_ref().map(|assessment| &assessment.figures);
    let amount = |number: Option<crate::office::types::Number>| number.map(|number| Amount(number.0));
    let p_miss = figures.and_then(|figures| figures.p_miss);
    WorstView {
        indicator_id: row.id.0,
        indicator: row.measure.1,
        region: row.region.1,
        grade: Word(row.current.grade.0),
        grade_and_forecast: row.current.grade.0.beside_forecast(p_miss.map(|number| number.0)),
        actual: amount(figures.and_then(|figures| figures.actual)),
        expected: amount(figures.and_then(|figures| figures.expected)),
        unit: figures.and_then(|figures| figures.actual_unit.clone()),
        gap: amount(figures.and_then(|figures| figures.gap)),
        gap_points: amount(figures.and_then(|figures| figures.gap_points)),
        p_miss: amount(p_miss),
        rank,
        lead_unit: row.lead_unit.1,
        letter,
    }
}

fn standing(row: StandingLetterRow, today: NaiveDate) -> Result<WorstLetterView, Refused> {
    let state = row.state.0;
    Ok(WorstLetterView {
        id: row.letter_id.0,
        number: letter_number(&row.number)?.map(|number| number.to_string()),
        state: Word(state),
        reply_by: row.reply_by,
        overdue: state.awaits_answer() && row.reply_by.is_some_and(|by| by < today),
    })
}

async fn letters(
    state: &State,
    campaigns: Option<&[CampaignId]>,
    today: NaiveDate,
) -> Result<LetterStandingView, Refused> {
    let trial = state.office.is_pilot();
    let read = &state.office.read;
    let mut counts: HashMap<LetterState, i64> = HashMap::new();
    for (state, count) in read.count_letter_states(campaigns, trial).await? {
        *counts.entry(state.0).or_default() += count;
    }
    let count = |state: LetterState| counts.get(&state).copied().unwrap_or_default();
    let (rows, overdue) = read.list_overdue_letters(campaigns, today, OVERDUE, trial).await?;
    let view = |row: OverdueLetterRow| {
        Ok(OverdueView {
            letter_id: row.letter_id.0,
            number: letter_number(&row.number)?.map(|number| number.to_string()),
            unit: row.unit,
            days: row.reply_by.map_or(0, |by| (today - by).num_days()),
            reply_by: row.reply_by,
        })
    };
    Ok(LetterStandingView {
        drafts: count(LetterState::Draft),
        unreceived: count(LetterState::Issued),
        awaiting_reply: count(LetterState::Received) + count(LetterState::Returned),
        to_review: count(LetterState::Replied),
        overdue,
        longest_overdue: rows.into_iter().map(view).collect::<Result<_, Refused>>()?,
    })
}
