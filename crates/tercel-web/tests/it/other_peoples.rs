//! Records that are not for who asks, versions nobody has seen, and signatures that are another's to give.

use tercel_store::Kind;

use crate::meeting::{Committee, propose, vote};
use crate::world::{FEVER, PASSWORD, Visitor, World, answers, with};

/// Every way to change a record, with what it needs.
fn acts(record: &str, query: &str) -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let text = |text: &str| text.to_owned();
    let record = || ("record", record.to_owned());
    vec![
        ("/void", vec![record(), ("seen", text("1")), ("reason", text("twice"))]),
        ("/verify", vec![record(), ("seen", text("1"))]),
        ("/query", vec![record(), ("text", text("why?"))]),
        ("/answer", vec![record(), ("query", text(query)), ("text", text("so"))]),
        ("/close", vec![record(), ("query", text(query))]),
        ("/lock", vec![record(), ("seen", text("1"))]),
        (
            "/unlock",
            vec![
                record(),
                ("reason", text("because")),
                ("password", text(PASSWORD)),
                ("second", text("second")),
                ("second_password", text(PASSWORD)),
            ],
        ),
    ]
}

async fn refused(world: &World, visitor: &Visitor, path: &str, fields: &[(&'static str, String)], status: u16) {
    let before = world.head().await;
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = world.post(visitor, path, &fields).await;
    assert_eq!(answer.status, status, "{path} by {}: {}", visitor.name, answer.body);
    // A wrong password is in the chain, nothing else.
    let written = world.app.store.entries_after(before.0, i64::MAX, 100).await.unwrap();
    let only_access = written.iter().all(|entry| entry.kind == Kind::Access);
    assert!(only_access, "{path} by {} wrote", visitor.name);
}

async fn signature(world: &World, record: &str) -> Vec<(&'static str, String)> {
    let known = world.app.store.record(record).await.unwrap().unwrap();
    vec![
        ("record", record.to_owned()),
        ("seen", known.version.to_string()),
        ("content", known.content),
        ("meaning", "reviewed".to_owned()),
        ("account", "wang".to_owned()),
        ("password", PASSWORD.to_owned()),
    ]
}

#[tokio::test]
async fn nothing_of_another_site_can_be_read_or_changed() {
    let world = World::new().await;
    world.account("enterer", "coordinator@02").await;
    world.account("second", "investigator@02").await;
    let fever = world.subject("enterer", "02", "IL1RAP-HCC-02-001").await;
    let monitor = world.person("sun", "monitor@*").await;
    let asked = world
        .post(&monitor, "/query", &[("record", &fever), ("text", "why?")])
        .await;
    assert_eq!(asked.status, 303);
    let query = world.head().await.0.to_string();
    let grants = "coordinator@01 investigator@01 monitor@01 data-manager@01 medical-monitor@01";
    let wang = world.person("wang", grants).await;
    for (path, fields) in acts(&fever, &query) {
        refused(&world, &wang, path, &fields, 404).await;
    }
    let form = signature(&world, &fever).await;
    refused(&world, &wang, "/sign", &form, 404).await;
    for path in ["/record/", "/correct/", "/api/record/"] {
        assert_eq!(world.get(&wang, &format!("{path}{fever}")).await.status, 404, "{path}");
    }
    let values = answers(&FEVER);
    let before = world.head().await;
    let correction = with(&values, &[("seen", "1"), ("reason", "mine")]);
    assert_eq!(
        world
            .post(&wang, &format!("/correct/{fever}"), &correction)
            .await
            .status,
        404
    );
    let enter = "/enter/adverse-event/IL1RAP-HCC-02-001";
    assert_eq!(world.post(&wang, enter, &with(&values, &[])).await.status, 404);
    // A new subject at another site, or at none, is nobody's to enter.
    for site in ["02", "", "01/../02", "*"] {
        let demography = answers(&[("siteid", site), ("rficdtc", "2026-03-01"), ("age", "50"), ("sex", "F")]);
        let answer = world
            .post(
                &wang,
                "/enter/demography/new",
                &with(&demography, &[("confirmed", "Y")]),
            )
            .await;
        assert!(
            [403, 422].contains(&answer.status),
            "site {site}: {} {}",
            answer.status,
            answer.location()
        );
    }
    assert_eq!(world.head().await, before);
}

#[tokio::test]
async fn records_without_a_form_are_changed_by_their_own_pages_alone() {
    let world = World::new().await;
    let committee = Committee::of(&world).await;
    world.account("second", "investigator@*").await;
    let grants = "coordinator@* investigator@* monitor@* data-manager@* medical-monitor@*";
    let wang = world.person("wang", grants).await;
    for record in [committee.meeting.as_str(), "ACCOUNT/wang/1", "ACCOUNT/guo/1"] {
        for (path, fields) in acts(record, "1") {
            refused(&world, &wang, path, &fields, 404).await;
        }
        let form = signature(&world, record).await;
        refused(&world, &wang, "/sign", &form, 404).await;
        for path in ["/record/", "/correct/", "/subject/"] {
            assert_eq!(
                world.get(&wang, &format!("{path}{record}")).await.status,
                404,
                "{path}{record}"
            );
        }
        let correction = [
            ("seen", "1"),
            ("reason", "mine"),
            ("v.grants", "administrator@*"),
            ("confirmed", "Y"),
        ];
        assert_eq!(
            world
                .post(&wang, &format!("/correct/{record}"), &correction)
                .await
                .status,
            404
        );
    }
    let answer = world.get(&wang, "/api/record/ACCOUNT/guo/1").await;
    assert_eq!(answer.status, 404);
    assert!(!world.get(&wang, "/api/records").await.body.contains("fingerprint"));
    assert_eq!(world.get(&wang, "/meeting/AE/IL1RAP-HCC-01-001/1").await.status, 404);
    let fever = world.subject("enterer", "01", "IL1RAP-HCC-01-001").await;
    for path in ["/propose", "/conflict", "/vote", "/resolve"] {
        let fields = [
            ("record", fever.clone()),
            ("choice", "wait".to_owned()),
            ("text", "x".to_owned()),
        ];
        refused(&world, &wang, path, &fields, 404).await;
    }
}

#[tokio::test]
async fn versions_and_contents_that_were_not_seen_are_refused() {
    let world = World::new().await;
    let wang = world.person("wang", "investigator@01 data-manager@01").await;
    let sun = world.person("sun", "monitor@01").await;
    let fever = world.subject("enterer", "01", "IL1RAP-HCC-01-001").await;
    for seen in ["0", "2", "-1", "9223372036854775807", "1e0", "", "1; DROP TABLE entry"] {
        let status = if seen.parse::<i64>().is_ok() { 409 } else { 400 };
        let fields = |more: &str| {
            vec![
                ("record", fever.clone()),
                ("seen", seen.to_owned()),
                ("reason", more.to_owned()),
            ]
        };
        refused(&world, &wang, "/void", &fields("x"), status).await;
        refused(&world, &sun, "/verify", &fields("x"), status).await;
        refused(&world, &wang, "/lock", &fields("x"), status).await;
        let mut form = signature(&world, &fever).await;
        form[1].1 = seen.to_owned();
        refused(&world, &wang, "/sign", &form, status).await;
    }
    let good = signature(&world, &fever).await;
    for (field, value) in [
        ("content", "0".repeat(64)),
        ("content", good[2].1.to_uppercase()),
        ("account", "sun".to_owned()),
        ("account", "WANG".to_owned()),
        ("password", "wrong".to_owned()),
        ("password", String::new()),
    ] {
        let mut form = good.clone();
        form.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value;
        refused(&world, &wang, "/sign", &form, 409).await;
    }
    let mut meaning = good.clone();
    meaning[3].1 = "approved by everybody".to_owned();
    refused(&world, &wang, "/sign", &meaning, 400).await;
    // The content of another record is not this one's.
    let other = world
        .record("enterer", "01", "IL1RAP-HCC-01-001", "adverse-event", &FEVER)
        .await;
    let mut swapped = signature(&world, &other).await;
    swapped[0].1.clone_from(&fever);
    refused(&world, &wang, "/sign", &swapped, 409).await;
    // An answer the form does not ask is not kept.
    let values = answers(&FEVER);
    let fields = with(
        &values,
        &[
            ("v.extra", "1"),
            ("v.aeterm", "Rash"),
            ("seen", "1"),
            ("reason", "x"),
            ("confirmed", "Y"),
        ],
    );
    let before = world.head().await;
    let answer = world.post(&wang, &format!("/correct/{fever}"), &fields).await;
    assert_eq!(answer.status, 422, "{}", answer.location());
    assert_eq!(world.head().await, before);
}

#[tokio::test]
async fn a_locked_record_is_opened_by_two_of_whom_one_answers_for_the_site() {
    let world = World::new().await;
    let fever = world.subject("enterer", "01", "IL1RAP-HCC-01-001").await;
    let zhou = world.person("zhou", "data-manager@*").await;
    for (name, grants) in [
        ("wang", "investigator@01"),
        ("li", "investigator@02"),
        ("guo", "committee@*"),
        ("chen", "coordinator@01"),
        ("yi", "data-manager@*"),
    ] {
        world.account(name, grants).await;
    }
    let locked = world.post(&zhou, "/lock", &[("record", &fever), ("seen", "1")]).await;
    assert_eq!(locked.status, 303);
    let form = |second: &str, own: &str, password: &str| {
        vec![
            ("record", fever.clone()),
            ("reason", "a late result".to_owned()),
            ("password", own.to_owned()),
            ("second", second.to_owned()),
            ("second_password", password.to_owned()),
        ]
    };
    for second in ["zhou", "li", "guo", "chen", "yi", "nobody"] {
        refused(&world, &zhou, "/unlock", &form(second, PASSWORD, PASSWORD), 409).await;
    }
    let wrong = "not the password";
    let mut head = world.head().await;
    for (own, password) in [(wrong, PASSWORD), (PASSWORD, wrong), ("", "")] {
        let fields = form("wang", own, password);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(world.post(&zhou, "/unlock", &fields).await.status, 409);
        let now = world.head().await;
        assert_eq!(now.0, head.0 + 1, "the wrong password is in the chain, nothing else");
        head = now;
        assert!(world.app.store.record(&fever).await.unwrap().unwrap().locked);
    }
    let fields = form("wang", PASSWORD, PASSWORD);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(world.post(&zhou, "/unlock", &fields).await.status, 303);
    assert!(!world.app.store.record(&fever).await.unwrap().unwrap().locked);
}

#[tokio::test]
async fn votes_are_one_each_of_members_on_the_proposal_that_stands() {
    let world = World::new().await;
    let committee = Committee::of(&world).await;
    let Committee {
        meeting,
        xu,
        guo,
        huang,
        ..
    } = &committee;
    let stranger = world.person("bo", "committee@*").await;
    let early = world
        .post(
            guo,
            "/vote",
            &[("record", meeting), ("vote", "agree"), ("proposal", "1")],
        )
        .await;
    assert_eq!(early.status, 409, "nothing is proposed yet");
    let first = propose(&world, xu, meeting, &[("choice", "wait"), ("reason", "too early")]).await;
    assert_eq!(
        vote(&world, &stranger, meeting, first, "agree").await.status,
        403,
        "no member"
    );
    assert_eq!(
        vote(&world, xu, meeting, first, "agree").await.status,
        403,
        "no vote by role"
    );
    assert_eq!(vote(&world, guo, meeting, first, "maybe").await.status, 400);
    let nothing = world.post(xu, "/resolve", &[("record", meeting)]).await;
    assert_eq!(nothing.status, 409, "nobody has voted");
    assert_eq!(vote(&world, guo, meeting, first, "agree").await.status, 303);
    assert_eq!(vote(&world, guo, meeting, first, "agree").await.status, 409, "twice");
    let few = world.post(xu, "/resolve", &[("record", meeting)]).await;
    assert_eq!(few.status, 409, "no quorum");
    let second = propose(&world, xu, meeting, &[("choice", "stop"), ("reason", "no effect")]).await;
    let before = world.head().await;
    assert_eq!(
        vote(&world, huang, meeting, first, "agree").await.status,
        409,
        "an older proposal"
    );
    assert_eq!(world.head().await, before);
    // Four clicks at once are one vote.
    let clicks = tokio::join!(
        vote(&world, huang, meeting, second, "agree"),
        vote(&world, huang, meeting, second, "disagree"),
        vote(&world, huang, meeting, second, "agree"),
        vote(&world, huang, meeting, second, "disagree"),
    );
    let mut came = [clicks.0.status, clicks.1.status, clicks.2.status, clicks.3.status];
    came.sort_unstable();
    assert_eq!(came, [303, 409, 409, 409]);
    let steps = world.app.store.record(meeting).await.unwrap().unwrap().steps;
    assert_eq!(steps.iter().filter(|(step, _)| step["step"] == "vote").count(), 2);
}

#[tokio::test]
async fn what_two_sign_together_needs_both_their_parts_and_a_subject_of_their_site() {
    let world = World::new().await;
    let chen = world.person("chen", "coordinator@01").await;
    for (name, grants) in [("li", "coordinator@02"), ("guo", "committee@*"), ("sun", "monitor@*")] {
        world.account(name, grants).await;
    }
    world.subject("chen", "01", "IL1RAP-HCC-01-001").await;
    world.subject("enterer", "02", "IL1RAP-HCC-02-001").await;
    let form = |second: &str, own: &str, password: &str| {
        vec![
            ("password", own.to_owned()),
            ("second", second.to_owned()),
            ("second_password", password.to_owned()),
        ]
    };
    let here = "/countersign/conduct-identity/IL1RAP-HCC-01-001";
    for second in ["chen", "li", "guo", "sun", "nobody"] {
        refused(&world, &chen, here, &form(second, PASSWORD, PASSWORD), 409).await;
    }
    refused(&world, &chen, here, &form("li", "wrong", PASSWORD), 409).await;
    let good = form("li", PASSWORD, PASSWORD);
    for (path, status) in [
        ("/countersign/conduct-identity/IL1RAP-HCC-02-001", 404),
        ("/countersign/conduct-identity/IL1RAP-HCC-01-999", 404),
        ("/countersign/conduct-identity", 404),
        ("/countersign/adverse-event/IL1RAP-HCC-01-001", 404),
        ("/countersign/conduct-emergency/IL1RAP-HCC-01-001", 403),
        ("/countersign/conduct-resume", 403),
        ("/countersign/conduct-resume/IL1RAP-HCC-01-001", 404),
        ("/enter/conduct-identity/IL1RAP-HCC-01-001", 404),
    ] {
        refused(&world, &chen, path, &good, status).await;
        assert!([403, 404].contains(&world.get(&chen, path).await.status), "{path}");
    }
}
