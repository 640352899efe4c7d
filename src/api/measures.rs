//! Measures (指标口径).

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::{Body, Params};
use crate::api::http::lookup::ExternalIds;
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond::{self, OneParams};
use crate::api::http::spec::Routes;
use crate::api::http::wire::Word;
use crate::domain::{Basis, Better, Frequency, Stage, TextEnum as _};
use crate::office::measures::{self, MeasureEdit, NamedMeasure, NewMeasure};
use crate::office::rows::{MeasureFilter, MeasureRow};
use crate::office::types::{Id, MeasureId, of_any};
use crate::office::{Actor, ChangeReason};

type BasisWord = Word<Basis>;
type BetterWord = Word<Better>;
type FrequencyWord = Word<Frequency>;
type StageWord = Word<Stage>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_measures).service(create_measure).service(find_measure).service(update_measure);
}

/// 指标口径
#[derive(Debug, Serialize, ToSchema)]
pub struct MeasureView {
    /// 编号
    id: Uuid,
    /// 名称
    #[schema(example = "社会消费品零售总额")]
    name: String,
    /// 别名
    aliases: Vec<String>,
    /// 计量单位
    #[schema(example = "亿元")]
    unit: String,
    /// 数值口径：累计、当期或存量
    basis: BasisWord,
    /// 变好的方向
    better: BetterWord,
    /// 发布频率
    frequency: FrequencyWord,
    /// 通常在次月几日发布；为null表示不知道
    release_day: Option<i32>,
    /// 显示的小数位数
    precision: i32,
    /// 外部编号：数据所属系统对它的编号
    external_id: Option<String>,
    /// 来源次序：不同来源的数值不一致时，出处含有在前者的为准；空列表表示以后录入的为准
    sources: Vec<String>,
    /// 环节：数值由谁认定，由低到高，低的不取代高的；空列表表示不分环节
    stages: Vec<StageWord>,
    /// 建立时间
    created_at: DateTime<Utc>,
    /// 最近修改时间
    updated_at: DateTime<Utc>,
    /// 自此日起停用；为null表示在用
    retired_on: Option<NaiveDate>,
    /// 停用的理由
    retired_reason: Option<String>,
}

impl MeasureView {
    pub(in crate::api) fn of(row: MeasureRow, aliases: Vec<String>, external: &ExternalIds) -> Self {
        Self {
            external_id: external.get(&row.id.of_any()).cloned(),
            sources: row.sources(),
            stages: row.stages.split(',').filter_map(Stage::parse).map(Word).collect(),
            id: row.id.0,
            aliases,
            basis: Word(row.basis.0),
            better: Word(row.better.0),
            frequency: Word(row.frequency.0),
            name: row.name,
            unit: row.unit,
            release_day: row.release_day,
            precision: row.precision,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
            retired_on: row.retired_on,
            retired_reason: row.retired_reason,
        }
    }
}

/// 新建指标口径
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateMeasure {
    /// 名称，不得与其他指标口径的名称或别名相同
    #[schema(example = "社会消费品零售总额")]
    name: String,
    /// 别名，不得与其他指标口径的名称或别名相同
    #[serde(default)]
    aliases: Vec<String>,
    /// 计量单位
    #[schema(example = "亿元")]
    unit: String,
    /// 数值口径：累计、当期或存量
    basis: BasisWord,
    /// 变好的方向
    better: BetterWord,
    /// 发布频率
    frequency: FrequencyWord,
    /// 通常在次月几日发布，1至31
    release_day: Option<u32>,
    /// 显示的小数位数，0至6，默认1
    #[serde(default = "default_precision")]
    precision: u32,
    /// 外部编号：数据所属系统对它的编号，同类中唯一
    external_id: Option<String>,
    /// 来源次序：出处含有哪个来源的数值为准，在前者优先，没有列出的在最后；不写则以后录入的为准
    #[serde(default)]
    #[schema(example = json!(["统计局", "主管部门"]))]
    sources: Vec<String>,
    /// 环节：数值由谁认定，如自报self_reported、自查self_checked、核查verified、评议publicly_reviewed；不写为不分环节
    #[serde(default)]
    #[schema(example = json!(["self_reported", "verified"]))]
    stages: Vec<StageWord>,
}

fn default_precision() -> u32 {
    1
}

impl From<CreateMeasure> for NewMeasure {
    fn from(body: CreateMeasure) -> Self {
        Self {
            name: body.name,
            aliases: body.aliases,
            unit: body.unit,
            basis: body.basis.0,
            better: body.better.0,
            frequency: body.frequency.0,
            release_day: body.release_day,
            precision: body.precision,
            external_id: body.external_id,
            sources: body.sources,
            stages: body.stages.into_iter().map(|word| word.0).collect(),
        }
    }
}

/// 修改指标口径；未写的字段不变，写null为清空。已有观测值的，单位和数值口径不能再改
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMeasure {
    /// 名称
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = String)]
    name: Option<String>,
    /// 别名，整体替换原有别名
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = Vec<String>)]
    aliases: Option<Vec<String>>,
    /// 计量单位
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = String)]
    unit: Option<String>,
    /// 数值口径：累计、当期或存量
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = BasisWord)]
    basis: Option<BasisWord>,
    /// 变好的方向
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = BetterWord)]
    better: Option<BetterWord>,
    /// 发布频率
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = FrequencyWord)]
    frequency: Option<FrequencyWord>,
    /// 通常在次月几日发布，1至31
    #[serde(default, deserialize_with = "crate::api::http::wire::maybe::deserialize")]
    #[schema(value_type = Option<u32>)]
    release_day: Option<Option<u32>>,
    /// 显示的小数位数，0至6
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = u32)]
    precision: Option<u32>,
    /// 外部编号
    #[serde(default, deserialize_with = "crate::api::http::wire::maybe::deserialize")]
    #[schema(value_type = Option<String>)]
    external_id: Option<Option<String>>,
    /// 来源次序，整体替换；只影响此后录入的
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = Vec<String>)]
    sources: Option<Vec<String>>,
    /// 环节，整体替换；只影响此后录入的，已录入的数值保留各自的环节
    #[serde(default, deserialize_with = "crate::api::http::wire::given::deserialize")]
    #[schema(value_type = Vec<StageWord>)]
    stages: Option<Vec<StageWord>>,
    /// 修改理由，随修改一并留存
    reason: Option<String>,
    /// 自哪天起按修改后的口径研判、用新名称，默认今天；早于今天的用于更正，不得晚于今天。此前各日的看板和台账仍显示原名称
    effective_on: Option<NaiveDate>,
}

impl From<UpdateMeasure> for MeasureEdit {
    fn from(body: UpdateMeasure) -> Self {
        Self {
            name: body.name,
            aliases: body.aliases,
            unit: body.unit,
            basis: body.basis.map(|word| word.0),
            better: body.better.map(|word| word.0),
            frequency: body.frequency.map(|word| word.0),
            release_day: body.release_day,
            precision: body.precision,
            external_id: body.external_id,
            sources: body.sources,
            stages: body.stages.map(|words| words.into_iter().map(|word| word.0).collect()),
            why: ChangeReason { reason: body.reason, effective_on: body.effective_on },
        }
    }
}

/// 指标口径查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MeasureParams {
    /// 名称或别名中含有的文字，不分大小写
    name_contains: Option<String>,
    /// true时连同已停用的一并列出
    retired: Option<bool>,
}

/// 列出指标口径
#[utoipa::path(tag = "指标口径", params(ListParams, MeasureParams), responses(
    (status = 200, body = PageView<MeasureView>), (status = "4XX", body = ProblemView)))]
#[get("/measures")]
async fn list_measures(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<MeasureParams>,
) -> Result<HttpResponse, Refused> {
    let filter = MeasureFilter {
        with_retired: list.filter.retired == Some(true) || list.updated_after.is_some(),
        name_contains: list.filter.name_contains,
        updated_after: list.updated_after,
    };
    let rows = state.office.read.list_measures(&filter, list.page).await?;
    let ids: Vec<MeasureId> = rows.iter().map(|row| row.id).collect();
    let mut aliases: HashMap<MeasureId, Vec<String>> = HashMap::new();
    for alias in state.office.read.list_measure_aliases(&ids).await? {
        aliases.entry(alias.measure_id).or_default().push(alias.name);
    }
    let external = state.office.read.list_external_ids(&of_any(&ids)).await?;
    let page = PageView::new(
        rows,
        list.page,
        |row| row.id.0,
        |row| {
            let aliases = aliases.remove(&row.id).unwrap_or_default();
            MeasureView::of(row, sorted(aliases), &external)
        },
    );
    respond::list(&request, &page.tagged()?, list.fields.as_deref())
}

/// 新建指标口径
#[utoipa::path(tag = "指标口径", request_body = CreateMeasure, responses(
    (status = 201, body = MeasureView), (status = "4XX", body = ProblemView)))]
#[post("/measures")]
async fn create_measure(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<CreateMeasure>,
) -> Result<HttpResponse, Refused> {
    let measure = measures::create_measure(&state.office, &actor, body.into()).await?;
    let location = format!("/api/v1/measures/{}", measure.0.id.0);
    respond::created(&location, &view(&state, measure).await?)
}

/// 读取一个指标口径
#[utoipa::path(tag = "指标口径", params(("id" = Uuid, Path, description = "编号"), OneParams), responses(
    (status = 200, body = MeasureView), (status = "4XX", body = ProblemView)))]
#[get("/measures/{id}")]
async fn find_measure(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<OneParams>,
) -> Result<HttpResponse, Refused> {
    let measure = load(&state, *id).await?;
    respond::one(&request, &view(&state, measure).await?, params.fields.as_deref())
}

async fn view(state: &State, (row, aliases): NamedMeasure) -> Result<MeasureView, Refused> {
    let external = state.office.read.list_external_ids(&[row.id.of_any()]).await?;
    Ok(MeasureView::of(row, sorted(aliases), &external))
}

async fn load(state: &State, id: Uuid) -> Result<NamedMeasure, Refused> {
    let row = state.office.read.find_measure(Id::of(id)).await?;
    let row = row.ok_or_else(|| Refused::not_found("指标口径"))?;
    let aliases = state.office.read.list_measure_aliases(&[row.id]).await?;
    Ok((row, sorted(aliases.into_iter().map(|alias| alias.name).collect())))
}

/// Databases differ in how they order Chinese text; answers must not.
fn sorted(mut aliases: Vec<String>) -> Vec<String> {
    aliases.sort_unstable();
    aliases
}

/// 修改指标口径（须带If-Match）
#[utoipa::path(tag = "指标口径", request_body = UpdateMeasure,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = String, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = MeasureView), (status = "4XX", body = ProblemView)))]
#[patch("/measures/{id}")]
async fn update_measure(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<UpdateMeasure>,
) -> Result<HttpResponse, Refused> {
    let seen = load(&state, *id).await?;
    respond::if_match(&request, &view(&state, seen.clone()).await?)?;
    let measure = measures::update_measure(&state.office, &actor, seen, body.into()).await?;
    respond::ok(&request, &view(&state, measure).await?)
}
