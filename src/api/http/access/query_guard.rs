//! What of a query reaches a handler. A parameter that the operation does not declare is refused here, so that no handler can pass
//! over one: `dry_run` that nobody reads would do for real what was to be rehearsed.

use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use chrono::NaiveDate;
use uuid::Uuid;

use super::{Caller, forbidden};
use crate::api::State;
use crate::api::http::page::refuse;
use crate::api::http::refused::Refused;
use crate::domain::invalid::shorten;

/// Refuses a query that names what the operation does not know.
///
/// # Errors
/// `MalformedQuery`, naming the first one and what there is.
pub(super) fn known(request: &ServiceRequest, declared: &[String]) -> Result<(), Refused> {
    let mut names = form_urlencoded::parse(request.query_string().as_bytes()).map(|(name, _)| name);
    let Some(name) = names.find(|name| !declared.iter().any(|one| one == name)) else { return Ok(()) };
    let said = shorten(&name);
    let detail = if name == "updated_after" {
        "该地址不支持updated_after；增量同步请用/changes。".to_owned()
    } else if declared.is_empty() {
        format!("没有“{said}”这个查询参数，没有办理；该操作不带查询参数，请求内容的字段请写在请求内容里。")
    } else {
        format!("没有“{said}”这个查询参数，没有办理；可用：{}。", declared.join("、"))
    };
    Err(refuse(&said, "unknown_field", &detail))
}

/// Takes a day to come for today where the caller sees no figure before its publication: what is published by then is not out.
///
/// # Errors
/// `Internal`, when the address cannot be written.
pub(super) fn keep_to_today(
    caller: &Caller,
    request: &mut ServiceRequest,
    today: NaiveDate,
) -> Result<(), Refused> {
    if caller.role.sees_ahead() {
        return Ok(());
    }
    let ahead = |pair: &str| {
        let asked = form_urlencoded::parse(pair.as_bytes()).next();
        let day =
            asked.filter(|(name, _)| name == "as_of").and_then(|(_, day)| Some((day.parse().ok()?, day)));
        // What is not written as days are here is refused by the handler.
        day.is_some_and(|(day, text): (NaiveDate, _)| day > today && day.to_string() == text)
    };
    if !request.query_string().split('&').any(ahead) {
        return Ok(());
    }
    let kept = request
        .query_string()
        .split('&')
        .map(|pair| if ahead(pair) { format!("as_of={today}") } else { pair.to_owned() });
    let query = kept.collect::<Vec<_>>().join("&");
    ask(request, &query)
}

/// Asks a list for this unit alone; it may be named as everywhere else.
///
/// # Errors
/// `Forbidden`, where another unit is named.
pub(super) async fn narrow(state: &State, request: &mut ServiceRequest, unit: Uuid) -> Result<(), Refused> {
    let own = unit.hyphenated().to_string();
    let query = request.query_string().to_owned();
    let asked: Vec<_> = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "unit").collect();
    for (_, value) in &asked {
        let named = state.office.read.resolve_unit(value).await;
        if !named.is_ok_and(|row| row.id.0 == unit) {
            return Err(forbidden("该密钥只能查看本单位的情况，请去掉查询参数unit。"));
        }
    }
    if !asked.is_empty() {
        return Ok(());
    }
    let joint = if query.is_empty() { "" } else { "&" };
    ask(request, &format!("{query}{joint}unit={own}"))
}

fn ask(request: &mut ServiceRequest, query: &str) -> Result<(), Refused> {
    let address = format!("{}?{query}", request.path());
    request.head_mut().uri = address.parse::<Uri>().map_err(Refused::internal)?;
    Ok(())
}
