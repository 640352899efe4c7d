//! What all resources share: who may do what, the habits of the API, what is counted.

pub(crate) mod access;
mod contract;
mod examples;
mod metrics;
mod negotiate;
mod query_guard;
mod verbatim;
