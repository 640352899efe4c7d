//! 作战图: how a campaign stands, for whoever has half a minute; and the same as workbook and JSON.

mod ask_about;
mod board_letters;
mod board_reading;
mod board_report;
mod board_sentence;
mod board_view;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{Datelike as _, NaiveDate};
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use uuid::Uuid;

use super::page_frame::{self, Instead, either, lead_to};
use super::said_dates::long;
use super::visitor::{Form, Visitor};
use crate::api::State;
use crate::api::http::refused::{Code, Refused};
use crate::api::http::respond;
use crate::api::http::time_limits::at_length;
use crate::domain::{Grade, TextEnum as _};
use crate::office::rows::{BoardFilter, CampaignFilter, CampaignRow, GradeCount, Page};
use crate::office::spoken_board::spoken_board;
use crate::office::types::{CampaignId, Id};
use crate::office::workbooks;

use board_view::BoardPage;
pub(super) use board_view::promised;

/// Adds the board's pages.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/board").get(list).head(list))
        .service(web::resource("/board/{campaign}").get(show).head(show))
        .service(web::resource("/board/{campaign}/board.xlsx").get(download).head(download))
        .service(web::resource("/board/{campaign}/board.json").get(data).head(data))
        .configure(board_report::routes);
}

/// What a page shows of all campaigns is what this route tells.
const RULE: (&str, &str) = ("GET", "/overview");

/// Campaigns on the list.
const CAMPAIGNS: i64 = 200;

#[derive(Serialize)]
struct CampaignView {
    address: String,
    name: String,
    total: i64,
    behind: i64,
    unknown: i64,
    unset: i64,
}

async fn list(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    either(listed(&state, &request).await)
}

/// All campaigns; where only one stands at the top, its board.
async fn listed(state: &State, request: &HttpRequest) -> Result<HttpResponse, Instead> {
    let visitor = Visitor::expect(state, request).await?;
    visitor.may(state, RULE, None).await?;
    let failed = |error: crate::office::StoreError| page_frame::refused(Some(&visitor), error);
    let read = &state.office.read;
    let page = Page { limit: CAMPAIGNS, after: None };
    let mut rows = read.list_campaigns(&CampaignFilter::default(), page).await.map_err(failed)?;
    rows.truncate(CAMPAIGNS as usize);
    let ids: Vec<CampaignId> = rows.iter().map(|row| row.id).collect();
    let top: Vec<&CampaignRow> =
        rows.iter().filter(|row| row.parent_id.is_none_or(|above| !ids.contains(&above))).collect();
    if let [only] = top.as_slice() {
        return Ok(lead_to(&format!("/board/{}", only.id.0)));
    }
    let counts = read.count_campaign_grades(None, state.office.clock.today()).await.map_err(failed)?;
    let views: Vec<CampaignView> = top.iter().map(|row| campaign(row, &rows, &counts)).collect();
    let content = context! { place => "/board", campaigns => Serde(&views) };
    Ok(page_frame::page(StatusCode::OK, "campaigns.html", Some(&visitor), content))
}

/// A campaign with all that stands below it.
fn campaign(row: &CampaignRow, rows: &[CampaignRow], counts: &[GradeCount]) -> CampaignView {
    let mut family = vec![row.id];
    while let Some(below) = rows
        .iter()
        .find(|one| !family.contains(&one.id) && one.parent_id.is_some_and(|above| family.contains(&above)))
    {
        family.push(below.id);
    }
    let count = |wanted: fn(Grade) -> bool| {
        let own = counts.iter().filter(|one| family.contains(&one.campaign) && wanted(one.grade));
        own.map(|one| one.count).sum()
    };
    CampaignView {
        address: format!("/board/{}", row.id.0),
        name: row.name.clone(),
        total: count(|_| true),
        behind: count(Grade::is_lagging),
        unknown: count(|grade| matches!(grade, Grade::NoData | Grade::OverdueReport)),
        unset: count(|grade| grade == Grade::NoTarget),
    }
}

/// What is asked for in the address.
struct Asked {
    campaign: CampaignRow,
    family: Vec<CampaignId>,
    as_of: Option<NaiveDate>,
    grade: Option<Grade>,
}

async fn asked(
    state: &State,
    request: &HttpRequest,
    visitor: &Visitor,
    campaign_id: &str,
) -> Result<Asked, Instead> {
    visitor.may(state, RULE, None).await?;
    let told = |refused: Refused| page_frame::refused(Some(visitor), refused);
    let unknown = || told(Refused::not_found("攻坚行动"));
    let id = Uuid::try_parse(campaign_id).map_err(|_| unknown())?;
    let found = state.office.read.find_campaign(Id::of(id)).await.map_err(|error| told(error.into()))?;
    let campaign = found.ok_or_else(unknown)?;
    let family = state.office.read.resolve_campaign_family(&id.to_string()).await;
    let query = Form::read(request.query_string().as_bytes());
    let given = |name: &str| query.as_ref().map(|query| query.get(name)).filter(|text| !text.is_empty());
    let today = state.office.clock.today();
    let day = |text: &str| {
        let day = text.parse::<NaiveDate>().ok().filter(|day| day.year() >= 2000 && *day <= today);
        day.ok_or_else(|| Refused::new(Code::MalformedQuery, "日期应不晚于今天，请重新选择。"))
    };
    Ok(Asked {
        campaign,
        family: family.map_err(|error| told(error.into()))?,
        as_of: given("as_of").map(day).transpose().map_err(told)?,
        grade: given("grade").and_then(Grade::parse),
    })
}

impl Asked {
    fn filter(&self, state: &State) -> BoardFilter {
        let day = self.as_of.unwrap_or_else(|| state.office.clock.today());
        BoardFilter { campaigns: Some(self.family.clone()), alive_on: Some(day), ..BoardFilter::default() }
    }
}

/// The board with all that stands beside it.
async fn board(state: &State, visitor: &Visitor, asked: &Asked) -> Result<BoardPage, Instead> {
    let told = |refused: Refused| page_frame::refused(Some(visitor), refused);
    // Few are judged at once, whoever asks.
    let turn = state.board_cache.past.turn().await.map_err(told)?;
    let found = at_length(spoken_board(&state.office, &asked.filter(state), asked.as_of)).await;
    let found = found.map_err(|refusal| told(refusal.into()))?;
    drop(turn);
    let beside = board_reading::beside(state, &found, (&asked.family, asked.as_of.is_some())).await;
    let beside = beside.map_err(|error| told(error.into()))?;
    Ok(BoardPage::of(state, visitor, asked, (found, beside)))
}

async fn show(state: web::Data<State>, request: HttpRequest, campaign_id: web::Path<String>) -> HttpResponse {
    either(shown(&state, &request, &campaign_id).await)
}

async fn shown(state: &State, request: &HttpRequest, campaign_id: &str) -> Result<HttpResponse, Instead> {
    let visitor = Visitor::expect(state, request).await?;
    let asked = asked(state, request, &visitor, campaign_id).await?;
    let view = board(state, &visitor, &asked).await?;
    let content = context! { place => "/board", board => Serde(&view) };
    Ok(page_frame::page(StatusCode::OK, "board.html", Some(&visitor), content))
}

async fn data(state: web::Data<State>, request: HttpRequest, campaign_id: web::Path<String>) -> HttpResponse {
    either(as_data(&state, &request, &campaign_id).await)
}

async fn as_data(state: &State, request: &HttpRequest, campaign_id: &str) -> Result<HttpResponse, Instead> {
    let visitor = Visitor::expect(state, request).await?;
    let asked = asked(state, request, &visitor, campaign_id).await?;
    let view = board(state, &visitor, &asked).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(view))
}

async fn download(
    state: web::Data<State>,
    request: HttpRequest,
    campaign_id: web::Path<String>,
) -> HttpResponse {
    either(as_workbook(&state, &request, &campaign_id).await)
}

async fn as_workbook(
    state: &State,
    request: &HttpRequest,
    campaign_id: &str,
) -> Result<HttpResponse, Instead> {
    let visitor = Visitor::expect(state, request).await?;
    visitor.may(state, ("GET", "/assessments.xlsx"), None).await?;
    let asked = asked(state, request, &visitor, campaign_id).await?;
    let title = asked.campaign.name.as_str();
    let made = workbooks::board(&state.office, asked.filter(state), (title, asked.as_of));
    let bytes = at_length(made).await.map_err(|refusal| page_frame::refused(Some(&visitor), refusal))?;
    let day = asked.as_of.unwrap_or_else(|| state.office.clock.today());
    let name = format!("{title}进展总表（{}）.xlsx", long(day));
    let mut answer = respond::file(request, workbooks::XLSX, Some(&name), bytes);
    answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(answer)
}
