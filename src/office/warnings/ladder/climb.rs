//! What a step of a letter's ladder would say today, judged afresh.

use crate::domain::episode::{EpisodeState, Turn};
use crate::domain::{Grade, LetterKind, ladder};
use crate::office::warnings::letter_context::Campaigns;
use crate::office::warnings::plan::plan;
use crate::office::warnings::planned::{About, Finding, Key, Plan, Wanted};
use crate::office::warnings::silence::Silences;
use crate::office::{Office, Refusal};
use crate::store::rows::{EpisodeChange, EpisodeRow, LetterEpisodeRow, LetterHead, LetterReportRow};
use crate::store::types::{CampaignId, EpisodeId, IndicatorId, LetterId};
use chrono::NaiveDate;
use std::collections::{HashMap, HashSet};

/// What a step has to say.
pub(in crate::office::warnings) enum Said {
    /// This letter, about these.
    Letter(Key, Vec<Finding>),
    /// Nothing: recovered, reported, silenced, or asked by a later letter that has been or will be written.
    Nothing,
    /// Nothing, since what the letter asked for was the rest of a window that is over. A person must decide.
    WindowOver,
}

/// Some letters with what they speak of, and how that stands today.
pub(in crate::office::warnings) struct Climb {
    links: HashMap<LetterId, Vec<LetterEpisodeRow>>,
    reports: HashMap<LetterId, Vec<LetterReportRow>>,
    /// Episodes that are not over, by id.
    open: HashMap<EpisodeId, EpisodeRow>,
    plan: Plan,
    /// The day of the step.
    day: NaiveDate,
}

impl Climb {
    /// Judges what these letters speak of, as of `day`.
    ///
    /// # Errors
    /// When the database fails.
    pub(in crate::office::warnings) async fn of(
        office: &Office,
        silences: &Silences,
        campaigns: &Campaigns,
        (heads, day): (&[&LetterHead], NaiveDate),
    ) -> Result<Self, Refusal> {
        let ids: Vec<LetterId> = heads.iter().map(|head| head.id).collect();
        let mut links: HashMap<LetterId, Vec<LetterEpisodeRow>> = HashMap::new();
        for row in office.store.list_episode_links(&ids).await? {
            links.entry(row.letter_id).or_default().push(row);
        }
        let mut reports: HashMap<LetterId, Vec<LetterReportRow>> = HashMap::new();
        for row in office.store.list_letter_reports(&ids).await? {
            reports.entry(row.letter_id).or_default().push(row);
        }
        let open = office.store.list_open_episodes().await?;
        let open: HashMap<EpisodeId, EpisodeRow> = open.into_iter().map(|row| (row.id, row)).collect();
        let spoken_of = links.values().flatten().filter_map(|link| open.get(&link.episode_id));
        let standing_of = spoken_of
            .map(|row| row.indicator_id)
            .chain(reports.values().flatten().map(|report| report.indicator_id))
            .collect();
        let of: HashSet<CampaignId> = heads.iter().map(|head| head.campaign_id).collect();
        let family = silences.families(&of, campaigns);
        let wanted = Wanted { campaigns: Some(family), standing_of, ..Wanted::default() };
        let plan = plan(office, day, silences, wanted).await?;
        Ok(Self { links, reports, open, plan, day })
    }

    /// Indicators that letters issued today speak of.
    pub(in crate::office::warnings) fn spoken_today(&self) -> HashSet<IndicatorId> {
        self.plan.spoken.clone()
    }

    /// What this step says today. A letter that is due anyway about later data, or about a report of a later period, says
    /// it better; `spoken` are not spoken of again.
    pub(in crate::office::warnings) fn step(
        &self,
        office: &Office,
        (silences, spoken): (&Silences, &HashSet<IndicatorId>),
        (head, step): (&LetterHead, i32),
    ) -> Said {
        let kind = head.kind.0;
        let key = Key {
            campaign: head.campaign_id,
            unit: head.unit_id,
            kind: if step == ladder::REMINDER { LetterKind::ReplyReminder } else { kind },
            follows: Some(head.id),
            step: Some(step),
        };
        let (mut findings, mut cut) = (Vec::new(), false);
        for link in self.links.get(&head.id).into_iter().flatten() {
            match self.episode(office, (silences, spoken), (head, step), link) {
                Some(Some(finding)) => findings.push(finding),
                Some(None) => cut = true,
                None => {}
            }
        }
        for report in self.reports.get(&head.id).into_iter().flatten() {
            findings.extend(self.report((silences, spoken), head, report));
        }
        match (findings.is_empty(), cut) {
            (false, _) => Said::Letter(key, findings),
            (true, true) => Said::WindowOver,
            (true, false) => Said::Nothing,
        }
    }

    /// What is said of an episode; `Some(None)` when its window is over and with it what the letter asked.
    fn episode(
        &self,
        office: &Office,
        (silences, spoken): (&Silences, &HashSet<IndicatorId>),
        (head, step): (&LetterHead, i32),
        link: &LetterEpisodeRow,
    ) -> Option<Option<Finding>> {
        let episode = self.open.get(&link.episode_id)?;
        let own = episode.state == EpisodeState::Open && episode.letter_id == Some(head.id);
        let indicator = episode.indicator_id;
        let quiet = silences.cover_one(head.campaign_id, indicator, Some(head.unit_id))
            || spoken.contains(&indicator);
        let now = self.plan.standings.get(&indicator).filter(|_| own && !quiet)?;
        // Whoever no longer answers for it is asked no more; and what rested on a figure says nothing when that was taken back.
        let theirs = episode.unit_id == Some(head.unit_id);
        let bare = link.period_end.is_some() && now.period_end.is_none();
        let Turn::Continue { level, letter: false } = now.turn else { return None };
        if !theirs || bare {
            return None;
        }
        let over = self.day > now.window_end;
        // A letter about the whole window asks for causes and remedies, which the window's end does not answer.
        let of_the_whole = link.period_end.is_some_and(|end| end >= now.window_end);
        if over && !(of_the_whole && step <= ladder::LEADER) {
            return Some(None);
        }
        let after = EpisodeRow {
            grade: now.grade.into(),
            level: level.into(),
            updated_at: office.clock.timestamp(),
            ..episode.clone()
        };
        Some(Some(Finding {
            indicator,
            twins: now.twins.clone(),
            grade: now.grade,
            level: (step != ladder::REMINDER).then_some(level),
            period_end: now.period_end,
            line: now.line.clone(),
            about: About::Continued(Box::new(EpisodeChange { before: episode.clone(), after })),
        }))
    }

    fn report(
        &self,
        (silences, spoken): (&Silences, &HashSet<IndicatorId>),
        head: &LetterHead,
        report: &LetterReportRow,
    ) -> Option<Finding> {
        let indicator = report.indicator_id;
        if silences.cover_one(head.campaign_id, indicator, Some(head.unit_id)) || spoken.contains(&indicator)
        {
            return None;
        }
        let missing = self.plan.missing.get(&indicator)?;
        let about = About::Report { period_end: report.period_end, repeated: true, earlier: None };
        (missing.period_end == Some(report.period_end)).then(|| Finding {
            about,
            grade: Grade::OverdueReport,
            ..missing.clone()
        })
    }

    /// The changes of episodes that no letter goes with: recovered, or judged otherwise; `written` are written with theirs.
    pub(in crate::office::warnings) fn quiet(self, written: &HashSet<EpisodeId>) -> Vec<EpisodeChange> {
        let standings = self.plan.standings;
        let wanted = |change: &EpisodeChange| {
            standings.contains_key(&change.before.indicator_id) && !written.contains(&change.before.id)
        };
        self.plan.changed.into_iter().filter(wanted).collect()
    }
}
