//! Who answers for a task or an indicator.

use uuid::Uuid;

use super::{Invalid, ResponsibilityRole};

/// A unit and its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Responsibility {
    /// The unit.
    pub unit_id: Uuid,
    /// Its part.
    pub role: ResponsibilityRole,
}

impl Responsibility {
    fn is_lead(&self) -> bool {
        self.role == ResponsibilityRole::Lead
    }

    /// Checks a list: no unit twice, at most 200.
    ///
    /// # Errors
    /// `responsibilities.INDEX.unit` of the second mention.
    pub fn checked(list: &[Self]) -> Result<(), Invalid> {
        if list.len() > 200 {
            return Err(Invalid::new("responsibilities", "too_many", "职责分工不能超过200个单位。"));
        }
        for (index, one) in list.iter().enumerate() {
            if list[..index].iter().any(|earlier| earlier.unit_id == one.unit_id) {
                let field = format!("responsibilities.{index}.unit");
                return Err(Invalid::new(field, "duplicate", "同一单位在职责分工中重复列出，请删除一处。"));
            }
        }
        Ok(())
    }

    /// The list in force, leads first. `levels` are the indicator's own list, its task's, and those of the tasks
    /// above, nearest first; `office` is the unit where the 专班 sits. The nearest list that is not empty holds;
    /// when it names no lead, the nearest lead above does, and at last the office.
    pub fn effective<'a>(levels: impl IntoIterator<Item = &'a [Self]>, office: Option<Uuid>) -> Vec<Self> {
        let mut levels = levels.into_iter().filter(|list| !list.is_empty());
        let nearest = levels.next().unwrap_or_default();
        let with_lead = std::iter::once(nearest).chain(levels).find(|list| list.iter().any(Self::is_lead));
        let mut list: Vec<Self> = match with_lead {
            Some(list) => list.iter().copied().filter(Self::is_lead).collect(),
            None => {
                office.map(|unit_id| Self { unit_id, role: ResponsibilityRole::Lead }).into_iter().collect()
            }
        };
        for one in nearest {
            if !list.iter().any(|known| known.unit_id == one.unit_id) {
                list.push(*one);
            }
        }
        list
    }

    /// The unit that letters are addressed to: the first lead of a list in force.
    pub fn first_lead(list: &[Self]) -> Option<Uuid> {
        list.iter().find(|one| one.is_lead()).map(|one| one.unit_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `L1 S2`: unit 1 leads, unit 2 supports.
    fn list(text: &str) -> Vec<Responsibility> {
        text.split_whitespace()
            .map(|part| Responsibility {
                unit_id: Uuid::from_u128(part[1..].parse().unwrap()),
                role: if part.starts_with('L') {
                    ResponsibilityRole::Lead
                } else {
                    ResponsibilityRole::Support
                },
            })
            .collect()
    }

    #[test]
    fn the_nearest_list_holds_and_a_missing_lead_comes_from_above() {
        for (levels, office, want) in [
            (&["L1 S2", "L3"][..], None, "L1 S2"),
            (&["S2 L1 L4", "L3"], None, "L1 L4 S2"),
            (&["", "L3 S4"], Some(9), "L3 S4"),
            (&["", "", "", "L3"], Some(9), "L3"),
            (&["S2", "", "S5 L3 L6"], Some(9), "L3 L6 S2"),
            (&["S3", "L3"], None, "L3"),
            (&["S2", "S5"], Some(9), "L9 S2"),
            (&["S2"], None, "S2"),
            (&["", ""], Some(9), "L9"),
            (&[], None, ""),
        ] {
            let lists: Vec<_> = levels.iter().map(|text| list(text)).collect();
            let got = Responsibility::effective(lists.iter().map(Vec::as_slice), office.map(Uuid::from_u128));
            assert_eq!(got, list(want), "{levels:?}");
            let lead = want.split_whitespace().find(|part| part.starts_with('L'));
            assert_eq!(Responsibility::first_lead(&got), lead.map(|part| list(part)[0].unit_id));
        }
    }

    #[test]
    fn no_unit_twice() {
        assert_eq!(Responsibility::checked(&list("L1 S2")), Ok(()));
        assert_eq!(Responsibility::checked(&list("L1 S2 S1")).unwrap_err().field, "responsibilities.2.unit");
        let many: Vec<_> = (0..201).flat_map(|unit| list(&format!("S{unit}"))).collect();
        assert_eq!(Responsibility::checked(&many).unwrap_err().code, "too_many");
    }
}
