//! What programs read: the same as the pages show, of the shape that is published.

use jiff::civil::date;
use serde_json::{Map, Value, json};
use tercel_web::{ROUTES, Verb};

use crate::crawl::demo_until;
use crate::world::{Visitor, World};

fn read(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// A text as a page writes it.
fn on_a_page(text: &str) -> String {
    let escaped = text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
    escaped.replace('"', "&#34;").replace('\'', "&#39;")
}

/// Members that name what the page shows in other words, by a colour or not at all.
const UNSHOWN: [&str; 22] = [
    "gate",
    "dlt",
    "urgency",
    "key",
    "state",
    "action",
    "because",
    "way",
    "form",
    "variable",
    "subjects",
    "blocks",
    "hash",
    "query",
    "words",
    "overdue",
    "charter",
    "at",
    "digest",
    "from",
    "standing",
    "recommended",
];

/// Every text of an answer with the member it stands under.
fn texts<'v>(name: &'v str, value: &'v Value, found: &mut Vec<(&'v str, String)>) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => found.push((name, text.clone())),
        Value::Array(all) => all.iter().for_each(|one| texts(name, one, found)),
        Value::Object(all) => all.iter().for_each(|(name, one)| texts(name, one, found)),
    }
}

fn named<'v>(list: &'v Value, member: &str) -> Vec<&'v str> {
    let all = list.as_array().unwrap().iter();
    all.map(|one| one[member].as_str().unwrap()).collect()
}

/// Addresses with what they are of, in the order of a page.
fn links<'p>(page: &'p str, start: &str) -> Vec<&'p str> {
    let tags = page.split(start).skip(1);
    tags.map(|rest| rest.split('"').next().unwrap()).collect()
}

/// An answer and its page, whose texts are held against each other in both languages.
async fn both(world: &World, visitor: &Visitor, of_program: &str, of_page: &str) -> (Value, String) {
    let mut last = None;
    for language in ["zh", "en"] {
        let visitor = visitor.speaking(language);
        let answer = world.get(&visitor, of_program).await;
        let page = world.get(&visitor, of_page).await;
        assert_eq!(
            (answer.status, page.status),
            (200, 200),
            "{of_program}: {}",
            answer.body
        );
        assert_eq!(answer.headers["content-type"], "application/json");
        let value = read(&answer.body);
        let mut told = Vec::new();
        texts("", &value, &mut told);
        for (name, text) in told.iter().filter(|(name, _)| !UNSHOWN.contains(name)) {
            let shown =
                page.body.contains(&on_a_page(text)) || page.body.contains(&format!("{text:.16}").replace('T', " "));
            assert!(shown, "{of_program} says {name} \"{text}\", {of_page} does not");
        }
        last = Some((value, page.body));
    }
    last.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_asks_for_what_there_is_not_is_answered_as_always() {
    let world = World::new().await;
    let token = world.bearer("root").await;
    for (verb, path, status) in [
        ("GET", "/api/nothing", 404),
        ("POST", "/api/nothing", 404),
        ("POST", "/api/openapi.json", 405),
    ] {
        let answer = world.program(verb, &token, path, "{}").await;
        assert_eq!(answer.status, status, "{verb} {path}");
        assert_eq!(answer.headers["content-type"], "application/json", "{verb} {path}");
        assert!(read(&answer.body)["error"].is_string(), "{}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one page after another")]
async fn a_program_reads_what_the_pages_show() {
    let world = demo_until(Some(date(2025, 5, 20))).await;
    let reader = world.person("reader", "data-manager@*").await;
    let (board, page) = both(&world, &reader, "/api/board", "/").await;
    let levels = board["levels"].as_array().unwrap();
    let on_board: Vec<&str> = levels
        .iter()
        .flat_map(|level| named(&level["subjects"], "subject"))
        .collect();
    assert!(on_board.len() > 4, "{board}");
    assert_eq!(on_board, links(&page, "\"><a href=\"/subject/"));
    let windows: Vec<String> = levels
        .iter()
        .flat_map(|level| level["subjects"].as_array().unwrap())
        .filter(|subject| !subject["window"].is_null())
        .map(|subject| {
            let window = &subject["window"];
            let (first, last) = (window["first"].as_str().unwrap(), window["last"].as_str().unwrap());
            format!(">{first} – {last} · {} ", window["days_left"])
        })
        .collect();
    assert!(!windows.is_empty());
    for window in &windows {
        assert!(page.contains(window), "{window}");
    }
    assert_eq!(page.matches("class=\"window\"").count(), windows.len());
    let counted = &levels[0]["count"];
    let counts = format!(
        "Evaluable: {} · With DLT: {} · Pending: {}",
        counted["evaluable"], counted["dlt"], counted["pending"]
    );
    assert!(page.to_lowercase().contains(&counts.to_lowercase()), "{counts}");

    let (work, page) = both(&world, &reader, "/api/work", "/work").await;
    let tasks = work["tasks"].as_array().unwrap();
    assert!(!tasks.is_empty() && page.contains(&format!("({})", tasks.len())));
    let urgent: Vec<&str> = named(&work["tasks"], "urgency");
    assert_eq!(urgent, links(&page, "<tr class=\"task "));

    let (subjects, page) = both(&world, &reader, "/api/subjects", "/subjects").await;
    let all = named(&subjects["subjects"], "subject");
    assert_eq!(all, links(&page, "<a href=\"/subject/"));
    for subject in &all {
        let of = |start: &str| format!("{start}{subject}");
        both(&world, &reader, &of("/api/subject/"), &of("/subject/")).await;
        let (gates, page) = both(&world, &reader, &of("/api/gates/"), &of("/gates/")).await;
        let open: Vec<&str> = links(&page, "<section class=\"gate ");
        let told = gates["gates"].as_array().unwrap().iter();
        let told: Vec<&str> = told
            .map(|gate| if gate["open"] == true { "open" } else { "shut" })
            .collect();
        assert_eq!(told, open, "{subject}");
        let missing: usize = gates["gates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|gate| gate["missing"].as_array().unwrap().len())
            .sum();
        assert_eq!(missing, page.matches("<li><strong>").count(), "{subject}");
        let states = named(&gates["visits"], "state");
        let cells: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
        assert_eq!(page.matches("<tr><th scope=\"row\">").count(), cells.len());
        for state in cells {
            assert!(page.contains(&format!(">{state}<")), "{state}");
        }
    }

    // Of later, when there were serious events.
    let world = demo_until(None).await;
    let reader = world.person("reader", "data-manager@*").await;
    let (screening, page) = both(&world, &reader, "/api/screening", "/screening").await;
    assert_eq!(
        named(&screening["lines"], "subject"),
        links(&page, "class=\"day\"><a href=\"/subject/")
    );
    let failed = read(&world.get(&reader, "/api/screening?state=failed").await.body);
    assert!(named(&failed["lines"], "state").iter().all(|state| *state == "failed"));
    let (consents, page) = both(&world, &reader, "/api/consents", "/consents").await;
    assert_eq!(
        named(&consents["lines"], "subject"),
        links(&page, "class=\"day\"><a href=\"/subject/")
    );
    let (serious, page) = both(&world, &reader, "/api/serious", "/serious").await;
    let cases = serious["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    assert_eq!(
        named(&serious["cases"], "record"),
        links(&page, "<h2><a href=\"/record/")
    );
    let clocks: usize = cases.iter().map(|case| case["clocks"].as_array().unwrap().len()).sum();
    assert!(clocks > 0);
    let (meetings, page) = both(&world, &reader, "/api/meetings", "/meetings").await;
    let held = named(&meetings["meetings"], "record");
    assert!(!held.is_empty());
    assert_eq!(held, links(&page, "<a href=\"/meeting/"));
    for key in held {
        let (meeting, page) = both(
            &world,
            &reader,
            &format!("/api/meeting/{key}"),
            &format!("/meeting/{key}"),
        )
        .await;
        assert_eq!(meeting["record"], key);
        assert!(page.contains(meeting["digest"].as_str().unwrap()));
        let votes = meeting["members"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|member| !member["vote"].is_null());
        assert_eq!(votes.count(), page.matches("<td><span class=\"badge\">").count());
    }
    let (protocol, page) = both(&world, &reader, "/api/protocol", "/protocol").await;
    assert!(page.contains(protocol["running"]["digest"].as_str().unwrap()));
    assert_eq!(
        protocol["versions"].as_array().unwrap().len() + protocol["sites"].as_array().unwrap().len(),
        page.matches("<tr><th scope=\"row\">").count() - protocol["differences"].as_array().unwrap().len()
    );
    let (queries, page) = both(&world, &reader, "/api/queries", "/queries").await;
    assert_eq!(
        named(&queries["queries"], "record").len(),
        links(&page, "<th scope=\"row\"><a href=\"/record/").len()
    );
}

/// Every object of a schema closed: what it does not name may not be there.
fn closed(schema: &Value) -> Value {
    match schema {
        Value::Array(all) => all.iter().map(closed).collect(),
        Value::Object(all) => {
            let mut all: Map<String, Value> = all.iter().map(|(name, one)| (name.clone(), closed(one))).collect();
            if all.get("type") == Some(&json!("object")) && all.contains_key("properties") {
                all.insert("additionalProperties".to_owned(), json!(false));
            }
            Value::Object(all)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}

/// The published document, and what holds an answer against one of its schemas.
struct Published(Value);

impl Published {
    async fn of(world: &World, reader: &Visitor) -> Self {
        Self(read(&world.get(reader, "/api/openapi.json").await.body))
    }

    fn schema(&self, path: &str, verb: &str, status: u16) -> Value {
        let operation = &self.0["paths"][path][verb];
        let schema = &operation["responses"][status.to_string()]["content"]["application/json"]["schema"];
        assert!(!schema.is_null(), "{verb} {path} has no answer {status}");
        json!({"components": closed(&self.0["components"]), "allOf": [schema]})
    }

    /// What of an answer is not as published.
    fn problems(&self, path: &str, verb: &str, status: u16, value: &Value) -> Vec<String> {
        let schema = jsonschema::draft202012::new(&self.schema(path, verb, status)).unwrap();
        let errors = schema.iter_errors(value);
        errors
            .map(|error| format!("{verb} {path} {status}, {}: {error}", error.instance_path()))
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_of_the_published_shape() {
    let world = demo_until(Some(date(2025, 5, 20))).await;
    let reader = world.person("reader", "data-manager@*").await;
    let published = Published::of(&world, &reader).await;
    let mut wrong = Vec::new();
    let subjects = read(&world.get(&reader, "/api/subjects").await.body);
    let meetings = read(&world.get(&reader, "/api/meetings").await.body);
    let mut asked = 0;
    for route in ROUTES
        .iter()
        .filter(|route| route.verb == Verb::Get && route.path.starts_with("/api/"))
    {
        if route.path == "/api/openapi.json" {
            continue;
        }
        let paths: Vec<String> = match route.path {
            "/api/subject/{*rest}" | "/api/gates/{*rest}" => named(&subjects["subjects"], "subject")
                .iter()
                .map(|subject| route.path.replace("{*rest}", subject))
                .collect(),
            "/api/meeting/{*rest}" => named(&meetings["meetings"], "record")
                .iter()
                .map(|key| route.path.replace("{*rest}", key))
                .collect(),
            "/api/record/{*rest}" => named(&meetings["meetings"], "record")
                .iter()
                .map(|key| route.path.replace("{*rest}", key))
                .collect(),
            path => vec![path.to_owned()],
        };
        let template = route.path.replace("{*rest}", "{rest}");
        for path in paths {
            let answer = world.get(&reader, &path).await;
            wrong.extend(published.problems(&template, "get", answer.status, &read(&answer.body)));
            asked += 1;
        }
        let unknown = world
            .get(&reader, &format!("{}?colour=red", route.path.replace("{*rest}", "x")))
            .await;
        assert_eq!(unknown.status, 400, "{}: {}", route.path, unknown.body);
        wrong.extend(published.problems(&template, "get", 400, &read(&unknown.body)));
    }
    assert!(asked > 30, "{asked}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A schema that lets everything through would say nothing.
    let board = read(&world.get(&reader, "/api/board").await.body);
    for spoilt in ["levels", "entry"] {
        let mut without = board.clone();
        without.as_object_mut().unwrap().remove(spoilt);
        assert!(!published.problems("/api/board", "get", 200, &without).is_empty());
    }
    let mut more = board.clone();
    more["levels"][0]["colour"] = json!("red");
    assert!(!published.problems("/api/board", "get", 200, &more).is_empty());
}

/// Every reference of the document.
fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| references(one, found)),
        Value::Object(all) => {
            found.extend(all.get("$ref").and_then(Value::as_str));
            all.values().for_each(|one| references(one, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Routes that only a browser uses: they begin and end its sessions, or only show a page.
const OF_BROWSERS: [&str; 9] = [
    "/sign-in",
    "/sign-out",
    "/setup",
    "/password",
    "/language",
    "/tokens",
    "/tokens/end",
    "/sessions/end",
    "/api/openapi.json",
];

#[tokio::test]
async fn the_document_describes_every_operation_with_what_it_takes_and_answers() {
    let world = World::new().await;
    let reader = world.person("reader", "data-manager@*").await;
    let Published(document) = Published::of(&world, &reader).await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut all = Vec::new();
    references(&document, &mut all);
    assert!(all.len() > 100);
    for reference in all {
        let there = document.pointer(reference.strip_prefix('#').unwrap());
        assert!(there.is_some_and(Value::is_object), "{reference}");
    }
    let (paths, mut described) = (document["paths"].as_object().unwrap(), 0);
    for route in ROUTES.iter().filter(|route| !OF_BROWSERS.contains(&route.path)) {
        if route.verb == Verb::Get && !route.path.starts_with("/api/") {
            continue;
        }
        let operation = &paths[&route.path.replace("{*rest}", "{rest}")][&route.verb.name().to_lowercase()];
        assert!(
            operation["summary"].as_str().is_some_and(|text| text.len() > 3),
            "{route:?}"
        );
        for status in ["200", "400", "401", "403", "404", "409", "422"] {
            let schema = &operation["responses"][status]["content"]["application/json"]["schema"];
            assert!(schema.is_object(), "{route:?} {status}");
        }
        let open = route.path.contains("{*rest}");
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        assert_eq!(
            parameters
                .iter()
                .any(|one| one["in"] == "path" && one["required"] == true),
            open
        );
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(body.is_object(), route.verb == Verb::Post, "{route:?}");
        for needed in body["required"].as_array().into_iter().flatten() {
            assert!(
                body["properties"][needed.as_str().unwrap()].is_object(),
                "{route:?} {needed}"
            );
        }
        described += 1;
    }
    let operations: usize = paths.values().map(|verbs| verbs.as_object().unwrap().len()).sum();
    assert_eq!(operations, described);
}

/// A meeting with a proposal, whose key and entry come back, and a registered protocol.
async fn opened(world: &World, token: &str, reader: &Visitor) -> (String, Value) {
    world.account("somebody", "monitor@01").await;
    world.delegate("Dr all", "decision").await;
    let opened = json!({"occasion": "other", "words": "x", "quorum": 2, "member.all": "physician", "member.physician": "member"});
    world.account("physician", "medical-monitor@*").await;
    let opened = world.program("POST", token, "/meetings", &opened.to_string()).await;
    let meeting = read(&opened.body)["location"]
        .as_str()
        .unwrap()
        .replace("/meeting/", "");
    let proposed = json!({"record": meeting, "choice": "wait", "reason": "x", "overrides": true, "despite": "x"});
    let proposed = world.program("POST", token, "/propose", &proposed.to_string()).await;
    assert_eq!(proposed.status, 200, "{}", proposed.body);
    let registered = json!({"summary": "first", "account": "all", "password": crate::world::PASSWORD});
    world.program("POST", token, "/protocol", &registered.to_string()).await;
    let proposal = read(&world.get(reader, &format!("/api/meeting/{meeting}")).await.body)["proposal_seq"].clone();
    (meeting, proposal)
}

#[tokio::test]
async fn what_the_document_calls_required_is_asked_for_and_nothing_else() {
    let world = World::new().await;
    let grants = "investigator@* data-manager@* medical-monitor@* administrator@* coordinator@* monitor@*";
    world.account("all", grants).await;
    let record = world.subject("all", "01", "IL1RAP-HCC-01-001").await;
    let token = world.bearer("all").await;
    let reader = world.session("all").await;
    let (meeting, seq) = opened(&world, &token, &reader).await;
    let Published(document) = Published::of(&world, &reader).await;
    let (mut asked, mut wrong, mut whole) = (0, Vec::new(), Vec::new());
    for (path, verbs) in document["paths"].as_object().unwrap() {
        let Some(operation) = verbs.get("post") else { continue };
        let rest = match path.as_str() {
            "/enter/{rest}" => "adverse-event/IL1RAP-HCC-01-001",
            "/panel/{rest}" => "vital-sign/IL1RAP-HCC-01-001",
            "/countersign/{rest}" => "conduct-identity/IL1RAP-HCC-01-001",
            _ => record.as_str(),
        };
        let to = path.replace("{rest}", rest);
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let needed: Vec<&str> = schema["required"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one.as_str().unwrap())
            .collect();
        let plausible = |name: &str| match name {
            "record" if ["/propose", "/conflict", "/vote", "/resolve"].contains(&path.as_str()) => json!(meeting),
            "record" => json!(record),
            "grants" => json!("monitor@01"),
            "account" if path == "/people/add" => json!("newcomer"),
            "version" => json!(crate::world::trial().version),
            "account" if path.starts_with("/people/") => json!("somebody"),
            "account" => json!("all"),
            "password" => json!(crate::world::PASSWORD),
            "proposal" => seq.clone(),
            name => match &schema["properties"][name] {
                one if one["enum"].is_array() => one["enum"][0].clone(),
                one if one["format"] == "date" => json!("2026-01-31"),
                one if one["pattern"] == "^[0-9]+$" => json!(999),
                _ => json!("wait"),
            },
        };
        let member = (path == "/meetings").then(|| ("member.all".to_owned(), json!("physician")));
        // A password that is missing is a wrong one.
        for left_out in needed
            .iter()
            .filter(|name| !name.contains("password") && **name != "again")
            // Which is registered already.
            .filter(|name| path != "/protocol" || **name == "summary")
        {
            let body: Map<String, Value> = needed
                .iter()
                .filter(|name| *name != left_out)
                .map(|name| ((*name).to_owned(), plausible(name)))
                .chain(member.clone())
                .collect();
            let answer = world
                .program("POST", &token, &to, &Value::Object(body).to_string())
                .await;
            asked += 1;
            let told = answer.body.contains(&format!("\\\"{left_out}\\\" is missing"));
            if answer.status != 400 || !told {
                wrong.push(format!("{path} without {left_out}: {} {}", answer.status, answer.body));
            }
        }
        let body = needed.iter().map(|name| ((*name).to_owned(), plausible(name)));
        whole.push((path, to, Value::Object(body.collect())));
    }
    // At the end, for some of it is done.
    for (path, to, body) in whole {
        let answer = world.program("POST", &token, &to, &body.to_string()).await;
        if answer.body.contains("is missing; go back") {
            wrong.push(format!("{path} with all: {}", answer.body));
        }
    }
    assert!(asked > 30, "{asked}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn who_may_not_see_meetings_is_told_of_none() {
    let world = World::new().await;
    let local = world.person("local", "coordinator@01").await;
    let meetings = read(&world.get(&local, "/api/meetings").await.body);
    assert_eq!((&meetings["meetings"], &meetings["hidden"]), (&json!([]), &json!(true)));
}
