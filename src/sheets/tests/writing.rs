//! Lists are written as they are meant.

use chrono::NaiveDate;
use xushi_domain::Grade;
use xushi_reading::sheet;

use crate::{
    CellMark, ColumnKind, Sheet, SheetColumn, SheetError, SheetLines, SheetRow, SheetValue, marked_copy,
    sheet_lists, written,
};

pub(super) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// The cells of written sheets as text, by the reader.
pub(super) fn cells(bytes: &[u8]) -> Vec<SheetLines> {
    let lines = |sheet: sheet::SheetRows| SheetLines {
        name: sheet.name,
        rows: sheet.rows.into_iter().map(|row| row.into_iter().map(|cell| cell.text).collect()).collect(),
    };
    sheet::cells(bytes).unwrap().into_iter().map(lines).collect()
}

fn number(text: &str) -> SheetValue {
    SheetValue::Number(text.parse().unwrap())
}

fn one(columns: Vec<SheetColumn>, rows: Vec<Vec<SheetValue>>) -> Sheet {
    Sheet {
        name: "表".to_owned(),
        title: "临江市表".to_owned(),
        note: "截至2026年9月30日".to_owned(),
        columns,
        rows: rows.into_iter().map(SheetRow::new).collect(),
        ..Sheet::default()
    }
}

#[test]
fn values_come_back_as_they_were() {
    let columns = vec![
        SheetColumn::new("文字", ColumnKind::Text),
        SheetColumn::new("数", ColumnKind::Number { places: 1 }),
        SheetColumn::new("日", ColumnKind::Date),
        SheetColumn::new("等级", ColumnKind::Grade),
    ];
    let rows = vec![
        vec!["=1+1".into(), number("1234567.125"), day(2026, 9, 30).into(), Grade::Behind.into()],
        vec!["@甲\n乙\u{b}".into(), number("-0.05"), SheetValue::Empty, Grade::NoData.into()],
        // More digits than a spreadsheet holds: text.
        vec!["3月5日".into(), number("123456789012345678.9"), SheetValue::Empty],
        vec!["013".into(), number("100")],
    ];
    let bytes = written(&[one(columns, rows)], day(2026, 11, 29)).unwrap();
    let read = cells(&bytes);
    assert_eq!(
        read[0].rows[2..],
        [
            ["文字", "数", "日", "等级"],
            ["=1+1", "1234567.125", "2026年9月30日", "滞后"],
            ["@甲\n乙", "-0.05", "", "缺数据"],
            ["3月5日", "123456789012345678.9", "", ""],
            ["013", "100", "", ""],
        ]
    );
    assert_eq!(read[0].rows[0][0], "临江市表");
}

/// The markup of a part of a workbook.
fn part(bytes: &[u8], name: &str) -> String {
    use std::io::Read as _;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_sheet_is_ready_for_the_printer_and_says_grades_in_colour_and_words() {
    let mut sheet = one(
        sheet_lists::board(),
        vec![vec![
            number("1"),
            "激发消费潜力".into(),
            "社会消费品零售总额".into(),
            "临江市".into(),
            "市商务局".into(),
            "增长6%".into(),
            "%".into(),
            number("4.2"),
            day(2026, 9, 30).into(),
            SheetValue::Empty,
            SheetValue::Empty,
            Grade::Critical.into(),
            "=HYPERLINK(1)".into(),
        ]],
    );
    sheet.rows.insert(0, SheetRow::heading("一、扩大内需"));
    let bytes = written(std::slice::from_ref(&sheet), day(2026, 11, 29)).unwrap();
    let markup = part(&bytes, "xl/worksheets/sheet1.xml");
    for expected in [
        r#"<pane ySplit="3" topLeftCell="A4" activePane="bottomLeft" state="frozen"/>"#,
        r#"orientation="landscape""#,
        r#"paperSize="9""#,
        r#"fitToHeight="0""#,
        r#"<mergeCell ref="A1:M1"/>"#,
        "第 &amp;P 页",
    ] {
        assert!(markup.contains(expected), "{expected}\n{markup}");
    }
    // No formula anywhere.
    assert!(!markup.contains("<f>") && !markup.contains("<f "), "{markup}");
    let names = part(&bytes, "xl/workbook.xml");
    assert!(names.contains("Print_Area") && names.contains("Print_Titles"), "{names}");
    assert!(part(&bytes, "xl/styles.xml").contains("FFFF7C80"), "the colour of 严重滞后");
    assert!(part(&bytes, "xl/sharedStrings.xml").contains("严重滞后"));
    assert_eq!(bytes, written(&[sheet], day(2026, 11, 29)).unwrap(), "the same rows give the same bytes");
}

#[test]
fn names_of_tabs_and_long_lists_of_choices_are_taken_as_excel_takes_them() {
    let many: Vec<String> = (0..80).map(|at| format!("第{at}号单位")).collect();
    let column = SheetColumn { choices: many, ..SheetColumn::new("单位", ColumnKind::Text) };
    let few = SheetColumn::new("角色", ColumnKind::Text).choices(&["联络员", "负责人"]);
    let named = |name: &str| Sheet {
        name: name.to_owned(),
        columns: vec![column.clone(), few.clone()],
        rows: vec![SheetRow::default()],
        ..Sheet::default()
    };
    let sheets = [named("一季度[1/2]:?*"), named("一季度12"), named(""), named(&"长".repeat(80))];
    let bytes = written(&sheets, day(2026, 11, 29)).unwrap();
    let names: Vec<String> = sheet::cells(&bytes).unwrap().into_iter().map(|sheet| sheet.name).collect();
    let long = "长".repeat(24);
    assert_eq!(names, ["一季度12", "一季度12（2）", "表", long.as_str(), "选项"]);
    let markup = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(markup.contains("选项!$A$1:$A$80") && markup.contains("联络员,负责人"), "{markup}");
}

#[test]
fn what_is_no_table_is_refused() {
    assert_eq!(written(&[], day(2026, 1, 1)), Err(SheetError::Nothing));
    assert_eq!(written(&[Sheet::default()], day(2026, 1, 1)), Err(SheetError::Nothing));
    let hidden = one(vec![SheetColumn::new("键", ColumnKind::Text).hidden()], Vec::new());
    assert_eq!(written(&[hidden], day(2026, 1, 1)), Err(SheetError::Nothing));
    let columns = vec![SheetColumn::new("数", ColumnKind::Number { places: 0 })];
    let large = one(columns.clone(), vec![Vec::new(); 200_001]);
    assert_eq!(written(&[large], day(2026, 1, 1)), Err(SheetError::TooLarge));
    assert!(written(&[one(columns, vec![vec![number("1")]; 2])], day(1800, 1, 1)).is_err());
}

#[test]
fn a_breakdown_is_read_back_as_the_tasks_it_was_made_of() {
    let rows = vec![
        vec![
            number("1"),
            "扩大内需".into(),
            "激发消费潜力".into(),
            "举办促消费活动30场以上".into(),
            "市商务局".into(),
            "市文旅局、市市场监管局".into(),
            day(2026, 11, 30).into(),
        ],
        vec![number("2"), "".into(), "扩大投资".into(), "新开工项目45个".into(), "市发展改革委".into()],
    ];
    let bytes = written(&[one(sheet_lists::breakdown(), rows)], day(2026, 1, 5)).unwrap();
    let read = sheet::read(&bytes).unwrap();
    let sheet::SheetProposal::Plan(tasks) = read.proposal else { panic!("{read:?}") };
    let told: Vec<_> = tasks
        .iter()
        .map(|task| {
            (task.name.as_str(), task.lead.join(" "), task.support.len(), task.due, task.targets.len())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("激发消费潜力", "市商务局".to_owned(), 2, Some(day(2026, 11, 30)), 1),
            ("扩大投资", "市发展改革委".to_owned(), 0, None, 1),
        ]
    );
    assert_eq!(read.refused, []);
}

#[test]
fn a_copy_is_marked_at_its_cells() {
    let lines = |rows: &[&[&str]]| SheetLines {
        name: "一季度".to_owned(),
        rows: rows.iter().map(|row| row.iter().map(|text| (*text).to_owned()).collect()).collect(),
    };
    let sheets = [lines(&[&["县区", "投资"], &["甲县", "约30"], &["乙县", "=1+1"]])];
    let mark = |at, why: &str| CellMark { sheet: 0, at, why: why.to_owned() };
    let marks = [
        mark((1, 1), "不是单独的数值，请只填数字。"),
        mark((1, 1), "单位应为亿元。"),
        mark((4, 2), "缺少合计行。"),
    ];
    let copy = marked_copy(&sheets, &marks);
    let bytes = written(&copy, day(2026, 11, 29)).unwrap();
    let read = cells(&bytes);
    assert_eq!(
        read[1].rows[..3],
        [["县区", "投资"], ["甲县", "约30"], ["乙县", "=1+1"]].map(|row| row.map(str::to_owned).to_vec())
    );
    assert_eq!(read[0].rows[3], ["1", "一季度", "B2", "约30", "不是单独的数值，请只填数字。"]);
    let comments = part(&bytes, "xl/comments1.xml");
    assert!(comments.contains(r#"ref="B2""#) && comments.contains("单位应为亿元。"), "{comments}");
    assert!(comments.contains(r#"ref="C5""#), "{comments}");
}
