//! Sessions begin with a new token and end when they should.

use crate::page::plain;
use crate::world::{FEVER, PASSWORD, Visitor, World, answers, with};

async fn sign_in(world: &World, visitor: &Visitor, name: &str) -> Visitor {
    let answer = world
        .post(visitor, "/sign-in", &[("account", name), ("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let (token, _) = answer.cookie("tercel").unwrap();
    let (browser, _) = answer.cookie("tercel-browser").unwrap();
    let mut signed = Visitor {
        name: name.to_owned(),
        cookies: vec![("tercel".to_owned(), token), ("tercel-browser".to_owned(), browser)],
        csrf: String::new(),
    };
    signed.csrf = world.get(&signed, "/password").await.hidden("csrf");
    signed
}

async fn is_in(world: &World, visitor: &Visitor) -> bool {
    world.get(visitor, "/password").await.status == 200
}

#[tokio::test]
async fn every_sign_in_gives_a_new_token_and_ends_the_session_before() {
    let world = World::new().await;
    world.account("nurse", "coordinator@01").await;
    // A token that somebody planted before is not taken over.
    let planted = Visitor {
        cookies: vec![("tercel".to_owned(), "1".repeat(64))],
        ..Visitor::default()
    };
    let first = sign_in(&world, &planted, "nurse").await;
    assert_ne!(first.cookies[0].1, planted.cookies[0].1);
    assert!(!is_in(&world, &planted).await);
    assert_eq!(world.get(&first, "/sign-in").await.hidden("csrf"), first.csrf);
    let second = sign_in(&world, &first, "nurse").await;
    assert_ne!(second.cookies[0].1, first.cookies[0].1);
    assert_ne!(second.csrf, first.csrf);
    assert!(!is_in(&world, &first).await && is_in(&world, &second).await);
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once_and_no_other() {
    let world = World::new().await;
    world.account("nurse", "coordinator@01").await;
    let here = sign_in(&world, &Visitor::default(), "nurse").await;
    let there = sign_in(&world, &Visitor::default(), "nurse").await;
    let answer = world.post(&here, "/sign-out", &[]).await;
    assert_eq!(answer.location(), "/sign-in");
    let (value, attributes) = answer.cookie("tercel").unwrap();
    assert!(value.is_empty() && attributes.contains("Max-Age=0"));
    assert!(!is_in(&world, &here).await, "the token works after signing out");
    assert!(is_in(&world, &there).await);
}

#[tokio::test]
async fn a_new_password_new_roles_or_a_disabled_account_end_every_session_at_the_next_request() {
    let world = World::new().await;
    let admin = world.person("admin", "administrator@*").await;
    for (number, name) in ["one", "two", "three", "four"].into_iter().enumerate() {
        world.account(name, "coordinator@01").await;
        let sessions = [world.session(name).await, world.session(name).await];
        let token = world.bearer(name).await;
        assert_eq!(world.program("GET", &token, "/api/forms", "").await.status, 200);
        let (other, again) = ("nine purple cranes", "nine purple cranes");
        let answer = match number {
            0 => {
                let form = [("old", PASSWORD), ("password", other), ("again", again)];
                world.post(&sessions[0], "/password", &form).await
            }
            1 => {
                let own = ("own_password", PASSWORD);
                let form = [("account", name), ("password", other), ("again", again), own];
                world.post(&admin, "/people/password", &form).await
            }
            2 => {
                let form = [
                    ("account", name),
                    ("seen", "1"),
                    ("grants", "pharmacist@01"),
                    ("reason", "moved"),
                    ("own_password", PASSWORD),
                ];
                world.post(&admin, "/people/change", &form).await
            }
            _ => {
                let off = [
                    ("account", name),
                    ("seen", "1"),
                    ("grants", "coordinator@01"),
                    ("reason", "left"),
                    ("disabled", "Y"),
                    ("own_password", PASSWORD),
                ];
                world.post(&admin, "/people/change", &off).await
            }
        };
        assert_eq!(answer.status, 303, "{}", answer.body);
        for session in &sessions {
            assert!(!is_in(&world, session).await, "a session of {name} goes on");
        }
        assert_eq!(
            world.program("GET", &token, "/api/forms", "").await.status,
            401,
            "a token of {name}"
        );
    }
    assert!(is_in(&world, &admin).await);
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_idle_and_after_twelve_hours_anyway() {
    let world = World::new().await;
    world.account("nurse", "coordinator@01").await;
    let idle = world.session("nurse").await;
    world.move_on(29);
    assert!(is_in(&world, &idle).await);
    world.move_on(29);
    assert!(is_in(&world, &idle).await, "a request counts as activity");
    world.move_on(31);
    assert!(!is_in(&world, &idle).await);
    let busy = world.session("nurse").await;
    for _ in 0..25 {
        world.move_on(28);
        assert!(is_in(&world, &busy).await);
    }
    world.move_on(28);
    assert!(!is_in(&world, &busy).await, "over twelve hours");
}

#[tokio::test]
async fn cookies_are_for_this_program_alone() {
    for secure in [false, true] {
        let world = World::with(|settings| settings.secure = secure).await;
        world.account("nurse", "coordinator@01").await;
        let answer = world
            .post(
                &Visitor::default(),
                "/sign-in",
                &[("account", "nurse"), ("password", PASSWORD)],
            )
            .await;
        let start = if secure { "__Host-tercel" } else { "tercel" };
        for name in [start.to_owned(), format!("{start}-browser")] {
            let (value, attributes) = answer.cookie(&name).unwrap_or_else(|| panic!("no {name}"));
            assert_eq!(value.len(), 64, "256 bits");
            let attributes: Vec<&str> = attributes.split("; ").collect();
            for needed in ["HttpOnly", "SameSite=Strict", "Path=/"] {
                assert!(attributes.contains(&needed), "{name}: {attributes:?}");
            }
            assert_eq!(attributes.contains(&"Secure"), secure, "{name}");
            assert!(!attributes.iter().any(|one| one.starts_with("Domain")));
        }
        let wrong = Visitor {
            cookies: vec![(
                if secure { "tercel" } else { "__Host-tercel" }.to_owned(),
                answer.cookie(start).unwrap().0,
            )],
            ..Visitor::default()
        };
        assert!(
            !is_in(&world, &wrong).await,
            "the other name of the cookie is not taken"
        );
    }
}

#[tokio::test]
async fn the_browser_cookie_lets_nobody_in() {
    let world = World::new().await;
    world.account("nurse", "coordinator@01").await;
    let signed = sign_in(&world, &Visitor::default(), "nurse").await;
    let browser = signed.cookies[1].1.clone();
    let thief = Visitor {
        cookies: vec![
            ("tercel".to_owned(), browser.clone()),
            ("tercel-browser".to_owned(), browser.clone()),
        ],
        ..Visitor::default()
    };
    assert!(!is_in(&world, &thief).await);
    assert_eq!(world.program("GET", &browser, "/api/forms", "").await.status, 401);
    let again = sign_in(&world, &signed, "nurse").await;
    assert_eq!(again.cookies[1].1, browser, "the browser stays the same one");
}

/// Names and values of the hidden fields of a form, but not its token.
fn hidden_fields(form: &str) -> Vec<(String, String)> {
    let inputs = form.split("<input type=\"hidden\" name=\"").skip(1);
    let pairs = inputs.filter_map(|input| {
        let (name, rest) = input.split_once("\" value=\"")?;
        Some((plain(name), plain(rest.split_once('"')?.0)))
    });
    pairs.filter(|(name, _)| name != "csrf").collect()
}

#[tokio::test]
async fn what_was_typed_when_the_session_had_ended_is_kept_through_the_next_one() {
    let world = World::new().await;
    let nurse = world.person("nurse", "coordinator@01").await;
    let record = world.subject("nurse", "01", "IL1RAP-HCC-01-001").await;
    world.move_on(24 * 60);
    let mut values = FEVER;
    values[0].1 = "Chills";
    let answers = answers(&values);
    let path = format!("/correct/{record}");
    let sent = with(
        &answers,
        &[("seen", "1"), ("reason", "the chart says \"39\"\nand so does she")],
    );
    let before = world.head().await;
    let ended = world.post(&nurse, &path, &sent).await;
    assert_eq!(ended.status, 401);
    assert!(ended.body.contains("What you typed is kept"), "{}", ended.body);
    assert_eq!(world.head().await, before);
    // A wrong password does not lose it.
    let carried: Vec<(String, String)> = hidden_fields(ended.body.rsplit("<form ").next().unwrap());
    let mut again: Vec<(&str, &str)> = carried
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    again.extend([("account", "nurse"), ("password", "wrong")]);
    let refused = world.post_as_is(&Visitor::default(), "/sign-in", &again).await;
    let kept = hidden_fields(refused.body.rsplit("<form ").next().unwrap());
    assert_eq!((refused.status, &kept), (422, &carried));
    again.pop();
    again.push(("password", PASSWORD));
    let back = world.post_as_is(&Visitor::default(), "/sign-in", &again).await;
    assert_eq!(back.status, 200, "{}", back.body);
    assert!(back.body.contains("Send it now") && back.body.contains("Dr nurse"));
    let (token, _) = back.cookie("tercel").unwrap();
    let visitor = Visitor {
        name: "nurse".to_owned(),
        cookies: vec![("tercel".to_owned(), token)],
        csrf: back.hidden("csrf"),
    };
    let form = back.body.rsplit("<form ").next().unwrap();
    assert!(form.contains(&format!("action=\"{path}\"")), "{form}");
    let kept = hidden_fields(form);
    let fields: Vec<(&str, &str)> = kept
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let saved = world.post(&visitor, &path, &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let record = world.app.store.record(&record).await.unwrap().unwrap();
    assert_eq!((record.version, record.changed.by.as_str()), (2, "nurse"));
}

#[tokio::test]
async fn everybody_sees_their_own_sessions_and_ends_one_or_all_others() {
    let world = World::new().await;
    world.account("nurse", "coordinator@01").await;
    let stranger = world.person("stranger", "coordinator@01").await;
    let own = world.session("nurse").await;
    let mut others = Vec::new();
    for _ in 0..3 {
        world.move_on(5);
        others.push(world.session("nurse").await);
    }
    let token = world.bearer("nurse").await;
    let listed = |body: &str| -> Vec<String> {
        let ids = body.split("name=\"session\" value=\"").skip(1);
        let ids = ids.map(|rest| rest.split('"').next().unwrap().to_owned());
        ids.filter(|id| id != "others").collect()
    };
    let page = world.get(&own, "/sessions").await.body;
    let ids = listed(&page);
    assert_eq!(ids.len(), 3, "{page}");
    assert!(
        page.contains("this one") && page.contains("2026-03-02 08:05 UTC"),
        "{page}"
    );
    // Neither tokens nor what could be used as one.
    for session in others.iter().chain([&own]) {
        assert!(!page.contains(&session.cookies[0].1));
    }
    for id in &ids {
        let forged = Visitor {
            cookies: vec![("tercel".to_owned(), id.clone())],
            ..Visitor::default()
        };
        assert!(!is_in(&world, &forged).await);
        // Nobody ends another's.
        let answer = world.post(&stranger, "/sessions/end", &[("session", id)]).await;
        assert_eq!(answer.status, 409, "{}", answer.body);
    }
    world.post(&stranger, "/sessions/end", &[("session", "others")]).await;
    for session in &others {
        assert!(is_in(&world, session).await);
    }
    assert_eq!(
        world
            .post(&own, "/sessions/end", &[("session", ids[0].as_str())])
            .await
            .status,
        303
    );
    let mut left = 0;
    for session in &others {
        left += usize::from(is_in(&world, session).await);
    }
    assert_eq!(left, 2);
    assert_eq!(
        world.post(&own, "/sessions/end", &[("session", "others")]).await.status,
        303
    );
    for session in &others {
        assert!(!is_in(&world, session).await);
    }
    assert!(is_in(&world, &own).await && is_in(&world, &stranger).await);
    assert_eq!(world.program("GET", &token, "/api/forms", "").await.status, 200);
    // One that ended by itself is not listed.
    world.session("nurse").await;
    world.move_on(29);
    assert!(is_in(&world, &own).await);
    world.move_on(2);
    assert_eq!(listed(&world.get(&own, "/sessions").await.body).len(), 0);
}
