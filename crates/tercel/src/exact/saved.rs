//! Compiled designs as bytes, to be kept and read again.
//!
//! A header line with the version, a line that says of what the design was compiled, then little-endian numbers: doses, bits of a count, planned subjects (0 for none), states,
//! endings, whether days follow; then keys, ways, and days. A reader of another version refuses the file.

use thiserror::Error;

use super::Compiled;
use super::evaluate::Endings;
use super::key::Packing;

const HEADER: &[u8] = b"tercel compiled design 2\n";

/// Why bytes are no compiled design.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidSaved {
    /// Another file, or another version.
    #[error("not a compiled design of this version; compile the design again")]
    Header,
    /// The file holds another design.
    #[error("compiled from other options; give those it was compiled with, or compile the design again")]
    OtherDesign,
    /// The file ends early, goes on too long or contradicts itself.
    #[error("the compiled design is damaged; compile the design again")]
    Damaged,
}

impl Compiled {
    /// The design as bytes; `made_of` says of what it was compiled, without line breaks.
    pub fn to_bytes(&self, made_of: &str) -> Vec<u8> {
        let (packing, endings) = (self.packing(), self.endings_columns());
        let count = endings.keys.len() as u64;
        let mut bytes = HEADER.to_vec();
        bytes.extend(made_of.as_bytes());
        bytes.push(b'\n');
        let numbers = [
            u64::from(packing.doses()),
            u64::from(packing.bits()),
            u64::from(self.max_n().unwrap_or(0)),
            self.states(),
            count,
            u64::from(endings.days.is_some()),
        ];
        for number in numbers {
            bytes.extend(number.to_le_bytes());
        }
        for key in &endings.keys {
            bytes.extend(key.to_le_bytes());
        }
        for value in endings.ways.iter().chain(endings.days.iter().flatten()) {
            bytes.extend(value.to_le_bytes());
        }
        bytes
    }

    /// The design that [`to_bytes`](Self::to_bytes) wrote of the same.
    pub fn from_bytes(bytes: &[u8], made_of: &str) -> Result<Self, InvalidSaved> {
        let rest = bytes.strip_prefix(HEADER).ok_or(InvalidSaved::Header)?;
        let line = rest
            .strip_prefix(made_of.as_bytes())
            .and_then(|rest| rest.strip_prefix(b"\n"));
        let mut rest = line.ok_or(InvalidSaved::OtherDesign)?;
        let mut number = || -> Result<u64, InvalidSaved> {
            let (first, after) = rest.split_first_chunk::<8>().ok_or(InvalidSaved::Damaged)?;
            rest = after;
            Ok(u64::from_le_bytes(*first))
        };
        let [doses, bits, max_n, states, count, days] =
            [number()?, number()?, number()?, number()?, number()?, number()?];
        let small = |value: u64| u32::try_from(value).map_err(|_| InvalidSaved::Damaged);
        let packing = Packing::from_parts(small(doses)?, small(bits)?).ok_or(InvalidSaved::Damaged)?;
        let count = usize::try_from(count).map_err(|_| InvalidSaved::Damaged)?;
        let columns: usize = if days == 0 { 1 } else { 2 };
        let expected = count.checked_mul(16 + 8 * columns).ok_or(InvalidSaved::Damaged)?;
        if rest.len() != expected {
            return Err(InvalidSaved::Damaged);
        }
        let (keys, values) = rest.split_at(16 * count);
        let keys: Vec<u128> = keys
            .as_chunks::<16>()
            .0
            .iter()
            .map(|key| u128::from_le_bytes(*key))
            .collect();
        let values: Vec<f64> = values
            .as_chunks::<8>()
            .0
            .iter()
            .map(|value| f64::from_le_bytes(*value))
            .collect();
        let sound = values.iter().all(|value| value.is_finite() && *value >= 0.0);
        if !keys.is_sorted() || !sound || !keys.iter().all(|key| packing.is_sound(*key)) {
            return Err(InvalidSaved::Damaged);
        }
        let (ways, days_column) = values.split_at(count);
        let endings = Endings {
            keys,
            ways: ways.to_vec(),
            days: (days != 0).then(|| days_column.to_vec()),
        };
        let max_n = Some(small(max_n)?).filter(|max| *max > 0);
        Ok(Self::new(packing, packing.doses(), max_n, states, endings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::{Boin, Plan, Target};
    use crate::exact::{Curve, Limit, compile};

    const BOIN: &str = "boin";

    fn compiled() -> Compiled {
        let design = Boin::new(Target::new(0.28).unwrap()).design(18).unwrap();
        compile(
            &Plan::new(&design, 3, 3, Some(18)),
            Limit { bytes: 1 << 30 },
            &mut |_, _| true,
        )
        .unwrap()
    }

    #[test]
    fn a_saved_design_is_read_again_and_gives_the_same_numbers() {
        let compiled = compiled();
        let again = Compiled::from_bytes(&compiled.to_bytes(BOIN), BOIN).unwrap();
        assert_eq!(again, compiled);
        assert_eq!(
            Compiled::from_bytes(&compiled.to_bytes(BOIN), "keyboard"),
            Err(InvalidSaved::OtherDesign)
        );
        let curve = Curve::new(vec![0.08, 0.2, 0.35]).unwrap();
        assert_eq!(again.evaluate(&curve), compiled.evaluate(&curve));
    }

    #[test]
    fn a_damaged_file_is_refused_wherever_it_is_cut() {
        let bytes = compiled().to_bytes(BOIN);
        for length in [0, 10, HEADER.len(), HEADER.len() + 20, bytes.len() - 1] {
            assert!(Compiled::from_bytes(&bytes[..length], BOIN).is_err(), "{length}");
        }
        for place in (HEADER.len()..HEADER.len() + 53).chain([HEADER.len() + 60, bytes.len() - 1]) {
            let mut wrong = bytes.clone();
            wrong[place] = 0xff;
            // Never a panic; a change that still makes sense gives another design, not the same.
            if let Ok(other) = Compiled::from_bytes(&wrong, BOIN) {
                assert_ne!(other.to_bytes(BOIN), bytes);
            }
        }
    }
}
