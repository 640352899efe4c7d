//! Indicators judged page by page: rows in, verdicts out, memory bounded by the page.
//!
//! Evaluation, rehearsals and boards of another day all read through here, so that they cannot disagree.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::comparisons::{Compared, Extent};
use super::completing::Completing;
use super::known::Then;
use super::revisions::InForce;
use super::rows::{AssessmentRow, EvaluationRow, FactRow, RulePackRow, word};
use super::types::Id;
use super::{Store, StoreError, rule_packs};
use crate::db;
use crate::domain::pace::{
    self, Assessment, Course, Known, Past, PersonVerdict, Step, Subject, course, is_percent, overdue_after,
};
use crate::domain::{
    Curve, Kind, Measure, Observation, Period, RulePack, Target, WorkCalendar, assess, assess_with_working,
};

/// Indicators judged at once; with twelve facts each this keeps some megabytes.
const PAGE: i64 = 4_000;

/// What is the same for all indicators of a run.
pub struct Context {
    as_of: NaiveDate,
    then: Then,
    in_force: InForce,
    calendar: WorkCalendar,
    measures: HashMap<Id, Arc<Measure>>,
    regions: HashMap<Id, Arc<str>>,
    packs: HashMap<Id, (Id, Arc<RulePack>)>,
}

impl Context {
    /// Reads measures, regions and rule packs.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn load(store: &Store, calendar: &WorkCalendar, as_of: NaiveDate) -> Result<Self, StoreError> {
        let in_force = InForce::load(store, as_of).await?;
        let mut packs_by_id: HashMap<Id, Arc<RulePack>> = HashMap::new();
        let mut packs = HashMap::new();
        let campaigns: Vec<(Id, RulePackRow)> = db!(*store, rule_packs::list_campaign_packs())?;
        for (campaign, mut row) in campaigns {
            if let Some(then) = in_force.packs.get(&campaign) {
                let kept = db!(*store, rule_packs::find_rule_pack(then.0))?;
                row = kept.ok_or_else(|| StoreError::missing("rule_pack", then.0))?;
            }
            let pack = match packs_by_id.get(&row.id) {
                Some(pack) => pack.clone(),
                None => Arc::new(rule_packs::read(&row)?),
            };
            packs_by_id.insert(row.id, pack.clone());
            packs.insert(campaign, (row.id, pack));
        }
        let measures = db!(*store, evaluation::list_measures())?
            .into_iter()
            .map(|row| match in_force.measures.get(&row.id) {
                Some(then) => Ok((row.id, Arc::new(then.clone()))),
                None => Ok((row.id, Arc::new(Measure::try_from(row)?))),
            })
            .collect::<Result<_, StoreError>>()?;
        let regions = db!(*store, evaluation::list_region_codes())?;
        let regions = regions.into_iter().map(|(id, code)| (id, Arc::from(code))).collect();
        Ok(Self {
            as_of,
            then: Then::end_of(as_of),
            in_force,
            calendar: calendar.clone(),
            measures,
            regions,
            packs,
        })
    }

    /// A recorded verdict, when it was known then and judged a period.
    fn past(&self, row: &AssessmentRow) -> Result<Option<Past>, StoreError> {
        let known = self.then.recorded(row.id.0) || !self.then.keeps(row.indicator_id);
        let Some(period_end) = row.data_end.filter(|_| known) else { return Ok(None) };
        Ok(Some(Past { period_end, grade: word(&row.grade)? }))
    }

    fn evidence(
        &self,
        (row, measure, region): (EvaluationRow, Id, Id),
        mut own: Vec<Observation>,
        history: Vec<Past>,
    ) -> Result<Evidence, StoreError> {
        let key = (measure, region);
        self.then.retain(&mut own, self.then.keeps(row.id));
        let corrupt = |what: &str| StoreError::Corrupt(format!("{what} of indicator {}", row.id.0));
        let measure = self.measures.get(&measure).ok_or_else(|| corrupt("measure"))?.clone();
        let region = self.regions.get(&region).ok_or_else(|| corrupt("region"))?.clone();
        let (rule_pack_id, pack) =
            self.packs.get(&row.campaign_id).ok_or_else(|| corrupt("rule pack"))?.clone();
        let window = row.window()?;
        let overdue_after = overdue_after(&measure, &own, window, pack.grace_working_days, &self.calendar);
        Ok(Evidence {
            target: row.target.target()?,
            curve: row.curve()?,
            window,
            row,
            key,
            measure,
            region,
            pack,
            rule_pack_id,
            own,
            history,
            overdue_after,
            person: None,
            compared: Compared::default(),
        })
    }
}

/// Everything one verdict rests on.
pub struct Evidence {
    /// The indicator.
    pub row: EvaluationRow,
    /// Measure and region of its series.
    pub key: (Id, Id),
    /// What is measured.
    pub measure: Arc<Measure>,
    /// Code of the region.
    pub region: Arc<str>,
    /// The promise.
    pub target: Option<Target>,
    /// The curve.
    pub curve: Curve,
    /// The window.
    pub window: Period,
    /// Its campaign's rule pack.
    pub pack: Arc<RulePack>,
    /// Identity of the pack's version.
    pub rule_pack_id: Id,
    /// Its own facts, all vintages known by the date asked for.
    pub own: Vec<Observation>,
    /// Earlier verdicts.
    pub history: Vec<Past>,
    /// The last day on which the next report is not overdue.
    pub overdue_after: Option<NaiveDate>,
    /// The latest verdict of a person.
    pub person: Option<PersonVerdict>,
    /// Other series.
    pub compared: Compared,
}

impl Evidence {
    /// The kind of its target.
    pub fn kind(&self) -> Option<Kind> {
        self.target.as_ref().map(|target| target.kind)
    }

    /// What a milestone that is done is reported as.
    pub fn full(&self) -> Decimal {
        let promised = self.target.as_ref().and_then(|target| {
            let factor = target.factor_to(&self.measure.unit).ok()?;
            target.value?.checked_mul(factor)
        });
        let usual = if is_percent(&self.measure.unit) { Decimal::ONE_HUNDRED } else { Decimal::ONE };
        promised.filter(|value| !value.is_zero()).unwrap_or(usual)
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            measure: &self.measure,
            target: self.target.as_ref(),
            curve: &self.curve,
            baseline: self.row.baseline.map(|number| number.0),
            window: self.window,
            region: &self.region,
        }
    }

    /// The verdict.
    pub fn judge(&self, as_of: NaiveDate) -> Assessment {
        self.judged(|subject, known| assess(subject, known, &self.pack, as_of))
    }

    /// The way through the window.
    pub fn course(&self, as_of: NaiveDate) -> Option<Course> {
        self.judged(|subject, known| course(subject, known, &self.pack, as_of))
    }

    /// The verdict with every formula.
    pub fn judge_with_working(&self, as_of: NaiveDate) -> (Assessment, Vec<Step>) {
        self.judge_with_working_under(&self.pack, as_of)
    }

    /// The verdict another rule pack would give, with every formula.
    pub fn judge_with_working_under(&self, pack: &RulePack, as_of: NaiveDate) -> (Assessment, Vec<Step>) {
        self.judged(|subject, known| assess_with_working(subject, known, pack, as_of))
    }

    /// What is said beside the verdict.
    pub fn context(&self, as_of: NaiveDate) -> pace::Context {
        self.judged(|subject, known| pace::context(subject, known, &self.pack, as_of))
    }

    fn judged<T>(&self, judge: impl FnOnce(&Subject<'_>, &Known<'_>) -> T) -> T {
        let (named, siblings) = (self.compared.named(), self.compared.siblings());
        let known = Known {
            own: &self.own,
            benchmark: self.compared.benchmark(),
            parent: self.compared.parent(),
            named: &named,
            siblings: &siblings,
            siblings_of: self.compared.siblings_of,
            history: &self.history,
            verdict: self.person,
            overdue_after: self.overdue_after,
        };
        judge(&self.subject(), &known)
    }
}

/// Walks over all indicators (or those of some campaigns) in order of series.
pub struct Judging {
    store: Store,
    context: Context,
    campaigns: Option<Vec<Id>>,
    after: Option<(i64, Id)>,
    done: bool,
    completing: Completing,
}

impl Judging {
    /// Starts before the first indicator.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(
        store: &Store,
        calendar: &WorkCalendar,
        as_of: NaiveDate,
        campaigns: Option<Vec<Id>>,
    ) -> Result<Self, StoreError> {
        let context = Context::load(store, calendar, as_of).await?;
        let completing = Completing::new(as_of);
        Ok(Self { store: store.clone(), context, campaigns, after: None, done: false, completing })
    }

    /// The same walk with another rule pack in the place of every campaign's own.
    #[must_use]
    pub fn under(mut self, pack: &RulePack) -> Self {
        let pack = Arc::new(pack.clone());
        for kept in self.context.packs.values_mut() {
            kept.1 = pack.clone();
        }
        self
    }

    /// The next indicators with their verdicts; `None` after the last.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn next_page(&mut self) -> Result<Option<Vec<(Evidence, Assessment)>>, StoreError> {
        if self.done {
            return Ok(None);
        }
        let mut rows =
            db!(self.store, evaluation::list_evaluation_rows(self.campaigns.as_deref(), self.after, PAGE))?;
        self.done = (rows.len() as i64) < PAGE;
        let (Some((first, ..)), Some((last, ..))) = (rows.first(), rows.last()) else { return Ok(None) };
        self.after = Some((last.series_id, last.id));
        let (first, last) = (first.series_id, last.series_id);
        self.context.in_force.restore(&self.store, &mut rows).await?;
        let as_of = self.context.as_of;
        let facts = db!(self.store, evaluation::list_facts_between(first, last, as_of))?;
        let mut histories = self.histories(&rows).await?;
        let mut facts = facts.into_iter().peekable();
        let mut judged = Vec::with_capacity(rows.len());
        let mut own: (i64, Vec<Observation>) = (i64::MIN, Vec::new());
        for row in rows {
            let series = row.0.series_id;
            if own.0 != series {
                own = (series, take_series(&mut facts, series)?);
            }
            let history = histories.remove(&row.0.id).unwrap_or_default();
            judged.push(self.context.evidence(row, own.1.clone(), history)?);
        }
        self.completing.complete(&self.store, &mut judged, Extent::Grade).await?;
        let judged = judged.into_iter().map(|evidence| {
            let assessment = evidence.judge(as_of);
            (evidence, assessment)
        });
        Ok(Some(judged.collect()))
    }

    /// Earlier verdicts, only of indicators that have lagged: runs and hysteresis concern nobody else.
    async fn histories(
        &self,
        rows: &[(EvaluationRow, Id, Id)],
    ) -> Result<HashMap<Id, Vec<Past>>, StoreError> {
        let graded: Vec<Id> = rows
            .iter()
            .filter(|(row, ..)| row.verdict.graded_as_of.is_some())
            .map(|(row, ..)| row.id)
            .collect();
        let mut histories: HashMap<Id, Vec<Past>> = HashMap::new();
        for chunk in graded.chunks(1_000) {
            for row in db!(self.store, evaluation::list_past_verdicts(chunk, self.context.as_of))? {
                if let Some(past) = self.context.past(&row)? {
                    histories.entry(row.indicator_id).or_default().push(past);
                }
            }
        }
        Ok(histories)
    }
}

/// Takes the facts of one series off a stream that is in order of series.
fn take_series(
    facts: &mut std::iter::Peekable<impl Iterator<Item = FactRow>>,
    series: i64,
) -> Result<Vec<Observation>, StoreError> {
    while facts.next_if(|fact| fact.series_id < series).is_some() {}
    let mut own = Vec::with_capacity(16);
    while let Some(fact) = facts.next_if(|fact| fact.series_id == series) {
        own.push(Observation::try_from(fact)?);
    }
    Ok(own)
}

/// The whole evidence on one indicator as known at `as_of`; `None` when there is no such indicator.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn evidence_on(
    store: &Store,
    calendar: &WorkCalendar,
    id: Id,
    as_of: NaiveDate,
) -> Result<Option<Evidence>, StoreError> {
    Ok(evidence_of(store, calendar, &[id], as_of, Extent::Whole).await?.pop())
}

/// The evidence on several indicators as known at `as_of`, in order of id; those that are not there are left out.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn evidence_of(
    store: &Store,
    calendar: &WorkCalendar,
    ids: &[Id],
    as_of: NaiveDate,
    extent: Extent,
) -> Result<Vec<Evidence>, StoreError> {
    let (mut rows, mut past) = (Vec::new(), Vec::new());
    for chunk in ids.chunks(1_000) {
        rows.extend(db!(*store, evaluation::list_evaluation_rows_of(chunk))?);
        past.extend(db!(*store, evaluation::list_past_verdicts(chunk, as_of))?);
    }
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let context = Context::load(store, calendar, as_of).await?;
    context.in_force.restore(store, &mut rows).await?;
    let mut facts: HashMap<i64, Vec<Observation>> = HashMap::new();
    let series: Vec<i64> = rows.iter().map(|(row, ..)| row.series_id).collect();
    for chunk in series.chunks(1_000) {
        for fact in db!(*store, observations::list_facts(chunk, as_of))? {
            facts.entry(fact.series_id).or_default().push(Observation::try_from(fact)?);
        }
    }
    let mut histories: HashMap<Id, Vec<Past>> = HashMap::new();
    for row in &past {
        if let Some(past) = context.past(row)? {
            histories.entry(row.indicator_id).or_default().push(past);
        }
    }
    let mut evidence = Vec::with_capacity(rows.len());
    for row in rows {
        let own = facts.get(&row.0.series_id).cloned().unwrap_or_default();
        let history = histories.remove(&row.0.id).unwrap_or_default();
        evidence.push(context.evidence(row, own, history)?);
    }
    Completing::new(as_of).complete(store, &mut evidence, extent).await?;
    Ok(evidence)
}
