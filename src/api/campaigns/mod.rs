//! Campaigns (攻坚行动).

pub(in crate::api) mod campaign_curves;
pub mod campaign_report;
pub(in crate::api) mod campaign_sheets;
pub(in crate::api) mod next_year;

mod bodies;
mod campaign_params;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::{Body, Params};
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::office::rows::{CampaignFilter, CampaignMemberRow, CampaignRow};
use crate::office::types::{CampaignId, Id, of_any};
use crate::office::{Actor, plans};
pub(in crate::api) use bodies::{CampaignView, CreateCampaign, UpdateCampaign};
use campaign_params::{CampaignOneParams, CampaignParams};

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_campaigns).service(create_campaign).service(find_campaign).service(update_campaign);
}

type Seats = Vec<(CampaignMemberRow, String)>;

async fn seats(state: &State, ids: &[CampaignId]) -> Result<Seats, Refused> {
    Ok(state.office.read.list_members(ids).await?)
}

/// 列出攻坚行动
#[utoipa::path(tag = "攻坚行动", params(ListParams, CampaignParams), responses(
    (status = 200, body = PageView<CampaignView>), (status = "4XX", body = ProblemView)))]
#[get("/campaigns")]
async fn list_campaigns(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<CampaignParams>,
) -> Result<HttpResponse, Refused> {
    let params = list.filter;
    let region = lookup::maybe_region(&state, At::Query("region"), params.region.as_deref()).await?;
    let parent = lookup::maybe_campaign(&state, At::Query("parent"), params.parent.as_deref()).await?;
    let filter = CampaignFilter {
        region_id: region.map(|row| row.id),
        parent_id: parent.map(|row| row.id),
        name_contains: params.name_contains,
        updated_after: list.updated_after,
        with_retired: params.retired == Some(true) || list.updated_after.is_some(),
    };
    let rows = state.office.read.list_campaigns(&filter, list.page).await?;
    let ids: Vec<CampaignId> = rows.iter().map(|row| row.id).collect();
    let external = state.office.read.list_external_ids(&of_any(&ids)).await?;
    let view = |row| CampaignView::of(row, &external);
    let mut page = PageView::checked(rows, list.page, |row| row.id.0, view)?;
    if params.expand.is_some() {
        let ids: Vec<CampaignId> = page.items.iter().map(|view| Id::of(view.id)).collect();
        let all = seats(&state, &ids).await?;
        let its = |view: &CampaignView| -> Seats {
            all.iter().filter(|(seat, _)| seat.campaign_id.0 == view.id).cloned().collect()
        };
        page.items = page
            .items
            .into_iter()
            .map(|view| (its(&view), view))
            .map(|(its, view)| view.with(&its))
            .collect();
    }
    respond::list(&request, &page.tagged()?, list.fields.as_deref())
}

/// 新建攻坚行动
#[utoipa::path(tag = "攻坚行动", request_body = CreateCampaign, responses(
    (status = 201, body = CampaignView), (status = "4XX", body = ProblemView)))]
#[post("/campaigns")]
async fn create_campaign(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateCampaign>,
) -> Result<HttpResponse, Refused> {
    let row = plans::create_campaign(&state.office, &actor, body.into()).await?;
    respond::created(&format!("/api/v1/campaigns/{}", row.id.0), &view(&state, row).await?)
}

pub(super) async fn view(state: &State, row: CampaignRow) -> Result<CampaignView, Refused> {
    let external = state.office.read.list_external_ids(&[row.id.of_any()]).await?;
    Ok(CampaignView::of(row, &external)?)
}

/// 读取一个攻坚行动
#[utoipa::path(tag = "攻坚行动", params(("id" = Uuid, Path, description = "编号"), CampaignOneParams), responses(
    (status = 200, body = CampaignView), (status = "4XX", body = ProblemView)))]
#[get("/campaigns/{id}")]
async fn find_campaign(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<CampaignOneParams>,
) -> Result<HttpResponse, Refused> {
    let row = load(&state, *id).await?;
    let mut view = view(&state, row).await?;
    if params.expand.is_some() {
        view = view.with(&seats(&state, &[Id::of(*id)]).await?);
    }
    respond::one(&request, &view, params.fields.as_deref())
}

async fn load(state: &State, id: Uuid) -> Result<CampaignRow, Refused> {
    state.office.read.find_campaign(Id::of(id)).await?.ok_or_else(|| Refused::not_found("攻坚行动"))
}

/// 修改攻坚行动（须带If-Match）
#[utoipa::path(tag = "攻坚行动", request_body = UpdateCampaign,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = CampaignView), (status = "4XX", body = ProblemView)))]
#[patch("/campaigns/{id}")]
async fn update_campaign(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<UpdateCampaign>,
) -> Result<HttpResponse, Refused> {
    let present = load(&state, *id).await?;
    let members = seats(&state, &[present.id]).await?;
    // It may have been read with its members or without.
    let plain = view(&state, present.clone()).await?;
    let expanded = view(&state, present.clone()).await?.with(&members);
    respond::if_match(&request, &plain)
        .or_else(|refusal| respond::if_match(&request, &expanded).map_err(|_| refusal))?;
    let members: Vec<CampaignMemberRow> = members.into_iter().map(|(seat, _)| seat).collect();
    let row = plans::update_campaign(&state.office, &actor, present, &members, body.into()).await?;
    respond::ok(&request, &view(&state, row).await?)
}
