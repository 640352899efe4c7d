//! Spreadsheets taken in (导入): forms of ours that come back, figures and 任务分解表 of others.

pub(in crate::api) mod desk_body;
pub(in crate::api) mod intake_views;

use std::collections::{BTreeSet, HashMap};

use actix_web::{HttpRequest, HttpResponse, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::State;
use crate::api::http::extract::Params;
use crate::api::http::lookup::{self, At};
use crate::api::http::negotiate;
use crate::api::http::page::refuse;
use crate::api::http::refused::{Code, ProblemView, Refused, RequestPart};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::BulkReport;
use crate::office::intake::{
    self, FigureOffer, FigureTerms, OfferOutcome, PlanItem, PlanItemOutcome, PlanSeat, PlanSource, PlanTerms,
    SheetFile, SheetHolds,
};
use crate::office::rows::CampaignRow;
use crate::office::workbooks::XLSX;
use crate::office::{Actor, Refusal};
use desk_body::{FileBody, file_name, unreadable};
use intake_views::{ReadFigureView, ReadPlanItemView, UnreadView, as_errors, as_marks, in_the_way};

/// Adds the route.
pub fn routes(config: &mut impl Routes) {
    config.service(import_sheet);
}

/// 导入的条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportParams {
    /// 文件名，记入数据的出处
    #[param(example = "8月报表.xlsx")]
    file_name: Option<String>,
    /// true为试运行：只报告结果，不写入
    #[serde(default)]
    dry_run: bool,
    /// false时跳过有问题的、写入其余；默认true，有一处有问题则全部不写
    #[serde(default = "yes")]
    atomic: bool,
    /// all逐条列出结果；errors只列有问题的、有变化的和有疑点的；默认all
    #[serde(default)]
    #[param(inline)]
    report: BulkReport,
    /// 任务分解表录入哪个攻坚行动：id、文号或名称
    campaign: Option<String>,
    /// 没有写明地区的数据是哪个行政区的：id、代码或名称；默认为campaign的
    region: Option<String>,
    /// 公布日期，默认今天
    published_on: Option<NaiveDate>,
    /// true时任务分解表中没有登记的责任单位和指标口径一并新建；默认false，列出而不录入
    #[serde(default)]
    new_names: bool,
}

fn yes() -> bool {
    true
}

/// What a spreadsheet was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportKind {
    /// A form of ours that came back.
    Form,
    /// Figures.
    Figures,
    /// Tasks with their units and targets.
    Plan,
    /// Units.
    Units,
    /// Contacts.
    Contacts,
}

/// 导入结果
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportReport {
    /// 是否试运行
    dry_run: bool,
    /// 读作：form为本系统的填报表，figures为数据表，plan为任务分解表，units为责任单位名册，contacts为联络员名册
    kind: ImportKind,
    /// 文件名
    file_name: String,
    /// 工作表名称，按次序
    sheets: Vec<String>,
    /// 是否已写入
    written: bool,
    /// 新增
    created: usize,
    /// 有变化
    updated: usize,
    /// 相同
    unchanged: usize,
    /// 不合要求、没有登记或前后不一的
    refused: usize,
    /// 没有读懂的
    unread_count: usize,
    /// 读出的数据；report=errors时不列新增和相同的
    figures: Vec<ReadFigureView>,
    /// 读出的任务、责任单位、联络员和目标；report=errors时不列新增和相同的
    plan: Vec<ReadPlanItemView>,
    /// 没有读懂的，及其单元格
    unread: Vec<UnreadView>,
}

/// Why a spreadsheet without tasks and figures is refused.
const NOTHING: &str =
    "没有读出任务或数据，表头无法识别。请检查是否选错了文件，表头应写明任务和责任单位，或指标、地区和数值。";

/// 导入电子表格：收回填报表，录入外来的数据表和任务分解表
///
/// 请求内容为文件本身（.xlsx、.xls、.et，或UTF-8、GBK的.csv），最大20MB；是什么表由内容判断。数据按名称或别名对应到指标口径和行政区，与已有的
/// 逐条比较，再与PUT /observations同样录入，出处为文件名、单元格和原文；任务分解表、责任单位名册、联络员名册与PUT /plans同样录入。没有登记的名称只列出，不自行新建。
/// 有问题的逐处说明工作表和单元格（pointer为`/工作表/单元格`）。试运行时，请求头Accept为xlsx的，以标注了问题的同一工作簿答复。
#[utoipa::path(tag = "导入", params(ImportParams), request_body(content(
    (Vec<u8> = "application/octet-stream"),
    (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (Vec<u8> = "application/vnd.ms-excel"), (Vec<u8> = "text/csv"))), responses(
    (status = 200, content((ImportReport = "application/json"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
    (status = "4XX", body = ProblemView)))]
#[post("/imports")]
async fn import_sheet(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    Params(params): Params<ImportParams>,
    FileBody(bytes): FileBody,
) -> Result<HttpResponse, Refused> {
    let name = file_name(params.file_name.as_deref(), "电子表格")?;
    let as_workbook = negotiate::asks_for(&request, XLSX);
    if as_workbook && (!params.dry_run || request.headers().contains_key("idempotency-key")) {
        let detail = "标注问题的工作簿只在试运行时给出，请加dry_run=true，不带Idempotency-Key。";
        return Err(refuse("dry_run", "required", detail));
    }
    let campaign = lookup::maybe_campaign(&state, At::Query("campaign"), params.campaign.as_deref()).await?;
    let region = lookup::maybe_region(&state, At::Query("region"), params.region.as_deref()).await?;
    let region = region.map(|row| row.id).or_else(|| campaign.as_ref().map(|row| row.region_id));
    let (named, published_on) = (name.clone(), params.published_on);
    let read = web::block(move || intake::read_sheet(&bytes, &named, published_on));
    let read = read.await.map_err(Refused::internal)?;
    let mut file = read.map_err(unreadable)?;
    if file.is_empty() {
        return Err(Refused::at(Code::Invalid, "", "nothing_read", NOTHING));
    }
    let mut import = Import { params, name, actor, figures: Vec::new(), plan: Vec::new(), written: false };
    let region = region.map(|id| id.0.to_string());
    let kind = match &file.holds {
        SheetHolds::Forms(_) => ImportKind::Form,
        SheetHolds::Figures(_) => ImportKind::Figures,
        SheetHolds::Plan(_) => ImportKind::Plan,
        SheetHolds::Rosters(rosters) if rosters.iter().all(|roster| roster.contacts) => ImportKind::Contacts,
        SheetHolds::Rosters(_) => ImportKind::Units,
    };
    match kind {
        ImportKind::Form | ImportKind::Figures => import.figures(&state, &mut file, region).await?,
        ImportKind::Plan => import.plan(&state, &mut file, campaign).await?,
        ImportKind::Units | ImportKind::Contacts => import.rosters(&state, &file, region).await?,
    }
    if as_workbook {
        let wrong = as_marks(in_the_way(&import.figures, &import.plan, &file.unread));
        let marked = file.marked(&wrong, state.office.clock.today());
        let bytes = marked.map_err(|error| Refused::at(Code::Invalid, "", "too_many", error.to_string()))?;
        let name =
            format!("{}（标注）.xlsx", import.name.rsplit_once('.').map_or(&*import.name, |(stem, _)| stem));
        return Ok(respond::file(&request, XLSX, Some(&name), bytes));
    }
    respond::ok(&request, &import.report(kind, file)?)
}

/// An import being done.
struct Import {
    params: ImportParams,
    name: String,
    actor: Actor,
    figures: Vec<FigureOffer>,
    plan: Vec<PlanItem>,
    written: bool,
}

impl Import {
    async fn figures(
        &mut self,
        state: &State,
        file: &mut SheetFile,
        region: Option<String>,
    ) -> Result<(), Refused> {
        let office = &state.office;
        let terms = FigureTerms {
            region,
            published_on: self.params.published_on.unwrap_or_else(|| office.clock.today()),
            source: self.name.clone(),
            measures: HashMap::new(),
            leave_out: BTreeSet::new(),
        };
        self.figures = intake::figures_of(office, file, &terms).await.map_err(of_query)?;
        let weighed = intake::weighed(office, &self.actor, &mut self.figures).await?;
        let clear = in_the_way(&self.figures, &[], &file.unread).is_empty();
        if !self.params.dry_run && (clear || !self.params.atomic) {
            intake::record_offers(office, &self.actor, &mut self.figures, &weighed).await?;
            self.written = true;
        }
        Ok(())
    }

    async fn plan(
        &mut self,
        state: &State,
        file: &mut SheetFile,
        campaign: Option<CampaignRow>,
    ) -> Result<(), Refused> {
        let SheetHolds::Plan(tasks) = &mut file.holds else { return Ok(()) };
        let Some(campaign) = campaign else {
            let detail = "这是任务分解表，请用campaign写明录入哪个攻坚行动。";
            return Err(refuse("campaign", "required", detail));
        };
        let source = PlanSource::of_tasks(std::mem::take(tasks), Vec::new(), file.sheets.clone());
        let terms = PlanTerms {
            seat: PlanSeat {
                name: campaign.name,
                doc_no: None,
                issuer: None,
                letter_mark: None,
                region: campaign.region_id.0.to_string(),
                starts_on: campaign.starts_on,
                ends_on: campaign.ends_on,
            },
            new_names: self.params.new_names,
            units: HashMap::new(),
            measures: HashMap::new(),
            leave_out: BTreeSet::new(),
            skip_refused: !self.params.atomic,
            reason: Some(format!("导入{}", self.name)),
        };
        let unread = self.params.atomic && !file.unread.is_empty();
        let trial = self.params.dry_run || unread;
        (self.plan, self.written) =
            intake::take_in_plan(&state.office, &self.actor, &source, (&terms, trial)).await?;
        Ok(())
    }

    async fn rosters(
        &mut self,
        state: &State,
        file: &SheetFile,
        region: Option<String>,
    ) -> Result<(), Refused> {
        let SheetHolds::Rosters(rosters) = &file.holds else { return Ok(()) };
        let (skip, dry_run) = (!self.params.atomic, self.params.dry_run);
        let trial = dry_run || (!skip && !file.unread.is_empty());
        let read = (rosters.as_slice(), file.sheets.as_slice());
        let done =
            intake::take_in_rosters(&state.office, &self.actor, read, region.as_deref(), (skip, trial));
        (self.plan, self.written) = done.await?;
        Ok(())
    }

    /// The answer; what stands in the way of all or nothing is told as a problem.
    fn report(self, kind: ImportKind, file: SheetFile) -> Result<ImportReport, Refused> {
        let wrong = in_the_way(&self.figures, &self.plan, &file.unread);
        if !self.written && !self.params.dry_run {
            return Err(Refused::many(as_errors(wrong)));
        }
        let offers = |wanted: fn(OfferOutcome) -> bool| {
            self.figures.iter().filter(|offer| wanted(offer.outcome)).count()
        };
        let things = |wanted: PlanItemOutcome| self.plan.iter().filter(|item| item.outcome == wanted).count();
        let all = self.params.report == BulkReport::All;
        let (created, updated, unchanged) = (
            offers(|one| one == OfferOutcome::Created) + things(PlanItemOutcome::Created),
            offers(|one| one == OfferOutcome::Updated) + things(PlanItemOutcome::Updated),
            offers(|one| one == OfferOutcome::Unchanged) + things(PlanItemOutcome::Unchanged),
        );
        let stands = self.plan.iter().filter(|item| item.outcome.is_in_the_way()).count();
        let told = |offer: &FigureOffer| {
            let quiet = matches!(offer.outcome, OfferOutcome::Created | OfferOutcome::Unchanged);
            all || !quiet || !offer.doubts.is_empty()
        };
        let shown = |item: &PlanItem| {
            all || !matches!(item.outcome, PlanItemOutcome::Created | PlanItemOutcome::Unchanged)
        };
        Ok(ImportReport {
            dry_run: self.params.dry_run,
            kind,
            file_name: self.name,
            sheets: file.sheets,
            written: self.written,
            created,
            updated,
            unchanged,
            refused: offers(OfferOutcome::is_in_the_way) + stands,
            unread_count: file.unread.len(),
            figures: self.figures.into_iter().filter(told).map(ReadFigureView::from).collect(),
            plan: self.plan.into_iter().filter(shown).map(ReadPlanItemView::from).collect(),
            unread: file.unread.into_iter().map(UnreadView::from).collect(),
        })
    }
}

/// What is wrong with the terms is wrong with the query.
fn of_query(refusal: Refusal) -> Refused {
    match refusal {
        Refusal::Key { field, error } => At::Query(&field).problem(error),
        Refusal::Invalid(invalid) => Refused::from(invalid),
        other => Refused::from(other).in_part(RequestPart::Query, ""),
    }
}
