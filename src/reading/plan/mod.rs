//! A plan document read as a proposed campaign.
//!
//! `divided` parts the plan from its annexes and signature, `title_page` reads what it is, `outline` makes the tree of its
//! headings, `part` the tasks of one body. `assignments`, `task_forces` and `unit_names` read offices, `promises` targets.

mod assignments;
mod breakdown;
mod divided;
pub(crate) mod marks;
mod outline;
mod part;
mod promises;
pub mod proposal;
pub(crate) mod sentences;
mod task_forces;
mod task_names;
pub(crate) mod title_page;
mod unit_names;
pub(crate) mod vocabulary;

use chrono::Datelike as _;

use crate::document::{Block, Document, Passage, TableCell};
use part::read_part;
use promises::Promises;
pub use proposal::PlanProposal;
use proposal::{ProposedPart, ProposedTarget};
use vocabulary::{PLAN_ENDINGS, before_end};

/// Longest paragraph that is read, in characters.
const PASSAGE_MAX: usize = 20_000;

/// Reads a plan. Never fails: what is no plan proposes little and hands much back.
pub fn read(document: &Document) -> PlanProposal {
    let (blocks, too_long): (Vec<Block>, Vec<Block>) =
        document.blocks.iter().cloned().partition(|block| match block {
            Block::Passage(passage) => passage.text.len() <= PASSAGE_MAX * 3,
            Block::Table(_) => true,
        });
    let mut divided = divided::divided(&blocks);
    let mut page = title_page::title_page(&divided);
    // 附件 alone, without the plan it belongs to.
    if page.title.is_none() && divided.annexes.len() == 1 {
        page.title = divided.annexes[0].title.clone();
        page.name = page.title.clone();
    }
    // A title that is printed as a heading is no section, nor is that of the notice which sends it out.
    let is_title = |block: &&Block| match block {
        Block::Passage(passage) => {
            let titled = page.title.as_deref().is_some_and(|title| same(title, &passage.text));
            passage.level.is_some() && (titled || title_page::is_notice(&passage.text))
        }
        Block::Table(_) => false,
    };
    divided.main.blocks.retain(|block| !is_title(block));
    let year = page.issued_on.map(|day| day.year()).or_else(|| year_of(&page));
    let mut promises = Promises { year, unread: Vec::new() };
    for block in &too_long {
        if let Block::Passage(Passage { place, text, .. }) = block {
            let start: String = text.chars().take(60).collect();
            promises.hand_back(&start, *place, "段落过长，未作解读");
        }
    }
    let mut plan = PlanProposal {
        name: page.name,
        title: page.title,
        doc_no: page.doc_no,
        issuer: page.issuer,
        issued_on: page.issued_on,
        ..PlanProposal::default()
    };
    let whole_name = plan.name.clone().unwrap_or_default();
    let main = read_part(&divided.main.blocks, &whole_name, &mut promises);
    plan.aims = main.part.aims.clone();
    let annexes = divided.annexes.iter().map(|annex| {
        let name = annex.title.as_deref().map(part_name).unwrap_or_default();
        read_part(&annex.blocks, &name, &mut promises).whole()
    });
    let annexes: Vec<ProposedPart> =
        annexes.flatten().filter(|part| !part.tasks.is_empty() || part.task_force.is_some()).collect();
    let mut own = main.part;
    let parts_of_main = main.parts;
    if annexes.is_empty() && parts_of_main.is_empty() {
        own.tasks = main.tasks.into_iter().map(|(_, task)| task).collect();
        own.aims.clear();
        plan.parts.push(own);
    } else {
        plan.parts.extend(parts_of_main);
        plan.parts.extend(annexes);
        let listed: Vec<String> = divided.listed.iter().map(|title| part_name(title)).collect();
        own.tasks = with_overviews(&mut plan.parts, main.tasks, &listed);
        own.aims.clear();
        let place = |part: &ProposedPart| listed.iter().position(|listed| *listed == part.name);
        if plan.parts.iter().all(|part| place(part).is_some()) {
            plan.parts.sort_by_key(place);
        }
        // 综合协调组 of a plan whose tasks stand in annexes.
        if !own.tasks.is_empty() || own.task_force.is_some() {
            plan.parts.insert(0, own);
        }
    }
    plan.unread = promises.unread;
    plan.units = unit_names::named(&all_units(&plan), &text_of(&blocks));
    plan
}

/// The tasks of one table (任务分解表), and what of it was not understood; `year` is the plan's.
pub(crate) fn tasks_of_table(
    rows: &[Vec<TableCell>],
    year: Option<i32>,
) -> (Vec<proposal::ProposedTask>, Vec<proposal::UnreadPhrase>) {
    let mut promises = Promises { year, unread: Vec::new() };
    if !breakdown::is_headed(rows) {
        return (Vec::new(), Vec::new());
    }
    let tasks = breakdown::tasks(rows, &mut promises);
    (tasks, promises.unread)
}

/// A section of the plan that tells in short what an annex says at length is no task of its own: its promises are the annex's.
fn with_overviews(
    parts: &mut Vec<ProposedPart>,
    tasks: Vec<(bool, proposal::ProposedTask)>,
    listed: &[String],
) -> Vec<proposal::ProposedTask> {
    let mut own = Vec::new();
    for (assigned, task) in tasks {
        let bare_name = task.name.trim_start_matches("实施").trim_start_matches("开展").to_owned();
        let of = parts.iter_mut().find(|part| {
            !bare_name.is_empty() && (part.name.contains(&bare_name) || bare_name.contains(&part.name))
        });
        match of {
            Some(part) if !assigned => take_aims(part, task.targets),
            // The annex itself did not come with the file.
            None if !assigned && listed.contains(&bare_name) => {
                let mut part = ProposedPart { name: bare_name, ..ProposedPart::default() };
                take_aims(&mut part, task.targets);
                parts.push(part);
            }
            _ => own.push(task),
        }
    }
    own
}

/// Promises that the part does not make itself.
fn take_aims(part: &mut ProposedPart, targets: Vec<ProposedTarget>) {
    for target in targets {
        let same = |other: &ProposedTarget| {
            let (a, b) = (&target.target, &other.target);
            (a.value, a.value_hi, &a.unit, a.comparator) == (b.value, b.value_hi, &b.unit, b.comparator)
                && (a.indicator.contains(&b.indicator) || b.indicator.contains(&a.indicator))
        };
        let said = part.aims.iter().chain(part.tasks.iter().flat_map(|task| &task.targets)).any(same);
        if !said {
            part.aims.push(target);
        }
    }
}

/// Whether two texts are one but for blanks.
fn same(one: &str, other: &str) -> bool {
    one.chars().filter(|c| !c.is_whitespace()).eq(other.chars().filter(|c| !c.is_whitespace()))
}

/// 内需扩量提效攻坚 of 内需扩量提效攻坚实施方案.
fn part_name(title: &str) -> String {
    let title: String = title.chars().filter(|c| !c.is_whitespace()).collect();
    match before_end(&title, &PLAN_ENDINGS) {
        Some(before)
            if before.chars().count() >= 2 && (title.ends_with("方案") || title.ends_with("计划")) =>
        {
            before.to_owned()
        }
        _ => title,
    }
}

/// The year in the title, else in the number.
fn year_of(page: &title_page::TitlePage) -> Option<i32> {
    [&page.title, &page.doc_no].into_iter().flatten().find_map(|text| {
        let digits = text.split(|c: char| !c.is_ascii_digit());
        digits.filter(|digits| digits.len() == 4).find_map(|digits| digits.parse().ok())
    })
}

fn all_units(plan: &PlanProposal) -> Vec<String> {
    let mut all = Vec::new();
    for part in &plan.parts {
        for task in &part.tasks {
            all.extend(task.lead.iter().chain(&task.support).cloned());
        }
        if let Some(force) = &part.task_force {
            all.extend(force.members.iter().chain(&force.office).cloned());
        }
    }
    all
}

fn text_of(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        if let Block::Passage(passage) = block {
            out.push_str(&passage.text);
            out.push('\n');
        }
    }
    out
}
