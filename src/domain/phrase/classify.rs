//! From a number with its words to the kind of promise, its comparison and its direction.

use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::cues::Cues;
use super::lexicon::Lexicon;
use super::measurement_units::UnitKind;
use super::number_with_unit::Quantity;
use super::parsed::Direction;
use super::text::{ends_with, starts_with};
use crate::target::{Comparator, Kind};

/// Everything the verdict on one number rests on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    /// What is promised, without predicate.
    pub(super) name: &'a [char],
    /// The words before the number.
    pub(super) cues: &'a Cues,
    /// The number.
    pub(super) quantity: &'a Quantity,
    /// What follows the number, when a noun does.
    pub(super) right: &'a [char],
    /// The clause starts with a change word (压缩审批时限40%).
    pub(super) lead: Option<Direction>,
    /// The kind of the promise whose subject this one continues.
    pub(super) continued: Option<Kind>,
    /// The kind of the promise this one is a part of (其中…).
    pub(super) whole: Option<Kind>,
    /// An earlier name of the clause counts by head (每千人口拥有医师3.6人、护士4.2人).
    pub(super) dense: bool,
    /// A verb that makes things stood before the name (建成…, 培育…).
    pub(super) made: bool,
    /// The kind of the promise before this one in its clause.
    pub(super) row: Option<Kind>,
}

/// The verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) comparator: Comparator,
    pub(super) direction: Direction,
}

fn list(words: &'static str) -> Lexicon<()> {
    Lexicon::of_suffixes(words.split_whitespace().map(|word| (word, ())))
}

static SHARES: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    list(
        "率 占比 比重 比例 比率 比 覆盖面 份额 集中度 满意度 知晓度 认可度 获得感 满意 贡献度 强度 依存度 系数 达标 占有 \
         完成度 进度 化水平 参与度 信任度 安全感 幸福感 治理度 开放度 比值 率为 密度 丰度 合格 健康度 精准度 活跃度 关联度",
    )
});

static GROWTHS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    list(
        "增速 增幅 涨幅 增长率 增长速度 增长 增加率 降幅 下降率 降低率 增长目标 增速目标 递增率 增长幅度 上涨幅度 下降幅度 速度 涨势 \
         增长预期 减少率 压减率",
    )
});

/// Amounts: a bare percentage of one of these is its growth.
static AMOUNTS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    list(
        "增加值 收入 投资 总额 价格 价格指数 CPI PPI GDP 产值 总产值 生产总值 进出口 出口 进口 销售额 零售额 成交额 交易额 利润 税收 营收 \
         投入 消费 贷款 存款 总产 经济 外资 内资 资金",
    )
});

/// Yearly flows: reaching them is adding up, not moving a stock.
static FLOWS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    list(
        "产量 总产量 总产 产值 总产值 收入 总收入 营业收入 主营业务收入 销售额 销售收入 成交额 交易额 零售额 总额 出口额 进口额 进出口 \
         投资 投资额 人次 吞吐量 发电量 用电量 供水量 利润 税收 生产总值 增加值 GDP 游客 到位资金 资金 外资 融资 销量 运量 出栏 出栏量 \
         新增 班列 开行 营收 销售 业务量 接待量 消费额 总量达 就业 面积达 投入 经费 支出 保费 贸易额 营业额 经营额 \
         天数 开行量 发运量 通行量 税额 订单 电量 过货量 货运量 客运量 周转量 运输量 发送量 成交量 签约额 结算量 换汇额 投送量 配送量 处理量 供应量",
    )
});

static STOCKS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    list(
        "总量 规模 余额 标准 水平 人口 保有量 拥有量 浓度 库存 总数 总里程 里程 寿命 存量 面积 指数 数 主体 机构数 装机 装机容量 容量 \
         存款 贷款 能力 密度 床位数 托位数 医师数 人数 存栏 存栏量",
    )
});

/// Areas and lengths that are what the year does, unless one is reached.
static WORKED_AREAS: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    list(
        "建设面积 抚育面积 推广面积 治理面积 修复面积 整治面积 改造面积 造林面积 绿化面积 流转面积 开工面积 竣工面积 交付面积 销售面积 成交面积 防治面积 复垦面积 \
         治理里程 改造里程 整治里程 展览面积 建筑面积",
    )
});

/// Names of which less is better, whatever the verb.
static LOWER: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    Lexicon::of_prefixes(
        "浓度 能耗 排放 失业率 费用 成本 时限 时长 死亡 事故 债务 负债率 不良 赤字 逾期 欠薪 发病率 用水量 库存 杠杆率 去化周期 \
         物流费用 辍学率 停电 耗时 电耗 水耗 煤耗 超标 污染天数 办理时间 办结时间 开办时间 通关时间 劣 漏损率 投诉率 返贫 空置率 \
         差错率 信访量 发案 警情 火灾 受灾 城乡居民收入比 收入倍差 收入差距 降幅"
            .split_whitespace()
            .map(|word| (word, ())),
    )
});

/// Names that end so tell how much of something bad is gone: more is better.
static UNDONE: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    list(
        "消除率 化解率 整治率 清偿率 清退率 处置率 治理率 整改率 削减率 下降率 降低率 压减率 防控率 救治率 完成率 达标率 合格率 查处率 \
         侦破率 破案率 办结率 调处率 清零率 清欠率 减少率 结算率 报销率 补偿率 回收率 利用率 覆盖率 普及率 满意率 满意度 知晓率 公示率 公开率 \
         监测率 预警率 执行率 收缴率 备案率 签约率 管理率 随访率 响应率 保障率 参保率 归集率 兑付率 追缴率 退还率",
    )
});

fn ends(lexicon: &Lexicon<()>, name: &[char]) -> bool {
    lexicon.at_end(name).is_some()
}

fn is_share(name: &[char]) -> bool {
    ends(&SHARES, name)
        || name.windows(2).any(|pair| pair[0] == '占' && !matches!(pair[1], '地' | '用' | '道' | '领' | '补'))
}

fn is_lower_better(name: &[char]) -> bool {
    LOWER.anywhere(name).is_some() && !ends(&UNDONE, name)
}

/// So much for each head, acre or thousand people: reached, never added up.
pub(super) fn is_density(name: &[char]) -> bool {
    name.windows(2).any(|pair| {
        let mean = matches!(
            pair,
            ['人' | '亩' | '户' | '村' | '地' | '车' | '单' | '床' | '日' | '月' | '企' | '校', '均']
        );
        mean || pair[0] == '每' && (pair[1].is_ascii_digit() || "百千万十亿".contains(pair[1]))
    })
}

/// Decides kind, comparison and direction of one number.
pub(super) fn classify(facts: &Facts<'_>) -> Shape {
    let comparator = comparator(facts);
    let kind = match facts.quantity.kind {
        UnitKind::Rank => Kind::Rank,
        UnitKind::Ratio => Kind::Share,
        UnitKind::Percent | UnitKind::Times => rate(facts),
        UnitKind::Point => Kind::Change,
        _ => amount(facts),
    };
    // 涨幅控制在2%以内 is a lid, not a growth to be reached.
    let moved = facts.cues.change.is_some() && !(facts.cues.to && facts.cues.change == Some(Direction::Down));
    let lid = || !moved && facts.lead.is_none() && ends(&GROWTHS, facts.name);
    let capped = facts.cues.cap || matches!(comparator, Comparator::AtMost | Comparator::Below);
    let kind = match kind {
        Kind::Share | Kind::Total | Kind::Level if capped => Kind::Cap,
        Kind::Growth if capped && lid() => Kind::Cap,
        // 事故起数为0 is a limit, as 零发生 is.
        Kind::Total | Kind::Level if facts.quantity.low.is_zero() && facts.quantity.high.is_none() => {
            Kind::Cap
        }
        Kind::Total | Kind::Level if comparator == Comparator::Range => Kind::Range,
        other => other,
    };
    let none = kind == Kind::Cap && comparator == Comparator::Equal && facts.quantity.low.is_zero();
    let comparator = if none { Comparator::AtMost } else { comparator };
    Shape { kind, comparator, direction: direction(facts, kind) }
}

/// The change the number is, if it is one rather than where a change ends.
fn change(facts: &Facts<'_>) -> Option<Direction> {
    let Facts { cues, quantity, right, .. } = facts;
    if let Some(direction) = quantity.implied {
        return Some(direction);
    }
    if cues.change.is_some() && !cues.to && !cues.reach {
        return cues.change;
    }
    let noun: &[char] = match right {
        ['的', rest @ ..] => rest,
        rest => rest,
    };
    let growth =
        ["增长", "增速", "增幅", "涨幅", "年均增长", "速度增长", "年均增速", "中高速增长", "较快增长"];
    let decline = ["下降", "降幅", "降低", "压减"];
    if growth.iter().any(|word| starts_with(noun, word)) {
        return Some(Direction::Up);
    }
    decline.iter().any(|word| starts_with(noun, word)).then_some(Direction::Down)
}

fn rate(facts: &Facts<'_>) -> Kind {
    let Facts { name, cues, quantity, .. } = facts;
    let placed = cues.to || cues.reach || cues.cap;
    if let Some(direction) = change(facts) {
        let points = direction == Direction::Up
            && !cues.grows
            && quantity.kind == UnitKind::Percent
            && quantity.implied.is_none()
            && is_share(name)
            && !ends(&GROWTHS, name);
        return if points { Kind::Change } else { Kind::Growth };
    }
    if ends(&GROWTHS, name) {
        return Kind::Growth;
    }
    if quantity.kind == UnitKind::Times {
        return Kind::Level;
    }
    if facts.lead.is_some() && !placed && !cues.hold {
        return Kind::Growth;
    }
    let covered = name.windows(2).any(|pair| pair == ['覆', '盖'])
        || is_share(name)
        || !facts.right.is_empty()
        || cues.at;
    if quantity.low == Decimal::ONE_HUNDRED && quantity.high.is_none() && covered {
        return Kind::Coverage;
    }
    // 投入增长12%，占GDP比重提高到2.6%: a share of its own subject is no growth.
    if let (Some(kind @ Kind::Growth), false) = (facts.continued, cues.occupy || is_share(name)) {
        return kind;
    }
    if ends(&AMOUNTS, name) && !is_share(name) && !cues.occupy && !cues.at && facts.right.is_empty() {
        return Kind::Growth;
    }
    Kind::Share
}

fn amount(facts: &Facts<'_>) -> Kind {
    let Facts { name, cues, quantity, right, lead, .. } = facts;
    let prenominal = !right.is_empty();
    if let Some(direction) = change(facts) {
        let done = cues.work && matches!(quantity.kind, UnitKind::Measure | UnitKind::Count);
        let adds = direction == Direction::Up
            && !is_step(&quantity.unit, prenominal)
            && (prenominal || name.is_empty() || done);
        return if adds { Kind::Total } else { Kind::Change };
    }
    if *lead == Some(Direction::Up)
        && quantity.kind == UnitKind::Money
        && !cues.predicate()
        && ["标准", "工资", "养老金", "补贴", "补助", "待遇", "津贴", "限额"]
            .iter()
            .any(|word| ends_with(name, word))
    {
        return Kind::Change;
    }
    if quantity.within && quantity.kind == UnitKind::Time {
        return Kind::Cap;
    }
    let reached = cues.to || cues.reach || cues.hold;
    let placed = reached || cues.comparator == Some(Comparator::Above);
    let flow = ends(&FLOWS, name) || quantity.unit.ends_with('次');
    // So much for each (4.5批次/千人) never adds up, unless it is what the year puts on top.
    let each = quantity.unit.contains('/') && quantity.unit != "人/次";
    let worked = !placed && ends(&WORKED_AREAS, name);
    let stock = each
        || placed && !prenominal && !flow
        || is_stock(facts) && !worked && !prenominal
        || is_density(name)
        || facts.dense && !flow;
    if let (Some(kind @ (Kind::Total | Kind::Level)), false) = (facts.whole, placed) {
        return kind;
    }
    // 累计达到: what has been added up over the years, whatever this year adds.
    if cues.running && placed {
        return Kind::Level;
    }
    let added = || {
        is_added(name)
            || !each && !reached && (facts.made || cues.done || is_worked(name))
            || !each && !placed && is_listed(facts)
    };
    if stock && lead.is_none() && !added() { Kind::Level } else { Kind::Total }
}

/// Places by which a ranking moves (前移5个位次, 提升3位); 增加5名教师 are added.
fn is_step(unit: &str, prenominal: bool) -> bool {
    matches!(unit, "个位次" | "位次" | "个名次" | "名次") || !prenominal && matches!(unit, "位" | "名")
}

/// A name that is a stock by itself; 国际标准5项 are standards written, 补贴标准 one that is reached.
fn is_stock(facts: &Facts<'_>) -> bool {
    let counted = facts.name.ends_with(&['标', '准']) && facts.quantity.kind == UnitKind::Count;
    ends(&STOCKS, facts.name) && !counted
}

/// Verbs after which the year's amount is meant however the number is reached.
fn is_added(name: &[char]) -> bool {
    const ADDED: [&str; 13] = [
        "新增", "新建", "新开", "新签", "新发", "新改", "新认", "新引", "新培", "新登", "新设", "净增",
        "增发",
    ];
    // 高速公路新增通车里程: behind its subject, too.
    let behind = || name.windows(3).any(|three| three[..2] == ['新', '增']);
    ADDED.iter().any(|word| starts_with(name, word)) || behind()
}

/// Work on an area, a length or a sum of money adds up, though those are stocks; 达到 alone still makes it a level.
fn is_worked(name: &[char]) -> bool {
    static WORKED: LazyLock<Lexicon<()>> = LazyLock::new(|| {
        const WORDS: &str = "治理 修复 整治 改造 种植 流转 完成 疏浚 发放 投放 兑付 兑现 拨付 授信 处置 盘活 化解 消化 清退 清偿 清收 \
            修缮 培训 制修订 制定 修订 救助 资助 帮扶 减免 退还 招引 引进 引育 签约 收储 筹集 募集 争取 淘汰 关停 拆除 疏通 办理 受理 \
            查处 检测 抽检 排查 回收 采购 更换 更新 安装 加装 铺设 开行 惠及 带动 吸纳 安置 转移 输送 收购 出让 供应 腾退 复垦 恢复 \
            支付 缓缴 贴息 奖补 代偿 投入 输出 交付 归集 推广 打通 连通 减少 压减 压降 置换 追缴 追回 挽回 挽损 收回 核销 承保 担保";
        Lexicon::of_prefixes(WORDS.split_whitespace().map(|word| (word, ())))
    });
    // 培训基地, 服务网点: four characters are a thing rather than what is done to one.
    const THINGS: [&str; 14] = [
        "基地", "网点", "机构", "企业", "平台", "中心", "队伍", "人员", "能力", "站点", "设施", "车间",
        "面积", "规模",
    ];
    let thing = name.len() <= 4 && THINGS.iter().any(|word| ends_with(name, word));
    let total = ["总量", "总数", "总额", "余额", "能力"].iter().any(|word| ends_with(name, word));
    // 向企业发放贷款: the verb stands behind those it is done for.
    let served = ["为", "给", "向", "对", "帮助"].iter().any(|word| starts_with(name, word));
    let worked = WORKED.at_start(name).is_some() || served && WORKED.anywhere(name).is_some();
    worked && !thing && !total
}

/// 新建水厂5座、改造管网…: a thing listed behind an amount of the year is one too, unless it is a sum.
fn is_listed(facts: &Facts<'_>) -> bool {
    facts.row == Some(Kind::Total)
        && facts.quantity.kind == UnitKind::Count
        && !facts.cues.predicate()
        && !is_density(facts.name)
        && !["总量", "总数", "数", "规模"].iter().any(|word| ends_with(facts.name, word))
}

fn comparator(facts: &Facts<'_>) -> Comparator {
    let Facts { name, cues, quantity, .. } = facts;
    if quantity.high.is_some() {
        return Comparator::Range;
    }
    match (cues.comparator, quantity.comparator) {
        (Some(Comparator::AtLeast), Some(Comparator::About | Comparator::Above)) => Comparator::AtLeast,
        (Some(Comparator::AtMost), Some(Comparator::About)) => Comparator::AtMost,
        (Some(before), Some(Comparator::Above)) => before,
        (_, Some(after)) => after,
        (Some(before), None) => before,
        (None, None) => unstated(facts, is_lower_better(name)),
    }
}

/// The comparison a bare predicate implies: 达到 is at least, 降至 at most, a plain number is meant as it stands.
fn unstated(facts: &Facts<'_>, lower: bool) -> Comparator {
    let Facts { cues, quantity, .. } = facts;
    let whole = quantity.kind == UnitKind::Percent && quantity.low == Decimal::ONE_HUNDRED;
    if whole || quantity.kind == UnitKind::Ratio {
        return Comparator::Equal;
    }
    if cues.cap {
        return Comparator::AtMost;
    }
    let ends_up = cues.reach || cues.to;
    match cues.change {
        // 升至第3位: the third place or a better one.
        _ if ends_up && quantity.kind == UnitKind::Rank => Comparator::AtMost,
        Some(Direction::Down) if ends_up => Comparator::AtMost,
        _ if ends_up && lower => Comparator::AtMost,
        _ if ends_up => Comparator::AtLeast,
        _ => Comparator::Equal,
    }
}

fn direction(facts: &Facts<'_>, kind: Kind) -> Direction {
    let Facts { name, cues, quantity, .. } = facts;
    if let Some(direction) = change(facts).or(cues.change).or(facts.lead) {
        return direction;
    }
    if quantity.kind == UnitKind::Rank {
        return if cues.hold { Direction::Hold } else { Direction::Up };
    }
    if cues.hold {
        return Direction::Hold;
    }
    if kind == Kind::Cap || is_lower_better(name) {
        return Direction::Down;
    }
    let floor = cues.comparator == Some(Comparator::AtLeast) && !cues.predicate();
    if kind == Kind::Share && floor { Direction::Hold } else { Direction::Up }
}
