//! From votes to a decision: quorum, conflicts, overrides, signatures, open data. The boundaries of each rule.

use jiff::civil::date;
use jiff::{Timestamp, ToSpan};
use tercel::design::Action;
use tercel::endpoint::Analysis;
use tercel::language::{Language, Words};
use tercel::meeting::{
    About, Advice, Ballot, BlockingFinding, Choice, Departure, Member, Missing, Occasion, Packet, Proposal, Quorum,
    Vote, is_overtaken, resolve,
};
use tercel::protocol::DoseLevel;
use tercel_exchange::read_tables;

use super::dlt_cases::{LATER, read, trial};

fn level(number: u8) -> DoseLevel {
    DoseLevel::new(number).unwrap()
}

/// A packet in which two levels were tried and the engine says this.
fn packet(action: Action) -> Packet {
    let trial = trial();
    let data = read_tables(read(&[]), &trial).unwrap().as_of(LATER);
    let about = About::occasion(Occasion::Other("review".to_owned()));
    let mut packet = Packet::freeze(&Analysis::new(&trial, &data, Some(LATER)), about).unwrap();
    packet.levels[1].infused = 3;
    packet.recommendation.advice = Advice {
        action,
        because: Words::in_each(|_| "as the case has it".to_owned()),
    };
    packet.findings.clear();
    packet
}

fn at(hours: i64) -> Timestamp {
    let noon = LATER
        .at(12, 0, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .unwrap()
        .timestamp();
    noon + hours.hours()
}

fn member(name: &str, role: &str, physician: bool) -> Member {
    Member {
        name: name.to_owned(),
        role: role.to_owned(),
        physician,
        conflict: None,
    }
}

fn members() -> Vec<Member> {
    vec![
        member("Ann", "principal investigator", true),
        member("Bo", "medical monitor", true),
        member("Cy", "statistician", false),
        member("Di", "observer", false),
    ]
}

fn quorum() -> Quorum {
    Quorum {
        members_needed: 3,
        roles_needed: vec!["Principal Investigator".to_owned(), "Statistician".to_owned()],
    }
}

/// Votes of Ann, Bo, Cy and Di, an hour after another; `-` for none.
fn votes(letters: &str) -> Vec<Ballot> {
    let each = (0..).zip(letters.chars().zip(["Ann", "Bo", "Cy", "Di"]));
    let ballot = |(place, (letter, name)): (i64, (char, &str))| {
        Some(Ballot {
            member: name.to_owned(),
            vote: match letter {
                'A' => Vote::Agree,
                'D' => Vote::Disagree,
                'x' => Vote::Abstain,
                _ => return None,
            },
            comment: None,
            signed: at(place),
        })
    };
    each.filter_map(ballot).collect()
}

fn proposal(choice: Choice) -> Proposal {
    Proposal {
        choice,
        overrides: false,
        reason: None,
        despite: None,
        conditions: vec!["weekly liver tests".to_owned()],
        effective: at(4),
    }
}

fn decided(packet: &Packet, proposal: &Proposal, letters: &str) -> Result<Departure, Vec<Missing>> {
    resolve(packet, &members(), &quorum(), proposal, &votes(letters)).map(|resolution| resolution.departure)
}

#[test]
fn the_recommendation_is_decided_by_a_quorum_and_a_majority() {
    let packet = packet(Action::Escalate(level(3)));
    let proposal = proposal(Choice::Dose(Action::Escalate(level(3))));
    let done = resolve(&packet, &members(), &quorum(), &proposal, &votes("AAA-")).unwrap();
    assert_eq!((done.opens, done.departure), (Some(level(3)), Departure::None));
    assert_eq!(done.agreed, ["Ann", "Bo", "Cy"]);
    assert_eq!(done.conditions, ["weekly liver tests"]);
    assert_eq!((done.signed, done.effective), (at(2), at(4)));
    assert_eq!(
        done.sentence(Language::English),
        "Decided: escalate to level 3; 3 agreed, 0 disagreed, 0 abstained; in effect from 2025-06-30 16:00:00 UTC."
    );
    assert_eq!(
        done.sentence(Language::Chinese),
        "决定：递增至剂量水平3；3票同意，0票反对，0票弃权；自2025-06-30 16:00:00 UTC起生效。"
    );
    // Abstaining is voting; a tie is no majority; a role that does not vote is missing.
    assert_eq!(decided(&packet, &proposal, "AxA-"), Ok(Departure::None));
    assert_eq!(
        decided(&packet, &proposal, "AxD-"),
        Err(vec![Missing::NotAgreed { agree: 1, disagree: 1 }])
    );
    assert_eq!(
        decided(&packet, &proposal, "AA-A"),
        Err(vec![Missing::NoRole("Statistician".to_owned())])
    );
    assert_eq!(
        decided(&packet, &proposal, "A-A-"),
        Err(vec![Missing::TooFew { voted: 2, needed: 3 }])
    );
    assert_eq!(
        decided(&packet, &proposal, "xxx-"),
        Err(vec![Missing::NotAgreed { agree: 0, disagree: 0 }])
    );
}

#[test]
fn nobody_decides_without_a_vote_even_where_no_quorum_is_asked() {
    let packet = packet(Action::Wait);
    let none = Quorum {
        members_needed: 0,
        roles_needed: Vec::new(),
    };
    let missing = resolve(&packet, &members(), &none, &proposal(Choice::Dose(Action::Wait)), &[]).unwrap_err();
    assert_eq!(
        missing,
        [
            Missing::TooFew { voted: 0, needed: 1 },
            Missing::NotAgreed { agree: 0, disagree: 0 }
        ]
    );
}

#[test]
fn who_declared_a_conflict_does_not_vote_and_counts_for_nothing() {
    let packet = packet(Action::Wait);
    let proposal = proposal(Choice::Dose(Action::Wait));
    let mut members = members();
    members[2].conflict = Some("holds shares".to_owned());
    let with = |letters| resolve(&packet, &members, &quorum(), &proposal, &votes(letters));
    // The vote is refused, and the role it would have filled is missing.
    assert_eq!(
        with("AAA-").unwrap_err(),
        [
            Missing::Conflicted("Cy".to_owned()),
            Missing::TooFew { voted: 2, needed: 3 },
            Missing::NoRole("Statistician".to_owned())
        ]
    );
    members[3].role = "statistician".to_owned();
    let done = resolve(&packet, &members, &quorum(), &proposal, &votes("AA-A")).unwrap();
    assert_eq!(done.conflicted, ["Cy"]);
}

/// Every departure from what the engine says, over all pairs of actions at two levels.
#[test]
fn a_decision_is_riskier_where_it_treats_higher_or_declares_more_and_safer_otherwise() {
    let (one, two) = (level(1), level(2));
    let actions = [
        Action::Wait,
        Action::Stop(None),
        Action::Stay(one),
        Action::Escalate(two),
        Action::DeEscalate(one),
        Action::Stop(Some(one)),
        Action::Stop(Some(two)),
    ];
    // Rows: the recommendation; columns: the decision, in the order above. `=` none, `s` safer, `R` riskier.
    let wanted = [
        "=sRRRRR", "s=RRRRR", "ss=R=RR", "sss=sRR", "ss=R=RR", "sssRs=R", "ssssss=",
    ];
    for (recommended, wanted) in actions.iter().zip(wanted) {
        let packet = packet(*recommended);
        for (action, wanted) in actions.iter().zip(wanted.chars()) {
            let mut proposal = proposal(Choice::Dose(*action));
            proposal.reason = Some("as discussed".to_owned());
            proposal.overrides = true;
            let found = decided(&packet, &proposal, "AAA-").unwrap();
            let letter = match found {
                Departure::None => '=',
                Departure::Safer => 's',
                Departure::Riskier => 'R',
            };
            assert_eq!(letter, wanted, "recommended {recommended}, decided {action}");
        }
    }
}

#[test]
fn a_riskier_decision_needs_an_override_a_reason_and_every_physician() {
    for recommended in [Action::Stop(None), Action::Wait, Action::DeEscalate(level(1))] {
        let packet = packet(recommended);
        let mut proposal = proposal(Choice::Dose(Action::Stay(level(2))));
        let refused = Missing::NotPutAsOverride {
            recommended,
            proposed: proposal.choice,
        };
        assert_eq!(
            decided(&packet, &proposal, "AAA-"),
            Err(vec![Missing::NoReason, refused.clone()])
        );
        proposal.reason = Some("  ".to_owned());
        assert!(
            decided(&packet, &proposal, "AAA-")
                .unwrap_err()
                .contains(&Missing::NoReason)
        );
        proposal.reason = Some("the event was disease".to_owned());
        assert_eq!(decided(&packet, &proposal, "AAA-"), Err(vec![refused]));
        proposal.overrides = true;
        // A physician who abstains, disagrees or does not vote has not agreed.
        for letters in ["AxAA", "ADAA", "A-AA"] {
            assert_eq!(
                decided(&packet, &proposal, letters),
                Err(vec![Missing::PhysiciansNotAgreed(vec!["Bo".to_owned()])]),
                "{letters}"
            );
        }
        assert_eq!(decided(&packet, &proposal, "AADx"), Ok(Departure::Riskier));
        let mut laymen = members();
        for member in &mut laymen {
            member.physician = false;
        }
        let missing = resolve(&packet, &laymen, &quorum(), &proposal, &votes("AAA-")).unwrap_err();
        assert_eq!(missing, [Missing::NoPhysician]);
        // One physician alone is no committee.
        let mut one = members();
        one[1].physician = false;
        let alone = resolve(&packet, &one, &quorum(), &proposal, &votes("Axx-")).unwrap_err();
        assert_eq!(alone, [Missing::OverrideAlone]);
        assert!(resolve(&packet, &one, &quorum(), &proposal, &votes("AxA-")).is_ok());
    }
}

#[test]
fn a_packet_is_overtaken_where_the_data_since_close_what_it_would_open() {
    let (one, two, three) = (level(1), level(2), level(3));
    let overtaken = |then: Action, now: Action, choice: Action| {
        let mut answer = packet(then).answer();
        answer.action = now;
        is_overtaken(&packet(then), &answer, Choice::Dose(choice))
    };
    for (then, now, choice, expected) in [
        (Action::Stay(two), Action::DeEscalate(one), Action::Stay(two), true),
        (
            Action::Escalate(three),
            Action::Stay(two),
            Action::Escalate(three),
            true,
        ),
        (Action::Wait, Action::Stop(None), Action::Stay(one), true),
        (
            Action::Stay(two),
            Action::Stop(Some(one)),
            Action::Stop(Some(two)),
            true,
        ),
        (
            Action::Stay(two),
            Action::DeEscalate(one),
            Action::DeEscalate(one),
            false,
        ),
        (Action::Stay(two), Action::Wait, Action::Stay(two), false),
        (Action::Stay(two), Action::Escalate(three), Action::Stay(two), false),
        // What the packet said already, the committee knows.
        (
            Action::DeEscalate(one),
            Action::DeEscalate(one),
            Action::Stay(two),
            false,
        ),
    ] {
        assert_eq!(overtaken(then, now, choice), expected, "{then}, then {now}: {choice}");
    }
    // A halt hides nothing, and a DLT that came after the packet was not known.
    let mut halted = packet(Action::Wait);
    halted.recommendation.otherwise = Some(Action::DeEscalate(one));
    let mut now = halted.answer();
    assert_eq!(now.action, Action::DeEscalate(one));
    let stay = Choice::Dose(Action::Stay(two));
    assert!(!is_overtaken(&halted, &now, stay));
    now.dlts
        .insert(tercel::study::SubjectId::new("later"), "DLT".to_owned());
    assert!(is_overtaken(&halted, &now, stay));
}

#[test]
fn a_safer_decision_needs_a_reason_alone() {
    let packet = packet(Action::Escalate(level(3)));
    let mut proposal = proposal(Choice::Dose(Action::Stay(level(2))));
    assert_eq!(decided(&packet, &proposal, "AAA-"), Err(vec![Missing::NoReason]));
    proposal.reason = Some("slow recovery of platelets".to_owned());
    assert_eq!(decided(&packet, &proposal, "AAA-"), Ok(Departure::Safer));
}

#[test]
fn no_override_opens_a_level_that_was_skipped_or_does_not_exist() {
    let mut packet = packet(Action::Stay(level(1)));
    packet.levels[1].infused = 0;
    let mut proposal = proposal(Choice::Dose(Action::Escalate(level(3))));
    proposal.overrides = true;
    proposal.reason = Some("activity is low".to_owned());
    assert_eq!(
        decided(&packet, &proposal, "AAA-"),
        Err(vec![Missing::Untried(level(3))])
    );
    proposal.choice = Choice::Dose(Action::Escalate(level(2)));
    assert_eq!(decided(&packet, &proposal, "AAA-"), Ok(Departure::Riskier));
    proposal.choice = Choice::Dose(Action::Escalate(level(4)));
    assert_eq!(
        decided(&packet, &proposal, "AAA-"),
        Err(vec![Missing::NoSuchLevel(level(4))])
    );
    proposal.choice = Choice::Dose(Action::Stop(Some(level(2))));
    assert_eq!(
        decided(&packet, &proposal, "AAA-"),
        Err(vec![Missing::Untried(level(2))])
    );
    // Before the first infusion only the start level is open.
    packet.levels[0].infused = 0;
    proposal.choice = Choice::Dose(Action::Stay(level(1)));
    assert_eq!(decided(&packet, &proposal, "AAA-"), Ok(Departure::None));
    proposal.choice = Choice::Dose(Action::Escalate(level(2)));
    assert_eq!(
        decided(&packet, &proposal, "AAA-"),
        Err(vec![Missing::Untried(level(2))])
    );
}

#[test]
fn it_takes_effect_with_the_last_signature_and_nothing_is_signed_before_the_data() {
    let packet = packet(Action::Wait);
    let mut proposal = proposal(Choice::Dose(Action::Wait));
    proposal.effective = at(2);
    assert_eq!(decided(&packet, &proposal, "AAA-"), Ok(Departure::None));
    proposal.effective = at(2) - 1.seconds();
    assert_eq!(
        decided(&packet, &proposal, "AAA-"),
        Err(vec![Missing::EffectiveTooEarly(at(2))])
    );
    proposal.effective = at(9);
    let mut ballots = votes("AAA-");
    ballots[0].signed = date(2025, 6, 28)
        .at(12, 0, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .unwrap()
        .timestamp();
    let early = resolve(&packet, &members(), &quorum(), &proposal, &ballots).unwrap_err();
    assert_eq!(early, [Missing::SignedTooEarly("Ann".to_owned())]);
    let mut known = packet.clone();
    known.known = Some(tercel::meeting::Knowledge { at: at(1), entry: 9 });
    assert_eq!(
        decided(&known, &proposal, "AAA-"),
        Err(vec![Missing::SignedTooEarly("Ann".to_owned())])
    );
}

#[test]
fn votes_are_those_of_members_one_each() {
    let packet = packet(Action::Wait);
    let proposal = proposal(Choice::Dose(Action::Wait));
    let mut ballots = votes("AAA-");
    ballots.push(Ballot {
        member: "ANN ".to_owned(),
        vote: Vote::Disagree,
        ..ballots[0].clone()
    });
    ballots.push(Ballot {
        member: "Eve".to_owned(),
        ..ballots[0].clone()
    });
    let missing = resolve(&packet, &members(), &quorum(), &proposal, &ballots).unwrap_err();
    assert_eq!(
        missing,
        [
            Missing::VotedTwice("ANN ".to_owned()),
            Missing::NoMember("Eve".to_owned())
        ]
    );
    let twins = [members(), vec![member("ann", "observer", false)]].concat();
    let missing = resolve(&packet, &twins, &quorum(), &proposal, &votes("AAA-")).unwrap_err();
    assert!(missing.contains(&Missing::SameName("ann".to_owned())), "{missing:?}");
}

#[test]
fn an_escalation_says_why_it_does_not_wait_for_open_data() {
    let mut packet = packet(Action::Escalate(level(3)));
    packet.findings = vec![BlockingFinding {
        subject: None,
        place: "AE, row 4".to_owned(),
        field: "AESER".to_owned(),
        sentence: Words::english("the value is blank".to_owned()),
        records: Vec::new(),
    }];
    let mut escalate = proposal(Choice::Dose(Action::Escalate(level(3))));
    let open = Missing::OpenData {
        findings: 1,
        queries: 0,
        not_entered: 0,
    };
    assert_eq!(decided(&packet, &escalate, "AAA-"), Err(vec![open]));
    escalate.despite = Some("the event was judged".to_owned());
    assert_eq!(decided(&packet, &escalate, "AAA-"), Ok(Departure::None));
    // To treat lower needs no such word.
    let mut lower = proposal(Choice::Dose(Action::DeEscalate(level(1))));
    lower.reason = Some("caution".to_owned());
    assert_eq!(decided(&packet, &lower, "AAA-"), Ok(Departure::Safer));
}

#[test]
fn the_recommended_dose_is_decided_at_its_own_meeting_with_a_reason_and_not_above_the_maximum_tolerated_dose() {
    let mut packet = packet(Action::Stop(Some(level(1))));
    let mut choice = proposal(Choice::Recommended(Some(level(1))));
    choice.reason = Some("responses at level 1".to_owned());
    assert_eq!(decided(&packet, &choice, "AAA-"), Err(vec![Missing::OtherOccasion]));
    packet.occasion = Occasion::RecommendedDose;
    assert_eq!(decided(&packet, &choice, "AAA-"), Ok(Departure::None));
    assert_eq!(
        decided(&packet, &proposal(Choice::Dose(Action::Wait)), "AAA-").unwrap_err()[0],
        Missing::OtherOccasion
    );
    choice.reason = None;
    assert_eq!(decided(&packet, &choice, "AAA-"), Err(vec![Missing::NoReason]));
    choice.reason = Some("activity".to_owned());
    choice.choice = Choice::Recommended(Some(level(2)));
    let missing = decided(&packet, &choice, "AAA-").unwrap_err();
    assert!(matches!(missing[..], [Missing::NotPutAsOverride { .. }]), "{missing:?}");
    choice.overrides = true;
    assert_eq!(decided(&packet, &choice, "AAA-"), Ok(Departure::Riskier));
    choice.choice = Choice::Recommended(Some(level(3)));
    assert_eq!(decided(&packet, &choice, "AAA-"), Err(vec![Missing::Untried(level(3))]));
    choice.choice = Choice::Recommended(None);
    assert_eq!(decided(&packet, &choice, "AAA-"), Ok(Departure::None));
}

#[test]
fn everything_missing_is_said_at_once_in_both_languages() {
    let packet = packet(Action::Stop(None));
    let mut proposal = proposal(Choice::Dose(Action::Escalate(level(3))));
    proposal.effective = at(-40);
    let missing = decided(&packet, &proposal, "D---").unwrap_err();
    assert_eq!(missing.len(), 7, "{missing:?}");
    let english: Vec<String> = missing.iter().map(|one| one.sentence(Language::English)).collect();
    assert!(
        english.contains(
            &"the recommendation is to stop, and \"escalate to level 3\" is riskier; it is refused unless put as an override of \
              the committee, with a reason and the agreement of all physicians."
                .to_owned()
        ),
        "{english:#?}"
    );
    for one in &missing {
        let chinese = one.sentence(Language::Chinese);
        assert!(chinese.ends_with('。'), "{chinese}");
    }
}
