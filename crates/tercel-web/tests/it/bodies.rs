//! Bodies that no page sends: each is refused at once, and nothing is written.

use std::time::Instant;

use axum::body::Body;
use tercel_web::{ROUTES, Verb};

use crate::world::{HOST, World, escaped};

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one list of bodies")]
async fn bodies_that_no_page_sends_are_refused_at_once() {
    let world = World::new().await;
    let grants = "coordinator@01 monitor@* investigator@01 data-manager@* medical-monitor@* administrator@*";
    let person = world.person("nurse", grants).await;
    let record = world.subject("nurse", "01", "IL1RAP-HCC-01-001").await;
    let token = world.bearer("nurse").await;
    let csrf = format!("csrf={}", person.csrf);
    let many = (0..10_000)
        .map(|number| format!("&v.x{number}=1"))
        .collect::<Vec<_>>()
        .concat();
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("2 MiB", format!("{csrf}&text={}", "a".repeat(2 << 20)).into_bytes()),
        ("not UTF-8", [csrf.as_bytes(), b"&text=\xff\xfe"].concat()),
        (
            "multipart",
            format!(
                "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--x--\r\n",
                person.csrf
            )
            .into_bytes(),
        ),
        ("empty", Vec::new()),
        ("10,000 fields", format!("{csrf}{many}").into_bytes()),
        (
            "a field of 100 kB",
            format!(
                "{csrf}&record={}&seen=1&reason={a}&text={a}",
                escaped(&record),
                a = "a".repeat(100_000)
            )
            .into_bytes(),
        ),
    ];
    let nested = format!("{{\"text\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let programs: Vec<(&str, Vec<u8>)> = vec![
        ("nested JSON", nested.into_bytes()),
        ("open JSON", "[".repeat(100_000).into_bytes()),
        ("a JSON list", b"[]".to_vec()),
        ("no JSON", b"record=1".to_vec()),
        ("empty", Vec::new()),
        (
            "JSON in UTF-16",
            "{}".encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        (
            "a text of 100 kB",
            format!(
                "{{\"record\": \"{record}\", \"seen\": 1, \"reason\": \"{a}\", \"text\": \"{a}\"}}",
                a = "a".repeat(100_000)
            )
            .into_bytes(),
        ),
        (
            "2 MiB of JSON",
            format!("{{\"text\": \"{}\"}}", "a".repeat(2 << 20)).into_bytes(),
        ),
        ("objects", b"{\"record\": {\"$ne\": 1}}".to_vec()),
    ];
    let before = world.head().await;
    let mut wrong = Vec::new();
    for route in ROUTES.iter().filter(|route| route.verb == Verb::Post) {
        let path = route.path.replace(
            "{*rest}",
            if route.path.starts_with("/enter") {
                "adverse-event/IL1RAP-HCC-01-001"
            } else {
                &record
            },
        );
        for (by_token, (what, body)) in bodies
            .iter()
            .map(|body| (false, body))
            .chain(programs.iter().map(|body| (true, body)))
        {
            let request = if by_token {
                crate::world::Visitor::default()
                    .request("POST", &path)
                    .header("authorization", format!("Bearer {token}"))
            } else {
                person.request("POST", &path).header("origin", format!("http://{HOST}"))
            };
            let begun = Instant::now();
            let answer = world.send(request.body(Body::from(body.clone())).unwrap()).await;
            let took = begun.elapsed();
            if !(400..500).contains(&answer.status) || took.as_millis() > 1000 {
                wrong.push(format!("{path} with {what}: {} in {took:?}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(world.head().await, before, "something was written");
}

#[tokio::test]
async fn other_verbs_and_addresses_are_refused_with_the_same_headers() {
    let world = World::new().await;
    let person = world.person("nurse", "coordinator@01").await;
    for verb in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "POST"] {
        let answer = world
            .send(person.request(verb, "/subjects").body(Body::empty()).unwrap())
            .await;
        assert_eq!(answer.status, 405, "{verb}");
    }
    assert_eq!(
        world
            .send(person.request("HEAD", "/subjects").body(Body::empty()).unwrap())
            .await
            .status,
        200
    );
    for path in [
        "/nothing",
        "/record/%FF",
        "/record/%00",
        "/subject/%C0%AF",
        "/assets/../Cargo.toml",
        "/assets/%2e%2e%2fCargo.toml",
        "//evil.example",
        "/record//",
        "/enter/",
        "/void",
    ] {
        let answer = world.get(&person, path).await;
        assert!([404, 405].contains(&answer.status), "{path}: {}", answer.status);
    }
}
