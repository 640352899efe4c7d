//! One file a resource.

mod contract;
mod indicators;
mod measures;
mod observations;
mod units;
