//! Authors and records of the stories.

use tercel_store::{Author, NewRecord, Refusal, StoreError, Values};

pub(crate) fn author(account: &str, role: &str) -> Author {
    Author {
        account: account.to_owned(),
        role: role.to_owned(),
    }
}

pub(crate) fn values(pairs: &[(&str, &str)]) -> Values {
    pairs
        .iter()
        .map(|(field, value)| ((*field).to_owned(), (*value).to_owned()))
        .collect()
}

pub(crate) fn fever(grade: &str) -> NewRecord {
    NewRecord {
        series: "AE/S-01-001".to_owned(),
        number: None,
        form: "adverse-event".to_owned(),
        subject: Some("S-01-001".to_owned()),
        site: Some("01".to_owned()),
        happened: Some("2026-03-02".to_owned()),
        values: values(&[("aeterm", "Fever"), ("aetoxgr", grade)]),
    }
}

pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> Refusal {
    match answer {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// A reproducible sequence of choices (`SplitMix64`).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.throw() % u64::try_from(end).unwrap()).unwrap()
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}
