//! What all resources share of HTTP: who calls, what is read and answered, how it is refused.

pub mod access;
pub mod attachment;
mod by_the_letter;
pub mod call_bounds;
pub(in crate::api) mod csv_table;
pub mod detach_on_disconnect;
pub mod extract;
pub mod field_error;
pub mod idempotency;
pub(in crate::api) mod json_text;
pub mod lookup;
pub mod masked;
pub mod metrics;
pub mod negotiate;
pub mod page;
pub mod refusal_bound;
pub mod refused;
pub mod request_id;
pub mod respond;
pub mod spec;
pub mod time_limits;
pub mod wire;
