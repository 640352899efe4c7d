//! One file a resource.

mod campaigns;
mod contract;
mod indicators;
mod measures;
mod observations;
mod tasks;
mod units;
