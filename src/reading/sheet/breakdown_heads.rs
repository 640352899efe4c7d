//! Heads of a 任务分解表 that its reader leaves aside: what names the rows by another word, and columns that are not read.

use crate::document::TableCell;
use crate::plan::proposal::{ProposedTask, UnreadPhrase};

/// Rows among which the head is looked for.
const HEAD_MAX: usize = 6;

/// Heads of columns that a breakdown is read by.
const READ: [&str; 30] = [
    "牵头",
    "主责",
    "主办",
    "配合",
    "协办",
    "参与",
    "协同",
    "责任",
    "承办",
    "落实单位",
    "实施单位",
    "时限",
    "完成时间",
    "时间节点",
    "时间要求",
    "类别",
    "领域",
    "板块",
    "所属",
    "任务",
    "事项",
    "指标",
    "目标",
    "名称",
    "内容",
    "举措",
    "措施",
    "要求",
    "成效",
    "计划",
];

/// Heads of numbers of rows.
const NUMBERS: [&str; 6] = ["序号", "编号", "行号", "项次", "序", "号"];

/// Why cells of a column are refused.
const NODES: &str = "分解表里的这一列没有读取；分期的节点请采用目标后在序时曲线里设置";
const COLUMN: &str = "分解表里的这一列没有读取";

fn heads(rows: &[Vec<TableCell>]) -> Option<(usize, Vec<String>)> {
    let squeezed = |cell: &TableCell| cell.text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let mut all =
        rows.iter().take(HEAD_MAX).map(|row| row.iter().map(squeezed).collect::<Vec<String>>()).enumerate();
    all.find(|(_, heads)| {
        let offices = ["牵头", "责任单位", "责任部门", "承办单位", "落实单位", "实施单位", "主责", "主办"];
        heads.iter().filter(|head| !head.is_empty()).count() > 2
            && heads
                .iter()
                .any(|head| head.chars().count() <= 14 && offices.iter().any(|word| head.contains(word)))
    })
}

/// The table with the column that names its rows headed so: 民生实事 | 目标任务 | 责任单位.
pub(super) fn named(rows: &[Vec<TableCell>]) -> Option<Vec<Vec<TableCell>>> {
    let (at, heads) = heads(rows)?;
    let text = |head: &String| {
        let texts =
            ["目标任务", "任务目标", "年度任务", "建设任务", "具体任务", "任务内容", "内容", "目标", "要求"];
        texts.iter().any(|word| head.contains(word))
    };
    let name = |head: &String| {
        !text(head) && ["任务", "事项", "指标"].iter().any(|word| head.contains(word))
            || head.ends_with("名称")
            || ["项目", "工程", "重点项目", "重点工程", "实事项目", "工作"].contains(&head.as_str())
    };
    if heads.iter().any(name) {
        return None;
    }
    let first = heads.iter().position(text)?;
    let words = ["实事", "工程", "项目", "工作", "行动", "民生"];
    let column = heads[..first].iter().rposition(|head| words.iter().any(|word| head.contains(word)))?;
    let mut rows = rows.to_vec();
    rows.get_mut(at)?.get_mut(column)?.text = "项目名称".to_owned();
    Some(rows)
}

/// The cells of columns that were not read: each that has a number, else the column by its head.
pub(super) fn left_aside(
    rows: &[Vec<TableCell>],
    tasks: &[ProposedTask],
    unread: &[UnreadPhrase],
) -> Vec<UnreadPhrase> {
    let Some((at, heads)) = heads(rows) else { return Vec::new() };
    let mut out = Vec::new();
    let known = |cell: &TableCell| {
        unread.iter().any(|unread| unread.place == cell.place)
            || tasks.iter().any(|task| {
                task.place == cell.place || task.targets.iter().any(|target| target.place == cell.place)
            })
    };
    for (column, head) in heads.iter().enumerate() {
        let person = ["领导", "人员", "联系", "电话"].iter().any(|word| head.contains(word));
        let named = ["项目", "工程", "重点项目", "重点工程", "实事项目", "工作"].contains(&head.as_str());
        let long = head.chars().count() > 14;
        let read = !person && !long && (named || READ.iter().any(|word| head.contains(word)));
        if read || NUMBERS.contains(&head.as_str()) {
            continue;
        }
        let cells: Vec<&TableCell> = rows[at + 1..]
            .iter()
            .filter_map(|row| row.get(column))
            .filter(|cell| !cell.continued && !cell.text.trim().is_empty() && !known(cell))
            .collect();
        let numbered: Vec<&&TableCell> =
            cells.iter().filter(|cell| cell.text.chars().any(|c| c.is_ascii_digit())).collect();
        let plain = cells.len() > numbered.len() && !head.is_empty();
        for cell in numbered {
            out.push(UnreadPhrase { text: cell.text.clone(), place: cell.place, why: NODES });
        }
        if plain && let Some(cell) = rows[at].get(column) {
            out.push(UnreadPhrase { text: head.clone(), place: cell.place, why: COLUMN });
        }
    }
    out
}
