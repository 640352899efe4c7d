//! The stateless twin of an assessment: everything the verdict rests on travels in the body, nothing is stored.

mod bodies;

use std::collections::BTreeMap;

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use bodies::{PreviewBody, PreviewObservation, curve};

use crate::api::State;
use crate::api::assessments::needs::NeededView;
use crate::api::assessments::verdict::{Beside, VerdictView, places};
use crate::api::http::extract::{self, Body};
use crate::api::http::lookup::{self, At};
use crate::api::http::problem::{Problem, ProblemView};
use crate::api::http::spec::Routes;
use crate::api::http::wire::TextOr;
use crate::api::targets::promise::TargetView;
use crate::domain::invalid::shorten;
use crate::domain::kind::ComparedWith;
use crate::domain::pace::{
    self, Known, NamedSeries, Past, PersonVerdict, Sibling, Subject, next_report, overdue_after,
};
use crate::domain::{
    AverageOf, Curve, Doubt, Figure, Invalid, Measure, Observation, Of, Period, RegionLevel, RulePack,
    Status, Target, WorkCalendar, WrittenBenchmark, WrittenTarget, assess_with_working, parent_code,
    quantity,
};
use crate::letter::Templates;
use crate::office::rule_packs::NewRulePack;
use crate::store::{rule_packs, seed};

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

/// Whose series: code of the region, name of the measure.
type SeriesKey = (String, String);

/// Facts by series.
type SeriesMap = BTreeMap<SeriesKey, Vec<Observation>>;

/// The body, checked.
struct Case {
    as_of: NaiveDate,
    measure: Measure,
    target: Option<Target>,
    /// Whether the phrase of the target names another measure.
    names_other: bool,
    curve: Curve,
    baseline: Option<rust_decimal::Decimal>,
    window: Period,
    region: String,
    pack: RulePack,
    series: SeriesMap,
    /// Whom the target is compared with, and what that is called.
    benchmark: Option<(SeriesKey, String)>,
    history: Vec<Past>,
    verdict: Option<PersonVerdict>,
    stated: Vec<Stated>,
}

/// A difference as it was stated with a value of the indicator's own series.
struct Stated {
    period: Period,
    figure: Figure,
    published_on: NaiveDate,
    against: String,
    difference: rust_decimal::Decimal,
}

/// Judges a whole body, as `xushi assess` does: rule packs are the built-in ones or written out in the body.
///
/// # Errors
/// As the API's problems, with pointers into the body.
pub fn judge(body: &[u8], calendar: &WorkCalendar) -> Result<PreviewView, Problem> {
    let body: PreviewBody = extract::parse(body)?;
    let base = match wanted_pack(&body) {
        None => RulePack::standard(),
        Some((pointer, name)) => built_in(name).ok_or_else(|| {
            let known: Vec<_> = RulePack::built_in().into_iter().map(|pack| pack.name).collect();
            let detail = format!("没有名为“{}”的内置规则包，可用：{}。", shorten(name), known.join("、"));
            Problem::from(Invalid::new(pointer, "unknown", detail))
        })?,
    };
    let templates = Templates::built_in().map_err(Problem::internal)?;
    Case::checked(body, base)?.view(calendar, &templates)
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
    fn checked(body: PreviewBody, base: RulePack) -> Result<Self, Problem> {
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
        let region = indicator.region.as_deref().map(canonical_region).unwrap_or_default();
        let window = Period::new(indicator.window_start, indicator.window_end)
            .map_err(|invalid| Invalid { field: "indicator.window_end".to_owned(), ..invalid })?;
        let of = Of::measure(&measure);
        let promised = indicator.target.map(WrittenTarget::from);
        let written = promised.as_ref().and_then(|target| target.benchmark.clone());
        let target = promised.map(|target| target.with_usual(of).target(of)).transpose();
        let target = target.map_err(|invalid| invalid.within("indicator"))?;
        let benchmark =
            target.as_ref().and_then(|target| benchmark(target, written, (&region, &measure.name)));
        let (series, stated) = grouped(observations, &measure, &region)?;
        let baseline = indicator.baseline.map(|amount| quantity::checked("indicator.baseline", amount.0));
        Ok(Self {
            as_of,
            names_other: target.as_ref().is_some_and(|target| target.names_other(&measure.name, &aliases)),
            target,
            curve: curve(indicator.curve).map_err(|invalid| invalid.within("indicator"))?,
            baseline: baseline.transpose()?,
            window,
            region,
            pack,
            series,
            benchmark,
            measure,
            history: history
                .into_iter()
                .map(|past| Past { period_end: past.period_end, grade: past.grade.0 })
                .collect(),
            verdict: verdict.map(|verdict| PersonVerdict { grade: verdict.grade.0, on: verdict.on }),
            stated,
        })
    }

    fn observations(&self, region: &str, measure: &str) -> &[Observation] {
        let key = (region.to_owned(), measure.to_owned());
        self.series.get(&key).map_or(&[], Vec::as_slice)
    }

    fn view(self, calendar: &WorkCalendar, templates: &Templates) -> Result<PreviewView, Problem> {
        let own = self.observations(&self.region, &self.measure.name);
        let known_by_now: Vec<Observation> =
            own.iter().filter(|fact| fact.published_on <= self.as_of).cloned().collect();
        let grace = self.pack.grace_working_days;
        let ancestors = self.ancestors();
        let names: Vec<String> = ancestors.iter().map(|code| region_name(code)).collect();
        let above = ancestors.iter().zip(&names).map(|(code, name)| NamedSeries {
            name,
            observations: self.observations(code, &self.measure.name),
        });
        let mut above = above.collect::<Vec<_>>().into_iter();
        let parent = above.next();
        let mut named: Vec<NamedSeries<'_>> = above.collect();
        let benchmark = self.benchmark.as_ref().map(|((region, measure), name)| NamedSeries {
            name,
            observations: self.observations(region, measure),
        });
        if let (Some(((region, measure), _)), Some(series)) = (&self.benchmark, benchmark)
            && !(measure == &self.measure.name && ancestors.contains(region))
            && !series.observations.is_empty()
        {
            named.push(series);
        }
        let siblings = self.siblings();
        let subject = Subject {
            measure: &self.measure,
            target: self.target.as_ref(),
            curve: &self.curve,
            baseline: self.baseline,
            window: self.window,
            region: &self.region,
        };
        let known = Known {
            own,
            benchmark,
            parent,
            named: &named,
            siblings: &siblings,
            siblings_of: siblings.len(),
            history: &self.history,
            verdict: self.verdict,
            overdue_after: overdue_after(&subject, &known_by_now, grace, calendar),
        };
        let (mut assessment, steps) = assess_with_working(&subject, &known, &self.pack, self.as_of);
        if self.names_other {
            assessment.doubts.insert(Doubt::OtherMeasure);
        }
        let context = pace::context(&subject, &known, &self.pack, self.as_of);
        let spoken_of = |one: &&Stated| {
            Some(one.period) == assessment.data_period
                && Some(one.figure) == context.figure
                && one.published_on <= self.as_of
        };
        let stated = self.stated.iter().filter(spoken_of);
        let foreseen = assessment
            .data_period
            .zip(context.figure)
            .and_then(|(period, figure)| pace::foreseen(&known_by_now, period, figure, self.as_of));
        let beside = Beside {
            needed: NeededView::of(&subject, &self.pack, (&assessment, &context), templates)?,
            context,
            foreseen,
            release: next_report(&subject, &known_by_now),
            overdue_after: known.overdue_after,
            stated: stated.map(|one| (one.against.clone(), one.difference)).collect(),
            places: places(&self.measure, &context),
            judged: self.target.as_ref().zip(assessment.figure).map(|(target, figure)| {
                let units = target.kind.row().printed_units(&self.measure.unit, figure);
                (figure, units.value.to_owned())
            }),
        };
        let verdict = VerdictView::of(assessment, steps, &self.pack, &beside);
        Ok(PreviewView { as_of: self.as_of, target: self.target.map(TargetView::from), verdict })
    }

    /// Regions above, nearest first, for which this measure was observed.
    fn ancestors(&self) -> Vec<String> {
        std::iter::successors(parent_code(&self.region), |code| parent_code(code))
            .filter(|code| !self.observations(code, &self.measure.name).is_empty())
            .collect()
    }

    /// The observed regions of the same level under the same parent, this one included.
    fn siblings(&self) -> Vec<Sibling<'_>> {
        let Some(parent) = parent_code(&self.region) else { return Vec::new() };
        let of_measure = self.series.iter().filter(|((_, measure), _)| *measure == self.measure.name);
        of_measure
            .filter(|((region, _), _)| parent_code(region).as_ref() == Some(&parent))
            .map(|((region, _), observations)| Sibling { region, observations, completion_target: None })
            .collect()
    }
}

/// Observations by series, each with its place in the list as its vintage, so that of two published on one day the later
/// one counts.
fn grouped(
    observations: Vec<PreviewObservation>,
    measure: &Measure,
    region: &str,
) -> Result<(SeriesMap, Vec<Stated>), Problem> {
    let mut series = SeriesMap::new();
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
            published_on: one.published_on.unwrap_or(period.end()),
            of: one.of,
            partial: one.partial,
            vintage: i32::try_from(index + 1).unwrap_or(i32::MAX),
        };
        let own = one.region.map_or_else(|| region.to_owned(), |region| canonical_region(&region));
        let name = one.measure.map_or_else(|| measure.name.clone(), |name| name.trim().to_owned());
        if (own.as_str(), name.as_str()) == (region, measure.name.as_str()) {
            stated.extend(one.differences.into_iter().map(|difference| Stated {
                period,
                figure: observation.figure,
                published_on: observation.published_on,
                against: difference.against,
                difference: difference.difference.0,
            }));
        }
        series.entry((own, name)).or_default().push(observation);
    }
    Ok((series, stated))
}

/// The series a target is compared with: as written, or as the phrase says it.
fn benchmark(
    target: &Target,
    written: Option<WrittenBenchmark>,
    (region, measure): (&str, &str),
) -> Option<(SeriesKey, String)> {
    let name = target.benchmark.clone()?;
    let by_region = |code: String| {
        // A bare code is no name to put before a reader.
        let name = if code == name { region_name(&code) } else { name.clone() };
        ((code, measure.to_owned()), name)
    };
    let by_measure = |other: &str| ((region.to_owned(), other.trim().to_owned()), name.clone());
    match written {
        Some(WrittenBenchmark::Series { region: Some(code), .. }) => {
            let code = canonical_region(&code);
            Some(((code.clone(), measure.to_owned()), region_name(&code)))
        }
        Some(WrittenBenchmark::Series { measure: Some(other), .. }) => Some(by_measure(&other)),
        Some(WrittenBenchmark::Series { .. }) => None,
        _ if target.kind.row().compared_with == ComparedWith::OtherMeasure => Some(by_measure(&name)),
        _ => Some(by_region(region_in(&name, region))),
    }
}

/// Which region an average is of: 全国平均水平 → 100000, 全省平均 → the province, 平均水平 → the region above.
fn region_in(name: &str, region: &str) -> String {
    let above = |level: &str| {
        let mut chain = std::iter::successors(parent_code(region), |code| parent_code(code));
        chain.find(|code| code.ends_with(level)).unwrap_or_else(|| canonical_region(name))
    };
    match AverageOf::read(name) {
        AverageOf::Nation => "100000".to_owned(),
        AverageOf::Above(RegionLevel::Province) => above("0000"),
        AverageOf::Above(_) => above("00"),
        AverageOf::Parent => parent_code(region).unwrap_or_default(),
        AverageOf::Named(name) => canonical_region(name),
    }
}

/// A region's code: names of the built-in list are turned into codes, anything else stays what it is.
fn canonical_region(text: &str) -> String {
    let text = text.trim();
    if text == "全国" {
        return "100000".to_owned();
    }
    seed::region_code(text).unwrap_or(text).to_owned()
}

/// What a region is called in a comparison.
fn region_name(code: &str) -> String {
    if code == "100000" { "全国".to_owned() } else { seed::region_name(code).unwrap_or(code).to_owned() }
}

/// 试算：不写入任何内容，依据全在请求中
#[utoipa::path(tag = "研判", request_body = PreviewBody, responses(
    (status = 200, body = PreviewView), (status = "4XX", body = ProblemView)))]
#[post("/assessments/preview")]
async fn preview_assessment(
    state: web::Data<State>,
    Body(body): Body<PreviewBody>,
) -> Result<HttpResponse, Problem> {
    let base = match wanted_pack(&body) {
        None => RulePack::standard(),
        Some((place, name)) => rule_packs::read(&lookup::rule_pack(&state, At::Body(place), name).await?)?,
    };
    let case = Case::checked(body, base)?;
    Ok(HttpResponse::Ok().json(case.view(&state.office.calendar, &state.office.templates)?))
}
