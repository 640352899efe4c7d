//! The words of a clause without a number that decide what it is.

use std::ops::Range;
use std::sync::LazyLock;

use super::lexicon::Lexicon;
use super::movement::Motion;
use super::parsed::Direction;
use super::text::ends_with;

/// Words in a clause that decide what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marker {
    /// 暂未下达: there is no target yet.
    Pending,
    Coverage,
    /// A deadline (6月底前 is a date and found apart).
    Deadline,
    /// 封顶, 通车.
    Completion,
    /// 开放, 搬迁: a completion as the last word only.
    Closing,
    /// 持续, 稳步 …: with a change word, a trend.
    Course,
    /// 明显, 更加 …: how far, not which way.
    Degree,
    /// 稳中有降, 总体稳定: by themselves what others are with a manner.
    Whole(Motion, Direction),
    /// 下降, 提升.
    Change(Motion, Direction),
    Stop,
}

static MARKERS: LazyLock<Lexicon<Marker>> = LazyLock::new(|| {
    use Marker::{Change, Closing, Completion, Course, Coverage, Deadline, Degree, Pending, Stop, Whole};
    use Motion::{Judged, MayMove, Moves, Steadies};
    const PENDING: &str = "未下达 待下达 尚未下达 另行下达 另行确定 待确定 未明确 待明确 未分解 暂未确定 尚未确定 待定 以国家下达为准";
    // 应检尽检 and its like are a pattern, see `repeated`.
    const COVERAGE: &str = "全覆盖 全部 均完成 均实现 均达到 均建成 均达标 均开工 均纳入 全面覆盖 全域覆盖 全数 村村通 户户通 一个不少 一个不落 \
        全员覆盖 均通 都建有 均建有 均设立 均建立 实现县县 县县通";
    const DEADLINE: &str = "年底前 月底前 年内 上半年 下半年 年底 年中 季度末 一季度 二季度 三季度 四季度 汛期前 春节前 国庆前 供暖季前 入冬前 \
        汛前 季度前 节前 按期 如期 按时 年末 入汛前 主汛期前 采暖季前 供暖前 采暖前 开学前 秋季学期前 春季学期前 五一前 十一前 七一前 元旦前 \
        中秋前 端午前 国庆节前 劳动节前 元宵节前 春耕前 秋收前 入夏前 入秋前 月底 月内 季度内 年前 旬前 月初 上旬 中旬 下旬 暑期前 寒假前 \
        冬季前 岁末前 期末前 雨季前 台风季前 高考前 本季度";
    const COMPLETION: &str = "封顶 通车 竣工 投产 投用 投运 开工 建成 完工 贯通 验收 交付 启用 开通 运营 上线 挂牌 落成 入驻 试运行 并网 合龙 点火 下线 \
        首飞 收官 完成主体 出台 印发 颁布 完成编制 完成改革 完成整改 完成建设 见效 蓄水 发电 通水 通气 通航 开园 开馆 开业 开学 揭牌 进入高峰期 启动 完成 \
        建设完毕 达产 进场 动工 落地 投入使用 投入运行 投入运营 投入生产 全面完成 全面建成 全面竣工 全面投用 试运营 试生产 开建 复工 复产 破土 奠基 完毕 \
        结束 销号 办结 结题 交房 移交 送电 通电 通热 开诊 接诊 开院 开航 开行 到位 报送 提交 出清 关停 拆除 就位 转固 试通车 架通 洞通 合拢 导通 投料 开机 \
        亮灯 开标 入统 入库 正式开放 免费开放 建成开放 开放使用 开放运营 搬迁完毕 搬迁到位";
    // Nouns as well as verbs: 国庆前开放 is a finish, 2025年对外开放水平 none.
    const CLOSING: &str = "开放 搬迁 供水 供暖 供热 供气 成立 组建 公布 发布 签约 亮相 面世";
    const COURSE: &str = "持续 不断 稳步 稳定 逐步 逐年 继续 平稳 加快 较快 有序 稳中 逐月 逐季 双 持续性 合理 同步 快速 恢复性 保持 日益 渐进";
    const DEGREE: &str =
        "进一步 明显 显著 大幅 有效 总体 切实 较大幅度 整体 普遍 全面 更加 更趋 更为 愈加 愈发 深入 较大";
    const RISING: &str = "稳中有升 正增长 只增不减 只升不降 稳中有增 由负转正 位次前移 稳定增长 较快增长 \
        持续增收";
    const FALLING: &str = "稳中有降 只减不增 只降不升 负增长 逐年递减 有降无升 压降 总体下降 压减 全面下降";
    const RECOVERING: &str = "稳中向好 稳中有进 稳中提质 止跌回升 止跌回稳 止跌企稳 稳步向好 回升向好 企稳回升 扭亏为盈 争先进位 保稳提质 \
        促稳提质 增势良好 稳中向优 企稳向好 稳定向好";
    const HOLDING: &str = "总体平稳 总体稳定 基本稳定 基本平稳 保持稳定 保持平稳 平稳运行 平稳有序 平稳健康 大局稳定 持续稳定 稳定运行 安全稳定 \
        和谐稳定 平稳可控 总体可控";
    const RISES: &str = "增长 增加 上升 回升 增收 增多 攀升 跃升 前移 进位";
    const FALLS: &str = "下降 降低 减少 缩小 缩短 收窄 压减 压降 下行 回落 递减 压缩";
    const BETTERS: &str = "提升 提高 扩大 改善 好转 壮大 向好 提速";
    const EASES: &str = "减轻 减弱";
    const GROWS: &str =
        "增强 优化 提质 趋好 夯实 健全 完善 凸显 释放 形成 巩固 丰富 拓展 放大 做大 深化 升级 恢复 活跃 加强";
    const SHRINKS: &str = "遏制 缓解 好转率";
    const STOPS: &str = "增长点 增长极 下降通道 提升行动 提升工程 提升计划 改善计划 扩大会议 完成率 完成情况 开工率 建成区 交付率 验收标准 启动资金 启动区 \
        启动仪式 落地率 落地见效率 上线率 运营商 运营成本 运营主体 运营管理 增加值 增收节支 提升年 升级版 落地转化率 优化调整 全部投资 \
        保持在 恢复力 双创 双碳 双随机 双向 双循环 双千 双百 双拥 双语 双高 双一流 双减 双招双引 双公示 全面建设 全面推进 全面推行 全面深化 全面落实 \
        活跃度 稳定性 稳定器 平稳性 不动产 不良 不断完善 不发生 深入推进 深入实施 深入开展 完善提升 合理区间 基本平衡 不合格 有效投资 有效需求 有效衔接 快速路 加快推进 加快建设 加快发展 \
        加快构建 加快打造 加快培育 加快实施 加快形成 进一步完善 整体推进 有序推进 稳妥推进 统筹推进 一体推进 稳步推进 稳步实施 不断健全 持续推进 持续开展 持续实施 持续深化 持续打好 \
        建设提升 质量提升 能力提升 提质增效 提质改造 提质升级 转型升级 扩大内需 扩大开放 增强型 改善型 优化营商环境行动 持续优化营商环境行动";
    let words = |list: &'static str, marker| list.split_whitespace().map(move |word| (word, marker));
    Lexicon::of_prefixes(
        words(PENDING, Pending)
            .chain(words(COVERAGE, Coverage))
            .chain(words(DEADLINE, Deadline))
            .chain(words(COMPLETION, Completion))
            .chain(words(CLOSING, Closing))
            .chain(words(COURSE, Course))
            .chain(words(DEGREE, Degree))
            .chain(words(RISING, Whole(Moves, Direction::Up)))
            .chain(words(FALLING, Whole(Moves, Direction::Down)))
            .chain(words(RECOVERING, Whole(Steadies, Direction::Up)))
            .chain(words(HOLDING, Whole(Steadies, Direction::Hold)))
            .chain(words(RISES, Change(Moves, Direction::Up)))
            .chain(words(FALLS, Change(Moves, Direction::Down)))
            .chain(words(BETTERS, Change(MayMove, Direction::Up)))
            .chain(words(EASES, Change(MayMove, Direction::Down)))
            .chain(words(GROWS, Change(Judged, Direction::Up)))
            .chain(words(SHRINKS, Change(Judged, Direction::Down)))
            .chain(words(STOPS, Stop)),
    )
});

/// Verbs of work whose result is judged by a person.
pub(super) static WORK: LazyLock<Lexicon<bool>> = LazyLock::new(|| {
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
        领先 鲜明 凸显 彰显 涌现 显现 趋稳 迸发 充分 充足 充裕 浓厚 和谐 稳固 牢固 成型 成势 起势 向好 \
        成效 过硬 坚实 有力 更优 更强 更好 更高 更美 更足 更广 更活 更稳 更大 培优 焕然一新 上台阶 新台阶 前列 领跑 蝶变 清朗 风清气正 见实效 见成效 显成效 走深走实 落细 提档 无忧 成风 蔚然 受益 可控 常态化 步伐 筹集 募集 投放 增加 延长 下调 上调 取消 放宽 简化 缩短 减免 减征 免征 返还 缓缴 贴息 补贴 奖补 支付 偿还 置换 清退 清偿 挂牌 验收 竣工 通车 封顶";
    const OFFICES: &str = "发展改革委 发展和改革 组织部 改革委 保障局 保障厅 社会保障 建设厅 建设局 协调组 监管局 服务中心 服务局 发展局 发展中心 \
        水平 监督管理局 保护局 治理局 应急管理 管理局 开放办 创新委 使用权 增加值 改革办 攻坚办 服务业";
    let words = |list: &'static str, work| list.split_whitespace().map(move |word| (word, work));
    Lexicon::of_prefixes(words(WORDS, true).chain(words(OFFICES, false)))
});

/// The markers of a clause, once each.
#[derive(Debug, Default)]
pub(super) struct Markers {
    pub(super) pending: bool,
    pub(super) coverage: Option<(usize, usize)>,
    pub(super) deadline: bool,
    pub(super) completion: bool,
    /// Where the first word of manner starts.
    pub(super) manner: Option<usize>,
    /// The words of manner directly before what is read next.
    run: Range<usize>,
    pub(super) course: bool,
    pub(super) motion: Option<Moving>,
    pub(super) work: bool,
    /// 有序推进 stood there: what follows is its object (融资平台压降), no movement of a figure.
    urged: bool,
}

/// A word of movement with the manner before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moving {
    /// Where the verb starts, or the manner before it.
    pub(super) start: usize,
    /// Where the verb ends.
    pub(super) end: usize,
    pub(super) motion: Motion,
    pub(super) direction: Direction,
    /// It says by itself what others say with a word of manner.
    pub(super) whole: bool,
}

/// The markers in `text`, outside quotations.
pub(super) fn markers(text: &[char], shielded: &[bool]) -> Markers {
    let mut markers = Markers::default();
    let mut at = 0;
    while at < text.len() {
        if shielded[at] && text[at] != '“' {
            at += 1;
            continue;
        }
        if let Some((length, all)) = repeated(&text[at..]) {
            if all {
                markers.cover(at, length);
            } else {
                markers.work = true;
            }
            at += length;
            continue;
        }
        match WORK.at_start(&text[at..]) {
            Some((length, false)) => {
                at += length;
                continue;
            }
            found => markers.work |= !shielded[at] && found.is_some(),
        }
        let Some((length, marker)) = MARKERS.at_start(&text[at..]) else {
            at += 1;
            continue;
        };
        if marker != Marker::Closing || at + length == text.len() {
            markers.note(marker, at, length);
            markers.urged |= marker == Marker::Stop && text[..at + length].ends_with(&['推', '进']);
        }
        at += length;
    }
    markers
}

impl Markers {
    /// A word of coverage; what follows it directly (应保尽保、应兜尽兜) says it again.
    fn cover(&mut self, at: usize, length: usize) {
        match &mut self.coverage {
            Some((_, end)) if at <= *end + 1 => *end = at + length,
            Some(_) => {}
            None => self.coverage = Some((at, at + length)),
        }
    }

    /// The movement, when a manner or the word itself makes it more than work (提高 alone is work).
    pub(super) fn moving(&self) -> Option<Moving> {
        self.motion.filter(|moving| moving.whole || self.manner.is_some())
    }

    /// A figure whose verb stands at the end of `body` without a word of manner (煤炭消费占比下降): where its name ends and
    /// the direction. `start`: where `body` starts.
    pub(super) fn bare_movement(&self, body: &[char], start: usize) -> Option<(usize, Direction)> {
        const SHARES: [&str; 5] = ["率", "占比", "比重", "比例", "份额"];
        let moving = self.motion.filter(|_| self.manner.is_none() && !self.urged)?;
        let end = moving.start.checked_sub(start).filter(|_| moving.end == start + body.len())?;
        let name = super::signed::trimmed(&body[..end]);
        let share = || SHARES.iter().any(|word| ends_with(name, word));
        let figure = match moving.motion {
            Motion::Moves => true,
            Motion::MayMove => share(),
            Motion::Steadies | Motion::Judged => false,
        };
        // 推动成本下降 is work on it, 降低成本 as well.
        (figure && (super::movement::is_measured(name) || super::signed::is_unnamed(name)))
            .then_some((end, moving.direction))
    }

    fn note(&mut self, marker: Marker, at: usize, length: usize) {
        match marker {
            Marker::Pending => self.pending = true,
            Marker::Coverage => self.cover(at, length),
            Marker::Deadline => self.deadline = true,
            Marker::Completion | Marker::Closing => self.completion = true,
            Marker::Course | Marker::Degree => {
                self.course |= marker == Marker::Course;
                self.manner.get_or_insert(at);
                let start = if self.run.end == at { self.run.start } else { at };
                self.run = start..at + length;
            }
            // 稳步推进机构数量压降 is work; 推进改革、数量稳步压降 has a movement of its own.
            Marker::Whole(motion, _) if self.urged && motion == Motion::Moves && self.run.end != at => {
                self.work = true;
            }
            Marker::Whole(motion, direction) => {
                let start = if self.run.end == at { self.run.start } else { at };
                let moving = Moving { start, end: at + length, motion, direction, whole: true };
                // 总体稳定 decides whatever change was named before it.
                self.motion = self.motion.filter(|before| before.whole).or(Some(moving));
            }
            Marker::Change(motion, direction) => {
                let start = self.manner.unwrap_or(at);
                let moving = Moving { start, end: at + length, motion, direction, whole: false };
                self.motion.get_or_insert(moving);
            }
            Marker::Stop => self.work = true,
        }
    }
}

/// 应检尽检, 应公开尽公开, 愿检尽检, 应进必进: whatever it is, all of it (`true`); 应享快享, 应转早转 and 应早尽早 only say
/// soon. The characters taken.
fn repeated(text: &[char]) -> Option<(usize, bool)> {
    let first = text.first()?;
    if !matches!(first, '应' | '愿' | '能' | '该' | '可' | '须' | '需') {
        return None;
    }
    let soon = |c: &char| matches!(c, '快' | '早' | '速' | '即');
    let all = |c: &char| *c == '尽' || (*c == '必' && matches!(first, '应' | '该'));
    (1..=2).find_map(|length| {
        let (verb, rest) = text.get(1..)?.split_at_checked(length)?;
        let (mark, again) = rest.split_first()?;
        let said = (all(mark) || soon(mark)) && again.starts_with(verb);
        said.then(|| (2 + 2 * length, all(mark) && !(length == 1 && soon(&verb[0]))))
    })
}
