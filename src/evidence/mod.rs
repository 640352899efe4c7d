//! What an assessment rests on as of a day.

pub mod as_of;
pub mod comparisons;
pub mod completing;
pub mod gather;
pub mod in_force;
pub mod judging;
mod other_names;
mod pages;
mod series_facts;
pub mod touched;
