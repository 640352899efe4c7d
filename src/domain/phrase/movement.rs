//! Movements without a number: which of them the figures show, and which a person must judge.
//!
//! A trend needs a measure that goes up or down. 增长 and 下降 say so by themselves; 提高 and 改善 only with a word of course
//! (持续, 稳步) and a subject that is measured (城镇化率稳步提高); 增强 and 优化, and 明显 or 更加 before 改善, never do.

use std::sync::LazyLock;

use super::lexicon::Lexicon;
use super::name::{self, is_joint};

/// How surely a verb is about a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Motion {
    /// 增长, 下降, 稳中有降: only a figure does that.
    Moves,
    /// 提高, 改善: figures do, and so does much that has none.
    MayMove,
    /// 稳定, 止跌回稳: as `MayMove`, and needs no word of course.
    Steadies,
    /// 增强, 优化.
    Judged,
}

/// Names of figures by their last word; `false` where the word only ends alike (效率, 质量).
static MEASURED: LazyLock<Lexicon<bool>> = LazyLock::new(|| {
    const FIGURES: &str = "率 占比 比重 比例 比值 收入比 满意度 集中度 贡献度 依存度 知晓度 参与度 指数 系数 覆盖面 份额 数 量 额 值 规模 \
        收入 投资 消费 花费 支出 投入 经费 成本 费用 价格 物价 房价 CPI PPI GDP PMI 面积 里程 产能 单产 总产 浓度 强度 水质 空气质量 环境质量 能耗 电耗 \
        水耗 煤耗 排放 债务 余额 存款 贷款 存贷款 人口 人次 起数 件数 时间 时限 时长 周期 差距 落差 倍差 寿命 补助标准 低保标准 补贴标准 最低标准 保障标准 工资标准 税收 利润 营收 \
        进出口 出口 进口 外资 库存 增速 增幅 涨幅 跌幅 排名 位次 次数 频次 工资 养老金 医保待遇 销售 赤字 客流 产出 装机 容量 价格水平 物价水平 收入水平 \
        薪酬 年限 缺口 游客 发病 死亡 发案 警情 隐患 事故";
    const ALIKE: &str = "效率 质量 力量 能量 价值";
    let words = |list: &'static str, measured| list.split_whitespace().map(move |word| (word, measured));
    Lexicon::of_suffixes(words(FIGURES, true).chain(words(ALIKE, false)))
});

/// Whether a name is that of a figure.
pub(super) fn is_measured(name: &[char]) -> bool {
    matches!(MEASURED.at_end(name::tidy(name)), Some((_, true)))
}

/// Whether `name` moving so is a trend. `course`: 持续, 稳步 stood before the verb.
pub(super) fn is_trend(name: &[char], motion: Motion, course: bool) -> bool {
    match motion {
        Motion::Moves => true,
        Motion::MayMove => course && is_measured(name),
        Motion::Steadies => is_measured(name),
        Motion::Judged => false,
    }
}

/// The members of a joint subject (事故起数和死亡人数持续下降), cut as before a rate; one where it is not joint.
pub(super) fn subjects(name: &[char]) -> Vec<Vec<char>> {
    let members = name::members(name);
    if members.len() > 1 && is_joint(name, &members) { members } else { vec![name.to_vec()] }
}
