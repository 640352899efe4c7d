//! Names of indicators: what is left of a clause when numbers and predicates are taken away.

use std::ops::Range;
use std::sync::LazyLock;

use super::lexicon::{Lexicon, ending, starting};
use super::text::{ends_with, starts_with};

/// What may stand before a name without being part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// 力争, 确保: kept as a hedge.
    Modal,
    /// 全省, 实现: passed over.
    Filler,
    /// 新增长点: begins like a filler but is the name.
    Stop,
}

static LEADS: LazyLock<Lexicon<Lead>> = LazyLock::new(|| {
    Lexicon::starting([
        (include_str!("lexicon/names/modal.txt"), Lead::Modal),
        (include_str!("lexicon/names/filler.txt"), Lead::Filler),
        (include_str!("lexicon/names/stop.txt"), Lead::Stop),
    ])
});

/// Skips modal words, scope and dates at the start of `text[span]`; returns where the name starts, and the hedges.
pub(super) fn skip_leads(text: &[char], span: Range<usize>, dates: &[Range<usize>]) -> (usize, Vec<String>) {
    let mut at = span.start;
    let mut hedges = Vec::new();
    while at < span.end {
        if let Some(date) = dates.iter().find(|date| date.start == at && date.end < span.end) {
            at = date.end;
            let based = ["基础上", "的基础上"].iter().find(|word| starts_with(&text[at..span.end], word));
            at += based.map_or(0, |word| word.chars().count());
            // 2月底前、5月底前: one for each number.
            let next = dates.iter().any(|next| next.start == at + 1 && next.end < span.end);
            at += usize::from(next && matches!(text[at], '、' | '和'));
            continue;
        }
        if matches!(text[at], '、' | '和' | '及' | ':' | '-') && at == span.start {
            at += 1;
            continue;
        }
        if let Some(length) = term(&text[at..span.end]) {
            at += length;
            continue;
        }
        match LEADS.at_start(&text[at..span.end]) {
            Some((length, Lead::Modal)) => {
                hedges.push(text[at..at + length].iter().collect());
                at += length;
            }
            Some((length, Lead::Filler)) if at + length < span.end => at += length,
            _ => break,
        }
    }
    (at, hedges)
}

/// 用三年左右时间 at the start of `text`: the characters it takes.
fn term(text: &[char]) -> Option<usize> {
    const LENGTH_MAX: usize = 10;
    if text.first() != Some(&'用') {
        return None;
    }
    let end = text[..text.len().min(LENGTH_MAX)].windows(2).position(|pair| pair == ['时', '间'])?;
    text[..end].iter().any(|c| matches!(c, '年' | '月')).then_some(end + 2)
}

/// Where such a term stands in `text`.
pub(super) fn term_within(text: &[char]) -> Option<Range<usize>> {
    (0..text.len()).find_map(|at| term(&text[at..]).map(|length| at..at + length))
}

/// A name without what hangs at its ends: 的, separators, an empty bracket.
pub(super) fn tidy(text: &[char]) -> &[char] {
    const EDGE: [char; 9] = ['的', '、', '和', '与', ':', '-', '等', '/', '（'];
    let mut rest = text;
    while let [inner @ .., last] = rest
        && EDGE.contains(last)
        && !(rest.ends_with(&['共', '和']) || *last == '等' && rest.ends_with(&['高', '等']))
    {
        rest = inner;
    }
    while let [first, inner @ ..] = rest
        && matches!(first, '、' | ':' | '的')
    {
        rest = inner;
    }
    rest
}

/// Ends of names that are indicators by themselves, so that 甲和乙 before a rate are two of them.
static HEADS: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/names/heads.txt")));

/// Ends of names that several things have each for itself: what 化肥 and 农药 use cannot be added up.
static OWN: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/names/own.txt")));

/// Whether a joint name (化肥、农药使用量) has one of [`OWN`]'s endings for all its members.
pub(super) fn is_of_several(name: &[char]) -> bool {
    const MEMBER_MAX: usize = 6;
    let Some((length, ())) = OWN.at_end(name) else { return false };
    let stem = &name[..name.len() - length];
    // 县、乡、村三级 are one network.
    if stem.windows(2).any(|pair| matches!(pair, ['两' | '三' | '四', '级'])) {
        return false;
    }
    let mut from = 0;
    let mut last = stem.len();
    for cut in separators(stem) {
        if !(1..=MEMBER_MAX).contains(&(cut.start - from)) {
            return false;
        }
        (from, last) = (cut.end, stem.len() - cut.end);
    }
    from > 0 && (1..=MEMBER_MAX).contains(&last)
}

/// Names that say only which side of the thing named before is meant: 生产安全事故起数、死亡人数.
static SIDES: LazyLock<Lexicon<()>> = LazyLock::new(|| ending(include_str!("lexicon/names/sides.txt")));

/// Whether a name can stand by itself as an indicator.
pub(super) fn is_indicator(name: &[char]) -> bool {
    name.len() >= 2 && HEADS.ends(name)
}

/// Characters of the ending of an indicator (增加值, 投资) that two names share.
pub(super) fn shared_head(one: &[char], two: &[char]) -> usize {
    let head = |name: &[char]| HEADS.at_end(name).map_or(0, |(length, ())| length);
    let length = head(one).min(head(two));
    if one[one.len() - length..] == two[two.len() - length..] { length } else { 0 }
}

/// Cuts a joint subject (接待游客和旅游收入, 第一、二、三产业增加值) into its members; a single one if it is not joint.
pub(super) fn members(name: &[char]) -> Vec<Vec<char>> {
    let cuts = separators(name);
    let mut parts: Vec<&[char]> = Vec::new();
    let mut from = 0;
    for cut in cuts {
        parts.push(&name[from..cut.start]);
        from = cut.end;
    }
    parts.push(&name[from..]);
    let parts: Vec<&[char]> = parts.into_iter().map(tidy).filter(|part| !part.is_empty()).collect();
    complete(&parts)
}

/// Gives each member the ending it shares with the last (散居和集中养育孤儿补贴标准).
fn complete(parts: &[&[char]]) -> Vec<Vec<char>> {
    let Some((last, others)) = parts.split_last() else { return Vec::new() };
    let ordinal = parts[0].first() == Some(&'第');
    // 批发业、零售业、餐饮业销售额: what the members end with ends the last one's own part.
    // 化学需氧量、氨氮…重点工程减排量: of members so unlike in length nobody can say where the last one's own part ends.
    let alike = ordinal || others.iter().all(|part| part.len() == parts[0].len());
    let longest = others.iter().map(|part| part.len()).max().unwrap_or(0);
    let own = others.first().and_then(|part| part.last()).and_then(|end| {
        let same = others.iter().all(|part| part.last() == Some(end) && part.len() > 1);
        last.iter()
            .position(|c| c == end)
            .filter(|&at| same && at > 0 && at + 1 < last.len())
            .map(|at| at + 1)
    });
    let mut members: Vec<Vec<char>> = others
        .iter()
        .map(|part| {
            let mut member = part.to_vec();
            let shared = if ordinal { member.len().max(2) - 1 } else { longest };
            // 对东盟、非洲进出口: the ending is not cut within a word.
            let head = HEADS.at_end(last).map_or(0, |(length, ())| length);
            let shared = match own {
                // PM2.5、PM10平均浓度.
                _ if coded(part) == part.len() && coded(last) > 0 => coded(last),
                Some(own) => own,
                None if head > 0 && (!alike || is_within_word(last, shared, head)) => last.len() - head,
                None => shared,
            };
            let shared = if head < last.len() { shared.min(last.len() - head) } else { shared };
            // 第一产业、第二产业增加值: 产业 alone could stand, but shares what the last one has.
            let incomplete = own.is_some_and(|own| is_indicator(&last[own..]));
            // 装备制造业、原材料工业: a branch stands by itself where the last one has no measure either.
            let branch = part.len() > 2 && part.ends_with(&['业']) && last.ends_with(&['业']);
            // 固投、社零、进出口: of a last one that is only a measure nothing is shared.
            let bare = head == last.len() && own.is_none() && !ordinal;
            if (incomplete || !is_indicator(part)) && !branch && !bare && last.len() > shared {
                member.extend_from_slice(&last[shared..]);
            }
            member
        })
        .collect();
    members.push(last.to_vec());
    if let Some(length) = for_each_of(parts[0]) {
        let others = members.iter_mut().skip(1);
        for member in others.filter(|member| EACH_HAS.opens(member)) {
            member.splice(0..0, parts[0][..length].iter().copied());
        }
    }
    if members.len() > 1
        && let Some(head) = head(parts[0])
    {
        let sides = members.iter_mut().skip(1);
        for member in sides.filter(|member| is_side(member)) {
            member.splice(0..0, head.iter().copied());
        }
    }
    if ordinal {
        for member in members.iter_mut().skip(1).filter(|member| member.first() != Some(&'第')) {
            member.insert(0, '第');
        }
    }
    members
}

/// Characters of a code at the start of a name (PM2.5, SO2, NO2).
fn coded(name: &[char]) -> usize {
    name.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '.').count()
}

/// What is counted for each unit of output: 能耗, 二氧化碳排放.
static EACH_HAS: LazyLock<Lexicon<()>> =
    LazyLock::new(|| starting(include_str!("lexicon/names/each_has.txt")));

/// Characters of 单位GDP and the like before what is counted for each.
fn for_each_of(name: &[char]) -> Option<usize> {
    static OUTPUTS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/names/outputs.txt")));
    let (length, ()) = OUTPUTS.at_start(name)?;
    EACH_HAS.opens(&name[length..]).then_some(length)
}

/// 一二三产业增加值 with three numbers is that of each.
pub(super) fn sectors(name: &[char], count: usize) -> Option<Vec<Vec<char>>> {
    let first = match (name, count) {
        (['一', '二', '三', ..], 3) | (['二', '三', ..], 2) | (['一', '二', ..], 2) => &name[..count],
        (['三', '次', ..], 3) => &['一', '二', '三'][..],
        _ => return None,
    };
    let rest = if name[0] == '三' { &name[2..] } else { &name[count..] };
    let sector = rest.first() == Some(&'产');
    // 一二三产增加值 speaks of 产业.
    let rest = rest.strip_prefix(&['产', '业']).or_else(|| rest.strip_prefix(&['产']))?;
    let of = |digit: &char| ['第', *digit, '产', '业'].iter().chain(rest).copied().collect();
    sector.then(|| first.iter().map(of).collect())
}

/// Whether a cut at `at` is inside a word of the last member, which ends with a measure of `head` characters: 程|减排量,
/// 金属|产业. 总|产量 and the like belong to the measure.
fn is_within_word(last: &[char], at: usize, head: usize) -> bool {
    match last.get(at..last.len() - head) {
        Some([c]) => !matches!(c, '总' | '年' | '月' | '日' | '净' | '均'),
        Some([_, ..]) => last.ends_with(&['产', '业']) && head == 2,
        _ => false,
    }
}

fn is_side(name: &[char]) -> bool {
    SIDES.at_end(name).is_some_and(|(length, ())| length == name.len())
}

/// What a name speaks of, when it ends with one of its sides (生产安全事故 of 生产安全事故起数).
fn head(name: &[char]) -> Option<&[char]> {
    let (side, ()) = SIDES.at_end(name)?;
    let head = &name[..name.len() - side];
    (head.len() > 1).then_some(head)
}

/// Whether a name joins several indicators of which one rate is said (交通运输、仓储和邮政业增加值 is one by itself).
pub(super) fn is_joint(name: &[char], members: &[Vec<char>]) -> bool {
    if is_of_several(name) {
        return true;
    }
    let all_stand = members.iter().all(|member| is_indicator(member));
    let cuts = separators(name);
    let mut from = 0;
    let mut ends = Vec::new();
    for cut in &cuts {
        ends.push(&name[from..cut.start]);
        from = cut.end;
    }
    ends.push(&name[from..]);
    // 社会物流总费用与GDP的比率 is one thing.
    let one = cuts.iter().any(|cut| name[cut.start] == '与')
        && ["比", "比率", "比值", "比例"].iter().any(|word| ends_with(name, word));
    all_stand && !one && ends.iter().all(|part| is_indicator(tidy(part)))
}

/// 城乡低保标准 with two numbers is the towns' and the villages'.
pub(super) fn town_and_country(name: &[char]) -> Option<[Vec<char>; 2]> {
    let at = name.windows(2).position(|pair| pair == ['城', '乡'])?;
    let rest = &name[at + 2..];
    let town = if starts_with(rest, "居民") || starts_with(rest, "常住") { "城镇" } else { "城市" };
    Some(
        [town, "农村"].map(|place| {
            name[..at].iter().copied().chain(place.chars()).chain(rest.iter().copied()).collect()
        }),
    )
}

/// Where members of a joint subject are separated: 、 和 与 及 以及, outside words that merely contain them.
pub(super) fn separators(text: &[char]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut depth = 0_i32;
    while at < text.len() {
        depth += bracket(text[at]);
        match joint(text, at) {
            Some(length) if depth <= 0 => {
                found.push(at..at + length);
                at += length;
            }
            _ => at += 1,
        }
    }
    found
}

fn bracket(c: char) -> i32 {
    match c {
        '“' | '(' | '《' | '‘' | '「' => 1,
        '”' | ')' | '》' | '’' | '」' => -1,
        _ => 0,
    }
}

fn joint(text: &[char], at: usize) -> Option<usize> {
    static WITHIN: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/names/joint_within.txt")));
    static BEFORE: LazyLock<Lexicon<()>> =
        LazyLock::new(|| starting(include_str!("lexicon/names/joint_before.txt")));
    match text[at] {
        '、' => Some(1),
        '以' if starts_with(&text[at..], "以及") => Some(2),
        '且' => {
            let word = at > 0 && matches!(text[at - 1], '而' | '并' | '尚' | '况' | '暂');
            (at > 0 && !word && text.get(at + 1) != Some(&'末')).then_some(1)
        }
        '而' if at > 0 && starts_with(&text[at..], "而且") => Some(2),
        '并' if at > 0 && starts_with(&text[at..], "并且") => Some(2),
        '和' | '与' | '及' | '并' => {
            let inside = at > 0 && WITHIN.opens(&text[at - 1..]);
            let other = BEFORE.opens(&text[at..]);
            (!inside && !other && at > 0).then_some(1)
        }
        _ => None,
    }
}
