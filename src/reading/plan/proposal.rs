//! What is read out of a plan. A person looks at each of it beside its sentence before it counts.

use chrono::NaiveDate;
use xushi_domain::phrase::PhraseTarget;

use crate::document::Place;

/// A campaign as a document proposes it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanProposal {
    /// What the campaign is called: 七大攻坚 of 《…实施“七大攻坚”总体方案》, else the title.
    pub name: Option<String>,
    /// The title of the plan.
    pub title: Option<String>,
    /// 文号.
    pub doc_no: Option<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// The day it bears.
    pub issued_on: Option<NaiveDate>,
    /// What the whole is to reach.
    pub aims: Vec<ProposedTarget>,
    /// Sub-plans; a plan without any is its own only one.
    pub parts: Vec<ProposedPart>,
    /// The offices named, in the order of their first naming.
    pub units: Vec<NamedUnit>,
    /// What was not understood, or says something that a target has no room for.
    pub unread: Vec<UnreadPhrase>,
}

impl PlanProposal {
    /// Why what was read is no plan, for the person who chose the file; `None` for a plan.
    pub fn no_plan(&self) -> Option<&'static str> {
        const REPORTS: [&str; 8] = ["月报", "专刊", "专报", "通报", "简报", "快报", "公报", "周报"];
        let title = self.title.as_deref().unwrap_or_default();
        if REPORTS.iter().any(|kind| title.ends_with(kind)) {
            return Some("这是月报、通报一类的报告，不是方案。请用read-report解读。");
        }
        let chinese = |text: &str| text.chars().any(|c| matches!(c, '\u{4e00}'..='\u{9fff}'));
        let answered = |task: &ProposedTask| {
            chinese(&task.name)
                && !(task.lead.is_empty() && task.support.is_empty() && task.targets.is_empty())
        };
        let promises = !self.aims.is_empty() || self.parts.iter().any(|part| !part.aims.is_empty());
        let works = self.parts.iter().flat_map(|part| &part.tasks).any(answered);
        let forces = self.parts.iter().any(|part| part.task_force.is_some());
        (!promises && !works && !forces).then_some(
            "没有读出任务、目标或责任单位，不像是方案。请检查是否选错了文件；月报、通报请用read-report解读。",
        )
    }
}

/// A sub-plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProposedPart {
    /// Its name, without 实施方案.
    pub name: String,
    /// What it is to reach as a whole.
    pub aims: Vec<ProposedTarget>,
    /// Its tasks.
    pub tasks: Vec<ProposedTask>,
    /// The 专班 that steers it.
    pub task_force: Option<ProposedTaskForce>,
}

/// A task.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposedTask {
    /// The section it stands in.
    pub section: Option<String>,
    /// Its heading, without the number.
    pub name: String,
    /// All of its text, paragraphs one a line.
    pub text: String,
    /// Where it begins.
    pub place: Place,
    /// Offices that lead.
    pub lead: Vec<String>,
    /// Offices that help.
    pub support: Vec<String>,
    /// The list of offices is open (…等).
    pub open: bool,
    /// By when, where a table tells.
    pub due: Option<NaiveDate>,
    /// Where that is told.
    pub due_place: Option<Place>,
    /// What it promises.
    pub targets: Vec<ProposedTarget>,
}

/// A 专班.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProposedTaskForce {
    /// 召集人, as written.
    pub convener: Option<String>,
    /// Offices (or persons) of the 副召集人.
    pub deputies: Vec<String>,
    /// 成员单位.
    pub members: Vec<String>,
    /// The list of members is open.
    pub open: bool,
    /// Where its office is.
    pub office: Option<String>,
}

/// A promise with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposedTarget {
    /// As the domain reads it.
    pub target: PhraseTarget,
    /// The words it was read from.
    pub phrase: String,
    /// Where they stand.
    pub place: Place,
}

/// An office and what else it is called in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedUnit {
    /// Its longest name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
}

/// Words that are handed back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadPhrase {
    /// The words.
    pub text: String,
    /// Where they stand.
    pub place: Place,
    /// Why they are handed back.
    pub why: &'static str,
}
