//! Identifiers: one type for each kind of thing, so that a letter is never looked up by the number of a unit.

use std::marker::PhantomData;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::types::Key;

/// What an identifier is of. Implemented by the kinds of this file and by nothing else.
pub trait Thing: Copy + Eq + Ord + std::hash::Hash + std::fmt::Debug + Send + Sync + 'static {}

/// An identifier of a `K` as a column value; [`Id::of`] takes the kind from where the value goes.
///
/// ```
/// use xushi_store::types::{Id, UnitId};
/// fn lead(unit: UnitId) -> UnitId { unit }
/// lead(Id::of(uuid::Uuid::nil()));
/// ```
///
/// ```compile_fail
/// use xushi_store::types::{Id, LetterId, UnitId};
/// fn lead(unit: UnitId) -> UnitId { unit }
/// let letter: LetterId = Id::of(uuid::Uuid::nil());
/// lead(letter);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Key)]
pub struct Id<K: Thing>(pub Uuid, PhantomData<K>);

impl<K: Thing> Id<K> {
    /// The number as an identifier of a `K`.
    pub const fn of(id: Uuid) -> Self {
        Self(id, PhantomData)
    }

    /// The same without its kind, for rows that speak of several kinds.
    pub const fn of_any(self) -> AnyId {
        Id::of(self.0)
    }
}

/// These without their kind.
pub fn of_any<K: Thing>(ids: &[Id<K>]) -> Vec<AnyId> {
    ids.iter().map(|id| id.of_any()).collect()
}

/// These as identifiers of `K`s: the caller knows the kind from the rows beside them.
pub fn known<K: Thing>(ids: &[AnyId]) -> Vec<Id<K>> {
    ids.iter().map(|id| id.known()).collect()
}

impl AnyId {
    /// The same as an identifier of a `K`: the caller knows the kind from the row beside it.
    pub const fn known<K: Thing>(self) -> Id<K> {
        Id::of(self.0)
    }
}

impl<K: Thing> std::fmt::Display for Id<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<K: Thing> std::str::FromStr for Id<K> {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self::of)
    }
}

/// As text, as it is shown.
impl<K: Thing> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<K: Thing> From<Uuid> for Id<K> {
    fn from(id: Uuid) -> Self {
        Self::of(id)
    }
}

/// Declares the kinds, and the name of an identifier of each.
macro_rules! ids {
    ($($kind:ident, $id:ident, $what:literal;)*) => {
        /// The kinds of things; they have no values.
        pub mod kinds {$(
            #[doc = concat!("Marks an identifier of ", $what, ".")]
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $kind {}
            impl super::Thing for $kind {}
        )*}
        $(
            #[doc = concat!("Identifies ", $what, ".")]
            pub type $id = Id<kinds::$kind>;
        )*
    };
}

ids! {
    Any, AnyId, "a thing whose kind the row says";
    ApiKey, ApiKeyId, "a key";
    Assessment, AssessmentId, "an assessment";
    Attempt, AttemptId, "an attempt of a delivery";
    AuditEvent, AuditEventId, "an entry of the audit";
    Campaign, CampaignId, "a campaign";
    CampaignMember, CampaignMemberId, "a seat in a 专班";
    Citation, CitationId, "a task that names an indicator";
    Closure, ClosureId, "a closure";
    Contact, ContactId, "a contact";
    Delivery, DeliveryId, "a delivery";
    Document, DocumentId, "a document";
    Episode, EpisodeId, "an episode";
    Incident, IncidentId, "an incident";
    Indicator, IndicatorId, "an indicator";
    Letter, LetterId, "a letter";
    Measure, MeasureId, "a measure";
    NodeReport, NodeReportId, "a report on a node";
    Notice, NoticeId, "a notice";
    Observation, ObservationId, "a vintage of an observation";
    PersonVerdict, PersonVerdictId, "a verdict of a person";
    Problem, ProblemId, "a problem";
    ProblemEntry, ProblemEntryId, "an entry of a problem";
    Receipt, ReceiptId, "a receipt";
    Region, RegionId, "a region";
    RegionAlias, RegionAliasId, "a name of a region";
    Reply, ReplyId, "a reply";
    Responsibility, ResponsibilityId, "a responsibility";
    Review, ReviewId, "a review";
    Revision, RevisionId, "a revision";
    RulePack, RulePackId, "a rule pack";
    Session, SessionId, "a session";
    Silence, SilenceId, "a silence";
    StatedDifference, StatedDifferenceId, "a stated difference";
    Task, TaskId, "a task";
    Unit, UnitId, "a unit";
    WarningRun, WarningRunId, "a warning run";
    Webhook, WebhookId, "a webhook";
    WebhookEvent, WebhookEventId, "an event for a webhook";
}
