//! Outcomes per level and a level, packed into one integer: the first level in the highest bits, so that sorted keys share
//! their beginnings.

use std::hash::{BuildHasherDefault, Hasher};

use crate::design::Count;
use crate::protocol::{DoseLevel, PerLevel};

/// Bits for a level: 0 stands for none.
const LEVEL_BITS: u32 = 5;

/// How counts are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Packing {
    doses: u32,
    bits: u32,
}

impl Packing {
    /// For so many doses and at most `most` subjects at one; `None` where a key would not fit.
    pub(super) fn new(doses: u32, most: u32) -> Option<Self> {
        let bits = u32::BITS - most.leading_zeros();
        let packing = Self { doses, bits };
        (doses < (1 << LEVEL_BITS) - 1 && packing.width() <= u128::BITS).then_some(packing)
    }

    /// From its parts; `None` where a key would not fit.
    pub(super) fn from_parts(doses: u32, bits: u32) -> Option<Self> {
        let sound = doses > 0 && (1..=16).contains(&bits) && doses < (1 << LEVEL_BITS) - 1;
        let packing = Self { doses, bits };
        (sound && packing.width() <= u128::BITS).then_some(packing)
    }

    /// Number of doses.
    pub(super) const fn doses(self) -> u32 {
        self.doses
    }

    /// Bits of one count.
    pub(super) const fn bits(self) -> u32 {
        self.bits
    }

    /// Whether a key can be: no more DLTs than subjects, a level the design has, nothing beyond its bits.
    pub(super) fn is_sound(self, key: u128) -> bool {
        let counts = (0..self.doses).all(|dose| {
            let (n, y) = self.pair(key, dose);
            y <= n
        });
        let within = self.width() == u128::BITS || key >> self.width() == 0;
        counts && within && level(key).is_none_or(|level| u32::from(level.number()) <= self.doses)
    }

    /// Bits of a key.
    pub(super) const fn width(self) -> u32 {
        self.doses * 2 * self.bits + LEVEL_BITS
    }

    /// The key of counts with a level.
    pub(super) fn pack(self, counts: &PerLevel<Count>, level: Option<DoseLevel>) -> u128 {
        let mut key = 0;
        for count in counts.values() {
            key = (key << (2 * self.bits)) | u128::from((count.evaluable << self.bits) | count.dlt);
        }
        (key << LEVEL_BITS) | u128::from(level.map_or(0, DoseLevel::number))
    }

    /// Outcomes and level of a key.
    pub(super) fn unpack(self, key: u128, counts: &mut PerLevel<Count>) -> Option<DoseLevel> {
        for (index, count) in (0..).zip(counts.values_mut()) {
            let (n, y) = self.pair(key, index);
            *count = Count::complete(n, y);
        }
        level(key)
    }

    /// Index of the first dose at which two keys differ; the number of doses where none does.
    pub(super) fn first_difference(self, one: u128, other: u128) -> u32 {
        let different = (one ^ other) >> LEVEL_BITS;
        if different == 0 {
            self.doses
        } else {
            self.doses - 1 - (u128::BITS - 1 - different.leading_zeros()) / (2 * self.bits)
        }
    }

    /// Most subjects a key can hold at one dose.
    pub(super) const fn most(self) -> u32 {
        (1 << self.bits) - 1
    }

    /// Subjects and DLTs at the dose with this index.
    pub(super) fn pair(self, key: u128, index: u32) -> (u32, u32) {
        let mask = (1_u32 << self.bits) - 1;
        let both = low(key >> (LEVEL_BITS + 2 * self.bits * (self.doses - 1 - index)));
        ((both >> self.bits) & mask, both & mask)
    }

    /// What adding subjects and DLTs at a level adds to a key.
    pub(super) fn step(self, level: DoseLevel, subjects: u32, dlts: u32) -> u128 {
        let index = u32::from(level.number()) - 1;
        u128::from((subjects << self.bits) + dlts) << (LEVEL_BITS + 2 * self.bits * (self.doses - 1 - index))
    }
}

/// The level of a key.
pub(super) fn level(key: u128) -> Option<DoseLevel> {
    DoseLevel::new((low(key) & ((1 << LEVEL_BITS) - 1)) as u8)
}

/// The key with another level.
pub(super) const fn with_level(key: u128, level: u8) -> u128 {
    (key >> LEVEL_BITS << LEVEL_BITS) | level as u128
}

#[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
const fn low(key: u128) -> u32 {
    key as u32
}

/// A hash map over keys, the same in every run.
pub(super) type KeyMap<V> = std::collections::HashMap<u128, V, BuildHasherDefault<KeyHasher>>;

/// Mixes the two halves of a key.
#[derive(Debug, Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the halves are folded one by one")]
    fn write_u128(&mut self, key: u128) {
        // A linear function of the key, its high bits turned to the low end where the table looks first: cohorts that add
        // the same outcome at the same level move through the next table in the order of this one, and stay in the cache.
        let product = (key as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .wrapping_add(((key >> 64) as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f));
        self.0 = product.rotate_left(32);
    }
}
