//! The page of a decision packet, as a reader and a browser would check it.

use tercel::endpoint::Analysis;
use tercel::language::Language;
use tercel::meeting::{About, Member, Occasion, Packet};
use tercel::protocol::Trial;
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::StudyData;
use tercel_report::{PacketPage, render_packet};

use super::{markup, read, trial};

fn packet(trial: &Trial, data: &StudyData, cut: &str, occasion: Occasion) -> Packet {
    let cut = cut.parse().expect("a date");
    let data = data.as_of(cut);
    Packet::freeze(&Analysis::new(trial, &data, Some(cut)), About::occasion(occasion)).expect("the data are dated")
}

fn page(packet: &Packet, members: &[Member], language: Language) -> String {
    let shown = PacketPage {
        digest: Some("00ff"),
        members,
        language,
        protocol: None,
    };
    let html = render_packet(packet, &shown);
    markup::check(&html);
    html
}

#[test]
fn every_cut_and_language_gives_a_sound_page_with_the_same_numbers() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 12, seed: 2 });
    for cut in ["2024-06-01", "2025-03-20", "2025-08-01", "2026-06-01"] {
        let packet = packet(&trial, &data, cut, Occasion::RecommendedDose);
        let [english, chinese] = Language::ALL.map(|language| page(&packet, &[], language));
        assert!(english.contains("<html lang=\"en\">") && chinese.contains("<html lang=\"zh-Hans\">"));
        for line in &packet.subjects {
            assert!(english.contains(line.subject.as_str()) && chinese.contains(line.subject.as_str()));
        }
        for limits in packet.levels.iter().filter_map(|line| line.limits) {
            assert!(
                english.contains(&limits.words()) && chinese.contains(&limits.words()),
                "{cut}"
            );
        }
        assert!(english.contains("SYNTHETIC DATA") && chinese.contains("模拟数据"));
        assert!(english.contains("00ff") && english.contains("Signature") && chinese.contains("签名"));
        // A level with three subjects and no DLT is called safe nowhere.
        assert!(!english.contains(" safe "), "{cut}");
    }
}

#[test]
fn a_chinese_page_says_settings_levels_visits_and_events_in_chinese() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 12, seed: 2 });
    let packet = packet(&trial, &data, "2026-06-01", Occasion::RecommendedDose);
    let shown = |protocol, language| PacketPage {
        digest: None,
        members: &[],
        language,
        protocol,
    };
    let chinese = render_packet(&packet, &shown(Some(&trial), Language::Chinese));
    for said in [
        "1：第一剂量组",
        "个细胞",
        "每组3例",
        "变体：",
        "非血液学事件",
        "转基因拷贝数",
        "级，自",
    ] {
        assert!(chinese.contains(said), "{said}");
    }
    for left in [
        "dose group",
        "⁸ cells",
        "cohorts of",
        "events of the class",
        "Transgene copies",
        " grade ",
        "Day 28",
    ] {
        let around = chinese.split(left).next().unwrap_or_default();
        let tail: String = around
            .chars()
            .rev()
            .take(80)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        assert!(!chinese.contains(left), "{tail}{left}");
    }
    // Without the protocol its names stay as the packet has them.
    let alone = render_packet(&packet, &shown(None, Language::Chinese));
    assert!(alone.contains("1：First dose group"));
    let english = [None, Some(&trial)].map(|protocol| render_packet(&packet, &shown(protocol, Language::English)));
    assert!(english[0] == english[1] && english[0].contains("1: First dose group"));
}

#[test]
fn members_stand_beside_lines_for_their_signatures_and_who_has_a_conflict_does_not_vote() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 3, seed: 1 });
    let packet = packet(&trial, &data, "2025-06-01", Occasion::Other("review".to_owned()));
    let member = |name: &str, conflict: Option<&str>| Member {
        name: name.to_owned(),
        role: "physician".to_owned(),
        physician: true,
        conflict: conflict.map(str::to_owned),
    };
    let html = page(
        &packet,
        &[member("Ann", None), member("Bo", Some("shares"))],
        Language::English,
    );
    let (ann, bo) = html.split_once("Bo</th>").expect("both are named");
    assert!(
        ann.contains("Ann</th>") && ann.ends_with("<tr><th scope=\"row\">"),
        "{}",
        &ann[ann.len() - 80..]
    );
    assert!(bo.contains("shares") && bo.contains("does not vote"));
}

#[test]
fn what_the_data_say_stays_text() {
    let trial = trial();
    let hostile = "<script>alert(1)</script>";
    let ae = format!(
        "USUBJID,AESEQ,AETERM,AESER,AEREL,AEOUT,AETOXGR,AESTDTC\nS,1,{hostile},Y,RELATED,RECOVERED/RESOLVED,3,2025-03-05\n"
    );
    let data = read(
        &trial,
        &[
            ("dm", "USUBJID,RFICDTC,AGE,SEX,ARMCD\nS,2025-02-01,50,F,DL1\n"),
            (
                "ex",
                "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\nS,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-03-01\n",
            ),
            ("ae", &ae),
        ],
    );
    let packet = packet(&trial, &data, "2025-04-01", Occasion::Other(hostile.to_owned()));
    let html = page(&packet, &[], Language::English);
    assert!(html.contains("&lt;script&gt;alert(1)") && !html.contains(hostile));
}
