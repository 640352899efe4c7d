//! Targets of a text: the domain reads each sentence, and what stands around it tells which of its figures are promises.

use xushi_domain::Comparator;
use xushi_domain::kind::{AddsUp, WayFrom};
use xushi_domain::phrase::{self, Parsed, PhraseTarget};

use super::marks;
use super::proposal::{ProposedTarget, UnreadPhrase};
use super::sentences::{bare, clauses, held, sentences};
use super::title_page::{doc_no, sends_out};
use super::vocabulary::{
    AHEAD, CARRIED_OUT, COMPLETED, FIRM, FOR_WHOM, HANDED_OUT, KEPT, MEANS, PAST, STANDARDS, STEADY,
    THERE_ALREADY, TIMES, TURNS_AHEAD, behind_start, has,
};
use crate::document::Place;

/// What of a text may be a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Figures, comparisons, trends and what is firmly promised.
    Promises,
    /// Figures and comparisons.
    Figures,
    /// The same, but counts: what stands before the first section counts the plan's own tasks (办好10件实事).
    Opening,
}

/// Longest name of a trend; a longer one is a sentence of work.
const TREND_MAX: usize = 30;

/// Characters before 去年 or a year with which a figure is compared with it: 比上年, 较2024年, 在上年基础上.
const COMPARING: &[char] = &[
    '比', '较', '与', '在', '于', '以', '同', '和', '对', '自', '从', '过', '按', '由', '到', '至', '《', '“',
];

/// Longest words of a time, in characters.
const TIME_MAX: usize = 12;

/// Longest sentence whose clauses are told apart, in bytes.
const SPANNED_MAX: usize = 20_000;

/// Reads texts of one document.
pub(super) struct Promises {
    /// The year the plan is for.
    pub(super) year: Option<i32>,
    pub(super) unread: Vec<UnreadPhrase>,
}

impl Promises {
    /// The targets of `text`; `heading` names what a sentence without a subject speaks of.
    pub(super) fn read(
        &mut self,
        text: &str,
        place: Place,
        heading: &str,
        scope: Scope,
    ) -> Vec<ProposedTarget> {
        let mut out = Vec::new();
        for sentence in sentences(&without_steps(text)) {
            self.sentence(sentence, place, heading, scope, &mut out);
        }
        out
    }

    fn sentence(
        &mut self,
        text: &str,
        place: Place,
        heading: &str,
        scope: Scope,
        out: &mut Vec<ProposedTarget>,
    ) {
        if sends_out(text) {
            return;
        }
        let parts = clauses(text);
        let past = self.past(&parts);
        if past.iter().all(|past| *past) {
            return;
        }
        let mut parsed = under(heading, text);
        let spans = spans(text, &parts, &parsed.targets);
        if past.contains(&true) {
            // What was reached is read along, since the next clause may speak of the same thing: 去年增长4.8%，今年增长5.2%.
            let kept = parts.iter().zip(&past).filter(|(_, past)| !**past).map(|(part, _)| *part);
            parsed.unparsed = phrase::parse(&kept.collect::<String>()).unparsed;
        }
        for (target, span) in parsed.targets.into_iter().zip(spans) {
            let phrase = match span {
                Some(at) if past[at] => continue,
                Some(at) => bare(parts[at]),
                None => bare(text),
            };
            match judged(&target, phrase, scope) {
                Judged::Promise => out.push(ProposedTarget { target, phrase: phrase.to_owned(), place }),
                Judged::None => {}
                Judged::Doubt(why) => self.hand_back(phrase, place, why),
            }
        }
        for part in parsed.unparsed {
            let handed_out = part.contains('元') && has(&part, &HANDED_OUT) && !has(&part, &STANDARDS);
            if (has_number(&part) || is_time(&part)) && !self.is_known(&part) && !handed_out {
                let why = if is_time(&part) {
                    "时限，目标没有单列的日期"
                } else {
                    "含有数字，未能读懂"
                };
                self.hand_back(&part, place, why);
            }
        }
    }

    /// Hands words back once.
    pub(super) fn hand_back(&mut self, text: &str, place: Place, why: &'static str) {
        let known = self.unread.iter().rev().take(20).any(|one| one.text == text && one.place == place);
        if !known {
            self.unread.push(UnreadPhrase { text: bare(text).to_owned(), place, why });
        }
    }

    /// Every number of a text that is read for nothing else.
    pub(super) fn numbers_of(&mut self, text: &str, place: Place, why: &'static str) {
        for sentence in sentences(text) {
            let parts = clauses(sentence);
            for (clause, past) in parts.iter().zip(self.past(&parts)) {
                if !past && has_number(clause) && !self.is_known(bare(clause)) {
                    self.hand_back(clause, place, why);
                }
            }
        }
    }

    /// Which clauses of a sentence tell what was reached before.
    fn past(&self, parts: &[&str]) -> Vec<bool> {
        // 2025年，…: a time told holds until another one is told; what is there already (现有, 已完成) ends with 新增.
        let (mut past, mut told) = (false, false);
        let mut out = Vec::with_capacity(parts.len());
        for clause in parts {
            let start = clause.trim_start();
            if let Some(of_time) = self.turns_back(start) {
                told = of_time || past && told;
                past = true;
            } else if has(start, if past && told { &TURNS_AHEAD } else { &AHEAD })
                || reaches_year(start)
                || start.starts_with("今年") && !start.starts_with("今年以来")
                || self.year.is_some_and(|year| start.contains(&format!("{year}年")))
            {
                past = false;
            }
            out.push(past);
            if clause.ends_with('；') {
                past = false;
            }
        }
        out
    }

    /// Whether a heading announces what was done before: 2025年工作回顾 in a report of 2026.
    pub(super) fn looks_back(&self, heading: &str) -> bool {
        let year = heading.split_once('年').and_then(|(before, _)| before.parse::<i32>().ok());
        let ahead = ["目标", "安排", "任务", "打算", "计划"].iter().any(|word| heading.contains(word));
        heading.contains("回顾")
            || !ahead && self.year.zip(year).is_some_and(|(year, of)| (1990..year).contains(&of))
    }

    /// 去年…, 截至目前…, 巩固去年增长5.1%的势头, 2024年… in a plan of 2025; not 比上年…, which compares. `true` where a time that
    /// is over is told, rather than what is there already.
    fn turns_back(&self, clause: &str) -> Option<bool> {
        if self.tells_past_time(clause) {
            return Some(true);
        }
        let early = clause.char_indices().nth(6).map_or(clause, |(at, _)| &clause[..at]);
        PAST.iter()
            .any(|word| word.starts_with('已') && clause.contains(word) || early.starts_with(word))
            .then_some(false)
    }

    fn tells_past_time(&self, clause: &str) -> bool {
        let told = |at: usize| !clause[..at].ends_with(COMPARING);
        if ["去年", "上年", "截至"].iter().any(|word| clause.match_indices(word).any(|(at, _)| told(at)))
        {
            return true;
        }
        clause.match_indices('年').any(|(at, _)| {
            let digits = clause[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
            let start = at - digits;
            let of: Option<i32> = clause[start..at].parse().ok();
            digits == 4 && told(start) && self.year.zip(of).is_some_and(|(year, of)| of < year)
        })
    }

    /// 2025年 in a plan of 2025, 今年: nothing that a plan does not say itself.
    fn is_known(&self, part: &str) -> bool {
        if doc_no(part).is_some() {
            return true;
        }
        let rest = part.trim_start_matches("到").trim_end_matches(['底', '末', '度', '内', '起', '前', '，']);
        self.year.is_some_and(|year| rest == format!("{year}年") || rest == year.to_string())
    }
}

/// 到2027年; 达到23.1% is no year.
fn reaches_year(clause: &str) -> bool {
    clause.match_indices('到').any(|(at, word)| {
        let behind = &clause[at + word.len()..];
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        digits == 4 && behind.starts_with("20") && behind[digits..].trim_start().starts_with('年')
    })
}

enum Judged {
    Promise,
    None,
    Doubt(&'static str),
}

/// Whether a target of the reader is one in its place.
fn judged(target: &PhraseTarget, phrase: &str, scope: Scope) -> Judged {
    let numbered = target.value.is_some();
    if numbered {
        let money = target.unit.contains('元') && !target.unit.contains('/');
        if money && has(phrase, &HANDED_OUT) && !has(phrase, &STANDARDS) && !phrase.contains("争取") {
            return Judged::None;
        }
        let plain = target.comparator == Some(Comparator::Equal);
        if !plain || target.kind.row().adds_up != AddsUp::Always {
            return Judged::Promise;
        }
        if scope == Scope::Opening {
            return Judged::Doubt("开头部分的数量，不能确定是目标");
        }
        return match counted(phrase, target) {
            Counted::Reached => Judged::Promise,
            Counted::There => Judged::None,
            Counted::ForWhom => Judged::Doubt("像是支持、推动的对象数，不能确定是目标"),
        };
    }
    if target.benchmark.is_some() {
        return Judged::Promise;
    }
    let firm = target.hedge.as_deref().is_some_and(|hedge| has(hedge, &FIRM));
    let short = target.indicator.chars().count() <= TREND_MAX && !target.indicator.contains('，');
    let promised = match target.kind.row().way {
        WayFrom::Person => firm || short && (has(phrase, &KEPT) || completes(phrase)),
        WayFrom::Sign | WayFrom::BaseRate => short,
        _ => !target.indicator.is_empty(),
    };
    if scope == Scope::Promises && promised { Judged::Promise } else { Judged::None }
}

/// 高质量完成“十大重点民生实事”, 全面完成…任务: what is to be done whole.
fn completes(phrase: &str) -> bool {
    phrase.starts_with("高质量完成") || phrase.starts_with("全面完成") || phrase.starts_with("圆满完成")
}

/// Without the numbers of steps told in a line: 包括：（1）建成起降点40个；（2）….
fn without_steps(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for clause in clauses(text) {
        let step = marks::mark(clause).filter(|mark| mark.rank >= 4);
        out.push_str(&clause[step.map_or(0, |mark| mark.length)..]);
    }
    out
}

/// What the number of a plain count counts.
enum Counted {
    Reached,
    /// What is there already: 依托现有的5个园区, 推动127项清单落实.
    There,
    /// Whom it is done for: 支持20个试点县市…, 支持甲、乙等5个…; 推动10个项目开工 reaches ten.
    ForWhom,
}

fn counted(phrase: &str, target: &PhraseTarget) -> Counted {
    let mut rest = bare(phrase);
    while let Some(behind) = behind_start(rest, &STEADY) {
        rest = behind.trim_start_matches('地');
    }
    let means = behind_start(rest, &MEANS);
    let Some(object) = means.or_else(|| behind_start(rest, &FOR_WHOM)) else {
        return Counted::Reached;
    };
    let object = object.trim_start_matches(['好', '了']).trim_start();
    let (object, there) =
        behind_start(object, &THERE_ALREADY).map_or((object, false), |behind| (behind, true));
    let digits: String =
        object.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    // 围绕3条产业链布局项目30项: another number is what is reached.
    if !digits.is_empty() && target.value.is_some_and(|value| digits.parse().ok() != Some(value)) {
        return Counted::Reached;
    }
    let counted = !digits.is_empty();
    let listed = object.split_once('等').is_some_and(|(before, behind)| {
        before.contains('、') && behind.trim_start().starts_with(|c: char| c.is_ascii_digit())
    });
    if !counted && !listed {
        Counted::Reached
    } else if has(object, &CARRIED_OUT) || means.is_some() {
        Counted::There
    } else if has(object, &COMPLETED) && !there {
        Counted::Reached
    } else {
        Counted::ForWhom
    }
}

/// A sentence as the domain reads it; 20个。 below 建设次中心 is of what the heading names.
fn under(heading: &str, text: &str) -> Parsed {
    let parsed = phrase::parse(text);
    let nameless = |targets: &[PhraseTarget]| targets.iter().any(|target| target.indicator.is_empty());
    if heading.is_empty() || !nameless(&parsed.targets) {
        return parsed;
    }
    let named = phrase::parse(&format!("{heading}：{text}"));
    let same = named.targets.len() == parsed.targets.len() && !nameless(&named.targets);
    if same { named } else { parsed }
}

/// The clause each target was read from: the one that gives it when it is read alone; `None` where it takes several.
fn spans(sentence: &str, parts: &[&str], targets: &[PhraseTarget]) -> Vec<Option<usize>> {
    if targets.is_empty() || parts.len() < 2 || sentence.len() > SPANNED_MAX {
        return vec![None; targets.len()];
    }
    let read: Vec<Vec<PhraseTarget>> = parts.iter().map(|part| phrase::parse(part).targets).collect();
    let mut from = 0;
    let mut out = Vec::with_capacity(targets.len());
    for target in targets {
        let gives = |part: &Vec<PhraseTarget>| {
            part.iter().any(|other| match target.value {
                Some(_) => {
                    (other.value, other.value_hi, &other.unit)
                        == (target.value, target.value_hi, &target.unit)
                }
                None => {
                    other.value.is_none()
                        && (other.kind, &other.indicator) == (target.kind, &target.indicator)
                }
            })
        };
        let at = read[from..].iter().position(gives).map(|at| from + at);
        from = at.unwrap_or(from);
        out.push(at);
    }
    out
}

/// Whether words name an amount or a day, quotations and titles apart.
pub(super) fn has_number(text: &str) -> bool {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if matches!(c, '“' | '《' | '〔' | '「')
            && let Some(length) = held(&text[at..])
        {
            at += length;
            continue;
        }
        if c.is_ascii_digit() || ('０'..='９').contains(&c) {
            return true;
        }
        let rest = &text[at..];
        if ["数十", "数百", "数千", "数万", "数亿", "过半", "近半", "一大半", "翻番", "翻一番"]
            .iter()
            .any(|word| rest.starts_with(word))
        {
            return true;
        }
        at += c.len_utf8();
    }
    false
}

/// Whether words only say when.
fn is_time(part: &str) -> bool {
    let year =
        part.split_once('年').is_some_and(|(before, _)| before.ends_with(|c: char| c.is_ascii_digit()));
    part.chars().count() <= TIME_MAX && (year || has(part, &TIMES))
}
