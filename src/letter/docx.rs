//! The paper form: a DOCX in 信函格式 after GB/T 9704-2012 chapter 10, written part by part.
//!
//! A DOCX is a zip of XML parts (ECMA-376). Writing them ourselves keeps the document grid and the rules of the
//! standard under control, and the bytes the same for the same facts: fixed order, fixed time stamps.

use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use super::{LetterError, trial_marks};

/// Parts that never change: path in the package and text.
const FIXED: [(&str, &str); 9] = [
    ("[Content_Types].xml", include_str!("templates/docx/content_types.xml")),
    ("_rels/.rels", include_str!("templates/docx/package_rels.xml")),
    ("word/_rels/document.xml.rels", include_str!("templates/docx/document_rels.xml")),
    ("word/styles.xml", include_str!("templates/docx/styles.xml")),
    ("word/settings.xml", include_str!("templates/docx/settings.xml")),
    ("word/fontTable.xml", include_str!("templates/docx/font_table.xml")),
    ("word/footer_first.xml", include_str!("templates/docx/footer_first.xml")),
    ("word/footer_odd.xml", include_str!("templates/docx/footer_odd.xml")),
    ("word/footer_even.xml", include_str!("templates/docx/footer_even.xml")),
];

/// Parts filled from facts: path in the package and template.
pub(super) const FILLED: [(&str, &str); 3] = [
    ("word/document.xml", "docx/document.xml"),
    ("word/header_first.xml", "docx/header_first.xml"),
    ("docProps/core.xml", "docx/core.xml"),
];

/// The package: fixed parts and the filled ones, deflated; those of a letter of a pilot marked.
pub(super) fn pack(filled: &[(&str, String)], trial: bool) -> Result<Vec<u8>, LetterError> {
    // The zip format cannot say "no time"; its earliest day stands for it.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(32 * 1024)));
    let fixed = FIXED.iter().copied();
    for (path, text) in fixed.chain(filled.iter().map(|(path, text)| (*path, text.as_str()))) {
        zip.start_file(path, options).map_err(|error| LetterError::Package(error.to_string()))?;
        let marked = trial.then(|| trial_marks::part(path, text));
        zip.write_all(marked.as_deref().unwrap_or(text).as_bytes())
            .map_err(|error| LetterError::Package(error.to_string()))?;
    }
    let bytes = zip.finish().map_err(|error| LetterError::Package(error.to_string()))?;
    Ok(bytes.into_inner())
}
