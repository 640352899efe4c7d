//! The zip around a DOCX: the few parts that are read, each within a bound.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use crate::Unreadable;

/// Largest part that is unpacked; the plan of a province is a tenth of this.
const PART_MAX: u64 = 32 * 1024 * 1024;

/// Most entries of a package.
const ENTRIES_MAX: usize = 10_000;

/// The parts that are read, as XML text.
pub(super) struct Package {
    pub(super) document: String,
    pub(super) styles: Option<String>,
    pub(super) numbering: Option<String>,
    pub(super) footnotes: Option<String>,
    pub(super) endnotes: Option<String>,
}

/// Unpacks what is read.
pub(super) fn open(bytes: &[u8]) -> Result<Package, Unreadable> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::Damaged)?;
    if zip.len() > ENTRIES_MAX {
        return Err(Unreadable::Bomb);
    }
    let document = match part(&mut zip, "word/document.xml")? {
        Some(document) => document,
        None => match strict_main(&mut zip)? {
            Some(document) => document,
            None => return Err(other(&zip)),
        },
    };
    Ok(Package {
        document,
        styles: part(&mut zip, "word/styles.xml")?,
        numbering: part(&mut zip, "word/numbering.xml")?,
        footnotes: part(&mut zip, "word/footnotes.xml")?,
        endnotes: part(&mut zip, "word/endnotes.xml")?,
    })
}

/// Some writers name the main part otherwise (word/document2.xml).
fn strict_main(zip: &mut ZipArchive<Cursor<&[u8]>>) -> Result<Option<String>, Unreadable> {
    let name = zip
        .file_names()
        .filter_map(Result::ok)
        .find(|name| name.starts_with("word/document") && name.ends_with(".xml"))
        .map(std::borrow::Cow::into_owned);
    name.map_or(Ok(None), |name| part(zip, &name))
}

fn part(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Option<String>, Unreadable> {
    let Some(index) = zip.index_for_name(name) else {
        return Ok(None);
    };
    let file = zip.by_index(index).map_err(|error| match error {
        zip::result::ZipError::UnsupportedArchive(why) if why.contains("assword") => Unreadable::Encrypted,
        _ => Unreadable::Damaged,
    })?;
    // The size that the zip states is a claim; the bound counts what comes out.
    let mut bytes = Vec::new();
    file.take(PART_MAX + 1).read_to_end(&mut bytes).map_err(|_| Unreadable::Damaged)?;
    if bytes.len() as u64 > PART_MAX {
        return Err(Unreadable::Bomb);
    }
    xml_text(&bytes).map(Some)
}

/// XML is UTF-8 or UTF-16.
fn xml_text(bytes: &[u8]) -> Result<String, Unreadable> {
    let (text, _, wrong) = encoding_rs::UTF_8.decode(bytes);
    if wrong { Err(Unreadable::Damaged) } else { Ok(text.into_owned()) }
}

/// What a zip is that is no DOCX.
fn other(zip: &ZipArchive<Cursor<&[u8]>>) -> Unreadable {
    let has = |start: &str| zip.file_names().filter_map(Result::ok).any(|name| name.starts_with(start));
    if has("xl/") {
        Unreadable::Sheet
    } else if has("[Content_Types].xml") {
        Unreadable::Damaged
    } else {
        Unreadable::Unknown
    }
}
