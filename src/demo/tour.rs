//! `xushi demo`: the whole chain on the sample campaign.

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;

use super::plan_file::{PlanFile, load_plan};
use super::{board, load};
use crate::app::{self, AppError};
use crate::clock::{FixedClock, StandingClock, SystemClock};
use crate::config::Config;
use crate::jobs::deliver::deliver;
use crate::office::Actor;
use crate::office::warnings::{self, Outcome};
use crate::store::Store;

/// What the demo has to say, for the terminal.
#[derive(Debug, Default)]
pub struct Shown {
    /// What was made or found.
    pub notes: Vec<String>,
    /// The board.
    pub board: String,
}

/// Loads the sample, or the plan that is given instead, evaluates as of `as_of`, issues the letters dated that day, delivers
/// them. A second run finds everything there, changes nothing and says so.
///
/// # Errors
/// When the database or the folder cannot be used.
pub async fn run(config: &Config, as_of: NaiveDate, plan: Option<PlanFile>) -> Result<Shown, AppError> {
    // The sample lives on its own day, so that its letters carry that date and its deadline that year's calendar.
    let nine = as_of.and_hms_opt(1, 0, 0).unwrap_or_default().and_utc();
    let mut shown = Shown::default();
    let store = config.database.open_directly(4)?;
    if let Some(key) = app::prepare(config, &store, &SystemClock).await? {
        shown.notes.push(format!("访问密钥（只显示这一次）：{key}"));
    }
    // New ids each time: every run is one.
    let office = app::office(config, store.clone(), Arc::new(StandingClock(nine))).await?;
    // The same ids each time: what a killed run left out is added to what it wrote.
    let loaded = match plan {
        Some(file) => {
            shown.notes.extend(load_plan(&office, file).await?);
            return shown_on(config, (store, as_of), shown).await;
        }
        None => load::load(&office.at(Arc::new(FixedClock::at(nine)))).await?,
    };
    match loaded {
        Some(loaded) => shown
            .notes
            .push(format!("已装入示例：{}项指标，{}条观测值。", loaded.indicators, loaded.observations)),
        None => shown.notes.push("示例已在库中，未重复装入。".to_owned()),
    }
    shown_on(config, (store, as_of), shown).await
}

/// Evaluates, issues, delivers, and shows the board.
async fn shown_on(
    config: &Config,
    (store, as_of): (Store, NaiveDate),
    mut shown: Shown,
) -> Result<Shown, AppError> {
    let nine = as_of.and_hms_opt(1, 0, 0).unwrap_or_default().and_utc();
    // New ids each time: every run is one.
    let office = app::office(config, store, Arc::new(StandingClock(nine))).await?;
    let issued = warnings::run(&office, &Actor::technician(), as_of).await?;
    shown.notes.push(format!("{as_of}研判{}项，其中{}项有变化。", issued.assessed, issued.changed));
    for letter in &issued.letters {
        let names: Vec<_> = letter.indicators.iter().map(|(_, name, _)| name.as_str()).collect();
        if let Outcome::Issued { number, .. } = &letter.outcome {
            shown.notes.push(format!(
                "发出{number}：{}预警，主送{}，涉及{}。",
                letter.level.map(crate::domain::Level::label).unwrap_or_default(),
                letter.unit,
                names.join("、")
            ));
        }
    }
    if issued.letters.is_empty() {
        shown.notes.push("没有需要新发的预警函。".to_owned());
    }
    // Delivery is real, and so is its clock: a lease left by a killed run must run out.
    let jobs = app::jobs(config, office.at(Arc::new(SystemClock)))?;
    let delivered = deliver(&jobs).await?;
    if delivered.accepted > 0 {
        shown.notes.push(format!("{}封邮件写入{}。", delivered.accepted, config.mail.folder.display()));
    }
    shown.board = board::board(&jobs.office).await?;
    Ok(shown)
}

/// The demo's configuration: everything under one folder, no schedule, whatever `base` says otherwise kept.
pub fn config_in(mut base: Config, folder: &Path, own_database: bool) -> Config {
    if own_database {
        base.database.url = folder.join("xushi.db").display().to_string();
    }
    base.mail.transport = crate::config::TransportChoice::File;
    base.mail.folder = folder.join("outbox");
    // The sample's days are over: jobs that go by today's date would only add noise.
    base.schedule.stop_daily();
    base
}
