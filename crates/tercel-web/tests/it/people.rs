//! Who gives roles, and which ones together.

use crate::world::World;

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
