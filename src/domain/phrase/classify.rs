//! From a number with its words to the kind of promise, its comparison and its direction.

use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::cues::Cues;
use super::lexicon::{Lexicon, ending, starting};
use super::lower_better::{is_lower_better, is_undoing, opens_undoing, owned};
use super::measurement_units::UnitKind;
use super::movement;
use super::number_with_unit::Quantity;
use super::parsed::Direction;
use super::signed;
use super::text::{ends_with, starts_with};
use crate::target::{Comparator, Kind};

/// Everything the verdict on one number rests on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    /// What is promised, without predicate.
    pub(super) name: &'a [char],
    /// The words before the number.
    pub(super) cues: &'a Cues,
    /// The number.
    pub(super) quantity: &'a Quantity,
    /// What follows the number, when a noun does.
    pub(super) right: &'a [char],
    /// The clause starts with a change word (压缩审批时限40%).
    pub(super) lead: Option<Direction>,
    /// The kind of the promise whose subject this one continues.
    pub(super) continued: Option<Kind>,
    /// The kind of the promise this one is a part of (其中…).
    pub(super) whole: Option<Kind>,
    /// An earlier name of the clause counts by head (每千人口拥有医师3.6人、护士4.2人).
    pub(super) dense: bool,
    /// A verb that makes things stood before the name (建成…, 培育…).
    pub(super) made: bool,
    /// 完成 stands before the number: 完成投资过半 is how much of it is done.
    pub(super) completed: bool,
    /// The kind of the promise before this one in its clause.
    pub(super) row: Option<Kind>,
}

/// The verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) comparator: Comparator,
    pub(super) direction: Direction,
}

static SHARES: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/classify/shares.txt")));

static GROWTHS: LazyLock<Lexicon<()>> =
    LazyLock::new(|| ending(include_str!("lexicon/classify/growths.txt")));

/// Amounts: a bare percentage of one of these is its growth.
static AMOUNTS: LazyLock<Lexicon<()>> =
    LazyLock::new(|| ending(include_str!("lexicon/classify/amounts.txt")));

/// Yearly flows: reaching them is adding up, not moving a stock.
static FLOWS: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/classify/flows.txt")));

static STOCKS: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/classify/stocks.txt")));

/// Areas and lengths that are what the year does, unless one is reached.
static WORKED_AREAS: LazyLock<Lexicon<()>> =
    LazyLock::new(|| ending(include_str!("lexicon/classify/worked_areas.txt")));

fn is_share(name: &[char]) -> bool {
    SHARES.ends(name)
        || name.windows(2).any(|pair| pair[0] == '占' && !matches!(pair[1], '地' | '用' | '道' | '领' | '补'))
}

/// Whether the number is where a verb at the start of the name ends: 压减钢铁产能到100万吨.
pub(super) fn comes_down(facts: &Facts<'_>) -> bool {
    let Facts { cues, lead, .. } = facts;
    *lead == Some(Direction::Down) && cues.to && cues.change.is_none()
}

/// So much for each head, acre or thousand people: reached, never added up.
pub(super) fn is_density(name: &[char]) -> bool {
    name.windows(2).any(|pair| {
        let mean = matches!(
            pair,
            ['人' | '亩' | '户' | '村' | '地' | '车' | '单' | '床' | '日' | '月' | '企' | '校', '均']
        );
        mean || pair[0] == '每' && (pair[1].is_ascii_digit() || "百千万十亿".contains(pair[1]))
    })
}

/// Decides kind, comparison and direction of one number.
pub(super) fn classify(facts: &Facts<'_>) -> Shape {
    let comparator = comparator(facts);
    let kind = match facts.quantity.kind {
        UnitKind::Rank => Kind::Rank,
        UnitKind::Ratio => Kind::Share,
        UnitKind::Percent | UnitKind::Times => rate(facts),
        UnitKind::Point => Kind::Change,
        _ => amount(facts),
    };
    // 涨幅控制在2%以内 is a lid, not a growth to be reached.
    let moved = facts.cues.change.is_some() && !(facts.cues.to && facts.cues.change == Some(Direction::Down));
    let lid = || !moved && facts.lead.is_none() && GROWTHS.ends(facts.name);
    let capped = facts.cues.cap || matches!(comparator, Comparator::AtMost | Comparator::Below);
    let kind = match kind {
        Kind::Share | Kind::Total | Kind::Level if capped => Kind::Cap,
        Kind::Growth if capped && lid() => Kind::Cap,
        // 事故起数为0 is a limit, as 零发生 is.
        Kind::Total | Kind::Level if facts.quantity.low.is_zero() && facts.quantity.high.is_none() => {
            Kind::Cap
        }
        Kind::Total | Kind::Level if comparator == Comparator::Range => Kind::Range,
        other => other,
    };
    let none = kind == Kind::Cap && comparator == Comparator::Equal && facts.quantity.low.is_zero();
    let comparator = if none { Comparator::AtMost } else { comparator };
    Shape { kind, comparator, direction: direction(facts, kind) }
}

/// The change the number is, if it is one rather than where a change ends.
fn change(facts: &Facts<'_>) -> Option<Direction> {
    let Facts { cues, quantity, right, .. } = facts;
    if let Some(direction) = quantity.implied {
        return Some(direction);
    }
    if cues.change.is_some() && !cues.to && !cues.reach {
        return cues.change;
    }
    let noun: &[char] = match right {
        ['的', rest @ ..] => rest,
        rest => rest,
    };
    static GROWTH_NOUNS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/classify/growth_nouns.txt")));
    let decline = ["下降", "降幅", "降低", "压减"];
    if GROWTH_NOUNS.opens(noun) {
        return Some(Direction::Up);
    }
    decline.iter().any(|word| starts_with(noun, word)).then_some(Direction::Down)
}

fn rate(facts: &Facts<'_>) -> Kind {
    let Facts { name, cues, quantity, .. } = facts;
    let placed = cues.to || cues.reach || cues.cap;
    if let Some(direction) = change(facts) {
        let points = direction == Direction::Up
            && !cues.grows
            && quantity.kind == UnitKind::Percent
            && quantity.implied.is_none()
            && is_share(name)
            && !GROWTHS.ends(name);
        return if points { Kind::Change } else { Kind::Growth };
    }
    if GROWTHS.ends(name) {
        return Kind::Growth;
    }
    if quantity.kind == UnitKind::Times {
        return Kind::Level;
    }
    if facts.lead.is_some() && !placed && !cues.hold {
        return Kind::Growth;
    }
    let covered = name.windows(2).any(|pair| pair == ['覆', '盖'])
        || is_share(name)
        || !facts.right.is_empty()
        || cues.at;
    if quantity.low == Decimal::ONE_HUNDRED && quantity.high.is_none() && covered {
        return Kind::Coverage;
    }
    // 投入增长12%，占GDP比重提高到2.6%: a share of its own subject is no growth.
    if let (Some(kind @ Kind::Growth), false) = (facts.continued, cues.occupy || is_share(name)) {
        return kind;
    }
    let bare = !cues.occupy && !cues.at && !facts.completed && facts.right.is_empty();
    if AMOUNTS.ends(name) && !is_share(name) && bare {
        return Kind::Growth;
    }
    Kind::Share
}

/// What people are paid.
static PAID: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/classify/paid.txt")));

fn amount(facts: &Facts<'_>) -> Kind {
    let Facts { name, cues, quantity, right, lead, .. } = facts;
    let prenominal = !right.is_empty();
    if let Some(direction) = change(facts) {
        let done = cues.work && matches!(quantity.kind, UnitKind::Measure | UnitKind::Count);
        let adds = direction == Direction::Up
            && !is_step(&quantity.unit, prenominal)
            && (prenominal || name.is_empty() || done);
        return if adds { Kind::Total } else { Kind::Change };
    }
    if *lead == Some(Direction::Up)
        && quantity.kind == UnitKind::Money
        && !cues.predicate()
        && PAID.ends(name)
    {
        return Kind::Change;
    }
    if quantity.within && quantity.kind == UnitKind::Time {
        return Kind::Cap;
    }
    if owned(name).is_some() {
        return Kind::Level;
    }
    // 压缩审批时限10个工作日, 降低浓度2微克/立方米: what never adds up becomes less by so much.
    let single = quantity.kind == UnitKind::Time || quantity.unit.contains('/');
    if *lead == Some(Direction::Down) && single && !cues.predicate() {
        return Kind::Change;
    }
    if comes_down(facts) {
        return Kind::Level;
    }
    let reached = cues.to || cues.reach || cues.hold;
    let placed = reached || cues.comparator == Some(Comparator::Above);
    let flow = FLOWS.ends(name) || quantity.unit.ends_with('次');
    // So much for each (4.5批次/千人) never adds up, unless it is what the year puts on top.
    let each = quantity.unit.contains('/') && quantity.unit != "人/次";
    let worked = !placed && WORKED_AREAS.ends(name);
    let stock = each
        || placed && !prenominal && !flow
        || is_stock(facts) && !worked && !prenominal
        || is_density(name)
        || facts.dense && !flow;
    if let (Some(kind @ (Kind::Total | Kind::Level)), false) = (facts.whole, placed) {
        return kind;
    }
    // 累计达到: what has been added up over the years, whatever this year adds.
    if cues.running && placed {
        return Kind::Level;
    }
    let added = || {
        is_added(name)
            || !each && !cues.to && opens_undoing(name)
            || !each && !reached && (facts.made || cues.done || is_worked(name))
            || !each && !placed && is_listed(facts)
    };
    if stock && lead.is_none() && !added() { Kind::Level } else { Kind::Total }
}

/// Places by which a ranking moves (前移5个位次, 提升3位); 增加5名教师 are added.
fn is_step(unit: &str, prenominal: bool) -> bool {
    matches!(unit, "个位次" | "位次" | "个名次" | "名次") || !prenominal && matches!(unit, "位" | "名")
}

/// A name that is a stock by itself; 国际标准5项 are standards written, 补贴标准 one that is reached.
fn is_stock(facts: &Facts<'_>) -> bool {
    let counted = facts.name.ends_with(&['标', '准']) && facts.quantity.kind == UnitKind::Count;
    STOCKS.ends(facts.name) && !counted
}

/// Verbs after which the year's amount is meant however the number is reached.
fn is_added(name: &[char]) -> bool {
    static ADDED: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/classify/added.txt")));
    // 高速公路新增通车里程: behind its subject, too.
    let behind = || name.windows(3).any(|three| three[..2] == ['新', '增']);
    ADDED.opens(name) || behind()
}

/// Work on an area, a length or a sum of money adds up, though those are stocks; 达到 alone still makes it a level.
fn is_worked(name: &[char]) -> bool {
    static WORKED: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/classify/worked.txt")));
    // 培训基地, 服务网点: four characters are a thing rather than what is done to one.
    static THINGS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| ending(include_str!("lexicon/classify/worked_things.txt")));
    let thing = name.len() <= 4 && THINGS.ends(name);
    let total = ["总量", "总数", "总额", "余额", "能力"].iter().any(|word| ends_with(name, word));
    // 向企业发放贷款: the verb stands behind those it is done for.
    let served = ["为", "给", "向", "对", "帮助"].iter().any(|word| starts_with(name, word));
    let worked = WORKED.opens(name) || served && WORKED.is_within(name);
    worked && !thing && !total
}

/// 新建水厂5座、改造管网…: a thing listed behind an amount of the year is one too, unless it is a sum.
fn is_listed(facts: &Facts<'_>) -> bool {
    facts.row == Some(Kind::Total)
        && facts.quantity.kind == UnitKind::Count
        && !facts.cues.predicate()
        && !is_density(facts.name)
        && !["总量", "总数", "数", "规模"].iter().any(|word| ends_with(facts.name, word))
}

/// Whether no more than so much of a decline is promised: 下降不超过5%, 负增长5%以内. 降到5%以内 says where it ends.
pub(super) fn limits_decline(facts: &Facts<'_>, shape: Shape) -> bool {
    let down = change(facts).or(facts.lead) == Some(Direction::Down);
    let bound = matches!(shape.comparator, Comparator::AtMost | Comparator::Below);
    down && bound
        && matches!(shape.kind, Kind::Growth | Kind::Change)
        && !facts.cues.to
        && facts.quantity.implied.is_none()
}

/// Whether an amount is how much is got rid of, rather than how much there is.
fn is_done_away(facts: &Facts<'_>) -> bool {
    let led = facts.lead == Some(Direction::Down) && !comes_down(facts);
    facts.cues.change.is_none()
        && (led || is_undoing(facts.name) && !is_share(facts.name) || is_worked(facts.name))
}

fn comparator(facts: &Facts<'_>) -> Comparator {
    let Facts { name, cues, quantity, .. } = facts;
    if quantity.high.is_some() {
        return Comparator::Range;
    }
    match (cues.comparator, quantity.comparator) {
        (Some(Comparator::AtLeast), Some(Comparator::About | Comparator::Above)) => Comparator::AtLeast,
        (Some(Comparator::AtMost), Some(Comparator::About)) => Comparator::AtMost,
        (Some(before), Some(Comparator::Above)) => before,
        (_, Some(after)) => after,
        (Some(before), None) => before,
        (None, None) => unstated(
            facts,
            comes_down(facts) || is_lower_better(name) && (is_share(name) || !is_undoing(name)),
        ),
    }
}

/// The comparison a bare predicate implies: 达到 is at least, 降至 at most, a plain number is meant as it stands.
fn unstated(facts: &Facts<'_>, lower: bool) -> Comparator {
    let Facts { cues, quantity, .. } = facts;
    let whole = quantity.kind == UnitKind::Percent && quantity.low == Decimal::ONE_HUNDRED;
    if whole || quantity.kind == UnitKind::Ratio {
        return Comparator::Equal;
    }
    if cues.cap {
        return Comparator::AtMost;
    }
    let ends_up = cues.reach || cues.to;
    match cues.change {
        // 升至第3位: the third place or a better one.
        _ if ends_up && quantity.kind == UnitKind::Rank => Comparator::AtMost,
        // 降幅达到3%: so much or more; 降幅收窄至3% is a bound.
        None if cues.reach && signed::declining(facts.name).is_some() => Comparator::AtLeast,
        Some(Direction::Down) if ends_up => Comparator::AtMost,
        _ if ends_up && lower => Comparator::AtMost,
        _ if ends_up => Comparator::AtLeast,
        _ => Comparator::Equal,
    }
}

/// Whether the number is how many places of a ranking something moves (排名提升2位, 综合考核进位2个).
fn is_move_of_place(facts: &Facts<'_>) -> bool {
    let Facts { name, cues, quantity, right, .. } = facts;
    let ranked = || movement::is_ranking(name);
    right.is_empty()
        && match quantity.unit.as_str() {
            "个位次" | "位次" | "个名次" | "名次" => true,
            "位" => cues.climbs || ranked(),
            "名" | "个" => cues.places || ranked(),
            _ => false,
        }
}

fn direction(facts: &Facts<'_>, kind: Kind) -> Direction {
    let Facts { name, cues, quantity, .. } = facts;
    // 化解隐性债务6.5亿元, 减少财政供养人员200名: so much of it is to go, and more is better.
    if matches!(kind, Kind::Total | Kind::Range) && !cues.hold && is_done_away(facts) {
        return Direction::Up;
    }
    if let Some(direction) = change(facts).or(cues.change).or(facts.lead) {
        // The better place has the smaller number.
        return match direction {
            Direction::Up if kind == Kind::Change && is_move_of_place(facts) => Direction::Down,
            Direction::Down if kind == Kind::Change && is_move_of_place(facts) => Direction::Up,
            other => other,
        };
    }
    if quantity.kind == UnitKind::Rank {
        return if cues.hold { Direction::Hold } else { Direction::Up };
    }
    if cues.hold {
        return Direction::Hold;
    }
    if kind == Kind::Cap || is_lower_better(name) {
        return Direction::Down;
    }
    let floor = cues.comparator == Some(Comparator::AtLeast) && !cues.predicate();
    if kind == Kind::Share && floor { Direction::Hold } else { Direction::Up }
}
