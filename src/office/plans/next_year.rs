//! The next year's campaign (结转): tree, units, measures, curves and packs of this year's, its targets empty.

use std::collections::HashMap;

use chrono::{Datelike as _, Days, Months, NaiveDate};

use super::campaigns::add_campaign;
use super::indicators::add_indicator;
use super::tasks::add_task;
use super::{NewCampaign, NewIndicator, NewPart, NewTask};
use crate::domain::{Campaign, Curve, Inheritable, Invalid, MemberRole, Node, Retiree};
use crate::office::actor::Deed;
use crate::office::retirement::expect_alive;
use crate::office::{Actor, Office, Refusal};
use crate::store::StoreError;
use crate::store::curves;
use crate::store::rows::{
    BoardFilter, CampaignCurveRow, CampaignRow, NamedIndicatorRow, Page, TaskFilter, TaskRow,
};
use crate::store::types::{CampaignId, Id, IndicatorId, TaskId};

/// Rows read at once.
const PAGE: i64 = 500;

/// What the next year's campaign is called; what is `None` follows from this year's.
#[derive(Debug, Clone, Default)]
pub struct NextYear {
    /// Its name; this year's with the year counted on unless told.
    pub name: Option<String>,
    /// 文号, which the plan of the next year has or will have.
    pub doc_no: Option<String>,
}

/// Makes the next year's campaign out of this year's, with its sub-campaigns: members, tasks and who answers for them,
/// indicators with their curves, curves by kind and packs. Targets and baselines are empty, since a plan has yet to set them;
/// figures, aliases and contacts belong to measures and units and need no carrying. What is retired stays behind.
///
/// # Errors
/// [`Refusal::NotFound`]; `Conflict` for a sub-campaign, which goes with the one above it; `Duplicate` where the name is taken,
/// as by a campaign that was carried over before.
pub async fn next_year(
    office: &Office,
    actor: &Actor,
    id: CampaignId,
    new: NextYear,
) -> Result<CampaignRow, Refusal> {
    let mut deed = office.begin(actor).await?;
    let made = carry_over(&mut deed, id, new).await;
    if let Ok(row) = &made {
        deed.made("campaign", row.id.of_any());
    }
    deed.end(made).await
}

async fn carry_over(deed: &mut Deed<'_>, id: CampaignId, new: NextYear) -> Result<CampaignRow, Refusal> {
    let top = super::campaign(deed, id).await?;
    if top.parent_id.is_some() {
        return Err(Refusal::Conflict("子行动随上级攻坚行动一并结转，请对上级攻坚行动办理。"));
    }
    expect_alive("id", Retiree::Campaign, (&top.name, top.retired_on))?;
    let step = Step::over(&top);
    let made = campaign(deed, &top, None, step, new).await?;
    let mut waiting = vec![(top.id, made.id)];
    while let Some((old, new)) = waiting.pop() {
        for child in deed.tx().list_children(old).await? {
            if child.retired_on.is_none() {
                let made = campaign(deed, &child, Some(new), step, NextYear::default()).await?;
                waiting.push((child.id, made.id));
            }
        }
    }
    Ok(made)
}

/// By how much days move: whole years, as many as the campaign has begun.
#[derive(Clone, Copy)]
struct Step {
    years: u32,
    from: i32,
}

impl Step {
    fn over(campaign: &CampaignRow) -> Self {
        let (start, end) = (campaign.starts_on, campaign.ends_on);
        let years = (end.year() - start.year() + 1).max(1).unsigned_abs();
        Self { years, from: start.year() }
    }

    fn start(self, day: NaiveDate) -> Result<NaiveDate, Invalid> {
        day.checked_add_months(Months::new(12 * self.years)).ok_or_else(too_late)
    }

    /// The end of a month stays one.
    fn end(self, day: NaiveDate) -> Result<NaiveDate, Invalid> {
        let after = day.checked_add_days(Days::new(1)).ok_or_else(too_late)?;
        self.start(after)?.checked_sub_days(Days::new(1)).ok_or_else(too_late)
    }

    /// A name with its years counted on: 2025年 becomes 2026年, and so does the year before, which it may go on from.
    fn name(self, name: &str) -> String {
        let last = self.from + self.years.cast_signed() - 1;
        // From the last year back, so that none is counted on twice.
        (self.from - self.years.cast_signed()..=last).rev().fold(name.to_owned(), |name, year| {
            name.replace(&year.to_string(), &(year + self.years.cast_signed()).to_string())
        })
    }

    fn curve(self, curve: Curve) -> Result<Curve, Invalid> {
        let Curve::Nodes(nodes) = curve else { return Ok(curve) };
        let moved = nodes.into_iter().map(|node| Ok(Node { on: self.end(node.on)?, ..node }));
        moved.collect::<Result<_, Invalid>>().map(Curve::Nodes)
    }
}

fn too_late() -> Invalid {
    Invalid::new("id", "out_of_range", "起止日期超出可用范围，不能结转。")
}

/// Carries one campaign over, with its tasks and indicators.
async fn campaign(
    deed: &mut Deed<'_>,
    old: &CampaignRow,
    parent: Option<CampaignId>,
    step: Step,
    new: NextYear,
) -> Result<CampaignRow, Refusal> {
    let inherited = if parent.is_some() { old.inherited() } else { Vec::new() };
    let own = |what: Inheritable| !inherited.contains(&what);
    let said: Campaign = old.clone().try_into()?;
    let (deputy_conveners, members) = seats(deed, old.id).await?;
    let contact = own(Inheritable::Contact);
    let made = add_campaign(
        deed,
        NewCampaign {
            name: new.name.unwrap_or_else(|| step.name(&old.name)),
            doc_no: new.doc_no,
            region: old.region_id.to_string(),
            starts_on: step.start(old.starts_on)?,
            ends_on: step.end(old.ends_on)?,
            parent: parent.map(|id| id.to_string()),
            ordinal: old.ordinal,
            office_unit: old.office_unit_id.filter(|_| own(Inheritable::OfficeUnit)).map(|id| id.to_string()),
            workforce: said.workforce,
            convener: said.convener,
            deputy_conveners,
            members,
            members_open: said.members_open,
            rule_pack: own(Inheritable::RulePack).then(|| old.rule_pack_id.to_string()),
            issuing: own(Inheritable::Issuing).then_some(said.issuing),
            signed: own(Inheritable::Signed).then_some(said.signed),
            issuer_name: own(Inheritable::IssuerName).then_some(said.issuer_name),
            letter_mark: own(Inheritable::LetterMark).then_some(said.letter_mark),
            reply_working_days: own(Inheritable::ReplyWorkingDays).then_some(said.reply_working_days),
            contact_name: said.contact_name.filter(|_| contact),
            contact_phone: said.contact_phone.filter(|_| contact),
            contact_email: said.contact_email.filter(|_| contact),
            external_id: None,
        },
    )
    .await?;
    deed.tx().continue_campaign(made.id, old.id).await?;
    let curves: Vec<CampaignCurveRow> = deed.tx().list_campaign_curves(&[old.id]).await?;
    let curves: Vec<CampaignCurveRow> = curves
        .into_iter()
        .map(|row| {
            let curve = curves::write(&step.curve(curves::read(&row.curve)?)?);
            Ok(CampaignCurveRow { campaign_id: made.id, curve, ..row })
        })
        .collect::<Result<_, StoreError>>()?;
    if !curves.is_empty() {
        deed.tx().replace_campaign_curves(made.id, &[], &curves).await?;
    }
    let places = tasks(deed, (old.id, made.id), step).await?;
    indicators(deed, old.id, &places, step).await?;
    Ok(CampaignRow { continues_id: Some(old.id), ..made })
}

/// Deputy conveners and members that are there still.
async fn seats(deed: &mut Deed<'_>, campaign: CampaignId) -> Result<(Vec<String>, Vec<String>), Refusal> {
    let (mut deputies, mut members) = (Vec::new(), Vec::new());
    for (seat, _) in deed.tx().list_members(&[campaign]).await? {
        if deed.tx().find_unit(seat.unit_id).await?.is_none_or(|unit| unit.retired_on.is_some()) {
            continue;
        }
        let list = if seat.role == MemberRole::DeputyConvener { &mut deputies } else { &mut members };
        list.push(seat.unit_id.0.to_string());
    }
    Ok((deputies, members))
}

/// Carries the tasks over, those above first; gives the new place of each old one.
async fn tasks(
    deed: &mut Deed<'_>,
    (old, new): (CampaignId, CampaignId),
    step: Step,
) -> Result<HashMap<TaskId, TaskId>, Refusal> {
    let filter = TaskFilter { campaign_id: Some(old), ..TaskFilter::default() };
    let mut rows: Vec<TaskRow> = Vec::new();
    loop {
        let page = Page { limit: PAGE, after: rows.last().map(|row| row.id.of_any()) };
        let mut more = deed.tx().list_tasks(&filter, page).await?;
        let last = more.len() <= PAGE as usize;
        more.truncate(PAGE as usize);
        rows.append(&mut more);
        if last {
            break;
        }
    }
    let mut places: HashMap<TaskId, TaskId> = HashMap::with_capacity(rows.len());
    while !rows.is_empty() {
        let is_next = |row: &TaskRow| row.parent_id.is_none_or(|above| places.contains_key(&above));
        let (next, later): (Vec<TaskRow>, Vec<TaskRow>) = rows.into_iter().partition(is_next);
        if next.is_empty() {
            // What is below something retired stays behind with it.
            break;
        }
        for row in next {
            let parts = deed.tx().list_task_responsibilities(&[row.id]).await?;
            let part = |(part, _): (crate::store::rows::ResponsibilityRow, String)| NewPart {
                unit: part.unit_id.0.to_string(),
                role: part.role.0,
            };
            let task = NewTask {
                campaign: new.0.to_string(),
                parent: row.parent_id.and_then(|above| places.get(&above)).map(|id| id.0.to_string()),
                ordinal: row.ordinal,
                name: step.name(&row.name),
                parts: parts.into_iter().map(part).collect(),
                units_open: row.units_open,
                external_id: None,
            };
            places.insert(row.id, add_task(deed, task).await?.id);
        }
        rows = later;
    }
    Ok(places)
}

/// Carries the indicators over, without targets and baselines.
async fn indicators(
    deed: &mut Deed<'_>,
    old: CampaignId,
    places: &HashMap<TaskId, TaskId>,
    step: Step,
) -> Result<(), Refusal> {
    let alive_on = Some(deed.office().clock.today());
    let filter = BoardFilter { campaigns: Some(vec![old]), alive_on, ..BoardFilter::default() };
    let mut after = None;
    loop {
        let page = Page { limit: PAGE, after };
        let mut rows: Vec<NamedIndicatorRow> = deed.tx().list_indicators(&filter, page).await?;
        let last = rows.len() <= PAGE as usize;
        rows.truncate(PAGE as usize);
        let ids: Vec<IndicatorId> = rows.iter().map(|row| row.indicator.id).collect();
        let own = deed.tx().list_responsible_units(&[], &ids).await?;
        after = rows.last().map(|row| row.indicator.id.0).map(Id::of);
        for NamedIndicatorRow { indicator, measure, region, .. } in rows {
            let Some(task) = places.get(&indicator.task_id) else { continue };
            let parts = own.iter().filter(|part| part.indicator_id == Some(indicator.id));
            let part = |part: &crate::store::rows::PartRow| NewPart {
                unit: part.unit_id.0.to_string(),
                role: part.role.0,
            };
            let new = NewIndicator {
                task: *task,
                measure: measure.0.0.to_string(),
                region: region.0,
                target: None,
                curve: Some(step.curve(curves::read(&indicator.curve)?)?),
                baseline: None,
                window_start: Some(step.start(indicator.window_start)?),
                window_end: Some(step.end(indicator.window_end)?),
                parts: parts.map(part).collect(),
                external_id: None,
            };
            add_indicator(deed, new).await?;
        }
        if last {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_names_move_by_whole_years() {
        let d = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let one = Step { years: 1, from: 2027 };
        assert_eq!(one.start(d("2027-01-01")).unwrap(), d("2028-01-01"));
        assert_eq!(one.end(d("2027-02-28")).unwrap(), d("2028-02-29"), "the end of a month stays one");
        assert_eq!(one.end(d("2027-06-30")).unwrap(), d("2028-06-30"));
        assert_eq!(one.name("岳阳市2027年“八好”行动"), "岳阳市2028年“八好”行动");
        let five = Step { years: 5, from: 2021 };
        assert_eq!(five.name("2021—2025年规划"), "2026—2030年规划");
        assert_eq!(five.end(d("2025-12-31")).unwrap(), d("2030-12-31"));
    }
}
