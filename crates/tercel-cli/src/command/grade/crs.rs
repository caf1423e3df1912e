//! `tercel grade crs`.

use tercel::grade::astct::crs::{CrsAssessment, CrsItem, CrsOptions, Oxygen, grade_crs};
use tercel::grade::crs_ctcae::grade_crs_ctcae;
use tercel::grade::ctcae::Ctcae;
use tercel::grade::{Grade, Scale};

use super::assessments::{self, AssessmentArgs, Graded};
use super::time::by_subject;
use super::{Answer, yes_no};
use crate::output::Output;
use crate::table::{Row, Table};

/// A file of assessments and the scale.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    assessments: AssessmentArgs,
    /// The scale; grades of different scales do not compare
    #[arg(long, value_enum, default_value = "astct-2019")]
    scale: CrsScale,
}

/// Scales that grade CRS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum CrsScale {
    /// ASTCT consensus 2019: by device and number of vasopressors.
    #[value(name = "astct-2019")]
    Astct2019,
    /// CTCAE 5.0: by fraction of inspired oxygen and pressor.
    #[value(name = "ctcae-5.0")]
    Ctcae5,
    /// CTCAE 6.0: by device and pressor.
    #[value(name = "ctcae-6.0")]
    Ctcae6,
}

/// The table leaves vasopressin alone open; it is treatment with a vasopressor.
const OPTIONS: CrsOptions = CrsOptions {
    vasopressin_alone: Grade::G3,
};

const NUMERIC: [&str; 5] = ["time", "temperature_c", "vasopressors", "oxygen_flow_l_min", "fio2"];

/// Grades every assessment.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let table = Table::read(&args.assessments.file)?;
    table.require(&[
        "subject",
        "time",
        "temperature_c",
        "hypotension",
        "vasopressors",
        "oxygen_device",
    ])?;
    let assessments = table.rows().map(assessment).collect::<anyhow::Result<Vec<_>>>()?;
    let (scale, graded) = match args.scale {
        CrsScale::Astct2019 => (Scale::Astct2019, by_astct(args, &table, &assessments)?),
        CrsScale::Ctcae5 => (Scale::Ctcae(Ctcae::V5), by_ctcae(Ctcae::V5, &table, &assessments)?),
        CrsScale::Ctcae6 => (Scale::Ctcae(Ctcae::V6), by_ctcae(Ctcae::V6, &table, &assessments)?),
    };
    assessments::print(&args.assessments, &table, scale, &graded, &NUMERIC, output)
}

/// The assessments of a subject are graded in order of time, since an episode goes on from one to the next.
fn by_astct(args: &Args, table: &Table, assessments: &[CrsAssessment]) -> anyhow::Result<Vec<Graded>> {
    let mut graded: Vec<(usize, Graded)> = Vec::new();
    for rows in by_subject(table, args.assessments.time_unit)?.into_values() {
        let series: Vec<CrsAssessment> = rows
            .iter()
            .filter_map(|&(at, _)| assessments.get(at))
            .copied()
            .collect();
        for ((position, _), grade) in rows.into_iter().zip(grade_crs(&series, OPTIONS)) {
            let printed = Graded {
                bounds: grade.outcome.bounds(),
                deciding: grade.deciding.map(CrsItem::name),
                reason: grade.reason.to_string(),
            };
            graded.push((position, printed));
        }
    }
    graded.sort_by_key(|&(position, _)| position);
    Ok(graded.into_iter().map(|(_, graded)| graded).collect())
}

/// Every assessment by itself.
fn by_ctcae(version: Ctcae, table: &Table, assessments: &[CrsAssessment]) -> anyhow::Result<Vec<Graded>> {
    let rows = table.rows().zip(assessments);
    rows.map(|(row, assessment)| {
        let grade = grade_crs_ctcae(version, assessment, fio2(row)?);
        Ok(Graded {
            bounds: (grade.at_least, grade.at_most),
            deciding: grade.deciding.map(CrsItem::name),
            reason: grade.reason.to_string(),
        })
    })
    .collect()
}

fn fio2(row: Row<'_>) -> anyhow::Result<Option<f64>> {
    match row.number_or_blank("fio2")? {
        Some(percent) if !(21. ..=100.).contains(&percent) => {
            Err(row.wrong("fio2", "the fraction of inspired oxygen in percent, 21 to 100"))
        }
        percent => Ok(percent),
    }
}

fn assessment(row: Row<'_>) -> anyhow::Result<CrsAssessment> {
    let temperature_c = row.number_or_blank("temperature_c")?;
    if temperature_c.is_some_and(|celsius| !(25. ..=45.).contains(&celsius)) {
        return Err(row.wrong("temperature_c", "a body temperature in degrees Celsius (25 to 45)"));
    }
    Ok(CrsAssessment {
        temperature_c,
        hypotension: yes_no(row, "hypotension")?,
        vasopressors: vasopressors(row)?,
        vasopressin: yes_no(row, "vasopressin")?,
        oxygen: oxygen(row)?,
        masking_treatment: yes_no(row, "masking_treatment")?,
        attributed: yes_no(row, "attributed")?.unwrap_or(true),
    })
}

fn vasopressors(row: Row<'_>) -> anyhow::Result<Option<u32>> {
    let Some(number) = row.number_or_blank("vasopressors")? else {
        return Ok(None);
    };
    let count = (0..=20).find(|&count| (f64::from(count) - number).abs() < 1e-9);
    count.map(Some).ok_or_else(|| {
        row.wrong(
            "vasopressors",
            "the number of vasopressors other than vasopressin (0, 1, 2, ...)",
        )
    })
}

/// Oxygen at a flow without a device contradicts itself and counts as not recorded.
fn oxygen(row: Row<'_>) -> anyhow::Result<Option<Oxygen>> {
    let flow_l_min = row.number_or_blank("oxygen_flow_l_min")?;
    if flow_l_min.is_some_and(|flow| flow < 0.) {
        return Err(row.wrong("oxygen_flow_l_min", "litres per minute, not below 0"));
    }
    match row.text("oxygen_device") {
        device if ["", "na", ".", "unknown"].contains(&device.to_lowercase().as_str()) => Ok(None),
        device => Oxygen::parse(device, flow_l_min)
            .ok_or_else(|| row.wrong("oxygen_device", &format!("one of {}", Oxygen::DEVICES.join(", ")))),
    }
}
