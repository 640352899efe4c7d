//! Letters and what is below them.

mod drafts;
mod letter_board;
pub(crate) mod replies;
