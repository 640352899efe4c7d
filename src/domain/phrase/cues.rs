//! The words before a number: what is promised to happen, how it compares, how firmly.

use std::sync::LazyLock;

use super::lexicon::{Lexicon, ending, list};
use super::never;
use super::parsed::Direction;
use super::text::ends_with;
use crate::target::Comparator;

/// What a word next to a number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cue {
    /// 增长, 下降: the number is a change.
    Change(Direction),
    /// 增至, 降到: the number is where the change ends.
    ChangeTo(Direction),
    /// 双下降: the number is a change of each subject.
    Pair(Direction),
    /// 到, 至 after a change word.
    To,
    /// 达到: the number is a level to be reached.
    Reach,
    /// 为: the number is the level.
    At,
    /// 保持, 稳定在.
    Hold,
    /// 控制在.
    Cap,
    /// 不低于, 突破 …
    Compare(Comparator),
    /// 力争, 确保, 基本: kept as a hedge, changes no comparison.
    Modal,
    /// 占: the number is a share.
    Occupy,
    /// 的: the number is a share of what stands before.
    Of,
    /// 分别, 均: one number for each subject.
    Each,
    /// 累计: added up over the years.
    Running,
    /// 同比, 年均: passed over.
    Filler,
    /// A word that ends like a cue but belongs to the name (签约, 通过, 新增).
    Stop,
}

use Cue::{
    At, Cap, Change, ChangeTo, Compare, Each, Filler, Hold, Modal, Occupy, Of, Pair, Reach, Running, Stop, To,
};

static CUES: LazyLock<Lexicon<Cue>> = LazyLock::new(|| {
    const UP: &str = include_str!("lexicon/cues/up.txt");
    const DOWN: &str = include_str!("lexicon/cues/down.txt");
    let lists = [
        (UP, Change(Direction::Up)),
        (DOWN, Change(Direction::Down)),
        (include_str!("lexicon/cues/up_to.txt"), ChangeTo(Direction::Up)),
        (include_str!("lexicon/cues/down_to.txt"), ChangeTo(Direction::Down)),
        (include_str!("lexicon/cues/pair_up.txt"), Pair(Direction::Up)),
        (include_str!("lexicon/cues/pair_down.txt"), Pair(Direction::Down)),
        (include_str!("lexicon/cues/to.txt"), To),
        (include_str!("lexicon/cues/reach.txt"), Reach),
        (include_str!("lexicon/cues/at.txt"), At),
        (include_str!("lexicon/cues/hold.txt"), Hold),
        (include_str!("lexicon/cues/cap.txt"), Cap),
        (include_str!("lexicon/cues/at_least.txt"), Compare(Comparator::AtLeast)),
        (include_str!("lexicon/cues/at_most.txt"), Compare(Comparator::AtMost)),
        (include_str!("lexicon/cues/above.txt"), Compare(Comparator::Above)),
        (include_str!("lexicon/cues/below.txt"), Compare(Comparator::Below)),
        (include_str!("lexicon/cues/about.txt"), Compare(Comparator::About)),
        (include_str!("lexicon/cues/modal.txt"), Modal),
        ("占", Occupy),
        ("的", Of),
        (include_str!("lexicon/cues/each.txt"), Each),
        ("累计", Running),
        (include_str!("lexicon/cues/filler.txt"), Filler),
        (include_str!("lexicon/cues/stop.txt"), Stop),
    ];
    let words = lists.iter().flat_map(|(text, cue)| list(text).map(|word| (word.to_owned(), *cue)));
    // 提升到 is one word, lest 升到 be taken out of it.
    let changes = [(UP, Direction::Up), (DOWN, Direction::Down)];
    let reached = changes.iter().flat_map(|(text, direction)| {
        let long = list(text).filter(|word| word.chars().count() > 1);
        long.flat_map(|word| {
            ["到", "至", "到人均", "至人均"].map(|to| (format!("{word}{to}"), ChangeTo(*direction)))
        })
    });
    Lexicon::of_suffixes(words.chain(reached))
});

/// Words for places that change.
static CLIMBS: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/ranking/climbs.txt")));

/// What the words before a number said, nearest word first where they disagree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cues {
    /// A change word stood there, whether or not with 到.
    pub(super) change: Option<Direction>,
    /// The change is work done (提升, 恢复) rather than a difference.
    pub(super) work: bool,
    /// 提升, 前移: what places in a ranking do; 增加 is said of persons.
    pub(super) climbs: bool,
    /// 进位, 前移: only places do that.
    pub(super) places: bool,
    /// 增长: a growth even of a rate.
    pub(super) grows: bool,
    /// The number is where the change ends (提高到).
    pub(super) to: bool,
    /// 达到.
    pub(super) reach: bool,
    /// 为, 完成, 实现.
    pub(super) at: bool,
    /// 完成: an amount of the year's work.
    pub(super) done: bool,
    /// 保持, 稳定在.
    pub(super) hold: bool,
    /// 控制在.
    pub(super) cap: bool,
    /// 占, 的.
    pub(super) occupy: bool,
    /// 的 stood there.
    pub(super) of: bool,
    /// 分别, 均, 各.
    pub(super) each: bool,
    /// 累计.
    pub(super) running: bool,
    /// 力争, 确保.
    pub(super) modal: bool,
    /// 新增 behind 分别: the verb of each number.
    pub(super) added: Option<&'static str>,
    /// 不能, 严禁 stood before the comparison, which is turned round.
    pub(super) never: bool,
    /// Something is forbidden that is no comparison (不能下降5%): nobody can say what is promised.
    pub(super) denied: bool,
    /// Comparison word.
    pub(super) comparator: Option<Comparator>,
    /// Words kept as written, in the order of the text.
    pub(super) hedges: Vec<String>,
}

impl Cues {
    /// Whether anything says that the number is a promise of its own.
    pub(super) fn any(&self) -> bool {
        self.predicate() || self.comparator.is_some() || self.occupy || !self.hedges.is_empty()
    }

    /// Whether a word says what happens to the subject, apart from how the number compares.
    pub(super) fn predicate(&self) -> bool {
        self.change.is_some() || self.to || self.reach || self.at || self.hold || self.cap
    }

    /// Whether 增长 is all that is said of what happens.
    pub(super) fn only_grows(&self) -> bool {
        self.grows && !(self.to || self.reach || self.at || self.hold || self.cap || self.each)
    }

    /// Takes in a word that forbids what has been read so far.
    fn forbid(&mut self, word: &[char]) {
        self.never = true;
        match self.comparator.and_then(never::turned) {
            Some(comparator) => self.comparator = Some(comparator),
            None => self.denied = true,
        }
        let word: String = word.iter().collect();
        match self.hedges.first_mut() {
            Some(first) => first.insert_str(0, &word),
            None => self.hedges.push(word),
        }
    }

    fn note(&mut self, cue: Cue, word: &[char]) {
        match cue {
            Change(direction) => {
                self.change.get_or_insert(direction);
                self.grows |= matches!(word, [.., '增', '长']);
                self.work |= matches!(word, ['提', '升'] | ['恢', '复'] | ['提', '标']);
                self.climbs |= CLIMBS.ends(word);
                self.places |= matches!(word, [.., '进' | '晋', '位'] | ['前' | '上', '移']);
            }
            ChangeTo(direction) => {
                self.change.get_or_insert(direction);
                self.to = true;
            }
            Pair(direction) => {
                self.change.get_or_insert(direction);
                (self.grows, self.each) = (true, true);
            }
            To => self.to = true,
            Reach => self.reach = true,
            At => {
                self.at = true;
                self.done |= word == ['完', '成'];
            }
            Hold => self.hold = true,
            Cap => self.cap = true,
            Occupy => self.occupy = true,
            Of => (self.occupy, self.of) = (true, true),
            Each => self.each = true,
            Running => self.running = true,
            Compare(comparator) => {
                self.comparator.get_or_insert(comparator);
                self.hedges.insert(0, word.iter().collect());
            }
            Modal => {
                self.modal = true;
                self.hedges.insert(0, word.iter().collect());
            }
            Filler | Stop => {}
        }
    }
}

/// Most words taken off one side of a number.
const WORDS_MAX: usize = 12;

/// Takes the cue words off the end of `text`; returns the length of what is left and what the words said.
/// `dates` are the spans of dates within `text`; one that ends where the cues begin is taken off too.
pub(super) fn peel(text: &[char], dates: &[std::ops::Range<usize>]) -> (usize, Cues) {
    let mut cues = Cues::default();
    let mut end = text.len();
    for _ in 0..WORDS_MAX {
        let rest = &text[..end];
        if let Some(start) = basis(rest, dates, cues.occupy) {
            end = start;
            continue;
        }
        let said = cues.comparator.is_some() || cues.predicate();
        if said && let Some(length) = never::at_end(rest) {
            cues.forbid(&rest[end - length..]);
            end -= length;
            continue;
        }
        match CUES.at_end(rest) {
            Some((_, Stop)) if is_of_all(rest) && (cues.predicate() || cues.comparator.is_some()) => {
                cues.each = true;
                end -= 1;
            }
            None | Some((_, Stop)) => break,
            Some((length, cue)) => {
                cues.note(cue, &rest[end - length..]);
                end -= length;
                // 绝不超过, 决不低于.
                let firm = matches!(cue, Compare(_)) && rest[end] == '不';
                end -=
                    usize::from(firm && matches!(rest[..end].last(), Some('绝' | '决' | '并' | '永' | '从')));
            }
        }
    }
    (end, cues)
}

/// 旅游总花费、游客人次均增长: behind a list of amounts 均 is all of them; alone 人次均消费 is an average.
fn is_of_all(text: &[char]) -> bool {
    const REACH_BACK: usize = 40;
    const AMOUNTS: [&str; 6] = ["人次均", "班次均", "架次均", "车次均", "批次均", "订单均"];
    AMOUNTS.iter().any(|word| ends_with(text, word))
        && text.iter().rev().take(REACH_BACK).any(|c| matches!(c, '、' | '和' | '与' | '及'))
}

/// The start of a comparison basis or a date that ends `text`: 较2020年, 在2024年基础上, 在原比例基础上.
fn basis(text: &[char], dates: &[std::ops::Range<usize>], of: bool) -> Option<usize> {
    const BASE: [char; 3] = ['基', '础', '上'];
    const REACH_BACK: usize = 12;
    let based = text.ends_with(&BASE);
    let body = if based { &text[..text.len() - BASE.len()] } else { text };
    if let Some(date) = dates.iter().find(|date| date.end == body.len()) {
        // 到2025年 is a deadline, but 恢复到2019年的90% says where the change ends.
        let linked = match body[..date.start].last() {
            Some('比' | '较' | '在') => true,
            Some('到' | '至') => !of,
            _ => false,
        };
        return Some(date.start - usize::from(linked));
    }
    if based {
        let back = body.iter().rev().take(REACH_BACK).position(|&c| c == '在')?;
        return Some(body.len() - back - 1);
    }
    None
}

/// Whether `text` ends with a word that only a number can follow (不少于, 达到).
pub(super) fn places_a_number(text: &[char]) -> bool {
    matches!(CUES.at_end(text), Some((_, Compare(_) | Reach | ChangeTo(_) | Cap)))
}

/// The end of the last word in `text` that says a level is reached (达到, 超过, 提高到).
pub(super) fn last_reach(text: &[char]) -> Option<usize> {
    let reaches = |end: &usize| match CUES.at_end(&text[..*end]) {
        Some((length, Reach | Compare(_) | ChangeTo(_))) => length > 1,
        Some((_, To)) => matches!(CUES.at_end(&text[..*end - 1]), Some((_, Change(_)))),
        _ => false,
    };
    (1..text.len()).rev().find(reaches)
}

/// Verbs that make or bring about the things counted after them (新增5个…, 发放50亿元…).
static MAKING: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/cues/making.txt")));

/// Whether `text` ends with a verb that makes the things counted after it.
pub(super) fn ends_with_making_verb(text: &[char]) -> bool {
    !text.ends_with(&['安', '全', '生', '产']) && MAKING.at_end(text).is_some()
}

/// The verb of that kind after 分别 at the end of `text` (幼儿园、小学分别新建): the characters both take.
pub(super) fn each_made(text: &[char]) -> Option<usize> {
    let (length, ()) = MAKING.at_end(text)?;
    text[..text.len() - length].ends_with(&['分', '别']).then_some(length + 2)
}

/// Whether `text` starts with such a verb.
pub(super) fn starts_with_making_verb(text: &[char]) -> bool {
    const LENGTH_MAX: usize = 4;
    (2..=LENGTH_MAX.min(text.len()))
        .any(|end| MAKING.at_end(&text[..end]).is_some_and(|(length, ())| length == end))
}

/// The first verb of [`ends_with_making_verb`]'s kind anywhere in `text`.
pub(super) fn has_making_verb(text: &[char]) -> bool {
    (1..=text.len()).any(|end| MAKING.at_end(&text[..end]).is_some())
}
