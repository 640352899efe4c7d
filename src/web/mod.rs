//! Pages for people, made on the server: they work without JavaScript and load nothing from elsewhere.

mod pages;
mod reply_page;
mod sign_in;
mod visitor;

use actix_web::web;

/// Adds every page.
pub fn routes(config: &mut web::ServiceConfig) {
    reply_page::routes(config);
    pages::routes(config);
    sign_in::routes(config);
}
