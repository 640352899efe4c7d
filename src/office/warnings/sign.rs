//! 签发 and discarding: a coordinator decides about a draft.

use chrono::{DateTime, Utc};

use super::afresh::{self, Afresh, Plans};
use super::draft::Draft;
use super::issue::{Content, Waiting, conclude};
use super::letter_context::Campaigns;
use super::planned::Key;
use super::rehearse::Mode;
use super::run::Outcome;
use super::together::unless_overtaken;
use super::{Actor, Office, Refusal, letter_context, letter_events, run, settle};
use crate::domain::invalid::text;
use crate::domain::{Invalid, LetterKind, LetterState, lengths};
use crate::letter::{FactChange, LetterFacts, changes};
use crate::store::rows::{EpisodeChange, EpisodeRow, LetterRow};
use crate::store::types::LetterId;
use crate::store::{StoreError, failpoint};

/// Issues a draft: it gets number, date, deadline and deliveries, dated today, in one transaction. What it says is judged
/// afresh: where anything but the day has moved, nothing is issued and a fresh draft waits in its place.
///
/// `signer` is who decides, as stated.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad name, [`Refusal::NotFound`]; `Conflict` when it is no draft, or the letter it reminds of has
/// been answered; `Changed` when what it rests on is not as it was; `Stale` when it was written anew meanwhile; a calendar
/// error when its deadline falls into an unpublished year.
pub async fn sign(office: &Office, actor: &Actor, id: LetterId, signer: &str) -> Result<LetterRow, Refusal> {
    let signer = text("signer", signer, lengths::PERSON)?;
    let before = draft(office, id).await?;
    issue(office, actor, before, Some(&signer)).await
}

/// The same; nobody signs what a campaign issues by itself.
pub(super) async fn issue(
    office: &Office,
    actor: &Actor,
    before: LetterRow,
    signer: Option<&str>,
) -> Result<LetterRow, Refusal> {
    let mut round = SigningRound::new(office);
    let letter = round.issue(actor, before, signer).await?;
    round.end().await?;
    Ok(letter)
}

/// Drafts signed one after another. What they are checked against is gathered once for some seconds: judged for each of five hundred,
/// the campaign would be judged five hundred times.
pub struct SigningRound<'o> {
    office: &'o Office,
    known: Option<Known>,
}

/// What drafts are checked against.
struct Known {
    since: DateTime<Utc>,
    campaigns: Campaigns,
    waiting: Waiting,
    plans: Plans,
}

/// How long what is known counts as today's.
const KNOWN_SECONDS: i64 = 5;

impl<'o> SigningRound<'o> {
    /// A round that knows nothing yet.
    pub fn new(office: &'o Office) -> Self {
        Self { office, known: None }
    }

    /// As [`sign`]; [`end`](Self::end) follows the last one.
    ///
    /// # Errors
    /// As [`sign`].
    pub async fn sign(&mut self, actor: &Actor, id: LetterId, signer: &str) -> Result<LetterRow, Refusal> {
        let signer = text("signer", signer, lengths::PERSON)?;
        let before = draft(self.office, id).await?;
        self.issue(actor, before, Some(&signer)).await
    }

    async fn issue(
        &mut self,
        actor: &Actor,
        before: LetterRow,
        signer: Option<&str>,
    ) -> Result<LetterRow, Refusal> {
        let now = self.office.clock.now();
        let known = self.known.take().filter(|known| (now - known.since).num_seconds() < KNOWN_SECONDS);
        let known = match known {
            Some(known) => known,
            None => Known {
                since: now,
                campaigns: letter_context::campaigns(self.office).await?,
                waiting: run::waiting(self.office).await?,
                plans: Plans::new(),
            },
        };
        let known = self.known.insert(known);
        let issued = issue_known(self.office, actor, (before, signer), known).await;
        // What was refused may have drawn other drafts.
        if issued.is_err() {
            self.known = None;
        }
        issued
    }

    /// Ends the round: letters that those signed have taken the place of wait for no answer any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end(self) -> Result<(), Refusal> {
        settle::settle(self.office).await.map(|_| ())
    }
}

async fn issue_known(
    office: &Office,
    actor: &Actor,
    (before, signer): (LetterRow, Option<&str>),
    known: &mut Known,
) -> Result<LetterRow, Refusal> {
    let key = Key::of_letter(&before);
    if before.trial != office.is_pilot() {
        let detail = "此函稿在演练开始前拟就，演练期间不能签发；请在演练结束后签发。";
        return Err(StoreError::Conflict(Invalid::new("state", "not_in_a_pilot", detail)).into());
    }
    answered_meanwhile(office, &key).await?;
    let read = LetterFacts::from_json(&before.facts)?;
    let Known { campaigns, waiting, plans, .. } = known;
    let today = office.clock.today();
    let Afresh { findings, others, quiet } =
        afresh::by_plans(office, campaigns, (&before, key), (today, plans)).await?;
    let (mut changed, mut fresh_ids) = (Vec::new(), Vec::new());
    if !findings.is_empty() {
        let mut drafts = run::drafted(office, campaigns, today, vec![(key, findings)], waiting).await?;
        let found = drafts.first().map(|draft| changes(&read, &draft.facts)).unwrap_or_default();
        let Some(fresh) = drafts.pop() else { return Err(StoreError::Stale.into()) };
        if found.is_empty() {
            return put_out(office, actor, before, (fresh, signer)).await;
        }
        changed = found;
        wait(office, vec![fresh], waiting, &mut fresh_ids).await?;
    }
    run::write_quietly(office, &[], &quiet).await?;
    let drafts = run::drafted(office, campaigns, today, others, waiting).await?;
    wait(office, drafts, waiting, &mut fresh_ids).await?;
    let waits = !changed.is_empty();
    if !waits {
        let note = "所涉事项已经恢复、补报或改办，无需再发此函，函稿自动撤销。";
        letter_events::discard_draft(office, before.id, note).await?;
        changed.push(FactChange { pointer: "/lines".to_owned(), detail: note.to_owned() });
    }
    Err(Refusal::Changed { changes: changed, waits, drafts: fresh_ids })
}

/// Lets these wait instead of what was to be signed; adds the drafts that do.
async fn wait(
    office: &Office,
    drafts: Vec<Draft>,
    waiting: &Waiting,
    fresh: &mut Vec<LetterId>,
) -> Result<(), Refusal> {
    let drafts = drafts.into_iter().map(Draft::held).collect();
    let told = conclude(office, drafts, waiting, Mode::Write).await?;
    fresh.extend(told.iter().filter_map(|one| match one.outcome {
        Outcome::AwaitsApproval { id } => Some(id),
        _ => None,
    }));
    Ok(())
}

async fn put_out(
    office: &Office,
    actor: &Actor,
    before: LetterRow,
    (mut draft, signer): (Draft, Option<&str>),
) -> Result<LetterRow, Refusal> {
    if let Some(unpublished) = draft.blocked {
        return Err(unpublished.into());
    }
    draft.letter.follows_id = before.follows_id;
    draft.letter.decided_by = signer.map(str::to_owned);
    draft.letter.decided_at = signer.map(|_| draft.letter.updated_at);
    let new = draft.to_issue(office);
    let content = Content::of(std::iter::once(&draft));
    let rendering = content.rendering(office);
    let mut deed = office.begin(actor).await?;
    let issued = deed.tx().issue_draft(&before, &new, &rendering).await;
    let letter = deed.end(issued).await?;
    failpoint!("sign.committed");
    Ok(letter)
}

/// Says of a draft that it shall not be issued, and why; `by` is who decides, as stated. A run drafts anew when there is
/// something new to say.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad name or reason, [`Refusal::NotFound`]; `Conflict` when it is no draft.
pub async fn discard(
    office: &Office,
    actor: &Actor,
    id: LetterId,
    (by, reason): (&str, &str),
) -> Result<LetterRow, Refusal> {
    let (by, reason) = (text("by", by, lengths::PERSON)?, text("reason", reason, lengths::REASON)?);
    let before = draft(office, id).await?;
    let now = office.clock.timestamp();
    // As far as these episodes go, it has been decided: the next draft comes with a later period or a worse level.
    let mut decided = Vec::new();
    if before.kind == LetterKind::Warning {
        let links = office.store.list_episode_links(&[before.id]).await?;
        let episodes = office.store.list_letter_episodes(id).await?;
        for (link, row) in links.into_iter().zip(episodes) {
            let mut after = EpisodeRow { updated_at: now, ..row.clone() };
            (after.lettered_level, after.lettered_period_end) = (link.level, link.period_end);
            decided.push(EpisodeChange { before: row, after });
        }
    }
    let mut deed = office.begin(actor).await?;
    let discarded = deed.tx().discard_draft(before.id, Some(&by), &reason, decided, now).await;
    deed.end(discarded).await?;
    Ok(LetterRow {
        state: LetterState::Discarded.into(),
        decided_by: Some(by),
        decided_at: Some(now),
        decision_note: Some(reason),
        updated_at: now,
        ..before
    })
}

pub(super) async fn draft(office: &Office, id: LetterId) -> Result<LetterRow, Refusal> {
    let row = office.store.find_letter(id).await?.ok_or(Refusal::NotFound("函"))?;
    if row.state == LetterState::Draft {
        return Ok(row);
    }
    let detail = "该函不是待签发的函稿：已签发或已撤销，请刷新后再看。";
    Err(StoreError::Conflict(Invalid::new("state", "not_a_draft", detail)).into())
}

/// Discards a draft that nothing calls for any more and nobody has decided about; `false` when somebody has.
///
/// # Errors
/// When the database fails.
pub(super) async fn discard_uncalled(office: &Office, id: LetterId, note: &str) -> Result<bool, Refusal> {
    let discarded = letter_events::discard_draft(office, id, note).await;
    Ok(unless_overtaken(discarded)?.is_some())
}

/// A reminder or a step of the ladder has nothing left to say once the answer is there.
async fn answered_meanwhile(office: &Office, key: &Key) -> Result<(), StoreError> {
    let (Some(follows), Some(_)) = (key.follows, key.step) else { return Ok(()) };
    let heads = office.store.list_letter_heads(&[follows]).await?;
    if heads.iter().all(|head| head.state.0.awaits_answer()) {
        return Ok(());
    }
    let detail = "原函已经反馈或不必再反馈，请撤销此函稿。";
    Err(StoreError::Conflict(Invalid::new("state", "answered", detail)))
}
