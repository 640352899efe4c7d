//! The resources of the API, as `src/api/` has them.

mod api_keys;
mod assessments;
mod audit_events;
mod bounces;
mod calendars;
mod campaigns;
mod changes;
mod contacts;
mod deliveries;
mod episodes;
mod http;
mod incidents;
mod indicators;
mod ledger;
pub(crate) mod letters;
mod measures;
mod observations;
mod overview;
mod plans;
mod regions;
mod retirement;
mod rule_packs;
mod silences;
mod tasks;
mod units;
mod warning_runs;
