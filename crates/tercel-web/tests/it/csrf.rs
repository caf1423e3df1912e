//! A form counts only if this program's own page sent it, by the person it was made for.

use axum::body::Body;
use tercel_web::{ROUTES, Verb};

use crate::world::{HOST, PASSWORD, Visitor, World, form_body};

/// Every POST route, with a request that its owner could make.
fn posts(record: &str) -> Vec<(String, Vec<(&'static str, String)>)> {
    let form = vec![
        ("record", record.to_owned()),
        ("seen", "1".to_owned()),
        ("reason", "because".to_owned()),
        ("text", "why?".to_owned()),
        ("account", "victim".to_owned()),
        ("password", PASSWORD.to_owned()),
        ("again", PASSWORD.to_owned()),
        ("grants", "coordinator@*".to_owned()),
        ("printed", "X".to_owned()),
        ("label", "mine".to_owned()),
        ("days", "30".to_owned()),
        ("language", "zh".to_owned()),
    ];
    let routes = ROUTES.iter().filter(|route| route.verb == Verb::Post);
    let path = |path: &str| {
        let rest = if path.starts_with("/enter") {
            "adverse-event/IL1RAP-HCC-01-001"
        } else {
            record
        };
        path.replace("{*rest}", rest)
    };
    routes.map(|route| (path(route.path), form.clone())).collect()
}

#[tokio::test]
async fn a_form_without_its_own_token_from_its_own_page_changes_nothing() {
    let world = World::new().await;
    let grants = "coordinator@01 monitor@* investigator@01 data-manager@* medical-monitor@* administrator@*";
    let victim = world.person("victim", grants).await;
    let record = world.subject("victim", "01", "IL1RAP-HCC-01-001").await;
    let other = world.session("victim").await;
    let own = format!("http://{HOST}");
    let before = world.head().await;
    let mut wrong = Vec::new();
    for (path, form) in posts(&record) {
        let tries: [(&str, Option<&str>, Option<&str>); 9] = [
            ("no token", None, Some(&own)),
            ("a blank token", Some(""), Some(&own)),
            ("a wrong token", Some("0000"), Some(&own)),
            ("the token of another session", Some(&other.csrf), Some(&own)),
            ("the session as token", Some(&victim.cookies[0].1), Some(&own)),
            ("another origin", Some(&victim.csrf), Some("https://evil.example")),
            (
                "an origin that begins alike",
                Some(&victim.csrf),
                Some("http://trial.example.evil.example"),
            ),
            ("origin null", Some(&victim.csrf), Some("null")),
            ("no token and no origin", None, None),
        ];
        for (what, token, origin) in tries {
            let mut fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            fields.extend(token.map(|token| ("csrf", token)));
            let mut request = victim.request("POST", &path);
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let answer = world.send(request.body(Body::from(form_body(&fields))).unwrap()).await;
            if answer.status != 403 || answer.headers.contains_key("set-cookie") {
                wrong.push(format!("{path} with {what}: {}", answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(world.head().await, before, "something was written");
    assert_eq!(
        world.get(&victim, "/subjects").await.status,
        200,
        "the session is still there"
    );
}

#[tokio::test]
async fn signing_in_from_elsewhere_is_refused_too() {
    let world = World::new().await;
    world.account("victim", "coordinator@01").await;
    for origin in ["https://evil.example", "null", ""] {
        let form = form_body(&[("account", "victim"), ("password", PASSWORD)]);
        let request = Visitor::default().request("POST", "/sign-in").header("origin", origin);
        let answer = world.send(request.body(Body::from(form)).unwrap()).await;
        assert_eq!(answer.status, 403, "{origin}");
    }
}

#[tokio::test]
async fn a_token_is_no_cookie_and_a_cookie_is_no_token() {
    let world = World::new().await;
    let person = world.person("nurse", "coordinator@01 investigator@01").await;
    let record = world.subject("nurse", "01", "IL1RAP-HCC-01-001").await;
    let token = world.bearer("nurse").await;
    // A program needs no form token.
    let body = format!("{{\"record\": \"{record}\", \"seen\": 1, \"reason\": \"twice\"}}");
    assert_eq!(world.program("GET", &token, "/api/records", "").await.status, 200);
    let before = world.head().await;
    let as_cookie = Visitor {
        cookies: vec![("tercel".to_owned(), token.clone())],
        ..Visitor::default()
    };
    assert_eq!(world.get(&as_cookie, "/subjects").await.location(), "/sign-in");
    let forged = world
        .post(
            &as_cookie,
            "/void",
            &[("record", &record), ("seen", "1"), ("reason", "x")],
        )
        .await;
    assert_eq!(forged.status, 401);
    let session = &person.cookies[0].1;
    assert_eq!(world.program("GET", session, "/api/records", "").await.status, 401);
    assert_eq!(world.program("POST", session, "/void", &body).await.status, 401);
    // A wrong token beside a good cookie is not helped by it.
    let both = person.request("POST", "/void").header("authorization", "Bearer 0000");
    assert_eq!(
        world.send(both.body(Body::from(body.clone())).unwrap()).await.status,
        401
    );
    assert_eq!(world.head().await, before);
    assert_eq!(world.program("POST", &token, "/void", &body).await.status, 200);
    // A program makes no further tokens.
    let more = format!("{{\"label\": \"more\", \"days\": 30, \"password\": \"{PASSWORD}\"}}");
    assert_eq!(world.program("POST", &token, "/tokens", &more).await.status, 403);
}
