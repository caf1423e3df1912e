//! The study: a team, three subjects, their safety, and a correction after the decision.

use crate::course::Course;
use crate::driver::Browser;
use crate::http::request;
use crate::site::{CODE, FIRST, OWN, Site, said};

const TEAM: [(&str, &str, &str); 10] = [
    ("chen", "Chen Li", "coordinator@01"),
    ("wang", "Dr Wang Fang", "investigator@01"),
    ("zhao", "Zhao Min", "cell-lab@01"),
    ("liu", "Liu Yang", "pharmacist@01"),
    ("sun", "Sun Jie", "monitor@*"),
    ("huang", "Dr Huang Wei", "medical-monitor@*"),
    ("xu", "Xu Hao", "statistician@*"),
    ("guo", "Prof Guo Rong", "committee@*"),
    ("lin", "Prof Lin Tao", "committee@*"),
    ("song", "Song Yu", "inspector@*"),
];

const DELEGATED: [(&str, &str, &[&str]); 5] = [
    (
        "Dr Wang Fang",
        "Investigator",
        &["consent", "eligibility", "assessment", "order", "identity"],
    ),
    ("Liu Yang", "Pharmacist", &["receipt", "identity"]),
    ("Prof Guo Rong", "Committee", &["decision"]),
    ("Prof Lin Tao", "Committee", &["decision"]),
    ("Dr Huang Wei", "Sponsor physician", &["decision"]),
];

/// The first user, the team, everybody's own password, the delegation log.
pub(crate) fn start(site: &Site, browser: &Browser) {
    browser.go(&site.url("/"));
    browser.shows("The first user");
    let first = [
        ("code", "wrong"),
        ("account", "ma"),
        ("printed", "Ma Ting"),
        ("password", OWN),
        ("again", OWN),
    ];
    let set_up = |code: &str| {
        browser.go(&site.url("/setup"));
        for (name, value) in first {
            let value = if name == "code" { code } else { value };
            browser.fill(&format!("input[name={name}]"), value);
        }
        browser.follow("form[action='/setup'] button");
    };
    set_up("not the code");
    browser.shows("Nothing was changed");
    set_up(CODE);
    site.sign_in(browser, "ma", OWN);
    browser.go(&site.url("/people"));
    for (account, printed, grants) in TEAM {
        let add = "form[action='/people/add']";
        browser.fill(&format!("{add} [name=account]"), account);
        browser.fill(&format!("{add} [name=printed]"), printed);
        browser.fill(&format!("{add} [name=grants]"), grants);
        browser.fill(&format!("{add} [name=password]"), FIRST);
        browser.fill(&format!("{add} [name=again]"), FIRST);
        browser.fill(&format!("{add} [name=own_password]"), OWN);
        browser.follow(&format!("{add} button"));
        browser.shows(printed);
    }
    browser.go(&site.url("/people"));
    browser.picture("people");
    for (account, ..) in TEAM {
        site.sign_in(browser, account, FIRST);
        for (name, value) in [("old", FIRST), ("password", OWN), ("again", OWN)] {
            browser.fill(&format!("form[action='/password'] [name={name}]"), value);
        }
        browser.follow("form[action='/password'] button");
    }
    for (person, role, tasks) in DELEGATED {
        for task in tasks {
            let line = [("person", person), ("role", role), ("task", task)];
            let days = [("from", "2026-03-02"), ("trained", "2026-03-02")];
            site.record("wang", "conduct-delegation", None, &[&line[..], &days].concat());
        }
    }
}

/// Three subjects up to their infusions, each when its time has come.
pub(crate) fn treat(site: &Site, browser: &Browser) -> Vec<Course> {
    let courses =
        [(1, "2026-03-24"), (2, "2026-04-07"), (3, "2026-04-14")].map(|(number, day)| Course::new(number, day));
    let [one, two, three] = &courses;
    enrol(site, browser, one);
    one.screen(site);
    one.collect(site);
    one.make(site);
    enrol(site, browser, two);
    two.screen(site);
    one.receive(site);
    two.collect(site);
    one.deplete(site);
    one.morning(site);
    infuse_in_browser(site, browser, one);
    enrol(site, browser, three);
    three.screen(site);
    three.collect(site);
    two.make(site);
    two.receive(site);
    one.visits(site, &[1, 2, 3, 4, 5, 6, 7]);
    two.deplete(site);
    three.make(site);
    two.morning(site);
    two.infuse(site);
    three.receive(site);
    one.visits(site, &[10, 14]);
    three.deplete(site);
    three.morning(site);
    three.infuse(site);
    two.visits(site, &[1, 2, 3, 4, 5, 6, 7]);
    one.visits(site, &[21]);
    courses.into()
}

/// A new subject gets its number.
fn enrol(site: &Site, browser: &Browser, course: &Course) {
    site.at(&course.when(-21, "08:30"));
    site.sign_in(browser, "chen", OWN);
    browser.go(&site.url("/new-subject"));
    browser.fill("#f-siteid", "01");
    browser.fill("#f-rficdtc", &course.when(-21, "08:20"));
    browser.fill("#f-age", "190");
    browser.click("input[name='v.sex'][value=M]");
    browser.click("#f-armcd option[value=DL1]");
    browser.follow("form.entry button:not([name])");
    assert!(browser.has(".problem"), "an age of 190 was taken");
    browser.fill("#f-age", "61");
    browser.follow("form.entry button:not([name])");
    browser.shows(&course.subject);
}

/// The infusion is refused while the bag is neither thawed nor checked, a label misread stops both persons, and the bag of
/// another is not given; all in order, it is allowed.
fn infuse_in_browser(site: &Site, browser: &Browser, course: &Course) {
    site.sign_in(browser, "wang", OWN);
    let form = site.url(&format!("/enter/infusion/{}", course.subject));
    let infuse = |began: &str, bag: &str| {
        browser.go(&form);
        browser.click("#f-extrt option[value='ANTI-IL1RAP CAR-T CELLS']");
        browser.fill("#f-exdose", "100");
        browser.click("input[name='v.exdosu'][value='10^6 Therapeutic Cells']");
        browser.fill("#f-exroute", "INTRAVENOUS");
        browser.fill("#f-exstdtc", began);
        browser.fill("#f-bag1", bag);
        browser.follow("form.entry button:not([name])");
    };
    let sign = || {
        browser.fill("input[name=password]", OWN);
        browser.fill("input[name=second]", "liu");
        browser.fill("input[name=second_password]", OWN);
        browser.follow("form.entry button:not([name])");
    };
    infuse(&course.when(0, "09:40"), &course.bag);
    let page = browser.page();
    let waits = ["No thaw of bag", "not checked by two persons"].map(|word| page.contains(word));
    assert_eq!(waits, [true, true], "{page}");
    browser.picture("infusion-refused");
    course.thaw(site);
    browser.go(&site.url(&format!("/countersign/conduct-identity/{}", course.subject)));
    for (name, text) in course.read() {
        browser.fill(&format!("#f-{name}"), &text);
    }
    browser.picture("identity-check");
    browser.fill("#f-lot2", "LOT-01O");
    sign();
    browser.shows("STOP.");
    assert!(browser.page().contains("LOT-01O"), "{}", browser.page());
    assert_eq!(browser.value("#f-lot1"), course.lot);
    browser.picture("identity-mismatch");
    browser.fill("#f-lot2", &course.lot);
    sign();
    assert!(browser.url().contains("/record/"), "{}", browser.page());
    site.at(&course.when(0, "10:00"));
    browser.go(&site.url(&format!("/gates/{}", course.subject)));
    browser.picture("gates");
    infuse(&course.when(0, "10:00"), "BAG-009-A");
    browser.shows("BAG-009-A was given, which the order does not name");
    infuse(&course.when(0, "10:05"), &course.bag);
    browser.shows("the moment lies in the future");
    infuse(&course.when(0, "10:00"), &course.bag);
    browser.shows("EX/");
}

/// The other button of a form says what is wrong and writes nothing, with scripts too.
fn check_without_saving(site: &Site, browser: &Browser, course: &Course) {
    site.sign_in(browser, "chen", OWN);
    browser.go(&site.url(&format!("/enter/medical-history/{}", course.subject)));
    browser.fill("#f-mhterm", "Hypertension");
    browser.follow("form.entry button[name=check]");
    assert!(!browser.url().contains("/record/"), "saved as {}", browser.url());
    assert_eq!(browser.value("#f-mhterm"), "Hypertension");
    browser.follow("form.entry button:not([name])");
    assert!(browser.url().contains("/record/MH"), "not saved: {}", browser.url());
}

/// A dose-limiting event of the second subject: entered, asked about, answered, verified, signed.
pub(crate) fn look_after(site: &Site, browser: &Browser, courses: &[Course]) {
    let [one, two, three] = courses else { unreachable!() };
    two.visits(site, &[10, 14]);
    let event = [
        ("aeterm", "Hypoxia"),
        ("aetoxgr", "4"),
        ("aestdtc", &two.when(3, "08:00")),
        ("aeendtc", &two.when(7, "08:00")),
        ("aeout", "RECOVERED/RESOLVED"),
        ("aerel", "RELATED"),
        ("aecontrt", "Y"),
        ("aeser", "Y"),
        ("aeaware", &two.when(3, "08:00")[..10]),
        ("aesdth", "N"),
        ("aeslife", "Y"),
        ("aeshosp", "Y"),
        ("aesdisab", "N"),
        ("aescong", "N"),
        ("aesmie", "N"),
        ("aedecod", "Hypoxia"),
        ("aebodsys", "Respiratory, thoracic and mediastinal disorders"),
    ];
    let record = site.record("wang", "adverse-event", Some(&two.subject), &event);
    one.visits(site, &[28]);
    check_without_saving(site, browser, two);
    site.sign_in(browser, "sun", OWN);
    browser.go(&site.url(&record));
    browser.follow("form[action='/verify'] button");
    browser.click("details:has(form[action='/query']) summary");
    browser.click("form[action='/query'] option[value=aetoxgr]");
    browser.fill(
        "form[action='/query'] textarea",
        "Was the subject ventilated? Grade 4 asks for urgent intervention.",
    );
    browser.follow("form[action='/query'] button");
    site.sign_in(browser, "wang", OWN);
    browser.go(&site.url("/queries"));
    browser.shows("Was the subject ventilated?");
    browser.go(&site.url(&record));
    browser.fill(
        "form[action='/answer'] textarea",
        "Yes, from 10 to 12 April; note of the ICU.",
    );
    browser.follow("form[action='/answer'] button");
    browser.click("details:has(form[action='/sign']) summary");
    browser.fill("form[action='/sign'] [name=account]", "wang");
    browser.fill("form[action='/sign'] [name=password]", OWN);
    browser.follow("form[action='/sign'] button");
    site.sign_in(browser, "sun", OWN);
    browser.go(&site.url(&record));
    browser.follow("form[action='/close'] button");
    browser.picture("record");
    two.visits(site, &[21]);
    three.visits(site, &[1, 2, 3, 4, 5, 6, 7, 10, 14, 21]);
    two.visits(site, &[28]);
    three.visits(site, &[28]);
    site.sign_in(browser, "song", OWN);
    browser.go(&site.url("/work"));
    browser.picture("work");
    browser.go(&site.url(&format!("/subject/{}", two.subject)));
    browser.shows("DLT");
}

/// A week after the decision the grade turns out to be another: the meeting says so.
pub(crate) fn correct_late(site: &Site, browser: &Browser, courses: &[Course]) {
    let subject = &courses[1].subject;
    site.at("2026-05-20T10:00");
    site.sign_in(browser, "wang", OWN);
    browser.go(&site.url(&format!("/correct/AE/{subject}/1")));
    browser.click("#f-aetoxgr input[value='3']");
    browser.fill("#f-reason", "the ICU's charts show oxygen by mask, no ventilation");
    browser.follow("form.entry button:not([name])");
    assert!(browser.url().contains("/record/"), "{}", browser.page());
    // The event no longer meets a criterion: the count of DLTs that it took away is named all the same.
    browser.shows("outcomes P1");
    // A packet shows subjects of every site: it is not for who reads one alone.
    site.sign_in(browser, "song", OWN);
    browser.go(&site.url("/meeting/MEETING//2"));
    browser.shows("the ICU's charts show oxygen by mask");
    assert!(browser.has(".problem"), "{}", browser.page());
    browser.picture("decision-touched");
    browser.go(&site.url(&format!("/audit?subject={subject}")));
    browser.shows("the ICU's charts show oxygen by mask");
    browser.picture("audit");
    let page = request(site.at, "GET /audit", &[], "").unwrap();
    assert_eq!(
        page.status,
        303,
        "the audit trail is open to anybody: {}",
        said(&page.body)
    );
}
