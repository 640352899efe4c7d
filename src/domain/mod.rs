//! Values and rules. Pure: no input or output, no clock, no wire formats, no database.

pub mod curve;
pub mod invalid;
pub mod measure;
pub mod observation;
pub mod period;
pub mod phrase;
pub mod quantity;
pub mod target;
pub mod text_enum;

pub use curve::{Curve, Node};
pub use invalid::Invalid;
pub use measure::{Basis, Better, Frequency, Measure};
pub use observation::{Figure, Observation, Status};
pub use period::Period;
pub use target::{Comparator, Kind, Target};
pub use text_enum::TextEnum;
pub(crate) use text_enum::text_enum;
