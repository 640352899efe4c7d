//! Who does a deed (经手人), and the entry that says so.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;

use super::audit_trail::Tale;
use super::{Office, Refusal};
use crate::domain::{Role, Stage};
use crate::store::patience::left;
use crate::store::rows::AuditRow;
use crate::store::types::{AnyId, ApiKeyId, Id, LetterId, Thing, UnitId};
use crate::store::{StoreError, Tx};

/// Who does a deed.
#[derive(Debug, Clone)]
pub struct Actor {
    who: Who,
    call: Option<Arc<Call>>,
}

/// Whoever can do a deed.
#[derive(Debug, Clone)]
pub enum Who {
    /// The holder of a key.
    Key {
        /// The key.
        id: ApiKeyId,
        /// What the key is called.
        name: String,
        /// What it may do.
        role: Role,
        /// The unit it speaks for.
        unit_id: Option<UnitId>,
        /// The highest stage at which it may put figures in; `None`: by its role.
        stage: Option<Stage>,
    },
    /// The holder of the link in this letter.
    Link {
        /// The letter.
        letter_id: LetterId,
    },
    /// What happens by itself; its runs and slots tell what it did.
    Job,
    /// The technician at the command line.
    Technician,
}

/// The call by which a deed is done from outside, as the entry shows it.
#[derive(Debug)]
pub struct Call {
    /// POST, PUT, PATCH, DELETE.
    pub verb: String,
    /// Address without the query; a token is not part of it.
    pub path: String,
    /// HTTP status that a success answers with.
    pub status: u16,
    /// Id of the request, as in the logs.
    pub request_id: String,
    /// From where, as the network says.
    pub address: Option<String>,
    noted: AtomicBool,
    /// The caller's Idempotency-Key, once it is claimed.
    idempotency_key: OnceLock<String>,
}

impl Call {
    /// A call that is not written down yet.
    pub fn new(verb: &str, path: &str, status: u16, request_id: String) -> Self {
        let path = path.chars().take(200).collect();
        Self {
            verb: verb.to_owned(),
            path,
            status,
            request_id,
            address: None,
            noted: AtomicBool::new(false),
            idempotency_key: OnceLock::new(),
        }
    }

    /// The same, from this address.
    #[must_use]
    pub fn from_address(mut self, address: Option<String>) -> Self {
        self.address = address;
        self
    }
}

impl Actor {
    /// `who` by this call.
    pub fn calling(who: Who, call: Call) -> Self {
        Self { who, call: Some(Arc::new(call)) }
    }

    /// What happens by itself.
    pub fn job() -> Self {
        Self { who: Who::Job, call: None }
    }

    /// The technician at the command line.
    pub fn technician() -> Self {
        Self { who: Who::Technician, call: None }
    }

    /// The same for one part of a call that asks for several deeds, as if it had been called at `path` alone: each part has an
    /// entry of its own, in the transaction of its deed.
    #[must_use]
    pub fn part(&self, path: &str) -> Self {
        let part = |call: &Arc<Call>| {
            let part = Call::new(&call.verb, path, call.status, call.request_id.clone());
            Arc::new(part.from_address(call.address.clone()))
        };
        Self { who: self.who.clone(), call: self.call.as_ref().map(part) }
    }

    /// Who it is.
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// The name of the key, where one was shown.
    pub fn key_name(&self) -> Option<&str> {
        match &self.who {
            Who::Key { name, .. } => Some(name),
            Who::Link { .. } | Who::Job | Who::Technician => None,
        }
    }

    /// The key that was shown, if any.
    pub fn key_id(&self) -> Option<ApiKeyId> {
        match &self.who {
            Who::Key { id, .. } => Some(*id),
            Who::Link { .. } | Who::Job | Who::Technician => None,
        }
    }

    /// The unit that the key speaks for, if any.
    pub fn unit_id(&self) -> Option<UnitId> {
        match &self.who {
            Who::Key { unit_id, .. } => *unit_id,
            Who::Link { .. } | Who::Job | Who::Technician => None,
        }
    }

    /// This call is made under an Idempotency-Key, which is claimed for it: its first deed says with its work that it is done.
    pub fn under_key(&self, key: &str) {
        if let Some(call) = &self.call {
            // Once claimed it stays the same.
            let _ = call.idempotency_key.set(key.to_owned());
        }
    }

    /// The claim of this call: whose, and under which key.
    fn claim(&self) -> Option<(ApiKeyId, &str)> {
        let key = self.call.as_ref()?.idempotency_key.get()?;
        Some((Id::of(self.key_id()?.0), key))
    }

    /// This call asked for a change that was none: there is nothing to write down.
    pub(super) fn changed_nothing(&self) {
        if let Some(call) = &self.call {
            call.noted.store(true, Ordering::Relaxed);
        }
    }

    /// Whether a deed has written this call down.
    pub fn is_noted(&self) -> bool {
        self.call.as_ref().is_none_or(|call| call.noted.load(Ordering::Relaxed))
    }

    /// The entry of this call; `None` for what is not called from outside.
    fn entry(&self, office: &Office) -> Option<AuditRow> {
        let call = self.call.as_ref()?;
        let (api_key_id, letter_id) = match self.who {
            Who::Key { id, .. } => (Some(id), None),
            Who::Link { letter_id } => (None, Some(letter_id)),
            Who::Job | Who::Technician => return None,
        };
        Some(AuditRow {
            id: Id::of(office.clock.new_id()),
            api_key_id,
            letter_id,
            verb: call.verb.clone(),
            path: call.path.clone(),
            status: call.status.into(),
            request_id: call.request_id.clone(),
            created_at: office.clock.timestamp(),
            actor: Some(self.key_name().unwrap_or("link").to_owned()),
            address: call.address.clone(),
            subject: None,
            state_before: None,
            state_after: None,
            items: None,
            digest: None,
            code: None,
        })
    }

    /// Writes down a call that no deed has written down. When this fails it is said in the log and nowhere else: the answer is
    /// made. `refused` says of a refusal which it is, and how many like it were not written down since the one before.
    pub async fn note(&self, office: &Office, status: u16, refused: Option<(&str, i32)>) {
        let Some(entry) = self.entry(office) else { return };
        let mut row = AuditRow { status: status.into(), ..entry };
        if let Some((code, unwritten)) = refused {
            row.code = Some(code.to_owned());
            row.items = (unwritten > 0).then_some(unwritten);
        }
        if let Err(error) = office.store.record_audit(&row).await {
            tracing::error!(%error, ?row, "who wrote was not written down");
        }
    }
}

impl std::fmt::Display for Actor {
    /// For logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.who {
            Who::Key { name, .. } => write!(f, "key {name}"),
            Who::Link { letter_id } => write!(f, "link of {letter_id}"),
            Who::Job => f.write_str("job"),
            Who::Technician => f.write_str("technician"),
        }
    }
}

/// What came of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Edited<T> {
    /// This is what it is now.
    Changed(T),
    /// It said all that already.
    Same(T),
}

/// A deed being done: what it writes and the entry of who did it become true together.
pub(super) struct Deed<'a> {
    tx: Tx,
    office: &'a Office,
    actor: &'a Actor,
    /// What it made: a word and an id.
    made: Option<String>,
    /// What its entry says of it.
    tale: Tale,
    _turn: Option<OwnedSemaphorePermit>,
}

tokio::task_local! {
    static WRITTEN: Cell<bool>;
}

/// Runs a call so that [`has_written`] can tell of it.
pub async fn watched<F: Future>(call: F) -> F::Output {
    WRITTEN.scope(Cell::new(false), call).await
}

/// Whether the watched call that asks has written something for good: what fails after that is no sign that nothing was written.
pub fn has_written() -> bool {
    WRITTEN.try_with(Cell::get).unwrap_or_default()
}

/// How long a deed waits for its turn.
const TURN: Duration = Duration::from_secs(4);

impl Office {
    /// Begins a deed.
    pub(super) async fn begin<'a>(&'a self, actor: &'a Actor) -> Result<Deed<'a>, StoreError> {
        let turn = match &self.turns {
            Some(turns) => match tokio::time::timeout(left(TURN), turns.clone().acquire_owned()).await {
                Ok(Ok(turn)) => Some(turn),
                _ => return Err(StoreError::Held("many others write or wait to".to_owned())),
            },
            None => None,
        };
        let begun = self.store.begin().await;
        self.readiness.note(begun.as_ref().err());
        Ok(Deed { tx: begun?, office: self, actor, made: None, tale: Tale::default(), _turn: turn })
    }
}

impl<'a> Deed<'a> {
    /// What it is done with. The rows of its store do not have what the deed has written; those of [`Deed::tx`] do.
    pub(super) fn office(&self) -> &'a Office {
        self.office
    }

    /// The transaction.
    pub(super) fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// Says what the deed made, so that a repeat of its call can show it; `what` is the word of [`StoreError::missing`].
    pub(super) fn made(&mut self, what: &str, id: AnyId) {
        self.made = Some(format!("{what} {}", id.0));
    }

    /// Says what the deed changed, as it was and as it is; `what` is a word for it.
    pub(super) fn changed(
        &mut self,
        what: &str,
        id: Id<impl Thing>,
        before: &impl Serialize,
        after: &impl Serialize,
    ) {
        self.tale.changed(what, id, before, after);
    }

    /// Says that the deed wrote many things, each said by one of `lines`.
    pub(super) fn counted(&mut self, what: &str, lines: impl Iterator<Item = String>) {
        self.tale.counted(what, lines);
    }

    /// Ends the deed: what was written holds when `outcome` is good, and is taken back otherwise. A call that asks for
    /// several deeds has one entry, with the first.
    pub(super) async fn end<T, E: Into<Refusal>>(mut self, outcome: Result<T, E>) -> Result<T, Refusal> {
        let value = match outcome {
            Ok(value) => value,
            Err(error) => {
                let refusal = error.into();
                if let Refusal::Store(error) = &refusal {
                    self.office.readiness.note(Some(error));
                }
                self.leave().await;
                return Err(refusal);
            }
        };
        if !self.actor.is_noted()
            && let Some(mut entry) = self.actor.entry(self.office)
        {
            std::mem::take(&mut self.tale).tell(self.made.as_deref(), &mut entry);
            if let Err(error) = self.tx.record_audit(&entry).await {
                self.leave().await;
                return Err(error.into());
            }
        }
        if let Some(claim) = self.actor.claim()
            && let Err(error) =
                self.tx.note_done(claim, self.made.as_deref(), self.office.clock.timestamp()).await
        {
            self.leave().await;
            return Err(error.into());
        }
        let done = self.tx.commit().await;
        self.office.readiness.note(done.as_ref().err());
        done?;
        // Outside of a watched call nobody asks.
        let _ = WRITTEN.try_with(|written| written.set(true));
        if let Some(call) = &self.actor.call {
            call.noted.store(true, Ordering::Relaxed);
        }
        Ok(value)
    }

    /// Ends an edit: one that leaves everything as it was is taken back, so that neither the row nor the list of entries shows a
    /// change that was none.
    pub(super) async fn end_edit<T>(self, outcome: Result<Edited<T>, Refusal>) -> Result<T, Refusal> {
        match outcome {
            Ok(Edited::Same(value)) => {
                self.actor.changed_nothing();
                self.leave().await;
                Ok(value)
            }
            Ok(Edited::Changed(value)) => self.end(Ok::<_, Refusal>(value)).await,
            Err(refusal) => self.end(Err(refusal)).await,
        }
    }

    /// Ends a deed that had nothing to write: whatever it did write is taken back, and there is no entry.
    pub(super) async fn leave(self) {
        if let Err(failure) = self.tx.roll_back().await {
            tracing::warn!(%failure, "a deed that came to nothing was not taken back at once");
        }
    }
}
