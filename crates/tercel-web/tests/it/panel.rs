//! Several results on one page, and what is entered twice.

use crate::world::{World, answers, with};

const S: &str = "IL1RAP-HCC-01-001";

#[tokio::test]
async fn a_laboratory_page_takes_numbers_and_asks_about_a_result_that_is_entered_already() {
    let world = World::new().await;
    world.subject("enterer", "01", S).await;
    let chen = world.person("chen", "coordinator@01").await;
    let page = format!("/panel/laboratory/{S}");
    let shown = world.get(&chen, &page).await.body;
    for cell in ["r0.lborres", "r0.lborresu"] {
        assert!(shown.contains(&format!("<input id=\"c-{cell}\"")), "{cell}");
    }
    assert!(shown.contains("<datalist id=\"l-r0.lborresu\">") && !shown.contains("POSITIVE"));
    // A blank before the time, as people type it.
    let sample = [
        ("v.lbdtc", "2026-03-01 07:30"),
        ("r0.lborres", "38"),
        ("r0.lborresu", "U/L"),
    ];
    let saved = world.post(&chen, &page, &sample).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let record = world.get(&chen, &format!("/record/LB/{S}/1")).await.body;
    assert!(record.contains("2026-03-01T07:30"), "{record}");
    let again = world.post(&chen, &page, &sample).await;
    assert_eq!(again.status, 422);
    assert!(
        again.body.contains("entered already for this moment, as number 1"),
        "{}",
        again.body
    );
    let one = [
        ("v.lbtestcd", "ALT"),
        ("v.lborres", "38"),
        ("v.lborresu", "U/L"),
        ("v.lbdtc", "2026-03-01 07:30"),
    ];
    let alone = format!("/enter/laboratory/{S}");
    let asked = world.post(&chen, &alone, &one).await;
    assert_eq!(asked.status, 422);
    let marks = asked.hidden("asked");
    let mut confirmed = one.to_vec();
    confirmed.extend([("confirmed", "Y"), ("asked", marks.as_str())]);
    let kept = world.post(&chen, &alone, &confirmed).await;
    assert_eq!(kept.status, 303, "{}", kept.body);
}

#[tokio::test]
async fn a_withdrawal_from_nothing_is_refused() {
    let world = World::new().await;
    world.subject("enterer", "01", S).await;
    let chen = world.person("chen", "coordinator@01").await;
    let nothing = [
        ("v.treatment", "N"),
        ("v.visits", "N"),
        ("v.data", "N"),
        ("v.samples", "N"),
        ("v.when", "2026-03-01T07:30"),
    ];
    let answer = world
        .post(&chen, &format!("/enter/conduct-withdrawal/{S}"), &nothing)
        .await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("with every answer No"), "{}", answer.body);
}

#[tokio::test]
async fn a_measured_test_is_no_word_an_old_consent_is_asked_about_and_so_is_what_a_correction_makes_twice() {
    let world = World::new().await;
    world.subject("enterer", "01", S).await;
    let chen = world.person("chen", "coordinator@01").await;
    let page = format!("/panel/laboratory/{S}");
    for result in ["POSITIVE", "-4"] {
        let row = [
            ("v.lbdtc", "2026-03-01T07:30"),
            ("r0.lborres", result),
            ("confirmed", "Y"),
        ];
        assert_eq!(world.post(&chen, &page, &row).await.status, 422, "{result}");
    }
    let demography = answers(&[("siteid", "01"), ("rficdtc", "1926-02-20"), ("age", "58"), ("sex", "F")]);
    let old = world
        .post(&chen, "/enter/demography/new", &with(&demography, &[]))
        .await;
    assert_eq!(old.status, 422);
    assert!(old.body.contains("years ago"), "{}", old.body);
    let two = [
        ("v.lbdtc", "2026-03-01T07:30"),
        ("r0.lborres", "38"),
        ("r1.lborres", "40"),
    ];
    assert_eq!(world.post(&chen, &page, &two).await.status, 303);
    let own = answers(&[
        ("lbtestcd", "AST"),
        ("lborres", "41"),
        ("lborresu", "U/L"),
        ("lbdtc", "2026-03-01T07:30"),
    ]);
    let changed = [("seen", "1"), ("reason", "misread")];
    let path = format!("/correct/LB/{S}/2");
    assert_eq!(world.post(&chen, &path, &with(&own, &changed)).await.status, 303);
    let same = answers(&[
        ("lbtestcd", "ALT"),
        ("lborres", "41"),
        ("lborresu", "U/L"),
        ("lbdtc", "2026-03-01T07:30"),
    ]);
    let changed = [("seen", "2"), ("reason", "another test")];
    let twice = world.post(&chen, &path, &with(&same, &changed)).await;
    assert_eq!(twice.status, 422);
    assert!(twice.body.contains("entered already for this moment"), "{}", twice.body);
}
