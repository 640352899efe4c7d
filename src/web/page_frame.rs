//! The frame of all pages but that of a letter's link: templates, the one style sheet, and what a browser may do with them.

use std::sync::LazyLock;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, context};
use serde::Serialize;

use super::visitor::Visitor;
use crate::api::http::refused::{Code, Refused};
use crate::office::hash_key;

/// The style sheet of every page.
pub(super) const STYLE: &str = include_str!("style.css");
const ICON: &str = include_str!("templates/icon.svg");

/// Where this version of the style sheet is, to be kept by browsers.
static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| format!("/style.css?v={}", &hash_key(STYLE)[..12]));

/// No scripts, no other origin but for the letters we show in a frame; forms go home.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// What is shown instead of a page.
pub(super) type Instead = HttpResponse;

static TEMPLATES: [(&str, &str); 13] = [
    ("page.html", include_str!("templates/page.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("message.html", include_str!("templates/message.html")),
    ("sign_in.html", include_str!("templates/sign_in.html")),
    ("campaigns.html", include_str!("templates/campaigns.html")),
    ("board.html", include_str!("templates/board.html")),
    ("desk.html", include_str!("templates/desk.html")),
    ("done.html", include_str!("templates/done.html")),
    ("draft.html", include_str!("templates/draft.html")),
    ("tomorrow.html", include_str!("templates/tomorrow.html")),
    ("mine.html", include_str!("templates/mine.html")),
    ("problems.html", include_str!("templates/problems.html")),
    ("reference.html", include_str!("templates/reference.html")),
];

static PAGES: LazyLock<Result<Environment<'static>, Error>> = LazyLock::new(|| {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.add_global("style_address", STYLE_ADDRESS.as_str());
    for (name, text) in TEMPLATES {
        env.add_template(name, text)?;
    }
    Ok(env)
});

/// Adds the style sheet, the icon, and the frame of the interface's description; what that loads is not ours.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/style.css").get(style))
        .service(web::resource("/icon.svg").get(icon))
        .service(web::resource("/favicon.ico").get(icon))
        .service(web::resource("/docs/").get(reference).head(reference))
        .service(web::resource("/docs/index.html").get(reference).head(reference));
}

/// The one page that runs a script; its policy is the interface's own.
async fn reference() -> HttpResponse {
    match filled("reference.html", None, context! {}) {
        Ok(html) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html),
        Err(error) => {
            tracing::error!(error, "the reference could not be made");
            guarded(StatusCode::INTERNAL_SERVER_ERROR).body("系统内部错误，请稍后重试。")
        }
    }
}

/// What an address is answered with that is none: people see a page, programs the interface's answer.
pub async fn nowhere(request: HttpRequest) -> HttpResponse {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if !accept.is_some_and(|accept| accept.contains("text/html")) {
        return crate::api::nowhere(request).await;
    }
    let lines = ["这个地址没有内容，可能输错了，或者复制时缺了一部分。"];
    message(StatusCode::NOT_FOUND, None, "没有这个页面", &lines)
}

async fn style() -> HttpResponse {
    kept("text/css; charset=utf-8", STYLE)
}

async fn icon() -> HttpResponse {
    kept("image/svg+xml", ICON)
}

fn kept(media_type: &str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(text)
}

/// An answer with what keeps a page to itself.
pub(super) fn guarded(status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header(("x-robots-tag", "noindex, nofollow"))
        .content_type("text/html; charset=utf-8");
    answer
}

/// The frame around a page: who is here, and where else they may go.
#[derive(Serialize)]
struct FrameView<'a> {
    name: &'a str,
    role: &'static str,
    token: &'a str,
    links: Vec<(&'static str, &'static str)>,
}

/// A page made from a template, for somebody who is here or for anybody.
pub(super) fn page(
    status: StatusCode,
    template: &str,
    visitor: Option<&Visitor>,
    content: Value,
) -> HttpResponse {
    match filled(template, visitor, content) {
        Ok(html) => guarded(status).body(html),
        Err(error) => {
            tracing::error!(error, template, "a page could not be made");
            guarded(StatusCode::INTERNAL_SERVER_ERROR).body("系统内部错误，请稍后重试。")
        }
    }
}

fn filled(template: &str, visitor: Option<&Visitor>, content: Value) -> Result<String, String> {
    let pages = PAGES.as_ref().map_err(ToString::to_string)?;
    let template = pages.get_template(template).map_err(|error| error.to_string())?;
    let frame = visitor.map(|visitor| FrameView {
        name: &visitor.caller.name,
        role: visitor.caller.role.chinese(),
        token: &visitor.token,
        links: visitor.places(),
    });
    let whole = context! { frame => Serde(&frame), ..content };
    template.render(whole).map_err(|error| format!("{error:#}"))
}

/// A page of a title and a few sentences.
pub(super) fn message(
    status: StatusCode,
    visitor: Option<&Visitor>,
    title: &str,
    lines: &[&str],
) -> HttpResponse {
    page(status, "message.html", visitor, context! { title, lines => Serde(lines) })
}

/// What is shown where something was refused that no form can mend.
pub(super) fn refused(visitor: Option<&Visitor>, refused: impl Into<Refused>) -> Instead {
    let refused: Refused = refused.into();
    let status = refused.code.status();
    if status.is_server_error() {
        tracing::error!(code = refused.code.as_str(), cause = refused.cause, "a page failed");
    }
    let title = match refused.code {
        Code::Forbidden => "此页不对您开放",
        Code::NotFound => "没有找到",
        _ if status.is_server_error() => "暂时无法办理",
        _ => "未能办理",
    };
    let detail = match refused.code {
        Code::NotFound => "所要的内容不存在，或者不由您办理。",
        Code::Internal => "系统内部错误，内容是否写入请回到上一页核对；如仍出现，请告诉运维人员。",
        _ => refused.detail.as_str(),
    };
    message(status, visitor, title, &[detail])
}

/// Leads to another page of ours.
pub(super) fn lead_to(address: &str) -> HttpResponse {
    guarded(StatusCode::SEE_OTHER).insert_header((header::LOCATION, address)).finish()
}

/// The page, or what is shown instead.
pub(super) fn either(outcome: Result<HttpResponse, Instead>) -> HttpResponse {
    outcome.unwrap_or_else(|instead| instead)
}
