//! Numbers that are no promise: which of them name something, and which have to be handed back.
//!
//! No number is swallowed. A promise without a number may hold only numbers that name: ages, ranks and voltages (3岁以下,
//! 500千伏), times in names (15分钟生活圈), thresholds of a noun (20户以上自然村), figures before a noun that names (12345热线,
//! 631机制). Every other number of a clause is in a promise's value or name, or handed back.

use std::ops::Range;
use std::sync::LazyLock;

use rust_decimal::prelude::ToPrimitive as _;

use super::clause::Clause;
use super::clause_items::is_rewarded;
use super::cues;
use super::lexicon::Lexicon;
use super::measurement_units::UnitKind;
use super::number_with_unit::{Quantity, Scan};
use super::parsed::PhraseTarget;
use super::text::{ends_with, written};
use crate::target::Comparator;

/// Nouns that a bare figure before them names.
static NAMING: LazyLock<Lexicon<()>> = LazyLock::new(|| {
    const WORDS: &str = "热线 平台 机制 体系 模式 工程 行动 计划 战略 布局 格局 方案 系统 工作法 政策 专线 电话 举报 政务 服务 便民 规划 文件 产业 \
        现代 体制 架构 网络 框架 清单 标准 会展 航线 国道 省道 高速 公路 号 条例 指示 案件 专案 项目 总体 发展 改革 制度 思路 方略 区域 空间 城镇 \
        集群 基地 园区 文化 生活圈 交通圈 圈 医疗 急救 报警 监督 维权 司法 产品 系列";
    Lexicon::of_prefixes(WORDS.split_whitespace().map(|word| (word, ())))
});

/// Whether a number that promises nothing names something rather than being left out.
fn names(text: &[char], quantity: &Quantity) -> bool {
    let after = &text[quantity.end..];
    let noun = matches!(after.first(), Some(c) if !matches!(c, '、' | '和' | '与' | '及' | ',' | '的'));
    let before = &text[..quantity.start];
    if quantity.inclusive || ends_with(after, "之一") || is_rewarded(after) {
        return true;
    }
    let bound = matches!(quantity.comparator, Some(Comparator::AtLeast | Comparator::AtMost))
        || matches!(before.last(), Some('超' | '过'));
    match quantity.kind {
        UnitKind::Attribute | UnitKind::Time => noun || after.first() == Some(&'的') || bound,
        UnitKind::Bare => {
            quantity.unit.is_empty() && (NAMING.at_start(after).is_some() || noun && is_service(quantity))
        }
        // 20户以上自然村 have so many homes; 20所以上学校 are so many schools.
        UnitKind::Count | UnitKind::Money | UnitKind::Measure => {
            let of_noun = quantity.kind != UnitKind::Count
                || quantity.unit.ends_with(['户', '人', '床', '张', '头', '间', '层', '台', '班', '次']);
            bound
                && of_noun
                && is_body(after)
                && (noun || after.first() == Some(&'的'))
                && !cues::ends_with_making_verb(before)
        }
        UnitKind::Percent | UnitKind::Point | UnitKind::Times | UnitKind::Ratio | UnitKind::Rank => false,
    }
}

/// Whether a noun that is chosen by its size follows: 亿元以上项目, 20户以上自然村.
fn is_body(after: &[char]) -> bool {
    static BODIES: LazyLock<Lexicon<()>> = LazyLock::new(|| {
        const WORDS: &str = "项目 企业 园区 村 社区 小区 机组 锅炉 电站 泊位 水库 机构 单位 医院 学校 城市 县 镇 产业 集群 平台 车辆 船舶 路段 用户 \
            大户 合作社 建筑 工程 场所 楼 宗教 景区 河流 湖泊 灌区 贷款 合同 债券 电压 线路 桥 隧道 变电 电网 养殖场 牧场 农场 门店 商户 库 堤防 道路 公路 \
            乡 聚居 聚集 安置 居民 家庭 老年 儿童 人群";
        Lexicon::of_prefixes(WORDS.split_whitespace().map(|word| (word, ())))
    });
    const LENGTH_MAX: usize = 8;
    BODIES.anywhere(&after[..after.len().min(LENGTH_MAX)]).is_some()
}

/// Numbers by which an office is called: 120, 12309, 95598.
fn is_service(quantity: &Quantity) -> bool {
    let Some(number) = quantity.low.to_i64().filter(|_| quantity.low.is_integer()) else { return false };
    matches!(number, 110..=129 | 12_000..=12_999 | 95_000..=96_999)
}

/// Whether a part without a promised number has a number that names nothing.
pub(super) fn has_unread(clause: &Clause, scan: &Scan, span: &Range<usize>) -> bool {
    let inside = |from: usize, to: usize| from >= span.start && to <= span.end;
    scan.loose.iter().any(|loose| inside(loose.start, loose.end))
        || scan
            .quantities
            .iter()
            .any(|number| inside(number.start, number.end) && !names(&clause.text, number))
}

/// The numbers of an item that stand in none of its promises: 由98.6% of 由98.6%提高到99.2%.
pub(super) fn left_over(
    clause: &Clause,
    scan: &Scan,
    span: &Range<usize>,
    chosen: &[usize],
    targets: &[PhraseTarget],
) -> Vec<String> {
    let inside = |range: &Range<usize>| range.start >= span.start && range.end <= span.end;
    let said = |written: &str| {
        targets.iter().any(|target| {
            target.indicator.contains(written)
                || target.benchmark.as_ref().is_some_and(|other| other.contains(written))
        })
    };
    let others = scan
        .quantities
        .iter()
        .enumerate()
        .filter(|(index, _)| !chosen.contains(index))
        .map(|(_, number)| number.start..number.end);
    let left = others.chain(scan.loose.iter().cloned()).filter(inside);
    left.filter_map(|range| {
        let number = written(&clause.text[range.clone()]);
        let lead = clause.text[..range.start].iter().rev().take(4).position(|c| matches!(c, '由' | '从'));
        let from = lead.map_or(range.start, |back| range.start - back - 1).max(span.start);
        (!said(&number)).then(|| written(&clause.text[from..range.end]))
    })
    .collect()
}
