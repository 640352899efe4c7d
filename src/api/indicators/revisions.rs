//! Revisions (历次修改): what an indicator promised, and which rule pack a campaign was judged by, before each change.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::page::{List, NoFilter, PageParams, PageView};
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::Amount;
use crate::api::targets::promise::{CurveBody, TargetView};
use crate::office::revisions::{CampaignState, IndicatorState};
use crate::office::rows::{RevisionOf, RevisionRow};
use crate::office::types::Id;
use crate::office::{StoreError, curves};

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_indicator_revisions).service(list_campaign_revisions);
}

/// 指标修改前的内容
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorRevisionView {
    /// 编号
    id: Uuid,
    /// 修改前的目标；为null表示当时未下达
    target: Option<TargetView>,
    /// 修改前的序时曲线
    curve: CurveBody,
    /// 修改前的基期值
    baseline: Option<Amount>,
    /// 修改前的目标期开始日期
    window_start: NaiveDate,
    /// 修改前的目标期结束日期
    window_end: NaiveDate,
    /// 自此日起不再按此研判
    superseded_on: NaiveDate,
    /// 修改理由
    reason: Option<String>,
    /// 修改时间
    recorded_at: DateTime<Utc>,
}

impl IndicatorRevisionView {
    fn of(row: RevisionRow) -> Result<Self, StoreError> {
        let state = IndicatorState::read(&row)?;
        let (window_start, window_end) = state.window();
        Ok(Self {
            id: row.id.0,
            target: state.target()?.target().map(TargetView::from),
            curve: CurveBody::from(curves::read(state.curve())?),
            baseline: state.baseline()?.map(|number| Amount(number.0)),
            window_start,
            window_end,
            superseded_on: row.superseded_on,
            reason: row.reason,
            recorded_at: row.recorded_at.and_utc(),
        })
    }
}

/// 列出一个指标历次修改前的内容
#[utoipa::path(tag = "指标", params(("id" = Uuid, Path, description = "指标编号"), PageParams), responses(
    (status = 200, body = PageView<IndicatorRevisionView>), (status = "4XX", body = ProblemView)))]
#[get("/indicators/{id}/revisions")]
async fn list_indicator_revisions(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    list: List<NoFilter>,
) -> Result<HttpResponse, Refused> {
    state.office.read.find_indicator(Id::of(*id)).await?.ok_or_else(|| Refused::not_found("指标"))?;
    let rows = state.office.read.list_revisions(RevisionOf::Indicator, Id::of(*id), list.page).await?;
    let page = PageView::checked(rows, list.page, |row| row.id.0, IndicatorRevisionView::of)?;
    respond::list(&request, &page, list.fields.as_deref())
}

/// 攻坚行动换用规则包的记录
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignRevisionView {
    /// 编号
    id: Uuid,
    /// 换用前的规则包编号
    rule_pack_id: Uuid,
    /// 自此日起不再按此研判
    superseded_on: NaiveDate,
    /// 换用理由
    reason: Option<String>,
    /// 换用时间
    recorded_at: DateTime<Utc>,
}

impl CampaignRevisionView {
    fn of(row: RevisionRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.0,
            rule_pack_id: CampaignState::read(&row)?.rule_pack_id,
            superseded_on: row.superseded_on,
            reason: row.reason,
            recorded_at: row.recorded_at.and_utc(),
        })
    }
}

/// 列出一个攻坚行动换用规则包的记录
#[utoipa::path(tag = "攻坚行动", params(("id" = Uuid, Path, description = "编号"), PageParams), responses(
    (status = 200, body = PageView<CampaignRevisionView>), (status = "4XX", body = ProblemView)))]
#[get("/campaigns/{id}/revisions")]
async fn list_campaign_revisions(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    list: List<NoFilter>,
) -> Result<HttpResponse, Refused> {
    state.office.read.find_campaign(Id::of(*id)).await?.ok_or_else(|| Refused::not_found("攻坚行动"))?;
    let rows = state.office.read.list_revisions(RevisionOf::Campaign, Id::of(*id), list.page).await?;
    let page = PageView::checked(rows, list.page, |row| row.id.0, CampaignRevisionView::of)?;
    respond::list(&request, &page, list.fields.as_deref())
}
