//! One body of a plan, the plan itself or an annex: its aims, its tasks with who answers for them, its 专班.

use super::assignments::{Assignment, without_notes};
use super::breakdown;
use super::outline::{Node, Outline, Piece, outline};
use super::promises::{Promises, Scope, has_number};
use super::proposal::{ProposedPart, ProposedTarget, ProposedTask};
use super::sentences::clauses;
use super::task_forces::task_force;
use super::task_names;
use super::vocabulary::{AIMS, FRAME, ORGANISATION, has};
use crate::document::Block;

/// Longest heading of a section that is told by its words, in characters.
const SECTION_MAX: usize = 16;

/// A body as it was read.
#[derive(Debug, Default)]
pub(super) struct ReadPart {
    /// Its name, aims and 专班.
    pub(super) part: ProposedPart,
    /// Its tasks, and whether offices are named for them.
    pub(super) tasks: Vec<(bool, ProposedTask)>,
    /// Sections that are sub-plans of their own, with aims and tasks.
    pub(super) parts: Vec<ProposedPart>,
}

impl ReadPart {
    /// The part with its tasks, and those within it.
    pub(super) fn whole(mut self) -> Vec<ProposedPart> {
        self.part.tasks = self.tasks.into_iter().map(|(_, task)| task).collect();
        let mut all = self.parts;
        if all.is_empty() || !self.part.tasks.is_empty() || self.part.task_force.is_some() {
            all.insert(0, self.part);
        }
        all
    }
}

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Aims,
    Frame,
    Organisation,
    Tasks,
}

struct Reader<'a, 'b> {
    outline: &'a Outline<'b>,
    names: Vec<String>,
    promises: &'a mut Promises,
    /// The section that is read as a sub-plan.
    whole: Option<usize>,
    /// One section only has the tasks; its heading says nothing of them.
    one_topic: bool,
    read: ReadPart,
    /// Headings whose tasks stand in a table.
    tabled: Vec<usize>,
}

/// Reads a body.
pub(super) fn read_part(blocks: &[&Block], name: &str, promises: &mut Promises) -> ReadPart {
    let outline = outline(blocks);
    let mut names = vec![String::new(); outline.nodes.len()];
    let groups = std::iter::once(&outline.roots).chain(outline.nodes.iter().map(|node| &node.children));
    for group in groups {
        for (node, name) in task_names::names(&outline, group) {
            names[node] = name;
        }
    }
    let read =
        ReadPart { part: ProposedPart { name: name.to_owned(), ..Default::default() }, ..Default::default() };
    let mut tabled: Vec<usize> = Vec::new();
    let mut of_tables = Vec::new();
    for (below, rows) in &outline.tables {
        let tasks = breakdown::tasks(rows, promises);
        if !tasks.is_empty() {
            tabled.extend(below);
        }
        of_tables.extend(tasks.into_iter().map(|task| (true, task)));
    }
    let mut reader =
        Reader { outline: &outline, names, promises, whole: None, one_topic: false, tabled, read };
    let topics = outline.roots.iter().filter(|root| reader.told(**root).is_none()).take(2).count();
    reader.one_topic = topics == 1 && outline.roots.len() > 1;
    reader.opening();
    for &root in &outline.roots {
        if reader.is_sub_plan(root) {
            reader.sub_plan(root);
        } else {
            reader.section(root, Section::Tasks, &Assignment::default());
        }
    }
    reader.read.tasks.extend(of_tables);
    reader.read
}

impl Reader<'_, '_> {
    fn node(&self, node: usize) -> &Node {
        &self.outline.nodes[node]
    }

    /// What stands before the first heading: paragraphs for which offices answer are tasks, figures are aims.
    fn opening(&mut self) {
        let outline = self.outline;
        for piece in &outline.opening {
            self.force(&piece.text);
            let (text, note) = without_notes(&piece.text);
            match note.filter(|note| !note.is_empty()) {
                Some(note) => {
                    let start = clauses(&text)
                        .first()
                        .map(|start| start.trim_end_matches(['，', '。', '：']).to_owned());
                    self.task(None, start.unwrap_or_default(), &[piece], note);
                }
                // Titles and numbers of documents are no prose.
                None if text.contains('。') => {
                    let aims = self.promises.read(&text, piece.place, "", Scope::Opening);
                    self.read.part.aims.extend(aims);
                }
                None => {}
            }
        }
    }

    fn force(&mut self, text: &str) -> bool {
        let told = ["专班", "召集人", "成员单位", "领导小组", "指挥部", "协调组", "组长"];
        if !has(text, &told) {
            return false;
        }
        let Some(read) = task_force(text) else {
            return false;
        };
        let force = self.read.part.task_force.get_or_insert_default();
        if force.convener.is_none() {
            force.convener = read.convener;
        }
        if force.office.is_none() {
            force.office = read.office;
        }
        if force.deputies.is_empty() {
            force.deputies = read.deputies;
        }
        if force.members.is_empty() {
            force.members = read.members;
            force.open = read.open;
        }
        true
    }

    /// What the heading of a section says it is.
    fn told(&self, node: usize) -> Option<Section> {
        if self.outline.path(node).len() > 2 {
            return None;
        }
        let name = &self.names[node];
        let length = name.chars().count();
        if length > SECTION_MAX {
            return None;
        }
        if has(name, &AIMS) || name.contains("目标") && !name.contains("任务") {
            return Some(Section::Aims);
        }
        if name.contains("目标") {
            // 目标任务 are tasks where offices answer for them.
            let named = |node: usize| !assigned(&self.node(node).pieces).0.is_empty();
            return (!self.outline.below(node).into_iter().any(named)).then_some(Section::Aims);
        }
        if has(name, &FRAME) {
            return Some(Section::Frame);
        }
        has(name, &ORGANISATION).then_some(Section::Organisation)
    }

    /// 一、经济增长好 with （一）工作目标 and （二）重点任务 in it.
    fn is_sub_plan(&self, root: usize) -> bool {
        let children = &self.node(root).children;
        let aims = children.iter().any(|child| self.told(*child) == Some(Section::Aims));
        aims && self.told(root).is_none() && children.len() > 1
    }

    fn sub_plan(&mut self, root: usize) {
        let part = ProposedPart { name: self.names[root].clone(), ..ProposedPart::default() };
        let outer = std::mem::replace(&mut self.read, ReadPart { part, ..ReadPart::default() });
        self.whole = Some(root);
        self.section(root, Section::Tasks, &Assignment::default());
        self.whole = None;
        let inner = std::mem::replace(&mut self.read, outer);
        self.read.parts.extend(inner.whole());
    }

    fn section(&mut self, node: usize, inherited: Section, above: &Assignment) {
        if self.node(node).parent.is_none() && self.promises.looks_back(&self.names[node]) {
            return;
        }
        let section = self.told(node).unwrap_or(inherited);
        match section {
            Section::Aims => self.aims(node),
            Section::Frame => {
                self.figures_of(node);
                for child in self.node(node).children.clone() {
                    self.section(child, section, above);
                }
            }
            Section::Organisation => self.organisation(node),
            Section::Tasks => self.tasks(node, above),
        }
    }

    fn aims(&mut self, node: usize) {
        let outline = self.outline;
        for below in outline.below(node) {
            for (index, piece) in outline.nodes[below].pieces.iter().enumerate() {
                if index == 0 && piece.text == self.names[below] {
                    continue;
                }
                let (text, _) = without_notes(&piece.text);
                let aims = self.promises.read(&text, piece.place, "", Scope::Promises);
                self.read.part.aims.extend(aims);
            }
        }
    }

    /// Figures in paragraphs that belong to a section as a whole.
    fn figures_of(&mut self, node: usize) {
        let outline = self.outline;
        for piece in &outline.nodes[node].pieces {
            let (text, _) = without_notes(&piece.text);
            let aims = self.promises.read(&text, piece.place, "", Scope::Figures);
            self.read.part.aims.extend(aims);
        }
    }

    fn organisation(&mut self, node: usize) {
        let outline = self.outline;
        for below in outline.below(node) {
            let pieces = &outline.nodes[below].pieces;
            let lines: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
            if self.force(&lines.join("\n")) {
                continue;
            }
            let note = assigned(pieces).0;
            if !note.is_empty() && outline.nodes[below].children.is_empty() {
                let all: Vec<&Piece> = pieces.iter().collect();
                self.task(self.heading_of(below), self.names[below].clone(), &all, note);
                continue;
            }
            for piece in pieces {
                self.promises.numbers_of(&piece.text, piece.place, "组织保障部分的数字，未作为目标");
            }
        }
    }

    fn tasks(&mut self, node: usize, above: &Assignment) {
        let outline = self.outline;
        let Node { children, pieces, .. } = &outline.nodes[node];
        let lines: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
        // 二、实施内容 above a table of tasks is none itself.
        if self.tabled.contains(&node) && children.is_empty() && pieces.len() == 1 {
            return;
        }
        let joined = lines.join("\n");
        if joined.contains("专班") && joined.contains("召集人") && self.force(&joined) {
            return;
        }
        let (mut note, _) = assigned(pieces);
        if note.is_empty() && note.beside.is_empty() {
            note = above.clone();
        }
        if children.is_empty() || self.is_one(node) {
            let all: Vec<&Piece> =
                outline.below(node).into_iter().flat_map(|below| &outline.nodes[below].pieces).collect();
            if !children.is_empty() {
                let own: Vec<Piece> = all.iter().map(|piece| (*piece).clone()).collect();
                note = assigned(&own).0;
            }
            self.task(self.heading_of(node), self.names[node].clone(), &all, note);
            return;
        }
        self.figures_of(node);
        for &child in children {
            self.section(child, Section::Tasks, &note);
        }
    }

    /// Whether a heading with steps below it is one task: it has offices and the steps have none, or only the last has.
    fn is_one(&self, node: usize) -> bool {
        let Node { children, pieces, .. } = self.node(node);
        let steps = children.iter().all(|child| self.node(*child).rank >= 4);
        let named = |node: usize| {
            self.outline.below(node).into_iter().any(|below| !assigned(&self.node(below).pieces).0.is_empty())
        };
        if !steps {
            return false;
        }
        let own = !assigned(pieces).0.is_empty();
        let Some((last, before)) = children.split_last() else {
            return true;
        };
        let before_named = before.iter().any(|child| named(*child));
        match (own, before_named, named(*last)) {
            (true, false, false) => true,
            (false, false, true) => !before.is_empty(),
            (false, false, false) => self.node(node).rank >= 3,
            _ => false,
        }
    }

    /// The section a task stands in: below a heading that only says 任务 the next one.
    fn heading_of(&self, node: usize) -> Option<String> {
        let path = self.outline.path(node);
        let path = if path.first() == self.whole.as_ref() { &path[1..] } else { &path[..] };
        let general = |node: usize| {
            if self.one_topic && self.whole.is_none() {
                return true;
            }
            let name = &self.names[node];
            ["任务", "重点", "举措", "措施", "行动"].iter().any(|word| name.ends_with(word))
                && name.chars().count() <= 10
        };
        let at = match path {
            [_] | [] => return None,
            [root, next, _, ..] if general(*root) => *next,
            [root, ..] => *root,
        };
        Some(self.names[at].clone())
    }

    fn task(&mut self, section: Option<String>, name: String, pieces: &[&Piece], note: Assignment) {
        let Some(first) = pieces.first() else { return };
        let note = note.settled();
        if name.is_empty() {
            return;
        }
        let mut text = String::new();
        let mut targets: Vec<ProposedTarget> = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            if index > 0 {
                text.push('\n');
                text.push_str(&piece.number);
            }
            text.push_str(&piece.text);
            let (prose, _) = without_notes(&piece.text);
            // 促进收入合理增长。 as a heading names what the text says.
            let heading = prose.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix('。'));
            match heading.filter(|_| index == 0) {
                Some(rest) => {
                    targets.extend(self.promises.read(&name, piece.place, "", Scope::Figures));
                    targets.extend(self.promises.read(rest, piece.place, &name, Scope::Promises));
                }
                None => targets.extend(self.promises.read(&prose, piece.place, &name, Scope::Promises)),
            }
        }
        for word in &note.beside {
            if has_number(word) {
                self.promises.hand_back(word, first.place, "时限，目标没有单列的日期");
            } else if word.chars().count() > 1 && !word.contains(['：', ':']) {
                self.promises.hand_back(word, first.place, "责任分工中未能识别为单位的文字");
            }
        }
        let place = first.place;
        let assigned = !note.is_empty();
        let Assignment { lead, support, open, .. } = note;
        self.read.tasks.push((
            assigned,
            ProposedTask {
                section,
                name,
                text,
                place,
                lead,
                support,
                open,
                due: None,
                due_place: None,
                targets,
            },
        ));
    }
}

/// Who answers by the notes of these paragraphs, and whether a note stands on a line of its own.
fn assigned(pieces: &[Piece]) -> (Assignment, bool) {
    let mut all = Assignment::default();
    let mut alone = false;
    for piece in pieces {
        let (rest, note) = without_notes(&piece.text);
        if let Some(note) = note {
            alone |= rest.is_empty();
            all.add(note);
        }
    }
    (all, alone)
}
