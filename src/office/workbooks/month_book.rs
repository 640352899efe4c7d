//! The month's form of a campaign: what each unit is asked, what it reported last, what is due.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;

use super::form_keys::{FormKey, FormMark};
use super::too_many;
use crate::domain::kind::ReportedBy;
use crate::domain::pace::Grounds;
use crate::domain::{Basis, Figure, Frequency, Invalid, Observation};
use crate::evidence::{Comparisons, Evidence, gather};
use crate::office::{Office, Refusal};
use crate::sheets::{FormLine, MonthForm, written};
use crate::store::rows::{BoardFilter, BoardRow, CampaignRow, UnitRow};
use crate::store::types::{CampaignId, Id, IndicatorId, TaskId};

/// Most lines of one form.
const LINES_MAX: usize = 5_000;

/// Which form is asked for.
#[derive(Debug)]
pub struct AskedForm {
    /// The campaign.
    pub campaign: CampaignRow,
    /// It and those below it.
    pub family: Vec<CampaignId>,
    /// The unit that fills it in; `None`: all of them.
    pub unit: Option<UnitRow>,
    /// The last day of the month that is reported.
    pub until: NaiveDate,
    /// By when it is to be returned.
    pub due_on: Option<NaiveDate>,
}

/// The form as a workbook. A figure that several tasks promise is asked once.
///
/// # Errors
/// [`Refusal::Invalid`] where nothing is asked, or too much for one sheet.
pub async fn month_form(office: &Office, asked: AskedForm) -> Result<Vec<u8>, Refusal> {
    let filter = BoardFilter {
        campaigns: Some(asked.family.clone()),
        unit_id: asked.unit.as_ref().map(|unit| unit.id.0).map(Id::of),
        alive_on: Some(office.clock.today()),
        ..BoardFilter::default()
    };
    let rows = super::present(office, &filter).await?;
    let ids: Vec<IndicatorId> = rows.iter().map(|row| row.id).collect();
    let today = office.clock.today();
    let evidence =
        gather::evidence_of(&office.read, &office.calendar, &ids, today, Comparisons::ForGrade).await?;
    let evidence: HashMap<IndicatorId, Evidence> =
        evidence.into_iter().map(|one| (one.row.id, one)).collect();
    let mut asked_already = HashSet::new();
    let mut lines = Vec::new();
    for row in in_order(office, rows).await? {
        let Some(evidence) = evidence.get(&row.id) else { continue };
        let Some(figure) = asked_figure(&evidence.grounds) else { continue };
        if evidence.grounds.window.start() <= asked.until && asked_already.insert((evidence.key, figure)) {
            lines.push(line(&row, &evidence.grounds, figure, asked.until));
        }
    }
    if lines.len() > LINES_MAX {
        return Err(too_many(LINES_MAX));
    }
    if lines.is_empty() {
        let detail = "没有需要按期填报的指标：请核对攻坚行动、责任单位和月份。";
        return Err(Invalid::new("campaign", "nothing_asked", detail).into());
    }
    let until = asked.until;
    let form = MonthForm {
        campaign: asked.campaign.name,
        of_unit: asked.unit.map(|unit| unit.name),
        from: until.with_day(1).unwrap_or(until),
        until,
        due_on: asked.due_on,
        mark: FormMark { campaign: asked.campaign.id.0, until }.written(),
        lines,
    };
    written(&[form.sheet()], today)
        .map_err(|error| Invalid::new("campaign", "too_many", error.to_string()).into())
}

/// By unit, then as the plan has its tasks.
async fn in_order(office: &Office, mut rows: Vec<BoardRow>) -> Result<Vec<BoardRow>, Refusal> {
    let mut ids: Vec<TaskId> = rows.iter().map(|row| row.task.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut ordinals = HashMap::new();
    for chunk in ids.chunks(1_000) {
        let tasks = office.read.list_tasks_of(chunk).await?;
        ordinals.extend(tasks.into_iter().map(|task| (task.id, task.ordinal)));
    }
    rows.sort_by(|a, b| {
        let place = |row: &BoardRow| (ordinals.get(&row.task.0).copied(), row.task.0, row.id);
        (&a.lead_unit.1, place(a)).cmp(&(&b.lead_unit.1, place(b)))
    });
    Ok(rows)
}

/// What is asked of an indicator; nothing of what is reported by nodes or judged by a person.
pub(in crate::office) fn asked_figure(grounds: &Grounds) -> Option<Figure> {
    match grounds.kind() {
        Some(kind) if kind.row().reported_by != ReportedBy::Period => None,
        Some(kind) => Some(kind.row().figure),
        None => Some(Figure::Level),
    }
}

/// What is asked of one figure for the period that ends on a day.
pub(in crate::office) struct AskedPeriod {
    /// First day of what is asked.
    pub(in crate::office) start: NaiveDate,
    /// Whether it is due and was not reported.
    pub(in crate::office) due: bool,
    /// The latest period reported, and its value.
    pub(in crate::office) last: Option<(NaiveDate, Decimal)>,
}

/// What is asked of this figure for the period that ends on `until`.
pub(in crate::office) fn asked_period(grounds: &Grounds, figure: Figure, until: NaiveDate) -> AskedPeriod {
    let measure = &grounds.measure;
    let own = grounds.own.iter().filter(|fact| fact.figure == figure && fact.basis == measure.basis);
    let own: Vec<&Observation> = own.filter(|fact| fact.status.is_actual()).collect();
    let start = first_day((measure.basis, measure.frequency), &own, until);
    let asked = grounds.target.is_some()
        && ends_a_period(measure.frequency, until)
        && grounds.window.contains(until)
        && !own.iter().any(|fact| fact.period.end() == until);
    let last =
        own.iter().max_by_key(|fact| (fact.period.end(), fact.weight(), fact.published_on, fact.vintage));
    AskedPeriod {
        start,
        due: asked,
        last: last.map(|fact| (fact.period.end(), Decimal::normalize(&fact.value))),
    }
}

fn line(row: &BoardRow, grounds: &Grounds, figure: Figure, until: NaiveDate) -> FormLine {
    let measure = &grounds.measure;
    let AskedPeriod { start, due, last } = asked_period(grounds, figure, until);
    FormLine {
        key: FormKey { indicator: row.id.0, figure, start }.written(),
        office: row.lead_unit.1.clone().unwrap_or_default(),
        task: row.task.1.clone(),
        indicator: format!("{} {}", row.measure.1, span(measure.basis, start, until)),
        region: row.region.1.clone(),
        unit: row.measure.2.clone(),
        figure,
        target: row.phrase.clone().unwrap_or_else(|| "未下达".to_owned()),
        last,
        due,
    }
}

/// Months of a period of this frequency.
fn months(frequency: Frequency) -> u32 {
    match frequency {
        Frequency::Monthly => 1,
        Frequency::Quarterly => 3,
        Frequency::HalfYearly => 6,
        Frequency::Yearly => 12,
    }
}

/// Whether a period of this frequency ends with the month. January alone is not asked: it comes with February.
fn ends_a_period(frequency: Frequency, until: NaiveDate) -> bool {
    let months = months(frequency);
    until.month().is_multiple_of(months) && !(months == 1 && until.month() == 1)
}

/// The first day of what is asked: a cumulative figure begins as the last one of its year did, else with the year.
fn first_day((basis, frequency): (Basis, Frequency), own: &[&Observation], until: NaiveDate) -> NaiveDate {
    let first_of = |month: u32| NaiveDate::from_ymd_opt(until.year(), month, 1).unwrap_or(until);
    match basis {
        Basis::Point => until,
        Basis::Period => first_of((until.month() - 1) / months(frequency) * months(frequency) + 1),
        Basis::Cumulative => {
            let of_year = own.iter().filter(|fact| fact.period.end().year() == until.year());
            let last = of_year.max_by_key(|fact| (fact.period.end(), fact.vintage));
            last.map_or_else(|| first_of(1), |fact| fact.period.start())
        }
    }
}

/// What days are spoken of, as people say it: 1—8月累计, 7—9月, 8月末.
pub(in crate::office) fn span(basis: Basis, start: NaiveDate, until: NaiveDate) -> String {
    let months = if (start.year(), start.month()) == (until.year(), until.month()) {
        format!("{}月", until.month())
    } else if start.year() == until.year() {
        format!("{}—{}月", start.month(), until.month())
    } else {
        format!("{}年{}月—{}年{}月", start.year(), start.month(), until.year(), until.month())
    };
    match basis {
        Basis::Cumulative => format!("{months}累计"),
        Basis::Period => format!("{months}当期"),
        Basis::Point => format!("{months}末"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_asked_begins_where_its_basis_says() {
        use Basis::{Cumulative, Period, Point};
        use Frequency::{Monthly, Quarterly};
        for (basis, frequency, until, start, said) in [
            (Cumulative, Monthly, "2025-08-31", "2025-01-01", "1—8月累计"),
            (Cumulative, Monthly, "2025-01-31", "2025-01-01", "1月累计"),
            (Period, Monthly, "2025-08-31", "2025-08-01", "8月当期"),
            (Period, Quarterly, "2025-09-30", "2025-07-01", "7—9月当期"),
            (Point, Monthly, "2025-08-31", "2025-08-31", "8月末"),
        ] {
            let first = first_day((basis, frequency), &[], day(until));
            assert_eq!(first, day(start), "{basis} {until}");
            assert_eq!(span(basis, first, day(until)), said);
        }
        assert_eq!(span(Cumulative, day("2024-11-01"), day("2025-02-28")), "2024年11月—2025年2月累计");
    }

    #[test]
    fn a_quarter_is_asked_at_its_end_and_january_never_alone() {
        for (frequency, until, asked) in [
            (Frequency::Monthly, "2025-08-31", true),
            (Frequency::Monthly, "2025-01-31", false),
            (Frequency::Quarterly, "2025-08-31", false),
            (Frequency::Quarterly, "2025-09-30", true),
            (Frequency::HalfYearly, "2025-09-30", false),
            (Frequency::Yearly, "2025-12-31", true),
        ] {
            assert_eq!(ends_a_period(frequency, day(until)), asked, "{frequency} {until}");
        }
    }
}
