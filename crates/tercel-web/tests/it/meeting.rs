//! A decision meeting from its packet to its resolution, and a correction afterwards.

use crate::closures::freeze;
use crate::crawl::demo;
use crate::world::{Answer, PASSWORD, Visitor, World, answers, with};

pub(crate) struct Committee {
    pub(crate) meeting: String,
    /// Statistician, who prepares.
    pub(crate) xu: Visitor,
    /// Members: a professor, the sponsor physician, another.
    pub(crate) guo: Visitor,
    pub(crate) huang: Visitor,
    pub(crate) lin: Visitor,
}

impl Committee {
    /// A meeting with three members, of whom two and the sponsor physician must vote.
    pub(crate) async fn of(world: &World) -> Self {
        let xu = world.person("xu", "statistician@*").await;
        let guo = world.person("guo", "committee@*").await;
        let huang = world.person("huang", "medical-monitor@*").await;
        let lin = world.person("lin", "committee@*").await;
        let form = [
            ("occasion", "other"),
            ("words", "Asked for by the site"),
            ("quorum", "2"),
            ("roles_needed", "medical-monitor"),
            ("member.guo", "member"),
            ("member.huang", "physician"),
            ("member.lin", "member"),
        ];
        let answer = world.post(&xu, "/meetings", &form).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let meeting = answer.location().strip_prefix("/meeting/").unwrap().to_owned();
        Self {
            meeting,
            xu,
            guo,
            huang,
            lin,
        }
    }
}

/// Puts something to a meeting; the entry of the proposal comes back.
pub(crate) async fn propose(world: &World, by: &Visitor, meeting: &str, more: &[(&str, &str)]) -> i64 {
    let mut form = vec![("record", meeting)];
    form.extend_from_slice(more);
    let answer = world.post(by, "/propose", &form).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    world.head().await.0
}

pub(crate) async fn vote(world: &World, by: &Visitor, meeting: &str, proposal: i64, vote: &str) -> Answer {
    let proposal = proposal.to_string();
    let form = [
        ("record", meeting),
        ("proposal", &proposal),
        ("vote", vote),
        ("account", &by.name),
        ("password", PASSWORD),
    ];
    world.post(by, "/vote", &form).await
}

#[tokio::test]
async fn a_meeting_decides_by_votes_and_says_what_was_corrected_since() {
    let world = World::new().await;
    let chen = world.person("chen", "coordinator@01").await;
    world.subject("enterer", "01", "IL1RAP-HCC-01-001").await;
    let committee = Committee::of(&world).await;
    let Committee {
        meeting,
        xu,
        guo,
        huang,
        lin,
    } = &committee;
    let page = format!("/meeting/{meeting}");
    assert_eq!(world.get(&chen, &page).await.status, 404, "the packet shows every site");
    let shown = world.get(guo, &page).await;
    assert!(shown.body.contains("would say the same"), "{}", shown.body);
    // Nobody was treated: to open level 2 is riskier than what is recommended.
    let bold = propose(
        &world,
        xu,
        meeting,
        &[
            ("choice", "escalate:2"),
            ("reason", "we are in a hurry"),
            ("places", "3"),
        ],
    )
    .await;
    assert_eq!(vote(&world, guo, meeting, bold, "agree").await.status, 303);
    assert_eq!(vote(&world, huang, meeting, bold, "agree").await.status, 303);
    let refused = world.post(xu, "/resolve", &[("record", meeting)]).await;
    assert_eq!(refused.status, 409);
    println!("riskier than recommended: {}", sentence(&refused));
    assert!(refused.body.contains("override"), "{}", sentence(&refused));
    assert!(!world.get(guo, &page).await.body.contains("action=\"/resolve\""));
    // What is proposed next needs votes of its own.
    let calm = propose(
        &world,
        xu,
        meeting,
        &[
            ("choice", "wait"),
            ("reason", "wait for the first subject"),
            ("despite", "nothing is open"),
        ],
    )
    .await;
    let none = world.post(xu, "/resolve", &[("record", meeting)]).await;
    assert_eq!(none.status, 409, "votes on another proposal are not carried over");
    let declared = world
        .post(lin, "/conflict", &[("record", meeting), ("text", "treats the subject")])
        .await;
    assert_eq!(declared.status, 303);
    let barred = vote(&world, lin, meeting, calm, "agree").await;
    assert_eq!(barred.status, 409);
    assert!(barred.body.contains("conflict of interest does not vote"));
    assert_eq!(vote(&world, guo, meeting, calm, "agree").await.status, 303);
    let few = world.post(xu, "/resolve", &[("record", meeting)]).await;
    assert_eq!(few.status, 409, "one vote is no quorum");
    assert_eq!(vote(&world, huang, meeting, calm, "agree").await.status, 303);
    let resolved = world.post(xu, "/resolve", &[("record", meeting)]).await;
    assert_eq!(resolved.status, 303, "{}", sentence(&resolved));
    let shown = world.get(guo, &page).await;
    assert!(shown.body.contains("treats the subject"));
    for form in ["/vote", "/propose", "/resolve", "/conflict"] {
        assert!(
            !shown.body.contains(&format!("action=\"{form}\"")),
            "{form} after the decision"
        );
    }
    let late = world
        .post(xu, "/propose", &[("record", meeting), ("choice", "stop")])
        .await;
    assert_eq!(late.status, 409);
}

#[tokio::test]
async fn a_level_is_not_opened_without_places_and_no_meeting_asks_for_more_votes_than_it_has_members() {
    let world = World::new().await;
    let Committee { meeting, xu, .. } = &Committee::of(&world).await;
    let nowhere = [("record", meeting.as_str()), ("choice", "stay:1"), ("reason", "go on")];
    let nowhere = world.post(xu, "/propose", &nowhere).await;
    assert_eq!(nowhere.status, 400);
    assert!(nowhere.body.contains("lets nobody in"), "{}", sentence(&nowhere));
    let endless = [
        ("occasion", "other"),
        ("words", "x"),
        ("quorum", "2"),
        ("member.guo", "member"),
    ];
    let endless = world.post(xu, "/meetings", &endless).await;
    assert_eq!(endless.status, 400);
    assert!(endless.body.contains("never decides"), "{}", sentence(&endless));
    // The protocol asks for two votes, among them of the sponsor physician, whatever the meeting does.
    let freeze = async |quorum: &str, other: &str| {
        let form = [
            ("occasion", "other"),
            ("words", "x"),
            ("quorum", quorum),
            ("member.guo", "member"),
            (other, "member"),
        ];
        world.post(xu, "/meetings", &form).await
    };
    let alone = freeze("1", "member.huang").await;
    assert_eq!(alone.status, 400);
    assert!(alone.body.contains("asks for 2 votes or more"), "{}", sentence(&alone));
    let nobody = freeze("2", "member.lin").await;
    assert_eq!(nobody.status, 400);
    assert!(nobody.body.contains("no member chosen has it"), "{}", sentence(&nobody));
    let made = freeze("2", "member.huang").await;
    let key = made.location().strip_prefix("/meeting/").unwrap();
    let record = world.app.store.record(key).await.unwrap().unwrap();
    assert_eq!(record.value("roles_needed"), Some("medical-monitor"));
    let page = world.get(xu, "/meetings").await.body;
    assert!(page.contains("2 votes or more, among them of each role: Sponsor physician."));
}

#[tokio::test]
async fn a_decision_takes_effect_today_at_the_earliest_and_none_opens_a_level_for_nobody() {
    let world = World::new().await;
    let Committee { meeting, xu, guo, .. } = &Committee::of(&world).await;
    let form = [
        ("record", meeting.as_str()),
        ("choice", "wait"),
        ("effective", "2020-03-04T08:00"),
    ];
    let past = world.post(xu, "/propose", &form).await;
    assert_eq!(past.status, 400);
    assert!(
        past.body.contains("takes effect on 2026-03-02 at the earliest"),
        "{}",
        sentence(&past)
    );
    // A proposal from before places were asked for.
    let record = world.app.store.record(meeting).await.unwrap().unwrap();
    let step = serde_json::json!({"step": "propose", "choice": "escalate:2", "overrides": true, "reason": "x"});
    let change = tercel_store::Change::Decide {
        record: record.key.clone(),
        last: Some(record.last),
        step,
        reason: None,
    };
    let by = crate::world::author("xu", "statistician");
    world.app.store.append(&by, Some("1.0"), &[change]).await.unwrap();
    let proposal = world.head().await.0;
    let voted = vote(&world, guo, meeting, proposal, "agree").await;
    assert_eq!(voted.status, 409);
    assert!(
        voted.body.contains("Propose it again with the number"),
        "{}",
        sentence(&voted)
    );
    assert_eq!(world.post(xu, "/resolve", &[("record", meeting)]).await.status, 409);
}

#[tokio::test]
async fn the_time_of_effect_is_by_the_clock_of_the_site_or_with_its_zone() {
    let world = World::new().await;
    let Committee { meeting, xu, .. } = &Committee::of(&world).await;
    let site = jiff::civil::date(2099, 3, 4).at(8, 0, 0, 0);
    let site = site.to_zoned(jiff::tz::TimeZone::system()).unwrap().timestamp();
    let stated: jiff::Timestamp = "2099-03-04T08:00:00+08:00".parse().unwrap();
    for (written, meant) in [("2099-03-04T08:00", site), ("2099-03-04T08:00:00+08:00", stated)] {
        let more = [("choice", "stop"), ("effective", written)];
        propose(&world, xu, meeting, &more).await;
        let shown = world.get(xu, &format!("/meeting/{meeting}")).await;
        let zoned = meant.to_zoned(jiff::tz::TimeZone::system());
        let words = zoned.strftime("%Y-%m-%d %H:%M:%S %:z").to_string();
        // The page escapes the sign of the zone.
        assert!(shown.body.replace("&#43;", "+").contains(&words), "{written}: {words}");
    }
    for wrong in ["tomorrow", "2099-02-30T08:00", "08:00"] {
        let form = [("record", meeting.as_str()), ("choice", "stop"), ("effective", wrong)];
        let answer = world.post(xu, "/propose", &form).await;
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(
            answer.body.contains("by the clock of the site"),
            "{wrong}: {}",
            answer.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_says_what_it_rested_on_was_corrected_since() {
    let world = demo().await;
    let mut people = Vec::new();
    for name in ["xu", "guo", "huang", "chen"] {
        people.push(world.session(name).await);
    }
    let [xu, guo, huang, chen] = people.as_slice() else {
        panic!("four people");
    };
    let meeting = &freeze(&world, xu, "other").await;
    let page = format!("/meeting/{meeting}");
    let before = world.get(guo, &page).await;
    assert!(before.body.contains("would say the same"), "{}", sentence(&before));
    let despite = [
        ("choice", "wait"),
        ("reason", "until the windows end"),
        ("despite", "they are being answered"),
    ];
    let proposal = propose(&world, xu, meeting, &despite).await;
    for member in [guo, huang] {
        let answer = vote(&world, member, meeting, proposal, "agree").await;
        assert_eq!(answer.status, 303, "{}", sentence(&answer));
    }
    let resolved = world.post(xu, "/resolve", &[("record", meeting)]).await;
    assert_eq!(resolved.status, 303, "{}", sentence(&resolved));
    // A toxicity that counted is graded anew.
    let packet = world.app.store.record(meeting).await.unwrap().unwrap().values["packet"].clone();
    let filter = tercel_store::RecordFilter {
        form: Some("adverse-event".to_owned()),
        ..tercel_store::RecordFilter::default()
    };
    let events = world.app.store.records(&filter).await.unwrap();
    let event = events
        .iter()
        .find(|event| packet.contains(&format!("\"{}\"", event.key)))
        .expect("the packet rests on an adverse event");
    let mut values = event.values.clone();
    let grade = if values["aetoxgr"] == "4" { "2" } else { "4" };
    values.insert("aetoxgr".to_owned(), grade.to_owned());
    let fields = tercel_exchange::form::form("adverse-event").unwrap();
    let typed: Vec<(&str, &str)> = values
        .iter()
        .filter(|(name, _)| fields.field(name).is_some())
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let typed = answers(&typed);
    let seen = event.version.to_string();
    let more = [
        ("seen", seen.as_str()),
        ("reason", "graded <wrongly>"),
        ("confirmed", "Y"),
    ];
    let corrected = world
        .post(chen, &format!("/correct/{}", event.key), &with(&typed, &more))
        .await;
    assert_eq!(corrected.status, 303, "{}", sentence(&corrected));
    let after = world.get(guo, &page).await;
    assert!(after.body.contains("graded &#60;wrongly&#62;"), "{}", sentence(&after));
    assert!(after.body.contains(&format!("<a href=\"/record/{}\">", event.key)));
    let told = world.get(&guo.speaking("zh"), &page).await;
    assert!(told.body.contains("graded &#60;wrongly&#62;"));
}

/// What a page of a refusal says.
pub(crate) fn sentence(answer: &Answer) -> String {
    let start = "role=\"alert\">";
    answer
        .body
        .split(start)
        .skip(1)
        .map(|part| part.split("</").next().unwrap())
        .collect::<Vec<_>>()
        .join(" | ")
}
