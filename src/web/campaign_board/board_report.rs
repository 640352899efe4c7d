//! The monthly report of a campaign, for whoever looks at its board.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::asked;
use crate::api::State;
use crate::api::http::respond;
use crate::api::http::time_limits::at_length;
use crate::domain::Role;
use crate::letter::monthly::MonthlyReport;
use crate::office::monthly_report::{AskedReport, monthly_report};
use crate::office::warnings::DOCX;
use crate::web::page_frame::{self, Instead, either};
use crate::web::visitor::Visitor;

/// Adds its addresses.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/board/{campaign}/report.html").get(show).head(show))
        .service(web::resource("/board/{campaign}/report.docx").get(download).head(download));
}

async fn show(state: web::Data<State>, request: HttpRequest, campaign_id: web::Path<String>) -> HttpResponse {
    either(as_page(&state, &request, &campaign_id).await)
}

async fn as_page(state: &State, request: &HttpRequest, campaign_id: &str) -> Result<HttpResponse, Instead> {
    let (visitor, report) = report(state, request, campaign_id, "/campaigns/{id}/report.html").await?;
    let made = state.office.letters.templates.monthly_html(&report);
    let html =
        made.map_err(|error| page_frame::refused(Some(&visitor), crate::office::Refusal::from(error)))?;
    let mut answer = respond::file(request, "text/html; charset=utf-8", None, html.into_bytes());
    let policy = header::HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(unstored(answer))
}

async fn download(
    state: web::Data<State>,
    request: HttpRequest,
    campaign_id: web::Path<String>,
) -> HttpResponse {
    either(as_document(&state, &request, &campaign_id).await)
}

async fn as_document(
    state: &State,
    request: &HttpRequest,
    campaign_id: &str,
) -> Result<HttpResponse, Instead> {
    let (visitor, report) = report(state, request, campaign_id, "/campaigns/{id}/report.docx").await?;
    let made = state.office.letters.templates.monthly_docx(&report);
    let bytes =
        made.map_err(|error| page_frame::refused(Some(&visitor), crate::office::Refusal::from(error)))?;
    let name = format!("{}（{}）.docx", report.title, report.month_said);
    Ok(unstored(respond::file(request, DOCX, Some(&name), bytes)))
}

fn unstored(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    answer
}

async fn report(
    state: &State,
    request: &HttpRequest,
    campaign_id: &str,
    rule: &'static str,
) -> Result<(Visitor, MonthlyReport), Instead> {
    let visitor = Visitor::expect(state, request).await?;
    visitor.may(state, ("GET", rule), None).await?;
    let asked = asked(state, request, &visitor, campaign_id).await?;
    let as_of = asked.as_of.unwrap_or_else(|| state.office.clock.today());
    let with_replies = matches!(visitor.caller.role, Role::Administrator | Role::Coordinator);
    let turn =
        state.board_cache.past.turn().await.map_err(|told| page_frame::refused(Some(&visitor), told))?;
    let wanted =
        AskedReport { campaign: asked.campaign, family: asked.family, as_of, issue: None, with_replies };
    let report = at_length(monthly_report(&state.office, wanted)).await;
    drop(turn);
    let report = report.map_err(|refusal| page_frame::refused(Some(&visitor), refusal))?;
    Ok((visitor, report))
}
