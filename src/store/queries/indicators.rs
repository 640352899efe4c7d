//! Indicators and the board.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, SelectableHelper,
};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn, locks};
use super::family::{InFamily, with_below};
use super::observations::ensure_series;
use super::responsibilities::{effective_responsibilities, hand_over, standing};
use super::{names, reassessments, revisions};
use crate::rows::{
    AssessmentRow, BoardFilter, BoardRow, CitationRow, CurrentAssessmentRow, Handover, IndicatorChange,
    IndicatorRow, NameKind, NamedIndicatorRow, Page, ResponsibilityRow, RevisionRow,
};
use crate::schema::{
    assessments, campaigns, citations, current_assessments, external_ids, indicators, measures, regions,
    responsibilities, series, tasks, units,
};
use crate::types::{CampaignId, CitationId, IndicatorId, Listed, MeasureId, RegionId, TaskId, UnitId};
use crate::{SoleRule, StoreError};
use xushi_domain::{Grade, Responsibility};

/// An indicator with all that a reader needs beside it.
macro_rules! joined {
    () => {
        indicators::table
            .inner_join(current_assessments::table)
            .inner_join(series::table.inner_join(measures::table).inner_join(regions::table))
            .inner_join(tasks::table)
            .left_join(units::table.on(indicators::lead_unit_id.eq(units::id.nullable())))
            .left_join(
                assessments::table.on(current_assessments::assessment_id.eq(assessments::id.nullable())),
            )
    };
}

/// An indicator with the names a reader needs.
macro_rules! named {
    () => {
        joined!().left_join(external_ids::table.on(external_ids::owner_id.eq(indicators::id))).select((
            IndicatorRow::as_select(),
            (measures::id, measures::name, measures::unit),
            (regions::code, regions::name),
            tasks::name,
            units::name.nullable(),
            CurrentAssessmentRow::as_select(),
            Option::<AssessmentRow>::as_select(),
            external_ids::external_id.nullable(),
        ))
    };
}

/// The columns of a line of the board.
macro_rules! board {
    () => {
        (
            indicators::id,
            indicators::campaign_id,
            (indicators::task_id, tasks::name),
            (indicators::lead_unit_id, units::name.nullable()),
            (measures::id, measures::name, measures::unit),
            (regions::code, regions::name),
            indicators::kind,
            indicators::phrase,
            indicators::updated_at,
            CurrentAssessmentRow::as_select(),
            Option::<AssessmentRow>::as_select(),
        )
    };
}

/// Only what passes the filter, but for its `updated_after`; by the columns of indicators and of their assessments in
/// force alone, whatever else the query reads.
macro_rules! filtered {
    ($query:ident, $filter:expr) => {
        if let Some(campaign) = $filter.family {
            $query = $query.filter(InFamily(campaign));
        }
        if let Some(campaigns) = &$filter.campaigns {
            $query = $query.filter(indicators::campaign_id.eq_any(campaigns.clone()));
        }
        if let Some(task) = $filter.task_id {
            $query = $query.filter(indicators::task_id.eq(task));
        }
        if let Some(unit) = $filter.unit_id {
            $query = $query.filter(indicators::lead_unit_id.eq(unit));
        }
        if let Some(region) = $filter.region_id {
            let there = series::table.filter(series::region_id.eq(region)).select(series::id);
            $query = $query.filter(indicators::series_id.eq_any(there));
        }
        if let Some(measure) = $filter.measure_id {
            let of_it = series::table.filter(series::measure_id.eq(measure)).select(series::id);
            $query = $query.filter(indicators::series_id.eq_any(of_it));
        }
        if let Some(day) = $filter.alive_on {
            $query = $query.filter(indicators::retired_on.is_null().or(indicators::retired_on.gt(day)));
        }
        if let Some(grades) = &$filter.grades {
            $query = $query.filter(
                current_assessments::grade.eq_any(grades.iter().copied().map(Listed).collect::<Vec<_>>()),
            );
        }
    };
}

mod indicators_on;
mod past_forecasts;

pub use indicators_on::{
    find_indicator_at, list_assessments_of, list_board_on, list_by_series, list_indicators_of,
};
pub use past_forecasts::{list_ended_indicators, list_statements};

/// Indicators that pass the filter, in order of id.
///
/// # Errors
/// When the database fails.
pub async fn list_indicators(
    conn: &mut Conn,
    filter: &BoardFilter,
    page: Page,
) -> Result<Vec<NamedIndicatorRow>, StoreError> {
    // Which ones first, then what stands beside them: see `list_board`.
    let mut shown = indicators::table
        .inner_join(current_assessments::table)
        .select(indicators::id)
        .order(indicators::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        shown = shown.filter(indicators::id.gt(after));
    }
    if let Some(after) = filter.updated_after {
        shown = shown.filter(indicators::updated_at.gt(after).or(indicators::retired_at.gt(after)));
    }
    filtered!(shown, filter);
    let shown: Vec<IndicatorId> = shown.load(conn).await?;
    Ok(named!().filter(indicators::id.eq_any(shown)).order(indicators::id).load(conn).await?)
}

/// Lines of the board that pass the filter: worst first, after this rank and id. One line more than `limit` means
/// that there are more.
///
/// # Errors
/// When the database fails.
pub async fn list_board(
    conn: &mut Conn,
    filter: &BoardFilter,
    limit: i64,
    after: Option<(i32, IndicatorId)>,
) -> Result<Vec<BoardRow>, StoreError> {
    // Which lines first, then their names, in a statement of its own: within one, PostgreSQL joins the names of all that there are
    // before it looks which lines are shown, as it orders no more than eight tables at once.
    let mut shown = indicators::table
        .inner_join(current_assessments::table)
        .select(indicators::id)
        .order((current_assessments::grade_rank, indicators::id))
        .limit(limit + 1)
        .into_boxed::<Backend>();
    if let Some((rank, id)) = after {
        shown = shown.filter(
            current_assessments::grade_rank
                .ge(rank)
                .and(current_assessments::grade_rank.gt(rank).or(indicators::id.gt(id))),
        );
    }
    if let Some(after) = filter.updated_after {
        // A line shows both what was promised and how it stands.
        shown = shown.filter(current_assessments::updated_at.gt(after).or(indicators::updated_at.gt(after)));
    }
    filtered!(shown, filter);
    let shown: Vec<IndicatorId> = shown.load(conn).await?;
    Ok(joined!()
        .select(board!())
        .filter(indicators::id.eq_any(shown))
        .order((current_assessments::grade_rank, indicators::id))
        .load(conn)
        .await?)
}

/// One indicator with its names.
///
/// # Errors
/// When the database fails.
pub async fn find_indicator(
    conn: &mut Conn,
    id: IndicatorId,
) -> Result<Option<NamedIndicatorRow>, StoreError> {
    Ok(named!().filter(indicators::id.eq(id)).get_result(conn).await.optional()?)
}

/// The campaign with this id, 文号 or name, and all campaigns below it.
///
/// # Errors
/// `Missing` when nothing fits.
pub async fn resolve_campaign_family(conn: &mut Conn, key: &str) -> Result<Vec<CampaignId>, StoreError> {
    let missing = || StoreError::missing("campaign", key);
    let typed = super::typed("campaign", key)?;
    if let Ok(id) = typed.parse::<CampaignId>() {
        let known = campaigns::table.find(id).select(campaigns::id).get_result(conn).await.optional()?;
        return with_below(conn, vec![known.ok_or_else(missing)?]).await;
    }
    let mut family = names::named(conn, NameKind::CampaignDoc, &typed).await?;
    for id in names::named(conn, NameKind::Campaign, &typed).await? {
        if !family.contains(&id) {
            family.push(id);
        }
    }
    if family.is_empty() {
        return Err(missing());
    }
    with_below(conn, family).await
}

/// How many indicators have each grade.
///
/// # Errors
/// When the database fails.
pub async fn count_grades(
    conn: &mut Conn,
    campaigns: Option<&[CampaignId]>,
) -> Result<Vec<(Listed<Grade>, i64)>, StoreError> {
    use diesel::dsl::count_star;
    let mut query = indicators::table
        .inner_join(current_assessments::table)
        .filter(indicators::retired_on.is_null())
        .group_by(current_assessments::grade)
        .select((current_assessments::grade, count_star()))
        .into_boxed::<Backend>();
    if let Some(campaigns) = campaigns {
        query = query.filter(indicators::campaign_id.eq_any(campaigns.to_vec()));
    }
    Ok(query.load(conn).await?)
}

/// Adds an indicator of a measure in a region, with its own responsible units if it has any; `series_id` and
/// `lead_unit_id` are filled in here.
///
/// # Errors
/// `Duplicate` when its task has this measure in this region already.
pub async fn create_indicator(
    conn: &mut Conn,
    (measure, region): (MeasureId, RegionId),
    row: &IndicatorRow,
    parts: &[ResponsibilityRow],
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        locks::alone(conn, SoleRule::Responsibilities).await?;
        let series_id = ensure_series(conn, measure, region).await?;
        let row = IndicatorRow { series_id, ..row.clone() };
        diesel::insert_into(indicators::table).values(&row).execute(conn).await?;
        for part in parts {
            diesel::insert_into(responsibilities::table).values(part).execute(conn).await?;
        }
        let list = effective_responsibilities(conn, row.task_id, Some(row.id)).await?;
        diesel::update(indicators::table.find(row.id))
            .set(indicators::lead_unit_id.eq(Responsibility::first_lead(&list).map(UnitId::of)))
            .execute(conn)
            .await?;
        reassessments::mark_indicator(conn, row.id, row.created_at).await
    })
    .await
}

/// Changes an indicator that still has the revision before `change.revision`; what it said before is kept, and so is where it stood
/// and who led it. `parts`, if given, replace its own list of units.
///
/// # Errors
/// `Stale` when somebody else changed it meanwhile.
pub async fn update_indicator(
    conn: &mut Conn,
    change: &IndicatorChange,
    kept: Option<&RevisionRow>,
    parts: Option<&[ResponsibilityRow]>,
    handover: &Handover,
) -> Result<(), StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        locks::alone(conn, SoleRule::Responsibilities).await?;
        let stood = standing(conn, change.id).await?;
        let changed = diesel::update(indicators::table.find(change.id))
            .filter(indicators::revision.eq(change.revision - 1))
            .set(change)
            .execute(conn)
            .await?;
        if changed != 1 {
            return Err(StoreError::Stale);
        }
        if let Some(kept) = kept {
            revisions::insert_revision(conn, kept).await?;
        }
        hand_over(conn, (change.id, change.task_id), stood, (parts, handover)).await?;
        reassessments::mark_indicator(conn, change.id, change.updated_at).await
    })
    .await
}

/// Indicators of a measure in some regions over the same window, in order of id: id and region.
///
/// # Errors
/// When the database fails.
pub async fn list_parts(
    conn: &mut Conn,
    measure: MeasureId,
    region_ids: &[RegionId],
    (start, end): (chrono::NaiveDate, chrono::NaiveDate),
) -> Result<Vec<(IndicatorId, CampaignId, RegionId)>, StoreError> {
    Ok(indicators::table
        .inner_join(series::table)
        .filter(series::measure_id.eq(measure))
        .filter(series::region_id.eq_any(region_ids.to_vec()))
        .filter(indicators::window_start.eq(start))
        .filter(indicators::window_end.eq(end))
        .filter(indicators::retired_on.is_null())
        .order(indicators::id)
        .select((indicators::id, indicators::campaign_id, series::region_id))
        .load(conn)
        .await?)
}

/// Notes that a task prints an indicator again.
///
/// # Errors
/// When the database fails.
pub async fn cite_indicator(
    conn: &mut Conn,
    id: CitationId,
    indicator: IndicatorId,
    task: TaskId,
) -> Result<(), StoreError> {
    let row = CitationRow { id, indicator_id: indicator, task_id: task };
    diesel::insert_into(citations::table).values(&row).execute(conn).await?;
    Ok(())
}

/// A task's campaign, with the campaign's window.
///
/// # Errors
/// `Missing` when there is no such task.
pub async fn find_task_campaign(
    conn: &mut Conn,
    task: TaskId,
) -> Result<(CampaignId, chrono::NaiveDate, chrono::NaiveDate), StoreError> {
    tasks::table
        .inner_join(campaigns::table)
        .filter(tasks::id.eq(task))
        .select((campaigns::id, campaigns::starts_on, campaigns::ends_on))
        .get_result(conn)
        .await
        .optional()?
        .ok_or_else(|| StoreError::missing("task", task))
}

/// Verdicts kept on one indicator, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_assessments(
    conn: &mut Conn,
    indicator: IndicatorId,
    page: Page,
) -> Result<Vec<AssessmentRow>, StoreError> {
    let mut query = assessments::table
        .filter(assessments::indicator_id.eq(indicator))
        .order(assessments::id)
        .limit(page.limit + 1)
        .select(AssessmentRow::as_select())
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(assessments::id.gt(after));
    }
    Ok(query.load(conn).await?)
}
