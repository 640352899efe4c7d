//! Levels put in where every promise on their series wants a growth rate, and none of the same period is there.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::{Conn, facts};
use crate::StoreError;
use crate::rows::FactWrite;
use crate::schema::indicators;
use crate::types::{Listed, MeasureId, RegionId};
use xushi_domain::{Figure, Kind};

/// Ids bound to one statement at most.
const AT_ONCE: usize = 5_000;

/// A promise on a series: its kind, and the days it is judged over.
type Promised = (i64, Option<Listed<Kind>>, NaiveDate, NaiveDate);

/// Places in the batch of levels beside which a rate is wanted. Last year's levels are not asked about: they tell shares.
///
/// # Errors
/// When the database fails or holds what it should not.
pub async fn list_wanted_rates(conn: &mut Conn, batch: &[FactWrite]) -> Result<Vec<usize>, StoreError> {
    let levels = |fact: &FactWrite| fact.row.figure == Figure::Level && fact.row.status.0.is_actual();
    let keys: BTreeSet<(MeasureId, RegionId)> =
        batch.iter().filter(|fact| levels(fact)).map(|fact| (fact.measure, fact.region)).collect();
    let keys: Vec<(MeasureId, RegionId)> = keys.into_iter().collect();
    let found = facts::find_series(conn, keys.clone()).await?;
    let series: HashMap<(MeasureId, RegionId), i64> =
        keys.into_iter().zip(found).filter_map(|(key, id)| Some((key, id?))).collect();
    let promised = promised(conn, &series.values().copied().collect::<Vec<_>>()).await?;
    if promised.is_empty() {
        return Ok(Vec::new());
    }
    let beside = |fact: &FactWrite| (fact.measure, fact.region, fact.row.period_start, fact.row.period_end);
    let put: HashSet<_> = batch.iter().filter(|fact| fact.row.figure == Figure::Yoy).map(beside).collect();
    let mut wanted = Vec::new();
    for (place, fact) in
        batch.iter().enumerate().filter(|(_, fact)| levels(fact) && !put.contains(&beside(fact)))
    {
        let Some(id) = series.get(&(fact.measure, fact.region)) else { continue };
        let of = promised.get(id).map_or(&[][..], Vec::as_slice);
        let mut over =
            of.iter().filter(|(_, start, end)| *start <= fact.row.period_end && fact.row.period_end <= *end);
        let wants = |(kind, ..): &(Kind, NaiveDate, NaiveDate)| kind.row().wants_rate(fact.habit.percent);
        if over.clone().next().is_some() && over.all(wants) {
            let (start, end, basis, _) = fact.row.fact();
            wanted.push((place, (*id, (start, end, basis, Figure::Yoy))));
        }
    }
    let mut lacking = Vec::with_capacity(wanted.len());
    for chunk in wanted.chunks(AT_ONCE) {
        let keys = chunk.iter().map(|(_, key)| *key).collect();
        let there: HashSet<i64> = facts::list_vintages(conn, keys)
            .await?
            .into_iter()
            .filter(|row| !row.withdrawn)
            .map(|row| row.place)
            .collect();
        let without = (0_i64..).zip(chunk).filter(|(at, _)| !there.contains(at));
        lacking.extend(without.map(|(_, (place, _))| *place));
    }
    Ok(lacking)
}

/// What is promised on these series.
async fn promised(
    conn: &mut Conn,
    series: &[i64],
) -> Result<HashMap<i64, Vec<(Kind, NaiveDate, NaiveDate)>>, StoreError> {
    let mut promised: HashMap<i64, Vec<(Kind, NaiveDate, NaiveDate)>> = HashMap::new();
    for chunk in series.chunks(AT_ONCE) {
        let rows: Vec<Promised> = indicators::table
            .filter(indicators::series_id.eq_any(chunk.to_vec()))
            .filter(indicators::kind.is_not_null())
            .filter(indicators::retired_on.is_null())
            .select((
                indicators::series_id,
                indicators::kind,
                indicators::window_start,
                indicators::window_end,
            ))
            .distinct()
            .load(conn)
            .await?;
        for (series, kind, start, end) in rows {
            let Some(kind) = kind else { continue };
            promised.entry(series).or_default().push((kind.0, start, end));
        }
    }
    Ok(promised)
}
