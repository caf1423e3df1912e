//! Decisions, halts, emergency releases and the delegation log.

use super::shared::{SIGNED, SIGNERS, SITE_CLOCK};
use crate::form::define::{BLANK, LINE, PARAGRAPH, choice, text};
use crate::form::{Choice, Field, Form, FromTrial, Kind, Scope};

const CLOSED: &[Choice] = &[
    choice("LOWER DOSE", "Dose of a lower level by volume", "按体积给予较低剂量"),
    choice("HOLD", "Hold", "等待"),
    choice("WITHDRAW", "Withdraw", "退出"),
];

const TASK: &[Choice] = &[
    choice("consent", "Obtaining consent", "获取知情同意"),
    choice("eligibility", "Judging eligibility", "判断入选资格"),
    choice("assessment", "Assessing items of a gate", "评估检查项目"),
    choice("receipt", "Receiving the product", "接收产品"),
    choice("order", "Ordering the infusion", "下达回输医嘱"),
    choice("identity", "Checking identity", "身份核对"),
    choice("decision", "Deciding about the dose", "剂量决定"),
];

const ROLE: &[Choice] = &[
    choice("Investigator", "Investigator", "研究者"),
    choice("Sub-investigator", "Sub-investigator", "助理研究者"),
    choice("Coordinator", "Coordinator", "临床研究协调员"),
    choice("Research nurse", "Research nurse", "研究护士"),
    choice("Pharmacist", "Pharmacist", "药师"),
    choice("Cell laboratory", "Cell laboratory", "细胞制备实验室"),
    choice("Sponsor physician", "Sponsor physician", "申办方医学监查员"),
    choice("Committee member", "Committee member", "剂量决策委员会成员"),
];

/// Emergency release.
pub(super) const EMERGENCY: Form = Form {
    id: "conduct-emergency",
    title: text("Emergency release", "紧急放行"),
    help: text(
        "Opens the gate of infusion after lymphodepletion began; never for identity or product.",
        "清淋开始后开放回输关口；不适用于身份或产品问题。",
    ),
    scope: Scope::Subject,
    fields: &[
        Field::kept(
            "investigator",
            LINE,
            text("Investigator", "研究者"),
            text("Name.", "姓名。"),
        )
        .required(),
        Field::kept(
            "investigatorauth",
            Kind::YesNo,
            text("Investigator signed in again", "研究者是否重新认证"),
            text("Yes if the credentials were given to sign.", "签署时重新认证选“是”。"),
        )
        .required(),
        Field::kept(
            "investigatorat",
            Kind::DateTime,
            text("Signed by the investigator", "研究者签署时间"),
            SITE_CLOCK,
        )
        .required(),
        Field::kept(
            "physician",
            LINE,
            text("Physician of the sponsor", "申办方医师"),
            text("Another person than the investigator.", "须与研究者不同。"),
        )
        .required(),
        Field::kept(
            "physicianauth",
            Kind::YesNo,
            text("Physician signed in again", "医师是否重新认证"),
            text("Yes if the credentials were given to sign.", "签署时重新认证选“是”。"),
        )
        .required(),
        Field::kept(
            "physicianat",
            Kind::DateTime,
            text("Signed by the physician", "医师签署时间"),
            SITE_CLOCK,
        )
        .required(),
        Field::kept(
            "reason",
            PARAGRAPH,
            text("Reason", "理由"),
            text("Why waiting would do more harm.", "为何等待危害更大。"),
        )
        .required(),
        Field::kept(
            "key1",
            LINE,
            text("Released item (1)", "放行项目（1）"),
            text("As the gate names it.", "按关口所列名称。"),
        )
        .required(),
        Field::kept(
            "key2",
            LINE,
            text("Released item (2)", "放行项目（2）"),
            text("As the gate names it.", "按关口所列名称。"),
        ),
        Field::kept(
            "key3",
            LINE,
            text("Released item (3)", "放行项目（3）"),
            text("As the gate names it.", "按关口所列名称。"),
        ),
        Field::kept(
            "key4",
            LINE,
            text("Released item (4)", "放行项目（4）"),
            text("As the gate names it.", "按关口所列名称。"),
        ),
        Field::kept(
            "key5",
            LINE,
            text("Released item (5)", "放行项目（5）"),
            text("As the gate names it.", "按关口所列名称。"),
        ),
        Field::kept(
            "key6",
            LINE,
            text("Released item (6)", "放行项目（6）"),
            text("As the gate names it.", "按关口所列名称。"),
        ),
        Field::kept(
            "key7",
            LINE,
            text("Released item (7)", "放行项目（7）"),
            text("As the gate names it.", "按关口所列名称。"),
        ),
        Field::kept(
            "key8",
            LINE,
            text("Released item (8)", "放行项目（8）"),
            text("As the gate names it.", "按关口所列名称。"),
        ),
    ],
    ..BLANK
};

/// Choice after the level closed.
pub(super) const CHOICE: Form = Form {
    id: "conduct-choice",
    title: text("Choice after the level closed", "剂量水平关闭后的选择"),
    help: text(
        "The committee's choice for a subject whose product was made for a level that closed.",
        "产品制备后剂量水平关闭时委员会的选择。",
    ),
    scope: Scope::Subject,
    happened: Some("signed"),
    fields: &[
        Field::kept(
            "choice",
            Kind::Choice(CLOSED),
            text("Choice", "选择"),
            text("A lower dose is given by volume.", "较低剂量按体积给予。"),
        )
        .required(),
        Field::kept(
            "arm",
            Kind::TrialChoice(FromTrial::Arms),
            text("Dose group", "剂量组"),
            text("Dose group of the protocol.", "方案规定的剂量组。"),
        ),
        SIGNERS.0,
        SIGNERS.1,
        SIGNERS.2,
        SIGNED,
    ],
    ..BLANK
};

/// Dose decision.
pub(super) const DECISION: Form = Form {
    id: "conduct-decision",
    title: text("Dose decision", "剂量决定"),
    help: text(
        "The committee's signed decision: the levels it opens; all others are closed.",
        "委员会签署的决定：列出开放的剂量水平，其余关闭。",
    ),
    scope: Scope::Study,
    happened: Some("signed"),
    fields: &[
        Field::kept(
            "arm1",
            Kind::TrialChoice(FromTrial::Arms),
            text("Dose group", "剂量组"),
            text("Dose group of the protocol.", "方案规定的剂量组。"),
        ),
        Field::kept(
            "places1",
            Kind::Integer {
                least: 0,
                min: 0,
                max: 999,
                unit: Some("subjects"),
            },
            text("Places (1)", "名额（1）"),
            text(
                "Subjects that may be treated at it in all.",
                "该水平可治疗的受试者总数。",
            ),
        ),
        Field::kept(
            "arm2",
            Kind::TrialChoice(FromTrial::Arms),
            text("Dose group", "剂量组"),
            text("Dose group of the protocol.", "方案规定的剂量组。"),
        ),
        Field::kept(
            "places2",
            Kind::Integer {
                least: 0,
                min: 0,
                max: 999,
                unit: Some("subjects"),
            },
            text("Places (2)", "名额（2）"),
            text(
                "Subjects that may be treated at it in all.",
                "该水平可治疗的受试者总数。",
            ),
        ),
        Field::kept(
            "arm3",
            Kind::TrialChoice(FromTrial::Arms),
            text("Dose group", "剂量组"),
            text("Dose group of the protocol.", "方案规定的剂量组。"),
        ),
        Field::kept(
            "places3",
            Kind::Integer {
                least: 0,
                min: 0,
                max: 999,
                unit: Some("subjects"),
            },
            text("Places (3)", "名额（3）"),
            text(
                "Subjects that may be treated at it in all.",
                "该水平可治疗的受试者总数。",
            ),
        ),
        Field::kept(
            "arm4",
            Kind::TrialChoice(FromTrial::Arms),
            text("Dose group", "剂量组"),
            text("Dose group of the protocol.", "方案规定的剂量组。"),
        ),
        Field::kept(
            "places4",
            Kind::Integer {
                least: 0,
                min: 0,
                max: 999,
                unit: Some("subjects"),
            },
            text("Places (4)", "名额（4）"),
            text(
                "Subjects that may be treated at it in all.",
                "该水平可治疗的受试者总数。",
            ),
        ),
        Field::kept(
            "arm5",
            Kind::TrialChoice(FromTrial::Arms),
            text("Dose group", "剂量组"),
            text("Dose group of the protocol.", "方案规定的剂量组。"),
        ),
        Field::kept(
            "places5",
            Kind::Integer {
                least: 0,
                min: 0,
                max: 999,
                unit: Some("subjects"),
            },
            text("Places (5)", "名额（5）"),
            text(
                "Subjects that may be treated at it in all.",
                "该水平可治疗的受试者总数。",
            ),
        ),
        Field::kept(
            "recommendation",
            PARAGRAPH,
            text("Recommendation", "建议"),
            text("In the words of the minutes.", "按会议纪要填写。"),
        )
        .required(),
        SIGNERS.0,
        SIGNERS.1,
        SIGNERS.2,
        SIGNED,
        Field::kept(
            "effective",
            Kind::DateTime,
            text("In effect from", "生效时间"),
            SITE_CLOCK,
        )
        .may_be_future(),
        Field::kept(
            "superseded",
            Kind::DateTime,
            text("Superseded", "被取代时间"),
            SITE_CLOCK,
        )
        .may_be_future(),
    ],
    ..BLANK
};

/// Halt.
pub(super) const PAUSE: Form = Form {
    id: "conduct-pause",
    title: text("Halt", "暂停"),
    help: text("Enrolment and treatment are halted.", "入组和治疗暂停。"),
    scope: Scope::Study,
    happened: Some("from"),
    fields: &[
        Field::kept(
            "reason",
            PARAGRAPH,
            text("Reason", "原因"),
            text("What set it off.", "触发原因。"),
        )
        .required(),
        Field::kept("from", Kind::DateTime, text("From", "开始时间"), SITE_CLOCK).required(),
    ],
    ..BLANK
};

/// End of a halt.
pub(super) const RESUME: Form = Form {
    id: "conduct-resume",
    title: text("End of a halt", "解除暂停"),
    help: text("The signed decision to go on.", "签署的恢复决定。"),
    scope: Scope::Study,
    happened: Some("signed"),
    fields: &[
        Field::kept(
            "pause",
            LINE,
            text("Halt", "暂停"),
            text("Its identifier, as the gate names it.", "按关口所列编号填写。"),
        )
        .required(),
        SIGNERS.0,
        SIGNERS.1,
        SIGNERS.2,
        SIGNED,
    ],
    ..BLANK
};

/// Delegation and training.
pub(super) const DELEGATION: Form = Form {
    id: "conduct-delegation",
    title: text("Delegation and training", "授权与培训"),
    help: text("One line of the log for each person and task.", "每人每项任务一行。"),
    scope: Scope::Study,
    happened: Some("from"),
    order: &[("from", "until")],
    fields: &[
        Field::kept(
            "person",
            LINE,
            text("Person", "人员"),
            text("Name as in the records.", "与记录一致的姓名。"),
        )
        .required(),
        Field::kept(
            "role",
            Kind::Suggested {
                choices: ROLE,
                max: 200,
            },
            text("Role", "角色"),
            text("Role in the study.", "在研究中的角色。"),
        )
        .required(),
        Field::kept(
            "task",
            Kind::Choice(TASK),
            text("Task", "任务"),
            text("What is delegated.", "授权的任务。"),
        )
        .required(),
        Field::kept(
            "from",
            Kind::Date,
            text("From", "开始日期"),
            text("First day.", "首日。"),
        )
        .required(),
        Field::kept(
            "until",
            Kind::Date,
            text("Until", "结束日期"),
            text("Last day; blank while it goes on.", "末日；持续中留空。"),
        )
        .may_be_future(),
        Field::kept(
            "trained",
            Kind::Date,
            text("Trained", "培训日期"),
            text("Blank while not trained.", "未培训则留空。"),
        ),
    ],
    ..BLANK
};
