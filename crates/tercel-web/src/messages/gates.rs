//! The texts of gates, the work list and printed sheets.

use tercel::language::Text;

/// Texts by their keys.
pub(super) static MESSAGES: &[(&str, Text)] = &[
    ("work.what", Text::new("What", "事项")),
    ("work.due", Text::new("By", "期限")),
    ("gates.title", Text::new("Gates and visits", "关口与访视")),
    (
        "gates.at",
        Text::new("As known at, by the clock of the site:", "截至（中心时钟）："),
    ),
    (
        "gates.at_infusion",
        Text::new(
            "Infused. The gate as it stood when the infusion began, on what had been entered by then:",
            "已回输。按回输开始前已录入的内容，当时的关口状态：",
        ),
    ),
    (
        "gates.over_infused",
        Text::new(
            "This subject was infused and has left: no gate is asked any more.",
            "该受试者已回输并已结束研究：不再核查任何关口。",
        ),
    ),
    (
        "gates.over",
        Text::new(
            "This subject left before lymphodepletion: no gate is asked any more.",
            "该受试者在清淋之前已结束研究：不再核查任何关口。",
        ),
    ),
    ("gates.open", Text::new("open", "开放")),
    ("gates.shut", Text::new("closed, missing", "关闭，尚缺")),
    (
        "gates.urgent",
        Text::new(
            "The subject is lymphodepleted and waits: a task for the committee now.",
            "受试者已清淋并在等待：委员会须立即处理。",
        ),
    ),
    ("gates.release", Text::new("Emergency release", "紧急放行")),
    ("gates.released", Text::new("Released in an emergency", "已紧急放行")),
    ("gates.passed", Text::new("In order", "已满足")),
    ("gates.visits", Text::new("Visits", "访视")),
    ("gates.visit", Text::new("Visit", "访视")),
    ("gates.planned", Text::new("Planned", "计划日期")),
    ("gates.window", Text::new("Window", "时间窗")),
    ("gates.not_entered", Text::new("Not entered", "未录入")),
    (
        "downtime.title",
        Text::new("Sheets for the hours without the program", "停机时使用的纸质表格"),
    ),
    (
        "downtime.help",
        Text::new(
            "Print them beforehand and keep them at the bedside. What is written on one is entered as soon as the program is back, with the time it happened; it shows as entered late.",
            "请事先打印并置于床旁。系统恢复后应尽快按实际发生时间录入；系统将显示为延迟录入。",
        ),
    ),
    (
        "downtime.written",
        Text::new(
            "Written by (name, signature, day and time)",
            "填写人（姓名、签名、日期与时间）",
        ),
    ),
    (
        "downtime.second",
        Text::new(
            "Second person (name, signature, day and time)",
            "第二人（姓名、签名、日期与时间）",
        ),
    ),
    (
        "downtime.entered",
        Text::new("Entered into the record by, on", "录入人及录入日期"),
    ),
    (
        "downtime.foot",
        Text::new(
            "The sheet is a source document: keep it with the subject's records.",
            "本表为源文件：请与受试者资料一并保存。",
        ),
    ),
];
