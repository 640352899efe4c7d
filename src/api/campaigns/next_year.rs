//! Next year's campaign out of this year's.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::CampaignView;
use crate::api::State;
use crate::api::http::extract::Body;
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::office::types::Id;
use crate::office::{Actor, plans};

/// Adds the route.
pub fn routes(config: &mut impl Routes) {
    config.service(next_year);
}

/// 结转到下一年
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NextYearBody {
    /// 名称；不填时沿用原名，其中的年份顺延
    name: Option<String>,
    /// 下一年方案的文号；可以以后再填
    doc_no: Option<String>,
}

/// 把攻坚行动结转到下一年
///
/// 连同子行动结转：专班、任务、责任单位、指标、序时曲线和规则包照旧，起止日期和目标期顺延，目标和基期值留空，待方案下达
/// 后填写。指标口径、别名、联系人和历年数据本来共用，不必结转。已停用的不结转。
#[utoipa::path(tag = "攻坚行动", params(("id" = Uuid, Path, description = "编号")), request_body = NextYearBody,
    responses((status = 201, body = CampaignView), (status = "4XX", body = ProblemView)))]
#[post("/campaigns/{id}/next-year")]
async fn next_year(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<NextYearBody>,
) -> Result<HttpResponse, Refused> {
    let new = plans::NextYear { name: body.name, doc_no: body.doc_no };
    let row = plans::next_year(&state.office, &actor, Id::of(*id), new).await?;
    respond::created(&format!("/api/v1/campaigns/{}", row.id.0), &super::view(&state, row).await?)
}
