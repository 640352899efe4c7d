//! DOCX (ECMA-376 part 1): the text people see in Word, with its places.

mod markup;
mod numbering;
mod package;
mod story;
mod styles;

use crate::Unreadable;
use crate::document::Block;
use crate::plain_text::refuse_garbled;

/// Fewest characters that a document has which is not a scan.
const TEXT_MIN: usize = 20;

/// Reads the body and the notes of a DOCX.
pub(crate) fn blocks(bytes: &[u8]) -> Result<Vec<Block>, Unreadable> {
    let package = package::open(bytes)?;
    let styles = markup::parsed(package.styles.as_deref(), styles::Styles::of)?.unwrap_or_default();
    let numbering =
        markup::parsed(package.numbering.as_deref(), numbering::Numbering::of)?.unwrap_or_default();
    let mut story = story::Story::new(styles, numbering);
    let pictures = markup::parsed(Some(&package.document), |root| story.body(root))?.unwrap_or(Ok(false))?;
    for notes in [&package.footnotes, &package.endnotes] {
        markup::parsed(notes.as_deref(), |root| story.notes(root))?.unwrap_or(Ok(()))?;
    }
    let blocks = story.finished();
    let mut text = String::new();
    for block in &blocks {
        match block {
            Block::Passage(passage) => text.push_str(&passage.text),
            Block::Table(rows) => rows.iter().flatten().for_each(|cell| text.push_str(&cell.text)),
        }
    }
    if pictures && text.chars().count() < TEXT_MIN {
        return Err(Unreadable::Scan);
    }
    if blocks.is_empty() {
        return Err(Unreadable::Empty);
    }
    refuse_garbled(&text)?;
    Ok(blocks)
}
