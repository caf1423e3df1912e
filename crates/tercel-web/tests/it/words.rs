//! What a page says in place of a code: questions, answers, roles and kinds of entries in the language of the page.

use super::crawl::demo;
use super::world::{World, answers, author, with};
use tercel_exchange::form::form;
use tercel_store::{Change, NewRecord};

const SUBJECT: &str = "IL1RAP-HCC-01-001";

async fn world() -> World {
    let world = World::new().await;
    world.account("enterer", "coordinator@01").await;
    world.subject("enterer", "01", SUBJECT).await;
    world
}

#[tokio::test]
async fn a_finding_begins_with_the_question_it_is_about_in_the_language_of_the_page() {
    let world = world().await;
    let event = [
        ("aeterm", "Headache"),
        ("aetoxgr", "1"),
        ("aestdtc", "2026-03-02"),
        ("aeendtc", "2026-02-02"),
        ("aeout", "RECOVERED/RESOLVED"),
        ("aeser", "N"),
    ];
    world.record("enterer", "01", SUBJECT, "adverse-event", &event).await;
    let monitor = world.person("monitor", "monitor@*").await;
    let path = format!("/subject/{SUBJECT}");
    let label = form("adverse-event").unwrap().field("aeendtc").unwrap().label;
    for (language, begins) in [("en", format!("{}: ", label.en)), ("zh", format!("{}：", label.zh))] {
        let page = world.get(&monitor.speaking(language), &path).await.body;
        let line = page
            .split("<li ")
            .find(|line| line.starts_with("title=\"AEENDTC\""))
            .unwrap_or_else(|| panic!("no finding in {page}"));
        assert!(line.contains(&format!("\">{begins}")), "{line}");
    }
}

#[tokio::test]
async fn the_page_of_a_record_says_what_is_found_about_it_and_of_no_other() {
    let world = world().await;
    let event = |end| {
        [
            ("aeterm", "Headache"),
            ("aetoxgr", "1"),
            ("aestdtc", "2026-03-02"),
            ("aeendtc", end),
            ("aeout", "RECOVERED/RESOLVED"),
            ("aeser", "N"),
        ]
    };
    let wrong = event("2026-02-02");
    let wrong = world.record("enterer", "01", SUBJECT, "adverse-event", &wrong).await;
    let right = event("2026-03-05");
    let right = world.record("enterer", "01", SUBJECT, "adverse-event", &right).await;
    let monitor = world.person("monitor", "monitor@*").await;
    let label = form("adverse-event").unwrap().field("aeendtc").unwrap().label;
    for (language, begins) in [
        ("en", format!("<li>{}: ", label.en)),
        ("zh", format!("<li>{}：", label.zh)),
    ] {
        let speaking = monitor.speaking(language);
        let page = world.get(&speaking, &format!("/record/{wrong}")).await.body;
        assert!(page.contains(&begins), "{page}");
        let page = world.get(&speaking, &format!("/record/{right}")).await.body;
        assert!(!page.contains(&begins), "{page}");
    }
}

#[tokio::test]
async fn a_list_of_records_says_answers_in_words_and_keeps_what_is_kept_beside_them() {
    let world = world().await;
    let monitor = world.person("monitor", "monitor@*").await;
    let path = format!("/subject/{SUBJECT}");
    let page = world.get(&monitor.speaking("zh"), &path).await.body;
    let serious = form("adverse-event").unwrap().field("aeser").unwrap().label;
    for said in ["01 · 55岁 · 男", "Fever · ", &format!("{}：否", serious.zh)] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(page.contains("title=\"01 · 55 · M\""), "{page}");
    let page = world.get(&monitor.speaking("en"), &path).await.body;
    assert!(page.contains(&format!("{}: No", serious.en)), "{page}");
}

#[tokio::test]
async fn the_audit_trail_filters_by_kinds_in_words() {
    let world = world().await;
    let monitor = world.person("monitor", "monitor@*").await;
    let page = world.get(&monitor.speaking("zh"), "/audit?kind=create").await.body;
    assert!(
        page.contains("<option value=\"create\" selected>录入</option>"),
        "{page}"
    );
    assert!(page.contains("<td>录入（第1版）</td>"), "{page}");
    let page = world.get(&monitor, "/audit").await.body;
    assert!(page.contains("<td>create 1</td>"), "{page}");
}

#[tokio::test]
async fn roles_are_said_in_words_where_a_committee_is_called_and_where_a_task_is_delegated() {
    let world = world().await;
    let huang = world.person("huang", "medical-monitor@*").await;
    world.account("guo", "committee@*").await;
    let page = world.get(&huang.speaking("zh"), "/meetings").await.body;
    for said in [
        "Dr guo · 剂量决策委员会成员",
        "<option value=\"medical-monitor\" selected>申办方医学监查员</option>",
        "<option value=\"medical-monitor committee\">申办方医学监查员、剂量决策委员会成员</option>",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let values = [
        ("person", "Dr Wang"),
        ("role", "Sponsor physician"),
        ("task", "decision"),
        ("from", "2026-01-01"),
        ("trained", "2025-12-20"),
    ];
    let new = NewRecord {
        series: "CONDUCT-DELEGATION/".to_owned(),
        number: None,
        form: "conduct-delegation".to_owned(),
        subject: None,
        site: None,
        happened: Some("2026-01-01".to_owned()),
        values: values
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into_iter()
            .collect(),
    };
    let by = author("enterer", "coordinator");
    let store = &world.app.store;
    store.append(&by, Some("1.0"), &[Change::Create(new)]).await.unwrap();
    let page = world.get(&huang.speaking("zh"), "/study").await.body;
    assert!(page.contains("Dr Wang · 申办方医学监查员 · 剂量决定"), "{page}");
}

#[tokio::test]
async fn a_refusal_says_in_the_language_of_the_page_what_is_wrong_and_what_to_do() {
    let world = world().await;
    let chen = world.person("chen", "coordinator@01").await;
    let demography = |site| answers(&[("siteid", site), ("rficdtc", "2026-02-20"), ("age", "56"), ("sex", "M")]);
    let (correct, enter) = (
        format!("/correct/DM/{SUBJECT}/1"),
        format!("/enter/demography/{SUBJECT}"),
    );
    let (moved, same) = (demography("02"), demography("01"));
    let sent = [
        (
            &correct,
            with(&moved, &[("seen", "1"), ("reason", "x")]),
            "在另一中心重新录入该受试者",
            "keeps its site",
        ),
        (
            &correct,
            with(&same, &[("seen", "1"), ("reason", " ")]),
            "请说明理由",
            "say why",
        ),
        (
            &correct,
            with(&same, &[("seen", "one"), ("reason", "x")]),
            "“seen”不是数字",
            "is no number",
        ),
        (&enter, with(&moved, &[]), "受试者所属中心不得更改", "keeps its site"),
        (
            &enter,
            with(&same, &[]),
            "已录入；请打开该记录进行更正",
            "entered already",
        ),
    ];
    for (path, fields, zh, en) in sent {
        for (language, said, other) in [("zh", zh, en), ("en", en, zh)] {
            let page = world.post(&chen.speaking(language), path, &fields).await.body;
            assert!(page.contains(said) && !page.contains(other), "{said}: {page}");
        }
    }
    let page = world.get(&chen.speaking("zh"), "/nowhere").await.body;
    assert_eq!(page, "此处没有内容，或您的角色无权查看。");
}

#[tokio::test]
async fn dose_groups_units_and_times_are_said_in_the_language_of_the_page() {
    let world = world().await;
    let monitor = world.person("monitor", "monitor@*").await;
    let record = format!("/record/DM/{SUBJECT}/1");
    for (path, zh, en) in [
        ("/", "第一剂量组（1.0×10⁸个细胞）", "First dose group (1.0×10⁸ cells)"),
        (&record, "55岁", "55 years"),
        (&record, "（UTC）", " UTC"),
    ] {
        let page = world.get(&monitor.speaking("zh"), path).await.body;
        assert!(page.contains(zh) && !page.contains(en), "{zh}: {page}");
        let page = world.get(&monitor.speaking("en"), path).await.body;
        assert!(page.contains(en), "{en}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_rehearsal_in_chinese_have_no_words_of_the_program_in_english() {
    let world = demo().await;
    let monitor = world.session("sun").await.speaking("zh");
    let subject = "/subject/IL1RAP-HCC-SYNTHETIC-0001";
    let pages = [
        ("/safety", "Hy氏法则"),
        ("/efficacy", "全部剂量水平：10例受试者中"),
        ("/report", "FA · FASTRESC · 不一致"),
        ("/serious", "，3级 · "),
        (subject, "细胞制备实验室 · 运送人员"),
    ];
    // Some stand in what somebody wrote, too: only what the program says is looked for.
    let english = [
        "All dose levels",
        "Overall",
        ">All<",
        "dose level 1",
        "，day ",
        "quantified",
        "percentage points",
        "Kaplan-Meier estimate",
        "at risk",
        "fewer than",
        "planned visit",
        "disagree",
        " high, ",
        "Hy's law",
        "Hy&#39;s law",
        "cells)",
        ">分级 3",
    ];
    for (path, said) in pages {
        let page = world.get(&monitor, path).await.body;
        assert!(page.contains(said), "{path}: {said}");
        for words in english {
            let found = page.find(words).map(|place| {
                let start: String = page[..place].chars().rev().take(80).collect();
                start
                    .chars()
                    .rev()
                    .chain(page[place..].chars().take(80))
                    .collect::<String>()
            });
            assert_eq!(found, None, "{path}: {words}");
        }
    }
}
