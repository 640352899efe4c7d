//! What an entry says of the deed beside who did it: what was there before and after, or how many things it was about.

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{Office, hex};
use crate::store::rows::{AuditRow, FactWrite};
use crate::store::types::{Id, Thing};

/// Bytes of one side of a change that are kept as they are; of more, the hash.
const SIDE_MAX: usize = 32 * 1_024;

/// A thing that was changed, as it was and as it is.
struct ChangedThing {
    subject: String,
    before: String,
    after: String,
}

/// What a deed has to tell.
#[derive(Default)]
pub(super) struct Tale {
    changed: Vec<ChangedThing>,
    /// What many were of, how many, and their hash.
    many: Option<(String, usize, String)>,
}

impl Tale {
    /// A thing was changed; only what differs is kept.
    pub(super) fn changed(
        &mut self,
        what: &str,
        id: Id<impl Thing>,
        before: &impl Serialize,
        after: &impl Serialize,
    ) {
        let (before, after) = differing(before, after);
        self.changed.push(ChangedThing { subject: format!("{what} {}", id.0), before, after });
    }

    /// Many things were written, each said by one of `lines`.
    pub(super) fn counted(&mut self, what: &str, lines: impl Iterator<Item = String>) {
        let (count, digest) = digest_of(lines);
        self.many = Some((what.to_owned(), count, digest));
    }

    /// Fills in the entry; `made` is what the deed made, if it says so.
    pub(super) fn tell(self, made: Option<&str>, entry: &mut AuditRow) {
        let mut changed = self.changed;
        let single = if changed.len() == 1 && self.many.is_none() { changed.pop() } else { None };
        if let Some(one) = single {
            entry.subject = Some(one.subject);
            entry.state_before = Some(one.before);
            entry.state_after = Some(one.after);
            return;
        }
        entry.subject = made.map(str::to_owned);
        let many = self.many.or_else(|| {
            let lines = changed.iter().map(|one| format!("{} {} {}", one.subject, one.before, one.after));
            let (count, digest) = digest_of(lines);
            (count > 0).then(|| ("changes".to_owned(), count, digest))
        });
        if let Some((what, count, digest)) = many {
            entry.subject = entry.subject.take().or(Some(what));
            entry.items = Some(i32::try_from(count).unwrap_or(i32::MAX));
            entry.digest = Some(digest);
        }
    }
}

/// How many lines, and the SHA-256 of them, each with its end of line.
fn digest_of(lines: impl Iterator<Item = String>) -> (usize, String) {
    let (mut count, mut hash) = (0, Sha256::new());
    for line in lines {
        hash.update(line.as_bytes());
        hash.update(b"\n");
        count += 1;
    }
    (count, hex(&hash.finalize()))
}

/// Both sides as JSON, without what is the same in both.
fn differing(before: &impl Serialize, after: &impl Serialize) -> (String, String) {
    let object = |side: serde_json::Result<Value>| match side {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let mut before = object(serde_json::to_value(before));
    let mut after = object(serde_json::to_value(after));
    after.retain(|name, value| before.get(name) != Some(value));
    before.retain(|name, _| after.contains_key(name));
    after.remove("updated_at");
    before.remove("updated_at");
    (kept(before), kept(after))
}

fn kept(side: Map<String, Value>) -> String {
    let text = Value::Object(side).to_string();
    if text.len() <= SIDE_MAX {
        return text;
    }
    let hash = hex(&Sha256::digest(text.as_bytes()));
    serde_json::json!({ "bytes": text.len(), "sha256": hash }).to_string()
}

/// The entry of what happened by itself to letters, each said by one of `lines`: `path` says what.
pub(super) fn event_of_letters(office: &Office, path: &str, lines: impl Iterator<Item = String>) -> AuditRow {
    let mut entry = AuditRow {
        id: Id::of(office.clock.new_id()),
        api_key_id: None,
        letter_id: None,
        verb: "RUN".to_owned(),
        path: path.to_owned(),
        status: 200,
        request_id: String::new(),
        created_at: office.clock.timestamp(),
        actor: Some("job".to_owned()),
        address: None,
        subject: None,
        state_before: None,
        state_after: None,
        items: None,
        digest: None,
        code: None,
    };
    let mut lines = lines.peekable();
    let first = lines.peek().cloned();
    let mut tale = Tale::default();
    tale.counted("letters", lines);
    tale.tell(None, &mut entry);
    if entry.items == Some(1) {
        entry.subject = first;
    }
    entry
}

/// A fact as the digest of its call counts it.
pub(super) fn said_fact(fact: &FactWrite) -> String {
    let row = &fact.row;
    format!(
        "{} {} {} {} {} {} {} {} {} {}{}",
        fact.measure.0,
        fact.region.0,
        row.period_start,
        row.period_end,
        row.basis.0,
        row.figure.0,
        row.value.0.normalize(),
        row.status.0,
        row.published_on,
        row.source,
        row.stage.map(|stage| format!(" {}", stage.0)).unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_kept() {
        let (before, after) = differing(
            &json!({"name": "甲", "parent": null, "revision": 1, "updated_at": "x"}),
            &json!({"name": "乙", "parent": null, "revision": 2, "updated_at": "y"}),
        );
        assert_eq!((&*before, &*after), (r#"{"name":"甲","revision":1}"#, r#"{"name":"乙","revision":2}"#));
        let (before, after) = differing(&json!({"a": "x".repeat(SIDE_MAX)}), &json!({"a": "y"}));
        assert!(before.starts_with("{\"bytes\":32776,\"sha256\":") && after == "{\"a\":\"y\"}", "{before}");
    }
}
