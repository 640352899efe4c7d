//! The figures of one clause.

use std::ops::Range;

use chrono::Datelike as _;
use rust_decimal::Decimal;
use xushi_domain::phrase::{self, AmountSort, WrittenAmount, WrittenAmounts};

use super::clause_names::{self, joined, noun};
use super::falls;
use super::observed::{ReportedFigure, ReportedStatus};
use super::plan_figures;
use super::region_names::{self, Mention, RegionNamed};
use super::sayings::{Saying, saying};
use super::spans::{self, Dated};
use super::statements::Statements;
use super::wording;
use crate::document::Place;
use crate::plan::sentences::bare;

/// Longest source phrase, in characters.
const PHRASE_MAX: usize = 160;

/// Names that are remembered for 分别.
const RECENT_MAX: usize = 8;

/// One clause with its numbers, days and regions.
pub(super) struct ReportClause<'a> {
    pub(super) reader: &'a mut Statements,
    pub(super) read: WrittenAmounts,
    pub(super) dated: Vec<Dated>,
    pub(super) mentions: Vec<Mention>,
    pub(super) phrase: String,
    pub(super) place: Place,
    pub(super) aside: bool,
    /// The number before was what the plan says: 完成年度任务420亿元的94.9%.
    planned: bool,
    /// The number before was said of a fall: 降幅高于全省3个百分点、低于全国1个百分点.
    of_fall: bool,
    /// The comparison before, of which 、全国0.9个百分点 is the second: its movement.
    pub(super) comparison: Option<wording::Movement>,
    /// A count of things or months stands before: what follows is said of them.
    pub(super) several: bool,
}

/// Numbers of one predicate: one, or one for each of several (分别为…、…).
pub(super) struct NumberRun {
    pub(super) amounts: Vec<WrittenAmount>,
    /// The sign of each that has a word of its own.
    pub(super) signs: Vec<Option<wording::Movement>>,
}

impl NumberRun {
    pub(super) fn span(&self) -> Range<usize> {
        let last = &self.amounts[self.amounts.len() - 1];
        self.amounts[0].span.start..last.span.end
    }
}

impl<'a> ReportClause<'a> {
    pub(super) fn new(
        reader: &'a mut Statements,
        clause: &str,
        sentence: &str,
        place: Place,
        aside: bool,
    ) -> Self {
        let read =
            phrase::amounts(&plan_figures::places_apart(&plan_figures::plus_written_out(bare(clause))));
        let dated = spans::spans(&read.text, reader.today);
        let starts: Vec<usize> = dated.iter().map(|dated| dated.end).collect();
        let mentions = region_names::mentions(&read.text, &starts, &reader.known);
        for mention in &mentions {
            if let RegionNamed::Region(name) = &mention.named {
                reader.know(name);
            }
        }
        let whole = sentence.chars().count() <= PHRASE_MAX;
        let phrase = bare(if whole { sentence } else { clause }).chars().take(PHRASE_MAX).collect();
        Self {
            reader,
            read,
            dated,
            mentions,
            phrase,
            place,
            aside,
            planned: false,
            of_fall: false,
            comparison: None,
            several: false,
        }
    }

    /// Reads it.
    pub(super) fn read(mut self) {
        self.hand_back_loose();
        let amounts: Vec<WrittenAmount> = self.read.amounts.clone();
        let dated = self.dated.clone();
        let amounts: Vec<WrittenAmount> = amounts
            .into_iter()
            .filter(|amount| !dated.iter().any(|dated| overlap(&dated.range(), &amount.span)))
            .collect();
        let runs = self.runs(&amounts);
        let mut from = 0;
        self.planned = false;
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
        if runs.is_empty()
            && let Some(region) = self.region_before(end)
        {
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
        let (false, Some(name)) = (against.is_empty() || against.chars().count() > 12, names.last()) else {
            return;
        };
        let said = Saying {
            figure: ReportedFigure::Difference,
            movement: None,
            subject: "",
            against: Some(against.to_owned()),
            predicate: true,
            all: false,
            streak: false,
            between: false,
            planned: false,
            carries: false,
        };
        let amount = WrittenAmount {
            span: 0..0,
            value: Decimal::ZERO,
            high: None,
            unit: "个百分点".to_owned(),
            sort: AmountSort::Point,
            bound: false,
            baseline: false,
            implied: false,
        };
        let run = NumberRun { amounts: vec![amount], signs: vec![None] };
        let names = vec![name.clone()];
        if self.reader.thread.rated {
            self.emit(&run, &said, &names, &[], 0);
        }
    }

    /// 固定资产投资方面: what the next clauses speak of.
    fn topic(&mut self, numberless: bool) {
        let text: String = self.read.text.iter().collect();
        if let Some(topic) =
            text.trim_end_matches([':', '，', ',', '。']).strip_suffix("方面").filter(|_| numberless)
        {
            let name = self.name(0..topic.chars().count());
            if !name.is_empty() {
                self.reader.thread.subjects = vec![name];
            }
            return;
        }
        // 全年目标任务：固定资产投资增长3%.
        let aimed = text.trim_end_matches([':', '：', '，', ',']);
        if numberless && ["目标", "目标任务", "预期目标", "任务目标"].iter().any(|end| aimed.ends_with(end))
        {
            self.reader.thread.status = Some(ReportedStatus::Plan);
            if wording::has(aimed, &["全年", "年度"]) {
                self.reader.thread.span = spans::year(self.reader.today.year()).or(self.reader.thread.span);
            }
            return;
        }
        // 从投资完成率看, 按投资完成率.
        let seen = clause_names::seen_by(&text).filter(|_| numberless);
        if let Some(topic) = seen {
            let name = self.name(1..1 + topic.chars().count());
            self.reader.thread.subjects = vec![name];
            return;
        }
        // 企业亏损面持续扩大，3月底达到24.6%.
        let told = wording::told(text.trim_end_matches(['，', ',', '。', ':']));
        if numberless && told.movement.is_some() && wording::compared(told.rest).is_none() {
            let name = self.name(0..told.rest.chars().count());
            if !name.is_empty() && !wording::GENERIC.contains(&name.as_str()) {
                self.reader.thread.subjects = vec![name];
                return;
            }
        }
        // 授信落实率居前, 烟草、建材行业由增转降: of what the numbers behind it are.
        let cut = wording::STANDINGS.iter().filter_map(|word| text.find(*word)).min().filter(|_| numberless);
        if let Some(topic) = cut.map(|at| &text[..at]) {
            let name = self.name(0..topic.chars().count());
            let listed = clause_names::members(&name);
            if listed.len() > 1 {
                self.reader.thread.listed = listed;
            } else if !name.is_empty() {
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
            .map(|range| {
                let vague = range.start > 0 && matches!(text[range.start - 1], '数' | '几' | '上' | '近');
                let start = range.start - usize::from(vague);
                text[start..(range.end + 6).min(text.len())].iter().collect()
            })
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
    fn runs(&self, amounts: &[WrittenAmount]) -> Vec<NumberRun> {
        let mut runs: Vec<NumberRun> = Vec::new();
        for amount in amounts {
            if let Some(run) = runs.last_mut() {
                let last = &run.amounts[run.amounts.len() - 1];
                let between = self.slice(last.span.end..amount.span.start);
                let separated = between.starts_with(['、', '和', '及', '与', '以']);
                let words = between.trim_start_matches(['、', '和', '及', '与', '以']);
                let told = wording::told(words);
                let same = last.sort == amount.sort
                    || last.sort == AmountSort::Bare && last.unit.is_empty()
                    || (last.sort == AmountSort::Percent || last.unit == "个")
                        && amount.sort == AmountSort::Point;
                let each = run.signs.len() > 1 || self.is_each(run.amounts[0].span.start);
                if separated && told.rest.is_empty() && same && (each || told.movement.is_none()) {
                    run.amounts.push(amount.clone());
                    run.signs.push(told.movement);
                    continue;
                }
            }
            runs.push(NumberRun { amounts: vec![amount.clone()], signs: vec![None] });
        }
        // 高于全国1.2个、全省0.8个百分点.
        for at in 1..runs.len() {
            let next = runs[at].amounts[0].clone();
            let last = runs[at - 1].amounts.len() - 1;
            let before = &mut runs[at - 1].amounts[last];
            let joined = matches!(self.read.text.get(before.span.end), Some('、' | '和'));
            if before.unit == "个" && next.sort == AmountSort::Point && joined {
                (before.unit, before.sort) = (next.unit, next.sort);
            }
        }
        for run in &mut runs {
            // 分别提高4.1个百分点、持平: the second has not moved.
            let last = run.amounts[run.amounts.len() - 1].clone();
            let behind = self.slice(last.span.end..(last.span.end + 3).min(self.read.text.len()));
            if matches!(behind.as_str(), "、持平" | "和持平") && self.is_each(run.amounts[0].span.start)
            {
                let span = last.span.end + 1..last.span.end + 3;
                run.amounts.push(WrittenAmount { value: Decimal::ZERO, span, ..last });
                run.signs.push(None);
            }
            // 提高1.2、3.4个百分点: the unit of the last is that of all.
            if let Some(last) = run.amounts.last().cloned() {
                let short = |amount: &&mut WrittenAmount| {
                    amount.unit.is_empty() || amount.unit == "个" && last.sort == AmountSort::Point
                };
                for amount in run.amounts.iter_mut().filter(short) {
                    (amount.unit, amount.sort) = (last.unit.clone(), last.sort);
                }
            }
        }
        runs
    }

    pub(super) fn is_each(&self, at: usize) -> bool {
        let before: String = self.read.text[at.saturating_sub(24)..at].iter().collect();
        before.contains("分别")
    }

    pub(super) fn slice(&self, range: Range<usize>) -> String {
        self.read.text[range.start.min(range.end)..range.end].iter().collect()
    }

    /// Remembers what was spoken of.
    fn remember(&mut self, names: Vec<String>, figure: ReportedFigure) {
        self.reader.thread.subjects = names.clone();
        if matches!(figure, ReportedFigure::Level | ReportedFigure::Yoy) {
            let recent = &mut self.reader.thread.recent;
            // 投资100亿元，增长5%: one thing.
            for name in names {
                if recent.last() != Some(&name) {
                    recent.push(name);
                }
            }
            let surplus = recent.len().saturating_sub(RECENT_MAX);
            recent.drain(..surplus);
        }
    }

    /// Reads one run; `from`: where its words begin, `next`: where those of the next one end. Gives where the next begin.
    fn run(&mut self, run: &NumberRun, from: usize, next: usize, more: bool) -> usize {
        let span = run.span();
        let before = self.slice(from..span.start);
        let behind = self.slice(span.end..next);
        let lead = before.chars().take_while(|c| matches!(c, '、' | '和' | '及' | '与' | ',' | '，')).count();
        let words = from + lead..span.start;
        let (noun, taken) = noun(&behind, more);
        let first = &run.amounts[0];
        let before: String = before.chars().skip(lead).collect();
        let said = saying(&before, first, &behind);
        let fell = self.reader.thread.fell;
        let said = falls::turned(said, &before, fell, self.of_fall && lead > 0);
        self.of_fall = falls::fall(wording::told(&before).rest).is_some()
            || wording::compared(wording::told(&before).rest)
                .is_some_and(|compared| falls::fall(compared.subject).is_some());
        let said = plan_figures::of_plan(said, &before, first, &behind, self.planned);
        self.planned = said.planned && said.figure == ReportedFigure::Level;
        let end = words.start + said.subject.chars().count();
        let mut name = self.name(words.start..end);
        let rated = said.figure == ReportedFigure::Yoy;
        let Some(said) = self.counts(said, run, &noun, more, &behind) else {
            // What no figure is told of may be spoken of further: 收入进度低于50%，最低的湖口镇为37.2%.
            if matches!(first.sort, AmountSort::Percent | AmountSort::Rank) && !name.is_empty() {
                let each = clause_names::members(&name);
                let listed = first.sort == AmountSort::Rank && first.value == Decimal::from(each.len());
                self.reader.thread.subjects = if listed { each } else { vec![name] };
                self.reader.thread.rated = rated;
            }
            return span.end;
        };
        let part = said.figure == ReportedFigure::Share;
        let noun_counts = !said.predicate
            && !noun.is_empty()
            && (part
                || said.figure == ReportedFigure::Level
                    && !matches!(first.sort, AmountSort::Percent | AmountSort::Point));
        if said.streak {
            name = joined(&self.carried(&name), &format!("连续{}", bare(&behind)));
        } else if noun_counts {
            name = joined(&name, &noun);
        }
        let generic = name.is_empty() || wording::GENERIC.contains(&name.as_str());
        let said = self.of_carried(said, first, &name, generic);
        // 近四成企业: how many of those.
        let tenths = first.sort == AmountSort::Percent && self.slice(span.clone()).contains('成');
        let of_those = tenths && !noun.is_empty() && !said.predicate && said.figure == ReportedFigure::Level;
        let said = if of_those { Saying { figure: ReportedFigure::Share, ..said } } else { said };
        let said = self.moved(said, first, &before, generic && noun.is_empty());
        let said = self.of_comparison(said, first, &before, lead > 0);
        if said.figure == ReportedFigure::Level && !self.aside {
            self.reader.thread.unit.clone_from(&first.unit);
        }
        let regions = self.listed_regions(span.start, run.amounts.len(), said.all);
        let regions = self.shared_by_row(regions, run, &said, span.start);
        let names = if regions.is_empty() {
            self.names(&name, generic, run, (said.all, self.is_each(span.start)))
        } else {
            vec![self.carried(&name)]
        };
        self.emit(run, &said, &names, &regions, span.start);
        self.several |=
            said.streak || first.sort == AmountSort::Count && !behind.starts_with(['，', '、', ',']);
        if said.carries && said.figure != ReportedFigure::Rank {
            self.reader.thread.rated = said.figure == ReportedFigure::Yoy;
        }
        if !generic && said.carries {
            self.remember(names, said.figure);
        }
        span.end + if noun_counts { taken } else { 0 }
    }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}
