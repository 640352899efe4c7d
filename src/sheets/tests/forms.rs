//! The form of a month goes out and comes back.

use rust_decimal::Decimal;
use xushi_domain::{Figure, Status};

use super::writing::{cells, day};
use crate::{FormLine, MonthForm, SheetLines, marked_form, returned, written};

fn line(key: &str, indicator: &str, unit: &str, figure: Figure, due: bool) -> FormLine {
    FormLine {
        key: key.to_owned(),
        office: "市商务局".to_owned(),
        task: "激发消费潜力".to_owned(),
        indicator: indicator.to_owned(),
        region: "临江市".to_owned(),
        unit: unit.to_owned(),
        figure,
        target: "增长6%".to_owned(),
        last: Some((day(2026, 8, 31), Decimal::new(3425, 1))),
        due,
    }
}

pub(super) fn form() -> MonthForm {
    MonthForm {
        campaign: "临江市“开门红”攻坚行动".to_owned(),
        of_unit: Some("市商务局".to_owned()),
        from: day(2026, 1, 1),
        until: day(2026, 9, 30),
        due_on: Some(day(2026, 10, 8)),
        mark: "0199-campaign|2026-09".to_owned(),
        lines: vec![
            line("k1", "社会消费品零售总额", "亿元", Figure::Level, true),
            line("k2", "社会消费品零售总额", "亿元", Figure::Yoy, true),
            line("k3", "实际使用外资", "亿美元", Figure::Level, false),
            line("k4", "综合排名", "", Figure::Rank, false),
        ],
    }
}

/// The form as text, with what a unit wrote into the cells of these rows: value, status, note.
fn filled(entries: &[(usize, &str, &str, &str)]) -> SheetLines {
    let bytes = written(&[form().sheet()], day(2026, 10, 1)).unwrap();
    let mut lines = cells(&bytes).remove(0);
    for (row, value, status, note) in entries {
        let cells = &mut lines.rows[2 + row];
        for (at, text) in [(11, value), (12, status), (13, note)] {
            cells[at] = (*text).to_owned();
        }
    }
    lines
}

#[test]
fn a_form_comes_back_by_its_keys() {
    let lines = filled(&[
        (1, "385.6", "实际", ""),
        (2, "5.5%", "预计", "初步核算"),
        (3, "", "", "海关尚未反馈"),
        (4, "第3位", "", ""),
    ]);
    let form = returned(&lines).unwrap();
    assert_eq!(form.mark, "0199-campaign|2026-09");
    assert_eq!(form.refused, []);
    let told: Vec<_> = form
        .figures
        .iter()
        .map(|figure| {
            let value = figure.value.map(|value| value.to_string());
            (figure.key.as_str(), value, figure.status, figure.note.as_deref(), figure.cell.as_str())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("k1", Some("385.6".to_owned()), Status::Preliminary, None, "L4"),
            ("k2", Some("5.5".to_owned()), Status::Forecast, Some("初步核算"), "L5"),
            ("k3", None, Status::Preliminary, Some("海关尚未反馈"), "L6"),
            ("k4", Some("3".to_owned()), Status::Preliminary, None, "L7"),
        ]
    );
    assert_eq!(returned(&filled(&[])).unwrap().figures, [], "what is left empty says nothing");
}

#[test]
fn what_is_wrong_is_told_by_its_cell() {
    let mut lines = filled(&[(1, "38万千瓦", "实际", ""), (2, "5.5", "大概", ""), (3, "约3", "", "")]);
    // A row that was put in, and one that was copied.
    let mut inserted = vec![String::new(); 14];
    inserted[11] = "12".to_owned();
    lines.rows.push(inserted);
    let mut copied = lines.rows[3].clone();
    copied[11] = "40".to_owned();
    lines.rows.push(copied);
    let form = returned(&lines).unwrap();
    let told: Vec<_> =
        form.refused.iter().map(|refused| (refused.cell.as_str(), refused.why.as_str())).collect();
    assert_eq!(
        told,
        [
            ("L4", "“38万千瓦”的单位与指标口径的单位亿元不能换算，请核对。"),
            ("M5", "数据性质应为“实际”或“预计”。"),
            ("L6", "“约3”不是单独的数值。请只填数字，如5.5；需要说明的写在“说明”一列。"),
            ("L8", "这一行没有编号，可能是新插入的行，未读取。请在原有的行里填写。"),
            ("L9", "与第4行是同一项，不能填报两次。请删去一行。"),
        ]
    );
    assert_eq!(form.figures, []);
    // It goes back with what is wrong marked, and is the same form when it comes again.
    let again = written(&[marked_form(&lines, &form.refused).unwrap()], day(2026, 10, 9)).unwrap();
    let again = cells(&again).remove(0);
    assert_eq!((&again.rows[0], &again.rows[2..]), (&lines.rows[0], &lines.rows[2..]));
    assert_eq!(returned(&again), Some(form));
    let mut moved = filled(&[]);
    for row in &mut moved.rows {
        row.insert(3, String::new());
    }
    let form = returned(&moved).unwrap();
    assert_eq!(form.refused[0].cell, "D3");
    assert_eq!(returned(&SheetLines { name: "表".to_owned(), rows: vec![vec!["指标".to_owned()]] }), None);
}
