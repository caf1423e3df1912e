//! A halt that somebody enters stands wherever the next dose is spoken of.

use crate::world::World;

#[tokio::test]
async fn a_halt_stands_on_board_work_list_meetings_and_decision_as_soon_as_it_is_entered() {
    let world = World::new().await;
    world.subject("enterer", "01", "IL1RAP-HCC-01-001").await;
    let wang = world.person("wang", "investigator@01").await;
    let song = world.person("song", "inspector@*").await;
    assert!(!world.get(&wang, "/").await.body.contains("halted"));
    let halt = [
        ("v.reason", "two deaths at another site"),
        ("v.from", "2026-03-01 07:00"),
    ];
    let saved = world.post(&wang, "/enter/conduct-pause", &halt).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let board = world.get(&wang, "/").await.body;
    assert!(
        board.contains("treatment is halted by pause/1: two deaths at another site"),
        "{board}"
    );
    for page in ["/work", "/meetings"] {
        let shown = world.get(&song, page).await.body;
        assert!(shown.contains("two deaths at another site"), "{page}: {shown}");
    }
    let token = world.bearer("song").await;
    let decision = world.program("GET", &token, "/api/decision", "").await.body;
    assert!(
        decision.contains("\"wait\"") && decision.contains("pause/1"),
        "{decision}"
    );
}
