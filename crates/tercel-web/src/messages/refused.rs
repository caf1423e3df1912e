//! The texts of what was refused, and comes back with what was typed.

use tercel::language::Text;

/// Texts by their keys.
pub(super) static MESSAGES: &[(&str, Text)] = &[
    ("refused.typed", Text::new("What you typed", "您填写的内容")),
    ("refused.text", Text::new("Text", "文本")),
    (
        "refused.again",
        Text::new("Send it again with the password", "重新输入密码并提交"),
    ),
];
