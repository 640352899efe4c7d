//! 今日办理: what waits for a coordinator's hand, one list a verb, and the deeds that answer each.

mod desk_deeds;
mod desk_lists;
mod draft_page;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use minijinja::context;
use minijinja::value::Serde;

use super::page_frame::{self, Instead, either};
use super::visitor::Visitor;
use crate::api::State;

/// Adds the desk, the pages of its drafts, and its deeds.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/desk").get(show).head(show))
        .service(web::resource("/desk/sign").post(desk_deeds::sign).get(back))
        .service(web::resource("/desk/discard").post(desk_deeds::discard).get(back))
        .service(web::resource("/desk/review").post(desk_deeds::review).get(back))
        .service(web::resource("/desk/close").post(desk_deeds::close).get(back))
        .service(web::resource("/desk/retry").post(desk_deeds::retry).get(back))
        .service(web::resource("/desk/recipient").post(desk_deeds::add_recipient).get(back))
        .service(web::resource("/desk/tomorrow").get(draft_page::show_tomorrow))
        .service(web::resource("/desk/letters/{letter}").get(draft_page::show))
        .service(web::resource("/desk/letters/{letter}/text").get(draft_page::show_text))
        .service(web::resource("/desk/letters/{letter}/letter.docx").get(draft_page::download))
        .service(
            web::resource("/desk/letters/{letter}/replies/{reply}/{ordinal}").get(draft_page::download_file),
        );
}

/// Whoever may sign has a desk.
const RULE: (&str, &str) = ("POST", "/letters/issue");

/// Leads to the desk from an address that a form was sent to.
async fn back() -> HttpResponse {
    page_frame::lead_to("/desk")
}

async fn show(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    either(shown(&state, &request).await)
}

async fn shown(state: &State, request: &HttpRequest) -> Result<HttpResponse, Instead> {
    let visitor = Visitor::expect(state, request).await?;
    visitor.may(state, RULE, None).await?;
    let lists =
        desk_lists::read(state).await.map_err(|refused| page_frame::refused(Some(&visitor), refused))?;
    let content = context! { place => "/desk", token => visitor.token.as_str(), desk => Serde(&lists) };
    Ok(page_frame::page(StatusCode::OK, "desk.html", Some(&visitor), content))
}
