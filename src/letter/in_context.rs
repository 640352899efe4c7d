//! What a line is compared with: other series, what 左右 forgives, and how long it has stood on one side.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::found::{Facts, Found, value};
use super::line::{BenchmarkLine, Quantity};
use super::numbers::{Numbers, PLACES_MAX, scale};
use super::promise;
use xushi_domain::kind::{ComparedWith, WayFrom};
use xushi_domain::pace::{BenchmarkGap, SideRun, is_percent};
use xushi_domain::{Comparator, Figure};

/// From how many periods in a row on a run is worth a word.
const RUN_MIN: u32 = 3;

/// Periods in a row on one side; January–February published as one counts once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// How many; 1 where it ended a run on the other side.
    pub periods: u32,
    /// Whether the values are above: above zero, above the other.
    pub above: bool,
    /// How many the run on the other side had that it ended; 0 where it is no turn.
    pub ended: u32,
    /// The other's name; none of a sign.
    #[serde(default)]
    pub other: Option<String>,
}

/// The comparisons, without the one that the promise itself is about; and that one.
pub(super) struct Beside {
    pub(super) benchmarks: Vec<BenchmarkLine>,
    /// What the other of the promise is called.
    pub(super) other: Option<String>,
    /// Its value, where it is not what is due itself.
    pub(super) against: Option<BenchmarkLine>,
}

impl Facts<'_> {
    /// How much above (or below) the other was promised, where it was.
    pub(super) fn margin(&self) -> Option<Decimal> {
        let margin = self.promised.and_then(|promised| promised.value).filter(|_| self.row.is_comparison());
        margin.filter(|margin| !margin.is_zero())
    }

    pub(super) fn benchmarks(&self, numbers: &Numbers<'_>) -> Beside {
        let Found { subject, assessment, .. } = self.found;
        let versus = self.row.is_comparison();
        let margin = self.margin().unwrap_or(Decimal::ZERO);
        let ceiling = self.promised.is_some_and(|promised| promised.ceiling);
        let mark = value(assessment.expected).filter(|_| versus);
        // What is due is the other's value and so much more (or less).
        let theirs = mark.map(|mark| if ceiling { mark + margin } else { mark - margin });
        let is_other = |one: &BenchmarkGap| theirs == Some(one.value);
        let named = subject.target.and_then(|target| target.benchmark.as_deref());
        let named = named.filter(|name| !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()));
        let same = assessment.benchmarks.iter().find(|one| is_other(one)).map(|one| one.name.as_str());
        let rate = self.found.figure.is_some_and(Figure::is_rate);
        let called = |name: &str| match self.row.compared_with {
            ComparedWith::OtherMeasure if rate => promise::growth_of(name),
            _ => level_of(name),
        };
        let other = versus.then(|| named.or(same).map_or_else(|| "对比对象".to_owned(), called));
        let kept = assessment.benchmarks.iter().filter(|one| !is_other(one));
        let benchmarks = kept.map(|one| numbers.benchmark(level_of(&one.name), one.value)).collect();
        let against = other.clone().zip(theirs).filter(|_| !margin.is_zero());
        let against = against.map(|(name, theirs)| numbers.benchmark(name, theirs));
        Beside { benchmarks, other, against }
    }

    /// What 左右 forgives: percentage points of a rate or share, percent of an amount.
    pub(super) fn tolerance(&self) -> Option<Quantity> {
        let Found { subject, pack, figure, .. } = self.found;
        subject.target.filter(|target| target.comparator == Some(Comparator::About))?;
        let share = matches!(self.row.way, WayFrom::BaselineOrLevel | WayFrom::ZeroOrFlat);
        let rate = figure.is_some_and(Figure::is_rate) || share && is_percent(&subject.measure.unit);
        let (size, unit) = if rate { (pack.about_points, "个百分点") } else { (pack.about_percent, "%") };
        let size = size.normalize();
        (!size.is_zero()).then(|| Quantity::new(size, unit, scale(size)))
    }

    /// Growth or decline for so many periods. That what usually grows has grown for years is no news: growth is said where
    /// it is what was promised, or where it ends a decline.
    pub(super) fn sign(&self) -> Option<Run> {
        let run = said(self.found.context.sign?, true)?;
        let promised = match self.row.way {
            WayFrom::Sign => true,
            WayFrom::Rate => self.target_value.is_some_and(|rate| rate <= Decimal::ZERO),
            _ => false,
        };
        (promised || !run.above || run.ended > 0).then_some(run)
    }

    /// Above or below the other for so many periods.
    pub(super) fn beside(&self, other: Option<&String>) -> Option<Run> {
        let lower = self.promised.is_some_and(|promised| promised.ceiling);
        let run = said(self.found.context.above_other?, !lower)?;
        Some(Run { other: Some(other?.clone()), ..run })
    }
}

/// A run that is worth a word; `above` says whether its good side is above.
fn said(run: SideRun, above: bool) -> Option<Run> {
    let (periods, ended) = (run.periods.unsigned_abs(), run.ended.unsigned_abs());
    let turned = periods == 1 && ended >= RUN_MIN;
    let ended = if turned { ended } else { 0 };
    let above = (run.periods > 0) == above;
    (turned || periods >= RUN_MIN).then_some(Run { periods, above, ended, other: None })
}

impl Numbers<'_> {
    /// How much above the other was promised.
    pub(super) fn margin(&self, margin: Decimal) -> Quantity {
        let margin = margin.normalize();
        Quantity::new(margin, self.difference, scale(margin).min(PLACES_MAX))
    }
}

/// What a region's figure is called beside another's: 全国平均水平, 湖南省平均水平; a measure keeps its name.
fn level_of(name: &str) -> String {
    let region = ["全国", "全省", "全市", "全县", "全区"].contains(&name)
        || name.chars().count() > 2 && name.ends_with(['省', '市', '州', '县', '区']);
    if name.ends_with("平均") {
        format!("{name}水平")
    } else if region {
        format!("{name}平均水平")
    } else {
        name.to_owned()
    }
}
