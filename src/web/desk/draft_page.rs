//! One letter on the desk as it looks, with what has changed since it was drafted; and the letters of tomorrow, rehearsed.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Days;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;
use uuid::Uuid;

use super::desk_lists::{kind_of, level_class, number, seen};
use crate::api::State;
use crate::api::http::attachment::attachment;
use crate::api::http::refused::Refused;
use crate::api::http::respond;
use crate::api::http::time_limits::at_length;
use crate::domain::LetterState;
use crate::office::rows::LetterRow;
use crate::office::types::Id;
use crate::office::warnings::{self, DOCX, DraftStanding, NewRun, PlannedLetter, title_of};
use crate::web::page_frame::{self, Instead, either};
use crate::web::said_dates::{long, near};
use crate::web::visitor::Visitor;

/// A letter that somebody with a desk looks at.
async fn opened(state: &State, request: &HttpRequest, id: &str) -> Result<(Visitor, LetterRow), Instead> {
    let visitor = Visitor::expect(state, request).await?;
    visitor.may(state, super::RULE, None).await?;
    let told = |refused: Refused| page_frame::refused(Some(&visitor), refused);
    let unknown = || told(Refused::not_found("函"));
    let id = Uuid::try_parse(id).map_err(|_| unknown())?;
    let found = state.office.read.find_letter(Id::of(id)).await.map_err(|error| told(error.into()))?;
    let letter = found.ok_or_else(unknown)?;
    Ok((visitor, letter))
}

pub(super) async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    letter_id: web::Path<String>,
) -> HttpResponse {
    either(at_length(shown(&state, &request, &letter_id)).await)
}

async fn shown(state: &State, request: &HttpRequest, letter_id: &str) -> Result<HttpResponse, Instead> {
    let (visitor, letter) = opened(state, request, letter_id).await?;
    let told = |refused: Refused| page_frame::refused(Some(&visitor), refused);
    let is_draft = letter.state == LetterState::Draft;
    let standing = match is_draft {
        true => {
            let standing = warnings::draft_standing(&state.office, letter.id).await;
            Some(standing.map_err(|refusal| told(refusal.into()))?)
        }
        false => None,
    };
    let changes: Vec<String> = match &standing {
        Some(DraftStanding::Called(changes)) => changes.iter().map(|change| change.detail.clone()).collect(),
        _ => Vec::new(),
    };
    let unit = state.office.read.find_unit(letter.unit_id).await.map_err(|error| told(error.into()))?;
    let content = context! {
        place => "/desk",
        token => visitor.token.as_str(),
        id => letter.id.0.to_string(),
        mark => format!("{}:{}", letter.id.0, seen(&letter)),
        title => title_of(&letter.subject, &number(&letter)),
        number => number(&letter),
        unit => unit.map(|unit| unit.name),
        kind => kind_of(letter.kind.0, letter.ladder_step),
        state_name => letter.state.0.chinese(),
        reply_by => letter.reply_by.map(long),
        is_draft,
        uncalled => standing == Some(DraftStanding::Uncalled),
        changes,
    };
    Ok(page_frame::page(StatusCode::OK, "draft.html", Some(&visitor), content))
}

/// The letter itself, for the frame of its page; its styles stand in the tags, as in the mail.
pub(super) async fn show_text(
    state: web::Data<State>,
    request: HttpRequest,
    letter_id: web::Path<String>,
) -> HttpResponse {
    either(
        async {
            let (visitor, letter) = opened(&state, &request, &letter_id).await?;
            let files = warnings::files(&state.office, &letter).await;
            let files = files.map_err(|refusal| page_frame::refused(Some(&visitor), refusal))?;
            let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
                          form-action 'none'; frame-ancestors 'self'; sandbox";
            let mut answer = page_frame::guarded(StatusCode::OK);
            answer
                .insert_header((header::CONTENT_SECURITY_POLICY, policy))
                .insert_header((header::X_FRAME_OPTIONS, "SAMEORIGIN"));
            Ok(answer.body(warnings::shown_alone(&letter, &files)))
        }
        .await,
    )
}

pub(super) async fn download(
    state: web::Data<State>,
    request: HttpRequest,
    letter_id: web::Path<String>,
) -> HttpResponse {
    either(
        async {
            let (visitor, letter) = opened(&state, &request, &letter_id).await?;
            let files = warnings::files(&state.office, &letter).await;
            let files = files.map_err(|refusal| page_frame::refused(Some(&visitor), refusal))?;
            let document = files.into_iter().find(|file| file.media_type == DOCX);
            let document =
                document.ok_or_else(|| page_frame::refused(Some(&visitor), Refused::not_found("公文")))?;
            let mut answer = respond::file(&request, DOCX, Some(&document.name), document.bytes);
            answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
            Ok(answer)
        }
        .await,
    )
}

pub(super) async fn download_file(
    state: web::Data<State>,
    request: HttpRequest,
    path: web::Path<(String, String, i32)>,
) -> HttpResponse {
    either(
        async {
            let (letter_id, reply_id, ordinal) = path.into_inner();
            let (visitor, letter) = opened(&state, &request, &letter_id).await?;
            let told = |refused: Refused| page_frame::refused(Some(&visitor), refused);
            let reply_id = Uuid::try_parse(&reply_id).map_err(|_| told(Refused::not_found("附件")))?;
            let found = state.office.read.find_reply_file(letter.id, Id::of(reply_id), ordinal).await;
            let file = found.map_err(|error| told(error.into()))?;
            let file = file.ok_or_else(|| told(Refused::not_found("附件")))?;
            Ok(attachment(file))
        }
        .await,
    )
}

/// A letter that will go, or wait for a signature.
#[derive(Serialize)]
struct PlannedView {
    unit: String,
    kind: &'static str,
    level: Option<(&'static str, &'static str)>,
    waits: bool,
    why: String,
    reply_by: Option<String>,
    indicators: Vec<String>,
    lacking: Vec<String>,
}

fn planned(letter: &PlannedLetter, today: chrono::NaiveDate) -> PlannedView {
    PlannedView {
        unit: letter.unit.clone(),
        kind: kind_of(letter.kind, letter.step),
        level: letter.level.map(|level| (level.label(), level_class(level))),
        waits: letter.waits_for.is_some(),
        why: letter.why.clone(),
        reply_by: letter.reply_by.map(|by| near(by, today)),
        indicators: letter
            .indicators
            .iter()
            .map(|(_, name, grade)| format!("{name}（{}）", grade.chinese()))
            .collect(),
        lacking: letter.lacking.clone(),
    }
}

pub(super) async fn show_tomorrow(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    either(at_length(tomorrow(&state, &request)).await)
}

/// What the next morning's run would write, ladder and all; nothing is written.
async fn tomorrow(state: &State, request: &HttpRequest) -> Result<HttpResponse, Instead> {
    let visitor = Visitor::expect(state, request).await?;
    visitor.may(state, ("POST", "/warning-runs"), None).await?;
    let told = |refused: Refused| page_frame::refused(Some(&visitor), refused);
    let today = state.office.clock.today();
    let day = today.checked_add_days(Days::new(1)).unwrap_or(today);
    // A whole plan is judged: few at once, whoever asks.
    let turn = state.board_cache.past.turn().await.map_err(told)?;
    let new = NewRun { as_of: Some(day), dry_run: true, ladder: Some(true), texts: false };
    let run = warnings::run_by_hand(&state.office, &visitor.actor(request), new).await;
    let (day, run) = run.map_err(|refusal| told(refusal.into()))?;
    drop(turn);
    let letters: Vec<PlannedView> = run.letters.iter().map(|letter| planned(letter, today)).collect();
    let content = context! {
        place => "/desk", day => long(day), resting => run.resting, letters => Serde(&letters), lifted => run.lifted,
        held_back => run.silenced.len(), unaddressed => run.unaddressed.len()
    };
    Ok(page_frame::page(StatusCode::OK, "tomorrow.html", Some(&visitor), content))
}
