//! 专班: who convenes, who are its members, where its office is.

use super::proposal::ProposedTaskForce;
use super::sentences::cut;
use super::unit_names::{joined_by_and, units};
use super::vocabulary::{PERSON_ENDS, before_end};

/// Reads the 专班 that `text` sets up, if it does.
pub(super) fn task_force(text: &str) -> Option<ProposedTaskForce> {
    if !text.contains("召集人")
        && !text.contains("成员单位")
        && !text.contains("组长")
        && !text.contains("指挥长")
        && !text.contains("办公室设在")
    {
        return None;
    }
    let mut force = ProposedTaskForce::default();
    for clause in cut(text, |c| matches!(c, '，' | '。' | '；' | ',' | ';' | '\n')) {
        let clause = clause.trim_matches(|c: char| c.is_whitespace() || "，。；,;".contains(c));
        if let Some(place) = behind(clause, &["办公室设在", "办公室设于", "办公室设立在"]) {
            let place = place.trim_start_matches(['：', ':']);
            force.office.get_or_insert_with(|| place.to_owned());
        } else if let Some(list) = members(clause) {
            let list = units(list);
            force.open |= list.open;
            extend(&mut force.members, list.units.into_iter().chain(list.odd));
        } else if let Some(who) = in_charge(clause, &["副召集人", "副组长", "副总召集人", "副指挥长"])
        {
            for part in cut(who, |c| c == '、') {
                let part = part.trim_matches(|c: char| c.is_whitespace() || "、由".contains(c));
                let part = before_end(part, &PERSON_ENDS).unwrap_or(part);
                let units = joined_by_and(part)
                    .into_iter()
                    .map(|unit| before_end(unit, &PERSON_ENDS).unwrap_or(unit));
                extend(&mut force.deputies, units.filter(|unit| !unit.is_empty()).map(str::to_owned));
            }
        } else if let Some(who) = in_charge(clause, &["总召集人", "召集人", "组长", "总指挥长", "指挥长"])
        {
            force.convener.get_or_insert_with(|| who.to_owned());
        }
    }
    (force != ProposedTaskForce::default()).then_some(force)
}

fn extend(all: &mut Vec<String>, more: impl Iterator<Item = String>) {
    for name in more {
        if !all.contains(&name) {
            all.push(name);
        }
    }
}

fn behind<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| text.split_once(word).map(|(_, rest)| rest)).filter(|rest| !rest.is_empty())
}

/// 成员单位包括…等; …等为成员单位; 成员单位：….
fn members(clause: &str) -> Option<&str> {
    for end in ["为成员单位", "等单位为成员", "为成员", "作为成员单位", "任成员", "担任成员"]
    {
        if let Some(list) = clause.strip_suffix(end) {
            return Some(list);
        }
    }
    let list = behind(
        clause,
        &[
            "成员单位包括",
            "成员单位为",
            "成员单位由",
            "成员单位有",
            "成员单位：",
            "成员单位:",
            "成员包括",
            "成员由",
            "成员：",
            "成员:",
        ],
    )?;
    let list = list.strip_suffix("组成").unwrap_or(list);
    Some(before_end(list, &PERSON_ENDS).unwrap_or(list))
}

/// 由…担任召集人; 召集人：…; 召集人由…担任.
fn in_charge<'a>(clause: &'a str, titles: &[&str]) -> Option<&'a str> {
    for title in titles {
        for verb in ["担任", "任", "为"] {
            if let Some(before) = clause.strip_suffix(title).and_then(|before| before.strip_suffix(verb)) {
                let before = before.rsplit_once('由').map_or(before, |(_, who)| who);
                return Some(before.trim()).filter(|who| !who.is_empty());
            }
        }
        if let Some(behind) = clause.strip_prefix(title) {
            let behind = behind.trim_start_matches(['：', ':', '由']).trim();
            let behind = behind.strip_suffix("担任").unwrap_or(behind);
            return Some(behind).filter(|who| !who.is_empty());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_force_is_read_in_any_of_its_forms() {
        let expected = ProposedTaskForce {
            convener: Some("副市长".to_owned()),
            deputies: vec!["市甲局".to_owned(), "市乙局".to_owned()],
            members: vec!["市甲局".to_owned(), "市丙局".to_owned(), "各区县人民政府".to_owned()],
            open: false,
            office: Some("市甲局".to_owned()),
        };
        for text in [
            "成立工作专班，由副市长担任召集人，市甲局、市乙局主要负责人任副召集人，成员单位包括市甲局、市丙局、各区县人民政府，专班办公室设在市甲局，负责日常工作。",
            "成立工作专班，副市长任召集人，市甲局、市乙局主要负责同志任副召集人，市甲局、市丙局、各区县人民政府为成员单位。工作专班办公室设在市甲局。",
            "召集人：副市长\n副召集人：市甲局、市乙局\n成员单位：市甲局、市丙局、各区县人民政府\n办公室设在市甲局",
        ] {
            assert_eq!(task_force(text), Some(expected.clone()), "{text}");
        }
    }
}
