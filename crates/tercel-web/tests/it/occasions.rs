//! Meetings for which the data call, held to their end: on the recommended dose, and on a halt.

use jiff::civil::date;

use crate::closures::freeze;
use crate::crawl::{demo, demo_until};
use crate::halts::{self, LIFTED, icans};
use crate::meeting::{propose, sentence, vote};
use crate::world::{Visitor, World};

/// What a packet says it is about, before the name of the rule.
const OCCASION: &str = "enrolment and treatment are halted by";

async fn agreed(world: &World, meeting: &str, xu: &Visitor, members: &[&Visitor], more: &[(&str, &str)]) {
    let proposal = propose(world, xu, meeting, more).await;
    for member in members {
        let answer = vote(world, member, meeting, proposal, "agree").await;
        assert_eq!(answer.status, 303, "{}", sentence(&answer));
    }
}

/// The rehearsal ends with level 2 as maximum tolerated dose: the committee is called to recommend a dose, recommends none above it
/// without an override, and is called no more once it has.
#[tokio::test(flavor = "multi_thread")]
async fn the_recommended_dose_is_a_decision_of_its_own() {
    let world = demo_until(Some(date(2027, 10, 20))).await;
    let (xu, guo, huang) = (
        world.session("xu").await,
        world.session("guo").await,
        world.session("huang").await,
    );
    let call = "A meeting is called for: the recommended Phase 2 dose";
    let is_called = || async { world.get(&xu, "/meetings").await.body.contains(call) };
    assert!(is_called().await, "{}", world.get(&xu, "/meetings").await.body);
    let meeting = freeze(&world, &xu, "rp2d").await;
    let page = format!("/meeting/{meeting}");
    let packet = world.get(&guo, &page).await.body;
    assert!(packet.contains("would say the same"), "{packet}");
    // A dose that the escalation closed is recommended by an override alone.
    let bold = [
        ("choice", "rp2d:3"),
        ("reason", "stronger responses"),
        ("despite", "none is open"),
    ];
    agreed(&world, &meeting, &xu, &[&guo, &huang], &bold).await;
    let refused = world.post(&xu, "/resolve", &[("record", &meeting)]).await;
    assert!(
        refused.status == 409 && refused.body.contains("override"),
        "{} {}",
        refused.status,
        sentence(&refused)
    );
    let calm = [
        ("choice", "rp2d:2"),
        ("reason", "the maximum tolerated dose"),
        ("despite", "none is open"),
    ];
    agreed(&world, &meeting, &xu, &[&guo, &huang], &calm).await;
    let resolved = world.post(&xu, "/resolve", &[("record", &meeting)]).await;
    assert_eq!(resolved.status, 303, "{}", sentence(&resolved));
    let shown = world.get(&guo, &page).await.body;
    assert!(
        shown.contains("Decided: recommend level 2 as the Phase 2 dose"),
        "{shown}"
    );
    assert!(!shown.contains("action=\"/resolve\""));
    assert!(!is_called().await, "{}", world.get(&xu, "/meetings").await.body);
}

/// A rule of the protocol halts: the meeting it calls for is held and recorded; what treats again is the lift that two sign.
#[tokio::test(flavor = "multi_thread")]
async fn a_halt_calls_a_meeting_whose_decision_does_not_end_it() {
    let world = demo().await;
    let (xu, guo, huang, wang) = (
        world.session("xu").await,
        world.session("guo").await,
        world.session("huang").await,
        world.session("wang").await,
    );
    let early = world
        .post(&xu, "/meetings", &[("occasion", "pause"), ("quorum", "2")])
        .await;
    assert_eq!(early.status, 400, "nothing halts yet");
    let enter = format!("/enter/adverse-event/{LIFTED}");
    assert_eq!(world.post(&wang, &enter, &icans("2025-09-10")).await.status, 303);
    let asked = world.get(&xu, "/meetings").await.body;
    assert!(asked.contains("value=\"pause\"") && asked.contains(LIFTED), "{asked}");
    let wei = world.person("wei", "investigator@99").await;
    let elsewhere = world.get(&wei, "/meetings").await.body;
    assert!(
        elsewhere.contains(OCCASION) && !elsewhere.contains(LIFTED),
        "{elsewhere}"
    );
    let meeting = freeze(&world, &xu, "pause").await;
    let page = format!("/meeting/{meeting}");
    let packet = world.get(&guo, &page).await.body;
    assert!(packet.contains(OCCASION), "{packet}");
    let despite = [
        ("choice", "wait"),
        ("reason", "until it is clear"),
        ("despite", "they are asked"),
    ];
    agreed(&world, &meeting, &xu, &[&guo, &huang], &despite).await;
    let resolved = world.post(&xu, "/resolve", &[("record", &meeting)]).await;
    assert_eq!(resolved.status, 303, "{}", sentence(&resolved));
    let halted = "enrolment and treatment are halted by the rule";
    assert!(world.get(&wang, "/").await.body.contains(halted));
    let lift = format!("/countersign/halt-lifted/{LIFTED}");
    let covers = world.get(&huang, &lift).await.hidden("covers");
    let lifted = halts::lift(&world, &huang, &covers).await;
    assert_eq!(lifted.status, 303, "{}", lifted.body);
    assert!(!world.get(&wang, "/").await.body.contains(halted));
    let record = world.get(&guo, &page).await.body;
    assert!(record.contains(OCCASION), "the packet stays as it was frozen");
}
