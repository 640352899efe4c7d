//! A change told with its start: 由1—2月增长6.3%回落至5.9% says where it ended; the start is another period's and handed back.

use std::ops::Range;

use xushi_domain::phrase;

use super::falls;

/// Longest start of a change, in characters.
const START_MAX: usize = 30;

/// Words behind 由 and 从 that make another word of it.
const NOT_FROM: [&str; 8] = ["于", "此", "衷", "业", "事", "而", "严", "来"];

/// Words before the end of a change, without 至 and 到.
const VERBS: [&str; 28] = [
    "回落", "放缓", "收窄", "扩大", "提高", "提升", "上升", "回升", "增加", "增长", "加快", "下降", "降低",
    "减少", "缩小", "缩短", "压缩", "压减", "下滑", "攀升", "反弹", "加深", "下跌", "前移", "后移", "调整",
    "降", "升",
];

/// Words of growth, with whether it falls.
const GROWTH: [(&str, bool); 10] = [
    ("下降", true),
    ("下跌", true),
    ("下滑", true),
    ("减少", true),
    ("负增长", true),
    ("增长", false),
    ("上涨", false),
    ("上升", false),
    ("回升", false),
    ("增加", false),
];

/// A clause without the start of its change.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// The clause as if only its end were told.
    pub(super) clause: String,
    /// The words of the start, to be handed back; none where it is told without a number.
    pub(super) start: Option<String>,
}

/// Whether a clause tells a number of last year's same days beside this year's: 去年同期为6.1%.
pub(super) fn is_last_years(clause: &str) -> bool {
    let clause = clause.trim_start_matches(['，', ',', '（', '(', '而', '、', ' ']);
    let of_last = ["上年", "去年"].iter().find_map(|year| clause.strip_prefix(year));
    let same = of_last
        .and_then(|rest| ["同期", "同月", "同季", "同比"].iter().find_map(|word| rest.strip_prefix(word)));
    let compared = ["相比", "比", "基数", "水平", "的"];
    same.is_some_and(|rest| {
        !compared.iter().any(|word| rest.starts_with(word)) && rest.contains(|c: char| c.is_ascii_digit())
    })
}

/// The end of the change that a clause tells, if it tells one with its start.
pub(super) fn change(clause: &str) -> Option<Change> {
    turned_sign(clause).or_else(|| from_to(clause))
}

/// 由降转增2.4%, 由正转负为-1.2%.
fn turned_sign(clause: &str) -> Option<Change> {
    let at = clause.find(['由', '从'])?;
    let mut rest = clause[at..].chars();
    let (_, from, turn, to) = (rest.next()?, rest.next()?, rest.next()?, rest.next()?);
    if !"降升正负增减跌涨".contains(from) || turn != '转' || !"降升正负增减跌涨".contains(to)
    {
        return None;
    }
    let behind = rest.as_str().trim_start_matches(['为', '至', '到']);
    let number = behind.trim_start_matches(['-', '－', '−', '+']);
    if !number.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let fell = "降负减跌".contains(to) && number.len() == behind.len();
    let name = rate_of(&clause[..at]);
    Some(Change { clause: format!("{name}{}{behind}", if fell { "下降" } else { "增长" }), start: None })
}

fn from_to(clause: &str) -> Option<Change> {
    for (at, mark) in clause.match_indices(['由', '从']) {
        let behind = &clause[at + mark.len()..];
        if NOT_FROM.iter().any(|word| behind.starts_with(word)) || clause[..at].ends_with(['自', '理', '缘'])
        {
            continue;
        }
        let Some((start, verb, end)) = parted(behind) else { continue };
        let base = &behind[..start];
        let turns = verb == "转为";
        let amounts = phrase::amounts(base);
        if amounts.amounts.is_empty() || base.chars().count() > START_MAX {
            continue;
        }
        let growth =
            |text: &str| GROWTH.iter().find(|(word, _)| text.contains(word)).map(|(_, falls)| *falls);
        let name = &clause[..at];
        let told = growth(base).filter(|_| base.contains(['%', '％']));
        let end = &behind[end..];
        let number = end.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '－' | '−'));
        let rewritten = match told {
            // 由增长6.3%回落至5.9% is growth by 5.9 %, 由下降5%收窄至2% a fall by 2 %.
            Some(fell) if number => format!("{}{}{end}", rate_of(name), if fell { "下降" } else { "增长" }),
            _ if turns && !number => format!("{}{end}", rate_of(name)),
            // 降幅由5%收窄至2.3%.
            _ if falls::fall(name).is_some() => format!("{name}为{end}"),
            _ if name.ends_with(['速', '幅']) && number => format!("{}增长{end}", rate_of(name)),
            _ if end.starts_with('第') => format!("{name}居{end}"),
            _ => format!("{name}{}{end}", if turns { "为" } else { verb }),
        };
        return Some(Change {
            clause: rewritten,
            start: Some(clause[at..at + mark.len() + start].to_owned()),
        });
    }
    None
}

/// Where the start of a change ends, its verb with 至, and where its end begins; `behind`: the words behind 由.
fn parted(behind: &str) -> Option<(usize, &str, usize)> {
    let turned =
        ["转为", "转成", "变为", "转变为"].iter().filter_map(|word| Some((behind.find(word)?, word.len())));
    let turned = turned.min().map(|(at, length)| (at, "转为", at + length));
    let moved = VERBS.iter().flat_map(|verb| {
        ["至", "到", "为"].iter().filter_map(move |to| {
            let word = format!("{verb}{to}");
            let at = behind.find(&word)?;
            let range: Range<usize> = at..at + word.len();
            // 下降到 before 降到: the longer word begins first.
            Some((range.start, &behind[range.clone()], range.end))
        })
    });
    moved.chain(turned).min_by_key(|(at, ..)| *at)
}

/// A name without 增速: 固定资产投资增速由正转负.
fn rate_of(name: &str) -> &str {
    let name = name.trim_end_matches("同比");
    ["增速", "增幅", "涨幅"].iter().find_map(|word| name.strip_suffix(word)).unwrap_or(name)
}
