//! One file a resource.

mod units;
