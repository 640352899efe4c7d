//! Between the form and the reply that is kept: what was typed of each indicator becomes one text in the order of the
//! letter, and is found again in it when the answer is sent back to be mended, or shown as the form on paper (反馈表).

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};

use super::asked::{Asked, Mode};
use super::form::{REMEDY_ROWS, Typed, day};
use crate::domain::folded::is_blank;
use crate::domain::invalid::{paragraphs, text};
use crate::domain::reply::{Remedy, Reply, required_phone};
use crate::domain::{Invalid, lengths};
use crate::letter::{FilledForm, FilledRow};
use crate::office::rows::WholeReply;

const LEADER: &str = "负责同志：";
const PERSON: &str = "责任人：";
const OBJECTION: &str = "对数据有异议：";
const UNREPORTED: &str = "未报，原因：";
/// Longest figure, with its unit.
const FIGURE: usize = 100;

/// What is wrong so far, and what to go on with where something is.
struct Checks<'t> {
    typed: &'t Typed,
    wrong: Vec<Invalid>,
}

impl Checks<'_> {
    fn keep<T: Default>(&mut self, outcome: Result<T, Invalid>) -> T {
        outcome.unwrap_or_else(|invalid| {
            self.wrong.push(invalid);
            T::default()
        })
    }

    fn paragraphs(&mut self, field: &str) -> String {
        let value = paragraphs(field, self.typed.get(field), lengths::REPLY_TEXT);
        self.keep(value)
    }

    fn day(&mut self, field: &str, issued_on: NaiveDate) -> NaiveDate {
        let early = || Invalid::new(field, "too_early", "不能早于来函日期，请核对。");
        let read = day(self.typed.get(field)).map_err(|detail| Invalid::new(field, "malformed", detail));
        let read = read.and_then(|day| if day < issued_on { Err(early()) } else { Ok(day) });
        self.keep(read)
    }

    /// A person with a telephone, each in a field of its own; the names of the fields differ by `number`.
    fn person(&mut self, (name, phone): (&str, &str), number: &str) -> (String, String) {
        let (name, phone) = (format!("{name}{number}"), format!("{phone}{number}"));
        let person = text(&name, self.typed.get(&name), lengths::PERSON);
        let number = required_phone(&phone, self.typed.get(&phone));
        (self.keep(person), self.keep(number))
    }

    /// What the unit has against the data; none where it agrees.
    fn objection(&mut self, number: &str) -> Option<String> {
        let (ticked, field) = (format!("disputed{number}"), format!("objection{number}"));
        if self.typed.get(&ticked).is_empty() && is_blank(self.typed.get(&field)) {
            return None;
        }
        let said = paragraphs(&field, self.typed.get(&field), lengths::REPLY_TEXT);
        let said = said.map_err(|invalid| match invalid.code {
            "required" => Invalid {
                detail: "请说明哪个数据有异议，并写明依据。".to_owned(), ..invalid
            },
            _ => invalid,
        });
        Some(self.keep(said))
    }
}

/// The reply, or every field that does not fit, by its name in the form.
pub(super) fn reply(
    typed: &Typed,
    asked: &Asked,
    (issued_on, today): (NaiveDate, NaiveDate),
) -> Result<Reply, Vec<Invalid>> {
    let mut checks = Checks { typed, wrong: Vec::new() };
    let (mut causes, remedies, fields) = match asked.mode {
        Mode::Together => together(&mut checks, issued_on),
        Mode::Each => each(&mut checks, asked, issued_on),
        Mode::Figures => figures(&mut checks, asked, (issued_on, today)),
    };
    if asked.mode != Mode::Figures {
        let (leader, phone) = checks.person(("leader", "leader_phone"), "");
        causes.push(format!("{LEADER}{leader}，{phone}"));
    }
    let (person, phone) = checks.person(("person", "phone"), "");
    let mut wrong = checks.wrong;
    let reply = Reply { cause: causes.join("\n"), remedies, person, phone, files: typed.files.clone() };
    match reply.checked(issued_on) {
        Ok(reply) if wrong.is_empty() => Ok(reply),
        outcome => {
            // What is wrong in a field was found above; what is whole is wrong only where every field is right.
            let whole = wrong.is_empty();
            for invalid in outcome.err().unwrap_or_default() {
                let field = match in_form(&invalid.field, &fields) {
                    field if field == "cause" && asked.mode != Mode::Together => "cause1".to_owned(),
                    field => field,
                };
                if (whole || field == "files") && !wrong.iter().any(|known| known.field == field) {
                    wrong.push(Invalid { field, ..invalid });
                }
            }
            Err(wrong)
        }
    }
}

/// Causes as stored, measures, and the number in the form that each measure's fields have.
type Answer = (Vec<String>, Vec<Remedy>, Vec<usize>);

fn together(checks: &mut Checks<'_>, issued_on: NaiveDate) -> Answer {
    let mut causes = vec![checks.paragraphs("cause")];
    causes.extend(checks.objection("").map(|said| format!("{OBJECTION}{said}")));
    let (mut remedies, mut rows) = (Vec::new(), Vec::new());
    for number in 1..=REMEDY_ROWS {
        let (action, due_on) = (format!("action{number}"), format!("due_on{number}"));
        let blank = is_blank(checks.typed.get(&action)) && is_blank(checks.typed.get(&due_on));
        if blank && number > 1 {
            continue;
        }
        let (action, due_on) = (checks.paragraphs(&action), checks.day(&due_on, issued_on));
        remedies.push(Remedy { action, due_on });
        rows.push(number);
    }
    (causes, remedies, rows)
}

fn each(checks: &mut Checks<'_>, asked: &Asked, issued_on: NaiveDate) -> Answer {
    let (mut causes, mut remedies, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    let mut before: Option<(String, String)> = None;
    for (number, name) in asked.names() {
        let field = |name: &str| format!("{name}{number}");
        causes.push(format!("{number}．{name}：{}", checks.paragraphs(&field("cause"))));
        causes.extend(checks.objection(&number.to_string()).map(|said| format!("{OBJECTION}{said}")));
        let action = checks.paragraphs(&field("action"));
        let due_on = checks.day(&field("due_on"), issued_on);
        remedies.push(Remedy { action: format!("{name}：{action}"), due_on });
        rows.push(number);
        // Who answers for the one before answers for this one, where nobody is named.
        let unnamed =
            is_blank(checks.typed.get(&field("person"))) && is_blank(checks.typed.get(&field("phone")));
        let person = match before.take().filter(|_| unnamed) {
            Some(same) => same,
            None => checks.person(("person", "phone"), &number.to_string()),
        };
        causes.push(format!("{PERSON}{}，{}", person.0, person.1));
        before = Some(person);
    }
    (causes, remedies, rows)
}

fn figures(checks: &mut Checks<'_>, asked: &Asked, (issued_on, today): (NaiveDate, NaiveDate)) -> Answer {
    let (mut causes, mut remedies, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for (number, name) in asked.names() {
        let field = |name: &str| format!("{name}{number}");
        let (value, cause, due_on) = (field("value"), field("cause"), field("due_on"));
        rows.push(number);
        if !is_blank(checks.typed.get(&value)) {
            let figure = text(&value, checks.typed.get(&value), FIGURE);
            causes.push(format!("{number}．{name}：{}", checks.keep(figure)));
            let action = format!("已随本次反馈报送{name}");
            remedies.push(Remedy { action, due_on: today.max(issued_on) });
        } else if is_blank(checks.typed.get(&cause)) && is_blank(checks.typed.get(&due_on)) {
            let detail = "请填写应报数据值；暂时报不了的，填写未报原因和预计报送时间。";
            checks.wrong.push(Invalid::new(value, "required", detail));
        } else {
            causes.push(format!("{number}．{name}：{UNREPORTED}{}", checks.paragraphs(&cause)));
            let due_on = checks.day(&due_on, issued_on);
            remedies.push(Remedy { action: format!("报送{name}"), due_on });
        }
    }
    (causes, remedies, rows)
}

/// `remedies.1.action` is `action3` when the second measure stands in the third row; `files.0.name` is `files`.
fn in_form(field: &str, rows: &[usize]) -> String {
    let mut parts = field.split('.');
    let (first, index, last) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let row = index.and_then(|index| rows.get(index.parse::<usize>().ok()?));
    match (first, row, last) {
        ("remedies", Some(row), Some(last)) => format!("{last}{row}"),
        ("remedies", ..) => "action1".to_owned(),
        _ => first.to_owned(),
    }
}

/// What a stored reply says, part by part.
struct Read {
    /// Of each indicator: cause or figure, objection, person.
    lines: Vec<(String, String, String)>,
    leader: String,
}

fn read(whole: &WholeReply, asked: &Asked) -> Read {
    let mut lines: Vec<&str> = whole.reply.cause.lines().collect();
    let leader = lines.last().and_then(|last| last.strip_prefix(LEADER)).map(str::to_owned);
    if leader.is_some() {
        lines.pop();
    }
    let heads: Vec<String> = asked.names().map(|(number, name)| format!("{number}．{name}：")).collect();
    let mut parts: Vec<Vec<&str>> = vec![Vec::new()];
    for line in lines {
        let head = heads.get(parts.len() - 1).filter(|_| asked.mode != Mode::Together);
        match head.and_then(|head| line.strip_prefix(head.as_str())) {
            Some(rest) => parts.push(vec![rest]),
            None => parts.last_mut().map_or((), |part| part.push(line)),
        }
    }
    // An answer that was not made with this form is the cause of the first.
    let skipped = usize::from(parts.len() > 1 && parts.first().is_some_and(Vec::is_empty));
    let lines = parts.into_iter().skip(skipped).map(|mut part| {
        let named = part.last().filter(|_| asked.mode == Mode::Each);
        let person = named.and_then(|last| last.strip_prefix(PERSON)).map(str::to_owned);
        if person.is_some() {
            part.pop();
        }
        let objected = part.iter().position(|line| line.starts_with(OBJECTION));
        let objection = objected.map(|at| part.split_off(at).join("\n")).unwrap_or_default();
        let objection = objection.strip_prefix(OBJECTION).unwrap_or_default().to_owned();
        (part.join("\n"), objection, person.unwrap_or_default())
    });
    Read { lines: lines.collect(), leader: leader.unwrap_or_default() }
}

/// The measures of each indicator without its name; of one alone, all.
fn measures<'w>(whole: &'w WholeReply, asked: &Asked) -> Vec<Vec<(&'w str, NaiveDate)>> {
    let all = || whole.remedies.iter().map(|one| (one.action.as_str(), one.due_on));
    match asked.mode {
        Mode::Together => vec![all().collect()],
        Mode::Each => asked
            .names()
            .map(|(_, name)| {
                let own = |action: &'w str| action.strip_prefix(name.as_str())?.strip_prefix('：');
                all().filter_map(|(action, due_on)| Some((own(action)?, due_on))).collect()
            })
            .collect(),
        Mode::Figures => asked
            .names()
            .map(|(_, name)| all().filter(|(action, _)| action.ends_with(name.as_str())).collect())
            .collect(),
    }
}

/// The form as it was filled in for a stored reply, to be mended.
pub(super) fn typed(whole: &WholeReply, asked: &Asked) -> Typed {
    let Read { lines, leader } = read(whole, asked);
    let mut fields = BTreeMap::new();
    let mut put = |name: String, value: &str| {
        if !value.is_empty() {
            fields.insert(name, value.to_owned());
        }
    };
    let measures = measures(whole, asked);
    for (index, (said, objection, person)) in lines.iter().enumerate() {
        let number = if asked.mode == Mode::Together { String::new() } else { (index + 1).to_string() };
        let own = measures.get(index).map(Vec::as_slice).unwrap_or_default();
        match (asked.mode, said.strip_prefix(UNREPORTED)) {
            (Mode::Figures, None) => put(format!("value{number}"), said),
            (Mode::Figures, Some(cause)) => {
                put(format!("cause{number}"), cause);
                own.iter().for_each(|(_, due_on)| put(format!("due_on{number}"), &due_on.to_string()));
            }
            (Mode::Together, _) => {
                put("cause".to_owned(), said);
                for (row, (action, due_on)) in (1..=REMEDY_ROWS).zip(own) {
                    put(format!("action{row}"), action);
                    put(format!("due_on{row}"), &due_on.to_string());
                }
            }
            (Mode::Each, _) => {
                put(format!("cause{number}"), said);
                let actions: Vec<&str> = own.iter().map(|(action, _)| *action).collect();
                put(format!("action{number}"), &actions.join("\n"));
                own.last().into_iter().for_each(|(_, due)| put(format!("due_on{number}"), &due.to_string()));
                let (name, phone) = person.rsplit_once('，').unwrap_or((person, ""));
                put(format!("person{number}"), name);
                put(format!("phone{number}"), phone);
            }
        }
        put(format!("objection{number}"), objection);
        put(format!("disputed{number}"), if objection.is_empty() { "" } else { "1" });
    }
    let (name, phone) = leader.rsplit_once('，').unwrap_or((&leader, ""));
    put("leader".to_owned(), name);
    put("leader_phone".to_owned(), phone);
    put("person".to_owned(), &whole.reply.person);
    put("phone".to_owned(), &whole.reply.phone);
    Typed { fields, files: Vec::new() }
}

/// The same as the rows of the form on paper.
pub(super) fn filled(whole: &WholeReply, asked: &Asked) -> FilledForm {
    let Read { lines, leader } = read(whole, asked);
    let measures = measures(whole, asked);
    let who = format!("{} {}", whole.reply.person, whole.reply.phone);
    let date = |day: NaiveDate| format!("{}年{}月{}日", day.year(), day.month(), day.day());
    let rows = lines.into_iter().enumerate().map(|(index, (said, objection, person))| {
        let own = measures.get(index).map(Vec::as_slice).unwrap_or_default();
        let person = if person.is_empty() { who.clone() } else { person.replace('，', " ") };
        let by = |days: &[(&str, NaiveDate)]| {
            days.iter().map(|(_, day)| date(*day)).collect::<Vec<_>>().join("；")
        };
        if asked.mode == Mode::Figures {
            let cause = said.strip_prefix(UNREPORTED).map(str::to_owned);
            let by = if cause.is_some() { by(own) } else { String::new() };
            let first = if cause.is_some() { String::new() } else { said };
            return FilledRow { first, second: cause.unwrap_or_default(), by, person };
        }
        let objected =
            if objection.is_empty() { String::new() } else { format!("（{OBJECTION}{objection}）") };
        let many = own.len() > 1;
        let actions = own
            .iter()
            .enumerate()
            .map(|(n, (action, _))| if many { format!("{}．{action}", n + 1) } else { (*action).to_owned() });
        FilledRow {
            first: format!("{said}{objected}"),
            second: actions.collect::<Vec<_>>().join("；"),
            by: by(own),
            person,
        }
    });
    FilledForm { rows: rows.collect(), leader: leader.replace('，', " ") }
}

#[cfg(test)]
mod tests;
