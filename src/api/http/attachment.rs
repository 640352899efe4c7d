//! Files from outside, given back.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::office::rows::ReplyFileRow;

/// A file from outside: saved, never shown, whatever it claims to be. Its name goes encoded (RFC 8187), so that no
/// name can end the header; old clients take the plain one.
pub fn attachment(file: ReplyFileRow) -> HttpResponse {
    let encoded: String = file.name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let ending = file.name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or("bin");
    let plain = format!("file-{}.{}", file.ordinal, ending.to_ascii_lowercase());
    HttpResponse::Ok()
        .content_type(file.media_type)
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"),
        ))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .body(file.content)
}
