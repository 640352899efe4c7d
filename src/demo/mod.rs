//! The built-in sample campaign, and how it gets into a database.

pub mod catalog;
mod load;

pub use load::{Loaded, load, usual_as_of};
