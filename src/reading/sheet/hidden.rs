//! What a workbook hides: sheets, rows and columns that nobody sees are not read, and said to be there.

use std::collections::{HashMap, HashSet};
use std::io::{BufReader, Cursor, Read as _};
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

/// Most rows and columns that are remembered as hidden.
const HIDDEN_MAX: usize = 100_000;

/// Columns of a sheet.
const COLUMNS_MAX: usize = 16_384;

/// What is hidden of a sheet; rows and columns count from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hidden {
    /// The sheet as a whole.
    pub(super) whole: bool,
    pub(super) rows: HashSet<usize>,
    pub(super) columns: HashSet<usize>,
    /// Merged areas, hidden or not: they stand in the same part.
    pub(super) merged: Vec<Area>,
}

/// Rows and columns of an area.
pub(super) type Area = (Range<usize>, Range<usize>);

/// Most merged areas of a sheet.
const MERGED_MAX: usize = 200_000;

/// A1:B2, or one cell; both ends are of it.
fn area(text: &str) -> Option<Area> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let ((top, left), (bottom, right)) = (address(first)?, address(last)?);
    Some((top..bottom.checked_add(1)?, left..right.checked_add(1)?))
}

/// Row and column of B2, counted from 0.
fn address(text: &str) -> Option<(usize, usize)> {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    if !(1..=3).contains(&letters) {
        return None;
    }
    let column = text[..letters]
        .bytes()
        .fold(0_usize, |column, letter| column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    let row: usize = text[letters..].parse().ok()?;
    Some((row.checked_sub(1)?, column - 1))
}

/// What each sheet hides, by its name. What cannot be read hides nothing.
pub(super) fn of_workbook(bytes: &[u8]) -> HashMap<String, Hidden> {
    let Ok(mut zip) = ZipArchive::new(Cursor::new(bytes)) else { return HashMap::new() };
    let links = links(&mut zip);
    let mut out = HashMap::new();
    for (name, link, whole) in sheets(&mut zip) {
        let path = links.get(&link).map(|target| match target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None => format!("xl/{target}"),
        });
        let hidden = path.and_then(|path| of_sheet(&mut zip, &path)).unwrap_or_default();
        out.insert(name, Hidden { whole, ..hidden });
    }
    out
}

type Zip<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Calls `seen` with every start of an element of a part, until that says it has enough.
fn each(zip: &mut Zip<'_>, path: &str, mut seen: impl FnMut(&BytesStart<'_>) -> bool) -> Option<()> {
    let part = zip.by_name(path).ok()?;
    let mut reader = Reader::from_reader(BufReader::new(part.take(super::workbook::UNPACKED_MAX)));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(element) | Event::Empty(element) if !seen(&element) => return Some(()),
            Event::Eof => return Some(()),
            _ => {}
        }
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found = attributes
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)?;
    let value: &str = found.value.as_ref();
    Some(quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), |value| value.into_owned()))
}

/// The sheets with their links, and whether they are hidden.
fn sheets(zip: &mut Zip<'_>) -> Vec<(String, String, bool)> {
    let mut out = Vec::new();
    each(zip, "xl/workbook.xml", |element| {
        if element.local_name().as_ref() == "sheet"
            && let (Some(name), Some(link)) = (attribute(element, "name"), attribute(element, "id"))
        {
            let state = attribute(element, "state").unwrap_or_default();
            out.push((name, link, state.to_lowercase().contains("hidden")));
        }
        out.len() < 1_000
    });
    out
}

fn links(zip: &mut Zip<'_>) -> HashMap<String, String> {
    let mut out = HashMap::new();
    each(zip, "xl/_rels/workbook.xml.rels", |element| {
        if let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target")) {
            out.insert(id, target);
        }
        out.len() < 10_000
    });
    out
}

fn of_sheet(zip: &mut Zip<'_>, path: &str) -> Option<Hidden> {
    let mut hidden = Hidden::default();
    let mut at = 0_usize;
    each(zip, path, |element| {
        let number = |name: &str| attribute(element, name).and_then(|value| value.parse::<usize>().ok());
        match element.local_name().as_ref() {
            "row" => {
                at = number("r").unwrap_or(at + 1);
                if is_hidden(element) && hidden.rows.len() < HIDDEN_MAX {
                    hidden.rows.insert(at.saturating_sub(1));
                }
            }
            "mergeCell" if hidden.merged.len() < MERGED_MAX => {
                hidden.merged.extend(attribute(element, "ref").and_then(|told| area(&told)));
            }
            "col" if is_hidden(element) => {
                if let (Some(first), Some(last)) = (number("min"), number("max")) {
                    let last = last.min(COLUMNS_MAX);
                    hidden.columns.extend((first..=last).map(|column| column.saturating_sub(1)));
                }
            }
            _ => {}
        }
        true
    })?;
    Some(hidden)
}

fn is_hidden(element: &BytesStart<'_>) -> bool {
    attribute(element, "hidden").is_some_and(|value| matches!(value.as_str(), "1" | "true"))
}
