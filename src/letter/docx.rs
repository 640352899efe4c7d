//! The paper form: a DOCX in 信函格式 after GB/T 9704-2012 chapter 10, written part by part.
//!
//! A DOCX is a zip of XML parts (ECMA-376). Writing them ourselves keeps the document grid and the rules of the
//! standard under control, and the bytes the same for the same facts: fixed order, fixed time stamps.

use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use super::{LetterError, Picture, trial_marks};

/// Parts that never change: path in the package and text.
const FIXED: [(&str, &str); 10] = [
    ("[Content_Types].xml", include_str!("templates/docx/content_types.xml")),
    ("_rels/.rels", include_str!("templates/docx/package_rels.xml")),
    ("word/styles.xml", include_str!("templates/docx/styles.xml")),
    ("word/settings.xml", include_str!("templates/docx/settings.xml")),
    ("word/fontTable.xml", include_str!("templates/docx/font_table.xml")),
    ("word/footer_first.xml", include_str!("templates/docx/footer_first.xml")),
    ("word/footer_odd.xml", include_str!("templates/docx/footer_odd.xml")),
    ("word/footer_even.xml", include_str!("templates/docx/footer_even.xml")),
    ("word/footer_side_odd.xml", include_str!("templates/docx/footer_side_odd.xml")),
    ("word/footer_side_even.xml", include_str!("templates/docx/footer_side_even.xml")),
];

/// Parts filled from facts: path in the package and template.
pub(super) const FILLED: [(&str, &str); 3] = [
    ("word/document.xml", "docx/document.xml"),
    ("word/header_first.xml", "docx/header_first.xml"),
    ("docProps/core.xml", "docx/core.xml"),
];

/// Width of what may be printed on a sheet that lies, in twentieths of a point: 225 mm.
pub(super) const LYING_WIDTH: usize = 12_756;

/// What the document names its own parts by.
const RELATIONS: &str = include_str!("templates/docx/document_rels.xml");

/// The name by which the document shows its picture with this number.
pub(super) fn picture_part(index: usize) -> String {
    format!("rIdTrend{}", index + 1)
}

/// The package: fixed parts and the filled ones, deflated, and the pictures as they are; of a letter of a pilot marked.
pub(super) fn pack(
    filled: &[(&str, String)],
    pictures: &[&Picture],
    trial: bool,
) -> Result<Vec<u8>, LetterError> {
    // The zip format cannot say "no time"; its earliest day stands for it.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let failed = |error: &dyn std::fmt::Display| LetterError::Package(error.to_string());
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(32 * 1024)));
    let relations = relations(pictures.len());
    let fixed = FIXED.iter().copied().chain([("word/_rels/document.xml.rels", relations.as_str())]);
    for (path, text) in fixed.chain(filled.iter().map(|(path, text)| (*path, text.as_str()))) {
        zip.start_file(path, options).map_err(|error| failed(&error))?;
        let marked = trial.then(|| trial_marks::part(path, text));
        zip.write_all(marked.as_deref().unwrap_or(text).as_bytes()).map_err(|error| failed(&error))?;
    }
    // Deflated already.
    let stored = options.compression_method(CompressionMethod::Stored);
    for (index, picture) in pictures.iter().enumerate() {
        let path = format!("word/media/trend{}.png", index + 1);
        zip.start_file(path, stored).map_err(|error| failed(&error))?;
        zip.write_all(&picture.png).map_err(|error| failed(&error))?;
    }
    let bytes = zip.finish().map_err(|error| failed(&error))?;
    Ok(bytes.into_inner())
}

/// The relations of the document, with one for each picture.
fn relations(pictures: usize) -> String {
    const IMAGE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image";
    let one = |index| {
        let part = picture_part(index);
        format!("<Relationship Id=\"{part}\" Type=\"{IMAGE}\" Target=\"media/trend{}.png\"/>", index + 1)
    };
    let own: String = (0..pictures).map(one).collect();
    RELATIONS.replace("</Relationships>", &format!("{own}</Relationships>"))
}
