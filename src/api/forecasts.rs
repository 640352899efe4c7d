//! What forecasts were worth (预测的应验情况).

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::State;
use crate::api::http::extract::Params;
use crate::api::http::lookup;
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::Amount;
use crate::domain::backtest::TrackRecord;
use crate::office::forecast_record::{RecordFilter, forecast_record};

/// Adds the route.
pub fn routes(config: &mut impl Routes) {
    config.service(show_record);
}

/// 查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ForecastRecordParams {
    /// 攻坚行动：id、文号或名称；含其各级下属的行动
    campaign: Option<String>,
    /// 只要目标期在这一天或以后结束的
    from: Option<NaiveDate>,
    /// 只要目标期在这一天或以前结束的
    to: Option<NaiveDate>,
}

/// 预测的应验情况
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastRecordView {
    /// 目标期已结束并已判定完成或未完成、其间作过预测的指标数
    indicators: usize,
    /// 全部预测
    all: ForecastScores,
    /// 按作出预测时最近一期数据的月份
    months: Vec<MonthScores>,
    /// 全部预测按所说可能性分为十档：所说的和实际的是否一致
    tenths: Vec<TenthView>,
}

/// 预测准不准
#[derive(Debug, Serialize, ToSchema)]
pub struct ForecastScores {
    /// 预测次数；同一期数据多次预测的，计目标期结束前最后一次
    count: usize,
    /// 其中最终未完成目标的次数
    missed: usize,
    /// 未完成的比完成的所说可能性更大的概率（AUC），0.5等于猜；全部完成或全部未完成时为null
    auc: Option<Amount>,
    /// 所说可能性与结果之差的平方的平均（Brier分），越小越好
    brier: Option<Amount>,
    /// 比一律说平均未完成率好多少：1为全对，0为一样，负数为更差
    skill: Option<Amount>,
    /// 十档中所说的和实际的平均相差多少
    ece: Option<Amount>,
    /// 给出80%区间并有期末数值的次数
    intervals: usize,
    /// 期末数值落在区间内的占比，应在0.8左右
    coverage: Option<Amount>,
}

/// 一个月份的预测
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthScores {
    /// 数据截至几月
    month: u32,
    /// 准不准
    #[serde(flatten)]
    scores: ForecastScores,
}

/// 所说可能性的一档
#[derive(Debug, Serialize, ToSchema)]
pub struct TenthView {
    /// 所说可能性自
    from: Amount,
    /// 至
    to: Amount,
    /// 次数
    count: usize,
    /// 平均所说可能性；没有预测的为null
    stated: Option<Amount>,
    /// 实际未完成的占比；没有预测的为null
    missed: Option<Amount>,
}

fn amount(figure: f64) -> Option<Amount> {
    Decimal::from_f64(figure).map(|figure| Amount(figure.round_dp(4)))
}

impl ForecastScores {
    fn of(record: &TrackRecord) -> Self {
        let (intervals, held) = record.intervals;
        let coverage = Decimal::from(held).checked_div(Decimal::from(intervals));
        Self {
            count: record.count,
            missed: record.missed,
            auc: record.auc.and_then(amount),
            brier: record.brier.and_then(amount),
            skill: record.skill.and_then(amount),
            ece: record.ece.and_then(amount),
            intervals,
            coverage: coverage.map(|share| Amount(share.round_dp(4))),
        }
    }
}

/// 本单位的预测应验了多少：目标期已结束的指标，当时所说的可能性和区间与最终结果对照
///
/// 只计目标期内作出、留存下来的预测，不重新推算。次数少时只供参考。
#[utoipa::path(tag = "研判", params(ForecastRecordParams), responses(
    (status = 200, body = ForecastRecordView), (status = "4XX", body = ProblemView)))]
#[get("/forecasts/record")]
async fn show_record(
    state: web::Data<State>,
    request: HttpRequest,
    Params(params): Params<ForecastRecordParams>,
) -> Result<HttpResponse, Refused> {
    let campaigns = lookup::maybe_campaign_family(&state, params.campaign.as_deref()).await?;
    let filter = RecordFilter { campaigns: campaigns.map(Into::into), from: params.from, to: params.to };
    let record = forecast_record(&state.office, &filter).await?;
    let tenth = |number: usize| Amount(Decimal::new(i64::try_from(number).unwrap_or_default(), 1));
    let tenths = record.all.tenths.iter().enumerate().map(|(number, said)| TenthView {
        from: tenth(number),
        to: tenth(number + 1),
        count: said.count,
        stated: Some(said.stated).filter(|_| said.count > 0).and_then(amount),
        missed: Some(said.missed).filter(|_| said.count > 0).and_then(amount),
    });
    let view = ForecastRecordView {
        indicators: record.indicators,
        all: ForecastScores::of(&record.all),
        months: record
            .months
            .iter()
            .map(|(month, scores)| MonthScores { month: *month, scores: ForecastScores::of(scores) })
            .collect(),
        tenths: tenths.collect(),
    };
    respond::ok(&request, &view)
}
