//! The board in the terminal: counts, then what lags, each in the words of its letter and within a hundred columns.

use std::fmt::Write as _;

use crate::domain::{Grade, TextEnum as _};
use crate::evidence::{Evidence, gather};
use crate::letter::{Found, LetterLine, LineSaid, Quantity, Span};
use crate::office::Office;
use crate::store::StoreError;
use crate::store::rows::{BoardFilter, BoardRow};
use chrono::{Datelike as _, NaiveDate};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Most lagging indicators printed.
const LAGGING_MAX: i64 = 40;
/// Widest name of an indicator, in columns; a longer one is cut.
const NAME_MAX: usize = 30;
/// Widest line, in columns.
const WIDTH: usize = 100;

/// The board as text: how many indicators have each grade, then those that lag, worst first.
///
/// # Errors
/// When the database fails, or the wording of letters was replaced by one that does.
pub async fn board(office: &Office) -> Result<String, StoreError> {
    let counts = office.read.count_grades(None).await?;
    let lagging = vec![Grade::Missed, Grade::Critical, Grade::Behind, Grade::Watch];
    let alive_on = Some(office.clock.today());
    let filter = BoardFilter { grades: Some(lagging), alive_on, ..BoardFilter::default() };
    let mut rows = office.read.list_board(&filter, LAGGING_MAX, None).await?;
    rows.truncate(LAGGING_MAX as usize);
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    let told = Grade::ALL.iter().filter_map(|grade| {
        let (_, count) = counts.iter().find(|(counted, _)| counted == grade)?;
        Some(format!("{}{count}项", grade.chinese()))
    });
    let mut text = format!("指标{total}项：{}。\n\n", told.collect::<Vec<_>>().join("，"));
    // A place is told where there is more than one.
    let one_place = rows.iter().all(|row| row.region == rows[0].region);
    let mut entries = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some(as_of) = row.assessment.as_ref().map(|assessment| assessment.as_of) else { continue };
        let Some(evidence) = gather::evidence_on(&office.read, &office.calendar, row.id, as_of).await? else {
            continue;
        };
        let line = found(&evidence, as_of);
        let said = office.letters.templates.said_of(&line);
        let said = said.map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let place = (!one_place).then_some(row.region.1.as_str());
        entries.push(Entry::of((row, place), &line, said, as_of));
    }
    text.push_str(&table(&entries));
    if rows.is_empty() {
        text.push_str("没有滞后的指标。\n");
    }
    Ok(text)
}

/// What a letter would say of it.
fn found(evidence: &Evidence, as_of: NaiveDate) -> LetterLine {
    let (subject, context) = (evidence.grounds.subject(), evidence.grounds.context(as_of));
    let assessment = evidence.grounds.judge(as_of);
    LetterLine::found(&Found {
        subject: &subject,
        pack: &evidence.grounds.pack,
        assessment: &assessment,
        figure: assessment.figure,
        lagging: 0,
        context: &context,
    })
}

/// One indicator: a row of the table, and what stands below it.
struct Entry {
    cells: [String; 6],
    below: Vec<String>,
}

impl Entry {
    fn of(
        (row, place): (&BoardRow, Option<&str>),
        line: &LetterLine,
        said: LineSaid,
        as_of: NaiveDate,
    ) -> Self {
        let number = |quantity: &Option<Quantity>| {
            let shown = quantity.as_ref().map(|quantity| format!("{}{}", quantity.printed(), quantity.unit));
            shown.unwrap_or_else(|| "—".to_owned())
        };
        let or_dash = |text: String| if text.is_empty() { "—".to_owned() } else { text };
        let mut below = vec![format!("牵头：{}", row.lead_unit.1.as_deref().unwrap_or("未明确"))];
        if !said.needed.is_empty() {
            below.push(format!("后期要求：{}", said.needed));
        }
        below.extend(line.missing.iter().map(|note| format!("缺项：{note}")));
        Self {
            cells: [
                match place {
                    None => cut(&row.measure.1, NAME_MAX),
                    Some(place) => {
                        let place = format!("（{place}）");
                        cut(&row.measure.1, NAME_MAX.saturating_sub(place.width())) + &place
                    }
                },
                row.current.grade.0.chinese().to_owned(),
                line.period.as_ref().map_or_else(|| "—".to_owned(), |span| months(span, as_of)),
                number(&line.actual),
                number(&line.expected),
                or_dash(said.gap),
            ],
            below,
        }
    }
}

/// 1—7月, 7月底; with its year where it is not that of the day.
fn months(span: &Span, as_of: NaiveDate) -> String {
    let (start, end) = (span.start, span.end);
    let year = if end.year() == as_of.year() { String::new() } else { format!("{}年", end.year()) };
    if start == end {
        let last = end.succ_opt().is_none_or(|next| next.month() != end.month());
        let day = if last { "底".to_owned() } else { format!("{}日", end.day()) };
        format!("{year}{}月{day}", end.month())
    } else if start.month() == end.month() {
        format!("{year}{}月", end.month())
    } else {
        format!("{year}{}—{}月", start.month(), end.month())
    }
}

/// The text in at most so many columns.
fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if kept.width() + c.width().unwrap_or(0) + 2 > columns {
            break;
        }
        kept.push(c);
    }
    kept + "…"
}

/// Columns in line whatever the width of the characters, numbers to the right.
fn table(entries: &[Entry]) -> String {
    const HEADS: [&str; 6] = ["指标", "等级", "数据期", "实际", "应达", "差距"];
    const RIGHT: [usize; 2] = [3, 4];
    let mut text = String::new();
    if entries.is_empty() {
        return text;
    }
    let heads = HEADS.map(str::to_owned);
    let rows = || entries.iter().map(|entry| &entry.cells).chain([&heads]);
    let widths: Vec<usize> =
        (0..6).map(|column| rows().map(|row| row[column].width()).max().unwrap_or(0)).collect();
    let mut put = |cells: &[String; 6]| {
        let mut printed = String::new();
        for (column, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            let blank = " ".repeat(width - cell.width());
            let _ = if RIGHT.contains(&column) {
                write!(printed, "{blank}{cell}  ")
            } else {
                write!(printed, "{cell}{blank}  ")
            };
        }
        text.push_str(&cut(printed.trim_end(), WIDTH));
        text.push('\n');
    };
    put(&heads);
    entries.iter().for_each(|entry| put(&entry.cells));
    text.push('\n');
    for entry in entries {
        let said = format!("{}（{}）。", entry.cells[0], entry.below.join("；"));
        let mut line = String::new();
        for c in said.chars() {
            // What closes or parts does not begin a line: the last two columns are kept for it.
            let room = if "，；：。）".contains(c) { WIDTH } else { WIDTH - 2 };
            if line.width() + c.width().unwrap_or(0) > room {
                let _ = writeln!(text, "{line}");
                line = "  ".to_owned();
            }
            line.push(c);
        }
        let _ = writeln!(text, "{line}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_said_as_offices_say_them() {
        let span = |start, end| Span { start: date(start), end: date(end) };
        let today = date("2025-08-27");
        for (of, said) in [
            (span("2025-01-01", "2025-07-31"), "1—7月"),
            (span("2025-07-31", "2025-07-31"), "7月底"),
            (span("2025-08-05", "2025-08-05"), "8月5日"),
            (span("2025-07-01", "2025-07-31"), "7月"),
            (span("2024-01-01", "2024-12-31"), "2024年1—12月"),
        ] {
            assert_eq!(months(&of, today), said);
        }
    }

    #[test]
    fn nothing_is_wider_than_a_hundred_columns() {
        let long = "很长的指标名称".repeat(9);
        let entry = |name: &str, actual: &str| Entry {
            cells: [
                cut(name, NAME_MAX),
                "严重滞后".into(),
                "1—7月".into(),
                actual.into(),
                "58.33%".into(),
                "落后1.6个百分点".into(),
            ],
            below: vec![
                format!("后期要求：{}", "后5个月月均需完成0.78万套".repeat(5)),
                "牵头：省发展改革委".into(),
            ],
        };
        let text = table(&[entry(&long, "2.9%"), entry("投资", "112.9亿元")]);
        for line in text.lines() {
            assert!(line.width() <= WIDTH, "{} {line}", line.width());
        }
        let column = |line: usize| text.lines().nth(line).unwrap().split("58.33%").next().unwrap().width();
        assert_eq!(column(1), column(2), "numbers end in one column:\n{text}");
        assert!(text.contains('…') && !text.contains('\u{1b}'));
        assert_eq!(table(&[]), "");
    }
}
