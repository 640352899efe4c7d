//! Reports that are missing, and who is asked for them.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::{Judged, Overdue, Planner, finding, ordinary};
use crate::domain::pace::{MissedReport, missed_report};
use crate::domain::{Grade, LetterKind, LetterState};
use crate::office::warnings::facts;
use crate::office::warnings::planned::{About, Finding};
use crate::store::StoreError;
use crate::store::types::{IndicatorId, LetterId};

impl Planner<'_> {
    /// The report that may be asked for: of a target in force, and due on a day that somebody has set.
    pub(super) fn missed(&self, Judged { evidence, assessment, .. }: Judged<'_>) -> Option<MissedReport> {
        let grounds = &evidence.grounds;
        let patience = (self.as_of, grounds.pack.grace_working_days);
        let missed = || missed_report(&grounds.subject(), &grounds.own, patience, &self.office.calendar);
        assessment.overdue.then(missed).flatten()
    }

    pub(super) fn ask_for(&self, judged: Judged<'_>, missed: &MissedReport) -> Overdue {
        let Judged { evidence, assessment, .. } = judged;
        let line = facts::missing_report(evidence, assessment, self.as_of, (missed.period, missed.due_on));
        let about = About::Report { period_end: missed.period.end(), repeated: false, earlier: None };
        let key = evidence.row.lead_unit_id.map(|unit| ordinary(evidence, unit, LetterKind::ReportReminder));
        let finding = Finding {
            line,
            period_end: Some(missed.period.end()),
            grade: Grade::OverdueReport,
            ..finding(judged, None, about)
        };
        (key, self.silences.cover(evidence), finding)
    }

    /// Each missed report is asked for once; the ladder repeats it. A later one takes in those before it.
    pub(super) async fn ask_for_reports(&mut self, overdue: Vec<Overdue>) -> Result<(), StoreError> {
        if overdue.is_empty() {
            return Ok(());
        }
        let ids: Vec<IndicatorId> = overdue.iter().map(|(.., finding)| finding.indicator).collect();
        let mut asked: HashMap<IndicatorId, Vec<(NaiveDate, LetterState, LetterId)>> = HashMap::new();
        let mut apart: HashSet<IndicatorId> = HashSet::new();
        for (indicator, end, state, trial, letter) in self.office.store.list_first_reports(&ids).await? {
            // A draft is written anew with what is missing now.
            if state != LetterState::Draft {
                // A real letter that waits is followed by a real one, when the pilot has ended.
                if trial != self.office.is_pilot() && state.0.awaits_answer() {
                    apart.insert(indicator);
                }
                asked.entry(indicator).or_default().push((end, state.0, letter));
            }
        }
        for (key, silenced, mut finding) in overdue {
            if self.wanted.standing_of.contains(&finding.indicator) {
                self.plan.missing.insert(finding.indicator, finding.clone());
            }
            let asked = asked.get(&finding.indicator).map_or(&[][..], Vec::as_slice);
            if asked.iter().any(|(end, ..)| Some(*end) >= finding.period_end)
                || self.spoken.contains(&finding.indicator)
                || apart.contains(&finding.indicator)
            {
                continue;
            }
            if let About::Report { earlier, .. } = &mut finding.about {
                *earlier = asked
                    .iter()
                    .rev()
                    .find(|(_, state, _)| state.awaits_answer())
                    .map(|(.., letter)| *letter);
            }
            match key {
                None => self.plan.unaddressed.push(finding.indicator),
                Some(_) if silenced => self.plan.silenced.push(finding.indicator),
                Some(key) => self.plan.letters.entry(key).or_default().push(finding),
            }
        }
        Ok(())
    }
}
