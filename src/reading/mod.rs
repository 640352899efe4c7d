//! Documents as they lie on the desk, read into what a person can adopt. Pure: bytes in, values out.
//!
//! 1. `document` makes text with places of bytes: DOCX, plain text and Markdown. What cannot be read is refused with what to
//!    do instead.
//!    A PDF is read from the text that a helper takes out of it; this room starts no programs.
//! 2. `plan` makes a proposed campaign of that text: tasks with their offices and targets.
//! 3. `report` makes figures of that text: each with its region, its days, its status and where it stands.
//! 4. `sheet` makes either of a spreadsheet, by its headings.
//!
//! What the room never does: invent (what is not written is `None`, empty or open) and swallow (a phrase with a number is a
//! target, is known to be none, or is handed back with its place).

pub mod document;
mod docx;
pub mod file_date;
mod paragraphs;
mod plain_text;
pub mod plan;
mod printed_pages;
pub mod report;
pub mod sheet;
mod unreadable;

#[cfg(test)]
mod tests;

pub use unreadable::Unreadable;
