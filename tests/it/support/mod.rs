//! What tests share: throw-away databases, the service in process, a clock that stands still.

pub(crate) mod app;
pub(crate) mod chromium;
#[expect(dead_code, reason = "the fault suite uses the rest")]
pub(crate) mod cluster;
pub(crate) mod contract;
pub(crate) mod crash;
pub(crate) mod database;
pub(crate) mod hook_sink;
pub(crate) mod process;
pub(crate) mod services;
pub(crate) mod smtp_sink;

pub(crate) use app::TestApp;

/// Runs one test body on both databases, each test with a database of its own.
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)+) => {
        $(
            mod $name {
                use super::*;

                async fn body($app: $crate::support::TestApp) $body

                $(#[$meta])*
                #[actix_web::test]
                async fn sqlite() {
                    body($crate::support::TestApp::on_sqlite().await).await;
                }

                $(#[$meta])*
                #[actix_web::test]
                async fn postgresql() {
                    if let Some(app) = $crate::support::TestApp::on_postgresql().await {
                        body(app).await;
                    }
                }
            }
        )+
    };
}
pub(crate) use both;
