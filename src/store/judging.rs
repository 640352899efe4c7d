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
use super::pages::{Page, Pages, Which};
use super::phrases::Phrases;
use super::revisions::InForce;
use super::rows::{AssessmentFigures, EvaluationRow, PastVerdictRow, RulePackRow};
use super::types::Id;
use super::{Store, StoreError, rule_packs};
use xushi_domain::pace::{
    self, Assessment, Course, Known, Past, PersonVerdict, Step, Subject, course, is_percent, overdue_after,
};
use xushi_domain::{
    Curve, Doubt, Figure, Kind, Measure, Observation, Period, RulePack, Target, WorkCalendar, assess,
    assess_with_working,
};

/// What is the same for all indicators of a run.
pub struct Context {
    as_of: NaiveDate,
    then: Then,
    /// What was in force on the day.
    pub(super) in_force: InForce,
    calendar: WorkCalendar,
    measures: HashMap<Id, Arc<Measure>>,
    /// Other names of measures.
    aliases: HashMap<Id, Vec<String>>,
    phrases: Phrases,
    regions: HashMap<Id, Arc<str>>,
    pub(super) packs: HashMap<Id, (Id, Arc<RulePack>)>,
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
        let campaigns: Vec<(Id, RulePackRow)> = store.list_campaign_packs().await?;
        for (campaign, mut row) in campaigns {
            if let Some(then) = in_force.packs.get(&campaign) {
                let kept = store.find_rule_pack(then.0).await?;
                row = kept.ok_or_else(|| StoreError::missing("rule_pack", then.0))?;
            }
            let pack = match packs_by_id.get(&row.id) {
                Some(pack) => pack.clone(),
                None => Arc::new(rule_packs::read(&row)?),
            };
            packs_by_id.insert(row.id, pack.clone());
            packs.insert(campaign, (row.id, pack));
        }
        let measures = store
            .list_judged_measures()
            .await?
            .into_iter()
            .map(|row| match in_force.measures.get(&row.id) {
                Some(then) => Ok((row.id, Arc::new(then.clone()))),
                None => Ok((row.id, Arc::new(Measure::try_from(row)?))),
            })
            .collect::<Result<_, StoreError>>()?;
        let mut aliases: HashMap<Id, Vec<String>> = HashMap::new();
        for (id, name) in store.list_aliases().await? {
            aliases.entry(id).or_default().push(name);
        }
        let regions = store.list_region_codes().await?;
        let regions = regions.into_iter().map(|(id, code)| (id, Arc::from(code))).collect();
        Ok(Self {
            as_of,
            then: Then::end_of(as_of),
            in_force,
            calendar: calendar.clone(),
            measures,
            aliases,
            phrases: Phrases::default(),
            regions,
            packs,
        })
    }

    /// Recorded verdicts by indicator; those that judged no period say nothing.
    pub(super) fn histories(rows: &[PastVerdictRow]) -> HashMap<Id, Vec<Past>> {
        let mut histories: HashMap<Id, Vec<Past>> = HashMap::new();
        for row in rows {
            if let Some(period_end) = row.data_end {
                let past = Past { period_end, grade: row.grade.0 };
                histories.entry(row.indicator_id).or_default().push(past);
            }
        }
        histories
    }

    /// The evidence on one indicator; what persons said and other series come later.
    pub(super) fn evidence(
        &self,
        (row, measure, region): (EvaluationRow, Id, Id),
        mut own: Vec<Observation>,
        history: Vec<Past>,
    ) -> Result<Evidence, StoreError> {
        let key = (measure, region);
        self.then.retain(&mut own);
        let corrupt = |what: &str| StoreError::Corrupt(format!("{what} of indicator {}", row.id.0));
        let measure = self.measures.get(&measure).ok_or_else(|| corrupt("measure"))?.clone();
        let region = self.regions.get(&region).ok_or_else(|| corrupt("region"))?.clone();
        let (rule_pack_id, pack) =
            self.packs.get(&row.campaign_id).ok_or_else(|| corrupt("rule pack"))?.clone();
        let window = row.window()?;
        let target = row.target.target()?;
        let aliases = self.aliases.get(&key.0).map_or(&[][..], Vec::as_slice);
        let names_other = target
            .as_ref()
            .is_some_and(|target| self.phrases.name_other(target, (key.0, &measure.name), aliases));
        let mut evidence = Evidence {
            names_other,
            target,
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
            overdue_after: None,
            person: None,
            compared: Compared::default(),
        };
        let grace = evidence.pack.grace_working_days;
        evidence.overdue_after = overdue_after(&evidence.subject(), &evidence.own, grace, &self.calendar);
        Ok(evidence)
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
    /// Whether the phrase of the promise names another measure.
    pub names_other: bool,
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

    /// What is stored of an assessment made of this evidence.
    pub fn figures(&self, assessment: &Assessment) -> AssessmentFigures {
        AssessmentFigures::of(assessment, self.judged_figure(assessment))
    }

    /// The figure that was judged, and the unit of its values.
    pub fn judged_figure(&self, assessment: &Assessment) -> Option<(Figure, &str)> {
        let (kind, figure) = self.kind().zip(assessment.figure)?;
        Some((figure, kind.row().printed_units(&self.measure.unit, figure).value))
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

    /// What is judged.
    pub fn subject(&self) -> Subject<'_> {
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
        self.doubted(self.judged(|subject, known| assess(subject, known, &self.pack, as_of)))
    }

    /// The way through the window.
    pub fn course(&self, as_of: NaiveDate) -> Option<Course> {
        self.judged(|subject, known| course(subject, known, &self.pack, as_of))
    }

    /// The verdict with every formula.
    pub fn judge_with_working(&self, as_of: NaiveDate) -> (Assessment, Vec<Step>) {
        let judged = self.judged(|subject, known| assess_with_working(subject, known, &self.pack, as_of));
        (self.doubted(judged.0), judged.1)
    }

    /// With what is doubtful about the promise itself.
    fn doubted(&self, mut assessment: Assessment) -> Assessment {
        if self.names_other {
            assessment.doubts.insert(Doubt::OtherMeasure);
        }
        assessment
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
    pages: Pages,
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
        let which = campaigns.map_or(Which::All, Which::Campaigns);
        let pages = Pages::start(store.clone(), as_of, which);
        Ok(Self { store: store.clone(), context, pages, completing })
    }

    /// Starts before the first of these indicators, which are given in the order of their series; in small pages.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(
        store: &Store,
        calendar: &WorkCalendar,
        as_of: NaiveDate,
        indicators: Vec<Id>,
    ) -> Result<Self, StoreError> {
        let context = Context::load(store, calendar, as_of).await?;
        let pages = Pages::start(store.clone(), as_of, Which::These(indicators));
        Ok(Self { store: store.clone(), context, pages, completing: Completing::new(as_of) })
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

    /// Adds everything a letter may speak of to the evidence on those that are not on pace, and judges them again.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn compare_lagging(&mut self, page: &mut [(Evidence, Assessment)]) -> Result<(), StoreError> {
        let mut lagging: Vec<&mut (Evidence, Assessment)> =
            page.iter_mut().filter(|(_, assessment)| assessment.run > 0).collect();
        let evidence = lagging.iter_mut().map(|(evidence, _)| evidence).collect();
        self.completing.compare(&self.store, evidence, Extent::Whole).await?;
        for (evidence, assessment) in lagging {
            *assessment = evidence.judge(self.context.as_of);
        }
        Ok(())
    }

    /// The next indicators with their verdicts; `None` after the last.
    ///
    /// # Errors
    /// When the database fails or holds what it should not.
    pub async fn next_page(&mut self) -> Result<Option<Vec<(Evidence, Assessment)>>, StoreError> {
        let Some(Page { mut rows, facts, past }) = self.pages.next().await? else { return Ok(None) };
        self.context.in_force.restore(&self.store, &mut rows).await?;
        let mut histories = Context::histories(&past);
        let mut facts = facts.into_iter().peekable();
        let mut judged = Vec::with_capacity(rows.len());
        let mut own: (i64, Vec<Observation>) = (i64::MIN, Vec::new());
        let mut rows = rows.into_iter().peekable();
        while let Some(row) = rows.next() {
            let series = row.0.series_id;
            if own.0 != series {
                own = (series, take_series(&mut facts, series));
            }
            // Few series are promised twice; the others need no copy.
            let again = rows.peek().is_some_and(|next| next.0.series_id == series);
            let own = if again { own.1.clone() } else { std::mem::take(&mut own.1) };
            let history = histories.remove(&row.0.id).unwrap_or_default();
            judged.push(self.context.evidence(row, own, history)?);
        }
        self.completing.complete(&self.store, &mut judged, Extent::Grade).await?;
        let as_of = self.context.as_of;
        let judged = judged.into_iter().map(|evidence| {
            let assessment = evidence.judge(as_of);
            (evidence, assessment)
        });
        Ok(Some(judged.collect()))
    }
}

/// Takes the facts of one series off a list that is in order of series.
fn take_series(
    facts: &mut std::iter::Peekable<impl Iterator<Item = (i64, Observation)>>,
    series: i64,
) -> Vec<Observation> {
    while facts.next_if(|fact| fact.0 < series).is_some() {}
    let mut own = Vec::with_capacity(16);
    while let Some((_, fact)) = facts.next_if(|fact| fact.0 == series) {
        own.push(fact);
    }
    own
}
