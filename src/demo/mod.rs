//! (to be written)

pub mod catalog;
