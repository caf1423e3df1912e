//! `rcore2022`: intervals of a proportion as computed by base R 4.2.2 (`binom.test`, `prop.test`, `qbeta`).
//!
//! `tests/data/binom_oracle.csv`; every count out of 3, 7, 10 and 13 at 95 %, 12 significant digits.

use tercel::estimate::{
    Level,
    proportion::{Interval, Proportion},
};

#[test]
fn every_interval_of_the_table_is_met() {
    let mut reader = csv::Reader::from_reader(include_str!("../../data/binom_oracle.csv").as_bytes());
    let mut rows = 0;
    for row in reader.records() {
        let row: Vec<f64> = row.unwrap().iter().map(|cell| cell.parse().unwrap()).collect();
        let [x, n, level, estimate, limits @ ..] = row.as_slice() else {
            panic!("row {rows} is short");
        };
        let counts = Proportion::new(count(*x), count(*n)).unwrap();
        let level = Level::new(*level).unwrap();
        near(counts.estimate(), *estimate, "estimate");
        let found = [
            counts.clopper_pearson(level),
            counts.wilson(level),
            counts.wilson_corrected(level),
            counts.jeffreys(level),
        ];
        for (Interval { lower, upper }, expected) in found.into_iter().zip(limits.chunks(2)) {
            near(lower, expected[0], &format!("lower of {x}/{n}"));
            near(upper, expected[1], &format!("upper of {x}/{n}"));
        }
        rows += 1;
    }
    assert_eq!(rows, 37);
}

/// `binom.test(x, n, conf.level = level)$conf.int` and `qbeta(c(a, 1 - a), x + .5, n - x + .5)`, 15 significant digits.
#[test]
fn other_levels_and_larger_counts_are_met() {
    for (x, n, level, exact, jeffreys) in LARGER {
        let counts = Proportion::new(x, n).unwrap();
        let level = Level::new(level).unwrap();
        let (found, expected) = (counts.clopper_pearson(level), exact);
        near(found.lower, expected[0], &format!("exact lower of {x}/{n}"));
        near(found.upper, expected[1], &format!("exact upper of {x}/{n}"));
        let (found, expected) = (counts.jeffreys(level), jeffreys);
        near(found.lower, expected[0], &format!("Jeffreys lower of {x}/{n}"));
        near(found.upper, expected[1], &format!("Jeffreys upper of {x}/{n}"));
    }
}

type Row = (u64, u64, f64, [f64; 2], [f64; 2]);

#[expect(clippy::unreadable_literal, reason = "as printed by R")]
const LARGER: [Row; 16] = [
    (
        1,
        18,
        0.9,
        [0.0028455711315564, 0.23766091507464],
        [0.00986394671017147, 0.197662905756313],
    ),
    (
        9,
        18,
        0.9,
        [0.291201075526794, 0.708798924473206],
        [0.315631498317918, 0.684368501682082],
    ),
    (0, 18, 0.8, [0.0, 0.120077456430893], [0.0, 0.07143162505018]),
    (
        17,
        18,
        0.99,
        [0.653651027537145, 0.999721564224685],
        [0.696385858269761, 0.997981369705491],
    ),
    (
        2,
        306,
        0.95,
        [0.000792516003102094, 0.0234093864308093],
        [0.00136060309954491, 0.0208004228908781],
    ),
    (
        150,
        306,
        0.95,
        [0.432883138286578, 0.547700625682331],
        [0.434497893473857, 0.546078748219391],
    ),
    (
        300,
        306,
        0.999,
        [0.939045412253991, 0.996818233050833],
        [0.941624585714088, 0.996206541617568],
    ),
    (
        3,
        1000,
        0.95,
        [0.000619099931649572, 0.00874202323847828],
        [0.000845634801829835, 0.00798436735840347],
    ),
    (
        500,
        1000,
        0.9,
        [0.473517731235691, 0.526482268764309],
        [0.47401665107205, 0.52598334892795],
    ),
    (
        7,
        100000,
        0.95,
        [2.81440788050369e-05, 0.000144221400922295],
        [3.13112164091758e-05, 0.000137436986081041],
    ),
    (
        50000,
        100000,
        0.95,
        [0.4968960624918, 0.5031039375082],
        [0.496901062346933, 0.503098937653067],
    ),
    (
        99990,
        100000,
        0.95,
        [0.999816104154623, 0.999952045104861],
        [0.99982261292858, 0.999948584390577],
    ),
    (
        5,
        1000000,
        0.95,
        [1.62348831924117e-06, 1.16682931752266e-05],
        [1.90787659884863e-06, 1.09599892295087e-05],
    ),
    (
        1,
        1000000,
        0.95,
        [2.53178076637942e-08, 5.57163065517674e-06],
        [1.07897662465419e-07, 4.67419204674968e-06],
    ),
    (
        400000,
        1000000,
        0.95,
        [0.399039608432535, 0.400960970827776],
        [0.399040108231049, 0.400960470629187],
    ),
    (
        999,
        1000000,
        0.99,
        [0.00091950089921244, 0.00108328646029165],
        [0.000919980555966111, 0.00108276612670355],
    ),
];

fn near(actual: f64, expected: f64, what: &str) {
    assert!(
        (actual - expected).abs() <= 1e-10 * expected.abs(),
        "{what}: {actual}, expected {expected}"
    );
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of the table"
)]
fn count(value: f64) -> u64 {
    value as u64
}
