//! Texts that mean something to a database, a browser, a template or a header are texts here.

use axum::body::Body;
use tercel_web::{ROUTES, Verb};

use crate::world::{FEVER, HOST, PASSWORD, Visitor, World, answers, escaped, with};

const EVIL: [&str; 12] = [
    "' OR 1=1 --",
    "\"; DROP TABLE entry;--",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "{{7*7}}",
    "{% include \"/etc/passwd\" %}",
    "a\0b",
    "x\r\nSet-Cookie: tercel=evil\r\n\r\n<script>",
    "../../../../etc/passwd",
    "%00%0d%0a",
    "\u{202e}\u{feff}中文🦅",
    "${jndi:ldap://x}",
];

const PARAMETERS: [&str; 22] = [
    "subject", "record", "author", "kind", "from", "until", "before", "form", "queried", "seen", "reason", "text",
    "query", "account", "grants", "printed", "choice", "field", "label", "occasion", "language", "back",
];

async fn everything(world: &World) -> Visitor {
    let grants = "coordinator@01 monitor@* investigator@01 data-manager@* medical-monitor@* administrator@*";
    world.person("nurse", grants).await
}

fn harmless(what: &str, answer: &crate::world::Answer) {
    assert!(!answer.headers.contains_key("x-evil"), "{what}");
    let cookies = answer.headers.get_all("set-cookie").iter();
    for cookie in cookies {
        assert!(!cookie.to_str().unwrap().contains("evil"), "{what}: {cookie:?}");
    }
    // Tags are checked for every page; here that no text became one.
    assert!(
        !answer.is_html() || !answer.body.contains("<script>"),
        "{what}: a script"
    );
    assert!(
        !answer.is_html() || !answer.body.contains("<img src=x"),
        "{what}: a picture"
    );
    assert!(!answer.body.contains("root:x:"), "{what}: a file");
    assert!(
        !(what.contains("{{7*7}}") && answer.body.contains(">49<")),
        "{what}: executed"
    );
}

#[tokio::test]
async fn every_parameter_of_every_route_takes_any_text_as_a_text() {
    let world = World::new().await;
    let nurse = everything(&world).await;
    let record = world.subject("nurse", "01", "IL1RAP-HCC-01-001").await;
    for evil in EVIL {
        let query: Vec<String> = PARAMETERS
            .iter()
            .map(|name| format!("{name}={}", escaped(evil)))
            .collect();
        for route in ROUTES
            .iter()
            .filter(|route| route.path != "/sign-in" && route.path != "/sign-out")
        {
            let what = format!("{route:?} with {evil:?}");
            let paths = if route.path.contains('{') {
                let start = route.path.trim_end_matches("{*rest}");
                vec![
                    format!("{start}{}", escaped(evil)),
                    format!("{start}adverse-event/{}", escaped(evil)),
                    format!("{start}{record}"),
                ]
            } else {
                vec![route.path.to_owned()]
            };
            for path in paths {
                let answer = match route.verb {
                    Verb::Get => {
                        for name in PARAMETERS {
                            let one = world.get(&nurse, &format!("{path}?{name}={}", escaped(evil))).await;
                            harmless(&what, &one);
                            if !["/audit", "/api/records", "/api/entries"].contains(&route.path) {
                                break;
                            }
                        }
                        world.get(&nurse, &format!("{path}?{}", query.join("&"))).await
                    }
                    Verb::Post => {
                        let mut form: Vec<(&str, &str)> = PARAMETERS.iter().map(|name| (*name, evil)).collect();
                        if evil.len() % 2 == 0 {
                            form.retain(|(name, _)| !["record", "seen", "language"].contains(name));
                            form.extend([("record", record.as_str()), ("seen", "999"), ("language", "en")]);
                        }
                        world.post(&nurse, &path, &form).await
                    }
                };
                harmless(&what, &answer);
            }
        }
    }
    let all = world.app.store.verify(None).await.unwrap();
    assert!(all.is_ok(), "{all:?}");
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn what_was_saved_is_shown_as_text_on_every_page() {
    let world = World::new().await;
    let admin = world.person("admin", "administrator@*").await;
    for (number, evil) in EVIL.into_iter().filter(|evil| !evil.contains(['\0', '\r'])).enumerate() {
        let name = format!("person{number}");
        let form = [
            ("account", name.as_str()),
            ("printed", evil),
            ("grants", "coordinator@01 investigator@01"),
            ("password", PASSWORD),
            ("again", PASSWORD),
            ("own_password", PASSWORD),
        ];
        assert_eq!(world.post(&admin, "/people/add", &form).await.status, 303, "{evil}");
    }
    for evil in ["line\r\nline", "a\0b", &"a".repeat(101)] {
        let form = [
            ("account", "liner"),
            ("printed", evil),
            ("grants", "coordinator@01"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        assert_eq!(world.post(&admin, "/people/add", &form).await.status, 422);
    }
    let nurse = world
        .person(
            "nurse",
            "coordinator@01 monitor@01 investigator@01 data-manager@* medical-monitor@*",
        )
        .await;
    world.subject("someone", "01", "IL1RAP-HCC-01-001").await;
    let mut shown = Vec::new();
    for evil in EVIL.into_iter().filter(|evil| !evil.contains('\0')) {
        let line = evil.replace("\r\n", " ");
        let mut values = FEVER;
        values[0].1 = &line;
        let typed = answers(&values);
        let answer = world
            .post(
                &nurse,
                "/enter/adverse-event/IL1RAP-HCC-01-001",
                &with(&typed, &[("confirmed", "Y")]),
            )
            .await;
        assert_eq!(answer.status, 303, "{evil}: {}", answer.body);
        let path = answer.location().to_owned();
        let record = path.strip_prefix("/record/").unwrap();
        values[1].1 = "2";
        let typed = answers(&values);
        let corrected = world
            .post(
                &nurse,
                &format!("/correct/{record}"),
                &with(&typed, &[("seen", "1"), ("reason", evil)]),
            )
            .await;
        assert_eq!(corrected.status, 303, "{evil}: {}", corrected.body);
        let asked = world
            .post(&nurse, "/query", &[("record", record), ("text", evil)])
            .await;
        assert_eq!(asked.status, 303);
        let query = world.head().await.0.to_string();
        let answered = world
            .post(
                &nurse,
                "/answer",
                &[("record", record), ("query", &query), ("text", evil)],
            )
            .await;
        assert_eq!(answered.status, 303);
        shown.push(path.clone());
        shown.push(format!("/correct/{record}"));
    }
    shown.extend(
        [
            "/",
            "/subjects",
            "/subject/IL1RAP-HCC-01-001",
            "/queries",
            "/audit",
            "/report",
            "/meetings",
        ]
        .map(str::to_owned),
    );
    for path in &shown {
        let page = world.get(&nurse, path).await;
        assert_eq!(page.status, 200, "{path}");
        harmless(path, &page);
    }
    harmless("people", &world.get(&admin, "/people").await);
    for number in 0..10 {
        let visitor = world.session(&format!("person{number}")).await;
        harmless("printed name", &world.get(&visitor, "/subjects").await);
    }
}

#[tokio::test]
async fn the_way_back_leads_nowhere_else() {
    let world = World::new().await;
    let nobody = Visitor::default();
    for back in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        "javascript:alert(1)",
        "/x\r\nX-Evil: 1",
        "/\u{a0}/evil",
        "evil",
    ] {
        let answer = world
            .post(&nobody, "/language", &[("language", "zh"), ("back", back)])
            .await;
        assert_eq!((answer.status, answer.location()), (303, "/"), "{back:?}");
        assert!(!answer.headers.contains_key("x-evil"));
    }
    let kept = world
        .post(
            &nobody,
            "/language",
            &[("language", "zh"), ("back", "/record/AE/x%2Fy/1")],
        )
        .await;
    assert_eq!(kept.location(), "/record/AE/x%2Fy/1");
    // A page that answers a form leads back to one that can be read.
    let nurse = everything(&world).await;
    let refused = world.post(&nurse, "/void", &[("record", "AE/x/1")]).await;
    assert_eq!(refused.hidden("back"), "/");
    // Headers that a proxy might pass on change nothing.
    let request = nobody
        .request("GET", "/sign-in")
        .header("x-forwarded-host", "evil.example");
    let answer = world
        .send(
            request
                .header("referer", "https://evil.example")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert!(!answer.body.contains("evil.example") && !answer.body.contains(HOST));
}
