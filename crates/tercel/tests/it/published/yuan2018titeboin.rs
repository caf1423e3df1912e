//! TITE-BOIN by single mean imputation: the follow-up from which to escalate, of the published table for a target of 0.2
//! (PMC9260438, table 1) and of an independent program (`tests/data/README.md`).

use serde_json::Value;
use tercel::design::{Boin, Count, Target, TiteBoin, TiteVariant};

use super::fixture::{fixture, integer, number};

fn design(target: f64) -> TiteBoin {
    let boin = Boin::new(Target::new(target).unwrap());
    TiteBoin::new(&boin, TiteVariant::SingleMeanImputation, 60).unwrap()
}

#[test]
fn every_threshold_is_that_of_the_formula() {
    for table in fixture("tite_boin_smi_thresholds")["tables"].as_array().unwrap() {
        let design = design(number(table, "target"));
        for row in table["rows"].as_array().unwrap() {
            let (n, pending) = (integer(row, "n"), integer(row, "c"));
            let count = Count {
                evaluable: n - pending,
                dlt: integer(row, "s"),
                pending,
            };
            let (escalate, deescalate) = design.imputation_limits(count);
            for (mine, key) in [(escalate, "stft_escalate_ge"), (deescalate, "stft_deescalate_le")] {
                if let Value::Number(_) = row[key] {
                    assert!((mine - number(row, key)).abs() < 1e-9, "{mine}: {row}");
                }
            }
        }
    }
}
