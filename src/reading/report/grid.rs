//! Figures in tables: a row an indicator and columns of its figures, or a row a region and columns of indicators.

use xushi_domain::Basis;
use xushi_domain::phrase::{self, AmountSort};

use super::grid_cells;
use super::grid_columns::{Column, column, unit_in};
use super::observed::{ReportedFact, ReportedFigure, ReportedSpan, ReportedStatus};
use super::region_names::{self, RegionNamed};
use super::spans::{self, DaySpan, Told};
use super::statements::{Statements, squeezed};
use crate::document::TableCell;

/// Rows among which the head is looked for.
const HEAD_MAX: usize = 5;

/// Most facts that are read out of one table: as many as a sheet has cells with figures.
const FACTS_MAX: usize = 400_000;

/// Reads a table.
pub(super) fn read(rows: &[Vec<TableCell>], reader: &mut Statements) {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let Some(head) = rows.iter().take(HEAD_MAX).position(|row| holds_figures(row)).filter(|head| *head > 0)
    else {
        hand_back(rows, reader);
        return;
    };
    let caption = std::mem::take(&mut reader.caption);
    let span = span_of(&caption, reader.today);
    let heads = spread(&rows[..head]);
    let mut columns: Vec<Column> = (0..width).map(|at| column(&heads, at, reader)).collect();
    // Beside 2026年目标, 1-6月累计 is of that year.
    let year = grid_cells::target_year(&columns);
    let untold = reader.today;
    if let Some(day) = year.filter(|_| reader.is_undated()).and_then(spans::last_day) {
        reader.today = day;
        columns = (0..width).map(|at| column(&heads, at, reader)).collect();
    }
    let body = &rows[head..];
    let Some(named) = named(&columns, body) else {
        reader.today = untold;
        hand_back(rows, reader);
        return;
    };
    // What names the rows is no figure, whatever its head says.
    columns[named].figure = None;
    grid_cells::date(&mut columns, body, year);
    let figures = columns.iter().filter(|column| column.figure.is_some()).count();
    reader.expect(body.len().saturating_mul(figures).min(FACTS_MAX));
    let mut facts = 0;
    for row in body.iter().filter(|row| !is_numbering(row)) {
        let name = row.get(named).map(|cell| row_name(&cell.text)).unwrap_or_default();
        let unit = columns
            .iter()
            .position(|column| column.unit)
            .and_then(|at| row.get(at))
            .map(|cell| squeezed(&cell.text));
        let plain = name.split(['（', '(']).next().unwrap_or(&name);
        let region = region(reader, plain);
        let beside = if region.is_none() { region_beside(reader, &columns, named, row) } else { None };
        if let Some(note) = note(row) {
            reader.hand_back(&note.text, note.place, "表注，未作解读");
            continue;
        }
        let told = Row { name: &name, plain, region, beside, unit: unit.as_deref(), caption: &caption, span };
        for (at, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.continued) {
            if let Some(fact) = fact(reader, &columns, at, cell, &told) {
                facts += 1;
                if facts == FACTS_MAX + 1 {
                    reader.hand_back(&cell.text, cell.place, "表格过大，从这里起未读取，请拆成几份后再试");
                }
                if facts <= FACTS_MAX {
                    reader.keep(fact);
                }
            }
        }
        let remarks = row.iter().enumerate().filter(|(at, cell)| columns[*at].remark && !cell.continued);
        for (_, cell) in remarks {
            reader.remark(&cell.text, (&name, told.region.as_deref()), cell.place);
        }
    }
    reader.today = untold;
}

/// 注：…: a row that is one note.
fn note(row: &[TableCell]) -> Option<&TableCell> {
    let mut told = row.iter().filter(|cell| !cell.continued && !cell.text.trim().is_empty());
    let first = told.next()?;
    let begins = ["注：", "注:", "备注：", "备注:", "说明：", "说明:", "注1", "注 "];
    (told.next().is_none() && begins.iter().any(|word| first.text.trim().starts_with(word))).then_some(first)
}

/// The days a caption tells: 2026年8月各市空气质量情况.
fn span_of(caption: &str, today: chrono::NaiveDate) -> Option<DaySpan> {
    let caption = spans::dotted(caption);
    let narrow = caption.chars().map(|c| if matches!(c, '—' | '－' | '–' | '~') { '-' } else { c });
    let found = spans::spans(&narrow.collect::<Vec<char>>(), today);
    found.into_iter().map(|dated| dated.span).find(|span| span.told != Told::Year)
}

/// Whether a row has figures: 2025 and 2026 head columns, and so does 1、2、3….
fn holds_figures(row: &[TableCell]) -> bool {
    let figure = |cell: &&TableCell| {
        let text = squeezed(&cell.text);
        let year = text.len() == 4 && text.parse().is_ok_and(|year: u32| (1990..=2100).contains(&year));
        !year && number(&text).is_some()
    };
    !is_numbering(row) && row.iter().filter(figure).count() > usize::from(row.len() > 3 && begins_plain(row))
}

/// Whether the first cell is a word, and no number of the row: one number in a long row may head a column (第1名).
fn begins_plain(row: &[TableCell]) -> bool {
    row.first().is_some_and(|cell| squeezed(&cell.text).is_empty())
}

/// 甲 1 2 3 4: a row that numbers the columns.
fn is_numbering(row: &[TableCell]) -> bool {
    let texts: Vec<String> = row.iter().map(|cell| squeezed(&cell.text)).collect();
    let numbers: Vec<u32> = texts.iter().filter_map(|text| text.parse().ok()).collect();
    let first = numbers.first().copied().unwrap_or_default();
    let words = ["", "甲", "乙", "丙", "栏次", "列次", "行次"];
    numbers.len() > 2
        && texts.iter().all(|text| text.parse::<u32>().is_ok() || words.contains(&text.as_str()))
        && first <= 2
        && numbers.iter().zip(first..).all(|(number, expected)| *number == expected)
}

/// Heads as they are meant: an empty cell beside one that spans several, above a cell that says more.
fn spread(head: &[Vec<TableCell>]) -> Vec<Vec<TableCell>> {
    let mut head = head.to_vec();
    for row in 0..head.len().saturating_sub(1) {
        for at in 1..head[row].len() {
            let empty =
                |row: usize, at: usize| head[row].get(at).is_none_or(|cell| squeezed(&cell.text).is_empty());
            let (bare, above) = (empty(row, at), (0..row).all(|above| empty(above, at)));
            if bare && above && !empty(row, at - 1) && !empty(row + 1, at) && !empty(row + 1, at - 1) {
                head[row][at].text = head[row][at - 1].text.clone();
            }
        }
    }
    head
}

/// The column that names the rows: by its head, else the first that holds words.
fn named(columns: &[Column], body: &[Vec<TableCell>]) -> Option<usize> {
    let words = |at: usize| {
        let cells = body.iter().filter_map(|row| row.get(at)).map(|cell| squeezed(&cell.text));
        let cells: Vec<String> = cells.filter(|text| !text.is_empty()).collect();
        cells.iter().filter(|text| number(text).is_none()).count() * 2 > cells.len()
    };
    let plain = |at: &usize| !columns[*at].idle && !columns[*at].unit;
    let by_head =
        || (0..columns.len()).filter(plain).filter(|at| columns[*at].figure.is_none() && words(*at));
    // 类别 | 指标, 县市区 | 指标名称: the one that says what is measured.
    let says = |at: &usize| columns[*at].head.starts_with("指标") || columns[*at].head.ends_with("名称");
    by_head()
        .find(says)
        .or_else(|| by_head().next())
        .or_else(|| (0..columns.len()).filter(plain).find(|at| words(*at)))
}

/// The region that another column names the row after.
fn region_beside(reader: &Statements, columns: &[Column], named: usize, row: &[TableCell]) -> Option<String> {
    let other = |(at, _): &(usize, &TableCell)| {
        *at != named
            && columns.get(*at).is_some_and(|column| column.figure.is_none() && !column.idle && !column.unit)
    };
    let mut cells = row.iter().enumerate().filter(other);
    cells.find_map(|(_, cell)| region(reader, &row_name(&cell.text)))
}

fn hand_back(rows: &[Vec<TableCell>], reader: &mut Statements) {
    for cell in
        rows.iter().flatten().filter(|cell| !cell.continued && cell.text.chars().any(|c| c.is_ascii_digit()))
    {
        reader.hand_back(&cell.text, cell.place, "表格没有看懂，未作解读");
    }
}

/// A number by itself, perhaps with its unit: 5.3, -1.2%, 37.0％, 第3位, ↑2.
fn number(text: &str) -> Option<(rust_decimal::Decimal, String)> {
    let text = squeezed(text).replace(['，', ','], "");
    let text = text.trim_start_matches(['第', '+', '＋']);
    // Most cells are digits and nothing more.
    let (digits, percent) = text.strip_suffix('%').map_or((text, false), |digits| (digits, true));
    if digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
        && let Ok(value) = digits.parse()
    {
        return Some((value, if percent { "%".to_owned() } else { String::new() }));
    }
    let read = phrase::amounts(text);
    if let [amount] = &read.amounts[..]
        && amount.span == (0..read.text.len())
        && amount.high.is_none()
    {
        return Some((amount.value, amount.unit.clone()));
    }
    text.parse().ok().map(|value| (value, String::new()))
}

/// A row's name without its number.
fn row_name(text: &str) -> String {
    let text = squeezed(text).replace('\n', "");
    let length = crate::plan::marks::mark(&text).map_or(0, |mark| mark.length);
    text[length..].trim_start_matches(['#', '其', '中', '：', ':', '●', '▲']).to_owned()
}

/// The row a cell stands in: its name as written, its unit, the table's caption.
struct Row<'a> {
    name: &'a str,
    /// Without what stands in brackets.
    plain: &'a str,
    /// The region it is named after.
    region: Option<String>,
    /// The region that another of its cells names.
    beside: Option<String>,
    unit: Option<&'a str>,
    caption: &'a str,
    /// The days the caption tells.
    span: Option<DaySpan>,
}

/// The fact of one cell; what is no number is handed back.
fn fact(
    reader: &mut Statements,
    columns: &[Column],
    at: usize,
    cell: &TableCell,
    row: &Row<'_>,
) -> Option<ReportedFact> {
    let column = &columns[at];
    let figure = column.figure?;
    let text = squeezed(&cell.text);
    if text.is_empty() || matches!(text.as_str(), "-" | "—" | "——" | "/" | "…" | "--") {
        return None;
    }
    if column.undated {
        reader.hand_back(&text, cell.place, "没有写明是哪个时期的位次，请在表头写明");
        return None;
    }
    let said = || grid_cells::as_number(&text, column).and_then(|written| number(&written));
    let Some((value, own_unit)) = number(&text).or_else(said) else {
        if text.chars().any(|c| c.is_ascii_digit()) {
            reader.hand_back(&text, cell.place, "单元格不是单独的数值");
        } else if !row.plain.is_empty() && text != row.name && text != columns[at].head {
            reader.hand_back(&text, cell.place, "单元格是文字，不是数值");
        }
        return None;
    };
    let Some(value) = grid_cells::in_column(value, column) else {
        reader.hand_back(&text, cell.place, "降幅一列里的负数，不明是升是降");
        return None;
    };
    let name = row.plain;
    let (region, indicator) = said_of(reader, columns, at, row);
    if indicator.is_empty() {
        reader.hand_back(&text, cell.place, "没有写明是什么指标");
        return None;
    }
    // 增速 beside 1-9月投资额 is of those days.
    let beside = || {
        columns[..at].iter().rev().filter(|column| !column.plan).find_map(|column| column.span).filter(|_| {
            column.indicator.is_empty() || figure == ReportedFigure::Completion && row.region.is_none()
        })
    };
    let Some(span) = column.span.or_else(beside).or(row.span).or(reader.thread.months).or(reader.default)
    else {
        reader.hand_back(&text, cell.place, "没有写明时间");
        return None;
    };
    let span = if column.month && span.told == Told::Months {
        DaySpan { start: chrono::Datelike::with_day(&span.end, 1), basis: Some(Basis::Period), ..span }
    } else {
        span
    };
    Some(ReportedFact {
        indicator,
        region,
        period: ReportedSpan { start: span.start, end: span.end },
        basis: span.basis,
        figure,
        value,
        unit: unit(figure, own_unit, column, row, &reader.caption_unit),
        status: if column.plan { ReportedStatus::Plan } else { ReportedStatus::Actual },
        against: column.against.clone(),
        phrase: format!("{name} {text}"),
        place: cell.place,
    })
}

/// Region and indicator of a cell: one is the row's, the other the column's or the report's.
fn said_of(reader: &Statements, columns: &[Column], at: usize, row: &Row<'_>) -> (String, String) {
    let Row { plain: name, caption, .. } = *row;
    // 增速 beside 完成额 is of what that column measures; else the table's caption says it.
    let told = |name: &String| !name.is_empty();
    let level = |column: &&Column| column.figure == Some(ReportedFigure::Level);
    let left = || columns[..at].iter().rev().find(level).map(|column| column.indicator.clone()).filter(told);
    // A place before the figures is that of the first.
    let right = || columns[at..].iter().find(level).map(|column| column.indicator.clone()).filter(told);
    let ranked = columns[at].figure == Some(ReportedFigure::Rank);
    let of_column = Some(columns[at].indicator.clone()).filter(told).or_else(left);
    let of_column = of_column.or_else(|| right().filter(|_| ranked));
    let own = || row.beside.clone().unwrap_or_else(|| reader.section.clone());
    match row.region.clone() {
        Some(region) => (region, of_column.unwrap_or_else(|| caption_name(caption))),
        None if name.is_empty() => (own(), of_column.unwrap_or_default()),
        None => (own(), name.to_owned()),
    }
}

/// The region a row is named after.
fn region(reader: &Statements, name: &str) -> Option<String> {
    if matches!(name, "合计" | "总计" | "小计" | "平均") {
        return Some(if reader.own.is_empty() { name.to_owned() } else { reader.own.clone() });
    }
    let chars: Vec<char> = name.chars().collect();
    match region_names::mentions(&chars, &[], &reader.known).into_iter().next() {
        Some(mention) if mention.span == (0..chars.len()) => Some(match mention.named {
            RegionNamed::Region(name) => name,
            RegionNamed::Whole(level) => reader.whole(level),
        }),
        _ => region_names::unlisted(&chars).filter(|length| *length == chars.len()).map(|_| name.to_owned()),
    }
}

/// The unit of a cell: its own, its column's, its row's.
fn unit(figure: ReportedFigure, own: String, column: &Column, row: &Row<'_>, above: &str) -> String {
    match figure {
        ReportedFigure::Rank => return "位".to_owned(),
        ReportedFigure::Yoy | ReportedFigure::Share | ReportedFigure::Completion => return "%".to_owned(),
        ReportedFigure::Level | ReportedFigure::Difference => {}
    }
    let told = [
        own,
        column.unit_told.clone(),
        unit_in(row.name),
        row.unit.unwrap_or_default().to_owned(),
        above.to_owned(),
    ];
    told.into_iter().find(|unit| !unit.is_empty() && is_unit(unit)).unwrap_or_default()
}

fn is_unit(text: &str) -> bool {
    let read = phrase::amounts(&format!("1{text}"));
    matches!(&read.amounts[..], [amount] if amount.sort != AmountSort::Bare && amount.span.end == read.text.len())
}

/// 固定资产投资 of 各县市区固定资产投资完成情况表.
fn caption_name(caption: &str) -> String {
    let mut name = caption.split(['（', '(']).next().unwrap_or_default().to_owned();
    let chars: Vec<char> = name.chars().collect();
    let date = chars
        .iter()
        .rposition(|c| matches!(c, '月' | '年' | '度'))
        .filter(|at| chars[..*at].iter().any(char::is_ascii_digit));
    if let Some(at) = date {
        name = chars[at + 1..].iter().collect();
    }
    for start in [
        "附件",
        "附表",
        "表",
        "全省",
        "全市",
        "全县",
        "全区",
        "各县市区",
        "各县区",
        "各市州",
        "各市",
        "各县",
        "分县区",
        "分市州",
        "主要",
    ] {
        name = name
            .strip_prefix(start)
            .unwrap_or(&name)
            .trim_start_matches(|c: char| c.is_ascii_digit() || "：: 一二三四".contains(c))
            .to_owned();
    }
    for end in ["表", "统计", "一览", "排名", "情况", "完成", "进展", "主要", "及"] {
        name = name.strip_suffix(end).unwrap_or(&name).to_owned();
    }
    name
}
