//! Walks over the paragraphs of a report and carries what a clause leaves unsaid from the ones before it.

use chrono::{Datelike as _, NaiveDate};

use super::clause_counts::is_numberless;
use super::clause_facts::ReportClause;
use super::clause_names;
use super::masthead::{self, Masthead};
use super::observed::{ReportedFact, ReportedStatus};
use super::region_names;
use super::section_years::{self, SectionYear};
use super::spans::{self, DaySpan, Told};
use super::told_changes;
use crate::document::{Block, Document, Passage, Place};
use crate::plan::marks;
use crate::plan::proposal::UnreadPhrase;
use crate::plan::sentences::{bare, brackets, clauses, cut, sentences};

/// Longest sentence that is read, in bytes; a longer one is handed back.
const SENTENCE_MAX: usize = 6_000;

/// Longest headline within a paragraph, in characters.
const HEADLINE_MAX: usize = 30;

/// The year of what tells none, which no report is of.
const UNTOLD_YEAR: i32 = 1904;

/// Why a figure without a year is handed back.
const NO_YEAR: &str = "没有写明年份；请在标题、表头或文件名里写明年份（如2026年5月），或注明发布日期后再读";

/// What a clause takes from the ones before it.
#[derive(Debug, Clone, Default)]
pub(super) struct Thread {
    /// The period told last.
    pub(super) span: Option<DaySpan>,
    /// The period told before days in brackets, which hold for their part of the sentence.
    pub(super) around: Option<Option<DaySpan>>,
    /// The region named last in this sentence.
    pub(super) region: Option<String>,
    /// The region that stands before the paragraph: 龙湾区：….
    pub(super) headed: Option<String>,
    /// The region that the paragraph, or its last sentence that begins with one, speaks of.
    pub(super) topic: Option<String>,
    /// Regions named in a row, for 分别 of the next clause.
    pub(super) row: Vec<String>,
    /// What a clause without numbers named one after the other: 烟草、建材行业由增转降.
    pub(super) listed: Vec<String>,
    /// The last period of whole months, to which paragraphs that tell none go back.
    pub(super) months: Option<DaySpan>,
    /// What the last number spoke of; several where it spoke of each.
    pub(super) subjects: Vec<String>,
    /// The levels named one after the other, for 分别 of the next clause.
    pub(super) recent: Vec<String>,
    /// The unit of the last level.
    pub(super) unit: String,
    /// What it told of them was a rate.
    pub(super) rated: bool,
    /// The rate told last was a fall.
    pub(super) fell: bool,
    /// 预计 and 拟 hold to the end of their sentence.
    pub(super) status: Option<ReportedStatus>,
    /// 全国, 去年: the sentence speaks of something else than the report.
    pub(super) heading: Option<String>,
}

/// The reader of one report.
pub(super) struct Statements {
    /// The day by which years are told.
    pub(super) today: NaiveDate,
    /// For what says no period.
    pub(super) default: Option<DaySpan>,
    /// The day and the default of the report, which a section of another year (2025年工作回顾) leaves behind.
    whole: (NaiveDate, Option<DaySpan>),
    /// The section tells what is aimed at (2026年主要预期目标).
    pub(super) ahead: bool,
    /// The report's region.
    pub(super) own: String,
    /// The region of the section.
    pub(super) section: String,
    /// Regions that no list has and the report names.
    pub(super) known: Vec<String>,
    /// 【】 part the report: no period is carried from one paragraph to the next.
    sectioned: bool,
    pub(super) thread: Thread,
    /// The last line that may name the table below it.
    pub(super) caption: String,
    /// 单位：亿元 above a table.
    pub(super) caption_unit: String,
    facts: Vec<ReportedFact>,
    unread: Vec<UnreadPhrase>,
}

impl Statements {
    /// Begins to read a document with this head.
    pub(super) fn new(head: &Masthead, document: &Document, told: Option<NaiveDate>) -> Self {
        let year = masthead::year_of(head).or_else(|| section_years::year_in(document));
        let untold = || told.or_else(|| spans::last_day(UNTOLD_YEAR)).unwrap_or(NaiveDate::MAX);
        let today = head.published_on.or_else(|| year.and_then(spans::last_day)).unwrap_or_else(untold);
        let titled = masthead::span_of_title(head);
        // 2025年…统计公报 of March 2026 speaks of the end of 2025.
        let (today, yearly) = match masthead::past_year_of_title(head) {
            Some(year) if titled.is_none() => (spans::last_day(year).unwrap_or(today), spans::year(year)),
            _ => (today, None),
        };
        let opening = section_years::of_opening(document, head.published_on);
        // Without a day of its own, a report is of the last day that its opening tells.
        let today = match opening.or(titled) {
            Some(span) if head.published_on.is_none() => span.end,
            _ => today,
        };
        let default = titled.or(yearly).or(opening).or_else(|| head.published_on.map(DaySpan::on));
        let default = if year.is_some() { default } else { None };
        let sectioned = document.blocks.iter().any(|block| match block {
            Block::Passage(passage) => passage.text.starts_with('【'),
            Block::Table(_) => false,
        });
        let own = head.region.clone().unwrap_or_else(|| section_years::whole_in(document));
        Self {
            today,
            default,
            whole: (today, default),
            ahead: false,
            section: own.clone(),
            known: vec![own.clone()],
            own,
            sectioned,
            thread: Thread::default(),
            caption: String::new(),
            caption_unit: String::new(),
            facts: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// What was read.
    pub(super) fn into_parts(self) -> (Vec<ReportedFact>, Vec<UnreadPhrase>) {
        (self.facts, self.unread)
    }

    /// Makes room for so many facts.
    pub(super) fn expect(&mut self, facts: usize) {
        self.facts.reserve_exact(facts);
    }

    /// Keeps a fact; one whose months have no year is handed back.
    pub(super) fn keep(&mut self, fact: ReportedFact) {
        if fact.period.end.year() <= UNTOLD_YEAR {
            self.hand_back(&fact.phrase, fact.place, NO_YEAR);
            return;
        }
        self.facts.push(fact);
    }

    /// Whether nothing told the year of the report.
    pub(super) fn is_undated(&self) -> bool {
        self.today.year() <= UNTOLD_YEAR
    }

    /// Reads a remark beside a row of a table as a sentence of what the row names; what has a number and gives no figure is
    /// handed back.
    pub(super) fn remark(&mut self, text: &str, (name, region): (&str, Option<&str>), place: Place) {
        let text = squeezed(text);
        if !text.chars().any(|c| c.is_ascii_digit()) || name.is_empty() {
            if !text.is_empty() {
                self.hand_back(&text, place, "备注，未作解读");
            }
            return;
        }
        let before = (self.facts.len(), self.unread.len());
        let outside = self.thread.clone();
        self.thread = Thread {
            subjects: vec![name.to_owned()],
            region: region.map(str::to_owned),
            months: outside.months,
            span: outside.months,
            ..Thread::default()
        };
        for sentence in sentences(&text) {
            self.sentence(sentence, place);
        }
        self.thread = outside;
        // 未报12户 says nothing of what the row names.
        let other = self.facts[before.0..].iter().any(|fact| !fact.indicator.starts_with(name));
        if other {
            self.facts.truncate(before.0);
        }
        if other || before == (self.facts.len(), self.unread.len()) {
            self.hand_back(&text, place, "备注，未作解读");
        }
    }

    /// Hands words back.
    pub(super) fn hand_back(&mut self, text: &str, place: Place, why: &'static str) {
        let text: String = bare(text).chars().take(120).collect();
        if !text.is_empty() {
            self.unread.push(UnreadPhrase { text, place, why });
        }
    }

    /// Reads a paragraph.
    pub(super) fn passage(&mut self, passage: &Passage) {
        let text = squeezed(&passage.text);
        let unit = text.trim_matches(['（', '）', '(', ')']);
        if let Some(unit) = unit.strip_prefix("单位：").or_else(|| unit.strip_prefix("单位:")) {
            unit.split(['、', '，', ',']).next().unwrap_or_default().clone_into(&mut self.caption_unit);
            return;
        }
        let mut rest = text.as_str();
        if let Some(inside) = rest.strip_prefix('【')
            && let Some((_, behind)) = inside.split_once('】')
        {
            self.begin_section();
            rest = behind;
        }
        let bulleted = rest.trim_start_matches(['▲', '●', '■', '◆', '★', '◇', '△', '○', '※', '—', '-', '·']);
        let bullet = bulleted.len() < rest.len();
        rest = bulleted;
        let mark = marks::mark(rest);
        if let Some(mark) = mark {
            rest = &rest[mark.length..];
        }
        let heading = passage.level.is_some() || mark.is_some_and(|mark| mark.rank <= 2);
        if bullet && self.sectioned || heading {
            self.begin_part(!heading || self.sectioned);
        } else {
            self.begin_paragraph();
        }
        if passage.level.is_some_and(|level| level <= 2) || mark.is_some_and(|mark| mark.rank <= 1) {
            self.section_of_year(rest);
        }
        rest = self.of_region(rest, bullet || heading);
        let short = rest.chars().count() <= HEADLINE_MAX && !rest.contains(['。', '，', '；']);
        let numberless = is_numberless(rest);
        if (heading || short) && numberless && !rest.contains('。') {
            self.caption = rest.to_owned();
            self.thread.heading = (!rest.is_empty()).then(|| bare(rest).to_owned());
            return;
        }
        for sentence in sentences(rest) {
            self.sentence(sentence, passage.place);
        }
    }

    fn begin_section(&mut self) {
        self.section = self.own.clone();
        self.thread = Thread::default();
    }

    fn section_of_year(&mut self, heading: &str) {
        let (today, default) = self.whole;
        let year = section_years::of_heading(heading, today);
        if year.is_some() {
            self.thread = Thread::default();
        }
        let year = year.unwrap_or(SectionYear { today, default, ahead: false });
        (self.today, self.default, self.ahead) = (year.today, year.default, year.ahead);
    }

    fn begin_part(&mut self, anew: bool) {
        self.section = self.own.clone();
        let span = if anew { None } else { self.thread.months };
        self.thread = Thread { span, months: span, ..Thread::default() };
    }

    fn begin_paragraph(&mut self) {
        let span = if self.sectioned { None } else { self.thread.months };
        self.thread = Thread { span, months: span, heading: self.thread.heading.take(), ..Thread::default() };
    }

    fn sentence(&mut self, sentence: &str, place: Place) {
        if sentence.len() > SENTENCE_MAX {
            self.hand_back(sentence, place, "句子过长，未作解读");
            return;
        }
        let text = bare(sentence);
        // A month by itself is told in passing: the next sentence is of the year so far again.
        let passing = self.thread.span.is_some_and(|span| span.basis == Some(xushi_domain::Basis::Period));
        if passing && self.thread.months.is_some() {
            self.thread.span = self.thread.months;
        }
        let headline = text.chars().count() <= HEADLINE_MAX
            && sentence.ends_with('。')
            && !text.contains(['，', '、', '；'])
            && !text.chars().any(|c| c.is_ascii_digit());
        if headline && is_numberless(text) {
            if self.sectioned || self.thread.span.is_some_and(|span| span.told != Told::Months) {
                self.thread.span = None;
            }
            self.thread.subjects.clear();
            self.thread.recent.clear();
            self.thread.heading = Some(text.trim_end_matches("方面").to_owned());
            self.thread.topic.clone_from(&self.thread.headed);
            self.thread.region.clone_from(&self.thread.headed);
            return;
        }
        for part in cut(sentence, |c| matches!(c, '；' | ';')) {
            self.thread.status = None;
            if let Some(before) = self.thread.around.take() {
                self.thread.span = before;
            }
            self.thread.row.clear();
            self.thread.listed.clear();
            for clause in clauses(part) {
                self.bracketed(clause, part, place);
            }
        }
        // A sentence that begins with its region speaks of it to the end of the paragraph; another names it in passing.
        let chars: Vec<char> = text.chars().take(40).collect();
        let dates: Vec<usize> =
            spans::spans(&chars, self.today).iter().flat_map(|dated| [dated.end, dated.end + 1]).collect();
        let whole: Vec<char> = text.chars().collect();
        let first = region_names::mentions(&chars, &dates, &self.known).first().map(|first| first.span.start);
        let topic = first.is_some_and(|start| start == 0 || dates.contains(&start));
        let all = region_names::mentions(&whole, &[], &self.known);
        if topic {
            self.thread.topic.clone_from(&self.thread.region);
        } else if all.iter().any(|mention| clause_names::speaks(&whole, &all, mention)) {
            // What is only compared with (高于全省) or ranked in (居全市第1位) is not spoken of.
            self.thread.region.clone_from(&self.thread.topic);
        }
    }

    /// A clause, then what its brackets tell beside.
    fn bracketed(&mut self, clause: &str, sentence: &str, place: Place) {
        let told: Vec<(usize, usize)> = brackets(clause)
            .into_iter()
            .filter(|(from, to)| *from > 0 && clause[*from..*to].chars().any(|c| c.is_ascii_digit()))
            .collect();
        if told.is_empty() {
            self.clause(clause, sentence, place, false);
            return;
        }
        let mut main = String::with_capacity(clause.len());
        let mut at = 0;
        for (from, to) in &told {
            main.push_str(&clause[at..*from]);
            at = *to;
        }
        main.push_str(&clause[at..]);
        // 营业收入（1—10月）完成…: the days of this part of the sentence.
        let days = told.iter().find_map(|(from, to)| self.whole_span(&clause[*from..*to]));
        if let Some(days) = days {
            self.thread.around.get_or_insert(self.thread.span);
            self.thread.span = Some(days);
        }
        self.clause(&main, sentence, place, false);
        for (from, to) in told {
            let inside = clause[from..to].trim_matches(['（', '）', '(', ')']);
            if inside.chars().all(|c| c.is_ascii_digit()) {
                continue;
            }
            if self.whole_span(inside).is_some() {
                continue;
            }
            let outside = self.thread.clone();
            if let Some(region) = self.region_ending(&clause[..from]) {
                self.thread.region = Some(region);
            }
            for clause in clauses(inside) {
                self.clause(clause, sentence, place, true);
            }
            self.thread = outside;
        }
    }

    fn clause(&mut self, clause: &str, sentence: &str, place: Place, aside: bool) {
        if told_changes::is_last_years(clause) {
            self.hand_back(clause, place, "是上年同期的数，未作解读");
            return;
        }
        match told_changes::change(clause) {
            Some(change) => {
                if let Some(start) = &change.start {
                    self.hand_back(start, place, "是变化的起点，未作解读");
                }
                ReportClause::new(self, &change.clause, sentence, place, aside).read();
            }
            None => ReportClause::new(self, clause, sentence, place, aside).read(),
        }
    }
}

/// Without the blanks that a typesetter put between Chinese words and numbers.
pub(super) fn squeezed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_whitespace() {
            let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
            if latin(out.chars().next_back()) && latin(chars.peek().copied()) {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    out
}
