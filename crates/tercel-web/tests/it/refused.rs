//! What was refused comes back with what was typed, says whose password it was, and never holds a password.

use crate::world::{PASSWORD, Visitor, World};

const WRONG: &str = "not the right words";

fn nothing_secret(body: &str) {
    for secret in [WRONG, PASSWORD, "a-wrong-code"] {
        assert!(!body.contains(secret), "{secret} in {body}");
    }
}

#[tokio::test]
async fn a_signature_of_two_comes_back_with_its_answers_and_names_the_account() {
    let world = World::new().await;
    let chen = world.person("chen", "coordinator@01").await;
    world.account("wang", "coordinator@01").await;
    world.subject("chen", "01", "IL1RAP-HCC-01-001").await;
    let path = "/countersign/conduct-identity/IL1RAP-HCC-01-001";
    for (own, second, named) in [(WRONG, PASSWORD, "account chen"), (PASSWORD, WRONG, "account wang")] {
        let form = [
            ("v.bag", "BAG-77"),
            ("second", "wang"),
            ("password", own),
            ("second_password", second),
        ];
        let answer = world.post(&chen, path, &form).await;
        assert!(answer.body.contains("BAG-77"), "{}", answer.body);
        assert!(
            answer.body.contains("name=\"second\" value=\"wang\""),
            "{}",
            answer.body
        );
        assert!(answer.body.contains(named), "{named}: {}", answer.body);
        nothing_secret(&answer.body);
    }
}

#[tokio::test]
async fn an_unlock_comes_back_to_be_signed_again() {
    let world = World::new().await;
    let zhou = world.person("zhou", "data-manager@*").await;
    world.account("wang", "investigator@01").await;
    let fever = world.subject("enterer", "01", "IL1RAP-HCC-01-001").await;
    let lock = [("record", fever.as_str()), ("seen", "1")];
    assert_eq!(world.post(&zhou, "/lock", &lock).await.status, 303);
    let form = |second| {
        [
            ("record", fever.as_str()),
            ("reason", "a grade is to be <corrected>"),
            ("second", "wang"),
            ("password", PASSWORD),
            ("second_password", second),
        ]
    };
    let answer = world.post(&zhou, "/unlock", &form(WRONG)).await;
    assert_eq!(answer.status, 409);
    assert!(
        answer.body.contains("account wang: name or password"),
        "{}",
        answer.body
    );
    assert_eq!(
        answer.hidden("reason"),
        "a grade is to be &#60;corrected&#62;",
        "{}",
        answer.body
    );
    assert_eq!(answer.hidden("record"), fever);
    assert!(answer.body.contains("action=\"/unlock\""));
    nothing_secret(&answer.body);
    assert_eq!(world.post(&zhou, "/unlock", &form(PASSWORD)).await.status, 303);
}

#[tokio::test]
async fn a_new_account_that_is_refused_comes_back_with_name_and_roles() {
    let world = World::new().await;
    let admin = world.person("admin", "administrator@*").await;
    world.account("nurse", "coordinator@01").await;
    let new = [
        ("account", "sister"),
        ("printed", "Sister Mary"),
        ("grants", "coordinator@01"),
        ("password", WRONG),
        ("again", PASSWORD),
        ("own_password", PASSWORD),
    ];
    let body = world.post(&admin, "/people/add", &new).await.body;
    for value in ["value=\"sister\"", "value=\"Sister Mary\"", "value=\"coordinator@01\""] {
        assert!(body.contains(value), "{value} in {body}");
    }
    nothing_secret(&body);
    let change = [
        ("account", "nurse"),
        ("seen", "1"),
        ("grants", "doctor@01"),
        ("reason", "moved house"),
    ];
    let body = world.post(&admin, "/people/change", &change).await.body;
    assert!(
        body.contains("<details open>") && body.contains("value=\"moved house\""),
        "{body}"
    );
}

#[tokio::test]
async fn a_wrong_setup_code_is_called_wrong_and_where_it_stands_is_said() {
    let world = World::with(|settings| settings.setup_code = Some("0123456789ab".to_owned())).await;
    let form = [
        ("code", "a-wrong-code"),
        ("account", "first"),
        ("printed", "The First"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ];
    for (language, said) in [("en", "The code is not right"), ("zh", "设置码错误")] {
        let nobody = Visitor::default().speaking(language);
        let answer = world.post(&nobody, "/setup", &form).await;
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains(said), "{}", answer.body);
        assert!(answer.body.contains("value=\"first\"") && answer.body.contains("value=\"The First\""));
        nothing_secret(&answer.body);
    }
}

#[tokio::test]
async fn a_time_that_is_none_is_said_and_the_roles_of_who_came_in_stand_in_the_trail() {
    let world = World::new().await;
    world.account("sun", "monitor@* inspector@*").await;
    let sun = world
        .post_as_is(
            &Visitor::default(),
            "/sign-in",
            &[("account", "sun"), ("password", PASSWORD)],
        )
        .await;
    let (token, _) = sun.cookie("tercel").unwrap();
    let mut visitor = Visitor::default();
    visitor.cookies.push(("tercel".to_owned(), token));
    for (query, status) in [
        ("from=2026-99-99", 422),
        ("until=2026-02-30", 422),
        ("from=soon", 422),
        ("from=2026-02-28", 200),
        ("from=2026-03-02T07:00", 200),
        ("from=2026-03&until=2027", 200),
    ] {
        let answer = world.get(&visitor, &format!("/audit?{query}")).await;
        assert_eq!(answer.status, status, "{query}");
        assert_eq!(answer.body.contains("is no day or time"), status == 422, "{query}");
        let roles = answer
            .body
            .contains("<br><span class=\"roles\">Inspector, Monitor</span>");
        assert_eq!(roles, status == 200, "{query}: {}", answer.body);
    }
}

#[tokio::test]
async fn who_may_not_see_meetings_is_told_so() {
    let world = World::new().await;
    let nurse = world.person("nurse", "coordinator@01").await;
    let monitor = world.person("monitor", "monitor@*").await;
    for (visitor, hidden) in [(&nurse, true), (&monitor, false)] {
        let body = world.get(visitor, "/meetings").await.body;
        assert_eq!(body.contains("Meetings are not shown to your role at a site"), hidden);
        assert_eq!(body.contains("Nothing yet"), !hidden);
    }
}
