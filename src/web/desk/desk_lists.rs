//! The lists of the desk, each read at once.

use std::collections::HashMap;

use chrono::{Days, NaiveDate, NaiveTime};
use serde::Serialize;

use crate::api::State;
use crate::api::http::refused::Refused;
use crate::clock::office_zone;
use crate::domain::{ContactRole, Grade, Handling, IncidentKind, LetterKind, LetterState, SignedKind};
use crate::letter::{LetterFacts, Templates};
use crate::office::hash_key;
use crate::office::rows::{
    BoardFilter, ContactRow, LetterFilter, LetterHead, LetterRow, Page, UnitRow, WholeReply,
};
use crate::office::types::{Id, IndicatorId, Thing, UnitId};
use crate::office::warnings::title_of;
use crate::web::grades::GradeView;
use crate::web::said_dates::{day_of, long, moment, near};

/// Most of each list on one page.
const SHOWN: usize = 60;
/// Days ahead of a deadline from which it is on the desk.
const SOON: u64 = 3;

/// A draft that waits for a signature.
#[derive(Serialize)]
struct DraftView {
    /// Its id, with what it says: who signs it signs what was read.
    mark: String,
    address: String,
    title: String,
    unit: String,
    kind: &'static str,
    level: Option<(&'static str, &'static str)>,
    waits: String,
    lines: Vec<String>,
    text: String,
}

/// What a letter asked about one indicator.
#[derive(Serialize)]
struct AskedView {
    name: String,
    said: String,
}

/// An answer that waits for its review, or a letter for its closure.
#[derive(Serialize)]
struct ReplyView {
    letter_id: String,
    reply_id: String,
    number: String,
    title: String,
    unit: String,
    when: String,
    times: i32,
    asked: Vec<AskedView>,
    cause: String,
    remedies: Vec<(String, String)>,
    person: String,
    phone: String,
    files: Vec<(String, String)>,
    address: String,
    returned: Option<String>,
}

/// A mail that reached nobody.
#[derive(Serialize)]
struct UndeliveredView {
    id: String,
    letter_id: String,
    number: String,
    unit: String,
    name: String,
    email: String,
    why: String,
}

/// A person to ring up.
#[derive(Serialize)]
struct PersonView {
    name: String,
    phone: String,
    dialled: String,
    leads: bool,
}

/// A letter whose answer is due soon, or overdue.
#[derive(Serialize)]
struct DueView {
    people: Vec<PersonView>,
    unit: String,
    number: String,
    address: String,
    state: &'static str,
    due: String,
    late: bool,
    handling: Option<&'static str>,
}

/// An indicator that was judged otherwise since the evening before.
#[derive(Serialize)]
struct ChangedView {
    name: String,
    unit: String,
    before: Option<GradeView>,
    now: GradeView,
}

/// The whole desk.
#[derive(Serialize)]
pub(super) struct DeskLists {
    today: String,
    sentence: String,
    drafts: Vec<DraftView>,
    more_drafts: usize,
    to_review: Vec<ReplyView>,
    returned_days: u32,
    to_close: Vec<ReplyView>,
    undelivered: Vec<UndeliveredView>,
    due: Vec<DueView>,
    changed: Vec<ChangedView>,
    since: String,
}

/// What the signature to a draft is given to.
pub(super) fn seen(letter: &LetterRow) -> String {
    hash_key(&letter.facts)[..16].to_owned()
}

/// Of what sort a letter is, as offices call it.
pub(super) fn kind_of(kind: LetterKind, step: Option<i32>) -> &'static str {
    SignedKind::of(kind, step).map_or("撤函", |kind| kind.row().chinese)
}

pub(super) async fn read(state: &State) -> Result<DeskLists, Refused> {
    let (read, today) = (&state.office.read, state.office.clock.today());
    let page = Page { limit: 500, after: None };
    let of_states =
        |states: Vec<LetterState>| LetterFilter { states: Some(states), ..LetterFilter::default() };
    let drafts = read.list_letters(&of_states(vec![LetterState::Draft]), page).await?;
    let answered = of_states(vec![LetterState::Replied, LetterState::Accepted]);
    let answered = read.list_letters(&answered, page).await?;
    let replies = read.list_replies_to(&ids(answered.iter().map(|row| row.id))).await?;
    let mut failed = read.list_open_subjects(IncidentKind::DeliveryFailed).await?;
    failed.extend(read.list_open_subjects(IncidentKind::DeliveryBounced).await?);
    let failed = ids(failed.iter().filter_map(|id| id.parse().ok().map(Id::of)));
    let deliveries = read.find_deliveries(&failed).await?;
    let of_mails = read.find_letters(&ids(deliveries.iter().map(|row| row.letter_id))).await?;
    let until = today.checked_add_days(Days::new(SOON)).unwrap_or(today);
    let due = read.list_unanswered(until, state.office.is_pilot()).await?;
    let unit_ids = drafts.iter().chain(&answered).chain(&of_mails).map(|row| row.unit_id);
    let unit_ids = ids(unit_ids
        .chain(due.iter().map(|head| head.unit_id))
        .chain(deliveries.iter().map(|row| row.unit_id)));
    let units: Names = named(read.list_units_of(&unit_ids).await?);
    let roles = [ContactRole::Leader, ContactRole::Liaison];
    let people = read.list_mailboxes(&ids(due.iter().map(|head| head.unit_id)), &roles, today).await?;
    let templates = &state.office.letters.templates;
    let (mut to_review, mut to_close) = (Vec::new(), Vec::new());
    for letter in &answered {
        let list = if letter.state == LetterState::Replied { &mut to_review } else { &mut to_close };
        let own: Vec<&WholeReply> = replies.iter().filter(|one| one.reply.letter_id == letter.id).collect();
        list.extend(reply(letter, &own, &units, templates));
    }
    let undelivered: Vec<UndeliveredView> = deliveries
        .iter()
        .map(|row| UndeliveredView {
            id: row.id.0.to_string(),
            letter_id: row.letter_id.0.to_string(),
            number: of_mails.iter().find(|one| one.id == row.letter_id).map(number).unwrap_or_default(),
            unit: units.get(&row.unit_id).cloned().unwrap_or_default(),
            name: row.name.clone(),
            email: row.email.clone(),
            why: row.last_reply.clone().unwrap_or_else(|| "原因未知".to_owned()),
        })
        .collect();
    let (changed, since) = changed(state, today).await?;
    let more_drafts = drafts.len().saturating_sub(SHOWN);
    let mut due: Vec<DueView> = due.iter().map(|head| due_view(head, &people, &units, today)).collect();
    due.sort_by_key(|view| !view.late);
    let counts = [
        (drafts.len(), "签发"),
        (to_review.len(), "审核"),
        (undelivered.len(), "补投"),
        (due.iter().filter(|view| view.late).count(), "催办"),
    ];
    Ok(DeskLists {
        today: long(today),
        sentence: sentence(&counts),
        drafts: drafts.iter().take(SHOWN).map(|row| draft(row, &units, today)).collect(),
        more_drafts,
        to_review,
        returned_days: state.office.notices.returned_working_days,
        to_close,
        undelivered,
        due,
        changed,
        since,
    })
}

type Names = HashMap<UnitId, String>;

fn named(rows: Vec<UnitRow>) -> Names {
    rows.into_iter().map(|row| (row.id, row.name)).collect()
}

fn ids<K: Thing>(all: impl Iterator<Item = Id<K>>) -> Vec<Id<K>> {
    let mut all: Vec<Id<K>> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// 要您动手的4件：签发1件、审核2件、催办1件。
fn sentence(counts: &[(usize, &str)]) -> String {
    let total: usize = counts.iter().map(|(count, _)| count).sum();
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, verb)| format!("{verb}{count}件"))
        .collect();
    match total {
        0 => "眼下没有要您动手的事。".to_owned(),
        _ => format!("要您动手的{total}件：{}。", parts.join("、")),
    }
}

pub(super) fn number(letter: &LetterRow) -> String {
    let known = letter.serial.and_then(|_| letter.number().ok());
    known.map_or_else(|| "未编号".to_owned(), |number| number.to_string())
}

fn draft(row: &LetterRow, units: &Names, today: NaiveDate) -> DraftView {
    let facts = LetterFacts::from_json(&row.facts).ok();
    let lines = facts.iter().flat_map(|facts| &facts.lines);
    let days = (today - day_of(row.created_at)).num_days();
    DraftView {
        mark: format!("{}:{}", row.id.0, seen(row)),
        address: format!("/desk/letters/{}", row.id.0),
        title: title_of(&row.subject, "").to_owned(),
        unit: units.get(&row.unit_id).cloned().unwrap_or_default(),
        kind: kind_of(row.kind.0, row.ladder_step),
        level: row.level.map(|level| (level.0.label(), level_class(level.0))),
        waits: if days > 0 { format!("已等{days}天") } else { "今天拟".to_owned() },
        lines: lines.map(|line| format!("{}（{}）", line.indicator, line.region)).collect(),
        text: row.body_text.trim().to_owned(),
    }
}

pub(super) fn level_class(level: crate::domain::Level) -> &'static str {
    use crate::domain::Level;
    match level {
        Level::Yellow => "yellow",
        Level::Orange => "orange",
        Level::Red => "red",
    }
}

/// The latest reply beside what was asked.
fn reply(
    letter: &LetterRow,
    replies: &[&WholeReply],
    units: &Names,
    templates: &Templates,
) -> Option<ReplyView> {
    let last = replies.last()?;
    let facts = LetterFacts::from_json(&letter.facts).ok();
    let lines = facts.iter().flat_map(|facts| &facts.lines);
    let asked = lines.map(|line| {
        let said = templates.said_of(line).unwrap_or_default();
        let parts = [said.data_of, said.reached, said.gap, said.needed];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        AskedView { name: format!("{}（{}）", line.indicator, line.region), said: parts.join("，") }
    });
    let file = |file: &crate::office::rows::ReplyFileHead| {
        let address = format!("/desk/letters/{}/replies/{}/{}", letter.id.0, last.reply.id.0, file.ordinal);
        (file.name.clone(), address)
    };
    let earlier = replies.iter().rev().filter_map(|one| one.review.as_ref()).next();
    Some(ReplyView {
        letter_id: letter.id.0.to_string(),
        reply_id: last.reply.id.0.to_string(),
        number: number(letter),
        title: title_of(&letter.subject, &number(letter)).to_owned(),
        unit: units.get(&letter.unit_id).cloned().unwrap_or_default(),
        when: moment(last.reply.created_at),
        times: last.reply.ordinal,
        asked: asked.collect(),
        cause: last.reply.cause.clone(),
        remedies: last.remedies.iter().map(|one| (one.action.clone(), long(one.due_on))).collect(),
        person: last.reply.person.clone(),
        phone: last.reply.phone.clone(),
        files: last.files.iter().map(file).collect(),
        address: format!("/desk/letters/{}", letter.id.0),
        returned: earlier.and_then(|(review, _)| review.reason.clone()),
    })
}

fn due_view(head: &LetterHead, people: &[ContactRow], units: &Names, today: NaiveDate) -> DueView {
    let own = people.iter().filter(|contact| contact.unit_id == head.unit_id);
    let person = |contact: &ContactRow| PersonView {
        name: contact.name.clone(),
        dialled: contact.phone.iter().flat_map(|phone| phone.chars()).filter(char::is_ascii_digit).collect(),
        phone: contact.phone.clone().unwrap_or_else(|| "没有留电话".to_owned()),
        leads: contact.role == ContactRole::Leader,
    };
    let serial = head.serial.unwrap_or_default().unsigned_abs();
    let number = crate::domain::LetterNumber::new(&head.mark, head.year, serial);
    let due = head.reply_by.map_or_else(String::new, |by| match (by - today).num_days() {
        0 => "今天到期".to_owned(),
        left @ 1.. => format!("{}到期，还有{left}天", near(by, today)),
        over => format!("应于{}反馈，已逾期{}天", near(by, today), -over),
    });
    DueView {
        people: own.map(person).collect(),
        unit: units.get(&head.unit_id).cloned().unwrap_or_default(),
        number: number.map(|number| number.to_string()).unwrap_or_default(),
        address: format!("/desk/letters/{}", head.id.0),
        state: head.state.0.chinese(),
        due,
        late: head.reply_by.is_some_and(|by| by < today),
        handling: head.ladder_step.and_then(Handling::of_step).map(Handling::label),
    }
}

/// Indicators whose grade is another since six in the evening of the day before.
async fn changed(state: &State, today: NaiveDate) -> Result<(Vec<ChangedView>, String), Refused> {
    let read = &state.office.read;
    let evening = NaiveTime::from_hms_opt(18, 0, 0).unwrap_or(NaiveTime::MIN);
    let since = today.pred_opt().unwrap_or(today).and_time(evening) - office_zone();
    let filter = BoardFilter { alive_on: Some(today), updated_after: Some(since), ..BoardFilter::default() };
    let mut rows = read.list_board(&filter, SHOWN as i64, None).await?;
    rows.truncate(SHOWN);
    let ids: Vec<IndicatorId> = rows.iter().map(|row| row.id).collect();
    let before: HashMap<IndicatorId, Grade> =
        read.list_grades_before(&ids, since).await?.into_iter().map(|(id, grade)| (id, grade.0)).collect();
    let view = |row: &crate::office::rows::BoardRow| {
        let (now, then) = (row.current.grade.0, before.get(&row.id).copied());
        (then != Some(now) && row.assessment.is_some()).then(|| ChangedView {
            name: format!("{}（{}）", row.measure.1, row.region.1),
            unit: row.lead_unit.1.clone().unwrap_or_else(|| "未明确".to_owned()),
            before: then.map(GradeView::of),
            now: GradeView::of(now),
        })
    };
    Ok((rows.iter().filter_map(view).collect(), moment(since)))
}
