//! ECOG performance status and Child-Pugh score (`RS`).

use crate::form::define::{BLANK, choice, text};
use crate::form::{Choice, Derived, Field, Form, Kind};
use tercel::language::Text;

const ASSESSED: Text = text("Assessed on", "评估日期");
const ASSESSED_HELP: Text = text("Day of the assessment.", "进行评估的日期。");

const GRADES: &[Choice] = &[
    choice("0", "0: fully active", "0：活动能力完全正常"),
    choice("1", "1: restricted in strenuous activity", "1：剧烈体力活动受限"),
    choice(
        "2",
        "2: up and about more than half of waking hours, unable to work",
        "2：不能工作，日间一半以上时间可起床活动",
    ),
    choice(
        "3",
        "3: limited self-care, in bed or chair more than half of waking hours",
        "3：仅能部分自理，日间一半以上时间卧床或坐轮椅",
    ),
    choice("4", "4: completely disabled", "4：完全丧失自理能力"),
    choice("5", "5: dead", "5：死亡"),
];

/// ECOG performance status.
pub(super) const ECOG: Form = Form {
    id: "ecog",
    title: text("ECOG performance status", "ECOG 体力状况评分"),
    help: text(
        "At every visit that plans it. Entry is judged by the last score before infusion.",
        "按访视计划填写。入选判断以回输前最后一次评分为准。",
    ),
    domain: Some("RS"),
    constants: &[
        ("RSTESTCD", "ECOG101"),
        ("RSTEST", "ECOG1-Performance Status"),
        ("RSCAT", "ECOG"),
        ("RSEVAL", "INVESTIGATOR"),
    ],
    derived: &[
        ("RSSTRESC", Derived::Standard("rsorres")),
        ("RSSTRESN", Derived::Number("rsorres")),
    ],
    tells: &["RSTESTCD"],
    happened: Some("rsdtc"),
    fields: &[
        Field::of(
            "rsorres",
            "RSORRES",
            Kind::Choice(GRADES),
            text("ECOG performance status", "ECOG 评分"),
            text("The grade that fits best.", "选择最符合的评分。"),
        )
        .required(),
        Field::of("rsdtc", "RSDTC", Kind::DateTime, ASSESSED, ASSESSED_HELP).required(),
    ],
    ..BLANK
};

/// Child-Pugh score.
pub(super) const CHILD_PUGH: Form = Form {
    id: "child-pugh",
    title: text("Child-Pugh score", "Child-Pugh 评分"),
    help: text(
        "At every visit that plans it. The total decides about entry and may be dose-limiting when it rises.",
        "按访视计划填写。总分用于入选判断，升高时可能构成剂量限制性毒性。",
    ),
    domain: Some("RS"),
    constants: &[
        ("RSTESTCD", "CPS0106"),
        ("RSTEST", "CPS01-Total Score"),
        ("RSCAT", "CHILD-PUGH CLASSIFICATION"),
        ("RSEVAL", "INVESTIGATOR"),
    ],
    derived: &[
        ("RSSTRESC", Derived::Standard("rsorres")),
        ("RSSTRESN", Derived::Number("rsorres")),
    ],
    tells: &["RSTESTCD"],
    happened: Some("rsdtc"),
    fields: &[
        Field::of(
            "rsorres",
            "RSORRES",
            Kind::Integer {
                least: 0,
                min: 5,
                max: 15,
                unit: Some("points"),
            },
            text("Child-Pugh total score", "Child-Pugh 总分"),
            text(
                "Sum of the points for bilirubin, albumin, clotting, ascites and encephalopathy.",
                "胆红素、白蛋白、凝血功能、腹水和肝性脑病五项得分之和。",
            ),
        )
        .required(),
        Field::of("rsdtc", "RSDTC", Kind::DateTime, ASSESSED, ASSESSED_HELP).required(),
    ],
    ..BLANK
};
