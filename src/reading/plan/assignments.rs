//! Who answers for a task: 牵头, 配合, 按职责分工负责, in brackets behind it or on lines of their own.

use super::sentences::{brackets, cut};
use super::unit_names::{UnitList, units};
use super::vocabulary::{
    EITHER_ENDS, EITHER_LABELS, LEAD_ENDS, LEAD_LABELS, OTHER_LABELS, SUPPORT_ENDS, SUPPORT_LABELS,
    before_end, behind_start,
};

/// Offices of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Assignment {
    pub(super) lead: Vec<String>,
    pub(super) support: Vec<String>,
    /// Offices that answer (责任单位): they lead where no other does, which only the last note tells.
    pub(super) either: Vec<String>,
    pub(super) open: bool,
    /// Words of a note that name no office: 完成时限：6月底.
    pub(super) beside: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Lead,
    Support,
    /// Leads where nobody else does.
    Either,
    /// Answers each for its own: helps, leads nobody.
    Other,
}

impl Assignment {
    /// Whether it names no office.
    pub(super) fn is_empty(&self) -> bool {
        self.lead.is_empty() && self.support.is_empty() && self.either.is_empty()
    }

    /// The same with the offices that answer told to lead or to help.
    pub(super) fn settled(mut self) -> Self {
        let either = std::mem::take(&mut self.either);
        let leads = self.lead.is_empty();
        let (lead, support) = if leads { (either, Vec::new()) } else { (Vec::new(), either) };
        self.add(Self { lead, support, ..Self::default() });
        self
    }

    /// Takes over what another says.
    pub(super) fn add(&mut self, other: Self) {
        let lists = [
            (&mut self.lead, other.lead),
            (&mut self.support, other.support),
            (&mut self.either, other.either),
        ];
        for (all, more) in lists {
            for name in more {
                if !all.contains(&name) {
                    all.push(name);
                }
            }
        }
        self.support.retain(|name| !self.lead.contains(name));
        self.open |= other.open;
        self.beside.extend(other.beside);
    }
}

/// The notes of a text, and the text without them.
pub(super) fn without_notes(text: &str) -> (String, Option<Assignment>) {
    let mut rest = String::with_capacity(text.len());
    let mut found: Option<Assignment> = None;
    for line in text.split('\n') {
        let line = line.trim();
        if !rest.is_empty() {
            rest.push('\n');
        }
        if begins_with_label(line)
            && let Some(note) = note(line)
        {
            found.get_or_insert_default().add(note);
            continue;
        }
        let mut start = 0;
        for (open, close) in brackets(line) {
            let inside = &line[open..close];
            let inside = inside.trim_matches(['（', '）', '(', ')']);
            let closes = matches!(line[close..].trim(), "" | "。" | "；");
            let told = if names_roles(inside) {
                note(inside)
            } else if closes {
                bare_list(inside)
            } else {
                None
            };
            let Some(note) = told else { continue };
            rest.push_str(&line[start..open]);
            start = close;
            found.get_or_insert_default().add(note);
        }
        let tail = &line[start..];
        match labelled_tail(tail).and_then(|at| Some((at, note(&tail[at..])?))) {
            Some((at, note)) => {
                rest.push_str(&tail[..at]);
                found.get_or_insert_default().add(note);
            }
            // 。 behind a note ends the sentence before it.
            None if start > 0 => rest.push_str(tail.trim_start_matches('。')),
            None => rest.push_str(tail),
        }
    }
    (rest.trim().to_owned(), found)
}

/// （市工信局、市科技局） at the end of a paragraph, without a word of who leads.
fn bare_list(inside: &str) -> Option<Assignment> {
    const LEVELS: [char; 7] = ['省', '市', '县', '区', '州', '各', '盟'];
    const ENDS: [&str; 14] = [
        "局",
        "厅",
        "委",
        "办",
        "办公室",
        "政府",
        "管委会",
        "委员会",
        "集团",
        "公司",
        "联合会",
        "总工会",
        "街道",
        "海关",
    ];
    let names: Vec<&str> = inside.split(['、', '，']).map(str::trim).collect();
    let office = |name: &&str| {
        (3..=20).contains(&name.chars().count())
            && ENDS.iter().any(|end| name.trim_end_matches('等').ends_with(end))
    };
    let first = inside.starts_with(LEVELS);
    if !first || !names.iter().all(office) {
        return None;
    }
    let list = units(inside);
    (list.odd.is_empty() && !list.units.is_empty()).then(|| Assignment {
        either: list.units,
        open: list.open,
        ..Assignment::default()
    })
}

/// …。牵头单位：省教育厅: where the note begins that ends a line without brackets.
fn labelled_tail(line: &str) -> Option<usize> {
    let sentences = cut(line, |c| matches!(c, '。' | '；'));
    let mut at = 0;
    for sentence in &sentences[..sentences.len().saturating_sub(1)] {
        at += sentence.len();
        if is_labelled(line[at..].trim_start()) {
            return Some(at);
        }
    }
    None
}

fn label(text: &str) -> Option<(Part, &str)> {
    let text = text.trim_start();
    let lists: [(&[&str], Part); 3] =
        [(&LEAD_LABELS, Part::Lead), (&SUPPORT_LABELS, Part::Support), (&EITHER_LABELS, Part::Either)];
    lists.iter().find_map(|(list, part)| {
        let rest = behind_start(text, list)?.trim_start();
        Some((*part, rest.strip_prefix(['：', ':'])?))
    })
}

/// Whether a paragraph begins with 牵头单位：, 完成时限： or their like.
pub(super) fn begins_with_label(text: &str) -> bool {
    let other =
        || behind_start(text, &OTHER_LABELS).is_some_and(|rest| rest.trim_start().starts_with(['：', ':']));
    is_labelled(text) || other()
}

fn is_labelled(text: &str) -> bool {
    label(text).is_some()
}

/// Whether words in brackets may be a note: they say who leads, helps or answers.
fn names_roles(text: &str) -> bool {
    begins_with_label(text)
        || [&LEAD_ENDS, &SUPPORT_ENDS, &EITHER_ENDS]
            .iter()
            .any(|list| list.iter().any(|end| text.ends_with(end) || followed(text, end, '，').is_some()))
        || text.contains("牵头")
}

/// Where `word` first stands with this stop behind it.
fn followed(text: &str, word: &str, stop: char) -> Option<usize> {
    text.match_indices(word).find(|(at, _)| text[at + word.len()..].starts_with(stop)).map(|(at, _)| at)
}

/// Reads the inside of a note; `None` where it names no office after all.
fn note(text: &str) -> Option<Assignment> {
    let mut parts: Vec<(Part, UnitList)> = Vec::new();
    let mut beside = Vec::new();
    let mut last: Option<Part> = None;
    let spaced = labels_apart(text);
    for clause in cut(&spaced, |c| matches!(c, '；' | ';' | '。' | '，' | ',' | '\n')) {
        let clause = clause.trim_matches(|c: char| c.is_whitespace() || "；;。，,、".contains(c));
        if clause.is_empty() {
            continue;
        }
        if let Some((part, list)) = label(clause) {
            parts.push((part, units(list)));
            last = Some(part);
        } else if behind_start(clause, &OTHER_LABELS).is_some() {
            beside.push(clause.to_owned());
            last = None;
        } else {
            for (part, list) in by_ends(clause) {
                match part.or(last) {
                    Some(part) => parts.push((part, units(list))),
                    None => parts.push((Part::Other, units(list))),
                }
            }
        }
    }
    let mut out = Assignment { beside, ..Assignment::default() };
    for (part, list) in parts {
        out.open |= list.open;
        out.beside.extend(list.odd);
        let to = match part {
            Part::Lead => &mut out.lead,
            Part::Either => &mut out.either,
            Part::Support | Part::Other => &mut out.support,
        };
        to.extend(list.units);
    }
    let named = Assignment { beside: Vec::new(), ..out.clone() };
    if named.is_empty() && out.beside.iter().all(|word| behind_start(word, &OTHER_LABELS).is_none()) {
        return None;
    }
    let mut whole = Assignment::default();
    whole.add(out);
    Some(whole)
}

/// 牵头单位：A 责任单位：B: a new line before each label.
fn labels_apart(text: &str) -> String {
    let mut out = text.trim().to_owned();
    if !out.contains(['：', ':']) {
        return out;
    }
    let labels = LEAD_LABELS
        .iter()
        .chain(SUPPORT_LABELS.iter())
        .chain(EITHER_LABELS.iter())
        .chain(OTHER_LABELS.iter());
    for label in labels {
        if !out.contains(label) {
            continue;
        }
        for colon in ['：', ':'] {
            for gap in [' ', '\u{3000}', '、'] {
                out = out.replace(&format!("{gap}{label}{colon}"), &format!("\n{label}{colon}"));
            }
        }
    }
    out
}

/// The offices of a clause by what they are followed by: …牵头负责; …等按职责分工负责.
fn by_ends(clause: &str) -> Vec<(Option<Part>, &str)> {
    let clause = clause.trim_start_matches('由');
    let lists: [(&[&str], Part); 3] =
        [(&LEAD_ENDS, Part::Lead), (&SUPPORT_ENDS, Part::Support), (&EITHER_ENDS, Part::Either)];
    // 省商务厅牵头、省财政厅配合: a leader is named, and the list goes on.
    for end in LEAD_ENDS.iter() {
        if let Some(at) = followed(clause, end, '、') {
            let mut out = vec![(Some(Part::Lead), &clause[..at])];
            out.extend(by_ends(&clause[at + end.len() + '、'.len_utf8()..]));
            return out;
        }
    }
    let longest = lists
        .iter()
        .filter_map(|(list, part)| before_end(clause, list).map(|before| (before, *part)))
        .min_by_key(|(before, _)| before.len());
    match longest {
        Some((before, part)) => vec![(Some(part), before)],
        None => vec![(None, clause)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_say_who_leads_and_who_helps() {
        for (text, lead, support, open) in [
            ("（省甲厅牵头，省乙厅、省丙局等按职责分工负责）", "省甲厅", "省乙厅 省丙局", true),
            ("（省甲厅、省乙厅牵头负责）", "省甲厅 省乙厅", "", false),
            (
                "(牵头单位：市甲局；责任单位：市乙局、各区县人民政府)",
                "市甲局",
                "市乙局 各区县人民政府",
                false,
            ),
            ("（省甲厅、省乙局等按职责分工负责）", "", "省甲厅 省乙局", true),
            ("（责任单位：县甲局）", "县甲局", "", false),
            ("（牵头单位：市甲局 配合单位：市乙局、市丙局）", "市甲局", "市乙局 市丙局", false),
            ("（市甲局牵头，市乙局配合）", "市甲局", "市乙局", false),
            ("（由市甲局牵头、市乙局配合）", "市甲局", "市乙局", false),
            ("（县甲局负责）", "县甲局", "", false),
            ("（市甲局、市乙局）", "市甲局 市乙局", "", false),
            ("\n牵头单位：市甲局\n责任单位：市乙局，市丙局", "市甲局", "市乙局 市丙局", false),
            ("（责任单位：市甲局、市乙局；完成时限：6月底）", "市甲局 市乙局", "", false),
        ] {
            let (rest, found) = without_notes(&format!("完成建设。{text}"));
            let found = found.unwrap().settled();
            assert_eq!(rest.trim_end(), "完成建设。", "{text}");
            assert_eq!(
                (found.lead.join(" "), found.support.join(" "), found.open),
                (lead.into(), support.into(), open),
                "{text}"
            );
        }
    }

    #[test]
    fn brackets_that_name_nobody_stay() {
        for text in [
            "新建充电桩（车位）500个。",
            "建设服务中心（市民公园）。",
            "培训23万人次（其中创业培训11万人次）。",
            "中国（长沙）峰会",
        ] {
            assert_eq!(without_notes(text), (text.to_owned(), None));
        }
    }
}
