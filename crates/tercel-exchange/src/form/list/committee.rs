//! What the safety review committee decides about a subject (`FA`).

use super::shared::DECIDER;
use crate::form::define::{BLANK, PARAGRAPH, choice, text};
use crate::form::{Choice, Derived, Field, Form, Kind};
use tercel::language::Text;

const DECIDED_BY: Text = text("Decided by", "决定者");
const DECIDED_BY_HELP: Text = text(
    "The committee's decision stands over the investigator's.",
    "委员会的决定优先于研究者的判断。",
);
const DECIDED: Text = text("Date of the decision", "决定日期");
const DECIDED_HELP: Text = text(
    "Without its day a decision cannot be placed before or after anything.",
    "缺少日期则无法判断决定与其他事件的先后。",
);

const fn by() -> Field {
    let kind = Kind::Suggested {
        choices: DECIDER,
        max: 60,
    };
    Field::of("faeval", "FAEVAL", kind, DECIDED_BY, DECIDED_BY_HELP).required()
}

const fn covers() -> Field {
    Field::supplement(
        "facovers",
        "FACOVERS",
        PARAGRAPH,
        text("Covers", "涵盖内容"),
        text(
            "What was judged, filled in when it was signed: rule or criterion, record, onset, grade. It says nothing of anything else. Blank: \
             of whatever had begun by its day.",
            "签署时由系统填入所判定的内容：规则或标准、记录、开始日期、级别；不涉及其他情况。留空：截至决定日期已发生的一切。",
        ),
    )
    .only_if_asked()
}

/// A verdict on dose-limiting toxicity.
pub(super) const DLT: Form = Form {
    id: "dlt-adjudication",
    title: text("DLT adjudication", "剂量限制性毒性判定"),
    help: text(
        "The signed verdict on whether this subject had a dose-limiting toxicity. It stands beside the one the rules give.",
        "对该受试者是否发生剂量限制性毒性的签署判定，与按规则得出的结果并列。",
    ),
    domain: Some("FA"),
    constants: &[
        ("FATESTCD", "DLT"),
        ("FATEST", "Dose Limiting Toxicity"),
        ("FAOBJ", "DOSE LIMITING TOXICITY"),
    ],
    derived: &[("FASTRESC", Derived::Standard("faorres"))],
    tells: &["FATESTCD"],
    happened: Some("fadtc"),
    fields: &[
        Field::of(
            "faorres",
            "FAORRES",
            Kind::YesNo,
            text("Dose-limiting toxicity", "是否为剂量限制性毒性"),
            text(
                "Yes or no; an open question is no verdict.",
                "是或否；尚未确定时不填写。",
            ),
        )
        .required(),
        by(),
        Field::of("fadtc", "FADTC", Kind::DateTime, DECIDED, DECIDED_HELP).required(),
        covers(),
    ],
    ..BLANK
};

const LIFTED: &[Choice] = &[choice("LIFTED", "Lifted", "解除")];

/// A halt of enrolment that was lifted.
pub(super) const HALT_LIFTED: Form = Form {
    id: "halt-lifted",
    title: text("Halt of enrolment lifted", "解除入组暂停"),
    help: text(
        "The committee's signed decision to go on, knowing of this subject.",
        "委员会在知悉该受试者情况后签署的继续入组决定。",
    ),
    domain: Some("FA"),
    constants: &[("FATESTCD", "PAUSE"), ("FATEST", "PAUSE"), ("FAOBJ", "ENROLMENT")],
    derived: &[("FASTRESC", Derived::Standard("faorres"))],
    tells: &["FATESTCD"],
    happened: Some("fadtc"),
    fields: &[
        Field::of(
            "faorres",
            "FAORRES",
            Kind::Choice(LIFTED),
            text("Decision", "决定"),
            text("A halt stands until it is lifted.", "未解除前暂停持续有效。"),
        )
        .required(),
        by(),
        Field::of("fadtc", "FADTC", Kind::DateTime, DECIDED, DECIDED_HELP).required(),
        covers(),
    ],
    ..BLANK
};
