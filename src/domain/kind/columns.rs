//! What the columns of the table of kinds may say.

/// To which figure a kind turns where its own was never reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FallsBack {
    /// To none.
    Never,
    /// To the other of level and growth.
    Always,
    /// The same, for measures in percent.
    InPercent,
}

/// Whether what a kind judges is added up over the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddsUp {
    /// It is, unless it is a stock.
    Always,
    /// Where the unit adds up over time, unless it is a stock.
    ByUnit,
    /// It stands for itself.
    Never,
}

/// Where the way to the target starts, or what stands in for a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayFrom {
    /// Nothing: the amount grows from zero.
    Zero,
    /// The value at the window's start; the target itself where it is to be held.
    Baseline,
    /// The same; in percent without a known start it is held against the target's level, and that is said.
    BaselineOrLevel,
    /// The value at the window's start, by so much.
    BaselineBy,
    /// Zero where it adds up, else it is flat.
    ZeroOrFlat,
    /// Flat: the rate that was promised, or planned for the period.
    Rate,
    /// Flat: the rate of the base year.
    BaseRate,
    /// Flat: the other series' value at the same period.
    OtherSeries,
    /// Flat: a place.
    Place,
    /// The sign of the change.
    Sign,
    /// Dated nodes.
    Nodes,
    /// A person's word.
    Person,
}

/// Whether the shares of earlier years mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarlierShares {
    /// They do.
    Always,
    /// Where it adds up.
    WhereItAddsUp,
    /// They do not.
    Never,
}

/// What `completion` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionOf {
    /// (actual − start) ÷ (target − start), where the way moves.
    Way,
    /// The part done.
    Nodes,
    /// There is none.
    Nothing,
}

/// How "needed from here" is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeededBy {
    /// From what is left of the way, or of the limit; a flat value is to be kept.
    Way,
    /// The growth of the rest of the window.
    Growth,
    /// The other series is to be passed.
    OtherSeries,
    /// Days to the node that is due.
    Days,
    /// The place itself.
    Place,
    /// The sign of the change.
    Sign,
    /// Nothing can be said.
    Nothing,
}

/// Whether a target has a number, and in which unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetNumber {
    /// It must, in a unit of the measure.
    InMeasure,
    /// It may, in a unit of the measure.
    InMeasureIfAny,
    /// It must, in percent whatever the measure's unit is.
    InPercent,
    /// It may, in percentage points.
    InPercentIfAny,
    /// It must; a place.
    Place,
}

/// In what a shortfall is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapIn {
    /// The unit of the value; percentage points of percent.
    Value,
    /// Days.
    Days,
    /// Places.
    Places,
}

/// What a target is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparedWith {
    /// Its own number.
    Nothing,
    /// The same measure elsewhere.
    Elsewhere,
    /// Another measure.
    OtherMeasure,
}

/// Whether the target is achieved as soon as it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReachedEarly {
    /// It is, unless it is a limit.
    UnlessLimit,
    /// It is, unless it is to be held.
    UnlessHeld,
    /// Only the window's end tells.
    Never,
}

/// How the window's end is forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForecastFrom {
    /// Shares of past years.
    Shares,
    /// Shares where it adds up, else increments.
    SharesOrIncrements,
    /// Past rates.
    Rates,
    /// Increments of past years.
    Increments,
    /// It is not.
    Nothing,
}

/// Who reports, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedBy {
    /// Figures, period by period.
    Period,
    /// Nodes, on the day they are done or due.
    Nodes,
    /// A person, whenever.
    Person,
}
