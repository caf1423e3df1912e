//! Two at once: one wins, the other is told, nothing typed is lost.

use std::sync::Arc;

use crate::page::plain;
use crate::world::{FEVER, Visitor, World, answers, with};

fn fever(term: &str, grade: &str) -> Vec<(String, String)> {
    let mut values = FEVER;
    values[0].1 = term;
    values[1].1 = grade;
    answers(&values)
}

#[tokio::test]
async fn the_second_of_two_corrections_comes_back_with_both_versions() {
    let world = World::new().await;
    let one = world.person("one", "coordinator@01").await;
    let two = world.person("two", "coordinator@01").await;
    let record = world.subject("one", "01", "IL1RAP-HCC-01-001").await;
    let path = format!("/correct/{record}");
    assert_eq!(world.get(&one, &path).await.hidden("seen"), "1");
    assert_eq!(world.get(&two, &path).await.hidden("seen"), "1");
    let first = fever("Chills", "1");
    let answer = world
        .post(&one, &path, &with(&first, &[("seen", "1"), ("reason", "misread")]))
        .await;
    assert_eq!(answer.status, 303);
    let before = world.head().await;
    let second = fever("Rigors, \"severe\"", "2");
    let lost = with(&second, &[("seen", "1"), ("reason", "the chart says so")]);
    let answer = world.post(&two, &path, &lost).await;
    assert_eq!(answer.status, 422);
    let page = plain(&answer.body);
    assert!(page.contains("Somebody changed this record"));
    assert!(
        page.contains("Rigors, \"severe\"") && page.contains(": Chills"),
        "both versions are shown"
    );
    assert!(page.contains("the chart says so"), "the reason is kept");
    assert_eq!(answer.hidden("seen"), "2");
    assert_eq!(world.head().await, before);
    let json = world
        .program(
            "POST",
            &world.bearer("two").await,
            &path,
            "{\"seen\": 1, \"v.aeterm\": \"X\", \"reason\": \"x\", \"confirmed\": \"Y\"}",
        )
        .await;
    assert_eq!(json.status, 422);
    assert!(json.body.contains("Somebody changed this record"), "{}", json.body);
    // The page that asks about something unusual says so too: what is sent from it is meant against version 2.
    let mut unusual = second.clone();
    unusual.retain(|(name, _)| name != "v.aerel");
    let asked = world
        .post(
            &two,
            &path,
            &with(&unusual, &[("seen", "1"), ("reason", "the chart says so")]),
        )
        .await;
    assert_eq!(asked.status, 422);
    assert!(
        asked.body.contains("Somebody changed this record"),
        "a silent overwrite is one click away"
    );
    assert!(plain(&asked.body).contains(": Chills"));
    // So does the page that checks the answers before they are saved.
    let checked = world
        .post(
            &two,
            &path,
            &with(
                &second,
                &[("seen", "1"), ("reason", "the chart says so"), ("check", "Y")],
            ),
        )
        .await;
    assert!(checked.body.contains("Somebody changed this record") && plain(&checked.body).contains(": Chills"));
    let mut agreed = with(&second, &[("reason", "the chart says so")]);
    agreed.push(("seen", "2"));
    assert_eq!(world.post(&two, &path, &agreed).await.status, 303);
    let kept = world.app.store.record(&record).await.unwrap().unwrap();
    assert_eq!((kept.version, kept.value("aeterm")), (3, Some("Rigors, \"severe\"")));
}

#[tokio::test]
async fn what_the_store_refuses_comes_back_with_the_answers() {
    let world = World::new().await;
    let chen = world.person("chen", "coordinator@01").await;
    let record = world.subject("chen", "01", "IL1RAP-HCC-01-001").await;
    let path = format!("/correct/{record}");
    let typed = fever("Rigors", "2");
    for reason in ["", "   "] {
        let answer = world
            .post(&chen, &path, &with(&typed, &[("seen", "1"), ("reason", reason)]))
            .await;
        assert_eq!(answer.status, 422);
        assert!(
            answer.body.contains("Rigors") && answer.body.contains("say why"),
            "{}",
            answer.body
        );
    }
    let moved = answers(&[("siteid", "02"), ("rficdtc", "2026-02-20"), ("age", "55"), ("sex", "M")]);
    let demography = "/correct/DM/IL1RAP-HCC-01-001/1";
    let answer = world
        .post(&chen, demography, &with(&moved, &[("seen", "1"), ("reason", "x")]))
        .await;
    assert!(answer.status == 422 && answer.body.contains("keeps its site"));
    let again = world
        .post(&chen, "/enter/demography/IL1RAP-HCC-01-001", &with(&moved, &[]))
        .await;
    assert!(again.status == 422 && again.body.contains("keeps its site"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_corrections_at_once_one_wins_each_time() {
    let world = Arc::new(World::new().await);
    world.account("enterer", "coordinator@01").await;
    let record = world.subject("enterer", "01", "IL1RAP-HCC-01-001").await;
    let people: Vec<Visitor> = {
        world.account("chen", "coordinator@01").await;
        let mut people = Vec::new();
        for _ in 0..8 {
            people.push(world.session("chen").await);
        }
        people
    };
    let mut written = 0;
    for round in 0..25 {
        let seen = (round + 1).to_string();
        let edits: Vec<_> = people
            .iter()
            .enumerate()
            .map(|(number, visitor)| {
                let (world, visitor, seen, path) = (
                    Arc::clone(&world),
                    visitor.clone(),
                    seen.clone(),
                    format!("/correct/{record}"),
                );
                tokio::spawn(async move {
                    let typed = fever(&format!("Fever {round}.{number}"), "2");
                    let answer = world
                        .post(&visitor, &path, &with(&typed, &[("seen", &seen), ("reason", "more")]))
                        .await;
                    (number, answer)
                })
            })
            .collect();
        let mut winner = None;
        for edit in edits {
            let (number, answer) = edit.await.unwrap();
            written += 1;
            if answer.status == 303 {
                assert!(winner.is_none(), "two won");
                winner = Some(number);
            } else {
                assert_eq!(answer.status, 422, "{}", answer.body);
                assert!(answer.body.contains("Somebody changed this record"), "{}", answer.body);
                assert!(
                    answer.body.contains(&format!("Fever {round}.{number}")),
                    "what was typed is lost"
                );
            }
        }
        let kept = world.app.store.record(&record).await.unwrap().unwrap();
        assert_eq!(kept.version, round + 2);
        assert_eq!(
            kept.value("aeterm").unwrap(),
            format!("Fever {round}.{}", winner.unwrap())
        );
    }
    assert_eq!(written, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn new_subjects_at_once_have_each_a_number_and_a_form_asked_once_is_entered_once() {
    let world = Arc::new(World::new().await);
    let chen = world.person("chen", "coordinator@01").await;
    let all = |path: &'static str, values: Vec<(String, String)>| {
        let requests: Vec<_> = (0..8)
            .map(|_| {
                let (world, chen, values) = (Arc::clone(&world), chen.clone(), values.clone());
                tokio::spawn(async move { world.post(&chen, path, &with(&values, &[("confirmed", "Y")])).await })
            })
            .collect();
        requests
    };
    let demography = answers(&[("siteid", "01"), ("rficdtc", "2026-03-01"), ("age", "50"), ("sex", "F")]);
    let mut made = std::collections::BTreeSet::new();
    for request in all("/enter/demography/new", demography) {
        let answer = request.await.unwrap();
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert!(made.insert(answer.location().to_owned()), "two subjects became one");
    }
    assert_eq!(made.len(), 8);
    let death = answers(&[("dthdtc", "2026-03-01"), ("dthcause", "UNKNOWN")]);
    let mut entered = 0;
    for request in all("/enter/death/IL1RAP-HCC-01-001", death) {
        let answer = request.await.unwrap();
        entered += usize::from(answer.status == 303);
        assert!([303, 422].contains(&answer.status), "{}", answer.body);
    }
    assert_eq!(entered, 1, "a subject died more than once");
}

#[tokio::test]
async fn what_was_sent_is_written_though_its_sender_goes_away() {
    let world = World::new().await;
    let one = world.person("one", "coordinator@01").await;
    let record = world.subject("one", "01", "IL1RAP-HCC-01-001").await;
    let before = world.head().await;
    let path = format!("/correct/{record}");
    let chills = fever("Chills", "1");
    let sent = with(&chills, &[("seen", "1"), ("reason", "misread")]);
    tokio::select! {
        biased;
        answer = world.post(&one, &path, &sent) => panic!("answered at once: {}", answer.status),
        () = std::future::ready(()) => {}
    }
    let written = async {
        while world.head().await == before {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let in_time = tokio::time::timeout(std::time::Duration::from_mins(1), written).await;
    assert!(in_time.is_ok(), "the correction was given up half way");
}

#[tokio::test]
async fn a_new_subject_sent_twice_is_one_until_it_is_said_to_be_another() {
    let world = World::new().await;
    let chen = world.person("chen", "coordinator@01").await;
    let path = "/enter/demography/new";
    let one = answers(&[("siteid", "01"), ("rficdtc", "2026-03-01"), ("age", "50"), ("sex", "F")]);
    let send = async |marks: &str| {
        let confirmed = [("asked", marks), ("confirmed", "Y")];
        world.post(&chen, path, &with(&one, &confirmed)).await
    };
    let mut answer = send("").await;
    let mut marks = String::new();
    if answer.status == 422 {
        marks = answer.hidden("asked");
        answer = send(&marks).await;
    }
    assert_eq!(answer.location(), "/record/DM/IL1RAP-HCC-01-001/1", "{}", answer.body);
    let again = send(&marks).await;
    assert_eq!(again.status, 422, "{}", again.location());
    assert!(
        again
            .body
            .contains("IL1RAP-HCC-01-001 was entered today at this site with the same answers"),
        "{}",
        again.body
    );
    let marks = again.hidden("asked");
    assert_eq!(send(&marks).await.location(), "/record/DM/IL1RAP-HCC-01-002/1");
    let twice = send(&marks).await;
    assert_eq!(twice.status, 422, "the question is about another subject by now");
    assert!(
        twice.body.contains("IL1RAP-HCC-01-001, IL1RAP-HCC-01-002"),
        "{}",
        twice.body
    );
}
