//! What an assessment rests on as of a day, gathered from the database or put together in memory; the same code decides
//! what a target is held against, and makes the assessment.

pub mod as_of;
mod comparing;
pub mod comparisons;
pub mod gather;
pub mod in_force;
pub mod in_memory;
pub mod judging;
mod pages;
mod promise_doubts;
pub mod register;
mod reported;
mod setting;
pub mod stored;
pub mod touched;

pub use comparisons::Comparisons;
pub use in_memory::InMemory;
pub use judging::Judging;
pub use register::{ComparedTo, Register};
pub use stored::Evidence;
