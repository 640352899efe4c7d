//! The monthly report of a campaign (月报): as document, page, text and data.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::campaigns::campaign_sheets::last_day;
use crate::api::http::access::Caller;
use crate::api::http::extract::Params;
use crate::api::http::page::refuse;
use crate::api::http::refused::{ProblemView, Refused, RequestPart};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::domain::Role;
use crate::letter::monthly::{MonthlyReport, NumberedSentence, ReportGroup, ReportSection, SourceLine};
use crate::office::Refusal;
use crate::office::monthly_report::{AskedReport, monthly_report};
use crate::office::types::Id;
use crate::office::warnings::DOCX;

/// Adds the routes.
pub fn routes(config: &mut impl Routes) {
    config.service(download_report).service(show_report).service(show_report_text).service(show_report_data);
}

/// 月报的条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportParams {
    /// 哪个月，默认as_of所在的月，都不写为本月
    #[param(example = "2025-08", pattern = r"^\d{4}-\d{2}$")]
    month: Option<String>,
    /// 按此日及以前公布的数据，应在该月之内且不晚于今天；默认该月最后一天，本月为今天
    as_of: Option<NaiveDate>,
    /// 期号；默认自攻坚行动第一个月起按月编排
    #[param(minimum = 1, maximum = 9999)]
    issue: Option<u32>,
}

/// 月报
#[derive(Debug, Serialize, ToSchema)]
pub struct MonthlyReportView {
    /// 名称
    title: String,
    /// 月份，如2025年8月
    month: String,
    /// 期号
    issue: u32,
    /// 编发单位
    issuer: String,
    /// 按此日及以前公布的数据
    as_of: NaiveDate,
    /// 各栏目，按顺序
    sections: Vec<ReportSectionView>,
    /// 报：名单；空为由人工填写
    report_to: Vec<String>,
    /// 发：名单；空为由人工填写
    sent_to: Vec<String>,
    /// 数据来源，按句子序号
    sources: Vec<ReportSourceView>,
}

/// 月报的一个栏目
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportSectionView {
    /// 栏目名
    name: String,
    /// 留给人写的内容，或为何没有内容；空为不需要
    left: String,
    /// 分组的句子
    groups: Vec<ReportGroupView>,
}

/// 月报中一组句子
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportGroupView {
    /// 攻坚行动、任务或单位；可为空
    name: String,
    /// 句子
    sentences: Vec<ReportSentenceView>,
}

/// 月报中的一句
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportSentenceView {
    /// 序号，全文连续
    number: u32,
    /// 说的是什么；数值变了也不变
    key: String,
    /// 句子
    text: String,
    /// 所依据的数据的编号
    facts: Vec<String>,
    /// 由这些数据算得的，附算式
    worked: Vec<String>,
}

/// 一句所依据的一条数据
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportSourceView {
    /// 句子序号
    sentence: u32,
    /// 指标
    indicator: String,
    /// 地区；整改措施为责任单位
    region: String,
    /// 数据期
    period: String,
    /// 数值和单位
    value: String,
    /// 来源
    source: String,
    /// 公布日期
    published_on: Option<NaiveDate>,
    /// 编号：数值、所称差距或反馈措施
    fact: String,
}

impl From<MonthlyReport> for MonthlyReportView {
    fn from(report: MonthlyReport) -> Self {
        Self {
            title: report.title,
            month: report.month_said,
            issue: report.issue,
            issuer: report.issuer,
            as_of: report.as_of,
            sections: report.sections.into_iter().map(ReportSectionView::from).collect(),
            report_to: report.report_to,
            sent_to: report.sent_to,
            sources: report.sources.into_iter().map(ReportSourceView::from).collect(),
        }
    }
}

impl From<ReportSection> for ReportSectionView {
    fn from(section: ReportSection) -> Self {
        let group = |group: ReportGroup| ReportGroupView {
            name: group.name,
            sentences: group.sentences.into_iter().map(ReportSentenceView::from).collect(),
        };
        Self {
            name: section.name,
            left: section.left,
            groups: section.groups.into_iter().map(group).collect(),
        }
    }
}

impl From<NumberedSentence> for ReportSentenceView {
    fn from(sentence: NumberedSentence) -> Self {
        let NumberedSentence { number, key, text, facts, worked } = sentence;
        Self { number, key, text, facts, worked }
    }
}

impl From<SourceLine> for ReportSourceView {
    fn from(line: SourceLine) -> Self {
        let SourceLine { sentence, indicator, region, period, value, source, published_on, fact } = line;
        Self { sentence, indicator, region, period, value, source, published_on, fact }
    }
}

/// The report that is asked for.
async fn report(
    state: &State,
    caller: &Caller,
    id: Uuid,
    params: ReportParams,
) -> Result<MonthlyReport, Refused> {
    let read = &state.office.read;
    let campaign = read.find_campaign(Id::of(id)).await?.ok_or_else(|| Refused::not_found("攻坚行动"))?;
    let family = read.resolve_campaign_family(&id.to_string()).await?;
    let as_of = day(&params, state.office.clock.today())?;
    if params.issue.is_some_and(|issue| !(1..=9_999).contains(&issue)) {
        return Err(refuse("issue", "out_of_range", "期号应为1至9999。"));
    }
    let with_replies = matches!(caller.role, Role::Administrator | Role::Coordinator);
    let asked = AskedReport { campaign, family, as_of, issue: params.issue, with_replies };
    // Few are judged at once, whoever asks.
    let _turn = state.board_cache.past.turn().await?;
    let of_query = |refusal: Refusal| Refused::from(refusal).in_part(RequestPart::Query, "month");
    monthly_report(&state.office, asked).await.map_err(of_query)
}

/// The day a report is as of.
fn day(params: &ReportParams, today: NaiveDate) -> Result<NaiveDate, Refused> {
    if params.as_of.is_some_and(|day| day > today) {
        return Err(refuse("as_of", "out_of_range", "日期应不晚于今天。"));
    }
    let Some(month) = params.month.as_deref() else { return Ok(params.as_of.unwrap_or(today)) };
    let last = last_day(Some(month), today)?;
    let first = last.format("%Y-%m").to_string();
    if first > today.format("%Y-%m").to_string() {
        return Err(refuse("month", "out_of_range", "月份应不晚于本月。"));
    }
    match params.as_of {
        Some(day) if day.format("%Y-%m").to_string() != first => {
            Err(refuse("as_of", "not_of_this_month", "as_of应在所要的月份之内，请改as_of或month。"))
        }
        Some(day) => Ok(day),
        None => Ok(last.min(today)),
    }
}

/// 月报（DOCX）
///
/// 固定栏目：工作部署、特色亮点留给人写；重要指标、突出问题由数据成句，每句附所依据的数据，列在附件“数据来源”里；重点任务取自审核通过的反馈，对只读权限不显示。
/// 没有数据的指标照实写明。同一个as_of、同样的数据得到同样的内容。
#[utoipa::path(tag = "攻坚行动", params(("id" = Uuid, Path, description = "编号"), ReportParams), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", body = Vec<u8>),
    (status = "4XX", body = ProblemView)))]
#[get("/campaigns/{id}/report.docx")]
async fn download_report(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<Uuid>,
    Params(params): Params<ReportParams>,
) -> Result<HttpResponse, Refused> {
    let report = report(&state, &caller, *id, params).await?;
    let bytes = state.office.letters.templates.monthly_docx(&report).map_err(Refused::internal)?;
    let name = format!("{}（{}）.docx", report.title, report.month_said);
    Ok(respond::file(&request, DOCX, Some(&name), bytes))
}

/// 月报（网页）
#[utoipa::path(tag = "攻坚行动", params(("id" = Uuid, Path, description = "编号"), ReportParams), responses(
    (status = 200, content_type = "text/html", body = String), (status = "4XX", body = ProblemView)))]
#[get("/campaigns/{id}/report.html")]
async fn show_report(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<Uuid>,
    Params(params): Params<ReportParams>,
) -> Result<HttpResponse, Refused> {
    let report = report(&state, &caller, *id, params).await?;
    let html = state.office.letters.templates.monthly_html(&report).map_err(Refused::internal)?;
    let mut answer = respond::file(&request, "text/html; charset=utf-8", None, html.into_bytes());
    let policy = header::HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}

/// 月报（纯文本）
#[utoipa::path(tag = "攻坚行动", params(("id" = Uuid, Path, description = "编号"), ReportParams), responses(
    (status = 200, content_type = "text/plain", body = String), (status = "4XX", body = ProblemView)))]
#[get("/campaigns/{id}/report.txt")]
async fn show_report_text(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<Uuid>,
    Params(params): Params<ReportParams>,
) -> Result<HttpResponse, Refused> {
    let report = report(&state, &caller, *id, params).await?;
    let text = state.office.letters.templates.monthly_text(&report).map_err(Refused::internal)?;
    Ok(respond::file(&request, "text/plain; charset=utf-8", None, text.into_bytes()))
}

/// 月报（数据）：逐句列出所依据的数据和算式
#[utoipa::path(tag = "攻坚行动", params(("id" = Uuid, Path, description = "编号"), ReportParams), responses(
    (status = 200, body = MonthlyReportView), (status = "4XX", body = ProblemView)))]
#[get("/campaigns/{id}/report.json")]
async fn show_report_data(
    state: web::Data<State>,
    request: HttpRequest,
    caller: Caller,
    id: web::Path<Uuid>,
    Params(params): Params<ReportParams>,
) -> Result<HttpResponse, Refused> {
    let report = report(&state, &caller, *id, params).await?;
    respond::ok(&request, &MonthlyReportView::from(report))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_of_a_month_that_has_begun_as_of_a_day_in_it() {
        let today = "2025-08-27".parse().unwrap();
        for (month, as_of, want) in [
            (None, None, Some("2025-08-27")),
            (Some("2025-08"), None, Some("2025-08-27")),
            (Some("2025-07"), None, Some("2025-07-31")),
            (Some("2025-07"), Some("2025-07-25"), Some("2025-07-25")),
            (None, Some("2025-06-30"), Some("2025-06-30")),
            (Some("2025-07"), Some("2025-08-01"), None),
            (Some("2025-09"), None, None),
            (None, Some("2025-08-28"), None),
            (Some("8"), None, None),
        ] {
            let params = ReportParams {
                month: month.map(str::to_owned),
                as_of: as_of.map(|day| day.parse().unwrap()),
                issue: None,
            };
            let want: Option<NaiveDate> = want.map(|day| day.parse().unwrap());
            assert_eq!(day(&params, today).ok(), want, "{month:?} {as_of:?}");
        }
    }
}
