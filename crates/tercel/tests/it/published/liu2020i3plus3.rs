//! i3+3 against the R package PhIdesign (`tests/data/README.md`).

use tercel::design::{IThreePlusThree, Margins, Target};

use super::fixture::{decision, fixture, integer, number};

#[test]
fn every_decision_is_that_of_the_package() {
    for table in fixture("i3plus3_tables")["tables"].as_array().unwrap() {
        let phi = number(table, "target");
        let target = Target::new(phi).unwrap();
        let interval = Margins::new(target, phi - number(table, "ei_lower"), number(table, "ei_upper") - phi).unwrap();
        let boundaries = IThreePlusThree::new(target, interval).boundaries(12).unwrap();
        for row in table["rows"].as_array().unwrap() {
            let n = integer(row, "n");
            for (y, expected) in (0..).zip(row["decision_by_y"].as_array().unwrap()) {
                assert_eq!(decision(&boundaries, n, y), expected.as_str().unwrap(), "{y} of {n}");
            }
        }
    }
}
