//! Records from a table with a column for each field.

use tercel::language::Language;
use tercel_exchange::Table;
use tercel_exchange::form::{Severity, form, from_csv};

use super::{NOW, trial};

fn table(text: &str) -> Table {
    Table::parse_csv("vitals.csv", text.as_bytes()).unwrap()
}

#[test]
fn columns_are_named_by_field_variable_or_question_in_either_language() {
    let trial = trial();
    let headers = [
        "subject,vstestcd,vsorres,vsorresu,vsdtc",
        "USUBJID,VSTESTCD,VSORRES,VSORRESU,VSDTC",
        "subject,Vital sign,Result,Unit,Measured at",
        "受试者,生命体征项目,结果,单位,测量时间",
    ];
    for header in headers {
        let text = format!("{header}\nS-01,TEMP,38.5,C,2026-03-04T08:00\n");
        let import = from_csv(form("vital-sign").unwrap(), &table(&text), &trial, NOW);
        assert_eq!(import.mistakes, [], "{header}");
        let record = &import.records[0];
        assert_eq!(
            (record.subject.as_deref(), record.value("vsorres")),
            (Some("S-01"), Some("38.5"))
        );
    }
}

#[test]
fn a_moment_with_a_blank_before_its_time_is_kept_in_the_form_of_iso_8601() {
    let text = "subject,vstestcd,vsorres,vsorresu,vsdtc\nS-01,TEMP,38.5,C,2026-03-04 08:00\n";
    let import = from_csv(form("vital-sign").unwrap(), &table(text), &trial(), NOW);
    assert_eq!(import.mistakes, []);
    assert_eq!(import.records[0].value("vsdtc"), Some("2026-03-04T08:00"));
}

#[test]
fn mistakes_are_named_by_row_and_column_and_only_their_rows_are_left_out() {
    let trial = trial();
    let text = "subject,vsseq,Vital sign,Result,Unit,Measured at,Nurse\n\
        S-01,1,TEMP,38.5,C,2026-03-04T08:00,A\n\
        S-01,2,TEMP,warm,C,2026-02-30,A\n\
        ,3,TEMP,37,C,2026-03-04T08:00,A\n\
        S-01,1,TEMP,37,C,2026-03-04T08:00,A\n\
        S-01,0,TEMP,37,C,2026-03-04T08:00,A\n\
        S-01,4,TEMP,98.6,C,2026-03-04T08:00,A\n";
    let import = from_csv(form("vital-sign").unwrap(), &table(text), &trial, NOW);
    let sentences: Vec<String> = import.mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(
        sentences,
        [
            "column NURSE: the form has no such field; correct the name or remove the column",
            "row 2, column RESULT: Result: enter a number, such as 12 or 0.5, without unit or words",
            "row 2, column MEASURED AT: Measured at: no such day or time exists; correct it",
            "row 3: the row names no subject",
            "row 4: the subject has another row with this number",
            "row 5, column VSSEQ: the number of a record is a whole number from 1",
            "row 6, column RESULT: Result: outside the expected 33 to 43; check value and unit against the source",
        ]
    );
    assert!(import.is_refused());
    let numbers: Vec<u32> = import.records.iter().map(|record| record.number).collect();
    assert_eq!(numbers, [1, 4]);
    assert_eq!(import.mistakes[6].severity(), Severity::Asks);
    assert_eq!(
        import.mistakes[1].sentence(Language::Chinese),
        "第 2 行，RESULT 列：结果：请填写数字（如 12 或 0.5），不带单位或文字"
    );
}

#[test]
fn without_a_column_for_the_subject_nothing_is_read() {
    let trial = trial();
    let import = from_csv(
        form("ecog").unwrap(),
        &table("rsorres,rsdtc\n1,2026-03-04\n"),
        &trial,
        NOW,
    );
    assert!(import.records.is_empty() && import.is_refused());
    assert_eq!(
        import.mistakes[0].to_string(),
        "no column is named subject or USUBJID; add it"
    );
}
