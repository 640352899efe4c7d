//! Boards, kept as bytes for as long as nothing at all is written: on the day of the figures everybody opens the same one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::web::Bytes;

/// Boards kept at most.
const BOARDS: usize = 32;
/// Bytes of all boards kept at most; a larger one is not kept.
const BYTES: usize = 1024 * 1024;

/// One board and what it rests on.
struct Board {
    /// What was asked: the query, in which a unit's key has put the unit.
    query: String,
    /// The database's snapshot before it was read.
    snapshot: String,
    body: Bytes,
}

/// The boards one worker keeps, the one asked for last at the end.
#[derive(Default)]
pub struct Shelf(Mutex<Vec<Board>>);

impl Shelf {
    /// The board asked for by `query`, unless something was written since.
    pub fn find(&self, query: &str, snapshot: &str) -> Option<Bytes> {
        let mut boards = self.boards();
        let place = boards.iter().position(|board| board.query == query)?;
        let board = boards.remove(place);
        if board.snapshot != snapshot {
            return None;
        }
        let body = board.body.clone();
        boards.push(board);
        Some(body)
    }

    /// Keeps a board that was read after `snapshot` was taken.
    pub fn keep(&self, query: &str, snapshot: String, body: &Bytes) {
        if body.len() > BYTES {
            return;
        }
        let mut boards = self.boards();
        // Of one snapshot all are good, of an earlier one none ever again.
        boards.retain(|board| board.snapshot == snapshot && board.query != query);
        let mut bytes: usize = body.len() + boards.iter().map(|board| board.body.len()).sum::<usize>();
        while bytes > BYTES || boards.len() >= BOARDS {
            bytes -= boards.remove(0).body.len();
        }
        boards.push(Board { query: query.to_owned(), snapshot, body: body.clone() });
    }

    fn boards(&self) -> MutexGuard<'_, Vec<Board>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Bytes {
        Bytes::from(text.to_owned())
    }

    #[test]
    fn a_board_is_good_until_something_is_written() {
        let shelf = Shelf::default();
        assert_eq!(shelf.find("campaign=a", "10:10:"), None);
        shelf.keep("campaign=a", "10:10:".to_owned(), &body("first"));
        shelf.keep("campaign=b", "10:10:".to_owned(), &body("other"));
        assert_eq!(shelf.find("campaign=a", "10:10:"), Some(body("first")));
        assert_eq!(shelf.find("campaign=b", "10:10:"), Some(body("other")));
        assert_eq!(shelf.find("campaign=a", "10:11:10"), None);
        shelf.keep("campaign=a", "11:11:".to_owned(), &body("second"));
        assert_eq!(shelf.find("campaign=a", "11:11:"), Some(body("second")));
        assert_eq!(shelf.find("campaign=b", "11:11:"), None);
    }

    #[test]
    fn it_holds_so_many_and_no_more() {
        let shelf = Shelf::default();
        for number in 0..BOARDS + 3 {
            shelf.keep(&number.to_string(), "1:1:".to_owned(), &body("x"));
        }
        assert_eq!(shelf.boards().len(), BOARDS);
        assert_eq!(shelf.find("2", "1:1:"), None);
        assert!(shelf.find("3", "1:1:").is_some());
        shelf.keep("large", "1:1:".to_owned(), &Bytes::from(vec![b'x'; BYTES]));
        assert_eq!(shelf.boards().len(), 1);
        shelf.keep("too large", "1:1:".to_owned(), &Bytes::from(vec![b'x'; BYTES + 1]));
        assert_eq!(shelf.boards().len(), 1);
    }
}
