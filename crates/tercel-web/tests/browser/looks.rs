//! The same pages otherwise: without scripts, on a phone, in Chinese, in the dark.

use crate::course::Course;
use crate::driver::Driver;
use crate::site::{OWN, Site};

pub(crate) fn all(site: &Site, driver: &Driver, courses: &[Course]) {
    let subject = &courses[2].subject;
    let screening = site.url(&format!("/enter/conduct-screening/{subject}"));
    let plain = driver.open((1200, 900), "en", false, false);
    site.sign_in(&plain, "chen", OWN);
    plain.go(&screening);
    plain.fill("#f-began", "t");
    assert_eq!(plain.value("#f-began"), "t", "scripts run");
    plain.go(&site.url(&format!("/enter/vital-sign/{subject}")));
    for (field, text) in [
        ("vstestcd", "PULSE"),
        ("vsorres", "72"),
        ("vsorresu", "beats/min"),
        ("vsdtc", "2026-05-20T09:00"),
    ] {
        plain.fill(&format!("#f-{field}"), text);
    }
    plain.follow("form.entry button:not([name])");
    plain.shows(&format!("VS/{subject}/"));
    drop(plain);
    let phone = driver.open((390, 844), "en", true, false);
    site.sign_in(&phone, "chen", OWN);
    phone.go(&screening);
    phone.fill("#f-began", "t");
    assert_eq!(phone.value("#f-began").len(), 10, "scripts do not run");
    let pages = [
        "/",
        "/subjects",
        "/work",
        "/meetings",
        "/meeting/MEETING//2",
        "/queries",
    ]
    .map(str::to_owned);
    let own = [
        format!("/gates/{subject}"),
        format!("/subject/{subject}"),
        format!("/enter/adverse-event/{subject}"),
    ];
    for page in pages.into_iter().chain(own) {
        phone.go(&site.url(&page));
        let (content, window) = phone.widths();
        assert!(
            content <= window.max(390),
            "{page} is {content} wide on a phone of {window}"
        );
    }
    phone.go(&site.url("/"));
    phone.picture("phone");
    drop(phone);
    let chinese = driver.open((1200, 900), "zh-CN", true, false);
    site.sign_in(&chinese, "wang", OWN);
    chinese.go(&site.url(&format!("/enter/adverse-event/{subject}")));
    assert!(chinese.has("html[lang^=zh]"));
    chinese.shows("不良事件");
    chinese.picture("chinese");
    drop(chinese);
    let dark = driver.open((1200, 900), "en", true, true);
    site.sign_in(&dark, "huang", OWN);
    dark.go(&site.url(&format!("/subject/{}", courses[1].subject)));
    dark.picture("dark");
}
