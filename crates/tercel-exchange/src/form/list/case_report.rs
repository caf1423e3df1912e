//! Reports of serious events, each a record of its own.

use crate::form::define::{BLANK, LINE, PARAGRAPH, choice, text};
use crate::form::{Choice, Field, Form, Kind, Required, Scope};

const KINDS: &[Choice] = &[
    choice("INITIAL", "First report", "首次报告"),
    choice("FOLLOW-UP", "Follow-up", "随访报告"),
    choice("FINAL", "Final report", "总结报告"),
];

/// The recipients, by which records are also known to the datasets.
pub(in crate::form) const SPONSOR: &str = "SPONSOR";

const RECIPIENTS: &[Choice] = &[
    choice(SPONSOR, "Sponsor", "申办方"),
    choice("ETHICS COMMITTEE", "Ethics committee", "伦理委员会"),
    choice("NMPA", "NMPA", "国家药监局"),
    choice("FDA", "FDA", "美国 FDA"),
    choice("EU", "EudraVigilance", "欧盟 EudraVigilance"),
];

const REPORTED: &str = "its day stands with the event: AEAWARE, AERPT.. and AECMP.. of SUPPAE";
const APART: &str = "the list of serious events reads it";

/// A report of a serious event.
pub(super) const CASE_REPORT: Form = Form {
    id: "conduct-case-report",
    title: text("Report of a serious event", "严重不良事件报告"),
    help: text(
        "One record for every report, to the sponsor and to each authority: the first, every follow-up, and the final one.",
        "向申办方及各监管方递交的每份报告填写一条：首次报告、每次随访报告及总结报告。",
    ),
    scope: Scope::Subject,
    happened: Some("aware"),
    order: &[("aware", "sent")],
    fields: &[
        Field::kept_apart(
            "event",
            APART,
            Kind::Integer {
                least: 1,
                min: 1,
                max: 9999,
                unit: None,
            },
            text("Number of the adverse event", "不良事件编号"),
            text(
                "The number of its record among the subject's adverse events.",
                "该受试者不良事件记录的编号。",
            ),
        )
        .required(),
        Field::kept_apart(
            "kind",
            APART,
            Kind::Choice(KINDS),
            text("Report", "报告类型"),
            text(
                "Follow-ups are numbered by their time; the final report says that no more is expected.",
                "随访报告按时间自动编号；总结报告表示不再有后续信息。",
            ),
        )
        .required(),
        Field::kept_apart(
            "recipient",
            APART,
            Kind::Choice(RECIPIENTS),
            text("Reported to", "报告对象"),
            text("One record for each.", "每个对象填写一条。"),
        )
        .required(),
        Field::kept_apart(
            "aware",
            APART,
            Kind::DateTime,
            text("Learned", "获知时间"),
            text(
                "When who reports learned of the event, or of what is new: the clock starts here. Day and time.",
                "报告者获知事件或新信息的时间，即报告时限的起点；须填写日期和时间。",
            ),
        )
        .required(),
        Field::kept_apart(
            "sent",
            REPORTED,
            Kind::DateTime,
            text("Reported", "报告时间"),
            text(
                "Blank until it is reported: the clock runs. Day and time, by the clock of the site.",
                "报告前留空，时限继续计算；按中心时钟填写日期和时间。",
            ),
        ),
        Field::kept_apart(
            "reporter",
            APART,
            LINE,
            text("Reported by", "报告者"),
            text("Person, with the role.", "姓名及角色。"),
        )
        .required(),
        Field::kept_apart(
            "receiver",
            APART,
            LINE,
            text("Received by", "接收者"),
            text(
                "Person or office, and how it was confirmed.",
                "接收人或部门及确认方式。",
            ),
        ),
        Field::kept_apart(
            "news",
            APART,
            PARAGRAPH,
            text("What is new", "新信息"),
            text("What changed since the report before.", "较上次报告的变化。"),
        )
        .required_if(Required::When("kind", &["FOLLOW-UP", "FINAL"])),
    ],
    ..BLANK
};
