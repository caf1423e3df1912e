//! `PP`: parameters of cellular kinetics after the first infusion.
//!
//! Values are those of [`tercel::kinetics`]; times are in days since the infusion.

use tercel::estimate::kinetics::TerminalPhase;
use tercel::kinetics::{Analyte, Profile, ProfileParameters, estimate_profile};
use tercel::study::{Subject, When, days_between};

use super::cells::{Columns, moment};
use super::{Study, named};
use crate::export::terminology::decode;
use crate::table::Table;

const COLUMNS: [&str; 17] = [
    "STUDYID", "DOMAIN", "USUBJID", "PPSEQ", "PPGRPID", "PPTESTCD", "PPTEST", "PPCAT", "PPORRES", "PPORRESU", "PPSTAT",
    "PPREASND", "PPSPEC", "PPRFTDTC", "PPSTINT", "PPENINT", "PPTPTREF",
];

/// Unit of a parameter, beside that of the level.
#[derive(Clone, Copy)]
enum Unit {
    Level,
    Day,
    Area,
    PerDay,
    None,
}

type Found = Result<f64, String>;

/// Code, unit, last day of the interval where it has one, value or why there is none.
type Parameter = (&'static str, Unit, Option<u32>, fn(&ProfileParameters) -> Found);

const PARAMETERS: [Parameter; 11] = [
    ("CMAX", Unit::Level, None, |found| found.whole.c_max.ok_or_else(never)),
    ("TMAX", Unit::Day, None, |found| found.whole.t_max.ok_or_else(never)),
    ("CLST", Unit::Level, None, |found| found.whole.c_last.ok_or_else(never)),
    ("TLST", Unit::Day, None, |found| found.whole.t_last.ok_or_else(never)),
    ("AUCLST", Unit::Area, None, |found| {
        found.whole.auc_last.map_err(|why| why.to_string())
    }),
    ("AUCIFO", Unit::Area, None, |found| {
        found.whole.auc_inf.map_err(|why| why.to_string())
    }),
    ("AUCINT", Unit::Area, Some(28), |found| {
        found.early.interpolated.map_err(|why| why.to_string())
    }),
    ("AUCINT", Unit::Area, Some(90), |found| {
        found.late.interpolated.map_err(|why| why.to_string())
    }),
    ("LAMZ", Unit::PerDay, None, |found| {
        terminal(found, |line| line.lambda_z)
    }),
    ("LAMZHL", Unit::Day, None, |found| {
        terminal(found, |line| line.half_life)
    }),
    ("R2ADJ", Unit::None, None, |found| {
        terminal(found, |line| line.adj_r_squared)
    }),
];

fn never() -> String {
    "never quantified".to_owned()
}

fn terminal(found: &ProfileParameters, value: fn(&TerminalPhase) -> f64) -> Found {
    found.whole.terminal.as_ref().map(value).map_err(ToString::to_string)
}

/// One row a parameter, analyte and subject; what cannot be estimated is not done, with the reason.
pub(super) fn parameters(study: &Study<'_>, tables: &[Table]) -> Table {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for subject in &study.data.subjects {
        let mut number = 0;
        for analyte in Analyte::ALL {
            let Some(found) = estimated(study, subject, analyte) else {
                continue;
            };
            let infused = moment(subject.infusions.first().map(|infusion| infusion.when));
            for (code, unit, end, value) in PARAMETERS {
                number += 1;
                let value = value(&found);
                let (result, unit, status) = match &value {
                    Ok(value) => (significant(*value), written(unit, analyte), ""),
                    Err(_) => (String::new(), String::new(), "NOT DONE"),
                };
                let (from, to) = end.map_or_else(Default::default, |end| ("P0D".to_owned(), format!("P{end}D")));
                rows.push(vec![
                    study.id.clone(),
                    "PP".to_owned(),
                    subject.id.to_string(),
                    number.to_string(),
                    group(analyte).to_owned(),
                    code.to_owned(),
                    decode("C85839", code).unwrap_or(code).to_owned(),
                    category(study, tables, analyte),
                    result,
                    unit,
                    status.to_owned(),
                    value.err().unwrap_or_default(),
                    "BLOOD".to_owned(),
                    infused.clone(),
                    from,
                    to,
                    "INFUSION".to_owned(),
                ]);
            }
        }
    }
    Table::from_rows("PP", &COLUMNS, rows)
}

/// The group of the results of an analyte and of the parameters estimated of them.
pub(super) fn group(analyte: Analyte) -> &'static str {
    match analyte {
        Analyte::Copies => "COPIES",
        Analyte::Cells => "CELLS",
    }
}

/// Dataset and codes of the results of an analyte.
pub(super) fn results<'s>(study: &Study<'s>, analyte: Analyte) -> (&'static str, &'s [String]) {
    let names = &study.trial.names;
    match analyte {
        Analyte::Copies => ("PC", &names.copies),
        Analyte::Cells => ("CP", &names.counts),
    }
}

/// What is measured, by the name of the test that its results carry; by the code where they carry no name.
fn category(study: &Study<'_>, tables: &[Table], analyte: Analyte) -> String {
    let (domain, codes) = results(study, analyte);
    let [code, test] = ["TESTCD", "TEST"].map(|suffix| format!("{domain}{suffix}"));
    let named = named(tables, domain).and_then(|table| {
        let columns = Columns::of(table);
        let of_analyte = |row: &usize| codes.iter().any(|known| known == columns.text(*row, &code));
        let mut tests = (0..table.len()).filter(of_analyte).map(|row| columns.text(row, &test));
        tests.find(|test| !test.is_empty()).map(str::to_owned)
    });
    named
        .or_else(|| codes.first().cloned())
        .unwrap_or_else(|| analyte.name().to_owned())
}

/// A number to twelve significant digits: more would be noise, and programs that read fifteen would find two numbers in it.
fn significant(value: f64) -> String {
    let text = format!("{value:.11e}");
    text.parse::<f64>().map_or(text, |rounded| rounded.to_string())
}

fn estimated(study: &Study<'_>, subject: &Subject, analyte: Analyte) -> Option<ProfileParameters> {
    let infusions: Vec<When> = subject.infusions.iter().map(|infusion| infusion.when).collect();
    let profile = Profile::new(&infusions, analyte.samples(subject))?;
    let infused = infusions.first()?.day()?;
    let followed = study.cut.map(|cut| f64::from(days_between(infused, cut)));
    estimate_profile(
        &profile,
        study.trial.kinetics.auc_method,
        study.trial.kinetics.blq,
        followed,
    )
}

/// The unit as the terminology spells it.
fn written(unit: Unit, analyte: Analyte) -> String {
    let level = match analyte {
        Analyte::Copies => "copies/ug",
        Analyte::Cells => "10^6/L",
    };
    match unit {
        Unit::Level => level.to_owned(),
        Unit::Day => "day".to_owned(),
        Unit::Area => format!("day*{level}"),
        Unit::PerDay => "/day".to_owned(),
        Unit::None => String::new(),
    }
}
