//! 签发 and discarding: a coordinator decides about a draft.

use super::afresh::{self, Afresh};
use super::draft::Draft;
use super::issue::{Content, conclude};
use super::planned::Key;
use super::{Office, Refusal, library, run, settle};
use crate::domain::{Invalid, LetterKind, LetterState, TextEnum as _};
use crate::letter::{FactChange, LetterFacts, changes};
use crate::store::StoreError;
use crate::store::rows::{EpisodeChange, EpisodeRow, LetterRow, word};
use crate::store::types::Id;

/// Issues a draft: it gets number, date, deadline and deliveries, dated today, in one transaction. What it says is judged
/// afresh: where anything but the day has moved, nothing is issued and a fresh draft waits in its place.
///
/// # Errors
/// `Missing` without such a letter; `Conflict` when it is no draft, or the letter it reminds of has been answered;
/// `Changed` when what it rests on is not as it was; `Stale` when it was written anew meanwhile; a calendar error when its
/// deadline falls into an unpublished year.
pub async fn sign(office: &Office, id: Id, signer: &str) -> Result<LetterRow, Refusal> {
    let before = draft(office, id).await?;
    issue(office, before, Some(signer)).await
}

/// The same; nobody signs what a campaign issues by itself.
pub(super) async fn issue(
    office: &Office,
    before: LetterRow,
    signer: Option<&str>,
) -> Result<LetterRow, Refusal> {
    let key = key(&before)?;
    answered_meanwhile(office, &key).await?;
    let read = LetterFacts::from_json(&before.facts)?;
    let campaigns = library::campaigns(office).await?;
    let Afresh { findings, others, quiet } = afresh::of(office, &campaigns, &before, key).await?;
    let today = office.clock.today();
    let waiting = run::waiting(office).await?;
    let mut changed = Vec::new();
    if !findings.is_empty() {
        let mut drafts = run::drafted(office, &campaigns, today, vec![(key, findings)], &waiting).await?;
        let found = drafts.first().map(|draft| changes(&read, &draft.facts)).unwrap_or_default();
        let Some(fresh) = drafts.pop() else { return Err(StoreError::Stale.into()) };
        if found.is_empty() {
            return put_out(office, before, fresh, signer).await;
        }
        changed = found;
        conclude(office, vec![fresh.held()], &waiting, false).await?;
    }
    run::write_quietly(office, &[], &quiet).await?;
    let drafts = run::drafted(office, &campaigns, today, others, &waiting).await?;
    conclude(office, drafts.into_iter().map(Draft::held).collect(), &waiting, false).await?;
    let waits = !changed.is_empty();
    if !waits {
        let note = "所涉事项已经恢复、补报或改办，无需再发此函，函稿自动撤销。";
        let now = office.clock.timestamp();
        office.store.discard_draft(before.id, None, note, Vec::new(), now).await?;
        changed.push(FactChange { pointer: "/lines".to_owned(), detail: note.to_owned() });
    }
    Err(Refusal::Changed { changes: changed, waits })
}

async fn put_out(
    office: &Office,
    before: LetterRow,
    mut draft: Draft,
    signer: Option<&str>,
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
    let letter = office.store.issue_draft(&before, &new, &rendering).await?;
    settle::settle(office).await?;
    Ok(letter)
}

/// Says of a draft that it shall not be issued, and why. A run drafts anew when there is something new to say.
///
/// # Errors
/// `Missing` without such a letter; `Conflict` when it is no draft.
pub async fn discard(office: &Office, id: Id, by: &str, reason: &str) -> Result<LetterRow, Refusal> {
    let before = draft(office, id).await?;
    let now = office.clock.timestamp();
    // As far as these episodes go, it has been decided: the next draft comes with a later period or a worse level.
    let mut decided = Vec::new();
    if before.kind == LetterKind::Warning.as_str() {
        let links = office.store.list_episode_links(&[id]).await?;
        let episodes = office.store.list_letter_episodes(id.0).await?;
        for (link, row) in links.into_iter().zip(episodes) {
            let mut after = EpisodeRow { updated_at: now, ..row.clone() };
            (after.lettered_level, after.lettered_period_end) = (link.level, link.period_end);
            decided.push(EpisodeChange { before: row, after });
        }
    }
    office.store.discard_draft(id, Some(by), reason, decided, now).await?;
    Ok(LetterRow {
        state: LetterState::Discarded.to_string(),
        decided_by: Some(by.to_owned()),
        decided_at: Some(now),
        decision_note: Some(reason.to_owned()),
        updated_at: now,
        ..before
    })
}

async fn draft(office: &Office, id: Id) -> Result<LetterRow, StoreError> {
    let row = office.store.find_letter(id.0).await?.ok_or_else(|| StoreError::missing("letter", id.0))?;
    if row.state == LetterState::Draft.as_str() {
        return Ok(row);
    }
    let detail = "该函不是待签发的函稿：已签发或已撤销，请刷新后再看。";
    Err(StoreError::Conflict(Invalid::new("state", "not_a_draft", detail)))
}

/// A reminder or a step of the ladder has nothing left to say once the answer is there.
async fn answered_meanwhile(office: &Office, key: &Key) -> Result<(), StoreError> {
    let (Some(follows), Some(_)) = (key.follows, key.step) else { return Ok(()) };
    let heads = office.store.list_letter_heads(&[follows]).await?;
    let waits = |state: &str| LetterState::parse(state).is_some_and(LetterState::awaits_answer);
    if heads.iter().all(|head| waits(&head.state)) {
        return Ok(());
    }
    let detail = "原函已经反馈或不必再反馈，请撤销此函稿。";
    Err(StoreError::Conflict(Invalid::new("state", "answered", detail)))
}

fn key(row: &LetterRow) -> Result<Key, StoreError> {
    let kind: LetterKind = word(&row.kind)?;
    let bound = row.ladder_step.is_some() || kind == LetterKind::Lifting;
    Ok(Key {
        campaign: row.campaign_id,
        unit: row.unit_id,
        kind,
        follows: row.follows_id.filter(|_| bound),
        step: row.ladder_step,
    })
}
