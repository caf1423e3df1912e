//! Meetings: a packet frozen, a proposal, votes signed by password, a resolution.

use crate::driver::Browser;
use crate::site::{OWN, Site};

fn freeze(site: &Site, browser: &Browser, occasion: &str, words: &str) -> String {
    site.sign_in(browser, "xu", OWN);
    browser.go(&site.url("/meetings"));
    browser.click(&format!("#occasion option[value={occasion}]"));
    browser.fill("#words", words);
    browser.fill("#quorum", "3");
    browser.follow("form[action='/meetings'] button");
    browser.shows("SHA-256");
    browser.url()
}

fn propose(browser: &Browser, choice: &str, places: &str, reason: &str) {
    browser.click(&format!("select[name=choice] option[value='{choice}']"));
    browser.fill("form[action='/propose'] [name=places]", places);
    browser.fill("form[action='/propose'] [name=reason]", reason);
    browser.follow("form[action='/propose'] button");
}

fn vote(site: &Site, browser: &Browser, page: &str, picture: Option<&str>) {
    for member in ["guo", "lin", "huang"] {
        site.sign_in(browser, member, OWN);
        browser.go(page);
        browser.fill("form[action='/vote'] [name=account]", member);
        browser.fill("form[action='/vote'] [name=password]", "not the password at all");
        browser.follow("form[action='/vote'] button");
        browser.shows("nothing was signed");
        browser.go(page);
        browser.fill("form[action='/vote'] [name=account]", member);
        browser.fill("form[action='/vote'] [name=password]", OWN);
        if let Some(name) = picture.filter(|_| member == "huang") {
            browser.picture(name);
        }
        browser.follow("form[action='/vote'] button");
        assert!(
            !browser.has("form[action='/vote']"),
            "{member} could vote twice:\n{}",
            browser.page()
        );
    }
}

/// The first dose level is opened before anybody is enrolled.
pub(crate) fn opens(site: &Site, browser: &Browser) {
    site.at("2026-03-02T13:00");
    let page = freeze(site, browser, "other", "Start of the study");
    propose(browser, "stay:1", "3", "start of the study at the first dose group");
    vote(site, browser, &page, None);
    site.sign_in(browser, "xu", OWN);
    browser.go(&page);
    browser.follow("form[action='/resolve'] button");
    assert!(browser.has("#state.good"), "{}", browser.page());
}

/// After three subjects, one with a DLT: three more at the same level.
pub(crate) fn decides(site: &Site, browser: &Browser) {
    site.at("2026-05-13T10:00");
    site.sign_in(browser, "xu", OWN);
    browser.go(&site.url("/"));
    browser.picture("board");
    let page = freeze(site, browser, "scheduled", "");
    propose(browser, "stay:1", "6", "");
    vote(site, browser, &page, Some("vote"));
    site.sign_in(browser, "xu", OWN);
    browser.go(&page);
    browser.follow("form[action='/resolve'] button");
    assert!(browser.has("#state.good"), "{}", browser.page());
    browser.picture("decision");
}
