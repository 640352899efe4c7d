//! Tests of the room: what is written is read again by the reader of spreadsheets.

mod forms;
mod writing;
