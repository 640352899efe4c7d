//! Spreadsheets made for the tests: what they hold is told by their headings, what is not understood by its cell.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use encoding_rs::GB18030;
use xushi_domain::TextEnum as _;

use super::packing::zip;
use crate::Unreadable;
use crate::sheet::{self, SheetProposal, SheetReading};

/// A workbook of one sheet: cells by their address, merged areas, as Excel writes them.
fn workbook(cells: &[(&str, &str)], merged: &[&str]) -> Vec<u8> {
    looking(cells, merged, "", &[])
}

/// The same with columns as in `columns`, and hidden rows. A number that ends in % or 日 is kept as Excel keeps it: in a cell
/// of that look.
fn looking(cells: &[(&str, &str)], merged: &[&str], columns: &str, hidden: &[u32]) -> Vec<u8> {
    let mut rows: std::collections::BTreeMap<u32, String> = std::collections::BTreeMap::new();
    for (address, text) in cells {
        let row: u32 = address.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap();
        let cell = rows.entry(row).or_default();
        let styled = [("%", 1), ("日", 2), ("位", 3)];
        if let Some((number, style)) =
            styled.iter().find_map(|(end, style)| Some((text.strip_suffix(end)?, style)))
            && number.parse::<f64>().is_ok()
        {
            write!(cell, r#"<c r="{address}" s="{style}"><v>{number}</v></c>"#).unwrap();
        } else if text.parse::<f64>().is_ok() {
            write!(cell, r#"<c r="{address}"><v>{text}</v></c>"#).unwrap();
        } else {
            write!(cell, r#"<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>"#).unwrap();
        }
    }
    let shut = |row: &u32| if hidden.contains(row) { r#" hidden="1""# } else { "" };
    let rows: String =
        rows.iter().map(|(row, cells)| format!(r#"<row r="{row}"{}>{cells}</row>"#, shut(row))).collect();
    let areas: String = merged.iter().map(|area| format!(r#"<mergeCell ref="{area}"/>"#)).collect();
    let areas = if areas.is_empty() { areas } else { format!("<mergeCells>{areas}</mergeCells>") };
    let space = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#;
    let sheet = format!("<worksheet {space}>{columns}<sheetData>{rows}</sheetData>{areas}</worksheet>");
    let book = format!(
        r#"<workbook {space}><sheets><sheet name="分解表" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let root = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let links = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
    let styles = format!(
        r#"<styleSheet {space}><numFmts count="1"><numFmt numFmtId="176" formatCode="0.0%"/></numFmts><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="176" applyNumberFormat="1"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="2" applyNumberFormat="1"/></cellXfs></styleSheet>"#
    );
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

/// Workbooks of figures and of tasks, for others to damage.
pub(super) fn samples() -> Vec<Vec<u8>> {
    let figures = [
        ("A1", "2026年1-9月主要指标"),
        ("A2", "县市区"),
        ("B2", "固定资产投资（亿元）"),
        ("C2", "增速"),
        ("D2", "排名"),
        ("A3", "岭东区"),
        ("B3", "1120.5"),
        ("C3", "0.055%"),
        ("D3", "1"),
        ("A4", "合计"),
        ("B4", "12.5亿元"),
        ("C4", "46295日"),
    ];
    let tasks = [
        ("A1", "序号"),
        ("B1", "工作任务"),
        ("C1", "年度目标"),
        ("D1", "牵头单位"),
        ("E1", "完成时限"),
        ("A2", "1"),
        ("B2", "城乡供水"),
        ("C2", "新建供水工程11处"),
        ("D2", "县水利局"),
        ("E2", "46295日"),
        ("C3", "改造管网36公里"),
    ];
    let columns = r#"<cols><col min="4" max="4" width="9" hidden="1"/></cols>"#;
    vec![looking(&figures, &["A1:D1"], columns, &[3]), workbook(&tasks, &["B2:B3"])]
}

fn shown(read: &SheetReading) -> Vec<String> {
    match &read.proposal {
        SheetProposal::Plan(tasks) => tasks
            .iter()
            .map(|task| {
                let due = task.due.map(|day| day.to_string()).unwrap_or_default();
                let targets: Vec<String> = task
                    .targets
                    .iter()
                    .map(|proposed| {
                        let value = proposed.target.value.map(|value| value.to_string()).unwrap_or_default();
                        format!("{value}{}", proposed.target.unit)
                    })
                    .collect();
                format!(
                    "{} / {} | {} | {} | {due} | {}",
                    task.section.as_deref().unwrap_or("-"),
                    task.name,
                    task.lead.join(" "),
                    task.support.join(" "),
                    targets.join(" ")
                )
            })
            .collect(),
        SheetProposal::Figures(facts) => facts
            .iter()
            .map(|fact| {
                format!(
                    "{} {} {} {} {}{}",
                    fact.region,
                    fact.indicator,
                    fact.period.end,
                    fact.figure.as_str(),
                    fact.value.normalize(),
                    fact.unit
                )
            })
            .collect(),
    }
}

#[test]
fn a_foreign_breakdown_is_a_plan() {
    let cells = [
        ("A1", "青石县2026年重点工作任务分解表"),
        ("A3", "序号"),
        ("B3", "类别"),
        ("C3", "工作任务"),
        ("D3", "工作目标"),
        ("E3", "牵头单位"),
        ("F3", "配合单位"),
        ("G3", "完成时限"),
        ("A4", "1"),
        ("B4", "扩大内需"),
        ("C4", "激发消费潜力"),
        ("D4", "举办促消费活动30场以上，社零总额增长6%"),
        ("E4", "县商务局"),
        ("F4", "县文旅局、县市场监管局"),
        ("G4", "2026年11月底"),
        ("A5", "2"),
        ("C5", "扩大有效投资"),
        ("D5", "新开工项目45个"),
        ("E5", "县发改局"),
        ("F5", "各乡镇人民政府"),
        ("G5", "长期坚持"),
    ];
    let read = sheet::read(&workbook(&cells, &["A1:G1", "B4:B5"])).unwrap();
    assert_eq!(
        shown(&read),
        [
            "扩大内需 / 激发消费潜力 | 县商务局 | 县文旅局 县市场监管局 | 2026-11-30 | 30场 6%",
            "扩大内需 / 扩大有效投资 | 县发改局 | 各乡镇人民政府 |  | 45个",
        ]
    );
    assert_eq!((read.refused, read.sheets), (Vec::new(), vec!["分解表".to_owned()]));
}

#[test]
fn rows_of_one_task_are_one_task() {
    let cells = [
        ("A1", "序号"),
        ("B1", "工作任务"),
        ("C1", "年度目标"),
        ("D1", "牵头单位"),
        ("E1", "完成时限"),
        ("A2", "1"),
        ("B2", "办好民生实事"),
        ("C2", "新增学位2400个"),
        ("D2", "县教育局"),
        ("E2", "46295"),
        ("C3", "改造村卫生室40间"),
        ("D3", "县卫健局"),
        ("E3", "46356日"),
        ("A4", "2"),
        ("B4", "城乡供水"),
        ("C4", "新建供水工程11处"),
        ("D4", "县水利局"),
        ("E4", "2026.1位"),
        ("C5", "改造管网36公里"),
        ("A6", "3"),
        ("B6", "就业"),
        ("C6", "新增就业3000人"),
        ("D6", "县人社局"),
        ("E6", "2026.1"),
        ("B7", "合 计"),
        ("C7", "投资12.6亿元"),
    ];
    let read = sheet::read(&workbook(&cells, &["B2:B3"])).unwrap();
    assert_eq!(
        shown(&read),
        [
            "- / 办好民生实事 | 县教育局 县卫健局 |  | 2026-11-30 | 2400个 40间",
            "- / 城乡供水 | 县水利局 |  | 2026-10-31 | 11处 36公里",
            "- / 就业 | 县人社局 |  |  | 3000人",
        ]
    );
    let refused: Vec<String> = read
        .refused
        .iter()
        .map(|unread| format!("{} {} {}", unread.place, unread.text, unread.why))
        .collect();
    assert_eq!(
        refused,
        [
            "第1张表E2 46295 时限，目标没有单列的日期",
            "第1张表E6 2026.1 时限，目标没有单列的日期",
            "第1张表C7 投资12.6亿元 合计行，未作为任务",
        ]
    );
}

#[test]
fn a_cell_is_read_as_it_is_shown_and_what_is_hidden_is_named() {
    let cells = [
        ("A1", "县市区"),
        ("B1", "2026.1-9固定资产投资（亿元）"),
        ("C1", "增速"),
        ("D1", "内部口径（万元）"),
        ("E1", "完成率"),
        ("A2", "岭东区"),
        ("B2", "1120.5"),
        ("C2", "0.055%"),
        ("D2", "11205000"),
        ("E2", "0.815%"),
        ("A3", "河口县"),
        ("B3", "86.4"),
        ("C3", "-0.012%"),
        ("A4", "青石县"),
        ("B4", "12.5亿元"),
        ("C4", "3.0％"),
    ];
    let columns = r#"<cols><col min="4" max="4" width="9" hidden="1"/></cols>"#;
    let read = sheet::read(&looking(&cells, &[], columns, &[3])).unwrap();
    assert_eq!(
        shown(&read),
        [
            "岭东区 固定资产投资 2026-09-30 level 1120.5亿元",
            "岭东区 固定资产投资 2026-09-30 yoy 5.5%",
            "岭东区 固定资产投资 2026-09-30 completion 81.5%",
            "青石县 固定资产投资 2026-09-30 level 12.5亿元",
            "青石县 固定资产投资 2026-09-30 yoy 3%",
        ]
    );
    let refused: Vec<String> = read
        .refused
        .iter()
        .map(|unread| format!("{} {} {}", unread.place, unread.text, unread.why))
        .collect();
    assert_eq!(
        refused,
        [
            "第1张表A3 第3行 行已隐藏（或被筛选掉），未读取；确需导入的，请取消隐藏后再试",
            "第1张表D1 D列 列已隐藏，未读取；确需导入的，请取消隐藏后再试",
        ]
    );
}

#[test]
fn a_row_is_named_by_what_is_measured_and_where() {
    let cells = [
        ("A1", "2026年1-9月主要指标"),
        ("A2", "县市区"),
        ("B2", "指标名称"),
        ("C2", "计量单位"),
        ("D2", "完成额"),
        ("E2", "增速（%）"),
        ("A3", "岭东区"),
        ("B3", "固定资产投资"),
        ("C3", "亿元"),
        ("D3", "86.4"),
        ("E3", "-1.2"),
        ("B4", "财政收入"),
        ("C4", "亿元"),
        ("D4", "12.5"),
        ("E4", "3"),
        ("A5", "河口县"),
        ("B5", "固定资产投资"),
        ("C5", "亿元"),
        ("D5", "40"),
        ("E5", "…"),
    ];
    let read = sheet::read(&workbook(&cells, &["A3:A4", "A1:E1"])).unwrap();
    assert_eq!(
        shown(&read),
        [
            "岭东区 固定资产投资 2026-09-30 level 86.4亿元",
            "岭东区 固定资产投资 2026-09-30 yoy -1.2%",
            "岭东区 财政收入 2026-09-30 level 12.5亿元",
            "岭东区 财政收入 2026-09-30 yoy 3%",
            "河口县 固定资产投资 2026-09-30 level 40亿元",
        ]
    );
    assert_eq!(read.refused, []);
}

#[test]
fn an_old_workbook_is_read_like_a_new_one() {
    let read = sheet::read(include_bytes!("sheets/old_workbook.xls")).unwrap();
    assert_eq!(
        shown(&read),
        [
            "岭东区 固定资产投资 2026-09-30 level 1120.5亿元",
            "岭东区 固定资产投资 2026-09-30 yoy 6.3%",
            "岭东区 固定资产投资 2026-09-30 rank 1位",
            "青石县 固定资产投资 2026-09-30 level 33亿元",
            "青石县 固定资产投资 2026-09-30 yoy 10%",
            "青石县 固定资产投资 2026-09-30 rank 3位",
            "合计 固定资产投资 2026-09-30 level 1239.9亿元",
        ]
    );
    let refused: Vec<String> =
        read.refused.iter().map(|unread| format!("{} {}", unread.place, unread.text)).collect();
    assert_eq!(refused, ["第1张表A4 第4行", "第1张表D5 约12户未报"]);
}

#[test]
fn a_sheet_of_a_unit_in_gbk_is_figures() {
    let text = "2026年1-7月各县区主要指标完成情况,,,,\r\n单位：亿元,,,,\r\n县市区,固定资产投资,同比增长（%）,社会消费品零售总额,排名\r\n岭东区,\"1,120.5\",6.3,45.2,1\r\n河口县,86.4,-1.2,约30,2\r\n合计,1206.9,5.8,75.2,\r\n";
    for bytes in [
        text.as_bytes().to_vec(),
        GB18030.encode(text).0.into_owned(),
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
    ] {
        let read = sheet::read(&bytes).unwrap();
        assert_eq!(
            shown(&read),
            [
                "岭东区 固定资产投资 2026-07-31 level 1120.5亿元",
                "岭东区 固定资产投资 2026-07-31 yoy 6.3%",
                "岭东区 社会消费品零售总额 2026-07-31 level 45.2亿元",
                "岭东区 社会消费品零售总额 2026-07-31 rank 1位",
                "河口县 固定资产投资 2026-07-31 level 86.4亿元",
                "河口县 固定资产投资 2026-07-31 yoy -1.2%",
                "河口县 社会消费品零售总额 2026-07-31 rank 2位",
                "合计 固定资产投资 2026-07-31 level 1206.9亿元",
                "合计 固定资产投资 2026-07-31 yoy 5.8%",
                "合计 社会消费品零售总额 2026-07-31 level 75.2亿元",
            ]
        );
        let refused: Vec<String> = read
            .refused
            .iter()
            .map(|unread| format!("{} {} {}", unread.place, unread.text, unread.why))
            .collect();
        assert_eq!(refused, ["第1张表D5 约30 单元格不是单独的数值"]);
    }
}

#[test]
fn sheets_that_mean_harm_are_bounded() {
    let far = workbook(&[("A1", "1"), ("XFD1048576", "2")], &[]);
    assert_eq!(sheet::read(&far), Err(Unreadable::TooMany));
    // The directory of the archive says that its part is of 2 GB.
    let mut huge = zip(&[("xl/workbook.xml", b"<a/>")]);
    let at = huge.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    huge[at + 24..at + 28].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    assert_eq!(sheet::read(&huge), Err(Unreadable::Bomb));
    assert_eq!(sheet::read(b"\xd0\xcf\x11\xe0"), Err(Unreadable::OldSheet));
    assert_eq!(sheet::read(&zip(&[("word/document.xml", b"<a/>")])), Err(Unreadable::NoSheet));
    assert_eq!(sheet::read(",".repeat(3_000_000).as_bytes()), Err(Unreadable::TooMany));
    let seed = workbook(&[("A1", "指标"), ("B1", "1-7月"), ("A2", "投资"), ("B2", "5.1")], &["A1:A2"]);
    let mut number = 20_260_819_u64;
    for _ in 0..300 {
        let mut bytes = seed.clone();
        for _ in 0..4 {
            number ^= number << 13;
            number ^= number >> 7;
            number ^= number << 17;
            let at = usize::try_from(number % bytes.len() as u64).unwrap();
            bytes[at] = u8::try_from(number >> 40 & 0xff).unwrap();
        }
        let start = Instant::now();
        sheet::read(&bytes).ok();
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}
