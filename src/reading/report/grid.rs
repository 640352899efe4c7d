//! Figures in tables: a row an indicator and columns of its figures, or a row a region and columns of indicators.

use xushi_domain::Basis;
use xushi_domain::phrase::{self, AmountSort};

use super::observed::{ReportedFact, ReportedFigure, ReportedSpan, ReportedStatus};
use super::regions;
use super::spans::{self, Span, Told};
use super::statements::{Statements, squeezed};
use super::wording::has;
use crate::document::TableCell;

/// Rows among which the head is looked for.
const HEAD_MAX: usize = 5;

/// Most facts that are read out of one table.
const FACTS_MAX: usize = 20_000;

/// What a column holds.
#[derive(Debug, Clone, Default)]
struct Column {
    /// 序号, 备注.
    idle: bool,
    /// 单位 of the figures of the row.
    unit: bool,
    /// What its figures measure; empty where the row says it.
    indicator: String,
    /// As in its head.
    unit_told: String,
    figure: Option<ReportedFigure>,
    against: Option<String>,
    span: Option<Span>,
    month: bool,
    plan: bool,
}

/// Reads a table.
pub(super) fn read(rows: &[Vec<TableCell>], reader: &mut Statements) {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let numeric = |row: &Vec<TableCell>| row.iter().filter(|cell| number(&cell.text).is_some()).count();
    let head = rows.iter().take(HEAD_MAX).position(|row| {
        let first = row.first().map(|cell| squeezed(&cell.text)).unwrap_or_default();
        numeric(row) * 2 >= row.len().max(2) - 1 || numeric(row) > 0 && first.parse::<u32>().is_ok()
    });
    let Some(head) = head.filter(|head| *head > 0) else {
        hand_back(rows, reader);
        return;
    };
    let caption = std::mem::take(&mut reader.caption);
    let columns: Vec<Column> = (0..width).map(|at| column(&rows[..head], at, reader)).collect();
    let named = columns.iter().position(|column| column.figure.is_none() && !column.idle && !column.unit);
    let Some(named) = named else {
        hand_back(rows, reader);
        return;
    };
    let mut facts = 0;
    for row in &rows[head..] {
        let name = row.get(named).map(|cell| row_name(&cell.text)).unwrap_or_default();
        let unit = columns.iter().position(|column| column.unit).and_then(|at| row.get(at)).map(|cell| squeezed(&cell.text));
        for (at, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.continued) {
            let Some(column) = columns.get(at).filter(|column| column.figure.is_some()) else { continue };
            if let Some(fact) = fact(reader, &columns, at, column, cell, (&name, unit.as_deref(), &caption)) {
                facts += 1;
                if facts <= FACTS_MAX {
                    reader.keep(fact);
                }
            }
        }
    }
}

fn hand_back(rows: &[Vec<TableCell>], reader: &mut Statements) {
    for cell in rows.iter().flatten().filter(|cell| !cell.continued && cell.text.chars().any(|c| c.is_ascii_digit())) {
        reader.hand_back(&cell.text, cell.place, "表格没有看懂，未作解读");
    }
}

/// A number by itself, perhaps with its unit: 5.3, -1.2%, 37.0％, 第3位, ↑2.
fn number(text: &str) -> Option<(rust_decimal::Decimal, String)> {
    let text = squeezed(text).replace(['，', ','], "");
    let text = text.trim_start_matches(['第', '+', '＋']);
    let read = phrase::amounts(text);
    if let [amount] = &read.amounts[..]
        && amount.span == (0..read.text.len())
        && amount.high.is_none()
    {
        return Some((amount.value, amount.unit.clone()));
    }
    text.parse().ok().map(|value| (value, String::new()))
}

/// The head of a column: its cells from above, those that are merged once.
fn column(head: &[Vec<TableCell>], at: usize, reader: &Statements) -> Column {
    let mut parts: Vec<String> = Vec::new();
    for row in head {
        let text = row.get(at).map(|cell| squeezed(&cell.text).replace('\n', "")).unwrap_or_default();
        // A row that is one cell over all columns is the title.
        let whole = row.len() > 1 && row.iter().all(|cell| squeezed(&cell.text) == text);
        if !text.is_empty() && !whole && parts.last() != Some(&text) {
            parts.push(text);
        }
    }
    let text = parts.concat();
    let mut column = Column::default();
    if text.is_empty() || has(&text, &["序号", "备注", "说明", "责任", "联系", "牵头"]) {
        column.idle = true;
        return column;
    }
    if matches!(text.as_str(), "单位" | "计量单位") {
        column.unit = true;
        return column;
    }
    let names = ["指标", "地区", "市州", "县市区", "名称", "区域", "项目名称", "单位名称", "地市", "县区", "各县", "各市", "项目"];
    if names.iter().any(|name| text.starts_with(name)) && !has(&text, &["数", "额", "率", "增", "排", "%"]) {
        return column;
    }
    let narrow: Vec<char> = text.chars().map(|c| if matches!(c, '—' | '－' | '–' | '~') { '-' } else { c }).collect();
    column.span = spans::spans(&narrow, reader.today).into_iter().map(|dated| dated.span).find(|span| span.told != Told::Year);
    column.month = has(&text, &["当月", "本月", "单月"]) && !has(&text, &["本月止", "止累计"]);
    column.plan = has(&text, &["计划", "目标", "任务数"]) && !has(&text, &["完成", "占", "进度", "%"]);
    column.unit_told = unit_in(&text);
    let (figure, against) = figure(&text, &column.unit_told);
    column.figure = Some(figure);
    column.against = against;
    column.indicator = indicator(&text, reader);
    column
}

fn unit_in(text: &str) -> String {
    let Some(open) = text.rfind(['（', '(']) else { return if text.contains('%') { "%".to_owned() } else { String::new() } };
    let inside = text[open..].trim_matches(['（', '）', '(', ')']);
    inside.replace('％', "%").replace('±', "")
}

fn figure(text: &str, unit: &str) -> (ReportedFigure, Option<String>) {
    let against = |word: &str| Some(word.to_owned());
    if has(text, &["排名", "排位", "位次", "名次"]) {
        return (ReportedFigure::Rank, None);
    }
    if has(text, &["百分点", "高于", "低于", "增减额", "比上年", "较上年", "差额", "差距"]) && unit != "%" {
        return (ReportedFigure::Difference, if text.contains("上年") { against("上年同期") } else { None });
    }
    if has(text, &["环比", "较上月", "比上月", "较年初", "比年初"]) {
        return (ReportedFigure::Difference, against("上期"));
    }
    if has(text, &["完成率", "完成比例", "进度", "占计划", "占年计划", "占年度", "完成年度", "完成目标", "占预算", "完成%", "完成任务"]) {
        return (ReportedFigure::Completion, None);
    }
    if has(text, &["同比", "增速", "增长", "增幅", "±", "比上年", "较上年", "升降", "降幅"]) {
        return (ReportedFigure::Yoy, None);
    }
    if has(text, &["比重", "占比"]) {
        return (ReportedFigure::Share, None);
    }
    (ReportedFigure::Level, None)
}

/// What a column measures, without its time, unit and kind of figure.
fn indicator(text: &str, reader: &Statements) -> String {
    let mut text = text.to_owned();
    while let Some(open) = text.find(['（', '(']) {
        let Some(close) = text[open..].find(['）', ')']) else { break };
        text.replace_range(open..open + close + '）'.len_utf8().min(text[open + close..].chars().next().map_or(1, char::len_utf8)), "");
    }
    let narrow: Vec<char> = text.chars().map(|c| if matches!(c, '—' | '－' | '–') { '-' } else { c }).collect();
    let mut out: Vec<char> = Vec::new();
    let dated = spans::spans(&narrow, reader.today);
    for (at, c) in narrow.iter().enumerate() {
        if !dated.iter().any(|dated| dated.range().contains(&at)) {
            out.push(*c);
        }
    }
    let mut name: String = out.into_iter().collect();
    for word in [
        "本月止累计", "本月止", "累计完成额", "同比增长", "同比增速", "累计增长", "累计增速", "比上年同期", "同比", "增长", "增速", "增幅", "±%", "%", "累计",
        "当月", "本月", "全省排名", "全市排名", "全国排名", "全县排名", "排名", "位次", "排位", "完成数", "绝对量", "绝对值", "总量", "完成", "实际",
    ] {
        name = name.replace(word, "");
    }
    name.trim_matches(['、', ',', '，', '-', '：', ':', '/']).to_owned()
}

/// A row's name without its number.
fn row_name(text: &str) -> String {
    let text = squeezed(text).replace('\n', "");
    let length = crate::plan::marks::mark(&text).map_or(0, |mark| mark.length);
    text[length..].trim_start_matches(['#', '其', '中', '：', ':', '●', '▲']).to_owned()
}

fn fact(
    reader: &mut Statements,
    columns: &[Column],
    at: usize,
    column: &Column,
    cell: &TableCell,
    (row, unit, caption): (&str, Option<&str>, &str),
) -> Option<ReportedFact> {
    let text = squeezed(&cell.text);
    if text.is_empty() || matches!(text.as_str(), "-" | "—" | "——" | "/" | "…" | "--") {
        return None;
    }
    let Some((value, own_unit)) = number(&text) else {
        if text.chars().any(|c| c.is_ascii_digit()) {
            reader.hand_back(&text, cell.place, "单元格不是单独的数值");
        }
        return None;
    };
    let (name_unit, row_unit) = (unit_in(row), unit.unwrap_or_default().to_owned());
    let row = row.split(['（', '(']).next().unwrap_or(row);
    let total = matches!(row, "合计" | "总计" | "小计" | "平均");
    let chars: Vec<char> = row.chars().collect();
    let region = match regions::mentions(&chars, &[], &reader.known).into_iter().next() {
        Some(mention) if mention.span == (0..chars.len()) => Some(match mention.named {
            regions::Named::Region(name) => name,
            regions::Named::Whole(level) => reader.whole(level),
        }),
        _ if total => Some(reader.own.clone()),
        _ => regions::unlisted(&chars).filter(|length| *length == chars.len()).map(|_| row.to_owned()),
    };
    // 增速 beside 完成额 is of what that column measures; else the table's caption says it.
    let left = columns[..at].iter().rev().find(|other| other.figure == Some(ReportedFigure::Level)).map(|other| other.indicator.clone());
    let of_column = Some(column.indicator.clone()).filter(|name| !name.is_empty()).or(left).filter(|name| !name.is_empty());
    let of_caption = || caption_name(caption);
    let (region, indicator) = match region {
        Some(region) => (region, of_column.unwrap_or_else(of_caption)),
        None => {
            let same = of_column.filter(|name| !row.contains(name.as_str()) && !matches!(name.as_str(), "数值" | "指标值" | "值" | "额"));
            (reader.section.clone(), same.filter(|_| column.figure == Some(ReportedFigure::Level) && row.is_empty()).unwrap_or_else(|| row.to_owned()))
        }
    };
    if indicator.is_empty() {
        reader.hand_back(&text, cell.place, "没有写明是什么指标");
        return None;
    }
    let figure = column.figure?;
    let Some(span) = column.span.or(reader.thread.months).or(reader.default) else {
        reader.hand_back(&text, cell.place, "没有写明时间");
        return None;
    };
    let span = if column.month && span.told == Told::Months {
        Span { start: chrono::Datelike::with_day(&span.end, 1), basis: Some(Basis::Period), ..span }
    } else {
        span
    };
    let percent = matches!(figure, ReportedFigure::Yoy | ReportedFigure::Share | ReportedFigure::Completion);
    let told = [own_unit, column.unit_told.clone(), if percent { String::new() } else { name_unit }, if percent { String::new() } else { row_unit }];
    let unit = told.into_iter().find(|unit| !unit.is_empty() && is_unit(unit));
    let unit = match figure {
        ReportedFigure::Rank => "位".to_owned(),
        _ if percent => "%".to_owned(),
        _ => unit.unwrap_or_default(),
    };
    Some(ReportedFact {
        indicator,
        region,
        period: ReportedSpan { start: span.start, end: span.end },
        basis: span.basis,
        figure,
        value,
        unit,
        status: if column.plan { ReportedStatus::Plan } else { ReportedStatus::Actual },
        against: column.against.clone(),
        phrase: format!("{row} {text}"),
        place: cell.place,
    })
}

fn is_unit(text: &str) -> bool {
    let read = phrase::amounts(&format!("1{text}"));
    matches!(&read.amounts[..], [amount] if amount.sort != AmountSort::Bare && amount.span.end == read.text.len())
}

/// 固定资产投资 of 各县市区固定资产投资完成情况表.
fn caption_name(caption: &str) -> String {
    let mut name = caption.split(['（', '(']).next().unwrap_or_default().to_owned();
    let chars: Vec<char> = name.chars().collect();
    let date = chars.iter().rposition(|c| matches!(c, '月' | '年' | '度')).filter(|at| chars[..*at].iter().any(char::is_ascii_digit));
    if let Some(at) = date {
        name = chars[at + 1..].iter().collect();
    }
    for start in ["附件", "附表", "表", "全省", "全市", "全县", "全区", "各县市区", "各县区", "各市州", "各市", "各县", "分县区", "分市州", "主要"] {
        name = name.strip_prefix(start).unwrap_or(&name).trim_start_matches(|c: char| c.is_ascii_digit() || "：: 一二三四".contains(c)).to_owned();
    }
    for end in ["表", "统计", "一览", "排名", "情况", "完成", "进展", "主要", "及"] {
        name = name.strip_suffix(end).unwrap_or(&name).to_owned();
    }
    name
}
