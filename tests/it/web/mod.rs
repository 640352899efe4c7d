//! The pages for people.

mod reply_browser;
mod reply_page;
