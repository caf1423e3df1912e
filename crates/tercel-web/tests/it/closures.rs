//! A level that the design closes stays closed until the committee has decided on what closed it.

use crate::crawl::demo;
use crate::meeting::{propose, sentence, vote};
use crate::world::{Answer, PASSWORD, Visitor, World, answers, with};

const STUDY: &str = "IL1RAP-HCC-SYNTHETIC";

/// A related serious event of grade 4, from which the subject recovered.
pub(crate) fn severe<'a>(term: &'a str, from: &'a str, until: &'a str) -> [(&'static str, &'a str); 15] {
    [
        ("v.aeterm", term),
        ("v.aetoxgr", "4"),
        ("v.aestdtc", from),
        ("v.aeendtc", until),
        ("v.aeout", "RECOVERED/RESOLVED"),
        ("v.aerel", "RELATED"),
        ("v.aeser", "Y"),
        ("v.aesdth", "N"),
        ("v.aeslife", "Y"),
        ("v.aeshosp", "Y"),
        ("v.aesdisab", "N"),
        ("v.aescong", "N"),
        ("v.aesmie", "N"),
        ("v.aeaware", "2025-10-07"),
        ("confirmed", "Y"),
    ]
}

async fn pneumonia(world: &World, by: &Visitor, subject: &str, from: &str, until: &str) -> String {
    let severe = severe("Pneumonia", from, until);
    let saved = world
        .post(by, &format!("/enter/adverse-event/{STUDY}-{subject}"), &severe)
        .await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    saved.location().strip_prefix("/record/").unwrap().to_owned()
}

/// Whether the gates of the subject next in line say that the design closes its level.
async fn closed(world: &World, by: &Visitor) -> bool {
    let gates = world.get(by, &format!("/gates/{STUDY}-0011")).await.body;
    gates.contains("treats nobody above dose level 2")
}

pub(crate) async fn freeze(world: &World, by: &Visitor, occasion: &str) -> String {
    let form = [
        ("occasion", occasion),
        ("words", "asked for"),
        ("quorum", "2"),
        ("roles_needed", "medical-monitor"),
        ("member.guo", "member"),
        ("member.huang", "physician"),
    ];
    let made = world.post(by, "/meetings", &form).await;
    assert_eq!(made.status, 303, "{}", sentence(&made));
    made.location().strip_prefix("/meeting/").unwrap().to_owned()
}

/// The same answers of a record with one of them changed.
async fn correct(world: &World, by: &Visitor, key: &str, change: (&str, &str), confirmed: bool) -> Answer {
    let record = world.app.store.record(key).await.unwrap().unwrap();
    let form = tercel_exchange::form::form(&record.form).unwrap();
    let mut typed: Vec<(&str, &str)> = record
        .values
        .iter()
        .filter(|(name, _)| form.field(name).is_some() && *name != change.0)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    typed.push(change);
    let typed = answers(&typed);
    let seen = record.version.to_string();
    let mut more = vec![("seen", seen.as_str()), ("reason", "read again")];
    if confirmed {
        more.push(("confirmed", "Y"));
    }
    world.post(by, &format!("/correct/{key}"), &with(&typed, &more)).await
}

const KEEP: [(&str, &str); 5] = [
    ("choice", "stay:3"),
    ("places", "6"),
    ("overrides", "Y"),
    ("reason", "the committee judges the pneumonia otherwise"),
    ("despite", "they are being answered"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_level_kept_open_with_knowledge_is_shut_by_the_next_dlt_whether_or_not_treatment_is_halted() {
    let world = demo().await;
    let [wang, xu, guo, huang] = ["wang", "xu", "guo", "huang"];
    let (wang, xu) = (world.session(wang).await, world.session(xu).await);
    let (guo, huang) = (world.session(guo).await, world.session(huang).await);
    let before = freeze(&world, &xu, "other").await;
    assert!(!closed(&world, &wang).await);
    pneumonia(&world, &wang, "0009", "2025-09-10", "2025-09-15").await;
    assert!(closed(&world, &wang).await);
    let call = "A meeting is called for: the rule closes dose level 3";
    let barred = world.get(&wang, "/api/decision").await;
    assert!(barred.status == 403 && barred.body.starts_with('{'), "{}", barred.body);
    let (work, meetings) = (
        world.get(&wang, "/work").await.body,
        world.get(&xu, "/meetings").await.body,
    );
    assert!(work.contains(call), "{work}");
    assert!(
        meetings.contains(call) && meetings.contains("-0009: DLT: Pneumonia"),
        "{meetings}"
    );
    // What was frozen before is overtaken, and the committee meets on what is known now.
    let form = [&[("record", before.as_str())], KEEP.as_slice()].concat();
    let overtaken = world.post(&xu, "/propose", &form).await;
    assert!(
        overtaken.status == 409 && overtaken.body.contains("freeze a new packet"),
        "{} {}",
        overtaken.status,
        sentence(&overtaken)
    );
    let meeting = freeze(&world, &xu, "scheduled").await;
    let proposal = propose(&world, &xu, &meeting, &KEEP).await;
    for member in [&guo, &huang] {
        assert_eq!(vote(&world, member, &meeting, proposal, "agree").await.status, 303);
    }
    let resolved = world.post(&xu, "/resolve", &[("record", &meeting)]).await;
    assert_eq!(resolved.status, 303, "{}", sentence(&resolved));
    assert!(!closed(&world, &wang).await, "what it knew does not count against it");
    assert!(!world.get(&xu, "/meetings").await.body.contains("called for: the rule"));
    assert!(!world.get(&wang, "/work").await.body.contains("called for: the rule"));
    // A halt does not hide the next one.
    let halt = [("v.reason", "asked by the sponsor"), ("v.from", "2025-10-07T08:00")];
    assert_eq!(world.post(&wang, "/enter/conduct-pause", &halt).await.status, 303);
    let open = freeze(&world, &xu, "other").await;
    pneumonia(&world, &wang, "0008", "2025-08-01", "2025-08-09").await;
    assert!(closed(&world, &wang).await);
    assert!(world.get(&xu, "/meetings").await.body.contains(call));
    let form = [&[("record", open.as_str())], KEEP.as_slice()].concat();
    let overtaken = world.post(&xu, "/propose", &form).await;
    assert!(
        overtaken.status == 409 && overtaken.body.contains(&format!("{STUDY}-0008")),
        "{} {}",
        overtaken.status,
        sentence(&overtaken)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_corrects_what_closed_a_level_halts_treatment_until_two_of_the_committee_end_it() {
    let world = demo().await;
    let (wang, chen) = (world.session("wang").await, world.session("chen").await);
    let event = pneumonia(&world, &wang, "0009", "2025-09-10", "2025-09-15").await;
    assert!(closed(&world, &wang).await);
    let asked = correct(&world, &chen, &event, ("aetoxgr", "2"), false).await;
    assert_eq!(asked.status, 422);
    assert!(
        asked.body.contains("saving it halts treatment until two members"),
        "{}",
        sentence(&asked)
    );
    // Another correction of the same record asks nothing of the kind.
    let other = correct(&world, &chen, &event, ("aeendtc", "2025-09-16"), true).await;
    assert_eq!(other.status, 303, "{}", sentence(&other));
    assert!(!world.get(&wang, "/").await.body.contains("halted"));
    let saved = correct(&world, &chen, &event, ("aetoxgr", "2"), true).await;
    assert_eq!(saved.status, 303, "{}", sentence(&saved));
    let board = world.get(&wang, "/").await.body;
    let why = format!("Adverse event of {STUDY}-0009 changed: by it the rule no longer closes dose level 3");
    assert!(board.contains(&why), "{board}");
    let end = [
        ("v.pause", "pause/1"),
        ("second", "guo"),
        ("password", PASSWORD),
        ("second_password", PASSWORD),
    ];
    let huang = world.session("huang").await;
    let ended = world.post(&huang, "/countersign/conduct-resume", &end).await;
    assert_eq!(ended.status, 303, "{}", sentence(&ended));
    assert!(!closed(&world, &wang).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_marks_as_error_what_closed_a_level_is_asked_and_halts_treatment() {
    let world = demo().await;
    let wang = world.session("wang").await;
    let event = pneumonia(&world, &wang, "0009", "2025-09-10", "2025-09-15").await;
    assert!(closed(&world, &wang).await);
    let error = [("record", event.as_str()), ("seen", "1"), ("reason", "another subject")];
    let asked = world.post(&wang, "/void", &error).await;
    assert!(
        asked.status == 422
            && asked.body.contains("saving it halts treatment until two members")
            && asked.body.contains(">another subject</textarea>"),
        "{}",
        asked.body
    );
    let marks = asked.hidden("asked");
    let confirmed = [&error[..], &[("confirmed", "Y"), ("asked", &marks)]].concat();
    assert_eq!(world.post(&wang, "/void", &confirmed).await.status, 303);
    let board = world.get(&wang, "/").await.body;
    assert!(board.contains("the rule no longer closes dose level 3"), "{board}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bag_has_one_owner_and_is_not_entered_after_it_was_given_as_nobodys() {
    let world = demo().await;
    let chen = world.session("chen").await;
    let subject = format!("{STUDY}-0009");
    let bag = |label: &'static str| {
        [
            ("v.bag", label),
            ("v.lot", "LOT-01-0009"),
            ("v.coi", "COI-01-0009"),
            ("v.cndose", "500"),
            ("v.cndosu", "10^6 cells"),
            ("v.volume", "20"),
            ("v.expires", "2026-09-01T00:00"),
            ("confirmed", "Y"),
        ]
    };
    let page = format!("/enter/conduct-bag/{subject}");
    let shown = world.get(&chen, &page).await.body;
    for (name, _) in bag("").iter().filter(|(name, _)| name.starts_with("v.")) {
        assert!(shown.contains(&format!("name=\"{name}\"")), "{name}");
    }
    let foreign = world.post(&chen, &page, &bag("BAG-01-0010-A")).await;
    assert!(
        foreign.status == 422 && foreign.body.contains("reads as BAG-01-0010-A"),
        "{} {}",
        foreign.status,
        sentence(&foreign)
    );
    for alike in [
        "bag-01-0010-a",
        "BAG.01.0010.A",
        "BAG 01 OO10 A",
        "BAG-0l-00l0-A",
        "ＢＡＧ－01－0010－Ａ",
        "ВАG-01-0010-А",
    ] {
        let refused = world.post(&chen, &page, &bag(alike)).await;
        assert_eq!(refused.status, 422, "{alike}");
    }
    // A bag whose day of expiry is not known yet has an owner too.
    let undated = bag("BAG-01-0009-Z");
    let undated: Vec<_> = undated.into_iter().filter(|(name, _)| *name != "v.expires").collect();
    let entered = world.post(&chen, &page, &undated).await;
    assert_eq!(entered.status, 303, "{}", sentence(&entered));
    let of_another = format!("/enter/conduct-bag/{STUDY}-0010");
    let twice = world.post(&chen, &of_another, &bag("BAG-01-0009-Z")).await;
    assert!(
        twice.status == 422 && twice.body.contains("reads as BAG-01-0009-Z"),
        "{} {}",
        twice.status,
        sentence(&twice)
    );
    let filter = tercel_store::RecordFilter {
        subject: Some(subject.clone()),
        form: Some("infusion".to_owned()),
        ..tercel_store::RecordFilter::default()
    };
    let key = world.app.store.records(&filter).await.unwrap()[0].key.clone();
    let given = correct(&world, &chen, &key, ("bag1", "BAG-X"), true).await;
    assert_eq!(given.status, 303, "{}", sentence(&given));
    let halt = format!("{key}#BAG-X");
    // What is checked while somebody types names the gate that is shut by it.
    let begun = [("v.exstdtc", "2025-10-07T08:00"), ("check", "json")];
    let enter = format!("/enter/infusion/{STUDY}-0011");
    let said = world.post(&chen, &enter, &begun).await;
    assert!(
        said.status == 200 && said.body.contains("\"gate\":\"Infusion\""),
        "{}",
        said.body
    );
    let gates = format!("/gates/{STUDY}-0011");
    assert!(world.get(&chen, &gates).await.body.contains(&halt));
    // Entered late, it is the subject's own, and the committee confirms it.
    let late = world.post(&chen, &page, &bag("BAG-X")).await;
    assert_eq!(late.status, 303, "{}", sentence(&late));
    let shown = world.get(&chen, &gates).await.body;
    assert!(
        !shown.contains(&halt) && shown.contains("Treatment is halted (pause/1): Bag of"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lower_dose_is_lower_and_who_has_a_conflict_proposes_nothing() {
    let world = demo().await;
    let (huang, guo, xu) = (
        world.session("huang").await,
        world.session("guo").await,
        world.session("xu").await,
    );
    let choice = |arm: &'static str| {
        [
            ("v.choice", "LOWER DOSE"),
            ("v.arm", arm),
            ("second", "guo"),
            ("password", PASSWORD),
            ("second_password", PASSWORD),
        ]
    };
    let page = format!("/countersign/conduct-choice/{STUDY}-0011");
    for same in ["DL3", ""] {
        let refused = world.post(&huang, &page, &choice(same)).await;
        assert!(
            refused.status == 422 && refused.body.contains("below dose level 3: DL1, DL2"),
            "{same:?} {} {}",
            refused.status,
            refused.body
        );
    }
    let lower = world.post(&huang, &page, &choice("DL2")).await;
    assert_eq!(lower.status, 303, "{}", lower.body);
    let gates = world.get(&huang, &format!("/gates/{STUDY}-0011")).await.body;
    assert!(!gates.contains("Have the committee sign its choice"), "{gates}");
    let meeting = freeze(&world, &xu, "other").await;
    let declared = [("record", meeting.as_str()), ("text", "treats the subject")];
    assert_eq!(world.post(&guo, "/conflict", &declared).await.status, 303);
    let form = [("record", meeting.as_str()), ("choice", "wait"), ("reason", "x")];
    let refused = world.post(&guo, "/propose", &form).await;
    assert!(
        refused.status == 409 && refused.body.contains("proposes nothing"),
        "{} {}",
        refused.status,
        sentence(&refused)
    );
    let page = world.get(&guo, &format!("/meeting/{meeting}")).await.body;
    assert!(!page.contains("action=\"/propose\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_record_that_lets_a_closed_level_go_is_asked_about_and_halts_treatment() {
    let world = demo().await;
    let (wang, chen) = (world.session("wang").await, world.session("chen").await);
    pneumonia(&world, &wang, "0010", "2025-10-06", "2025-10-07").await;
    assert!(closed(&world, &wang).await);
    let filter = tercel_store::RecordFilter {
        subject: Some(format!("{STUDY}-0010")),
        form: Some("infusion".to_owned()),
        ..tercel_store::RecordFilter::default()
    };
    let given = world.app.store.records(&filter).await.unwrap()[0].values.clone();
    let form = tercel_exchange::form::form("infusion").unwrap();
    let mut typed: Vec<(&str, &str)> = given
        .iter()
        .filter(|(name, _)| form.field(name).is_some() && !["exstdtc", "exendtc"].contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    typed.extend([("exstdtc", "2025-08-20T10:00"), ("exendtc", "2025-08-20T10:20")]);
    let typed = answers(&typed);
    let path = format!("/enter/infusion/{STUDY}-0010");
    let late = [
        ("happened", "Y"),
        ("why", "entered late"),
        ("confirmed", "Y"),
        ("asked", ""),
    ];
    let asked = world.post(&chen, &path, &with(&typed, &late)).await;
    assert!(
        asked.status == 422 && asked.body.contains("saving it halts treatment until two members"),
        "{} {}",
        asked.status,
        sentence(&asked)
    );
    let saved = world.post(&chen, &path, &with(&typed, &late[..3])).await;
    assert_eq!(saved.status, 303, "{}", sentence(&saved));
    let board = world.get(&wang, "/").await.body;
    assert!(board.contains("CAR-T cell infusion of"), "{board}");
    assert!(board.contains("the rule no longer closes dose level 3"), "{board}");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_findings_entered_at_once_that_let_a_closed_level_go_are_asked_about_too() {
    let world = demo().await;
    let (wang, chen) = (world.session("wang").await, world.session("chen").await);
    let page = format!("/panel/crs-finding/{STUDY}-0009");
    let assessed = |at: &'static str, vasopressors: &'static str, grade: &'static str| {
        [
            ("v.fadtc", at),
            ("r0.faorres", "39.0"),
            ("r1.faorres", if vasopressors == "0" { "N" } else { "Y" }),
            ("r2.faorres", vasopressors),
            ("r8.faorres", grade),
        ]
    };
    let event = [
        ("v.aeterm", "Cytokine release syndrome"),
        ("v.aetoxgr", "3"),
        ("v.aestdtc", "2025-09-10T08:00"),
        ("v.aeendtc", "2025-09-14T10:00"),
        ("v.aeout", "RECOVERED/RESOLVED"),
        ("v.aerel", "RELATED"),
        ("v.aeser", "N"),
        ("confirmed", "Y"),
    ];
    let entered = world
        .post(&wang, &format!("/enter/adverse-event/{STUDY}-0009"), &event)
        .await;
    assert_eq!(entered.status, 303, "{}", sentence(&entered));
    // Grade 3 for four days: a DLT.
    for at in ["2025-09-10T08:00", "2025-09-14T08:00"] {
        let first = [assessed(at, "1", "3").as_slice(), &[("confirmed", "Y")]].concat();
        let saved = world.post(&chen, &page, &first).await;
        assert_eq!(saved.status, 303, "{}", sentence(&saved));
    }
    assert!(closed(&world, &wang).await);
    let between = assessed("2025-09-11T08:00", "0", "1");
    let asked = world.post(&chen, &page, &between).await;
    assert!(
        asked.status == 422 && asked.body.contains("saving it halts treatment until two members"),
        "{} {}",
        asked.status,
        sentence(&asked)
    );
    let marks = asked.hidden("asked");
    let confirmed = [between.as_slice(), &[("confirmed", "Y"), ("asked", &marks)]].concat();
    let saved = world.post(&chen, &page, &confirmed).await;
    assert_eq!(saved.status, 303, "{}", sentence(&saved));
    let board = world.get(&wang, "/").await.body;
    assert!(board.contains("the rule no longer closes dose level 3"), "{board}");
}
