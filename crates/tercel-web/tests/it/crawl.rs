//! Every link of every page, from the board on, as every role, over the rehearsal of the study.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::civil::Date;
use tercel_exchange::read_datasets;
use tercel_store::{Address, HeadKey};
use tercel_web::{Rehearsal, Role, Verb, create_demo, demo_accounts};

use crate::page::{has_route, tags};
use crate::world::{Visitor, World, trial, trial_folder};

/// Pages of one kind that are opened: of the records of a subject all look alike.
const OF_A_KIND: usize = 3;

pub(crate) async fn demo() -> World {
    demo_until(None).await
}

pub(crate) async fn demo_until(until: Option<Date>) -> World {
    let folder = tempfile::tempdir().unwrap();
    let (tables, _) = read_datasets(&trial_folder().join("data")).unwrap();
    let key = HeadKey::open(&HeadKey::path(folder.path())).unwrap();
    let rehearsal = Rehearsal {
        folder: &trial_folder(),
        trial: &trial(),
        tables: &tables,
        until,
    };
    let store = create_demo(&Address::in_folder(folder.path()), &key, rehearsal)
        .await
        .unwrap();
    World::over(store, folder, |settings| settings.demo_accounts = demo_accounts())
}

/// The kind of a page: its route, and of records and forms which one.
fn kind(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap();
    let parts: Vec<&str> = path.split('/').take(3).collect();
    match parts.as_slice() {
        [_, "subject" | "meeting" | "gates", _] => parts[1].to_owned(),
        _ => parts.join("/"),
    }
}

/// Opens every page that can be reached, and says how many there were.
async fn crawl(world: &World, visitor: &Visitor) -> usize {
    let mut waiting: VecDeque<(String, String)> = VecDeque::from([("/".to_owned(), "the address".to_owned())]);
    let mut known: BTreeSet<String> = BTreeSet::from(["/".to_owned()]);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut opened = 0;
    while let Some((path, from)) = waiting.pop_front() {
        let count = kinds.entry(kind(&path)).or_default();
        *count += 1;
        if *count > OF_A_KIND {
            continue;
        }
        let answer = world.get(visitor, &path).await;
        opened += 1;
        if answer.status == 303 {
            assert_eq!((path.as_str(), answer.location()), ("/", "/people"), "from {from}");
            waiting.push_back(("/people".to_owned(), path));
            continue;
        }
        assert_eq!(answer.status, 200, "{path}, a link of {from}, as {}", visitor.name);
        if !answer.is_html() {
            continue;
        }
        for tag in tags(&path, &answer.body) {
            let Some(to) = tag.get("href").or(tag.get("src")) else {
                continue;
            };
            let to = to.split('#').next().unwrap().to_owned();
            if to.is_empty() || to.starts_with("data:") {
                continue;
            }
            assert!(has_route(Verb::Get, &to), "{path} leads to {to}");
            if known.insert(to.clone()) {
                waiting.push_back((to, path.clone()));
            }
        }
    }
    opened
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_of_every_page_works_for_every_role_in_both_languages() {
    let world = demo().await;
    let page = world.get(&Visitor::default(), "/sign-in").await;
    let mut roles = BTreeSet::new();
    for (name, role, _) in demo_accounts() {
        assert!(page.body.contains(&name));
        roles.insert(role);
        let visitor = world.session(&name).await;
        for language in ["en", "zh"] {
            let opened = crawl(&world, &visitor.speaking(language)).await;
            println!("{name} in {language}: {opened} pages");
            assert!(opened > 4, "{name} sees next to nothing");
        }
    }
    assert_eq!(roles.len(), Role::ALL.len());
}

#[tokio::test]
async fn pages_before_signing_in_are_sound_in_both_languages() {
    let world = World::with(|settings| settings.setup_code = Some("code".to_owned())).await;
    for language in ["en", "zh"] {
        let nobody = Visitor::default().speaking(language);
        assert_eq!(world.get(&nobody, "/setup").await.status, 200);
        let wrong = world
            .post(
                &nobody,
                "/setup",
                &[("code", "code"), ("account", "!"), ("printed", "X")],
            )
            .await;
        assert_eq!(wrong.status, 422);
    }
    world.account("nurse", "coordinator@01").await;
    for language in ["en", "zh"] {
        let nobody = Visitor::default().speaking(language);
        let page = world.get(&nobody, "/sign-in").await;
        assert_eq!(page.status, 200);
        // What the script writes beside a password that can be shown.
        let shown = if language == "zh" {
            "显示输入内容"
        } else {
            "Show what is typed"
        };
        assert!(page.body.contains(&format!("data-show=\"{shown}\"")), "{}", page.body);
        let nurse = world.session("nurse").await.speaking(language);
        let wrong = [
            ("old", crate::world::PASSWORD),
            ("password", "short"),
            ("again", "short"),
        ];
        assert_eq!(world.post(&nurse, "/password", &wrong).await.status, 422);
        assert_eq!(world.get(&nurse, "/record/AE/none/1").await.status, 404);
    }
    // What the browser prefers, where nothing was chosen.
    let request = Visitor::default()
        .request("GET", "/sign-in")
        .header("accept-language", "fr, en;q=0.5, zh;q=0.4");
    let answer = world.send(request.body(axum::body::Body::empty()).unwrap()).await;
    assert!(answer.body.contains("<html lang=\"en\">"));
}
