//! Comments (`CO`).

use crate::form::define::{BLANK, text};
use crate::form::{Field, Form, Kind};

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
            Kind::Text { max: 200 },
            text("Comment", "备注"),
            text("Without names of persons.", "不得包含人名。"),
        )
        .required(),
        Field::of(
            "codtc",
            "CODTC",
            Kind::DateTime,
            text("Date", "日期"),
            text("Day of the comment.", "备注日期。"),
        )
        .required(),
    ],
    ..BLANK
};
