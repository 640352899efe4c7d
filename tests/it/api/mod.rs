//! One file a resource.

mod campaigns;
mod contract;
mod measures;
mod tasks;
mod units;
