//! Observations as SDMX-CSV 1.0 (<https://github.com/sdmx-twg/sdmx-csv>), for statistical systems: a line a value, its dimensions first.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};

use super::ObservationView;
use crate::api::http::csv_table::quoted;
use crate::domain::TextEnum as _;
use uuid::Uuid;

/// Media type of SDMX-CSV.
pub(in crate::api) const SDMX_CSV: &str = "application/vnd.sdmx.data+csv";

/// The columns: the dataflow, the dimensions of a value, the value, and its attributes.
const COLUMNS: &str = "DATAFLOW,MEASURE,REF_AREA,BASIS,FIGURE,TIME_PERIOD,OBS_VALUE,UNIT,OBS_STATUS,SOURCE,PUBLISHED_ON,VINTAGE,STAGE\r\n";
/// This service's own dataflow.
const DATAFLOW: &str = "XUSHI:OBSERVATIONS(1.0)";

/// The lines of these values; `measures` are names and units, `regions` codes.
pub(super) fn lines(
    items: &[ObservationView],
    measures: &HashMap<Uuid, (String, String)>,
    regions: &HashMap<Uuid, String>,
) -> String {
    let mut text = String::from(COLUMNS);
    for item in items {
        let (name, unit) = measures.get(&item.measure_id).cloned().unwrap_or_default();
        let unit = if item.figure.0.is_rate() { "%".to_owned() } else { unit };
        let cells = [
            DATAFLOW.to_owned(),
            name,
            regions.get(&item.region_id).cloned().unwrap_or_default(),
            item.basis.0.as_str().to_owned(),
            item.figure.0.as_str().to_owned(),
            period(item.period.start, item.period.end),
            item.value.0.normalize().to_string(),
            unit,
            item.status.0.as_str().to_owned(),
            item.source.clone(),
            item.published_on.to_string(),
            item.vintage.to_string(),
            item.stage.as_ref().map(|stage| stage.0.as_str().to_owned()).unwrap_or_default(),
        ];
        text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        text.push_str("\r\n");
    }
    text
}

/// A period as SDMX writes it: a day, a month, a year, or a range of whole months from its first day on; what begins or ends within a month
/// as a range of days.
fn period(start: NaiveDate, end: NaiveDate) -> String {
    let whole = start.day() == 1 && end.succ_opt().is_some_and(|next| next.day() == 1);
    let months = (end.year() - start.year()) * 12 + i32::try_from(end.month()).unwrap_or(0)
        - i32::try_from(start.month()).unwrap_or(0)
        + 1;
    match (whole, months) {
        _ if start == end => start.to_string(),
        (true, 1) => start.format("%Y-%m").to_string(),
        (true, 12) if start.month() == 1 => start.format("%Y").to_string(),
        (true, months) => format!("{start}/P{months}M"),
        (false, _) => format!("{start}/P{}D", (end - start).num_days() + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_written_as_sdmx_writes_them() {
        let d = |text: &str| -> NaiveDate { text.parse().unwrap() };
        for (start, end, wanted) in [
            ("2025-01-01", "2025-07-31", "2025-01-01/P7M"),
            ("2025-07-01", "2025-07-31", "2025-07"),
            ("2025-01-01", "2025-12-31", "2025"),
            ("2025-06-30", "2025-06-30", "2025-06-30"),
            ("2025-01-01", "2025-08-25", "2025-01-01/P237D"),
            ("2024-07-01", "2025-06-30", "2024-07-01/P12M"),
        ] {
            assert_eq!(period(d(start), d(end)), wanted);
        }
    }
}
