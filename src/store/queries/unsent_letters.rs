//! Drafts that were not issued, as the ledger tells of them.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{LedgerFilter, UnsentLetterRow};
use crate::schema::{letter_episodes, letters};
use crate::types::{EpisodeId, LetterId, Listed};
use xushi_domain::LetterState;

/// Drafts about these episodes that wait, or that a person discarded, the first one first.
///
/// # Errors
/// When the database fails.
pub(super) async fn unsent_letters(
    conn: &mut Conn,
    ids: &[EpisodeId],
    filter: &LedgerFilter,
) -> Result<HashMap<EpisodeId, Vec<UnsentLetterRow>>, StoreError> {
    type Row = (EpisodeId, LetterId, NaiveDateTime, Option<String>, Option<NaiveDateTime>, Option<String>);
    let discarded = letters::state.eq(Listed(LetterState::Discarded)).and(letters::decided_by.is_not_null());
    let rows: Vec<Row> = letter_episodes::table
        .inner_join(letters::table)
        .filter(letter_episodes::episode_id.eq_any(ids.to_vec()))
        .filter(letters::state.eq(Listed(LetterState::Draft)).or(discarded))
        .filter(letters::trial.eq_any([false, filter.trial]))
        .order((letters::created_at, letters::id))
        .select((
            letter_episodes::episode_id,
            letters::id,
            letters::created_at,
            letters::decided_by,
            letters::decided_at,
            letters::decision_note,
        ))
        .load(conn)
        .await?;
    let mut about: HashMap<EpisodeId, Vec<UnsentLetterRow>> = HashMap::new();
    for (episode, id, created_at, by, at, note) in rows {
        let draft = UnsentLetterRow { id, created_at, discarded: by.zip(at), note };
        about.entry(episode).or_default().push(draft);
    }
    Ok(about)
}
