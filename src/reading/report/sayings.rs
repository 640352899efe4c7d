//! What a number says of its indicator, by the words before it and its unit.

use xushi_domain::phrase::{AmountSort, WrittenAmount};

use super::falls;
use super::observed::ReportedFigure;
use super::wording::{self, Movement, has};

/// A reading of a number.
#[derive(Debug, Clone)]
pub(super) struct Saying<'a> {
    pub(super) figure: ReportedFigure,
    pub(super) movement: Option<Movement>,
    /// The start of the words that names the indicator.
    pub(super) subject: &'a str,
    pub(super) against: Option<String>,
    /// The number is said of what stands before it, not of a noun behind.
    pub(super) predicate: bool,
    /// 均: each of several has this number.
    pub(super) all: bool,
    /// 连续7个月.
    pub(super) streak: bool,
    /// A distance between two of a row: 首尾相差.
    pub(super) between: bool,
    /// What the plan says of it, not what was reached: 年度任务420亿元.
    pub(super) planned: bool,
    /// The next clause may speak of the same.
    pub(super) carries: bool,
}

/// Reads the words before a number.
pub(super) fn saying<'a>(before: &'a str, amount: &WrittenAmount, behind: &str) -> Saying<'a> {
    // 同比+4.1%, ↑4.6%, 同比-2.6%.
    let signed = before.trim_end_matches(['+', '＋', '±', '↑', '↓', ':', '：']);
    let mut told = wording::told(signed);
    let marked = before.ends_with(['+', '＋', '↑', '↓']) || amount.value.is_sign_negative();
    if amount.sort == AmountSort::Percent && told.movement.is_none() && marked {
        let bare = told.rest.trim_matches([' ', '，', ',']).is_empty();
        let fell = before.ends_with('↓').then_some(Movement::Down);
        told.movement = fell.or((told.year_on_year || bare).then_some(Movement::Up));
    }
    let plain = Saying {
        figure: ReportedFigure::Level,
        movement: told.movement,
        subject: told.rest,
        against: None,
        predicate: told.predicate,
        all: told.all,
        streak: told.streak,
        between: false,
        planned: false,
        carries: !told.streak,
    };
    if told.streak {
        return plain;
    }
    let said = match amount.sort {
        AmountSort::Rank => ranked(plain),
        AmountSort::Percent => percent(plain, &told, amount, behind),
        AmountSort::Point => point(plain, &told),
        _ => counted(plain, &told, amount, behind),
    };
    of_all(said)
}

/// 均低于全市平均, 完成率均居前三: the word stands before the comparison, and each of several is meant.
fn of_all(said: Saying<'_>) -> Saying<'_> {
    let rest = said.subject.trim_end_matches(['，', ',']);
    if let Some(rest) = rest.strip_suffix("分别") {
        return Saying { subject: rest, ..said };
    }
    match ["均", "都", "皆"].iter().find_map(|word| rest.strip_suffix(word)) {
        Some(rest) if !rest.ends_with(['平', '人', '户', '年', '月', '日', '亩', '地', '成', '首']) => {
            Saying { subject: rest, all: true, ..said }
        }
        _ => said,
    }
}

fn against(words: &str) -> Option<String> {
    let words = words.trim_matches(['，', ',', '、', ' ']);
    let words = words.trim_end_matches("水平").trim_end_matches("增速").trim_end_matches('的');
    let words = words.trim_end_matches("同比").trim_end_matches("均").trim_end_matches("分别");
    let words = if words.ends_with('平') { format!("{words}均") } else { words.to_owned() };
    (!words.is_empty()).then_some(words)
}

/// 居经济大省第5位, 占比全国第一.
fn ranked(plain: Saying<'_>) -> Saying<'_> {
    let rest = plain.subject;
    let verb = wording::PLACED
        .iter()
        .filter_map(|word| rest.rfind(word).map(|at| (at, word.len())))
        .filter(|(at, length)| rest[at + length..].chars().count() <= 12)
        .max_by_key(|(at, length)| (at + length, *length));
    let (subject, scope) = match verb {
        Some((at, length)) => (&rest[..at], &rest[at + length..]),
        None => match wording::SCOPES.iter().find(|scope| rest.ends_with(**scope)) {
            Some(scope) => rest.split_at(rest.len() - scope.len()),
            None => (rest, ""),
        },
    };
    // 保持 stands before 居 as often as alone.
    let before = wording::told(subject);
    let (subject, all) = (before.rest, plain.all || before.all);
    let subject = wording::PLACED.iter().find_map(|word| subject.strip_suffix(word)).unwrap_or(subject);
    Saying {
        figure: ReportedFigure::Rank,
        movement: None,
        subject,
        against: against(scope),
        predicate: true,
        all,
        ..plain
    }
}

fn percent<'a>(
    plain: Saying<'a>,
    told: &wording::Told<'a>,
    amount: &WrittenAmount,
    behind: &str,
) -> Saying<'a> {
    let limits = ["低于", "高于", "大于", "小于", "不低于", "不高于"];
    let rest = limits.iter().find_map(|word| told.rest.strip_suffix(word)).unwrap_or(told.rest);
    let plain = Saying { subject: rest, ..plain };
    let tenths = amount.unit == "%" && rest.ends_with('的');
    if let Some(fallen) = fallen(&plain, told) {
        return fallen;
    }
    if told.movement.is_some() && !told.to {
        let compared = wording::compared(rest);
        let beside = compared.as_ref().filter(|compared| !wording::is_last_year(compared.against));
        if let Some(compared) = beside {
            return Saying {
                figure: ReportedFigure::Difference,
                subject: compared.subject,
                against: against(compared.against),
                ..plain
            };
        }
        let subject = compared.map_or(rest, |compared| compared.subject);
        let cut = told.movement == Some(Movement::Cut) && !told.year_on_year;
        if cut || told.on_before {
            let against = told.on_before.then(|| "上期".to_owned());
            return Saying { figure: ReportedFigure::Difference, subject, against, ..plain };
        }
        // 任务完成率提高3% and 占比提高3% are differences.
        let rates = ["率", "占比", "比重", "比例", "增速", "增幅", "涨幅"];
        // 降幅扩大1.2% is written for 1.2个百分点.
        let of_rate = rates.iter().any(|end| subject.ends_with(end)) || falls::fall(subject).is_some();
        let figure =
            if of_rate && !told.year_on_year { ReportedFigure::Difference } else { ReportedFigure::Yoy };
        return Saying { figure, subject, against: None, ..plain };
    }
    if let Some(completed) = completed(&plain, rest) {
        return completed;
    }
    if let Some(at) =
        rest.rfind('占').filter(|at| !rest[*at..].starts_with("占地") && !rest[*at..].starts_with("占领"))
    {
        let whole = rest[at + '占'.len_utf8()..].trim_end_matches(['的', '，', ',']);
        let whole = whole
            .trim_end_matches("比重")
            .trim_end_matches("比例")
            .trim_end_matches('的')
            .trim_end_matches('比');
        // 占比 is a name, 占 none.
        let named = whole.is_empty() && &rest[at..] != "占";
        let subject = if named { rest } else { &rest[..at] };
        return Saying {
            figure: ReportedFigure::Share,
            movement: None,
            subject,
            against: against(whole),
            predicate: true,
            ..plain
        };
    }
    if told.finished {
        return Saying { figure: ReportedFigure::Completion, movement: None, predicate: true, ..plain };
    }
    let of_noun = !told.predicate && !behind.is_empty() && is_of_whole(rest, behind);
    if of_noun {
        return Saying { figure: ReportedFigure::Share, movement: None, predicate: false, ..plain };
    }
    let figure = if amount.unit == "‰" {
        ReportedFigure::Level
    } else if tenths {
        ReportedFigure::Share
    } else {
        of_name(rest)
    };
    Saying { figure, movement: None, predicate: true, ..plain }
}

/// 全省 or nothing before a percentage of a noun; 贡献了全区38.2%的外贸额.
fn is_of_whole(rest: &str, behind: &str) -> bool {
    let scopes = ["全省", "全市", "全县", "全区", "全州", "我省", "我市", "我县", "其中"];
    let bare = rest.trim_matches(['有', '，', ',', '约', '近']);
    let gives = ["贡献", "贡献了", "创造了", "集聚了", "汇聚了", "吸纳了"];
    let given = scopes.iter().find_map(|scope| bare.strip_suffix(scope)).unwrap_or(bare);
    let given = gives.iter().any(|verb| given.ends_with(verb)) && behind.starts_with('的');
    bare.is_empty() || scopes.contains(&bare) || given
}

/// 降幅有望收窄至3%以内, 降幅为3%, 增速回落至3%: growth by its size.
fn fallen<'a>(plain: &Saying<'a>, told: &wording::Told<'a>) -> Option<Saying<'a>> {
    if told.sized {
        return Some(Saying { figure: ReportedFigure::Yoy, ..plain.clone() });
    }
    let rest = plain.subject.trim_end_matches("有望").trim_end_matches(['将', '可']);
    let subject = falls::fall(rest).filter(|_| told.to || told.movement.is_none())?;
    let movement = Some(Movement::Down);
    Some(Saying { figure: ReportedFigure::Yoy, movement, subject, ..plain.clone() })
}

/// What a percentage says of a name: 税收占比 is a share, 投资完成率 a completion, 投资增速 growth.
pub(super) fn of_name(name: &str) -> ReportedFigure {
    let name = name.trim_end_matches("平均").trim_end_matches(['的', '，', ',']);
    let scopes = ["全国", "全省", "全市", "全县", "全区", "全州", "县域"];
    let name = scopes.iter().find_map(|scope| name.strip_suffix(scope)).unwrap_or(name);
    let ends = |list: &[&str]| list.iter().any(|end| name.ends_with(end));
    if ends(&["比重", "占比", "份额"]) || ends(&["比例"]) && name.contains('占') {
        ReportedFigure::Share
    } else if ends(&["增速", "增幅", "增长率", "涨幅"]) {
        ReportedFigure::Yoy
    } else if ends(&wording::RATES_OF_WORK) {
        ReportedFigure::Completion
    } else {
        ReportedFigure::Level
    }
}

/// 完成年度任务的77.4%, 占全年计划的…, 年度投资完成率….
fn completed<'a>(plain: &Saying<'a>, rest: &'a str) -> Option<Saying<'a>> {
    let done =
        Saying { figure: ReportedFigure::Completion, movement: None, predicate: true, ..plain.clone() };
    if wording::RATES_OF_WORK.iter().any(|end| rest.ends_with(end)) {
        return Some(Saying { subject: rest, ..done });
    }
    let inner = rest.trim_end_matches('的');
    let ends = [
        "任务",
        "计划",
        "目标",
        "预算",
        "目标任务",
        "任务数",
        "计划数",
        "预算数",
        "目标值",
        "任务量",
        "年计划",
    ];
    if !ends.iter().any(|end| inner.ends_with(end)) {
        return None;
    }
    // The verb stands before 年度任务.
    let verbs = ["完成", "占", "达到", "达", "为", "相当于", "实现"];
    let start = [
        "全年",
        "年度",
        "年初",
        "年计划",
        "市定",
        "省定",
        "县定",
        "目标",
        "任务",
        "计划",
        "预算",
        "全省",
        "全市",
        "序时",
        "省",
        "市",
    ];
    let verb = verbs
        .iter()
        .filter_map(|verb| {
            inner
                .match_indices(verb)
                .filter(|(at, _)| {
                    let behind = &inner[at + verb.len()..];
                    start.iter().any(|start| behind.starts_with(start))
                        || (2..=8).contains(&behind.chars().count())
                        || behind.contains(|c: char| c.is_ascii_digit())
                })
                .last()
                .map(|(at, _)| (at, verb.len()))
        })
        .max()?;
    let (subject, whole) = (&inner[..verb.0], &inner[verb.0 + verb.1..]);
    has(whole, &wording::TASKS).then(|| Saying { subject, against: against(whole), ..done })
}

fn point<'a>(plain: Saying<'a>, told: &wording::Told<'a>) -> Saying<'a> {
    if let Some(compared) = wording::compared(told.rest) {
        let movement = told.movement.or(compared.movement);
        return Saying {
            figure: ReportedFigure::Difference,
            movement,
            subject: compared.subject,
            against: against(compared.against),
            predicate: true,
            carries: false,
            ..plain
        };
    }
    // 首尾相差29.4个百分点: between two of a row, of none of them.
    if let Some(subject) = ["首尾", "两者", "二者", "最高最低", "高低"]
        .iter()
        .find_map(|word| told.rest.trim_end_matches("之间").strip_suffix(word))
        .filter(|_| told.movement == Some(Movement::Down))
    {
        return Saying {
            figure: ReportedFigure::Difference,
            movement: None,
            subject,
            predicate: true,
            carries: false,
            between: true,
            ..plain
        };
    }
    if wording::has(told.rest, &["拉动", "贡献", "影响", "拖累", "拉低", "拉高", "下拉", "支撑"])
    {
        return Saying { movement: None, predicate: true, carries: false, ..plain };
    }
    let last_year = told.year_on_year.then(|| "上年同期".to_owned());
    let figure = if told.movement.is_some() { ReportedFigure::Difference } else { ReportedFigure::Level };
    Saying { figure, against: last_year, predicate: true, carries: false, ..plain }
}

fn counted<'a>(
    plain: Saying<'a>,
    told: &wording::Told<'a>,
    amount: &WrittenAmount,
    behind: &str,
) -> Saying<'a> {
    // 比年初新增1129亿元: added since then, where a day is compared with.
    let added = ["新增", "净增", "增收", "多增"]
        .iter()
        .find_map(|word| told.rest.strip_suffix(word))
        .filter(|rest| told.movement.is_none() && wording::compared(rest).is_some());
    let with_added = added.map(|rest| wording::Told { rest, movement: Some(Movement::Up), ..told.clone() });
    let told = with_added.as_ref().unwrap_or(told);
    let compared = wording::compared(told.rest);
    let differs = |subject, movement, against| Saying {
        figure: ReportedFigure::Difference,
        movement,
        subject,
        against,
        predicate: true,
        carries: false,
        ..plain.clone()
    };
    // 超过序时进度的51项: what is counted is described.
    let described = told.movement.is_none() && told.rest.ends_with('的') && amount.sort == AmountSort::Count;
    if let Some(compared) = compared
        && !described
        && (told.movement.or(compared.movement).is_some() && !told.to)
    {
        return differs(compared.subject, told.movement.or(compared.movement), against(compared.against));
    }
    if told.movement.is_some() && (told.year_on_year || told.on_before) && !told.to {
        let against = if told.year_on_year { "上年同期" } else { "上期" };
        return differs(told.rest, told.movement, Some(against.to_owned()));
    }
    let places =
        amount.unit.starts_with('位') || amount.unit.contains("位次") || amount.unit.contains("名次");
    let fell = matches!(told.movement, Some(Movement::Down))
        && amount.sort == AmountSort::Measure
        && behind.is_empty();
    if (places || fell) && told.movement.is_some() && !told.to {
        return differs(told.rest, told.movement, None);
    }
    // 增加农田5万亩 and 减少排放3吨 are amounts by themselves.
    Saying { movement: None, ..plain }
}
