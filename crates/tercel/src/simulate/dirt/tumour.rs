//! Dirt in lesions, their measurements and the responses made of them.

use super::{Found, Kind, Mark, blur, mark, next_record, one, shifted};
use crate::protocol::Trial;
use crate::response::Overall;
use crate::simulate::random::Draws;
use crate::study::{Lesion, LesionResult, LesionRole, Measurement, ResponseRecord, Subject};

kinds! {
    "new lesion without a day" "TU" undate_new Found::By("incomplete"), false;
    "disease after complete response" "TR" reappear Found::By("disagree"), false;
    "lesion not identified" "TU" unidentify Found::In("TR", "incomplete"), false;
    "lesion in two roles" "TU" second_role Found::By("disagree"), false;
    "scan known to the month" "TR" blur_scan Found::By("incomplete"), false;
    "lesion measured twice" "TR" measure_twice Found::By("incomplete"), false;
    "assessment known to the month" "RS" blur_response Found::By("incomplete"), false;
    "response against the lesions" "RS" misread Found::By("disagree"), false;
    "progression before baseline" "RS" progress_early Found::Nowhere("what is read before infusion is no outcome"), false;
}

fn undate_new(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let new = subject
        .lesions
        .iter_mut()
        .find(|lesion| lesion.role == LesionRole::New)?;
    let was = new.when.take()?;
    let (link, record) = (new.link.clone(), new.record.clone());
    subject.measurements.retain(|scan| scan.link != link);
    Some(mark(
        &record,
        "TUDTC",
        format!("{was} was left blank, and its measurements out"),
    ))
}

fn is_size(result: Option<&LesionResult>) -> bool {
    matches!(
        result,
        Some(LesionResult::Diameter(_) | LesionResult::ViableDiameter(_))
    )
}

fn set_size(result: &mut Option<LesionResult>, size: f64) {
    match result {
        Some(LesionResult::Diameter(mm) | LesionResult::ViableDiameter(mm)) => *mm = size,
        Some(LesionResult::State(state)) => "ABSENT".clone_into(state),
        Some(LesionResult::Cytology(_)) | None => {}
    }
}

/// All lesions gone at the first scan after infusion, one of 3 mm at the next.
fn reappear(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let infused = subject.infusions.first()?.when.order();
    let new = |link: &str| {
        subject
            .lesions
            .iter()
            .any(|lesion| lesion.link == link && lesion.role == LesionRole::New)
    };
    let mut scans: Vec<_> = subject.measurements.iter().map(|scan| scan.when.order()).collect();
    scans.retain(|when| *when > infused);
    scans.dedup();
    let (first, second) = (*scans.first()?, *scans.get(1)?);
    let node = subject.lesions.iter().any(|lesion| lesion.node);
    if node
        || subject
            .measurements
            .iter()
            .any(|scan| scan.when.order() <= second && new(&scan.link))
    {
        return None;
    }
    let mut seen = false;
    for scan in &mut subject.measurements {
        let when = scan.when.order();
        if when == first || when == second {
            let size = if when == second && !seen && is_size(scan.result.as_ref()) {
                seen = true;
                3.0
            } else {
                0.0
            };
            set_size(&mut scan.result, size);
        }
    }
    let what = "all lesions became 0 at the first scan after infusion, one 3 mm at the next".to_owned();
    Some(mark(&subject.measurements.last()?.record, "RSSTRESC", what))
}

fn unidentify(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let measured = |lesion: &Lesion| lesion.role == LesionRole::Target && !lesion.node;
    let lesion = one(&mut subject.lesions, draws, measured)?.clone();
    if !subject.measurements.iter().any(|scan| scan.link == lesion.link) {
        return None;
    }
    subject.lesions.retain(|other| other.link != lesion.link);
    Some(mark(
        &lesion.record,
        "TRLNKID",
        format!("lesion {} was left out", lesion.link),
    ))
}

fn second_role(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let first = one(&mut subject.lesions, draws, |lesion| lesion.role == LesionRole::Target)?.clone();
    let record = next_record(subject, "TU", subject.lesions.iter().map(|lesion| &lesion.record));
    let what = format!("{} stands again as a non-target lesion", first.link);
    subject.lesions.push(Lesion {
        record: record.clone(),
        role: LesionRole::NonTarget,
        ..first
    });
    Some(mark(&record, "TUSTRESC", what))
}

fn blur_scan(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let scan = one(&mut subject.measurements, draws, |_| true)?;
    let was = blur(&mut scan.when)?;
    Some(mark(&scan.record, "TRDTC", format!("{was} became {}", scan.when)))
}

fn measure_twice(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let infused = subject.infusions.first()?.when.order();
    let fits = |scan: &Measurement| is_size(scan.result.as_ref()) && scan.when.order() > infused;
    let first = one(&mut subject.measurements, draws, fits)?.clone();
    let record = next_record(subject, "TR", subject.measurements.iter().map(|scan| &scan.record));
    let what = format!("lesion {} of {} was measured again as 44 mm", first.link, first.when);
    let mut second = Measurement {
        record: record.clone(),
        ..first
    };
    set_size(&mut second.result, 44.0);
    subject.measurements.push(second);
    Some(mark(&record, "TRLNKID", what))
}

fn blur_response(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let response = one(&mut subject.responses, draws, |_| true)?;
    let was = blur(&mut response.when)?;
    Some(mark(
        &response.record,
        "RSDTC",
        format!("{was} became {}", response.when),
    ))
}

fn misread(_: &Trial, subject: &mut Subject, draws: &mut Draws) -> Option<Mark> {
    let response = one(&mut subject.responses, draws, |_| true)?;
    let other = if response.overall == Overall::Pd {
        Overall::Cr
    } else {
        Overall::Pd
    };
    let was = std::mem::replace(&mut response.overall, other);
    Some(mark(&response.record, "RSSTRESC", format!("{was} became {other}")))
}

fn progress_early(_: &Trial, subject: &mut Subject, _: &mut Draws) -> Option<Mark> {
    let when = crate::study::When::on(shifted(subject.infusions.first()?.when, -12)?.day()?);
    let criteria = subject.responses.first()?.criteria.clone();
    let scores = subject.scores.iter().map(|score| &score.record);
    let records = scores.chain(subject.responses.iter().map(|response| &response.record));
    let records = records.chain(subject.response_parts.iter().map(|part| &part.record));
    let record = next_record(subject, "RS", records);
    subject.responses.push(ResponseRecord {
        record: record.clone(),
        criteria,
        overall: Overall::Pd,
        immune: None,
        when,
    });
    Some(mark(&record, "RSSTRESC", format!("PD on {when}, before infusion")))
}
