//! 任务分解表: tasks in a table, a row a task, by the words of its head.

use chrono::{Months, NaiveDate};

use super::assignments::Assignment;
use super::promises::{Promises, Scope, has_number};
use super::proposal::ProposedTask;
use super::title_page;
use super::unit_names::units;
use crate::document::TableCell;

/// Rows among which the head is looked for.
const HEAD_MAX: usize = 6;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Section,
    Name,
    Text,
    Lead,
    Support,
    /// Offices, and nobody is said to lead.
    Either,
    Due,
    Other,
}

fn column(head: &str) -> Column {
    let head: String = head.chars().filter(|c| !c.is_whitespace()).collect();
    let has = |words: &[&str]| words.iter().any(|word| head.contains(word));
    if head.chars().count() > 14 {
        Column::Other
    } else if has(&["牵头", "主责", "主办"]) && !has(&["领导", "人员"]) {
        Column::Lead
    } else if has(&["配合", "协办", "参与", "协同"]) {
        Column::Support
    } else if has(&["责任单位", "责任部门", "承办单位", "落实单位", "实施单位"]) {
        Column::Either
    } else if has(&["时限", "完成时间", "时间节点", "时间要求"]) {
        Column::Due
    } else if has(&["类别", "领域", "板块", "重点领域", "所属"]) {
        Column::Section
    } else if has(&[
        "目标任务",
        "任务目标",
        "年度任务",
        "建设任务",
        "具体任务",
        "任务内容",
        "实施内容",
        "建设内容",
    ]) {
        Column::Text
    } else if has(&["任务", "事项", "指标"]) && !has(&["内容", "目标值"])
        || head.ends_with("名称") && !has(&["单位", "部门", "企业", "业主"])
        || ["项目", "工程", "重点项目", "重点工程", "实事项目", "工作"].contains(&head.as_str())
    {
        Column::Name
    } else if has(&["内容", "目标", "举措", "措施", "要求", "成效", "计划"]) {
        Column::Text
    } else {
        Column::Other
    }
}

/// The row that heads the tasks of a table, with what its columns hold.
fn head(rows: &[Vec<TableCell>]) -> Option<(usize, Vec<Column>)> {
    let heads = rows.iter().take(HEAD_MAX).enumerate().map(|(at, row)| {
        let columns: Vec<Column> = row.iter().map(|cell| column(&cell.text)).collect();
        (at, columns)
    });
    heads.into_iter().find(|(_, columns)| {
        let offices = columns.iter().any(|c| matches!(c, Column::Lead | Column::Either));
        offices && columns.iter().any(|c| matches!(c, Column::Name | Column::Text))
    })
}

/// Whether the head of a table names tasks and offices.
pub(super) fn is_headed(rows: &[Vec<TableCell>]) -> bool {
    head(rows).is_some()
}

/// The tasks of a table; none where its head names neither a task nor offices.
pub(super) fn tasks(rows: &[Vec<TableCell>], promises: &mut Promises) -> Vec<ProposedTask> {
    let Some((head, columns)) = head(rows) else {
        for cell in rows.iter().flatten().filter(|cell| !cell.continued) {
            promises.numbers_of(&cell.text, cell.place, "表格没有可识别的表头，未作解读");
        }
        return Vec::new();
    };
    let mut section: Option<String> = None;
    let mut out = Vec::new();
    for row in &rows[head + 1..] {
        let goes_on = goes_on(row, &columns);
        if is_sum(row, &columns) {
            for cell in row.iter().filter(|cell| !cell.continued) {
                promises.numbers_of(&cell.text, cell.place, "合计行，未作为任务");
            }
        } else if let Some(heading) = row_heading(row, &columns).filter(|_| !goes_on) {
            section = Some(heading);
        } else if let Some(mut task) = task(row, &columns, promises) {
            match out.last_mut().filter(|_| goes_on) {
                Some(last) => add(last, task),
                None => {
                    task.section = task.section.or_else(|| section.clone());
                    out.push(task);
                }
            }
        }
    }
    out
}

/// A row of the task above it: its name is merged with that one's, or empty beside text.
fn goes_on(row: &[TableCell], columns: &[Column]) -> bool {
    let mut named =
        row.iter().zip(columns).filter(|(_, column)| **column == Column::Name).map(|(cell, _)| cell);
    let texts = || {
        row.iter().zip(columns).any(|(cell, column)| *column == Column::Text && !cell.text.trim().is_empty())
    };
    let Some(name) = named.next_back() else { return false };
    let numbered = row.first().is_some_and(|cell| {
        !cell.continued && cell.place != name.place && cell.text.trim().parse::<u32>().is_ok()
    });
    (name.continued && !name.text.trim().is_empty() || name.text.trim().is_empty()) && !numbered && texts()
}

/// 合计, 小计: a row that is no task.
fn is_sum(row: &[TableCell], columns: &[Column]) -> bool {
    let told = row.iter().zip(columns).filter(|(cell, column)| {
        matches!(column, Column::Name | Column::Other | Column::Section) && !cell.text.trim().is_empty()
    });
    let first: Option<String> =
        told.map(|(cell, _)| cell.text.chars().filter(|c| !c.is_whitespace()).collect()).next();
    first.is_some_and(|text| ["合计", "总计", "小计", "共计"].contains(&text.as_str()))
}

/// Puts the row of a task to the rows before it.
fn add(task: &mut ProposedTask, more: ProposedTask) {
    for line in more.text.lines() {
        if !task.text.lines().any(|own| own == line) {
            task.text.push('\n');
            task.text.push_str(line);
        }
    }
    for (own, names) in [(&mut task.lead, more.lead), (&mut task.support, more.support)] {
        for name in names {
            if !own.contains(&name) {
                own.push(name);
            }
        }
    }
    task.support.retain(|name| !task.lead.contains(name));
    for target in more.targets {
        if !task.targets.iter().any(|own| own.place == target.place && own.phrase == target.phrase) {
            task.targets.push(target);
        }
    }
    task.open |= more.open;
    // Of several days the last is the task's.
    if more.due > task.due {
        (task.due, task.due_place) = (more.due, more.due_place);
    }
}

/// 一 | 产业集群 | | : a row that has a name, and neither offices nor text; or one cell over all columns.
fn row_heading(row: &[TableCell], columns: &[Column]) -> Option<String> {
    let filled = |wanted: &[Column]| {
        row.iter().zip(columns).any(|(cell, column)| wanted.contains(column) && !cell.text.trim().is_empty())
    };
    let first = row.iter().find(|cell| !cell.text.trim().is_empty())?;
    let whole = row.len() > 1 && row.iter().all(|cell| cell.text.is_empty() || cell.text == first.text);
    let bare = !filled(&[Column::Lead, Column::Either, Column::Support, Column::Text, Column::Due]);
    if !(whole || bare && columns.contains(&Column::Text)) {
        return None;
    }
    let named =
        row.iter().zip(columns).find(|(cell, column)| **column == Column::Name && !cell.text.is_empty());
    Some(without_number(&named.map_or(first, |(cell, _)| cell).text))
}

fn without_number(text: &str) -> String {
    let text = text.trim();
    text[super::marks::mark(text).map_or(0, |mark| mark.length)..].split_whitespace().collect()
}

fn task(row: &[TableCell], columns: &[Column], promises: &mut Promises) -> Option<ProposedTask> {
    let of = |wanted: Column| {
        row.iter()
            .zip(columns)
            .filter(move |(cell, column)| **column == wanted && !cell.text.trim().is_empty())
    };
    let text = of(Column::Text).map(|(cell, _)| cell).next();
    let named = of(Column::Name).map(|(cell, _)| cell).next_back();
    let name_cell = named.or(text)?;
    let name = without_number(&name_cell.text);
    let mut note = Assignment::default();
    let leads = of(Column::Lead).next().is_some();
    for (cell, column) in row.iter().zip(columns) {
        let list = units(&cell.text);
        let mut more = Assignment { open: list.open, ..Assignment::default() };
        match column {
            Column::Lead => more.lead = list.units,
            Column::Either if !leads => more.lead = list.units,
            Column::Support | Column::Either => more.support = list.units,
            _ => continue,
        }
        for word in list.odd {
            promises.hand_back(&word, cell.place, "责任分工中未能识别为单位的文字");
        }
        note.add(more);
    }
    let mut targets = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    let (mut due, mut due_place) = (None, None);
    for (cell, column) in row.iter().zip(columns) {
        match column {
            Column::Name | Column::Text if !lines.contains(&cell.text.trim()) => {
                lines.push(cell.text.trim());
                // What is merged was read at its first place.
                if cell.continued {
                    continue;
                }
                targets.extend(promises.read(&cell.text, cell.place, &name, Scope::Promises));
            }
            Column::Due if has_number(&cell.text) => {
                if due.is_none()
                    && let Some(day) = due_day(&cell.text, promises.year)
                {
                    (due, due_place) = (Some(day), Some(cell.place));
                }
                promises.hand_back(&cell.text, cell.place, "时限，目标没有单列的日期");
            }
            _ => {}
        }
    }
    let section = of(Column::Section).map(|(cell, _)| without_number(&cell.text)).next();
    let Assignment { lead, support, open, .. } = note;
    let place = name_cell.place;
    Some(ProposedTask {
        section,
        name,
        text: lines.join("\n"),
        place,
        lead,
        support,
        open,
        due,
        due_place,
        targets,
    })
}

/// The day a cell tells: 2026年6月30日, 6月底, 2026.6, 2026-06-30, 2026年底, 年底; `year` is the plan's.
fn due_day(text: &str, year: Option<i32>) -> Option<NaiveDate> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.trim_end_matches(['前', '底', '末', '完', '成', '以']).trim_end_matches("之");
    if let Some(day) = title_page::day(text) {
        return Some(day);
    }
    let month_end = |year: i32, month: u32| {
        NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(Months::new(1))?.pred_opt()
    };
    if text == "年" {
        return month_end(year?, 12);
    }
    let numbers: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let parts: Vec<u32> = numbers.iter().filter_map(|run| run.parse().ok()).collect();
    if text.contains(['至', '～', '~']) || parts.len() != numbers.len() {
        return None;
    }
    // A day as Excel keeps it, in a cell that is not shown as one.
    if let ([serial @ 40_000..=60_000], true) = (&parts[..], text.bytes().all(|byte| byte.is_ascii_digit())) {
        return crate::sheet::cell_text::day(f64::from(*serial), false);
    }
    // 2026.1 is January where it is text, and October where a cell of numbers lost its last place.
    if text.len() == 6 && text.ends_with(".1") {
        return None;
    }
    let as_year = |number: u32| i32::try_from(number).ok().filter(|year| (1990..=2100).contains(year));
    match parts[..] {
        [first] if as_year(first).is_some() && !text.contains('月') => month_end(as_year(first)?, 12),
        [month] if text.ends_with('月') => month_end(year?, month),
        [month, day] if text.ends_with('日') => NaiveDate::from_ymd_opt(year?, month, day),
        [first, month] => month_end(as_year(first)?, month),
        [first, month, day] => NaiveDate::from_ymd_opt(as_year(first)?, month, day),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_tables_are_told_in_many_ways() {
        for (text, day) in [
            ("2026年6月30日", Some((2026, 6, 30))),
            ("6月底前", Some((2026, 6, 30))),
            ("2026.9", Some((2026, 9, 30))),
            ("2026-03-15", Some((2026, 3, 15))),
            ("2026年12月底", Some((2026, 12, 31))),
            ("年底", Some((2026, 12, 31))),
            ("2027年", Some((2027, 12, 31))),
            ("9月20日前", Some((2026, 9, 20))),
            ("46295", Some((2026, 9, 30))),
            ("2026.1", None),
            ("2026.10", Some((2026, 10, 31))),
            ("长期坚持", None),
            ("1-6月", None),
        ] {
            let expected = day.and_then(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day));
            assert_eq!(due_day(text, Some(2026)), expected, "{text}");
        }
    }
}
