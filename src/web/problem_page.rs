//! 问题台账: what is to be put right, red and overdue first, for whoever may read it; it changes nothing.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::grades::GradeView;
use super::page_frame::{self, Instead, either};
use super::said_dates::{long, near};
use super::visitor::{Form, Visitor};
use crate::api::State;
use crate::api::http::masked::seen_by;
use crate::api::http::refused::Refused;
use crate::api::http::respond;
use crate::api::http::time_limits::at_length;
use crate::clock::end_of;
use crate::domain::problem::OVER;
use crate::domain::{ProblemState, Role, TextEnum as _};
use crate::office::problem_ledger::{TrackedProblem, tracked};
use crate::office::rows::ProblemFilter;
use crate::office::types::{Id, UnitId};
use crate::office::{Refusal, workbooks};

/// Problems on the page; more are in the workbook.
const SHOWN: i64 = 200;

/// Adds the page and its workbook.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/problems/").get(show).head(show))
        .service(web::resource("/problems/ledger.xlsx").get(download));
}

/// A problem on the page.
#[derive(Serialize)]
struct ProblemItem {
    title: String,
    detail: Option<String>,
    /// Word and class of its state.
    state: (&'static str, &'static str),
    late: Option<String>,
    due: String,
    unit: String,
    supports: String,
    said: String,
    grade: Option<GradeView>,
    target: String,
    actual: String,
    gap: String,
    cause: String,
    measures: Vec<String>,
    contact: String,
    progress: String,
    repeats: i32,
    closing: String,
}

/// The page.
#[derive(Serialize)]
struct ProblemList {
    today: String,
    sentence: String,
    items: Vec<ProblemItem>,
    more: bool,
    all: bool,
    printable: bool,
}

/// The unit of a visitor who sees its own alone.
fn unit_of(visitor: &Visitor) -> Option<UnitId> {
    visitor.caller.unit_id.filter(|_| visitor.caller.role.is_of_unit()).map(Id::of)
}

/// What this visitor may see; `all`: what is over, too.
fn filter(state: &State, visitor: &Visitor, all: bool) -> ProblemFilter {
    let today = state.office.clock.today();
    let standing = ProblemState::ALL.iter().copied().filter(|state| !OVER.contains(state));
    ProblemFilter {
        unit_id: unit_of(visitor),
        states: (!all).then(|| standing.collect()),
        ..ProblemFilter::at(today, end_of(today))
    }
}

/// Whether what is over is asked for.
fn is_all(request: &HttpRequest) -> bool {
    Form::read(request.query_string().as_bytes()).is_some_and(|query| query.get("all") == "1")
}

async fn show(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    either(shown(&state, &request).await)
}

async fn shown(state: &State, request: &HttpRequest) -> Result<HttpResponse, Instead> {
    let visitor = Visitor::expect(state, request).await?;
    visitor.may(state, ("GET", "/problems"), None).await?;
    let printable = visitor.may(state, ("GET", "/problems.xlsx"), None).await.is_ok();
    let all = is_all(request);
    let read = at_length(read(state, &visitor, (all, printable))).await;
    let list = read.map_err(|refusal| page_frame::refused(Some(&visitor), refusal))?;
    let content = context! { place => "/problems/", list => Serde(&list) };
    Ok(page_frame::page(StatusCode::OK, "problems.html", Some(&visitor), content))
}

async fn read(
    state: &State,
    visitor: &Visitor,
    (all, printable): (bool, bool),
) -> Result<ProblemList, Refused> {
    let today = state.office.clock.today();
    let filter = filter(state, visitor, all);
    let mut rows = state.office.read.list_problems(&filter, SHOWN, None).await?;
    let shown = usize::try_from(SHOWN).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let problems = tracked(&state.office, rows, today).await?;
    let count = |is: &dyn Fn(&TrackedProblem) -> bool| problems.iter().filter(|one| is(one)).count();
    let open = count(&|one| !one.listed.row.state.0.is_over());
    let (red, late) = (count(&TrackedProblem::is_red), count(&TrackedProblem::is_overdue));
    let role = visitor.caller.role;
    let item = |one: &TrackedProblem| {
        let told = role != Role::Reader && one.is_told_to(unit_of(visitor));
        ProblemItem::of(one, told, role)
    };
    let beginning = if more { "前" } else { "" };
    Ok(ProblemList {
        today: long(today),
        sentence: match open {
            0 => "没有未销号的问题。".to_owned(),
            _ => format!("{beginning}{open}个问题未销号，其中红色{red}个，逾期{late}个。"),
        },
        items: problems.iter().map(item).collect(),
        more,
        all,
        printable,
    })
}

impl ProblemItem {
    /// `told`: whether what the unit says is shown.
    fn of(one: &TrackedProblem, told: bool, role: Role) -> Self {
        let row = &one.listed.row;
        let own = |text: Option<String>| text.filter(|_| told).unwrap_or_default();
        let figures = one.figures.clone();
        let said = |of: &dyn Fn(&crate::office::problem_ledger::SpokenFigures) -> String| {
            figures.as_ref().map(of).unwrap_or_default()
        };
        let contact = one.contact().map(|(person, phone)| match phone {
            Some(phone) => format!("{person}　{}", seen_by(role, phone)),
            None => person.to_owned(),
        });
        let progress = one.progress().map(|(on, text)| format!("{}：{text}", near(on, one.as_of)));
        let class = match row.state.0 {
            _ if one.is_overdue() => "red",
            ProblemState::Closed => "green",
            ProblemState::Open | ProblemState::Withdrawn => "pale",
            _ => "yellow",
        };
        let supports: Vec<&str> = one.listed.supports.iter().map(|(_, name)| name.as_str()).collect();
        Self {
            title: row.title.clone(),
            detail: row.detail.clone(),
            state: (row.state.0.chinese(), class),
            late: one.is_overdue().then(|| format!("逾期{}天", one.days_overdue())),
            due: long(row.due_on),
            unit: one.listed.unit.clone(),
            supports: supports.join("、"),
            said: format!("{}，{}", row.source.0.chinese(), row.level.0.chinese()),
            grade: one.figures.as_ref().map(|figures| GradeView::of(figures.grade)),
            target: said(&|figures| figures.target.clone()),
            actual: said(&|figures| figures.actual.clone()),
            gap: said(&|figures| figures.gap.clone()),
            cause: own(one.cause().map(str::to_owned)),
            measures: if told { one.measures() } else { Vec::new() },
            contact: own(contact),
            progress: own(progress),
            repeats: row.repeats,
            closing: one.closed_on().map(|on| format!("{}销号", long(on))).unwrap_or_default(),
        }
    }
}

async fn download(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    either(as_workbook(&state, &request).await)
}

async fn as_workbook(state: &State, request: &HttpRequest) -> Result<HttpResponse, Instead> {
    let visitor = Visitor::expect(state, request).await?;
    visitor.may(state, ("GET", "/problems.xlsx"), None).await?;
    let filter = filter(state, &visitor, is_all(request));
    let made = workbooks::problem_list(&state.office, &filter, unit_of(&visitor));
    let told = |refusal: Refusal| page_frame::refused(Some(&visitor), refusal);
    let bytes = at_length(made).await.map_err(told)?;
    let name = format!("问题台账（{}）.xlsx", long(filter.as_of));
    let mut answer = respond::file(request, workbooks::XLSX, Some(&name), bytes);
    answer.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(answer)
}
