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
    let mut rows: std::collections::BTreeMap<u32, String> = std::collections::BTreeMap::new();
    for (address, text) in cells {
        let row: u32 = address.trim_start_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap();
        let cell = rows.entry(row).or_default();
        if text.parse::<f64>().is_ok() {
            write!(cell, r#"<c r="{address}"><v>{text}</v></c>"#).unwrap();
        } else {
            write!(cell, r#"<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>"#).unwrap();
        }
    }
    let rows: String = rows.iter().map(|(row, cells)| format!(r#"<row r="{row}">{cells}</row>"#)).collect();
    let areas: String = merged.iter().map(|area| format!(r#"<mergeCell ref="{area}"/>"#)).collect();
    let areas = if areas.is_empty() { areas } else { format!("<mergeCells>{areas}</mergeCells>") };
    let space = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#;
    let sheet = format!("<worksheet {space}><sheetData>{rows}</sheetData>{areas}</worksheet>");
    let book = format!(
        r#"<workbook {space}><sheets><sheet name="分解表" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let root = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let links = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
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
