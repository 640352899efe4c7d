//! What would change if a rule pack applied: two verdicts side by side, nothing written.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::access::Caller;
use crate::api::http::extract::Body;
use crate::api::http::lookup::{self, At};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Amount, TextOr, Word};
use crate::api::rule_packs::CreateRulePack;
use crate::domain::pace::{Assessment, Grounds};
use crate::domain::{Grade, RulePack, TextEnum as _};
use crate::office::rule_packs::{self, NewRulePack};
use crate::office::{assessed, types::IndicatorId};

type GradeWord = Word<Grade>;

type RulePackChoice = TextOr<CreateRulePack>;

/// Changes told one by one at most; all are counted.
const SHOWN_MAX: usize = 500;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(preview_rule_pack);
}

/// 试用一个规则包
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRulePack {
    /// 规则包：名称、名称@版本、id，或整个规则包（未写的规则沿用based_on）
    rule_pack: RulePackChoice,
    /// 攻坚行动：id、文号或名称；含其各级下属的行动；不写为全部
    campaign: Option<String>,
    /// 研判日期，默认今天
    as_of: Option<NaiveDate>,
}

/// 试用结果；不写入任何内容
#[derive(Debug, Serialize, ToSchema)]
pub struct PackPreviewView {
    /// 研判日期
    as_of: NaiveDate,
    /// 试用的规则包
    #[schema(example = "standard@1")]
    rule_pack: String,
    /// 研判的指标数
    assessed: usize,
    /// 现行规则下各等级的指标数
    #[schema(value_type = BTreeMap<String, usize>)]
    before: BTreeMap<&'static str, usize>,
    /// 试用规则下各等级的指标数
    #[schema(value_type = BTreeMap<String, usize>)]
    after: BTreeMap<&'static str, usize>,
    /// 等级有变的指标数
    changed: usize,
    /// 等级变好的指标数
    better: usize,
    /// 等级变差的指标数
    worse: usize,
    /// 等级有变的指标，最多500个
    items: Vec<ChangedGrade>,
}

/// 等级有变的一个指标
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedGrade {
    /// 指标编号
    indicator_id: Uuid,
    /// 指标名称
    indicator: String,
    /// 行政区代码
    region: String,
    /// 现行规则下
    before: GradeUnder,
    /// 试用规则下
    after: GradeUnder,
}

/// 一个规则包下的等级
#[derive(Debug, Serialize, ToSchema)]
pub struct GradeUnder {
    /// 等级
    grade: GradeWord,
    /// 等级的中文
    grade_label: &'static str,
    /// 规则包名称和版本
    pack: String,
    /// 规则
    rule: &'static str,
    /// 规则的中文
    rule_label: &'static str,
    /// 与阈值比较的差额（正为不足）
    shortfall: Option<Amount>,
}

impl GradeUnder {
    fn of(assessment: &Assessment, pack: &RulePack) -> Self {
        Self {
            grade: Word(assessment.grade),
            grade_label: assessment.grade.chinese(),
            pack: format!("{}@{}", pack.name, pack.version),
            rule: assessment.rule.id.as_str(),
            rule_label: assessment.rule.id.chinese(),
            shortfall: assessment.rule.shortfall.map(Amount),
        }
    }
}

impl PackPreviewView {
    fn add(
        &mut self,
        (id, grounds): (IndicatorId, &Grounds),
        now: &Assessment,
        (pack, then): (&RulePack, &Assessment),
    ) {
        self.assessed += 1;
        *self.before.entry(now.grade.as_str()).or_default() += 1;
        *self.after.entry(then.grade.as_str()).or_default() += 1;
        if now.grade == then.grade {
            return;
        }
        self.changed += 1;
        if let (Some(was), Some(is)) = (now.grade.severity(), then.grade.severity()) {
            self.better += usize::from(is < was);
            self.worse += usize::from(is > was);
        }
        if self.items.len() < SHOWN_MAX {
            self.items.push(ChangedGrade {
                indicator_id: id.0,
                indicator: grounds.measure.name.clone(),
                region: grounds.region.to_string(),
                before: GradeUnder::of(now, &grounds.pack),
                after: GradeUnder::of(then, pack),
            });
        }
    }
}

/// 试用规则包：如果采用，哪些指标的等级会变；不写入任何内容
#[utoipa::path(tag = "规则包", request_body = PreviewRulePack, responses(
    (status = 200, body = PackPreviewView), (status = "4XX", body = ProblemView)))]
#[post("/rule-packs/preview")]
async fn preview_rule_pack(
    state: web::Data<State>,
    caller: Caller,
    Body(body): Body<PreviewRulePack>,
) -> Result<HttpResponse, Refused> {
    let today = state.office.clock.today();
    let as_of = caller.sees_until(body.as_of, today).unwrap_or(today);
    let pack = pack(&state, body.rule_pack).await?;
    let campaigns = match body.campaign.as_deref() {
        Some(key) => {
            let family = state.office.read.resolve_campaign_family(key).await;
            Some(family.map_err(|error| At::Body("campaign").problem(error))?)
        }
        None => None,
    };
    let _turn = state.board_cache.past.turn().await?;
    let mut view = PackPreviewView {
        as_of,
        rule_pack: format!("{}@{}", pack.name, pack.version),
        assessed: 0,
        before: BTreeMap::new(),
        after: BTreeMap::new(),
        changed: 0,
        better: 0,
        worse: 0,
        items: Vec::new(),
    };
    assessed::under_both(&state.office, (campaigns, as_of), &pack, |id, grounds, now, then| {
        view.add((id, grounds), now, (&pack, then));
    })
    .await?;
    Ok(HttpResponse::Ok().json(view))
}

/// The pack to be tried: one that is there, or one written out.
async fn pack(state: &State, choice: RulePackChoice) -> Result<RulePack, Refused> {
    let base = match &choice {
        TextOr::Text(key) => Some(("rule_pack", key.as_str())),
        TextOr::Whole(pack) => pack.based_on().map(|key| ("rule_pack.based_on", key)),
    };
    let base = match base {
        Some((place, key)) => rule_packs::read(&lookup::rule_pack(state, At::Body(place), key).await?)?,
        None => RulePack::standard(),
    };
    match choice {
        TextOr::Text(_) => Ok(base),
        TextOr::Whole(pack) => {
            Ok(NewRulePack::from(*pack).unnamed(base).map_err(|invalid| invalid.within("rule_pack"))?)
        }
    }
}
