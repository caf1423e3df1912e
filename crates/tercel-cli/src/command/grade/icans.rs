//! `tercel grade icans`.

use tercel::grade::Scale;
use tercel::grade::astct::icans::{Arousal, IcansAssessment, IcansItem, Ice, Motor, Oedema, Seizure, grade_icans};

use super::assessments::{self, AssessmentArgs, Graded};
use super::{Answer, word, yes_no};
use crate::output::Output;
use crate::table::{Row, Table};

/// Grades every assessment by itself.
pub(crate) fn run(args: &AssessmentArgs, output: Output) -> anyhow::Result<Answer> {
    let table = Table::read(&args.file)?;
    table.require(&["subject", "time", "ice", "arousal", "seizure", "motor", "oedema"])?;
    let graded = table.rows().map(graded).collect::<anyhow::Result<Vec<_>>>()?;
    assessments::print(args, &table, Scale::Astct2019, &graded, &["time", "ice"], output)
}

fn graded(row: Row<'_>) -> anyhow::Result<Graded> {
    let grade = grade_icans(&assessment(row)?);
    Ok(Graded {
        bounds: grade.outcome.bounds(),
        deciding: grade.deciding.map(IcansItem::name),
        reason: grade.sentence(),
    })
}

fn assessment(row: Row<'_>) -> anyhow::Result<IcansAssessment> {
    Ok(IcansAssessment {
        ice: ice(row)?,
        arousal: word(row, "arousal", &Arousal::NAMES)?,
        seizure: word(row, "seizure", &Seizure::NAMES)?,
        motor: word(row, "motor", &Motor::NAMES)?,
        oedema: word(row, "oedema", &Oedema::NAMES)?,
        attributed: yes_no(row, "attributed")?.unwrap_or(true),
    })
}

fn ice(row: Row<'_>) -> anyhow::Result<Option<Ice>> {
    let Some(number) = row.number_or_blank("ice")? else {
        return Ok(None);
    };
    let score = (0..=10).find(|&score| (f64::from(score) - number).abs() < 1e-9);
    let score = score.and_then(Ice::new);
    score
        .map(Some)
        .ok_or_else(|| row.wrong("ice", "a whole number from 0 to 10"))
}
