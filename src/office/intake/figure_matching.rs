//! Which measure, region and days a figure of a file means. By rules and by name: what is not known is shown, not guessed.

use std::collections::{BTreeSet, HashMap};

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;

use super::{FIGURES_MAX, FigureOffer, OfferOutcome, Spot};
use crate::domain::pace::is_percent;
use crate::domain::{Basis, DoubtSet, Figure, Frequency, Invalid, Status, folded, lengths, quantity};
use crate::office::observations::{NewFact, Spelled};
use crate::office::{Office, Refusal};
use crate::reading::report::ReportedFact;
use crate::reading::report::observed::{ReportedFigure, ReportedStatus};
use crate::store::rows::MeasureRow;
use crate::store::types::{MeasureId, RegionId};

/// What is said of all figures of a file at once.
#[derive(Debug, Clone)]
pub struct FigureTerms {
    /// The region of what names none, or 全省, 本市: id, code or name.
    pub region: Option<String>,
    /// When they were published.
    pub published_on: NaiveDate,
    /// Where they come from: the name of the file or the title of the report.
    pub source: String,
    /// Measures for names as they are written: id, name or other name.
    pub measures: HashMap<String, String>,
    /// Keys of offers that are left out.
    pub leave_out: BTreeSet<String>,
}

/// Words for the region that a file is about.
const OWN_REGION: [&str; 12] =
    ["", "全省", "全市", "全县", "全区", "全州", "全旗", "本省", "本市", "本县", "本区", "本地区"];

/// What a row of sums is called in the column of regions.
const TOTALS: [&str; 4] = ["合计", "总计", "小计", "平均"];

/// What a name of growth ends with beside the name of its measure.
const GROWTH: [&str; 8] =
    ["同比增速", "同比增长率", "同比增长", "累计增速", "增长率", "增速", "同比", "增长"];

/// Names of measures shown for a name that nobody knows.
const CANDIDATES_MAX: usize = 3;

/// Matches figures; what fits becomes a fact to be weighed.
///
/// # Errors
/// When the database fails, or there are more than [`FIGURES_MAX`].
pub(super) async fn offers(
    office: &Office,
    placed: Vec<(Spot, ReportedFact)>,
    terms: &FigureTerms,
) -> Result<Vec<FigureOffer>, Refusal> {
    if placed.len() > FIGURES_MAX {
        let detail = format!("一次最多录入{FIGURES_MAX}条数据，请拆成几份。");
        return Err(Invalid::new("", "too_many", detail).into());
    }
    let names = Names::of(office, placed.iter().map(|(_, fact)| fact), terms).await?;
    let mut offers: Vec<FigureOffer> = Vec::with_capacity(placed.len());
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (spot, said) in placed {
        let nth = seen.entry(format!("{}|{}", spot.words, said.phrase)).or_default();
        let key = key(&spot, &said, *nth);
        *nth += 1;
        offers.push(names.offer(key, spot, said, terms));
    }
    beside(&mut offers);
    against_each_other(&mut offers);
    Ok(offers)
}

/// What an offer is called: the same as long as place and words are.
pub(super) fn key(spot: &Spot, said: &ReportedFact, nth: usize) -> String {
    super::spot::short(&format!("{}|{}|{}|{}|{nth}", spot.words, said.phrase, said.indicator, said.figure))
}

/// Names that the figures of a file use, looked up at once.
struct Names {
    measures: HashMap<String, MeasureRow>,
    regions: HashMap<String, Option<RegionId>>,
    /// The region of the whole file.
    own: Option<RegionId>,
    /// All names of measures, folded and as they stand.
    all: Vec<(String, String)>,
}

/// Names under which a figure's measure is looked for, the first that is known counts.
fn spellings<'a>(said: &'a ReportedFact, terms: &'a FigureTerms) -> Vec<&'a str> {
    let written = said.indicator.trim();
    let mut names: Vec<&str> = terms.measures.get(written).map(String::as_str).into_iter().collect();
    names.push(written);
    if said.figure == ReportedFigure::Yoy {
        names.extend(
            GROWTH.iter().filter_map(|end| written.strip_suffix(end)).filter(|name| !name.is_empty()),
        );
    }
    names
}

impl Names {
    async fn of(
        office: &Office,
        facts: impl Iterator<Item = &ReportedFact> + Clone,
        terms: &FigureTerms,
    ) -> Result<Self, Refusal> {
        let written: BTreeSet<&str> = facts.clone().flat_map(|said| spellings(said, terms)).collect();
        let written: Vec<String> = written.into_iter().map(str::to_owned).collect();
        let regions: BTreeSet<&str> = facts.map(|said| said.region.trim()).collect();
        let regions: Vec<String> =
            regions.into_iter().filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let own = match &terms.region {
            Some(key) => {
                let found = office.read.resolve_region(key).await;
                Some(found.map_err(|error| Refusal::Key { field: "region".to_owned(), error })?.id)
            }
            None => None,
        };
        let all = office.read.list_measure_names().await?;
        Ok(Self {
            measures: office.read.resolve_measures(&written).await?,
            regions: office.read.resolve_regions(&regions).await?,
            own,
            all: all.into_iter().map(|(name, _)| (folded(&name), name)).collect(),
        })
    }

    fn offer(&self, key: String, spot: Spot, said: ReportedFact, terms: &FigureTerms) -> FigureOffer {
        let found = spellings(&said, terms).into_iter().find_map(|name| self.measures.get(name));
        let mut offer = FigureOffer {
            measure: found.map(|row| (row.id, row.name.clone(), row.unit.clone())),
            region: None,
            candidates: Vec::new(),
            fact: None,
            outcome: OfferOutcome::Created,
            why: Vec::new(),
            stored: None,
            doubts: DoubtSet::default(),
            key,
            spot,
            said,
        };
        if terms.leave_out.contains(&offer.key) {
            offer.outcome = OfferOutcome::LeftOut;
            return offer;
        }
        let Some(measure) = found.filter(|row| row.retired_on.is_none()) else {
            let name = offer.said.indicator.clone();
            offer.candidates = self.candidates(&name);
            let why = format!(
                "没有名为“{name}”的指标口径。请在相应的指标口径中加上这个别名，或新建指标口径后再导入。"
            );
            offer.aside(OfferOutcome::Unmatched, "unknown_measure", why);
            return offer;
        };
        if TOTALS.contains(&offer.said.region.trim()) {
            offer.aside(OfferOutcome::Noted, "total_row", "这是合计行，不是一个行政区的数，不录入。");
            return offer;
        }
        match self.region(&offer.said.region) {
            Ok(region) => offer.region = Some(region),
            Err(why) => {
                offer.aside(OfferOutcome::Unmatched, "unknown_region", why);
                return offer;
            }
        }
        match fact(measure, offer.region, &offer.said, &offer.spot, terms) {
            Ok(fact) => offer.fact = Some(fact),
            Err(why) => offer.aside(OfferOutcome::Noted, "no_value", why),
        }
        offer
    }

    fn region(&self, written: &str) -> Result<RegionId, String> {
        let written = written.trim();
        match self.regions.get(written) {
            Some(Some(id)) => return Ok(*id),
            Some(None) => return Err(format!("有不止一个行政区叫“{written}”，请写行政区划代码或全称。")),
            None => {}
        }
        match self.own {
            Some(own) if OWN_REGION.contains(&written) => Ok(own),
            None if OWN_REGION.contains(&written) => {
                Err("没有写明地区。请用region参数说明这份文件是哪个地区的。".to_owned())
            }
            _ => Err(format!("没有名为“{written}”的行政区。请核对写法，或在行政区中加上这个别名。")),
        }
    }

    /// Names that have the written one in them, or that it has in it.
    fn candidates(&self, written: &str) -> Vec<String> {
        /// Shorter names are in everything.
        const SHORT: usize = 3;
        let plain = folded(written);
        let near = |known: &&(String, String)| {
            known.0.chars().count() >= SHORT && plain.contains(&known.0)
                || plain.chars().count() >= SHORT && known.0.contains(&plain)
        };
        let mut near: Vec<&(String, String)> = self.all.iter().filter(near).collect();
        near.sort_by_key(|(plain, name)| (std::cmp::Reverse(plain.chars().count()), name.clone()));
        near.into_iter().take(CANDIDATES_MAX).map(|(_, name)| name.clone()).collect()
    }
}

/// The fact that a figure states, or why it states none.
fn fact(
    measure: &MeasureRow,
    region: Option<RegionId>,
    said: &ReportedFact,
    spot: &Spot,
    terms: &FigureTerms,
) -> Result<NewFact, String> {
    let figure = match said.figure {
        ReportedFigure::Level => Figure::Level,
        ReportedFigure::Yoy => Figure::Yoy,
        ReportedFigure::Rank => Figure::Rank,
        ReportedFigure::Share if is_percent(&measure.unit) => Figure::Level,
        ReportedFigure::Share => {
            return Err(format!("是占比，而“{}”的单位是{}，不作为数值录入。", measure.name, measure.unit));
        }
        ReportedFigure::Completion => return Err("是完成进度，不是指标的数值，不录入。".to_owned()),
        ReportedFigure::Difference => {
            return Err("是与他处的差距，不折算为数值；随同一指标的数值一并核对。".to_owned());
        }
    };
    let (start, end, basis) = days(measure, said);
    let status = match said.status {
        ReportedStatus::Actual => Status::Preliminary,
        ReportedStatus::Forecast => Status::Forecast,
        ReportedStatus::Plan => Status::Plan,
    };
    let whole = end.succ_opt().is_some_and(|next| next.day() == 1);
    Ok(NewFact {
        measure: measure.id.0.to_string(),
        region: region.map(|id| id.0.to_string()).unwrap_or_default(),
        period: (start, end),
        basis: Some(basis),
        figure,
        value: spelled(said.value, if figure == Figure::Rank { "" } else { &said.unit }),
        of: None,
        partial: !whole && basis != Basis::Point,
        status: Some(status),
        stage: None,
        source: source(&terms.source, spot, &said.phrase),
        published_on: terms.published_on,
        differences: Vec::new(),
    })
}

/// A value in its unit as the rules of facts read it.
fn spelled(value: Decimal, unit: &str) -> Spelled {
    if unit.trim().is_empty() {
        Spelled::Number(value)
    } else {
        Spelled::Text(format!("{value}{}", unit.trim()))
    }
}

/// File, place and words, as long as a source may be.
pub(super) fn source(file: &str, spot: &Spot, phrase: &str) -> String {
    let phrase: String = phrase.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let whole = format!("{file} {}：{}", spot.words, phrase.trim());
    let mut cut: String = whole.chars().take(lengths::SOURCE).collect();
    if cut.len() < whole.len() {
        cut.pop();
        cut.push('…');
    }
    cut
}

/// The days of a figure, and how it relates to them: as told, else as its measure is reported. What has grown since the year
/// began and what there is on a day are told apart by the measure: 截至8月末 is said of both.
fn days(measure: &MeasureRow, said: &ReportedFact) -> (NaiveDate, NaiveDate, Basis) {
    let usual = measure.basis.0;
    let basis = match said.basis {
        Some(Basis::Period) => Basis::Period,
        Some(told) if usual == Basis::Period => told,
        _ => usual,
    };
    let end = said.period.end;
    let first_of = |month: u32| NaiveDate::from_ymd_opt(end.year(), month, 1).unwrap_or(end);
    let months = match measure.frequency.0 {
        Frequency::Monthly => 1,
        Frequency::Quarterly => 3,
        Frequency::HalfYearly => 6,
        Frequency::Yearly => 12,
    };
    let start = match (basis, said.period.start) {
        (Basis::Point, _) => end,
        (_, Some(start)) => start,
        (Basis::Cumulative, None) => first_of(1),
        (Basis::Period, None) => first_of((end.month() - 1) / months * months + 1),
    };
    (start, end, basis)
}

/// A stated difference stands beside the value of the same measure, region and day.
fn beside(offers: &mut [FigureOffer]) {
    let mut stated = Vec::new();
    for (place, offer) in offers.iter().enumerate() {
        let difference =
            offer.said.figure == ReportedFigure::Difference && offer.outcome == OfferOutcome::Noted;
        let against = offer.said.against.as_deref().map(str::trim).filter(|against| !against.is_empty());
        if let (true, Some(against)) = (difference, against)
            && against.chars().count() <= lengths::AGAINST
        {
            stated.push((place, against.to_owned(), offer.said.value));
        }
    }
    for (place, against, value) in stated {
        let (measure, region) = (offers[place].measure.as_ref().map(|one| one.0), offers[place].region);
        let end = offers[place].said.period.end;
        let points = offers[place].said.unit.contains("百分点");
        let same = |offer: &FigureOffer| {
            offer.measure.as_ref().map(|one| one.0) == measure
                && offer.region == region
                && offer.said.period.end == end
                && offer.fact.as_ref().is_some_and(|fact| fact.figure != Figure::Rank)
        };
        let fits = |offer: &FigureOffer| {
            let growth = offer.fact.as_ref().is_some_and(|fact| fact.figure == Figure::Yoy);
            same(offer) && (growth || !points)
        };
        let found = offers.iter().position(fits).or_else(|| offers.iter().position(same));
        if let Some(fact) = found.and_then(|found| offers[found].fact.as_mut()) {
            fact.differences.push((against, value));
        }
    }
}

/// The same fact twice: once is enough where both say the same, and nobody knows which is right where they do not.
pub(super) fn against_each_other(offers: &mut [FigureOffer]) {
    type FactName = (MeasureId, RegionId, (NaiveDate, NaiveDate), Option<Basis>, Figure);
    let mut first: HashMap<FactName, usize> = HashMap::new();
    for place in 0..offers.len() {
        let offer = &offers[place];
        let (Some(fact), Some((measure, _, unit)), Some(region)) =
            (&offer.fact, &offer.measure, offer.region)
        else {
            continue;
        };
        if offer.outcome != OfferOutcome::Created {
            continue;
        }
        let value = |fact: &NewFact| match &fact.value {
            Spelled::Number(value) => Some(*value),
            Spelled::Text(text) => {
                quantity::read("value", text, fact.figure, unit).ok().map(|read| read.value)
            }
        };
        let name = (*measure, region, fact.period, fact.basis, fact.figure);
        let Some(before) = first.get(&name).copied() else {
            first.insert(name, place);
            continue;
        };
        let earlier = &offers[before];
        let same =
            earlier.fact.as_ref().is_some_and(|one| value(one) == value(fact) && one.status == fact.status);
        let (here, there) = (offer.spot.words.clone(), earlier.spot.words.clone());
        let said = |offer: &FigureOffer| format!("{}{}", offer.said.value.normalize(), offer.said.unit);
        let (new, old) = (said(offer), said(earlier));
        if same {
            offers[place].aside(OfferOutcome::Repeated, "repeated", format!("与{there}相同，只录入一次。"));
            continue;
        }
        let both = |own: &str, at: &str, other: &str| {
            format!("此处为{own}，{at}为{other}，两处不一致，请核对后只保留一处。")
        };
        offers[place].aside(OfferOutcome::Contradictory, "contradictory", both(&new, &there, &old));
        if offers[before].outcome == OfferOutcome::Created {
            offers[before].aside(OfferOutcome::Contradictory, "contradictory", both(&old, &here, &new));
        }
    }
}
