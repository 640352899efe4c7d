//! The figures of one clause.

use std::ops::Range;

use rust_decimal::Decimal;
use xushi_domain::Basis;
use xushi_domain::phrase::{self, Amount, AmountSort, Amounts};

use super::observed::{ReportedFact, ReportedFigure, ReportedSpan, ReportedStatus};
use super::regions::{self, Mention, Named};
use super::sayings::{Saying, saying};
use super::spans::{self, Dated, Span, Told};
use super::statements::Statements;
use super::wording::{self, has};
use crate::document::Place;
use crate::plan::sentences::bare;

/// Longest name of an indicator, in characters.
const NAME_MAX: usize = 40;

/// Longest source phrase, in characters.
const PHRASE_MAX: usize = 160;

/// Names that are remembered for 分别.
const RECENT_MAX: usize = 8;

/// One clause with its numbers, days and regions.
pub(super) struct ReportClause<'a> {
    reader: &'a mut Statements,
    read: Amounts,
    dated: Vec<Dated>,
    mentions: Vec<Mention>,
    phrase: String,
    place: Place,
    aside: bool,
}

/// Numbers of one predicate: one, or one for each of several (分别为…、…).
struct Run {
    amounts: Vec<Amount>,
    /// The sign of each that has a word of its own.
    signs: Vec<Option<wording::Movement>>,
}

impl Run {
    fn span(&self) -> Range<usize> {
        let last = &self.amounts[self.amounts.len() - 1];
        self.amounts[0].span.start..last.span.end
    }
}

impl<'a> ReportClause<'a> {
    pub(super) fn new(reader: &'a mut Statements, clause: &str, sentence: &str, place: Place, aside: bool) -> Self {
        let read = phrase::amounts(bare(clause));
        let dated = spans::spans(&read.text, reader.today);
        let starts: Vec<usize> = dated.iter().map(|dated| dated.end).collect();
        let mentions = regions::mentions(&read.text, &starts, &reader.known);
        for mention in &mentions {
            if let Named::Region(name) = &mention.named {
                reader.know(name);
            }
        }
        let whole = sentence.chars().count() <= PHRASE_MAX;
        let phrase = bare(if whole { sentence } else { clause }).chars().take(PHRASE_MAX).collect();
        Self { reader, read, dated, mentions, phrase, place, aside }
    }

    /// Reads it.
    pub(super) fn read(mut self) {
        self.hand_back_loose();
        let amounts: Vec<Amount> = self.read.amounts.clone();
        let dated = self.dated.clone();
        let amounts: Vec<Amount> = amounts
            .into_iter()
            .filter(|amount| !dated.iter().any(|dated| overlap(&dated.range(), &amount.span)))
            .collect();
        let runs = self.runs(&amounts);
        let mut from = 0;
        for (at, run) in runs.iter().enumerate() {
            let next = runs.get(at + 1).map_or(self.read.text.len(), |next| next.span().start);
            from = self.run(run, from, next, at + 1 < runs.len());
        }
        // What a clause without numbers says of time and place holds for those behind it.
        let end = self.read.text.len();
        if let Some(span) = self.span_before(end) {
            self.tell(span);
        }
        let row = self.row_before(end);
        if row.len() > 1 {
            self.reader.thread.row = row;
        }
        if runs.is_empty() && let Some(region) = self.region_before(end) {
            self.reader.thread.region = Some(region);
        }
        self.topic(runs.is_empty());
        self.unchanged(runs.last().map_or(0, |run| run.span().end));
    }

    /// 与上半年持平: a difference of nothing, of what the clause before told a rate of.
    fn unchanged(&mut self, from: usize) {
        let text = self.slice(from..self.read.text.len());
        let Some((before, _)) = text.split_once("持平") else { return };
        let before = before.trim_end_matches("基本").trim_end_matches("总体").trim_end_matches("大体");
        let Some((_, against)) = before.rsplit_once(['与', '同', '和']) else { return };
        let names = self.reader.thread.subjects.clone();
        let (false, Some(name)) = (against.is_empty() || against.chars().count() > 12, names.last()) else { return };
        let said = Saying {
            figure: ReportedFigure::Difference,
            movement: None,
            subject: "",
            against: Some(against.to_owned()),
            predicate: true,
            all: false,
            streak: false,
            carries: false,
        };
        let amount = Amount {
            span: 0..0,
            value: Decimal::ZERO,
            high: None,
            unit: "个百分点".to_owned(),
            sort: AmountSort::Point,
            bound: false,
            baseline: false,
            implied: false,
        };
        let run = Run { amounts: vec![amount], signs: vec![None] };
        let names = vec![name.clone()];
        if self.reader.thread.rated {
            self.emit(&run, &said, &names, &[], 0);
        }
    }

    /// 固定资产投资方面: what the next clauses speak of.
    fn topic(&mut self, numberless: bool) {
        let text: String = self.read.text.iter().collect();
        if let Some(topic) = text.trim_end_matches([':', '，', ',', '。']).strip_suffix("方面").filter(|_| numberless) {
            let name = self.name(0..topic.chars().count());
            if !name.is_empty() {
                self.reader.thread.subjects = vec![name];
            }
        }
    }

    fn hand_back_loose(&mut self) {
        let text = &self.read.text;
        let words: Vec<String> = self
            .read
            .loose
            .iter()
            .map(|range| text[range.start..(range.end + 6).min(text.len())].iter().collect())
            .collect();
        for words in words {
            self.reader.hand_back(&words, self.place, "数目不确定，未作解读");
        }
        if self.read.unreadable {
            let text: String = self.read.text.iter().collect();
            self.reader.hand_back(&text, self.place, "数字无法读取");
        }
    }

    /// Puts numbers together that stand behind one predicate: 3112.99亿元、138.76亿元; 5%、下降2%.
    fn runs(&self, amounts: &[Amount]) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for amount in amounts {
            if let Some(run) = runs.last_mut() {
                let last = &run.amounts[run.amounts.len() - 1];
                let between = self.slice(last.span.end..amount.span.start);
                let separated = between.starts_with(['、', '和', '及', '与', '以']);
                let words = between.trim_start_matches(['、', '和', '及', '与', '以']);
                let told = wording::told(words);
                let same = last.sort == amount.sort
                    || last.sort == AmountSort::Bare && last.unit.is_empty()
                    || last.sort == AmountSort::Percent && amount.sort == AmountSort::Point;
                let each = run.signs.len() > 1 || self.is_each(run.amounts[0].span.start);
                if separated && told.rest.is_empty() && same && (each || told.movement.is_none()) {
                    run.amounts.push(amount.clone());
                    run.signs.push(told.movement);
                    continue;
                }
            }
            runs.push(Run { amounts: vec![amount.clone()], signs: vec![None] });
        }
        for run in &mut runs {
            // 提高1.2、3.4个百分点: the unit of the last is that of all.
            if let Some(last) = run.amounts.last().cloned() {
                for amount in run.amounts.iter_mut().filter(|amount| amount.unit.is_empty()) {
                    (amount.unit, amount.sort) = (last.unit.clone(), last.sort);
                }
            }
        }
        runs
    }

    fn is_each(&self, at: usize) -> bool {
        let before: String = self.read.text[at.saturating_sub(24)..at].iter().collect();
        before.contains("分别")
    }

    fn slice(&self, range: Range<usize>) -> String {
        self.read.text[range.start.min(range.end)..range.end].iter().collect()
    }

    /// Reads one run; `from`: where its words begin, `next`: where those of the next one end. Gives where the next begin.
    fn run(&mut self, run: &Run, from: usize, next: usize, more: bool) -> usize {
        let span = run.span();
        let before = self.slice(from..span.start);
        let behind = self.slice(span.end..next);
        let lead = before.chars().take_while(|c| matches!(c, '、' | '和' | '及' | '与' | ',' | '，')).count();
        let words = from + lead..span.start;
        let (noun, taken) = noun(&behind, more);
        let first = &run.amounts[0];
        let before: String = before.chars().skip(lead).collect();
        let said = saying(&before, first, &behind);
        let Some(said) = self.counts(said, run, &noun, more, &behind) else { return span.end };
        let end = words.start + said.subject.chars().count();
        let mut name = self.name(words.start..end);
        let part = said.figure == ReportedFigure::Share;
        let noun_counts = !said.predicate && !noun.is_empty()
            && (part || said.figure == ReportedFigure::Level && !matches!(first.sort, AmountSort::Percent | AmountSort::Point));
        if noun_counts {
            name = joined(&name, &noun);
        } else if said.streak {
            name = joined(&self.carried(&name), &format!("连续{}", bare(&behind)));
        }
        let generic = name.is_empty() || wording::GENERIC.contains(&name.as_str());
        let names = self.names(&name, generic, run, said.all);
        let regions = self.listed_regions(span.start, run.amounts.len(), said.all);
        self.emit(run, &said, &names, &regions, span.start);
        if said.carries {
            self.reader.thread.rated = said.figure == ReportedFigure::Yoy;
        }
        if !generic && said.carries {
            self.reader.thread.subjects = names.clone();
            if said.figure == ReportedFigure::Level {
                let recent = &mut self.reader.thread.recent;
                recent.extend(names);
                let surplus = recent.len().saturating_sub(RECENT_MAX);
                recent.drain(..surplus);
            }
        }
        span.end + if noun_counts { taken } else { 0 }
    }

    /// What is a figure at all; what is not is handed back or describes.
    fn counts<'s>(&mut self, said: Saying<'s>, run: &Run, noun: &str, more: bool, behind: &str) -> Option<Saying<'s>> {
        let first = &run.amounts[0];
        let shown = || {
            let span = run.span();
            self.slice(span.start.saturating_sub(12)..(span.end + 8).min(self.read.text.len()))
        };
        let why = match first.sort {
            AmountSort::Attribute if !said.streak => return None,
            // 559项目 is a project by that name.
            _ if first.unit == "项" && behind.starts_with('目') => return None,
            _ if first.implied || first.unit == "番" => Some("没有写出数值"),
            AmountSort::Bare if said.predicate => return Some(said),
            AmountSort::Bare => Some("数字没有单位，未作解读"),
            // 2000万元以上的项目35个: what the things have that are counted.
            _ if first.bound && !behind.is_empty() && !behind.starts_with(['、', '，']) && (more || !noun.is_empty()) && !said.predicate => {
                return None;
            }
            _ if first.high.is_some() => Some("是区间，不是一个数值"),
            _ if first.baseline || behind.starts_with('转') => Some("是变化的起点，未作解读"),
            _ => None,
        };
        match why {
            Some(why) => {
                let text = shown();
                self.reader.hand_back(&text, self.place, why);
                None
            }
            None => Some(said),
        }
    }

    /// A name without the days, regions and small words it begins with.
    fn name(&self, range: Range<usize>) -> String {
        let text = &self.read.text;
        let mut at = range.start;
        while at < range.end {
            let dated = self.dated.iter().find(|dated| dated.at <= at && at < dated.end && dated.end <= range.end);
            if let Some(dated) = dated {
                at = dated.end;
                continue;
            }
            let region = self.mentions.iter().find(|mention| mention.span.start == at && mention.span.end <= range.end);
            if let Some(region) = region {
                at = region.span.end;
                continue;
            }
            let rest: String = text[at..range.end].iter().collect();
            match wording::LEADS.iter().find(|lead| rest.starts_with(**lead)) {
                Some(lead) => at += lead.chars().count(),
                None if rest.starts_with([',', '。', ':', '-', '(', ')', '.', ' ']) => at += 1,
                None => break,
            }
        }
        let name: String = text[at.min(range.end)..range.end].iter().collect();
        let name = name.trim_end_matches(['的', '、', ',', '。', ':', '已', '共', '达', '为', '等']);
        name.chars().skip(name.chars().count().saturating_sub(NAME_MAX)).collect()
    }

    /// What the number is said of: its own name, else the one carried over.
    fn carried(&self, name: &str) -> String {
        let thread = &self.reader.thread;
        let before = thread.subjects.last().or(thread.heading.as_ref()).cloned().unwrap_or_default();
        if self.aside && !name.is_empty() && !before.is_empty() {
            return format!("{before}（{name}）");
        }
        if name.is_empty() {
            return before;
        }
        match name {
            "占比" | "总量" | "规模" | "排名" | "排位" | "位次" if !before.is_empty() => format!("{before}{name}"),
            _ if wording::GENERIC.contains(&name) && !before.is_empty() => before,
            _ => name.to_owned(),
        }
    }

    /// The names a run speaks of: one, or one for each of its numbers.
    fn names(&self, name: &str, generic: bool, run: &Run, all: bool) -> Vec<String> {
        let thread = &self.reader.thread;
        let count = run.amounts.len();
        if generic && count > 1 {
            if thread.subjects.len() == count {
                return thread.subjects.clone();
            }
            if thread.recent.len() >= count {
                return thread.recent[thread.recent.len() - count..].to_vec();
            }
        }
        let for_all = count == 1 && all;
        if generic && for_all && thread.subjects.len() > 1 {
            return thread.subjects.clone();
        }
        if generic && for_all && thread.recent.len() > 1 {
            return thread.recent[thread.recent.len() - 2..].to_vec();
        }
        if !generic && (count > 1 || for_all) {
            let members = members(name);
            if members.len() == count || for_all && members.len() > 1 {
                return members;
            }
        }
        if self.aside || generic { vec![self.carried(name)] } else { vec![name.to_owned()] }
    }

    fn tell(&mut self, span: Span) {
        self.reader.thread.span = Some(span);
        if span.told == Told::Months {
            self.reader.thread.months = Some(span);
        }
    }

    /// Regions listed before a run that has a number for each, or 均; those of the clause before where it names none.
    fn listed_regions(&self, at: usize, count: usize, all: bool) -> Vec<String> {
        let own = self.row_before(at);
        let listed = if own.is_empty() { self.reader.thread.row.clone() } else { own };
        if listed.len() < 2 || listed.len() != count && !(count == 1 && all) { Vec::new() } else { listed }
    }

    /// The last regions before a place of the clause that stand in a row.
    fn row_before(&self, at: usize) -> Vec<String> {
        let mut listed: Vec<&Mention> = Vec::new();
        let mut row: Vec<&Mention> = Vec::new();
        for mention in self.mentions.iter().filter(|mention| mention.span.end <= at) {
            let joined = listed.last().is_some_and(|last: &&Mention| {
                let between = self.slice(last.span.end..mention.span.start);
                matches!(between.as_str(), "、" | "和" | "及" | "与" | "市、" | "市和")
            });
            if !joined {
                listed.clear();
            }
            listed.push(mention);
            if listed.len() > 1 {
                row.clone_from(&listed);
            }
        }
        let named = row.into_iter().map(|mention| match &mention.named {
            Named::Region(name) => name.clone(),
            Named::Whole(level) => self.reader.whole(*level),
        });
        named.collect()
    }

    fn emit(&mut self, run: &Run, said: &Saying<'_>, names: &[String], regions: &[String], at: usize) {
        let count = run.amounts.len();
        let several = names.len().max(regions.len());
        if count > 1 && names.len() != count && regions.len() != count {
            let span = run.span();
            let text = self.slice(span.start.saturating_sub(16)..span.end);
            self.reader.hand_back(&text, self.place, "多个数值与对象对不上");
            return;
        }
        let own = self.region_before(at);
        if let Some(region) = &own {
            // What is said of a row as a whole is not its last region's.
            self.reader.thread.region = (self.row_before(at).len() < 2).then(|| region.clone());
        }
        let span = self.span_before(at).or(self.reader.thread.span);
        if let Some(span) = self.span_before(at) {
            self.tell(span);
        }
        let Some(span) = self.in_month(span.or(self.reader.default), at) else {
            let text = self.phrase.clone();
            self.reader.hand_back(&text, self.place, "没有写明时间");
            return;
        };
        let status = self.status(at);
        for index in 0..several.max(count) {
            let of = |list: &[String]| list.get(index).or(list.first()).cloned();
            let amount = &run.amounts[if count == 1 { 0 } else { index }];
            let sign = run.signs.get(index).copied().flatten();
            let name = of(names).unwrap_or_default();
            if name.is_empty() {
                let text = self.phrase.clone();
                self.reader.hand_back(&text, self.place, "没有写明是什么指标");
                return;
            }
            let region = of(regions)
                .or_else(|| own.clone())
                .or_else(|| self.reader.thread.region.clone())
                .unwrap_or_else(|| self.reader.section.clone());
            let (period, basis) = dated(span, &name);
            self.reader.keep(ReportedFact {
                indicator: name,
                region,
                period,
                basis,
                figure: said.figure,
                value: signed(amount.value, sign.or(said.movement), said.figure),
                unit: amount.unit.clone(),
                status,
                against: said.against.clone(),
                phrase: self.phrase.clone(),
                place: self.place,
            });
        }
    }

    /// The last period told before a place of the clause, if it is said of what stands there.
    fn span_before(&self, at: usize) -> Option<Span> {
        let text = &self.read.text;
        let says_when = |dated: &&Dated| {
            // 2024年签约项目 names the projects.
            let open = dated.end >= text.len()
                || matches!(text[dated.end], ',' | '，' | '。' | '我' | '全')
                || self.mentions.iter().any(|mention| mention.span.start == dated.end)
                || text[dated.at] == '今';
            dated.end <= at && !dated.compared && (dated.span.told != Told::Year || open)
        };
        let last = self.dated.iter().filter(says_when).next_back()?;
        // 今年 in a report of months means these.
        let default = self.reader.default.filter(|default| default.told == Told::Months);
        Some(if last.span.told == Told::Year && text[last.at] == '今' { default.unwrap_or(last.span) } else { last.span })
    }

    /// 当月 and 本月 mean the last month of the period.
    fn in_month(&self, span: Option<Span>, at: usize) -> Option<Span> {
        let span = span?;
        let before = self.slice(0..at);
        if has(&before, &["当月", "本月", "单月"]) && span.told == Told::Months {
            let first = chrono::Datelike::with_day(&span.end, 1)?;
            return Some(Span { start: Some(first), basis: Some(Basis::Period), ..span });
        }
        Some(span)
    }

    /// The region named last before a place of the clause, where nothing is compared with it or ranked in it.
    fn region_before(&self, at: usize) -> Option<String> {
        let text = &self.read.text;
        let speaks = |mention: &&Mention| {
            let before = mention.span.start.checked_sub(1).map(|before| text[before]);
            let scope = before.is_some_and(|c| "于出过超比较居列排位占在赴对向往由从为被到".contains(c));
            let ranked = text.get(mention.span.end).is_some_and(|c| "第前首倒平最排".contains(*c));
            mention.span.end <= at && !scope && !ranked
        };
        let mention = self.mentions.iter().filter(speaks).next_back()?;
        Some(match &mention.named {
            Named::Region(name) if regions::same(name, &self.reader.section) => self.reader.section.clone(),
            Named::Region(name) => name.clone(),
            Named::Whole(level) => self.reader.whole(*level),
        })
    }

    fn status(&mut self, at: usize) -> ReportedStatus {
        let before = self.slice(0..at);
        let name = self.plain_start(at);
        let last = |list: &[&str]| list.iter().filter_map(|word| before.rfind(word)).max();
        let forecast = last(&wording::FORECASTS);
        let done = last(&wording::DONE);
        let planned = wording::PLANS.iter().any(|word| name.starts_with(word))
            && !name.split_once('的').is_some_and(|(first, _)| first.starts_with('拟'))
            || has(&before, &["计划完成", "计划投资", "计划总投资", "目标为", "力争"]) ;
        let status = if forecast.is_some() && forecast > done {
            Some(ReportedStatus::Forecast)
        } else if planned && done.is_none() {
            Some(ReportedStatus::Plan)
        } else if done.is_some() {
            Some(ReportedStatus::Actual)
        } else {
            None
        };
        if status.is_some() {
            self.reader.thread.status = status;
        }
        self.reader.thread.status.unwrap_or(ReportedStatus::Actual)
    }

    /// The clause up to a number, without the days and regions it begins with.
    fn plain_start(&self, until: usize) -> String {
        let mut at = 0;
        loop {
            let dated = self.dated.iter().find(|dated| dated.at == at).map(|dated| dated.end);
            let region = self.mentions.iter().find(|mention| mention.span.start == at).map(|mention| mention.span.end);
            let comma = matches!(self.read.text.get(at), Some(',' | '、' | ':')).then_some(at + 1);
            match dated.or(region).or(comma) {
                Some(end) if end <= until => at = end,
                _ => return self.slice(at..until.max(at)),
            }
        }
    }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

fn signed(value: Decimal, movement: Option<wording::Movement>, figure: ReportedFigure) -> Decimal {
    let moves = matches!(figure, ReportedFigure::Yoy | ReportedFigure::Difference);
    match movement {
        Some(wording::Movement::Down | wording::Movement::Cut) if moves => -value.abs(),
        _ => value,
    }
}

/// A stock is of the last day, whatever it was counted up to.
fn dated(span: Span, name: &str) -> (ReportedSpan, Option<Basis>) {
    if has(name, &wording::STOCKS) {
        return (ReportedSpan { start: Some(span.end), end: span.end }, Some(Basis::Point));
    }
    (ReportedSpan { start: span.start, end: span.end }, span.basis)
}

fn joined(name: &str, noun: &str) -> String {
    let name: String = format!("{name}{noun}");
    name.chars().take(NAME_MAX).collect()
}

/// 技术合同成交额、贷款备案金额 are two; the members of one name share its end.
fn members(name: &str) -> Vec<String> {
    let parts: Vec<&str> = name.split(['、', '和', '与', '及']).filter(|part| !part.is_empty()).collect();
    parts.into_iter().map(str::to_owned).collect()
}

/// The noun behind a count (9|项合作协议), and the characters it takes.
fn noun(behind: &str, more: bool) -> (String, usize) {
    let end = behind.find(['、', '，', ',', '(', '。', '；', ';', ':']);
    let noun = &behind[..end.unwrap_or(behind.len())];
    if end.is_none() && more {
        let told = wording::told(noun);
        return (told.rest.trim_end_matches(['已', '有', '中']).to_owned(), 0);
    }
    (noun.to_owned(), noun.chars().count())
}
