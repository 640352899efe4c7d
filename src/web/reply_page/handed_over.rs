//! Whether what a letter was about has gone over to another unit.

use super::Opened;
use crate::api::State;
use crate::api::http::refused::Refused;
use crate::domain::LetterState;
use crate::office::rows::NamedIndicatorRow;
use crate::office::types::{EpisodeId, IndicatorId};

/// Who leads what a settled letter was about, where that is another unit by now.
pub(super) async fn handed_to(state: &State, opened: &Opened) -> Result<Option<String>, Refused> {
    if opened.state != LetterState::Settled {
        return Ok(None);
    }
    let read = &state.office.read;
    let links = read.list_episode_links(&[opened.letter.id]).await?;
    let episodes: Vec<EpisodeId> = links.into_iter().map(|link| link.episode_id).collect();
    let reports = read.list_letter_reports(&[opened.letter.id]).await?;
    let mut indicators: Vec<IndicatorId> = reports.into_iter().map(|row| row.indicator_id).collect();
    indicators.extend(read.list_episodes_of(&episodes).await?.into_iter().map(|(row, _)| row.indicator_id));
    let led = read.list_indicators_of(&indicators).await?;
    let own = |row: &NamedIndicatorRow| row.indicator.lead_unit_id == Some(opened.letter.unit_id);
    Ok(if led.iter().any(own) { None } else { led.into_iter().find_map(|row| row.lead_unit_name) })
}
