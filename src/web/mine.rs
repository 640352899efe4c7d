//! 我单位: the letters that a unit owes an answer to, the figures that it owes, and how its own indicators stand.

mod mine_view;

use std::collections::BTreeMap;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{Datelike as _, NaiveDate};
use minijinja::context;
use minijinja::value::Serde;
use uuid::Uuid;

use super::page_frame::{self, Instead, either, lead_to};
use super::visitor::{Form, Visitor};
use crate::api::State;
use crate::api::http::refused::{Code, Refused};
use crate::api::http::respond;
use crate::api::http::time_limits::at_length;
use crate::domain::{Stage, Status, TextEnum as _};
use crate::office::asked_figures::{AskedFigure, asked_figures};
use crate::office::observations::{FactReader, NewFact, Spelled, record};
use crate::office::rows::{BoardFilter, Recorded};
use crate::office::types::Id;
use crate::office::{Actor, Refusal, workbooks};

use mine_view::Typed;

/// Adds the unit's page and what it sends.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/mine").get(show).head(show))
        .service(web::resource("/mine/figures").post(report).get(back))
        .service(web::resource("/mine/indicators.xlsx").get(download));
}

/// Leads to the unit's page from the address that its form was sent to.
async fn back() -> HttpResponse {
    page_frame::lead_to("/mine")
}

/// Somebody who speaks for a unit.
async fn opened(state: &State, request: &HttpRequest) -> Result<(Visitor, Uuid), Instead> {
    let visitor = Visitor::expect(state, request).await?;
    visitor.may(state, ("GET", "/indicators"), None).await?;
    let Some(unit_id) = visitor.caller.unit_id else {
        let lines = ["“我单位”只对代表一个单位的密钥开放，您登录的密钥没有写明单位。"];
        return Err(page_frame::message(StatusCode::FORBIDDEN, Some(&visitor), "此页不对您开放", &lines));
    };
    Ok((visitor, unit_id))
}

/// The last day of the month that is asked for; by itself the last month that is over.
fn month(asked: &str, today: NaiveDate) -> NaiveDate {
    let first = format!("{asked}-01").parse::<NaiveDate>().ok().filter(|day| day.year() >= 2000);
    let last_of = |first: NaiveDate| {
        let next = first.checked_add_months(chrono::Months::new(1));
        next.and_then(|next| next.pred_opt()).unwrap_or(first)
    };
    let over = today.with_day(1).and_then(|first| first.pred_opt()).unwrap_or(today);
    first.map(last_of).filter(|last| *last <= over).unwrap_or(over)
}

async fn show(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    either(shown(&state, &request).await)
}

async fn shown(state: &State, request: &HttpRequest) -> Result<HttpResponse, Instead> {
    let (visitor, unit_id) = opened(state, request).await?;
    let query = Form::read(request.query_string().as_bytes());
    let said = |name: &str| query.as_ref().map(|query| query.get(name).to_owned()).unwrap_or_default();
    let until = month(&said("month"), state.office.clock.today());
    let done = Uuid::try_parse(&said("done")).ok();
    page(state, (&visitor, unit_id), until, (StatusCode::OK, &Typed { done, ..Typed::default() })).await
}

/// The page as things stand, with what was typed into one of its forms.
async fn page(
    state: &State,
    (visitor, unit_id): (&Visitor, Uuid),
    until: NaiveDate,
    (status, typed): (StatusCode, &Typed),
) -> Result<HttpResponse, Instead> {
    let told = |refused: Refused| page_frame::refused(Some(visitor), refused);
    let turn = state.board_cache.past.turn().await.map_err(told)?;
    let read = at_length(mine_view::read(state, (visitor, unit_id), until, typed)).await.map_err(told)?;
    drop(turn);
    let content = context! { place => "/mine", token => visitor.token.as_str(), mine => Serde(&read) };
    Ok(page_frame::page(status, "mine.html", Some(visitor), content))
}

async fn report(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    either(reported(&state, &request, &body).await)
}

/// Records one figure by the deed of the API, as one of this unit's.
async fn reported(state: &State, request: &HttpRequest, body: &[u8]) -> Result<HttpResponse, Instead> {
    let (visitor, unit_id) = opened(state, request).await?;
    let form = visitor.form(body).ok_or_else(|| visitor.unaccepted())?;
    let told = |refused: Refused| page_frame::refused(Some(&visitor), refused);
    let until = month(form.get("month"), state.office.clock.today());
    let indicator_id = form.id("indicator").map_err(told)?;
    let actor = visitor.doing((state, request), ("PUT", "/observations"), Some(indicator_id)).await?;
    let all =
        asked_figures(&state.office, Id::of(unit_id), until).await.map_err(|refusal| told(refusal.into()))?;
    let asked = all.into_iter().find(|one| one.indicator_id.0 == indicator_id);
    let asked = asked.ok_or_else(|| told(Refused::not_found("指标")))?;
    let mut typed = Typed { indicator_id: Some(indicator_id), ..Typed::default() };
    for name in ["value", "published_on", "source", "final", "stage"] {
        typed.fields.insert(name.to_owned(), form.get(name).trim().to_owned());
    }
    match put(state, &actor, &asked, &form).await.map_err(|refusal| told(refusal.into()))? {
        Put::Done(doubts) if doubts.is_empty() => {
            let month = until.format("%Y-%m");
            Ok(lead_to(&format!("/mine?month={month}&done={indicator_id}#figures")))
        }
        Put::Done(doubts) => {
            let title = "已经报送，但请核对";
            let lines: Vec<&str> = doubts.iter().map(String::as_str).collect();
            Ok(page_frame::message(StatusCode::OK, Some(&visitor), title, &lines))
        }
        Put::Wrong(errors) => {
            typed.errors = errors;
            let answer = (StatusCode::UNPROCESSABLE_ENTITY, &typed);
            page(state, (&visitor, unit_id), until, answer).await
        }
    }
}

/// What came of a figure.
enum Put {
    /// Recorded, or known already; sentences about what should be looked at.
    Done(Vec<String>),
    /// Nothing was written: what is wrong, by field.
    Wrong(BTreeMap<String, String>),
}

async fn put(state: &State, actor: &Actor, asked: &AskedFigure, form: &Form) -> Result<Put, Refusal> {
    let (fact, mut errors) = stated(asked, form);
    if !errors.is_empty() {
        return Ok(Put::Wrong(errors));
    }
    let mut reader = FactReader::prepare(&state.office, &[&fact]).await?.for_actor(actor).await?;
    let read = reader.read(&fact);
    let Some(row) = read.fact else {
        for refusal in read.wrong {
            let refused = Refused::from(refusal);
            if refused.code == Code::Internal || refused.errors.is_empty() {
                errors.insert("value".to_owned(), refused.detail);
                continue;
            }
            for error in refused.errors {
                let field = error.pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
                let known = matches!(field, "value" | "published_on" | "source");
                errors.insert(if known { field } else { "value" }.to_owned(), error.detail);
            }
        }
        return Ok(Put::Wrong(errors));
    };
    let puts = record(&state.office, actor, &[row], false).await?;
    let mut said = Vec::new();
    for put in puts {
        if put.outcome == Recorded::Outranked {
            said.push(
                "已有来源次序在前的数值，与此不同，本次所报未采用；如有异议请联系综合协调组。".to_owned(),
            );
        }
        said.extend(put.doubts.iter().map(|doubt| doubt.chinese().to_owned()));
    }
    Ok(Put::Done(said))
}

/// What the form says, and what of it cannot be read.
fn stated(asked: &AskedFigure, form: &Form) -> (NewFact, BTreeMap<String, String>) {
    let mut errors = BTreeMap::new();
    let value = form.get("value").trim();
    if value.is_empty() {
        errors.insert("value".to_owned(), "请填写数值，可以连同单位，如35.2万人。".to_owned());
    }
    let day = form.get("published_on").trim();
    let published_on = day.parse::<NaiveDate>();
    if published_on.is_err() {
        errors.insert("published_on".to_owned(), "日期应形如2025-09-10，请核对。".to_owned());
    }
    let fact = NewFact {
        measure: asked.measure_id.0.to_string(),
        region: asked.region_code.clone(),
        period: asked.period,
        basis: Some(asked.basis),
        figure: asked.figure,
        value: Spelled::Text(value.to_owned()),
        of: None,
        partial: false,
        status: Some(if form.get("final").is_empty() { Status::Preliminary } else { Status::Final }),
        stage: Stage::parse(form.get("stage")),
        source: form.get("source").to_owned(),
        published_on: published_on.unwrap_or(asked.period.1),
        differences: Vec::new(),
    };
    (fact, errors)
}

async fn download(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    either(
        async {
            let (visitor, unit_id) = opened(&state, &request).await?;
            let filter = BoardFilter {
                unit_id: Some(Id::of(unit_id)),
                alive_on: Some(state.office.clock.today()),
                ..BoardFilter::default()
            };
            let made = workbooks::board(&state.office, filter, ("本单位指标", None));
            let bytes =
                at_length(made).await.map_err(|refusal| page_frame::refused(Some(&visitor), refusal))?;
            let name = "本单位指标进展总表.xlsx";
            let mut answer = respond::file(&request, workbooks::XLSX, Some(name), bytes);
            answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
            Ok(answer)
        }
        .await,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_one_that_is_over() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let today = day("2025-09-10");
        for (asked, until) in [
            ("2025-08", "2025-08-31"),
            ("2024-02", "2024-02-29"),
            ("2025-09", "2025-08-31"),
            ("", "2025-08-31"),
            ("2025-13", "2025-08-31"),
            ("1999-01", "2025-08-31"),
            ("x", "2025-08-31"),
        ] {
            assert_eq!(month(asked, today), day(until), "{asked}");
        }
    }
}
