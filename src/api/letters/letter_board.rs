//! The board of letters (函件看板): by unit, how many were issued, delivered, received, answered, overdue.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Params;
use crate::api::http::lookup::{self, At};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::domain::Handling;
use crate::office::letter_tally::{self, TalliedLetter};
use crate::office::rows::LedgerFilter;

/// Adds the route.
pub fn routes(config: &mut impl Routes) {
    config.service(show_letter_board);
}

/// 函件看板：截至某日
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterBoardView {
    /// 截至日期（当日24时）
    as_of: NaiveDate,
    /// 合计
    total: LetterCounts,
    /// 各主送单位
    items: Vec<UnitLettersView>,
}

/// 一个单位的函
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitLettersView {
    /// 单位编号
    unit_id: Uuid,
    /// 单位名称
    unit: String,
    /// 数量
    #[serde(flatten)]
    counts: LetterCounts,
}

/// 函的数量
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct LetterCounts {
    /// 已签发
    issued: usize,
    /// 已送达（主送单位至少一个邮箱的邮件服务器已接收）
    delivered: usize,
    /// 已签收
    received: usize,
    /// 已反馈（未被退回）
    answered: usize,
    /// 逾期：过了反馈期限仍未反馈，或被退回后未重新反馈
    overdue: usize,
    /// 已销号
    closed: usize,
    /// 无需再反馈：所涉事项已由后函接续、已经解除或已经补报
    settled: usize,
    /// 已撤销
    withdrawn: usize,
    /// 其中催办的函
    remind: usize,
    /// 其中提级的函
    raise: usize,
    /// 其中约谈的函
    summon: usize,
}

impl LetterCounts {
    fn of(letter: &TalliedLetter) -> Self {
        let is = |handling: Handling| usize::from(letter.handling == Some(handling));
        Self {
            issued: 1,
            delivered: letter.delivered.into(),
            received: letter.received.into(),
            answered: letter.standing.is_answered().into(),
            overdue: letter.overdue.into(),
            closed: letter.closed.into(),
            settled: letter.settled.into(),
            withdrawn: letter.withdrawn.into(),
            remind: is(Handling::Remind),
            raise: is(Handling::Raise),
            summon: is(Handling::Summon),
        }
    }

    fn add(&mut self, other: Self) {
        self.issued += other.issued;
        self.delivered += other.delivered;
        self.received += other.received;
        self.answered += other.answered;
        self.overdue += other.overdue;
        self.closed += other.closed;
        self.settled += other.settled;
        self.withdrawn += other.withdrawn;
        self.remind += other.remind;
        self.raise += other.raise;
        self.summon += other.summon;
    }
}

/// 函件看板的查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LetterBoardParams {
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    campaign: Option<String>,
    /// 主送单位：id、信用代码或名称
    unit: Option<String>,
    /// 截至日期，默认今天
    as_of: Option<NaiveDate>,
}

/// 函件看板：各单位的签发、送达、签收、反馈和逾期数
#[utoipa::path(tag = "预警函", params(LetterBoardParams), responses(
    (status = 200, body = LetterBoardView), (status = "4XX", body = ProblemView)))]
#[get("/letters/board")]
async fn show_letter_board(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<LetterBoardParams>,
) -> Result<HttpResponse, Refused> {
    let as_of = params.as_of.unwrap_or_else(|| state.office.clock.today());
    let unit = lookup::maybe_unit(&state, At::Query("unit"), params.unit.as_deref()).await?;
    let filter = LedgerFilter {
        campaigns: lookup::maybe_campaign_family(&state, params.campaign.as_deref()).await?,
        unit_id: unit.map(|row| row.id),
        as_of,
        trial: state.office.is_pilot(),
    };
    let mut by_unit: BTreeMap<(String, Uuid), LetterCounts> = BTreeMap::new();
    let mut total = LetterCounts::default();
    for letter in letter_tally::tally(&state.office, &filter).await? {
        let one = LetterCounts::of(&letter);
        by_unit.entry((letter.unit, letter.unit_id.0)).or_default().add(one);
        total.add(one);
    }
    let item = |((unit, unit_id), counts)| UnitLettersView { unit_id, unit, counts };
    let view = LetterBoardView { as_of, total, items: by_unit.into_iter().map(item).collect() };
    respond::ok(&request, &view)
}
