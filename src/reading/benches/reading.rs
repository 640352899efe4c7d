//! How fast documents are read: `cargo bench -p xushi-reading --bench reading [-- PLAN]`.
//!
//! A plan of 115 kB with its annexes as .docx (PLAN: a text file, packed the same way, beside the one made here), a report of
//! twenty pages as .docx, and a sheet of 50,000 rows as .xlsx. The yardsticks are in the same run: to unpack the same file,
//! and to take its text out without reading it. The sheet is read in a process of its own, which tells its peak of memory.

#![expect(clippy::expect_used, reason = "a bench stops at the first thing it cannot make")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{Cursor, Read as _, Write as _};
use std::time::{Duration, Instant};

use xushi_reading::{document, plan, report, sheet};
use zip::write::{SimpleFileOptions, ZipWriter};

/// Bytes of the plan.
const PLAN_BYTES: usize = 115_000;

/// Characters of the report: twenty pages of 28 characters by 22 lines, and their heads.
const REPORT_CHARS: usize = 14_000;

/// Rows of the sheet.
const ROWS: usize = 50_000;

/// The word that makes this program read a sheet and tell its memory.
const CHILD: &str = "--read-sheet";

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [word, file] = &words[..]
        && word == CHILD
    {
        return child(file);
    }
    let made = plan_text();
    documents("plan made here", &made, |document| {
        let read = plan::read(document);
        let tasks: usize = read.parts.iter().map(|part| part.tasks.len()).sum();
        format!("{tasks} tasks")
    });
    for file in &words {
        let text = std::fs::read_to_string(file).expect("the plan is a text file");
        documents("plan of the argument", &text, |document| {
            let read = plan::read(document);
            let tasks: usize = read.parts.iter().map(|part| part.tasks.len()).sum();
            format!("{tasks} tasks")
        });
    }
    documents("report of twenty pages", &report_text(), |document| {
        format!("{} facts", report::read(document).facts.len())
    });
    sheets();
}

/// Reads a text as .docx, and says how long that takes beside its yardsticks.
fn documents(name: &str, text: &str, read: impl Fn(&document::Document) -> String) {
    let file = packed(text);
    let unpacked = best(10, || {
        black_box(unpack(&file));
    });
    let taken = best(10, || drop(black_box(document::read(&file).expect("a document"))));
    let all = best(10, || {
        black_box(read(&document::read(&file).expect("a document")));
    });
    let found = read(&document::read(&file).expect("a document"));
    println!(
        "{name}: {} bytes of text, {found}, {:.1} ms; text taken out {:.1} ms, unpacked {:.2} ms: {:.1} × and {:.0} ×",
        text.len(),
        millis(all),
        millis(taken),
        millis(unpacked),
        ratio(all, taken),
        ratio(all, unpacked)
    );
}

fn sheets() {
    let file = workbook();
    let unpacked = best(5, || {
        black_box(unpack(&file));
    });
    let path = std::env::temp_dir().join(format!("xushi-reading-bench-{}.xlsx", std::process::id()));
    std::fs::write(&path, &file).expect("a file");
    let this = std::env::current_exe().expect("this program");
    let said = std::process::Command::new(this).arg(CHILD).arg(&path).output().expect("a child");
    std::fs::remove_file(&path).expect("the file");
    println!(
        "sheet of {ROWS} rows ({} kB): {}; unpacked {:.0} ms",
        file.len() / 1024,
        String::from_utf8_lossy(&said.stdout).trim(),
        millis(unpacked)
    );
}

/// Reads one sheet and tells time, figures and the most memory taken.
fn child(file: &str) {
    let bytes = std::fs::read(file).expect("the file");
    let start = Instant::now();
    let read = sheet::read(&bytes).expect("a sheet");
    let taken = start.elapsed();
    let count = match &read.proposal {
        sheet::SheetProposal::Figures(facts) => facts.len(),
        sheet::SheetProposal::Plan(tasks) => tasks.len(),
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("?", str::trim);
    // Processor time, since other work may run beside; ticks of a hundredth of a second.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: u32 =
        stat.split_whitespace().skip(13).take(2).filter_map(|ticks| ticks.parse::<u32>().ok()).sum();
    println!(
        "{count} figures, {} refused, {:.2} s on the clock, {:.2} s of processor time, peak {peak}",
        read.refused.len(),
        taken.as_secs_f64(),
        f64::from(ticks) / 100.0
    );
}

/// The parts of a container, unpacked.
fn unpack(file: &[u8]) -> usize {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).expect("a container");
    let mut bytes = Vec::new();
    for at in 0..archive.len() {
        archive.by_index(at).expect("a part").read_to_end(&mut bytes).expect("its bytes");
    }
    bytes.len()
}

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("its bytes");
    }
    zip.finish().expect("a container").into_inner()
}

/// A text as Word keeps it: a line a paragraph, rows of | tables.
fn packed(text: &str) -> Vec<u8> {
    let mut body = String::new();
    let mut table = false;
    for line in text.lines() {
        let line = line.replace('&', "&amp;").replace('<', "&lt;");
        match line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) {
            Some(cells) if cells.chars().all(|c| "-:| ".contains(c)) => {}
            Some(cells) => {
                body.push_str(if table { "" } else { "<w:tbl>" });
                table = true;
                body.push_str("<w:tr>");
                for cell in cells.split('|') {
                    write!(body, "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>", cell.trim())
                        .expect("text");
                }
                body.push_str("</w:tr>");
            }
            None => {
                body.push_str(if std::mem::take(&mut table) { "</w:tbl>" } else { "" });
                write!(body, r#"<w:p><w:pPr><w:jc w:val="both"/></w:pPr><w:r><w:rPr><w:sz w:val="32"/></w:rPr><w:t xml:space="preserve">{line}</w:t></w:r></w:p>"#).expect("text");
            }
        }
    }
    body.push_str(if table { "</w:tbl>" } else { "" });
    let document = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    );
    zipped(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", &document)])
}

/// A plan with annexes until it has its size: the tasks of one of the tests, renamed and renumbered.
fn plan_text() -> String {
    let source = include_str!("../tests/fresh_plans/green_transition.txt");
    let body = source.split("三、重点任务").nth(1).and_then(|rest| rest.split("附件").next()).expect("tasks");
    let mut text = source.split("附件").next().expect("a plan").to_owned();
    let mut annex = 0;
    while text.len() < PLAN_BYTES {
        annex += 1;
        write!(text, "\n附件{annex}\n\n云岭市第{annex}片区攻坚实施方案\n\n一、攻坚目标\n\n全年完成投资{annex}00亿元，增长{annex}%以上。\n\n二、重点任务{body}\n")
            .expect("text");
    }
    text
}

/// A report of its size: those of the tests, one behind the other.
fn report_text() -> String {
    let mut text = String::from("黔岭市经济运行情况月报\n\n2026年10月15日\n\n");
    let sources = [
        include_str!("../tests/fresh_reports/mountain_monthly.txt"),
        include_str!("../tests/fresh_reports/counties_special.txt"),
        include_str!("../tests/fresh_reports/supervision_bulletin.txt"),
        include_str!("../tests/fresh_reports/half_year_county.txt"),
    ];
    for source in sources.iter().cycle() {
        text.extend(source.lines().skip(6).flat_map(|line| [line, "\n"]));
        if text.chars().count() >= REPORT_CHARS {
            break;
        }
    }
    text.chars().take(REPORT_CHARS).collect()
}

/// Figures of made regions: strings shared, numbers with a format, a sheet as Excel writes it.
fn workbook() -> Vec<u8> {
    let space = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#;
    let heads = [
        "县市区",
        "固定资产投资（亿元）",
        "同比增长",
        "规上工业增加值增速（%）",
        "财政收入（亿元）",
        "排名",
        "完成率",
        "备注",
    ];
    let mut strings: Vec<String> = vec!["2026年1-9月各县市区主要指标完成情况".to_owned()];
    strings.extend(heads.map(str::to_owned));
    let first = strings.len();
    strings.extend((0..500).map(|at| format!("第{at}示范区")));
    let mut rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2">"#.to_owned();
    for (at, letter) in ('A'..='H').enumerate() {
        write!(rows, r#"<c r="{letter}2" t="s"><v>{}</v></c>"#, at + 1).expect("text");
    }
    rows.push_str("</row>");
    for row in 3..ROWS + 3 {
        write!(
            rows,
            r#"<row r="{row}"><c r="A{row}" t="s"><v>{}</v></c><c r="B{row}"><v>{}.{}</v></c><c r="C{row}" s="1"><v>0.0{}</v></c><c r="D{row}"><v>{}.1</v></c><c r="E{row}"><v>{}.25</v></c><c r="F{row}"><v>{}</v></c><c r="G{row}" s="1"><v>0.{}</v></c><c r="H{row}"/></row>"#,
            first + row % 500, row % 900, row % 10, row % 97 + 1, row % 12, row % 70, row % 14 + 1, row % 89 + 10
        )
        .expect("text");
    }
    let sheet = format!(r#"<worksheet {space}><sheetData>{rows}</sheetData></worksheet>"#);
    let shared: String = strings.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
    let shared = format!(r#"<sst {space} count="{0}" uniqueCount="{0}">{shared}</sst>"#, strings.len());
    let styles = format!(
        r#"<styleSheet {space}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="10" applyNumberFormat="1"/></cellXfs></styleSheet>"#
    );
    let book = format!(
        r#"<workbook {space}><sheets><sheet name="指标" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let root = format!(
        r#"<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let links = format!(
        r#"<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{office}/styles" Target="styles.xml"/><Relationship Id="rId3" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#
    );
    zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", &root),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", &links),
        ("xl/styles.xml", &styles),
        ("xl/sharedStrings.xml", &shared),
        ("xl/worksheets/sheet1.xml", &sheet),
    ])
}

/// The shortest of so many runs.
fn best(runs: usize, mut run: impl FnMut()) -> Duration {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}
