//! `ADRS`: overall responses, best responses and the events around them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::response::irecist::as_recist;
use tercel::response::{Best, Bor, Criteria, Immune, Overall, derive_best};
use tercel::study::{SubjectId, days_between};

use super::adout::{self, Answered};
use super::adsl::Subject;
use super::cells::{CellRow, Cells, flag, maybe_day};
use super::rules::{Imputed, impute_last};
use super::{DeriveOptions, Subjects};
use crate::table::Table;

const COLUMNS: [&str; 21] = [
    "STUDYID", "USUBJID", "PARAMCD", "PARAM", "ADT", "ADTF", "AVISIT", "AVALC", "AVAL", "ANL01FL", "ANL02FL", "VISIT",
    "VISITNUM", "RSSEQ", "AVISITN", "SRCDOM", "SRCVAR", "SRCSEQ", "AREASON", "SRCRECS", "DTYPE",
];

/// What each subject's responses amount to.
pub(super) type Responses = BTreeMap<SubjectId, Response>;

/// The responses of one subject.
pub(super) struct Response {
    assessments: Vec<Assessment>,
    best: Best,
    clinical_benefit: Option<Date>,
    confirmed_clinical_benefit: Option<Date>,
    /// Target lesions at baseline, as records.
    measurable: Vec<String>,
    reference: Option<Date>,
    /// First response, confirmed or not.
    pub(super) responded: Option<Date>,
    /// First progression.
    pub(super) progression: Option<Date>,
    /// Last assessment that counts.
    pub(super) last_assessment: Option<Date>,
}

impl Response {
    /// `RSSEQ` of the assessment that counts on a day.
    pub(super) fn sequence_on(&self, day: Option<Date>) -> String {
        let mut counting = self.assessments.iter().filter(|assessment| assessment.counts);
        let found = counting.find(|assessment| day.is_some() && assessment.day() == day);
        found.map_or_else(String::new, |assessment| assessment.sequence.clone())
    }
}

/// One overall response as recorded.
struct Assessment {
    date: Option<Imputed>,
    text: String,
    overall: Option<Overall>,
    immune: Option<Immune>,
    visit: String,
    visit_number: String,
    sequence: String,
    /// The record, as it is listed.
    record: String,
    /// The one of its day that counts: on or after the reference date, the worst of several.
    counts: bool,
    /// Not after the first progression.
    before_progression: bool,
}

impl Assessment {
    fn day(&self) -> Option<Date> {
        self.date.map(|date| date.day)
    }

    fn order(&self) -> (Option<Date>, f64) {
        (self.day(), self.sequence.parse().unwrap_or(f64::INFINITY))
    }
}

/// Reads the overall responses of every subject and derives what follows from them.
pub(super) fn derive_responses(
    rs: &Cells<'_>,
    tumours: Option<&Cells<'_>>,
    subjects: &Subjects,
    options: &DeriveOptions,
    notes: &mut Vec<String>,
) -> Responses {
    let mut recorded: BTreeMap<SubjectId, Vec<Assessment>> = BTreeMap::new();
    for (row, place) in rs.rows().zip(1..) {
        let test = row.text("RSTESTCD");
        let wanted = (test.is_empty() || test.eq_ignore_ascii_case("OVRLRESP"))
            && row.is_read_by(&options.evaluator, "RSEVAL", "RSACPTFL")
            && is_of(row.text("RSCAT"), options.criteria);
        let Some(subject) = row.subject().filter(|_| wanted) else {
            continue;
        };
        let assessment = read_assessment(row, place, options.criteria);
        if assessment.overall.is_none() && !assessment.text.is_empty() {
            notes.push(format!(
                "RS, subject {subject}: \"{}\" is not an overall response; write CR, PR, SD, NON-CR/NON-PD, PD or NE",
                assessment.text
            ));
        }
        if assessment.date.is_none() {
            let (visit, text) = (&assessment.visit, row.text("RSDTC"));
            notes.push(format!(
                "RS, subject {subject}: the response {} {visit} has no usable date (\"{text}\") and takes no part",
                assessment.text
            ));
        }
        if subjects.contains_key(&subject) {
            recorded.entry(subject).or_default().push(assessment);
        } else {
            notes.push(format!("RS, subject {subject}: not among the subjects of DM or ADSL"));
        }
    }
    let apart = subjects
        .values()
        .filter(|subject| subject.is_randomised_apart())
        .count();
    if apart > 0 {
        notes.push(format!(
            "{apart} subjects were randomised on another day than they were treated: their responses and progression-free \
             survival count from RANDDT, as in admiral's templates"
        ));
    }
    let mut derive = |subject: &Subject| {
        let assessments = recorded.remove(&subject.id).unwrap_or_default();
        let measurable = tumours.map_or_else(Vec::new, |tumours| measurable_disease(tumours, subject, options));
        derive_response(assessments, subject, measurable, options)
    };
    subjects
        .iter()
        .map(|(id, subject)| (id.clone(), derive(subject)))
        .collect()
}

/// Whether a response was read by these criteria; a category that names no criteria is.
fn is_of(category: &str, criteria: Criteria) -> bool {
    let word: String = category.chars().filter(char::is_ascii_alphanumeric).collect();
    let word = word.to_ascii_lowercase();
    let named = ["mrecist", "irecist", "imrecist", "recist"]
        .into_iter()
        .find(|name| word.starts_with(name));
    match criteria {
        Criteria::Recist11 => named.is_none_or(|name| name == "recist"),
        Criteria::Mrecist { .. } => named.is_none_or(|name| name == "mrecist"),
        Criteria::Irecist => named.is_none_or(|name| name == "irecist"),
    }
}

fn read_assessment(row: CellRow<'_>, place: usize, criteria: Criteria) -> Assessment {
    let coded = row.text("RSSTRESC");
    let text = if coded.is_empty() { row.text("RSORRES") } else { coded };
    let immune = Immune::parse(text).ok().filter(|_| criteria == Criteria::Irecist);
    let overall = immune
        .and_then(|immune| as_recist(&[immune]).first().copied())
        .or_else(|| Overall::parse(text).ok());
    // A date known to the year alone says too little to place an assessment.
    let date = row.when("RSDTC").map(|when| impute_last(when.date, &[]));
    Assessment {
        date: date.filter(|date| date.flag != "M"),
        text: match (immune, overall) {
            (Some(immune), _) => immune.to_string(),
            (None, Some(overall)) => overall.to_string(),
            (None, None) => text.to_owned(),
        },
        overall,
        immune,
        visit: row.text("VISIT").to_owned(),
        visit_number: row.text("VISITNUM").to_owned(),
        sequence: row.text("RSSEQ").to_owned(),
        record: format!("RS/{}/{}", row.text("USUBJID"), row.sequence("RSSEQ", place)),
        counts: false,
        before_progression: false,
    }
}

/// Target lesions at baseline.
fn measurable_disease(tumours: &Cells<'_>, subject: &Subject, options: &DeriveOptions) -> Vec<String> {
    let targets = tumours.rows().zip(1..).filter(|(row, _)| {
        let visit = row.text("VISIT").to_ascii_uppercase();
        let found = row.day("TUDTC").zip(subject.reference());
        let at_baseline = if visit.is_empty() {
            found.is_none_or(|(found, reference)| found <= reference)
        } else {
            visit.starts_with("SCREENING") || visit.starts_with("BASELINE")
        };
        let by = row.text("TUEVAL");
        row.text("USUBJID") == subject.id.as_str()
            && row.is("TUSTRESC", "TARGET")
            && (by.is_empty() || by.eq_ignore_ascii_case(&options.evaluator))
            && at_baseline
    });
    targets
        .map(|(row, place)| format!("TU/{}/{}", subject.id, row.sequence("TUSEQ", place)))
        .collect()
}

/// By iRECIST, what each response of a course in order of time stands for: a progression that was taken back is none.
fn resolve_unconfirmed(assessments: &mut [Assessment]) {
    let course: Vec<Immune> = assessments.iter().filter_map(|assessment| assessment.immune).collect();
    let read_so = assessments.iter_mut().filter(|assessment| assessment.immune.is_some());
    for (assessment, overall) in read_so.zip(as_recist(&course)) {
        assessment.overall = Some(overall);
    }
}

fn derive_response(
    mut assessments: Vec<Assessment>,
    subject: &Subject,
    measurable: Vec<String>,
    options: &DeriveOptions,
) -> Response {
    assessments.sort_by(|a, b| {
        let ((day, sequence), (other_day, other_sequence)) = (a.order(), b.order());
        day.cmp(&other_day).then(sequence.total_cmp(&other_sequence))
    });
    resolve_unconfirmed(&mut assessments);
    mark_counting(&mut assessments, subject.reference());
    let progression = assessments
        .iter()
        .position(|assessment| assessment.counts && assessment.overall == Some(Overall::Pd));
    for (at, assessment) in assessments.iter_mut().enumerate() {
        let dated = assessment.date.is_some();
        assessment.before_progression = dated && progression.is_none_or(|progression| at <= progression);
    }
    let reference = subject.reference();
    let counted: Vec<(i32, Date, Overall)> = assessments
        .iter()
        .filter(|assessment| assessment.counts)
        .filter_map(|assessment| {
            let day = assessment.day()?;
            Some((days_between(reference?, day), day, assessment.overall?))
        })
        .collect();
    let days: Vec<(i32, Overall)> = counted.iter().map(|&(days, _, overall)| (days, overall)).collect();
    let best = derive_best(&days, &options.best);
    let on = |days: Option<i32>| {
        let found = counted.iter().find(|(day, ..)| Some(*day) == days);
        found.map(|(_, date, _)| *date)
    };
    let first_response = on(best.first_response_day);
    let controlled = counted.iter().find(|(day, date, overall)| {
        let controls = matches!(overall, Overall::Sd | Overall::NonCrNonPd) || overall.is_response();
        let progressed = on(best.progression_day).is_some_and(|progression| *date >= progression);
        f64::from(*day) >= options.best.sd_min_days && controls && !progressed
    });
    let controlled = controlled.map(|(_, date, _)| *date);
    let confirmed = on(best.confirmed_response.map(|response| response.day));
    let first = |a: Option<Date>, b: Option<Date>| a.into_iter().chain(b).min();
    Response {
        best,
        clinical_benefit: first(first_response, controlled),
        confirmed_clinical_benefit: first(confirmed, controlled),
        measurable,
        reference,
        responded: first_response,
        progression: on(best.progression_day),
        last_assessment: counted.last().map(|(_, date, _)| *date),
        assessments,
    }
}

/// Of the assessments on one day, on or after the reference date, the worst counts, of equals the last.
fn mark_counting(assessments: &mut [Assessment], reference: Option<Date>) {
    let mut kept: BTreeMap<Date, (usize, u8)> = BTreeMap::new();
    for (at, assessment) in assessments.iter().enumerate() {
        let day = assessment
            .day()
            .filter(|day| reference.is_some_and(|from| *day >= from));
        let (Some(day), Some(overall)) = (day, assessment.overall) else {
            continue;
        };
        let badness = badness(overall);
        let best = kept.entry(day).or_insert((at, badness));
        if badness >= best.1 {
            *best = (at, badness);
        }
    }
    for (at, _) in kept.into_values() {
        if let Some(assessment) = assessments.get_mut(at) {
            assessment.counts = true;
        }
    }
}

/// Order of responses on one day, as admiralonco has it.
fn badness(overall: Overall) -> u8 {
    match overall {
        Overall::Ne => 1,
        Overall::Cr => 2,
        Overall::Pr => 3,
        Overall::Sd => 4,
        Overall::NonCrNonPd => 5,
        Overall::Pd => 6,
    }
}

/// The number of a response, as admiralonco has it.
fn response_number(text: &str) -> &'static str {
    match text {
        "CR" => "1",
        "PR" => "2",
        "SD" => "3",
        "NON-CR/NON-PD" => "4",
        "PD" => "5",
        "NE" => "6",
        "MISSING" => "7",
        _ => "",
    }
}

/// Writes the dataset: every overall response, and one row a subject for each parameter derived from them.
pub(super) fn write_adrs(responses: &Responses, subjects: &Subjects) -> Table {
    let mut rows = Vec::new();
    for (id, response) in responses {
        if let Some(subject) = subjects.get(id) {
            rows.extend(subject_rows(response, subject));
        }
    }
    Table::from_rows("ADRS", &COLUMNS, rows)
}

/// A dataset without rows.
pub(super) fn blank() -> Table {
    Table::from_rows("ADRS", &COLUMNS, Vec::new())
}

/// Adds each subject's part in the rates at months.
pub(super) fn add_rates(adrs: &mut Table, rates: &[Answered], study: &str) {
    let mut added = blank();
    for Answered { code, label, cell } in rates {
        for part in &cell.contributions {
            let (value, text, counts) = adout::reading(part);
            let [visit, months] = adout::visit(cell.time_point);
            let subject = part.subject.to_string();
            let records = adout::records(part);
            let row = [
                study,
                &subject,
                code,
                label,
                "",
                "",
                &visit,
                &text,
                &value,
                if counts { "Y" } else { "" },
                "",
                "",
                "",
                "",
                &months,
                "",
                "",
                "",
                &part.note,
                &records,
                "",
            ];
            added.push(row);
        }
    }
    adrs.append(&added);
    "adrs.csv".clone_into(&mut adrs.file);
}

fn subject_rows(response: &Response, subject: &Subject) -> Vec<Vec<String>> {
    let writer = Writer { response, subject };
    let best = &response.best;
    let day = |days: Option<i32>| {
        let counted = response.assessments.iter().filter(|assessment| assessment.counts);
        let mut dates = counted.filter_map(Assessment::day);
        dates.find(|date| days.is_some() && response.reference.map(|from| days_between(from, *date)) == days)
    };
    let responded = |bor: Bor| matches!(bor, Bor::Cr | Bor::Pr);
    let (bor_day, cbor_day) = (day(best.unconfirmed_day), day(best.confirmed_day));
    let (bor, cbor) = (best.unconfirmed.to_string(), best.confirmed.to_string());
    let confirmed = day(best.confirmed_response.map(|response| response.day));
    let mut rows = vec![
        writer.yes_no("BCP", bor_day.filter(|_| responded(best.unconfirmed))),
        writer.best("BOR", bor_day, &bor),
        writer.yes_no("CB", response.clinical_benefit),
        writer.yes_no("CBCP", cbor_day.filter(|_| responded(best.confirmed))),
        writer.best("CBOR", cbor_day, &cbor),
        writer.yes_no("CCB", response.confirmed_clinical_benefit),
        writer.yes_no("CRSP", confirmed),
        writer.event("DEATH", subject.death, subject.death.is_some() || subject.dead),
        writer.last(),
        writer.event("MDIS", None, !response.measurable.is_empty()),
    ];
    rows.extend(response.assessments.iter().map(|assessment| {
        let mut row = writer.row(
            "OVR",
            Some(assessment),
            &assessment.text,
            response_number(&assessment.text),
        );
        set(&mut row, ANALYSED, flag(assessment.counts));
        set(&mut row, RECORDS, String::new());
        row
    }));
    rows.push(writer.yes_no("PD", response.progression));
    rows.push(writer.yes_no("RSP", response.responded));
    rows
}

/// Position of `ADT`, `ADTF`, `ANL01FL`, `SRCDOM`, `SRCRECS` and `DTYPE` in a row.
const DATE: usize = 4;
const IMPUTED: usize = 5;
const ANALYSED: usize = 9;
const SOURCE: usize = 15;
const RECORDS: usize = 19;
const DERIVATION: usize = 20;

/// A row of what no record of the subject says: there is none that could.
const OF_ABSENCE: &str = "PHANTOM";

fn set(row: &mut [String], at: usize, value: String) {
    if let Some(cell) = row.get_mut(at) {
        *cell = value;
    }
}

/// Rows of one subject.
struct Writer<'a> {
    response: &'a Response,
    subject: &'a Subject,
}

impl Writer<'_> {
    /// A parameter that holds from a certain assessment on, or not at all.
    fn yes_no(&self, code: &str, day: Option<Date>) -> Vec<String> {
        let (text, number) = if day.is_some() { ("Y", "1") } else { ("N", "0") };
        self.row(code, self.assessment(day), text, number)
    }

    fn best(&self, code: &str, day: Option<Date>, text: &str) -> Vec<String> {
        self.row(code, self.assessment(day), text, response_number(text))
    }

    /// Something that is no assessment.
    fn event(&self, code: &str, date: Option<Imputed>, holds: bool) -> Vec<String> {
        let (text, number) = if holds { ("Y", "1") } else { ("N", "0") };
        let mut row = self.row(code, None, text, number);
        let source = match (code, holds) {
            ("DEATH", true) => ["ADSL", "DTHDT"],
            ("MDIS", true) => ["TU", "TUSTRESC"],
            (_, _) => ["", ""],
        };
        let records = match (code, holds) {
            ("MDIS", true) => self.response.measurable.join(" "),
            (_, _) => String::new(),
        };
        let cells = [
            (DATE, maybe_day(date.map(|date| date.day))),
            (IMPUTED, date.map_or("", |date| date.flag).to_owned()),
            (SOURCE, source[0].to_owned()),
            (SOURCE + 1, source[1].to_owned()),
            (RECORDS, records),
            (DERIVATION, if holds { "" } else { OF_ABSENCE }.to_owned()),
        ];
        for (at, value) in cells {
            set(&mut row, at, value);
        }
        row
    }

    fn last(&self) -> Vec<String> {
        let last = self.assessment(self.response.last_assessment);
        let text = last.map_or("", |assessment| assessment.text.as_str());
        self.row("LSTA", last, text, response_number(text))
    }

    /// The assessment that counts on this day.
    fn assessment(&self, day: Option<Date>) -> Option<&Assessment> {
        let mut assessments = self.response.assessments.iter();
        assessments.find(|assessment| assessment.counts && day.is_some() && assessment.day() == day)
    }

    fn row(&self, code: &str, source: Option<&Assessment>, text: &str, number: &str) -> Vec<String> {
        let of = |cell: fn(&Assessment) -> String| source.map_or_else(String::new, cell);
        // What follows from the course rests on every assessment of it that counts.
        let counting = self.response.assessments.iter().filter(|assessment| assessment.counts);
        let records: Vec<&str> = counting.map(|assessment| assessment.record.as_str()).collect();
        let absent = source.is_none() && records.is_empty();
        vec![
            self.subject.study.clone(),
            self.subject.id.to_string(),
            code.to_owned(),
            label(code).to_owned(),
            of(|source| maybe_day(source.day())),
            of(|source| source.date.map_or("", |date| date.flag).to_owned()),
            of(|source| source.visit.clone()),
            text.to_owned(),
            number.to_owned(),
            "Y".to_owned(),
            of(|source| flag(source.before_progression)),
            of(|source| source.visit.clone()),
            of(|source| source.visit_number.clone()),
            of(|source| source.sequence.clone()),
            of(|source| source.visit_number.clone()),
            of(|_| "RS".to_owned()),
            of(|_| "RSSTRESC".to_owned()),
            of(|source| source.sequence.clone()),
            String::new(),
            records.join(" "),
            if absent { OF_ABSENCE } else { "" }.to_owned(),
        ]
    }
}

fn label(code: &str) -> &'static str {
    match code {
        "BCP" => "Best Overall Response of CR/PR (confirmation not required)",
        "BOR" => "Best Overall Response (confirmation not required)",
        "CB" => "Clinical Benefit (confirmation for response not required)",
        "CBCP" => "Best Confirmed Overall Response of CR/PR",
        "CBOR" => "Best Confirmed Overall Response",
        "CCB" => "Confirmed Clinical Benefit",
        "CRSP" => "Confirmed Response",
        "DEATH" => "Death",
        "LSTA" => "Last Disease Assessment",
        "MDIS" => "Measurable Disease at Baseline",
        "OVR" => "Overall Response",
        "PD" => "Disease Progression",
        "RSP" => "Response (confirmation not required)",
        _ => "",
    }
}
