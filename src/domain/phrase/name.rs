//! Names of indicators: what is left of a clause when numbers and predicates are taken away.

use std::ops::Range;
use std::sync::LazyLock;

use super::lexicon::Lexicon;
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
    const MODAL: &str = "力争 确保 争取 努力 务必 力保 力求 奋力 原则上 预期 预计";
    const FILLER: &str = "取得 获得 斩获 荣获 实现 推动 推进 促进 截至 截止 全年 年内 今年 今年底 本年 本年度 当年 全省 全市 全县 全区 全州 我省 我市 我县 我区 各地 其中 重点 \
        到 至 完成 保持 开展 举办 组织 力争实现 建设 建成 打造 培育 使 将 并 同时 分别 年底前 年底 达到 上半年 下半年 进一步 高质量 \
        有序推进 稳妥推进 稳妥有序推进 统筹推进 一体推进 扎实 积极 加快 全力 继续 持续 稳步 着力 大力 深入 统筹 切实 坚决 联动 省市县联动 拟 拟安排 安排 做到 在 各市州 计划 再 累计 \
        一季度 二季度 三季度 四季度 一季度末 二季度末 三季度末 四季度末 一季度前 二季度前 三季度前 四季度前 月底前 第一季度 第二季度 第三季度 第四季度 主要目标是 主要预期目标是 预期目标是 目标是 其中的 每年 全面";
    const STOP: &str = "获得感 高质量发展 实现率 推动力 完成率 保持率 建设用地 建设兵团 建成区 培育率 重点 重点群体 重点人群 重点行业 重点产业 重点企业 \
        重点项目 重点实验室 重点用能单位 重点建设项目 重点建设用地 重点产品 重点税源 重点任务 重点工作 重点水域 重点湖泊 重点河流 \
        重点场所 重点车辆 重点高校 重点村 重点镇 重点流域 重点区域 重点工程 重点领域 至善 将军 在校 在建 在园 在库 在册 在岗 在地 在线 在营 在用 在编 使用 组织部 \
        组织化 安排资金 再生 再贷款 再就业 到期 到位 到账 到户 到村 到港 计划生育 计划免疫 组织振兴 全面建设 累计折旧 保持力";
    let words = |list: &'static str, lead| list.split_whitespace().map(move |word| (word, lead));
    Lexicon::of_prefixes(
        words(MODAL, Lead::Modal).chain(words(FILLER, Lead::Filler)).chain(words(STOP, Lead::Stop)),
    )
});

/// Skips modal words, scope and dates at the start of `text[span]`; returns where the name starts, and the hedges.
pub(super) fn skip_leads(text: &[char], span: Range<usize>, dates: &[Range<usize>]) -> (usize, Vec<String>) {
    let mut at = span.start;
    let mut hedges = Vec::new();
    while at < span.end {
        if let Some(date) = dates.iter().find(|date| date.start == at && date.end < span.end) {
            at = date.end;
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
static HEADS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    const WORDS: &str = "增加值 收入 投资 总额 销售额 成交额 交易额 零售额 出口额 进口额 贸易额 产值 总产值 利润 利润总额 税收 税额 花费 率 占比 \
        比重 比例 面积 贷款 存款 余额 出口 进口 消费 进出口 营收 人数 人次 人口 游客 产量 总量 销量 数量 数 用电量 吞吐量 货运量 客运量 \
        周转量 生产总值 总产 额 费用 成本 支出 起数 规模 标准 浓度 强度 指数 能耗 储量 里程 流量 订单 业务量 覆盖率 消费额 保费 \
        融资 外资 内资 经费 旅游 入境游 补助 补贴 水平 经济 产业 工业 服务业 农业 住宿 餐饮 GDP 时间 时限 时长 频次 次数 \
        使用量 施用量 排放量 减排量 入学率 入园率 参保率 利用率 优良率 优良路率 合格率 达标率 普及率 网办率 就诊率 满意率 治理率 处理率 收集率 回收率 办结率 就业率 \
        批次 金额 件数 损失 签约率 发病率 死亡率 贡献率 转化率 自给率 申请量 授权量";
    Lexicon::of_suffixes(WORDS.split_whitespace().map(|word| (word, ())))
});

/// Ends of names that several things have each for itself: what 化肥 and 农药 use cannot be added up.
static OWN: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    const WORDS: &str = "使用量 施用量 排放量 产量 浓度 发病率 死亡率 入学率 覆盖率 普及率 自给率 合格率";
    Lexicon::of_suffixes(WORDS.split_whitespace().map(|word| (word, ())))
});

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
const SIDES: [&str; 30] = [
    "死亡人数",
    "亡人数",
    "伤亡人数",
    "受伤人数",
    "起数",
    "件数",
    "发生数",
    "产量",
    "申请量",
    "授权量",
    "单产",
    "播种面积",
    "种植面积",
    "面积",
    "产值",
    "数量",
    "总量",
    "总额",
    "增速",
    "占比",
    "比重",
    "强度",
    "次数",
    "频次",
    "金额",
    "直接经济损失",
    "经济损失",
    "营业收入",
    "进口",
    "出口",
];

/// Whether a name can stand by itself as an indicator.
pub(super) fn is_indicator(name: &[char]) -> bool {
    name.len() >= 2 && HEADS.at_end(name).is_some()
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
                Some(own) => own,
                None if !alike && head > 0 => last.len() - head,
                None => shared,
            };
            let shared = if head < last.len() { shared.min(last.len() - head) } else { shared };
            // 第一产业、第二产业增加值: 产业 alone could stand, but shares what the last one has.
            let incomplete = own.is_some_and(|own| is_indicator(&last[own..]));
            // 装备制造业、原材料工业: a branch stands by itself where the last one has no measure either.
            let branch = part.len() > 2 && part.ends_with(&['业']) && last.ends_with(&['业']);
            if (incomplete || !is_indicator(part)) && !branch && last.len() > shared {
                member.extend_from_slice(&last[shared..]);
            }
            member
        })
        .collect();
    members.push(last.to_vec());
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

fn is_side(name: &[char]) -> bool {
    SIDES.iter().any(|side| side.chars().eq(name.iter().copied()))
}

/// What a name speaks of, when it ends with one of its sides (生产安全事故 of 生产安全事故起数).
fn head(name: &[char]) -> Option<&[char]> {
    let side = SIDES.iter().find(|side| ends_with(name, side))?;
    let head = &name[..name.len() - side.chars().count()];
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
    const WITHIN: [&str; 14] = [
        "共和", "总和", "饱和", "温和", "缓和", "中和", "参与", "给与", "普及", "涉及", "以及", "合并",
        "兼并", "暨",
    ];
    const BEFORE: [&str; 14] = [
        "和谐",
        "和平",
        "和美",
        "和田",
        "与否",
        "与会",
        "及时",
        "及以上",
        "及以下",
        "及其",
        "并购",
        "并网",
        "并联",
        "并轨",
    ];
    match text[at] {
        '、' => Some(1),
        '以' if starts_with(&text[at..], "以及") => Some(2),
        '和' | '与' | '及' | '并' => {
            let inside = at > 0 && WITHIN.iter().any(|word| starts_with(&text[at - 1..], word));
            let other = BEFORE.iter().any(|word| starts_with(&text[at..], word));
            (!inside && !other && at > 0).then_some(1)
        }
        _ => None,
    }
}
