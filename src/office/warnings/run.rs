//! A run: what the day calls for is planned, drafted and issued, or only told.

use std::collections::{BTreeMap, HashSet};

use chrono::{NaiveDate, NaiveDateTime};

use super::draft::Draft;
use super::going::goes_by_itself;
use super::issue::{Waiting, conclude};
use super::letter_context::{self, Campaigns, LetterContext};
use super::planned::{Finding, Key, Plan, Wanted};
use super::rehearse::Mode;
use super::silence::Silences;
use super::upgrade::{self, Upgrade};
use super::{Actor, Office, Refusal, assessments, pilot, plan, report, settle, sign, together, trends};
use crate::domain::episode::EpisodeState;
use crate::domain::{Grade, LetterKind, Level, WaitsFor};
use crate::letter::LINES_MAX;
use crate::office::assessments::{Evaluated, Evaluation};
use crate::store::StoreError;
use crate::store::rows::{EpisodeChange, EpisodeRow};
use crate::store::types::{CampaignId, IndicatorId, LetterId, UnitId, WarningRunId};

/// Letters drafted and issued at once, at most; and lines after which no further letter is added.
const LETTERS_AT_ONCE: usize = 200;
const LINES_AT_ONCE: usize = 4_000;
/// Episodes changed at once.
const EPISODES_AT_ONCE: usize = 2_000;

/// What became of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A rehearsal: it would be issued, or drafted.
    Planned,
    /// It was.
    Issued {
        /// The letter.
        id: LetterId,
        /// Its number.
        number: String,
    },
    /// The campaign wants approval before issue: it waits as a draft.
    AwaitsApproval {
        /// The draft.
        id: LetterId,
    },
    /// Somebody else issued about the same episodes at the same time.
    Overtaken,
    /// Its deadline falls into a year whose calendar has not been published.
    Blocked {
        /// That year.
        year: i32,
    },
}

/// One letter of a run.
#[derive(Debug, Clone)]
pub struct PlannedLetter {
    /// Campaign.
    pub campaign_id: CampaignId,
    /// Addressee.
    pub unit_id: UnitId,
    /// Name of the addressee.
    pub unit: String,
    /// What it is for.
    pub kind: LetterKind,
    /// Step of the ladder: 1 reminder, 2 next level and leader, 3 parent unit.
    pub step: Option<i32>,
    /// The letter it follows.
    pub follows: Option<LetterId>,
    /// What its draft waits for; `None` where it goes by itself.
    pub waits_for: Option<WaitsFor>,
    /// Why, for people.
    pub why: String,
    /// What it would say, where a rehearsal was asked for it and had room.
    pub text: Option<PlannedText>,
    /// By when its answer is due when it goes on the day.
    pub reply_by: Option<NaiveDate>,
    /// Units that would get a copy.
    pub copied: Vec<String>,
    /// Level of a warning: the gravest of its lines.
    pub level: Option<Level>,
    /// Indicators it lists, with their grades.
    pub indicators: Vec<(IndicatorId, String, Grade)>,
    /// Mailboxes, the addressee's first.
    pub mailboxes: Vec<String>,
    /// Who should get it and has no mailbox, one phrase each.
    pub lacking: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
}

impl PlannedLetter {
    /// Whether it would be written and its text is not told.
    pub fn lacks_text(&self) -> bool {
        self.text.is_none() && self.outcome == Outcome::Planned
    }
}

/// What a planned letter would say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedText {
    /// Subject.
    pub subject: String,
    /// Plain text, without a number.
    pub body: String,
}

impl PlannedText {
    /// How much room it takes, bytes.
    pub(super) fn len(&self) -> usize {
        self.subject.len() + self.body.len()
    }
}

/// What a run did, or would do.
#[derive(Debug, Clone, Default)]
pub struct Issued {
    /// Indicators judged.
    pub assessed: usize,
    /// Assessments that differed from the one before and were written.
    pub changed: usize,
    /// Letters, in order of campaign and unit.
    pub letters: Vec<PlannedLetter>,
    /// Episodes that recovered and are watched from now on.
    pub recovered: usize,
    /// Episodes lifted.
    pub lifted: usize,
    /// Indicators whose letter is due and held back by a silence.
    pub silenced: Vec<IndicatorId>,
    /// Indicators whose letter is due and that no unit answers for.
    pub unaddressed: Vec<IndicatorId>,
    /// Drafts discarded because nothing calls for them any more.
    pub discarded: usize,
    /// The run as kept; `None` for a rehearsal.
    pub run_id: Option<WarningRunId>,
    /// Since when it is kept, UTC.
    pub run_at: Option<NaiveDateTime>,
    /// Whether offices rest on the day: a scheduled run then leaves what is due to the next working day.
    pub resting: bool,
    /// What new rules change, while their letters wait for a person to release them.
    pub upgrade: Option<Upgrade>,
}

/// Judges every indicator as of `as_of`, writes the assessments down, issues every letter that is due, dated today, and keeps
/// what it did, with the name of the key that asked for it. Safe to run twice: the second run finds nothing due.
///
/// # Errors
/// When the database or a template fails. Letters issued before stay.
pub async fn run(office: &Office, actor: &Actor, as_of: NaiveDate) -> Result<Issued, Refusal> {
    pilot::note_pilot(office, actor).await?;
    let mut done = day(office, as_of, Mode::Write).await?;
    let (id, at) = report::keep(office, actor, as_of, (actor.key_name(), &done)).await?;
    (done.run_id, done.run_at) = (Some(id), Some(at));
    Ok(done)
}

/// [`run`] by the clock: offices get no letters on days on which they rest, what is due waits for the next working day; the
/// assessments are written all the same. Without a calendar of this year the run goes on, and says of each letter that its
/// deadline cannot be reckoned.
///
/// # Errors
/// As [`run`].
pub async fn run_on_schedule(office: &Office, actor: &Actor, as_of: NaiveDate) -> Result<Issued, Refusal> {
    if office.calendar.is_working_day(office.clock.today()) == Ok(false) {
        let Evaluated { assessed, changed, .. } = assessments::evaluate(office, actor, as_of).await?;
        return Ok(Issued { resting: true, assessed, changed, ..Issued::default() });
    }
    run(office, actor, as_of).await
}

/// The letters of a day, written or only told.
pub(super) async fn day(office: &Office, as_of: NaiveDate, mode: Mode) -> Result<Issued, Refusal> {
    let dry_run = mode != Mode::Write;
    let campaigns = letter_context::campaigns(office).await?;
    let silences = Silences::load(office, as_of, &campaigns).await?;
    let hold = upgrade::hold(office).await?;
    let wanted = || Wanted { grades: hold.is_some(), ..Wanted::default() };
    let (plan, evaluated) = if dry_run {
        (plan::plan(office, as_of, &silences, wanted()).await?, Evaluated::default())
    } else {
        plan_and_evaluate(office, as_of, &silences, wanted).await?
    };
    let Plan {
        mut letters, opened, changed, recovered, lifted, silenced, unaddressed, assessed, grades, ..
    } = plan;
    let upgrade = match hold {
        Some(hold) => Some(upgrade::compared(office, hold, &grades).await?),
        None => None,
    };
    let mut done =
        Issued { assessed, recovered, lifted, silenced, unaddressed, upgrade, ..Issued::default() };
    done.changed = evaluated.changed;
    if !done.unaddressed.is_empty() {
        let count = done.unaddressed.len();
        tracing::error!(count, "lagging indicators without a unit that answers for them");
    }
    let waiting = waiting(office).await?;
    one_a_day(&mut letters, &campaigns, &waiting)?;
    let called: HashSet<Key> = letters.keys().copied().collect();
    if !dry_run {
        write_quietly(office, &opened, &changed).await?;
    }
    let mut batch: Vec<(Key, Vec<Finding>)> = Vec::new();
    let mut lines = 0;
    for (key, mut findings) in letters {
        while !findings.is_empty() {
            let rest = findings.split_off(findings.len().min(LINES_MAX));
            lines += findings.len();
            batch.push((key, findings));
            if batch.len() >= LETTERS_AT_ONCE || lines >= LINES_AT_ONCE {
                let (some, mode) = (std::mem::take(&mut batch), mode.after(&done.letters));
                done.letters.extend(write(office, &campaigns, as_of, some, &waiting, mode).await?);
                lines = 0;
            }
            findings = rest;
        }
    }
    let mode = mode.after(&done.letters);
    done.letters.extend(write(office, &campaigns, as_of, batch, &waiting, mode).await?);
    if !dry_run {
        done.discarded = discard_uncalled(office, &waiting, &called, &silences).await?;
        if done.upgrade.is_none() {
            issue_liftings(office, &campaigns, &waiting).await?;
        }
        settle::settle(office).await?;
    }
    Ok(done)
}

/// Plans and evaluates on one walk over the indicators. Where somebody else has judged meanwhile, the
/// plan is made once more: no letter rests on facts that were old when it was planned.
async fn plan_and_evaluate(
    office: &Office,
    as_of: NaiveDate,
    silences: &Silences,
    wanted: impl Fn() -> Wanted,
) -> Result<(Plan, Evaluated), Refusal> {
    let mut evaluation = Evaluation::begin(office, as_of).await?;
    let planned = plan::walk(office, as_of, silences, wanted(), Some(&mut evaluation)).await?;
    let (done, overtaken) = evaluation.end().await?;
    let planned = if overtaken { plan::plan(office, as_of, silences, wanted()).await? } else { planned };
    Ok((planned, done))
}

/// Takes out of requests for reports what another letter of the same day speaks of: two letters about one thing on one
/// day read as a mistake. The request comes with the next run. Where letters wait for a signature, days are the signer's.
fn one_a_day(
    letters: &mut BTreeMap<Key, Vec<Finding>>,
    campaigns: &Campaigns,
    waiting: &Waiting,
) -> Result<(), StoreError> {
    let asks = |key: &Key| key.kind == LetterKind::ReportReminder;
    let mut told: HashSet<IndicatorId> = HashSet::new();
    for (key, findings) in letters.iter().filter(|(key, _)| !asks(key)) {
        if goes_by_itself(campaigns, key, waiting.get(key))? {
            told.extend(findings.iter().flat_map(Finding::indicators));
        }
    }
    for (_, findings) in letters.iter_mut().filter(|(key, _)| asks(key)) {
        findings.retain(|finding| !finding.indicators().any(|id| told.contains(&id)));
    }
    letters.retain(|_, findings| !findings.is_empty());
    Ok(())
}

/// Drafts and concludes one batch.
pub(super) async fn write(
    office: &Office,
    campaigns: &Campaigns,
    as_of: NaiveDate,
    batch: Vec<(Key, Vec<Finding>)>,
    waiting: &Waiting,
    mode: Mode,
) -> Result<Vec<PlannedLetter>, Refusal> {
    let mut drafts = drafted(office, campaigns, as_of, batch, waiting).await?;
    if upgrade::hold(office).await?.is_some() {
        drafts = drafts.into_iter().map(Draft::held).collect();
    }
    conclude(office, drafts, waiting, mode).await
}

/// Drafts one batch, charts and all, dated today, or the day to come that is rehearsed.
pub(super) async fn drafted(
    office: &Office,
    campaigns: &Campaigns,
    as_of: NaiveDate,
    batch: Vec<(Key, Vec<Finding>)>,
    waiting: &Waiting,
) -> Result<Vec<Draft>, Refusal> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let day = office.clock.today().max(as_of);
    let letter_context = LetterContext::load(office, campaigns, &batch, day).await?;
    let mut drafts = Vec::with_capacity(batch.len());
    let mut seen = HashSet::new();
    for (key, findings) in batch {
        // What is more than one letter holds waits for its own draft until the first is issued.
        let before = waiting.get(&key).filter(|_| seen.insert(key));
        drafts.push(Draft::of(office, &letter_context, as_of, (key, findings), before)?);
    }
    let undrawn: Vec<IndicatorId> = drafts.iter().flat_map(Draft::undrawn).collect();
    let trends = trends::of(office, as_of, &undrawn).await?;
    drafts.iter_mut().for_each(|draft| draft.draw(&trends));
    Ok(drafts)
}

/// Drafts that wait, by the letter they are to become.
pub(super) async fn waiting(office: &Office) -> Result<Waiting, Refusal> {
    let heads = office.store.list_draft_heads().await?;
    Ok(heads.into_iter().map(|head| (Key::of_head(&head), head)).collect())
}

/// Issues liftings that wait though they go by themselves by now; one that is true no longer is drawn anew or discarded.
async fn issue_liftings(office: &Office, campaigns: &Campaigns, waiting: &Waiting) -> Result<(), Refusal> {
    for (key, head) in waiting.iter().filter(|(key, _)| key.kind == LetterKind::Lifting) {
        if head.trial != office.is_pilot() || !goes_by_itself(campaigns, key, Some(head))? {
            continue;
        }
        let Some(row) = office.store.find_letter(head.id).await? else { continue };
        // Nobody signs what goes by itself.
        match sign::issue(office, &Actor::job(), row, None).await {
            Ok(_) | Err(Refusal::Changed { .. } | Refusal::Store(StoreError::Stale)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes episodes that change without a letter. What somebody else changed meanwhile is left to the next run.
pub(super) async fn write_quietly(
    office: &Office,
    opened: &[EpisodeRow],
    changed: &[EpisodeChange],
) -> Result<(), Refusal> {
    for chunk in opened.chunks(EPISODES_AT_ONCE) {
        together::write(chunk, |some| office.store.change_episodes(some, &[])).await?;
    }
    for chunk in changed.chunks(EPISODES_AT_ONCE) {
        together::write(chunk, |some| office.store.change_episodes(&[], some)).await?;
    }
    Ok(())
}

/// Discards ordinary drafts that nothing calls for any more: what they speak of has recovered, was reported, or is
/// silenced. A draft whose indicators are merely without data goes on waiting: silence is not recovery.
async fn discard_uncalled(
    office: &Office,
    waiting: &Waiting,
    called: &HashSet<Key>,
    silences: &Silences,
) -> Result<usize, Refusal> {
    let mut discarded = 0;
    for (key, head) in waiting {
        if key.follows.is_some() || key.step.is_some() || called.contains(key) {
            continue;
        }
        let episodes = office.store.list_letter_episodes(head.id).await?;
        let stands = episodes.iter().any(|episode| {
            episode.state == EpisodeState::Open
                && !silences.cover_one(episode.campaign_id, episode.indicator_id, episode.unit_id)
        });
        if stands {
            continue;
        }
        let note = "所涉事项已经恢复、补报或暂停发函，函稿自动撤销。";
        discarded += usize::from(sign::discard_uncalled(office, head.id, note).await?);
    }
    Ok(discarded)
}
