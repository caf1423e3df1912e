//! BOIN against the authors' R package and exact operating characteristics made elsewhere (`tests/data/README.md`).

use serde_json::Value;
use tercel::design::{Boin, Boundaries, Design, Elimination, ExtraSafe, IntervalDesign, Plan, Target};

use super::fixture::{agrees, counts, fixture, integer, integers, number, numbers, optional};

fn boin(case: &Value) -> Boin {
    let published = Boin::new(Target::new(number(case, "target")).unwrap());
    let given = |key: &str, default: f64| case[key].as_f64().unwrap_or(default);
    Boin {
        p_safe: given("p_saf", published.p_safe),
        p_tox: given("p_tox", published.p_tox),
        elimination: Elimination {
            cutoff: given("cutoff_eli", 0.95),
            ..published.elimination
        },
        extra_safe: (case["extrasafe"] == true).then(|| ExtraSafe {
            offset: given("offset", 0.05),
        }),
        bound_mtd: case["boundMTD"] == true,
        ..published
    }
}

#[test]
fn boundaries_on_the_rate_are_those_of_the_paper() {
    // Liu & Yuan 2015, the optimal boundaries for a target of 0.30.
    let (escalate, deescalate) = Boin::new(Target::new(0.3).unwrap()).lambdas();
    assert!((escalate - 0.236).abs() < 5e-4 && (deescalate - 0.359).abs() < 5e-4);
    for case in fixture("boin_lambda")["cases"].as_array().unwrap() {
        let (escalate, deescalate) = boin(case).lambdas();
        assert!((escalate - number(case, "lambda_e")).abs() < 1e-12, "{case}");
        assert!((deescalate - number(case, "lambda_d")).abs() < 1e-12, "{case}");
    }
}

#[test]
fn every_row_of_the_decision_tables_is_that_of_the_package() {
    for table in fixture("boin_tables")["tables"].as_array().unwrap() {
        let Boundaries { rows, .. } = boin(table).boundaries(36).unwrap();
        for (index, row) in rows.iter().enumerate() {
            let expected = |key: &str| optional(&table[key][index]);
            assert_eq!(row.escalate_max, expected("escalate_if_le"), "{table}, row {index}");
            assert_eq!(row.deescalate_min, expected("deescalate_if_ge"), "{table}, row {index}");
            assert_eq!(row.eliminate_min, expected("eliminate_if_ge"), "{table}, row {index}");
        }
    }
}

#[test]
fn the_dose_selected_is_that_of_the_package() {
    for case in fixture("boin_select_mtd")["cases"].as_array().unwrap() {
        let counts = counts(&integers(case, "n"), &integers(case, "y"));
        let most = counts.values().iter().map(|count| count.evaluable).max().unwrap();
        let selected = boin(case).design(most).unwrap().select(&counts);
        let expected = Some(integer(case, "mtd")).filter(|mtd| *mtd != 99);
        assert_eq!(selected.map(|level| u32::from(level.number())), expected, "{case}");
    }
}

#[test]
fn operating_characteristics_are_exact() {
    for scenario in fixture("boin_exact_oc")["scenarios"].as_array().unwrap() {
        let n = integer(scenario, "ncohort") * integer(scenario, "cohortsize");
        let design: IntervalDesign = boin(scenario).design(n).unwrap();
        let doses = numbers(scenario, "p_true").len();
        let plan = Plan {
            stop_at: Some(integer(scenario, "n_earlystop")),
            ..Plan::new(
                &design,
                u8::try_from(doses).unwrap(),
                integer(scenario, "cohortsize"),
                Some(n),
            )
        };
        agrees(&plan, &numbers(scenario, "p_true"), &scenario["exact"], 1e-9);
    }
}
