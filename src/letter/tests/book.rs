//! The book of letters: one indicator of every kind and standing, judged by the engine, with the sentences that its
//! letters say of it. The sentences were written by hand before the code that says them.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::*;
use xushi_domain::pace::{Known, NamedSeries, Past, PersonVerdict, Subject};
use xushi_domain::{
    Basis, Better, Comparator, Curve, Figure, Frequency, Grade, Handling, Kind, LetterKind, LetterNumber,
    Level, Measure, Node, Observation, Period, RulePack, Status, Target, assess,
};

mod cases;
mod checks;
mod following;
mod letters;

/// One indicator with what its letters shall say.
pub(super) struct Case {
    /// Which standing the case is of.
    about: &'static str,
    measure: Measure,
    target: Target,
    curve: Curve,
    baseline: Option<Decimal>,
    window: Period,
    own: Vec<Observation>,
    /// The series a comparison is with, or the parent region.
    other: Vec<Observation>,
    history: Vec<Past>,
    /// A person's word, for what only a person can judge.
    verdict: Option<PersonVerdict>,
    lagging: u32,
    /// The day judged, where that is not the day of the latest figure.
    asked: Option<NaiveDate>,
    /// Tasks of the plan that promise it, where more than one does.
    tasks: &'static [&'static str],
    /// What is said of it, without its name.
    fact: &'static str,
    /// 后期要求; empty where there is none.
    need: &'static str,
}

fn n(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn span(start: &str, end: &str) -> Period {
    Period::new(day(start), day(end)).unwrap()
}

fn observation(basis: Basis, figure: Figure, end: &str, value: &str) -> Observation {
    let start = match basis {
        Basis::Cumulative => format!("{}-01-01", &end[..4]),
        Basis::Period => format!("{}-01", &end[..7]),
        Basis::Point => end.to_owned(),
    };
    Observation {
        id: Uuid::nil(),
        period: span(&start, end),
        basis,
        figure,
        value: n(value),
        status: Status::Final,
        stage: None,
        published_on: day(end) + Days::new(10),
        of: None,
        partial: false,
        vintage: 1,
    }
}

impl Case {
    /// A measure (name, unit, basis, which way is good, places) and what is promised of it in 2025.
    pub(super) fn new(
        about: &'static str,
        (name, unit, basis, better, places): (&str, &str, Basis, Better, u32),
        (kind, comparator, value, of): (Kind, Comparator, &str, &str),
    ) -> Self {
        let value = (!value.is_empty()).then(|| n(value));
        Self {
            about,
            measure: Measure::new(name, unit, (basis, better, Frequency::Monthly), None, places).unwrap(),
            target: Target {
                kind,
                comparator: Some(comparator),
                unit: if value.is_some() { of.to_owned() } else { String::new() },
                value,
                value_hi: None,
                hedge: None,
                phrase: name.to_owned(),
                benchmark: None,
            },
            curve: Curve::LinearMonths,
            baseline: None,
            window: span("2025-01-01", "2025-12-31"),
            own: Vec::new(),
            other: Vec::new(),
            history: Vec::new(),
            verdict: None,
            lagging: 0,
            asked: None,
            tasks: &[],
            fact: "",
            need: "",
        }
    }

    fn from(mut self, baseline: &str) -> Self {
        self.baseline = Some(n(baseline));
        self
    }

    fn to(mut self, high: &str) -> Self {
        self.target.value_hi = Some(n(high));
        self
    }

    fn written(mut self, phrase: &str) -> Self {
        self.target.phrase = phrase.to_owned();
        self
    }

    fn over(mut self, start: &str, end: &str) -> Self {
        self.window = span(start, end);
        self
    }

    fn against(mut self, name: &str, end: &str, value: &str) -> Self {
        self.target.benchmark = Some(name.to_owned());
        self.other.push(observation(self.measure.basis, Figure::Yoy, end, value));
        self
    }

    fn nodes(mut self, nodes: &[(&str, &str)]) -> Self {
        let nodes = nodes.iter().map(|(on, fraction)| Node { on: day(on), fraction: n(fraction) });
        self.curve = Curve::nodes(nodes.collect()).unwrap();
        self
    }

    /// Values of the figure that the kind judges by itself.
    fn at(self, end: &str, value: &str) -> Self {
        let yoy = matches!(
            self.target.kind,
            Kind::Growth | Kind::VersusBenchmark | Kind::VersusIndicator | Kind::Trend | Kind::Narrowing
        );
        self.figure(if yoy { Figure::Yoy } else { Figure::Level }, end, value)
    }

    /// A published place among `of`; of 0 where it was not said among how many.
    fn place(mut self, end: &str, place: &str, of: u32) -> Self {
        let at = observation(self.measure.basis, Figure::Rank, end, place);
        self.own.push(Observation { of: (of > 0).then_some(of), ..at });
        self
    }

    /// What a person found on a day.
    fn found(mut self, on: &str, grade: Grade) -> Self {
        self.verdict = Some(PersonVerdict { on: day(on), grade });
        self
    }

    fn promised_in(mut self, tasks: &'static [&'static str]) -> Self {
        self.tasks = tasks;
        self
    }

    fn figure(mut self, figure: Figure, end: &str, value: &str) -> Self {
        self.own.push(observation(self.measure.basis, figure, end, value));
        self
    }

    /// Graded `watch` at the ends of these periods before.
    fn watched(mut self, ends: &[&str]) -> Self {
        let past = |end: &&str| Past { period_end: day(end), grade: Grade::Watch };
        self.history = ends.iter().map(past).collect();
        self
    }

    fn beside(mut self, lagging: u32) -> Self {
        self.lagging = lagging;
        self
    }

    fn asked_on(mut self, on: &str) -> Self {
        self.asked = Some(day(on));
        self
    }

    fn says(mut self, fact: &'static str) -> Self {
        self.fact = fact;
        self
    }

    fn needs(mut self, need: &'static str) -> Self {
        self.need = need;
        self
    }

    /// The same case.
    fn copied(&self) -> Self {
        Self {
            measure: self.measure.clone(),
            target: self.target.clone(),
            curve: self.curve.clone(),
            own: self.own.clone(),
            other: self.other.clone(),
            history: self.history.clone(),
            ..*self
        }
    }

    /// The line that the engine's verdict makes.
    pub(super) fn line(&self, ordinal: u32) -> LetterLine {
        let subject = Subject {
            measure: &self.measure,
            target: Some(&self.target),
            curve: &self.curve,
            baseline: self.baseline,
            window: self.window,
            region: "430600",
        };
        let other = NamedSeries {
            name: self.target.benchmark.as_deref().unwrap_or("湖南省"),
            observations: &self.other,
        };
        let versus = matches!(self.target.kind, Kind::VersusBenchmark | Kind::VersusIndicator);
        let known = Known {
            own: &self.own,
            benchmark: versus.then_some(other),
            parent: (!versus && !self.other.is_empty()).then_some(other),
            history: &self.history,
            verdict: self.verdict,
            ..Known::default()
        };
        let said = self.verdict.iter().map(|verdict| verdict.on);
        let last = self.own.iter().map(|fact| fact.published_on).chain(said).max();
        let last = self.asked.or(last).unwrap_or(self.window.end());
        let pack = RulePack::standard();
        let assessment = assess(&subject, &known, &pack, last);
        let context = xushi_domain::pace::context(&subject, &known, &pack, last);
        let figure = context.figure;
        let found = Found {
            subject: &subject,
            pack: &pack,
            assessment: &assessment,
            figure,
            lagging: self.lagging,
            context: &context,
        };
        LetterLine {
            ordinal,
            indicator: self.measure.name.clone(),
            region: "岳阳市".into(),
            tasks: self.tasks.iter().map(|task| (*task).to_owned()).collect(),
            ..LetterLine::found(&found)
        }
    }
}
