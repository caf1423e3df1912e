//! Lists over every subject: the screening log and the consents, each as the gates see it.

use tercel_store::{Author, Change, Values};
use tercel_web::new_record;

use crate::world::World;

const OWN: &str = "IL1RAP-HCC-01-001";
const OTHER: &str = "IL1RAP-HCC-02-001";

/// A record of conduct, entered without the checks of the page.
pub(crate) async fn conduct(world: &World, site: &str, subject: &str, form: &str, values: &[(&str, &str)]) -> String {
    let values: Values = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let form = tercel_exchange::form::form(form).unwrap();
    let by = Author {
        account: "enterer".to_owned(),
        role: "coordinator".to_owned(),
    };
    let new = new_record(form, Some(subject), Some(site), None, values);
    let store = &world.app.store;
    let made = store.append(&by, Some("1.0"), &[Change::Create(new)]).await.unwrap();
    made[0].record.clone().unwrap()
}

async fn criterion(world: &World, subject: &str, criterion: &str, more: &[(&str, &str)]) -> String {
    let mut values = vec![("ietestcd", criterion), ("iedtc", "2026-02-25T09:00"), ("waived", "N")];
    values.extend(more);
    conduct(world, "01", subject, "eligibility", &values).await
}

/// The row of a subject in a page.
fn row<'p>(page: &'p str, subject: &str) -> &'p str {
    let start = page
        .find(&format!(">{subject}</a></th>"))
        .unwrap_or_else(|| panic!("no {subject} in {page}"));
    page[start..].split("</tr>").next().unwrap()
}

/// What stands beside a label of the totals.
fn total(page: &str, label: &str) -> usize {
    let start = format!("<dt>{label}</dt><dd>");
    let (_, rest) = page
        .split_once(&start)
        .unwrap_or_else(|| panic!("no {label} in {page}"));
    rest.split('<').next().unwrap().parse().unwrap()
}

async fn world() -> World {
    let world = World::new().await;
    world.account("enterer", "coordinator@01").await;
    for subject in [OWN, "IL1RAP-HCC-01-002", "IL1RAP-HCC-01-003"] {
        world.subject("enterer", "01", subject).await;
        let signed = [("icfver", "1.0"), ("dsstdtc", "2026-02-20T09:00")];
        conduct(&world, "01", subject, "consent", &signed).await;
    }
    world.subject("enterer", "02", OTHER).await;
    world
}

#[tokio::test]
async fn the_screening_log_tells_who_was_enrolled_failed_or_waits_and_its_totals_are_those_of_its_rows() {
    let world = world().await;
    conduct(&world, "01", OWN, "conduct-screening", &[("began", "2026-02-21")]).await;
    let failed = [
        ("dsdecod", "SCREEN FAILURE"),
        ("dsterm", "Not eligible"),
        ("dscat", "DISPOSITION EVENT"),
        ("dsstdtc", "2026-02-26"),
    ];
    conduct(&world, "01", OWN, "disposition", &failed).await;
    let child_pugh = [("cnorres", "8"), ("cnorresu", "points"), ("ieorres", "N")];
    let key = criterion(&world, OWN, "child-pugh", &child_pugh).await;
    criterion(&world, OWN, "target", &[("ieorres", "N")]).await;
    let place = [("arm", "DL1"), ("reserved", "2026-03-01T10:00")];
    conduct(&world, "01", "IL1RAP-HCC-01-002", "conduct-slot", &place).await;

    let monitor = world.person("monitor", "monitor@*").await;
    let page = world.get(&monitor, "/screening").await.body;
    let own = row(&page, OWN);
    assert!(
        own.contains("Screening failure") && own.contains("2026-02-20 09:00") && own.contains("2026-02-21"),
        "{own}"
    );
    assert!(
        own.contains("Child-Pugh score at most 6 (8") && own.contains(&format!("/record/{key}")),
        "{own}"
    );
    let enrolled = row(&page, "IL1RAP-HCC-01-002");
    assert!(
        enrolled.contains("Enrolled") && enrolled.contains("2026-03-01 10:00"),
        "{enrolled}"
    );
    assert!(row(&page, "IL1RAP-HCC-01-003").contains("not assessed"));
    for (subject, state) in [(OWN, "failed screening"), ("IL1RAP-HCC-01-003", "in screening")] {
        let own = world.get(&monitor, &format!("/subject/{subject}")).await.body;
        assert!(own.contains(state), "{subject}: {own}");
    }
    let gates = world.get(&monitor, &format!("/gates/{OWN}")).await.body;
    assert!(gates.contains("no gate is asked any more") && !gates.contains("section class=\"gate"));
    let waiting = world.get(&monitor, "/gates/IL1RAP-HCC-01-003").await.body;
    assert!(!waiting.contains("no gate is asked any more") && waiting.contains("section class=\"gate"));
    let consents = world.get(&monitor, "/consents").await.body;
    assert!(row(&consents, OWN).contains("failed screening"), "{consents}");
    assert_eq!(total(&consents, "Gates closed by consent"), 1);
    let board = world.get(&monitor, "/").await.body;
    assert!(board.contains("IL1RAP-HCC-01-003") && !board.contains(OWN), "{board}");
    assert!(
        row(&page, OTHER).contains("consent"),
        "who has no consent waits for one"
    );
    assert_eq!(total(&page, "Screened"), 4);
    assert_eq!(total(&page, "Screening failure"), 1);
    assert_eq!(total(&page, "Pending"), 2);
    for key in page
        .split("href=\"/record/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        assert_eq!(
            world.get(&monitor, &format!("/record/{key}")).await.status,
            200,
            "{key}"
        );
    }

    let filtered = world.get(&monitor, "/screening?site=01&state=failed").await.body;
    assert!(filtered.contains(OWN) && !filtered.contains("01-002") && !filtered.contains("02-001"));
    assert_eq!(
        total(&filtered, "Screened"),
        3,
        "totals are of the site, whatever rows are shown"
    );
    let chinese = world.get(&monitor.speaking("zh"), "/screening").await.body;
    assert!(row(&chinese, OWN).contains("筛选失败") && chinese.contains("Child-Pugh评分不超过6分"));

    let local = world.person("local", "monitor@01").await;
    let page = world.get(&local, "/screening?site=02").await.body;
    assert!(!page.contains("02-001"));
    assert_eq!(total(&world.get(&local, "/screening").await.body, "Screened"), 3);
}

#[tokio::test]
async fn the_list_of_consents_says_what_was_signed_and_withdrawn_and_what_it_means() {
    let world = world().await;
    let withdrawal = |samples: &'static str, data: &'static str| {
        [
            ("treatment", "N"),
            ("visits", "N"),
            ("data", data),
            ("samples", samples),
            ("when", "2026-02-28T12:00"),
        ]
    };
    let key = conduct(&world, "01", OWN, "conduct-withdrawal", &withdrawal("Y", "N")).await;
    conduct(
        &world,
        "01",
        "IL1RAP-HCC-01-002",
        "conduct-withdrawal",
        &withdrawal("Y", "Y"),
    )
    .await;
    let in_data = [("dsstdtc", "2026-02-19"), ("icfver", "1.0 of January")];
    world.record("enterer", "02", OTHER, "consent", &in_data).await;

    let monitor = world.person("monitor", "monitor@*").await;
    let page = world.get(&monitor, "/consents").await.body;
    let own = row(&page, OWN);
    assert!(
        own.contains("1.0, 2026-02-20 09:00") && own.contains(&format!("/record/{key}")),
        "{own}"
    );
    assert!(own.contains("treatment may go on") && own.contains("In order"), "{own}");
    let data = row(&page, "IL1RAP-HCC-01-002");
    assert!(
        data.contains("data, samples") && data.contains("no gate opens"),
        "{data}"
    );
    assert!(
        row(&page, OTHER).contains("1.0 of January") && row(&page, OTHER).contains("incomplete: no gate counts it")
    );
    assert_eq!(total(&page, "Withdrawn"), 2);
    assert_eq!(total(&page, "In order"), 2);
    assert_eq!(total(&page, "Gates closed by consent"), 2);
    let withdrawn = world.get(&monitor, "/consents?state=withdrawn").await.body;
    assert!(withdrawn.contains("01-002") && !withdrawn.contains("01-003"));
    for key in page
        .split("href=\"/record/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        assert_eq!(
            world.get(&monitor, &format!("/record/{key}")).await.status,
            200,
            "{key}"
        );
    }
    let chinese = world.get(&monitor.speaking("zh"), "/consents").await.body;
    assert!(row(&chinese, "IL1RAP-HCC-01-002").contains("数据、样本"));
    let local = world.person("local", "monitor@01").await;
    assert!(!world.get(&local, "/consents").await.body.contains("02-001"));
}

const LIVER_FAILURE: [(&str, &str); 16] = [
    ("aeterm", "Liver failure"),
    ("aetoxgr", "4"),
    ("aestdtc", "2026-02-28"),
    ("aeout", "NOT RECOVERED/NOT RESOLVED"),
    ("aerel", "POSSIBLY RELATED"),
    ("aeser", "Y"),
    ("aesdth", "N"),
    ("aeslife", "Y"),
    ("aeshosp", "N"),
    ("aesdisab", "N"),
    ("aescong", "N"),
    ("aesmie", "N"),
    ("aedecod", "Hepatic failure"),
    ("aebodsys", "Hepatobiliary disorders"),
    ("aecontrt", "N"),
    ("aerptec", "2026-03-02"),
];

#[tokio::test]
async fn a_serious_event_is_followed_by_reports_of_their_own_and_what_is_overdue_is_seen() {
    let world = world().await;
    let key = world
        .record("enterer", "01", OWN, "adverse-event", &LIVER_FAILURE)
        .await;
    let number = key.rsplit('/').next().unwrap().to_owned();
    world
        .record("enterer", "02", OTHER, "adverse-event", &LIVER_FAILURE)
        .await;
    let nurse = world.person("nurse", "coordinator@01").await;
    let page = world.get(&nurse, "/serious").await.body;
    assert!(
        page.contains("Hepatic failure") && page.contains("nobody recorded when it was learned"),
        "{page}"
    );
    assert!(!page.contains("02-001"));
    assert_eq!((total(&page, "Cases"), total(&page, "Overdue")), (1, 1));

    // The page leads to the form with the number of the event in it.
    let enter = format!("/enter/conduct-case-report/{OWN}");
    let linked = format!("{enter}?event={number}");
    assert!(page.contains(&linked), "{page}");
    let form = world.get(&nurse, &linked).await.body;
    assert!(form.contains(&format!("name=\"v.event\" value=\"{number}\"")), "{form}");
    // Learned a day and two hours ago, and not reported yet.
    let first = [
        ("v.event", number.as_str()),
        ("v.kind", "INITIAL"),
        ("v.recipient", "SPONSOR"),
        ("v.aware", "2026-03-01T06:30"),
        ("v.reporter", "Dr Wang, investigator"),
    ];
    let answer = world.post(&nurse, &enter, &first).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let page = world.get(&nurse, "/serious?state=overdue").await.body;
    assert!(
        page.contains("overdue by 2 h") && page.contains("not reported yet"),
        "{page}"
    );
    let work = world.get(&nurse, "/work").await.body;
    assert!(
        work.contains("Report to the sponsor: first report of Hepatic failure."),
        "{work}"
    );

    later_reports(&world, &number).await;
    let page = world.get(&nurse, "/serious").await.body;
    for shown in [
        "follow-up 1 → sponsor",
        "bilirubin falls",
        "first report → NMPA",
        "pass on what is new (follow-up 1) → NMPA",
        "by 2026-03-17",
        "Final report awaited",
    ] {
        assert!(page.contains(shown), "{shown} is not in {page}");
    }
    for key in page
        .split("href=\"/record/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
    {
        assert_eq!(world.get(&nurse, &format!("/record/{key}")).await.status, 200, "{key}");
    }
    let chinese = world.get(&nurse.speaking("zh"), "/serious").await.body;
    assert!(
        chinese.contains("第1次随访报告") && chinese.contains("逾期2小时"),
        "{chinese}"
    );
}

/// The first report to an authority and a follow-up to the sponsor.
async fn later_reports(world: &World, number: &str) {
    for (kind, recipient, aware, sent) in [
        ("INITIAL", "NMPA", "2026-03-01T06:00", "2026-03-02T07:30"),
        ("FOLLOW-UP", "SPONSOR", "2026-03-02T05:00", "2026-03-02T06:00"),
    ] {
        let report = [
            ("event", number),
            ("kind", kind),
            ("recipient", recipient),
            ("aware", aware),
            ("sent", sent),
            ("reporter", "Dr Wang"),
            ("news", "bilirubin falls"),
        ];
        conduct(world, "01", OWN, "conduct-case-report", &report).await;
    }
}

#[tokio::test]
async fn the_days_of_reports_stand_in_the_row_of_the_event_where_it_does_not_state_them() {
    let world = world().await;
    let key = world
        .record("enterer", "01", OWN, "adverse-event", &LIVER_FAILURE)
        .await;
    let number = key.rsplit('/').next().unwrap().to_owned();
    later_reports(&world, &number).await;
    let records = world
        .app
        .store
        .records(&tercel_store::RecordFilter::default())
        .await
        .unwrap();
    let tables = tercel_web::Collected::of(&records, &crate::world::trial()).tables;
    let events = tables.iter().find(|table| table.name == "AE").unwrap();
    let csv = String::from_utf8(events.to_csv().unwrap()).unwrap();
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let at = |name: &str| names.iter().position(|known| *known == name).unwrap();
    let row = lines
        .find(|row| row[at("USUBJID")] == OWN && row[at("AESEQ")] == number)
        .unwrap();
    for name in ["AEAWARE", "AERPTNMP", "AERPTEC"] {
        assert_eq!(row[at(name)], "2026-03-02", "{name}");
    }
}

#[tokio::test]
async fn the_page_of_a_subject_has_its_results_by_day_each_with_its_grade() {
    let world = world().await;
    let infused = [
        ("extrt", "ANTI-IL1RAP CAR-T CELLS"),
        ("exstdtc", "2026-02-26T10:00"),
        ("exdose", "100000000"),
    ];
    world.record("enterer", "01", OWN, "infusion", &infused).await;
    let result = async |test: &str, value: &str, unit: &str, day: &str| {
        let values = [
            ("lbtestcd", test),
            ("lborres", value),
            ("lborresu", unit),
            ("lbornrlo", "9"),
            ("lbornrhi", "40"),
            ("lbdtc", day),
        ];
        world.record("enterer", "01", OWN, "laboratory", &values).await
    };
    let baseline = result("ALT", "30", "U/L", "2026-02-24").await;
    let worse = result("ALT", "130", "U/L", "2026-03-01").await;
    let worst = result("ALT", "900", "U/L", "2026-03-02").await;
    let nurse = world.person("nurse", "coordinator@01").await;
    let page = world.get(&nurse, &format!("/subject/{OWN}")).await.body;
    let table = page.split("class=\"labs\"").nth(1).unwrap();
    let cell = |key: &str| {
        let (before, after) = table.split_once(&format!("href=\"/record/{key}\"")).unwrap();
        let class = before
            .rsplit("class=\"lab ")
            .next()
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        (class, after.split("</div>").next().unwrap().to_owned())
    };
    // ALT by CTCAE 5.0 after a normal baseline: above 3 times the limit grade 2, above 20 times grade 4.
    let (class, text) = cell(&worse);
    assert!(
        class == "g2" && text.contains("130") && text.contains("G2") && text.contains("9–40"),
        "{class} {text}"
    );
    let (class, text) = cell(&worst);
    assert!(class == "g4" && text.contains("G4"), "{class} {text}");
    let (class, text) = cell(&baseline);
    assert!(
        class.is_empty() && text.contains("baseline") && !text.contains("<strong>"),
        "{class} {text}"
    );
    // Latest first.
    assert!(table.find(&worst).unwrap() < table.find(&worse).unwrap());
    assert!(
        page.contains("D3") && page.contains("D-2"),
        "days count from the infusion"
    );
}
