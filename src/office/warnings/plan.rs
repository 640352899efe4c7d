//! What the verdicts of a day call for: which episodes open, go on, recover or are lifted, which reports are missing,
//! and who gets a letter about what.

mod overdue;
mod retired;
mod watched;

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::planned::{About, Finding, Key, Now, Plan, Wanted, changed};
use super::silence::Silences;
use super::twins::{Matter, matters};
use super::{Office, Refusal, facts, pilot};
use crate::domain::episode::{EpisodeState, Standing, Turn, Verdict, turn};
use crate::domain::pace::{Assessment, Forecast};
use crate::domain::{LetterKind, Level, Period};
use crate::evidence::{Evidence, Judging};
use crate::letter::LetterLine;
use crate::office::assessments::Evaluation;
use crate::store::rows::{EpisodeChange, EpisodeRow};
use crate::store::types::{CampaignId, EpisodeId, Id, IndicatorId, LetterId, UnitId};
pub(super) use retired::{LetGo, retired};
use watched::{Held, counted};

/// Judges indicators as of `as_of` and compares with the episodes that are not over. Writes nothing. What is kept of an
/// indicator is its line, not its facts: a plan may hold a hundred thousand.
pub(super) async fn plan(
    office: &Office,
    as_of: NaiveDate,
    silences: &Silences,
    wanted: Wanted,
) -> Result<Plan, Refusal> {
    walk(office, as_of, silences, wanted, None).await
}

/// The same on one walk with an evaluation, which takes each page as it was judged.
pub(super) async fn walk(
    office: &Office,
    as_of: NaiveDate,
    silences: &Silences,
    wanted: Wanted,
    mut evaluation: Option<&mut Evaluation<'_>>,
) -> Result<Plan, Refusal> {
    let open = office.store.list_open_episodes().await?;
    let apart = pilot::apart(office, &open).await?;
    let open =
        open.into_iter().map(|row| (row.indicator_id, without_letters(row, &wanted.taken_back))).collect();
    let day = office.clock.today().max(as_of);
    let spoken = office.store.list_spoken_of(day, office.is_pilot()).await?;
    let spoken: HashSet<IndicatorId> = spoken.into_iter().collect();
    let again = if wanted.again_today { HashSet::new() } else { spoken.clone() };
    let mut judging = Judging::start(&office.read, &office.calendar, as_of, wanted.campaigns.clone()).await?;
    let (plan, lagging) = (Plan::default(), HashMap::new());
    let mut planner = Planner {
        office,
        as_of,
        silences,
        wanted,
        open,
        apart,
        spoken: again,
        plan,
        lagging,
        waiting: Vec::new(),
    };
    // Indicators of one series stand side by side, also across pages.
    let mut series: Vec<(Evidence, Assessment)> = Vec::new();
    while let Some(mut page) = judging.next_page().await? {
        // Before letters' comparisons are added, which assessments do without.
        if let Some(evaluation) = &mut evaluation {
            evaluation.take(&page).await?;
        }
        judging.compare_lagging(&mut page).await?;
        let mut overdue = Vec::new();
        for one in page {
            if series.first().is_some_and(|(first, _)| first.row.series_id != one.0.row.series_id) {
                planner.take(std::mem::take(&mut series), &mut overdue);
            }
            series.push(one);
        }
        planner.ask_for_reports(overdue).await?;
    }
    let mut overdue = Vec::new();
    planner.take(series, &mut overdue);
    planner.ask_for_reports(overdue).await?;
    for held in std::mem::take(&mut planner.waiting) {
        let lagging = planner.lagging.get(&held.unit).copied().unwrap_or(0);
        planner.plan.add(if lagging >= held.enough { counted(held.together, lagging) } else { held.alone });
    }
    planner.let_go().await?;
    Ok(Plan { spoken, ..planner.plan })
}

/// An episode as it would be if these letters had not been written.
fn without_letters(row: EpisodeRow, taken_back: &[LetterId]) -> EpisodeRow {
    if row.letter_id.is_none_or(|letter| !taken_back.contains(&letter)) {
        return row;
    }
    EpisodeRow { lettered_level: None, lettered_period_end: None, letter_id: None, handling: None, ..row }
}

/// A missed report: the letter it belongs into, whether a silence holds it, and what is said.
type Overdue = (Option<Key>, bool, Finding);

/// One matter, as it was judged.
#[derive(Clone, Copy)]
struct Judged<'j> {
    evidence: &'j Evidence,
    assessment: &'j Assessment,
    twins: &'j [IndicatorId],
    /// How many of the same unit lag, for its letter to say.
    lagging: u32,
    as_of: NaiveDate,
    /// What is said of it where it was taken off the plan.
    retired: Option<&'j LetterLine>,
}

impl Judged<'_> {
    fn line(&self) -> LetterLine {
        match self.retired {
            Some(line) => line.clone(),
            None => facts::line(self.evidence, self.assessment, self.as_of, self.lagging),
        }
    }
}

struct Planner<'p> {
    office: &'p Office,
    as_of: NaiveDate,
    silences: &'p Silences,
    wanted: Wanted,
    /// Episodes that are not over, by indicator.
    open: HashMap<IndicatorId, EpisodeRow>,
    /// Episodes that a pilot leaves alone.
    apart: HashSet<EpisodeId>,
    /// Indicators that a letter of today speaks of: never two about one thing on a day.
    spoken: HashSet<IndicatorId>,
    plan: Plan,
    /// How many lag, by campaign and unit.
    lagging: HashMap<(CampaignId, UnitId), u32>,
    waiting: Vec<Held>,
}

impl Planner<'_> {
    /// Takes the indicators of one series.
    fn take(&mut self, series: Vec<(Evidence, Assessment)>, overdue: &mut Vec<Overdue>) {
        self.plan.assessed += series.len();
        if self.wanted.grades {
            let grades = series.iter().map(|(evidence, assessment)| (evidence.row.id, assessment.grade));
            self.plan.grades.extend(grades);
        }
        for Matter { first: (evidence, assessment), twins } in matters(series, &self.open, self.silences) {
            // The first speaks for them; what was open of its own is over without a word.
            for twin in &twins {
                if let Some(before) = self.open.remove(twin) {
                    let state = EpisodeState::Lifted.into();
                    let updated_at = self.office.clock.timestamp();
                    let after =
                        EpisodeRow { state, lifted_on: Some(self.as_of), updated_at, ..before.clone() };
                    self.change(EpisodeChange { before, after });
                }
            }
            let (as_of, lagging) = (self.as_of, 0);
            let judged = Judged {
                evidence: &evidence,
                assessment: &assessment,
                twins: &twins,
                lagging,
                as_of,
                retired: None,
            };
            if let Some(missed) = self.missed(judged) {
                overdue.push(self.ask_for(judged, &missed));
            }
            let episode = self.open.remove(&evidence.row.id);
            match self.hold(judged, episode.as_ref()) {
                Some(held) => self.waiting.push(held),
                None => self.consider(judged, episode, 0),
            }
        }
    }

    fn consider(&mut self, judged: Judged<'_>, episode: Option<EpisodeRow>, lagging: u32) {
        let judged = Judged { lagging, ..judged };
        let Judged { evidence, assessment, twins, .. } = judged;
        // What was written or decided about it was for another unit: whoever answers for it now has been told nothing.
        let handed_over = episode
            .as_ref()
            .is_some_and(|row| row.unit_id.is_some() && row.unit_id != evidence.row.lead_unit_id);
        let standing = episode.as_ref().map(standing).map(|standing| match handed_over {
            true => Standing { lettered: None, lettered_period_end: None, ..standing },
            false => standing,
        });
        let period_end = assessment.data_period.map(Period::end);
        let verdict = Verdict {
            grade: assessment.grade,
            run: assessment.run,
            period_end,
            p_miss: assessment.forecast.filter(Forecast::warns).map(|forecast| forecast.p_miss()),
            lagging,
            settled: assessment.stays,
        };
        let turn = turn(standing.as_ref(), &verdict, &evidence.grounds.pack);
        if self.wanted.standing_of.contains(&evidence.row.id) {
            let now = Now {
                turn,
                grade: assessment.grade,
                period_end,
                window_end: evidence.grounds.window.end(),
                line: judged.line(),
                twins: twins.to_vec(),
            };
            self.plan.standings.insert(evidence.row.id, now);
        }
        let Some(before) = episode else {
            if let Turn::Open { level } = turn {
                let row = self.opened(evidence, assessment, level);
                self.report(judged, level, About::Opened(Box::new(row)));
            }
            return;
        };
        let mut after = EpisodeRow {
            grade: assessment.grade.into(),
            unit_id: evidence.row.lead_unit_id,
            updated_at: self.office.clock.timestamp(),
            ..before.clone()
        };
        if handed_over {
            (after.lettered_level, after.lettered_period_end) = (None, None);
        }
        match turn {
            Turn::Continue { level, letter } => {
                after.state = EpisodeState::Open.into();
                after.level = level.into();
                (after.observing_since, after.observed_periods, after.observed_period_end) = (None, 0, None);
                let change = EpisodeChange { before, after };
                let free = !self.spoken.contains(&evidence.row.id) && !self.apart.contains(&change.before.id);
                if letter && free {
                    self.report(judged, level, About::Continued(Box::new(change)));
                } else {
                    self.change(change);
                }
            }
            Turn::Observe { periods } => self.observe(before, after, periods, period_end),
            Turn::Lift => self.lift(judged, before, after),
            Turn::Open { .. } | Turn::None => {}
        }
    }

    fn observe(
        &mut self,
        before: EpisodeRow,
        mut after: EpisodeRow,
        periods: u32,
        period_end: Option<NaiveDate>,
    ) {
        after.state = EpisodeState::Observing.into();
        if after.observing_since.is_none() {
            after.observing_since = Some(self.as_of);
            self.plan.recovered += 1;
        }
        after.observed_periods = periods.cast_signed();
        after.observed_period_end = after.observed_period_end.max(period_end);
        self.change(EpisodeChange { before, after });
    }

    /// Over; whoever was warned about it is told. While silenced, or apart from a pilot, it stays under observation, so
    /// that the letter comes when that ends.
    fn lift(&mut self, judged: Judged<'_>, before: EpisodeRow, mut after: EpisodeRow) {
        let Judged { evidence, assessment, .. } = judged;
        let period_end = assessment.data_period.map(Period::end);
        let warned = before.letter_id.zip(before.unit_id).filter(|_| before.lettered_level.is_some());
        let (apart, silenced) = (self.apart.contains(&before.id), self.silences.cover(evidence));
        if warned.is_some() && (apart || silenced) {
            self.plan.silenced.extend(silenced.then_some(evidence.row.id));
            return self.observe(before, after, evidence.grounds.pack.observation_periods, period_end);
        }
        self.plan.lifted += 1;
        after.state = EpisodeState::Lifted.into();
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
        let finding = finding(judged, None, About::Continued(Box::new(change)));
        self.plan.letters.entry(key).or_default().push(finding);
    }

    /// A warning is due: it goes into its unit's letter, unless nobody answers or a silence holds it.
    fn report(&mut self, judged: Judged<'_>, level: Level, about: About) {
        let evidence = judged.evidence;
        let silenced = self.silences.cover(evidence);
        match evidence.row.lead_unit_id {
            Some(unit) if !silenced => {
                let key = ordinary(evidence, unit, LetterKind::Warning);
                let finding = finding(judged, Some(level), about);
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

    fn opened(&self, evidence: &Evidence, assessment: &Assessment, level: Level) -> EpisodeRow {
        let now = self.office.clock.timestamp();
        EpisodeRow {
            id: Id::of(self.office.clock.new_id()),
            indicator_id: evidence.row.id,
            campaign_id: evidence.row.campaign_id,
            unit_id: evidence.row.lead_unit_id,
            state: EpisodeState::Open.into(),
            grade: assessment.grade.into(),
            level: level.into(),
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
            handling: None,
        }
    }
}

fn ordinary(evidence: &Evidence, unit: UnitId, kind: LetterKind) -> Key {
    Key { campaign: evidence.row.campaign_id, unit, kind, follows: None, step: None }
}

fn finding(judged: Judged<'_>, level: Option<Level>, about: About) -> Finding {
    let Judged { evidence, assessment, twins, .. } = judged;
    Finding {
        indicator: evidence.row.id,
        twins: twins.to_vec(),
        grade: assessment.grade,
        level,
        period_end: assessment.data_period.map(Period::end),
        line: judged.line(),
        about,
    }
}

fn standing(row: &EpisodeRow) -> Standing {
    Standing {
        observing: row.state == EpisodeState::Observing,
        level: row.level.0,
        lettered: row.lettered_level.map(|level| level.0),
        lettered_period_end: row.lettered_period_end,
        observed_periods: row.observed_periods.max(0).unsigned_abs(),
        observed_period_end: row.observed_period_end,
    }
}
