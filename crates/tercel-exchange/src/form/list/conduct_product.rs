//! Records of the product, from collection to release.

use super::shared::{BAG_LABEL, CELLS, SIGNERS, SITE_CLOCK};
use crate::form::define::{BLANK, LINE, choice, text};
use crate::form::{Choice, Field, Form, FromTrial, Kind, Scope};

const WORD: &[Choice] = &[
    choice("negative", "Negative", "阴性"),
    choice("positive", "Positive", "阳性"),
    choice("conforms", "Conforms", "符合规定"),
];

const DISPOSITION: &[Choice] = &[
    choice("RELEASED", "Released", "放行"),
    choice("REJECTED", "Rejected", "拒绝"),
    choice("BY EXCEPTION", "Released by exception", "例外放行"),
];

/// Lot.
pub(super) const LOT: Form = Form {
    id: "conduct-lot",
    title: text("Lot", "批次"),
    help: text("The lot made of the subject's cells.", "由受试者细胞制备的批次。"),
    scope: Scope::Subject,
    fields: &[
        Field::kept(
            "lot",
            LINE,
            text("Lot", "批次"),
            text("Number of the lot, as printed.", "批号，按打印内容填写。"),
        )
        .required(),
        Field::kept(
            "coi",
            LINE,
            text("Chain-of-identity number", "身份链编号"),
            text(
                "One number from collection to infusion; it does not replace the donation number.",
                "从采集到回输的唯一编号，不替代采集编号。",
            ),
        )
        .required(),
        Field::kept(
            "din1",
            LINE,
            text("Made of (1)", "来源采集（1）"),
            text("Donation number of a collection.", "采集编号。"),
        )
        .required(),
        Field::kept(
            "din2",
            LINE,
            text("Made of (2)", "来源采集（2）"),
            text("Donation number of a collection.", "采集编号。"),
        ),
        Field::kept(
            "din3",
            LINE,
            text("Made of (3)", "来源采集（3）"),
            text("Donation number of a collection.", "采集编号。"),
        ),
        Field::kept(
            "arm",
            Kind::TrialChoice(FromTrial::Arms),
            text("Dose group", "剂量组"),
            text("Dose group of the protocol.", "方案规定的剂量组。"),
        )
        .required(),
        Field::kept(
            "failed",
            Kind::YesNo,
            text("Making failed", "制备是否失败"),
            text("Yes if there is no product to give.", "无可用产品选“是”。"),
        )
        .required(),
    ],
    ..BLANK
};

/// Bag.
pub(super) const BAG: Form = Form {
    id: "conduct-bag",
    title: text("Bag", "产品袋"),
    help: text("Each bag of a lot, as labelled.", "批次中的每个产品袋，按标签填写。"),
    scope: Scope::Subject,
    fields: &[
        BAG_LABEL,
        Field::kept(
            "lot",
            LINE,
            text("Lot", "批次"),
            text("Number of the lot, as printed.", "批号，按打印内容填写。"),
        )
        .required(),
        Field::kept(
            "coi",
            LINE,
            text("Chain-of-identity number", "身份链编号"),
            text(
                "One number from collection to infusion; it does not replace the donation number.",
                "从采集到回输的唯一编号，不替代采集编号。",
            ),
        )
        .required(),
        Field::kept(
            "cndose",
            Kind::Decimal {
                least: 0.0,
                min: 0.0,
                max: 1e12,
                unit: None,
            },
            text("Viable CAR-positive cells", "CAR阳性活细胞数"),
            text("Number in the unit beside it.", "按旁列单位填写。"),
        )
        .required(),
        Field::kept(
            "cndosu",
            Kind::Choice(CELLS),
            text("Unit of cells", "细胞数单位"),
            text("The power of ten that the number counts.", "数字对应的数量级。"),
        )
        .required(),
        Field::kept(
            "volume",
            Kind::Decimal {
                least: 0.0,
                min: 0.0,
                max: 10000.0,
                unit: Some("mL"),
            },
            text("Volume", "体积"),
            text("All of the bag.", "整袋体积。"),
        )
        .required(),
        Field::kept("expires", Kind::DateTime, text("Expires", "有效期"), SITE_CLOCK)
            .required()
            .may_be_future(),
    ],
    ..BLANK
};

/// Test of the product.
pub(super) const TEST: Form = Form {
    id: "conduct-test",
    title: text("Test of the product", "产品检验"),
    help: text(
        "One result; one that comes later is another record.",
        "一条结果；后出的结果另建记录。",
    ),
    scope: Scope::Subject,
    happened: Some("reported"),
    fields: &[
        Field::kept(
            "lot",
            LINE,
            text("Lot", "批次"),
            text("Number of the lot, as printed.", "批号，按打印内容填写。"),
        )
        .required(),
        Field::kept(
            "test",
            Kind::TrialChoice(FromTrial::ReleaseTests),
            text("Test", "检验项目"),
            text("Name of the test in the protocol.", "方案中检验的名称。"),
        )
        .required(),
        Field::kept(
            "pending",
            Kind::YesNo,
            text("Awaited", "是否待出"),
            text("Yes while the result is not known.", "结果未知选“是”。"),
        )
        .required(),
        Field::kept(
            "cnorres",
            Kind::Decimal {
                least: f64::NEG_INFINITY,
                min: 0.0,
                max: 1e12,
                unit: None,
            },
            text("Value", "数值"),
            text(
                "Value where the protocol gives bounds for it.",
                "方案规定界限时填写数值。",
            ),
        ),
        Field::kept(
            "cnorresu",
            LINE,
            text("Unit", "单位"),
            text("Unit as the laboratory writes it.", "按检验室书写的单位填写。"),
        ),
        Field::kept(
            "word",
            Kind::Suggested {
                choices: WORD,
                max: 200,
            },
            text("Result in words", "文字结果"),
            text("Such as negative.", "例如阴性（negative）。"),
        ),
        Field::kept("reported", Kind::DateTime, text("Reported", "报告时间"), SITE_CLOCK).required(),
    ],
    ..BLANK
};

/// Release of a lot.
pub(super) const RELEASE: Form = Form {
    id: "conduct-release",
    title: text("Release of a lot", "批次放行"),
    help: text("The signed decision about a lot.", "对批次的签署决定。"),
    scope: Scope::Subject,
    happened: Some("when"),
    fields: &[
        Field::kept(
            "lot",
            LINE,
            text("Lot", "批次"),
            text("Number of the lot, as printed.", "批号，按打印内容填写。"),
        )
        .required(),
        Field::kept(
            "disposition",
            Kind::Choice(DISPOSITION),
            text("Decision", "决定"),
            text("By exception only with two signatures.", "例外放行须两人签名。"),
        )
        .required(),
        Field::kept(
            "excepted1",
            LINE,
            text("Excepted test (1)", "例外检验（1）"),
            text("Name of a test that failed.", "未通过检验的名称。"),
        ),
        Field::kept(
            "excepted2",
            LINE,
            text("Excepted test (2)", "例外检验（2）"),
            text("Name of a test that failed.", "未通过检验的名称。"),
        ),
        Field::kept(
            "excepted3",
            LINE,
            text("Excepted test (3)", "例外检验（3）"),
            text("Name of a test that failed.", "未通过检验的名称。"),
        ),
        SIGNERS.0.required(),
        Field::kept(
            "signed1",
            Kind::DateTime,
            text("Signed (1)", "签署时间（1）"),
            SITE_CLOCK,
        )
        .required(),
        SIGNERS.1,
        Field::kept(
            "signed2",
            Kind::DateTime,
            text("Signed (2)", "签署时间（2）"),
            SITE_CLOCK,
        ),
        Field::kept("when", Kind::DateTime, text("Decided", "决定时间"), SITE_CLOCK).required(),
    ],
    ..BLANK
};
