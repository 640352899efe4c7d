//! Retirement (停用) of what is over: one address below each thing that can be retired.

use actix_web::{HttpResponse, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Body;
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::spec::Routes;
use crate::api::http::wire::Word;
use crate::domain::Retiree;
use crate::office::types::Id;
use crate::office::{Actor, retirement};

type RetireeWord = Word<Retiree>;

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config
        .service(retire_campaign)
        .service(retire_task)
        .service(retire_measure)
        .service(retire_unit)
        .service(retire_indicator);
}

/// 停用
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retire {
    /// 理由，记入台账
    #[schema(example = "试填的指标，方案中没有")]
    pub(super) reason: String,
}

/// 停用一个攻坚行动
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetireCampaign {
    /// 理由，记入台账
    #[schema(example = "方案已由新方案代替")]
    reason: String,
    /// true时连同其中的子行动、任务和指标一并停用
    #[serde(default)]
    whole: bool,
}

/// 停用的结果
#[derive(Debug, Serialize, ToSchema)]
pub struct RetirementView {
    /// 编号
    id: Uuid,
    /// 停用的是什么：campaign、task、measure、unit或indicator
    #[schema(example = "indicator")]
    kind: RetireeWord,
    /// 自此日起停用；此前的研判和看板不变
    retired_on: NaiveDate,
    /// 理由
    reason: String,
}

async fn retire(
    state: &State,
    actor: &Actor,
    (what, id): (Retiree, Uuid),
    (reason, whole): (String, bool),
) -> Result<HttpResponse, Refused> {
    let retired_on = state.office.clock.today();
    retirement::retire(&state.office, actor, (what, Id::of(id)), (&reason, whole)).await?;
    let reason = reason.trim().to_owned();
    Ok(HttpResponse::Ok().json(RetirementView { id, kind: Word(what), retired_on, reason }))
}

macro_rules! retire {
    ($name:ident, $path:literal, $tag:literal, $told:literal, $what:ident) => {
        #[doc = $told]
        ///
        /// 自当日起不再参与研判、催报和预警，列表中默认不再显示；此前的结果不变，不删除任何内容。仍有内容引用时
        /// 退回，并列出是哪些。
        #[utoipa::path(tag = $tag, params(("id" = Uuid, Path, description = "编号")), request_body = Retire,
                    responses((status = 200, body = RetirementView), (status = "4XX", body = ProblemView)))]
        #[post($path)]
        async fn $name(
            state: web::Data<State>,
            actor: Actor,
            id: web::Path<Uuid>,
            Body(body): Body<Retire>,
        ) -> Result<HttpResponse, Refused> {
            retire(&state, &actor, (Retiree::$what, *id), (body.reason, false)).await
        }
    };
}

retire!(retire_task, "/tasks/{id}/retirement", "任务", "停用一项任务", Task);
retire!(retire_measure, "/measures/{id}/retirement", "指标口径", "停用一个指标口径", Measure);
retire!(retire_unit, "/units/{id}/retirement", "责任单位", "停用一个责任单位", Unit);
retire!(retire_indicator, "/indicators/{id}/retirement", "指标", "停用一项指标", Indicator);

/// 停用一个攻坚行动
///
/// 其中仍有子行动、任务或指标时退回并列出；写whole为true则一并停用。此前的结果不变，不删除任何内容。
#[utoipa::path(tag = "攻坚行动", params(("id" = Uuid, Path, description = "编号")), request_body = RetireCampaign,
    responses((status = 200, body = RetirementView), (status = "4XX", body = ProblemView)))]
#[post("/campaigns/{id}/retirement")]
async fn retire_campaign(
    state: web::Data<State>,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<RetireCampaign>,
) -> Result<HttpResponse, Refused> {
    retire(&state, &actor, (Retiree::Campaign, *id), (body.reason, body.whole)).await
}
