//! Default curves of a campaign: for each kind of target the curve of indicators that name none.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Body;
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::Word;
use crate::api::targets::promise::CurveBody;
use crate::domain::{Curve, Kind};
use crate::office::rows::{CampaignCurveRow, CampaignRow};
use crate::office::types::Id;
use crate::office::{Actor, plans};
use crate::office::{StoreError, curves};

type KindWord = Word<Kind>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_curves).service(replace_curves);
}

/// 攻坚行动的默认序时曲线
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignCurves {
    /// 各类目标的默认曲线；新建指标未写明曲线时采用，没有列出的按上级行动，再没有的按月
    curves: Vec<KindCurve>,
}

/// 一类目标的默认曲线
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KindCurve {
    /// 目标类型
    kind: KindWord,
    /// 序时曲线
    curve: CurveBody,
}

impl CampaignCurves {
    fn of(rows: Vec<CampaignCurveRow>) -> Result<Self, StoreError> {
        let one = |row: CampaignCurveRow| -> Result<KindCurve, StoreError> {
            Ok(KindCurve { kind: Word(row.kind.0), curve: CurveBody::from(curves::read(&row.curve)?) })
        };
        Ok(Self { curves: rows.into_iter().map(one).collect::<Result<_, _>>()? })
    }
}

async fn campaign(state: &State, id: Uuid) -> Result<CampaignRow, Refused> {
    state.office.read.find_campaign(Id::of(id)).await?.ok_or_else(|| Refused::not_found("攻坚行动"))
}

/// 读取攻坚行动的默认序时曲线
#[utoipa::path(tag = "攻坚行动", params(("id" = Uuid, Path, description = "编号")), responses(
    (status = 200, body = CampaignCurves), (status = "4XX", body = ProblemView)))]
#[get("/campaigns/{id}/curves")]
async fn list_curves(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let row = campaign(&state, *id).await?;
    let rows = state.office.read.list_campaign_curves(&[row.id]).await?;
    respond::ok(&request, &CampaignCurves::of(rows)?)
}

/// 设定攻坚行动的默认序时曲线（整体替换，须带If-Match）；已建的指标不变
#[utoipa::path(tag = "攻坚行动", request_body = CampaignCurves,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = CampaignCurves), (status = "4XX", body = ProblemView)))]
#[put("/campaigns/{id}/curves")]
async fn replace_curves(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<CampaignCurves>,
) -> Result<HttpResponse, Refused> {
    let seen = campaign(&state, *id).await?;
    let present = state.office.read.list_campaign_curves(&[seen.id]).await?;
    respond::if_match(&request, &CampaignCurves::of(present.clone())?)?;
    let curve = |one: KindCurve| (one.kind.0, Curve::from(one.curve));
    let curves = body.curves.into_iter().map(curve).collect();
    plans::replace_curves(&state.office, &actor, (seen.id, &present), curves).await?;
    let rows = state.office.read.list_campaign_curves(&[Id::of(*id)]).await?;
    respond::ok(&request, &CampaignCurves::of(rows)?)
}
