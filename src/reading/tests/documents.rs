//! What a document says, whatever form it comes in.

use encoding_rs::GB18030;

use super::packing::{NUMBERING, docx, docx_with, p, zip};
use crate::Unreadable;
use crate::document::{self, Block, Place};

fn lines(bytes: &[u8]) -> Vec<String> {
    let document = document::read(bytes).unwrap();
    let of = |block: &Block| match block {
        Block::Passage(passage) => passage.text.clone(),
        Block::Table(rows) => {
            let rows = rows
                .iter()
                .map(|row| row.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join("|"));
            rows.collect::<Vec<_>>().join("\n")
        }
    };
    document.blocks.iter().map(of).collect()
}

#[test]
fn tracked_changes_are_taken_as_accepted() {
    let body = r#"<w:p><w:r><w:t>新增就业</w:t></w:r><w:del w:id="1"><w:r><w:delText>6</w:delText></w:r></w:del>
<w:ins w:id="2"><w:r><w:t>7</w:t></w:r></w:ins><w:r><w:t>万人。</w:t></w:r></w:p>
<w:p><w:pPr><w:rPr><w:del w:id="3"/></w:rPr></w:pPr><w:r><w:t>两段</w:t></w:r></w:p><w:p><w:r><w:t>合一。</w:t></w:r></w:p>
<w:p><w:moveFrom w:id="4"><w:r><w:t>移走</w:t></w:r></w:moveFrom><w:moveTo w:id="5"><w:r><w:t>移来。</w:t></w:r></w:moveTo></w:p>"#;
    assert_eq!(lines(&docx(body)), ["新增就业7万人。", "两段合一。", "移来。"]);
}

#[test]
fn automatic_numbers_are_written_out() {
    let item = |level: usize, list: usize, text: &str| {
        format!(
            r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list}"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"#
        )
    };
    let body = [
        item(0, 1, "目标"),
        item(1, 1, "就业"),
        item(2, 1, "甲。"),
        item(2, 1, "乙。"),
        item(1, 1, "教育"),
        item(2, 1, "丙。"),
        item(0, 1, "任务"),
        item(0, 2, "附件的目标"),
        // List 0 takes a number away, list 9 is not there.
        item(0, 0, "正文。"),
        item(0, 9, "其他。"),
    ];
    let read = lines(&docx_with(&body.concat(), &[("numbering", NUMBERING)]));
    let expected = [
        "一、目标",
        "（一）就业",
        "1.甲。",
        "2.乙。",
        "（二）教育",
        "1.丙。",
        "二、任务",
        "一、附件的目标",
        "正文。",
        "其他。",
    ];
    assert_eq!(read, expected);
}

#[test]
fn styles_make_headings_and_numbers() {
    let styles = r#"<w:style w:styleId="a"><w:name w:val="heading 2"/></w:style>
<w:style w:styleId="b"><w:name w:val="own"/><w:basedOn w:val="a"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:styleId="c"><w:name w:val="loop"/><w:basedOn w:val="c"/></w:style>"#;
    let styled = |style: &str| {
        format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>题目</w:t></w:r></w:p>"#)
    };
    let body = [styled("a"), styled("b"), styled("c")].concat();
    let document =
        document::read(&docx_with(&body, &[("styles", styles), ("numbering", NUMBERING)])).unwrap();
    let shown: Vec<(String, Option<u8>)> = document
        .blocks
        .iter()
        .map(|block| match block {
            Block::Passage(passage) => (passage.text.clone(), passage.level),
            Block::Table(_) => unreachable!("there is no table"),
        })
        .collect();
    assert_eq!(
        shown,
        [("题目".to_owned(), Some(2)), ("一、题目".to_owned(), Some(2)), ("题目".to_owned(), None)]
    );
}

#[test]
fn cells_keep_their_places_and_merged_ones_their_text() {
    let cell =
        |properties: &str, text: &str| format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", p(text));
    let body = format!(
        "<w:tbl><w:tr>{}{}{}</w:tr><w:tr>{}{}{}</w:tr><w:tr><w:trPr><w:del w:id=\"1\"/></w:trPr>{}</w:tr><w:tr>{}{}</w:tr></w:tbl>",
        cell("", "任务"),
        cell("", "目标"),
        cell("", "牵头单位"),
        cell(r#"<w:vMerge w:val="restart"/>"#, "甲"),
        cell("", "3项"),
        cell("", "县甲局"),
        cell("", "删去的行"),
        cell("<w:vMerge/>", ""),
        cell(r#"<w:gridSpan w:val="2"/>"#, "县乙局"),
    );
    let bytes = docx(&body);
    assert_eq!(lines(&bytes), ["任务|目标|牵头单位\n甲|3项|县甲局\n甲|县乙局|县乙局"]);
    let Block::Table(rows) = &document::read(&bytes).unwrap().blocks[0] else { panic!("a table") };
    assert_eq!(rows[2][1].place, Place::Cell { table: 1, row: 3, column: 2 });
    assert_eq!(rows[2].iter().map(|cell| cell.continued).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn boxes_breaks_notes_and_formulas_are_read_and_hidden_text_is_not() {
    let boxed = format!(
        "<w:p><w:r><w:t>正文。</w:t></w:r><w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>{}</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>{}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
        p("框中文字。"),
        p("框中文字。"),
    );
    let odd = r#"<w:p><w:r><w:t>上一行。</w:t><w:br/><w:t>下一行，</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><m:oMath><m:r><m:t>PM2.5</m:t></m:r></m:oMath><w:r><w:t>下降。</w:t></w:r></w:p>"#;
    let notes = format!(
        r#"<w:footnote w:type="separator">{}</w:footnote><w:footnote>{}</w:footnote>"#,
        p("—"),
        p("指规模以上工业。")
    );
    let bytes = docx_with(&format!("{boxed}{odd}"), &[("footnotes", &notes)]);
    assert_eq!(
        lines(&bytes),
        ["正文。", "框中文字。", "上一行。", "下一行，PM2.5下降。", "指规模以上工业。"]
    );
    let places: Vec<String> = document::read(&bytes)
        .unwrap()
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Passage(passage) => Some(passage.place.to_string()),
            Block::Table(_) => None,
        })
        .collect();
    assert_eq!(places, ["第1段", "第1段的文本框", "第2段", "第2段", "脚注1"]);
}

#[test]
fn text_is_read_in_the_encodings_of_the_desk() {
    let text = "一、目标\n新增就业7万人，\n增长5%。\n";
    let expected = ["一、目标", "新增就业7万人，增长5%。"];
    assert_eq!(lines(text.as_bytes()), expected);
    assert_eq!(lines(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), expected);
    assert_eq!(lines(&GB18030.encode(text).0), expected);
    let wide: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(lines(&wide), expected);
}

#[test]
fn markdown_is_read_as_it_is_meant() {
    let text = "# 方案\n\n## 一、目标\n**稳就业。**新增就业7万人。\n\n| 任务 | 责任单位 |\n|---|---|\n| 甲 | 县甲局 |\n";
    assert_eq!(
        lines(text.as_bytes()),
        ["方案", "一、目标", "稳就业。新增就业7万人。", "任务|责任单位\n甲|县甲局"]
    );
}

#[test]
fn what_a_page_broke_is_joined_and_what_begins_anew_is_not() {
    let text = "（一）就业\n1. 稳岗。发放补贴，提升住宿餐\n\n饮消费。（省甲厅、省乙\n\n厅负责）\n2. 扩岗。新增10000 场，惠及 300 万家\n\n长。\n（牵头单位：省丙厅）\n二、保障\n加强领导。";
    let expected = [
        "（一）就业",
        "1. 稳岗。发放补贴，提升住宿餐饮消费。（省甲厅、省乙厅负责）",
        "2. 扩岗。新增10000 场，惠及 300 万家长。",
        "（牵头单位：省丙厅）",
        "二、保障",
        "加强领导。",
    ];
    assert_eq!(lines(text.as_bytes()), expected);
}

#[test]
fn what_cannot_be_read_is_refused_with_what_to_do() {
    let wide = |text: &str| -> Vec<u8> {
        let name: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &name].concat()
    };
    let picture = docx("<w:p><w:r><w:drawing/></w:r></w:p>");
    let private = "\u{e010}\u{e011}\u{e012}增长".repeat(5);
    let cases: Vec<(Vec<u8>, Unreadable)> = vec![
        (Vec::new(), Unreadable::Empty),
        (b" \n\n".to_vec(), Unreadable::Empty),
        (docx(""), Unreadable::Empty),
        (wide("WordDocument"), Unreadable::OldWord),
        (wide("EncryptedPackage"), Unreadable::Encrypted),
        (wide("Workbook"), Unreadable::Sheet),
        (wide("Contents"), Unreadable::OldOffice),
        (b"%PDF-1.7".to_vec(), Unreadable::Pdf),
        (b"\x89PNG\r\n".to_vec(), Unreadable::Scan),
        (b"{\\rtf1".to_vec(), Unreadable::Unknown),
        (picture, Unreadable::Scan),
        (zip(&[("xl/workbook.xml", b"<a/>")]), Unreadable::Sheet),
        (zip(&[("OFD.xml", b"<a/>")]), Unreadable::Unknown),
        (zip(&[("word/document.xml", b"<a>")]), Unreadable::Damaged),
        (b"PK\x03\x04 and no more".to_vec(), Unreadable::Damaged),
        (b"\xff\x80\x80".to_vec(), Unreadable::Encoding),
        (private.into_bytes(), Unreadable::Garbled),
        (vec![b'a'; document::BYTES_MAX + 1], Unreadable::TooLarge),
    ];
    for (bytes, expected) in cases {
        let start = bytes.iter().take(12).copied().collect::<Vec<u8>>();
        assert_eq!(document::read(&bytes), Err(expected), "{start:?}");
        assert!(expected.to_string().contains('请') || expected == Unreadable::Sheet, "{expected}");
    }
}
