//! The time of entry. It comes from here alone: nobody who enters can choose it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Tells the time of entry.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// The machine's clock moved by a number of seconds: for training studies, where weeks pass in minutes.
    Moved(Arc<AtomicI64>),
    /// A clock that stands still until it is moved, in milliseconds since 1970: the same script gives the same entries.
    Still(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `time` now and can be moved on.
    pub fn starting_at(time: Timestamp) -> Self {
        let ahead = time.duration_since(Timestamp::now()).as_secs();
        Self::Moved(Arc::new(AtomicI64::new(ahead)))
    }

    /// A clock that stands at `time`.
    pub fn standing_at(time: Timestamp) -> Self {
        Self::Still(Arc::new(AtomicI64::new(time.as_millisecond())))
    }

    /// Now, in UTC, to the millisecond.
    pub fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        match self {
            Self::System => now,
            Self::Moved(ahead) => now
                .checked_add(SignedDuration::from_secs(ahead.load(Ordering::SeqCst)))
                .unwrap_or(now),
            Self::Still(time) => Timestamp::from_millisecond(time.load(Ordering::SeqCst)).unwrap_or(now),
        }
    }

    /// Moves a training clock to a time; `false` where the clock is the machine's, or where the time has passed.
    pub fn move_to(&self, time: Timestamp) -> bool {
        match self {
            Self::System => false,
            Self::Moved(ahead) => {
                let step = time.duration_since(self.now()).as_secs();
                if step < 0 {
                    return false;
                }
                ahead.fetch_add(step, Ordering::SeqCst);
                true
            }
            Self::Still(now) => {
                let time = time.as_millisecond();
                now.fetch_max(time, Ordering::SeqCst) <= time
            }
        }
    }
}

/// A time as entries hold it.
pub fn stamp(time: Timestamp) -> String {
    format!("{time:.3}")
}
