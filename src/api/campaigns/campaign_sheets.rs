//! The sheets of a campaign: the month's form, and its 任务分解表.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{Datelike as _, NaiveDate};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::State;
use crate::api::http::extract::Params;
use crate::api::http::lookup::{self, At};
use crate::api::http::page::refuse;
use crate::api::http::refused::{Code, ProblemView, Refused, RequestPart};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::office::Refusal;
use crate::office::types::Id;
use crate::office::workbooks::{self, AskedForm, XLSX};

/// Adds the route.
pub fn routes(config: &mut impl Routes) {
    config.service(download_sheet);
}

/// Which sheet of a campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CampaignSheet {
    /// The form that units fill in each month.
    #[default]
    Month,
    /// Tasks with targets and units.
    Plan,
}

/// 表格的条件
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SheetParams {
    /// month为月度数据填报表，plan为任务分解表；默认month
    #[serde(default)]
    #[param(inline)]
    form: CampaignSheet,
    /// 责任单位：id、信用代码或名称；只列由其牵头的指标（任务分解表只列其参与的任务）；不写为全部
    unit: Option<String>,
    /// 填报哪个月，默认上个月；只用于月度填报表
    #[param(example = "2025-08", pattern = r"^\d{4}-\d{2}$")]
    month: Option<String>,
    /// 报回期限，印在表上；只用于月度填报表
    due_on: Option<NaiveDate>,
}

/// 下载月度数据填报表或任务分解表（Excel工作簿）
///
/// 填报表逐项列出应报的指标：计量单位、目标、上次数值、本期是否应报；编号隐藏，只有浅黄色单元格可以填写。填好后由POST /imports收回。
/// 含下级攻坚行动的任务和指标；几项任务共用的指标只列一次。
#[utoipa::path(tag = "攻坚行动", params(("id" = Uuid, Path, description = "编号"), SheetParams), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>),
    (status = "4XX", body = ProblemView)))]
#[get("/campaigns/{id}/sheet.xlsx")]
async fn download_sheet(
    state: web::Data<State>,
    request: HttpRequest,
    id: web::Path<Uuid>,
    Params(params): Params<SheetParams>,
) -> Result<HttpResponse, Refused> {
    let unit = lookup::maybe_unit(&state, At::Query("unit"), params.unit.as_deref()).await?;
    let read = &state.office.read;
    let campaign = read.find_campaign(Id::of(*id)).await?.ok_or_else(|| Refused::not_found("攻坚行动"))?;
    let family = read.resolve_campaign_family(&id.to_string()).await?;
    let whose = unit.as_ref().map(|unit| format!("（{}）", unit.name)).unwrap_or_default();
    let (name, bytes) = match params.form {
        CampaignSheet::Plan => {
            if params.month.is_some() || params.due_on.is_some() {
                let field = if params.month.is_some() { "month" } else { "due_on" };
                return Err(refuse(field, "not_of_this_form", "任务分解表没有月份和期限，请删除。"));
            }
            let name = format!("{}任务分解表{whose}.xlsx", campaign.name);
            let unit = unit.map(|unit| unit.id);
            let bytes =
                workbooks::breakdown(&state.office, &campaign, family, unit).await.map_err(of_query)?;
            (name, bytes)
        }
        CampaignSheet::Month => {
            let until = last_day(params.month.as_deref(), state.office.clock.today())?;
            let name = format!("{}{}填报表{whose}.xlsx", campaign.name, until.format("%Y年%-m月"));
            let asked = AskedForm { campaign, family, unit, until, due_on: params.due_on };
            (name, workbooks::month_form(&state.office, asked).await.map_err(of_query)?)
        }
    };
    Ok(respond::file(&request, XLSX, Some(&name), bytes))
}

/// Whatever is wrong with what is asked for is wrong with the query.
fn of_query(refusal: Refusal) -> Refused {
    let refused = Refused::from(refusal);
    let code = if refused.code == Code::Invalid { Code::MalformedQuery } else { refused.code };
    Refused { code, ..refused }.in_part(RequestPart::Query, "unit")
}

/// The last day of the month that is asked for; of the one before today's where none is.
pub(super) fn last_day(month: Option<&str>, today: NaiveDate) -> Result<NaiveDate, Refused> {
    let Some(month) = month else {
        let first = today.with_day(1).unwrap_or(today);
        return Ok(first.pred_opt().unwrap_or(today));
    };
    let first = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d")
        .ok()
        .filter(|first| (1950..=2200).contains(&first.year()) && month.len() == 7);
    let next = first.and_then(|first| first.checked_add_months(chrono::Months::new(1)));
    next.and_then(|next| next.pred_opt()).ok_or_else(|| refuse("month", "malformed", "月份应形如2025-08。"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_with_its_last_day() {
        let today = "2025-03-15".parse().unwrap();
        for (month, until) in
            [(None, "2025-02-28"), (Some("2024-02"), "2024-02-29"), (Some("2025-12"), "2025-12-31")]
        {
            assert_eq!(last_day(month, today).unwrap(), until.parse::<NaiveDate>().unwrap());
        }
        for month in ["", "2025", "2025-13", "2025-8", "2025-08-01", "９９９９-01", "0001-01"] {
            assert!(last_day(Some(month), today).is_err(), "{month}");
        }
    }
}
