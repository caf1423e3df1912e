//! mTPI-2 against the R package escalation (`tests/data/README.md`).

use tercel::design::{Margins, Mtpi2, Target};

use super::fixture::{decision, fixture, integer, number};

#[test]
fn every_decision_is_that_of_the_package() {
    for table in fixture("mtpi2_escalation_tables")["tables"].as_array().unwrap() {
        let target = Target::new(number(table, "target")).unwrap();
        let interval = Margins::new(target, number(table, "epsilon1"), number(table, "epsilon2")).unwrap();
        let boundaries = Mtpi2::new(target, interval).boundaries(9).unwrap();
        for row in table["rows"].as_array().unwrap() {
            let n = integer(row, "n");
            for (y, expected) in (0..).zip(row["decision_by_y"].as_array().unwrap()) {
                assert_eq!(decision(&boundaries, n, y), expected.as_str().unwrap(), "{y} of {n}");
            }
        }
    }
}
