//! Whether a phrase speaks of another measure than the one it is put on: 社零增长5% on 规模工业增加值.
//!
//! Names of one thing differ much in writing (社零, 社会消费品零售总额; 规上, 规模以上), so only what has little in common is
//! said to be another: a doubt to be looked at, never a reason to refuse.

use std::sync::LazyLock;

use super::lexicon::list;
use super::parsed::PhraseTarget;
use super::{name, phrase_reader};
use crate::target::Kind;

/// Words that several names have for one thing: as written, and as compared. The longest first: 生产总值 is within
/// 地区生产总值, which has been replaced by then.
static SAME: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| longest_first(pairs(include_str!("lexicon/likeness/same.txt"))));

/// The same of names that are made of such words: compared after those are one.
static MADE_OF: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| longest_first(pairs(include_str!("lexicon/likeness/made_of.txt"))));

/// Words of a name that do not tell one measure from another.
static COMMON: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| longest_first(list(include_str!("lexicon/likeness/common.txt")).map(|word| (word, ""))));

/// Pairs of which a measure is one or the other.
static CONTRASTS: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| pairs(include_str!("lexicon/likeness/contrasts.txt")).collect());

/// The two words of each line.
fn pairs(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    list(text).filter_map(|line| line.split_once(' '))
}

fn longest_first(
    words: impl Iterator<Item = (&'static str, &'static str)>,
) -> Vec<(&'static str, &'static str)> {
    let mut words: Vec<_> = words.collect();
    words.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
    words
}

/// Beginnings of names of what is used for each unit of another thing (万元工业增加值用水量).
static FOR_EACH: LazyLock<Vec<&str>> =
    LazyLock::new(|| list(include_str!("lexicon/likeness/for_each.txt")).collect());

/// What names of rates have in them.
static RATES: LazyLock<Vec<&str>> =
    LazyLock::new(|| list(include_str!("lexicon/likeness/rates.txt")).collect());

/// Words of movement that stand where a name would and name nothing (保持增长, 降幅收窄).
static MOVEMENTS: LazyLock<Vec<&str>> =
    LazyLock::new(|| list(include_str!("lexicon/likeness/movements.txt")).collect());

/// Whether it is the name of a figure, and not only a movement or a rule that all be done (应检尽检).
fn is_name(text: &str) -> bool {
    let all = text.starts_with('应') && text.chars().nth(2) == Some('尽') && text.chars().count() == 4;
    !all && !MOVEMENTS.contains(&text)
}

/// Whether `phrase` promises something of another measure than the one called `measure` or one of its `aliases`. A phrase
/// without the name of a figure (增长5%, 完成验收) names none.
///
/// ```
/// use xushi_domain::phrase::names_other;
///
/// assert!(names_other("社零增长5%", "规模工业增加值", []));
/// assert!(!names_other("社零增长5%", "社会消费品零售总额", []));
/// ```
pub fn names_other<'a>(phrase: &str, measure: &'a str, aliases: impl IntoIterator<Item = &'a str>) -> bool {
    let named: Vec<String> = phrase_reader::read(phrase)
        .targets
        .iter()
        .filter(|target| is_of_figure(target) && is_name(target.indicator.trim()))
        .map(|target| plain(&target.indicator))
        .collect();
    let known: Vec<String> =
        std::iter::once(measure).chain(aliases).filter(|name| !name.is_empty()).map(plain).collect();
    let other = |name: &String| !name.is_empty() && known.iter().all(|known| is_other(name, known));
    !named.is_empty() && named.iter().all(other)
}

fn is_of_figure(target: &PhraseTarget) -> bool {
    !matches!(target.kind, Kind::Qualitative | Kind::Milestone)
}

/// A name without what several names of one measure differ by.
fn plain(name: &str) -> String {
    let mut text = name.trim().to_owned();
    if let Some(at) = text.find(['（', '(']) {
        text.truncate(at);
    }
    for (written, same) in SAME.iter().chain(MADE_OF.iter()) {
        text = text.replace(written, same);
    }
    for (word, nothing) in COMMON.iter() {
        if text.chars().count() > word.chars().count() {
            text = text.replace(word, nothing);
        }
    }
    text
}

fn is_other(one: &str, two: &str) -> bool {
    let contrast = |&(left, right): &(&str, &str)| {
        one.contains(left) && two.contains(right) && !one.contains(right) && !two.contains(left)
            || one.contains(right) && two.contains(left) && !one.contains(left) && !two.contains(right)
    };
    let for_each = |one: &str, other: &str| {
        FOR_EACH.iter().any(|word| one.starts_with(word)) && !RATES.iter().any(|word| other.contains(word))
    };
    if CONTRASTS.iter().any(contrast) || for_each(one, two) || for_each(two, one) {
        return true;
    }
    let (one, two): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
    if is_within(&one, &two) || is_within(&two, &one) {
        return false;
    }
    // 服务业增加值 and 工业增加值 share only what is measured of them.
    let shared = name::shared_head(&one, &two);
    let (one, two) = (&one[..one.len() - shared], &two[..two.len() - shared]);
    if one.is_empty() || two.is_empty() {
        return false;
    }
    let mut left = two.to_vec();
    let common = one
        .iter()
        .filter(|c| left.iter().position(|other| other == *c).map(|at| left.swap_remove(at)).is_some());
    common.count() * 5 < one.len().min(two.len()) * 3
}

/// Whether all characters of `short` stand in `long` in their order, as those of an abbreviation do.
fn is_within(short: &[char], long: &[char]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|c| rest.any(|other| other == c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A phrase, a measure, and whether the phrase speaks of another one.
    const NAMES_OTHER: &[(&str, &str, bool)] = &[
        ("社零增长5%", "规模工业增加值", true),
        ("社会消费品零售总额增长5.5%以上", "社会消费品零售总额", false),
        ("社零增长5%", "社会消费品零售总额", false),
        ("规上工业增加值增长7%", "规模工业增加值", false),
        ("规模以上工业增加值增长7%", "规模工业增加值", false),
        ("服务业增加值增长6%", "规模工业增加值", true),
        ("固投增速进入全省前五", "固定资产投资", false),
        ("工业投资增长8%", "固定资产投资", true),
        ("工业投资增速转正", "房地产开发投资", true),
        ("GDP增长5%", "地区生产总值", false),
        ("经济总量突破5万亿元", "地区生产总值", false),
        ("农村居民人均可支配收入增长6%", "城镇居民人均可支配收入", true),
        ("城镇居民人均可支配收入增长6%", "居民人均可支配收入", false),
        ("居民收入增速高于经济增速", "居民人均可支配收入", false),
        ("税收收入增长4%", "一般公共预算收入", true),
        ("新增城镇就业70万人", "城镇新增就业", false),
        ("城镇新增就业70万人", "城镇新增就业人数", false),
        ("常住人口城镇化率提高0.9个百分点", "城镇化率", false),
        ("森林覆盖率稳定在60%以上", "5G网络覆盖率", true),
        ("PM2.5平均浓度下降1—2微克/立方米", "细颗粒物平均浓度", false),
        ("生产安全事故起数下降5%", "生产安全事故死亡人数", true),
        ("较大及以上事故零发生", "较大及以上生产安全事故起数", false),
        ("粮食产量达到600亿斤", "进出口总额", true),
        ("全社会研发经费投入增长9%以上", "R&D经费投入", false),
        ("外贸进出口增长6%", "进出口总额", false),
        ("增长5%", "规模工业增加值", false),
        ("6月底前完成主体封顶", "投资完成额", false),
        ("持续优化营商环境", "进出口总额", false),
        ("地区生产总值增长5%，规模工业增加值增长6%", "规模工业增加值", false),
        ("全市接待游客增长10%", "旅游人次", true),
        ("保持增长", "外贸进出口总额", false),
        ("持续下降", "生产安全事故起数", false),
        ("实现正增长", "进出口", false),
        ("降幅收窄", "进出口", false),
        ("由负转正", "进出口", false),
        ("稳中有升", "外贸进出口总额", false),
        ("应检尽检", "新生儿疾病筛查率", false),
        ("进出口降幅收窄", "外贸", false),
        ("进出口降幅收窄", "社会消费品零售总额", true),
        ("社零总额增长5%", "社会消费品零售总额", false),
        ("固投增长5%", "固定资产投资（不含农户）", false),
        ("规上工业增长7%", "规模以上工业增加值", false),
        ("工业增加值增长7%", "规模工业增加值", false),
        ("GDP增速5%左右", "地区生产总值", false),
        ("单位GDP能耗下降3%", "能耗强度", false),
        ("万元GDP能耗下降3%", "单位地区生产总值能源消耗", false),
        ("研发投入强度达到3%", "R&D经费占GDP比重", false),
        ("R&D经费投入强度达到2.8%以上", "全社会研发经费投入占地区生产总值比重", false),
        ("CPI涨幅控制在3%以内", "居民消费价格指数", false),
        ("地方一般公共预算收入增长4%", "地方财政收入", false),
        ("实际利用外资增长5%", "实际使用外资金额", false),
        ("房地产开发投资下降5%以内", "房地产投资", false),
        ("农村居民收入增长6%", "农村居民人均可支配收入", false),
        ("城镇调查失业率控制在5.5%左右", "城镇调查失业率", false),
        ("空气质量优良天数比率达到88%", "空气质量优良率", false),
        ("高新技术企业突破1.8万家", "高企数量", false),
        ("粮食总产量稳定在600亿斤", "粮食产量", false),
        ("规上服务业营业收入增长8%", "规模以上服务业企业营业收入", false),
        ("规上服务业营业收入增长8%", "规模以上工业企业营业收入", true),
        ("进口增长5%", "出口", true),
        ("出口总额增长5%", "进出口总额", false),
        ("GDP增长5%", "固定资产投资", true),
        ("固投增长5%", "社会消费品零售总额", true),
        ("单位GDP能耗下降3%", "地区生产总值", true),
        ("人均地区生产总值增长5%", "人均可支配收入", true),
        ("万元工业增加值用水量下降4%", "规模工业增加值", true),
        ("常住人口城镇化率提高0.9个百分点", "户籍人口城镇化率", true),
    ];

    #[test]
    fn another_measure_is_told_from_another_name() {
        let mut wrong = Vec::new();
        for &(phrase, measure, other) in NAMES_OTHER {
            if names_other(phrase, measure, []) != other {
                wrong.push((phrase, measure, other));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(!names_other("全市接待游客增长10%", "旅游人次", ["接待游客人次"]));
    }
}
