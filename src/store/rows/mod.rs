//! Shapes of rows, shared by both twins.

mod assessments;
mod audit;
mod campaigns;
mod change_feed;
mod documents;
mod evaluation;
mod incidents;
mod indicators;
mod issuing;
mod ledger;
mod letter_files;
mod letters;
mod measures;
mod names;
mod notices;
mod observations;
mod operations;
mod overview;
mod places;
mod problems;
mod replies;
mod retirements;
mod revisions;
mod rule_packs;
mod sessions;
mod silences;
mod tasks;
mod warnings;
mod webhooks;

pub use assessments::{
    AssessmentFigures, AssessmentRow, AssessmentWrite, AssessmentWrites, CurrentAssessmentRow,
    EndedIndicatorRow, Mark, StatementRow, grade_rank,
};
pub use audit::{AuditFilter, AuditHead, AuditRow, AuditSealRow, ListedAudit, SealedAudit};
pub use campaigns::{CampaignFilter, CampaignLinks, CampaignMemberRow, CampaignRow, signed_kinds};
pub use change_feed::{ChangePlace, ChangeRow};
pub use documents::{DocumentContent, DocumentFilter, DocumentRow};
pub use evaluation::{EvaluationMeasureRow, EvaluationRow, PastVerdictRow};
pub use incidents::{IncidentFilter, IncidentRow};
pub use indicators::{
    BoardFilter, BoardRow, CitationRow, IndicatorChange, IndicatorRow, NamedIndicatorRow, SiblingTarget,
    TargetColumns,
};
pub use issuing::{
    DraftWrite, FirstReport, LetterEpisodeRow, LetterHead, LetterReportRow, NewLetter, WarningRunRow,
};
pub use ledger::{BoardLetterRow, LedgerFilter, LedgerLetterRow, LedgerRow, UnsentLetterRow};
pub use letter_files::LetterFileRow;
pub use letters::{
    AttemptBegin, AttemptEnd, AttemptRow, DeliveryFilter, DeliveryRow, EpisodeChange, EpisodeFilter,
    EpisodeRow, Frozen, Lease, LetterFilter, LetterName, LetterRow, Pace, Rendering,
};
pub use measures::{MeasureAliasRow, MeasureFilter, MeasureRow};
pub use names::{FormerNameRow, NameKeyRow, NameKind};
pub use notices::{NoticeEnd, NoticeFilter, NoticeRow};
pub(crate) use observations::word;
pub use observations::{
    BesideRow, FactKey, FactPlan, FactRow, FactWrite, GroupAt, ListedObservation, ObservationFilter,
    ObservationRow, Put, Recorded, VintageRow, read_doubts, write_doubts,
};
pub use operations::{
    ApiKeyFilter, ApiKeyRow, Claim, EndedPilot, IdempotencyRow, SlotClaim, SlotRow, UsedNumber,
};
pub use overview::{GradeCount, NumberColumns, OverdueLetterRow, StandingLetterRow, letter_number};
pub use places::{
    ContactFilter, ContactRow, Merged, MergerRow, RegionAliasRow, RegionFilter, RegionRow, UnitAliasRow,
    UnitChange, UnitFilter, UnitRow,
};
pub use problems::{
    EpisodeLetterRow, ListedProblem, ProblemEntryRow, ProblemFilter, ProblemPlace, ProblemRow,
    ProblemStandingRow,
};
pub use replies::{
    ClosureRow, NewReply, ReceiptRow, RemedyRow, ReplyFileHead, ReplyFileRow, ReplyRow, ReviewRow,
    SettlementRow, WholeReply, WithdrawalRow,
};
pub use retirements::{Dependent, RetiredIndicator};
pub use revisions::{
    CampaignCurveRow, NodeReportRow, PersonVerdictRow, RevisionOf, RevisionRow, StatedDifferenceRow,
};
pub use rule_packs::{RulePackFilter, RulePackRow};
pub use sessions::SessionRow;
pub use silences::{SilenceFilter, SilenceRow};
pub use tasks::{Handover, HandoverRow, PlaceThen, ResponsibilityRow, TaskFilter, TaskRow};
pub use warnings::{IssuingCampaignRow, LineRow, PartRow, UnitNameRow};
pub use webhooks::{WebhookEventEnd, WebhookEventFilter, WebhookEventRow, WebhookPump, WebhookRow};

/// One page of a list: at most `limit` rows with ids after `after`, in order of id.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Rows wanted; the query fetches one more to know whether there is a next page.
    pub limit: i64,
    /// The last id of the page before.
    pub after: Option<crate::types::AnyId>,
}
