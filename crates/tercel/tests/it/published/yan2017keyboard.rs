//! The Keyboard design against the authors' R package and exact operating characteristics made elsewhere
//! (`tests/data/README.md`).

use tercel::design::{Elimination, IntervalDesign, Keyboard, Margins, Plan, Target};

use super::fixture::{agrees, fixture, integer, number, numbers, optional};

#[test]
fn every_row_of_the_decision_tables_is_that_of_the_package() {
    for table in fixture("keyboard_tables")["tables"].as_array().unwrap() {
        let target = Target::new(number(table, "target")).unwrap();
        let key = Margins::new(target, number(table, "marginL"), number(table, "marginR")).unwrap();
        let mut design = Keyboard::new(target, key);
        design.0.elimination = Some(Elimination {
            cutoff: number(table, "cutoff_eli"),
            min_n: 1,
        });
        for (index, row) in design.boundaries(36).unwrap().rows.iter().enumerate() {
            let expected = |key: &str| optional(&table[key][index]);
            assert_eq!(row.escalate_max, expected("escalate_if_le"), "{table}, row {index}");
            assert_eq!(row.deescalate_min, expected("deescalate_if_ge"), "{table}, row {index}");
            assert_eq!(row.eliminate_min, expected("eliminate_if_ge"), "{table}, row {index}");
        }
    }
}

#[test]
fn operating_characteristics_are_exact() {
    for scenario in fixture("keyboard_exact_oc")["scenarios"].as_array().unwrap() {
        let target = Target::new(number(scenario, "target")).unwrap();
        let margins = numbers(scenario, "margins");
        let key = Margins::new(target, margins[0], margins[1]).unwrap();
        let size = integer(scenario, "cohortsize");
        let n = integer(scenario, "ncohort") * size;
        let design = IntervalDesign::new(Keyboard::new(target, key).boundaries(n).unwrap());
        let truth = numbers(scenario, "p_true");
        let plan = Plan::new(&design, u8::try_from(truth.len()).unwrap(), size, Some(n));
        agrees(&plan, &truth, &scenario["exact"], 1e-9);
    }
}
