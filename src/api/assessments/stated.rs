//! Differences as documents state them (高于全国平均1.3个百分点, 超序时进度3.0), held against what is computed. Nothing is
//! corrected: what does not fit is flagged, what cannot be held against anything is said to be unchecked.

use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::assessments::beside::Beside;
use crate::api::http::wire::Amount;
use crate::domain::pace::{Assessment, Ratio, StatedAgainst, comparison, contradiction, rounding};

/// 与数值不符的所称差距
#[derive(Debug, Serialize, ToSchema)]
pub struct ContradictionView {
    /// 对比对象
    against: String,
    /// 文中所称
    stated: Amount,
    /// 按数值计算
    computed: Amount,
}

/// 未能核对的所称差距
#[derive(Debug, Serialize, ToSchema)]
pub struct UncheckedView {
    /// 对比对象
    against: String,
    /// 为何未能核对
    reason: &'static str,
}

/// What became of the stated differences.
#[derive(Debug, Default)]
pub(in crate::api) struct Checked {
    /// Those that do not fit.
    pub(in crate::api) contradictions: Vec<ContradictionView>,
    /// Those that could not be checked.
    pub(in crate::api) unchecked: Vec<UncheckedView>,
}

impl Checked {
    /// Checks the latest word on each comparison.
    pub(in crate::api) fn of(beside: &Beside, assessment: &Assessment) -> Self {
        let mut latest: Vec<&(String, Decimal)> = Vec::new();
        for one in &beside.stated {
            latest.retain(|known| known.0 != one.0);
            latest.push(one);
        }
        let mut checked = Self::default();
        for (against, stated) in latest {
            match computed(against, beside, assessment) {
                Ok(candidates) => checked.hold(against, *stated, &candidates),
                Err(reason) => {
                    checked.unchecked.push(UncheckedView { against: against.clone(), reason });
                }
            }
        }
        checked
    }

    /// Flags a stated number that fits none of the ways to compute it.
    fn hold(&mut self, against: &str, stated: Decimal, candidates: &[Candidate]) {
        let off = |one: &Candidate| {
            let tolerance =
                if one.exact { Decimal::ZERO } else { rounding([one.own, one.other, stated], one.places) };
            contradiction(one.own, one.other, stated, tolerance)
        };
        let mut found = None;
        for one in candidates {
            match off(one) {
                None => return,
                Some(contradiction) => {
                    let places = one.places.max(stated.normalize().scale());
                    found = found.or(Some((contradiction.stated, contradiction.computed.round_dp(places))));
                }
            }
        }
        if let Some((stated, computed)) = found {
            let (stated, computed) = (Amount(stated), Amount(computed));
            self.contradictions.push(ContradictionView { against: against.to_owned(), stated, computed });
        }
    }
}

/// One way to compute a difference: `own` less `other`.
struct Candidate {
    own: Decimal,
    other: Decimal,
    places: u32,
    exact: bool,
}

/// The ways to compute what was stated, or why there is none.
fn computed(against: &str, beside: &Beside, assessment: &Assessment) -> Result<Vec<Candidate>, &'static str> {
    let one =
        |own: Decimal, other: Decimal| vec![Candidate { own, other, places: beside.places, exact: false }];
    let own = beside.context.reported.ok_or("本期没有可核对的数值")?;
    let change = |change: Option<Decimal>, reason: &'static str| {
        change.map(|change| one(change, Decimal::ZERO)).ok_or(reason)
    };
    match StatedAgainst::read(against) {
        StatedAgainst::Pace => pace(beside, assessment).ok_or("本期没有序时要求的数值，未核对"),
        StatedAgainst::Foreseen => {
            let other = beside.foreseen.ok_or("没有报送本期的预计数（status为forecast），未核对")?;
            Ok(one(own, other))
        }
        StatedAgainst::YearEnd => change(assessment.change.year_end, "没有上年末可比的数值，未核对"),
        StatedAgainst::LastYear => change(assessment.change.last_year, "没有上年同期的数值，未核对"),
        StatedAgainst::Rank => {
            let place = assessment.rank.and_then(|rank| u32::try_from(rank.position).ok());
            let place = place.ok_or("同级行政区报送不足，没有位次可核对")?;
            Ok(vec![Candidate { own: place.into(), other: Decimal::ZERO, places: 0, exact: true }])
        }
        StatedAgainst::Region => {
            let other = comparison(against, &assessment.benchmarks)
                .ok_or("没有该对比对象本期同口径的数值，未核对")?;
            Ok(one(own, other.value))
        }
    }
}

/// A difference from the pace due is said in the unit of the value, or in points of the year's work.
fn pace(beside: &Beside, assessment: &Assessment) -> Option<Vec<Candidate>> {
    let actual = assessment.actual?;
    let expected = assessment.expected.and_then(Ratio::value)?;
    let mut ways = vec![Candidate { own: actual, other: expected, places: beside.places, exact: false }];
    if let Some(points) = assessment.gap_points.and_then(Ratio::value) {
        let points = if actual < expected { -points.abs() } else { points.abs() };
        ways.push(Candidate { own: points, other: Decimal::ZERO, places: 1, exact: false });
    }
    Some(ways)
}
