//! What is read out of a document held against what is stored, and taken in by who says so.

use std::collections::{BTreeSet, HashMap};

use chrono::{Datelike as _, NaiveDate};

use super::documents::{DocumentReading, read_again};
use super::{
    FigureOffer, FigureTerms, OfferOutcome, PlanItem, PlanItemOutcome, PlanSeat, PlanSource, PlanTerms, Spot,
    UnreadSpot, figure_matching, record_offers, take_in_plan, weighed,
};
use crate::domain::{Invalid, invalid, lengths};
use crate::office::{Actor, Office, Refusal};
use crate::reading::plan::PlanProposal;
use crate::reading::report::Report;
use crate::store::rows::{CampaignRow, DocumentRow};

/// What a person says of a document when it is looked at or adopted.
#[derive(Debug, Default)]
pub struct DocumentTerms {
    /// The campaign that a plan becomes, where it is there already.
    pub campaign: Option<CampaignRow>,
    /// What a new campaign is called, where the document says no name or another.
    pub name: Option<String>,
    /// 发文机关 of its letters; that of the document unless told.
    pub issuer: Option<String>,
    /// 机关代字 of its letters.
    pub letter_mark: Option<String>,
    /// Its first day; that of the document's year unless told.
    pub starts_on: Option<NaiveDate>,
    /// Its last day.
    pub ends_on: Option<NaiveDate>,
    /// When figures were published; the day that the report bears unless told.
    pub published_on: Option<NaiveDate>,
    /// Whether units and measures that nobody knows are made.
    pub new_names: bool,
    /// Units for names as they are written.
    pub units: HashMap<String, String>,
    /// Measures for names as they are written.
    pub measures: HashMap<String, String>,
    /// Keys of what is left out.
    pub leave_out: BTreeSet<String>,
    /// Whether what is refused is left out, and the rest taken in.
    pub skip_refused: bool,
    /// Why what is there already changes.
    pub reason: Option<String>,
}

/// What is read out of a document, held against what is stored.
#[derive(Debug, Default)]
pub struct DocumentProposal {
    /// The campaign that a plan becomes.
    pub seat: Option<PlanSeat>,
    /// Things of a plan.
    pub plan: Vec<PlanItem>,
    /// Figures of a report.
    pub figures: Vec<FigureOffer>,
    /// What was not understood.
    pub unread: Vec<UnreadSpot>,
    /// Whether it is adopted by this call, or was so already.
    pub written: bool,
}

/// Reads a document once more and holds it against what is stored; unless `dry_run`, what fits is taken in, as
/// `PUT /plans` and `PUT /observations` do. What was not understood stands in nobody's way: it is shown.
///
/// # Errors
/// `NotFound`, `Conflict` for a document that is retired or whose bytes are gone, `Invalid` for terms that do not fit.
pub async fn adopt(
    office: &Office,
    actor: &Actor,
    (row, terms): (&DocumentRow, &DocumentTerms),
    dry_run: bool,
) -> Result<DocumentProposal, Refusal> {
    if row.retired_on.is_some() && !dry_run {
        return Err(Refusal::Conflict("这份来文已停用，不能采用。"));
    }
    let mut proposal = match read_again(office, row, terms.published_on).await? {
        DocumentReading::Plan(plan) => of_plan(office, actor, (row, terms), plan, dry_run).await?,
        DocumentReading::Report(report) => of_report(office, actor, (row, terms), report, dry_run).await?,
    };
    if !dry_run && proposal.written && row.adopted_at.is_none() {
        // A plan that says what is in force already changes nothing and has no entry: the adoption has one of its own.
        let own = actor.part(&format!("/api/v1/documents/{}/adopt", row.id.0));
        let mut deed = office.begin(if changes(&proposal) { actor } else { &own }).await?;
        let by = actor.key_id();
        let noted = deed.tx().adopt_document(row.id, by, office.clock.timestamp()).await;
        deed.end(noted).await?;
    }
    proposal.written &= !dry_run;
    Ok(proposal)
}

/// Whether anything became otherwise by a proposal.
fn changes(proposal: &DocumentProposal) -> bool {
    let new =
        |outcome: &PlanItemOutcome| matches!(outcome, PlanItemOutcome::Created | PlanItemOutcome::Updated);
    let told = |outcome: &OfferOutcome| matches!(outcome, OfferOutcome::Created | OfferOutcome::Updated);
    proposal.plan.iter().any(|item| new(&item.outcome))
        || proposal.figures.iter().any(|offer| told(&offer.outcome))
}

async fn of_plan(
    office: &Office,
    actor: &Actor,
    (row, terms): (&DocumentRow, &DocumentTerms),
    plan: PlanProposal,
    dry_run: bool,
) -> Result<DocumentProposal, Refusal> {
    let told = seat(office, (row, terms), &plan)?;
    let seat = completed(office, (row, terms), told.clone(), dry_run).await?;
    let mut source = PlanSource::of_document(plan);
    let unread = std::mem::take(&mut source.unread);
    let terms = PlanTerms {
        seat,
        new_names: terms.new_names,
        units: terms.units.clone(),
        measures: terms.measures.clone(),
        leave_out: terms.leave_out.clone(),
        skip_refused: terms.skip_refused,
        reason: terms.reason.clone().or_else(|| Some(format!("采用{}", row.file_name))),
    };
    let (items, written) = take_in_plan(office, actor, &source, (&terms, dry_run)).await?;
    Ok(DocumentProposal { seat: Some(told), plan: items, unread, written, ..DocumentProposal::default() })
}

/// The campaign that a plan becomes: the one that is named, else one of the document's name and year.
fn seat(
    office: &Office,
    (row, terms): (&DocumentRow, &DocumentTerms),
    plan: &PlanProposal,
) -> Result<PlanSeat, Refusal> {
    if let Some(campaign) = &terms.campaign {
        return Ok(PlanSeat {
            name: campaign.name.clone(),
            doc_no: plan.doc_no.clone(),
            issuer: None,
            letter_mark: None,
            region: campaign.region_id.0.to_string(),
            starts_on: campaign.starts_on,
            ends_on: campaign.ends_on,
        });
    }
    let told =
        terms.name.as_deref().map(|name| invalid::text("name", name, lengths::CAMPAIGN)).transpose()?;
    let name = told.or_else(|| plan.name.clone()).or_else(|| plan.title.clone());
    let Some(name) = name else {
        let detail = "没有读出方案的名称，请用name写明攻坚行动的名称。";
        return Err(Invalid::new("name", "required", detail).into());
    };
    let told = plan.title.as_deref().and_then(year_in).or_else(|| plan.issued_on.map(|day| day.year()));
    let year = told.unwrap_or_else(|| office.clock.today().year());
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    Ok(PlanSeat {
        name,
        doc_no: plan.doc_no.clone(),
        issuer: terms.issuer.clone().or_else(|| plan.issuer.clone()),
        letter_mark: terms.letter_mark.clone(),
        region: row.region_id.0.to_string(),
        starts_on: terms.starts_on.unwrap_or_else(|| day(1, 1)),
        ends_on: terms.ends_on.unwrap_or_else(|| day(12, 31)),
    })
}

/// What letters of a new campaign are written with: a plan seldom says all of it, and nobody makes it up. What is only looked at
/// is held against the rules as if it were said.
async fn completed(
    office: &Office,
    (row, terms): (&DocumentRow, &DocumentTerms),
    mut seat: PlanSeat,
    dry_run: bool,
) -> Result<PlanSeat, Refusal> {
    /// Stands for what is not said yet, where nothing is written.
    const OPEN: &str = "待定";
    let known = match &terms.campaign {
        Some(_) => true,
        None => {
            let named = office.read.find_campaign_named(row.region_id, seat.starts_on, &seat.name).await?;
            named.is_some()
        }
    };
    if known {
        return Ok(seat);
    }
    let asked = [
        ("issuer", &mut seat.issuer, "没有读出发文机关。新建攻坚行动请用issuer写明以谁的名义发函。"),
        ("letter_mark", &mut seat.letter_mark, "新建攻坚行动请用letter_mark写明函的机关代字，如“湘攻坚函”。"),
    ];
    for (field, said, why) in asked {
        match said {
            Some(_) => {}
            None if dry_run => *said = Some(OPEN.to_owned()),
            None => return Err(Invalid::new(field, "required", why).into()),
        }
    }
    Ok(seat)
}

/// The year that a title names: 2025年.
fn year_in(title: &str) -> Option<i32> {
    let before = |(at, _): (usize, &str)| title[..at].get(at.checked_sub(4)?..)?.parse::<i32>().ok();
    title.match_indices('年').find_map(before).filter(|year| (1990..=2100).contains(year))
}

async fn of_report(
    office: &Office,
    actor: &Actor,
    (row, terms): (&DocumentRow, &DocumentTerms),
    report: Report,
    dry_run: bool,
) -> Result<DocumentProposal, Refusal> {
    let published_on = terms.published_on.or(report.published_on).unwrap_or_else(|| office.clock.today());
    let figure_terms = FigureTerms {
        region: Some(row.region_id.0.to_string()),
        published_on,
        source: report.title.clone().unwrap_or_else(|| row.file_name.clone()),
        measures: terms.measures.clone(),
        leave_out: terms.leave_out.clone(),
    };
    let placed = report.facts.into_iter().map(|fact| (Spot::of(fact.place, &[]), fact)).collect();
    let mut figures = figure_matching::offers(office, placed, &figure_terms).await?;
    let facts = weighed(office, actor, &mut figures).await?;
    let unread = report.unread.into_iter().map(|unread| UnreadSpot::of(unread, &[])).collect();
    // A report says much that nobody tracks: what is not registered is shown, and stands in nobody's way.
    let clear = terms.skip_refused
        || figures
            .iter()
            .all(|offer| !offer.outcome.is_in_the_way() || offer.outcome == OfferOutcome::Unmatched);
    if !dry_run && clear {
        record_offers(office, actor, &mut figures, &facts).await?;
    }
    Ok(DocumentProposal { figures, unread, written: clear, ..DocumentProposal::default() })
}

#[cfg(test)]
mod tests {
    use super::year_in;

    #[test]
    fn a_title_names_its_year() {
        for (title, year) in [
            ("关于印发2026年重点工作方案的通知", Some(2026)),
            ("两年行动方案", None),
            ("临江市三年行动（2024年—2026年）", Some(2024)),
            ("", None),
        ] {
            assert_eq!(year_in(title), year, "{title}");
        }
    }
}
