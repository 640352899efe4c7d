//! The form as the page shows it: each indicator with what the letter says of it, and every mistake with a way to it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Opened;
use super::asked::{Asked, Mode};
use super::form::Typed;
use crate::domain::{Invalid, LetterState};

/// A field that is wrong: its id on the page, what it is called, what is wrong.
#[derive(Serialize)]
pub(super) struct MistakeView {
    id: String,
    label: String,
    detail: String,
}

/// One indicator: what the letter says of it, and its chart as a `data:` address.
#[derive(Serialize)]
pub(super) struct LineView {
    ordinal: u32,
    name: String,
    data_of: String,
    reached: String,
    due_name: String,
    due: String,
    gap: String,
    needed: String,
    picture: Option<String>,
    /// The stage at which its figure is put in with the answer; none where the office puts it in.
    stage: Option<&'static str>,
    /// Whether its block of the form has something in it, or something wrong.
    open: bool,
}

/// What the template calls it.
pub(super) fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Together => "together",
        Mode::Each => "each",
        Mode::Figures => "figures",
    }
}

/// The indicators, those that are answered already unfolded.
pub(super) fn lines(
    opened: &Opened,
    pictures: &[(u32, String)],
    typed: &Typed,
    errors: &BTreeMap<String, String>,
) -> Vec<LineView> {
    let Asked { lines, .. } = &opened.asked;
    let few = lines.len() <= 3;
    (1..)
        .zip(lines)
        .map(|(number, line): (usize, _)| {
            let own = |name: &String| {
                let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
                digits.parse() == Ok(number)
            };
            let said = line.said.clone();
            LineView {
                ordinal: line.ordinal,
                name: line.name.clone(),
                data_of: said.data_of,
                reached: said.reached,
                due_name: said.due_name,
                due: said.due,
                gap: said.gap,
                needed: said.needed,
                stage: opened
                    .figures
                    .iter()
                    .find(|figure| figure.ordinal == line.ordinal)
                    .map(|figure| figure.stage.chinese()),
                picture: pictures.iter().find(|(of, _)| *of == line.ordinal).map(|(_, data)| data.clone()),
                open: few || number == 1 || typed.fields.keys().any(own) || errors.keys().any(own),
            }
        })
        .collect()
}

/// What is wrong, in the order of the page, with a way to each field.
pub(super) fn mistakes(wrong: &[Invalid], state: LetterState) -> Vec<MistakeView> {
    const CALLED: [(&str, &str); 11] = [
        ("value", "应报数据值"),
        ("cause", "原因"),
        ("objection", "对数据的异议"),
        ("action", "整改措施"),
        ("due_on", "时限"),
        ("leader", "负责同志"),
        ("leader_phone", "负责同志的电话"),
        ("person", "填报人"),
        ("phone", "联系电话"),
        ("files", "附件"),
        ("remedies", "整改措施"),
    ];
    let view = |one: &Invalid| {
        let number = one.field.trim_start_matches(|c: char| !c.is_ascii_digit());
        let name = &one.field[..one.field.len() - number.len()];
        let place = CALLED.iter().position(|(known, _)| *known == name).unwrap_or(CALLED.len());
        let label = CALLED.get(place).map_or("内容", |(_, label)| *label);
        let receiver = state == LetterState::Issued && name == "person";
        let (id, label) = match number {
            _ if receiver => ("receiver".to_owned(), "签收人姓名".to_owned()),
            "" => (one.field.clone(), label.to_owned()),
            number if name == "person" => (one.field.clone(), format!("第{number}项责任人")),
            number => (one.field.clone(), format!("第{number}项{label}")),
        };
        let order = (number.parse::<usize>().unwrap_or(if place < 5 { 0 } else { usize::MAX }), place);
        (order, MistakeView { id, label, detail: one.detail.clone() })
    };
    let mut all: Vec<_> = wrong.iter().map(view).collect();
    all.sort_by_key(|(order, _)| *order);
    all.into_iter().map(|(_, view)| view).collect()
}
