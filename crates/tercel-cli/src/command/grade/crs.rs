//! `tercel grade crs`.

use tercel::grade::Grade;
use tercel::grade::astct::crs::{CrsAssessment, CrsItem, CrsOptions, Oxygen, grade_crs};

use super::{Answer, Args, Graded, by_subject, print_assessments, yes_no};
use crate::output::Output;
use crate::table::{Row, Table};

/// The table leaves vasopressin alone open; it is treatment with a vasopressor.
const OPTIONS: CrsOptions = CrsOptions {
    vasopressin_alone: Grade::G3,
};

const NUMERIC: [&str; 4] = ["time", "temperature_c", "vasopressors", "oxygen_flow_l_min"];

/// Grades every assessment; those of a subject in order of time, since an episode goes on from one to the next.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let table = Table::read(&args.file)?;
    table.require(&[
        "subject",
        "time",
        "temperature_c",
        "hypotension",
        "vasopressors",
        "oxygen_device",
    ])?;
    let assessments = table.rows().map(assessment).collect::<anyhow::Result<Vec<_>>>()?;
    let mut graded: Vec<(usize, Graded)> = Vec::new();
    for positions in by_subject(&table)?.into_values() {
        let series: Vec<CrsAssessment> = positions
            .iter()
            .filter_map(|&at| assessments.get(at))
            .copied()
            .collect();
        for (position, grade) in positions.into_iter().zip(grade_crs(&series, OPTIONS)) {
            let printed = Graded {
                outcome: grade.outcome,
                deciding: grade.deciding.map(CrsItem::name),
                reason: grade.reason.to_string(),
            };
            graded.push((position, printed));
        }
    }
    graded.sort_by_key(|&(position, _)| position);
    let graded: Vec<Graded> = graded.into_iter().map(|(_, graded)| graded).collect();
    print_assessments(&table, &graded, &NUMERIC, output)
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
