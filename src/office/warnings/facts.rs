//! The facts of a letter: what was found, in the numbers and words that will be frozen with it.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::domain::pace::{Assessment, Grounds, disagreement};
use crate::domain::{Figure, Grade, Period, TextEnum as _};
use crate::evidence::Evidence;
use crate::letter::{Found, LetterLine, LineState, RestsOn, Retired, Span};

/// One line of a letter, without its number and the names of indicator and region; `lagging` indicators of the same unit
/// and campaign lag.
pub(in crate::office) fn line(
    evidence: &Evidence,
    assessment: &Assessment,
    as_of: NaiveDate,
    lagging: u32,
) -> LetterLine {
    let (subject, context) = (evidence.grounds.subject(), evidence.grounds.context(as_of));
    let figure = figure(evidence, assessment);
    let found = Found {
        subject: &subject,
        pack: &evidence.grounds.pack,
        assessment,
        figure,
        lagging,
        context: &context,
    };
    LetterLine {
        rests_on: Some(rests_on(evidence, assessment)),
        stages: stages(evidence, assessment, as_of),
        ..LetterLine::found(&found)
    }
}

/// What the stages of the value say that is printed, where they disagree. Values stand in full: a difference is not rounded away.
fn stages(evidence: &Evidence, assessment: &Assessment, as_of: NaiveDate) -> Option<String> {
    let Grounds { own, measure, .. } = &evidence.grounds;
    let printed = own.iter().find(|one| Some(one.id) == assessment.observation);
    let at = printed.filter(|one| Some(one.value) == assessment.actual)?;
    let unit = at.figure.unit(&measure.unit);
    let said = disagreement(own, at, as_of, |value| format!("{}{unit}", value.normalize()))?;
    Some(said.trim_end_matches('。').to_owned())
}

/// What the sentences rest on, whatever they come to.
fn rests_on(evidence: &Evidence, assessment: &Assessment) -> RestsOn {
    let number =
        |value: Option<Decimal>| value.map(|value| value.normalize().to_string()).unwrap_or_default();
    let promise = evidence.grounds.target.as_ref().map(|target| {
        let comparator = target.comparator.map(|comparator| comparator.to_string()).unwrap_or_default();
        let (value, value_hi) = (number(target.value), number(target.value_hi));
        let (hedge, benchmark) = (target.hedge.as_deref(), target.benchmark.as_deref());
        let parts: [&str; 7] = [
            target.kind.as_str(),
            &comparator,
            &value,
            &value_hi,
            &target.unit,
            hedge.unwrap_or_default(),
            benchmark.unwrap_or_default(),
        ];
        parts.join(" ").trim().to_owned()
    });
    RestsOn {
        observation: assessment.observation.map(|id| id.to_string()),
        target: promise.unwrap_or_default(),
        curve: evidence.row.curve.clone(),
        baseline: evidence.row.baseline.map(|baseline| baseline.0.normalize().to_string()),
        window: evidence.grounds.window.into(),
        rule_pack: format!("{}@{}", evidence.grounds.pack.name, evidence.grounds.pack.version),
    }
}

/// The line of a report that is missing: which, since when, and what was reported last.
pub(super) fn missing_report(
    evidence: &Evidence,
    assessment: &Assessment,
    as_of: NaiveDate,
    (period, due_on): (Period, NaiveDate),
) -> LetterLine {
    let LetterLine { kind, better, target_text, window, figure, rests_on, .. } =
        line(evidence, assessment, as_of, 0);
    LetterLine {
        target_text,
        window,
        figure,
        state: LineState::Apart,
        grade: Some(Grade::OverdueReport),
        grade_label: Grade::OverdueReport.chinese().to_owned(),
        period: Some(period.into()),
        latest_period: assessment.data_period.map(Span::from),
        report_due_on: Some(due_on),
        rests_on,
        ..LetterLine::bare(kind, better)
    }
}

/// The line of an indicator that was taken off the plan.
pub(super) fn retired(
    evidence: &Evidence,
    assessment: &Assessment,
    as_of: NaiveDate,
    (on, reason): (NaiveDate, &str),
) -> LetterLine {
    let LetterLine { kind, better, target_text, window, figure, rests_on, .. } =
        line(evidence, assessment, as_of, 0);
    LetterLine {
        target_text,
        window,
        figure,
        state: LineState::Retired,
        grade_label: "已停用".to_owned(),
        retired: Some(Retired { on, reason: reason.to_owned() }),
        rests_on,
        ..LetterLine::bare(kind, better)
    }
}

/// The figure that the verdict rests on.
pub(super) fn figure(evidence: &Evidence, assessment: &Assessment) -> Option<Figure> {
    let kind = evidence.grounds.kind().map(|kind| kind.row().figure);
    // A place may be worked out of rates; what is said is the place.
    if kind == Some(Figure::Rank) {
        return kind;
    }
    let judged = assessment.observation;
    let own = evidence.grounds.own.iter().find(|fact| Some(fact.id) == judged).map(|fact| fact.figure);
    own.or(kind)
}
