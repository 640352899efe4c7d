//! 问题台账 and the board of letters: what was open, and how far its letters had come.

use std::collections::{HashMap, HashSet};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl,
    SelectableHelper,
};
use diesel_async::RunQueryDsl;

use super::super::{Backend, Conn};
use super::former_names::list_names_on;
use super::responsibilities::list_places_on;
use super::unsent_letters::unsent_letters;
use super::{settlements, withdrawals};
use crate::StoreError;
use crate::rows::{BoardLetterRow, EpisodeRow, LedgerFilter, LedgerLetterRow, LedgerRow, Page};
use crate::schema::{
    assessments, campaigns, closures, deliveries, episodes, handovers, indicators, letter_episodes, letters,
    measures, observations, receipts, regions, replies, reviews, series, units,
};
use crate::types::{AnyId, EpisodeId, Id, IndicatorId, LetterId, Listed, RegionId, UnitId};
use xushi_domain::delivery::Recipient;
use xushi_domain::reply::{ReplyStage, ReviewVerdict};
use xushi_domain::stage::weight;
use xushi_domain::{Basis, Figure, LetterKind, Level, Stage, Status};

/// Ids in one statement; SQLite takes 32,766 values.
const AT_ONCE: usize = 5_000;

/// An episode as the ledger reads it: with its series, measure and its name, region, unit, campaign and the measure's basis.
type LedgerColumns =
    (EpisodeRow, i64, (IndicatorId, String), (RegionId, String), Option<String>, String, Listed<Basis>);

/// Problems that were open at the end of a day, in order of id, each with the unit that answered for it and the names of that day.
///
/// # Errors
/// When the database fails.
pub async fn list_ledger(
    conn: &mut Conn,
    filter: &LedgerFilter,
    page: Page,
) -> Result<Vec<LedgerRow>, StoreError> {
    let mut query = episodes::table
        .inner_join(
            indicators::table
                .inner_join(series::table.inner_join(measures::table).inner_join(regions::table)),
        )
        .inner_join(campaigns::table.on(campaigns::id.eq(episodes::campaign_id)))
        .left_join(units::table.on(episodes::unit_id.eq(units::id.nullable())))
        .filter(episodes::opened_on.le(filter.as_of))
        .filter(episodes::lifted_on.is_null().or(episodes::lifted_on.gt(filter.as_of)))
        .select((
            EpisodeRow::as_select(),
            series::id,
            (measures::id, measures::name),
            (regions::id, regions::name),
            units::name.nullable(),
            campaigns::name,
            measures::basis,
        ))
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
        // Led by another unit since then, or led by this one since then: asked one by one.
        let moved = handovers::table.filter(handovers::superseded_on.gt(filter.as_of));
        let away = moved.select(handovers::indicator_id);
        let its = moved.filter(handovers::lead_unit_id.eq(unit)).select(handovers::indicator_id);
        let now = episodes::unit_id.eq(unit).and(episodes::indicator_id.ne_all(away));
        query = query.filter(now.or(episodes::indicator_id.eq_any(its)));
    }
    let mut found: Vec<LedgerColumns> = query.load(conn).await?;
    name_as_of(conn, &mut found, filter.as_of).await?;
    let ids: Vec<EpisodeId> = found.iter().map(|(episode, ..)| episode.id).collect();
    let mut about = letters_about(conn, &ids, filter).await?;
    let mut unsent = unsent_letters(conn, &ids, filter).await?;
    let listed = found.iter().map(|(episode, series, .., basis)| (episode.indicator_id, *series, *basis));
    let mut sources = judged_sources(conn, &listed.collect::<Vec<_>>(), filter.as_of).await?;
    let row = |(episode, _, (_, indicator), (_, region), unit, campaign, _): LedgerColumns| LedgerRow {
        letters: about.remove(&episode.id).unwrap_or_default(),
        unsent: unsent.remove(&episode.id).unwrap_or_default(),
        source: sources.remove(&episode.indicator_id),
        episode,
        indicator,
        region,
        unit,
        campaign,
    };
    Ok(found.into_iter().map(row).collect())
}

/// Puts in the unit that answered for each on a day, and what unit, measure, region and campaign were called then.
async fn name_as_of(conn: &mut Conn, found: &mut [LedgerColumns], day: NaiveDate) -> Result<(), StoreError> {
    let indicators: Vec<IndicatorId> = found.iter().map(|(episode, ..)| episode.indicator_id).collect();
    let mut places = list_places_on(conn, &indicators, day).await?;
    for (episode, _, _, _, unit, ..) in found.iter_mut() {
        if let Some(then) = places.remove(&episode.indicator_id) {
            (episode.unit_id, *unit) = then.lead_unit;
        }
    }
    let owners: HashSet<AnyId> = found
        .iter()
        .flat_map(|(episode, _, (measure, _), (region, _), ..)| {
            let owned = [measure.of_any(), region.of_any(), episode.campaign_id.of_any()];
            owned.map(Some).into_iter().chain([episode.unit_id.map(Id::of_any)])
        })
        .flatten()
        .collect();
    let names = list_names_on(conn, &Vec::from_iter(owners), day).await?;
    for (episode, _, (measure, indicator), (region, region_name), unit, campaign, _) in found {
        for (owner, name) in [
            (Some(measure.of_any()), Some(indicator)),
            (Some(region.of_any()), Some(region_name)),
            (Some(episode.campaign_id.of_any()), Some(campaign)),
            (episode.unit_id.map(Id::of_any), unit.as_mut()),
        ] {
            if let (Some(name), Some(former)) = (name, owner.and_then(|owner| names.get(&owner))) {
                name.clone_from(former);
            }
        }
    }
    Ok(())
}

/// Letters about these episodes that had been issued by the end of a day, the first one first.
async fn letters_about(
    conn: &mut Conn,
    ids: &[EpisodeId],
    filter: &LedgerFilter,
) -> Result<HashMap<EpisodeId, Vec<LedgerLetterRow>>, StoreError> {
    type Row = (
        EpisodeId,
        (LetterId, Listed<LetterKind>),
        (String, i32, Option<i32>),
        Option<Listed<Level>>,
        Option<i32>,
        (Option<NaiveDate>, Option<NaiveDate>),
    );
    let rows: Vec<Row> = letter_episodes::table
        .inner_join(letters::table)
        .filter(letter_episodes::episode_id.eq_any(ids.to_vec()))
        .filter(letters::issued_on.le(filter.as_of))
        .filter(letters::serial.is_not_null())
        .filter(letters::trial.eq_any([false, filter.trial]))
        .order((letters::issued_on, letters::id))
        .select((
            letter_episodes::episode_id,
            (letters::id, letters::kind),
            (letters::mark, letters::year, letters::serial),
            letter_episodes::level,
            letters::ladder_step,
            (letters::issued_on, letters::reply_by),
        ))
        .load(conn)
        .await?;
    let mut about: HashMap<EpisodeId, Vec<LedgerLetterRow>> = HashMap::new();
    for (episode, (id, kind), (mark, year, serial), level, ladder_step, (issued_on, reply_by)) in rows {
        let letter = LedgerLetterRow {
            id,
            kind: kind.0,
            mark,
            year,
            serial,
            level: level.map(|level| level.0),
            ladder_step,
            issued_on: issued_on.unwrap_or(filter.as_of),
            reply_by,
        };
        about.entry(episode).or_default().push(letter);
    }
    Ok(about)
}

/// Which figure of which period an assessment rests on.
type Judged = (NaiveDate, NaiveDate, Listed<Figure>);
/// The same as stored: none of it where nothing was judged.
type Judgement = (Option<NaiveDate>, Option<NaiveDate>, Option<Listed<Figure>>);
/// A fact and where it came from: series, what it is a fact of, status, day of publication, vintage, source, stage.
type Sourced = (
    i64,
    NaiveDate,
    NaiveDate,
    Listed<Figure>,
    Listed<Basis>,
    Listed<Status>,
    NaiveDate,
    i32,
    String,
    Option<Listed<Stage>>,
);

/// Where the figure came from that the last assessment of each indicator by a day rests on: of the judged period and
/// figure, what counted by then. `listed` are indicators with their series and the basis of their measure.
async fn judged_sources(
    conn: &mut Conn,
    listed: &[(IndicatorId, i64, Listed<Basis>)],
    as_of: NaiveDate,
) -> Result<HashMap<IndicatorId, String>, StoreError> {
    let indicators: Vec<IndicatorId> = listed.iter().map(|(indicator, ..)| *indicator).collect();
    let rows: Vec<(IndicatorId, Judgement)> = assessments::table
        .filter(assessments::indicator_id.eq_any(indicators))
        .filter(assessments::as_of.le(as_of))
        .order((assessments::indicator_id, assessments::as_of, assessments::id))
        .select((
            assessments::indicator_id,
            (assessments::data_start, assessments::data_end, assessments::figure),
        ))
        .load(conn)
        .await?;
    // The last of each wins.
    let judged = rows.into_iter().map(|(indicator, (start, end, figure))| {
        let judged: Option<Judged> =
            start.zip(end).zip(figure).map(|((start, end), figure)| (start, end, figure));
        (indicator, judged)
    });
    let judged: HashMap<IndicatorId, Option<Judged>> = judged.collect();
    let ends: HashSet<NaiveDate> = judged.values().flatten().map(|(_, end, _)| *end).collect();
    let series: Vec<i64> = listed.iter().map(|(_, series, _)| *series).collect();
    let facts: Vec<Sourced> = observations::table
        .filter(observations::series_id.eq_any(series))
        .filter(observations::period_end.eq_any(ends))
        .filter(observations::published_on.le(as_of))
        .filter(observations::withdrawn_on.is_null().or(observations::withdrawn_on.gt(as_of)))
        .filter(observations::status.eq_any([Status::Preliminary, Status::Final].map(Listed)))
        .select((
            observations::series_id,
            observations::period_start,
            observations::period_end,
            observations::figure,
            observations::basis,
            observations::status,
            observations::published_on,
            observations::vintage,
            observations::source,
            observations::stage,
        ))
        .load(conn)
        .await?;
    let source = |(indicator, series, basis): &(IndicatorId, i64, Listed<Basis>)| {
        let (start, end, figure) = judged.get(indicator)?.as_ref()?;
        let same = |fact: &&Sourced| {
            fact.0 == *series && fact.1 == *start && fact.2 == *end && fact.3 == *figure && fact.4 == *basis
        };
        // A lower stage never displaces a higher one, nor a preliminary value a final one.
        let counting = |fact: &&Sourced| (weight(fact.9.map(|stage| stage.0), fact.5.0), fact.6, fact.7);
        let fact = facts.iter().filter(same).max_by_key(counting)?;
        Some((*indicator, fact.8.clone()))
    };
    Ok(listed.iter().filter_map(source).collect())
}

/// A letter as the board reads it: id, unit, unit's name, kind, step of the ladder, deadline.
type BoardLetterColumns = (LetterId, UnitId, String, Listed<LetterKind>, Option<i32>, Option<NaiveDate>);

/// Issued letters by the end of a day, as far as the board counts them, with what their units were called then.
///
/// # Errors
/// When the database fails.
pub async fn list_board_letters(
    conn: &mut Conn,
    filter: &LedgerFilter,
) -> Result<Vec<BoardLetterRow>, StoreError> {
    let mut query = letters::table
        .inner_join(units::table)
        .filter(letters::issued_on.le(filter.as_of))
        .filter(letters::serial.is_not_null())
        .filter(letters::trial.eq_any([false, filter.trial]))
        .select((
            letters::id,
            letters::unit_id,
            units::name,
            letters::kind,
            letters::ladder_step,
            letters::reply_by,
        ))
        .into_boxed::<Backend>();
    if let Some(campaigns) = &filter.campaigns {
        query = query.filter(letters::campaign_id.eq_any(campaigns.clone()));
    }
    if let Some(unit) = filter.unit_id {
        query = query.filter(letters::unit_id.eq(unit));
    }
    let rows: Vec<BoardLetterColumns> = query.load(conn).await?;
    let units: HashSet<AnyId> = rows.iter().map(|(_, unit, ..)| unit.of_any()).collect();
    let names = list_names_on(conn, &Vec::from_iter(units), filter.as_of).await?;
    let row = |(id, unit_id, unit, kind, ladder_step, reply_by): BoardLetterColumns| BoardLetterRow {
        id,
        unit_id,
        unit: names.get(&unit_id.of_any()).cloned().unwrap_or(unit),
        kind: kind.0,
        ladder_step,
        reply_by,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// What happened to these letters. One to which nothing happened is not among them.
///
/// # Errors
/// When the database fails.
pub async fn list_courses(
    conn: &mut Conn,
    ids: &[LetterId],
) -> Result<HashMap<LetterId, ReplyStage>, StoreError> {
    let mut courses: HashMap<LetterId, ReplyStage> = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(AT_ONCE) {
        add_courses(conn, chunk.to_vec(), &mut courses).await?;
    }
    Ok(courses)
}

async fn add_courses(
    conn: &mut Conn,
    ids: Vec<LetterId>,
    courses: &mut HashMap<LetterId, ReplyStage>,
) -> Result<(), StoreError> {
    let delivered: Vec<(LetterId, Option<NaiveDateTime>)> = deliveries::table
        .filter(deliveries::letter_id.eq_any(ids.clone()))
        .filter(deliveries::role.eq(Listed(Recipient::To)))
        .filter(deliveries::accepted_at.is_not_null())
        .order(deliveries::accepted_at.desc())
        .select((deliveries::letter_id, deliveries::accepted_at))
        .load(conn)
        .await?;
    for (letter, at) in delivered {
        courses.entry(letter).or_default().delivered_at = at;
    }
    let received: Vec<(LetterId, NaiveDateTime)> = receipts::table
        .filter(receipts::letter_id.eq_any(ids.clone()))
        .select((receipts::letter_id, receipts::created_at))
        .load(conn)
        .await?;
    for (letter, at) in received {
        courses.entry(letter).or_default().received_at = Some(at);
    }
    type Replied =
        (LetterId, NaiveDateTime, Option<Listed<ReviewVerdict>>, Option<NaiveDateTime>, Option<NaiveDate>);
    let replied: Vec<Replied> = replies::table
        .left_join(reviews::table)
        .filter(replies::letter_id.eq_any(ids.clone()))
        .order((replies::letter_id, replies::ordinal))
        .select((
            replies::letter_id,
            replies::created_at,
            reviews::verdict.nullable(),
            reviews::created_at.nullable(),
            reviews::former_reply_by.nullable(),
        ))
        .load(conn)
        .await?;
    for (letter, at, verdict, reviewed_at, former) in replied {
        let verdict = verdict.map(|verdict| verdict.0);
        let course = courses.entry(letter).or_default();
        course.replies.push((at, verdict.zip(reviewed_at)));
        course.put_off.extend(reviewed_at.zip(former));
    }
    for (letter, at) in settlements::list_settlements(conn, ids.clone()).await? {
        courses.entry(letter).or_default().settled_at = Some(at);
    }
    for (letter, (row, _)) in withdrawals::list_withdrawals(conn, &ids).await? {
        courses.entry(letter).or_default().withdrawn_at = Some(row.created_at);
    }
    let closed: Vec<(LetterId, NaiveDateTime)> = closures::table
        .filter(closures::letter_id.eq_any(ids))
        .select((closures::letter_id, closures::created_at))
        .load(conn)
        .await?;
    for (letter, at) in closed {
        courses.entry(letter).or_default().closed_at = Some(at);
    }
    Ok(())
}
