//! From an assessment to the line of a letter: every number in its unit and places, every word that depends on how the
//! indicator stands.

use rust_decimal::Decimal;

use super::format::whole;
use super::in_context::Beside;
use super::line::{LetterLine, LineForecast, Quantity, RankLine, Span};
use super::need::whole_months;
use super::numbers::Numbers;
use super::promise::promise;
use super::standing::streak;
use xushi_domain::kind::{CompletionOf, ReportedBy, WayFrom};
use xushi_domain::pace::{
    Assessment, Context, Forecast, Missing, Promised, Rank, RankBy, Ratio, RuleId, ShareFrom, Subject,
    binds_each_period, is_percent, promised,
};
use xushi_domain::{Basis, Better, Comparator, Figure, Grade, Kind, KindRow, Period, RulePack};

/// What was found of one indicator.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// What was judged.
    pub subject: &'a Subject<'a>,
    /// The rule pack it was judged by.
    pub pack: &'a RulePack,
    /// The verdict.
    pub assessment: &'a Assessment,
    /// The figure judged.
    pub figure: Option<Figure>,
    /// How many indicators of the same unit and campaign lag; 0 where nobody counted.
    pub lagging: u32,
    /// What can be said beside the verdict.
    pub context: &'a Context,
}

/// What was found, with what follows from it.
pub(super) struct Facts<'a> {
    pub(super) found: Found<'a>,
    pub(super) kind: Kind,
    /// What the kind means.
    pub(super) row: &'static KindRow,
    pub(super) promised: Option<Promised>,
    /// The promise as a value of what is judged.
    pub(super) target_value: Option<Decimal>,
    /// Whether what is due grows over the window.
    pub(super) moves: bool,
    /// Whether it is kept by staying at or below a value.
    pub(super) limit: bool,
    /// Whether the latest data close the window.
    pub(super) over: bool,
    /// Whether the far end of a range is what binds.
    pub(super) beyond: bool,
    /// Whether the value is a count from the window's start.
    pub(super) adds_up: bool,
    /// Whether a limit is broken for good.
    pub(super) broken: bool,
}

impl<'a> Facts<'a> {
    fn of(found: Found<'a>) -> Self {
        let Found { subject, assessment, .. } = found;
        let kind = subject.target.map_or(Kind::Qualitative, |target| target.kind);
        // It is spoken of as what it is judged as.
        let kind = assessment.judged_as.unwrap_or(kind);
        let row = kind.row();
        let promised = subject.target.and_then(|target| promised(target, subject.measure));
        let over = assessment.data_period.is_some_and(|period| period.end() >= subject.window.end());
        let expected = value(assessment.expected);
        let beyond = row.has_two_ends()
            && assessment.actual.zip(value(assessment.expected_hi)).is_some_and(|(actual, far)| actual > far);
        let target_value = target_value(found, promised, beyond);
        let each = subject.target.is_some_and(|target| binds_each_period(target, subject.measure));
        let counts = row.is_running_count(subject.measure) && !each && !assessment.averaged;
        let at_target = target_value.is_some() && target_value == expected;
        let all_due = value(assessment.due_fraction) == Some(Decimal::ONE);
        let flat = at_target && !all_due;
        let moves = match row.way {
            WayFrom::Rate => expected.is_some() && !at_target,
            WayFrom::ZeroOrFlat if !counts => false,
            _ if row.completion == CompletionOf::Way => {
                assessment.completion.is_some() && assessment.due_fraction.is_some() && !flat && !over
            }
            _ => false,
        };
        let ceiling = beyond || promised.is_some_and(|promised| promised.ceiling);
        let falls = target_value.is_some_and(|target_value| target_value < Decimal::ZERO);
        let comes_down =
            subject.baseline.zip(target_value).is_some_and(|(base, target_value)| base > target_value);
        let limit = match row.way {
            WayFrom::Zero | WayFrom::ZeroOrFlat => row.limit || ceiling,
            WayFrom::Rate => ceiling && !moves && !falls,
            // What had to come down to its value is no limit when the window is over.
            WayFrom::Baseline | WayFrom::BaselineOrLevel | WayFrom::BaselineBy => {
                ceiling && !moves && !(over && comes_down)
            }
            // A place is no amount that is used up.
            WayFrom::Place
            | WayFrom::BaseRate
            | WayFrom::OtherSeries
            | WayFrom::Sign
            | WayFrom::Nodes
            | WayFrom::Person => false,
        };
        // Missed by figures before the window ends is a limit that was broken.
        let missed = assessment.grade == Grade::Missed && row.reported_by == ReportedBy::Period;
        let exceeded = target_value.zip(assessment.actual).is_some_and(|(most, actual)| actual > most);
        // Nor does a later month make good what one exceeded of a limit of each.
        let used_up = assessment.rule.id == RuleId::LimitUsedUp || limit && (counts || each) && exceeded;
        let broken = (missed || used_up) && !over;
        let moves = moves && !broken;
        Self {
            found,
            kind,
            row,
            promised,
            target_value,
            moves,
            limit: limit || broken,
            over,
            beyond,
            adds_up: counts,
            broken,
        }
    }

    /// Which way is good.
    pub(super) fn better(&self) -> Better {
        let own = self.found.subject.measure.better;
        match self.promised {
            _ if self.beyond => Better::Lower,
            Some(promised) if promised.ceiling => Better::Lower,
            Some(_) => Better::Higher,
            None => own,
        }
    }
}

/// The promise as a value of what is judged; of a range the end that binds.
fn target_value(found: Found<'_>, promised: Option<Promised>, beyond: bool) -> Option<Decimal> {
    let row = found.subject.target?.kind.row();
    let upper = |promised: Promised| beyond || (row.has_two_ends() && promised.ceiling);
    let end = promised.and_then(|promised| if upper(promised) { promised.far } else { promised.value });
    match row.way {
        WayFrom::BaselineBy => change_end(found, promised, value(found.assessment.expected)),
        WayFrom::BaselineOrLevel => end.or((!row.needs_value()).then_some(Decimal::ONE_HUNDRED)),
        WayFrom::OtherSeries | WayFrom::Sign | WayFrom::BaseRate | WayFrom::Person => None,
        WayFrom::Zero
        | WayFrom::Baseline
        | WayFrom::ZeroOrFlat
        | WayFrom::Rate
        | WayFrom::Place
        | WayFrom::Nodes => end,
    }
}

/// The value that a change comes to: B + Δ, of a line B + Δ·F(p).
fn change_end(found: Found<'_>, promised: Option<Promised>, expected: Option<Decimal>) -> Option<Decimal> {
    let (promised, expected) = promised.zip(expected)?;
    if found.assessment.completion.is_none() {
        return Some(expected);
    }
    let by = promised.value?;
    let by = if promised.ceiling { -by.abs() } else { by };
    Some((expected + by * (Decimal::ONE - value(found.assessment.due_fraction)?)).round_dp(10).normalize())
}

impl LetterLine {
    /// The line of what was found, without its number and the names of indicator and region.
    pub fn found(found: &Found<'_>) -> Self {
        let Found { subject, assessment, .. } = *found;
        let facts = Facts::of(*found);
        let numbers = Numbers::of(&facts);
        let forecast = assessment.forecast.filter(Forecast::warns);
        let forecast = forecast.map(|forecast| facts.forecast(&forecast, &numbers));
        let state = facts.state(forecast.as_ref().is_some_and(|forecast| forecast.decides));
        let done = facts.moves.then(|| numbers.completion(&facts)).flatten();
        let (completion, completion_due) = done.unzip();
        let need = numbers.need(&facts, state);
        let missing = facts.missing(need.is_some());
        let Beside { benchmarks, other, against } = facts.benchmarks(&numbers);
        let above = benchmarks.first().map(|parent| parent.name.clone());
        Self {
            target_text: subject.target.map(|target| promise(target, subject.measure)).unwrap_or_default(),
            state,
            grade: Some(assessment.grade),
            ground: facts.ground(forecast.as_ref()),
            level: facts.level(forecast.as_ref()),
            figure: found.figure,
            basis: Some(subject.measure.basis),
            window: Some(subject.window.into()),
            period: assessment.of_period.map(Span::from).or_else(|| facts.data_span(assessment.data_period?)),
            unreported: assessment.unreported.map(Span::from),
            advances: facts.advances(),
            partly_reported: assessment.missing.contains(Missing::GapInPeriods),
            actual: numbers.actual.clone(),
            expected: numbers.expected.clone(),
            target_value: facts.target_value.map(|target_value| numbers.promised(target_value)),
            target_hi: facts.promised.and_then(|promised| promised.far).map(|far| numbers.promised(far)),
            strict: facts.is_strict(),
            about: subject.target.is_some_and(|target| target.comparator == Some(Comparator::About)),
            tolerance: facts.tolerance(),
            moves: facts.moves,
            limit: facts.limit,
            adds_up: facts.adds_up,
            averaged: assessment.averaged,
            margin: against.as_ref().and(facts.margin()).map(|margin| numbers.margin(margin)),
            against,
            beside: facts.beside(other.as_ref().or(above.as_ref())),
            sign: facts.sign(),
            other,
            shortfall: numbers.shortfall.clone(),
            shortfall_share: numbers.share_of_limit(&facts),
            shortfall_points: points(completion.as_ref(), completion_due.as_ref()),
            completion_last_year: numbers.last_year(assessment).filter(|_| facts.moves && facts.adds_up),
            completion,
            completion_due,
            node: facts.node(&numbers),
            need,
            average_so_far: value(assessment.average_per_month)
                .map(|mean| numbers.mean(mean))
                .filter(|_| facts.adds_up),
            forecast,
            months_left: assessment.needed.as_ref().and_then(whole_months),
            rank: assessment.rank.map(|rank| rank_among(rank, subject.region)),
            benchmarks,
            grade_label: facts.grade_label(state),
            curve_label: assessment
                .curve_used
                .filter(|_| facts.moves)
                .map(|curve| curve.chinese().to_owned()),
            streak: streak(assessment, state),
            rule_text: Some(facts.rule_text()),
            missing,
            ..Self::bare(facts.kind, facts.better())
        }
    }
}

impl Facts<'_> {
    /// Whether equal is not enough: as promised; of a trend as it is judged (增长 is more than 持平).
    fn is_strict(&self) -> bool {
        let needed = self.found.assessment.needed.as_ref();
        let turns = self.row.way == WayFrom::Sign && needed.is_some_and(|needed| needed.strict);
        turns || self.promised.is_some_and(|promised| promised.strict)
    }

    /// The days of the latest value, or of what it is added up with.
    fn data_span(&self, period: Period) -> Option<Span> {
        let subject = self.found.subject;
        let each = subject.target.is_some_and(|target| binds_each_period(target, subject.measure));
        Some(if each { period.into() } else { self.reported(period) })
    }

    /// Whether so many places up were promised.
    fn advances(&self) -> bool {
        self.kind == Kind::Rank && self.found.subject.target.is_some_and(|target| target.kind == Kind::Change)
    }

    /// The days that the value judged is of: months and years that are added up reach back to the window's start, and what was done
    /// before it is taken off.
    fn reported(&self, period: Period) -> Span {
        let subject = self.found.subject;
        let averaged = self.found.assessment.averaged;
        let added = self.adds_up && self.row.way != WayFrom::Sign;
        let summed = (added || averaged) && subject.measure.basis != Basis::Point;
        let start = if summed { subject.window.start() } else { period.start() };
        Span { start, end: period.end() }
    }

    /// The part of the way that is done, counted from where the due share counts: of a line B + (T − B)·F the start is
    /// (line − T·F) ÷ (1 − F).
    pub(super) fn completion(&self) -> Option<Decimal> {
        let assessment = self.found.assessment;
        let own = value(assessment.completion);
        if !matches!(self.row.way, WayFrom::Baseline | WayFrom::BaselineOrLevel) {
            return own;
        }
        let (due, line) = (value(assessment.due_fraction)?, value(assessment.expected)?);
        let (target_value, actual) = (self.target_value?, assessment.actual?);
        let start = (line - target_value * due).checked_div(Decimal::ONE - due)?;
        (actual - start).checked_div(target_value - start).map(|done| done.round_dp(10))
    }

    /// What the reader must know to check the verdict: a start that nobody gave is not gone from; and of the growth still
    /// needed, that last year's share was not reported and the curve stood in.
    fn missing(&self, asks: bool) -> Vec<String> {
        let Found { subject, assessment, .. } = self.found;
        let mut missing = Vec::new();
        if assessment.missing.contains(Missing::Baseline) && assessment.expected.is_some() && !self.over {
            let whole = whole(&subject.window.into());
            missing.push(format!("缺少基期值（目标期起点的数值），按{whole}目标比较"));
        }
        if asks && assessment.share_from == Some(ShareFrom::Curve) {
            missing.push("缺少上年各月占比，后期要求按序时曲线推算".to_owned());
        }
        if asks && assessment.share_from == Some(ShareFrom::Months) {
            missing.push("后期要求按各时段月数推算".to_owned());
        }
        missing
    }

    fn forecast(&self, forecast: &Forecast, numbers: &Numbers<'_>) -> LineForecast {
        let Found { pack, assessment, .. } = self.found;
        // Held by the threshold of a warning in force: a reminder of it speaks of the same forecast.
        let warns = pack.level_by_forecast(assessment.grade, Some(forecast.p_miss()), true).is_some();
        LineForecast {
            value: numbers.value(forecast.value()),
            low: numbers.value(forecast.low()),
            high: numbers.value(forecast.high()),
            p_miss: Quantity::new(forecast.p_miss() * Decimal::ONE_HUNDRED, "%", 0),
            decides: warns && matches!(assessment.grade, Grade::Ahead | Grade::OnPace | Grade::Watch),
        }
    }
}

/// Behind in points of the way, from the two shares as printed.
fn points(done: Option<&Quantity>, due: Option<&Quantity>) -> Option<Quantity> {
    let (done, due) = done.zip(due)?;
    Some(Quantity::new(due.printed() - done.printed(), "个百分点", done.places.max(due.places)))
}

/// A place among the regions of the same level.
fn rank_among(rank: Rank, region: &str) -> RankLine {
    let among = if region.ends_with("0000") {
        "省（区、市）"
    } else if region.ends_with("00") {
        "市州"
    } else {
        "县市区"
    };
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let by = match rank.by {
        RankBy::Completion => Some("完成进度".to_owned()),
        RankBy::Growth => Some("增速".to_owned()),
        RankBy::Published | RankBy::Value => None,
    };
    RankLine { place: count(rank.position), of: rank.of.map(count), among: among.to_owned(), by }
}

pub(super) fn value(ratio: Option<Ratio>) -> Option<Decimal> {
    ratio.and_then(Ratio::value)
}

/// Whether a unit counts whole things (家, 起, 人): their parts are not printed.
pub(super) fn counted(unit: &str) -> bool {
    const COUNTS: [&str; 26] = [
        "人", "人次", "户", "家", "个", "项", "件", "起", "套", "所", "条", "座", "台", "辆", "例", "次",
        "名", "处", "宗", "篇", "株", "头", "只", "批", "场", "位",
    ];
    !is_percent(unit) && COUNTS.contains(&unit)
}
