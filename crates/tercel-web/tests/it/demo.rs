//! The demonstration: a study conducted as its gates ask.

use jiff::civil::date;
use tercel::study::{Finding, Rule, StudyData};
use tercel_store::{Record, RecordFilter};
use tercel_web::Collected;

use crate::crawl::{demo, demo_until};
use crate::world::{World, trial};

async fn records(world: &World) -> Vec<Record> {
    world.app.store.records(&RecordFilter::default()).await.unwrap()
}

/// What was done before it was allowed.
fn of_conduct(data: &StudyData) -> Vec<&Finding> {
    let conduct = data.findings.iter().filter(|finding| {
        matches!(
            finding.rule,
            Rule::GateNotOpen(_)
                | Rule::BeforeDecision(_)
                | Rule::Ineligible(_)
                | Rule::OutOfOrder(_)
                | Rule::OffDose(_)
        )
    });
    conduct.collect()
}

/// The gates of a subject as its page has them: whether each is open, and what it says is missing.
async fn gates(world: &World, subject: &str) -> Vec<(bool, Vec<String>)> {
    let wang = world.session("wang").await;
    let page = world.get(&wang, &format!("/gates/{subject}")).await;
    assert_eq!(page.status, 200);
    let gates = page.body.split("<section class=\"gate ").skip(1);
    let missing = |gate: &str| {
        let lines = gate.split("<li><strong>").skip(1);
        lines
            .map(|line| line.split("</strong>").next().unwrap().to_owned())
            .collect()
    };
    gates.map(|gate| (gate.starts_with("open"), missing(gate))).collect()
}

/// Whether each sentence is one of those that are expected.
fn only(missing: &[String], expected: &[&str]) -> bool {
    missing
        .iter()
        .all(|sentence| expected.iter().any(|part| sentence.contains(part)))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_infusion_of_the_demonstration_was_given_through_its_open_gate() {
    let world = demo().await;
    let records = records(&world).await;
    let data = Collected::of(&records, &trial()).into_data(&trial());
    let infused = data.subjects.iter().filter(|subject| subject.is_infused());
    assert_eq!(infused.count(), 10);
    assert_eq!(of_conduct(&data), Vec::<&Finding>::new());
    // Each level was opened by votes that were signed.
    let meetings = records.iter().filter(|record| record.form == "meeting");
    let opened: Vec<u64> = meetings
        .map(|meeting| {
            assert_eq!(meeting.signatures_in_force().count(), 2, "{}", meeting.key);
            let (resolved, _) = meeting.steps.last().unwrap();
            resolved["opens"].as_u64().unwrap()
        })
        .collect();
    assert_eq!(opened, [1, 2, 3, 3]);
    let wang = world.session("wang").await;
    let consents = world.get(&wang, "/consents").await.body;
    assert_eq!(consents.matches(">1.0, 2025-").count(), 11, "{consents}");
    // The page of who was infused has the gate as it stood then.
    let gates = gates(&world, "IL1RAP-HCC-SYNTHETIC-0010").await;
    assert_eq!(gates, [(true, Vec::new())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gates_of_the_subject_next_in_line_list_only_what_is_ahead() {
    let world = demo().await;
    let gates = gates(&world, "IL1RAP-HCC-SYNTHETIC-0011").await;
    let open: Vec<bool> = gates.iter().map(|(open, _)| *open).collect();
    assert_eq!(open, [true, true, true, false], "{gates:?}");
    let (_, missing) = gates.last().unwrap();
    let ahead = [
        "2025-10-11 is the first day that keeps the interval.",
        "Lymphodepletion is not completed.",
        ": not assessed.",
        "the hand-overs do not reach from the first to the last custodian of the protocol.",
        "was not checked by two persons.",
        "No thaw of bag",
    ];
    assert!(only(missing, &ahead), "{missing:?}");
    let items = trial().conduct.unwrap().infusion_items.len();
    assert_eq!(missing.len(), ahead.len() - 1 + items);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_whose_product_is_being_made_waits_for_it_and_for_nothing_before_it() {
    let world = demo_until(Some(date(2025, 3, 12))).await;
    let gates = gates(&world, "IL1RAP-HCC-SYNTHETIC-0003").await;
    let open: Vec<bool> = gates.iter().map(|(open, _)| *open).collect();
    assert_eq!(open, [true, true, false, false], "{gates:?}");
    let ahead = [
        "No infusion is ordered.",
        "No lot of the ordered bags is recorded.",
        ": not assessed.",
        "2025-03-17 is the first day that keeps the interval.",
        "Lymphodepletion is not completed.",
    ];
    for (_, missing) in &gates {
        assert!(only(missing, &ahead), "{missing:?}");
    }
}

/// A sheet for the bedside names its subject, the dose level and what was missing when it was printed; a blank one names nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_printed_sheet_of_a_subject_says_what_the_record_knew() {
    let world = demo().await;
    let wang = world.session("wang").await;
    let subject = "IL1RAP-HCC-SYNTHETIC-0011";
    let listed = world.get(&wang, &format!("/downtime?subject={subject}")).await.body;
    let sheet = format!("/downtime/infusion/{subject}");
    assert!(listed.contains(&format!("href=\"{sheet}\"")), "{listed}");
    let printed = world.get(&wang, &sheet).await.body;
    for known in [
        subject,
        "Third dose group",
        "closed, missing",
        "Lymphodepletion is not completed.",
    ] {
        assert!(printed.contains(known), "{known}: {printed}");
    }
    let blank = world.get(&wang, "/downtime/infusion").await.body;
    assert!(
        !blank.contains(subject) && !blank.contains("closed, missing"),
        "{blank}"
    );
    let other = world.person("wei", "investigator@99").await;
    for path in [sheet, format!("/downtime?subject={subject}")] {
        assert_eq!(world.get(&other, &path).await.status, 404, "{path}");
    }
}
