//! 撤函 and 更正函: what takes an issued letter back, and what is said of it.

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::LetterView;
use crate::api::State;
use crate::api::http::extract::Body;
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::office::rows::{LetterName, LetterRow, WithdrawalRow};
use crate::office::types::Id;
use crate::office::{Actor, warnings};

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config.service(withdraw_letter).service(correct_letter);
}

/// 撤销或更正一封已签发的函
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawLetter {
    /// 签发人
    #[schema(example = "李四")]
    signer: String,
    /// 撤销的原因，印在撤函或更正函中“因”字之后，不超过200字
    #[schema(example = "所引数据口径有误，统计部门已核实更正")]
    reason: String,
}

/// 一封函如何被撤销
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterWithdrawalView {
    /// 撤销它的撤函或更正函
    letter_id: Uuid,
    /// 撤函或更正函的发文字号
    #[schema(example = "湘攻坚函〔2025〕5号")]
    letter_number: String,
    /// 原因
    #[schema(example = "所引数据口径有误，统计部门已核实更正")]
    reason: String,
    /// 撤销的时间
    withdrawn_at: DateTime<Utc>,
}

/// 被撤销的一封函
#[derive(Debug, Serialize, ToSchema)]
pub struct WithdrawnLetterView {
    /// 函的编号
    letter_id: Uuid,
    /// 发文字号
    #[schema(example = "湘攻坚函〔2025〕3号")]
    letter_number: String,
}

impl LetterWithdrawalView {
    /// As stored, with the letter that says so.
    pub(in crate::api) fn of(row: &WithdrawalRow, by: &LetterName) -> Self {
        Self {
            letter_id: by.id.0,
            letter_number: by.number(),
            reason: row.reason.clone(),
            withdrawn_at: row.created_at.and_utc(),
        }
    }
}

/// 一封已撤销的函，连同撤销的情况
#[derive(Debug, Serialize, ToSchema)]
pub struct TakenBackView {
    /// 被撤销的函的发文字号
    #[schema(example = "湘攻坚函〔2025〕3号")]
    letter_number: Option<String>,
    /// 撤销的情况
    withdrawal: LetterWithdrawalView,
}

impl TakenBackView {
    /// A letter by its number, and how it was taken back.
    pub(in crate::api) fn new(letter_number: Option<String>, row: &WithdrawalRow, by: &LetterName) -> Self {
        Self { letter_number, withdrawal: LetterWithdrawalView::of(row, by) }
    }

    /// In words, for a table.
    pub(in crate::api) fn said(&self) -> String {
        let LetterWithdrawalView { reason, letter_number: by, .. } = &self.withdrawal;
        format!("{}，因{reason}，由{by}撤销", self.letter_number.as_deref().unwrap_or("原函"))
    }
}

impl WithdrawnLetterView {
    /// A letter by its name.
    pub(super) fn of(name: &LetterName) -> Self {
        Self { letter_id: name.id.0, letter_number: name.number() }
    }
}

/// 撤销一封已签发的函：发出撤函，编号与其他函连续
///
/// 原函及其催办、提级函一并撤销：在线反馈链接停用，不再催办，尚未发出的邮件不再发出，由它拟成的函稿自动撤销。撤函发给原函发过的
/// 每个邮箱，写明原因；已经反馈的单位同时被告知。所涉指标视为已作决定：出现更新的数据或更重的等级时才再次预警。
#[utoipa::path(tag = "预警函", request_body = WithdrawLetter, params(("id" = Uuid, Path, description = "要撤销的函")),
    responses((status = 201, description = "发出的撤函", body = LetterView), (status = "4XX", body = ProblemView)))]
#[post("/letters/{id}/withdrawal")]
async fn withdraw_letter(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<WithdrawLetter>,
) -> Result<HttpResponse, Refused> {
    let said = (body.signer.as_str(), body.reason.as_str());
    told(&state, warnings::withdraw(&state.office, &actor, Id::of(*id), said).await?)
}

/// 更正一封已签发的预警函：按今日数据重新函告，原函同时撤销
///
/// 更正函是新的预警函，写明它所更正的函和原因，重新计算反馈期限；请先更正数据，再更正函。对催办、提级函，更正的是最初的预警函。
/// 所涉指标按今日数据已无需预警的，请改为撤销。
#[utoipa::path(tag = "预警函", request_body = WithdrawLetter, params(("id" = Uuid, Path, description = "要更正的预警函")),
    responses((status = 201, description = "发出的更正函", body = LetterView), (status = "4XX", body = ProblemView)))]
#[post("/letters/{id}/correction")]
async fn correct_letter(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<WithdrawLetter>,
) -> Result<HttpResponse, Refused> {
    let said = (body.signer.as_str(), body.reason.as_str());
    told(&state, warnings::correct(&state.office, &actor, Id::of(*id), said).await?)
}

fn told(state: &State, row: LetterRow) -> Result<HttpResponse, Refused> {
    let view = LetterView::of(row, state.office.clock.now())?;
    respond::created(&format!("/api/v1/letters/{}", view.id), &view)
}
