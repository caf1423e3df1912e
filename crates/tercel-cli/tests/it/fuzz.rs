//! The fuzz bodies over their corpus and some thousand mutations of it, the same in every run.

#[path = "../../../../fuzz/bodies.rs"]
mod bodies;

use std::fs;
use std::path::Path;

/// Mutations of each file of the corpus.
const MUTATIONS: u64 = 300;

/// SplitMix64: numbers that are the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}

/// Bytes that readers trip over.
const PIECES: [&[u8]; 16] = [
    b"\"",
    b",",
    b"\n",
    b"\0",
    b"[",
    b"{",
    b"}",
    b"1e999",
    b"-0",
    b"2025-02-30",
    b"9999-12-31",
    b"0000",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!",
    b"99999999999999999999",
];

fn mutate(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut new = bytes.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(new.len() + 1);
        match numbers.below(5) {
            0 if at < new.len() => new[at] ^= 1 << numbers.below(8),
            1 => new.truncate(at),
            2 => drop(new.splice(at..at, PIECES[numbers.below(PIECES.len())].iter().copied())),
            3 => {
                let end = (at + numbers.below(40)).min(new.len());
                new.drain(at..end);
            }
            _ => {
                let end = (at + numbers.below(200)).min(new.len());
                let again = new[at..end].to_vec();
                new.splice(at..at, again);
            }
        }
    }
    new
}

#[test]
fn no_reader_panics_on_its_corpus_or_on_mutations_of_it() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, body) in bodies::ALL {
        let mut files: Vec<_> = fs::read_dir(corpus.join(name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        assert!(!files.is_empty(), "no corpus for {name}");
        let mut numbers = Numbers(17);
        for file in files {
            let bytes = fs::read(&file).unwrap();
            body(&bytes);
            for _ in 0..MUTATIONS {
                body(&mutate(&bytes, &mut numbers));
            }
        }
    }
}
