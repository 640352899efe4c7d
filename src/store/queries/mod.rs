//! The queries, compiled once against each database (see the room's front page).
//!
//! `find_` gives an `Option`, `get_` fails with `Missing`, `list_` gives one row more than the page holds.

pub mod access_scope;
pub mod api_keys;
pub mod audit;
pub mod campaigns;
pub mod change_feed;
pub mod comparisons;
pub mod contacts;
pub mod deliveries;
pub mod documents;
pub mod episodes;
pub mod evaluation;
pub mod external_ids;
mod family;
pub mod former_names;
pub mod idempotency;
pub mod incidents;
pub mod indicators;
pub mod issuing;
pub mod ledger;
pub mod letter_files;
pub mod letters;
pub mod mail_pace;
pub mod maintenance;
pub mod measures;
pub mod mergers;
pub mod names;
pub mod notice_outbox;
pub mod notices;
pub mod observations;
pub mod overview;
pub mod persons;
pub mod pilots;
pub mod problem_deeds;
pub mod problems;
pub mod reassessments;
pub mod rechecks;
pub mod recording;
pub mod regions;
pub mod replies;
pub mod responsibilities;
pub mod restorations;
pub mod retirements;
pub mod revisions;
pub mod rule_packs;
pub mod runs;
pub mod secrets;
mod serials;
pub mod sessions;
pub mod settings;
pub mod settlements;
pub mod slots;
pub mod tasks;
pub mod units;
mod unsent_letters;
pub mod wanted_rates;
pub mod warnings;
pub mod watch;
pub mod webhooks;
pub mod withdrawals;

pub use super::snapshot;
use crate::StoreError;
use xushi_domain::folded;

diesel::define_sql_function! {
    /// LIKE heeds the case of letters in PostgreSQL and not in SQLite; with both sides through this they agree.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A key as it is looked up, however it was typed ([`folded`]): full width, blanks at its ends. Refuses one that no row
/// can have; PostgreSQL fails on a NUL instead of finding nothing.
pub(crate) fn typed(what: &'static str, key: &str) -> Result<String, StoreError> {
    let typed = folded(key);
    if typed.is_empty() || typed.contains('\0') { Err(StoreError::missing(what, key)) } else { Ok(typed) }
}

/// A LIKE pattern that finds `part` anywhere; `\` escapes.
pub(crate) fn contains(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for character in part.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
