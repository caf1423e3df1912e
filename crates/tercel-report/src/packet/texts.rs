//! Texts of the page in both languages.

use tercel::language::{Language, Text};

pub(super) const TITLE: Text = Text::new("Dose-decision packet", "剂量决策包");
pub(super) const SYNTHETIC: Text = Text::new(
    "SYNTHETIC DATA: no patient stands behind these numbers",
    "模拟数据：并非真实患者数据",
);
pub(super) const SYNTHETIC_COVER: Text = Text::new(
    "SYNTHETIC DATA: a rehearsal; no patient stands behind these numbers",
    "模拟数据：演练用，并非真实患者数据",
);
pub(super) const TRIAL: Text = Text::new("Trial", "试验");
pub(super) const REGISTRY: Text = Text::new("Registry number", "登记号");
pub(super) const PROTOCOL: Text = Text::new("Protocol version", "方案版本");
pub(super) const CUT: Text = Text::new("Data cut", "数据截止日");
pub(super) const KNOWN: Text = Text::new("Known at", "录入截止");
pub(super) const NO_ENTRY_TIMES: Text = Text::new("the data carry no entry times", "数据无录入时间");
pub(super) const SOFTWARE: Text = Text::new("Computed by", "计算程序");
pub(super) const OCCASION: Text = Text::new("Occasion", "会议事由");
pub(super) const DIGEST: Text = Text::new("SHA-256 of the packet", "决策包SHA-256");
pub(super) const PROTOCOL_DIGEST: Text = Text::new("SHA-256 of the protocol", "方案SHA-256");
pub(super) const RECOMMENDATION: Text = Text::new("Recommendation of the protocol's design", "方案设计的建议");
pub(super) const HALTS: Text = Text::new("Rules that halt enrolment", "暂停入组的规则");
pub(super) const WAITING: Text = Text::new("Waiting for", "等待");
pub(super) const LEVELS: Text = Text::new("Outcomes by dose level", "各剂量水平的结果");
pub(super) const FIGURE: Text = Text::new(
    "DLT rate among evaluable subjects, with exact limits",
    "可评价受试者的DLT发生率及精确置信区间",
);
pub(super) const NOBODY: Text = Text::new("nobody evaluable yet", "尚无可评价受试者");
pub(super) const LEVEL_COLUMNS: [Text; 9] = [
    Text::new("Dose level", "剂量水平"),
    Text::new("Planned dose", "计划剂量"),
    Text::new("Infused", "回输"),
    Text::new("Evaluable", "可评价"),
    Text::new("With DLT", "有DLT"),
    Text::new("Pending", "待定"),
    Text::new("Replaced", "替换"),
    Text::new("Limits, of evaluable", "区间（可评价）"),
    Text::new("Limits, of infused", "区间（回输）"),
];
pub(super) const SUBJECTS: Text = Text::new("Subjects: dose and DLT verdict", "受试者：剂量与DLT判定");
pub(super) const SUBJECT_COLUMNS: [Text; 6] = [
    Text::new("Subject", "受试者"),
    Text::new("Level", "剂量水平"),
    Text::new("Infused", "回输日"),
    Text::new("Dose given", "实际剂量"),
    Text::new("DLT verdict", "DLT判定"),
    Text::new("Counts as", "计为"),
];
pub(super) const SAFETY: Text = Text::new(
    "Subjects: worst grades since infusion and serious events",
    "受试者：回输后最高分级与严重不良事件",
);
pub(super) const SAFETY_COLUMNS: [Text; 6] = [
    Text::new("Subject", "受试者"),
    Text::new("CRS", "CRS"),
    Text::new("ICANS", "ICANS"),
    Text::new("Other", "其他"),
    Text::new("Seen at the end of the window", "观察期末访视"),
    Text::new("Serious events", "严重不良事件"),
];
pub(super) const DATA: Text = Text::new(
    "Data: completeness, queries, findings, deviations",
    "数据：完整性、质疑、问题、方案偏离",
);
pub(super) const DATA_COLUMNS: [Text; 5] = [
    Text::new("Subject", "受试者"),
    Text::new("Entered", "录入"),
    Text::new("Open queries", "未解决质疑"),
    Text::new("Findings that hold up the decision", "阻碍决定的数据问题"),
    Text::new("Deviations", "方案偏离"),
];
pub(super) const OF_NO_SUBJECT: Text = Text::new("Findings on no single subject infused", "不属于单个回输受试者的问题");
pub(super) const NOT_ASKED: Text = Text::new("not known", "未知");
pub(super) const NONE: Text = Text::new("none", "无");
pub(super) const NO_SUBJECT: Text = Text::new("Nobody was infused by the data cut.", "数据截止时尚无受试者回输。");
pub(super) const WHAT_IF: Text = Text::new("What would change the recommendation", "何者会改变建议");
pub(super) const WITHHELD: Text = Text::new(
    "Not shown while the decision is withheld: whatever an outcome would change, nobody is treated.",
    "决定暂缓期间不显示：无论结果如何，均不给药。",
);
pub(super) const NOTHING_OPEN: Text = Text::new("No outcome is open, and there is no DLT.", "无待定结果，亦无DLT。");
pub(super) const IF_OPEN: Text = Text::new("Each open outcome", "各待定结果");
pub(super) const IF_NONE: Text = Text::new("Each DLT, if it were none", "各DLT若不成立");
pub(super) const OTHER_DESIGNS: Text = Text::new("What other designs would say", "其他设计的意见");
pub(super) const FOR_INFORMATION: Text = Text::new(
    "For information only: the same counts, without halts and findings. The protocol's design alone makes the recommendation.",
    "仅供参考：基于相同计数，不计暂停规则与数据问题。建议仅由方案规定的设计作出。",
);
pub(super) const DESIGN_COLUMNS: [Text; 4] = [
    Text::new("Design", "设计"),
    Text::new("Action", "行动"),
    Text::new("Reason", "理由"),
    Text::new("Settings", "设定"),
];
pub(super) const RESPONSES: Text = Text::new("Activity: best response by level", "活性：各剂量水平的最佳缓解");
pub(super) const RESPONSE_COLUMNS: [Text; 2] = [
    Text::new("Dose level", "剂量水平"),
    Text::new(
        "Confirmed responses of infused (exact limits), assessed",
        "确认缓解/回输（精确区间），已评估",
    ),
];
pub(super) const BEST_COLUMNS: [Text; 3] = [
    Text::new("Subject", "受试者"),
    Text::new("Level", "剂量水平"),
    Text::new("Best response", "最佳缓解"),
];
pub(super) const KINETICS: Text = Text::new("Kinetics by level", "各剂量水平的动力学");
pub(super) const KINETICS_COLUMNS: [Text; 2] = [
    Text::new("Dose level", "剂量水平"),
    Text::new("Median (range)", "中位数（范围）"),
];
pub(super) const FEASIBILITY: Text = Text::new("Feasibility", "可行性");
pub(super) const NOT_BY_DEFAULT: Text = Text::new(
    "The maximum tolerated dose is not the recommended dose by default: the committee weighs safety, activity, kinetics and \
     feasibility.",
    "最大耐受剂量并不自动成为推荐剂量：由委员会权衡安全性、活性、动力学与可行性。",
);
pub(super) const RECOMMENDED: Text = Text::new("For the recommended Phase 2 dose", "关于II期推荐剂量");
pub(super) const COMMITTEE: Text = Text::new("Decision of the committee", "委员会决定");
pub(super) const DECIDED: [Text; 5] = [
    Text::new("Decision", "决定"),
    Text::new("Reason, where it departs from the recommendation", "偏离建议的理由"),
    Text::new("Conditions", "条件"),
    Text::new(
        "Why it does not wait for open findings and queries",
        "不等待未解决问题与质疑的理由",
    ),
    Text::new(
        "In effect from (not before the last signature)",
        "生效时间（不早于最后签名）",
    ),
];
pub(super) const MEMBER_COLUMNS: [Text; 6] = [
    Text::new("Name", "姓名"),
    Text::new("Role", "角色"),
    Text::new("Conflict of interest", "利益冲突"),
    Text::new("Vote", "表决"),
    Text::new("Signature", "签名"),
    Text::new("Date and time", "日期与时间"),
];
pub(super) const VOTE: Text = Text::new("agree / disagree / abstain", "同意 / 反对 / 弃权");
pub(super) const NO_VOTE: Text = Text::new("does not vote", "不参与表决");
pub(super) const MEANING: Text = Text::new(
    "Each signature means: I have read this packet, identified by its SHA-256, and vote as marked.",
    "每一签名表示：本人已阅读由其SHA-256标识的本决策包，并按所示表决。",
);
pub(super) const RECORDS: Text = Text::new("Records behind the statements", "各陈述所依据的记录");
pub(super) const RECORD_COLUMNS: [Text; 2] = [Text::new("Statement", "陈述"), Text::new("Records", "记录")];
pub(super) const RECORDS_OF_ALL: Text = Text::new(
    "Counts, recommendation and what would change it rest on the DLT verdicts of all subjects.",
    "计数、建议及其变化均依据全部受试者的DLT判定。",
);

/// With its first letter large, where its script has large letters.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(super) fn because(reason: &str, language: Language) -> String {
    match language {
        Language::English => format!("Because: {reason}."),
        Language::Chinese => format!("理由：{reason}。"),
    }
}

pub(super) fn otherwise(action: &str, language: Language) -> String {
    match language {
        Language::English => format!("Without what withholds it, the answer would be: {action}."),
        Language::Chinese => format!("若无暂缓原因，答案为：{action}。"),
    }
}

pub(super) fn earliest(day: impl std::fmt::Display, language: Language) -> String {
    match language {
        Language::English => format!("The next infusion is possible from {day} on."),
        Language::Chinese => format!("下次回输最早可于{day}进行。"),
    }
}

pub(super) fn by_design(design: &str, settings: &str, language: Language) -> String {
    match language {
        Language::English => format!("By the protocol's design: {design} ({settings})."),
        Language::Chinese => format!("依据方案设计：{design}（{settings}）。"),
    }
}

pub(super) fn held_up(findings: usize, language: Language) -> String {
    match language {
        Language::English if findings == 1 => "1 finding in the data holds up a decision; see Data.".to_owned(),
        Language::English => format!("{findings} findings in the data hold up a decision; see Data."),
        Language::Chinese => format!("有{findings}项数据问题阻碍决定，见“数据”。"),
    }
}

pub(super) fn under_dosed(dlt: u32, under: u32, language: Language) -> String {
    match language {
        Language::English => format!("{dlt} ({under} under-dosed)"),
        Language::Chinese => format!("{dlt}（{under}例剂量不足）"),
    }
}

/// The day at the data cut, of how many while the window is open.
pub(super) fn day(day: i32, window: u32, language: Language) -> String {
    let open = i64::from(day) <= i64::from(window);
    match language {
        Language::English if open => format!("day {day} of {window}"),
        Language::English => format!("day {day}"),
        Language::Chinese if open => format!("第{day}天（共{window}天）"),
        Language::Chinese => format!("第{day}天"),
    }
}

pub(super) fn other_events(events: &str, language: Language) -> String {
    match language {
        Language::English => format!("Other: {events}, CTCAE. CRS and ICANS: ASTCT 2019."),
        Language::Chinese => format!("其他：{events}，CTCAE。CRS与ICANS：ASTCT 2019。"),
    }
}

pub(super) fn seriousness(unknown: u32, language: Language) -> String {
    match language {
        Language::English if unknown == 1 => "of 1 event it is not recorded".to_owned(),
        Language::English => format!("of {unknown} events it is not recorded"),
        Language::Chinese => format!("{unknown}条事件未记录严重性"),
    }
}
