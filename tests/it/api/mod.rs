//! One file a resource.

mod access;
mod campaigns;
mod contacts;
mod contract;
mod indicators;
mod measures;
mod observations;
mod regions;
mod replies;
mod rule_packs;
mod tasks;
mod units;
