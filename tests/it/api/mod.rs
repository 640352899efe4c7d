//! One file a resource.

mod campaigns;
mod contacts;
mod contract;
mod indicators;
mod measures;
mod observations;
mod regions;
mod rule_packs;
mod tasks;
mod units;
