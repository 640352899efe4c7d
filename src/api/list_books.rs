//! Lists as workbooks that a person sends on: observations, letters, the 问题台账.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::State;
use crate::api::http::access::Caller;
use crate::api::http::extract::Params;
use crate::api::http::lookup::{self, At};
use crate::api::http::refused::{Code, ProblemView, Refused, RequestPart};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::office::Refusal;
use crate::office::rows::{LedgerFilter, LetterFilter, ObservationFilter};
use crate::office::types::Id;
use crate::office::workbooks::{self, XLSX};

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config.service(download_observations).service(download_letters).service(download_ledger_book);
}

/// 数据清单的条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ObservationBookParams {
    /// 指标口径：id、名称或别名
    measure: Option<String>,
    /// 行政区：id、代码或名称
    region: Option<String>,
    /// 只要此日及以后结束的时期
    from: Option<NaiveDate>,
    /// 只要此日及以前结束的时期
    to: Option<NaiveDate>,
    /// true时连同历次修订；默认只列各事实最新的版本
    #[serde(default)]
    all_vintages: bool,
}

/// 函件清单的条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LetterBookParams {
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    campaign: Option<String>,
    /// 主送单位：id、信用代码或名称
    unit: Option<String>,
}

/// 问题台账工作簿的条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerBookParams {
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    campaign: Option<String>,
    /// 责任单位：id、信用代码或名称
    unit: Option<String>,
    /// 截至日期（当日24时），默认今天
    as_of: Option<NaiveDate>,
}

/// Too many for one workbook is asked for too widely.
fn of_query(field: &'static str) -> impl Fn(Refusal) -> Refused {
    move |refusal| {
        let refused = Refused::from(refusal);
        let code = if refused.code == Code::Invalid { Code::MalformedQuery } else { refused.code };
        Refused { code, ..refused }.in_part(RequestPart::Query, field)
    }
}

/// 下载数据清单（Excel工作簿）
///
/// 各条数据及其口径、单位、公布日期和出处，最多20000条。
#[utoipa::path(tag = "观测值", params(ObservationBookParams), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = "4XX", body = ProblemView)))]
#[get("/observations.xlsx")]
async fn download_observations(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    Params(params): Params<ObservationBookParams>,
) -> Result<HttpResponse, Refused> {
    let measure = lookup::maybe_measure(&state, At::Query("measure"), params.measure.as_deref()).await?;
    let region = lookup::maybe_region(&state, At::Query("region"), params.region.as_deref()).await?;
    let filter = ObservationFilter {
        measure_id: measure.map(|row| row.id.0).map(Id::of),
        region_id: region.map(|row| row.id.0).map(Id::of),
        from: params.from,
        to: params.to,
        as_of: caller.sees_until(None, state.office.clock.today()),
        latest: !params.all_vintages,
        withdrawn: params.all_vintages,
        ..ObservationFilter::default()
    };
    let bytes = workbooks::observation_list(&state.office, &filter).await.map_err(of_query("measure"))?;
    Ok(respond::file(&request, XLSX, Some("数据清单.xlsx"), bytes))
}

/// 下载函件清单（Excel工作簿）
///
/// 各函的文号、种类、收函单位、签发和反馈期限，以及签收、反馈、办结日期。
#[utoipa::path(tag = "预警函", params(LetterBookParams), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = "4XX", body = ProblemView)))]
#[get("/letters.xlsx")]
async fn download_letters(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    Params(params): Params<LetterBookParams>,
) -> Result<HttpResponse, Refused> {
    let campaigns = lookup::maybe_campaign_family(&state, params.campaign.as_deref()).await?;
    let unit = lookup::maybe_unit(&state, At::Query("unit"), params.unit.as_deref()).await?;
    let filter = LetterFilter {
        campaigns,
        unit_id: unit.map(|row| row.id.0).map(Id::of),
        numbered: caller.role.is_of_unit(),
        copied: caller.role.is_of_unit(),
        ..LetterFilter::default()
    };
    let bytes = workbooks::letter_list(&state.office, &filter).await.map_err(of_query("campaign"))?;
    Ok(respond::file(&request, XLSX, Some("函件清单.xlsx"), bytes))
}

/// 下载问题台账（Excel工作簿）
///
/// 截至某日未销号的问题：责任单位、来源、目标、实际、差距、等级、办理层级、反馈期限，以及单位反馈的整改措施，最重的在前。
#[utoipa::path(tag = "问题台账", params(LedgerBookParams), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = "4XX", body = ProblemView)))]
#[get("/ledger.xlsx")]
async fn download_ledger_book(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<LedgerBookParams>,
) -> Result<HttpResponse, Refused> {
    let unit = lookup::maybe_unit(&state, At::Query("unit"), params.unit.as_deref()).await?;
    let filter = LedgerFilter {
        campaigns: lookup::maybe_campaign_family(&state, params.campaign.as_deref()).await?,
        unit_id: unit.map(|row| row.id),
        as_of: params.as_of.unwrap_or_else(|| state.office.clock.today()),
        trial: state.office.is_pilot(),
    };
    let bytes = workbooks::ledger_list(&state.office, &filter).await.map_err(of_query("campaign"))?;
    let name = format!("问题台账{}.xlsx", filter.as_of);
    Ok(respond::file(&request, XLSX, Some(&name), bytes))
}
