//! Whoever guesses learns nothing, gets slower, and keeps nobody out.

use std::time::Instant;

use tercel_store::{EntryFilter, Kind};

use crate::world::{Answer, PASSWORD, Visitor, World};

async fn attempt(world: &World, visitor: &Visitor, name: &str, password: &str) -> Answer {
    world
        .post(visitor, "/sign-in", &[("account", name), ("password", password)])
        .await
}

#[tokio::test]
async fn after_ten_wrong_tries_the_right_password_waits_too() {
    let world = World::new().await;
    world.account("nurse", "coordinator@01").await;
    let stranger = Visitor::default();
    for _ in 0..10 {
        assert_eq!(attempt(&world, &stranger, "nurse", "wrong").await.status, 422);
    }
    let right = attempt(&world, &stranger, "nurse", PASSWORD).await;
    assert_eq!(right.status, 422);
    assert!(right.cookie("tercel").is_none());
    world.move_on(1);
    assert_eq!(attempt(&world, &stranger, "nurse", "wrong").await.status, 422);
    assert_eq!(
        attempt(&world, &stranger, "nurse", PASSWORD).await.status,
        422,
        "each further try costs a minute"
    );
    world.move_on(1);
    assert_eq!(
        attempt(&world, &stranger, "nurse", PASSWORD).await.status,
        303,
        "the wait never grows"
    );
    // An hour of trying as often as it goes stays below a hundred tries (OWASP ASVS 4.0.3, 2.2.1).
    let written = world.app.store.entries(&EntryFilter::default(), 1000).await.unwrap();
    let counted = written
        .iter()
        .filter(|entry| entry.payload.contains("sign-in refused"))
        .count();
    assert_eq!(counted, 6, "tries during the wait are not looked at");
}

#[tokio::test]
async fn somebody_who_tries_passwords_keeps_neither_a_known_browser_nor_a_signature_waiting() {
    let world = World::new().await;
    world.account("wang", "investigator@01").await;
    let record = world.subject("wang", "01", "IL1RAP-HCC-01-001").await;
    let first = attempt(&world, &Visitor::default(), "wang", PASSWORD).await;
    let (browser, _) = first.cookie("tercel-browser").unwrap();
    let known = Visitor {
        cookies: vec![("tercel-browser".to_owned(), browser)],
        ..Visitor::default()
    };
    let inside = world.session("wang").await;
    for _ in 0..8 {
        attempt(&world, &Visitor::default(), "wang", "wrong").await;
    }
    assert_eq!(attempt(&world, &Visitor::default(), "wang", PASSWORD).await.status, 422);
    assert_eq!(
        attempt(&world, &known, "wang", PASSWORD).await.status,
        303,
        "her own browser lets her in"
    );
    let content = world.app.store.record(&record).await.unwrap().unwrap().content;
    let signature = [
        ("record", record.as_str()),
        ("seen", "1"),
        ("content", &content),
        ("meaning", "responsible"),
        ("account", "wang"),
        ("password", PASSWORD),
    ];
    assert_eq!(
        world.post(&inside, "/sign", &signature).await.status,
        303,
        "her signature counts"
    );
    // The browser of one account is a stranger's for another.
    world.account("chen", "coordinator@01").await;
    for _ in 0..6 {
        attempt(&world, &known, "chen", "wrong").await;
    }
    assert_eq!(attempt(&world, &Visitor::default(), "chen", PASSWORD).await.status, 422);
    // A browser that is stolen does not help to guess without end.
    for _ in 0..5 {
        attempt(&world, &known, "wang", "wrong").await;
    }
    assert_eq!(attempt(&world, &known, "wang", PASSWORD).await.status, 422);
}

#[tokio::test]
async fn wrong_passwords_at_a_signature_are_counted_too() {
    let world = World::new().await;
    let wang = world.person("wang", "investigator@01").await;
    let record = world.subject("wang", "01", "IL1RAP-HCC-01-001").await;
    let content = world.app.store.record(&record).await.unwrap().unwrap().content;
    let mut signature = [
        ("record", record.as_str()),
        ("seen", "1"),
        ("content", &content),
        ("meaning", "responsible"),
        ("account", "wang"),
        ("password", "wrong"),
    ];
    for _ in 0..5 {
        assert_eq!(world.post(&wang, "/sign", &signature).await.status, 409);
    }
    signature[5].1 = PASSWORD;
    let answer = world.post(&wang, "/sign", &signature).await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("too many wrong passwords"));
    assert!(
        world
            .app
            .store
            .record(&record)
            .await
            .unwrap()
            .unwrap()
            .signatures
            .is_empty()
    );
}

#[tokio::test]
async fn an_unknown_account_looks_like_a_known_one() {
    let world = World::new().await;
    world.account("nurse", "coordinator@01").await;
    let mut off = world.account("gone", "coordinator@01").await;
    off.disabled = true;
    let by = tercel_store::Author {
        account: "tercel".to_owned(),
        role: "system".to_owned(),
    };
    world.app.store.change_account(&by, &off, "left").await.unwrap();
    let stranger = Visitor::default();
    let mut times = Vec::new();
    for name in ["nurse", "hunter2 is my password", "gone", "tercel", "'"] {
        let mut bodies = Vec::new();
        let begun = Instant::now();
        // More than the tries after which a known one waits.
        for _ in 0..7 {
            let answer = attempt(&world, &stranger, name, "wrong").await;
            assert_eq!(
                (answer.status, answer.headers.len()),
                (422, 9),
                "{name}: {:?}",
                answer.headers
            );
            bodies.push(answer.body);
        }
        times.push((name, begun.elapsed().as_millis() / 7));
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{name} waits visibly");
        assert!(!bodies[0].contains("hunter2"));
        let known = attempt(&world, &stranger, "nurse", "wrong").await;
        assert_eq!(known.body, bodies[0], "{name}");
    }
    println!("milliseconds for a refusal: {times:?}");
    for (name, time) in times {
        assert!(time >= 400, "{name} is refused sooner than others may be");
    }
    let entries = world.app.store.entries(&EntryFilter::default(), 1000).await.unwrap();
    assert!(
        !entries.iter().any(|entry| format!("{entry:?}").contains("hunter2")),
        "a name typed wrongly was kept"
    );
    let strange = entries
        .iter()
        .filter(|entry| entry.kind == Kind::Access && entry.author == "unknown")
        .count();
    assert_eq!(strange, 1, "a stranger fills the record");
}

#[tokio::test]
async fn the_first_user_needs_the_code_and_comes_once() {
    let form = |code: &'static str| {
        [
            ("code", code),
            ("account", "admin"),
            ("printed", "The Administrator"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ]
    };
    let nobody = Visitor::default();
    let closed = World::new().await;
    assert_eq!(
        closed.get(&nobody, "/setup").await.status,
        404,
        "no code, no first user"
    );
    assert_eq!(closed.post(&nobody, "/setup", &form("")).await.status, 404);
    let world = World::with(|settings| settings.setup_code = Some("0123456789ab".to_owned())).await;
    assert_eq!(world.get(&nobody, "/sign-in").await.location(), "/setup");
    assert_eq!(world.get(&nobody, "/setup").await.status, 200);
    let before = world.head().await;
    let begun = Instant::now();
    for code in ["0123456789ac", "0123456789a", "0123456789ab0", "' OR 1=1 --"] {
        assert_eq!(world.post(&nobody, "/setup", &form(code)).await.status, 403, "{code}");
    }
    assert!(begun.elapsed().as_millis() >= 1600, "codes can be guessed at speed");
    assert_eq!(world.post(&nobody, "/setup", &form("")).await.status, 400);
    assert_eq!(world.head().await, before);
    let code = form("0123456789ab");
    let both = [
        world.post(&nobody, "/setup", &code),
        world.post(&nobody, "/setup", &code),
    ];
    let [one, other] = both;
    let (one, other) = tokio::join!(one, other);
    let mut came = [one.status, other.status];
    came.sort_unstable();
    assert_eq!(came, [303, 404], "two became the first user");
    assert_eq!(world.get(&nobody, "/setup").await.status, 404);
    assert_eq!(world.post(&nobody, "/setup", &code).await.status, 404);
    assert_eq!(world.app.store.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn many_wrong_names_slow_the_street_down_and_not_the_site() {
    let world = World::new().await;
    world.account("nurse", "coordinator@01").await;
    let first = attempt(&world, &Visitor::default(), "nurse", PASSWORD).await;
    let known = Visitor {
        cookies: vec![("tercel-browser".to_owned(), first.cookie("tercel-browser").unwrap().0)],
        ..Visitor::default()
    };
    // After thirty refusals two a second are looked at, however fast the machine: the other thirty would need fifteen seconds.
    let names: Vec<String> = (0..60).map(|number| format!("name{number}")).collect();
    let stranger = Visitor::default();
    let storm = names
        .iter()
        .map(|name| attempt(&world, &stranger, name, "Spring2026 password"));
    let storm: Vec<_> = storm.collect();
    let site = async {
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        let begun = Instant::now();
        let answer = attempt(&world, &known, "nurse", PASSWORD).await;
        (answer.status, begun.elapsed())
    };
    let (answers, (status, waited)) = tokio::join!(all(storm), site);
    assert_eq!(status, 303);
    assert!(waited.as_secs() < 4, "the site waited {waited:?} for a stranger");
    let busy = answers.iter().filter(|answer| answer.status == 429).count();
    let refused = answers.iter().filter(|answer| answer.status == 422).count();
    assert_eq!(busy + refused, 60);
    assert!(busy > 0, "sixty at once were all looked at");
}

/// Runs requests side by side.
async fn all<F: Future<Output = Answer>>(requests: Vec<F>) -> Vec<Answer> {
    let mut requests: Vec<_> = requests.into_iter().map(Box::pin).collect();
    let mut answers: Vec<Option<Answer>> = requests.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (request, answer) in requests.iter_mut().zip(&mut answers) {
            if answer.is_none()
                && let std::task::Poll::Ready(ready) = request.as_mut().poll(context)
            {
                *answer = Some(ready);
            }
        }
        if answers.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    answers.into_iter().flatten().collect()
}
