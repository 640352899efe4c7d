//! One file a resource.

mod contract;
mod measures;
mod units;
