//! Episodes, listed.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use crate::StoreError;
use crate::rows::{EpisodeFilter, EpisodeRow, Page};
use crate::schema::{episodes, indicators, measures, series};
use crate::types::{EpisodeId, Listed};

/// Episodes in order of id, each with the name of its measure.
///
/// # Errors
/// When the database fails.
pub async fn list_episodes(
    conn: &mut Conn,
    filter: &EpisodeFilter,
    page: Page,
) -> Result<Vec<(EpisodeRow, String)>, StoreError> {
    let mut query = episodes::table
        .inner_join(indicators::table.inner_join(series::table.inner_join(measures::table)))
        .select((EpisodeRow::as_select(), measures::name))
        .order(episodes::id)
        .limit(page.limit + 1)
        .into_boxed::<Backend>();
    if let Some(after) = page.after {
        query = query.filter(episodes::id.gt(after));
    }
    if let Some(campaigns) = &filter.campaigns {
        query = query.filter(episodes::campaign_id.eq_any(campaigns.clone()));
    }
    if let Some(unit) = filter.unit_id {
        query = query.filter(episodes::unit_id.eq(unit));
    }
    if let Some(indicator) = filter.indicator_id {
        query = query.filter(episodes::indicator_id.eq(indicator));
    }
    if let Some(states) = &filter.states {
        query = query.filter(episodes::state.eq_any(Listed::all(states)));
    }
    if let Some(after) = filter.updated_after {
        query = query.filter(episodes::updated_at.gt(after));
    }
    Ok(query.load(conn).await?)
}

/// The episodes with these ids, in no order.
///
/// # Errors
/// When the database fails.
pub async fn list_episodes_of(
    conn: &mut Conn,
    ids: &[EpisodeId],
) -> Result<Vec<(EpisodeRow, String)>, StoreError> {
    Ok(episodes::table
        .inner_join(indicators::table.inner_join(series::table.inner_join(measures::table)))
        .filter(episodes::id.eq_any(ids.to_vec()))
        .select((EpisodeRow::as_select(), measures::name))
        .load(conn)
        .await?)
}

/// One episode with the name of its measure.
///
/// # Errors
/// When the database fails.
pub async fn find_episode(
    conn: &mut Conn,
    id: EpisodeId,
) -> Result<Option<(EpisodeRow, String)>, StoreError> {
    Ok(episodes::table
        .inner_join(indicators::table.inner_join(series::table.inner_join(measures::table)))
        .filter(episodes::id.eq(id))
        .select((EpisodeRow::as_select(), measures::name))
        .get_result(conn)
        .await
        .optional()?)
}
