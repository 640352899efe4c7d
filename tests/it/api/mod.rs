//! One file a resource.

mod access;
mod assessments;
mod campaigns;
mod contacts;
mod contract;
mod indicators;
mod judging;
mod ledger;
mod measures;
mod observations;
mod regions;
pub(crate) mod replies;
mod rule_packs;
mod tasks;
mod units;
