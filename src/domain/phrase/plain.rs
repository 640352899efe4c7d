//! Promises without a number: coverage, dated steps, trends, and work whose result a person judges.

use std::sync::LazyLock;

use super::lexicon::Lexicon;
use super::name;
use super::quantity::starts_with;
use super::{Direction, PhraseTarget};
use crate::domain::target::{Comparator, Kind};

/// What a clause without a usable number is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plain {
    /// A promise that can be followed by itself.
    Promise(PhraseTarget),
    /// Work described by a verb, without a measure.
    Work(PhraseTarget),
    /// Nothing the grammar knows.
    Unknown,
}

/// Words in a clause that decide what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// 暂未下达: there is no target yet.
    Pending,
    Coverage,
    /// A deadline (6月底前 is a date and found apart).
    Deadline,
    /// 封顶, 通车.
    Completion,
    /// 持续, 稳步 …: with a change word, a trend.
    Manner,
    /// 稳中有降: a trend by itself.
    Trend(Direction),
    /// 下降, 提升.
    Change(Direction),
    Stop,
}

static SIGNS: LazyLock<Lexicon<Sign>> = LazyLock::new(|| {
    use Sign::{Change, Completion, Coverage, Deadline, Manner, Pending, Stop, Trend};
    const PENDING: &str = "未下达 待下达 尚未下达 另行下达 另行确定 待确定 未明确 待明确 未分解 暂未确定 尚未确定 待定 以国家下达为准";
    const COVERAGE: &str = "全覆盖 应检尽检 应保尽保 应收尽收 应纳尽纳 应贷尽贷 愿检尽检 应改尽改 应转尽转 应上尽上 应报尽报 应享尽享 应治尽治 \
        应救尽救 应兑尽兑 应退尽退 应付尽付 应建尽建 应统尽统 应接尽接 应入尽入 应助尽助 应养尽养 应查尽查 应免尽免 应种尽种 应赔尽赔 应列尽列 应进必进 \
        应公开尽公开 应归尽归 应绿尽绿 应罚尽罚 应训尽训 应发尽发 应缴尽缴 应优尽优 应延尽延 应签尽签 应通尽通 应拆尽拆 应减尽减 应放尽放 应评尽评 \
        全部 均完成 均实现 均达到 均建成 均达标 均开工 均纳入 全面覆盖 全域覆盖 全数 村村通 户户通 一个不少 一个不落 全员覆盖 \
        均通 都建有 均建有 均设立 均建立 实现县县 县县通";
    const DEADLINE: &str = "年底前 月底前 年内 上半年 下半年 年底 年中 季度末 一季度 二季度 三季度 四季度 汛期前 春节前 国庆前 供暖季前 入冬前 \
        汛前 季度前 节前 按期 如期 按时 年末";
    const COMPLETION: &str = "封顶 通车 竣工 投产 投用 投运 开工 建成 完工 贯通 验收 交付 启用 开通 运营 上线 挂牌 落成 入驻 试运行 并网 合龙 \
        点火 下线 首飞 收官 完成主体 出台 印发 颁布 完成编制 完成改革 完成整改 完成建设 见效 蓄水 发电 通水 通气 通航 开园 开馆 开业 开学 揭牌 \
        进入高峰期 启动 完成 建设完毕 达产 进场 动工 落地";
    const MANNER: &str = "持续 不断 稳步 稳定 进一步 逐步 逐年 明显 显著 大幅 继续 平稳 有效 加快 较快 总体 切实 有序 稳中 逐月 \
        逐季 双 持续性 合理 同步 快速 较大幅度 恢复性 整体 普遍 全面 更加 更趋 深入 不 较大 保持";
    const RISING: &str = "稳中有升 稳中向好 稳中有进 稳中提质 止跌回升 止跌回稳 止跌企稳 由负转正 正增长 只增不减 只升不降 稳步向好 回升向好 双提升 双增长 \
        企稳回升 稳中有增 扭亏为盈 两位数增长 两位数以上增长 位次前移 争先进位 保稳提质 促稳提质 稳定增长 较快增长 增势良好 持续增收 稳中向优";
    const FALLING: &str = "稳中有降 双下降 双降 三下降 只减不增 只降不升 零增长 负增长 逐年递减 有降无升 三降 压降 总体下降 “双下降” “双降” 压减 全面下降 四下降";
    const HOLDING: &str = "总体平稳 总体稳定 基本稳定 基本平稳 保持稳定 保持平稳 平稳运行 平稳有序 平稳健康 大局稳定 持续稳定 稳定运行 安全稳定 稳定向好";
    const UP: &str = "增长 提升 提高 扩大 改善 好转 增加 上升 增强 优化 回升 向好 壮大 增收 增多 攀升 提速 提质 趋好 夯实 健全 完善 凸显 \
        释放 形成 巩固 丰富 拓展 放大 做大 深化 升级 恢复 活跃 加强 跃升 前移 进位";
    const DOWN: &str = "下降 降低 减少 缩小 缩短 收窄 压减 压降 减轻 下行 回落 好转率 压缩 遏制 递减 减弱";
    const STOPS: &str = "增长点 增长极 下降通道 提升行动 提升工程 提升计划 改善计划 扩大会议 完成率 完成情况 开工率 建成区 交付率 验收标准 启动资金 启动区 \
        启动仪式 落地率 落地见效率 上线率 运营商 运营成本 运营主体 运营管理 增加值 增收节支 提升年 升级版 落地转化率 优化调整 全部投资 \
        保持在 恢复力 双创 双碳 双随机 双向 双循环 双千 双百 双拥 双语 双高 双一流 双减 双招双引 双公示 全面建设 全面推进 全面推行 全面深化 全面落实 全面完成 \
        不动产 不良 不断完善 不发生 深入推进 深入实施 深入开展 完善提升 合理区间 基本平衡 不合格 有效投资 有效需求 有效衔接 快速路 加快推进 加快建设 加快发展 \
        加快构建 加快打造 加快培育 加快实施 加快形成 进一步完善 整体推进 有序推进 稳步推进 稳步实施 不断健全 持续推进 持续开展 持续实施 持续深化 持续打好 \
        建设提升 质量提升 能力提升 提质增效 提质改造 提质升级 转型升级 扩大内需 扩大开放 增强型 改善型 优化营商环境行动 持续优化营商环境行动";
    let words = |list: &'static str, sign| list.split_whitespace().map(move |word| (word, sign));
    Lexicon::of_prefixes(
        words(PENDING, Pending)
            .chain(words(COVERAGE, Coverage))
            .chain(words(DEADLINE, Deadline))
            .chain(words(COMPLETION, Completion))
            .chain(words(MANNER, Manner))
            .chain(words(RISING, Trend(Direction::Up)))
            .chain(words(FALLING, Trend(Direction::Down)))
            .chain(words(HOLDING, Trend(Direction::Hold)))
            .chain(words(UP, Change(Direction::Up)))
            .chain(words(DOWN, Change(Direction::Down)))
            .chain(words(STOPS, Stop)),
    )
});

/// Verbs of work whose result is judged by a person.
static WORK: LazyLock<Lexicon<bool>> = LazyLock::new(|| {
    const WORDS: &str = "完成 推进 推动 加快 实施 开展 举办 办好 培育 打造 引进 发展 支持 建立 健全 完善 构建 落实 强化 加强 深化 提升 提高 \
        促进 扩大 优化 规范 推广 探索 创新 争取 争创 创建 启动 开工 制定 出台 印发 编制 发布 组织 保障 守牢 守住 兜牢 确保 防范 化解 整治 治理 淘汰 \
        压减 关闭 退出 清理 清零 发放 兑现 救助 培训 帮扶 覆盖 签约 落地 转化 攻克 突破 形成 获批 认定 设立 成立 组建 搭建 布局 引导 鼓励 吸引 集聚 做好 \
        抓好 做强 做大 用好 巩固 拓展 恢复 修复 实现 达到 保持 稳定 降低 减少 建设 建成 新建 改造 新增 进入 取得 基本平衡 不发生 杜绝 遏制 严防 严控 \
        严格 坚持 坚决 力争 打好 打赢 打通 整合 统筹 服务 融入 衔接 承接 申报 申建 配置 改革 运行 投用 使用 提质 增效 扩围 普及 推行 实行 \
        建优 建强 建好 补齐 夯实 盘活 培养 选派 遴选 评选 举行 承办 管控 监管 监测 排查 整改 见效 不出现 零发生 零容忍 按时足额 有序 良好 \
        合理区间 盈余 平衡 完工 收官 制订 修订 编印 梳理 督促 督导 协调 对接 谋划 储备 招引 升级 转型 壮大 延伸 做优 激活 释放 挖掘 用足 扶持 抓实 \
        办理 受理 公示 压实 履行 配合 参与 跟踪 检查 抽查 执行 维护 弘扬 传承 保护 繁荣 推介 倡导 普惠 惠及 接入 集成 共享 互认 互通 开放 \
        开通 交付 贯通 并网 上线 消除 召开 筹建 筹办 迎接 延续 缓解 破解 破除 纾解 引领 赋能 增强 提振 激励 防控 抵御 应对 处置 打击 取缔 关停 \
        搬迁 腾退 升格 入选 打响 擦亮 叫响 讲好 归集 共建 联动 协同 打破 畅通 疏通 连通 联通 引入 吸纳 防止 避免 纠正 纠治 查处 督查 考核 评估 试点 \
        试行 创成 达标 振兴 复苏 回暖 止跌 企稳 供给 供应 保供 稳价 稳产 增产 扩种 倍增 跨越 迈向 跻身 位居 做精 做细 攻坚 理顺 精简 稳住 稳妥 \
        兜底 救治 安置 保交 回收 更新 替代 种植 养护 管护 绿化 美化 节约 循环 利用 开发 研发 研制 试验 首飞 下线 攻关 孵化 加速 引育 招聘 录用 上市 \
        筹集 募集 投放 增加 延长 下调 上调 取消 放宽 简化 缩短 减免 减征 免征 返还 缓缴 贴息 补贴 奖补 支付 偿还 置换 清退 清偿 挂牌 验收 竣工 通车 封顶";
    const OFFICES: &str = "发展改革委 发展和改革 组织部 改革委 保障局 保障厅 社会保障 建设厅 建设局 协调组 监管局 服务中心 服务局 发展局 发展中心 \
        监督管理局 保护局 治理局 应急管理 管理局 开放办 创新委 使用权 增加值 改革办 攻坚办 服务业";
    let words = |list: &'static str, work| list.split_whitespace().map(move |word| (word, work));
    Lexicon::of_prefixes(words(WORDS, true).chain(words(OFFICES, false)))
});

/// The signs of a clause, once each.
#[derive(Debug, Default)]
struct Signs {
    pending: bool,
    coverage: Option<(usize, usize)>,
    deadline: bool,
    completion: bool,
    manner: bool,
    trend: Option<(usize, Direction)>,
    change: Option<(usize, Direction)>,
    work: bool,
}

fn signs(text: &[char], shielded: &[bool]) -> Signs {
    let mut signs = Signs::default();
    let mut at = 0;
    let mut last_manner = usize::MAX;
    while at < text.len() {
        if shielded[at] && text[at] != '“' {
            at += 1;
            continue;
        }
        match WORK.at_start(&text[at..]) {
            Some((length, false)) => {
                at += length;
                continue;
            }
            found => signs.work |= !shielded[at] && found.is_some(),
        }
        let Some((length, sign)) = SIGNS.at_start(&text[at..]) else {
            at += 1;
            continue;
        };
        match sign {
            Sign::Pending => signs.pending = true,
            Sign::Coverage => signs.coverage = signs.coverage.or(Some((at, at + length))),
            Sign::Deadline => signs.deadline = true,
            Sign::Completion => signs.completion = true,
            Sign::Manner => {
                signs.manner = true;
                if last_manner == usize::MAX {
                    last_manner = at;
                }
            }
            Sign::Trend(direction) => signs.trend = signs.trend.or(Some((at, direction))),
            Sign::Change(direction) => {
                let start = if last_manner == usize::MAX { at } else { last_manner };
                signs.change = signs.change.or(Some((start, direction)));
            }
            Sign::Stop => signs.work = true,
        }
        at += length;
    }
    signs
}

/// Reads a clause (or a part of one) that has no number to promise. `dated`: a date stands in it.
pub(super) fn read(text: &[char], shielded: &[bool], dates: &[std::ops::Range<usize>]) -> Plain {
    let (start, mut hedges) = name::skip_leads(text, 0..text.len(), dates);
    let signs = signs(text, shielded);
    if signs.pending || text.is_empty() {
        return Plain::Unknown;
    }
    let body = &text[start.min(text.len())..];
    if let Some(mut target) = super::relative::compare(body, None) {
        if let Some(word) = target.hedge.take() {
            hedges.push(word);
        }
        target.hedge = joined(&hedges);
        return Plain::Promise(target);
    }
    let target = |kind, comparator, direction, until: usize| PhraseTarget {
        indicator: name::written(name::tidy(&text[start.min(until)..until])),
        kind,
        comparator,
        value: None,
        value_hi: None,
        unit: String::new(),
        direction,
        hedge: joined(&hedges),
        benchmark: None,
    };
    let dated = signs.deadline || !dates.is_empty();
    // 12月底前全部完工 is a day to be kept, 全部达标 a share of all.
    let whole =
        |&(from, to): &(usize, usize)| dated && signs.completion && starts_with(&text[from..to], "全部");
    if let Some((from, to)) = signs.coverage.filter(|found| !whole(found)) {
        let until =
            if to == text.len() && from > start { predicate_start(&text[..from]) } else { text.len() };
        return Plain::Promise(target(
            Kind::Coverage,
            Some(Comparator::Equal),
            Direction::Up,
            until.max(start),
        ));
    }
    if dated && signs.completion {
        return Plain::Promise(target(Kind::Milestone, None, Direction::Up, text.len()));
    }
    if let Some((at, direction)) = signs.trend.or(if signs.manner { signs.change } else { None }) {
        let until = if at > start { at - said_before(&text[start..at]) } else { text.len() };
        return Plain::Promise(target(Kind::Trend, None, direction, until));
    }
    if (signs.work || signs.completion) && !is_title(text) {
        let promise = target(Kind::Qualitative, None, judged_direction(text), text.len());
        // 确保…, 守牢…底线 and 清零 bind by themselves; other work does so only when nothing else in the phrase does.
        let firm = hedges.iter().any(|hedge| hedge == "确保" || hedge == "力争") || binds(text);
        return if firm { Plain::Promise(promise) } else { Plain::Work(promise) };
    }
    Plain::Unknown
}

/// A document's title or a line of offices, not a task about them.
fn is_title(text: &[char]) -> bool {
    const DOCUMENTS: [&str; 9] = ["方案", "通知", "办法", "意见", "条例", "规划", "细则", "月报", "文件"];
    const HANDLED: [&str; 14] = [
        "制定",
        "出台",
        "印发",
        "编制",
        "发布",
        "完成",
        "修订",
        "落实",
        "推动",
        "制订",
        "执行",
        "实施好",
        "研究",
        "审议",
    ];
    const OFFICES: [&str; 5] = ["牵头", "负责", "牵头负责", "按职责分工负责", "领导小组"];
    let ends = |word: &&str| super::items::ends_with(text, word);
    let has = |word: &&str| (0..text.len()).any(|at| starts_with(&text[at..], word));
    let begins_with_work = WORK.at_start(text).is_some_and(|(_, work)| work);
    OFFICES.iter().any(ends) || (DOCUMENTS.iter().any(ends) && !begins_with_work && !HANDLED.iter().any(has))
}

/// Where the words before a coverage word start (实现全省全覆盖).
fn predicate_start(text: &[char]) -> usize {
    const BEFORE: [&str; 8] = ["实现", "全省", "全市", "全县", "县域", "基本", "做到", "省市县"];
    // What is covered may stand behind the verb: 阅读空间实现乡镇全覆盖.
    if let Some(at) = (1..text.len()).rev().find(|&at| starts_with(&text[at..], "实现")) {
        return at;
    }
    let mut end = text.len();
    while let Some(word) = BEFORE.iter().find(|word| super::items::ends_with(&text[..end], word)) {
        end -= word.chars().count();
    }
    end
}

/// Characters of the verb before a trend (投资实现正增长), unless nothing is left without it.
fn said_before(text: &[char]) -> usize {
    let verb = ["实现", "保持", "确保", "力争"].iter().find(|word| super::items::ends_with(text, word));
    verb.map_or(0, |word| word.chars().count()).min(text.len().saturating_sub(1))
}

fn binds(text: &[char]) -> bool {
    const WORDS: [&str; 8] = ["守牢", "守住", "清零", "不发生", "不出现", "底线", "按时足额", "高质量完成"];
    WORDS.iter().any(|word| (0..text.len()).any(|at| starts_with(&text[at..], word)))
}

/// Whether a clause only says when.
pub(super) fn is_time(text: &[char], dates: &[std::ops::Range<usize>]) -> bool {
    const TIMES: [&str; 12] = [
        "上半年",
        "下半年",
        "全年",
        "今年",
        "年底前",
        "一季度",
        "二季度",
        "三季度",
        "四季度",
        "近年来",
        "年内",
        "今年以来",
    ];
    if TIMES.iter().any(|word| word.chars().eq(text.iter().copied())) {
        return true;
    }
    let said: usize = dates.iter().map(std::iter::ExactSizeIterator::len).sum();
    said > 0 && text.len() - said <= 2
}

fn judged_direction(text: &[char]) -> Direction {
    let has =
        |words: &[&str]| words.iter().any(|word| (0..text.len()).any(|at| starts_with(&text[at..], word)));
    if has(&["守牢", "守住", "不发生", "按时足额", "兜牢", "杜绝", "平衡", "底线", "合理区间"])
    {
        Direction::Hold
    } else if has(&["清零", "遏制", "压降", "压减", "降低", "减少", "严控", "化解", "淘汰"])
    {
        Direction::Down
    } else {
        Direction::Up
    }
}

/// Hedges in one string, as `力争+以上`.
pub(super) fn joined(hedges: &[String]) -> Option<String> {
    let mut unique: Vec<&str> = Vec::new();
    for hedge in hedges {
        if !unique.contains(&hedge.as_str()) {
            unique.push(hedge);
        }
    }
    (!unique.is_empty()).then(|| unique.join("+"))
}
