//! A report put together, and its forms: page, plain text, paper.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::month_facts::{ReportFact, ReportSeries, StatedFact};
use super::month_sentences::ReportSentence;
use super::month_words::{difference_unit, listed, span_said};
use crate::{LetterError, Templates, docx, tidy};

/// A report of one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthlyReport {
    /// What it is called: 七大攻坚工作月报.
    pub title: String,
    /// Which month: 2025年8月.
    pub month_said: String,
    /// Its number among the campaign's reports: 第8期.
    pub issue: u32,
    /// Who makes it.
    pub issuer: String,
    /// The day it is as of.
    pub as_of: NaiveDate,
    /// Its parts, in order.
    pub sections: Vec<ReportSection>,
    /// 报, 送 and 发: whom it goes to; empty where that is left to a person.
    pub report_to: Vec<String>,
    /// 发: units of the campaign.
    pub sent_to: Vec<String>,
    /// What it rests on, by sentence.
    pub sources: Vec<SourceLine>,
}

/// A part of a report: 重要指标.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportSection {
    /// Its name.
    pub name: String,
    /// What a person has still to write, or why nothing stands here; empty where sentences do.
    pub left: String,
    /// Its sentences by task or unit.
    pub groups: Vec<ReportGroup>,
}

/// Sentences under one heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportGroup {
    /// The task or unit; may be empty.
    pub name: String,
    /// Numbered sentences.
    pub sentences: Vec<NumberedSentence>,
}

/// A sentence with its number in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NumberedSentence {
    /// From 1.
    pub number: u32,
    /// What it is about, whatever its values.
    pub key: String,
    /// As printed.
    pub text: String,
    /// Ids of the facts it rests on.
    pub facts: Vec<String>,
    /// What was worked out of them.
    pub worked: Vec<String>,
}

/// A line of the annex: one fact behind one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceLine {
    /// Number of the sentence.
    pub sentence: u32,
    /// Name of the measure.
    pub indicator: String,
    /// Where it was measured.
    pub region: String,
    /// The days it is of.
    pub period: String,
    /// As reported, in its unit.
    pub value: String,
    /// Where it was printed.
    pub source: String,
    /// The day it came out; `None` of what is no figure.
    pub published_on: Option<NaiveDate>,
    /// Id of the observation, stated difference or reply.
    pub fact: String,
}

/// Facts by id, in the words of the annex.
#[derive(Debug, Default)]
pub struct SourceBook {
    lines: HashMap<String, SourceLine>,
}

impl SourceBook {
    /// Adds all that a series may rest on, in a report of `year`.
    pub fn add(&mut self, series: &ReportSeries, year: i32) {
        let above = series.above.iter().flat_map(|above| &above.facts);
        let siblings = series.judged.iter().flat_map(|judged| &judged.siblings);
        for fact in series.facts.iter().chain(above).chain(siblings) {
            self.lines.entry(fact.id.clone()).or_insert_with(|| of_fact(series, fact, year));
        }
        for stated in &series.stated {
            self.lines.entry(stated.id.clone()).or_insert_with(|| of_stated(series, stated));
        }
    }

    /// Adds what is no figure.
    pub fn add_line(&mut self, line: SourceLine) {
        self.lines.insert(line.fact.clone(), line);
    }

    fn of(&self, sentence: &NumberedSentence) -> impl Iterator<Item = SourceLine> {
        let known = sentence.facts.iter().filter_map(|id| self.lines.get(id));
        known.map(|line| SourceLine { sentence: sentence.number, ..line.clone() })
    }
}

fn of_fact(series: &ReportSeries, fact: &ReportFact, year: i32) -> SourceLine {
    let figure = match fact.figure {
        xushi_domain::Figure::Yoy => "（同比增速）",
        xushi_domain::Figure::Rank => "（位次）",
        xushi_domain::Figure::Level => "",
    };
    SourceLine {
        sentence: 0,
        indicator: format!("{}{figure}", series.measure),
        region: fact.region.clone(),
        period: span_said(fact.period, fact.basis, year),
        value: listed(fact, &series.unit),
        source: String::new(),
        published_on: Some(fact.published_on),
        fact: fact.id.clone(),
    }
}

fn of_stated(series: &ReportSeries, stated: &StatedFact) -> SourceLine {
    let unit = difference_unit(stated.figure, &series.unit);
    SourceLine {
        sentence: 0,
        indicator: format!("{}（与{}之差，按报送所称）", series.measure, stated.against),
        region: series.whole.clone(),
        period: format!("截至{}", stated.period_end.format("%Y年%-m月%-d日")),
        value: format!("{}{unit}", stated.difference.normalize()),
        source: stated.source.clone(),
        published_on: Some(stated.published_on),
        fact: stated.id.clone(),
    }
}

impl MonthlyReport {
    /// Adds a part; its sentences are numbered on from those before, and what they rest on goes to the annex.
    pub fn add(
        &mut self,
        name: &str,
        left: &str,
        groups: Vec<(String, Vec<ReportSentence>)>,
        book: &SourceBook,
    ) {
        let mut number =
            self.sections.iter().flat_map(|one| &one.groups).map(|one| one.sentences.len()).sum::<usize>();
        let mut section = ReportSection { name: name.to_owned(), left: left.to_owned(), groups: Vec::new() };
        for (name, sentences) in groups.into_iter().filter(|(_, sentences)| !sentences.is_empty()) {
            let mut numbered = Vec::with_capacity(sentences.len());
            for ReportSentence { key, text, facts, worked } in sentences {
                number += 1;
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                let sentence = NumberedSentence { number, key, text, facts, worked };
                self.sources.extend(book.of(&sentence));
                numbered.push(sentence);
            }
            section.groups.push(ReportGroup { name, sentences: numbered });
        }
        self.sections.push(section);
    }
}

impl MonthlyReport {
    /// Ids of the facts of its annex whose source is not known yet.
    pub fn unsourced(&self) -> BTreeSet<&str> {
        self.sources.iter().filter(|line| line.source.is_empty()).map(|line| line.fact.as_str()).collect()
    }

    /// Says where facts were printed.
    pub fn name_sources(&mut self, sources: &HashMap<String, String>) {
        for line in self.sources.iter_mut().filter(|line| line.source.is_empty()) {
            line.source = sources.get(&line.fact).cloned().unwrap_or_default();
        }
    }
}

/// A report with everything once, so that a broken template fails at start.
fn sample() -> MonthlyReport {
    let sentence = NumberedSentence {
        number: 1,
        key: "sample".to_owned(),
        text: "1—7月，全省固定资产投资同比增长1.0%。".to_owned(),
        facts: vec!["sample".to_owned()],
        worked: Vec::new(),
    };
    let source = SourceLine {
        sentence: 1,
        indicator: "固定资产投资（同比增速）".to_owned(),
        region: "全省".to_owned(),
        period: "1—7月".to_owned(),
        value: "1.0%".to_owned(),
        source: "统计月报".to_owned(),
        published_on: Some(NaiveDate::default()),
        fact: "sample".to_owned(),
    };
    let group = ReportGroup { name: "任务".to_owned(), sentences: vec![sentence] };
    let section =
        |left: &str, groups| ReportSection { name: "栏目".to_owned(), left: left.to_owned(), groups };
    MonthlyReport {
        title: "样例工作月报".to_owned(),
        month_said: "2025年8月".to_owned(),
        issue: 1,
        issuer: "综合协调组".to_owned(),
        as_of: NaiveDate::default(),
        sections: vec![section("由人工撰写", Vec::new()), section("", vec![group])],
        report_to: vec!["领导".to_owned()],
        sent_to: vec!["成员单位".to_owned()],
        sources: vec![source],
    }
}

impl Templates {
    /// Renders a report with everything and one with nothing in every form.
    ///
    /// # Errors
    /// [`LetterError::Template`], where a template was replaced by one that fails.
    pub(crate) fn check_monthly(&self) -> Result<(), LetterError> {
        let full = sample();
        let (sections, sources) = (Vec::new(), Vec::new());
        let bare =
            MonthlyReport { sections, sources, report_to: Vec::new(), sent_to: Vec::new(), ..full.clone() };
        [full, bare].iter().try_for_each(|report| {
            self.monthly_html(report)?;
            self.monthly_text(report)?;
            self.monthly_docx(report).map(drop)
        })
    }

    /// The report as a page of its own.
    ///
    /// # Errors
    /// [`LetterError::Template`], where the template was replaced by one that fails.
    pub fn monthly_html(&self, report: &MonthlyReport) -> Result<String, LetterError> {
        self.fill("layout/monthly.html", &context! { report => Serde(report) })
    }

    /// The report as plain text.
    ///
    /// # Errors
    /// As [`Templates::monthly_html`].
    pub fn monthly_text(&self, report: &MonthlyReport) -> Result<String, LetterError> {
        Ok(tidy(&self.fill("layout/monthly.txt", &context! { report => Serde(report) })?))
    }

    /// The report on paper (DOCX) in the manner of a 简报, its sources annexed on sheets that lie.
    ///
    /// # Errors
    /// As [`Templates::monthly_html`]; [`LetterError::Package`].
    pub fn monthly_docx(&self, report: &MonthlyReport) -> Result<Vec<u8>, LetterError> {
        let (title, issuer, issued_on) = (&report.title, &report.issuer, report.as_of.to_string());
        let number = format!("第{}期", report.issue);
        let context = context! { report => Serde(report), title, issuer, issued_on, number };
        let mut parts = Vec::with_capacity(docx::FILLED.len());
        for (path, template) in docx::FILLED {
            let template = if template == "docx/document.xml" { "docx/monthly.xml" } else { template };
            parts.push((path, self.fill(template, &context)?));
        }
        docx::pack(&parts, &[], false)
    }
}
