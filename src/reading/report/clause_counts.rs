//! Which numbers of a clause are figures, and which only describe, set a bound or are handed back.

use xushi_domain::phrase::{self, AmountSort, WrittenAmount};

use super::clause_facts::{NumberRun, ReportClause};
use super::clause_names;
use super::observed::ReportedFigure;
use super::sayings::{self, Saying};
use super::wording;

impl ReportClause<'_> {
    /// A percentage that names nothing is what the one carried over is: 完成率排名前三的是河东区（96.3%）.
    pub(super) fn of_carried<'s>(
        &self,
        said: Saying<'s>,
        first: &WrittenAmount,
        name: &str,
        generic: bool,
    ) -> Saying<'s> {
        if !generic || first.sort != AmountSort::Percent || said.figure != ReportedFigure::Level {
            return said;
        }
        let carried = self.carried(name);
        let of_name = sayings::of_name(&carried);
        let rated =
            self.reader.thread.rated && of_name == ReportedFigure::Level && !self.aside && carried != name;
        let figure = if rated && said.predicate { ReportedFigure::Yoy } else { of_name };
        Saying { figure, ..said }
    }

    /// 快于全省0.4个百分点、全国0.9个百分点: the second is compared as the first is. `joined`: it stands behind 、.
    pub(super) fn of_comparison<'s>(
        &mut self,
        said: Saying<'s>,
        first: &WrittenAmount,
        before: &str,
        joined: bool,
    ) -> Saying<'s> {
        let other =
            before.trim_end_matches("平均水平").trim_end_matches("平均").trim_end_matches(['均', '的']);
        let benchmark = wording::SCOPES.contains(&other)
            || ["序时进度", "上年同期", "去年同期", "上月", "上年", "年初", "目标"].contains(&other)
            || self.reader.known.iter().any(|known| known == other);
        let level = said.figure == ReportedFigure::Level && first.sort == AmountSort::Point;
        if let (true, true, true, Some(movement)) = (joined, benchmark, level, self.comparison) {
            let against = Some(before.to_owned());
            let figure = ReportedFigure::Difference;
            let movement = Some(movement);
            return Saying {
                figure,
                movement,
                against,
                subject: "",
                predicate: true,
                carries: false,
                ..said
            };
        }
        let compared = said.figure == ReportedFigure::Difference && said.against.is_some();
        self.comparison = said.movement.filter(|_| compared);
        said
    }

    /// 养老保险人数92.4万人，增加3.8万人: an amount of the unit told last that names nothing is how far that moved.
    pub(super) fn moved<'s>(
        &self,
        said: Saying<'s>,
        first: &WrittenAmount,
        before: &str,
        nameless: bool,
    ) -> Saying<'s> {
        let told = wording::told(before);
        let counted = !matches!(first.sort, AmountSort::Percent | AmountSort::Point | AmountSort::Rank);
        let moved = nameless
            && counted
            && said.figure == ReportedFigure::Level
            && !told.to
            && !first.unit.is_empty()
            && first.unit == self.reader.thread.unit;
        // 滞后13项 are behind, not fewer.
        let moved =
            moved && !wording::has(before, &["滞后", "落后", "领先", "缺口", "差", "超出", "高", "低"]);
        match told.movement.filter(|_| moved) {
            Some(movement) => Saying {
                figure: ReportedFigure::Difference,
                movement: Some(movement),
                against: Some("上期".to_owned()),
                predicate: true,
                carries: false,
                ..said
            },
            None => said,
        }
    }

    /// 白河市、双桥市落实率不足六成: a rate of several regions is each one's.
    pub(super) fn shared_by_row(
        &self,
        regions: Vec<String>,
        run: &NumberRun,
        said: &Saying<'_>,
        at: usize,
    ) -> Vec<String> {
        let rate = run.amounts.len() == 1
            && run.amounts[0].sort == AmountSort::Percent
            && matches!(
                said.figure,
                ReportedFigure::Level | ReportedFigure::Completion | ReportedFigure::Share
            );
        let row = if regions.is_empty() && rate { self.row_before(at) } else { Vec::new() };
        if row.len() > 1 { row } else { regions }
    }

    /// 超10亿元企业, 过亿元项目: a size that a noun follows, whose number comes behind.
    fn is_size(&self, amount: &WrittenAmount, noun: &str) -> bool {
        let before = self.slice(amount.span.start.saturating_sub(2)..amount.span.start);
        let led = ["超过", "超", "过", "达", "上"].iter().any(|word| before.ends_with(word));
        let short = (1..=8).contains(&noun.chars().count());
        led && short && matches!(amount.sort, AmountSort::Money | AmountSort::Measure)
    }

    /// 居前3位 of a row of three.
    fn is_order_of_row(&self, amount: &WrittenAmount, subject: &str) -> bool {
        let own = self.row_before(amount.span.start).len();
        let regions = if own == 0 { self.reader.thread.row.len() } else { own };
        let row = if regions > 1 { regions } else { clause_names::members(subject).len() };
        let first = self.read.text.get(amount.span.start) == Some(&'前')
            || amount.span.start.checked_sub(1).and_then(|at| self.read.text.get(at)) == Some(&'前');
        row > 1 && first && amount.value == rust_decimal::Decimal::from(row)
    }

    /// 低于50%, 超过5%: a limit and no value.
    fn is_limit(&self, amount: &WrittenAmount) -> bool {
        let before = self.slice(amount.span.start.saturating_sub(4)..amount.span.start);
        let half = self.slice(amount.span.clone()) == "过半";
        half || ["低于", "高于", "不足", "不到", "超过", "大于", "小于", "达不到", "未达"]
            .iter()
            // 完成率过半的不足20% is the share of those.
            .any(|word| before.strip_suffix(word).is_some_and(|rest| !rest.ends_with('的')))
    }

    /// 居全市10个县（区）第3位: among how many.
    fn is_among(&self, amount: &WrittenAmount) -> bool {
        let next = self.read.amounts.iter().find(|next| next.span.start >= amount.span.end);
        let near = next
            .filter(|next| next.sort == AmountSort::Rank)
            .map(|next| self.slice(amount.span.end..next.span.start));
        let before = self.slice(amount.span.start.saturating_sub(4)..amount.span.start);
        let led = wording::SCOPES.iter().any(|scope| before.ends_with(scope))
            || before.ends_with(['在', '居', '列']);
        amount.sort == AmountSort::Count
            && led
            && near.is_some_and(|near| {
                // 12省（区、市）.
                let plain = near.split(['（', '(']).next().unwrap_or(&near).to_owned();
                let closed = near.ends_with(['）', ')']) || plain == near;
                closed && near.chars().count() <= 10 && !plain.contains(['，', ',', '、'])
            })
    }

    /// What is a figure at all; what is not is handed back or describes.
    pub(super) fn counts<'s>(
        &mut self,
        said: Saying<'s>,
        run: &NumberRun,
        noun: &str,
        more: bool,
        behind: &str,
    ) -> Option<Saying<'s>> {
        let first = &run.amounts[0];
        let shown = || {
            let span = run.span();
            self.slice(span.start.saturating_sub(12)..(span.end + 8).min(self.read.text.len()))
        };
        let why = match first.sort {
            AmountSort::Attribute if !said.streak => return None,
            // 在全省12个设区市中排第5位, 产值超10亿元企业9户: among whom, and what they have.
            _ if !said.streak && is_scope(behind) || more && self.is_size(first, noun) => return None,
            _ if more && self.is_among(first) => return None,
            // 甲县、乙区、丙县居前3位: the order of the row.
            AmountSort::Rank if self.is_order_of_row(first, said.subject) => Some("名次没有逐一写明"),
            _ if first.bound && wording::has(&self.slice(0..first.span.start), &["其余", "其他"]) => {
                Some("是界限，不是一个数值")
            }
            // 3个市州增速低于全省2个百分点以上, 连续9个月保持在7%以上: a bound that several keep is no figure of one.
            _ if (first.bound || self.is_limit(first))
                && self.several
                && matches!(first.sort, AmountSort::Percent | AmountSort::Point) =>
            {
                Some("是界限，不是一个数值")
            }
            // 559项目 is a project by that name.
            _ if first.unit == "项" && behind.starts_with('目') => return None,
            _ if first.implied || first.unit == "番" => Some("没有写出数值"),
            AmountSort::Bare if said.predicate => return Some(said),
            // 保障水平0.28.
            AmountSort::Bare
                if first.value.normalize().scale() > 0
                    && ["水平", "系数", "指数", "比", "值", "强度", "得分", "倍率", "周期"]
                        .iter()
                        .any(|end| said.subject.ends_with(end)) =>
            {
                return Some(said);
            }
            AmountSort::Bare => Some("数字没有单位，未作解读"),
            // 2000万元以上的项目35个: what the things have that are counted.
            _ if first.bound
                && !behind.is_empty()
                && !behind.starts_with(['、', '，'])
                && (more || !noun.is_empty())
                && !said.predicate =>
            {
                return None;
            }
            _ if first.high.is_some() => Some("是区间，不是一个数值"),
            _ if first.baseline || behind.starts_with('转') => Some("是变化的起点，未作解读"),
            _ => None,
        };
        match why {
            Some(why) => {
                let text = shown();
                self.reader.hand_back(&text, self.place, why);
                None
            }
            None => Some(said),
        }
    }
}

/// Whether a count before these words only says among how many a place is.
fn is_scope(behind: &str) -> bool {
    // 14个市（州）平均优良天数比例; 超过全国平均水平 compares.
    let averaged = |at: usize| {
        at > 0
            && behind[..at].chars().count() <= 6
            && behind[..at].ends_with(['州', '市', '县', '区', '）', ')'])
    };
    if behind.find("平均").is_some_and(averaged) {
        return true;
    }
    let Some(at) = behind.find('中').filter(|at| behind[..*at].chars().count() <= 8) else { return false };
    let rest = behind[at + '中'.len_utf8()..].trim_start_matches(['，', ',', '继', '续']);
    wording::PLACED.iter().any(|word| rest.starts_with(word))
        || rest.starts_with(['排', '第', '居', '列', '位'])
}

/// Whether a text has no amount, not even one that nobody can say (数十家).
pub(super) fn is_numberless(text: &str) -> bool {
    let read = phrase::amounts(text);
    read.amounts.is_empty() && read.loose.is_empty() && !read.unreadable
}
