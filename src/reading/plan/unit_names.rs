//! Names of offices: taken from lists, and recognised under other names.

use super::proposal::NamedUnit;
use super::sentences::{brackets, cut};
use super::vocabulary::{OPEN_ENDS, UNIT_ENDS, before_end};

/// Longest name of an office, in characters.
const NAME_MAX: usize = 40;

/// Most offices that are compared with one another.
const COMPARED_MAX: usize = 1_500;

/// Most abbreviations that are looked up.
const CALLED_MAX: usize = 500;

/// Offices of a list, and whether it is open.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct UnitList {
    pub(super) units: Vec<String>,
    pub(super) open: bool,
    /// Entries that are no names.
    pub(super) odd: Vec<String>,
}

/// Reads 省发展改革委、省商务厅等.
pub(super) fn units(text: &str) -> UnitList {
    let mut list = UnitList::default();
    let text = text.trim().trim_start_matches(['由', '：', ':']);
    for part in cut(text, |c| matches!(c, '、' | '，' | ',' | '；' | ';' | '/' | '\n')) {
        let part = part.trim_matches(|c: char| c.is_whitespace() || "、，,；;。/：:".contains(c));
        let (part, open) = match before_end(part, &OPEN_ENDS) {
            Some(before) if !before.ends_with('平') => (before.trim_end(), true),
            _ => (part, false),
        };
        list.open |= open;
        for name in joined_by_and(part) {
            let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
            let name = name.trim_start_matches("会同").trim_start_matches("以及").to_owned();
            if name.is_empty() || list.units.contains(&name) {
                continue;
            }
            if is_name(&name) { list.units.push(name) } else { list.odd.push(name) }
        }
    }
    list
}

fn is_name(name: &str) -> bool {
    let length = name.chars().count();
    let outside = match brackets(name).last() {
        Some((start, end)) if *end == name.len() && *start > 0 => &name[..*start],
        _ => name,
    };
    (2..=NAME_MAX).contains(&length)
        && before_end(outside, &UNIT_ENDS).is_some_and(|before| !before.is_empty())
}

/// 省发展改革委和省财政厅 are two, 省工业和信息化厅 is one: what stands before is a name already.
pub(super) fn joined_by_and(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    for word in ["以及", "会同", "和", "及", "与"] {
        for (at, _) in text.match_indices(word) {
            let (before, behind) = (&text[start..at.max(start)], &text[at + word.len()..]);
            if at > start && is_name(before) && is_name(behind) && !held_together(before, behind) {
                out.push(before);
                start = at + word.len();
            }
        }
        if start > 0 {
            break;
        }
    }
    out.push(&text[start..]);
    out
}

/// 市委社会工作部和…, 文化和旅游局: a second half that has no place of its own belongs to the first.
fn held_together(before: &str, behind: &str) -> bool {
    let placed = |text: &str| {
        text.starts_with(['省', '市', '县', '区', '州', '各', '国', '中', '镇', '乡', '有', '相', '其'])
            || text.contains("人民政府")
            || text.contains("分行")
            || text.contains("公司")
            || text.contains("监管")
    };
    placed(before) && !placed(behind)
}

/// The offices of a document, each once, with what else they are called.
pub(super) fn named(all: &[String], text: &str) -> Vec<NamedUnit> {
    let mut names: Vec<String> = Vec::new();
    for name in all {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let called = called(&names, text);
    if names.len() > COMPARED_MAX {
        return names.into_iter().map(|name| NamedUnit { name, aliases: Vec::new() }).collect();
    }
    // Which name each is another form of: the one longer name that has its characters in their order.
    let whole: Vec<Option<usize>> = names
        .iter()
        .enumerate()
        .map(|(at, short)| {
            let mut longer =
                names.iter().enumerate().filter(|(other, long)| *other != at && shortens(short, long));
            let first = longer.next().map(|(other, _)| other);
            if longer.next().is_some() { None } else { first }
        })
        .collect();
    let mut out: Vec<NamedUnit> = Vec::new();
    for (at, name) in names.iter().enumerate().filter(|(at, _)| whole[*at].is_none()) {
        let mut aliases: Vec<String> = names
            .iter()
            .enumerate()
            .filter(|(other, _)| whole[*other] == Some(at))
            .map(|(_, alias)| alias.clone())
            .collect();
        for (_, short) in called.iter().filter(|(of, _)| *of == at) {
            if short != name && !aliases.iter().any(|alias| alias == short) {
                aliases.push((*short).to_owned());
            }
        }
        out.push(NamedUnit { name: name.clone(), aliases });
    }
    for (at, name) in names.iter().enumerate() {
        // A form of a form: 省发改委, 省发展改革委, 省发展和改革委员会.
        let known = out.iter().any(|unit| unit.name == *name || unit.aliases.contains(name));
        if !known {
            match whole[at]
                .and_then(|long| whole[long])
                .and_then(|top| out.iter_mut().find(|u| u.name == names[top]))
            {
                Some(unit) => unit.aliases.push(name.clone()),
                None => out.push(NamedUnit { name: name.clone(), aliases: Vec::new() }),
            }
        }
    }
    out
}

/// 省发展和改革委员会（以下简称省发展改革委）: names and what they are called from there on.
fn called<'a>(names: &[String], text: &'a str) -> Vec<(usize, &'a str)> {
    let mut out = Vec::new();
    for (at, word) in text.match_indices("简称").take(CALLED_MAX) {
        let before = text[..at].trim_end_matches("以下").trim_end_matches(['（', '(']);
        let Some(end) = text[at..].find(['）', ')']) else { continue };
        let short = &text[at + word.len()..at + end];
        let short = short.trim_matches(|c: char| c.is_whitespace() || "“”：:".contains(c));
        let longest = names.iter().enumerate().filter(|(_, name)| before.ends_with(name.as_str()));
        if let Some((name, _)) = longest.max_by_key(|(_, name)| name.len())
            && !short.is_empty()
        {
            out.push((name, short));
        }
    }
    out
}

/// Whether `short` is a shorter form of `long`: same first and last character (委 for 委员会), the others in their order.
fn shortens(short: &str, long: &str) -> bool {
    let form = |name: &str| -> Vec<char> { name.replace("委员会", "委").chars().collect() };
    let (short, long) = (form(short), form(long));
    if short.len() < 3
        || short.len() > long.len()
        || short.first() != long.first()
        || short.last() != long.last()
    {
        return false;
    }
    // 省委 of a party and 省发展改革委 share ends; what is left between must be of the name itself.
    let mut rest = long.iter();
    short.iter().all(|c| rest.any(|other| other == c)) && !short.contains(&'各')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_cut_between_offices_and_not_within() {
        let of = |text: &str| {
            let list = units(text);
            (list.units.join(" "), list.open)
        };
        for (text, names, open) in [
            ("省发展改革委、省商务厅", "省发展改革委 省商务厅", false),
            ("省工业和信息化厅、省文化和旅游厅等", "省工业和信息化厅 省文化和旅游厅", true),
            ("省发展改革委和省财政厅", "省发展改革委 省财政厅", false),
            ("市住房和城乡建设局", "市住房和城乡建设局", false),
            ("各市州和县市区人民政府", "各市州 县市区人民政府", false),
            ("市发展改革委（市能源局）、市财政局等有关部门", "市发展改革委（市能源局） 市财政局", true),
            ("国网湖南省电力公司，人民银行湖南省分行", "国网湖南省电力公司 人民银行湖南省分行", false),
        ] {
            assert_eq!(of(text), (names.to_owned(), open), "{text}");
        }
    }

    #[test]
    fn shorter_forms_are_other_names() {
        let all = ["省发展改革委", "省发改委", "省工业和信息化厅", "省工信厅", "省水利厅", "省教育厅"]
            .map(str::to_owned);
        let named = named(&all, "");
        let shown: Vec<String> =
            named.iter().map(|unit| format!("{}={}", unit.name, unit.aliases.join("|"))).collect();
        assert_eq!(shown, ["省发展改革委=省发改委", "省工业和信息化厅=省工信厅", "省水利厅=", "省教育厅="]);
    }
}
