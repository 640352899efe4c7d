//! Indicators (指标): the promise, and the verdict in force beside it.

pub(in crate::api) mod cascade;
pub(in crate::api) mod persons;
pub(in crate::api) mod revisions;

mod bodies;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::NaiveDate;
use uuid::Uuid;

use crate::api::State;
use crate::api::assessments::marked;
use crate::api::campaigns::campaign_curves;
use crate::api::http::extract::{Body, Params};
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::problem::{Problem, ProblemView};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::api::http::wire::Amount;
use crate::api::targets::promise::{self, Of};
use crate::domain::{Grade, Invalid, Measure, Period, quantity};
use crate::store::rows::{
    BoardFilter, IndicatorChange, IndicatorRow, MeasureAliasRow, NamedIndicatorRow, ResponsibilityRow,
    TargetColumns,
};
use crate::store::types::{Id, Number};
use crate::store::{curves, revisions as kept};

pub use bodies::{CreateIndicator, IndicatorParams, IndicatorView, Named, PeriodView, UpdateIndicator};

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
    pub async fn filter(&self, state: &State) -> Result<BoardFilter, Problem> {
        // The usual case: boards are asked for by id.
        let family = self.campaign.as_deref().and_then(|key| Uuid::try_parse(key).ok()).map(Id);
        let named = self.campaign.as_deref().filter(|_| family.is_none());
        let campaigns = lookup::maybe_campaign_family(state, named).await?;
        let unit = lookup::maybe_unit(state, At::Query("unit"), self.unit.as_deref()).await?;
        let region = lookup::maybe_region(state, At::Query("region"), self.region.as_deref()).await?;
        let measure = lookup::maybe_measure(state, At::Query("measure"), self.measure.as_deref()).await?;
        Ok(BoardFilter {
            family,
            campaigns,
            task_id: self.task,
            unit_id: unit.map(|row| row.id.0),
            region_id: region.map(|row| row.id.0),
            measure_id: measure.map(|row| row.id.0),
            grades: self.grade.as_deref().map(grades).transpose()?,
            updated_after: None,
        })
    }

    /// To be asked when nothing passed the filter: whether the campaign is there at all.
    pub async fn expect_campaign(&self, state: &State) -> Result<(), Problem> {
        lookup::maybe_campaign_family(state, self.campaign.as_deref()).await.map(drop)
    }
}

fn grades(text: &str) -> Result<Vec<String>, Problem> {
    use crate::domain::TextEnum as _;
    let known: Vec<_> = Grade::ALL.iter().map(|grade| grade.as_str()).collect();
    let words: Vec<String> = text.split(',').map(|word| word.trim().to_owned()).collect();
    if words.iter().all(|word| known.contains(&word.as_str())) {
        return Ok(words);
    }
    Err(crate::api::http::page::refuse(
        "grade",
        "unknown",
        &format!("没有这个等级，可用：{}。", known.join("、")),
    ))
}

/// 列出指标
#[utoipa::path(tag = "指标", params(ListParams, IndicatorParams), responses(
    (status = 200, body = PageView<IndicatorView>), (status = "4XX", body = ProblemView)))]
#[get("/indicators")]
async fn list_indicators(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<IndicatorParams>,
) -> Result<HttpResponse, Problem> {
    let filter = BoardFilter { updated_after: list.updated_after, ..list.filter.filter(&state).await? };
    let rows = state.office.store.list_indicators(&filter, list.page).await?;
    if rows.is_empty() {
        list.filter.expect_campaign(&state).await?;
    }
    let ids: Vec<Id> = rows.iter().map(|row| row.indicator.id).collect();
    let marked = marked(&state, &ids).await?;
    let aliases = aliases(&state, &rows).await?;
    let view = |row| IndicatorView::of(row, &marked, &aliases);
    let page = PageView::checked(rows, list.page, |row| row.indicator.id.0, view)?;
    respond::list(&request, &page, list.fields.as_deref())
}

/// 新建指标
#[utoipa::path(tag = "指标", request_body = CreateIndicator, responses(
    (status = 201, body = IndicatorView), (status = "4XX", body = ProblemView)))]
#[post("/indicators")]
async fn create_indicator(
    state: web::Data<State>,
    Body(body): Body<CreateIndicator>,
) -> Result<HttpResponse, Problem> {
    let found = state.office.store.find_task_campaign(body.task).await;
    let (campaign, starts_on, ends_on) = found.map_err(|error| At::Body("task").problem(error))?;
    let measure = lookup::measure(&state, At::Body("measure"), &body.measure).await?;
    let region = lookup::region(&state, At::Body("region"), &body.region).await?;
    let (measure_id, measure) = (measure.id, Measure::try_from(measure)?);
    let target = body.target.map(|target| target.target(Of::measure(&measure))).transpose()?;
    promise::expect_benchmark(&state, target.as_ref(), (measure_id, region.id)).await?;
    let curve = match body.curve {
        Some(curve) => curves::write(&curve.curve()?),
        None => campaign_curves::default_curve(&state, campaign, target.as_ref()).await?,
    };
    let window = window(body.window_start.unwrap_or(starts_on), body.window_end.unwrap_or(ends_on))?;
    let (id, now) = (Id(state.office.clock.new_id()), state.office.clock.timestamp());
    let mut parts = Vec::new();
    for (ordinal, part) in (0..).zip(&body.responsibilities) {
        let place = format!("responsibilities.{ordinal}.unit");
        let unit = lookup::unit(&state, At::Body(&place), &part.unit).await?;
        parts.push(ResponsibilityRow {
            id: Id(state.office.clock.new_id()),
            task_id: None,
            indicator_id: Some(id),
            unit_id: unit.id,
            role: part.role.0.to_string(),
            ordinal: ordinal + 1,
        });
    }
    let row = IndicatorRow {
        id,
        campaign_id: campaign,
        task_id: Id(body.task),
        series_id: 0,
        lead_unit_id: None,
        target: TargetColumns::from(target.as_ref()),
        curve,
        baseline: baseline(body.baseline)?,
        window_start: window.start(),
        window_end: window.end(),
        created_at: now,
        revision: 1,
        updated_at: now,
    };
    state.office.store.create_indicator((measure_id, region.id), &row, &parts).await?;
    respond::created_revised(
        &format!("/api/v1/indicators/{}", id.0),
        &load(&state, id.0).await?.1,
        row.revision,
    )
}

fn window(start: NaiveDate, end: NaiveDate) -> Result<Period, Problem> {
    Ok(Period::new(start, end).map_err(|invalid| Invalid { field: "window_end".to_owned(), ..invalid })?)
}

fn baseline(value: Option<Amount>) -> Result<Option<Number>, Invalid> {
    value.map(|amount| quantity::checked("baseline", amount.0).map(Number)).transpose()
}

async fn find(state: &State, id: Uuid) -> Result<NamedIndicatorRow, Problem> {
    state.office.store.find_indicator(id).await?.ok_or_else(|| Problem::not_found("指标"))
}

async fn load(state: &State, id: Uuid) -> Result<(IndicatorRow, IndicatorView), Problem> {
    let row = find(state, id).await?;
    let marked = marked(state, &[row.indicator.id]).await?;
    let aliases = aliases(state, std::slice::from_ref(&row)).await?;
    Ok((row.indicator.clone(), IndicatorView::of(row, &marked, &aliases)?))
}

/// Other names of the measures of these indicators.
async fn aliases(state: &State, rows: &[NamedIndicatorRow]) -> Result<Vec<MeasureAliasRow>, Problem> {
    let mut ids: Vec<Id> = rows.iter().map(|row| row.measure.0).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(state.office.store.list_measure_aliases(&ids).await?)
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
) -> Result<HttpResponse, Problem> {
    let (row, view) = load(&state, *id).await?;
    respond::one_revised(&request, &view, row.revision, params.fields.as_deref())
}

/// 修改指标（须带If-Match；其间只有研判更新的，不影响修改）
#[utoipa::path(tag = "指标", request_body = UpdateIndicator,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = IndicatorView), (status = "4XX", body = ProblemView)))]
#[patch("/indicators/{id}")]
async fn update_indicator(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Body(body): Body<UpdateIndicator>,
) -> Result<HttpResponse, Problem> {
    let (row, view) = load(&state, *id).await?;
    respond::if_match_revision(&request, row.revision)?;
    let target = match body.target {
        None => row.target.target()?,
        Some(None) => None,
        Some(Some(target)) => {
            let measure = lookup::measure(&state, At::Body("target"), &view.measure.name).await?;
            let region = lookup::region(&state, At::Body("target"), &view.region).await?;
            let own = (measure.id, region.id);
            let target = target.target(Of::measure(&Measure::try_from(measure)?))?;
            promise::expect_benchmark(&state, Some(&target), own).await?;
            Some(target)
        }
    };
    let curve = match body.curve {
        Some(curve) => curve.curve()?,
        None => curves::read(&row.curve)?,
    };
    let window =
        window(body.window_start.unwrap_or(row.window_start), body.window_end.unwrap_or(row.window_end))?;
    let change = IndicatorChange {
        id: row.id,
        target: TargetColumns::from(target.as_ref()),
        curve: curves::write(&curve),
        baseline: match body.baseline {
            None => row.baseline,
            Some(value) => baseline(value)?,
        },
        window_start: window.start(),
        window_end: window.end(),
        revision: row.revision + 1,
        updated_at: state.office.clock.timestamp(),
    };
    let note = revisions::note(&state, body.reason.as_deref(), body.effective_on)?;
    let kept = kept::of_indicator(&row, &change, &note);
    state.office.store.update_indicator(&change, kept.as_ref()).await?;
    let (row, view) = load(&state, *id).await?;
    respond::one_revised(&request, &view, row.revision, None)
}
