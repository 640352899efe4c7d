//! Values and rules. Pure: no input or output, no clock, no wire formats, no database.

pub mod address;
pub mod average;
pub mod backtest;
pub mod calendar;
pub mod campaign;
pub mod change_kind;
pub mod curve;
pub mod delivery;
pub mod document_kind;
pub mod doubt;
pub mod entry;
pub mod episode;
pub mod folded;
pub mod grade;
pub mod incident;
pub mod invalid;
pub mod kind;
pub mod lengths;
pub mod letter;
pub mod measure;
pub mod notice;
pub mod observation;
pub mod pace;
pub mod period;
pub mod phrase;
pub mod places;
pub mod plan_part;
pub mod problem;
pub mod quantity;
pub mod reply;
pub mod responsibility;
pub mod retiree;
pub mod role;
pub mod rule_pack;
pub mod signed_kind;
pub mod smell;
pub mod stage;
pub mod target;
pub mod task;
pub mod text_enum;
pub mod webhook;
pub mod written;

pub use address::checked_email;
pub use average::{AverageOf, measure_names};
pub use calendar::{CalendarYear, UnpublishedYear, WorkCalendar};
pub use campaign::{Campaign, Inheritable, Issuing, MemberRole};
pub use change_kind::ChangeKind;
pub use curve::{Curve, CurveKind, Node};
pub use document_kind::DocumentKind;
pub use doubt::{Doubt, DoubtSet};
pub use folded::folded;
pub use grade::Grade;
pub use incident::{IncidentKind, SubjectKind};
pub use invalid::Invalid;
pub use kind::{Kind, KindRow};
pub use letter::{Handling, LetterKind, LetterNumber, LetterState, Level, ladder};
pub use measure::{Basis, Better, Frequency, Measure};
pub use observation::{Figure, Observation, Status};
pub use pace::{Assessment, assess, assess_with_working};
pub use period::Period;
pub use places::{
    Contact, ContactRole, Region, RegionAlias, RegionLevel, ResponsibilityRole, Unit, parent_code,
};
pub use plan_part::PlanPart;
pub use problem::{Problem, ProblemDeed, ProblemLevel, ProblemNote, ProblemSource, ProblemState};
pub use responsibility::Responsibility;
pub use retiree::Retiree;
pub use role::Role;
pub use rule_pack::RulePack;
pub use signed_kind::{SignedKind, SignedKindRow, SignedKinds, WaitsFor};
pub use stage::{Stage, StageLimit, StageList};
pub use target::{Comparator, Target};
pub use task::Task;
pub use text_enum::TextEnum;
pub use written::{Of, WrittenBenchmark, WrittenTarget};

/// The version of the rules by which assessments are made; recorded with each, so that after an upgrade it is known which
/// were made by other rules.
pub const RULES_VERSION: u32 = 4;
