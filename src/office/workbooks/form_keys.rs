//! What the hidden cells of a month's form say, by which it is known again when it comes back.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::domain::{Figure, TextEnum as _};

/// Which form it is: in its hidden first cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormMark {
    /// Of which campaign.
    pub campaign: Uuid,
    /// The last day of what is reported.
    pub until: NaiveDate,
}

/// How a mark begins: what made it, and the version of its keys.
const MARK: &str = "xushi-form-1";

impl FormMark {
    /// As the cell has it.
    pub fn written(self) -> String {
        format!("{MARK} {} {}", self.campaign, self.until)
    }

    /// What a cell says; `None` for another one's form.
    pub fn read(cell: &str) -> Option<Self> {
        let mut words = cell.split_whitespace();
        let known = words.next() == Some(MARK);
        let mark = Self { campaign: words.next()?.parse().ok()?, until: words.next()?.parse().ok()? };
        (known && words.next().is_none()).then_some(mark)
    }
}

/// What a line of a form asks: the figure of an indicator, and the first day it speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormKey {
    /// The indicator.
    pub indicator: Uuid,
    /// What is asked of it.
    pub figure: Figure,
    /// The first day of what is reported; the mark of the form has the last one.
    pub start: NaiveDate,
}

impl FormKey {
    /// As the cell has it.
    pub fn written(self) -> String {
        format!("{} {} {}", self.indicator, self.figure, self.start)
    }

    /// What a cell says; `None` for one that was changed.
    pub fn read(cell: &str) -> Option<Self> {
        let mut words = cell.split_whitespace();
        let key = Self {
            indicator: words.next()?.parse().ok()?,
            figure: Figure::parse(words.next()?)?,
            start: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let until: NaiveDate = "2025-08-31".parse().unwrap();
        let mark = FormMark { campaign: Uuid::from_u128(7), until };
        assert_eq!(FormMark::read(&mark.written()), Some(mark));
        for figure in Figure::ALL {
            let key = FormKey { indicator: Uuid::from_u128(9), figure: *figure, start: until };
            assert_eq!(FormKey::read(&key.written()), Some(key));
            assert_eq!(FormKey::read(&format!("{} x", key.written())), None);
        }
        for other in ["", "xushi-form-2 x", "报表", &mark.written().replace("form-1", "form-9")] {
            assert_eq!(FormMark::read(other), None, "{other}");
            assert_eq!(FormKey::read(other), None, "{other}");
        }
    }
}
