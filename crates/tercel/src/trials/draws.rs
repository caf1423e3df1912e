//! Random draws by address: the key is the seed, the place in a stream the trial.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Draws are whole numbers below 2^53: every probability is met to within 2^−54, and each is a `f64` exactly.
pub(super) const SCALE: f64 = (1_u64 << 53) as f64;

/// Trials that share a stream. The generator makes four blocks of sixteen words at once; the first block of each trial is
/// one of them, so that a short trial costs a quarter of them.
const SHARING: usize = 4;

/// Draws in the first block of a trial.
const FIRST_DRAWS: usize = 8;

/// Where the further draws of the first trial of a stream begin, and how many words are set aside for each trial's.
const FURTHER: u128 = 1 << 32;

/// Where the draws for accrual begin, beyond all further draws.
const ARRIVALS: u128 = 8 << 32;

/// The draws of one trial at a time: the first eight in the block of the trial, further ones in its own part of the stream.
/// Moving to another trial keeps the key.
#[derive(Debug)]
pub(super) struct Draws {
    rng: ChaCha8Rng,
    /// First draws of the trials of a stream.
    first: [u64; FIRST_DRAWS * SHARING],
    /// The stream they are of.
    stream: Option<u64>,
    /// The trial's place among those of its stream.
    place: usize,
    /// Draws taken of the trial's first ones.
    taken: usize,
}

impl Draws {
    pub(super) fn new(seed: u64) -> Self {
        let mut key = [0; 32];
        for (slot, byte) in key.iter_mut().zip(seed.to_le_bytes()) {
            *slot = byte;
        }
        Self {
            rng: ChaCha8Rng::from_seed(key),
            first: [0; FIRST_DRAWS * SHARING],
            stream: None,
            place: 0,
            taken: FIRST_DRAWS,
        }
    }

    /// Moves to the first draw of a trial.
    pub(super) fn go_to(&mut self, trial: u64) {
        let (stream, place) = address(trial);
        if self.stream != Some(stream) {
            self.rng.set_stream(stream);
            self.rng.set_word_pos(0);
            for draw in &mut self.first {
                *draw = self.rng.next_u64();
            }
            self.stream = Some(stream);
        }
        self.place = place;
        self.taken = 0;
    }

    /// Moves to the first draw for the accrual of a trial.
    pub(super) fn go_to_arrivals(&mut self, trial: u64) {
        let (stream, place) = address(trial);
        self.rng.set_stream(stream);
        self.rng.set_word_pos(ARRIVALS + FURTHER * place as u128);
        self.stream = None;
        self.taken = FIRST_DRAWS;
    }

    /// A whole number below 2^53, each as likely.
    pub(super) fn whole(&mut self) -> u64 {
        let draw = if self.taken < FIRST_DRAWS {
            let draw = self.first.get(self.place * FIRST_DRAWS + self.taken);
            self.taken += 1;
            if self.taken == FIRST_DRAWS {
                self.rng.set_word_pos(FURTHER * (self.place as u128 + 1));
            }
            draw.copied().unwrap_or(0)
        } else {
            self.rng.next_u64()
        };
        draw >> 11
    }

    /// Uniform on the open interval from 0 to 1.
    pub(super) fn uniform(&mut self) -> f64 {
        (self.whole() as f64 + 0.5) / SCALE
    }
}

/// The stream of a trial, and its place among the four that share it.
const fn address(trial: u64) -> (u64, usize) {
    (trial >> 2, (trial & 3) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_has_the_same_draws_whatever_was_drawn_before() {
        let mut alone = Draws::new(7);
        alone.go_to(3);
        let first: Vec<u64> = (0..100).map(|_| alone.whole()).collect();
        let mut after = Draws::new(7);
        for trial in 0..3 {
            after.go_to(trial);
            for _ in 0..=trial {
                after.whole();
            }
        }
        after.go_to_arrivals(2);
        after.whole();
        after.go_to(3);
        assert!(first.iter().all(|draw| *draw == after.whole()));
    }

    #[test]
    fn no_two_trials_share_a_draw() {
        let mut draws = Draws::new(7);
        let mut seen = std::collections::BTreeSet::new();
        for trial in 0..8 {
            draws.go_to(trial);
            assert!((0..1000).all(|_| seen.insert(draws.whole())), "trial {trial}");
            draws.go_to_arrivals(trial);
            assert!(
                (0..1000).all(|_| seen.insert(draws.whole())),
                "accrual of trial {trial}"
            );
        }
    }

    #[test]
    fn seeds_trials_and_accrual_have_draws_of_their_own() {
        let first = |seed, trial| {
            let mut draws = Draws::new(seed);
            draws.go_to(trial);
            draws.whole()
        };
        assert_ne!(first(1, 1), first(2, 1));
        assert_ne!(first(1, 1), first(1, 2));
        let mut arrivals = Draws::new(1);
        arrivals.go_to_arrivals(1);
        assert_ne!(arrivals.whole(), first(1, 1));
    }
}
