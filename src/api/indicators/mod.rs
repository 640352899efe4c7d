//! Indicators (指标): the promise, and the verdict in force beside it.

pub(in crate::api) mod cascade;
pub(in crate::api) mod persons;
pub(in crate::api) mod revisions;

mod bodies;

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use uuid::Uuid;

use crate::api::State;
use crate::api::assessments::marked;
use crate::api::http::extract::{Body, Params};
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::office::rows::{BoardFilter, MeasureAliasRow, NamedIndicatorRow};
use crate::office::types::{Id, IndicatorId, MeasureId};
use crate::office::{Actor, plans};

pub use bodies::{
    CreateIndicator, GradeWords, IndicatorParams, IndicatorView, Named, PeriodView, UpdateIndicator,
};

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config
        .service(list_indicators)
        .service(create_indicator)
        .service(find_indicator)
        .service(update_indicator);
}

impl IndicatorParams {
    /// The filter these parameters ask for.
    pub async fn filter(&self, state: &State) -> Result<BoardFilter, Refused> {
        // The usual case: boards are asked for by id.
        let family = self.campaign.as_deref().and_then(|key| Uuid::try_parse(key).ok()).map(Id::of);
        let named = self.campaign.as_deref().filter(|_| family.is_none());
        let campaigns = lookup::maybe_campaign_family(state, named).await?;
        let unit = lookup::maybe_unit(state, At::Query("unit"), self.unit.as_deref()).await?;
        let region = lookup::maybe_region(state, At::Query("region"), self.region.as_deref()).await?;
        let measure = lookup::maybe_measure(state, At::Query("measure"), self.measure.as_deref()).await?;
        Ok(BoardFilter {
            family,
            campaigns,
            task_id: self.task.map(Id::of),
            unit_id: unit.map(|row| row.id.0).map(Id::of),
            region_id: region.map(|row| row.id.0).map(Id::of),
            measure_id: measure.map(|row| row.id.0).map(Id::of),
            grades: self.grade.clone().map(|words| words.0),
            updated_after: None,
            alive_on: (self.retired != Some(true)).then(|| state.office.clock.today()),
        })
    }

    /// To be asked when nothing passed the filter: whether the campaign is there at all.
    pub async fn expect_campaign(&self, state: &State) -> Result<(), Refused> {
        lookup::maybe_campaign_family(state, self.campaign.as_deref()).await.map(drop)
    }
}

/// 列出指标
#[utoipa::path(tag = "指标", params(ListParams, IndicatorParams), responses(
    (status = 200, body = PageView<IndicatorView>), (status = "4XX", body = ProblemView)))]
#[get("/indicators")]
async fn list_indicators(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<IndicatorParams>,
) -> Result<HttpResponse, Refused> {
    let asked = list.filter.filter(&state).await?;
    // Whoever follows changes is told of retirements, too.
    let alive_on = asked.alive_on.filter(|_| list.updated_after.is_none());
    let filter = BoardFilter { updated_after: list.updated_after, alive_on, ..asked };
    let rows = state.office.read.list_indicators(&filter, list.page).await?;
    if rows.is_empty() {
        list.filter.expect_campaign(&state).await?;
    }
    let ids: Vec<IndicatorId> = rows.iter().map(|row| row.indicator.id).collect();
    let marked = marked(&state, &ids).await?;
    let aliases = aliases(&state, &rows).await?;
    let revisions: HashMap<Uuid, i32> =
        rows.iter().map(|row| (row.indicator.id.0, row.indicator.revision)).collect();
    let view = |row| IndicatorView::of(row, &marked, &aliases);
    let mut page = PageView::checked(rows, list.page, |row| row.indicator.id.0, view)?;
    let tag = |one: &IndicatorView| {
        respond::revised_tag_of(revisions.get(&one.id).copied().unwrap_or_default(), one)
    };
    page.etags = Some(page.items.iter().map(tag).collect::<Result<_, _>>()?);
    respond::list(&request, &page, list.fields.as_deref())
}

/// 新建指标
#[utoipa::path(tag = "指标", request_body = CreateIndicator, responses(
    (status = 201, body = IndicatorView), (status = "4XX", body = ProblemView)))]
#[post("/indicators")]
async fn create_indicator(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateIndicator>,
) -> Result<HttpResponse, Refused> {
    let row = plans::create_indicator(&state.office, &actor, body.into()).await?;
    let (row, view) = load(&state, row.id.0).await?;
    respond::created_revised(
        &format!("/api/v1/indicators/{}", row.indicator.id.0),
        &view,
        row.indicator.revision,
    )
}

async fn find(state: &State, id: Uuid) -> Result<NamedIndicatorRow, Refused> {
    state.office.read.find_indicator(Id::of(id)).await?.ok_or_else(|| Refused::not_found("指标"))
}

async fn load(state: &State, id: Uuid) -> Result<(NamedIndicatorRow, IndicatorView), Refused> {
    let row = find(state, id).await?;
    let marked = marked(state, &[row.indicator.id]).await?;
    let view = IndicatorView::of(row.clone(), &marked, &[])?;
    if !view.is_of_another() {
        // Other names of its measure could take away nothing but that doubt.
        return Ok((row, view));
    }
    let aliases = aliases(state, std::slice::from_ref(&row)).await?;
    Ok((row.clone(), IndicatorView::of(row, &marked, &aliases)?))
}

/// Other names of the measures of these indicators.
pub(super) async fn aliases(
    state: &State,
    rows: &[NamedIndicatorRow],
) -> Result<Vec<MeasureAliasRow>, Refused> {
    let mut ids: Vec<MeasureId> = rows.iter().map(|row| row.measure.0).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(state.office.read.list_measure_aliases(&ids).await?)
}

/// 读取一个指标；ETag前半为目标的修改次数，研判更新时只变后半，修改时只核对前半
#[utoipa::path(tag = "指标", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = IndicatorView), (status = "4XX", body = ProblemView)))]
#[get("/indicators/{id}")]
async fn find_indicator(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    let (row, view) = load(&state, *id).await?;
    respond::one_revised(&request, &view, row.indicator.revision, params.fields.as_deref())
}

/// 修改指标（须带If-Match；其间只有研判更新的，不影响修改）
#[utoipa::path(tag = "指标", request_body = UpdateIndicator,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = IndicatorView), (status = "4XX", body = ProblemView)))]
#[patch("/indicators/{id}")]
async fn update_indicator(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<UpdateIndicator>,
) -> Result<HttpResponse, Refused> {
    let seen = find(&state, *id).await?;
    respond::if_match_revision(&request, seen.indicator.revision)?;
    plans::update_indicator(&state.office, &actor, &seen, body.into()).await?;
    let (row, view) = load(&state, *id).await?;
    respond::one_revised(&request, &view, row.indicator.revision, None)
}
