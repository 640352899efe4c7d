//! 月度报表: the sheet that units fill in each month. Keys are hidden, what was reported last is shown, what is due is marked.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use xushi_domain::Figure;

use super::sheet_table::{ColumnKind, Sheet, SheetColumn, SheetRow, SheetValue};

/// What the head of the key column says, by which a form that comes back is known.
pub(super) const KEY_HEAD: &str = "编号（请勿改动）";

/// Columns of the form, in their order.
pub(super) const KEY: usize = 0;
pub(super) const UNIT: usize = 5;
pub(super) const FIGURE: usize = 6;
pub(super) const VALUE: usize = 11;
pub(super) const STATUS: usize = 12;
pub(super) const NOTE: usize = 13;

/// The words of the status column, actual and forecast.
pub(super) const STATUSES: [&str; 2] = ["实际", "预计"];

/// The form of one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthForm {
    /// What it is of (实施“七大攻坚”), for the title.
    pub campaign: String,
    /// The unit that fills it in; `None`: the whole campaign.
    pub of_unit: Option<String>,
    /// First day of what is reported.
    pub from: NaiveDate,
    /// Last day of what is reported.
    pub until: NaiveDate,
    /// By when it is to be returned.
    pub due_on: Option<NaiveDate>,
    /// What the caller knows the form by when it comes back.
    pub mark: String,
    /// What is asked.
    pub lines: Vec<FormLine>,
}

/// A line of the form: one figure that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormLine {
    /// What the caller knows it by; nobody sees it.
    pub key: String,
    /// The unit that answers for it.
    pub office: String,
    /// The task it belongs to.
    pub task: String,
    /// What is measured.
    pub indicator: String,
    /// Where.
    pub region: String,
    /// In what: 亿元; % where growth is asked.
    pub unit: String,
    /// What is asked of it.
    pub figure: Figure,
    /// The target, as printed.
    pub target: String,
    /// What was reported last: until when, and how much.
    pub last: Option<(NaiveDate, Decimal)>,
    /// It is due now.
    pub due: bool,
}

/// The word of a figure in the form.
pub(super) fn figure_word(figure: Figure) -> &'static str {
    match figure {
        Figure::Level => "数值",
        Figure::Yoy => "同比增速",
        Figure::Rank => "名次",
    }
}

/// The figure a word of the form means.
pub(super) fn figure_of(word: &str) -> Option<Figure> {
    [Figure::Level, Figure::Yoy, Figure::Rank].into_iter().find(|figure| figure_word(*figure) == word.trim())
}

/// The columns of the form.
pub(super) fn columns() -> Vec<SheetColumn> {
    const TEXT: ColumnKind = ColumnKind::Text;
    const NUMBER: ColumnKind = ColumnKind::Number { places: 0 };
    vec![
        SheetColumn::new(KEY_HEAD, TEXT).hidden(),
        SheetColumn::new("序号", NUMBER).wide(6),
        SheetColumn::new("责任单位", TEXT).wide(18),
        SheetColumn::new("任务", TEXT).wide(22),
        SheetColumn::new("指标（地区）", TEXT).wide(28),
        SheetColumn::new("计量单位", TEXT).wide(10),
        SheetColumn::new("填报内容", TEXT).wide(10),
        SheetColumn::new("全年目标", TEXT).wide(14),
        SheetColumn::new("上次填报截至", ColumnKind::Date).wide(12),
        SheetColumn::new("上次数值", NUMBER).wide(12),
        SheetColumn::new("本期是否应报", TEXT).wide(9),
        SheetColumn::new("本期数值", NUMBER).wide(14).open(),
        SheetColumn::new("数据性质", TEXT).wide(10).open().choices(&STATUSES),
        SheetColumn::new("说明", TEXT).wide(26).open(),
    ]
}

impl MonthForm {
    /// The sheet of the form, to be filled in.
    pub fn sheet(&self) -> Sheet {
        let asked = self.lines.iter().filter(|line| line.due).count();
        let who = self.of_unit.as_deref().unwrap_or("全部责任单位");
        let by = self.due_on.map(|day| format!("请于{}前报回。", chinese(day))).unwrap_or_default();
        let rows = (1_u32..).zip(&self.lines).map(|(number, line)| SheetRow::new(values(number, line)));
        Sheet {
            name: "月度报表".to_owned(),
            title: format!(
                "{}月度数据填报表（{}—{}）",
                self.campaign,
                chinese(self.from),
                chinese(self.until)
            ),
            note: format!(
                "填报单位：{who}。本期应报{asked}项，已在“本期是否应报”一列标明。请只填写浅黄色单元格：数值按“计量单位”填写，如实填报；没有数据的请留空，并在说明中写明原因。请勿插入、删除列或改动隐藏的编号。{by}"
            ),
            columns: columns(),
            rows: rows.collect(),
            locked: true,
            upright: false,
            mark: self.mark.clone(),
        }
    }
}

fn values(number: u32, line: &FormLine) -> Vec<SheetValue> {
    let region = if line.region.is_empty() { String::new() } else { format!("（{}）", line.region) };
    let unit = match line.figure {
        Figure::Level => line.unit.as_str(),
        Figure::Yoy => "%",
        Figure::Rank => "位",
    };
    let (last_day, last) = line.last.unzip();
    vec![
        line.key.as_str().into(),
        Decimal::from(number).into(),
        line.office.as_str().into(),
        line.task.as_str().into(),
        format!("{}{region}", line.indicator).into(),
        unit.into(),
        figure_word(line.figure).into(),
        line.target.as_str().into(),
        last_day.into(),
        last.into(),
        if line.due { "应报" } else { "—" }.into(),
        SheetValue::Empty,
        if line.due { STATUSES[0] } else { "" }.into(),
        SheetValue::Empty,
    ]
}

fn chinese(day: NaiveDate) -> String {
    use chrono::Datelike as _;
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}
