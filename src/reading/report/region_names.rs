//! Regions named in a text: by the list of GB/T 2260, by their ending where a name may begin, by 全省 and 我市.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::plan::vocabulary::words;

/// A region named in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// Its characters.
    pub(super) span: Range<usize>,
    /// What it names.
    pub(super) named: RegionNamed,
}

/// What a mention names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RegionNamed {
    /// A region by its name.
    Region(String),
    /// 全省, 我市: the whole of the region of this level, by the last character of its name.
    Whole(char),
}

struct Names {
    full: HashMap<char, Vec<Vec<char>>>,
    /// Names without 省 and 市, which count only where a clause begins.
    short: HashMap<char, Vec<(Vec<char>, String)>>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let top = words(include_str!("words/provinces_and_cities.txt"));
    let counties = words(include_str!("words/counties.txt"));
    let mut names = Names { full: HashMap::new(), short: HashMap::new() };
    for name in top.iter().chain(&counties) {
        let chars: Vec<char> = name.chars().collect();
        names.full.entry(chars[0]).or_default().push(chars);
    }
    for name in &top {
        let short = shortened(name);
        if short.chars().count() >= 2 && short.len() < name.len() {
            let chars: Vec<char> = short.chars().collect();
            names.short.entry(chars[0]).or_default().push((chars, (*name).to_owned()));
        }
    }
    for list in names.full.values_mut() {
        list.sort_by_key(|name| std::cmp::Reverse(name.len()));
    }
    for list in names.short.values_mut() {
        list.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    }
    names
});

/// 湖南 of 湖南省, 广西 of 广西壮族自治区, 湘西 of 湘西土家族苗族自治州.
fn shortened(name: &str) -> &str {
    for end in ["特别行政区", "地区", "省", "市", "盟"] {
        if let Some(short) = name.strip_suffix(end) {
            return short;
        }
    }
    for start in ["内蒙古", "广西", "西藏", "宁夏", "新疆"] {
        if name.starts_with(start) && name.ends_with("自治区") {
            return start;
        }
    }
    if name.ends_with("自治州") {
        return name.char_indices().nth(2).map_or(name, |(at, _)| &name[..at]);
    }
    name
}

/// Whether two names mean one region: 祁阳 and 祁阳市, 湘西自治州 and 湘西土家族苗族自治州.
pub(super) fn same(one: &str, other: &str) -> bool {
    let bare = |name: &str| {
        let short = shortened(name).to_owned();
        short.trim_end_matches(['县', '区', '州', '旗']).trim_end_matches("自治").to_owned()
    };
    one == other || bare(one) == bare(other)
}

/// Endings of regions that no list has (new districts, parks that report, towns).
const ENDINGS: [&str; 17] = [
    "经济技术开发区",
    "高新技术产业开发区",
    "经开区",
    "高新区",
    "开发区",
    "管理区",
    "度假区",
    "自治县",
    "新区",
    "街道",
    "省",
    "市",
    "县",
    "区",
    "州",
    "镇",
    "乡",
];

/// Verbs behind which a level of government stands, not a name.
static VERBS: LazyLock<Vec<&'static str>> = LazyLock::new(|| words(include_str!("words/not_stems.txt")));

/// Parks that are named after the city before them.
const PARKS: [&str; 7] = ["经开区", "高新区", "新区", "度假区", "开发区", "管理区", "经济开发区"];

/// Words that end like a region and are none.
static OTHERS: LazyLock<Vec<&'static str>> = LazyLock::new(|| words(include_str!("words/not_regions.txt")));

/// Characters that no name of a region has.
const NEVER: &str = "数每某几其的了在对和与及、各全我本该等一二三四五六七八九十个项是为有从向被把将于至到年月日，。：；（）“”《》省市县区";

/// Longest part of a name before its ending, in characters.
const STEM_MAX: usize = 5;

/// The regions of a text, in order. `starts`: where else than at its start a name may begin (behind a date).
///
/// A name that no list has counts where it is `known`, stands before a colon, or in a row with another region.
pub(super) fn mentions(text: &[char], starts: &[usize], known: &[String]) -> Vec<Mention> {
    let all = all_mentions(text, starts, known);
    let in_row = |one: &Mention, other: &Mention| {
        one.span.end + 1 == other.span.start && matches!(text[one.span.end], '、' | '和' | '与' | '及')
    };
    // 其中湖宁市增长3.9%、金屏市增长2.7%.
    let is_led = |mention: &Mention| {
        let before = &text[..mention.span.start];
        before.ends_with(&['其', '中'])
            || before.last().is_some_and(|c| matches!(c, '、' | '和' | '，' | ','))
                && before.iter().any(char::is_ascii_digit)
    };
    let kept = all.iter().enumerate().filter(|(at, mention)| match &mention.named {
        RegionNamed::Whole('国') => mention.span.start == 0 && !rest_is_name(&text[mention.span.end..]),
        RegionNamed::Whole(_) => true,
        RegionNamed::Region(name) => {
            is_listed(name)
                || known.contains(name)
                || is_superlative(&text[..mention.span.start])
                || (mention.span.start == 0 || starts.contains(&mention.span.start) || is_led(mention))
                    && is_likely(name)
                || text.get(mention.span.end).is_some_and(|c| matches!(c, '：' | ':'))
                || all.get(at + 1).is_some_and(|next| in_row(mention, next))
                || at.checked_sub(1).is_some_and(|before| in_row(&all[before], mention))
        }
    });
    kept.map(|(_, mention)| mention.clone()).collect()
}

/// 最高的, 最低的: a region follows.
fn is_superlative(before: &[char]) -> bool {
    matches!(before, [.., '最', _, '的'])
}

/// Whether a name that begins a clause is one by its ending, and its stem no verb (建立县乡村三级…).
fn is_likely(name: &str) -> bool {
    // A verb before a prefecture (出台湘西州…) would look like a longer name.
    let ends = name.ends_with(['市', '县'])
        || name.ends_with('州') && name.chars().count() == 3
        || name.ends_with("新区")
        || name.ends_with("经开区")
        || name.ends_with("高新区");
    ends && (3..=6).contains(&name.chars().count()) && !VERBS.iter().any(|verb| name.starts_with(verb))
}

/// 全国重点实验室, 全国文明城市: the country only names.
fn rest_is_name(rest: &[char]) -> bool {
    ["重点", "统一", "首", "性", "人大", "政协", "先进", "文明", "示范", "劳", "优秀", "百强", "第"]
        .iter()
        .any(|word| rest.starts_with(&chars(word)))
}

/// Whether a list has the name, whole or short.
fn is_listed(name: &str) -> bool {
    let Some(first) = name.chars().next() else { return false };
    let full = NAMES
        .full
        .get(&first)
        .is_some_and(|names| names.iter().any(|full| full.iter().copied().eq(name.chars())));
    full || ["自治州", "自治区", "州"].iter().any(|end| {
        name.strip_suffix(end).is_some_and(|stem| {
            NAMES
                .short
                .get(&first)
                .is_some_and(|names| names.iter().any(|(short, _)| short.iter().copied().eq(stem.chars())))
        })
    })
}

fn all_mentions(text: &[char], starts: &[usize], known: &[String]) -> Vec<Mention> {
    let known: Vec<Vec<char>> = known.iter().map(|name| chars(name)).filter(|name| name.len() > 2).collect();
    let mut out: Vec<Mention> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let before = at.checked_sub(1).map(|before| text[before]);
        let joined = out.last().is_some_and(|last: &Mention| last.span.end == at);
        let led = text[..at].ends_with(&['其', '中']);
        let begins = led
            || before.is_none_or(|c| "，、：；（()和与及,:;".contains(c))
            || joined
            || is_superlative(&text[..at])
            || before.is_some_and(|c| matches!(c, '为' | '是'))
            || starts.contains(&at);
        // A name that was read before is one wherever it stands (最高的莲山县达…).
        let again = || {
            let name =
                known.iter().filter(|name| text[at..].starts_with(name)).max_by_key(|name| name.len())?;
            Some((name.len(), RegionNamed::Region(name.iter().collect())))
        };
        match at_start(text, at, begins).or_else(again) {
            Some((length, named)) => {
                // 湘潭市岳塘区 is the second.
                if joined && let Some(last) = out.last_mut() {
                    last.span.end = at + length;
                    // 望海市经开区 is a park of that city.
                    last.named = match (&last.named, named) {
                        (RegionNamed::Region(of), RegionNamed::Region(park))
                            if PARKS.contains(&park.as_str()) =>
                        {
                            RegionNamed::Region(format!("{of}{park}"))
                        }
                        (_, named) => named,
                    };
                } else {
                    out.push(Mention { span: at..at + length, named });
                }
                at += length;
            }
            None => at += 1,
        }
    }
    out
}

fn at_start(text: &[char], at: usize, begins: bool) -> Option<(usize, RegionNamed)> {
    let rest = &text[at..];
    if let [first, level, ..] = rest
        && matches!(first, '全' | '我' | '本')
        && matches!(level, '国' | '省' | '市' | '县' | '区' | '州' | '镇' | '乡')
        && rest.get(2).is_none_or(|c| !matches!(c, '域' | '间' | '级' | '场'))
    {
        return Some((2, RegionNamed::Whole(*level)));
    }
    let full = NAMES.full.get(&rest[0]).into_iter().flatten();
    let full = full.filter(|name| begins || name.len() > 2).find(|name| rest.starts_with(name));
    if let Some(name) = full
        && !(name.len() == 2 && matches!(rest[0], '和' | '全' | '各'))
    {
        return Some((name.len(), RegionNamed::Region(name.iter().collect())));
    }
    if !begins {
        return None;
    }
    // 河源县 is not 河源市 for short.
    let other =
        |short: &[char]| rest.get(short.len()).is_some_and(|c| matches!(c, '县' | '区' | '镇' | '乡' | '旗'));
    if let Some((short, name)) = NAMES
        .short
        .get(&rest[0])
        .into_iter()
        .flatten()
        .find(|(short, _)| rest.starts_with(short) && !other(short))
    {
        // 湘西自治州 is written for 湘西土家族苗族自治州.
        let more = ["自治州", "自治区", "州"].iter().find(|end| rest[short.len()..].starts_with(&chars(end)));
        return Some(match more {
            Some(end) => {
                let length = short.len() + end.chars().count();
                (length, RegionNamed::Region(rest[..length].iter().collect()))
            }
            None => (short.len(), RegionNamed::Region(name.clone())),
        });
    }
    unlisted(rest).map(|length| (length, RegionNamed::Region(rest[..length].iter().collect())))
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// The characters of a name that no list has at the start of `rest`, by its ending.
pub(super) fn unlisted(rest: &[char]) -> Option<usize> {
    for stem in 1..=STEM_MAX.min(rest.len()) {
        let c = rest[stem - 1];
        if !matches!(c, '\u{4e00}'..='\u{9fff}') || NEVER.contains(c) {
            return None;
        }
        let Some(end) = ENDINGS.iter().find(|end| {
            let mut behind = rest[stem..].iter();
            end.chars().all(|c| behind.next() == Some(&c))
        }) else {
            continue;
        };
        let length = stem + end.chars().count();
        let name: String = rest[..length].iter().collect();
        let one = end.chars().count() == 1;
        // 海州市: the name goes on behind 州.
        let goes_on = *end == "州" && rest.get(length).is_some_and(|c| matches!(c, '市' | '县' | '区'));
        if one && (stem < 2 || goes_on) {
            continue;
        }
        // 岚湖区 is a district, 洞庭湖区 a landscape.
        let landscape = stem == 2 && ["山区", "湖区", "沙区"].iter().any(|word| name.ends_with(word));
        // 越城市 is one, 大城市 none.
        let walled =
            stem == 2 && name.ends_with("城市") && !"大小新老古名县省中该各本特超全".contains(rest[0]);
        if !landscape && !walled && OTHERS.iter().any(|other| name.ends_with(other)) {
            return None;
        }
        // 城区面积, 县域, 市场: the ending begins another word.
        let next = rest.get(length);
        if one
            && next.is_some_and(|c| "域间级场容民委直管属政长".contains(*c))
            && !rest[length..].starts_with(&['政', '府'])
            && !(length == 3 && next == Some(&'委'))
        {
            return None;
        }
        return Some(length);
    }
    None
}

/// What stands behind the name of a body of the whole country: 中共楚州市委, 国家税务总局楚州市税务局.
pub(super) fn of_place(text: &str) -> &str {
    let above = ["中共", "国家税务总局", "国家统计局", "中国人民银行", "国网", "中国"];
    above.iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text)
}

/// The region a title or an office begins with: 湖南省 of 湖南省实施…, 青石县 of 青石县统计局.
pub(super) fn leading(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text: Vec<char> = of_place(&text).chars().collect();
    match text.first().and_then(|_| at_start(&text, 0, true)) {
        Some((length, RegionNamed::Region(first))) => {
            // 岳阳市云溪区人民政府.
            let next = text.get(length).and_then(|_| at_start(&text, length, true));
            match next {
                Some((_, RegionNamed::Region(second))) if !second.ends_with(['镇', '乡']) => Some(second),
                _ => Some(first),
            }
        }
        _ => None,
    }
}
