//! Boards, kept compressed for as long as nothing at all is written: on the day of the figures everybody opens the same
//! ones, and every city and county its own.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::web::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::api::assessments::past_boards::PastBoards;

/// Bytes of all boards kept at most: some two thousand of fifty lines, a tenth of what they are as JSON.
const BYTES: usize = 8 * 1024 * 1024;

/// A board as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedBoard {
    /// Entity tag of the JSON.
    pub tag: String,
    /// The JSON, as gzip.
    pub gzip: Bytes,
}

impl CachedBoard {
    /// The JSON; `None` when it was never any.
    pub fn json(&self) -> Option<Bytes> {
        let mut json = Vec::with_capacity(self.gzip.len() * 12);
        GzDecoder::new(&self.gzip[..]).read_to_end(&mut json).ok()?;
        Some(json.into())
    }
}

/// The boards a process keeps, all read at one state of the database, and those of other days that it is judging.
#[derive(Default)]
pub struct BoardCache {
    boards: Mutex<Boards>,
    /// Boards of other days.
    pub past: PastBoards,
}

#[derive(Default)]
struct Boards {
    /// The database's snapshot before each of them was read.
    snapshot: String,
    /// By what was asked: the query, in which a unit's key has put the unit.
    kept: HashMap<String, CachedBoard>,
    bytes: usize,
}

impl BoardCache {
    /// The board asked for by `query`, unless something was written since.
    pub fn find(&self, query: &str, snapshot: &str) -> Option<CachedBoard> {
        let boards = self.boards();
        if boards.snapshot == snapshot { boards.kept.get(query).cloned() } else { None }
    }

    /// Keeps a board that was read after `snapshot` was taken. Those of an earlier one are good for nobody any more; when
    /// there is no room left, the first to come stay.
    pub fn keep(&self, query: &str, snapshot: String, tag: &str, json: &[u8]) {
        let mut encoder = GzEncoder::new(Vec::with_capacity(json.len() / 8), Compression::fast());
        let Some(gzip) = encoder.write_all(json).and_then(|()| encoder.finish()).ok() else { return };
        let mut boards = self.boards();
        if boards.snapshot != snapshot {
            *boards = Boards { snapshot, ..Boards::default() };
        }
        let size = gzip.len() + query.len();
        if boards.bytes + size <= BYTES && !boards.kept.contains_key(query) {
            boards.bytes += size;
            boards.kept.insert(query.to_owned(), CachedBoard { tag: tag.to_owned(), gzip: gzip.into() });
        }
    }

    fn boards(&self) -> MutexGuard<'_, Boards> {
        self.boards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(board_cache: &BoardCache, query: &str, snapshot: &str) -> Option<Bytes> {
        board_cache.find(query, snapshot).map(|kept| kept.json().unwrap())
    }

    #[test]
    fn a_board_is_good_until_something_is_written() {
        let board_cache = BoardCache::default();
        assert_eq!(board_cache.find("campaign=a", "10:10:"), None);
        board_cache.keep("campaign=a", "10:10:".to_owned(), "\"1\"", b"first");
        board_cache.keep("campaign=b", "10:10:".to_owned(), "\"2\"", b"other");
        assert_eq!(found(&board_cache, "campaign=a", "10:10:").as_deref(), Some(&b"first"[..]));
        assert_eq!(found(&board_cache, "campaign=b", "10:10:").as_deref(), Some(&b"other"[..]));
        assert_eq!(board_cache.find("campaign=b", "10:10:").unwrap().tag, "\"2\"");
        assert_eq!(board_cache.find("campaign=a", "10:11:10"), None);
        board_cache.keep("campaign=a", "11:11:".to_owned(), "\"3\"", b"second");
        assert_eq!(found(&board_cache, "campaign=a", "11:11:").as_deref(), Some(&b"second"[..]));
        assert_eq!(board_cache.find("campaign=b", "11:11:"), None);
    }

    #[test]
    fn it_holds_so_much_and_no_more() {
        let board_cache = BoardCache::default();
        // Noise does not compress.
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()
        };
        let body: Vec<u8> = (0..BYTES / 4 / 8).flat_map(|_| noise()).collect();
        for number in 0..6 {
            board_cache.keep(&number.to_string(), "1:1:".to_owned(), "\"1\"", &body);
        }
        let kept: Vec<_> =
            (0..6).filter(|number| board_cache.find(&number.to_string(), "1:1:").is_some()).collect();
        assert_eq!(kept, [0, 1, 2]);
        board_cache.keep("9", "2:2:".to_owned(), "\"1\"", b"small");
        assert!(board_cache.find("9", "2:2:").is_some() && board_cache.find("0", "1:1:").is_none());
    }
}
