//! Protocol deviations (`DV`, `SUPPDV`).

use crate::form::define::{BLANK, LINE, PARAGRAPH, choice, text};
use crate::form::{Choice, Field, Form, Kind, Required};

const CATEGORIES: &[Choice] = &[
    choice("ELIGIBILITY", "Eligibility", "入选标准"),
    choice("CONSENT", "Informed consent", "知情同意"),
    choice("VISIT WINDOW", "Visit outside its window", "访视超窗"),
    choice("DOSE", "Dose", "剂量"),
    choice("PRODUCT", "Product", "研究产品"),
    choice("PROHIBITED MEDICATION", "Prohibited medication", "禁用药物"),
    choice("SAFETY REPORTING", "Late safety report", "安全性报告延迟"),
    choice("OTHER", "Other", "其他"),
];

/// A protocol deviation.
pub(super) const DEVIATION: Form = Form {
    id: "deviation",
    title: text("Protocol deviation", "方案偏离"),
    help: text(
        "Every departure from the protocol, as soon as it is known. There are no waivers of eligibility.",
        "任何偏离方案的情况，获知后立即填写。入选标准不得豁免。",
    ),
    domain: Some("DV"),
    happened: Some("dvstdtc"),
    fields: &[
        Field::of(
            "dvterm",
            "DVTERM",
            Kind::Text { max: 200 },
            text("Deviation", "偏离描述"),
            text("What happened, in one sentence.", "用一句话描述发生的情况。"),
        )
        .required(),
        Field::of(
            "dvcat",
            "DVCAT",
            Kind::Choice(CATEGORIES),
            text("Kind", "类别"),
            text("The rule that was departed from.", "所偏离的规定。"),
        )
        .required()
        .only_if_asked(),
        Field::of(
            "dvstdtc",
            "DVSTDTC",
            Kind::PartialDate,
            text("Date", "日期"),
            text("Day it happened.", "发生日期。"),
        )
        .required(),
        Field::supplement(
            "dvimp",
            "DVIMP",
            Kind::YesNo,
            text("Important", "是否为重要偏离"),
            text(
                "Yes if it may affect the subject's rights or safety, or the reliability of the data.",
                "可能影响受试者权益、安全或数据可靠性时选择“是”。",
            ),
        )
        .required()
        .only_if_asked(),
        Field::supplement(
            "dvcause",
            "DVCAUSE",
            PARAGRAPH,
            text("Cause", "原因"),
            text("Why it happened.", "发生的原因。"),
        )
        .required_if(Required::When("dvimp", &["Y"]))
        .only_if_asked(),
        Field::supplement(
            "dvaction",
            "DVACTION",
            PARAGRAPH,
            text("Corrective and preventive action", "纠正和预防措施"),
            text(
                "What was done, and what keeps it from happening again.",
                "已采取的措施及防止再次发生的办法。",
            ),
        )
        .required_if(Required::When("dvimp", &["Y"]))
        .only_if_asked(),
        Field::supplement(
            "about",
            "ABOUT",
            LINE,
            text("About", "涉及项目"),
            text(
                "The rule of an emergency release, or the release test, that it is about.",
                "所涉及的紧急放行规则或放行检测。",
            ),
        )
        .only_if_asked(),
    ],
    ..BLANK
};
