//! What is a unit's own: its letters, indicators, people and problems.

use uuid::Uuid;

use super::{AccessRule, Caller, Reach, forbidden};
use crate::api::State;
use crate::api::http::refused::Refused;
use crate::office::types::{Id, UnitId};

/// Nobody judges the letter of their own unit, nor takes its problem off the ledger.
pub(super) async fn not_own(
    state: &State,
    caller: &Caller,
    rule: &AccessRule,
    id: Uuid,
) -> Result<(), Refused> {
    let read = &state.office.read;
    let (unit, detail) = if rule.path.starts_with("/problems/") {
        (
            read.find_problem_unit(Id::of(id)).await?,
            "核销和退回须由其他单位进行，本单位牵头的问题不能由本单位核销。",
        )
    } else {
        (
            read.find_letter_unit(Id::of(id)).await?,
            "审核和销号须由其他单位进行，本单位的函不能由本单位审核或销号。",
        )
    };
    if unit.map(|id| id.0) == caller.unit_id { Err(forbidden(detail)) } else { Ok(()) }
}

/// What does not concern a unit does not exist for it.
pub(super) async fn concerned(state: &State, reach: Reach, id: Uuid, unit: Uuid) -> Result<(), Refused> {
    let (what, concerned) = own(state, reach, id, unit).await?;
    if concerned { Ok(()) } else { Err(Refused::not_found(what)) }
}

async fn own(state: &State, reach: Reach, id: Uuid, unit: Uuid) -> Result<(&'static str, bool), Refused> {
    let mine = |id: Option<UnitId>| id == Some(Id::of(unit));
    Ok(match reach {
        Reach::OwnEpisode => ("预警事项", mine(state.office.read.find_episode_unit(Id::of(id)).await?)),
        Reach::OwnIndicator => ("指标", mine(state.office.read.find_indicator_unit(Id::of(id)).await?)),
        Reach::OwnContact => ("联络员", mine(state.office.read.find_contact_unit(Id::of(id)).await?)),
        Reach::OwnProblem => ("问题", state.office.read.problem_concerns(Id::of(id), Id::of(unit)).await?),
        Reach::LedProblem => ("问题", mine(state.office.read.find_problem_unit(Id::of(id)).await?)),
        Reach::OwnLetter => ("函", state.office.read.letter_concerns(Id::of(id), Id::of(unit)).await?),
        _ => ("函", mine(state.office.read.find_letter_unit(Id::of(id)).await?)),
    })
}
