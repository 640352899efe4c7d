//! What an office sees first: how many stand how, and where letters stand.

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::{BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use super::settlements::{asking_kinds, waiting_states};
use crate::StoreError;
use crate::rows::{GradeCount, OverdueLetterRow, StandingLetterRow};
use crate::schema::{current_assessments, episodes, indicators, letters, units};
use crate::types::{CampaignId, IndicatorId, Listed};
use xushi_domain::{Grade, LetterState};

/// How many indicators of each campaign have each grade; not those that were retired by a day.
///
/// # Errors
/// When the database fails.
pub async fn count_campaign_grades(
    conn: &mut Conn,
    campaigns: Option<&[CampaignId]>,
    day: NaiveDate,
) -> Result<Vec<GradeCount>, StoreError> {
    let query = indicators::table
        .inner_join(current_assessments::table)
        .filter(indicators::retired_on.is_null().or(indicators::retired_on.gt(day)))
        .group_by((indicators::campaign_id, current_assessments::grade))
        .select((indicators::campaign_id, current_assessments::grade, count_star()));
    let rows: Vec<(CampaignId, Listed<Grade>, i64)> = match campaigns {
        Some(campaigns) => {
            query.filter(indicators::campaign_id.eq_any(campaigns.to_vec())).load(conn).await?
        }
        None => query.load(conn).await?,
    };
    Ok(rows
        .into_iter()
        .map(|(campaign, grade, count)| GradeCount { campaign, grade: grade.0, count })
        .collect())
}

/// The last warning about the open episode of each of these indicators, where there is one.
///
/// # Errors
/// When the database fails.
pub async fn list_standing_letters(
    conn: &mut Conn,
    ids: &[IndicatorId],
) -> Result<Vec<StandingLetterRow>, StoreError> {
    Ok(episodes::table
        .inner_join(letters::table.on(episodes::letter_id.eq(letters::id.nullable())))
        .filter(episodes::indicator_id.eq_any(ids.to_vec()))
        .filter(episodes::lifted_on.is_null())
        .order((episodes::indicator_id, episodes::id))
        .select((
            episodes::indicator_id,
            letters::id,
            (letters::mark, letters::year, letters::serial),
            letters::state,
            letters::reply_by,
        ))
        .load(conn)
        .await?)
}

/// States of letters that ask for an answer, with how many there are of each.
///
/// # Errors
/// When the database fails.
pub async fn count_letter_states(
    conn: &mut Conn,
    campaigns: Option<&[CampaignId]>,
    trial: bool,
) -> Result<Vec<(Listed<LetterState>, i64)>, StoreError> {
    let query = letters::table
        .filter(letters::trial.eq_any([false, trial]))
        .filter(letters::kind.eq_any(asking_kinds()).or(letters::state.eq(Listed(LetterState::Draft))))
        .group_by(letters::state)
        .select((letters::state, count_star()));
    Ok(match campaigns {
        Some(campaigns) => query.filter(letters::campaign_id.eq_any(campaigns.to_vec())).load(conn).await?,
        None => query.load(conn).await?,
    })
}

/// Letters whose answer is overdue on a day, those that wait longest first; and how many there are.
///
/// # Errors
/// When the database fails.
pub async fn list_overdue_letters(
    conn: &mut Conn,
    campaigns: Option<&[CampaignId]>,
    day: NaiveDate,
    limit: i64,
    trial: bool,
) -> Result<(Vec<OverdueLetterRow>, i64), StoreError> {
    let waiting = waiting_states();
    macro_rules! overdue {
        ($select:expr) => {{
            let mut query = letters::table
                .inner_join(units::table)
                .filter(letters::reply_by.lt(day))
                .filter(letters::state.eq_any(waiting.clone()))
                .filter(letters::kind.eq_any(asking_kinds()))
                .filter(letters::trial.eq_any([false, trial]))
                .select($select)
                .into_boxed::<Backend>();
            if let Some(campaigns) = campaigns {
                query = query.filter(letters::campaign_id.eq_any(campaigns.to_vec()));
            }
            query
        }};
    }
    let count: i64 = overdue!(count_star()).get_result(conn).await?;
    let rows = overdue!((
        letters::id,
        (letters::mark, letters::year, letters::serial),
        units::name,
        letters::reply_by,
        letters::ladder_step
    ))
    .order((letters::reply_by, letters::id))
    .limit(limit)
    .load(conn)
    .await?;
    Ok((rows, count))
}
