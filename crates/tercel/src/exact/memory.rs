//! How much memory a compilation will need, seen before it is needed.
//!
//! The number of states grows by a factor from step to step that itself falls steadily. The logarithm of that factor is taken
//! over the two halves of the latest steps, and its fall is drawn on to the last step.

use super::CompileError;
use super::Limit;

/// Share of the steps that have to be seen before a forecast.
const SEEN: f64 = 0.35;

/// Steps that have to be seen.
const FEWEST: usize = 8;

/// A forecast is believed where it exceeds the limit so many times, so that a guess seldom refuses what would fit.
const CLEARLY: f64 = 2.0;

/// Memory of a compilation so far.
#[derive(Debug)]
pub(super) struct Memory {
    limit: Limit,
    /// Number of steps in all.
    steps: usize,
    /// Natural logarithm of the bytes after each step that has states.
    logs: Vec<(f64, f64)>,
}

impl Memory {
    pub(super) const fn new(limit: Limit, steps: u32) -> Self {
        Self {
            limit,
            steps: steps as usize,
            logs: Vec::new(),
        }
    }

    /// Holds `live` bytes that grow from step to step and `kept` bytes that stay against the limit. `step` counts from 0;
    /// `subjects` of `planned` are treated.
    pub(super) fn check(
        &mut self,
        step: u32,
        live: u64,
        kept: u64,
        (subjects, planned): (u32, u32),
    ) -> Result<(), CompileError> {
        let now = live + kept;
        self.logs.push((f64::from(step), (live.max(1) as f64).ln()));
        let forecast = self.forecast().unwrap_or(0.0) + kept as f64;
        let limit = self.limit.bytes as f64;
        if now <= self.limit.bytes && forecast <= CLEARLY * limit {
            return Ok(());
        }
        let mib = forecast.max(now as f64) / f64::from(1 << 20);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive size, rounded up"
        )]
        Err(CompileError::TooLarge {
            needs_mib: mib.ceil() as u64,
            limit_mib: self.limit.bytes >> 20,
            subjects,
            planned,
        })
    }

    /// Live bytes at the last step.
    fn forecast(&self) -> Option<f64> {
        let &(at, log) = self.logs.last()?;
        let last = self.steps as f64;
        let count = self.logs.len();
        if count < FEWEST || at < SEEN * last || at >= last {
            return None;
        }
        let &(early, early_log) = self.logs.get(count / 2)?;
        let &(middle, middle_log) = self.logs.get(count - 1 - (count - 1 - count / 2) / 2)?;
        let before = (middle_log - early_log) / (middle - early);
        let growth = (log - middle_log) / (at - middle);
        let fall = ((growth - before) / ((at - early) / 2.0)).min(0.0);
        // The growth is that half way between the middle and now; where it reaches 0 the states have their largest number.
        let begin = at - f64::midpoint(at, middle);
        let until = last - f64::midpoint(at, middle);
        let zero = if fall < 0.0 {
            (-growth / fall).clamp(begin, until)
        } else {
            until
        };
        let gained = growth.max(0.0) * (zero - begin) + fall * (zero * zero - begin * begin) / 2.0;
        Some((log + gained.max(0.0)).exp())
    }
}

#[cfg(test)]
mod tests {
    use crate::design::{Plan, Settings, find};
    use crate::exact::{CompileError, Limit, compile};

    fn needs(doses: u8, max_n: u32, limit_mib: u64) -> Result<(), CompileError> {
        let settings = Settings {
            target: Some(0.3),
            ..Settings::default()
        };
        let design = settings.design(find("boin").unwrap().name, doses, max_n).unwrap();
        let plan = Plan::new(design.as_ref(), doses, 1, Some(max_n));
        compile(&plan, Limit { bytes: limit_mib << 20 }, &mut |_, _| true).map(|_| ())
    }

    #[test]
    fn too_large_a_design_is_known_long_before_its_last_subject() {
        // A layer of 284,611 states, what follows it and 351,404 endings are some 50 MiB at the end.
        let error = needs(5, 30, 8).unwrap_err();
        let CompileError::TooLarge {
            needs_mib, subjects, ..
        } = error
        else {
            panic!("{error}");
        };
        assert!((12..=200).contains(&needs_mib), "{error}");
        assert!(subjects <= 15, "{error}");
        assert!(error.to_string().contains("and 8 MiB are allowed"), "{error}");
    }

    #[test]
    fn what_fits_is_not_refused() {
        needs(5, 30, 100).unwrap();
        needs(3, 30, 4).unwrap();
        needs(2, 40, 2).unwrap();
    }
}
