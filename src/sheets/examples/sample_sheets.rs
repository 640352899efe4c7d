//! Writes a sample of each list and form into a folder, for a look by eye:
//! `cargo run -p xushi-sheets --example sample_sheets -- /tmp/samples`, then print them with an office program.

use std::path::PathBuf;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use xushi_domain::{Figure, Grade};
use xushi_sheets::{
    CellMark, FormLine, MonthForm, Sheet, SheetColumn, SheetLines, SheetRow, SheetValue, marked_copy,
    sheet_lists, written,
};

type Failed = Box<dyn std::error::Error>;

/// A row of cells as somebody would type them: numbers, days (2026-09-30), grades by their word, text.
fn row(cells: &[&str]) -> SheetRow {
    use xushi_domain::TextEnum as _;
    let value = |cell: &&str| -> SheetValue {
        let grade = Grade::ALL.iter().find(|grade| grade.chinese() == *cell);
        if let Some(grade) = grade {
            (*grade).into()
        } else if let Ok(day) = cell.parse::<NaiveDate>() {
            day.into()
        } else if let Ok(number) = cell.parse::<Decimal>() {
            number.into()
        } else {
            (*cell).into()
        }
    };
    SheetRow::new(cells.iter().map(value).collect())
}

fn sheet(name: &str, title: &str, note: &str, columns: Vec<SheetColumn>, rows: Vec<SheetRow>) -> Sheet {
    let (name, title, note) = (name.to_owned(), title.to_owned(), note.to_owned());
    Sheet { name, title, note, columns, rows, ..Sheet::default() }
}

#[expect(clippy::too_many_lines, reason = "rows of samples")]
fn lists() -> Vec<(&'static str, Sheet)> {
    let note = "截至2026年9月30日，共3项。";
    let board = vec![
        SheetRow::heading("一、扩大有效需求"),
        row(&[
            "1",
            "激发消费潜力",
            "社会消费品零售总额增速",
            "临江市",
            "市商务局",
            "增长6%以上",
            "%",
            "4.2",
            "2026-09-30",
            "70",
            "75",
            "滞后",
            "汽车类零售下滑，家电换新补贴9月暂停",
        ]),
        row(&[
            "2",
            "扩大精准投资",
            "省重点项目完成投资",
            "临江市",
            "市发展改革委",
            "880亿元以上",
            "亿元",
            "712.35",
            "2026-09-30",
            "80.9",
            "75",
            "超序时",
            "",
        ]),
        SheetRow::heading("二、切实保障和改善民生"),
        row(&[
            "3",
            "守护生态环境",
            "PM2.5年均浓度",
            "临江市",
            "市生态环境局",
            "34微克/立方米以下",
            "微克/立方米",
            "38",
            "2026-09-30",
            "",
            "",
            "严重滞后",
            "=需要在四季度连续低于25微克/立方米才能完成",
        ]),
        row(&[
            "4",
            "稳定扩大就业",
            "城镇新增就业",
            "临江市",
            "市人力资源社会保障局",
            "3.2万人",
            "万人",
            "",
            "",
            "",
            "",
            "逾期未报",
            "",
        ]),
    ];
    let ledger = vec![
        row(&[
            "1",
            "社会消费品零售总额增速低于序时要求，连续两个月滞后",
            "市商务局",
            "预警函",
            "增长6%",
            "增长4.8%",
            "落后1.2个百分点",
            "滞后",
            "提醒",
            "2026-08-31",
            "2026-09-20",
            "调整补贴批次，十月举办汽车展销20场",
            "已反馈，待审核",
        ]),
        row(&[
            "2",
            "城东水厂扩建未按期开工",
            "市水利局",
            "督查",
            "6月底前开工",
            "尚未完成",
            "逾期77天",
            "严重滞后",
            "约谈",
            "2026-06-15",
            "2026-07-31",
            "已完成用地报批，9月开工",
            "函已办结",
        ]),
    ];
    let letters = vec![
        row(&[
            "临协调〔2026〕17号",
            "预警函",
            "市商务局",
            "关于社会消费品零售总额增速滞后的预警函",
            "2026-09-05",
            "2026-09-12",
            "已反馈",
            "2026-09-05",
            "2026-09-11",
            "",
        ]),
        row(&[
            "临协调〔2026〕18号",
            "撤函",
            "市水利局",
            "关于撤回临协调〔2026〕12号的函",
            "2026-09-08",
            "",
            "已签收",
            "2026-09-08",
            "",
            "2026-09-08",
        ]),
    ];
    let observations = vec![
        row(&[
            "社会消费品零售总额",
            "临江市",
            "2026-01-01",
            "2026-09-30",
            "累计",
            "同比增速",
            "4.2",
            "%",
            "实际",
            "",
            "2026-10-16",
            "1—9月，全市社会消费品零售总额同比增长4.2%",
        ]),
        row(&[
            "省重点项目完成投资",
            "临江市",
            "2026-01-01",
            "2026-09-30",
            "累计",
            "数值",
            "712.35",
            "亿元",
            "实际",
            "",
            "2026-10-08",
            "市发展改革委月度报表",
        ]),
    ];
    let contacts = vec![
        row(&["市商务局", "陈某", "联络员", "chen@example.org", "0000-1234567", "2026-01-01", ""]),
        row(&["市发展改革委", "李某某", "负责人", "li@example.org", "0000-7654321", "2026-01-01", ""]),
    ];
    let units = vec![
        row(&["临江市发展和改革委员会", "市发展改革委、市发改委", "临江市", "临江市人民政府", ""]),
        row(&["临江市商务局", "市商务局", "临江市", "临江市人民政府", ""]),
    ];
    let tasks = vec![
        row(&[
            "1",
            "扩大有效需求",
            "激发消费潜力",
            "新增限额以上商贸企业60家，举办促消费活动200场以上",
            "市商务局",
            "市发展改革委、市文化旅游局、市市场监管局",
            "2026-12-31",
        ]),
        row(&[
            "2",
            "扩大有效需求",
            "扩大精准投资",
            "实施重点项目320个，年度完成投资880亿元以上",
            "市发展改革委",
            "市财政局、市自然资源和规划局、各县市区人民政府",
            "2026-12-31",
        ]),
    ];
    vec![
        ("board", sheet("进展总表", "临江市“开门红”攻坚行动进展总表", note, sheet_lists::board(), board)),
        ("ledger", sheet("问题台账", "临江市“开门红”攻坚行动问题台账", note, sheet_lists::ledger(), ledger)),
        ("letters", sheet("函件清单", "预警函及有关函件清单", note, sheet_lists::letters(), letters)),
        (
            "observations",
            sheet("数据清单", "主要指标数据清单", note, sheet_lists::observations(), observations),
        ),
        ("contacts", sheet("联络员", "联络员名册", "", sheet_lists::contacts(), contacts)),
        ("units", sheet("责任单位", "责任单位名册", "", sheet_lists::units(), units)),
        ("breakdown", sheet("任务分解表", "临江市2026年重点任务分解表", "", sheet_lists::breakdown(), tasks)),
    ]
}

fn form() -> MonthForm {
    let line = |key: &str, task: &str, indicator: &str, unit: &str, figure, due| FormLine {
        key: key.to_owned(),
        office: "市商务局".to_owned(),
        task: task.to_owned(),
        indicator: indicator.to_owned(),
        region: "临江市".to_owned(),
        unit: unit.to_owned(),
        figure,
        target: "增长6%以上".to_owned(),
        last: NaiveDate::from_ymd_opt(2026, 8, 31).map(|day| (day, Decimal::new(34256, 2))),
        due,
    };
    MonthForm {
        campaign: "临江市“开门红”攻坚行动".to_owned(),
        of_unit: Some("市商务局".to_owned()),
        from: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default(),
        until: NaiveDate::from_ymd_opt(2026, 9, 30).unwrap_or_default(),
        due_on: NaiveDate::from_ymd_opt(2026, 10, 8),
        mark: "sample".to_owned(),
        lines: vec![
            line("k1", "激发消费潜力", "社会消费品零售总额", "亿元", Figure::Level, true),
            line("k2", "激发消费潜力", "社会消费品零售总额", "亿元", Figure::Yoy, true),
            line("k3", "提升开放水平", "实际使用外资", "亿美元", Figure::Level, false),
        ],
    }
}

fn main() -> Result<(), Failed> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    std::fs::create_dir_all(&folder)?;
    let made_on = NaiveDate::from_ymd_opt(2026, 10, 1).ok_or("no day")?;
    for (name, sheet) in lists() {
        std::fs::write(folder.join(name).with_extension("xlsx"), written(&[sheet], made_on)?)?;
    }
    std::fs::write(folder.join("form.xlsx"), written(&[form().sheet()], made_on)?)?;
    let lines = |rows: &[&[&str]]| SheetLines {
        name: "一季度".to_owned(),
        rows: rows.iter().map(|row| row.iter().map(|text| (*text).to_owned()).collect()).collect(),
    };
    let foreign = [lines(&[&["县区", "投资（亿元）"], &["甲县", "约30"], &["乙县", "12.5"]])];
    let marks =
        [CellMark {
            sheet: 0, at: (1, 1), why: "“约30”不是单独的数值。请只填数字，如30。".to_owned()
        }];
    std::fs::write(folder.join("marked.xlsx"), written(&marked_copy(&foreign, &marks), made_on)?)?;
    Ok(())
}
