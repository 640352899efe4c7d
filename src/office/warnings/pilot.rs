//! A pilot (试运行、演练) begins when an address stands in `mail.redirect_to` and ends when it does not any more.

use std::collections::HashSet;

use super::{Actor, Office, Refusal};
use crate::store::StoreError;
use crate::store::rows::{EndedPilot, EpisodeRow};
use crate::store::types::{EpisodeId, LetterId};

/// Setting: a pilot is on; the mailbox to which its mails go.
const PILOT: &str = "pilot";
/// What is said of its drafts, and of its mails that were not out yet.
const OVER: &str = "演练结束";
/// How often the end is tried when somebody writes letters at the same time.
const TRIES: usize = 3;

/// Notes that a pilot is on; or, where one was on and is not any more, ends it: its letters wait for no answer and climb no
/// ladder, its drafts are discarded, and what it wrote about counts as not written about, so that the next run writes the real
/// letters. Gives what the end has put away. At every start and before every run; safe to call as often as one likes.
///
/// # Errors
/// When the database fails; the pilot then is not over, and the next call ends it.
pub async fn note_pilot(office: &Office, actor: &Actor) -> Result<Option<EndedPilot>, Refusal> {
    let now = office.clock.timestamp();
    if let Some(mailbox) = &office.letters.redirect_to {
        office.store.find_or_set(PILOT, mailbox, now).await?;
        return Ok(None);
    }
    if office.store.find_setting(PILOT).await?.is_none() {
        return Ok(None);
    }
    let mut tried = 1;
    loop {
        let mut deed = office.begin(actor).await?;
        let ended = deed.tx().end_pilot(PILOT, OVER, now).await;
        match deed.end(ended).await {
            Err(Refusal::Store(StoreError::Stale)) if tried < TRIES => tried += 1,
            Err(error) => return Err(error),
            Ok(ended) => {
                if let Some(ended) = &ended {
                    tracing::warn!(?ended, "the pilot is over: from now on letters are real");
                }
                return Ok(ended);
            }
        }
    }
}

/// Episodes that a real letter speaks of, while a pilot is on: what goes on about them, and that they are over, has to reach
/// the unit, and comes when the pilot has ended.
pub(super) async fn apart(office: &Office, open: &[EpisodeRow]) -> Result<HashSet<EpisodeId>, Refusal> {
    if !office.is_pilot() {
        return Ok(HashSet::new());
    }
    let letters: HashSet<LetterId> = open.iter().filter_map(|row| row.letter_id).collect();
    let heads = office.store.list_letter_heads(&letters.into_iter().collect::<Vec<_>>()).await?;
    let real: HashSet<LetterId> = heads.into_iter().filter(|head| !head.trial).map(|head| head.id).collect();
    let spoken_of = |row: &&EpisodeRow| row.letter_id.is_some_and(|letter| real.contains(&letter));
    Ok(open.iter().filter(spoken_of).map(|row| row.id).collect())
}
