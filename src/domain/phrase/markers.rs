//! The words of a clause without a number that decide what it is.

use std::ops::Range;
use std::sync::LazyLock;

use super::lexicon::Lexicon;
use super::movement::Motion;
use super::parsed::Direction;
use super::text::ends_with;

/// Words in a clause that decide what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marker {
    /// 暂未下达: there is no target yet.
    Pending,
    Coverage,
    /// A deadline (6月底前 is a date and found apart).
    Deadline,
    /// 封顶, 通车.
    Completion,
    /// 开放, 搬迁: a completion as the last word only.
    Closing,
    /// 持续, 稳步 …: with a change word, a trend.
    Course,
    /// 明显, 更加 …: how far, not which way.
    Degree,
    /// 稳中有降, 总体稳定: by themselves what others are with a manner.
    Whole(Motion, Direction),
    /// 下降, 提升.
    Change(Motion, Direction),
    Stop,
}

static MARKERS: LazyLock<Lexicon<Marker>> = LazyLock::new(|| {
    use Marker::{Change, Closing, Completion, Course, Coverage, Deadline, Degree, Pending, Stop, Whole};
    use Motion::{Judged, MayMove, Moves, Steadies};
    Lexicon::starting([
        (include_str!("lexicon/markers/pending.txt"), Pending),
        // 应检尽检 and its like are a pattern, see `repeated`.
        (include_str!("lexicon/markers/coverage.txt"), Coverage),
        (include_str!("lexicon/markers/deadline.txt"), Deadline),
        (include_str!("lexicon/markers/completion.txt"), Completion),
        // Nouns as well as verbs: 国庆前开放 is a finish, 2025年对外开放水平 none.
        (include_str!("lexicon/markers/closing.txt"), Closing),
        (include_str!("lexicon/markers/course.txt"), Course),
        (include_str!("lexicon/markers/degree.txt"), Degree),
        (include_str!("lexicon/markers/whole_up.txt"), Whole(Moves, Direction::Up)),
        (include_str!("lexicon/markers/whole_down.txt"), Whole(Moves, Direction::Down)),
        (include_str!("lexicon/markers/whole_recovering.txt"), Whole(Steadies, Direction::Up)),
        (include_str!("lexicon/markers/whole_holding.txt"), Whole(Steadies, Direction::Hold)),
        (include_str!("lexicon/markers/rises.txt"), Change(Moves, Direction::Up)),
        (include_str!("lexicon/markers/falls.txt"), Change(Moves, Direction::Down)),
        (include_str!("lexicon/markers/betters.txt"), Change(MayMove, Direction::Up)),
        (include_str!("lexicon/markers/eases.txt"), Change(MayMove, Direction::Down)),
        (include_str!("lexicon/markers/judged_up.txt"), Change(Judged, Direction::Up)),
        (include_str!("lexicon/markers/judged_down.txt"), Change(Judged, Direction::Down)),
        (include_str!("lexicon/markers/stop.txt"), Stop),
    ])
});

/// Verbs of work whose result is judged by a person.
pub(super) static WORK: LazyLock<Lexicon<bool>> = LazyLock::new(|| {
    // Names of offices begin like work.
    Lexicon::starting([
        (include_str!("lexicon/markers/work.txt"), true),
        (include_str!("lexicon/markers/offices.txt"), false),
    ])
});

/// The markers of a clause, once each.
#[derive(Debug, Default)]
pub(super) struct Markers {
    pub(super) pending: bool,
    pub(super) coverage: Option<(usize, usize)>,
    pub(super) deadline: bool,
    pub(super) completion: bool,
    /// Where the first word of manner starts.
    pub(super) manner: Option<usize>,
    /// The words of manner directly before what is read next.
    run: Range<usize>,
    pub(super) course: bool,
    pub(super) motion: Option<Moving>,
    pub(super) work: bool,
    /// 有序推进 stood there: what follows is its object (融资平台压降), no movement of a figure.
    urged: bool,
}

/// A word of movement with the manner before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moving {
    /// Where the verb starts, or the manner before it.
    pub(super) start: usize,
    /// Where the verb ends.
    pub(super) end: usize,
    pub(super) motion: Motion,
    pub(super) direction: Direction,
    /// It says by itself what others say with a word of manner.
    pub(super) whole: bool,
}

/// The markers in `text`, outside quotations.
pub(super) fn markers(text: &[char], shielded: &[bool]) -> Markers {
    let mut markers = Markers::default();
    let mut at = 0;
    while at < text.len() {
        if shielded[at] && text[at] != '“' {
            at += 1;
            continue;
        }
        if let Some((length, all)) = repeated(&text[at..]) {
            if all {
                markers.cover(at, length);
            } else {
                markers.work = true;
            }
            at += length;
            continue;
        }
        match WORK.at_start(&text[at..]) {
            Some((length, false)) => {
                at += length;
                continue;
            }
            found => markers.work |= !shielded[at] && found.is_some(),
        }
        let Some((length, marker)) = MARKERS.at_start(&text[at..]) else {
            at += 1;
            continue;
        };
        if marker != Marker::Closing || at + length == text.len() {
            markers.note(marker, at, length);
            markers.urged |= marker == Marker::Stop && text[..at + length].ends_with(&['推', '进']);
        }
        at += length;
    }
    markers
}

impl Markers {
    /// A word of coverage; what follows it directly (应保尽保、应兜尽兜) says it again.
    fn cover(&mut self, at: usize, length: usize) {
        match &mut self.coverage {
            Some((_, end)) if at <= *end + 1 => *end = at + length,
            Some(_) => {}
            None => self.coverage = Some((at, at + length)),
        }
    }

    /// The movement, when a manner or the word itself makes it more than work (提高 alone is work).
    pub(super) fn moving(&self) -> Option<Moving> {
        self.motion.filter(|moving| moving.whole || self.manner.is_some())
    }

    /// A figure whose verb stands at the end of `body` without a word of manner (煤炭消费占比下降): where its name ends and
    /// the direction. `start`: where `body` starts.
    pub(super) fn bare_movement(&self, body: &[char], start: usize) -> Option<(usize, Direction)> {
        const SHARES: [&str; 5] = ["率", "占比", "比重", "比例", "份额"];
        let moving = self.motion.filter(|_| self.manner.is_none() && !self.urged)?;
        let end = moving.start.checked_sub(start).filter(|_| moving.end == start + body.len())?;
        let name = super::signed::trimmed(&body[..end]);
        let share = || SHARES.iter().any(|word| ends_with(name, word));
        let figure = match moving.motion {
            Motion::Moves => true,
            Motion::MayMove => share(),
            Motion::Steadies | Motion::Judged => false,
        };
        // 推动成本下降 is work on it, 降低成本 as well.
        (figure && (super::movement::is_measured(name) || super::signed::is_unnamed(name)))
            .then_some((end, moving.direction))
    }

    fn note(&mut self, marker: Marker, at: usize, length: usize) {
        match marker {
            Marker::Pending => self.pending = true,
            Marker::Coverage => self.cover(at, length),
            Marker::Deadline => self.deadline = true,
            Marker::Completion | Marker::Closing => self.completion = true,
            Marker::Course | Marker::Degree => {
                self.course |= marker == Marker::Course;
                self.manner.get_or_insert(at);
                let start = if self.run.end == at { self.run.start } else { at };
                self.run = start..at + length;
            }
            // 稳步推进机构数量压降 is work; 推进改革、数量稳步压降 has a movement of its own.
            Marker::Whole(motion, _) if self.urged && motion == Motion::Moves && self.run.end != at => {
                self.work = true;
            }
            Marker::Whole(motion, direction) => {
                let start = if self.run.end == at { self.run.start } else { at };
                let moving = Moving { start, end: at + length, motion, direction, whole: true };
                // 总体稳定 decides whatever change was named before it.
                self.motion = self.motion.filter(|before| before.whole).or(Some(moving));
            }
            Marker::Change(motion, direction) => {
                let start = self.manner.unwrap_or(at);
                let moving = Moving { start, end: at + length, motion, direction, whole: false };
                self.motion.get_or_insert(moving);
            }
            Marker::Stop => self.work = true,
        }
    }
}

/// 应检尽检, 应公开尽公开, 愿检尽检, 应进必进: whatever it is, all of it (`true`); 应享快享, 应转早转 and 应早尽早 only say
/// soon. The characters taken.
fn repeated(text: &[char]) -> Option<(usize, bool)> {
    let first = text.first()?;
    if !matches!(first, '应' | '愿' | '能' | '该' | '可' | '须' | '需') {
        return None;
    }
    let soon = |c: &char| matches!(c, '快' | '早' | '速' | '即');
    let all = |c: &char| *c == '尽' || (*c == '必' && matches!(first, '应' | '该'));
    (1..=2).find_map(|length| {
        let (verb, rest) = text.get(1..)?.split_at_checked(length)?;
        let (mark, again) = rest.split_first()?;
        let said = (all(mark) || soon(mark)) && again.starts_with(verb);
        said.then(|| (2 + 2 * length, all(mark) && !(length == 1 && soon(&verb[0]))))
    })
}
