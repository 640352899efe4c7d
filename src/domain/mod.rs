//! (to be written)

pub mod calendar;
