//! What programs may ask for, and what they are told of it.

use crate::world::World;

#[tokio::test]
async fn a_program_is_told_what_it_may_ask_for_and_what_is_not_known() {
    let world = World::new().await;
    world.account("sun", "monitor@*").await;
    world.subject("sun", "01", "IL1RAP-HCC-01-001").await;
    let token = world.bearer("sun").await;
    let ask = async |path: &str| world.program("GET", &token, path, "").await;
    for (path, status) in [
        ("/api/entries?kind=create", 200),
        ("/api/entries?kind=made", 400),
        ("/api/entries?from=2026-99-99", 400),
        ("/api/entries?until=2026-03", 200),
        ("/api/entries?knd=create", 400),
        ("/api/records?kind=create", 400),
        ("/api/records?form=adverse-event", 200),
        ("/api/decision?cut=2026-03-01", 400),
    ] {
        assert_eq!(ask(path).await.status, status, "{path}");
    }
    let read = |body: &str| serde_json::from_str::<serde_json::Value>(body).unwrap();
    let made = read(&ask("/api/entries?kind=create").await.body);
    let kinds = made["entries"].as_array().unwrap();
    assert!(
        kinds.len() >= 3 && kinds.iter().all(|entry| entry["kind"] == "create"),
        "{made}"
    );
    let description = read(&ask("/api/openapi.json").await.body);
    let entries = &description["paths"]["/api/entries"]["get"];
    let names: Vec<&str> = entries["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| parameter["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["record", "subject", "author", "kind", "from", "until", "before"]
    );
    assert!(entries["responses"]["400"].is_object());
    let rest = &description["paths"]["/enter/{rest}"]["post"]["parameters"][0];
    assert_eq!(rest["in"], "path");
}
