//! Boards of another day: judged again in small pages, few at a time, and once for all who ask for the same one.
//!
//! Kept of a board is only its order, some bytes a line; what a page shows is judged when it is shown. Memory and time are
//! bounded by the boards judged at once, whoever asks and however often.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::api::http::refused::{Code, Refused};
use crate::office::types::IndicatorId;

/// Boards judged at once in a process.
const AT_ONCE: usize = 2;

/// How long one waits for one's turn.
const PATIENCE: Duration = Duration::from_secs(20);

/// Boards whose order is kept.
const KEPT: usize = 8;

/// The lines of a board, worst first: place of the grade, indicator.
pub type Order = Arc<[(i32, IndicatorId)]>;

/// What a process keeps and allows.
pub struct PastBoards {
    /// How long one waits for one's turn.
    patience: Duration,
    turns: Semaphore,
    boards: Mutex<VecDeque<(String, Arc<Board>)>>,
}

/// One board.
#[derive(Default)]
struct Board {
    /// How often it has been judged to the end.
    ended: AtomicU64,
    /// Held while it is judged.
    order: tokio::sync::Mutex<Option<Order>>,
}

impl Default for PastBoards {
    fn default() -> Self {
        Self { patience: PATIENCE, turns: Semaphore::new(AT_ONCE), boards: Mutex::default() }
    }
}

fn busy() -> Refused {
    Refused::new(Code::Unavailable, "正在研判的其他日期看板较多，请稍后重试。")
}

impl PastBoards {
    /// One of the few turns for work that judges a whole plan.
    ///
    /// # Errors
    /// `Unavailable` when others are at it for too long.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, Refused> {
        let turn = tokio::time::timeout(self.patience, self.turns.acquire()).await.map_err(|_| busy())?;
        turn.map_err(Refused::internal)
    }

    /// The order of the board called `name`, which `judge` finds out. Somebody else's answer serves when it was found after
    /// this was asked; with `lasting` names, which tell the state of the database, an earlier one does, too.
    ///
    /// # Errors
    /// Those of `judge`; `Unavailable` when others are at it for too long.
    pub async fn order(
        &self,
        name: &str,
        lasting: bool,
        judge: impl Future<Output = Result<Order, Refused>>,
    ) -> Result<Order, Refused> {
        let board = self.board(name);
        let asked = board.ended.load(Ordering::Acquire);
        let mut order = tokio::time::timeout(self.patience, board.order.lock()).await.map_err(|_| busy())?;
        if let Some(order) = &*order
            && (lasting || board.ended.load(Ordering::Acquire) > asked + 1)
        {
            return Ok(order.clone());
        }
        let turn = self.turn().await?;
        let found = judge.await?;
        drop(turn);
        *order = Some(found.clone());
        board.ended.fetch_add(1, Ordering::AcqRel);
        Ok(found)
    }

    fn board(&self, name: &str) -> Arc<Board> {
        let mut boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, board)) = boards.iter().find(|(known, _)| known == name) {
            return board.clone();
        }
        let board = Arc::new(Board::default());
        boards.push_back((name.to_owned(), board.clone()));
        if boards.len() > KEPT {
            boards.pop_front();
        }
        board
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn many_who_ask_at_once_cost_one_or_two_judgements() {
        let (boards, judged) = (PastBoards::default(), AtomicU64::new(0));
        let ask = async |lasting: bool| {
            let judge = async {
                judged.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(50)).await;
                Ok(Order::from([(0, IndicatorId::of(uuid::Uuid::nil()))]))
            };
            boards.order("a", lasting, judge).await.unwrap().len()
        };
        let all = futures_util::future::join_all((0..16).map(|_| ask(false))).await;
        assert_eq!((all, judged.load(Ordering::SeqCst)), (vec![1; 16], 2));
        ask(false).await;
        assert_eq!(judged.load(Ordering::SeqCst), 3, "what was found before is not what is there now");
        ask(true).await;
        assert_eq!(judged.load(Ordering::SeqCst), 3, "the name tells the state of the database");
    }

    #[tokio::test]
    async fn two_are_judged_at_once_and_who_waits_too_long_is_told() {
        let boards = PastBoards { patience: Duration::from_millis(100), ..PastBoards::default() };
        let slow = async |name: &str| {
            let judge = async {
                tokio::time::sleep(Duration::from_millis(900)).await;
                Ok(Order::from([]))
            };
            boards.order(name, false, judge).await.map(|_| ()).map_err(|problem| problem.code)
        };
        let (a, b, c) = tokio::join!(slow("a"), slow("b"), slow("c"));
        assert_eq!((a, b, c), (Ok(()), Ok(()), Err(Code::Unavailable)));
    }
}
