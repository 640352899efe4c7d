//! What is retired, and what still refers to it.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, SelectableHelper,
};
use diesel_async::RunQueryDsl;

use super::super::{Conn, locks};
use super::reassessments;
use crate::rows::{Dependent, ObservationRow, RetiredIndicator};
use crate::schema::{
    campaign_members, campaigns, indicators, measures, observations, problems, responsibilities, series,
    tasks, units,
};
use crate::types::{AnyId, CampaignId, IndicatorId, Listed, ObservationId, TaskId};
use crate::{SoleRule, StoreError};
use xushi_domain::Retiree;
use xushi_domain::problem::OVER;

/// Names of one kind that an answer gives at most; more are only counted.
const NAMED: i64 = 100;

/// Waits until nobody is ending what others may refer to, and lets nobody end it before this transaction is over. Comes before what
/// is referred to is read.
///
/// # Errors
/// When the database fails.
pub async fn refer(conn: &mut Conn) -> Result<(), StoreError> {
    locks::together(conn, SoleRule::InForce).await
}

/// Waits until nobody is referring to anything, and lets nobody begin to before this transaction is over. Comes before it is looked
/// whether something still refers to what ends.
///
/// # Errors
/// When the database fails.
pub async fn end_references(conn: &mut Conn) -> Result<(), StoreError> {
    locks::alone(conn, SoleRule::InForce).await
}

/// Waits until no other plan is being written.
///
/// # Errors
/// When the database fails.
pub async fn queue_plan(conn: &mut Conn) -> Result<(), StoreError> {
    locks::alone(conn, SoleRule::Plans).await
}

/// Retires one thing from `on` on; `false` when it is not there or was retired before. Its `updated_at` stays: boards of days
/// before show it as they did.
///
/// # Errors
/// When the database fails.
pub async fn retire(
    conn: &mut Conn,
    (what, id): (Retiree, AnyId),
    (on, reason): (NaiveDate, &str),
    now: NaiveDateTime,
) -> Result<bool, StoreError> {
    macro_rules! retire {
        ($($kind:ident => $table:ident),+) => {
            match what {
                $(Retiree::$kind => diesel::update($table::table.find(id))
                    .filter($table::retired_on.is_null())
                    .set((
                        $table::retired_on.eq(on),
                        $table::retired_reason.eq(reason),
                        $table::retired_at.eq(now),
                    ))
                    .execute(conn)
                    .await?,)+
            }
        };
    }
    let retired = retire!(
        Campaign => campaigns, Task => tasks, Measure => measures, Unit => units, Indicator => indicators
    );
    Ok(retired == 1)
}

/// What still refers to this: of each kind the names, as people call them.
///
/// # Errors
/// When the database fails.
pub async fn list_dependents(
    conn: &mut Conn,
    what: Retiree,
    id: AnyId,
) -> Result<Vec<Dependent>, StoreError> {
    let named =
        |what: &'static str, names: Vec<String>| names.into_iter().map(move |name| Dependent { what, name });
    let mut found = Vec::new();
    let live = indicators::table
        .inner_join(series::table.inner_join(measures::table))
        .filter(indicators::retired_on.is_null())
        .order(indicators::id)
        .limit(NAMED)
        .select(measures::name);
    match what {
        Retiree::Indicator => {}
        Retiree::Measure => {
            found.extend(named("指标", live.filter(series::measure_id.eq(id)).load(conn).await?));
        }
        Retiree::Task => {
            let below = tasks::table.filter(tasks::parent_id.eq(id)).filter(tasks::retired_on.is_null());
            found.extend(named("下级任务", below.select(tasks::name).limit(NAMED).load(conn).await?));
            found.extend(named("指标", live.filter(indicators::task_id.eq(id)).load(conn).await?));
        }
        Retiree::Campaign => {
            let below =
                campaigns::table.filter(campaigns::parent_id.eq(id)).filter(campaigns::retired_on.is_null());
            found.extend(named("子行动", below.select(campaigns::name).limit(NAMED).load(conn).await?));
            let inside = tasks::table.filter(tasks::campaign_id.eq(id)).filter(tasks::retired_on.is_null());
            found.extend(named("任务", inside.select(tasks::name).limit(NAMED).load(conn).await?));
            found.extend(named("指标", live.filter(indicators::campaign_id.eq(id)).load(conn).await?));
        }
        Retiree::Unit => {
            let below = units::table.filter(units::parent_id.eq(id)).filter(units::retired_on.is_null());
            found.extend(named("下级单位", below.select(units::name).limit(NAMED).load(conn).await?));
            let of_tasks = responsibilities::table
                .inner_join(tasks::table.on(responsibilities::task_id.eq(tasks::id.nullable())))
                .filter(responsibilities::unit_id.eq(id))
                .filter(tasks::retired_on.is_null());
            found.extend(named(
                "任务",
                of_tasks.select(tasks::name).distinct().limit(NAMED).load(conn).await?,
            ));
            let own = responsibilities::table.filter(responsibilities::unit_id.eq(id));
            let own = own.filter(responsibilities::indicator_id.is_not_null());
            let own = own.select(responsibilities::indicator_id.assume_not_null());
            let led = live.filter(indicators::lead_unit_id.eq(id).or(indicators::id.eq_any(own)));
            found.extend(named("指标", led.load(conn).await?));
            let ledger = problems::table
                .filter(problems::unit_id.eq(id))
                .filter(problems::state.ne_all(OVER.map(Listed)));
            found.extend(named("问题", ledger.select(problems::title).limit(NAMED).load(conn).await?));
            let member = campaign_members::table.filter(campaign_members::unit_id.eq(id));
            let member = member.select(campaign_members::campaign_id);
            let office = campaigns::table
                .filter(campaigns::office_unit_id.eq(id).or(campaigns::id.eq_any(member)))
                .filter(campaigns::retired_on.is_null());
            found.extend(named("攻坚行动", office.select(campaigns::name).limit(NAMED).load(conn).await?));
        }
    }
    Ok(found)
}

/// What lies in a campaign and is not retired, its sub-campaigns and all that is in them included: the indicators, the
/// tasks, the sub-campaigns.
///
/// # Errors
/// When the database fails.
pub async fn list_within(conn: &mut Conn, campaign: CampaignId) -> Result<Vec<(Retiree, AnyId)>, StoreError> {
    let (mut family, mut seen) = (vec![campaign], 0);
    // However deep the tree is.
    while seen < family.len() {
        let above: Vec<Option<CampaignId>> = family[seen..].iter().copied().map(Some).collect();
        seen = family.len();
        let below = campaigns::table
            .filter(campaigns::parent_id.eq_any(above))
            .filter(campaigns::retired_on.is_null())
            .select(campaigns::id);
        family.extend(below.load::<CampaignId>(conn).await?);
    }
    let below = family[1..].to_vec();
    let own = indicators::table
        .filter(indicators::campaign_id.eq_any(family.clone()))
        .filter(indicators::retired_on.is_null());
    let own: Vec<IndicatorId> = own.select(indicators::id).load(conn).await?;
    let parts = tasks::table.filter(tasks::campaign_id.eq_any(family)).filter(tasks::retired_on.is_null());
    let parts: Vec<TaskId> = parts.select(tasks::id).load(conn).await?;
    let own = own.into_iter().map(|id| (Retiree::Indicator, id.of_any()));
    let parts = parts.into_iter().map(|id| (Retiree::Task, id.of_any()));
    Ok(own.chain(parts).chain(below.into_iter().map(|id| (Retiree::Campaign, id.of_any()))).collect())
}

/// Those of these indicators that are retired, each with the first day and the reason.
///
/// # Errors
/// When the database fails.
pub async fn list_retired(conn: &mut Conn, ids: &[IndicatorId]) -> Result<Vec<RetiredIndicator>, StoreError> {
    Ok(indicators::table
        .filter(indicators::id.eq_any(ids.to_vec()))
        .filter(indicators::retired_on.is_not_null())
        .order(indicators::series_id)
        .select((
            indicators::id,
            indicators::retired_on.assume_not_null(),
            indicators::retired_reason.assume_not_null(),
        ))
        .load(conn)
        .await?)
}

/// Withdraws one vintage of a fact: from `on` on the value before it counts again. Gives it as it was; `None` when it is not
/// there or was withdrawn before.
///
/// # Errors
/// When the database fails.
pub async fn withdraw_observation(
    conn: &mut Conn,
    id: ObservationId,
    (on, reason): (NaiveDate, &str),
    now: NaiveDateTime,
) -> Result<Option<ObservationRow>, StoreError> {
    write_transaction!(conn, async |conn: &mut Conn| {
        let withdrawn = diesel::update(observations::table.find(id))
            .filter(observations::withdrawn_on.is_null())
            .set((
                observations::withdrawn_on.eq(on),
                observations::withdrawn_reason.eq(reason),
                observations::withdrawn_at.eq(now),
            ))
            .execute(conn)
            .await?;
        if withdrawn == 0 {
            return Ok(None);
        }
        let row = observations::table.find(id).select(ObservationRow::as_select());
        let row: Option<ObservationRow> = row.get_result(conn).await.optional()?;
        if let Some(row) = &row {
            reassessments::mark_series(conn, std::iter::once(row.series_id), now).await?;
        }
        Ok(row)
    })
    .await
}
