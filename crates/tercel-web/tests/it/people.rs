//! Who gives roles, and which ones together.

use crate::world::{PASSWORD, World};

#[tokio::test]
async fn roles_that_conflict_are_not_given_to_one_person() {
    let world = World::new().await;
    let admin = world.person("admin", "administrator@*").await;
    for (number, grants, allowed) in [
        (1, "coordinator@01 monitor@01", false),
        (2, "investigator@01 data-manager@*", false),
        (3, "administrator@* investigator@01", false),
        (4, "coordinator@01 investigator@02", true),
    ] {
        let name = format!("person{number}");
        let answer = world
            .post(
                &admin,
                "/people/add",
                &[
                    ("account", name.as_str()),
                    ("printed", "A Person"),
                    ("grants", grants),
                    ("password", "vier gelbe Drachen"),
                    ("again", "vier gelbe Drachen"),
                    ("own_password", PASSWORD),
                ],
            )
            .await;
        assert_eq!(answer.status, if allowed { 303 } else { 422 }, "{grants}");
        let there = world.app.store.account(&name).await.unwrap().is_some();
        assert_eq!(there, allowed, "{grants}");
    }
}

#[tokio::test]
async fn nobody_changes_their_own_roles() {
    let world = World::new().await;
    let admin = world.person("admin", "administrator@*").await;
    let before = world.app.store.account("admin").await.unwrap();
    for (path, fields) in [
        (
            "/people/change",
            vec![("grants", "investigator@*"), ("seen", "1"), ("reason", "why not")],
        ),
        (
            "/people/password",
            vec![("password", "sieben blaue Esel"), ("again", "sieben blaue Esel")],
        ),
    ] {
        let mut fields = fields;
        fields.push(("account", "admin"));
        assert_eq!(world.post(&admin, path, &fields).await.status, 409, "{path}");
        assert_eq!(world.app.store.account("admin").await.unwrap(), before);
    }
}

#[tokio::test]
async fn a_name_is_one_however_its_capitals_stand() {
    let world = World::new().await;
    let admin = world.person("admin", "administrator@*").await;
    let mut form = [
        ("account", "ADMIN"),
        ("printed", "A Person"),
        ("grants", "coordinator@01"),
        ("password", "vier gelbe Drachen"),
        ("again", "vier gelbe Drachen"),
    ];
    let answer = world.post(&admin, "/people/add", &form).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.body.contains("there is an account admin already"),
        "{}",
        answer.body
    );
    form[0].1 = "Tercel";
    assert_eq!(world.post(&admin, "/people/add", &form).await.status, 422);
    assert_eq!(world.app.store.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_new_password_is_another_one_and_its_problem_is_the_true_one() {
    let world = World::new().await;
    let nurse = world.person("nurse", "coordinator@01").await;
    for (new, problem) in [
        (PASSWORD, "the one there was before"),
        ("the night nurse is here", "the account&#39;s name nurse"),
        ("password1234", "one of the first that are tried"),
    ] {
        let form = [("old", PASSWORD), ("password", new), ("again", new)];
        let answer = world.post(&nurse, "/password", &form).await;
        assert_eq!(answer.status, 422, "{new}");
        assert!(answer.body.contains(problem), "{problem}: {}", answer.body);
    }
    let st = world.person("st", "coordinator@01").await;
    let new = "the first star of the evening";
    let form = [("old", PASSWORD), ("password", new), ("again", new)];
    assert_eq!(world.post(&st, "/password", &form).await.location(), "/sign-in");
}

#[tokio::test]
async fn giving_roles_and_passwords_asks_for_the_administrators_own_again() {
    let world = World::new().await;
    let admin = world.person("admin", "administrator@*").await;
    world.account("nurse", "coordinator@01").await;
    let new = "vier gelbe Drachen";
    let add = [
        ("account", "sister"),
        ("printed", "S"),
        ("grants", "coordinator@01"),
        ("password", new),
        ("again", new),
    ];
    let change = [
        ("account", "nurse"),
        ("seen", "1"),
        ("grants", "monitor@*"),
        ("reason", "moved"),
    ];
    let disable = [
        ("account", "nurse"),
        ("seen", "1"),
        ("grants", "coordinator@01"),
        ("reason", "left"),
        ("disabled", "Y"),
    ];
    let password = [("account", "nurse"), ("password", new), ("again", new)];
    let asked: [(&str, &[(&str, &str)]); 4] = [
        ("/people/add", &add),
        ("/people/change", &change),
        ("/people/change", &disable),
        ("/people/password", &password),
    ];
    let before = world.app.store.accounts().await.unwrap();
    for (path, form) in asked {
        for own in [None, Some(""), Some("not the password"), Some(new)] {
            let given = own.map(|own| ("own_password", own));
            let form: Vec<(&str, &str)> = form.iter().copied().chain(given).collect();
            let answer = world.post(&admin, path, &form).await;
            assert_eq!(answer.status, 422, "{path}");
            assert!(
                answer.body.contains("Your own password is not right"),
                "{}",
                answer.body
            );
            assert!(!answer.body.contains(new) && !answer.body.contains("not the password"));
            assert_eq!(world.app.store.accounts().await.unwrap(), before);
            // Wrong ones are counted, and wait.
            world.move_on(2);
        }
    }
    let form: Vec<(&str, &str)> = add.iter().copied().chain([("own_password", PASSWORD)]).collect();
    assert_eq!(world.post(&admin, "/people/add", &form).await.status, 303);
}
