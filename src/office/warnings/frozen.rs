//! What a letter is from its issue on: texts, document and pictures, made once and kept.

use super::Office;
use crate::domain::LetterNumber;
use crate::letter::{LetterFacts, Picture};
use crate::store::rows::{Frozen, LetterFileRow, LetterRow};

/// MIME type of the document.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
/// MIME type of the pictures.
pub const PNG: &str = "image/png";

/// The letter with this serial, its texts and its files, from facts without a number and their `pictures`. It runs
/// inside the transaction that gives the number.
///
/// # Errors
/// In words, when a template fails or the facts break a rule; the number then stays free.
pub(super) fn freeze(
    office: &Office,
    facts: &LetterFacts,
    pictures: &[Picture],
    (letter, serial): (&LetterRow, i32),
) -> Result<Frozen, String> {
    let number = LetterNumber::new(&letter.mark, letter.year, serial.unsigned_abs());
    let number = number.map_err(|invalid| invalid.to_string())?;
    let printed = number.to_string();
    let facts = LetterFacts { number: Some(number), ..facts.clone() };
    let failed = |error: crate::letter::LetterError| error.to_string();
    let rendered = office.letters.templates.render_with(&facts, pictures.to_vec()).map_err(failed)?;
    let document = office.letters.templates.render_docx_with(&facts, pictures).map_err(failed)?;
    let file = |name, media_type, bytes| {
        LetterFileRow::new(letter.id, name, media_type, bytes, office.clock.timestamp())
    };
    let mut files = vec![file(document_name(&printed, &rendered.subject), DOCX, document)];
    files.extend(rendered.pictures.into_iter().map(|Picture { cid, png }| file(cid, PNG, png)));
    let letter = LetterRow {
        serial: Some(serial),
        facts: facts.to_json().map_err(failed)?,
        subject: rendered.subject,
        body_text: rendered.text,
        body_html: rendered.html,
        ..letter.clone()
    };
    Ok(Frozen { letter, files })
}

/// Most characters of a title in the name of a file: mails take names of up to 255 bytes.
const TITLE_MAX: usize = 55;

/// What the document is called, on paper and in the mail: its number and what it is about, in characters that every file
/// system takes.
pub fn document_name(number: &str, subject: &str) -> String {
    let title: String = title_of(subject, number).chars().take(TITLE_MAX).collect();
    let name = format!("{number} {title}");
    let name = name.trim().replace(|c: char| c.is_control() || "/\\\":*?<>|".contains(c), "_");
    format!("{name}.docx")
}

/// The title in a mail's subject: 【演练】, 【级别】 and the number stand around it.
pub fn title_of<'s>(subject: &'s str, number: &str) -> &'s str {
    let mut title = subject;
    while let Some((_, rest)) = title.split_once('】').filter(|_| title.starts_with('【')) {
        title = rest;
    }
    title.strip_suffix(&format!("（{number}）")).unwrap_or(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_called_by_its_number_and_title() {
        let subject = "【演练】【黄色预警·9月3日前反馈】关于A/B指标运行情况的预警函（湘攻坚函〔2025〕3号）";
        assert_eq!(title_of(subject, "湘攻坚函〔2025〕3号"), "关于A/B指标运行情况的预警函");
        let name = document_name("湘攻坚函〔2025〕3号", subject);
        assert_eq!(name, "湘攻坚函〔2025〕3号 关于A_B指标运行情况的预警函.docx");
        assert_eq!(document_name("未编号", ""), "未编号.docx");
        assert!(document_name("湘攻坚函〔2025〕3号", &"长".repeat(300)).len() <= 255);
    }
}
