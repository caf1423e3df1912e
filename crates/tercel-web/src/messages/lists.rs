//! The texts of the lists over every subject: screening log, consents, serious events, laboratory results.

use tercel::language::Text;

/// Texts by their keys.
pub(super) static MESSAGES: &[(&str, Text)] = &[
    ("menu.screening", Text::new("Screening log", "筛选日志")),
    ("menu.consents", Text::new("Consent", "知情同意")),
    ("lists.all", Text::new("all", "全部")),
    ("lists.as_of", Text::new("As it stood on", "截至")),
    (
        "screening.help",
        Text::new(
            "Everybody who was screened, in order of consent, with what came of it. Dates and reasons lead to the records behind them.",
            "按签署知情同意的先后列出所有筛选受试者及其结果。点击日期和原因可查看相应记录。",
        ),
    ),
    ("screening.outcome", Text::new("Outcome", "结果")),
    ("screening.enrolled", Text::new("Enrolled", "已入组")),
    ("screening.failed", Text::new("Screening failure", "筛选失败")),
    ("screening.pending", Text::new("Pending", "筛选中")),
    ("screening.screened", Text::new("Screened", "筛选总数")),
    (
        "screening.reasons",
        Text::new("Screening failures by reason", "筛选失败原因汇总"),
    ),
    ("screening.reason", Text::new("Reason", "原因")),
    (
        "screening.reasons_help",
        Text::new(
            "A subject counts under each criterion that is not met, so the reasons may add up to more than the failures.",
            "同一受试者可因多条标准不符而重复计数，各原因合计可能大于筛选失败例数。",
        ),
    ),
    ("screening.log", Text::new("Log", "明细")),
    ("screening.consented", Text::new("Consent", "知情同意日期")),
    ("screening.began", Text::new("Screening begun", "筛选开始日期")),
    ("screening.why", Text::new("Since when, or why", "入组日期或原因")),
    ("screening.missing", Text::new("Missing", "尚缺")),
    (
        "consents.help",
        Text::new(
            "What every subject signed, what is to be signed again, and what was withdrawn. What is missing here keeps the gates closed.",
            "各受试者签署的知情同意书版本、需重新签署的版本及撤回情况。此处所缺项目将使关口保持关闭。",
        ),
    ),
    ("consents.in_force", Text::new("version in force", "现行版本")),
    ("consents.since", Text::new("since", "自")),
    (
        "consents.asks_again",
        Text::new(
            "to be signed by subjects who signed an earlier one",
            "已签署旧版本的受试者须重新签署",
        ),
    ),
    ("consents.signed", Text::new("Versions signed", "已签署版本")),
    ("consents.to_sign", Text::new("To sign again", "待重新签署")),
    ("consents.withdrawn", Text::new("Withdrawn", "已撤回")),
    (
        "consents.for_entry",
        Text::new("What it means for entry", "对入组的影响"),
    ),
    (
        "consents.closed",
        Text::new("Gates closed by consent", "关口因知情同意而关闭"),
    ),
    ("consents.in_order", Text::new("In order", "符合要求")),
    (
        "consents.not_in_force",
        Text::new("not the version in force that day", "非签署当日的现行版本"),
    ),
    (
        "consents.not_listed",
        Text::new("not a version of the protocol", "非方案所列版本"),
    ),
    (
        "consents.incomplete",
        Text::new("incomplete: no gate counts it", "记录不完整：关口不予采用"),
    ),
    (
        "consents.undone",
        Text::new("undone by a later consent", "其后已重新签署"),
    ),
    (
        "consents.samples_only",
        Text::new("samples only: treatment may go on", "仅限样本：可继续治疗"),
    ),
    ("consents.stops", Text::new("no gate opens", "所有关口关闭")),
    (
        "consents.infused",
        Text::new("Infused: entry is past", "已回输，不涉及入组"),
    ),
    ("menu.serious", Text::new("Serious events", "严重不良事件")),
    (
        "serious.help",
        Text::new(
            "Each serious adverse event with every report of it, to the sponsor and to the authorities, and the clocks that run. What is overdue comes first.",
            "列出每例严重不良事件及其向申办方和各监管方递交的全部报告与报告时限，逾期者排在最前。",
        ),
    ),
    ("serious.times", Text::new("Times of the protocol:", "方案规定的时限：")),
    (
        "serious.to_sponsor",
        Text::new("investigator to sponsor", "研究者报告申办方"),
    ),
    (
        "serious.urgent",
        Text::new(
            "fatal or life-threatening, first and complete report",
            "致死或危及生命（首次/完整报告）",
        ),
    ),
    (
        "serious.other",
        Text::new("other suspected unexpected", "其他可疑且非预期"),
    ),
    ("serious.follow_up", Text::new("what is new", "新信息")),
    ("serious.hours", Text::new("h", "小时")),
    ("serious.days", Text::new("days", "天")),
    ("serious.day", Text::new("day", "天")),
    ("consents.no_version", Text::new("version not recorded", "未记录版本")),
    ("serious.cases", Text::new("Cases", "病例数")),
    ("serious.overdue", Text::new("Overdue", "逾期")),
    ("serious.due", Text::new("Report due", "待报告")),
    ("serious.open", Text::new("Final report awaited", "待总结报告")),
    ("serious.closed", Text::new("Closed by the final report", "已总结")),
    ("serious.onset", Text::new("Onset", "发生时间")),
    ("serious.reports", Text::new("Reports", "报告记录")),
    (
        "serious.no_record",
        Text::new("No report has a record of its own.", "无单独录入的报告记录。"),
    ),
    ("serious.clocks", Text::new("Clocks", "时限")),
    ("serious.learned", Text::new("learned", "获知")),
    ("serious.reported", Text::new("reported", "报告")),
    ("serious.not_reported", Text::new("not reported yet", "尚未报告")),
    ("serious.by", Text::new("by", "期限")),
    ("serious.passed_on", Text::new("pass on what is new", "转报新信息")),
    ("serious.enter", Text::new("Enter a report", "录入报告")),
    (
        "serious.no_clock",
        Text::new("nobody recorded when it was learned", "未记录获知时间"),
    ),
    ("serious.in_time", Text::new("in time", "按时")),
    ("serious.today", Text::new("due today", "今日到期")),
    ("serious.within", Text::new("due within the hour", "1小时内到期")),
    ("serious.death", Text::new("death", "死亡")),
    ("serious.life", Text::new("life-threatening", "危及生命")),
    ("serious.hospital", Text::new("hospitalisation", "住院或延长住院")),
    ("serious.disability", Text::new("disability", "永久或显著残疾")),
    ("serious.congenital", Text::new("congenital anomaly", "先天性异常")),
    (
        "serious.important",
        Text::new("medically important", "其他重要医学事件"),
    ),
    ("serious.recovered", Text::new("recovered", "痊愈")),
    ("serious.ongoing", Text::new("ongoing", "持续中")),
    ("serious.fatal", Text::new("fatal", "致死")),
    ("serious.unknown", Text::new("outcome not known", "转归不详")),
    (
        "labs.title",
        Text::new("Laboratory results by day", "实验室检查结果（按日期）"),
    ),
    (
        "labs.help",
        Text::new(
            "Latest first. D counts days from the infusion; the small line is the reference range. G is the CTCAE grade by the value alone: a range where symptoms decide or something is missing, G? where nothing is certain. Grade 0 has no mark.",
            "最新结果在前。D 为距回输的天数；小字为参考范围。G 为仅按数值判定的 CTCAE 分级：取决于症状或资料不全时给出范围，无法判定时显示 G?；0级不标注。",
        ),
    ),
    ("labs.test", Text::new("Test", "检查项目")),
    ("labs.baseline", Text::new("baseline", "基线")),
    (
        "labs.hidden",
        Text::new("Earlier days not shown here:", "未显示的更早日期数："),
    ),
];
