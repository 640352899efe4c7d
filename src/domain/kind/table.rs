//! The table of kinds.

use super::columns::*;
use super::{Kind, KindRow};
use crate::Figure;

impl Kind {
    /// The kind's row.
    pub const fn row(self) -> &'static KindRow {
        match self {
            Self::Total => &TOTAL,
            Self::Level => &LEVEL,
            Self::Growth => &GROWTH,
            Self::Share => &SHARE,
            Self::Change => &CHANGE,
            Self::Cap => &CAP,
            Self::Range => &RANGE,
            Self::VersusBenchmark => &VERSUS_BENCHMARK,
            Self::VersusIndicator => &VERSUS_INDICATOR,
            Self::Coverage => &COVERAGE,
            Self::Milestone => &MILESTONE,
            Self::Trend => &TREND,
            Self::Rank => &RANK,
            Self::Narrowing => &NARROWING,
            Self::Qualitative => &QUALITATIVE,
        }
    }
}

const TOTAL: KindRow = KindRow {
    figure: Figure::Level,
    falls_back: FallsBack::Never,
    adds_up: AddsUp::Always,
    way: WayFrom::Zero,
    earlier_shares: EarlierShares::Always,
    completion: CompletionOf::Way,
    needed: NeededBy::Way,
    number: TargetNumber::InMeasure,
    gap: GapIn::Value,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::UnlessLimit,
    forecast: ForecastFrom::Shares,
    reported_by: ReportedBy::Period,
    limit: false,
};

const LEVEL: KindRow = KindRow {
    figure: Figure::Level,
    falls_back: FallsBack::Never,
    adds_up: AddsUp::Never,
    way: WayFrom::Baseline,
    earlier_shares: EarlierShares::Always,
    completion: CompletionOf::Way,
    needed: NeededBy::Way,
    number: TargetNumber::InMeasure,
    gap: GapIn::Value,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::UnlessHeld,
    forecast: ForecastFrom::Increments,
    reported_by: ReportedBy::Period,
    limit: false,
};

const GROWTH: KindRow = KindRow {
    figure: Figure::Yoy,
    falls_back: FallsBack::Never,
    adds_up: AddsUp::ByUnit,
    way: WayFrom::Rate,
    earlier_shares: EarlierShares::Always,
    completion: CompletionOf::Nothing,
    needed: NeededBy::Growth,
    number: TargetNumber::InPercent,
    gap: GapIn::Value,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::Rates,
    reported_by: ReportedBy::Period,
    limit: false,
};

const SHARE: KindRow = KindRow {
    figure: Figure::Level,
    falls_back: FallsBack::Never,
    adds_up: AddsUp::Never,
    way: WayFrom::BaselineOrLevel,
    earlier_shares: EarlierShares::Always,
    completion: CompletionOf::Way,
    needed: NeededBy::Way,
    number: TargetNumber::InMeasure,
    gap: GapIn::Value,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::Increments,
    reported_by: ReportedBy::Period,
    limit: false,
};

const CHANGE: KindRow = KindRow {
    figure: Figure::Level,
    falls_back: FallsBack::Never,
    adds_up: AddsUp::Never,
    way: WayFrom::BaselineBy,
    earlier_shares: EarlierShares::Always,
    completion: CompletionOf::Way,
    needed: NeededBy::Way,
    number: TargetNumber::InMeasure,
    gap: GapIn::Value,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::Increments,
    reported_by: ReportedBy::Period,
    limit: false,
};

const CAP: KindRow = KindRow {
    figure: Figure::Level,
    falls_back: FallsBack::InPercent,
    adds_up: AddsUp::ByUnit,
    way: WayFrom::ZeroOrFlat,
    earlier_shares: EarlierShares::WhereItAddsUp,
    completion: CompletionOf::Way,
    needed: NeededBy::Way,
    number: TargetNumber::InMeasure,
    gap: GapIn::Value,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::SharesOrIncrements,
    reported_by: ReportedBy::Period,
    limit: true,
};

const RANGE: KindRow = KindRow {
    figure: Figure::Level,
    falls_back: FallsBack::Never,
    adds_up: AddsUp::ByUnit,
    way: WayFrom::ZeroOrFlat,
    earlier_shares: EarlierShares::Always,
    completion: CompletionOf::Way,
    needed: NeededBy::Way,
    number: TargetNumber::InMeasure,
    gap: GapIn::Value,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::SharesOrIncrements,
    reported_by: ReportedBy::Period,
    limit: false,
};

const VERSUS_BENCHMARK: KindRow = KindRow {
    figure: Figure::Yoy,
    falls_back: FallsBack::InPercent,
    adds_up: AddsUp::Never,
    way: WayFrom::OtherSeries,
    earlier_shares: EarlierShares::Never,
    completion: CompletionOf::Nothing,
    needed: NeededBy::OtherSeries,
    number: TargetNumber::InPercentIfAny,
    gap: GapIn::Value,
    compared_with: ComparedWith::Elsewhere,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::Nothing,
    reported_by: ReportedBy::Period,
    limit: false,
};

const VERSUS_INDICATOR: KindRow = KindRow {
    figure: Figure::Yoy,
    falls_back: FallsBack::InPercent,
    adds_up: AddsUp::Never,
    way: WayFrom::OtherSeries,
    earlier_shares: EarlierShares::Never,
    completion: CompletionOf::Nothing,
    needed: NeededBy::OtherSeries,
    number: TargetNumber::InPercentIfAny,
    gap: GapIn::Value,
    compared_with: ComparedWith::OtherMeasure,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::Nothing,
    reported_by: ReportedBy::Period,
    limit: false,
};

const COVERAGE: KindRow = KindRow {
    figure: Figure::Level,
    falls_back: FallsBack::Never,
    adds_up: AddsUp::Never,
    way: WayFrom::BaselineOrLevel,
    earlier_shares: EarlierShares::Always,
    completion: CompletionOf::Way,
    needed: NeededBy::Way,
    number: TargetNumber::InMeasureIfAny,
    gap: GapIn::Value,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::Nothing,
    reported_by: ReportedBy::Period,
    limit: false,
};

const MILESTONE: KindRow = KindRow {
    figure: Figure::Level,
    falls_back: FallsBack::Never,
    adds_up: AddsUp::Never,
    way: WayFrom::Nodes,
    earlier_shares: EarlierShares::Never,
    completion: CompletionOf::Nodes,
    needed: NeededBy::Days,
    number: TargetNumber::InMeasureIfAny,
    gap: GapIn::Days,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::Nothing,
    reported_by: ReportedBy::Nodes,
    limit: false,
};

const TREND: KindRow = KindRow {
    figure: Figure::Yoy,
    falls_back: FallsBack::Always,
    adds_up: AddsUp::Never,
    way: WayFrom::Sign,
    earlier_shares: EarlierShares::Never,
    completion: CompletionOf::Nothing,
    needed: NeededBy::Sign,
    number: TargetNumber::InMeasureIfAny,
    gap: GapIn::Value,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::Nothing,
    reported_by: ReportedBy::Period,
    limit: false,
};

const RANK: KindRow = KindRow {
    figure: Figure::Rank,
    falls_back: FallsBack::Never,
    adds_up: AddsUp::Never,
    way: WayFrom::Place,
    earlier_shares: EarlierShares::Never,
    completion: CompletionOf::Nothing,
    needed: NeededBy::Place,
    number: TargetNumber::Place,
    gap: GapIn::Places,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::Nothing,
    reported_by: ReportedBy::Period,
    limit: true,
};

const NARROWING: KindRow = KindRow {
    figure: Figure::Yoy,
    falls_back: FallsBack::Never,
    adds_up: AddsUp::Never,
    way: WayFrom::BaseRate,
    earlier_shares: EarlierShares::Never,
    completion: CompletionOf::Nothing,
    needed: NeededBy::Growth,
    number: TargetNumber::InPercentIfAny,
    gap: GapIn::Value,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::Nothing,
    reported_by: ReportedBy::Period,
    limit: false,
};

const QUALITATIVE: KindRow = KindRow {
    figure: Figure::Level,
    falls_back: FallsBack::Never,
    adds_up: AddsUp::Never,
    way: WayFrom::Person,
    earlier_shares: EarlierShares::Never,
    completion: CompletionOf::Nothing,
    needed: NeededBy::Nothing,
    number: TargetNumber::InMeasureIfAny,
    gap: GapIn::Value,
    compared_with: ComparedWith::Nothing,
    reached_early: ReachedEarly::Never,
    forecast: ForecastFrom::Nothing,
    reported_by: ReportedBy::Person,
    limit: false,
};
