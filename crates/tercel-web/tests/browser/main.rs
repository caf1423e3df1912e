//! A study played in a browser: from the first user to a decision, and a correction that comes late.
//!
//! It needs Chromium and its driver (`apt-get install chromium chromium-driver`). Where they are not installed it says so and
//! passes; under `CI` it fails. `TERCEL_SCREENSHOTS=1` renews the pictures of `docs/tour.md`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test that cannot go on fails by panicking"
)]

mod course;
mod driver;
mod http;
mod looks;
mod meeting;
mod play;
mod site;

use driver::{Driver, Lost};
use site::Site;

#[test]
fn a_study_is_played_in_a_browser() {
    if !driver::is_there() {
        eprintln!("NOT TESTED in a browser: install chromium and chromium-driver");
        assert!(
            std::env::var_os("CI").is_none(),
            "chromium and chromium-driver are not installed"
        );
        return;
    }
    // What a browser that was lost leaves behind is nothing: the study has a folder of its own each time.
    let Err(ended) = std::panic::catch_unwind(play_the_study) else {
        return;
    };
    match ended.downcast::<Lost>() {
        Ok(lost) => {
            eprintln!(
                "the browser stopped to answer ({}); the study is played once more",
                lost.0
            );
            play_the_study();
        }
        Err(failed) => std::panic::resume_unwind(failed),
    }
}

fn play_the_study() {
    let driver = Driver::start();
    let site = Site::start("2026-03-02T09:00");
    let browser = driver.open((1200, 900), "en", true, false);
    play::start(&site, &browser);
    meeting::opens(&site, &browser);
    let courses = play::treat(&site, &browser);
    play::look_after(&site, &browser, &courses);
    meeting::decides(&site, &browser);
    play::correct_late(&site, &browser, &courses);
    looks::all(&site, &driver, &courses);
    let (head, found) = site.runtime.block_on(async {
        let head = site.app.head().await.unwrap();
        let found = site.app.store.verify(Some(&head)).await.unwrap();
        (head, found)
    });
    assert!(head.is_genuine());
    assert!(found.is_ok(), "{:?}", found.problems);
    assert_eq!(found.entries, head.entries);
}
