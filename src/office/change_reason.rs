//! Why something that is judged by is changed, and from which day on.

use chrono::NaiveDate;

use super::Office;
use crate::domain::{Invalid, invalid, lengths};
use crate::store::revisions::ChangeNote;

/// What is said of a change besides what it changes.
#[derive(Debug, Clone, Default)]
pub struct ChangeReason {
    /// Why.
    pub reason: Option<String>,
    /// The first day on which the change holds; today unless told.
    pub effective_on: Option<NaiveDate>,
}

impl ChangeReason {
    /// What is noted of a change that is made now.
    ///
    /// # Errors
    /// A reason that is no text, and a day to come.
    pub(super) fn note(&self, office: &Office) -> Result<ChangeNote, Invalid> {
        let today = office.clock.today();
        let from = self.effective_on.unwrap_or(today);
        if from > today {
            let detail = "生效日期不能晚于今天，请到该日再作修改。";
            return Err(Invalid::new("effective_on", "out_of_range", detail));
        }
        let reason = self
            .reason
            .as_deref()
            .map(|reason| invalid::text("reason", reason, lengths::CHANGE_REASON))
            .transpose()?;
        Ok(ChangeNote { id: office.clock.new_id(), from, reason, at: office.clock.timestamp() })
    }
}
