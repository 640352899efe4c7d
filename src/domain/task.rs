//! Tasks (任务): the nodes of a campaign's tree.

use super::{Invalid, invalid, lengths};

/// A task, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Name as printed, 1–120 characters.
    pub name: String,
    /// Number among its siblings as printed, 0–9999.
    pub ordinal: i32,
    /// Whether the document ends its list of units with 等.
    pub units_open: bool,
}

impl Task {
    /// Checks every part.
    ///
    /// # Errors
    /// An empty or overlong name, an ordinal out of range.
    pub fn new(name: &str, ordinal: i32, units_open: bool) -> Result<Self, Invalid> {
        Ok(Self {
            name: invalid::text("name", name, lengths::TASK)?,
            ordinal: invalid::ordinal(ordinal)?,
            units_open,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_checked() {
        for (name, ordinal, want) in [
            ("推动增收减负", 1, None),
            ("", 1, Some("name")),
            ("推动", -1, Some("ordinal")),
            ("推动", 10_000, Some("ordinal")),
        ] {
            assert_eq!(
                Task::new(name, ordinal, false).err().map(|refused| refused.field),
                want.map(str::to_owned)
            );
        }
    }
}
