//! Records of the product from collection to the bedside.

use crate::form::define::{BLANK, LINE, choice, text};
use crate::form::{Choice, Field, Form, FromTrial, Kind, Scope};

const CELLS: &[Choice] = &[
    choice("cells", "cells", "个细胞"),
    choice("10^6 cells", "10⁶ cells", "10⁶ 个细胞"),
    choice("10^8 cells", "10⁸ cells", "10⁸ 个细胞"),
];

const DISPOSITION: &[Choice] = &[
    choice("RELEASED", "Released", "放行"),
    choice("REJECTED", "Rejected", "拒绝"),
    choice("BY EXCEPTION", "Released by exception", "例外放行"),
];

/// Identity of a collection.
pub(super) const COLLECTION: Form = Form {
    id: "conduct-collection",
    title: text("Identity of a collection", "采集身份"),
    help: text("Numbers of the collection on its labels.", "采集标签上的编号。"),
    scope: Scope::Subject,
    happened: Some("began"),
    fields: &[
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
            "din",
            LINE,
            text("Donation number", "采集编号"),
            text("Donation identification number (DIN).", "采集识别编号（DIN）。"),
        )
        .required(),
        Field::kept(
            "began",
            Kind::DateTime,
            text("Begin", "开始时间"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        )
        .required(),
    ],
    ..BLANK
};

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
        Field::kept(
            "bag",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        )
        .required(),
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
                min: 0.0,
                max: 10000.0,
                unit: Some("mL"),
            },
            text("Volume", "体积"),
            text("All of the bag.", "整袋体积。"),
        )
        .required(),
        Field::kept(
            "expires",
            Kind::DateTime,
            text("Expires", "有效期"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        )
        .required()
        .may_be_future(),
    ],
    ..BLANK
};

/// Hand-over.
pub(super) const CUSTODY: Form = Form {
    id: "conduct-custody",
    title: text("Hand-over", "交接"),
    help: text(
        "Every time a bag changes hands, from the cell laboratory to the bedside.",
        "从细胞实验室到床旁的每次交接。",
    ),
    scope: Scope::Subject,
    happened: Some("when"),
    fields: &[
        Field::kept(
            "bag",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        )
        .required(),
        Field::kept(
            "from",
            LINE,
            text("From", "交出方"),
            text("Custodian before.", "交出前的保管方。"),
        )
        .required(),
        Field::kept(
            "to",
            LINE,
            text("To", "接收方"),
            text("Custodian after.", "交接后的保管方。"),
        )
        .required(),
        Field::kept(
            "giver",
            LINE,
            text("Released by", "交出人"),
            text("Person who gave it.", "交出人姓名。"),
        )
        .required(),
        Field::kept(
            "taker",
            LINE,
            text("Received by", "接收人"),
            text("Person who took it.", "接收人姓名。"),
        )
        .required(),
        Field::kept(
            "when",
            Kind::DateTime,
            text("When", "交接时间"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        )
        .required(),
        Field::kept(
            "place",
            LINE,
            text("Where", "地点"),
            text("Place of the hand-over.", "交接地点。"),
        )
        .required(),
        Field::kept(
            "celsius",
            Kind::Decimal {
                min: -273.0,
                max: 100.0,
                unit: Some("°C"),
            },
            text("Temperature", "温度"),
            text("As read at hand-over.", "交接时读数。"),
        ),
        Field::kept(
            "kept",
            Kind::YesNo,
            text("Temperature kept", "温度是否保持"),
            text("Yes if it was kept all the way.", "全程保持选“是”。"),
        )
        .required(),
        Field::kept(
            "intact",
            Kind::YesNo,
            text("Intact", "是否完整"),
            text("Container and seal.", "容器和封签。"),
        )
        .required(),
        Field::kept(
            "matches",
            Kind::YesNo,
            text("Label matches", "标签是否相符"),
            text("Label against the papers.", "标签与文件核对。"),
        )
        .required(),
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
            LINE,
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
            LINE,
            text("Result in words", "文字结果"),
            text("Such as negative.", "例如 negative。"),
        ),
        Field::kept(
            "reported",
            Kind::DateTime,
            text("Reported", "报告时间"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        )
        .required(),
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
        Field::kept(
            "signer1",
            LINE,
            text("Signed by (1)", "签署人（1）"),
            text("Name of a person who signed.", "签署人姓名。"),
        )
        .required(),
        Field::kept(
            "signed1",
            Kind::DateTime,
            text("Signed (1)", "签署时间（1）"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        )
        .required(),
        Field::kept(
            "signer2",
            LINE,
            text("Signed by (2)", "签署人（2）"),
            text("Name of a person who signed.", "签署人姓名。"),
        ),
        Field::kept(
            "signed2",
            Kind::DateTime,
            text("Signed (2)", "签署时间（2）"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        ),
        Field::kept(
            "when",
            Kind::DateTime,
            text("Decided", "决定时间"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        )
        .required(),
    ],
    ..BLANK
};

/// Receipt at the site.
pub(super) const RECEIPT: Form = Form {
    id: "conduct-receipt",
    title: text("Receipt at the site", "中心接收"),
    help: text("Each bag received and inspected.", "每袋接收并检查。"),
    scope: Scope::Subject,
    happened: Some("when"),
    fields: &[
        Field::kept(
            "bag",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        )
        .required(),
        Field::kept(
            "when",
            Kind::DateTime,
            text("Received", "接收时间"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        )
        .required(),
        Field::kept(
            "accepted",
            Kind::YesNo,
            text("Accepted", "是否接受"),
            text("No if anything is in doubt.", "有疑问选“否”。"),
        )
        .required(),
    ],
    ..BLANK
};

/// Order for the infusion.
pub(super) const ORDER: Form = Form {
    id: "conduct-order",
    title: text("Order for the infusion", "回输医嘱"),
    help: text(
        "The investigator's order: the latest counts.",
        "研究者医嘱：以最新为准。",
    ),
    scope: Scope::Subject,
    fields: &[
        Field::kept(
            "arm",
            Kind::TrialChoice(FromTrial::Arms),
            text("Dose group", "剂量组"),
            text("Dose group of the protocol.", "方案规定的剂量组。"),
        )
        .required(),
        Field::kept(
            "planned",
            Kind::DateTime,
            text("Planned begin", "计划开始时间"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        )
        .required()
        .may_be_future(),
        Field::kept(
            "bag1",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        )
        .required(),
        Field::kept(
            "volume1",
            Kind::Decimal {
                min: 0.0,
                max: 10000.0,
                unit: Some("mL"),
            },
            text("Volume (1)", "体积（1）"),
            text("Blank for the whole bag.", "整袋则留空。"),
        ),
        Field::kept(
            "bag2",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        ),
        Field::kept(
            "volume2",
            Kind::Decimal {
                min: 0.0,
                max: 10000.0,
                unit: Some("mL"),
            },
            text("Volume (2)", "体积（2）"),
            text("Blank for the whole bag.", "整袋则留空。"),
        ),
        Field::kept(
            "bag3",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        ),
        Field::kept(
            "volume3",
            Kind::Decimal {
                min: 0.0,
                max: 10000.0,
                unit: Some("mL"),
            },
            text("Volume (3)", "体积（3）"),
            text("Blank for the whole bag.", "整袋则留空。"),
        ),
        Field::kept(
            "bag4",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        ),
        Field::kept(
            "volume4",
            Kind::Decimal {
                min: 0.0,
                max: 10000.0,
                unit: Some("mL"),
            },
            text("Volume (4)", "体积（4）"),
            text("Blank for the whole bag.", "整袋则留空。"),
        ),
    ],
    ..BLANK
};

/// Thaw.
pub(super) const THAW: Form = Form {
    id: "conduct-thaw",
    title: text("Thaw", "复苏"),
    help: text("When a bag was out of the bath.", "产品袋离开水浴的时间。"),
    scope: Scope::Subject,
    happened: Some("when"),
    fields: &[
        Field::kept(
            "bag",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        )
        .required(),
        Field::kept(
            "when",
            Kind::DateTime,
            text("Thawed", "复苏时间"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        )
        .required(),
    ],
    ..BLANK
};

/// Two-person identity check.
pub(super) const IDENTITY: Form = Form {
    id: "conduct-identity",
    title: text("Two-person identity check", "双人身份核对"),
    help: text(
        "What each of two persons read from wristband and label.",
        "两人分别从腕带和标签读取的内容。",
    ),
    scope: Scope::Subject,
    fields: &[
        Field::kept(
            "bag",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        )
        .required(),
        Field::kept(
            "person1",
            LINE,
            text("Person (1)", "核对人（1）"),
            text("Name of who read.", "核对人姓名。"),
        )
        .required(),
        Field::kept(
            "subject1",
            LINE,
            text("Subject read (1)", "读取的受试者编号（1）"),
            text("From the wristband.", "取自腕带。"),
        )
        .required(),
        Field::kept(
            "coi1",
            LINE,
            text("Chain of identity read (1)", "读取的身份链编号（1）"),
            text("From the label.", "取自标签。"),
        )
        .required(),
        Field::kept(
            "lot1",
            LINE,
            text("Lot read (1)", "读取的批号（1）"),
            text("From the label.", "取自标签。"),
        )
        .required(),
        Field::kept(
            "bag1",
            LINE,
            text("Bag read (1)", "读取的产品袋（1）"),
            text("From the label.", "取自标签。"),
        )
        .required(),
        Field::kept(
            "at1",
            Kind::DateTime,
            text("When (1)", "核对时间（1）"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        )
        .required(),
        Field::kept(
            "person2",
            LINE,
            text("Person (2)", "核对人（2）"),
            text("Name of who read.", "核对人姓名。"),
        )
        .required(),
        Field::kept(
            "subject2",
            LINE,
            text("Subject read (2)", "读取的受试者编号（2）"),
            text("From the wristband.", "取自腕带。"),
        )
        .required(),
        Field::kept(
            "coi2",
            LINE,
            text("Chain of identity read (2)", "读取的身份链编号（2）"),
            text("From the label.", "取自标签。"),
        )
        .required(),
        Field::kept(
            "lot2",
            LINE,
            text("Lot read (2)", "读取的批号（2）"),
            text("From the label.", "取自标签。"),
        )
        .required(),
        Field::kept(
            "bag2",
            LINE,
            text("Bag read (2)", "读取的产品袋（2）"),
            text("From the label.", "取自标签。"),
        )
        .required(),
        Field::kept(
            "at2",
            Kind::DateTime,
            text("When (2)", "核对时间（2）"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        )
        .required(),
    ],
    ..BLANK
};

/// Begin of the infusion.
pub(super) const INFUSION: Form = Form {
    id: "conduct-infusion",
    title: text("Begin of the infusion", "回输开始"),
    help: text("What was given.", "所给予的产品。"),
    scope: Scope::Subject,
    happened: Some("began"),
    fields: &[
        Field::kept(
            "began",
            Kind::DateTime,
            text("Begin", "开始时间"),
            text(
                "Day and time, by the clock of the site; a day alone is not enough.",
                "日期和时间（按中心时钟）；仅填日期不够。",
            ),
        )
        .required(),
        Field::kept(
            "bag1",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        )
        .required(),
        Field::kept(
            "bag2",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        ),
        Field::kept(
            "bag3",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        ),
        Field::kept(
            "bag4",
            LINE,
            text("Bag", "产品袋"),
            text("Label of the bag, as printed.", "产品袋标签，按打印内容填写。"),
        ),
        Field::kept(
            "cndose",
            Kind::Decimal {
                min: 0.0,
                max: 1e12,
                unit: None,
            },
            text("Viable CAR-positive cells", "CAR阳性活细胞数"),
            text("Number in the unit beside it.", "按旁列单位填写。"),
        ),
        Field::kept(
            "cndosu",
            Kind::Choice(CELLS),
            text("Unit of cells", "细胞数单位"),
            text("The power of ten that the number counts.", "数字对应的数量级。"),
        ),
    ],
    ..BLANK
};
