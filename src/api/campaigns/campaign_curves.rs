//! Default curves of a campaign: for each kind of target the curve of indicators that name none.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Body;
use crate::api::http::problem::{Problem, ProblemView};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::Word;
use crate::api::targets::promise::CurveBody;
use crate::domain::{Curve, Invalid, Kind, Target};
use crate::store::rows::{CampaignCurveRow, CampaignRow, word};
use crate::store::types::Id;
use crate::store::{StoreError, curves};

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
            Ok(KindCurve { kind: Word(word(&row.kind)?), curve: CurveBody::from(curves::read(&row.curve)?) })
        };
        Ok(Self { curves: rows.into_iter().map(one).collect::<Result<_, _>>()? })
    }
}

async fn campaign(state: &State, id: Uuid) -> Result<CampaignRow, Problem> {
    state.office.store.find_campaign(id).await?.ok_or_else(|| Problem::not_found("攻坚行动"))
}

/// The curve of a new indicator that names none: its campaign's for the kind of its target, else that of the campaign
/// above, else linear months.
///
/// # Errors
/// When the database fails.
pub async fn default_curve(
    state: &State,
    campaign_id: Id,
    target: Option<&Target>,
) -> Result<String, Problem> {
    let usual = curves::write(&Curve::LinearMonths);
    let Some(target) = target else { return Ok(usual) };
    let above = campaign(state, campaign_id.0).await?.parent_id;
    let family: Vec<Id> = std::iter::once(campaign_id).chain(above).collect();
    let kind = target.kind.to_string();
    let rows = state.office.store.list_campaign_curves(&family).await?;
    let of = |id: &Id| rows.iter().find(|row| row.campaign_id == *id && row.kind == kind);
    Ok(family.iter().find_map(of).map_or(usual, |row| row.curve.clone()))
}

/// 读取攻坚行动的默认序时曲线
#[utoipa::path(tag = "攻坚行动", params(("id" = Uuid, Path, description = "编号")), responses(
    (status = 200, body = CampaignCurves), (status = "4XX", body = ProblemView)))]
#[get("/campaigns/{id}/curves")]
async fn list_curves(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let row = campaign(&state, *id).await?;
    let rows = state.office.store.list_campaign_curves(&[row.id]).await?;
    respond::ok(&request, &CampaignCurves::of(rows)?)
}

/// 设定攻坚行动的默认序时曲线（整体替换）；已建的指标不变
#[utoipa::path(tag = "攻坚行动", request_body = CampaignCurves, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = CampaignCurves), (status = "4XX", body = ProblemView)))]
#[put("/campaigns/{id}/curves")]
async fn replace_curves(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Body(body): Body<CampaignCurves>,
) -> Result<HttpResponse, Problem> {
    let campaign_id = campaign(&state, *id).await?.id;
    let mut rows: Vec<CampaignCurveRow> = Vec::with_capacity(body.curves.len());
    for (index, one) in body.curves.into_iter().enumerate() {
        let kind = one.kind.0.to_string();
        if rows.iter().any(|row| row.kind == kind) {
            let place = format!("curves.{index}.kind");
            return Err(Invalid::new(place, "duplicate", "同一目标类型重复列出，请只保留一条。").into());
        }
        let curve = one.curve.curve().map_err(|invalid| invalid.within(&format!("curves.{index}")))?;
        rows.push(CampaignCurveRow { campaign_id, kind, curve: curves::write(&curve) });
    }
    state.office.store.replace_campaign_curves(campaign_id, &rows).await?;
    let rows = state.office.store.list_campaign_curves(&[campaign_id]).await?;
    respond::ok(&request, &CampaignCurves::of(rows)?)
}
