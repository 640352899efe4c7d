//! The pages for people.

mod campaign_board;
mod county_story;
mod desk;
mod mine;
mod pages_browser;
mod problem_page;
mod reply_browser;
mod reply_page;
mod sign_in;
mod visit;
