//! What can change, as those who follow all changes are told of it.

use super::text_enum;

text_enum! {
    /// A kind of thing that changes.
    ChangeKind "kind" {
        /// A region.
        Region = "region",
        /// A unit.
        Unit = "unit",
        /// A contact.
        Contact = "contact",
        /// A measure.
        Measure = "measure",
        /// A campaign.
        Campaign = "campaign",
        /// A task.
        Task = "task",
        /// An indicator: what is promised.
        Indicator = "indicator",
        /// A vintage of a fact.
        Observation = "observation",
        /// A recorded assessment.
        Assessment = "assessment",
        /// An episode.
        Episode = "episode",
        /// A letter.
        Letter = "letter",
        /// A delivery.
        Delivery = "delivery",
        /// A reply with its review.
        Reply = "reply",
        /// A problem with what was done about it.
        Problem = "problem",
    }
}
