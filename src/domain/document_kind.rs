//! What is read out of a document that came in (来文).

use super::text_enum;

text_enum! {
    /// What is read out of a document.
    DocumentKind "document_kind" {
        /// A plan: tasks, units and targets.
        Plan = "plan",
        /// A report: figures.
        Report = "report",
    }
}
