//! How good forecasts would have been on series of one's own. No configuration, no database.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use rust_decimal::Decimal;

use crate::app::AppError;
use crate::domain::TextEnum as _;
use crate::domain::backtest::{
    History, Interval, Prediction, SampleBasis, Scores, TargetRule, TriedTarget, reliability, run, scores,
};
use crate::letter::draw_skill;

/// What to try, and where the outcome goes.
#[derive(Debug, Args)]
pub struct Backtest {
    /// 历年各月数据，CSV：id,period,value（period如2024-03）；可加basis列，写cumulative（累计值）、period（当月值）、yoy（累计同比）或point（期末存量），不写则按数据形状判断（存量须写明）
    #[arg(long)]
    series: PathBuf,
    /// 逐条写出预测与结果的CSV
    #[arg(long)]
    out: Option<PathBuf>,
    /// 画出可靠性和各月技巧的PNG
    #[arg(long)]
    picture: Option<PathBuf>,
    /// 从哪一年判起；不写则判所有有此前四个整年的年份
    #[arg(long)]
    from: Option<i32>,
}

/// Judges the series of a file and prints, kind by kind and rule by rule, how good it was month by month.
///
/// # Errors
/// When the file cannot be read, a line is not understood (the message says which), or the output fails.
pub fn backtest(asked: &Backtest, mut output: impl Write) -> Result<(), AppError> {
    let series = read(&asked.series).map_err(|error| named(&asked.series, error))?;
    let all: Vec<History> = series.values().map(|one| History::new(one.basis(), &one.values)).collect();
    let predictions =
        run(&all, asked.from).map_err(|error| Error::new(ErrorKind::InvalidData, error.to_string()))?;
    if let Some(path) = &asked.out {
        let ids: Vec<&str> = series.keys().map(String::as_str).collect();
        write(path, &ids, &predictions).map_err(|error| named(path, error))?;
    }
    if let Some(path) = &asked.picture {
        let picture =
            picture(&predictions).ok_or_else(|| Error::new(ErrorKind::InvalidData, "没有可画的预测"));
        picture.and_then(|picture| std::fs::write(path, picture)).map_err(|error| named(path, error))?;
    }
    let told = told(&series, &all, &predictions);
    super::try_out::heard(output.write_all(told.as_bytes()).and_then(|()| output.flush()))?;
    Ok(())
}

fn named(path: &Path, error: Error) -> AppError {
    Error::new(error.kind(), format!("{}: {error}", path.display())).into()
}

/// The lines of one series.
#[derive(Debug, Default)]
struct Lines {
    basis: Option<SampleBasis>,
    values: BTreeMap<(i32, u32), Decimal>,
}

impl Lines {
    fn basis(&self) -> SampleBasis {
        self.basis.unwrap_or_else(|| SampleBasis::guess(&self.values))
    }
}

fn read(path: &Path) -> Result<BTreeMap<String, Lines>, Error> {
    let bytes = std::fs::read(path)?;
    parse(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes))
}

fn parse(bytes: &[u8]) -> Result<BTreeMap<String, Lines>, Error> {
    let refused = |line: u64, why: String| Error::new(ErrorKind::InvalidData, format!("第{line}行：{why}"));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(bytes);
    let head = reader.headers().map_err(|_| refused(1, "不是UTF-8编码的CSV".to_owned()))?.clone();
    let column = |name: &str| head.iter().position(|one| one == name);
    let (Some(id), Some(period), Some(value)) = (column("id"), column("period"), column("value")) else {
        return Err(refused(1, "表头应有id、period、value三列".to_owned()));
    };
    let basis = column("basis");
    let mut series: BTreeMap<String, Lines> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            refused(error.position().map_or(0, csv::Position::line), "不是UTF-8编码的CSV".to_owned())
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| record.get(at).unwrap_or_default();
        if cell(value).is_empty() {
            continue;
        }
        let at = month(cell(period))
            .ok_or_else(|| refused(line, format!("时期“{}”应写作2024-03", cell(period))))?;
        let number = cell(value).parse().or_else(|_| Decimal::from_scientific(cell(value)));
        let number = number.map_err(|_| refused(line, format!("数值“{}”不是数", cell(value))))?;
        let own = series.entry(cell(id).to_owned()).or_default();
        if let Some(word) = basis.map(cell).filter(|word| !word.is_empty()) {
            let words = || SampleBasis::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join("、");
            let said = SampleBasis::parse(word)
                .ok_or_else(|| refused(line, format!("basis“{word}”应为{}之一", words())))?;
            if own.basis.is_some_and(|known| known != said) {
                return Err(refused(line, format!("{}前后basis不一致", cell(id))));
            }
            own.basis = Some(said);
        }
        if own.values.insert(at, number).is_some() {
            return Err(refused(line, format!("{}的{}重复", cell(id), cell(period))));
        }
    }
    Ok(series)
}

/// `2024-03`, `2024-03-31` or `202403`.
fn month(text: &str) -> Option<(i32, u32)> {
    let (year, rest) = (text.get(..4)?, text.get(4..)?);
    let rest = rest.strip_prefix(['-', '/', '.']).unwrap_or(rest);
    let month = rest.split(['-', '/', '.', ' ']).next()?;
    let (year, month) = (year.parse().ok()?, month.parse().ok()?);
    ((1..=12).contains(&month) && (1900..=2999).contains(&year)).then_some((year, month))
}

fn write(path: &Path, ids: &[&str], predictions: &[Prediction]) -> Result<(), Error> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record([
        "id",
        "year",
        "month",
        "rule",
        "kind",
        "p_miss",
        "projection",
        "low80",
        "high80",
        "target",
        "actual",
        "missed",
    ])?;
    let plain = |value: Decimal| value.round_dp(6).normalize().to_string();
    for one in predictions {
        writer.write_record([
            ids.get(one.series).copied().unwrap_or_default(),
            &one.year.to_string(),
            &one.month.to_string(),
            one.rule.as_str(),
            one.kind.as_str(),
            &format!("{:.4}", one.p_miss),
            &plain(one.projection),
            &plain(one.interval.0),
            &plain(one.interval.1),
            &plain(one.target),
            &plain(one.actual),
            if one.missed() { "1" } else { "0" },
        ])?;
    }
    writer.flush()
}

/// The commonest question there is: an amount, by the first rule; else what there is.
fn picture(predictions: &[Prediction]) -> Option<Vec<u8>> {
    let kind =
        TriedTarget::ALL.iter().copied().find(|kind| predictions.iter().any(|one| one.kind == *kind))?;
    let of = |month: Option<u32>| chosen(predictions, (kind, TargetRule::ThreeGrowths), month);
    let months = (1..=11).filter_map(|month| Some((month, scores(&of(Some(month)))?.skill)));
    draw_skill(&reliability(&of(None)), &months.collect::<Vec<_>>())
}

fn chosen(
    predictions: &[Prediction],
    (kind, rule): (TriedTarget, TargetRule),
    month: Option<u32>,
) -> Vec<&Prediction> {
    let fits = |one: &&Prediction| {
        (one.kind, one.rule) == (kind, rule) && month.is_none_or(|month| one.month == month)
    };
    predictions.iter().filter(fits).collect()
}

fn chinese(kind: TriedTarget) -> &'static str {
    match kind {
        TriedTarget::Total => "总量目标",
        TriedTarget::Growth => "增速目标（总量已知）",
        TriedTarget::Rate => "增速目标（只有累计同比）",
        TriedTarget::Level => "存量目标",
    }
}

fn told(series: &BTreeMap<String, Lines>, all: &[History], predictions: &[Prediction]) -> String {
    let mut text = format!("{}个序列，{}条预测。\n", series.len(), predictions.len());
    let guessed = series.iter().zip(all).filter(|((_, lines), _)| lines.basis.is_none());
    let mut by_basis: BTreeMap<SampleBasis, usize> = BTreeMap::new();
    for (_, history) in guessed {
        *by_basis.entry(history.basis).or_default() += 1;
    }
    for (basis, count) in by_basis {
        text.push_str(&format!("未注明basis、按数据形状判断为{basis}的{count}个。\n"));
    }
    for kind in TriedTarget::ALL.iter().copied() {
        for rule in TargetRule::ALL.iter().copied() {
            table(predictions, (kind, rule), &mut text);
        }
    }
    if predictions.is_empty() {
        text.push_str("没有一个年份之前有四个整年的数据，无可评价。\n");
    }
    text
}

fn table(predictions: &[Prediction], (kind, rule): (TriedTarget, TargetRule), text: &mut String) {
    let whole = chosen(predictions, (kind, rule), None);
    if whole.is_empty() {
        return;
    }
    let target = match rule {
        TargetRule::ThreeGrowths => "上年×近三年增长的平均",
        TargetRule::LastGrowth => "上年×上年增长",
    };
    text.push_str(&format!("\n{}，{rule}（{target}）；方括号内为按年份重抽样的95%区间\n\n", chinese(kind)));
    text.push_str("| 月份 | 条数 | 完不成的比例 | AUC | Brier | 技巧（对比例） | 技巧（对上年占比法） | 误报一成时查出 | 八成区间含实际 | 可靠性偏差 |\n");
    text.push_str("|---|---|---|---|---|---|---|---|---|---|\n");
    for month in 1..=11 {
        row(&format!("{month}月"), &chosen(predictions, (kind, rule), Some(month)), text);
    }
    row("全部", &whole, text);
    let late: Vec<_> = whole.iter().copied().filter(|one| (2020..=2024).contains(&one.year)).collect();
    row("2020—2024年", &late, text);
    if let Some(all) = scores(&whole) {
        text.push_str(&format!(
            "\n反复（可能性到0.8以后当年又回到0.5以下）：每个序列年{:.3}次，共{}个序列年\n",
            all.reversals, all.series_years
        ));
    }
}

fn row(name: &str, cases: &[&Prediction], text: &mut String) {
    let Some(Scores { count, base_rate, auc, brier, skill, skill_last_year, recall, coverage, ece, .. }) =
        scores(cases)
    else {
        return;
    };
    let cells = [base_rate, auc, brier, skill, skill_last_year, recall, coverage, ece].map(shown).join(" | ");
    text.push_str(&format!("| {name} | {count} | {cells} |\n"));
}

fn shown(of: Interval) -> String {
    format!("{:.3} [{:.3}, {:.3}]", of.value, of.ends.0, of.ends.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_spreadsheets_write_them() {
        let read = parse(
            b"period,id,value,basis\r\n2024-03,a,1.5,yoy\r\n202404,a,2E1,\r\n2024/05/31,\"b, c\",,\r\n",
        );
        let read = read.unwrap();
        assert_eq!(read.keys().collect::<Vec<_>>(), ["a"], "an empty value is no value");
        assert_eq!(read["a"].basis(), SampleBasis::Yoy);
        assert_eq!(read["a"].values.values().map(ToString::to_string).collect::<Vec<_>>(), ["1.5", "20"]);
    }

    #[test]
    fn what_is_not_understood_is_said_with_its_line() {
        for (text, want) in [
            ("id,period\na,2024-03", "第1行：表头应有id、period、value三列"),
            ("id,period,value\na,2024-13,1", "第2行：时期“2024-13”应写作2024-03"),
            ("id,period,value\na,2024-03,1\na,2024-04,一", "第3行：数值“一”不是数"),
            ("id,period,value\na,2024-03,1\na,202403,2", "第3行：a的202403重复"),
            (
                "id,period,value,basis\na,2024-03,1,sum",
                "第2行：basis“sum”应为cumulative、period、yoy、point之一",
            ),
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap_err().to_string(), want);
        }
        assert!(parse(b"id,period,value\n\xff,2024-03,1").is_err());
    }

    #[test]
    fn the_same_series_give_table_lines_and_picture() {
        let folder = tempfile::tempdir().unwrap();
        let (series, out, picture) =
            (folder.path().join("s.csv"), folder.path().join("o.csv"), folder.path().join("p.png"));
        let mut text = "id,period,value\n".to_owned();
        for year in 2005..2016 {
            for month in 1..=12 {
                let value = (700 + month % 4 * 30) * (100 + (year * 7) % 11 + (year - 2000) * 6) / 100;
                text.push_str(&format!("甲,{year}-{month:02},{value}\n"));
            }
        }
        std::fs::write(&series, text).unwrap();
        let asked = Backtest { series, out: Some(out.clone()), picture: Some(picture.clone()), from: None };
        let mut told = Vec::new();
        backtest(&asked, &mut told).unwrap();
        let told = String::from_utf8(told).unwrap();
        assert!(
            told.starts_with("1个序列，308条预测。\n未注明basis、按数据形状判断为period的1个。"),
            "{told}"
        );
        assert!(told.contains("| 6月 | 7 |") && told.contains("反复"), "{told}");
        let lines = std::fs::read_to_string(out).unwrap();
        let mut lines = lines.lines();
        assert_eq!(
            lines.next(),
            Some("id,year,month,rule,kind,p_miss,projection,low80,high80,target,actual,missed")
        );
        assert!(lines.next().unwrap().starts_with("甲,2009,1,R1,total,"));
        assert_eq!(lines.count(), 307);
        assert_eq!(&std::fs::read(picture).unwrap()[1..4], b"PNG");
    }
}
