//! Versions of the protocol: registered, compared, made effective at a site, and asked for by its gates.

use crate::world::{PASSWORD, Visitor, World, trial_folder};

async fn register(world: &World, by: &Visitor) -> (u16, String) {
    let form = [
        ("summary", "First version"),
        ("account", by.name.as_str()),
        ("password", PASSWORD),
    ];
    let answer = world.post(by, "/protocol", &form).await;
    (answer.status, answer.body)
}

async fn activate(world: &World, by: &Visitor, more: [&str; 4]) -> (u16, String) {
    let [version, site, approved, effective] = more;
    let form = [
        ("version", version),
        ("site", site),
        ("approval", "Ethics committee of the hospital, 2026-17"),
        ("approved", approved),
        ("effective", effective),
        ("account", by.name.as_str()),
        ("password", PASSWORD),
    ];
    let answer = world.post(by, "/protocol/site", &form).await;
    (answer.status, answer.body)
}

/// A world whose folder holds the protocol file, which tests may change.
async fn world_with_file() -> (World, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(
        trial_folder().join("protocol.toml"),
        folder.path().join("protocol.toml"),
    )
    .unwrap();
    let world = World::with(|settings| folder.path().clone_into(&mut settings.folder)).await;
    (world, folder)
}

#[tokio::test]
async fn a_site_treats_nobody_before_a_version_is_in_force_there() {
    let (world, folder) = world_with_file().await;
    let (huang, wang) = (
        world.person("huang", "medical-monitor@*").await,
        world.person("wang", "investigator@01").await,
    );
    let enterer = world.person("enterer", "coordinator@01").await;
    world.subject("enterer", "01", "IL1RAP-HCC-01-001").await;
    let screened = [("v.began", "2026-02-20")];
    let answer = world
        .post(&enterer, "/enter/conduct-screening/IL1RAP-HCC-01-001", &screened)
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let version = crate::world::trial().version;
    let today = world.app.today().to_string();
    let file = folder.path().join("protocol.toml");
    let page = world.get(&wang, "/protocol").await.body;
    assert!(page.contains("This version is not registered"), "{page}");
    let gates = "/gates/IL1RAP-HCC-01-001";
    let needed = "No version of the protocol is in force at site 01";
    assert!(
        !world.get(&wang, gates).await.body.contains(needed),
        "no version is kept"
    );

    assert_eq!(
        activate(&world, &wang, [&version, "01", &today, &today]).await.0,
        409,
        "not registered yet"
    );
    assert_eq!(register(&world, &wang).await.0, 403, "the sponsor registers");
    assert_eq!(register(&world, &huang).await.0, 303);
    assert!(register(&world, &huang).await.1.contains("is registered"));
    let page = world.get(&huang, "/protocol").await.body;
    assert!(page.contains("First version") && !page.contains("This version is not registered"));
    assert!(world.get(&wang, gates).await.body.contains(needed));

    assert_eq!(
        activate(&world, &wang, [&version, "02", &today, &today]).await.0,
        403,
        "another site"
    );
    assert_eq!(activate(&world, &huang, [&version, "01", &today, &today]).await.0, 403);
    let (status, body) = activate(&world, &wang, [&version, "01", &today, "2020-01-01"]).await;
    assert!(status == 409 && body.contains("before it"), "{body}");
    assert_eq!(activate(&world, &wang, [&version, "01", &today, &today]).await.0, 303);
    assert!(!world.get(&wang, gates).await.body.contains(needed));
    assert!(world.get(&wang, "/protocol").await.body.contains("in force"));

    // The file is changed under the same number: it is seen, shown, and not registered.
    let changed = std::fs::read_to_string(&file)
        .unwrap()
        .replacen("window_days = 28", "window_days = 42", 1);
    std::fs::write(&file, changed).unwrap();
    let page = world.get(&huang, "/protocol").await.body;
    assert!(page.contains("The file differs from what was registered"), "{page}");
    assert!(
        page.contains("<del>28</del>") && page.contains("<ins>42</ins>"),
        "{page}"
    );
}

#[tokio::test]
async fn a_version_without_its_signature_counts_for_nothing() {
    let (world, _folder) = world_with_file().await;
    let huang = world.person("huang", "medical-monitor@*").await;
    let form = [
        ("summary", "First"),
        ("account", "huang"),
        ("password", "not the password"),
    ];
    let answer = world.post(&huang, "/protocol", &form).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    let page = world.get(&huang, "/protocol").await.body;
    assert!(page.contains("This version is not registered"), "{page}");
    assert!(!page.contains("<td>First</td>"), "{page}");
}

#[tokio::test]
async fn entries_name_the_version_in_force_at_their_site() {
    let (world, _folder) = world_with_file().await;
    let (huang, wang) = (
        world.person("huang", "medical-monitor@*").await,
        world.person("wang", "investigator@01").await,
    );
    let enterer = world.person("enterer", "coordinator@01").await;
    world.subject("enterer", "01", "IL1RAP-HCC-01-001").await;
    let running = crate::world::trial().version;
    assert_eq!(register(&world, &huang).await.0, 303);
    let today = world.app.today().to_string();
    assert_eq!(activate(&world, &wang, [&running, "01", &today, &today]).await.0, 303);
    let screened = [("v.began", "2026-02-20")];
    let answer = world
        .post(&enterer, "/enter/conduct-screening/IL1RAP-HCC-01-001", &screened)
        .await;
    let key = answer.location().strip_prefix("/record/").unwrap();
    let record = world.app.store.record(key).await.unwrap().unwrap();
    assert_eq!(record.protocol.as_deref(), Some(running.as_str()));
}
