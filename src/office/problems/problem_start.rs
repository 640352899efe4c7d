//! A problem registered: by hand, or from an episode, which tells what is not said.

use chrono::NaiveDate;

use super::{FIRST, entry, support_units};
use crate::domain::episode::EpisodeState;
use crate::domain::{Invalid, Problem, ProblemDeed, ProblemLevel, ProblemNote, ProblemSource, Retiree};
use crate::office::actor::Deed;
use crate::office::retirement::expect_alive;
use crate::office::{Actor, Office, Refusal};
use crate::store::StoreError;
use crate::store::rows::{EpisodeRow, NamedIndicatorRow, ProblemRow, UnitRow};
use crate::store::types::{CampaignId, EpisodeId, Id, IndicatorId, ProblemId, TaskId, UnitId};

/// A problem that is to be registered. What an episode tells need not be said.
#[derive(Debug, Clone, Default)]
pub struct NewProblem {
    /// The episode it is opened from; it tells indicator and campaign, and what is not said of the rest.
    pub episode: Option<EpisodeId>,
    /// What it is, in one line.
    pub title: Option<String>,
    /// More about it.
    pub detail: Option<String>,
    /// Where it comes from.
    pub source: Option<ProblemSource>,
    /// At which level it is to be solved; that of the unit that leads unless told.
    pub level: Option<ProblemLevel>,
    /// The unit that leads: id, credit code or name.
    pub unit: Option<String>,
    /// Units that support.
    pub support_units: Vec<String>,
    /// Its campaign: id, 文号 or name.
    pub campaign: Option<String>,
    /// Its task: id or name.
    pub task: Option<String>,
    /// The indicator that tells how it stands.
    pub indicator: Option<IndicatorId>,
    /// When it was found; today unless told.
    pub found_on: Option<NaiveDate>,
    /// The last day for putting it right; of an episode that of its letter unless told.
    pub due_on: Option<NaiveDate>,
    /// Who registers it.
    pub person: Option<String>,
}

/// Registers a problem.
///
/// # Errors
/// [`Refusal::Many`] and [`Refusal::Invalid`] for what is missing or does not fit; [`Refusal::Key`] for what is not there; `Duplicate`
/// where a problem of the same episode is open.
pub async fn create_problem(office: &Office, actor: &Actor, new: NewProblem) -> Result<ProblemId, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = add_problem(&mut deed, actor, new).await;
    if let Ok(id) = &made {
        deed.made("problem", id.of_any());
    }
    deed.end(made).await
}

async fn add_problem(deed: &mut Deed<'_>, actor: &Actor, new: NewProblem) -> Result<ProblemId, Refusal> {
    let note = ProblemNote { person: new.person.clone(), ..ProblemNote::default() };
    let note = note.checked(ProblemDeed::Opened).map_err(Refusal::Many)?;
    deed.tx().refer().await?;
    let told = told(deed, &new).await?;
    let unit = lead(deed, new.unit.as_deref(), told.unit_id).await?;
    let (office, today) = (deed.office(), deed.office().clock.today());
    let problem = Problem {
        title: new.title.or(told.title).ok_or_else(|| required("title", "请写明问题。"))?,
        detail: new.detail,
        source: new.source.or(told.source).ok_or_else(|| required("source", "请写明问题来源。"))?,
        level: match new.level {
            Some(level) => level,
            None => level_of(deed, &unit).await?,
        },
        found_on: new.found_on.or(told.found_on).unwrap_or(today),
        due_on: new.due_on.or(told.due_on).ok_or_else(|| required("due_on", "请写明整改时限。"))?,
    };
    let problem = problem.checked(today).map_err(Refusal::Many)?;
    let supports = support_units(deed, &new.support_units, unit.id).await?;
    let campaign = deed.maybe_campaign("campaign", new.campaign.as_deref()).await?;
    let task = deed.maybe_task("task", new.task.as_deref()).await?;
    let campaign_id = told.campaign_id.or(campaign.as_ref().map(|row| row.id));
    if let (Some(campaign), Some(task)) = (campaign_id, &task)
        && task.campaign_id != campaign
    {
        let detail = "该任务不属于这个攻坚行动，请核对。";
        return Err(Invalid::new("task", "out_of_place", detail).into());
    }
    let earlier = match told.indicator_id {
        Some(indicator) => deed.tx().find_most_repeats(indicator).await?,
        None => None,
    };
    let now = office.clock.timestamp();
    let row = ProblemRow {
        id: Id::of(office.clock.new_id()),
        title: problem.title,
        detail: problem.detail,
        source: problem.source.into(),
        level: problem.level.into(),
        unit_id: unit.id,
        campaign_id: campaign_id.or(task.as_ref().map(|row| row.campaign_id)),
        task_id: told.task_id.or(task.map(|row| row.id)),
        indicator_id: told.indicator_id,
        episode_id: new.episode,
        found_on: problem.found_on,
        due_on: problem.due_on,
        state: FIRST.into(),
        // A problem of an indicator that had one before has come back.
        repeats: earlier.map_or(0, |most| most.saturating_add(1)),
        created_at: now,
        revision: 1,
        updated_at: now,
    };
    let first = entry(office, actor, &row, (ProblemDeed::Opened, note));
    deed.tx().create_problem(&row, &supports, &first).await?;
    Ok(row.id)
}

fn required(field: &str, detail: &str) -> Refusal {
    Invalid::new(field, "required", detail).into()
}

/// What episode and indicator tell of a problem.
#[derive(Default)]
struct Told {
    title: Option<String>,
    source: Option<ProblemSource>,
    unit_id: Option<UnitId>,
    campaign_id: Option<CampaignId>,
    task_id: Option<TaskId>,
    indicator_id: Option<IndicatorId>,
    found_on: Option<NaiveDate>,
    due_on: Option<NaiveDate>,
}

async fn told(deed: &mut Deed<'_>, new: &NewProblem) -> Result<Told, Refusal> {
    let Some(id) = new.episode else {
        return match new.indicator {
            None => Ok(Told::default()),
            Some(id) => by_indicator(deed, id, new).await,
        };
    };
    let given = [
        ("indicator", new.indicator.is_some()),
        ("campaign", new.campaign.is_some()),
        ("task", new.task.is_some()),
    ];
    if let Some((field, _)) = given.iter().find(|(_, given)| *given) {
        let detail = "由预警事项登记的问题，攻坚行动、任务和指标以该事项为准，请不要另填。";
        return Err(Invalid::new(*field, "out_of_place", detail).into());
    }
    let found = deed.tx().find_episode(id).await?;
    let (episode, _) = found.ok_or_else(|| nothing("episode", StoreError::missing("episode", id.0)))?;
    if episode.state == EpisodeState::Lifted {
        let detail = "该预警事项已经解除，不能再由它登记问题；确有问题的，请手工登记并写明指标。";
        return Err(Invalid::new("episode", "lifted", detail).into());
    }
    let indicator = indicator(deed, episode.indicator_id, "episode").await?;
    let due_on = match new.due_on {
        Some(_) => None,
        None => reply_by(deed, &episode).await?,
    };
    Ok(Told {
        title: Some(title(&episode, &indicator)),
        source: Some(ProblemSource::Warning),
        unit_id: episode.unit_id,
        campaign_id: Some(episode.campaign_id),
        task_id: Some(indicator.indicator.task_id),
        indicator_id: Some(episode.indicator_id),
        found_on: Some(episode.opened_on),
        due_on,
    })
}

/// 固定资产投资（湖南省）严重滞后
fn title(episode: &EpisodeRow, indicator: &NamedIndicatorRow) -> String {
    format!("{}（{}）{}", indicator.measure.1, indicator.region.1, episode.grade.0.chinese())
}

/// The last day of the latest letter about an episode that asks for an answer.
async fn reply_by(deed: &mut Deed<'_>, episode: &EpisodeRow) -> Result<Option<NaiveDate>, Refusal> {
    let (today, trial) = (deed.office().clock.today(), deed.office().is_pilot());
    let letters = deed.tx().list_episode_letters(&[episode.id], today, trial).await?;
    Ok(letters.iter().rev().find_map(|letter| letter.reply_by))
}

async fn by_indicator(deed: &mut Deed<'_>, id: IndicatorId, new: &NewProblem) -> Result<Told, Refusal> {
    if new.campaign.is_some() || new.task.is_some() {
        let field = if new.campaign.is_some() { "campaign" } else { "task" };
        let detail = "写明指标的问题，攻坚行动和任务以该指标为准，请不要另填。";
        return Err(Invalid::new(field, "out_of_place", detail).into());
    }
    let row = indicator(deed, id, "indicator").await?.indicator;
    Ok(Told {
        unit_id: row.lead_unit_id,
        campaign_id: Some(row.campaign_id),
        task_id: Some(row.task_id),
        indicator_id: Some(id),
        ..Told::default()
    })
}

async fn indicator(deed: &mut Deed<'_>, id: IndicatorId, field: &str) -> Result<NamedIndicatorRow, Refusal> {
    let found = deed.tx().find_indicator(id).await?;
    let row = found.ok_or_else(|| nothing(field, StoreError::missing("indicator", id.0)))?;
    expect_alive(field, Retiree::Indicator, (&row.measure.1, row.indicator.retired_on))?;
    Ok(row)
}

fn nothing(field: &str, error: StoreError) -> Refusal {
    Refusal::Key { field: field.to_owned(), error }
}

/// The unit that leads: the one named, or the one that answers for the episode or indicator.
async fn lead(deed: &mut Deed<'_>, key: Option<&str>, told: Option<UnitId>) -> Result<UnitRow, Refusal> {
    match (key, told) {
        (Some(key), _) => deed.unit("unit", key).await,
        (None, Some(id)) => deed.unit("unit", &id.to_string()).await,
        (None, None) => Err(required("unit", "请写明牵头单位。")),
    }
}

/// The level of the region a unit belongs to.
async fn level_of(deed: &mut Deed<'_>, unit: &UnitRow) -> Result<ProblemLevel, Refusal> {
    let regions = deed.tx().list_regions_of(&[unit.region_id]).await?;
    let region = regions.first().ok_or_else(|| required("level", "请写明问题层级。"))?;
    Ok(ProblemLevel::of_region(region.level.0))
}
