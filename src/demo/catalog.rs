//! The sample campaign as data: Hunan's 2025 plan, the facts of its August 2025 monthly report, and the measures
//! both speak of. Facts only (names, numbers, units); the phrase of a target is made from its parts.
//!
//! ```text
//! Plan ─ campaign ─ tasks (the seven goal groups) ─ targets
//!      ├ sub_campaigns ─ workforce, tasks (section → task, in 民生 section → group → task) ─ targets
//!      └ units ─ contacts
//! ```

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error};

use crate::domain::{ContactRole, TextEnum};

mod phrase;
mod words;
pub use words::*;

/// Parses the compiled-in plan.
///
/// # Errors
/// When the embedded file does not fit these structs; a test keeps that from happening.
pub fn plan() -> Result<Plan, serde_json::Error> {
    serde_json::from_str(include_str!("plan-2025.json"))
}

/// Parses the compiled-in monthly report.
///
/// # Errors
/// As [`plan`].
pub fn report() -> Result<SampleReport, serde_json::Error> {
    serde_json::from_str(include_str!("report-2025-08.json"))
}

/// Parses the compiled-in measures: those of the plan's targets, those they are compared with, and those that only
/// the report has.
///
/// # Errors
/// As [`plan`].
pub fn measures() -> Result<Vec<SampleMeasure>, serde_json::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        measures: Vec<SampleMeasure>,
    }
    serde_json::from_str(include_str!("measures.json")).map(|f: File| f.measures)
}

/// The plan document with its sub-campaigns and everybody it names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The plan as a whole.
    pub campaign: SampleCampaign,
    /// Its seven parts; 1 内需 and 7 民生 with all their tasks, the others with their 专班 only.
    pub sub_campaigns: Vec<SubCampaign>,
    /// Every unit named anywhere in the plan, once.
    pub units: Vec<SampleUnit>,
}

/// The parent campaign.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleCampaign {
    /// Short name, 七大攻坚.
    pub name: String,
    /// The document's title.
    pub title: String,
    /// 文号.
    pub doc_no: String,
    /// The unit that issued the document.
    pub issuer: String,
    /// The day it was issued.
    pub issued_on: NaiveDate,
    /// First day in force; the sub-campaigns share the window.
    pub starts_on: NaiveDate,
    /// Last day in force.
    pub ends_on: NaiveDate,
    /// GB/T 2260 code, for every target below.
    pub region: String,
    /// 综合协调组, the unit that watches over the whole.
    pub coordinator: String,
    /// The seven goal groups; group *n* belongs to sub-campaign *n*.
    pub tasks: Vec<SampleTask>,
}

/// One of the seven campaigns (分方案) under the plan; number, region and window are the parent's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubCampaign {
    /// 1 to 7, also the number of its annex.
    pub ordinal: u32,
    /// Short name.
    pub name: String,
    /// Title of the annex.
    pub title: String,
    /// 专班.
    pub workforce: Workforce,
    /// Sections; ordinal 0 is the annex's own 攻坚目标. Empty where the annex is not part of the sample.
    #[serde(default)]
    pub tasks: Vec<SampleTask>,
}

/// 工作专班 of a sub-campaign.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workforce {
    /// Its name.
    pub name: String,
    /// The unit where its office sits.
    pub office_unit: String,
    /// The post that convenes it.
    pub convener: String,
    /// Units whose `deputy_role` is deputy convener.
    pub deputy_conveners: Vec<String>,
    /// The post within each of those units.
    pub deputy_role: String,
    /// Member units.
    pub members: Vec<String>,
    /// Whether the list ends in 等.
    pub members_open_list: bool,
}

/// A node of a campaign's tree. Inner nodes have `tasks`, leaves may have `targets`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleTask {
    /// Number among its siblings as printed; 民生实事 are numbered 1 to 24 through all groups.
    pub ordinal: u32,
    /// Name as printed.
    pub name: String,
    /// Who answers for it; none on inner nodes.
    pub responsibility: Option<SampleResponsibility>,
    /// Nodes below.
    #[serde(default)]
    pub tasks: Vec<SampleTask>,
    /// Targets of this very node.
    #[serde(default)]
    pub targets: Vec<SampleTarget>,
}

/// Units that answer for a task and its targets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleResponsibility {
    /// 牵头 units, at least one.
    pub lead: Vec<String>,
    /// Where the lead is taken from.
    pub lead_from: LeadFrom,
    /// 配合 units.
    #[serde(default)]
    pub support: Vec<String>,
    /// Whether the support list ends in 等.
    #[serde(default)]
    pub open_list: bool,
}

/// A promise on one measure in the campaign's region.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleTarget {
    /// Name of a [`SampleMeasure`].
    pub measure: String,
    /// How it is judged. A `milestone` without nodes is due on the campaign's last day.
    #[serde(deserialize_with = "word")]
    pub kind: Kind,
    /// None for `trend`, `milestone` and `qualitative`.
    #[serde(default, deserialize_with = "optional_word")]
    pub comparator: Option<Comparator>,
    /// The number, or the lower end of a range.
    #[serde(default, deserialize_with = "optional_decimal")]
    pub value: Option<Decimal>,
    /// The upper end of a range.
    #[serde(default, deserialize_with = "optional_decimal")]
    pub value_hi: Option<Decimal>,
    /// Unit of the value as written.
    pub unit: Option<String>,
    /// The document says it in words (全覆盖, 清零); the number is how the words are read.
    #[serde(default)]
    pub value_implied: bool,
    /// Words that soften or sharpen it.
    #[serde(default)]
    pub hedges: Vec<Hedge>,
    /// Which figure of the measure is judged; none where only a person can.
    #[serde(default, deserialize_with = "optional_word")]
    pub figure: Option<Figure>,
    /// Which way is better here; `hold` where the level is to be kept.
    #[serde(deserialize_with = "word")]
    pub better: Better,
    /// What it is compared with, for the two `versus_` kinds.
    pub benchmark: Option<SampleBenchmark>,
    /// What the phrase is about when that is not the measure's name.
    pub subject: Option<String>,
    /// The phrase's verb.
    pub verb: Option<String>,
    /// Whether the verb stands before its subject (新增城镇就业).
    #[serde(default)]
    pub verb_first: bool,
    /// Goal groups of the parent campaign that name the same target.
    #[serde(default)]
    pub cited_by: Vec<u32>,
    /// How a doubtful wording was read.
    pub note: Option<String>,
}

/// What a target is compared with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleBenchmark {
    /// Its name in the phrase.
    pub name: String,
    /// The region whose same measure it is, for `versus_benchmark`.
    pub region: Option<String>,
    /// The other measure, for `versus_indicator`.
    pub measure: Option<String>,
}

/// A unit and the mailbox its sample contacts share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleUnit {
    /// Name as the plan writes it.
    pub name: String,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// GB/T 2260 code.
    pub region: String,
    /// Local part of the liaison's address, unique.
    pub mailbox: String,
}

/// An invented contact: a post and an address, no person.
#[derive(Debug, PartialEq, Eq)]
pub struct SampleContact {
    /// One of each.
    pub role: ContactRole,
    /// The post's name.
    pub name: String,
    /// An example.org address (RFC 2606), which no mail reaches.
    pub email: String,
}

/// What is measured.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleMeasure {
    /// The one name used in the plan's targets and the report's observations.
    pub name: String,
    /// Other spellings.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Unit of its level; none where there is no number.
    pub unit: Option<String>,
    /// What a usual figure covers.
    #[serde(deserialize_with = "word")]
    pub basis: Basis,
    /// `higher` or `lower`.
    #[serde(deserialize_with = "word")]
    pub better: Better,
    /// Decimal places shown.
    pub precision: u32,
    /// How often it is reported; none for a once-only fact or one without a number.
    #[serde(default, deserialize_with = "optional_word")]
    pub frequency: Option<Frequency>,
    /// Day of the month it is published, where known.
    pub release_day: Option<u32>,
}

/// The facts of one report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleReport {
    /// The unit that issued it.
    pub issuer: String,
    /// Its name, the source of every observation.
    pub source: String,
    /// Its date, the publication date of every observation.
    pub published_on: NaiveDate,
    /// Printed values.
    pub observations: Vec<SampleObservation>,
    /// Ranks, differences, streaks and inexact words, kept for cross-checks and never read as observations.
    pub statements: Vec<Statement>,
}

/// One printed value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleObservation {
    /// Name of a [`SampleMeasure`].
    pub measure: String,
    /// GB/T 2260 code.
    pub region: String,
    /// First day; equal to the last for `point`.
    pub period_start: NaiveDate,
    /// Last day.
    pub period_end: NaiveDate,
    /// What the value covers.
    #[serde(deserialize_with = "word")]
    pub basis: Basis,
    /// Level or rate of growth.
    #[serde(deserialize_with = "word")]
    pub figure: Figure,
    /// As printed, trailing zeros kept.
    #[serde(deserialize_with = "decimal")]
    pub value: Decimal,
    /// Unit as printed; `%` for `yoy`.
    pub unit: String,
    /// `preliminary` where the file says nothing.
    #[serde(default = "preliminary", deserialize_with = "word")]
    pub status: Status,
    /// Facts of one sentence share it.
    pub group: u32,
}

/// Something said about a measure that is not its value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// A measure's name, or a subject no measure covers.
    pub about: String,
    /// GB/T 2260 code; none for 部分县市区.
    pub region: Option<String>,
    /// First day.
    pub period_start: NaiveDate,
    /// Last day.
    pub period_end: NaiveDate,
    /// What kind of thing is said.
    pub what: What,
    /// The number, if one is printed.
    #[serde(default, deserialize_with = "optional_decimal")]
    pub value: Option<Decimal>,
    /// Its unit.
    pub unit: Option<String>,
    /// The word that keeps the number, or its absence, from being exact.
    pub qualifier: Option<String>,
    /// What it is compared with or ranked among.
    pub benchmark: Option<String>,
    /// Facts of one sentence share it.
    pub group: u32,
}

fn decimal<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
    let text = String::deserialize(from)?;
    Decimal::from_str_exact(&text).map_err(D::Error::custom)
}

fn word<'de, T: TextEnum, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let text = String::deserialize(from)?;
    T::parse(&text).ok_or_else(|| D::Error::custom(format!("{} `{text}`", T::NAME)))
}

fn optional_word<'de, T: TextEnum, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    let known =
        |text: String| T::parse(&text).ok_or_else(|| D::Error::custom(format!("{} `{text}`", T::NAME)));
    text.map(known).transpose()
}

fn preliminary() -> Status {
    Status::Preliminary
}

fn optional_decimal<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Decimal>, D::Error> {
    decimal(from).map(Some)
}

impl SampleUnit {
    /// One liaison and one leader.
    pub fn contacts(&self) -> [SampleContact; 2] {
        let Self { name, mailbox, .. } = self;
        [
            SampleContact {
                role: ContactRole::Liaison,
                name: format!("{name}联络员"),
                email: format!("{mailbox}@example.org"),
            },
            SampleContact {
                role: ContactRole::Leader,
                name: format!("{name}负责人"),
                email: format!("{mailbox}.leader@example.org"),
            },
        ]
    }
}

/// A target and where it stands.
#[derive(Debug, Clone)]
pub struct Placed<'a> {
    /// None for a goal group of the parent campaign.
    pub sub_campaign: Option<&'a SubCampaign>,
    /// The nodes from the top of its campaign's tree down to the target's own task; never empty.
    pub path: Vec<&'a SampleTask>,
    /// The target.
    pub target: &'a SampleTarget,
}

impl Plan {
    /// Every target once, in the order of the document: the goal groups, then the sub-campaigns.
    pub fn placed_targets(&self) -> Vec<Placed<'_>> {
        let mut found = Vec::new();
        collect(None, &mut Vec::new(), &self.campaign.tasks, &mut found);
        for sub in &self.sub_campaigns {
            collect(Some(sub), &mut Vec::new(), &sub.tasks, &mut found);
        }
        found
    }
}

fn collect<'a>(
    sub_campaign: Option<&'a SubCampaign>,
    path: &mut Vec<&'a SampleTask>,
    tasks: &'a [SampleTask],
    found: &mut Vec<Placed<'a>>,
) {
    for task in tasks {
        path.push(task);
        found.extend(task.targets.iter().map(|target| Placed { sub_campaign, path: path.clone(), target }));
        collect(sub_campaign, path, &task.tasks, found);
        path.pop();
    }
}

#[cfg(test)]
mod tests;
