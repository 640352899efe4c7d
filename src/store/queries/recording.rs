//! Facts put in, as many at once as one likes. What it costs goes by the batch: of what is stored only the vintages of the
//! facts offered are read, and a handful of values beside each series. All of that is read for the plan, before the
//! transaction, which only writes; that nobody wrote the same facts meanwhile is held by their key.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::super::{Conn, facts};
use super::comparisons::insert_stated_rows;
use super::reassessments;
use crate::StoreError;
use crate::rows::{
    BesideRow, FactPlan, FactWrite, GroupAt, ObservationRow, Put, Recorded, StatedDifferenceRow, VintageRow,
    read_doubts, write_doubts,
};
use crate::types::{MeasureId, RegionId};
use xushi_domain::smell::{self, Fresh, LOOK_BACK, Neighbours};
use xushi_domain::stage::{Weight, weight};
use xushi_domain::{Basis, Doubt, DoubtSet, Period, Stage, TextEnum as _};

/// Rows read for the values before a group: some are vintages of one another.
const ROWS_BEFORE: i64 = LOOK_BACK as i64 + 2;

/// Facts that one round trip of a read or a write carries.
const AT_ONCE: usize = 5_000;

/// What is to be done about a batch: which facts are new, which are another vintage of a known one, which say the same as
/// the last one of their stage; and what is doubtful about each. Stages are kept side by side: a source is held against those of its
/// own stage only, and a stage that speaks after a higher one is written with a doubt. Reads only.
///
/// # Errors
/// See [`StoreError`].
pub async fn plan_observations(conn: &mut Conn, batch: &[FactWrite]) -> Result<FactPlan, StoreError> {
    let series = series_of(conn, batch).await?;
    let known = known(conn, batch, &series).await?;
    let groups = grouped(batch);
    let around = around(conn, batch, &series, &groups).await?;
    let nothing = Put { outcome: Recorded::Created, doubts: DoubtSet::default() };
    let mut plan = FactPlan { puts: vec![nothing; batch.len()], series, writes: Vec::new() };
    for (places, around) in groups.iter().zip(around) {
        group(&mut plan, batch, places, around, &known)?;
    }
    // Neighbours in the index are written together.
    let key = |place: usize| {
        let FactWrite { measure, region, row, .. } = &batch[place];
        (plan.series[place], *measure, *region, row.period_end)
    };
    plan.writes.sort_unstable_by_key(|(place, _)| key(*place));
    Ok(plan)
}

/// What is known of a fact: its vintages, the newest first.
struct Known(Vec<VintageRow>);

impl Known {
    fn next_vintage(&self) -> i32 {
        self.0.first().map_or(1, |newest| newest.vintage + 1)
    }

    /// The newest vintage of a stage.
    fn at(&self, stage: Stage) -> Option<&VintageRow> {
        self.0.iter().find(|one| one.weight().0 == stage)
    }

    /// Actual values that were not withdrawn.
    fn values(&self) -> impl Iterator<Item = &VintageRow> {
        self.0.iter().filter(|one| !one.withdrawn && one.status.0.is_actual())
    }

    /// The newest value of a higher stage, which stands whatever is said at `stage`.
    fn above(&self, stage: Stage) -> Option<&VintageRow> {
        self.values().filter(|one| one.weight().0 > stage).max_by_key(|one| (one.weight(), one.vintage))
    }

    /// Whether another stage says something else than `row`, by what stands at it.
    fn differs(&self, row: &ObservationRow) -> bool {
        let Some(stage) = row.stage else { return false };
        let others = Stage::ALL.iter().filter(|other| **other != stage.0);
        let mut standing = others.filter_map(|other| {
            let own = self.values().filter(|one| one.stage.is_some_and(|stage| stage.0 == *other));
            own.max_by_key(|one| (one.weight(), one.vintage))
        });
        standing.any(|one| one.value != row.value)
    }
}

/// What lies beside the facts of one series, basis and figure.
#[derive(Default)]
struct Around {
    /// Earlier values, the latest last.
    before: Vec<smell::Reading>,
    next: Option<smell::Reading>,
}

/// Judges the facts of one series, basis and figure, in order of time: each is a neighbour of those after it.
fn group(
    plan: &mut FactPlan,
    batch: &[FactWrite],
    places: &[usize],
    mut around: Around,
    known: &HashMap<usize, Known>,
) -> Result<(), StoreError> {
    let last_end = places.last().map(|place| batch[*place].row.period_end);
    for place in places.iter().copied() {
        let FactWrite { row, habit, sources, .. } = &batch[place];
        let (status, mut number) = (row.status.0, number(row)?);
        let stage = weight(row.stage.map(|stage| stage.0), status).0;
        let before = known.get(&place);
        let above = before.and_then(|before| before.above(stage)).filter(|_| status.is_actual());
        let last = before.and_then(|before| before.at(stage)).filter(|last| !last.withdrawn);
        if let Some(last) = last
            && is_same(last, row)
        {
            plan.puts[place] = Put { outcome: Recorded::Unchanged, doubts: read_doubts(&last.doubts)? };
        } else if let Some(last) = last
            // What came about displaces what was planned or expected, whoever reports it.
            && (last.status.0.is_actual() || !status.is_actual())
            && place_among(sources, &row.source) > place_among(sources, &last.source)
        {
            plan.puts[place] = Put { outcome: Recorded::Outranked, doubts: DoubtSet::default() };
        } else {
            let fresh = Fresh { number, basis: row.basis.0, figure: row.figure.0, status };
            let earlier = around.before.iter().rev().filter(|one| one.period.end() < row.period_end);
            let earlier: Vec<smell::Reading> = earlier.take(LOOK_BACK).copied().collect();
            let newest = before.and_then(|before| before.at(stage).or(before.0.first()));
            let beside = Neighbours {
                before: &earlier,
                next: around.next.filter(|_| last_end == Some(row.period_end)),
                same: newest.map(|newest| newest.value.0),
                is_final: before.is_some_and(|before| {
                    before.0.iter().any(|one| !one.withdrawn && one.weight() == (stage, true))
                }),
            };
            let mut doubts: DoubtSet = smell::doubts(&fresh, *habit, &beside);
            doubts.extend(read_doubts(&row.doubts)?.iter());
            if above.is_some() {
                doubts.insert(Doubt::LowerStage);
            }
            if status.is_actual() && before.is_some_and(|before| before.differs(row)) {
                doubts.insert(Doubt::StagesDiffer);
            }
            let outcome = if before.is_some() { Recorded::Updated } else { Recorded::Created };
            plan.puts[place] = Put { outcome, doubts };
            plan.writes.push((place, before.map_or(1, Known::next_vintage)));
        }
        if status.is_actual() {
            number.value = above.map_or(number.value, |above| above.value.0);
            around.before.push(number);
        }
    }
    Ok(())
}

/// The place of a source in the order of a measure's sources; one that is not listed comes after all that are.
fn place_among(sources: &[String], source: &str) -> usize {
    sources.iter().position(|one| source.contains(one.as_str())).unwrap_or(sources.len())
}

/// Whether an offered fact says just what the newest vintage of its stage says.
fn is_same(known: &VintageRow, row: &ObservationRow) -> bool {
    (known.value, known.status, known.published_on, known.of, known.partial, known.stage)
        == (row.value, row.status, row.published_on, row.of, row.partial, row.stage)
}

fn number(row: &ObservationRow) -> Result<smell::Reading, StoreError> {
    Ok(smell::Reading { period: Period::new(row.period_start, row.period_end)?, value: row.value.0 })
}

/// The series of each fact.
async fn series_of(conn: &mut Conn, batch: &[FactWrite]) -> Result<Vec<Option<i64>>, StoreError> {
    let mut keys: Vec<(MeasureId, RegionId)> = batch.iter().map(|fact| (fact.measure, fact.region)).collect();
    keys.sort_unstable();
    keys.dedup();
    let found: HashMap<(MeasureId, RegionId), Option<i64>> =
        keys.iter().copied().zip(facts::find_series(conn, keys.clone()).await?).collect();
    Ok(batch.iter().map(|fact| found.get(&(fact.measure, fact.region)).copied().flatten()).collect())
}

/// The vintages of each fact that is there.
async fn known(
    conn: &mut Conn,
    batch: &[FactWrite],
    series: &[Option<i64>],
) -> Result<HashMap<usize, Known>, StoreError> {
    let mut known: HashMap<usize, Known> = HashMap::new();
    let there: Vec<usize> = (0..batch.len()).filter(|place| series[*place].is_some()).collect();
    for chunk in there.chunks(AT_ONCE) {
        let keys =
            chunk.iter().filter_map(|place| Some((series[*place]?, batch[*place].row.fact()))).collect();
        for row in facts::list_vintages(conn, keys).await? {
            let Some(place) = usize::try_from(row.place).ok().and_then(|at| chunk.get(at)).copied() else {
                continue;
            };
            known.entry(place).or_insert_with(|| Known(Vec::new())).0.push(row);
        }
    }
    for one in known.values_mut() {
        one.0.sort_unstable_by_key(|row| std::cmp::Reverse(row.vintage));
    }
    Ok(known)
}

/// Places of the batch, by series, basis and figure, each in order of time.
fn grouped(batch: &[FactWrite]) -> Vec<Vec<usize>> {
    let key = |place: &usize| {
        let FactWrite { measure, region, row, .. } = &batch[*place];
        (*measure, *region, row.basis.0, row.figure.0)
    };
    let time = |place: &usize| (batch[*place].row.period_end, batch[*place].row.period_start);
    let mut places: Vec<usize> = (0..batch.len()).collect();
    places.sort_by_key(|place| (key(place), time(place)));
    places.chunk_by(|a, b| key(a) == key(b)).map(<[usize]>::to_vec).collect()
}

/// What lies beside each group.
async fn around(
    conn: &mut Conn,
    batch: &[FactWrite],
    series: &[Option<i64>],
    groups: &[Vec<usize>],
) -> Result<Vec<Around>, StoreError> {
    let mut all: Vec<Around> = groups.iter().map(|_| Around::default()).collect();
    let at = |group: &Vec<usize>| -> Option<GroupAt> {
        let (first, last) = (&batch[*group.first()?].row, &batch[*group.last()?].row);
        Some(GroupAt {
            series_id: series[*group.first()?]?,
            basis: first.basis.0,
            figure: first.figure.0,
            ends: (first.period_end, last.period_end),
        })
    };
    let there: Vec<(usize, GroupAt)> =
        groups.iter().enumerate().filter_map(|(place, group)| Some((place, at(group)?))).collect();
    for chunk in there.chunks(AT_ONCE) {
        let wanted = chunk.iter().map(|(_, group)| group.clone()).collect();
        let rows = facts::list_before(conn, wanted, ROWS_BEFORE).await?;
        let mut rows: Vec<(usize, BesideRow)> = placed(rows, |at| Some(chunk.get(at)?.0));
        // The earliest first, and of one period the value in force last.
        rows.sort_by_key(|(place, row)| (*place, row.period_end, row.period_start, in_force(row)));
        for (place, row) in rows {
            let value = beside(&row)?;
            let before = &mut all[place].before;
            before.pop_if(|known| known.period == value.period);
            before.push(value);
        }
        // Only a running total is held against what comes after it.
        let running: Vec<&(usize, GroupAt)> =
            chunk.iter().filter(|(_, group)| group.basis == Basis::Cumulative).collect();
        let wanted = running.iter().map(|(_, group)| group.clone()).collect();
        let rows = facts::list_after(conn, wanted, 2).await?;
        let mut rows: Vec<(usize, BesideRow)> = placed(rows, |at| Some(running.get(at)?.0));
        rows.sort_by_key(|(place, row)| (*place, row.period_end, row.period_start, in_force(row)));
        for (place, row) in rows {
            let value = beside(&row)?;
            let next = &mut all[place].next;
            if next.is_none_or(|known| known.period == value.period) {
                *next = Some(value);
            }
        }
    }
    Ok(all)
}

/// Rows with the places that they were asked for at.
fn placed(rows: Vec<BesideRow>, place: impl Fn(usize) -> Option<usize>) -> Vec<(usize, BesideRow)> {
    rows.into_iter().filter_map(|row| Some((place(usize::try_from(row.place).ok()?)?, row))).collect()
}

/// Of two vintages the one in force is greater: no lower stage displaces a higher one, no preliminary value a final one.
fn in_force(row: &BesideRow) -> (Weight, i32) {
    (row.weight(), row.vintage)
}

fn beside(row: &BesideRow) -> Result<smell::Reading, StoreError> {
    Ok(smell::Reading { period: Period::new(row.period_start, row.period_end)?, value: row.value.0 })
}

/// Writes what a plan says, and what was said of differences beside it, all or none, with marks on what rests on it. What
/// was said is kept only with a new vintage.
///
/// # Errors
/// `Duplicate` when somebody else has written one of the facts since the plan was made: it is to be made again.
pub async fn write_observations(
    conn: &mut Conn,
    batch: &[FactWrite],
    plan: &FactPlan,
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let made = make_series(conn, batch, plan).await?;
        for chunk in plan.writes.chunks(AT_ONCE) {
            let mut rows = Vec::with_capacity(chunk.len());
            let mut stated: Vec<StatedDifferenceRow> = Vec::new();
            for (place, vintage) in chunk {
                let fact = &batch[*place];
                let series_id =
                    plan.series[*place].or_else(|| made.get(&(fact.measure, fact.region)).copied());
                let series_id = series_id.ok_or_else(|| StoreError::Corrupt("series vanished".to_owned()))?;
                let doubts = write_doubts(plan.puts[*place].doubts);
                rows.push(ObservationRow { series_id, vintage: *vintage, doubts, ..fact.row.clone() });
                stated.extend(fact.stated.iter().map(|one| StatedDifferenceRow { series_id, ..one.clone() }));
            }
            reassessments::mark_touched(conn, &rows).await?;
            facts::insert_observations(conn, rows).await?;
            insert_stated_rows(conn, &stated).await?;
        }
        Ok::<_, StoreError>(())
    })
    .await
}

/// Makes the series that were not there.
async fn make_series(
    conn: &mut Conn,
    batch: &[FactWrite],
    plan: &FactPlan,
) -> Result<HashMap<(MeasureId, RegionId), i64>, StoreError> {
    let lacking = plan.writes.iter().filter(|(place, _)| plan.series[*place].is_none());
    let mut keys: Vec<(MeasureId, RegionId)> =
        lacking.map(|(place, _)| (batch[*place].measure, batch[*place].region)).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    facts::make_series(conn, keys.clone()).await?;
    let ids = facts::find_series(conn, keys.clone()).await?;
    Ok(keys.into_iter().zip(ids).filter_map(|(key, id)| Some((key, id?))).collect())
}

/// First days of the windows of indicators that are judged by these series.
///
/// # Errors
/// When the database fails.
pub async fn list_window_starts(
    conn: &mut Conn,
    keys: &[(MeasureId, RegionId)],
) -> Result<Vec<((MeasureId, RegionId), NaiveDate)>, StoreError> {
    use crate::schema::{indicators, series};
    use diesel::{ExpressionMethods as _, QueryDsl as _};
    use diesel_async::RunQueryDsl as _;
    let ids = facts::find_series(conn, keys.to_vec()).await?;
    let by_id: HashMap<i64, (MeasureId, RegionId)> =
        ids.into_iter().zip(keys).filter_map(|(id, key)| Some((id?, *key))).collect();
    let ids: Vec<i64> = by_id.keys().copied().collect();
    let mut starts = Vec::new();
    for chunk in ids.chunks(1_000) {
        let rows: Vec<(i64, NaiveDate)> = indicators::table
            .inner_join(series::table)
            .filter(series::id.eq_any(chunk.to_vec()))
            .select((series::id, indicators::window_start))
            .distinct()
            .load(conn)
            .await?;
        starts.extend(rows.into_iter().filter_map(|(id, start)| Some((*by_id.get(&id)?, start))));
    }
    Ok(starts)
}
