//! What is needed from here (后期要求), in the letter's numbers and words.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::http::refused::Refused;
use crate::api::http::wire::{Amount, Word};
use crate::domain::pace::{Assessment, Context, NeededForm, Ratio, Subject};
use crate::domain::{Figure, RulePack};
use crate::letter::{Found, LetterLine, Quantity, Templates};

type NeededFormWord = Word<NeededForm>;

/// 后期要求：自数据期末至目标期末还须做到什么；照此做到，目标即完成
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NeededView {
    /// 形式：月均需完成amount、月均需提高rise、月均需下降fall、月均不超过allowance、后期需增长growth_at_least、后期增速不超过growth_at_most、保持在以上keep_at_least、控制在以内keep_at_most、保持在区间keep_within、距节点天数days（已过期为负）、高于对比对象above_other、低于对比对象below_other、进入前几位place
    form: NeededFormWord,
    /// 函件所印的数值：向稳妥一侧取整，照此做到即完成；区间为下限；不知道的为null
    value: Option<PrintedView>,
    /// 同一数值取整之前；区间为应保持的一端
    exact: Option<Amount>,
    /// 目标期末应达到的值
    end: Option<PrintedView>,
    /// 区间的另一端
    end_hi: Option<PrintedView>,
    /// 合计还差（或还可用）多少，取整同函件
    left: Option<PrintedView>,
    /// 同一数取整之前
    left_exact: Option<Amount>,
    /// 余下的月数，不足一月按天数折算
    months_left: Option<Amount>,
    /// 目标期末
    by: NaiveDate,
    /// 是否须超过所印的值（突破），相等不算
    strict: bool,
    /// 函件中的写法；函件不提后期要求的（节点、已达成、已突破限额）为null
    #[schema(example = "后5个月月均需完成6.1万人（此前月均5.6万人）")]
    sentence: Option<String>,
}

/// 印出的数值
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PrintedView {
    /// 值
    value: Amount,
    /// 单位
    #[schema(example = "万人")]
    unit: String,
}

impl From<&Quantity> for PrintedView {
    fn from(quantity: &Quantity) -> Self {
        Self { value: Amount(quantity.printed()), unit: quantity.unit.clone() }
    }
}

fn amount(ratio: Option<Ratio>) -> Option<Amount> {
    ratio.and_then(Ratio::value).map(Amount)
}

impl NeededView {
    /// What `assessment` asks for, as the letters of these templates say it; `None` where nothing is asked for.
    ///
    /// # Errors
    /// `internal` when the wording is broken.
    pub fn of(
        subject: &Subject<'_>,
        pack: &RulePack,
        (assessment, context): (&Assessment, &Context),
        templates: &Templates,
    ) -> Result<Option<Self>, Refused> {
        let (Some(needed), judged) = (assessment.needed, assessment.figure) else { return Ok(None) };
        let found = Found { subject, pack, assessment, figure: judged, lagging: 0, context };
        let line = LetterLine { indicator: subject.measure.name.clone(), ..LetterLine::found(&found) };
        let sentence = templates.needed(&line).map_err(Refused::internal)?;
        let printed = |quantity: &Option<Quantity>| quantity.as_ref().map(PrintedView::from);
        let units = line.kind.row().printed_units(&subject.measure.unit, judged.unwrap_or(Figure::Level));
        let unit = needed.form.unit(units).to_owned();
        let rounded = || Some(PrintedView { value: Amount(needed.printed()?), unit });
        let need = line.need.as_ref();
        Ok(Some(Self {
            form: Word(needed.form),
            value: need.map_or_else(rounded, |need| printed(&need.figure)),
            exact: amount(needed.figure),
            end: need.and_then(|need| printed(&need.end)),
            end_hi: need.and_then(|need| printed(&need.end_hi)),
            left: need.and_then(|need| printed(&need.left)),
            left_exact: amount(needed.left),
            months_left: amount(needed.months_left),
            by: subject.window.end(),
            strict: needed.strict,
            sentence,
        }))
    }
}
