//! Things that a plan proposes, each beside the words it was read from, and what becomes of them.

use chrono::NaiveDate;
use uuid::Uuid;

use super::Spot;
use super::spot::short;
use crate::domain::phrase::PhraseTarget;
use crate::domain::{Invalid, PlanPart, text_enum};

text_enum! {
    /// What becomes of a thing that a plan proposes.
    PlanItemOutcome "plan_item_outcome" {
        /// It is new.
        Created = "created",
        /// It is there, and is changed.
        Updated = "updated",
        /// It is there just so.
        Unchanged = "unchanged",
        /// It breaks a rule.
        Refused = "refused",
        /// What it stands below is refused.
        Skipped = "skipped",
        /// It names what nobody knows.
        Unmatched = "unmatched",
        /// The same task promises the same measure before.
        Repeated = "repeated",
        /// Whoever adopts it leaves it out.
        LeftOut = "left_out",
        /// It is in force, and the file does not have it; it stays as it is.
        Missing = "missing",
    }
}

impl PlanItemOutcome {
    /// Whether a person has to look before all is taken in.
    pub fn is_in_the_way(self) -> bool {
        matches!(self, Self::Refused | Self::Unmatched | Self::Repeated)
    }
}

/// A thing that a plan proposes.
#[derive(Debug, Clone)]
pub struct PlanItem {
    /// What it is called when it is left out: the same as long as the file is the same.
    pub key: String,
    /// What it is.
    pub part: PlanPart,
    /// Where it stands; `None` for what follows from others.
    pub spot: Option<Spot>,
    /// Its name as written.
    pub name: String,
    /// The words it was read from.
    pub phrase: String,
    /// The task or section it stands in.
    pub within: Option<String>,
    /// Units that lead.
    pub lead: Vec<String>,
    /// Units that help.
    pub support: Vec<String>,
    /// What is promised.
    pub target: Option<PhraseTarget>,
    /// By when, where that is told.
    pub due: Option<NaiveDate>,
    /// What it was matched with, where that is called otherwise.
    pub matched: Option<String>,
    /// What becomes of it.
    pub outcome: PlanItemOutcome,
    /// What it is, where it is there.
    pub id: Option<Uuid>,
    /// What is wrong with it.
    pub why: Vec<Invalid>,
    /// What is in force, where it changes.
    pub stored: Option<String>,
    /// Where it stands in the plan that is put in.
    pub(super) pointer: Option<String>,
}

impl PlanItem {
    /// A new thing; `key` parts it from others of its name.
    pub(super) fn new(part: PlanPart, key: &str, name: &str) -> Self {
        Self {
            key: short(&format!("{}|{key}|{name}", part.chinese())),
            part,
            spot: None,
            name: name.to_owned(),
            phrase: String::new(),
            within: None,
            lead: Vec::new(),
            support: Vec::new(),
            target: None,
            due: None,
            matched: None,
            outcome: PlanItemOutcome::Created,
            id: None,
            why: Vec::new(),
            stored: None,
            pointer: None,
        }
    }
}
