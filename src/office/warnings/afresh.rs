//! What a draft would speak of if it were drawn today.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::ladder::{Climb, Said};
use super::letter_context::Campaigns;
use super::plan::{LetGo, plan, retired};
use super::planned::{About, Finding, Key, Plan, Wanted};
use super::silence::Silences;
use super::{Office, Refusal};
use crate::domain::episode::Turn;
use crate::domain::{LetterKind, Period};
use crate::letter::LINES_MAX;
use crate::store::StoreError;
use crate::store::rows::{EpisodeChange, EpisodeRow, LetterRow};
use crate::store::types::{CampaignId, IndicatorId, LetterId};

/// A draft's matter, judged anew.
pub(super) struct Afresh {
    /// What the draft speaks of today; empty when nothing calls for it any more.
    pub(super) findings: Vec<Finding>,
    /// Letters to other units that its matter calls for instead.
    pub(super) others: Vec<(Key, Vec<Finding>)>,
    /// Changes of its episodes that go with no letter.
    pub(super) quiet: Vec<EpisodeChange>,
}

/// What a day calls for in a campaign and those below it, by the campaign of a draft: judged once for several drafts.
pub(super) type Plans = HashMap<CampaignId, Plan>;

/// Judges what this draft speaks of, as of `day`.
///
/// # Errors
/// When the database fails, or the letter it follows has gone.
pub(super) async fn of(
    office: &Office,
    campaigns: &Campaigns,
    draft: (&LetterRow, Key),
    day: NaiveDate,
) -> Result<Afresh, Refusal> {
    by_plans(office, campaigns, draft, (day, &mut Plans::new())).await
}

/// The same by plans of this very day, to which those that are lacking are added.
///
/// # Errors
/// As [`of`].
pub(super) async fn by_plans(
    office: &Office,
    campaigns: &Campaigns,
    (draft, key): (&LetterRow, Key),
    (day, plans): (NaiveDate, &mut Plans),
) -> Result<Afresh, Refusal> {
    let silences = Silences::load(office, day, campaigns).await?;
    match (key.follows, key.step) {
        (Some(follows), Some(step)) => {
            let heads = office.store.list_letter_heads(&[follows]).await?;
            let asked: Vec<_> = heads.iter().collect();
            let climb = Climb::of(office, &silences, campaigns, (&asked, day)).await?;
            // A person signs it, whatever else was sent today.
            let unspoken = HashSet::new();
            let say = |head| climb.step(office, (&silences, &unspoken), (head, step));
            let said = heads.first().map(say);
            let findings = match said {
                Some(Said::Letter(_, findings)) => findings,
                _ => Vec::new(),
            };
            let spoken = findings.iter().filter_map(Finding::episode).collect();
            Ok(Afresh { findings, others: Vec::new(), quiet: climb.quiet(&spoken) })
        }
        _ if key.kind == LetterKind::Lifting => lifted(office, campaigns, &silences, (draft, day)).await,
        _ => {
            if let Entry::Vacant(lacking) = plans.entry(key.campaign) {
                let campaigns = Some(silences.families(&HashSet::from([key.campaign]), campaigns));
                let wanted = Wanted { campaigns, again_today: true, ..Wanted::default() };
                lacking.insert(plan(office, day, &silences, wanted).await?);
            }
            let Some(plan) = plans.get_mut(&key.campaign) else { return Err(StoreError::Stale.into()) };
            ordinary(office, plan, (draft, key)).await
        }
    }
}

/// A warning or a request for reports: what a run would call for today.
async fn ordinary(
    office: &Office,
    plan: &mut Plan,
    (draft, key): (&LetterRow, Key),
) -> Result<Afresh, Refusal> {
    let episodes = office.store.list_letter_episodes(draft.id).await?;
    let reports = office.store.list_letter_reports(&[draft.id]).await?;
    let own: HashSet<IndicatorId> = episodes
        .iter()
        .map(|row| row.indicator_id)
        .chain(reports.iter().map(|row| row.indicator_id))
        .collect();
    let mut findings = plan.letters.remove(&key).unwrap_or_default();
    findings.truncate(LINES_MAX);
    let about = |finding: &Finding| finding.indicators().any(|id| own.contains(&id));
    let same = |other: &Key| other.kind == key.kind && other.follows.is_none();
    let instead = plan.letters.iter().filter(|(other, found)| same(other) && found.iter().any(about));
    let others = instead.map(|(other, found)| (*other, found.clone())).collect();
    let quiet = plan.changed.iter().filter(|change| own.contains(&change.before.indicator_id));
    Ok(Afresh { findings, others, quiet: quiet.cloned().collect() })
}

/// What a run would say of the indicators of an issued warning to the unit of `key`, if the letters `taken_back` had not been
/// written.
///
/// # Errors
/// When the database fails.
pub(super) async fn unwritten(
    office: &Office,
    campaigns: &Campaigns,
    (letter, key, taken_back): (&LetterRow, Key, Vec<LetterId>),
) -> Result<Vec<Finding>, Refusal> {
    let day = office.clock.today();
    let silences = Silences::load(office, day, campaigns).await?;
    let episodes = office.store.list_letter_episodes(letter.id).await?;
    let own: HashSet<IndicatorId> = episodes.iter().map(|row| row.indicator_id).collect();
    let campaigns = Some(silences.families(&HashSet::from([key.campaign]), campaigns));
    let wanted = Wanted { campaigns, again_today: true, taken_back, ..Wanted::default() };
    let mut plan = plan(office, day, &silences, wanted).await?;
    let mut findings = plan.letters.remove(&key).unwrap_or_default();
    findings.retain(|finding| finding.indicators().any(|id| own.contains(&id)));
    Ok(findings)
}

/// A lifting: its episodes are over already; it is true as long as none of them has fallen back.
async fn lifted(
    office: &Office,
    campaigns: &Campaigns,
    silences: &Silences,
    (draft, day): (&LetterRow, NaiveDate),
) -> Result<Afresh, Refusal> {
    let links = office.store.list_episode_links(&[draft.id]).await?;
    let episodes: Vec<EpisodeRow> = office.store.list_letter_episodes(draft.id).await?;
    let family = silences.families(&HashSet::from([draft.campaign_id]), campaigns);
    let standing_of = episodes.iter().map(|row| row.indicator_id).collect();
    let wanted = Wanted { campaigns: Some(family), standing_of, ..Wanted::default() };
    let plan = plan(office, day, silences, wanted).await?;
    let mut findings = Vec::new();
    for link in links {
        let Some(row) = episodes.iter().find(|row| row.id == link.episode_id) else { continue };
        let Some(now) = plan.standings.get(&row.indicator_id) else { continue };
        if now.turn != Turn::None || !now.grade.is_green() {
            continue;
        }
        findings.push(Finding {
            indicator: row.indicator_id,
            twins: now.twins.clone(),
            grade: now.grade,
            level: None,
            period_end: now.period_end,
            line: now.line.clone(),
            about: About::Continued(Box::new(EpisodeChange { before: row.clone(), after: row.clone() })),
        });
    }
    let ids: Vec<IndicatorId> = episodes.iter().map(|row| row.indicator_id).collect();
    for LetGo { evidence, assessment, line } in retired(office, office.clock.today(), &ids).await? {
        let Some(row) = episodes.iter().find(|row| row.indicator_id == evidence.row.id) else { continue };
        findings.push(Finding {
            indicator: row.indicator_id,
            twins: Vec::new(),
            grade: assessment.grade,
            level: None,
            period_end: assessment.data_period.map(Period::end),
            line,
            about: About::Continued(Box::new(EpisodeChange { before: row.clone(), after: row.clone() })),
        });
    }
    Ok(Afresh { findings, others: Vec::new(), quiet: Vec::new() })
}
