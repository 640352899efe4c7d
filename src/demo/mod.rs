//! The built-in sample campaign, and the command that shows the whole chain on it.

mod board;
pub mod catalog;
mod load;
mod plan_file;
mod tour;

pub use board::board;
pub use load::{Loaded, load, usual_as_of};
pub use plan_file::{PlanFile, load_plan};
pub use tour::{Shown, config_in, run};
