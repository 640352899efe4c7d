//! Target phrases read into structured targets.

pub(in crate::api) mod promise;

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::http::extract::Body;
use crate::api::http::refused::{Code, ProblemView, Refused};
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Amount, Word};
use crate::domain::phrase::{self, Direction, PhraseTarget};
use crate::domain::{Comparator, Kind};

type KindWord = Word<Kind>;
type ComparatorWord = Word<Comparator>;
type DirectionWord = Word<Direction>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(parse_targets);
}

/// Phrases in one request at most.
pub(in crate::api) const PHRASES_MAX: usize = 10_000;

/// 待解析的目标表述
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParseBody {
    /// 目标表述，一条一句，至多10000条
    #[schema(example = json!(["社会消费品零售总额增长5.5%以上", "高新技术企业突破1.8万家"]))]
    phrases: Vec<String>,
}

/// 解析结果，次序同请求
#[derive(Debug, Serialize, ToSchema)]
pub struct ParsedPhrasesView {
    /// 每条表述一项
    items: Vec<ParsedPhraseView>,
}

/// 一条表述的解析结果
#[derive(Debug, Serialize, ToSchema)]
pub struct ParsedPhraseView {
    /// 原文
    phrase: String,
    /// 读出的目标，可能多个，也可能没有
    targets: Vec<PhraseTargetView>,
    /// 未能读懂的部分；不作猜测
    unparsed: Vec<String>,
}

/// 读出的一个目标
#[derive(Debug, Serialize, ToSchema)]
pub struct PhraseTargetView {
    /// 指标名称
    indicator: String,
    /// 目标类型
    kind: KindWord,
    /// 比较符；节点、趋势和定性目标没有
    comparator: Option<ComparatorWord>,
    /// 目标值，单位同原文；区间为下限
    value: Option<Amount>,
    /// 区间上限
    value_hi: Option<Amount>,
    /// 单位，原文写法；没有目标值时为空
    #[schema(example = "万家")]
    unit: String,
    /// 方向：上升、下降、保持
    direction: DirectionWord,
    /// 力争、以上等限定词，以“+”相连
    hedge: Option<String>,
    /// 对比对象
    benchmark: Option<String>,
}

impl ParsedPhraseView {
    /// Reads one phrase.
    pub fn of(phrase: &str) -> Self {
        let parsed = phrase::parse(phrase);
        Self {
            phrase: phrase.to_owned(),
            targets: parsed.targets.into_iter().map(PhraseTargetView::from).collect(),
            unparsed: parsed.unparsed,
        }
    }
}

impl From<PhraseTarget> for PhraseTargetView {
    fn from(target: PhraseTarget) -> Self {
        Self {
            indicator: target.indicator,
            kind: Word(target.kind),
            comparator: target.comparator.map(Word),
            value: target.value.map(Amount),
            value_hi: target.value_hi.map(Amount),
            unit: target.unit,
            direction: Word(target.direction),
            hedge: target.hedge,
            benchmark: target.benchmark,
        }
    }
}

/// 把目标表述解析成结构化的目标
#[utoipa::path(tag = "目标", request_body = ParseBody, responses(
    (status = 200, body = ParsedPhrasesView), (status = "4XX", body = ProblemView)))]
#[post("/targets/parse")]
async fn parse_targets(Body(body): Body<ParseBody>) -> Result<HttpResponse, Refused> {
    if body.phrases.len() > PHRASES_MAX {
        let detail = format!("一次至多解析{PHRASES_MAX}条，请分批提交。");
        return Err(Refused::at(Code::Invalid, "/phrases", "too_many", detail));
    }
    // Some milliseconds for the largest body: long enough to be kept off the thread that answers others.
    let read = web::block(move || body.phrases.iter().map(|phrase| ParsedPhraseView::of(phrase)).collect());
    let items = read.await.map_err(Refused::internal)?;
    Ok(HttpResponse::Ok().json(ParsedPhrasesView { items }))
}
