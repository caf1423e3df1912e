//! Collection and other procedures (`PR`); what gates ask of a collection stands in its record.

use crate::form::define::{BLANK, LINE, text};
use crate::form::{Field, Form, FromTrial, Kind};

const START: Field = Field::of(
    "prstdtc",
    "PRSTDTC",
    Kind::DateTime,
    text("Began", "开始时间"),
    text("Day and, where known, time.", "日期；如知道请填写时间。"),
)
.required();

const END: Field = Field::of(
    "prendtc",
    "PRENDTC",
    Kind::DateTime,
    text("Ended", "结束时间"),
    text("Blank where it was a matter of one moment.", "即时完成的操作可留空。"),
);

/// PBMC collection.
pub(super) const COLLECTION: Form = Form {
    id: "collection",
    title: text("PBMC collection", "外周血单个核细胞采集"),
    help: text(
        "Every collection, a repeated one too. Safety is followed from the first.",
        "每次采集均须填写，包括再次采集。安全性随访自首次采集开始。",
    ),
    domain: Some("PR"),
    tells: &["prtrt"],
    happened: Some("prstdtc"),
    order: &[("prstdtc", "prendtc")],
    fields: &[
        Field::of(
            "prtrt",
            "PRTRT",
            Kind::TrialChoice(FromTrial::Collection),
            text("Procedure", "操作名称"),
            text("The collection as the protocol names it.", "方案规定的采集操作。"),
        )
        .required(),
        START,
        END,
        Field::supplement(
            "coi",
            "COI",
            LINE,
            text("Chain of identity", "身份链编号"),
            text(
                "The identifier that follows the cells to the infusion; one for the subject.",
                "从采集到回输一直跟随细胞的编号，每名受试者一个。",
            ),
        )
        .only_if_asked(),
        Field::supplement(
            "din",
            "DIN",
            LINE,
            text("Donation", "采集编号"),
            text(
                "Number of this donation, as printed on its label.",
                "本次采集的编号，按标签打印内容填写。",
            ),
        )
        .only_if_asked(),
    ],
    ..BLANK
};

/// Any other procedure.
pub(super) const PROCEDURE: Form = Form {
    id: "procedure",
    title: text("Procedure or transfusion", "医疗操作或输血"),
    help: text(
        "Procedures and transfusions from consent on. Local treatment of the tumour counts as anticancer therapy: name it exactly.",
        "自签署知情同意起的医疗操作和输血。针对肿瘤的局部治疗视为抗肿瘤治疗，请准确填写名称。",
    ),
    domain: Some("PR"),
    happened: Some("prstdtc"),
    order: &[("prstdtc", "prendtc")],
    fields: &[
        Field::of(
            "prtrt",
            "PRTRT",
            LINE,
            text("Procedure", "操作名称"),
            text(
                "For a blood product write TRANSFUSION and which, such as PLATELET TRANSFUSION.",
                "输注血制品请填写 TRANSFUSION 及种类，如 PLATELET TRANSFUSION（血小板输注）。",
            ),
        )
        .required(),
        START,
        END,
        Field::of(
            "prindc",
            "PRINDC",
            LINE,
            text("Reason", "原因"),
            text("What it was done for.", "进行该操作的原因。"),
        )
        .only_if_asked(),
    ],
    ..BLANK
};
