//! Units and contacts as workbooks that come back by `POST /imports`.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::State;
use crate::api::http::extract::Params;
use crate::api::http::lookup::{self, At};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::office::workbooks::{self, XLSX};

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config.service(download_units).service(download_contacts);
}

/// 责任单位名册的条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitRosterParams {
    /// 行政区：id、代码或名称；不写为全部
    region: Option<String>,
}

/// 联络员名册的条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ContactRosterParams {
    /// 责任单位：id、信用代码或名称；不写为全部
    unit: Option<String>,
}

/// 下载责任单位名册（Excel工作簿）
///
/// 修改或添行后可由POST /imports收回：按行政区和名称认出已有的，只改写填有内容的格，别名只增不减。
#[utoipa::path(tag = "责任单位", params(UnitRosterParams), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = "4XX", body = ProblemView)))]
#[get("/units.xlsx")]
async fn download_units(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<UnitRosterParams>,
) -> Result<HttpResponse, Refused> {
    let region = lookup::maybe_region(&state, At::Query("region"), params.region.as_deref()).await?;
    let bytes = workbooks::unit_roster(&state.office, region.map(|row| row.id)).await?;
    Ok(respond::file(&request, XLSX, Some("责任单位名册.xlsx"), bytes))
}

/// 下载联络员名册（Excel工作簿）
///
/// 修改或添行后可由POST /imports收回：按单位、邮箱和角色认出已有的，只改写填有内容的格。
#[utoipa::path(tag = "联络员", params(ContactRosterParams), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = "4XX", body = ProblemView)))]
#[get("/contacts.xlsx")]
async fn download_contacts(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<ContactRosterParams>,
) -> Result<HttpResponse, Refused> {
    let unit = lookup::maybe_unit(&state, At::Query("unit"), params.unit.as_deref()).await?;
    let bytes = workbooks::contact_roster(&state.office, unit.map(|row| row.id)).await?;
    Ok(respond::file(&request, XLSX, Some("联络员名册.xlsx"), bytes))
}
