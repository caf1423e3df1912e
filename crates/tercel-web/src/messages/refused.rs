//! The texts of what was refused, and comes back with what was typed, and of what is not shown.

use tercel::language::Text;

/// Texts by their keys.
pub(super) static MESSAGES: &[(&str, Text)] = &[
    ("refused.typed", Text::new("What you typed", "您填写的内容")),
    ("refused.text", Text::new("Text", "文本")),
    (
        "meetings.hidden",
        Text::new(
            "Meetings are not shown to your role at a site: the packet of a meeting shows the subjects of every site.",
            "您在本中心的角色不能查看会议：会议的决策包包含所有中心的受试者。",
        ),
    ),
    (
        "refused.again",
        Text::new("Send it again with the password", "重新输入密码并提交"),
    ),
];
