//! Working-day calendars of further years, one JSON file a year.

use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;

use super::ConfigError;
use crate::domain::CalendarYear;
use crate::domain::calendar::NoticeDay;

/// The file as the office writes it from the State Council's notice.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    year: i32,
    days_off: Vec<Day>,
    work_days: Vec<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Day {
    date: NaiveDate,
    holiday: String,
}

impl From<Day> for NoticeDay {
    fn from(day: Day) -> Self {
        Self { date: day.date, holiday: day.holiday }
    }
}

/// Every `*.json` of the folder, in order of name.
pub(super) fn read_folder(folder: &Path) -> Result<Vec<CalendarYear>, ConfigError> {
    let wrong = |path: &Path, why: &dyn std::fmt::Display| ConfigError {
        key: "letters.calendars".to_owned(),
        detail: format!("{}: {why}", path.display()),
    };
    let entries = std::fs::read_dir(folder).map_err(|error| wrong(folder, &error))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "json"));
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).map_err(|error| wrong(path, &error))?;
            let file: CalendarFile = serde_json::from_str(&text).map_err(|error| wrong(path, &error))?;
            let days = |days: Vec<Day>| days.into_iter().map(NoticeDay::from).collect();
            CalendarYear::new(file.year, days(file.days_off), days(file.work_days))
                .map_err(|error| wrong(path, &error))
        })
        .collect()
}
