//! 问题台账: problems in the order in which they need somebody, and what was done about them.

use std::collections::{BTreeSet, HashMap};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{
    BoolExpressionMethods, EscapeExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods,
    QueryDsl, SelectableHelper, TextExpressionMethods,
};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use super::{contains, lower};
use crate::StoreError;
use crate::rows::{
    EpisodeLetterRow, ListedProblem, ProblemEntryRow, ProblemFilter, ProblemPlace, ProblemRow,
    ProblemStandingRow,
};
use crate::schema::{
    api_keys, campaigns, current_assessments, indicators, letter_episodes, letters, measures,
    problem_entries, problem_supports, problems, regions, series, units,
};
use crate::types::{CampaignId, EpisodeId, IndicatorId, LetterId, Listed, ProblemId, UnitId};
use xushi_domain::problem::{OVER, RED};
use xushi_domain::{Grade, LetterState, ProblemLevel, ProblemState};

/// Ids in one statement; SQLite takes 32,766 values.
const AT_ONCE: usize = 5_000;
/// Places of the order: red, other, over.
const CLASSES: std::ops::RangeInclusive<i32> = 0..=2;

/// A problem as it is read first: how it stood on the day, and the grade of its indicator now.
type Standing = (ProblemRow, (Listed<ProblemState>, UnitId, NaiveDate, i32), Option<Listed<Grade>>);

/// Puts the conditions of a filter on a query of problems and the entries that stood on its day.
macro_rules! passing {
    ($query:ident, $filter:ident) => {
        $query = $query.filter(problem_entries::created_at.lt($filter.end)).filter(
            problem_entries::superseded_at.is_null().or(problem_entries::superseded_at.ge($filter.end)),
        );
        if let Some(campaigns) = &$filter.campaigns {
            $query = $query.filter(problems::campaign_id.eq_any(campaigns.clone()));
        }
        if let Some(unit) = $filter.unit_id {
            let supported = problem_supports::table
                .filter(problem_supports::unit_id.eq(unit))
                .select(problem_supports::problem_id);
            $query = $query.filter(problem_entries::unit_id.eq(unit).or(problems::id.eq_any(supported)));
        }
        if let Some(indicator) = $filter.indicator_id {
            $query = $query.filter(problems::indicator_id.eq(indicator));
        }
        if let Some(episode) = $filter.episode_id {
            $query = $query.filter(problems::episode_id.eq(episode));
        }
        if let Some(states) = &$filter.states {
            $query = $query.filter(problem_entries::state.eq_any(Listed::all(states)));
        }
        if let Some(levels) = &$filter.levels {
            $query = $query.filter(problems::level.eq_any(Listed::all(levels)));
        }
        if let Some(sources) = &$filter.sources {
            $query = $query.filter(problems::source.eq_any(Listed::all(sources)));
        }
        let over = problem_entries::state.eq_any(OVER.map(Listed));
        match $filter.overdue {
            None => {}
            Some(true) => {
                $query = $query
                    .filter(problem_entries::due_on.lt($filter.as_of))
                    .filter(problem_entries::state.ne_all(OVER.map(Listed)));
            }
            Some(false) => $query = $query.filter(problem_entries::due_on.ge($filter.as_of).or(over)),
        }
        if let Some(part) = &$filter.text_contains {
            let pattern = contains(part);
            $query = $query.filter(
                lower(problems::title).like(lower(pattern.clone())).escape('\\').or(lower(
                    problems::detail.assume_not_null(),
                )
                .like(lower(pattern))
                .escape('\\')),
            );
        }
        if let Some(at) = $filter.updated_after {
            $query = $query.filter(problems::updated_at.gt(at));
        }
    };
}

/// Problems in the order of [`ProblemPlace`], at most `limit` and one more, after a place.
///
/// # Errors
/// When the database fails.
pub async fn list_problems(
    conn: &mut Conn,
    filter: &ProblemFilter,
    limit: i64,
    after: Option<ProblemPlace>,
) -> Result<Vec<ListedProblem>, StoreError> {
    let mut found: Vec<(i32, Standing)> = Vec::new();
    for class in CLASSES {
        let rest = limit + 1 - i64::try_from(found.len()).unwrap_or(i64::MAX);
        if rest <= 0 {
            break;
        }
        if after.is_some_and(|place| class < place.class) || (class == 0 && filter.past) {
            continue;
        }
        let mut query = problems::table
            .inner_join(problem_entries::table)
            .left_join(
                current_assessments::table
                    .on(problems::indicator_id.eq(current_assessments::indicator_id.nullable())),
            )
            .select((
                ProblemRow::as_select(),
                (
                    problem_entries::state,
                    problem_entries::unit_id,
                    problem_entries::due_on,
                    problem_entries::repeats,
                ),
                current_assessments::grade.nullable(),
            ))
            .order((problem_entries::due_on, problems::id))
            .limit(rest)
            .into_boxed::<Backend>();
        passing!(query, filter);
        query = match class {
            0 => query
                .filter(problem_entries::state.ne_all(OVER.map(Listed)))
                .filter(current_assessments::grade.eq_any(RED.map(Listed))),
            1 if filter.past => query.filter(problem_entries::state.ne_all(OVER.map(Listed))),
            1 => query.filter(problem_entries::state.ne_all(OVER.map(Listed))).filter(
                current_assessments::indicator_id
                    .nullable()
                    .is_null()
                    .or(current_assessments::grade.ne_all(RED.map(Listed))),
            ),
            _ => query.filter(problem_entries::state.eq_any(OVER.map(Listed))),
        };
        if let Some(place) = after.filter(|place| place.class == class) {
            let later = problem_entries::due_on
                .gt(place.due_on)
                .or(problem_entries::due_on.eq(place.due_on).and(problems::id.gt(place.id)));
            query = query.filter(later);
        }
        let rows: Vec<Standing> = query.load(conn).await?;
        found.extend(rows.into_iter().map(|row| (class, row)));
    }
    dressed(conn, found, filter.end).await
}

/// How problems stood on a day that pass a filter, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_problem_standings(
    conn: &mut Conn,
    filter: &ProblemFilter,
) -> Result<Vec<ProblemStandingRow>, StoreError> {
    let mut query = problems::table
        .inner_join(problem_entries::table)
        .select((problems::level, problem_entries::state, problem_entries::due_on, problem_entries::repeats))
        .into_boxed::<Backend>();
    passing!(query, filter);
    let rows: Vec<(Listed<ProblemLevel>, Listed<ProblemState>, NaiveDate, i32)> = query.load(conn).await?;
    let row = |(level, state, due_on, repeats): (Listed<ProblemLevel>, Listed<ProblemState>, _, _)| {
        ProblemStandingRow { level: level.0, state: state.0, due_on, repeats }
    };
    Ok(rows.into_iter().map(row).collect())
}

/// The problems with these ids as they are now, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_problems_of(conn: &mut Conn, ids: &[ProblemId]) -> Result<Vec<ListedProblem>, StoreError> {
    let rows: Vec<(ProblemRow, Option<Listed<Grade>>)> = problems::table
        .left_join(
            current_assessments::table
                .on(problems::indicator_id.eq(current_assessments::indicator_id.nullable())),
        )
        .filter(problems::id.eq_any(ids.to_vec()))
        .select((ProblemRow::as_select(), current_assessments::grade.nullable()))
        .load(conn)
        .await?;
    let standing = |(row, grade): (ProblemRow, Option<Listed<Grade>>)| {
        let class = match grade {
            _ if row.state.0.is_over() => 2,
            Some(grade) if RED.contains(&grade.0) => 0,
            _ => 1,
        };
        let stands = (row.state, row.unit_id, row.due_on, row.repeats);
        (class, (row, stands, grade))
    };
    let rows = rows.into_iter().map(standing).collect();
    dressed(conn, rows, NaiveDateTime::MAX).await
}

/// The problem with this id as it is now.
///
/// # Errors
/// When the database fails.
pub async fn find_problem(conn: &mut Conn, id: ProblemId) -> Result<Option<ListedProblem>, StoreError> {
    Ok(list_problems_of(conn, &[id]).await?.pop())
}

/// Puts names and entries to problems, each as it stood before `end`.
async fn dressed(
    conn: &mut Conn,
    rows: Vec<(i32, Standing)>,
    end: NaiveDateTime,
) -> Result<Vec<ListedProblem>, StoreError> {
    let ids: Vec<ProblemId> = rows.iter().map(|(_, (row, ..))| row.id).collect();
    let mut entries = entries_of(conn, &ids, end).await?;
    let mut supports: HashMap<ProblemId, Vec<(UnitId, String)>> = HashMap::new();
    for chunk in ids.chunks(AT_ONCE) {
        let found: Vec<(ProblemId, UnitId, String)> = problem_supports::table
            .inner_join(units::table)
            .filter(problem_supports::problem_id.eq_any(chunk.to_vec()))
            .order((units::name, units::id))
            .select((problem_supports::problem_id, units::id, units::name))
            .load(conn)
            .await?;
        for (problem, unit, name) in found {
            supports.entry(problem).or_default().push((unit, name));
        }
    }
    let leads: BTreeSet<UnitId> = rows.iter().map(|(_, (_, (_, unit, ..), _))| *unit).collect();
    let leads: HashMap<UnitId, String> = units::table
        .filter(units::id.eq_any(Vec::from_iter(leads)))
        .select((units::id, units::name))
        .load::<(UnitId, String)>(conn)
        .await?
        .into_iter()
        .collect();
    let of: BTreeSet<CampaignId> = rows.iter().filter_map(|(_, (row, ..))| row.campaign_id).collect();
    let plans: HashMap<CampaignId, String> = campaigns::table
        .filter(campaigns::id.eq_any(Vec::from_iter(of)))
        .select((campaigns::id, campaigns::name))
        .load::<(CampaignId, String)>(conn)
        .await?
        .into_iter()
        .collect();
    let judged = names_of(conn, rows.iter().filter_map(|(_, (row, ..))| row.indicator_id)).await?;
    let dress = |(class, (mut row, (state, unit_id, due_on, repeats), grade)): (i32, Standing)| {
        (row.state, row.unit_id, row.due_on, row.repeats) = (state, unit_id, due_on, repeats);
        ListedProblem {
            class,
            grade: grade.map(|grade| grade.0),
            unit: leads.get(&row.unit_id).cloned().unwrap_or_default(),
            supports: supports.remove(&row.id).unwrap_or_default(),
            campaign: row.campaign_id.and_then(|id| plans.get(&id).cloned()),
            indicator: row.indicator_id.and_then(|id| judged.get(&id).cloned()),
            entries: entries.remove(&row.id).unwrap_or_default(),
            row,
        }
    };
    Ok(rows.into_iter().map(dress).collect())
}

/// Names of the measures and regions of indicators.
async fn names_of(
    conn: &mut Conn,
    ids: impl Iterator<Item = IndicatorId>,
) -> Result<HashMap<IndicatorId, (String, String)>, StoreError> {
    let ids: BTreeSet<IndicatorId> = ids.collect();
    let found: Vec<(IndicatorId, String, String)> = indicators::table
        .inner_join(series::table.inner_join(measures::table).inner_join(regions::table))
        .filter(indicators::id.eq_any(Vec::from_iter(ids)))
        .select((indicators::id, measures::name, regions::name))
        .load(conn)
        .await?;
    Ok(found.into_iter().map(|(id, measure, region)| (id, (measure, region))).collect())
}

/// What was done about problems before an instant, the first thing first, each with the name of the key.
type Entries = HashMap<ProblemId, Vec<(ProblemEntryRow, Option<String>)>>;

async fn entries_of(conn: &mut Conn, ids: &[ProblemId], end: NaiveDateTime) -> Result<Entries, StoreError> {
    let mut of: Entries = HashMap::new();
    for chunk in ids.chunks(AT_ONCE) {
        let mut query = problem_entries::table
            .left_join(api_keys::table)
            .filter(problem_entries::problem_id.eq_any(chunk.to_vec()))
            .order((problem_entries::problem_id, problem_entries::ordinal))
            .select((ProblemEntryRow::as_select(), api_keys::name.nullable()))
            .into_boxed::<Backend>();
        if end != NaiveDateTime::MAX {
            query = query.filter(problem_entries::created_at.lt(end));
        }
        let found: Vec<(ProblemEntryRow, Option<String>)> = query.load(conn).await?;
        for pair in found {
            of.entry(pair.0.problem_id).or_default().push(pair);
        }
    }
    Ok(of)
}

/// How often the problem of an indicator came back at most, over all its problems that were not withdrawn; `None` where there was none.
///
/// # Errors
/// When the database fails.
pub async fn find_most_repeats(conn: &mut Conn, indicator: IndicatorId) -> Result<Option<i32>, StoreError> {
    Ok(problems::table
        .filter(problems::indicator_id.eq(indicator))
        .filter(problems::state.ne(Listed(ProblemState::Withdrawn)))
        .select(diesel::dsl::max(problems::repeats))
        .get_result(conn)
        .await?)
}

/// Letters about these episodes that were issued by the end of a day and hold now, the first one first; those of a pilot only where
/// `trial`.
///
/// # Errors
/// When the database fails.
pub async fn list_episode_letters(
    conn: &mut Conn,
    episodes: &[EpisodeId],
    as_of: NaiveDate,
    trial: bool,
) -> Result<Vec<EpisodeLetterRow>, StoreError> {
    let mut found = Vec::new();
    for chunk in episodes.chunks(AT_ONCE) {
        let rows: Vec<(EpisodeId, LetterId, Option<NaiveDate>)> = letter_episodes::table
            .inner_join(letters::table)
            .filter(letter_episodes::episode_id.eq_any(chunk.to_vec()))
            .filter(letters::issued_on.le(as_of))
            .filter(letters::serial.is_not_null())
            .filter(letters::trial.eq_any([false, trial]))
            .filter(letters::state.ne(Listed(LetterState::Withdrawn)))
            .order((letters::issued_on, letters::id))
            .select((letter_episodes::episode_id, letters::id, letters::reply_by))
            .load(conn)
            .await?;
        found.extend(rows.into_iter().map(|(episode_id, letter_id, reply_by)| EpisodeLetterRow {
            episode_id,
            letter_id,
            reply_by,
        }));
    }
    Ok(found)
}
