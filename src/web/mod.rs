//! Pages for people, made on the server: they work without JavaScript and load nothing from elsewhere.

mod campaign_board;
mod desk;
mod grades;
mod mine;
mod page_frame;
mod problem_page;
mod reply_page;
mod said_dates;
mod sign_in;
mod visitor;

use actix_web::web;

pub use page_frame::nowhere;

/// Adds every page.
pub fn routes(config: &mut web::ServiceConfig) {
    reply_page::routes(config);
    page_frame::routes(config);
    sign_in::routes(config);
    campaign_board::routes(config);
    desk::routes(config);
    mine::routes(config);
    problem_page::routes(config);
}
