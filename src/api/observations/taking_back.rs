//! A vintage taken back.

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Body;
use crate::api::http::refused::{ProblemView, Refused};
use crate::office::types::Id;
use crate::office::{Actor, retirement};

/// 撤回一个版本
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// 理由，记入台账
    #[schema(example = "小数点录错")]
    reason: String,
}

/// 撤回的结果
#[derive(Debug, Serialize, ToSchema)]
pub struct WithdrawalView {
    /// 编号
    id: Uuid,
    /// 第几个版本
    vintage: i32,
    /// 自此日起撤回；此前的研判和看板不变
    withdrawn_on: NaiveDate,
    /// 理由
    reason: String,
}

/// 撤回观测值的一个版本
///
/// 自当日起不再有效，其前的版本重新有效（没有则视为未报）；版本本身保留可查。所涉指标随即重新研判。
#[utoipa::path(tag = "观测值", params(("id" = Uuid, Path, description = "编号")), request_body = Withdraw,
    responses((status = 200, body = WithdrawalView), (status = "4XX", body = ProblemView)))]
#[post("/observations/{id}/withdrawal")]
pub(super) async fn withdraw_observation(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<Withdraw>,
) -> Result<HttpResponse, Refused> {
    let withdrawn_on = state.office.clock.today();
    let row = retirement::withdraw_observation(&state.office, &actor, Id::of(*id), &body.reason).await?;
    let (id, vintage, reason) = (row.id.0, row.vintage, body.reason.trim().to_owned());
    Ok(HttpResponse::Ok().json(WithdrawalView { id, vintage, withdrawn_on, reason }))
}
