//! What is begun is finished.
//!
//! actix drops a handler when its caller hangs up. In the middle of a transaction that would leave the transaction open on
//! a connection that waits in the pool, and others would wait for its locks.

use std::panic::AssertUnwindSafe;

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError as _};
use futures_util::FutureExt as _;

use crate::api::http::refused::Refused;

/// Works on the request as a task of its own, which lives on when the caller is gone.
///
/// # Errors
/// Those of the inner service.
pub async fn middleware<B: 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    match actix_web::rt::spawn(next.call(request)).await {
        Ok(answer) => answer,
        Err(failure) => Err(Refused::internal(failure).into()),
    }
}

/// The answer to a request; a problem when the code in front of it panics.
///
/// # Errors
/// Those of `answer`, and the problem.
pub async fn unless_it_panics<B>(
    answer: impl Future<Output = Result<ServiceResponse<B>, Error>>,
) -> Result<ServiceResponse<B>, Error> {
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| {
        let response = Refused::internal("a handler panicked").error_response();
        Err(InternalError::from_response("a handler panicked", response).into())
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::middleware::from_fn;
    use actix_web::{App, HttpResponse, test, web};

    use super::*;
    use crate::api::http::request_id;

    #[actix_web::test]
    async fn a_panic_is_a_problem_with_an_id() {
        async fn broken() -> HttpResponse {
            panic!("broken on purpose")
        }
        let app = App::new()
            .wrap(from_fn(request_id::middleware))
            .wrap(from_fn(middleware))
            .route("/", web::get().to(broken));
        let app = test::init_service(app).await;
        let request = test::TestRequest::get().uri("/").insert_header((request_id::HEADER, "abc"));
        let error = test::try_call_service(&app, request.to_request()).await.unwrap_err();
        let response = error.error_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["request_id"], "abc", "{body}");
        assert!(!body.to_string().contains("purpose"), "{body}");
    }
}
