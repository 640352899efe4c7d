//! The monthly report (月报) of a campaign: what was known on a day, in sentences that each name their facts.

mod report_figures;
mod report_measures;

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};
use uuid::Uuid;

use super::spoken_board::{SpokenBoard, spoken_board};
use super::{Office, Refusal};
use crate::domain::{Grade, TextEnum as _};
use crate::letter::monthly::{
    MonthlyReport, ReportSentence, ReportSeries, SourceBook, reported, still_missing, troubled,
};
use crate::store::rows::{BoardFilter, CampaignRow};
use crate::store::types::{CampaignId, Id};

/// What is asked for.
#[derive(Debug)]
pub struct AskedReport {
    /// The campaign.
    pub campaign: CampaignRow,
    /// It and all below it.
    pub family: Vec<CampaignId>,
    /// The day, which names the month.
    pub as_of: NaiveDate,
    /// Its number; by default the months from the campaign's first one on.
    pub issue: Option<u32>,
    /// Whether measures of replies may be shown.
    pub with_replies: bool,
}

/// What a series belongs to, and what is said of it.
struct Grouped {
    group: String,
    grade: Option<Grade>,
    series: ReportSeries,
}

/// The report of the month of `as_of`, by what was known on that day. Nothing is stored: the same question has the same answer.
///
/// # Errors
/// [`Refusal::Invalid`] where the campaign has too many indicators; the wording, or the database.
pub async fn monthly_report(office: &Office, asked: AskedReport) -> Result<MonthlyReport, Refusal> {
    let filter = BoardFilter {
        campaigns: Some(asked.family.clone()),
        alive_on: Some(asked.as_of),
        ..BoardFilter::default()
    };
    let board = spoken_board(office, &filter, Some(asked.as_of)).await?;
    let all = report_figures::gather(office, &asked, &board).await?;
    let mut book = SourceBook::default();
    let year = asked.as_of.year();
    all.iter().for_each(|one| book.add(&one.series, year));
    let measures = report_measures::gather(office, &asked).await?;
    let measures = measures.into_iter().map(|(unit, sentence, line)| {
        book.add_line(line);
        (unit, sentence)
    });
    let measures = in_groups(measures.collect());
    let mut report = blank(office, &asked).await?;
    report.add("工作部署", "由综合协调组撰写", Vec::new(), &book);
    report.add("重要指标", "", figures(&board, &all, year), &book);
    let left = match (asked.with_replies, measures.is_empty()) {
        (false, _) => "整改措施取自责任单位的反馈，只对综合协调组显示；其余由综合协调组撰写",
        (true, true) => "截至本期没有审核通过、仍在办理的整改措施；由综合协调组撰写",
        (true, false) => "",
    };
    report.add("重点任务", left, measures, &book);
    let troubles = troubles(&all, year);
    let left =
        if troubles.is_empty() { "按现有数据，没有滞后或逾期未报的指标" } else { "" };
    report.add("突出问题", left, troubles, &book);
    report.add("特色亮点", "由综合协调组撰写", Vec::new(), &book);
    name_sources(office, &mut report).await?;
    Ok(report)
}

async fn blank(office: &Office, asked: &AskedReport) -> Result<MonthlyReport, Refusal> {
    let (campaign, day) = (&asked.campaign, asked.as_of);
    let months = (day.year() - campaign.starts_on.year()) * 12 + day.month() as i32
        - campaign.starts_on.month() as i32;
    let members = office.read.list_members(&[campaign.id]).await?;
    let former = office.read.list_names_on(&[campaign.id.of_any()], day).await?.into_values().next();
    let name = former.as_ref().unwrap_or(&campaign.name);
    Ok(MonthlyReport {
        title: format!("{name}工作月报"),
        month_said: format!("{}年{}月", day.year(), day.month()),
        issue: asked.issue.unwrap_or_else(|| u32::try_from(months + 1).unwrap_or(1).max(1)),
        issuer: campaign.issuer_name.clone(),
        as_of: day,
        sections: Vec::new(),
        report_to: Vec::new(),
        sent_to: members.into_iter().map(|(_, unit)| unit).collect(),
        sources: Vec::new(),
    })
}

/// 重要指标: how many stand how, then each with its figures, then those without any.
fn figures(board: &SpokenBoard, all: &[Grouped], year: i32) -> Vec<(String, Vec<ReportSentence>)> {
    let mut groups = Vec::new();
    groups.extend(summary(board).map(|sentence| (String::new(), vec![sentence])));
    let said = all.iter().filter_map(|one| Some((one.group.clone(), reported(&one.series, year)?)));
    groups.extend(in_groups(said.collect()));
    let missing: Vec<ReportSentence> = all.iter().filter_map(|one| still_missing(&one.series)).collect();
    groups.push(("没有数值的指标".to_owned(), missing));
    groups
}

/// 纳入监测的23项指标中，超序时4项，滞后10项。
fn summary(board: &SpokenBoard) -> Option<ReportSentence> {
    let total = board.lines.len();
    let count = |grade: &Grade| {
        let count = board.lines.iter().filter(|line| line.grade == *grade).count();
        (count > 0).then(|| format!("{}{count}项", grade.chinese()))
    };
    let counts: Vec<String> = Grade::ALL.iter().filter_map(count).collect();
    let judged = board.lines.iter().filter_map(|line| line.line.rests_on.as_ref()?.observation.clone());
    (total > 0).then(|| ReportSentence {
        key: "summary".to_owned(),
        text: format!("纳入监测的{total}项指标中，{}。", counts.join("，")),
        facts: judged.collect(),
        worked: vec!["按各项指标的研判等级计数".to_owned()],
    })
}

/// 突出问题: what lags or is overdue, the worst first.
fn troubles(all: &[Grouped], year: i32) -> Vec<(String, Vec<ReportSentence>)> {
    let is_trouble = |grade: Grade| grade.is_lagging() || grade == Grade::OverdueReport;
    let mut lagging: Vec<&Grouped> = all.iter().filter(|one| one.grade.is_some_and(is_trouble)).collect();
    lagging.sort_by_key(|one| one.grade.map(crate::store::rows::grade_rank));
    let said = lagging.into_iter().filter_map(|one| Some((one.group.clone(), troubled(&one.series, year)?)));
    in_groups(said.collect())
}

/// Under their headings, in the order in which these come first.
fn in_groups(said: Vec<(String, ReportSentence)>) -> Vec<(String, Vec<ReportSentence>)> {
    let mut groups: Vec<(String, Vec<ReportSentence>)> = Vec::new();
    for (group, sentence) in said {
        match groups.iter_mut().find(|(name, _)| *name == group) {
            Some((_, sentences)) => sentences.push(sentence),
            None => groups.push((group, vec![sentence])),
        }
    }
    groups
}

/// Where the figures of the annex were printed.
async fn name_sources(office: &Office, report: &mut MonthlyReport) -> Result<(), Refusal> {
    let ids = report.unsourced().into_iter().filter_map(|id| Uuid::try_parse(id).ok());
    let ids: Vec<_> = ids.map(Id::of).collect();
    let mut sources = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        for (row, ..) in office.read.list_observations_of(chunk).await? {
            sources.insert(row.id.0.to_string(), row.source);
        }
    }
    report.name_sources(&sources);
    Ok(())
}
