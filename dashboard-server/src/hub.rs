//! The live picture of every board that somebody looks at.
//!
//! One task ([`run`]) owns it: it reads windows, compares, and sends what changed, encoded and framed
//! once for all who look at the same board. Handlers read the same state: a warm board is answered
//! from memory, already encoded. Must never know people or rights.

mod board;
mod diff;
mod kept;
mod ring;
mod run;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};

use tokio::sync::{mpsc, oneshot};

pub(crate) use board::Board;
pub(crate) use run::run;

use crate::access::secret;
use crate::problem::{Answer, Problem};

/// Requests to warm a board that may wait; a reader who finds no place is told to come back.
const MOST_ASKED: usize = 256;

/// The handle that handlers hold.
#[derive(Debug)]
pub(crate) struct Hub {
    /// Random word of this process.
    epoch: Arc<str>,
    boards: RwLock<HashMap<String, Arc<Board>>>,
    ask: mpsc::Sender<Ask>,
    /// Taken by the owning task when it starts.
    asked: Mutex<Option<mpsc::Receiver<Ask>>>,
}

/// A request to make a board warm; answered when it is, with None when there is no such board.
#[derive(Debug)]
pub(crate) struct Ask {
    board: String,
    reply: oneshot::Sender<Option<Arc<Board>>>,
}

impl Default for Hub {
    fn default() -> Self {
        let (ask, asked) = mpsc::channel(MOST_ASKED);
        let epoch = secret::word()[..16].into();
        Self { epoch, boards: RwLock::default(), ask, asked: Mutex::new(Some(asked)) }
    }
}

impl Hub {
    /// The board with this id, with a picture that is kept up to date; None when there is none.
    ///
    /// # Errors
    /// 503 when the hub is overloaded or stopping.
    pub(crate) async fn board(&self, id: &str) -> Answer<Option<Arc<Board>>> {
        let known = self.boards.read().expect("nobody panics while holding the boards").get(id).cloned();
        if let Some(board) = known.filter(|board| board.is_warm()) {
            return Ok(Some(board));
        }
        let (reply, answer) = oneshot::channel();
        let overloaded = || Problem::busy("the boards are being prepared; try again", 1);
        self.ask.try_send(Ask { board: id.to_owned(), reply }).map_err(|_| overloaded())?;
        answer.await.map_err(|_| overloaded())
    }

    /// Kept for ever once made: its number must go on where a viewer's left off, also when a board
    /// comes back into the configuration.
    fn known_or_new(&self, id: &str) -> Arc<Board> {
        let mut boards = self.boards.write().expect("nobody panics while holding the boards");
        let new = || Arc::new(Board::new(id, Arc::clone(&self.epoch)));
        Arc::clone(boards.entry(id.to_owned()).or_insert_with(new))
    }
}
