//! Which fraction of the window's work is due by a date.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::phrase::due_day;
use super::{Invalid, Kind, Period, Target, text_enum};

/// A dated fraction of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// The day by which it is due.
    pub on: NaiveDate,
    /// Fraction of the whole, 0..=1.
    pub fraction: Decimal,
}

/// The curve (序时曲线) of an indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Curve {
    /// Elapsed months over the months of the window.
    LinearMonths,
    /// Elapsed days over the days of the window.
    LinearDays,
    /// Last year's share of its own total at the same period.
    LastYear,
    /// The mean of that share over the last `n` years.
    MeanYears(u32),
    /// Dated fractions, straight lines between them.
    Nodes(Vec<Node>),
}

text_enum! {
    /// A curve by its name.
    CurveKind "curve" {
        /// Elapsed months over all months.
        LinearMonths = "linear_months",
        /// Elapsed days over all days.
        LinearDays = "linear_days",
        /// Last year's share.
        LastYear = "last_year",
        /// The mean share of several years.
        MeanYears = "mean_years",
        /// Dated fractions.
        Nodes = "nodes",
    }
}

impl CurveKind {
    /// The words officials read.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::LinearMonths => "按月均衡",
            Self::LinearDays => "按日均衡",
            Self::LastYear => "上年同期进度",
            Self::MeanYears => "历年平均进度",
            Self::Nodes => "节点进度",
        }
    }
}

impl Curve {
    /// Its name.
    pub fn kind(&self) -> CurveKind {
        match self {
            Self::LinearMonths => CurveKind::LinearMonths,
            Self::LinearDays => CurveKind::LinearDays,
            Self::LastYear => CurveKind::LastYear,
            Self::MeanYears(_) => CurveKind::MeanYears,
            Self::Nodes(_) => CurveKind::Nodes,
        }
    }

    /// Checks what was built as a literal.
    ///
    /// # Errors
    /// Those of [`Curve::nodes`] and [`Curve::mean_years`].
    pub fn checked(self) -> Result<Self, Invalid> {
        match self {
            Self::MeanYears(years) => Self::mean_years(years),
            Self::Nodes(nodes) => Self::nodes(nodes),
            Self::LinearMonths | Self::LinearDays | Self::LastYear => Ok(self),
        }
    }

    /// Checks what was built as a literal for an indicator of `window`.
    ///
    /// # Errors
    /// Those of [`Curve::checked`], and `after_window` for a node that comes when the window is over.
    pub fn checked_in(self, window: Period) -> Result<Self, Invalid> {
        let curve = self.checked()?;
        if let Self::Nodes(nodes) = &curve
            && let Some(late) = nodes.iter().find(|node| node.on > window.end())
        {
            let detail = format!("节点{}在目标期（至{}）之后，请核对。", late.on, window.end());
            return Err(Invalid::new("curve.nodes", "after_window", detail));
        }
        Ok(curve)
    }

    /// Dated fractions: in order of date, each within 0..=1, never falling, the last one 1.
    pub fn nodes(nodes: Vec<Node>) -> Result<Self, Invalid> {
        let refuse = |code, detail: &str| Err(Invalid::new("curve.nodes", code, detail));
        if nodes.is_empty() || nodes.len() > 366 {
            return refuse("out_of_range", "节点数应为1至366个。");
        }
        if nodes.iter().any(|node| node.fraction < Decimal::ZERO || node.fraction > Decimal::ONE) {
            return refuse("out_of_range", "节点进度应为0至1之间的小数，如0.25。");
        }
        if nodes.windows(2).any(|pair| pair[1].on <= pair[0].on) {
            return refuse("not_in_order", "节点须按日期先后排列且日期不重复。");
        }
        if nodes.windows(2).any(|pair| pair[1].fraction < pair[0].fraction) {
            return refuse("falling", "节点进度不能倒退，请核对。");
        }
        if nodes.last().is_some_and(|node| node.fraction != Decimal::ONE) {
            return refuse("incomplete", "最后一个节点的进度须为1。");
        }
        Ok(Self::Nodes(nodes))
    }

    /// The one node of a milestone whose phrase names the day by which it is to be done (6月底前建成); `None` for every other target.
    pub fn of_milestone(target: &Target, window: Period) -> Option<Self> {
        let day = (target.kind == Kind::Milestone).then(|| due_day(&target.phrase, window))??;
        Some(Self::Nodes(vec![Node { on: day, fraction: Decimal::ONE }]))
    }

    /// The mean of the last `years` years, 2..=10.
    pub fn mean_years(years: u32) -> Result<Self, Invalid> {
        if !(2..=10).contains(&years) {
            return Err(Invalid::new("curve.years", "out_of_range", "历年均值的年数应为2至10。"));
        }
        Ok(Self::MeanYears(years))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_lead_from_nothing_to_everything() {
        let curve = |nodes: &[(&str, &str)]| {
            let node =
                |(on, part): &(&str, &str)| Node { on: on.parse().unwrap(), fraction: part.parse().unwrap() };
            Curve::nodes(nodes.iter().map(node).collect())
        };
        for (nodes, want) in [
            (&[("2025-12-31", "1")][..], None),
            (&[("2025-03-31", "0"), ("2025-06-30", "0.5"), ("2025-12-31", "1")], None),
            // Nothing is due between two dates.
            (&[("2025-03-31", "0.2"), ("2025-06-30", "0.2"), ("2025-12-31", "1")], None),
            (&[], Some("out_of_range")),
            (&[("2025-03-31", "-0.1"), ("2025-12-31", "1")], Some("out_of_range")),
            (&[("2025-03-31", "0.1"), ("2025-12-31", "1.1")], Some("out_of_range")),
            (&[("2025-06-30", "0.2"), ("2025-03-31", "1")], Some("not_in_order")),
            (&[("2025-06-30", "0.2"), ("2025-06-30", "1")], Some("not_in_order")),
            (&[("2025-03-31", "0.3"), ("2025-06-30", "0.2"), ("2025-12-31", "1")], Some("falling")),
            (&[("2025-03-31", "0.3"), ("2025-12-31", "0.9")], Some("incomplete")),
        ] {
            assert_eq!(curve(nodes).err().map(|refused| refused.code), want, "{nodes:?}");
        }
    }

    #[test]
    fn a_mean_is_of_several_years() {
        for (years, fits) in [(0, false), (1, false), (2, true), (10, true), (11, false)] {
            assert_eq!(Curve::mean_years(years).is_ok(), fits, "{years}");
        }
    }
}
