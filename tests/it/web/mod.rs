//! The pages for people.

mod reply_page;
