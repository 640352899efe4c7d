//! Deeds with what the register of places holds: regions, units, contacts.

mod contacts;
mod regions;
mod units;

pub use contacts::{ContactEdit, NewContact, create_contact, update_contact};
pub use regions::{NamedRegion, NewRegion, RegionEdit, create_region, update_region};
pub use units::{NewUnit, UnitEdit, create_unit, merge_units, update_unit};

pub(super) use contacts::{add_contact, change_contact};
pub(super) use units::{add_unit, change_unit};
