//! From rows to the page.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{Datelike as _, NaiveDate, NaiveDateTime};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, context};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Opened;
use super::form::{REMEDY_ROWS, Typed};
use super::questions::{lines, mistakes, mode_name};
use super::typed_reply;
use crate::clock::office_zone;
use crate::domain::reply::ReviewVerdict;
use crate::domain::{Invalid, LetterState, Level, TextEnum as _};
use crate::office::rows::{ClosureRow, LetterRow, ReceiptRow, WholeReply, WithdrawalRow};
use crate::office::warnings::title_of;
use crate::web::page_frame::STYLE;

/// What a browser may do with the page: show it with its own one style sheet and the charts inside it, and send its forms
/// home.
pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
});

static PAGES: LazyLock<Result<Environment<'static>, Error>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.add_global("style", STYLE);
    env.add_template("frame.html", include_str!("frame.html"))?;
    env.add_template("plain.html", include_str!("plain.html"))?;
    env.add_template("letter.html", include_str!("letter.html"))?;
    Ok(env)
});

fn fill(name: &str, context: minijinja::Value) -> Result<String, String> {
    let pages = PAGES.as_ref().map_err(ToString::to_string)?;
    let page = pages.get_template(name).map_err(|error| error.to_string())?;
    page.render(context).map_err(|error| format!("{error:#}"))
}

/// A page of a title and a few sentences.
pub(super) fn plain(title: &str, lines: &[&str]) -> Result<String, String> {
    fill("plain.html", context! { title, lines => Serde(lines) })
}

/// What has happened to the letter.
pub(super) struct History {
    pub(super) receipt: Option<ReceiptRow>,
    pub(super) replies: Vec<WholeReply>,
    pub(super) closure: Option<ClosureRow>,
    /// The letter to be answered instead, and its address.
    pub(super) successor: Option<(LetterRow, String)>,
    /// Who leads all that it was about by now, where that is another unit.
    pub(super) handed_to: Option<String>,
    /// How it was taken back, and the letter that says so with its address.
    pub(super) withdrawn: Option<(WithdrawalRow, (LetterRow, String))>,
}

/// What the last form leaves on the page.
#[derive(Default)]
pub(super) struct Said<'a> {
    /// Shown in the form again.
    pub(super) typed: Option<&'a Typed>,
    /// What was wrong with it.
    pub(super) wrong: Vec<Invalid>,
    /// Why nothing was written.
    pub(super) notice: Option<&'a str>,
    /// What was typed into a form that is no longer there.
    pub(super) unsent: Option<&'a Typed>,
}

#[derive(Serialize)]
struct StepView {
    name: &'static str,
    class: &'static str,
    when: Option<String>,
}

#[derive(Serialize)]
struct RemedyView {
    action: String,
    due_on: String,
}

#[derive(Serialize)]
struct ReplyView {
    ordinal: i32,
    when: String,
    cause: String,
    remedies: Vec<RemedyView>,
    person: String,
    phone: String,
    files: Vec<String>,
    review: Option<String>,
}

#[derive(Serialize)]
struct ReturnedView {
    when: String,
    reason: String,
    /// The new last day, where there is one.
    reply_by: Option<String>,
}

/// What the page shows besides its letter's history.
pub(super) struct Around {
    pub(super) today: NaiveDate,
    /// Working days from today to the deadline; none where there is no deadline or no calendar.
    pub(super) working_days: Option<i64>,
    /// Number of a line and its chart as a `data:` address.
    pub(super) pictures: Vec<(u32, String)>,
}

/// The letter to go on to, if any: what to do there, its number, its address.
fn successor(history: &History) -> Result<Option<(&'static str, String, &str)>, String> {
    if history.handed_to.is_some() {
        return Ok(None);
    }
    let by = history.withdrawn.as_ref().map(|(_, by)| by);
    let Some((row, address)) = history.successor.as_ref().or(by) else { return Ok(None) };
    let what = match (row.state.0.is_standing(), row.reply_by) {
        (false, _) => "查看后函",
        (true, Some(_)) => "办理后函",
        (true, None) => "查看撤函",
    };
    Ok(Some((what, number_of(row)?, address.as_str())))
}

/// The page of a letter.
pub(super) fn letter(
    opened: &Opened,
    history: &History,
    said: Said<'_>,
    around: &Around,
) -> Result<String, String> {
    let (row, facts, today) = (&opened.letter, &opened.facts, around.today);
    let number = number_of(row)?;
    let successor = successor(history)?;
    let level = row.level.map(|word| word.0);
    let asks = row.reply_by.is_some() && row.kind.0.asks();
    let answerable = asks && matches!(opened.state, LetterState::Received | LetterState::Returned);
    let ended = matches!(opened.state, LetterState::Settled | LetterState::Withdrawn);
    let returned = returned(opened.state, &history.replies);
    let mistakes = mistakes(&said.wrong, opened.state);
    let errors: BTreeMap<String, String> =
        said.wrong.into_iter().rev().map(|one| (one.field, one.detail)).collect();
    let mended = !errors.is_empty();
    let contact = &facts.contact;
    let late = row.reply_by.is_some_and(|by| today > by) && opened.state.awaits_answer();
    let last = history.replies.last().filter(|_| answerable);
    let typed = match said.typed {
        Some(typed) => typed.clone(),
        None => last.map(|last| typed_reply::typed(last, &opened.asked)).unwrap_or_default(),
    };
    let files: Vec<String> = typed.files.iter().map(|file| file.name.clone()).collect();
    fill(
        "letter.html",
        context! {
            address => opened.address.as_str(),
            trial => row.trial,
            heading => title_of(&row.subject, &number),
            issuer => facts.issuer.as_str(),
            number,
            level => level.map(|level| level.as_str()),
            level_name => level.map(Level::label),
            addressee => facts.addressee.as_str(),
            issued_on => long_date(row.issued_on.unwrap_or(row.as_of)),
            reply_by => row.reply_by.map(|by| format!("{}（{}）", long_date(by), weekday(by))),
            time_left => row
                .reply_by
                .filter(|_| opened.state.awaits_answer())
                .map(|by| time_left(by, today, around.working_days)),
            late,
            state_name => state_name(opened),
            steps => Serde(steps(opened, history)),
            notice => said.notice,
            returned => Serde(returned),
            message => message(opened, history, late)?.filter(|_| said.notice.is_none() && !mended),
            successor => Serde(successor),
            receivable => opened.state == LetterState::Issued,
            answerable,
            ended,
            formed => asks && (!ended || !history.replies.is_empty()),
            mode => mode_name(opened.asked.mode),
            lines => Serde(lines(opened, &around.pictures, &typed, &errors)),
            more_lines => opened.asked.count - opened.asked.lines.len(),
            rows => REMEDY_ROWS,
            more => has_more(&typed, &errors),
            files,
            typed => typed.fields,
            mistakes => Serde(mistakes),
            errors => Serde(errors),
            unsent => said.unsent.map(as_text),
            replies => Serde(history.replies.iter().map(reply).collect::<Vec<_>>()),
            contact => Serde(contact),
            dialled => contact.phone.as_deref().map(dialled),
        },
    )
}

/// Whether a measure beyond the first has something in it, or something wrong.
fn has_more(typed: &Typed, errors: &BTreeMap<String, String>) -> bool {
    let mut fields = (2..=REMEDY_ROWS).flat_map(|row| [format!("action{row}"), format!("due_on{row}")]);
    fields.any(|name| !typed.get(&name).is_empty() || errors.contains_key(&name))
}

fn number_of(row: &LetterRow) -> Result<String, String> {
    row.number().map(|number| number.to_string()).map_err(|error| error.to_string())
}

fn state_name(opened: &Opened) -> &'static str {
    match opened.state {
        LetterState::Received if opened.letter.reply_by.is_none() => "已签收",
        state => state.chinese(),
    }
}

fn message(opened: &Opened, history: &History, late: bool) -> Result<Option<String>, String> {
    if let Some((row, (by, _))) = &history.withdrawn {
        let (number, reason) = (number_of(by)?, &row.reason);
        let rest = match (by.state.0.is_standing(), by.reply_by) {
            (false, _) => "其后该函也已撤销，均无需再签收、反馈",
            (true, Some(_)) => "请办理后函",
            (true, None) => "无需再签收、反馈",
        };
        return Ok(Some(format!("因{reason}，此函已由{number}撤销，{rest}。")));
    }
    if let Some(unit) = history.handed_to.as_ref().filter(|_| opened.state == LetterState::Settled) {
        return Ok(Some(format!("此函所涉指标已改由{unit}牵头，你单位无需再反馈。")));
    }
    Ok(standing(opened, history, late).map(str::to_owned))
}

/// What is to be done about a letter that holds.
fn standing(opened: &Opened, history: &History, late: bool) -> Option<&'static str> {
    match opened.state {
        LetterState::Received if opened.letter.reply_by.is_none() => Some("已签收。此函不要求反馈。"),
        LetterState::Received if late => Some("已签收。反馈期限已过，请尽快填写下面的反馈表。"),
        LetterState::Received => {
            Some("已签收。请在反馈期限前填写下面的反馈表。请收藏本页或留存邮件，以后从这里查看审核意见。")
        }
        LetterState::Replied => {
            Some("反馈已提交，正等待审核；如被退回，会发邮件告知，并在本页说明原因和新的反馈期限。")
        }
        LetterState::Accepted => Some("反馈已审核通过，等待销号，无需再办理。"),
        LetterState::Closed => Some("此函已办结销号，无需再办理。"),
        LetterState::Settled
            if history.successor.as_ref().is_some_and(|(row, _)| !row.state.0.is_standing()) =>
        {
            Some("此函所涉事项曾由后函接续，后函已经撤销；此函无需再反馈，今后数据达到预警标准的，另行函告。")
        }
        LetterState::Settled if history.successor.is_some() => {
            Some("此函所涉事项已由后函接续，无需再对此函反馈，请办理后函。")
        }
        LetterState::Settled if opened.letter.trial => Some("演练已经结束，此函无需反馈。"),
        LetterState::Settled => Some("此函所涉事项已经解除或已经补报，无需再反馈。"),
        LetterState::Withdrawn => Some("此函已经撤销，无需再签收、反馈。"),
        _ => None,
    }
}

fn time_left(by: NaiveDate, today: NaiveDate, working_days: Option<i64>) -> String {
    match ((by - today).num_days(), working_days) {
        (0, _) => "今天到期".to_owned(),
        (days, Some(left)) if days > 0 && left > 0 => format!("还有{left}个工作日"),
        (days, _) if days > 0 => format!("还有{days}天"),
        (days, _) => format!("已逾期{}天", -days),
    }
}

fn weekday(day: NaiveDate) -> &'static str {
    ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"]
        [day.weekday().num_days_from_monday() as usize]
}

/// What a telephone dials.
fn dialled(phone: &str) -> String {
    let number = phone.trim_start().chars().take_while(|c| c.is_ascii_digit() || "+-（）() ".contains(*c));
    number.filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

fn returned(state: LetterState, replies: &[WholeReply]) -> Option<ReturnedView> {
    let (review, _) = replies.last()?.review.as_ref().filter(|_| state == LetterState::Returned)?;
    Some(ReturnedView {
        when: moment(review.created_at),
        reason: review.reason.clone().unwrap_or_default(),
        reply_by: review.reply_by.map(|by| format!("{}（{}）", long_date(by), weekday(by))),
    })
}

/// 签发 → 签收 → 反馈 → 审核 → 销号; letters that ask for no answer end with 签收.
fn steps(opened: &Opened, history: &History) -> Vec<StepView> {
    let review = history.replies.last().and_then(|reply| reply.review.as_ref()).map(|(review, _)| review);
    let accepted = review.filter(|review| review.verdict == ReviewVerdict::Accepted);
    let short = |at: NaiveDateTime| short_date(local(at));
    let all = [
        ("签发", LetterState::Draft, opened.letter.issued_on.map(short_date)),
        ("签收", LetterState::Issued, history.receipt.as_ref().map(|row| short(row.created_at))),
        ("反馈", LetterState::Received, history.replies.last().map(|one| short(one.reply.created_at))),
        ("审核", LetterState::Replied, accepted.map(|review| short(review.created_at))),
        ("销号", LetterState::Accepted, history.closure.as_ref().map(|row| short(row.created_at))),
    ];
    // A returned answer is due again.
    let now = if opened.state == LetterState::Returned { LetterState::Received } else { opened.state };
    let asked = opened.letter.reply_by.is_some();
    let shown = all.into_iter().take(if asked { 5 } else { 2 });
    shown
        .map(|(name, before, when)| {
            // A letter that is settled or taken back stands nowhere on the way: what happened, happened.
            let class = if matches!(now, LetterState::Settled | LetterState::Withdrawn) {
                if when.is_some() { "done" } else { "" }
            } else if now == before {
                "now"
            } else if now > before {
                "done"
            } else {
                ""
            };
            StepView { name, class, when: when.filter(|_| class == "done") }
        })
        .collect()
}

fn reply(whole: &WholeReply) -> ReplyView {
    let review = whole.review.as_ref().map(|(review, _)| {
        let verdict = if review.verdict == ReviewVerdict::Accepted { "通过" } else { "退回" };
        let reason = review.reason.as_deref().map(|reason| format!("：{reason}")).unwrap_or_default();
        format!("{verdict}（{}）{reason}", moment(review.created_at))
    });
    ReplyView {
        ordinal: whole.reply.ordinal,
        when: moment(whole.reply.created_at),
        cause: whole.reply.cause.clone(),
        remedies: whole
            .remedies
            .iter()
            .map(|one| RemedyView { action: one.action.clone(), due_on: long_date(one.due_on) })
            .collect(),
        person: whole.reply.person.clone(),
        phone: whole.reply.phone.clone(),
        files: whole.files.iter().map(|file| format!("{}（{}）", file.name, size(file.size))).collect(),
        review,
    }
}

/// What was typed, one field a line, in the order of the fields' names.
fn as_text(typed: &Typed) -> String {
    let lines = typed.fields.iter().filter(|(name, _)| !name.starts_with("disputed"));
    lines.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("\n")
}

fn size(bytes: i32) -> String {
    if bytes >= 1024 * 1024 {
        format!("{}MB", (bytes + 524_288) / 1_048_576)
    } else {
        format!("{}KB", (bytes + 1023) / 1024)
    }
}

fn local(at: NaiveDateTime) -> NaiveDate {
    at.and_utc().with_timezone(&office_zone()).date_naive()
}

fn long_date(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

fn short_date(day: NaiveDate) -> String {
    format!("{}月{}日", day.month(), day.day())
}

fn moment(at: NaiveDateTime) -> String {
    let at = at.and_utc().with_timezone(&office_zone());
    format!("{}{}", long_date(at.date_naive()), at.format(" %H:%M"))
}
