//! Pages for people, made on the server: they work without JavaScript and load nothing from elsewhere.

mod reply_page;

use actix_web::web;

/// Adds every page.
pub fn routes(config: &mut web::ServiceConfig) {
    reply_page::routes(config);
}
