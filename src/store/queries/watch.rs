//! What the watchdog looks for: things that should not be so.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::{exists, not};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, SelectableHelper,
};
use diesel_async::RunQueryDsl;

use super::super::Conn;
use crate::StoreError;
use crate::rows::{DeliveryRow, LetterName};
use crate::schema::{
    campaigns, current_assessments, deliveries, episodes, incidents, indicators, letter_episodes, letters,
    measures, series, silences, slots, units,
};
use crate::types::{EpisodeId, Listed, UnitId};
use xushi_domain::delivery::{DeliveryState, Recipient};
use xushi_domain::episode::EpisodeState;
use xushi_domain::{Grade, IncidentKind, LetterState, SubjectKind};

/// Most findings of one kind in one look; more are found by the next look, when these are mended.
const MOST: i64 = 5_000;

/// Numbered letters that wait for an answer and of which no mail to the addressee is accepted or under way: letter and
/// whether the addressee has a mailbox in it at all; `trial` looks at those of a pilot as well.
///
/// # Errors
/// When the database fails.
pub async fn list_undelivered_letters(
    conn: &mut Conn,
    trial: bool,
) -> Result<Vec<(LetterName, bool)>, StoreError> {
    let to = || {
        deliveries::table
            .filter(deliveries::letter_id.eq(letters::id))
            .filter(deliveries::role.eq(Listed(Recipient::To)))
    };
    let hopeful = to().filter(
        deliveries::state
            .eq_any([DeliveryState::Pending, DeliveryState::Sending, DeliveryState::Accepted].map(Listed)),
    );
    Ok(letters::table
        .inner_join(units::table)
        .filter(letters::state.eq(Listed(LetterState::Issued)))
        .filter(letters::trial.eq_any([false, trial]))
        .filter(not(exists(hopeful)))
        .order(letters::id)
        .limit(MOST)
        .select((LetterName::as_select(), exists(to())))
        .load(conn)
        .await?)
}

/// Deliveries that were due before `due` and are not out yet, or were made before `made` and are not; `trial` looks at those of
/// a pilot as well.
///
/// # Errors
/// When the database fails.
pub async fn list_late_deliveries(
    conn: &mut Conn,
    due: NaiveDateTime,
    made: NaiveDateTime,
    trial: bool,
) -> Result<Vec<DeliveryRow>, StoreError> {
    Ok(deliveries::table
        .inner_join(letters::table)
        .filter(letters::trial.eq_any([false, trial]))
        .filter(deliveries::state.eq_any([DeliveryState::Pending, DeliveryState::Sending].map(Listed)))
        .filter(deliveries::next_attempt_at.lt(due).or(deliveries::created_at.lt(made)))
        .order(deliveries::id)
        .limit(MOST)
        .select(DeliveryRow::as_select())
        .load(conn)
        .await?)
}

/// Deliveries given up or bounced of which no incident was ever opened; `trial` looks at those of a pilot as well.
///
/// # Errors
/// When the database fails.
pub async fn list_hidden_failures(conn: &mut Conn, trial: bool) -> Result<Vec<DeliveryRow>, StoreError> {
    let told: Vec<String> = incidents::table
        .filter(incidents::subject_kind.eq(Listed(SubjectKind::Delivery)))
        .filter(
            incidents::kind.eq_any([IncidentKind::DeliveryFailed, IncidentKind::DeliveryBounced].map(Listed)),
        )
        .select(incidents::subject_id)
        .load(conn)
        .await?;
    let told: std::collections::HashSet<String> = told.into_iter().collect();
    let mut failed: Vec<DeliveryRow> = deliveries::table
        .inner_join(letters::table)
        .filter(letters::trial.eq_any([false, trial]))
        .filter(deliveries::state.eq_any([DeliveryState::Failed, DeliveryState::Bounced].map(Listed)))
        .filter(letters::state.ne(Listed(LetterState::Withdrawn)))
        .order(deliveries::id)
        .select(DeliveryRow::as_select())
        .load(conn)
        .await?;
    failed.retain(|row| !told.contains(&row.id.0.to_string()));
    Ok(failed)
}

/// Open episodes made before `before` of which no letter speaks, not even a draft: episode and measure; `trial` lets one of a
/// pilot do.
///
/// # Errors
/// When the database fails.
pub async fn list_episodes_without_letter(
    conn: &mut Conn,
    before: NaiveDateTime,
    today: NaiveDate,
    trial: bool,
) -> Result<Vec<(EpisodeId, String)>, StoreError> {
    // A silence holds letters back; one over a campaign holds those of the campaigns under it, too.
    let held = silences::table
        .filter(silences::starts_on.le(today).and(silences::ends_on.ge(today)))
        .filter(silences::ended_at.is_null())
        .filter(
            silences::indicator_id.is_null().or(silences::indicator_id.eq(episodes::indicator_id.nullable())),
        )
        .filter(silences::unit_id.is_null().or(silences::unit_id.eq(episodes::unit_id)))
        .filter(
            silences::campaign_id
                .is_null()
                .or(silences::campaign_id.eq(episodes::campaign_id.nullable()))
                .or(silences::campaign_id.eq(campaigns::parent_id)),
        );
    let letter = letter_episodes::table
        .inner_join(letters::table)
        .filter(letters::trial.eq_any([false, trial]))
        .filter(letter_episodes::episode_id.eq(episodes::id));
    Ok(episodes::table
        .inner_join(campaigns::table)
        .inner_join(indicators::table.inner_join(series::table.inner_join(measures::table)))
        .filter(episodes::state.eq(Listed(EpisodeState::Open)))
        .filter(episodes::unit_id.is_not_null())
        .filter(episodes::created_at.lt(before))
        .filter(not(exists(letter)))
        .filter(not(exists(held)))
        .order(episodes::id)
        .limit(MOST)
        .select((episodes::id, measures::name))
        .load(conn)
        .await?)
}

/// Indicators that lag and that nobody answers for: indicator, measure, campaign.
///
/// # Errors
/// When the database fails.
pub async fn list_unaddressed(conn: &mut Conn) -> Result<Vec<(UnitId, String, String)>, StoreError> {
    Ok(indicators::table
        .inner_join(series::table.inner_join(measures::table))
        .inner_join(campaigns::table)
        .inner_join(current_assessments::table)
        .filter(indicators::lead_unit_id.is_null())
        .filter(indicators::retired_on.is_null())
        .filter(
            current_assessments::grade.eq_any([Grade::Behind, Grade::Critical, Grade::Missed].map(Listed)),
        )
        .order(indicators::id)
        .limit(MOST)
        .select((indicators::id, measures::name, campaigns::name))
        .load(conn)
        .await?)
}

/// Drafts made before `before` that still wait for 签发, with when they were made.
///
/// # Errors
/// When the database fails.
pub async fn list_waiting_drafts(
    conn: &mut Conn,
    before: NaiveDateTime,
) -> Result<Vec<(LetterName, NaiveDateTime)>, StoreError> {
    Ok(letters::table
        .inner_join(units::table)
        .filter(letters::state.eq(Listed(LetterState::Draft)))
        .filter(letters::created_at.lt(before))
        .order(letters::id)
        .limit(MOST)
        .select((LetterName::as_select(), letters::created_at))
        .load(conn)
        .await?)
}

/// Whether a job's slot was worked off, or a later one: the latest run does all the work of those before.
///
/// # Errors
/// When the database fails.
pub async fn is_slot_done(conn: &mut Conn, job: &str, due_at: NaiveDateTime) -> Result<bool, StoreError> {
    let done = slots::table
        .filter(slots::job.eq(job))
        .filter(slots::due_at.ge(due_at))
        .filter(slots::finished_at.is_not_null());
    Ok(diesel::select(exists(done)).get_result(conn).await?)
}

/// When each job's work was last done.
///
/// # Errors
/// When the database fails.
pub async fn list_last_slots(conn: &mut Conn) -> Result<Vec<(String, Option<NaiveDateTime>)>, StoreError> {
    Ok(slots::table
        .group_by(slots::job)
        .select((slots::job, diesel::dsl::max(slots::finished_at)))
        .load(conn)
        .await?)
}

/// Since when the oldest delivery waits that is neither accepted nor given up.
///
/// # Errors
/// When the database fails.
pub async fn find_oldest_waiting(conn: &mut Conn) -> Result<Option<NaiveDateTime>, StoreError> {
    Ok(deliveries::table
        .filter(deliveries::state.eq_any([DeliveryState::Pending, DeliveryState::Sending].map(Listed)))
        .select(diesel::dsl::min(deliveries::created_at))
        .first(conn)
        .await?)
}

/// The longest answer that any campaign gives, in working days.
///
/// # Errors
/// When the database fails.
pub async fn longest_reply(conn: &mut Conn) -> Result<i32, StoreError> {
    let longest: Option<i32> =
        campaigns::table.select(diesel::dsl::max(campaigns::reply_working_days)).first(conn).await?;
    Ok(longest.unwrap_or_default())
}
