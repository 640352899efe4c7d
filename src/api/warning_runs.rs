//! Warning runs (预警运行): by hand what the night does by the clock, or a rehearsal that writes nothing.

use actix_web::{HttpResponse, post, web};
use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::State;
use super::extract::Body;
use super::problem::{Code, Problem, ProblemView};
use super::wire::Word;
use crate::domain::{Grade, Level};
use crate::warning::{self, Issued, Outcome, PlannedLetter, WarningError};

/// Adds the resource's routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(create_warning_run);
}

/// 预警运行
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWarningRun {
    /// 研判日期，默认今天
    as_of: Option<NaiveDate>,
    /// true为预演：列出谁会因何收到函，不写入
    #[serde(default)]
    dry_run: bool,
}

/// 预警运行的结果
#[derive(Debug, Serialize, ToSchema)]
pub struct WarningRunView {
    /// 研判日期
    as_of: NaiveDate,
    /// 是否预演
    dry_run: bool,
    /// 研判的指标数
    assessed: usize,
    /// 解除的预警事项数
    lifted: usize,
    /// 签发（或将签发）的函
    letters: Vec<RunLetterView>,
    /// 滞后但没有责任单位的指标
    unaddressed_indicators: Vec<Uuid>,
}

/// 一封函
#[derive(Debug, Serialize, ToSchema)]
pub struct RunLetterView {
    /// 函的编号；预演时为null
    id: Option<Uuid>,
    /// 发文字号；预演时为null
    number: Option<String>,
    /// 结果：planned、issued、awaits_approval或overtaken
    outcome: &'static str,
    /// 攻坚行动编号
    campaign_id: Uuid,
    /// 主送单位编号
    unit_id: Uuid,
    /// 主送单位
    unit: String,
    /// 预警等级
    #[schema(value_type = String)]
    level: Word<Level>,
    /// 涉及的指标
    indicators: Vec<RunIndicatorView>,
    /// 收件邮箱
    mailboxes: Vec<String>,
}

/// 涉及的指标
#[derive(Debug, Serialize, ToSchema)]
pub struct RunIndicatorView {
    /// 编号
    id: Uuid,
    /// 名称
    name: String,
    /// 等级
    #[schema(value_type = String)]
    grade: Word<Grade>,
}

impl From<PlannedLetter> for RunLetterView {
    fn from(letter: PlannedLetter) -> Self {
        let (id, number, outcome) = match letter.outcome {
            Outcome::Planned => (None, None, "planned"),
            Outcome::Issued { id, number } => (Some(id.0), Some(number), "issued"),
            Outcome::AwaitsApproval => (None, None, "awaits_approval"),
            Outcome::Overtaken => (None, None, "overtaken"),
        };
        let indicator = |(id, name, grade): (crate::store::types::Id, String, Grade)| RunIndicatorView {
            id: id.0,
            name,
            grade: Word(grade),
        };
        Self {
            id,
            number,
            outcome,
            campaign_id: letter.campaign_id.0,
            unit_id: letter.unit_id.0,
            unit: letter.unit,
            level: Word(letter.level),
            indicators: letter.indicators.into_iter().map(indicator).collect(),
            mailboxes: letter.mailboxes,
        }
    }
}

impl From<WarningError> for Problem {
    fn from(error: WarningError) -> Self {
        match error {
            WarningError::Store(error) => error.into(),
            WarningError::Calendar(error) => Self::new(Code::Conflict, error.to_string()),
            WarningError::Letter(error) => Self::internal(error),
        }
    }
}

/// 运行或预演一次预警：研判全部指标，签发应发的函；投递由后台进行
#[utoipa::path(tag = "预警运行", request_body = CreateWarningRun, responses(
    (status = 200, body = WarningRunView), (status = "4XX", body = ProblemView)))]
#[post("/warning-runs")]
async fn create_warning_run(
    state: web::Data<State>,
    Body(body): Body<CreateWarningRun>,
) -> Result<HttpResponse, Problem> {
    let as_of = body.as_of.unwrap_or_else(|| state.clock.today());
    if !(2000..=2100).contains(&as_of.year()) {
        return Err(Problem::at(Code::Invalid, "/as_of", "out_of_range", "研判日期应在2000年至2100年之间。"));
    }
    if as_of > state.clock.today() && !body.dry_run {
        let detail = "研判日期晚于今天，只能预演（dry_run为true）。";
        return Err(Problem::at(Code::Invalid, "/as_of", "in_future", detail));
    }
    let done: Issued = if body.dry_run {
        warning::rehearse(&state.desk, as_of).await?
    } else {
        warning::evaluate(&state.desk, as_of).await?;
        warning::issue(&state.desk, as_of).await?
    };
    Ok(HttpResponse::Ok().json(WarningRunView {
        as_of,
        dry_run: body.dry_run,
        assessed: done.assessed,
        lifted: done.lifted,
        letters: done.letters.into_iter().map(RunLetterView::from).collect(),
        unaddressed_indicators: done.unaddressed.iter().map(|id| id.0).collect(),
    }))
}
