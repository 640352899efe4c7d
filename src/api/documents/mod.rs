//! Documents that came in (来文): plans and reports as they lie on the desk, read for a person who adopts them.

mod document_bodies;

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::{Body, Params};
use crate::api::http::lookup::{self, At};
use crate::api::http::page::{List, ListParams, PageView};
use crate::api::http::refused::{Code, ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::http::wire::{Word, Words};
use crate::api::imports::desk_body::{FileBody, file_name, unreadable};
use crate::api::imports::intake_views::{as_errors, in_the_way};
use crate::api::retirement::Retire;
use crate::domain::DocumentKind;
use crate::office::Actor;
use crate::office::intake::{self, DocumentTerms, NewDocument, NotTakenIn};
use crate::office::rows::{DocumentFilter, DocumentRow};
use crate::office::types::Id;
use document_bodies::{AdoptDocument, DocumentView, ProposalView};

type DocumentKindWord = Word<DocumentKind>;
type DocumentKindWords = Words<DocumentKind>;

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config
        .service(list_documents)
        .service(create_document)
        .service(find_document)
        .service(adopt_document)
        .service(retire_document);
}

/// 来文查询条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DocumentParams {
    /// 方案plan或报告report，可用逗号分隔多个
    #[param(inline)]
    kind: Option<DocumentKindWords>,
    /// true只要已采用的，false只要尚未采用的
    adopted: Option<bool>,
    /// true时连同已停用的一并列出
    retired: Option<bool>,
}

/// 列出来文，后收到的在前
#[utoipa::path(tag = "来文", params(ListParams, DocumentParams), responses(
    (status = 200, body = PageView<DocumentView>), (status = "4XX", body = ProblemView)))]
#[get("/documents")]
async fn list_documents(
    state: web::Data<State>,
    request: HttpRequest,
    list: List<DocumentParams>,
) -> Result<HttpResponse, Refused> {
    let filter = DocumentFilter {
        kinds: list.filter.kind.map(|words| words.0),
        adopted: list.filter.adopted,
        updated_after: list.updated_after,
        with_retired: list.filter.retired == Some(true) || list.updated_after.is_some(),
    };
    let rows = state.office.read.list_documents(&filter, list.page).await?;
    let page = PageView::new(rows, list.page, |row| row.id.0, DocumentView::from);
    respond::list(&request, &page, list.fields.as_deref())
}

/// 送入的条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NewDocumentParams {
    /// 文件名
    #[param(example = "8月工作月报.docx")]
    file_name: String,
    /// 这份文件是哪个行政区的：id、代码或名称
    #[param(example = "430000")]
    region: String,
    /// 方案plan或报告report；不写时由内容判断
    kind: Option<DocumentKindWord>,
}

/// 送入来文：方案或报告，读成拟稿，由人审核采用
///
/// 请求内容为文件本身（.docx、有文字的.pdf、.txt），最大20MB；是什么文件由内容判断。送入后用GET /documents/{id}看读出的内容，采用之前不作数。
/// 电子表格请用POST /imports。扫描件、.doc、.wps、带宏的文件退回并说明怎么办。
#[utoipa::path(tag = "来文", params(NewDocumentParams), request_body(content(
    (Vec<u8> = "application/octet-stream"), (Vec<u8> = "application/pdf"),
    (Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"))), responses(
    (status = 201, body = DocumentView), (status = "4XX", body = ProblemView)))]
#[post("/documents")]
async fn create_document(
    state: web::Data<State>,
    actor: Actor,
    Params(params): Params<NewDocumentParams>,
    FileBody(bytes): FileBody,
) -> Result<HttpResponse, Refused> {
    let region = lookup::region(&state, At::Query("region"), &params.region).await?;
    let new = NewDocument {
        file_name: file_name(Some(&params.file_name), "")?,
        kind: params.kind.map(|word| word.0),
        region: region.id.0.to_string(),
        bytes: bytes.to_vec(),
    };
    let row = intake::receive_document(&state.office, &actor, new).await.map_err(|why| match why {
        NotTakenIn::Unreadable(why) => unreadable(why),
        NotTakenIn::Neither(why) => Refused::at(Code::Invalid, "", "nothing_read", why),
        NotTakenIn::Refused(refusal) => refusal.into(),
    })?;
    respond::created(&format!("/api/v1/documents/{}", row.id.0), &DocumentView::from(row))
}

async fn load(state: &State, id: Uuid) -> Result<DocumentRow, Refused> {
    state.office.read.find_document(Id::of(id)).await?.ok_or_else(|| Refused::not_found("来文"))
}

/// 读取来文及其拟稿
///
/// 方案逐项给出任务、责任单位和目标，报告逐条给出数据，各附原文和位置，并与已有的比较：新增、相同、有变化（现行的内容并列）、不合要求、没有登记；
/// 没有读懂的文字也列出。每次按现有的名称和数据重新比较。
#[utoipa::path(tag = "来文", params(("id" = Uuid, Path, description = "编号")), responses(
    (status = 200, body = ProposalView), (status = "4XX", body = ProblemView)))]
#[get("/documents/{id}")]
async fn find_document(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Refused> {
    let row = load(&state, *id).await?;
    let terms = DocumentTerms { new_names: true, ..DocumentTerms::default() };
    let proposal = intake::adopt(&state.office, &actor, (&row, &terms), true).await?;
    respond::ok(&request, &ProposalView::of(row, proposal))
}

/// 采用来文
///
/// 方案与PUT /plans、报告与PUT /observations同样录入，一次写入，出处为文件和原文。有一项不合要求则全部不采用，逐项说明；可用leave_out、
/// skip_refused除去，用units、measures写明对应的名称。再次采用不会重复；修订后的文件另行送入，只写入有变化的。
#[utoipa::path(tag = "来文", params(("id" = Uuid, Path, description = "编号")), request_body = AdoptDocument,
    responses((status = 200, body = ProposalView), (status = "4XX", body = ProblemView)))]
#[post("/documents/{id}/adopt")]
async fn adopt_document(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<AdoptDocument>,
) -> Result<HttpResponse, Refused> {
    let row = load(&state, *id).await?;
    let campaign = match &body.campaign {
        Some(key) => Some(lookup::campaign(&state, At::Body("campaign"), key).await?),
        None => None,
    };
    let dry_run = body.dry_run;
    let terms = DocumentTerms {
        campaign,
        name: body.name,
        issuer: body.issuer,
        letter_mark: body.letter_mark,
        starts_on: body.starts_on,
        ends_on: body.ends_on,
        published_on: body.published_on,
        new_names: body.new_names,
        units: body.units.into_iter().collect(),
        measures: body.measures.into_iter().collect(),
        leave_out: body.leave_out,
        skip_refused: body.skip_refused,
        reason: body.reason,
    };
    let proposal = intake::adopt(&state.office, &actor, (&row, &terms), dry_run).await?;
    if !dry_run && !proposal.written {
        let mut errors = as_errors(in_the_way(&proposal.figures, &proposal.plan, &[]));
        if proposal.plan.is_empty() {
            errors.retain(|error| error.code != "unknown_measure" && error.code != "unknown_region");
        }
        return Err(Refused::many(errors));
    }
    respond::ok(&request, &ProposalView::of(load(&state, *id).await?, proposal))
}

/// 停用来文
///
/// 不再列出，不能采用；已采用的内容不受影响，文件照常保存到期。
#[utoipa::path(tag = "来文", params(("id" = Uuid, Path, description = "编号")), request_body = Retire,
    responses((status = 200, body = DocumentView), (status = "4XX", body = ProblemView)))]
#[post("/documents/{id}/retirement")]
async fn retire_document(
    state: web::Data<State>,
    actor: Actor,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Body(body): Body<Retire>,
) -> Result<HttpResponse, Refused> {
    intake::retire_document(&state.office, &actor, Id::of(*id), &body.reason).await?;
    respond::ok(&request, &DocumentView::from(load(&state, *id).await?))
}
