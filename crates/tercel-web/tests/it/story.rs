//! The life of a record: entered, corrected, queried, verified, signed, locked, opened, voided.

use crate::meeting::sentence;
use crate::world::{Answer, FEVER, PASSWORD, Visitor, World, answers, with};

async fn ok(world: &World, visitor: &Visitor, path: &str, form: &[(&str, &str)]) -> Answer {
    let answer = world.post(visitor, path, form).await;
    assert_eq!(
        answer.status,
        303,
        "{path} by {}: {} {}",
        visitor.name,
        answer.status,
        sentence(&answer)
    );
    answer
}

struct Site {
    world: World,
    chen: Visitor,
    wang: Visitor,
    sun: Visitor,
    zhou: Visitor,
}

async fn site() -> Site {
    let world = World::new().await;
    let chen = world.person("chen", "coordinator@01").await;
    let wang = world.person("wang", "investigator@01").await;
    let sun = world.person("sun", "monitor@*").await;
    let zhou = world.person("zhou", "data-manager@*").await;
    Site {
        world,
        chen,
        wang,
        sun,
        zhou,
    }
}

/// A new subject and its adverse event, entered through pages that come back with what was typed.
async fn enter(site: &Site) -> String {
    let Site { world, chen, .. } = site;
    let blank = world.get(chen, "/new-subject").await;
    assert!(
        blank.body.contains("name=\"v.siteid\" value=\"01\""),
        "her site is filled in"
    );
    let demography = answers(&[("siteid", "01"), ("rficdtc", "2026-02-20"), ("age", "55"), ("sex", "M")]);
    let made = ok(world, chen, "/enter/demography/new", &with(&demography, &[])).await;
    assert_eq!(made.location(), "/record/DM/IL1RAP-HCC-01-001/1");
    let chinese = chen.speaking("zh");
    for page in ["/", "/subjects"] {
        assert!(world.get(&chinese, page).await.body.contains("筛选中"), "{page}");
        assert!(world.get(chen, page).await.body.contains("in screening"), "{page}");
    }
    let path = "/enter/adverse-event/IL1RAP-HCC-01-001";
    let mut values = FEVER.to_vec();
    values[2].1 = "yesterday";
    values.retain(|(name, _)| *name != "aerel");
    let typed = answers(&values);
    let before = world.head().await;
    let refused = world.post(chen, path, &with(&typed, &[])).await;
    assert_eq!(refused.status, 422);
    for kept in [
        "value=\"Fever\"",
        "value=\"yesterday\"",
        "NOT RECOVERED/NOT RESOLVED\" selected",
        "value=\"N\" checked",
    ] {
        assert!(refused.body.contains(kept), "{kept} is lost");
    }
    assert!(refused.body.contains("href=\"#f-aestdtc\""));
    assert!(
        !refused.body.contains("name=\"confirmed\""),
        "what cannot be read cannot be confirmed"
    );
    let insisted = world.post(chen, path, &with(&typed, &[("confirmed", "Y")])).await;
    assert_eq!(insisted.status, 422);
    values[2].1 = "2026-03-01";
    let typed = answers(&values);
    let asked = world.post(chen, path, &with(&typed, &[])).await;
    assert_eq!((asked.status, asked.hidden("confirmed").as_str()), (422, "Y"));
    assert_eq!(world.head().await, before, "nothing is saved before it is confirmed");
    let marks = asked.hidden("asked");
    let confirmed = [("confirmed", "Y"), ("asked", marks.as_str())];
    // What was not asked about is asked about, whatever was confirmed before it.
    let mut more = values.clone();
    more.retain(|(name, _)| *name != "aeser");
    let again = world.post(chen, path, &with(&answers(&more), &confirmed)).await;
    assert_eq!(again.status, 422);
    assert!(again.hidden("asked").len() > marks.len());
    assert_eq!(world.head().await, before);
    let saved = ok(world, chen, path, &with(&typed, &confirmed)).await;
    saved.location().strip_prefix("/record/").unwrap().to_owned()
}

async fn sign(site: &Site, record: &str) -> Answer {
    let page = site.world.get(&site.wang, &format!("/record/{record}")).await;
    let form = [
        ("record", record),
        ("seen", &page.hidden("seen")),
        ("content", &page.hidden("content")),
        ("meaning", "responsible"),
        ("account", "wang"),
        ("password", PASSWORD),
    ];
    site.world.post(&site.wang, "/sign", &form).await
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn a_record_lives_from_its_entry_to_its_end() {
    let site = site().await;
    let record = enter(&site).await;
    let Site {
        world,
        chen,
        sun,
        zhou,
        wang,
    } = &site;
    let page = format!("/record/{record}");
    let badges = async |visitor: &Visitor| {
        let body = world.get(visitor, &page).await.body;
        let (_, states) = body.split_once("class=\"states\">").unwrap();
        states.split("</p>").next().unwrap().to_owned()
    };
    let typed = answers(&FEVER);
    ok(
        world,
        chen,
        &format!("/correct/{record}"),
        &with(&typed, &[("seen", "1"), ("reason", "judged by Dr Wang")]),
    )
    .await;
    assert!(world.get(sun, &page).await.body.contains("judged by Dr Wang"));
    ok(
        world,
        sun,
        "/query",
        &[("record", &record), ("field", "aestdtc"), ("text", "Which hour?")],
    )
    .await;
    assert!(badges(chen).await.contains("query"));
    let query = world.head().await.0.to_string();
    ok(
        world,
        chen,
        "/answer",
        &[("record", &record), ("query", &query), ("text", "Not noted.")],
    )
    .await;
    assert_eq!(
        world
            .post(chen, "/close", &[("record", &record), ("query", &query)])
            .await
            .status,
        403,
        "who answers does not close"
    );
    ok(world, sun, "/close", &[("record", &record), ("query", &query)]).await;
    assert_eq!(
        world
            .post(
                chen,
                "/answer",
                &[("record", &record), ("query", &query), ("text", "Late")]
            )
            .await
            .status,
        409
    );
    assert!(!badges(chen).await.contains("query"));
    assert_eq!(
        world
            .post(chen, "/verify", &[("record", &record), ("seen", "2")])
            .await
            .status,
        403
    );
    ok(world, sun, "/verify", &[("record", &record), ("seen", "2")]).await;
    assert!(badges(sun).await.contains("verified"));
    let signed = sign(&site, &record).await;
    assert_eq!(signed.status, 303, "{}", sentence(&signed));
    let shown = world.get(wang, &page).await.body;
    assert!(
        badges(wang).await.contains("signed") && shown.contains("Dr wang"),
        "printed name and meaning are shown"
    );
    let mut worse = FEVER;
    worse[1].1 = "3";
    let typed = answers(&worse);
    ok(
        world,
        chen,
        &format!("/correct/{record}"),
        &with(&typed, &[("seen", "2"), ("reason", "grade 3")]),
    )
    .await;
    let after = badges(wang).await;
    assert!(
        !after.contains("signed") && !after.contains("verified"),
        "both were of version 2: {after}"
    );
    ok(world, zhou, "/lock", &[("record", &record), ("seen", "3")]).await;
    assert!(badges(zhou).await.contains("locked"));
    let before = world.head().await;
    worse[1].1 = "4";
    let typed = answers(&worse);
    let late = world
        .post(
            chen,
            &format!("/correct/{record}"),
            &with(&typed, &[("seen", "3"), ("reason", "grade 4")]),
        )
        .await;
    assert!(
        late.status == 422 && late.body.contains("is locked"),
        "{}",
        sentence(&late)
    );
    let void = [("record", record.as_str()), ("seen", "3"), ("reason", "entered twice")];
    assert_eq!(world.post(chen, "/void", &void).await.status, 409);
    assert_eq!(world.head().await, before);
    let unlock = [
        ("record", record.as_str()),
        ("reason", "a late result"),
        ("password", PASSWORD),
        ("second", "wang"),
        ("second_password", PASSWORD),
    ];
    ok(world, zhou, "/unlock", &unlock).await;
    ok(world, chen, "/void", &void).await;
    assert!(badges(chen).await.contains("entered in error"));
    let shown = world.get(chen, &page).await.body;
    assert!(!shown.contains("href=\"/correct/"), "a void record is not corrected");
    assert_eq!(
        world
            .post(sun, "/verify", &[("record", &record), ("seen", "4")])
            .await
            .status,
        409
    );
    let verified = world.app.store.verify(None).await.unwrap();
    assert!(verified.is_ok(), "{verified:?}");
}

#[tokio::test]
async fn nobody_verifies_what_they_entered() {
    let site = site().await;
    let world = &site.world;
    let both = world.person("both", "coordinator@01 monitor@01").await;
    let record = world.subject("both", "01", "IL1RAP-HCC-01-001").await;
    let answer = world
        .post(&both, "/verify", &[("record", &record), ("seen", "1")])
        .await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("cannot verify"));
    assert!(
        !world
            .get(&both, &format!("/record/{record}"))
            .await
            .body
            .contains("action=\"/verify\"")
    );
}
