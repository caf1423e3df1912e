//! The outcome matrix computed a second time, from the analysis datasets alone.
//!
//! What is not in them: the cells of outcomes no method answers; whether a window is still open, which only the notes of the
//! cells say.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use tercel::endpoint::{Analysis, Cell, NotEstimable, derive_cells};
use tercel::estimate::Level;
use tercel::estimate::survival::{KaplanMeier, Observation};
use tercel::protocol::Trial;
use tercel_exchange::Table;
use tercel_exchange::export::sdtm;

use super::study::{derived, records, rehearsal, synthetic, trial};

/// The analysis datasets, and nothing else.
struct Datasets(Vec<Table>);

type Row = BTreeMap<String, String>;

impl Datasets {
    fn rows(&self, name: &str) -> Vec<Row> {
        let table = self.0.iter().find(|table| table.name == name).unwrap();
        let row = |row: usize| {
            let cells = table.columns().iter().zip(table.row(row));
            cells.map(|(name, cell)| (name.clone(), cell.to_owned())).collect()
        };
        (0..table.len()).map(row).collect()
    }

    /// Rows of a parameter of subjects of a dose level, or of any.
    fn of(&self, name: &str, code: &str, level: Option<&str>) -> Vec<Row> {
        let subjects = self.rows("ADSL");
        let level_of: BTreeMap<&str, &str> = subjects
            .iter()
            .map(|row| (row["USUBJID"].as_str(), row["DOSELVL"].as_str()))
            .collect();
        let mut rows = self.rows(name);
        rows.retain(|row| {
            let own = level_of[row["USUBJID"].as_str()];
            row["PARAMCD"] == code && !own.is_empty() && level.is_none_or(|level| level == own)
        });
        rows
    }
}

/// Value, counted, denominator.
type Found = (Option<f64>, usize, usize);

fn number(row: &Row, name: &str) -> f64 {
    row[name].parse().unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// A count or a share of the rows in the denominator.
fn count(rows: &[Row], in_denominator: &str, is_share: bool) -> Found {
    let rows: Vec<&Row> = rows.iter().filter(|row| row[in_denominator] == "Y").collect();
    let yes = rows.iter().filter(|row| row["AVAL"] == "1").count();
    let value = if is_share {
        yes as f64 / rows.len() as f64
    } else {
        yes as f64
    };
    ((!rows.is_empty()).then_some(value), yes, rows.len())
}

/// A median of which rows without a value rank below every other.
fn median(rows: &[Row]) -> Found {
    let rows: Vec<&Row> = rows.iter().filter(|row| row["ANL01FL"] == "Y").collect();
    let mut values: Vec<f64> = rows
        .iter()
        .map(|row| row["AVAL"].parse().unwrap_or(f64::NEG_INFINITY))
        .collect();
    values.sort_by(f64::total_cmp);
    let quantified = values.iter().filter(|value| value.is_finite()).count();
    if values.is_empty() {
        return (None, 0, 0);
    }
    let middle = f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]);
    (
        Some(middle).filter(|middle| middle.is_finite()),
        quantified,
        values.len(),
    )
}

fn months_after(day: Date, months: u32) -> Date {
    day.saturating_add(i64::from(months).months())
}

/// Kaplan-Meier statistics of durations in months.
fn survival(trial: &Trial, statistic: &str, times: &[Observation], months: u32) -> Found {
    let months = f64::from(months);
    let events = times.iter().filter(|time| time.event && time.time <= months).count();
    if times.is_empty() {
        return (None, 0, 0);
    }
    let curve = KaplanMeier::new(times).unwrap();
    let (conf, level) = (trial.estimation.conf_type, Level::new(trial.estimation.level).unwrap());
    let value = match statistic {
        "Kaplan-Meier median" => curve.truncated_at(months).unwrap().quantile(0.5, conf, level).estimate,
        "Kaplan-Meier estimate" => curve.landmark(months, conf, level).estimate,
        _ => curve.restricted_mean(months).map(|mean| mean.value),
    };
    (value, events, times.len())
}

fn observations(trial: &Trial, rows: &[Row]) -> Vec<Observation> {
    let time = |row: &Row| Observation {
        time: number(row, "AVAL") / trial.estimation.days_per_month,
        event: row["CNSR"] == "0",
    };
    rows.iter().map(time).collect()
}

/// Duration of response, cut off at the month after infusion.
fn response_durations(trial: &Trial, data: &Datasets, level: Option<&str>, months: u32) -> Vec<Observation> {
    let first = f64::from(i32::from(trial.estimation.count_first_day));
    let mut infused = BTreeMap::new();
    for row in data.of("ADTTE", "TTRSP", level) {
        infused.insert(row["USUBJID"].clone(), (date(&row["STARTDT"]), number(&row, "AVAL")));
    }
    let rows = data.of("ADTTE", "RSD", level);
    let mut times = Vec::new();
    for row in rows {
        let (day0, to_response) = infused[&row["USUBJID"]];
        if date(&row["STARTDT"]) > months_after(day0, months) {
            continue;
        }
        let month = trial.estimation.days_per_month;
        let known = (f64::from(months) - to_response / month + first / month).max(0.0);
        let whole = number(&row, "AVAL") / month;
        times.push(if whole <= known + 1e-9 {
            Observation {
                time: whole,
                event: row["CNSR"] == "0",
            }
        } else {
            Observation {
                time: known,
                event: false,
            }
        });
    }
    times
}

fn computed(trial: &Trial, data: &Datasets, cell: &Cell) -> Option<Found> {
    let outcome = &trial.outcomes[cell.outcome];
    let level = cell.level.map(|level| level.number().to_string());
    let level = level.as_deref();
    let at_month = |rows: Vec<Row>| -> Vec<Row> {
        let months = cell.time_point.map_or_else(String::new, |months| months.to_string());
        rows.into_iter().filter(|row| row["AVISITN"] == months).collect()
    };
    let times = |code: &str| observations(trial, &data.of("ADTTE", code, level));
    let months = cell.time_point.unwrap_or(0);
    Some(match outcome.method.as_str() {
        "dlt" => count(&data.of("ADDLT", "DLTSTAT", level), "DLTEVLFL", false),
        "orr" => count(&at_month(data.of("ADRS", "ORR", level)), "ANL01FL", true),
        "dcr" => count(&at_month(data.of("ADRS", "DCR", level)), "ANL01FL", true),
        "pfs" | "median-pfs" | "pfs-rate" => survival(trial, cell.statistic, &times("PFS"), months),
        "median-os" | "os-rate" => survival(trial, cell.statistic, &times("OS"), months),
        "dor" => {
            let times = response_durations(trial, data, level, months);
            survival(trial, cell.statistic, &times, months)
        }
        "ttr" => {
            let mut rows = data.of("ADTTE", "TTRSP", level);
            rows.retain(|row| date(&row["ADT"]) <= months_after(date(&row["STARTDT"]), months));
            let mut times: Vec<f64> = observations(trial, &rows).iter().map(|time| time.time).collect();
            times.sort_by(f64::total_cmp);
            let middle =
                (!times.is_empty()).then(|| f64::midpoint(times[(times.len() - 1) / 2], times[times.len() / 2]));
            (middle, times.len(), times.len())
        }
        "none" => return None,
        _ => {
            let code: String = cell.id.replace('.', "").to_uppercase();
            let rows = at_month(data.of("ADOUT", &code, level));
            if cell.statistic == "median" {
                median(&rows)
            } else {
                count(&rows, "ANL01FL", false)
            }
        }
    })
}

/// Compares every cell; returns how many were compared and how many have a value.
fn compare(tables: Vec<Table>) -> (usize, usize) {
    let trial = trial();
    let (data, cut) = records(&trial, tables.clone());
    let analysis = Analysis::new(&trial, &data, Some(cut));
    // The cells are those of the source; the analysis datasets rest on its SDTM datasets as they are handed over.
    let handed_over = sdtm::datasets(&trial, tables, Some(cut)).datasets;
    let tabulated: Vec<Table> = handed_over.into_iter().map(|dataset| dataset.table).collect();
    let (again, _) = records(&trial, tabulated.clone());
    let datasets = Datasets(derived(&trial, tabulated, &Analysis::new(&trial, &again, Some(cut))));
    let (mut compared, mut valued, mut wrong) = (0, 0, Vec::new());
    for cell in derive_cells(&analysis) {
        if matches!(cell.reason, Some(NotEstimable::NotRecorded(_))) {
            continue;
        }
        let Some((value, n, denominator)) = computed(&trial, &datasets, &cell) else {
            continue;
        };
        compared += 1;
        valued += usize::from(cell.value.is_some());
        let same = match (value, cell.value) {
            (Some(value), Some(expected)) => (value - expected).abs() <= 1e-9 * expected.abs().max(1.0),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !same || (n, denominator) != (cell.n, cell.denominator) {
            wrong.push(format!(
                "{} month {:?} level {:?}: {value:?} {n} of {denominator}, the report {:?} {} of {}",
                cell.id, cell.time_point, cell.level, cell.value, cell.n, cell.denominator
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {compared} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    (compared, valued)
}

#[test]
fn every_cell_of_the_rehearsal_is_computed_again_from_the_analysis_datasets() {
    let trial = trial();
    let (compared, valued) = compare(rehearsal());
    let parts: usize = trial
        .outcomes
        .iter()
        .map(|outcome| outcome.components.len().max(1) * outcome.time_points.len().max(1))
        .sum();
    assert_eq!(
        compared,
        parts * (trial.dose_levels.levels().count() + 1),
        "no cell is left out"
    );
    assert!(valued > 50, "{valued} of {compared} have a value");
}

#[test]
fn and_of_synthetic_studies_of_other_seeds() {
    let trial = trial();
    for seed in [5, 77] {
        let (compared, valued) = compare(synthetic(&trial, seed));
        assert!(compared > 100 && valued > 50, "{valued} of {compared}");
    }
}

#[test]
fn associated_events_of_adae_are_those_that_the_outcome_counts() {
    let trial = trial();
    let (data, cut) = records(&trial, rehearsal());
    let analysis = Analysis::new(&trial, &data, Some(cut));
    let datasets = Datasets(derived(&trial, rehearsal(), &analysis));
    let population: Vec<String> = datasets
        .rows("ADSL")
        .into_iter()
        .filter(|row| row["AEPOPFL"] == "Y")
        .map(|row| row["USUBJID"].clone())
        .collect();
    let events = datasets.rows("ADAE");
    let subjects = |serious: bool| {
        let counted = events
            .iter()
            .filter(|row| row["ASSOCFL"] == "Y" && (!serious || row["AESER"] == "Y"));
        let mut subjects: Vec<&String> = counted
            .map(|row| &row["USUBJID"])
            .filter(|id| population.contains(id))
            .collect();
        subjects.sort();
        subjects.dedup();
        subjects.len()
    };
    let cells = derive_cells(&analysis);
    let cell = |id: &str| cells.iter().find(|cell| cell.id == id && cell.level.is_none()).unwrap();
    assert_eq!(
        (subjects(false), population.len()),
        (cell("P2.ae").n, cell("P2.ae").denominator)
    );
    assert_eq!(
        (subjects(true), population.len()),
        (cell("P2.sae").n, cell("P2.sae").denominator)
    );
}
