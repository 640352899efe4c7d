//! Targets of a text: the domain reads each sentence, and what stands around it tells which of its figures are promises.

use xushi_domain::Comparator;
use xushi_domain::kind::{AddsUp, WayFrom};
use xushi_domain::phrase::{self, PhraseTarget};

use super::proposal::{ProposedTarget, UnreadPhrase};
use super::sentences::{bare, clauses, held, sentences};
use super::vocabulary::{
    AHEAD, CARRIED_OUT, COMPLETED, FIRM, FOR_WHOM, HANDED_OUT, KEPT, PAST, STANDARDS, STEADY, behind_start,
    has,
};
use crate::document::Place;

/// What of a text may be a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Figures, comparisons, trends and what is firmly promised.
    Promises,
    /// Figures and comparisons.
    Figures,
}

/// Longest name of a trend; a longer one is a sentence of work.
const TREND_MAX: usize = 30;

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
        for sentence in sentences(text) {
            let ahead = self.without_past(sentence);
            if bare(&ahead).is_empty() {
                continue;
            }
            self.sentence(&ahead, place, heading, scope, &mut out);
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
        let mut parsed = phrase::parse(text);
        let nameless = |targets: &[PhraseTarget]| targets.iter().any(|target| target.indicator.is_empty());
        if nameless(&parsed.targets) && !heading.is_empty() {
            // 20个。 below 建设次中心: the heading is what it is of.
            let under = phrase::parse(&format!("{heading}：{text}"));
            if under.targets.len() == parsed.targets.len() && !nameless(&under.targets) {
                parsed = under;
            }
        }
        let spans = spans(text, &parsed.targets);
        for (target, phrase) in parsed.targets.into_iter().zip(spans) {
            match judged(&target, phrase, scope) {
                Judged::Promise => out.push(ProposedTarget { target, phrase: phrase.to_owned(), place }),
                Judged::None => {}
                Judged::Doubt(why) => self.hand_back(phrase, place, why),
            }
        }
        for part in parsed.unparsed {
            if has_number(&part) && !self.is_known(&part) {
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
            for clause in clauses(&self.without_past(sentence)) {
                if has_number(clause) && !self.is_known(bare(clause)) {
                    self.hand_back(clause, place, why);
                }
            }
        }
    }

    /// The sentence without clauses that tell what was reached before.
    fn without_past(&self, sentence: &str) -> String {
        let mut out = String::with_capacity(sentence.len());
        let mut past = false;
        for clause in clauses(sentence) {
            let start = clause.trim_start();
            if self.turns_back(start) {
                past = true;
            } else if has(start, &AHEAD) || self.year.is_some_and(|year| start.contains(&format!("{year}年")))
            {
                past = false;
            }
            if !past {
                out.push_str(clause);
            }
            if clause.ends_with('；') {
                past = false;
            }
        }
        out
    }

    /// 去年…, 截至目前…, 2024年… in a plan of 2025.
    fn turns_back(&self, clause: &str) -> bool {
        let early = clause.char_indices().nth(6).map_or(clause, |(at, _)| &clause[..at]);
        if PAST.iter().any(|word| word.starts_with('已') && clause.contains(word) || early.starts_with(word))
        {
            return true;
        }
        let digits: String = clause.chars().take_while(char::is_ascii_digit).collect();
        let behind = clause[digits.len()..].strip_prefix(['年', '—', '-', '–', '至']);
        let earlier = digits.len() == 4
            && self.year.zip(digits.parse::<i32>().ok()).is_some_and(|(year, of)| of < year);
        earlier && behind.is_some() && !clause.contains("为基") || clause.starts_with("截至")
    }

    /// 2025年 in a plan of 2025, 今年: nothing that a plan does not say itself.
    fn is_known(&self, part: &str) -> bool {
        let rest = part.trim_start_matches("到").trim_end_matches(['底', '末', '度', '内', '起', '前', '，']);
        self.year.is_some_and(|year| rest == format!("{year}年") || rest == year.to_string())
    }
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
        if money && has(phrase, &HANDED_OUT) && !has(phrase, &STANDARDS) {
            return Judged::None;
        }
        let plain = target.comparator == Some(Comparator::Equal);
        if plain && target.kind.row().adds_up == AddsUp::Always && counts_whom(phrase) {
            let known = has(phrase, &CARRIED_OUT);
            return if known {
                Judged::None
            } else {
                Judged::Doubt("像是支持、推动的对象数，不能确定是目标")
            };
        }
        return Judged::Promise;
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

/// 支持20个试点县市…, 支持甲、乙等5个…: the number counts whom it is done for. 推动10个项目开工 promises ten.
fn counts_whom(phrase: &str) -> bool {
    let mut rest = bare(phrase);
    while let Some(behind) = behind_start(rest, &STEADY) {
        rest = behind.trim_start_matches('地');
    }
    let Some(object) = behind_start(rest, &FOR_WHOM) else {
        return false;
    };
    let object = object.trim_start_matches(['好', '了']).trim_start();
    let counted = object.starts_with(|c: char| c.is_ascii_digit());
    let listed = object.split_once('等').is_some_and(|(before, behind)| {
        before.contains('、') && behind.trim_start().starts_with(|c: char| c.is_ascii_digit())
    });
    (counted || listed) && (has(object, &CARRIED_OUT) || !has(object, &COMPLETED))
}

/// The words each target was read from: the clause that gives it when it is read alone, else the sentence.
fn spans<'a>(sentence: &'a str, targets: &[PhraseTarget]) -> Vec<&'a str> {
    let whole = bare(sentence);
    if targets.is_empty() {
        return Vec::new();
    }
    let parts: Vec<&str> = clauses(sentence);
    if parts.len() < 2 {
        return vec![whole; targets.len()];
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
        match read[from..].iter().position(gives) {
            Some(at) => {
                from += at;
                out.push(bare(parts[from]));
            }
            None => out.push(whole),
        }
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
    const TIMES: [&str; 12] =
        ["月底", "年底", "月前", "日前", "季度", "上半年", "下半年", "年内", "年前", "月", "年", "日"];
    part.chars().count() <= 16 && TIMES.iter().any(|word| part.contains(word))
}
