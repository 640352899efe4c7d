//! 签发 and discarding: a coordinator decides about a draft.

use std::collections::HashMap;

use super::draft::Draft;
use super::issue::Content;
use super::library::{self, Library};
use super::planned::{About, Finding, Key};
use super::{Desk, WarningError, settle};
use crate::db;
use crate::domain::{Grade, Invalid, LetterKind, LetterState, TextEnum as _};
use crate::letter::{LetterFacts, LetterLine};
use crate::store::StoreError;
use crate::store::rows::{EpisodeChange, EpisodeRow, LetterRow, word};
use crate::store::types::Id;

/// Issues a draft: it gets number, date, deadline and deliveries, dated today, in one transaction.
///
/// # Errors
/// `Missing` without such a letter; `Conflict` when it is no draft, or the letter it reminds of has been answered;
/// `Stale` when it was written anew meanwhile; a calendar error when its deadline falls into an unpublished year.
pub async fn sign(desk: &Desk, id: Id, signer: &str) -> Result<LetterRow, WarningError> {
    let before = draft(desk, id).await?;
    let key = key(&before)?;
    answered_meanwhile(desk, &key).await?;
    let facts = LetterFacts::from_json(&before.facts)?;
    let as_of = before.as_of;
    let findings = findings(desk, &before, facts.lines).await?;
    let letters = [(key, findings)];
    let campaigns = library::campaigns(desk).await?;
    let library = Library::load(desk, &campaigns, &letters, desk.clock.today()).await?;
    let [letter] = letters;
    let mut draft = Draft::of(desk, &library, as_of, letter, Some((before.id, before.created_at)))?;
    if let Some(unpublished) = draft.blocked {
        return Err(unpublished.into());
    }
    draft.letter.follows_id = before.follows_id;
    draft.letter.decided_by = Some(signer.to_owned());
    draft.letter.decided_at = Some(draft.letter.updated_at);
    let new = draft.to_issue(desk);
    let content = Content::of(std::iter::once(&draft));
    let rendering = content.rendering(desk);
    let letter = db!(desk.store, issuing::issue_draft(&before, &new, &rendering))?;
    settle::settle(desk).await?;
    Ok(letter)
}

/// Says of a draft that it shall not be issued, and why. A run drafts anew when there is something new to say.
///
/// # Errors
/// `Missing` without such a letter; `Conflict` when it is no draft.
pub async fn discard(desk: &Desk, id: Id, by: &str, reason: &str) -> Result<LetterRow, WarningError> {
    let before = draft(desk, id).await?;
    let now = desk.clock.timestamp();
    // As far as these episodes go, it has been decided: the next draft comes with a later period or a worse level.
    let mut decided = Vec::new();
    if before.kind == LetterKind::Warning.as_str() {
        let links = db!(desk.store, issuing::list_episode_links(&[id]))?;
        let episodes = db!(desk.store, letters::list_letter_episodes(id.0))?;
        for (link, row) in links.into_iter().zip(episodes) {
            let mut after = EpisodeRow { updated_at: now, ..row.clone() };
            (after.lettered_level, after.lettered_period_end) = (link.level, link.period_end);
            decided.push(EpisodeChange { before: row, after });
        }
    }
    db!(desk.store, issuing::discard_draft(id, Some(by), reason, decided, now))?;
    Ok(LetterRow {
        state: LetterState::Discarded.to_string(),
        decided_by: Some(by.to_owned()),
        decided_at: Some(now),
        decision_note: Some(reason.to_owned()),
        updated_at: now,
        ..before
    })
}

async fn draft(desk: &Desk, id: Id) -> Result<LetterRow, StoreError> {
    let row =
        db!(desk.store, letters::find_letter(id.0))?.ok_or_else(|| StoreError::missing("letter", id.0))?;
    if row.state == LetterState::Draft.as_str() {
        return Ok(row);
    }
    let detail = "该函不是待签发的函稿：已签发或已撤销，请刷新后再看。";
    Err(StoreError::Conflict(Invalid::new("state", "not_a_draft", detail)))
}

/// A reminder or a step of the ladder has nothing left to say once the answer is there.
async fn answered_meanwhile(desk: &Desk, key: &Key) -> Result<(), StoreError> {
    let (Some(follows), Some(_)) = (key.follows, key.step) else { return Ok(()) };
    let heads = db!(desk.store, issuing::list_letter_heads(&[follows]))?;
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

/// What a letter speaks of, taken up again with the lines it has.
pub(super) async fn findings(
    desk: &Desk,
    letter: &LetterRow,
    lines: Vec<LetterLine>,
) -> Result<Vec<Finding>, WarningError> {
    let links = db!(desk.store, issuing::list_episode_links(&[letter.id]))?;
    let episodes = db!(desk.store, letters::list_letter_episodes(letter.id.0))?;
    let episodes: HashMap<Id, EpisodeRow> = episodes.into_iter().map(|row| (row.id, row)).collect();
    let reports = db!(desk.store, issuing::list_letter_reports(&[letter.id]))?;
    let mut lines: HashMap<i32, LetterLine> =
        lines.into_iter().map(|line| (line.ordinal.cast_signed(), line)).collect();
    let lost = || StoreError::Corrupt(format!("lines of letter {}", letter.id.0));
    let mut findings = Vec::new();
    for link in links {
        let before = episodes.get(&link.episode_id).ok_or_else(lost)?.clone();
        let mut after = before.clone();
        after.updated_at = desk.clock.timestamp();
        let level = link.level.as_deref().map(word).transpose()?;
        findings.push(Finding {
            indicator: before.indicator_id,
            grade: word(&before.grade)?,
            level,
            period_end: link.period_end,
            line: lines.remove(&link.ordinal).ok_or_else(lost)?,
            about: About::Continued(Box::new(EpisodeChange { before, after })),
        });
    }
    for report in reports {
        findings.push(Finding {
            indicator: report.indicator_id,
            grade: Grade::OverdueReport,
            level: None,
            period_end: Some(report.period_end),
            line: lines.remove(&report.ordinal).ok_or_else(lost)?,
            about: About::Report { period_end: report.period_end, repeated: report.repeated },
        });
    }
    Ok(findings)
}
