//! The board as a workbook.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::State;
use crate::api::http::extract::Params;
use crate::api::http::lookup;
use crate::api::http::refused::{ProblemView, Refused, RequestPart};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::office::rows::BoardFilter;
use crate::office::workbooks::{self, XLSX};

/// Adds the route.
pub fn routes(config: &mut impl Routes) {
    config.service(download_board);
}

/// 进展总表的条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardBookParams {
    /// 攻坚行动：id、文号或名称；含其各级下属的行动；不写为全部
    campaign: Option<String>,
    /// 按此日及以前公布的数据重新研判；不填为现行结果
    as_of: Option<NaiveDate>,
}

/// 下载进展总表（Excel工作簿）
///
/// 每项指标一行，最需要处理的在前；等级有字有色，表头打印时每页重复。
#[utoipa::path(tag = "研判", params(BoardBookParams), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = "4XX", body = ProblemView)))]
#[get("/assessments.xlsx")]
async fn download_board(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<BoardBookParams>,
) -> Result<HttpResponse, Refused> {
    let campaigns = lookup::maybe_campaign_family(&state, params.campaign.as_deref()).await?;
    let day = params.as_of.unwrap_or_else(|| state.office.clock.today());
    let title = match campaigns.as_ref().and_then(|all| all.first()) {
        Some(first) => state.office.read.find_campaign(*first).await?.map(|row| row.name),
        None => None,
    };
    let title = title.unwrap_or_else(|| "各项指标".to_owned());
    let filter = BoardFilter { campaigns, alive_on: Some(day), ..BoardFilter::default() };
    let bytes = workbooks::board(&state.office, filter, (&title, params.as_of))
        .await
        .map_err(|refusal| Refused::from(refusal).in_part(RequestPart::Query, "campaign"))?;
    let name = format!("{title}进展总表{day}.xlsx");
    let mut answer = respond::file(&request, XLSX, Some(&name), bytes);
    answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("private, no-cache"));
    Ok(answer)
}
