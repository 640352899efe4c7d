//! Promises made by a word of sign: 转正, 零增长, 两位数增长, 降幅收窄, 零发生, 清零, 双下降.
//!
//! They have a number though none is written (转正 is growth above 0, 零发生 a limit of 0), or are several promises in one
//! word (起数、死亡人数双下降).

use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::lexicon::Lexicon;
use super::parsed::Direction;
use super::text::{ends_with, starts_with};
use super::{movement, name};
use crate::target::{Comparator, Kind};

/// One promise of a word of sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) name: Vec<char>,
    pub(super) kind: Kind,
    pub(super) bound: Option<(Comparator, Decimal)>,
    pub(super) unit: &'static str,
    pub(super) direction: Direction,
}

/// What the words of sign of a clause say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Signed {
    Promises(Vec<Said>),
    /// 四项指标双下降: several, and nobody says which.
    Unnamed,
}

/// What a word at the end of a clause says of the words before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// 转正: growth above nothing.
    Turns,
    /// 零增长: growth of nothing, at most.
    Flat,
    /// 两位数增长: growth of 10 % at least.
    TwoDigits,
    /// 零发生: none of what stands before it.
    None,
    /// 零伤亡: none of what the word itself names, in this unit.
    NoneOf(&'static str, &'static str),
    /// 清零: none is left.
    Cleared,
    /// 双下降: as many promises as it counts.
    Several(usize, movement::Motion, Direction),
    /// It only ends alike.
    Stop,
}

static ENDINGS: LazyLock<Lexicon<Ending>> = LazyLock::new(|| {
    use Ending::{Cleared, Flat, None, NoneOf, Several, Stop, Turns, TwoDigits};
    use movement::Motion::{MayMove, Moves};
    const TURNS: &str = "转正 由负转正 转负为正 扭负为正 由降转增 由降转升 由负转增 由降转涨 由跌转涨 转为正 转为正增长 止跌转正 同比转正 回正";
    const TWO_DIGITS: &str =
        "两位数增长 两位数以上增长 两位数的增长 两位数以上的增长 双位数增长 双位数以上增长 二位数增长";
    const EVENTS: &str = "事故 案件 火灾 火情 事件 命案 发案 警情 事端 灾害";
    const PEOPLE: &str = "死亡 亡人 伤亡 溺亡 受伤 感染 中毒";
    const REST: &str = "投诉 上访 非访 访 差错 违规 违法 违纪 逾期 拖欠 欠薪 返贫 辍学 失信 违约 积压 滞留 增量 新增 复发 漏报 迟报 \
        瞒报 延误 舆情 泄密 失误 超标 污染 偷排 直排 违建 外流 遗漏 失管 脱管 漏管 发病 输入 扩散 反弹 超期 返工 中断 报告 起火 复吸 失踪 出走";
    const STOPS: &str = "党员转正 干部转正 员工转正 人员转正 教师转正 按期转正 期满转正 考核转正";
    let entry = |word: &str, ending: Ending| [(word.to_owned(), ending), (format!("“{word}”"), ending)];
    let list =
        |words: &'static str, ending| words.split_whitespace().flat_map(move |word| entry(word, ending));
    let none = |words: &'static str, unit| {
        words.split_whitespace().flat_map(move |word| entry(&format!("零{word}"), NoneOf(word, unit)))
    };
    let counts = [("双", 2), ("两", 2), ("三", 3), ("四", 4)];
    let verbs = [
        ("下降", Moves, Direction::Down),
        ("降", Moves, Direction::Down),
        ("减少", Moves, Direction::Down),
        ("增长", Moves, Direction::Up),
        ("上升", Moves, Direction::Up),
        ("提升", MayMove, Direction::Up),
        ("提高", MayMove, Direction::Up),
    ];
    let several = counts.into_iter().flat_map(|(count, number)| {
        verbs.into_iter().flat_map(move |(verb, motion, direction)| {
            let ending = Several(number, motion, direction);
            entry(&format!("{count}{verb}"), ending).into_iter().chain([(format!("“{count}”{verb}"), ending)])
        })
    });
    let entries: Vec<(String, Ending)> = list(TURNS, Turns)
        .chain(list("零增长", Flat))
        .chain(list(TWO_DIGITS, TwoDigits))
        .chain(list("零发生 为零 归零 控制为零 降为零 降至零 保持为零", None))
        .chain(none(EVENTS, "起"))
        .chain(none(PEOPLE, "人"))
        .chain(none(REST, ""))
        .chain(list("清零", Cleared))
        .chain(several)
        .chain(list(STOPS, Stop))
        .collect();
    Lexicon::of_suffixes(entries.iter().map(|(word, ending)| (word.as_str(), *ending)))
});

/// Words between a subject and its sign: they are no part of its name.
static BETWEEN: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    const WORDS: &str = "实现 保持 确保 力争 争取 同比 环比 较上年 较去年 比上年 比去年 较上年同期 比上年同期 较去年同期 持续 继续 均 总体 \
        年内 全年 上半年 下半年 一季度 二季度 三季度 四季度 动态 全部 全面 基本 如期 按期 及时 彻底 限时 逐步 稳步 尽快 率先 年底前 年底 要 \
        得到 做到 达到 长期 始终 双双 进一步 逐月 逐季 明显 不断 有所 大幅 显著 快速 较快 同步 存量 增速实现 指标";
    let words = WORDS.split_whitespace().filter(|word| *word != "指标" && *word != "增速实现");
    Lexicon::of_suffixes(words.map(|word| (word, ())))
});

/// `text` without the words of manner at its end.
pub(super) fn trimmed(text: &[char]) -> &[char] {
    let mut rest = name::tidy(text);
    while let Some(length) = since(rest).or_else(|| BETWEEN.at_end(rest).map(|(length, ())| length))
        && length < rest.len()
    {
        rest = name::tidy(&rest[..rest.len() - length]);
    }
    rest
}

/// Whether `text` is a sign without its subject (三季度转正, 力争转正).
pub(super) fn continues(text: &[char]) -> bool {
    let Some((length, Ending::Turns | Ending::TwoDigits | Ending::Flat)) = ENDINGS.at_end(text) else {
        return false;
    };
    let mut rest = &text[..text.len() - length];
    while let Some((length, ())) = BETWEEN.at_end(rest) {
        rest = &rest[..rest.len() - length];
    }
    rest.is_empty()
}

/// 较一季度, 比上年末 at the end of `text`: the characters it takes.
fn since(text: &[char]) -> Option<usize> {
    const REACH_BACK: usize = 8;
    let back = text.iter().rev().take(REACH_BACK).position(|c| matches!(c, '较' | '比'))?;
    let time = &text[text.len() - back..];
    let of_time =
        |c: &char| c.is_ascii_digit() || "一二三四五六七八九十前上去今年月季度半末底初同期本全-".contains(*c);
    (!time.is_empty() && time.iter().all(of_time)).then_some(back + 1)
}

/// Reads what a word of sign at the end of `body` promises; `body` starts where the name does.
pub(super) fn read(body: &[char]) -> Option<Signed> {
    let body = without_aim(body);
    if let Some(said) = narrowing(body).or_else(|| free_of(body)) {
        return Some(Signed::Promises(said));
    }
    let (length, ending) = ENDINGS.at_end(body)?;
    let before = &body[..body.len() - length];
    let subject = trimmed(before);
    let each = ["双双", "均", "分别", "全部"].iter().any(|word| ends_with(name::tidy(before), word));
    let rate = |comparator, value: i64, direction| {
        let said = |name: Vec<char>| Said {
            name,
            kind: Kind::Growth,
            bound: Some((comparator, Decimal::from(value))),
            unit: "%",
            direction,
        };
        let names = || if each { name::members(subject) } else { movement::subjects(subject) };
        (!subject.is_empty()).then(|| names().into_iter().map(said).collect())
    };
    let said: Option<Vec<Said>> = match ending {
        Ending::Turns if !is_of_people(subject) => rate(Comparator::Above, 0, Direction::Up),
        Ending::Flat => rate(Comparator::AtMost, 0, Direction::Hold),
        Ending::TwoDigits => rate(Comparator::AtLeast, 10, Direction::Up),
        Ending::None | Ending::NoneOf(..) => zeros(body),
        Ending::Cleared => (!subject.is_empty()).then(|| vec![none(subject.to_vec(), unit_of(subject))]),
        Ending::Several(count, motion, direction) => {
            return Some(several(body, subject, count, motion, direction));
        }
        Ending::Turns | Ending::Stop => None,
    };
    said.map(Signed::Promises)
}

/// 试用人员转正 is about a post.
fn is_of_people(subject: &[char]) -> bool {
    ["试用", "党员", "预备", "聘", "编外", "实习", "员工", "职工", "人员", "干部", "教师"]
        .iter()
        .any(|word| (0..subject.len()).any(|at| starts_with(&subject[at..], word)))
}

/// 实现“双下降”目标: what the sign is called says nothing more.
fn without_aim(body: &[char]) -> &[char] {
    let aim = ["的目标", "目标", "的态势", "态势"].iter().find(|word| ends_with(body, word));
    let rest = &body[..body.len() - aim.map_or(0, |word| word.chars().count())];
    if ENDINGS.at_end(rest).is_some() { rest } else { body }
}

fn none(name: Vec<char>, unit: &'static str) -> Said {
    Said {
        name,
        kind: Kind::Cap,
        bound: Some((Comparator::AtMost, Decimal::ZERO)),
        unit,
        direction: Direction::Down,
    }
}

/// What is counted when there is to be none of it.
fn unit_of(subject: &[char]) -> &'static str {
    const UNITS: [(&str, &[&str]); 4] = [
        ("起", &["事故", "案件", "事件", "火灾", "积案", "命案", "警情", "火情", "灾害", "欠薪", "欠薪问题"]),
        ("人", &["死亡", "伤亡", "死亡人数", "亡人", "人员", "人口", "儿童", "学生", "对象"]),
        ("户", &["家庭", "户", "农户"]),
        ("家", &["企业", "机构", "公司"]),
    ];
    UNITS
        .iter()
        .find(|(_, ends)| ends.iter().any(|end| ends_with(subject, end)))
        .map_or("", |(unit, _)| *unit)
}

/// 森林火灾零发生、零伤亡: each speaks of the subject of the first.
fn zeros(body: &[char]) -> Option<Vec<Said>> {
    let mut rest = body;
    let mut found = Vec::new();
    while let Some((length, ending @ (Ending::None | Ending::NoneOf(..)))) = ENDINGS.at_end(rest) {
        found.push(ending);
        rest = &rest[..rest.len() - length];
        match rest.split_last() {
            Some(('、' | '和' | '及' | '与', before)) if ENDINGS.at_end(before).is_some() => {
                rest = before
            }
            _ => break,
        }
    }
    let subject = trimmed(rest);
    let said = found.into_iter().rev().map(|ending| match ending {
        Ending::NoneOf(what, unit) if !ends_with(subject, what) => {
            let name: Vec<char> = subject.iter().copied().chain(what.chars()).collect();
            none(name, unit)
        }
        Ending::NoneOf(_, unit) => none(subject.to_vec(), unit),
        _ => none(subject.to_vec(), unit_of(subject)),
    });
    let said: Vec<Said> = said.collect();
    said.iter().all(|said| !said.name.is_empty()).then_some(said)
}

/// 降幅收窄: the decline is to be smaller than it was.
fn narrowing(body: &[char]) -> Option<Vec<Said>> {
    const VERBS: [&str; 7] = ["收窄", "缩小", "收敛", "减小", "缩窄", "放缓", "趋缓"];
    const DECLINES: [&str; 8] =
        ["下降幅度", "下滑幅度", "下跌幅度", "负增长幅度", "降幅", "跌幅", "降速", "负增长"];
    let verb = VERBS.iter().find(|word| ends_with(body, word))?;
    let rest = trimmed(&body[..body.len() - verb.chars().count()]);
    let decline = DECLINES.iter().find(|word| ends_with(rest, word))?;
    let subject = trimmed(&rest[..rest.len() - decline.chars().count()]);
    let names = if subject.is_empty() { vec![rest.to_vec()] } else { movement::subjects(subject) };
    let said = |name| Said { name, kind: Kind::Narrowing, bound: None, unit: "", direction: Direction::Up };
    Some(names.into_iter().map(said).collect())
}

/// 无重特大事故, 建筑领域不发生较大事故: none of what can be counted. Risks and returns to poverty have no count.
fn free_of(body: &[char]) -> Option<Vec<Said>> {
    const EVENTS: [&str; 7] = ["事故", "案件", "火灾", "事件", "命案", "伤亡", "死亡"];
    const NEVER: [&str; 6] = ["不发生", "未发生", "不再发生", "不出现", "零发生", "未出现"];
    // 无 is a part of so many words that only what is graded or counted may follow it.
    const GRADED: [&str; 16] = [
        "重特大",
        "较大",
        "特大",
        "重大",
        "一般",
        "生产安全",
        "安全",
        "亡人",
        "道路",
        "新增",
        "群死群伤",
        "责任",
        "火灾",
        "刑事",
        "命案",
        "群体性",
    ];
    if !EVENTS.iter().any(|word| ends_with(body, word)) {
        return None;
    }
    let found = (0..body.len()).find_map(|at| {
        let rest = &body[at..];
        let never = NEVER.iter().find(|word| starts_with(rest, word)).map(|word| word.chars().count());
        let free = || {
            let graded =
                matches!(rest[0], '无' | '零') && GRADED.iter().any(|word| starts_with(&rest[1..], word));
            (graded && (at == 0 || trimmed(&body[..at]).len() == at)).then_some(1)
        };
        never.or_else(free).map(|length| (at, length))
    });
    let (at, length) = found?;
    let scope = trimmed(&body[..at]);
    let scope = if scope.len() < 2 || ends_with(scope, "坚决") { &scope[..0] } else { scope };
    let what = name::tidy(&body[at + length..]);
    let name = [scope, what].concat();
    let unit = unit_of(&name);
    (!what.is_empty()).then(|| vec![none(name, unit)])
}

/// The promises of 双下降: one for each member of its subject, if there are as many as it says.
fn several(
    body: &[char],
    subject: &[char],
    count: usize,
    motion: movement::Motion,
    direction: Direction,
) -> Signed {
    const ACCIDENTS: [&str; 6] = ["事故", "火灾", "安全生产", "生产安全", "交通安全", "消防安全"];
    let said = |name: Vec<char>, kind| Said { name, kind, bound: None, unit: "", direction };
    let mut members = name::members(subject);
    // 生产安全事故双下降 has one meaning in every office.
    if members.len() == 1 && count == 2 && ACCIDENTS.iter().any(|word| ends_with(subject, word)) {
        let of =
            if ends_with(subject, "安全生产") || ends_with(subject, "安全") { "事故" } else { "" };
        members = ["起数", "死亡人数"]
            .map(|side| subject.iter().copied().chain(of.chars()).chain(side.chars()).collect())
            .to_vec();
    }
    if members.len() == count && count > 1 {
        let kind = |name: &[char]| {
            if motion == movement::Motion::Moves || movement::is_measured(name) {
                Kind::Trend
            } else {
                Kind::Qualitative
            }
        };
        return Signed::Promises(
            members
                .into_iter()
                .map(|name| {
                    let kind = kind(&name);
                    said(name, kind)
                })
                .collect(),
        );
    }
    if motion == movement::Motion::MayMove && !movement::is_measured(subject) {
        return Signed::Promises(vec![said(body.to_vec(), Kind::Qualitative)]);
    }
    Signed::Unnamed
}

/// Whether `name` only says how many measures move (交通事故四项指数), not which.
pub(super) fn is_unnamed(name: &[char]) -> bool {
    const SETS: [&str; 5] = ["指标", "指数", "指标”", "指数”", "数据"];
    const REACH_BACK: usize = 8;
    let numbered = |pair: &[char]| {
        (pair[0].is_ascii_digit() || super::number::is_numeral(pair[0]))
            && matches!(pair[1], '项' | '个' | '大' | '类')
    };
    if name.get(..2).is_some_and(|pair| numbered(pair) && pair[0] != '一' && pair[1] != '大') {
        return true;
    }
    if !SETS.iter().any(|word| ends_with(name, word)) {
        return false;
    }
    let near = &name[name.len().saturating_sub(REACH_BACK)..];
    near.windows(2).any(numbered)
}
