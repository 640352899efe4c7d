//! What the verdicts of a day call for: which episodes open, go on, recover or are lifted, which reports are missing,
//! and who gets a letter about what.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::planned::{About, Finding, Key, Plan, changed};
use super::reports::{self, Missed};
use super::silence::Silences;
use super::{Desk, WarningError, facts};
use crate::db;
use crate::domain::episode::{EpisodeState, Standing, Turn, Verdict, turn};
use crate::domain::pace::Assessment;
use crate::domain::{Grade, LetterKind, Level, Period, TextEnum as _};
use crate::letter::GroundKind;
use crate::store::StoreError;
use crate::store::judging::{Evidence, Judging};
use crate::store::rows::{EpisodeChange, EpisodeRow, word};
use crate::store::types::Id;

/// Judges every indicator as of `as_of` and compares with the episodes that are not over. Writes nothing. What is kept
/// of an indicator is its line, not its facts: a plan may hold a hundred thousand.
pub(super) async fn plan(desk: &Desk, as_of: NaiveDate, silences: &Silences) -> Result<Plan, WarningError> {
    let open = db!(desk.store, letters::list_open_episodes())?;
    let mut open: HashMap<Id, EpisodeRow> = open.into_iter().map(|row| (row.indicator_id, row)).collect();
    let mut judging = Judging::start(&desk.store, &desk.calendar, as_of, None).await?;
    let mut planner =
        Planner { desk, as_of, silences, plan: Plan::default(), lagging: HashMap::new(), beside: 0 };
    let mut waiting = Vec::new();
    while let Some(mut page) = judging.next_page().await? {
        judging.compare_lagging(&mut page).await?;
        let mut overdue = Vec::new();
        for (evidence, assessment) in page {
            planner.plan.assessed += 1;
            if assessment.overdue
                && let Some(missed) = reports::missed(&evidence, as_of, &desk.calendar)
            {
                overdue.push(planner.missed_report(&evidence, &assessment, &missed));
            }
            let episode = open.remove(&evidence.row.id);
            match planner.hold(&evidence, &assessment, episode.as_ref())? {
                Some(held) => waiting.push(held),
                None => planner.consider(&evidence, &assessment, episode, 0)?,
            }
        }
        planner.ask_for_reports(overdue).await?;
    }
    for held in waiting {
        let lagging = planner.lagging.get(&held.unit).copied().unwrap_or(0);
        planner.plan.add(if lagging >= held.enough { counted(held.together, lagging) } else { held.alone });
    }
    Ok(planner.plan)
}

/// What is planned for enough that lag, with how many they are in truth.
fn counted(mut plan: Plan, lagging: u32) -> Plan {
    for finding in plan.letters.values_mut().flatten() {
        if let Some(ground) =
            finding.line.ground.as_mut().filter(|ground| ground.kind == GroundKind::Together)
        {
            ground.count = lagging;
        }
    }
    plan
}

/// A watched indicator: what becomes of it hangs on how many others of its unit lag, known when all are judged.
struct Held {
    /// Campaign and unit.
    unit: (Id, Id),
    /// How many must lag.
    enough: u32,
    /// What is planned when too few lag.
    alone: Plan,
    /// What is planned when enough lag.
    together: Plan,
}

struct Planner<'p> {
    desk: &'p Desk,
    as_of: NaiveDate,
    silences: &'p Silences,
    plan: Plan,
    /// How many lag, by campaign and unit.
    lagging: HashMap<(Id, Id), u32>,
    /// How many lag beside the indicator under consideration, for its letter to say.
    beside: u32,
}

impl Planner<'_> {
    /// Counts what lags; plans what is watched both ways, for later.
    fn hold(
        &mut self,
        evidence: &Evidence,
        assessment: &Assessment,
        episode: Option<&EpisodeRow>,
    ) -> Result<Option<Held>, StoreError> {
        let Some(unit) = evidence.row.lead_unit_id.map(|unit| (evidence.row.campaign_id, unit)) else {
            return Ok(None);
        };
        if assessment.grade.is_lagging() {
            *self.lagging.entry(unit).or_default() += 1;
        }
        if assessment.grade != Grade::Watch {
            return Ok(None);
        }
        let enough = evidence.pack.missed_indicators;
        let mut planned = |lagging| {
            let before = std::mem::take(&mut self.plan);
            let done = self.consider(evidence, assessment, episode.cloned(), lagging);
            let plan = std::mem::replace(&mut self.plan, before);
            done.map(|()| plan)
        };
        Ok(Some(Held { unit, enough, alone: planned(0)?, together: planned(enough)? }))
    }

    fn consider(
        &mut self,
        evidence: &Evidence,
        assessment: &Assessment,
        episode: Option<EpisodeRow>,
        lagging: u32,
    ) -> Result<(), StoreError> {
        self.beside = lagging;
        let standing = episode.as_ref().map(standing).transpose()?;
        let period_end = assessment.data_period.map(Period::end);
        let verdict = Verdict {
            grade: assessment.grade,
            run: assessment.run,
            period_end,
            p_miss: assessment.forecast.map(|forecast| forecast.p_miss()),
            lagging,
        };
        let turn = turn(standing.as_ref(), &verdict, &evidence.pack);
        let Some(before) = episode else {
            if let Turn::Open { level } = turn {
                let row = self.opened(evidence, assessment, level);
                self.report(evidence, assessment, level, About::Opened(Box::new(row)));
            }
            return Ok(());
        };
        let mut after = EpisodeRow {
            grade: assessment.grade.to_string(),
            unit_id: evidence.row.lead_unit_id,
            updated_at: self.desk.clock.timestamp(),
            ..before.clone()
        };
        match turn {
            Turn::Continue { level, letter } => {
                after.state = EpisodeState::Open.to_string();
                after.level = level.to_string();
                (after.observing_since, after.observed_periods, after.observed_period_end) = (None, 0, None);
                let change = EpisodeChange { before, after };
                if letter {
                    self.report(evidence, assessment, level, About::Continued(Box::new(change)));
                } else {
                    self.change(change);
                }
            }
            Turn::Observe { periods } => self.observe(before, after, periods, period_end),
            Turn::Lift => self.lift(evidence, assessment, before, after),
            Turn::Open { .. } | Turn::None => {}
        }
        Ok(())
    }

    fn observe(
        &mut self,
        before: EpisodeRow,
        mut after: EpisodeRow,
        periods: u32,
        period_end: Option<NaiveDate>,
    ) {
        after.state = EpisodeState::Observing.to_string();
        if after.observing_since.is_none() {
            after.observing_since = Some(self.as_of);
            self.plan.recovered += 1;
        }
        after.observed_periods = periods.cast_signed();
        after.observed_period_end = after.observed_period_end.max(period_end);
        self.change(EpisodeChange { before, after });
    }

    /// Over; whoever was warned about it is told. While silenced it stays under observation, so that the letter comes
    /// when the silence ends.
    fn lift(
        &mut self,
        evidence: &Evidence,
        assessment: &Assessment,
        before: EpisodeRow,
        mut after: EpisodeRow,
    ) {
        let period_end = assessment.data_period.map(Period::end);
        let warned = before.letter_id.zip(before.unit_id).filter(|_| before.lettered_level.is_some());
        if warned.is_some() && self.silences.cover(evidence) {
            self.plan.silenced.push(evidence.row.id);
            return self.observe(before, after, evidence.pack.observation_periods, period_end);
        }
        self.plan.lifted += 1;
        after.state = EpisodeState::Lifted.to_string();
        after.lifted_on = Some(self.as_of);
        let change = EpisodeChange { before, after };
        let Some((letter, unit)) = warned else { return self.change(change) };
        let key = Key {
            campaign: evidence.row.campaign_id,
            unit,
            kind: LetterKind::Lifting,
            follows: Some(letter),
            step: None,
        };
        let finding = finding(evidence, (assessment, 0), None, About::Continued(Box::new(change)));
        self.plan.letters.entry(key).or_default().push(finding);
    }

    /// A warning is due: it goes into its unit's letter, unless nobody answers or a silence holds it.
    fn report(&mut self, evidence: &Evidence, assessment: &Assessment, level: Level, about: About) {
        let silenced = self.silences.cover(evidence);
        match evidence.row.lead_unit_id {
            Some(unit) if !silenced => {
                let key = ordinary(evidence, unit, LetterKind::Warning);
                let finding = finding(evidence, (assessment, self.beside), Some(level), about);
                self.plan.letters.entry(key).or_default().push(finding);
            }
            lead => {
                let list = if lead.is_some() { &mut self.plan.silenced } else { &mut self.plan.unaddressed };
                list.push(evidence.row.id);
                match about {
                    About::Opened(row) => self.plan.opened.push(*row),
                    About::Continued(change) => self.change(*change),
                    About::Report { .. } => {}
                }
            }
        }
    }

    /// Writes a change that is one.
    fn change(&mut self, change: EpisodeChange) {
        if changed(&change) {
            self.plan.changed.push(change);
        }
    }

    fn missed_report(
        &self,
        evidence: &Evidence,
        assessment: &Assessment,
        missed: &Missed,
    ) -> (Option<Key>, bool, Finding) {
        let line = facts::missing_report(evidence, assessment, missed.period, missed.due_on);
        let about = About::Report { period_end: missed.period.end(), repeated: false };
        let key = evidence.row.lead_unit_id.map(|unit| ordinary(evidence, unit, LetterKind::ReportReminder));
        let finding = Finding {
            line,
            period_end: Some(missed.period.end()),
            grade: Grade::OverdueReport,
            ..finding(evidence, (assessment, 0), None, about)
        };
        (key, self.silences.cover(evidence), finding)
    }

    /// Each missed report is asked for once; the ladder repeats it.
    async fn ask_for_reports(
        &mut self,
        overdue: Vec<(Option<Key>, bool, Finding)>,
    ) -> Result<(), StoreError> {
        if overdue.is_empty() {
            return Ok(());
        }
        let ids: Vec<Id> = overdue.iter().map(|(.., finding)| finding.indicator).collect();
        let asked: HashSet<(Id, Option<NaiveDate>)> =
            db!(self.desk.store, issuing::list_first_reports(&ids))?
                .into_iter()
                // A draft is written anew with what is missing now.
                .filter(|(.., state)| state != "draft")
                .map(|(indicator, period_end, _)| (indicator, Some(period_end)))
                .collect();
        for (key, silenced, finding) in overdue {
            if asked.contains(&(finding.indicator, finding.period_end)) {
                continue;
            }
            match key {
                None => self.plan.unaddressed.push(finding.indicator),
                Some(_) if silenced => self.plan.silenced.push(finding.indicator),
                Some(key) => self.plan.letters.entry(key).or_default().push(finding),
            }
        }
        Ok(())
    }

    fn opened(&self, evidence: &Evidence, assessment: &Assessment, level: Level) -> EpisodeRow {
        let now = self.desk.clock.timestamp();
        EpisodeRow {
            id: Id(self.desk.clock.new_id()),
            indicator_id: evidence.row.id,
            campaign_id: evidence.row.campaign_id,
            unit_id: evidence.row.lead_unit_id,
            state: EpisodeState::Open.as_str().to_owned(),
            grade: assessment.grade.to_string(),
            level: level.to_string(),
            opened_on: self.as_of,
            opened_period_end: assessment.data_period.map(Period::end),
            lifted_on: None,
            lettered_level: None,
            lettered_period_end: None,
            created_at: now,
            revision: 1,
            updated_at: now,
            letter_id: None,
            observing_since: None,
            observed_periods: 0,
            observed_period_end: None,
        }
    }
}

fn ordinary(evidence: &Evidence, unit: Id, kind: LetterKind) -> Key {
    Key { campaign: evidence.row.campaign_id, unit, kind, follows: None, step: None }
}

fn finding(
    evidence: &Evidence,
    (assessment, lagging): (&Assessment, u32),
    level: Option<Level>,
    about: About,
) -> Finding {
    Finding {
        indicator: evidence.row.id,
        grade: assessment.grade,
        level,
        period_end: assessment.data_period.map(Period::end),
        line: facts::line(evidence, assessment, lagging),
        about,
    }
}

fn standing(row: &EpisodeRow) -> Result<Standing, StoreError> {
    Ok(Standing {
        observing: row.state == EpisodeState::Observing.as_str(),
        level: word(&row.level)?,
        lettered: row.lettered_level.as_deref().map(word).transpose()?,
        lettered_period_end: row.lettered_period_end,
        observed_periods: row.observed_periods.max(0).unsigned_abs(),
        observed_period_end: row.observed_period_end,
    })
}
