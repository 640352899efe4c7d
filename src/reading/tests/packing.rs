//! DOCX files made for tests.

use std::io::{Cursor, Write as _};

use zip::write::{SimpleFileOptions, ZipWriter};

use crate::plan::marks;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const SPACE: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math""#;

/// A zip of these entries.
pub(super) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A DOCX whose body is this markup.
pub(super) fn docx(body: &str) -> Vec<u8> {
    docx_with(body, &[])
}

/// The same with other parts beside (`styles`, `numbering`, …): their names and insides.
pub(super) fn docx_with(body: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let document = format!("{HEAD}<w:document {SPACE}><w:body>{body}</w:body></w:document>");
    let mut entries = vec![("[Content_Types].xml".to_owned(), b"<Types/>".to_vec())];
    entries.push(("word/document.xml".to_owned(), document.into_bytes()));
    for (name, inside) in parts {
        let xml = format!("{HEAD}<w:{name} {SPACE}>{inside}</w:{name}>");
        entries.push((format!("word/{name}.xml"), xml.into_bytes()));
    }
    let entries: Vec<(&str, &[u8])> =
        entries.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    zip(&entries)
}

/// A paragraph.
pub(super) fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// Lists of a plan: list 1 counts 一、 on level 0 and （一） on level 1; the others are typed.
pub(super) const NUMBERING: &str = r#"
<w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>"#;

/// A text as Word would keep it: a line a paragraph, 一、 and （一） as automatic numbers, the text cut into several runs.
pub(super) fn typed(text: &str) -> Vec<u8> {
    let mut body = String::new();
    let mut list = 0;
    for line in text.lines() {
        let mark = marks::mark(line).filter(|mark| mark.rank == 1 || mark.rank == 2);
        if mark.is_some_and(|mark| mark.rank == 1 && mark.number == 1) {
            // Each plan and annex counts from 一 again: a list of its own.
            list += 1;
        }
        let numbered = mark.map_or(String::new(), |mark| {
            let level = mark.rank - 1;
            let id = if list == 1 { 1 } else { 10 + list };
            format!(r#"<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{id}"/></w:numPr></w:pPr>"#)
        });
        let rest = &line[mark.map_or(0, |mark| mark.length)..];
        let half = rest.char_indices().nth(rest.chars().count() / 2).map_or(0, |(at, _)| at);
        let runs: String = [&rest[..half], &rest[half..]]
            .iter()
            .map(|run| format!(r#"<w:r><w:t xml:space="preserve">{run}</w:t></w:r>"#))
            .collect();
        body.push_str(&format!("<w:p>{numbered}{runs}</w:p>"));
    }
    let restarted: String = (2..=list)
        .map(|list| {
            format!(
                r#"<w:num w:numId="{}"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>"#,
                10 + list
            )
        })
        .collect();
    docx_with(&body, &[("numbering", &format!("{NUMBERING}{restarted}"))])
}
