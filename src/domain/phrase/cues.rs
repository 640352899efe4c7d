//! The words before a number: what is promised to happen, how it compares, how firmly.

use std::sync::LazyLock;

use super::lexicon::Lexicon;
use super::parsed::Direction;
use super::text::ends_with;
use crate::target::Comparator;

/// What a word next to a number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cue {
    /// 增长, 下降: the number is a change.
    Change(Direction),
    /// 增至, 降到: the number is where the change ends.
    ChangeTo(Direction),
    /// 到, 至 after a change word.
    To,
    /// 达到: the number is a level to be reached.
    Reach,
    /// 为: the number is the level.
    At,
    /// 保持, 稳定在.
    Hold,
    /// 控制在.
    Cap,
    /// 不低于, 突破 …
    Compare(Comparator),
    /// 力争, 确保, 基本: kept as a hedge, changes no comparison.
    Modal,
    /// 占: the number is a share.
    Occupy,
    /// 的: the number is a share of what stands before.
    Of,
    /// 分别, 均: one number for each subject.
    Each,
    /// 累计: added up over the years.
    Running,
    /// 同比, 年均: passed over.
    Filler,
    /// A word that ends like a cue but belongs to the name (签约, 通过, 新增).
    Stop,
}

use Cue::{
    At, Cap, Change, ChangeTo, Compare, Each, Filler, Hold, Modal, Occupy, Of, Reach, Running, Stop, To,
};

const UP: &str = "增长 增加 提高 提升 上升 上涨 扩大 提速 增收 增产 递增 攀升 上调 上浮 延长 上扬 跃升 恢复 回升 \
    增 升 涨 提标 调增 抬升 前移 进位 晋位 争先进位";
const DOWN: &str = "下降 降低 减少 压缩 压减 压降 缩短 下调 回落 削减 缩减 精简 缩小 收窄 减轻 调减 下浮 递减 降 减 \
    调低 调降 下滑 压短";
const UP_TO: &str = "提到 提至 增至 增到 升至 升到 扩至 延至 涨至 增为 升为";
const DOWN_TO: &str = "降至 降到 缩至 缩到 压至 压到 减至 减到 降为 减为 压缩成";
const TO: &str = "到 至 到人均 至人均 到户均 到亩均";
const REACH: &str =
    "达到 达到了 高达 达 达至 迈上 站上 跃上 登上 迈入 跨上 回到 重回 达成 做到 跃居 达到人均 达人均";
const AT: &str = "为 是 完成 实现 安排 调整到 调整为 调整至 确定为 设定为 定为 :";
const HOLD: &str = "保持在 保持 稳定在 稳定保持在 稳定 维持在 维持 稳在 守住 稳住 巩固在";
const CAP: &str = "控制在 控制 严控在 限制在 管控在 控制到 压控在 严格控制在 稳控在";
const AT_LEAST: &str = "不低于 不少于 不小于 不得低于 不得少于 至少 最低 起码 不下于 不亚于 ≥ >= 大于等于 大于或等于 \
    达到或超过 不短于 保底";
const AT_MOST: &str = "不超过 不高于 不多于 不大于 不得超过 不突破 不得突破 不得高于 不得多于 最多 至多 ≤ <= 不超 不长于 \
    小于等于 小于或等于 不超出";
const ABOVE: &str = "突破 超过 超 过 高于 大于 多于 > 跨过 迈过 跨越 优于 高出 超出 逾";
const BELOW: &str = "低于 少于 小于 短于 < 不足 不到 不满";
const ABOUT: &str = "约 大约 约为 近 接近 大致 大体 将近 大概";
const MODAL: &str = "力争 争取 确保 努力 务必 预期 预计 有望 力保 力求 奋力 必须 全力 原则上 总体 冲刺 拟 挑战 基本 \
     奋斗目标 冲刺目标 挑战目标 争取目标 力争目标 奋斗";
const EACH: &str = "分别 均 各 双双 各自 皆 都 每家 每个";
const FILLER: &str = "同比 年均 比上年 较上年 比去年 较去年 比上年同期 较上年同期 比去年同期 较去年同期 同期 实际 名义 稳步 \
    平均 再 进一步 合计 共 共计 总计 继续 按可比价计算 可比价 可比口径 按可比口径 同口径 按不变价计算 逐年 每年 \
    每人每月 每人每年 每人每天 每生每年 每亩每年 每月 每人 每亩 每户 全年 年内 今年 本年 年度 全省 全市 全县 全区 将 已 \
    已经 整体 有效 明显 大幅 显著 持续 按 目标 目标值 预期目标 目标任务 幅度 以年均 ± 有序 快速 其中 环比 不断 平稳 陆续 \
    逐步 或 也 了 仅 只 年底前 年底 上半年 下半年 到年底 年末 全面 同时";
const STOP: &str = "新增 净增 倍增 激增 通过 经过 不过 渡过 度过 作为 行为 因为 以为 成为 命名为 签约 履约 违约 节约 预约 \
    合约 契约 公约 条约 制约 集约 邀约 附近 临近 最近 邻近 就近 靠近 公共 直达 抵达 通达 送达 下达 到达 雷达 发达 传达 \
    得到 收到 遇到 找到 签到 报到 直到 接到 甚至 直至 乃至 截至 以至 人均 户均 亩均 日均 车均 单均 次均 床均 村均 减排 \
    毫升 公升 直升 赶超 高超 首都 成都 古都 抢占 侵占 双减 双降 船只 模拟 虚拟 比例尺";

static CUES: LazyLock<Lexicon<Cue>> = LazyLock::new(|| {
    let lists = [
        (UP, Change(Direction::Up)),
        (DOWN, Change(Direction::Down)),
        (UP_TO, ChangeTo(Direction::Up)),
        (DOWN_TO, ChangeTo(Direction::Down)),
        (TO, To),
        (REACH, Reach),
        (AT, At),
        (HOLD, Hold),
        (CAP, Cap),
        (AT_LEAST, Compare(Comparator::AtLeast)),
        (AT_MOST, Compare(Comparator::AtMost)),
        (ABOVE, Compare(Comparator::Above)),
        (BELOW, Compare(Comparator::Below)),
        (ABOUT, Compare(Comparator::About)),
        (MODAL, Modal),
        ("占", Occupy),
        ("的", Of),
        (EACH, Each),
        ("累计", Running),
        (FILLER, Filler),
        (STOP, Stop),
    ];
    let words =
        lists.iter().flat_map(|(words, cue)| words.split_whitespace().map(|word| (word.to_owned(), *cue)));
    // 提升到 is one word, lest 升到 be taken out of it.
    let changes = [(UP, Direction::Up), (DOWN, Direction::Down)];
    let reached = changes.iter().flat_map(|(words, direction)| {
        let long = words.split_whitespace().filter(|word| word.chars().count() > 1);
        long.flat_map(|word| {
            ["到", "至", "到人均", "至人均"].map(|to| (format!("{word}{to}"), ChangeTo(*direction)))
        })
    });
    let entries: Vec<(String, Cue)> = words.chain(reached).collect();
    Lexicon::of_suffixes(entries.iter().map(|(word, cue)| (word.as_str(), *cue)))
});

/// What the words before a number said, nearest word first where they disagree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cues {
    /// A change word stood there, whether or not with 到.
    pub(super) change: Option<Direction>,
    /// The change is work done (提升, 恢复) rather than a difference.
    pub(super) work: bool,
    /// 增长: a growth even of a rate.
    pub(super) grows: bool,
    /// The number is where the change ends (提高到).
    pub(super) to: bool,
    /// 达到.
    pub(super) reach: bool,
    /// 为, 完成, 实现.
    pub(super) at: bool,
    /// 完成: an amount of the year's work.
    pub(super) done: bool,
    /// 保持, 稳定在.
    pub(super) hold: bool,
    /// 控制在.
    pub(super) cap: bool,
    /// 占, 的.
    pub(super) occupy: bool,
    /// 的 stood there.
    pub(super) of: bool,
    /// 分别, 均, 各.
    pub(super) each: bool,
    /// 累计.
    pub(super) running: bool,
    /// 力争, 确保.
    pub(super) modal: bool,
    /// Comparison word.
    pub(super) comparator: Option<Comparator>,
    /// Words kept as written, in the order of the text.
    pub(super) hedges: Vec<String>,
}

impl Cues {
    /// Whether anything says that the number is a promise of its own.
    pub(super) fn any(&self) -> bool {
        self.predicate() || self.comparator.is_some() || self.occupy || !self.hedges.is_empty()
    }

    /// Whether a word says what happens to the subject, apart from how the number compares.
    pub(super) fn predicate(&self) -> bool {
        self.change.is_some() || self.to || self.reach || self.at || self.hold || self.cap
    }

    fn note(&mut self, cue: Cue, word: &[char]) {
        match cue {
            Change(direction) => {
                self.change.get_or_insert(direction);
                self.grows |= matches!(word, [.., '增', '长']);
                self.work |= matches!(word, ['提', '升'] | ['恢', '复'] | ['提', '标']);
            }
            ChangeTo(direction) => {
                self.change.get_or_insert(direction);
                self.to = true;
            }
            To => self.to = true,
            Reach => self.reach = true,
            At => {
                self.at = true;
                self.done |= word == ['完', '成'];
            }
            Hold => self.hold = true,
            Cap => self.cap = true,
            Occupy => self.occupy = true,
            Of => (self.occupy, self.of) = (true, true),
            Each => self.each = true,
            Running => self.running = true,
            Compare(comparator) => {
                self.comparator.get_or_insert(comparator);
                self.hedges.insert(0, word.iter().collect());
            }
            Modal => {
                self.modal = true;
                self.hedges.insert(0, word.iter().collect());
            }
            Filler | Stop => {}
        }
    }
}

/// Most words taken off one side of a number.
const WORDS_MAX: usize = 12;

/// Takes the cue words off the end of `text`; returns the length of what is left and what the words said.
/// `dates` are the spans of dates within `text`; one that ends where the cues begin is taken off too.
pub(super) fn peel(text: &[char], dates: &[std::ops::Range<usize>]) -> (usize, Cues) {
    let mut cues = Cues::default();
    let mut end = text.len();
    for _ in 0..WORDS_MAX {
        let rest = &text[..end];
        if let Some(start) = basis(rest, dates, cues.occupy) {
            end = start;
            continue;
        }
        match CUES.at_end(rest) {
            Some((_, Stop)) if is_of_all(rest) && (cues.predicate() || cues.comparator.is_some()) => {
                cues.each = true;
                end -= 1;
            }
            None | Some((_, Stop)) => break,
            Some((length, cue)) => {
                cues.note(cue, &rest[end - length..]);
                end -= length;
            }
        }
    }
    (end, cues)
}

/// 旅游总花费、游客人次均增长: behind a list of amounts 均 is all of them; alone 人次均消费 is an average.
fn is_of_all(text: &[char]) -> bool {
    const REACH_BACK: usize = 40;
    const AMOUNTS: [&str; 6] = ["人次均", "班次均", "架次均", "车次均", "批次均", "订单均"];
    AMOUNTS.iter().any(|word| ends_with(text, word))
        && text.iter().rev().take(REACH_BACK).any(|c| matches!(c, '、' | '和' | '与' | '及'))
}

/// The start of a comparison basis or a date that ends `text`: 较2020年, 在2024年基础上, 在原比例基础上.
fn basis(text: &[char], dates: &[std::ops::Range<usize>], of: bool) -> Option<usize> {
    const BASE: [char; 3] = ['基', '础', '上'];
    const REACH_BACK: usize = 12;
    let based = text.ends_with(&BASE);
    let body = if based { &text[..text.len() - BASE.len()] } else { text };
    if let Some(date) = dates.iter().find(|date| date.end == body.len()) {
        // 到2025年 is a deadline, but 恢复到2019年的90% says where the change ends.
        let linked = match body[..date.start].last() {
            Some('比' | '较' | '在') => true,
            Some('到' | '至') => !of,
            _ => false,
        };
        return Some(date.start - usize::from(linked));
    }
    if based {
        let back = body.iter().rev().take(REACH_BACK).position(|&c| c == '在')?;
        return Some(body.len() - back - 1);
    }
    None
}

/// Whether `text` ends with a word that only a number can follow (不少于, 达到).
pub(super) fn places_a_number(text: &[char]) -> bool {
    matches!(CUES.at_end(text), Some((_, Compare(_) | Reach | ChangeTo(_) | Cap)))
}

/// The end of the last word in `text` that says a level is reached (达到, 超过, 提高到).
pub(super) fn last_reach(text: &[char]) -> Option<usize> {
    let reaches = |end: &usize| match CUES.at_end(&text[..*end]) {
        Some((length, Reach | Compare(_) | ChangeTo(_))) => length > 1,
        Some((_, To)) => matches!(CUES.at_end(&text[..*end - 1]), Some((_, Change(_)))),
        _ => false,
    };
    (1..text.len()).rev().find(reaches)
}

/// Verbs that make or bring about the things counted after them (新增5个…, 发放50亿元…).
static MAKING: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    const WORDS: &str = "建设 新建 建成 打造 培育 引进 新增 净增 增设 增选 创建 新创建 创成 改造 完成 实施 开展 举办 组织 培训         认定 新认定 评选 遴选 选派 选树 设立 组建 布局 推广 发放 开通 开行 开工 新开工 开工建设 竣工 投产 投运 投用 建立 引入         招引 签约 新签约 落地 转化 突破 攻克 形成 制定 出台 发布 修订 获批 争取 争创 淘汰 压减 压降 关闭 退出 清理 整治 治理         修复 恢复 保护 种植 收购 储备 供应 生产 销售 实现 化解 处置 盘活 消化 救助 资助 帮扶 惠及 覆盖 服务 接待 接入 安装 配备         配置 更新 新购 投放 改建 扩建 新改建 新改扩建 新建改建 新建改造 提质改造 建设改造 改造提升 培育壮大 孵化 招聘 招收         招录 吸纳 带动 吸引 集聚 拉动 撬动 筹集 筹措 募集 发行 减免 兑现 拨付 投入 落实 安排 到位 促成 提供 节约 共享 共建 入库         升级 升级改造 上市 新增上市 推出 推动 支持 支持建设 建成投用 建成投产 打通 贯通 新开通 开发 研发 推介 遴选认定 评定         命名 授牌 挂牌 建好 办好 建优 做强 新设 新设立 新引进 新培育 新获批 新打造 重点打造 培育建设 建设培育 培育打造 培养         引育 引才 新立项 立项 储备 谋划 滚动实施 排查 检查 抽检 监测 检测 审批 办理 受理 办结 化解处置 补充 补充配置 采购         植树 造林 绿化 疏浚 清淤 加固 加装 铺设 架设 敷设 迁建 搬迁 安置 分配 配租 回购 收储 腾退 处置盘活 复垦 补助 奖补         奖励 支付 归还 偿还 清偿 清退 置换 缓解 增加 减少 扩大 下达 输送 转移 促进 扶持 吸收 发展 招商 选聘 选拔 选育 审定         创新 征集 解决 拿下 捧回 争得 取得 获得 斩获 荣获 产出 摘得 赢得 收获 夺取 涌现 联合开展 联动开展 累计建成 累计 建有 拥有 设置 承办 承接 布设 投资建设 推进 推进建设 新投用 新投产";
    Lexicon::of_suffixes(WORDS.split_whitespace().map(|word| (word, ())))
});

/// Whether `text` ends with a verb that makes the things counted after it.
pub(super) fn ends_with_making_verb(text: &[char]) -> bool {
    !text.ends_with(&['安', '全', '生', '产']) && MAKING.at_end(text).is_some()
}

/// The verb of that kind after 分别 at the end of `text` (幼儿园、小学分别新建): the characters both take.
pub(super) fn each_made(text: &[char]) -> Option<usize> {
    let (length, ()) = MAKING.at_end(text)?;
    text[..text.len() - length].ends_with(&['分', '别']).then_some(length + 2)
}

/// Whether `text` starts with such a verb.
pub(super) fn starts_with_making_verb(text: &[char]) -> bool {
    const LENGTH_MAX: usize = 4;
    (2..=LENGTH_MAX.min(text.len()))
        .any(|end| MAKING.at_end(&text[..end]).is_some_and(|(length, ())| length == end))
}

/// The first verb of [`ends_with_making_verb`]'s kind anywhere in `text`.
pub(super) fn has_making_verb(text: &[char]) -> bool {
    (1..=text.len()).any(|end| MAKING.at_end(&text[..end]).is_some())
}
