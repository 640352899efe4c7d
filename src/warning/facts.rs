//! The facts of a letter: what was found, in the numbers and words that will be frozen with it.

use chrono::NaiveDate;

use crate::domain::pace::{Assessment, Subject};
use crate::domain::{Figure, Grade, Kind, Period};
use crate::letter::{Found, LetterLine, LineState, Span};
use crate::store::judging::Evidence;

/// One line of a letter, without its number and the names of indicator and region; `lagging` indicators of the same unit
/// and campaign lag.
pub(super) fn line(evidence: &Evidence, assessment: &Assessment, lagging: u32) -> LetterLine {
    let subject = Subject {
        measure: &evidence.measure,
        target: evidence.target.as_ref(),
        curve: &evidence.curve,
        baseline: evidence.row.baseline.map(|number| number.0),
        window: evidence.window,
        region: &evidence.region,
    };
    let figure = figure(evidence, assessment);
    LetterLine::found(&Found { subject: &subject, pack: &evidence.pack, assessment, figure, lagging })
}

/// The line of a report that is missing: which, since when, and what was reported last.
pub(super) fn missing_report(
    evidence: &Evidence,
    assessment: &Assessment,
    period: Period,
    due_on: NaiveDate,
) -> LetterLine {
    let LetterLine { kind, better, target_text, window, figure, .. } = line(evidence, assessment, 0);
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
        ..LetterLine::bare(kind, better)
    }
}

/// The figure that the verdict rests on.
pub(super) fn figure(evidence: &Evidence, assessment: &Assessment) -> Option<Figure> {
    let judged = assessment.observation;
    let own = evidence.own.iter().find(|fact| Some(fact.id) == judged).map(|fact| fact.figure);
    own.or_else(|| evidence.kind().map(|kind| if kind == Kind::Growth { Figure::Yoy } else { Figure::Level }))
}
