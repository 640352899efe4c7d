//! Drafts (函稿): a coordinator issues (签发) or discards what waits.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Body;
use crate::api::http::refused::{Code, ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::api::letters::{LetterView, WholeLetterView};
use crate::domain::{Invalid, invalid, lengths};
use crate::office::types::{Id, LetterId};
use crate::office::warnings::SigningRound;
use crate::office::{Actor, Refusal, warnings};

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config.service(issue_letters).service(issue_letter).service(discard_letter);
}

/// 签发
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueLetter {
    /// 签发人
    #[schema(example = "李四")]
    signer: String,
}

/// 签发一批函稿
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueLetters {
    /// 函稿，1至500封，按所列次序逐封签发
    letters: Vec<LetterToIssue>,
    /// 签发人
    #[schema(example = "李四")]
    signer: String,
}

/// 要签发的一封函稿
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterToIssue {
    /// 编号
    id: Uuid,
    /// 读取函稿时返回的ETag，以确保签发的就是看到的内容；与逐封签发时的请求头If-Match相同
    #[schema(example = "\"5d41402abc4b2a76\"")]
    if_match: Option<String>,
}

/// 一批函稿签发的结果
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedLettersView {
    /// 签发了几封
    issued: usize,
    /// 几封未签发
    refused: usize,
    /// 逐封的结果，次序与请求相同
    results: Vec<IssueResultView>,
}

/// 一封函稿签发的结果
#[derive(Debug, Serialize, ToSchema)]
pub struct IssueResultView {
    /// 编号
    id: Uuid,
    /// 是否已签发
    issued: bool,
    /// 发文字号；未签发为null
    #[schema(example = "湘攻坚函〔2025〕1号")]
    number: Option<String>,
    /// 签发的函；未签发为null
    letter: Option<LetterView>,
    /// 未签发的原因，与逐封签发时的错误说明相同；已签发为null
    problem: Option<ProblemView>,
    /// 函稿所据事实已变化时，现在等候签发的新函稿
    draft_ids: Vec<Uuid>,
}

/// 撤销函稿
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscardLetter {
    /// 决定人
    #[schema(example = "李四")]
    by: String,
    /// 理由
    #[schema(example = "数据口径有误，待统计部门核实")]
    reason: String,
}

/// Letters signed in one call, at most.
pub(in crate::api) const LETTERS_MAX: usize = 500;

/// 签发一批函稿：逐封签发，一封未签发不影响其余
///
/// 每封各自核对所据事实、各自留痕；中断后重发同一请求，已签发的答复“当前状态不允许此操作”，其余继续签发。
#[utoipa::path(tag = "预警函", request_body = IssueLetters,
    responses((status = 200, body = IssuedLettersView), (status = "4XX", body = ProblemView)))]
#[post("/letters/issue")]
async fn issue_letters(
    state: web::Data<State>,
    actor: Actor,
    Body(body): Body<IssueLetters>,
) -> Result<HttpResponse, Refused> {
    let signer = invalid::text("signer", &body.signer, lengths::PERSON)?;
    if !(1..=LETTERS_MAX).contains(&body.letters.len()) {
        let detail = format!("一次应签发1至{LETTERS_MAX}封函稿。");
        return Err(Invalid::new("letters", "out_of_range", detail).into());
    }
    let mut results = Vec::with_capacity(body.letters.len());
    let mut away: Option<Refused> = None;
    let mut round = SigningRound::new(&state.office);
    for one in body.letters {
        // Nobody waits for a database that is away as often as there are letters.
        if let Some(problem) = &away {
            results.push(IssueResultView::refused(one.id, problem, Vec::new()));
            continue;
        }
        let own = actor.part(&format!("/api/v1/letters/{}/issue", one.id));
        results.push(match issue_one(&state, &mut round, (&own, &signer), &one).await {
            Ok(letter) => IssueResultView::issued(one.id, letter),
            Err((problem, drafts)) => {
                let told = IssueResultView::refused(one.id, &problem, drafts);
                away = Some(problem).filter(|problem| problem.code == Code::Unavailable);
                told
            }
        });
    }
    // What is not done now, the next step that issues does.
    if let Err(error) = round.end().await {
        tracing::warn!(%error, "letters that need no answer any more still wait for one");
    }
    let issued = results.iter().filter(|one| one.issued).count();
    let refused = results.len() - issued;
    Ok(HttpResponse::Ok().json(IssuedLettersView { issued, refused, results }))
}

/// Signs one of several; a refusal comes with the drafts that wait instead.
async fn issue_one(
    state: &State,
    round: &mut SigningRound<'_>,
    (actor, signer): (&Actor, &str),
    one: &LetterToIssue,
) -> Result<LetterView, (Refused, Vec<LetterId>)> {
    let alone = |problem: Refused| (problem, Vec::new());
    let seen = WholeLetterView::load(state, one.id).await.map_err(alone)?;
    if let Some(given) = &one.if_match {
        respond::if_match_listed(given, &seen).map_err(alone)?;
    }
    let row = round.sign(actor, Id::of(one.id), signer).await.map_err(|refusal| {
        let drafts = match &refusal {
            Refusal::Changed { drafts, .. } => drafts.clone(),
            _ => Vec::new(),
        };
        (Refused::from(refusal), drafts)
    })?;
    LetterView::of(row, state.office.clock.now()).map_err(|error| alone(error.into()))
}

impl IssueResultView {
    fn issued(id: Uuid, letter: LetterView) -> Self {
        let number = letter.number.clone();
        Self { id, issued: true, number, letter: Some(letter), problem: None, draft_ids: Vec::new() }
    }

    fn refused(id: Uuid, problem: &Refused, drafts: Vec<LetterId>) -> Self {
        let draft_ids = drafts.into_iter().map(|id| id.0).collect();
        Self { id, issued: false, number: None, letter: None, problem: Some(problem.part()), draft_ids }
    }
}

/// 签发一封函稿：编号、落款日期、反馈期限和投递同时确定，此后不变
///
/// 请求头If-Match可填读取函稿时返回的ETag，以确保签发的就是看到的内容。
#[utoipa::path(tag = "预警函", request_body = IssueLetter,
    params(("id" = Uuid, Path, description = "编号"), ("If-Match" = Option<String>, Header, description = "读取时返回的ETag")),
    responses((status = 200, body = LetterView), (status = "4XX", body = ProblemView)))]
#[post("/letters/{id}/issue")]
async fn issue_letter(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<IssueLetter>,
) -> Result<HttpResponse, Refused> {
    // Before the letter is looked up: what the body says wrong is said first.
    let signer = invalid::text("signer", &body.signer, lengths::PERSON)?;
    let seen = WholeLetterView::load(&state, *id).await?;
    respond::if_match_given(&request, &seen)?;
    let row = warnings::sign(&state.office, &actor, Id::of(*id), &signer).await?;
    respond::ok(&request, &LetterView::of(row, state.office.clock.now())?)
}

/// 撤销一封函稿；所涉指标有更新的数据或更重的等级时另行起草
#[utoipa::path(tag = "预警函", request_body = DiscardLetter, params(("id" = Uuid, Path, description = "编号")),
    responses((status = 200, body = LetterView), (status = "4XX", body = ProblemView)))]
#[post("/letters/{id}/discard")]
async fn discard_letter(
    state: web::Data<State>,
    request: HttpRequest,
    actor: Actor,
    id: web::Path<Uuid>,
    Body(body): Body<DiscardLetter>,
) -> Result<HttpResponse, Refused> {
    let said = (body.by.as_str(), body.reason.as_str());
    let row = warnings::discard(&state.office, &actor, Id::of(*id), said).await?;
    respond::ok(&request, &LetterView::of(row, state.office.clock.now())?)
}
