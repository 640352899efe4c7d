//! Drafts become letters: number, frozen texts and deliveries in one transaction, many letters at once; or they wait
//! for 签发.

use std::collections::HashMap;

use super::draft::Draft;
use super::frozen::freeze;
use super::letter_events;
use super::planned::Key;
use super::rehearse::Mode;
use super::run::{Outcome, PlannedLetter, PlannedText};
use super::together::{self, unless_overtaken};
use super::{Office, Refusal};
use crate::letter::{LetterFacts, Picture, changes, draw};
use crate::store::rows::{DraftWrite, LetterHead, LetterRow, NewLetter, Rendering};
use crate::store::types::Id;
use crate::store::{StoreError, failpoint};

/// Drafts that wait, by the letter they are to become.
pub(super) type Waiting = HashMap<Key, LetterHead>;

/// Issues drafts, or lets them wait, or only tells.
///
/// # Errors
/// When the database or a template fails; what was issued before stays.
pub(super) async fn conclude(
    office: &Office,
    drafts: Vec<Draft>,
    waiting: &Waiting,
    mode: Mode,
) -> Result<Vec<PlannedLetter>, Refusal> {
    let mut outcomes: HashMap<Id, Outcome> = HashMap::new();
    let ready = |draft: &&Draft| mode == Mode::Write && draft.blocked.is_none();
    let (waits, goes): (Vec<&Draft>, Vec<&Draft>) =
        drafts.iter().filter(ready).partition(|draft| draft.going.waits_for.is_some());
    let waited = |draft: &&Draft| waiting.get(&draft.key).is_some_and(|head| head.id == draft.letter.id);
    let (drafted, new): (Vec<&Draft>, Vec<&Draft>) = goes.into_iter().partition(waited);
    issue_all(office, &new, &mut outcomes).await?;
    issue_drafted(office, &drafted, &mut outcomes).await?;
    wait_all(office, &waits, waiting, &mut outcomes).await?;
    let mut room = mode.room();
    let mut told = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let text = match draft.blocked {
            None if room > 0 => Some(text_of(office, &draft)?),
            _ => None,
        };
        room = room.saturating_sub(text.as_ref().map_or(0, PlannedText::len));
        let outcome = match draft.blocked {
            Some(unpublished) => Outcome::Blocked { year: unpublished.year },
            None => outcomes.remove(&draft.letter.id).unwrap_or(Outcome::Planned),
        };
        told.push(PlannedLetter {
            campaign_id: draft.letter.campaign_id,
            unit_id: draft.letter.unit_id,
            kind: draft.key.kind,
            step: draft.key.step,
            follows: draft.key.follows,
            waits_for: draft.going.waits_for,
            text,
            level: draft.facts.level,
            indicators: draft.indicators(),
            why: draft.going.why,
            reply_by: draft.facts.reply.as_ref().map(|reply| reply.by),
            copied: draft.facts.copied,
            mailboxes: draft.addressees.mailboxes.iter().map(|(.., contact)| contact.email.clone()).collect(),
            lacking: draft.addressees.lacking,
            unit: draft.facts.addressee,
            outcome,
        });
    }
    Ok(told)
}

/// What a planned letter would say, in the form of a draft.
fn text_of(office: &Office, draft: &Draft) -> Result<PlannedText, Refusal> {
    let rendered = office.letters.templates.render(&draft.facts)?;
    Ok(PlannedText { subject: rendered.subject, body: rendered.text })
}

/// Issues all at once; when somebody else has issued one of them meanwhile, one by one.
async fn issue_all(
    office: &Office,
    drafts: &[&Draft],
    outcomes: &mut HashMap<Id, Outcome>,
) -> Result<(), Refusal> {
    if drafts.is_empty() {
        return Ok(());
    }
    let news: Vec<NewLetter> = drafts.iter().map(|draft| draft.to_issue(office)).collect();
    let content = Content::of(drafts.iter().copied());
    let rendering = content.rendering(office);
    let written =
        together::write(&news, |some| letter_events::issue_letters(office, some, &rendering)).await?;
    failpoint!("issue.committed");
    for (news, letters) in written {
        outcomes.extend(news.iter().map(|new| (new.letter.id, Outcome::Overtaken)));
        for letter in letters.into_iter().flatten() {
            outcomes.insert(letter.id, issued(&letter)?);
        }
    }
    Ok(())
}

/// Issues what waited and need not any more: new rules were released, or the campaign issues by itself by now.
async fn issue_drafted(
    office: &Office,
    drafts: &[&Draft],
    outcomes: &mut HashMap<Id, Outcome>,
) -> Result<(), Refusal> {
    for draft in drafts {
        let id = draft.letter.id;
        let Some(before) = office.store.find_letter(id.0).await? else { continue };
        let content = Content::of(std::iter::once(*draft));
        let rendering = content.rendering(office);
        let letter = letter_events::issue_draft(office, &before, &draft.to_issue(office), &rendering).await;
        let letter = unless_overtaken(letter)?;
        outcomes.insert(id, letter.as_ref().map(issued).transpose()?.unwrap_or(Outcome::Overtaken));
    }
    Ok(())
}

/// Writes what waits for 签发. A draft that already says the same is left alone; one that newer facts have overtaken is
/// written over.
async fn wait_all(
    office: &Office,
    drafts: &[&Draft],
    waiting: &Waiting,
    outcomes: &mut HashMap<Id, Outcome>,
) -> Result<(), Refusal> {
    let mut writes = Vec::new();
    for draft in drafts {
        let texts = previewed(office, draft)?;
        let new = draft.to_wait(texts);
        let before = waiting.get(&draft.key).filter(|head| head.id == draft.letter.id);
        if before.is_some()
            && new.opened.is_empty()
            && new.continued.is_empty()
            && says_the_same(office, &new).await?
        {
            outcomes.insert(draft.letter.id, Outcome::AwaitsApproval { id: draft.letter.id });
            continue;
        }
        writes.push(DraftWrite { new, replaces: before.map(|head| head.updated_at) });
    }
    for (writes, written) in
        together::write(&writes, |some| letter_events::write_drafts(office, some)).await?
    {
        for write in writes {
            let id = write.new.letter.id;
            let waits = written.map_or(Outcome::Overtaken, |()| Outcome::AwaitsApproval { id });
            outcomes.insert(id, waits);
        }
    }
    Ok(())
}

/// Whether the draft that waits says what this one would, whatever the day.
async fn says_the_same(office: &Office, new: &NewLetter) -> Result<bool, Refusal> {
    let Some(row) = office.store.find_letter(new.letter.id.0).await? else { return Ok(false) };
    let (before, now) = (LetterFacts::from_json(&row.facts)?, LetterFacts::from_json(&new.letter.facts)?);
    let (follows, waits_for) = (&new.letter.follows_id, &new.letter.waits_for);
    Ok(changes(&before, &now).is_empty() && row.follows_id == *follows && row.waits_for == *waits_for)
}

pub(super) fn issued(letter: &LetterRow) -> Result<Outcome, StoreError> {
    Ok(Outcome::Issued { id: letter.id, number: letter.number()?.to_string() })
}

/// A draft's texts, made without a number.
fn previewed(office: &Office, draft: &Draft) -> Result<LetterRow, Refusal> {
    let rendered = office.letters.templates.render(&draft.facts)?;
    Ok(LetterRow {
        facts: draft.facts.to_json()?,
        subject: rendered.subject,
        body_text: rendered.text,
        body_html: rendered.html,
        ..draft.letter.clone()
    })
}

/// Facts and pictures of letters about to be issued. Pictures are drawn before the numbers are taken: nobody waits for
/// the row meanwhile.
pub(super) struct Content<'d>(HashMap<Id, (&'d LetterFacts, Vec<Picture>)>);

impl<'d> Content<'d> {
    /// Draws the pictures of these drafts.
    pub(super) fn of(drafts: impl Iterator<Item = &'d Draft>) -> Self {
        Self(drafts.map(|draft| (draft.letter.id, (&draft.facts, draw(&draft.facts)))).collect())
    }

    /// Makes the frozen letters with their numbers.
    pub(super) fn rendering<'r>(&'r self, office: &'r Office) -> Rendering<'r> {
        Rendering::new(move |letter, serial| {
            let content = self.0.get(&letter.id);
            let (facts, pictures) = content.ok_or_else(|| format!("no facts of letter {}", letter.id.0))?;
            freeze(office, facts, pictures, (letter, serial))
        })
    }
}
