//! The stateless twin of an assessment: everything the verdict rests on travels in the body, nothing is stored.

mod bodies;

use std::sync::Arc;

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use bodies::{PreviewBody, PreviewObservation, curve};

use crate::api::State;
use crate::api::assessments::beside::Stated;
use crate::api::assessments::verdict::VerdictView;
use crate::api::http::extract::{self, Body};
use crate::api::http::lookup::{self, At};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::spec::Routes;
use crate::api::http::wire::TextOr;
use crate::api::targets::promise::TargetView;
use crate::domain::invalid::shorten;
use crate::domain::pace::{Compared, Grounds, Past, PersonVerdict};
use crate::domain::{
    Curve, DoubtSet, Figure, Invalid, Measure, Observation, Of, Period, RulePack, Status, WorkCalendar,
    WrittenTarget, quantity,
};
use crate::letter::Templates;
use crate::office::rule_packs::{self, NewRulePack};
use crate::office::written_register::WrittenRegister;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(preview_assessment);
}

/// 试算结果
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewView {
    /// 研判日期
    as_of: NaiveDate,
    /// 目标，如何理解的
    target: Option<TargetView>,
    /// 研判结果
    #[serde(flatten)]
    verdict: VerdictView,
}

/// The body, checked.
struct Case {
    as_of: NaiveDate,
    grounds: Grounds,
    stated: Vec<Stated>,
}

/// Judges a whole body, as `xushi assess` does: rule packs are the built-in ones or written out in the body.
///
/// # Errors
/// As the API's problems, with pointers into the body.
pub fn judge(body: &[u8], calendar: &WorkCalendar) -> Result<PreviewView, Refused> {
    let body: PreviewBody = extract::parse(body)?;
    let base = match wanted_pack(&body) {
        None => RulePack::standard(),
        Some((pointer, name)) => built_in(name).ok_or_else(|| {
            let known: Vec<_> = RulePack::built_in().into_iter().map(|pack| pack.name).collect();
            let detail = format!("没有名为“{}”的内置规则包，可用：{}。", shorten(name), known.join("、"));
            Refused::from(Invalid::new(pointer, "unknown", detail))
        })?,
    };
    let templates = Templates::built_in().map_err(Refused::internal)?;
    Case::checked(body, base, calendar)?.view(&templates)
}

/// The name of the pack that is asked for or built upon, with its place in the body.
fn wanted_pack(body: &PreviewBody) -> Option<(&'static str, &str)> {
    match body.rule_pack.as_ref()? {
        TextOr::Text(name) => Some(("rule_pack", name)),
        TextOr::Whole(pack) => pack.based_on().map(|name| ("rule_pack.based_on", name)),
    }
}

fn built_in(name: &str) -> Option<RulePack> {
    RulePack::built_in()
        .into_iter()
        .find(|pack| name == pack.name || name == format!("{}@{}", pack.name, pack.version))
}

impl Case {
    fn checked(body: PreviewBody, base: RulePack, calendar: &WorkCalendar) -> Result<Self, Refused> {
        let PreviewBody { as_of, indicator, observations, rule_pack, history, verdict } = body;
        let pack = match rule_pack {
            Some(TextOr::Whole(pack)) => {
                NewRulePack::from(*pack).unnamed(base).map_err(|invalid| invalid.within("rule_pack"))?
            }
            _ => base,
        };
        let mut indicator = indicator;
        let aliases = std::mem::take(&mut indicator.measure.aliases);
        let measure = indicator.measure.measure().map_err(|invalid| invalid.within("indicator.measure"))?;
        let window = Period::new(indicator.window_start, indicator.window_end)
            .map_err(|invalid| Invalid { field: "indicator.window_end".to_owned(), ..invalid })?;
        let of = Of::measure(&measure);
        let promised = indicator.target.map(WrittenTarget::from);
        let written = promised.as_ref().and_then(|target| target.benchmark.clone());
        let target = promised.map(|target| target.with_usual(of).target(of)).transpose();
        let target = target.map_err(|invalid| invalid.within("indicator"))?;
        let region = indicator.region.as_deref().unwrap_or_default();
        let mut register = WrittenRegister::of(&measure.name, region);
        let stated = fill(&mut register, observations, &measure, as_of)?;
        let baseline = indicator.baseline.map(|amount| quantity::checked("indicator.baseline", amount.0));
        let own_day = target.as_ref().and_then(|target| Curve::of_milestone(target, window));
        let curve = match own_day.filter(|_| indicator.curve.is_none()) {
            Some(own_day) => own_day,
            None => curve(indicator.curve).map_err(|invalid| invalid.within("indicator"))?,
        };
        let grounds = Grounds {
            doubts: target.as_ref().map_or_else(DoubtSet::default, |target| {
                target.doubts((&measure.name, &aliases), window, &curve)
            }),
            target,
            curve,
            baseline: baseline.transpose()?,
            window,
            region: register.region().into(),
            measure: Arc::new(measure),
            pack: Arc::new(pack),
            history: history
                .into_iter()
                .map(|past| Past { period_end: past.period_end, grade: past.grade.0 })
                .collect(),
            person: verdict.map(|verdict| PersonVerdict { grade: verdict.grade.0, on: verdict.on }),
            own: Vec::new(),
            overdue_after: None,
            compared: Compared::default(),
        };
        let grounds = register.complete(grounds, written.as_ref(), (as_of, calendar));
        Ok(Self { as_of, grounds, stated })
    }

    fn view(self, templates: &Templates) -> Result<PreviewView, Refused> {
        let Self { as_of, grounds, stated } = self;
        let verdict = VerdictView::on(&grounds, as_of, stated, templates)?;
        Ok(PreviewView { as_of, target: grounds.target.map(TargetView::from), verdict })
    }
}

/// Puts the observations into the register, each with its place in the list as its vintage, so that of two published on one
/// day the later one counts; gives the differences stated with the indicator's own by `as_of`.
fn fill(
    register: &mut WrittenRegister,
    observations: Vec<PreviewObservation>,
    measure: &Measure,
    as_of: NaiveDate,
) -> Result<Vec<Stated>, Refused> {
    let mut stated = Vec::new();
    for (index, one) in observations.into_iter().enumerate() {
        let at = |invalid: Invalid| invalid.within(&format!("observations.{index}"));
        let period = Period::new(one.period_start, one.period_end)
            .map_err(|invalid| at(Invalid { field: "period_end".to_owned(), ..invalid }))?;
        let observation = Observation {
            id: Uuid::from_u128(index as u128 + 1),
            period,
            basis: one.basis.map_or(measure.basis, |word| word.0),
            figure: one.figure.map_or(Figure::Level, |word| word.0),
            value: quantity::checked("value", one.value.0).map_err(at)?,
            status: one.status.map_or(Status::Final, |word| word.0),
            stage: one.stage.map(|word| word.0),
            published_on: one.published_on.unwrap_or(period.end()),
            of: one.of,
            partial: one.partial,
            vintage: i32::try_from(index + 1).unwrap_or(i32::MAX),
        };
        let (figure, known) = (observation.figure, observation.published_on <= as_of);
        let of = one.measure.as_deref().map(str::trim);
        if register.add(of, one.region.as_deref(), observation) && known {
            stated.extend(one.differences.into_iter().map(|difference| Stated {
                period: (period.start(), period.end()),
                figure,
                against: difference.against,
                difference: difference.difference.0,
            }));
        }
    }
    Ok(stated)
}

/// 试算：不写入任何内容，依据全在请求中
#[utoipa::path(tag = "研判", request_body = PreviewBody, responses(
    (status = 200, body = PreviewView), (status = "4XX", body = ProblemView)))]
#[post("/assessments/preview")]
async fn preview_assessment(
    state: web::Data<State>,
    Body(body): Body<PreviewBody>,
) -> Result<HttpResponse, Refused> {
    let base = match wanted_pack(&body) {
        None => RulePack::standard(),
        Some((place, name)) => rule_packs::read(&lookup::rule_pack(&state, At::Body(place), name).await?)?,
    };
    let case = Case::checked(body, base, &state.office.calendar)?;
    Ok(HttpResponse::Ok().json(case.view(&state.office.letters.templates)?))
}
