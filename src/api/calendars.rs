//! Working-day calendars (工作日历): the years by which deadlines are reckoned.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::State;
use crate::api::http::refused::{ProblemView, Refused};
use crate::api::http::respond;
use crate::api::http::spec::Routes;
use crate::domain::calendar::NoticeDay;
use crate::domain::{CalendarYear, WorkCalendar};

/// Adds the resource's routes.
pub fn routes(config: &mut impl Routes) {
    config.service(list_calendars);
}

/// 已载入的工作日历
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarsView {
    /// 各年，按年份
    years: Vec<CalendarYearView>,
    /// 第一个尚未载入的年份；反馈期限落在该年的函不能签发
    first_missing: i32,
}

/// 一年的放假和调休安排
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarYearView {
    /// 年份
    #[schema(example = 2026)]
    year: i32,
    /// 工作日总数
    #[schema(example = 248)]
    working_days: usize,
    /// 放假的日子
    days_off: Vec<CalendarDayView>,
    /// 调休上班的日子
    work_days: Vec<CalendarDayView>,
}

/// 一天
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarDayView {
    /// 日期
    date: NaiveDate,
    /// 节日
    #[schema(example = "春节")]
    holiday: String,
}

impl From<&NoticeDay> for CalendarDayView {
    fn from(day: &NoticeDay) -> Self {
        Self { date: day.date, holiday: day.holiday.clone() }
    }
}

impl CalendarYearView {
    fn of(year: &CalendarYear, calendar: &WorkCalendar) -> Self {
        let first = NaiveDate::from_ymd_opt(year.year(), 1, 1);
        let days = first.into_iter().flat_map(|day| day.iter_days());
        let own = days.take_while(|day| day.year() == year.year());
        Self {
            year: year.year(),
            working_days: own.filter(|day| calendar.is_working_day(*day) == Ok(true)).count(),
            days_off: year.days_off().iter().map(CalendarDayView::from).collect(),
            work_days: year.work_days().iter().map(CalendarDayView::from).collect(),
        }
    }
}

/// 列出已载入的工作日历；新的一年以文件载入（见说明书letters.calendars）
#[utoipa::path(tag = "工作日历", responses((status = 200, body = CalendarsView), (status = "4XX", body = ProblemView)))]
#[get("/calendars")]
async fn list_calendars(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let calendar = &state.office.calendar;
    let years: Vec<_> = calendar.years().map(|year| CalendarYearView::of(year, calendar)).collect();
    let mut first_missing = state.office.clock.today().year();
    while years.iter().any(|year| year.year == first_missing) {
        first_missing += 1;
    }
    respond::ok(&request, &CalendarsView { years, first_missing })
}
