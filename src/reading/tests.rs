//! Tests of the room: documents made for it, plans with the right answer written down first, and hostile files.

mod documents;
mod headed;
mod hostile;
mod mutated;
mod packing;
mod plans;
mod reports;
mod said;
mod sheets;
