//! Comments (`CO`).

use crate::form::define::{BLANK, text};
use crate::form::{Field, Form, Kind, Required};

/// A comment.
pub(super) const COMMENT: Form = Form {
    id: "comment",
    title: text("Comment", "备注"),
    help: text(
        "What no question asks for and the reader of the data should know. What a form asks for belongs there.",
        "各表未询问但数据使用者应知晓的情况。各表已询问的内容请填写在该表。",
    ),
    domain: Some("CO"),
    happened: Some("codtc"),
    fields: &[
        Field::of(
            "coval",
            "COVAL",
            Kind::LongText { max: 2000 },
            text("Comment", "备注"),
            text("Without names of persons.", "不得包含人名。"),
        )
        .required(),
        Field::of(
            "codtc",
            "CODTC",
            Kind::DateTime,
            text("Date", "日期"),
            text(
                "Day of the comment; blank where it is about a record, which has one.",
                "备注日期；涉及某条记录时留空，以该记录的日期为准。",
            ),
        )
        .required_if(Required::Unless("idvarval"))
        .only_if_asked(),
        Field::of(
            "rdomain",
            "RDOMAIN",
            Kind::Text { max: 8 },
            text("About dataset", "涉及数据集"),
            text(
                "Where it is about a record: its dataset, such as AE.",
                "涉及某条记录时填写其数据集，如 AE。",
            ),
        )
        .only_if_asked(),
        Field::of(
            "idvar",
            "IDVAR",
            Kind::Text { max: 8 },
            text("Named by", "标识变量"),
            text(
                "The variable that names the record, such as AESEQ.",
                "标识该记录的变量，如 AESEQ。",
            ),
        )
        .required_if(Required::With("idvarval"))
        .only_if_asked(),
        Field::of(
            "idvarval",
            "IDVARVAL",
            Kind::Text { max: 40 },
            text("Record", "记录"),
            text("Its number.", "记录编号。"),
        )
        .only_if_asked(),
    ],
    ..BLANK
};
