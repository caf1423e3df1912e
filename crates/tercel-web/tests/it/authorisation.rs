//! Every route as every role, made from the list of routes: who is let through is what the rule and the site say.

use tercel_store::Grant;
use tercel_web::{AUTHORISATION_FILE, Permission, ROUTES, Role, Route, Rule, Verb, authorisation_document};

use crate::world::{Answer, Visitor, World};

/// Routes about one record or subject: at another site it does not exist.
const SITE_BOUND: [&str; 18] = [
    "/subject/{*rest}",
    "/gates/{*rest}",
    "/countersign/{*rest}",
    "/panel/{*rest}",
    "/enter/{*rest}",
    "/correct/{*rest}",
    "/record/{*rest}",
    "/api/record/{*rest}",
    "/api/subject/{*rest}",
    "/api/gates/{*rest}",
    "/void",
    "/verify",
    "/sign",
    "/query",
    "/answer",
    "/close",
    "/lock",
    "/unlock",
];
/// Routes that show subjects of every site at once.
const WHOLE_STUDY: [&str; 4] = ["/report", "/safety", "/efficacy", "/api/decision"];
/// Routes about a meeting, whose packet shows subjects of every site.
const MEETING: [&str; 6] = [
    "/meeting/{*rest}",
    "/api/meeting/{*rest}",
    "/propose",
    "/conflict",
    "/vote",
    "/resolve",
];
/// Routes for those who have no session; tests of their own ask them.
const BEFORE: [&str; 2] = ["/sign-in", "/setup"];

struct Targets {
    record: String,
    subject: String,
    meeting: String,
}

impl Targets {
    fn absent() -> Self {
        Self {
            record: "AE/IL1RAP-HCC-01-999/7".to_owned(),
            subject: "IL1RAP-HCC-01-999".to_owned(),
            meeting: "MEETING//9".to_owned(),
        }
    }

    /// The request of a route about the target. A version nobody has seen keeps what is allowed from changing anything.
    async fn ask(&self, world: &World, visitor: &Visitor, route: &Route) -> Answer {
        let rest = match route.path {
            "/subject/{*rest}" | "/gates/{*rest}" | "/api/subject/{*rest}" | "/api/gates/{*rest}" => {
                self.subject.clone()
            }
            "/countersign/{*rest}" => format!("conduct-identity/{}", self.subject),
            "/panel/{*rest}" => format!("vital-sign/{}", self.subject),
            "/downtime/{*rest}" => "adverse-event".to_owned(),
            "/enter/{*rest}" => format!("adverse-event/{}", self.subject),
            "/meeting/{*rest}" | "/api/meeting/{*rest}" => self.meeting.clone(),
            "/assets/{*rest}" => "style.css".to_owned(),
            _ => self.record.clone(),
        };
        let path = route.path.replace("{*rest}", &rest);
        if route.verb == Verb::Get {
            return world.get(visitor, &path).await;
        }
        let record = if MEETING.contains(&route.path) {
            &self.meeting
        } else {
            &self.record
        };
        let form = [
            ("record", record.as_str()),
            ("subject", self.subject.as_str()),
            ("seen", "999"),
            ("content", "0"),
            ("meaning", "reviewed"),
            ("account", "somebody-else"),
            ("password", "not it"),
            ("second", "somebody-else"),
            ("second_password", "not it"),
            ("reason", "because"),
            ("text", "why?"),
            ("query", "999"),
            ("proposal", "999"),
            ("vote", "agree"),
            ("choice", "nonsense"),
            ("language", "en"),
        ];
        world.post(visitor, &path, &form).await
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Through,
    Forbidden,
    Absent,
}

fn expected(route: &Route, role: Role, site: &str) -> Expected {
    if let Rule::May(permission) = route.rule
        && !role.may(permission)
    {
        return Expected::Forbidden;
    }
    let everywhere = site == "*";
    if SITE_BOUND.contains(&route.path) && site == "02" {
        return Expected::Absent;
    }
    if route.path == "/countersign/{*rest}" && !role.may(Permission::Enter) {
        return Expected::Forbidden;
    }
    if WHOLE_STUDY.contains(&route.path) && !everywhere {
        return Expected::Forbidden;
    }
    if MEETING.contains(&route.path) && !everywhere && !role.may(Permission::Decide) {
        return Expected::Absent;
    }
    // The sponsor registers a version, an investigator makes it effective.
    let signs = match (route.verb, route.path) {
        (Verb::Post, "/protocol") => role == Role::MedicalMonitor,
        (Verb::Post, "/protocol/site") => role == Role::Investigator,
        _ => true,
    };
    if !signs {
        return Expected::Forbidden;
    }
    // A bedside check is entered by who enters.
    if route.path == "/countersign/{*rest}" && !role.may(Permission::Enter) {
        return Expected::Forbidden;
    }
    if route.path == "/propose" && !role.may(Permission::Prepare) && !role.may(Permission::Decide) {
        return Expected::Forbidden;
    }
    Expected::Through
}

fn is_through(route: &Route, answer: &Answer) -> bool {
    match route.verb {
        Verb::Get if route.path == "/" => answer.status == 200 || answer.location() == "/people",
        Verb::Get => answer.status == 200,
        Verb::Post => {
            [200, 303, 400, 409, 422].contains(&answer.status)
                && (route.path == "/sign-out" || answer.location() != "/sign-in")
        }
    }
}

async fn meeting(world: &World, members: &[String]) -> String {
    let preparer = world.person("preparer", "data-manager@*").await;
    // The protocol asks for the vote of a sponsor physician.
    world.account("physician", "medical-monitor@*").await;
    let others = members.iter().map(String::as_str).chain(["physician"]);
    let seats: Vec<String> = others.map(|name| format!("member.{name}")).collect();
    let mut form = vec![("occasion", "other"), ("words", "a rehearsal"), ("quorum", "2")];
    form.extend(seats.iter().map(|seat| (seat.as_str(), "member")));
    let answer = world.post(&preparer, "/meetings", &form).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.location().strip_prefix("/meeting/").unwrap().to_owned()
}

async fn targets(world: &World, members: &[String]) -> Targets {
    world.account("enterer", "coordinator@01").await;
    world.account("somebody-else", "coordinator@01").await;
    let subject = "IL1RAP-HCC-01-001".to_owned();
    Targets {
        record: world.subject("enterer", "01", &subject).await,
        subject,
        meeting: meeting(world, members).await,
    }
}

fn routes() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| !BEFORE.contains(&route.path))
}

#[tokio::test]
async fn every_route_lets_through_whom_its_rule_and_the_site_allow() {
    let world = World::new().await;
    let mut people = Vec::new();
    for role in Role::ALL {
        for (site, place) in [("01", "own"), ("02", "other"), ("*", "every")] {
            let name = format!("{}-{place}", role.id());
            people.push((role, site, world.person(&name, &format!("{}@{site}", role.id())).await));
        }
    }
    let deciders = people.iter().filter(|(role, _, _)| role.may(Permission::Decide));
    let members: Vec<String> = deciders.map(|(_, _, visitor)| visitor.name.clone()).collect();
    let there = targets(&world, &members).await;
    let absent = Targets::absent();
    let mut wrong = Vec::new();
    for (role, site, visitor) in &people {
        for route in routes() {
            // Signing out would end the session for the routes that follow.
            let own = if route.path == "/sign-out" {
                world.session(&visitor.name).await
            } else {
                visitor.clone()
            };
            let before = world.head().await;
            let answer = there.ask(&world, &own, route).await;
            let expected = expected(route, *role, site);
            let good = match expected {
                Expected::Through => is_through(route, &answer),
                Expected::Forbidden => answer.status == 403,
                Expected::Absent => {
                    let of_none = absent.ask(&world, &own, route).await;
                    let blurred = |text: &str, targets: &Targets| {
                        text.replace(&targets.record, "…")
                            .replace(&targets.subject, "…")
                            .replace(&targets.meeting, "…")
                    };
                    answer.status == 404
                        && of_none.status == 404
                        && blurred(&answer.body, &there) == blurred(&of_none.body, &absent)
                }
            };
            if !good || (expected != Expected::Through && world.head().await != before) {
                wrong.push(format!(
                    "{route:?} as {role:?}@{site}: {expected:?}, was {}",
                    answer.status
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_session_that_is_over_opens_nothing() {
    let world = World::new().await;
    let member = world.person("member", "committee@*").await;
    let there = targets(&world, std::slice::from_ref(&member.name)).await;
    let mut out = vec![("no session", Visitor::default())];
    let forged = Visitor {
        cookies: vec![("tercel".to_owned(), "0".repeat(64))],
        ..Visitor::default()
    };
    out.push(("a forged session", forged));
    for role in Role::ALL {
        let grants = format!("{}@*", role.id());
        let idle = world.person(&format!("{}-idle", role.id()), &grants).await;
        let mut account = world.account(&format!("{}-off", role.id()), &grants).await;
        account.disabled = true;
        let by = tercel_store::Author {
            account: "tercel".to_owned(),
            role: "system".to_owned(),
        };
        world.app.store.change_account(&by, &account, "left").await.unwrap();
        // Even a session that slipped in after the account was disabled.
        let off = world.session(&account.name).await;
        out.push(("an idle session", idle));
        out.push(("a disabled account", off));
    }
    world.move_on(31);
    let before = world.head().await;
    let mut wrong = Vec::new();
    for (why, visitor) in &out {
        for route in routes().filter(|route| route.rule != Rule::Public) {
            let answer = there.ask(&world, visitor, route).await;
            let good = match route.verb {
                Verb::Get => answer.status == 303 && answer.location() == "/sign-in",
                Verb::Post => answer.status == 401,
            };
            if !good {
                wrong.push(format!("{route:?} with {why} of {}: {}", visitor.name, answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(world.head().await, before, "something was written");
}

#[tokio::test]
async fn who_must_choose_a_password_reaches_nothing_else() {
    let world = World::new().await;
    let member = world.person("member", "committee@*").await;
    let there = targets(&world, std::slice::from_ref(&member.name)).await;
    let by = tercel_store::Author {
        account: "admin".to_owned(),
        role: "administrator".to_owned(),
    };
    let mut wrong = Vec::new();
    for role in Role::ALL {
        let grants = Grant::parse(&format!("{}@*", role.id())).into_iter().collect();
        let store = &world.app.store;
        store
            .add_account(&by, role.id(), "New", &grants, crate::world::PASSWORD)
            .await
            .unwrap();
        for route in routes() {
            let visitor = world.session(role.id()).await;
            let before = world.head().await;
            let answer = there.ask(&world, &visitor, route).await;
            let open = ["/password", "/sign-out", "/assets/{*rest}", "/language"].contains(&route.path);
            let sent = answer.status == 303 && answer.location() == "/password";
            if open == sent || (open && [401, 403, 404].contains(&answer.status)) {
                wrong.push(format!(
                    "{route:?} as {role:?}: {} {}",
                    answer.status,
                    answer.location()
                ));
            }
            if !open && world.head().await != before {
                wrong.push(format!("{route:?} as {role:?} wrote"));
            }
        }
        let token = world.bearer(role.id()).await;
        let answer = world.program("GET", &token, "/api/forms", "").await;
        assert_eq!(answer.status, 403, "a program of {role:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn lists_hold_nothing_of_another_site() {
    let world = World::new().await;
    world.account("enterer", "coordinator@01").await;
    world.subject("enterer", "01", "IL1RAP-HCC-01-001").await;
    let fever = world.subject("enterer", "02", "IL1RAP-HCC-02-001").await;
    let monitor = world.person("monitor", "monitor@*").await;
    let asked = [("record", fever.as_str()), ("text", "Which other site?")];
    assert_eq!(world.post(&monitor, "/query", &asked).await.status, 303);
    for role in Role::ALL.into_iter().filter(|role| role.may(Permission::Read)) {
        let visitor = world
            .person(&format!("own-{}", role.id()), &format!("{}@01", role.id()))
            .await;
        for path in [
            "/",
            "/subjects",
            "/screening",
            "/consents",
            "/serious",
            "/queries",
            "/audit",
            "/api/records",
            "/api/entries",
            "/api/board",
            "/api/work",
            "/api/subjects",
            "/api/screening",
            "/api/consents",
            "/api/serious",
            "/api/queries",
            "/api/meetings",
            "/meetings",
        ] {
            let answer = world.get(&visitor, path).await;
            assert!(!answer.body.contains("02-001"), "{path} shows {role:?} another site");
            assert!(!answer.body.contains("Which other site?"), "{path} as {role:?}");
            for filter in ["subject=IL1RAP-HCC-02-001", &format!("record={fever}")] {
                if path.starts_with("/a") {
                    let answer = world.get(&visitor, &format!("{path}?{filter}")).await;
                    // The page of the audit trail repeats its filter.
                    let shown = if path == "/audit" {
                        ">AE/IL1RAP-HCC-02"
                    } else {
                        "02-001"
                    };
                    assert!(!answer.body.contains(shown), "{path}?{filter}: {}", answer.body);
                }
            }
        }
    }
}

#[test]
fn the_published_document_is_the_one_the_routes_give() {
    let published = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(AUTHORISATION_FILE);
    let text = std::fs::read_to_string(&published).unwrap_or_default();
    assert!(
        text == authorisation_document(),
        "the routes or roles have changed: write what `cargo run -p tercel-web --example authorisation` prints to {}",
        published.display()
    );
}
