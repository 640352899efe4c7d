//! The charts that the page shows.

use super::asked::AskedLine;
use super::{Instead, Opened, failed};
use crate::api::State;
use crate::letter::{html_picture, picture_id};
use crate::office::warnings;

/// The charts of the lines that the page shows, as `data:` addresses.
pub(super) async fn pictures(state: &State, opened: &Opened) -> Result<Vec<(u32, String)>, Instead> {
    if opened.facts.lines.iter().all(|line| line.trend.is_none()) {
        return Ok(Vec::new());
    }
    let files = warnings::files(&state.office, &opened.letter).await.map_err(failed)?;
    let of = |line: &AskedLine| {
        let cid = picture_id(line.ordinal);
        let file = files.iter().find(|file| file.name == cid)?;
        Some((line.ordinal, html_picture(&file.bytes)))
    };
    Ok(opened.asked.lines.iter().filter_map(of).collect())
}
