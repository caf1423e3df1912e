//! Passwords and setup codes tried by whoever finds the address: a few at a time, slower after many refusals, and every
//! refusal after the same time.
//!
//! A browser in which the account has signed in before does not stand in this queue, nor does who is signed in: tries
//! from elsewhere, however many, keep nobody from the study (see [`tercel_store::Door`]).

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::reply::Fault;

/// Tries looked at together: each takes 19 MiB and a processor.
const AT_ONCE: usize = 2;
/// How long a try waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// Refusals in a minute after which each try takes [`SLOW`] longer.
const MANY: usize = 30;
const SLOW: Duration = Duration::from_secs(1);
/// No refusal comes sooner, whether the name is known or not.
const LEAST: Duration = Duration::from_millis(400);

/// The queue.
#[derive(Debug)]
pub(crate) struct Street {
    turns: Semaphore,
    refused: Mutex<VecDeque<Instant>>,
}

impl Street {
    pub(crate) fn new() -> Self {
        Self {
            turns: Semaphore::new(AT_ONCE),
            refused: Mutex::default(),
        }
    }

    /// Waits for a turn, which lasts as long as what is returned.
    pub(crate) async fn turn(&self) -> Result<SemaphorePermit<'_>, Fault> {
        let turn = timeout(PATIENCE, self.turns.acquire()).await;
        let turn = turn.ok().and_then(Result::ok).ok_or(Fault::Busy)?;
        if self.is_slow() {
            sleep(SLOW).await;
        }
        Ok(turn)
    }

    /// Counts a refusal of a try that came at `began`, and holds it back.
    pub(crate) async fn refuse(&self, began: Instant) {
        {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            refused.push_back(Instant::now());
            if refused.len() > MANY {
                refused.pop_front();
            }
        }
        sleep_until(began + LEAST).await;
    }

    fn is_slow(&self) -> bool {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.len() >= MANY && refused.front().is_some_and(|first| first.elapsed().as_secs() < 60)
    }
}
