//! Records of the product, from hand-over to the bedside.

use super::shared::{BAG_LABEL, SIGNED, SIGNERS, SITE_CLOCK};
use crate::form::define::{BLANK, LINE, choice, text};
use crate::form::{Field, Form, FromTrial, Kind, Scope};

/// Who has the bag, in the words of a protocol.
const CUSTODIAN: Kind = Kind::Suggested {
    choices: &[
        choice("cell laboratory", "Cell laboratory", "细胞制备实验室"),
        choice("courier", "Courier", "运送人员"),
        choice("pharmacy", "Pharmacy", "药房"),
        choice("ward", "Ward", "病房"),
    ],
    max: 200,
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
        BAG_LABEL,
        Field::kept(
            "from",
            CUSTODIAN,
            text("From", "交出方"),
            text("Custodian before.", "交出前的保管方。"),
        )
        .required(),
        Field::kept(
            "to",
            CUSTODIAN,
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
        Field::kept("when", Kind::DateTime, text("When", "交接时间"), SITE_CLOCK).required(),
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
                least: -273.15,
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

/// Receipt at the site.
pub(super) const RECEIPT: Form = Form {
    id: "conduct-receipt",
    title: text("Receipt at the site", "中心接收"),
    help: text("Each bag received and inspected.", "每袋接收并检查。"),
    scope: Scope::Subject,
    happened: Some("when"),
    fields: &[
        BAG_LABEL,
        Field::kept("when", Kind::DateTime, text("Received", "接收时间"), SITE_CLOCK).required(),
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
            SITE_CLOCK,
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
                least: 0.0,
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
                least: 0.0,
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
                least: 0.0,
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
                least: 0.0,
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
        BAG_LABEL,
        Field::kept("when", Kind::DateTime, text("Thawed", "复苏时间"), SITE_CLOCK).required(),
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
        BAG_LABEL,
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
        Field::kept("at1", Kind::DateTime, text("When (1)", "核对时间（1）"), SITE_CLOCK).required(),
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
        Field::kept("at2", Kind::DateTime, text("When (2)", "核对时间（2）"), SITE_CLOCK).required(),
    ],
    ..BLANK
};

/// What was misread at the bedside, cleared up.
pub(super) const CLEARANCE: Form = Form {
    id: "conduct-clearance",
    title: text("Identity check cleared up", "身份核对差异澄清"),
    help: text(
        "How a reading that did not match came about, signed by investigator and sponsor's physician. The bag is then checked anew; a label that is wrong is never cleared up here.",
        "说明核对不一致的原因，由研究者与申办方医师签署。随后重新核对该袋；标签本身有误者不得在此澄清。",
    ),
    scope: Scope::Subject,
    happened: Some("signed"),
    fields: &[
        BAG_LABEL,
        Field::kept(
            "cause",
            LINE,
            text("How it came about", "原因"),
            text(
                "What was misread or mistyped, and how that was found out.",
                "误读或误录的内容，以及如何查明。",
            ),
        )
        .required(),
        SIGNERS.0,
        SIGNERS.1,
        SIGNERS.2,
        SIGNED,
    ],
    ..BLANK
};
