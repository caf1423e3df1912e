//! `RS TR TU`: lesions, their measurements, and assessments by an evaluator; ECOG and Child-Pugh scores.

use tercel::language::Text;
use tercel::protocol::Trial;
use tercel::response::irecist::as_recist;
use tercel::response::{Cytology, Immune, NonTarget, Overall, Target};
use tercel::study::{
    Blocks, Judged, Lesion, LesionResult, LesionRole, Measurement, ResponsePart, ResponseRecord, Rule, Score,
    ScoreKind, Subject,
};

use crate::reader::Row;

/// Whether the evaluator of this row is the one whose readings count.
fn counts(row: &Row<'_>, evaluator: &str, accepted: &str, trial: &Trial) -> bool {
    let by = row
        .text(evaluator)
        .is_none_or(|text| text.eq_ignore_ascii_case(&trial.response.evaluator));
    // Where several readers stand side by side, the accepted one is flagged.
    by && row.text(accepted).is_none_or(|flag| flag.eq_ignore_ascii_case("Y"))
}

/// `TU`: identification of lesions.
pub(super) fn read_tu(row: &Row<'_>, trial: &Trial, subject: &mut Subject) {
    let roles = [
        ("TARGET", LesionRole::Target),
        ("NON-TARGET", LesionRole::NonTarget),
        ("NEW", LesionRole::New),
    ];
    let link = row.require("TULNKID", Blocks::Export);
    let place = row.text("TULOC").unwrap_or_default().to_uppercase();
    let when = row.when("TUDTC");
    let name = if row.text("TUSTRESC").is_some() {
        "TUSTRESC"
    } else {
        "TUORRES"
    };
    row.require(name, Blocks::Export);
    let role = row.code(name, &roles, "TARGET, NON-TARGET, NEW");
    if !counts(row, "TUEVAL", "TUACPTFL", trial) {
        return;
    }
    if let (Some(link), Some(role)) = (link, role) {
        subject.lesions.push(Lesion {
            record: row.record.clone(),
            link: link.to_owned(),
            role,
            node: place.contains("LYMPH NODE"),
            place,
            stands_for: stands_for(row, link),
            when,
        });
    }
}

/// How a record came to identify a lesion.
#[derive(Clone, Copy)]
enum Identified {
    AsItself,
    ByFragmentation,
    ByMerging,
}

/// The lesions that a part (`T01.2`) or a merged lesion (`T01/T02`) stands for, by its identifier.
fn stands_for(row: &Row<'_>, link: &str) -> Vec<String> {
    let codes = [
        ("TUMIDENT", Identified::AsItself),
        ("LESIDENT", Identified::AsItself),
        ("TIND", Identified::AsItself),
        ("NTIND", Identified::AsItself),
        ("TUSPLIT", Identified::ByFragmentation),
        ("TUMERGE", Identified::ByMerging),
    ];
    let wholes: Vec<&str> = match row.code("TUTESTCD", &codes, "TUMIDENT, LESIDENT, TIND, NTIND, TUSPLIT, TUMERGE") {
        None | Some(Identified::AsItself) => return Vec::new(),
        Some(Identified::ByFragmentation) => link.rsplit_once('.').map(|(whole, _)| vec![whole]).unwrap_or_default(),
        Some(Identified::ByMerging) if link.contains('/') => link.split('/').collect(),
        Some(Identified::ByMerging) => Vec::new(),
    };
    if wholes.is_empty() || wholes.iter().any(|whole| whole.trim().is_empty()) {
        let example = "T01.1 for a part of T01, T01/T02 for T01 and T02 merged";
        row.find("TULNKID", Rule::NotInCodelist(link.to_owned(), example), Blocks::Export);
        return Vec::new();
    }
    wholes.into_iter().map(|whole| whole.trim().to_owned()).collect()
}

/// Units of diameters, with the millimetres in one of each.
pub(crate) const LENGTHS: [(&str, f64); 2] = [("mm", 1.0), ("cm", 10.0)];

/// `TR`: measurements. A longest diameter, a short axis of a node (`LPERP`, `SAXIS`), a viable diameter, or a state.
pub(super) fn read_tr(row: &Row<'_>, trial: &Trial, subject: &mut Subject) {
    let Some(link) = row.text("TRLNKID") else {
        // Sums of diameters are recorded per group of lesions; they are derived here instead.
        row.first_text(&["TRGRPID", "TRTESTCD", "TRSTRESN"]);
        return;
    };
    let Some(test) = row.require("TRTESTCD", Blocks::Export) else {
        return;
    };
    let Some(when) = row.require_when("TRDTC") else { return };
    let visit = row.text("VISIT").unwrap_or_default().to_owned();
    let stated = row.first_text(&["TRSTRESC", "TRORRES"]);
    row.check_agreement("TRSTRESN", "TRSTRESC");
    let done = row.text("TRSTAT").is_none();
    let (diameter, unit) = diameter_of(row);
    let in_mm = row.code(unit, &LENGTHS, "mm, cm");
    let node = subject.lesions.iter().any(|lesion| lesion.link == link && lesion.node);
    let mm = || {
        row.number_in(diameter, 0.0, 1000.0, Text::new("0 to 1000", "0至1000"))
            .map(|value| value * in_mm.unwrap_or(1.0))
    };
    let sized = |size: fn(f64) -> LesionResult| {
        let too_small = || too_small(row).then(|| LesionResult::State(TOO_SMALL.to_owned()));
        mm().map(size).or_else(too_small)
    };
    let result = match test.to_uppercase().as_str() {
        "LDIAM" if !node => sized(LesionResult::Diameter),
        "LPERP" | "SAXIS" if node => sized(LesionResult::Diameter),
        "VDIAM" => sized(LesionResult::ViableDiameter),
        "TUMSTATE" | "LNSTATE" | "NEWCONF" => stated.map(|text| LesionResult::State(text.to_uppercase())),
        "CYTOLOGY" => {
            let cytologies = [
                ("POSITIVE", Cytology::Positive),
                ("NEGATIVE", Cytology::Negative),
                ("NOT DONE", Cytology::NotDone),
            ];
            let name = if row.text("TRSTRESC").is_some() {
                "TRSTRESC"
            } else {
                "TRORRES"
            };
            let found = row.code(name, &cytologies, "POSITIVE, NEGATIVE, NOT DONE");
            found.map(LesionResult::Cytology)
        }
        // The other axis of a lesion plays no part in the sum.
        _ => return,
    };
    if !counts(row, "TREVAL", "TRACPTFL", trial) {
        return;
    }
    if result.is_none() && done && row.text("TRSTRESN").is_none() && stated.is_none() {
        row.find("TRSTRESN", Rule::MissingValue, Blocks::Export);
    }
    let result = if done { result } else { None };
    subject.measurements.push(Measurement {
        record: row.record.clone(),
        link: link.to_owned(),
        visit,
        result,
        when,
    });
}

/// In the words of SDTM, a lesion that is there and has no size: 5 mm by RECIST 1.1.
const TOO_SMALL: &str = "TOO SMALL TO MEASURE";

/// Whether a size is given as below what can be measured, in words or as a limit (`<5`): the lesion is there, and its default is
/// 5 mm, a node's too (`eisenhauer2009recist`, page 231). A limit above 10 mm, from which a lesion is measurable, says nothing so
/// definite.
pub(crate) fn is_too_small(text: &str, unit: &str) -> bool {
    let Some(limit) = text.trim().strip_prefix('<') else {
        return text.eq_ignore_ascii_case(TOO_SMALL);
    };
    let unit = if unit.is_empty() { "mm" } else { unit };
    let factor = LENGTHS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit));
    let limit = limit.trim_start_matches('=').trim().parse::<f64>().ok().zip(factor);
    limit.is_some_and(|(limit, (_, factor))| limit > 0.0 && limit * factor <= 10.0)
}

/// Whether the size of a row is given so; another limit is asked about.
fn too_small(row: &Row<'_>) -> bool {
    let texts = [("TRORRES", "TRORRESU"), ("TRSTRESC", "TRSTRESU")];
    let said = texts
        .into_iter()
        .find_map(|(name, unit)| Some((name, row.text(name)?, unit)));
    let Some((name, text, unit)) = said.filter(|_| row.text("TRSTRESN").is_none()) else {
        return false;
    };
    let is_small = is_too_small(text, row.text(unit).unwrap_or_default());
    if !is_small && text.starts_with('<') {
        let expected = "a diameter, TOO SMALL TO MEASURE, or a limit of at most 10 mm";
        row.find(name, Rule::NotInCodelist(text.to_owned(), expected), Blocks::Export);
    }
    is_small
}

/// Where a diameter and its unit stand: the standard result, or the original one with its unit where that is all there is.
fn diameter_of(row: &Row<'_>) -> (&'static str, &'static str) {
    let number = row
        .text("TRORRES")
        .is_some_and(|text| text.trim().parse::<f64>().is_ok());
    let original_alone = row.text("TRSTRESN").is_none() && number && row.text("TRORRESU").is_some();
    if original_alone {
        ("TRORRES", "TRORRESU")
    } else {
        ("TRSTRESN", "TRSTRESU")
    }
}

/// `RS`: overall responses, ECOG and Child-Pugh.
pub(super) fn read_rs(row: &Row<'_>, trial: &Trial, subject: &mut Subject) {
    let Some(test) = row.require("RSTESTCD", Blocks::Export) else {
        return;
    };
    let category = row.text("RSCAT").unwrap_or_default().to_uppercase();
    let name = if row.text("RSSTRESC").is_some() {
        "RSSTRESC"
    } else {
        "RSORRES"
    };
    let result = row.text(name);
    let number = if row.text("RSSTRESN").is_some() {
        "RSSTRESN"
    } else {
        name
    };
    let Some(when) = row.require_when("RSDTC") else { return };
    let kind = match test.to_uppercase().as_str() {
        "ECOG101" => ScoreKind::Ecog,
        "CPS0106" => ScoreKind::ChildPugh,
        "OVRLRESP" => {
            read_response(row, trial, category, name, result, subject);
            return;
        }
        "TRGRESP" | "NTRGRESP" | "NEWLIND" => {
            read_part(row, trial, (test, category), name, subject);
            return;
        }
        _ => return,
    };
    let (low, high, range) = match kind {
        ScoreKind::Ecog => (0.0, 5.0, Text::new("0 to 5", "0至5")),
        ScoreKind::ChildPugh => (5.0, 15.0, Text::new("5 to 15", "5至15")),
    };
    row.check_agreement("RSSTRESN", "RSSTRESC");
    if let Some(value) = row.number_in(number, low, high, range) {
        subject.scores.push(Score {
            record: row.record.clone(),
            kind,
            value,
            when,
        });
    }
}

fn read_response(
    row: &Row<'_>,
    trial: &Trial,
    criteria: String,
    name: &str,
    result: Option<&str>,
    subject: &mut Subject,
) {
    let Some(text) = row.require(name, Blocks::Export).or(result) else {
        return;
    };
    let counted = counts(row, "RSEVAL", "RSACPTFL", trial);
    let immune = Immune::parse(text).ok().filter(|_| criteria.starts_with("IRECIST"));
    let overall = match immune {
        Some(immune) => as_recist(&[immune]).first().copied().ok_or(()),
        None => Overall::parse(text).map_err(|_| ()),
    };
    match (overall, row.when("RSDTC")) {
        (Ok(overall), Some(when)) if counted => {
            subject.responses.push(ResponseRecord {
                record: row.record.clone(),
                criteria,
                overall,
                immune,
                when,
            });
        }
        (Err(()), _) => {
            let rule = Rule::NotInCodelist(text.to_owned(), "CR, PR, SD, NON-CR/NON-PD, PD, NE");
            row.find(name, rule, Blocks::Export);
        }
        (Ok(_), _) => {}
    }
}

/// Where there is nothing to judge, some forms say so in words.
const NOTHING: [&str; 3] = ["NA", "NONE", "NOT APPLICABLE"];

/// What an overall response is made of: the response of target or non-target lesions, or whether there are new ones.
fn read_part(row: &Row<'_>, trial: &Trial, (test, criteria): (&str, String), name: &str, subject: &mut Subject) {
    let stated = row.text(name);
    let Some(text) = stated.filter(|text| NOTHING.iter().all(|word| !word.eq_ignore_ascii_case(text))) else {
        return;
    };
    let immune = Immune::parse(text).ok().filter(|_| criteria.starts_with("IRECIST"));
    let recist = immune.and_then(|immune| as_recist(&[immune]).first().map(ToString::to_string));
    let response = recist.as_deref().unwrap_or(text);
    let (judged, allowed) = match test.to_uppercase().as_str() {
        "TRGRESP" => (Target::parse(response).ok().map(Judged::Target), "CR, PR, SD, PD, NE"),
        "NTRGRESP" => {
            let judged = NonTarget::parse(response).ok().map(Judged::NonTarget);
            (judged, "CR, NON-CR/NON-PD, PD, NE")
        }
        _ => {
            let codes = [("Y", true), ("N", false)];
            let found = codes.iter().find(|(code, _)| code.eq_ignore_ascii_case(text));
            (found.map(|(_, seen)| Judged::NewLesions(*seen)), "Y, N")
        }
    };
    let Some(judged) = judged else {
        row.find(name, Rule::NotInCodelist(text.to_owned(), allowed), Blocks::Export);
        return;
    };
    if let (true, Some(when)) = (counts(row, "RSEVAL", "RSACPTFL", trial), row.when("RSDTC")) {
        subject.response_parts.push(ResponsePart {
            record: row.record.clone(),
            criteria,
            judged,
            immune,
            when,
        });
    }
}
