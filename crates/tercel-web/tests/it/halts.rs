//! A halt that somebody enters stands wherever the next dose is spoken of.

use crate::closures::severe;
use crate::crawl::demo;
use crate::meeting::sentence;
use crate::world::{Answer, PASSWORD, Visitor, World};

#[tokio::test]
async fn a_halt_stands_on_board_work_list_meetings_and_decision_as_soon_as_it_is_entered() {
    let world = World::new().await;
    world.subject("enterer", "01", "IL1RAP-HCC-01-001").await;
    let wang = world.person("wang", "investigator@01").await;
    let song = world.person("song", "inspector@*").await;
    assert!(!world.get(&wang, "/").await.body.contains("halted"));
    let halt = [
        ("v.reason", "two deaths at another site"),
        ("v.from", "2026-03-01 07:00"),
    ];
    let saved = world.post(&wang, "/enter/conduct-pause", &halt).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let board = world.get(&wang, "/").await.body;
    assert!(
        board.contains("treatment is halted by pause/1: two deaths at another site"),
        "{board}"
    );
    for page in ["/work", "/meetings"] {
        let shown = world.get(&song, page).await.body;
        assert!(shown.contains("two deaths at another site"), "{page}: {shown}");
    }
    let token = world.bearer("song").await;
    let decision = world.program("GET", &token, "/api/decision", "").await.body;
    assert!(
        decision.contains("\"wait\"") && decision.contains("pause/1"),
        "{decision}"
    );
}

/// A record that the gates cannot read would keep them shut, and a halt is never corrected.
#[tokio::test]
async fn a_halt_without_its_time_is_refused_and_one_that_does_not_stand_is_not_ended() {
    let world = World::new().await;
    let wang = world.person("wang", "investigator@01").await;
    let day_alone = [("v.reason", "two deaths"), ("v.from", "2026-02-27")];
    let refused = world.post(&wang, "/enter/conduct-pause", &day_alone).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("YYYY-MM-DDThh:mm"), "{}", refused.body);
    let huang = world.person("huang", "committee@*").await;
    world.account("guo", "committee@*").await;
    let end = |halt| {
        let passwords = [("second", "guo"), ("password", PASSWORD), ("second_password", PASSWORD)];
        [&[("v.pause", halt)], passwords.as_slice()].concat()
    };
    let path = "/countersign/conduct-resume";
    let none = world.post(&huang, path, &end("pause/1")).await;
    assert_eq!(none.status, 422);
    assert!(none.body.contains("no halt pause/1 stands"), "{}", none.body);
    let halt = [("v.reason", "two deaths"), ("v.from", "2026-02-27T07:00")];
    assert_eq!(world.post(&wang, "/enter/conduct-pause", &halt).await.status, 303);
    let other = world.post(&huang, path, &end("pause/9")).await;
    assert!(
        other.status == 422 && other.body.contains("those that do: pause/1"),
        "{}",
        other.body
    );
    assert_eq!(world.post(&huang, path, &end("pause/1")).await.status, 303);
    // Once.
    assert_eq!(world.post(&huang, path, &end("pause/1")).await.status, 422);
}

/// Nobody who enters data says alone that there was no DLT, or that a halt by a rule is over.
#[tokio::test]
async fn a_verdict_on_a_dlt_and_the_lifting_of_a_halt_are_entered_by_two_of_the_committee() {
    let world = World::new().await;
    let subject = "IL1RAP-HCC-01-001";
    world.subject("enterer", "01", subject).await;
    let chen = world.person("chen", "coordinator@01").await;
    let huang = world.person("huang", "committee@*").await;
    world.account("guo", "committee@*").await;
    for (form, answer) in [("dlt-adjudication", "N"), ("halt-lifted", "LIFTED")] {
        let answers = [
            ("v.faorres", answer),
            ("v.faeval", "ADJUDICATION COMMITTEE"),
            ("v.fadtc", "2026-02-27"),
            ("second", "guo"),
            ("password", PASSWORD),
            ("second_password", PASSWORD),
        ];
        assert_eq!(
            world
                .post(&chen, &format!("/enter/{form}/{subject}"), &answers)
                .await
                .status,
            404
        );
        let path = format!("/countersign/{form}/{subject}");
        assert_eq!(world.post(&chen, &path, &answers).await.status, 403);
        let alone: Vec<_> = answers
            .iter()
            .map(|(name, value)| (*name, if *name == "second" { "huang" } else { value }))
            .collect();
        assert_eq!(world.post(&huang, &path, &alone).await.status, 409);
        let kept = world.post(&huang, &path, &answers).await;
        if form == "dlt-adjudication" {
            assert_eq!(kept.status, 303, "{}", kept.body);
        } else {
            // What did not happen yet is not lifted.
            assert!(
                kept.status == 422 && kept.body.contains("those it stands for: nobody"),
                "{}",
                kept.body
            );
        }
    }
}

pub(crate) const LIFTED: &str = "IL1RAP-HCC-SYNTHETIC-0009";

pub(crate) fn icans(from: &str) -> [(&'static str, &str); 15] {
    severe(
        "Immune effector cell-associated neurotoxicity syndrome",
        from,
        "2025-09-20",
    )
}

pub(crate) async fn lift(world: &World, by: &Visitor, covers: &str) -> Answer {
    let form = [
        ("v.faorres", "LIFTED"),
        ("v.faeval", "SAFETY REVIEW COMMITTEE"),
        ("v.fadtc", "2025-10-07"),
        ("second", "guo"),
        ("password", PASSWORD),
        ("second_password", PASSWORD),
        ("covers", covers),
    ];
    world
        .post(by, &format!("/countersign/halt-lifted/{LIFTED}"), &form)
        .await
}

/// What the signatures lift is what the page showed, and nothing that is entered after them.
#[tokio::test(flavor = "multi_thread")]
async fn a_lift_covers_what_halted_when_it_was_signed_and_nothing_entered_later() {
    let world = demo().await;
    let (wang, huang) = (world.session("wang").await, world.session("huang").await);
    let enter = format!("/enter/adverse-event/{LIFTED}");
    assert_eq!(world.post(&wang, &enter, &icans("2025-09-10")).await.status, 303);
    let halted = "enrolment and treatment are halted by the rule";
    let board = || async { world.get(&wang, "/").await.body.contains(halted) };
    assert!(board().await);
    let path = format!("/countersign/halt-lifted/{LIFTED}");
    let page = world.get(&huang, &path).await;
    assert!(
        page.body.contains("from 2025-09-10") && page.body.contains("signatures are about this"),
        "{}",
        page.body
    );
    let covers = page.hidden("covers");
    assert!(covers.starts_with("halt-icans-4:AE/"), "{covers}");
    // Not before it began.
    let early = [
        ("v.faorres", "LIFTED"),
        ("v.faeval", "SAFETY REVIEW COMMITTEE"),
        ("v.fadtc", "2025-09-09"),
        ("second", "guo"),
        ("password", PASSWORD),
        ("second_password", PASSWORD),
        ("covers", covers.as_str()),
    ];
    let early = world.post(&huang, &path, &early).await;
    assert!(
        early.status == 422 && early.body.contains("what halted began on 2025-09-10"),
        "{}",
        early.body
    );
    // Between the page and the signatures.
    assert_eq!(world.post(&wang, &enter, &icans("2025-09-12")).await.status, 303);
    let stale = lift(&world, &huang, &covers).await;
    assert!(
        stale.status == 422 && stale.body.contains("not what this page showed"),
        "{}",
        stale.body
    );
    let both = stale.hidden("covers");
    assert!(both.starts_with(&covers) && both.len() > covers.len(), "{both}");
    assert_eq!(lift(&world, &huang, &both).await.status, 303);
    assert!(!board().await);
    // One of two things that halt is not taken away by one person.
    let again = world.post(&wang, &enter, &icans("2025-09-13")).await;
    let once = again.location().strip_prefix("/record/").unwrap().to_owned();
    assert_eq!(world.post(&wang, &enter, &icans("2025-09-14")).await.status, 303);
    let taken = [("record", once.as_str()), ("seen", "1"), ("reason", "mistyped")];
    let refused = world.post(&wang, "/void", &taken).await;
    assert!(
        refused.status == 422 && refused.body.contains("a halt no longer stands"),
        "{} {}",
        refused.status,
        refused.body
    );
    let shown = world.get(&huang, &path).await;
    assert_eq!(lift(&world, &huang, &shown.hidden("covers")).await.status, 303);
    assert!(!board().await);
    // After them, on the same day.
    assert_eq!(world.post(&wang, &enter, &icans("2025-09-11")).await.status, 303);
    assert!(board().await);
}

/// What set off a halt is corrected by one person with a halt in its place: the committee ends it.
#[tokio::test]
async fn a_correction_by_one_person_ends_no_halt() {
    let world = World::new().await;
    let subject = "IL1RAP-HCC-01-001";
    world.subject("enterer", "01", subject).await;
    let drawn = [
        ("mbtestcd", "RCL"),
        ("mbdtc", "2026-02-27T08:00"),
        ("mborres", "POSITIVE"),
    ];
    let key = world.record("enterer", "01", subject, "vector-test", &drawn).await;
    let chen = world.person("chen", "coordinator@01").await;
    let negative = [
        ("v.mbtestcd", "RCL"),
        ("v.mbdtc", "2026-02-27T08:00"),
        ("v.mborres", "NEGATIVE"),
        ("seen", "1"),
        ("reason", "typing error"),
    ];
    let path = format!("/correct/{key}");
    let voided = [("record", key.as_str()), ("seen", "1"), ("reason", "entered in error")];
    for (path, form) in [(path.as_str(), &negative[..]), ("/void", &voided)] {
        let asked = world.post(&chen, path, form).await;
        let question = "saving it halts treatment until two members of the committee";
        assert!(
            asked.status == 422 && asked.body.contains("a halt no longer stands") && asked.body.contains(question),
            "{path} {} {}",
            asked.status,
            asked.body
        );
    }
    let confirmed = [&negative[..], &[("confirmed", "Y")]].concat();
    assert_eq!(world.post(&chen, &path, &confirmed).await.status, 303);
    let board = || async { world.get(&chen, "/").await.body };
    let (halted, what) = ("treatment is halted by pause/1", "by it a halt no longer stands");
    let shown = board().await;
    assert!(shown.contains(halted) && shown.contains(what), "{shown}");
    let huang = world.person("huang", "committee@*").await;
    world.account("guo", "committee@*").await;
    let end = [
        ("v.pause", "pause/1"),
        ("second", "guo"),
        ("password", PASSWORD),
        ("second_password", PASSWORD),
    ];
    let ended = world.post(&huang, "/countersign/conduct-resume", &end).await;
    assert_eq!(ended.status, 303, "{}", ended.body);
    assert!(!board().await.contains("treatment is halted"));
}

/// A death of which nothing is known halts; the event that says it was not related is entered, and treatment waits for the committee.
#[tokio::test(flavor = "multi_thread")]
async fn what_explains_a_death_is_entered_while_the_death_halts() {
    let world = demo().await;
    let wang = world.session("wang").await;
    let died = [
        ("v.dscat", "DISPOSITION EVENT"),
        ("v.dsdecod", "DEATH"),
        ("v.dsstdtc", "2025-09-20"),
        ("v.dsterm", "death"),
        ("confirmed", "Y"),
    ];
    let saved = world.post(&wang, &format!("/enter/disposition/{LIFTED}"), &died).await;
    assert_eq!(saved.status, 303, "{}", sentence(&saved));
    let board = || async { world.get(&wang, "/").await.body };
    let by_rule = "A death related to the infusion";
    let shown = board().await;
    assert!(shown.contains(by_rule), "{shown}");
    let fatal = severe("Road traffic accident", "2025-09-20", "2025-09-20");
    let fatal = fatal.map(|(name, value)| match name {
        "v.aetoxgr" => (name, "5"),
        "v.aeout" => (name, "FATAL"),
        "v.aerel" => (name, "NOT RELATED"),
        "v.aesdth" => (name, "Y"),
        "v.aeslife" | "v.aeshosp" | "confirmed" => (name, "N"),
        _ => (name, value),
    });
    let enter = format!("/enter/adverse-event/{LIFTED}");
    let asked = world.post(&wang, &enter, &fatal).await;
    assert!(
        asked.status == 422 && asked.body.contains("a halt no longer stands"),
        "{} {}",
        asked.status,
        asked.body
    );
    let confirmed = fatal.map(|(name, value)| (name, if name == "confirmed" { "Y" } else { value }));
    let saved = world.post(&wang, &enter, &confirmed).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let shown = board().await;
    assert!(
        shown.contains("treatment is halted by pause/1: Adverse event of") && shown.contains(by_rule),
        "{shown}"
    );
}

#[tokio::test]
async fn a_record_with_an_open_query_is_not_locked_and_nothing_is_released_that_never_may_be() {
    let world = World::new().await;
    let subject = "IL1RAP-HCC-01-001";
    let key = world.subject("enterer", "01", subject).await;
    let zhou = world.person("zhou", "data-manager@*").await;
    let asked = [("record", key.as_str()), ("text", "which day?"), ("field", "aestdtc")];
    let query = world.post(&zhou, "/query", &asked).await;
    assert_eq!(query.status, 303, "{}", query.body);
    let lock = world
        .post(&zhou, "/lock", &[("record", key.as_str()), ("seen", "1")])
        .await;
    assert!(
        lock.status == 409 && lock.body.contains("open queries: 1"),
        "{} {}",
        lock.status,
        lock.body
    );
    let wang = world.person("wang", "investigator@01").await;
    world.account("huang", "medical-monitor@*").await;
    let release = [
        ("v.key1", "not-checked:BAG-1"),
        ("v.reason", "the subject waits"),
        ("second", "huang"),
        ("password", PASSWORD),
        ("second_password", PASSWORD),
    ];
    let refused = world
        .post(&wang, &format!("/countersign/conduct-emergency/{subject}"), &release)
        .await;
    assert!(
        refused.status == 422 && refused.body.contains("nothing that may be released now"),
        "{} {}",
        refused.status,
        refused.body
    );
}

/// A halt after lymphodepletion began is a task of the committee at once; two release the infusion from it, and a deviation says so.
#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_release_opens_what_it_names_and_leaves_its_deviation() {
    let world = demo().await;
    let (wang, guo) = (world.session("wang").await, world.session("guo").await);
    let subject = "IL1RAP-HCC-SYNTHETIC-0011";
    let gates = format!("/gates/{subject}");
    let alarm = "lymphodepleted and waits: a task for the committee now";
    // What the day of the infusion brings is no alarm the days before.
    let before = world.get(&wang, &gates).await.body;
    assert!(
        before.contains("Lymphodepletion is not completed") && !before.contains(alarm),
        "{before}"
    );
    let halt = [("v.reason", "asked by the sponsor"), ("v.from", "2025-10-07T08:00")];
    assert_eq!(world.post(&wang, "/enter/conduct-pause", &halt).await.status, 303);
    assert!(world.get(&wang, &gates).await.body.contains(alarm));
    let work = world.get(&guo, "/work").await.body;
    assert!(
        work.contains("Committee, investigator and sponsor, now: lymphodepleted and not infused. Treatment is halted"),
        "{work}"
    );
    let page = format!("/countersign/conduct-emergency/{subject}");
    let shown = world.get(&wang, &page).await.body;
    assert!(shown.contains("value=\"paused:pause/1\""), "{shown}");
    let release = [
        ("v.key1", "paused:pause/1"),
        ("v.reason", "no more than two days without cells"),
        ("second", "huang"),
        ("password", PASSWORD),
        ("second_password", PASSWORD),
    ];
    let released = world.post(&wang, &page, &release).await;
    assert_eq!(released.status, 303, "{}", sentence(&released));
    let after = world.get(&wang, &gates).await.body;
    assert!(
        after.contains("Released in an emergency") && !after.contains(alarm),
        "{after}"
    );
    let filter = tercel_store::RecordFilter {
        subject: Some(subject.to_owned()),
        form: Some("deviation".to_owned()),
        ..tercel_store::RecordFilter::default()
    };
    let deviations = world.app.store.records(&filter).await.unwrap();
    let about = |record: &tercel_store::Record| record.value("about") == Some("paused:pause/1");
    assert!(deviations.iter().any(about), "{deviations:?}");
    assert!(!world.get(&guo, "/work").await.body.contains("Record the deviation"));
}

/// Who is not in the delegation and training log signs nothing; the log is the investigator's, and an emergency does not wait for it.
#[tokio::test]
async fn who_is_not_delegated_and_trained_signs_nothing() {
    let world = World::new().await;
    let subject = "IL1RAP-HCC-01-001";
    let key = world.subject("enterer", "01", subject).await;
    let chen = world.person("chen", "coordinator@01").await;
    let wang = world.person("wang", "investigator@01").await;
    // Made without a line.
    let grants = tercel_store::Grant::parse("investigator@01").into_iter().collect();
    let own = crate::world::author("zhang", "system");
    let store = &world.app.store;
    store
        .add_account(&own, "zhang", "Dr zhang", &grants, PASSWORD)
        .await
        .unwrap();
    let zhang = world.session("zhang").await;
    let content = store.record(&key).await.unwrap().unwrap().content;
    let form = [
        ("record", key.as_str()),
        ("seen", "1"),
        ("content", &content),
        ("meaning", "responsible"),
        ("account", "zhang"),
        ("password", PASSWORD),
    ];
    let sign = || world.post(&zhang, "/sign", &form);
    let refused = sign().await;
    let why = "Dr zhang is not in the delegation and training log today";
    assert!(refused.status == 409 && refused.body.contains(why), "{}", refused.body);
    let line = |trained: &'static str| {
        [
            ("v.person", "Dr zhang"),
            ("v.role", "Investigator"),
            ("v.task", "assessment"),
            ("v.from", "2026-03-02"),
            ("v.trained", trained),
        ]
    };
    let log = "/enter/conduct-delegation";
    assert_eq!(world.post(&chen, log, &line("2026-03-02")).await.status, 403);
    assert!(!world.get(&chen, "/study").await.body.contains(log));
    assert_eq!(world.post(&wang, log, &line("")).await.status, 303);
    assert_eq!(sign().await.status, 409, "delegated, not trained");
    let trained = world.post(&wang, log, &line("2026-03-02")).await;
    assert_eq!(trained.status, 303, "{}", sentence(&trained));
    let corrected = trained.location().replace("/record/", "/correct/");
    assert_eq!(world.get(&chen, &corrected).await.status, 403);
    assert_eq!(sign().await.status, 303);
    // For what the protocol wants delegated, a line for that.
    world.account("huang", "medical-monitor@*").await;
    let guo = world.person("guo", "committee@*").await;
    let grants = tercel_store::Grant::parse("committee@*").into_iter().collect();
    let own = crate::world::author("ma", "system");
    store.add_account(&own, "ma", "Dr ma", &grants, PASSWORD).await.unwrap();
    world.delegate("Dr ma", "assessment").await;
    let halt = [("v.reason", "two deaths"), ("v.from", "2026-03-02T08:00")];
    let halted = world.post(&wang, "/enter/conduct-pause", &halt).await;
    assert_eq!(halted.status, 303, "{}", sentence(&halted));
    let end = |second: &'static str| {
        [
            ("v.pause", "pause/1"),
            ("second", second),
            ("password", PASSWORD),
            ("second_password", PASSWORD),
        ]
    };
    let refused = world.post(&guo, "/countersign/conduct-resume", &end("ma")).await;
    let why = "Dr ma was not delegated or not trained for deciding about the dose";
    assert!(refused.body.contains(why), "{}", refused.body);
    let ended = world.post(&guo, "/countersign/conduct-resume", &end("huang")).await;
    assert_eq!(ended.status, 303, "{}", sentence(&ended));
}
