//! What the columns of a table of figures hold, by the words of their heads.

use xushi_domain::Basis;

use super::grid_cells;
use super::observed::ReportedFigure;
use super::spans::{self, DaySpan, Told};
use super::statements::{Statements, squeezed};
use super::wording::has;
use crate::document::TableCell;

/// How heads of columns that name the rows begin.
const ROW_HEADS: &[&str] = &[
    "指标",
    "县市",
    "市区",
    "区县",
    "区市",
    "乡镇",
    "镇街",
    "街道",
    "园区",
    "行业",
    "企业",
    "分类",
    "类别",
    "产品",
    "单位",
    "部门",
    "地区",
    "市州",
    "县市区",
    "名称",
    "区域",
    "项目名称",
    "单位名称",
    "地市",
    "县区",
    "各县",
    "各市",
    "项目",
];

/// Longest head of the column that names the rows, in characters.
const ROW_HEAD_MAX: usize = 10;

/// What a column holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    /// Its head, without brackets.
    pub(super) head: String,
    /// 序号, 备注.
    pub(super) idle: bool,
    /// 单位 of the figures of the row.
    pub(super) unit: bool,
    /// What its figures measure; empty where the row says it.
    pub(super) indicator: String,
    /// As in its head.
    pub(super) unit_told: String,
    pub(super) figure: Option<ReportedFigure>,
    pub(super) against: Option<String>,
    pub(super) span: Option<DaySpan>,
    pub(super) month: bool,
    pub(super) plan: bool,
    /// Its figures are falls: 降幅（%）.
    pub(super) falls: bool,
    /// A place beside figures of several days, of which nothing tells which it is of.
    pub(super) undated: bool,
    /// 备注: what is written there is read as a sentence of the row.
    pub(super) remark: bool,
}

impl Column {
    /// The days its head tells, those of a month by itself as such.
    pub(super) fn days(&self) -> Option<DaySpan> {
        let span = self.span?;
        if self.month && span.told == Told::Months {
            let start = chrono::Datelike::with_day(&span.end, 1);
            return Some(DaySpan { start, basis: Some(Basis::Period), ..span });
        }
        Some(span)
    }
}

/// The head of a column: its cells from above, those that are merged once.
pub(super) fn column(head: &[Vec<TableCell>], at: usize, reader: &Statements) -> Column {
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
    // 县（市、区）, 市(州).
    let plain: String = text.chars().filter(|c| !"（）()、/".contains(*c)).collect();
    let mut column = Column { head: plain.clone(), ..Column::default() };
    if text.is_empty() || has(&text, &["序号", "备注", "说明", "责任", "联系", "牵头"]) {
        column.idle = true;
        column.remark = has(&text, &["备注", "说明"]);
        return column;
    }
    if matches!(text.as_str(), "单位" | "计量单位") {
        column.unit = true;
        return column;
    }
    let headed =
        plain.chars().count() <= ROW_HEAD_MAX && ROW_HEADS.iter().any(|name| plain.starts_with(name));
    if headed
        && unit_in(&text).is_empty()
        && !has(&text, &["数", "额", "率", "增", "排", "%", "生产", "产值", "价值"])
    {
        return column;
    }
    let narrow: Vec<char> = spans::dotted(&text)
        .chars()
        .map(|c| if matches!(c, '—' | '－' | '–' | '~') { '-' } else { c })
        .collect();
    let dated = spans::spans(&narrow, reader.today);
    // 比1-5月加快: what is compared with is not what the column is of.
    let compared = dated.iter().find(|dated| dated.compared && dated.span.told == Told::Months);
    let against = compared.map(|dated| narrow[dated.range()].iter().collect::<String>());
    column.span = dated
        .iter()
        .filter(|dated| !dated.compared)
        .map(|dated| dated.span)
        .find(|span| span.told != Told::Year);
    column.month = has(&text, &["当月", "本月", "单月"]) && !has(&text, &["本月止", "止累计"]);
    column.plan = has(&text, &["计划", "目标", "任务数"]) && !has(&text, &["完成", "占", "进度", "%"]);
    column.unit_told = unit_in(&text);
    column.falls = grid_cells::falls(&text);
    let (figure, told) = figure(&text, &column.unit_told);
    column.figure = Some(if against.is_some() { ReportedFigure::Difference } else { figure });
    column.against = against.clone().or(told);
    column.indicator = if against.is_some() { String::new() } else { indicator(&text, reader) };
    column
}

pub(super) fn unit_in(text: &str) -> String {
    let Some(open) = text.rfind(['（', '(']) else {
        return if text.contains('%') { "%".to_owned() } else { String::new() };
    };
    let inside = text[open..].trim_matches(['（', '）', '(', ')']);
    inside.replace('％', "%").replace('±', "")
}

fn figure(text: &str, unit: &str) -> (ReportedFigure, Option<String>) {
    let against = |word: &str| Some(word.to_owned());
    if has(text, &["排名", "排位", "位次", "名次"]) {
        return (ReportedFigure::Rank, None);
    }
    if has(text, &["百分点", "高于", "低于", "增减额", "比上年", "较上年", "差额", "差距"]) && unit != "%"
    {
        return (ReportedFigure::Difference, if text.contains("上年") { against("上年同期") } else { None });
    }
    if has(text, &["环比", "较上月", "比上月", "较年初", "比年初"]) {
        return (ReportedFigure::Difference, against("上期"));
    }
    if has(
        text,
        &[
            "完成率",
            "完成比例",
            "进度",
            "占计划",
            "占年计划",
            "占年度",
            "完成年度",
            "完成目标",
            "占预算",
            "完成%",
            "完成任务",
        ],
    ) {
        return (ReportedFigure::Completion, None);
    }
    if has(text, &["同比", "增速", "增长", "增幅", "±", "比上年", "较上年", "升降", "降幅"])
    {
        return (ReportedFigure::Yoy, None);
    }
    if has(text, &["比重", "占比"]) {
        return (ReportedFigure::Share, None);
    }
    (ReportedFigure::Level, None)
}

/// What a column measures, without its time, unit and kind of figure.
fn indicator(text: &str, reader: &Statements) -> String {
    let mut text = spans::dotted(text);
    while let Some(open) = text.find(['（', '(']) {
        let Some(close) = text[open..].find(['）', ')']) else { break };
        text.replace_range(
            open..open
                + close
                + '）'.len_utf8().min(text[open + close..].chars().next().map_or(1, char::len_utf8)),
            "",
        );
    }
    let narrow: Vec<char> =
        text.chars().map(|c| if matches!(c, '—' | '－' | '–') { '-' } else { c }).collect();
    let mut out: Vec<char> = Vec::new();
    let dated = spans::spans(&narrow, reader.today);
    for (at, c) in narrow.iter().enumerate() {
        if !dated.iter().any(|dated| dated.range().contains(&at)) {
            out.push(*c);
        }
    }
    let mut name: String = out.into_iter().collect();
    // 完成率 beside 完成额 is of what that measures; 投资完成率 is a name.
    let rates = ["完成率", "完成比例", "完成进度", "执行率"];
    if let Some(of) = rates.iter().find_map(|rate| name.strip_suffix(rate)) {
        let of = of.trim_start_matches("年度").trim_start_matches("任务").trim_start_matches("目标");
        return if of.is_empty() || of == "计划" { String::new() } else { name };
    }
    for word in [
        "本月止累计",
        "本月止",
        "累计完成额",
        "同比增长",
        "同比增速",
        "累计增长",
        "累计增速",
        "比上年同期",
        "同比",
        "增长",
        "增速",
        "增幅",
        "±%",
        "%",
        "累计",
        "当月",
        "本月",
        "全省排名",
        "全市排名",
        "全国排名",
        "全县排名",
        "排名",
        "位次",
        "排位",
        "完成数",
        "绝对量",
        "绝对值",
        "总量",
        "完成",
        "实际",
    ] {
        name = name.replace(word, "");
    }
    name.trim_matches(['、', ',', '，', '-', '：', ':', '/']).to_owned()
}
