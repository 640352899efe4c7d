//! Who is looking at a page: the session in their cookie, and what the holder of its key may see and do.
//!
//! A session opens pages and nothing else: the API reads keys alone, so that no other site can make a browser call it.

use actix_web::HttpRequest;
use actix_web::http::{Method, StatusCode, header};
use uuid::Uuid;

use super::page_frame::{self, Instead, lead_to};
use crate::api::State;
use crate::api::http::access::{Caller, permit_page};
use crate::api::http::refused::{Code, Refused};
use crate::api::http::request_id;
use crate::domain::Role;
use crate::office::sessions::{self, SignedIn};
use crate::office::{Actor, Call, hash_key};

/// The cookie of a session.
pub(super) const COOKIE: &str = "xushi_session";
/// Bytes of a form without files, at most.
const FORM_MAX: usize = 512 * 1024;

/// Somebody who has signed in.
pub(super) struct Visitor {
    /// What their key may do.
    pub(super) caller: Caller,
    /// What every form of theirs carries, so that no other site can send one in their name.
    pub(super) token: String,
    session: SignedIn,
}

/// What the form of whoever holds this secret carries.
pub(super) fn token_of(secret: &str) -> String {
    hash_key(&format!("form {secret}"))
}

/// A cookie of a request.
pub(super) fn cookie(request: &HttpRequest, name: &str) -> Option<String> {
    let all = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

/// A cookie that scripts do not see; over encrypted connections alone where units reach the service by one.
pub(super) fn set_cookie(state: &State, name: &str, value: &str, (rest, seconds): (&str, i64)) -> String {
    let encrypted = state.office.letters.links.as_ref().is_some_and(|links| links.is_encrypted());
    let secure = if encrypted { "; Secure" } else { "" };
    format!("{name}={value}; HttpOnly; {rest}; Max-Age={seconds}{secure}")
}

impl Visitor {
    /// Who holds the session of this request.
    pub(super) async fn find(state: &State, request: &HttpRequest) -> Result<Option<Self>, Instead> {
        let Some(secret) = cookie(request, COOKIE).filter(|secret| !secret.is_empty()) else {
            return Ok(None);
        };
        let found = sessions::find(&state.office, &secret).await;
        let session = found.map_err(|error| page_frame::refused(None, error))?;
        Ok(session.map(|session| Self {
            caller: Caller::of(&session.key),
            token: token_of(&secret),
            session,
        }))
    }

    /// The same; nobody is led to the sign-in, and from there back to where they were going.
    pub(super) async fn expect(state: &State, request: &HttpRequest) -> Result<Self, Instead> {
        if let Some(visitor) = Self::find(state, request).await? {
            return Ok(visitor);
        }
        let looks = request.method() == Method::GET || request.method() == Method::HEAD;
        let wanted = request.uri().path_and_query().map(ToString::to_string).filter(|_| looks);
        let query = wanted.map(|wanted| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("next", &wanted).finish()
        });
        Err(lead_to(&format!("/sign-in?{}", query.unwrap_or_else(|| "again=1".to_owned()))))
    }

    /// Refuses what this route would refuse its holder; the letter or the like it is about is `id`.
    pub(super) async fn may(
        &self,
        state: &State,
        route: (&'static str, &'static str),
        id: Option<Uuid>,
    ) -> Result<(), Instead> {
        let permitted = permit_page(state, &self.caller, route, id).await;
        permitted.map_err(|refused| page_frame::refused(Some(self), refused))
    }

    /// Who asks for what a page shows.
    pub(super) fn actor(&self, request: &HttpRequest) -> Actor {
        self.session.actor(call(request))
    }

    /// Who does what a form of theirs asks for, to what `id` names; the entry names it as well. Refused is what this route would
    /// refuse, and that is written down, too.
    pub(super) async fn doing(
        &self,
        (state, request): (&State, &HttpRequest),
        route: (&'static str, &'static str),
        id: Option<Uuid>,
    ) -> Result<Actor, Instead> {
        let actor = self.actor(request);
        let actor = match id {
            Some(id) => actor.part(&format!("{}/{id}", request.path())),
            None => actor,
        };
        match self.may(state, route, id).await {
            Ok(()) => Ok(actor),
            Err(refused) => {
                if refused.status() == StatusCode::FORBIDDEN {
                    let code = Code::Forbidden.as_str();
                    let what = (request.method(), request.path(), code);
                    if let Some(unwritten) = state.refusals.take(Some(self.caller.key_id), what) {
                        let status = refused.status().as_u16();
                        actor.note(&state.office, status, Some((code, unwritten))).await;
                    }
                }
                Err(refused)
            }
        }
    }

    /// Reads a form of theirs; none where it has not their token, or is larger than any of ours.
    pub(super) fn form(&self, body: &[u8]) -> Option<Form> {
        Form::read(body).filter(|form| form.is_of(&self.token))
    }

    /// What is shown instead of what a form asks for that is none of theirs.
    pub(super) fn unaccepted(&self) -> Instead {
        let lines = [
            "这张表单已经过期，或者不是从您现在登录的页面提交的，没有写入。",
            "请返回上一页刷新后重新提交。",
        ];
        page_frame::message(StatusCode::FORBIDDEN, Some(self), "提交未完成", &lines)
    }

    /// The session itself.
    pub(super) fn session(&self) -> &SignedIn {
        &self.session
    }

    /// The pages they may open, with what these are called.
    pub(super) fn places(&self) -> Vec<(&'static str, &'static str)> {
        match self.caller.role {
            Role::Administrator | Role::Coordinator => vec![("/desk", "今日办理"), ("/board", "作战图")],
            Role::Reader => vec![("/board", "作战图")],
            Role::Unit | Role::Reporter => vec![("/mine", "我单位")],
            Role::Feeder | Role::Auditor => Vec::new(),
        }
    }

    /// Where they begin.
    pub(super) fn home(&self) -> &'static str {
        self.places().first().map_or("/sign-in", |(address, _)| address)
    }
}

/// A call by a page's form, as the entry shows it.
pub(super) fn call(request: &HttpRequest) -> Call {
    Call::new(request.method().as_str(), request.path(), 303, request_id::current())
}

/// A form as a browser sends it, without files.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// `None` when it is larger than any of ours.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let pairs = || form_urlencoded::parse(body).into_owned().collect();
        (body.len() <= FORM_MAX).then(|| Self(pairs()))
    }

    /// What stands in a field; nothing in one that is not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// What stands in all fields of this name.
    pub(super) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it carries this token; compared by hashes, so that time tells nothing of it.
    pub(super) fn is_of(&self, token: &str) -> bool {
        hash_key(self.get("token")) == hash_key(token)
    }

    /// The id in a field.
    pub(super) fn id(&self, name: &str) -> Result<Uuid, Refused> {
        let id = Uuid::try_parse(self.get(name)).ok();
        id.ok_or_else(|| Refused::new(Code::Invalid, "提交的内容不完整，请返回上一页刷新后重新提交。"))
    }
}
