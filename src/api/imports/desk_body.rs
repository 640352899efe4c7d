//! A body that is a file.

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;

use crate::api::http::extract::body_unread;
use crate::api::http::page::refuse;
use crate::api::http::refused::{Code, Refused};
use crate::domain::{invalid, lengths};
use crate::office::intake::{BYTES_MAX, Unreadable};

/// The bytes of a file that is the whole body, at most [`BYTES_MAX`].
pub struct FileBody(pub Bytes);

impl FromRequest for FileBody {
    type Error = Refused;
    type Future = LocalBoxFuture<'static, Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.content_type().to_ascii_lowercase();
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            if kind.starts_with("multipart/") || kind.ends_with("/json") {
                let detail = "请直接以文件内容作为请求体（不用表单，不用JSON），文件名写在查询参数file_name中，Content-Type可为application/octet-stream。";
                return Err(Refused::new(Code::UnsupportedMediaType, detail));
            }
            let bytes = bytes.await.map_err(|error| match body_unread(&error) {
                problem if problem.code == Code::TooLarge => unreadable(Unreadable::TooLarge),
                problem => problem,
            })?;
            if bytes.len() > BYTES_MAX {
                return Err(unreadable(Unreadable::TooLarge));
            }
            Ok(Self(bytes))
        })
    }
}

/// Why a file is not read.
pub fn unreadable(why: Unreadable) -> Refused {
    match why {
        Unreadable::TooLarge => Refused::new(Code::TooLarge, why.to_string()),
        _ => Refused::at(Code::Invalid, "", "unreadable", why.to_string()),
    }
}

/// The name of a file, without folders.
///
/// # Errors
/// At the query parameter `file_name`, for one that is none.
pub fn file_name(given: Option<&str>, usual: &str) -> Result<String, Refused> {
    let name = given.unwrap_or(usual).rsplit(['/', '\\']).next().unwrap_or_default();
    invalid::text("file_name", name, lengths::FILE_NAME)
        .map_err(|invalid| refuse("file_name", invalid.code, &invalid.detail))
}
