//! What a committee was shown is made again, to the byte, whatever was corrected or amended since.

use tercel::protocol::parse_protocol;
use tercel_web::{Replayed, replay_meetings};

use crate::crawl::demo;
use crate::meeting::{Committee, sentence};
use crate::world::{PASSWORD, World, trial, trial_folder};

async fn replayed(world: &World, text: &str) -> Vec<Replayed> {
    let trial = parse_protocol("protocol.toml", text).unwrap();
    replay_meetings(&world.app.store, &trial, text.as_bytes())
        .await
        .unwrap()
}

fn is_same(one: &Replayed) -> bool {
    matches!(&one.found, Ok(differences) if differences.is_empty())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_packet_is_made_again_to_the_byte_after_corrections_and_under_an_amended_protocol() {
    let world = demo().await;
    let text = std::fs::read_to_string(trial_folder().join("protocol.toml")).unwrap();
    let all = replayed(&world, &text).await;
    assert!(all.len() == 4 && all.iter().all(is_same), "{all:#?}");
    // The first rests on nothing; what is known today says the same of its day.
    let huang = world.session("huang").await;
    let page = |one: &Replayed| format!("/meeting/{}", one.meeting);
    for one in &all {
        let shown = world.get(&huang, &page(one)).await.body;
        assert!(
            shown.contains("the packet would say the same"),
            "{}: {shown}",
            one.meeting
        );
    }
    // A correction of what the third rests on.
    let chen = world.session("chen").await;
    let late = [
        ("v.aeterm", "Pneumonia"),
        ("v.aetoxgr", "4"),
        ("v.aestdtc", "2025-06-10"),
        ("v.aerel", "RELATED"),
        ("v.aeser", "N"),
        ("v.aeout", "NOT RECOVERED/NOT RESOLVED"),
        ("confirmed", "Y"),
    ];
    let enter = "/enter/adverse-event/IL1RAP-HCC-SYNTHETIC-0005";
    let entered = world.post(&chen, enter, &late).await;
    assert_eq!(entered.status, 303, "{}", sentence(&entered));
    let again = replayed(&world, &text).await;
    assert!(again.iter().all(is_same), "{again:#?}");
    let today = world.get(&huang, &page(&all[2])).await.body;
    assert!(today.contains("the packet would say otherwise"), "{today}");
    // The signed head of a decision, kept elsewhere, is an anchor.
    let head = today.split("<pre>").nth(1).unwrap().split("</pre>").next().unwrap();
    let head: tercel_store::Head = serde_json::from_str(&head.replace("&#34;", "\"")).unwrap();
    assert!(head.is_genuine());
    let then = world.get(&huang, &format!("{}?again=1", page(&all[2]))).await.body;
    assert!(
        then.contains("it is the same to the byte") && then.contains(&all[2].digest),
        "{then}"
    );
    // An amended protocol runs: what was decided by the one before is made again by that, once it is registered.
    let (days, version) = ("window_days = 28", format!("version = \"{}\"", trial().version));
    assert!(text.contains(days) && text.contains(&version));
    let amended = text
        .replacen(days, "window_days = 42", 1)
        .replacen(&version, "version = \"9.0\"", 1);
    let kept = replayed(&world, &amended).await;
    assert!(kept.len() == 4 && kept.iter().all(is_same), "{kept:#?}");
    // One that is not registered is missed.
    let world = World::new().await;
    let huang = Committee::of(&world).await.huang;
    let lost = replayed(&world, &amended).await;
    let why = |one: &Replayed| one.found.as_ref().unwrap_err().en.clone();
    assert!(
        lost.len() == 1 && why(&lost[0]).contains("nor registered in the record"),
        "{lost:#?}"
    );
    let form = [("summary", "first"), ("account", "huang"), ("password", PASSWORD)];
    let registered = world.post(&huang, "/protocol", &form).await;
    assert_eq!(registered.status, 303, "{}", sentence(&registered));
    let kept = replayed(&world, &amended).await;
    assert!(kept.iter().all(is_same), "{kept:#?}");
}

/// A signature shows a signed head that the whole record is held against later.
#[tokio::test]
async fn a_signature_gives_an_anchor_for_outside_the_record() {
    let world = World::new().await;
    let key = world.subject("enterer", "01", "IL1RAP-HCC-01-001").await;
    let wang = world.person("wang", "investigator@01").await;
    let content = world.app.store.record(&key).await.unwrap().unwrap().content;
    let form = [
        ("record", key.as_str()),
        ("seen", "1"),
        ("content", &content),
        ("meaning", "responsible"),
        ("account", "wang"),
        ("password", PASSWORD),
    ];
    let signed = world.post(&wang, "/sign", &form).await;
    assert_eq!(signed.status, 303, "{}", sentence(&signed));
    let page = world.get(&wang, signed.location()).await.body;
    let head = page.split("<pre>").nth(1).unwrap().split("</pre>").next().unwrap();
    let head: tercel_store::Head = serde_json::from_str(&head.replace("&#34;", "\"")).unwrap();
    assert!(head.is_genuine() && head.entries == world.head().await.0, "{page}");
    let found = tercel_store::verify(world.app.store.address(), Some(&head))
        .await
        .unwrap();
    assert!(found.is_ok(), "{found:?}");
}

/// What the schedule asked for by the cut, and nobody entered, is named in the packet; an escalation says why it does not wait.
#[tokio::test(flavor = "multi_thread")]
async fn a_packet_names_the_visits_and_assessments_that_are_missing() {
    let world = demo().await;
    let (chen, xu) = (world.session("chen").await, world.session("xu").await);
    let subject = "IL1RAP-HCC-SYNTHETIC-0008";
    let filter = tercel_store::RecordFilter {
        subject: Some(subject.to_owned()),
        ..tercel_store::RecordFilter::default()
    };
    let of_day_14 = |record: &&tercel_store::Record| {
        let is_visit = record.form == "visit" && record.value("visit") == Some("Day 14");
        let is_vital =
            record.form == "vital-sign" && record.value("vsdtc").is_some_and(|at| at.starts_with("2025-08-04"));
        is_visit || is_vital
    };
    let records = world.app.store.records(&filter).await.unwrap();
    for record in records.iter().filter(of_day_14) {
        let seen = record.version.to_string();
        let error = [
            ("record", record.key.as_str()),
            ("seen", &seen),
            ("reason", "of another subject"),
        ];
        assert_eq!(world.post(&chen, "/void", &error).await.status, 303, "{}", record.key);
    }
    let meeting = crate::closures::freeze(&world, &xu, "other").await;
    let packet = world.get(&xu, &format!("/meeting/{meeting}")).await.body;
    assert!(packet.contains("Day 14: missed, Day 14: vitals"), "{packet}");
}

/// A packet that cannot be read is named: nothing is said to be the same that was not made again.
#[tokio::test]
async fn a_packet_that_cannot_be_read_is_not_passed_over() {
    let world = World::new().await;
    let values = [("packet", "{}"), ("digest", "0"), ("members", "[]"), ("quorum", "1")];
    let broken = tercel_store::NewRecord {
        series: "MEETING/".to_owned(),
        number: None,
        form: "meeting".to_owned(),
        subject: None,
        site: None,
        happened: Some("2026-03-02".to_owned()),
        values: values.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    };
    let by = crate::world::author("xu", "statistician");
    let store = &world.app.store;
    let made = store
        .append(&by, Some("1.0"), &[tercel_store::Change::Create(broken)])
        .await;
    assert!(made.is_ok());
    let text = std::fs::read_to_string(trial_folder().join("protocol.toml")).unwrap();
    let all = replayed(&world, &text).await;
    assert!(
        all.len() == 1 && all[0].found.is_err() && all[0].cut.is_none(),
        "{all:?}"
    );
}
