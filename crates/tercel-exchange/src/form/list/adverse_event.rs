//! Adverse events (`AE`, `SUPPAE`).

use super::shared::{GRADE, RELATION};
use crate::form::define::{BLANK, LINE, choice, text};
use crate::form::{Choice, Field, Form, Kind, Required};
use tercel::language::Text;

const OUTCOMES: &[Choice] = &[
    choice("RECOVERED/RESOLVED", "Recovered", "痊愈"),
    choice(
        "RECOVERED/RESOLVED WITH SEQUELAE",
        "Recovered with sequelae",
        "痊愈但有后遗症",
    ),
    choice("RECOVERING/RESOLVING", "Recovering", "好转中"),
    choice("NOT RECOVERED/NOT RESOLVED", "Not recovered", "未痊愈"),
    choice("FATAL", "Fatal", "死亡"),
    choice("UNKNOWN", "Unknown", "不详"),
];

const ACTIONS: &[Choice] = &[
    choice("NOT APPLICABLE", "Not applicable", "不适用"),
    choice("DOSE NOT CHANGED", "Dose not changed", "剂量未改变"),
    choice("DOSE REDUCED", "Dose reduced", "剂量减少"),
    choice("DOSE RATE REDUCED", "Rate reduced", "给药速率降低"),
    choice("DOSE INCREASED", "Dose increased", "剂量增加"),
    choice("DRUG INTERRUPTED", "Interrupted", "暂停给药"),
    choice("DRUG WITHDRAWN", "Withdrawn", "停止给药"),
    choice("UNKNOWN", "Unknown", "不详"),
];

const fn relation(id: &'static str, name: &'static str, label: Text, help: Text) -> Field {
    Field::supplement(id, name, Kind::Choice(RELATION), label, help)
}

const IF_SERIOUS: Required = Required::When("aeser", &["Y"]);

const fn criterion(id: &'static str, name: &'static str, label: Text, help: Text) -> Field {
    Field::of(id, name, Kind::YesNo, label, help).required_if(IF_SERIOUS)
}

const fn reported(id: &'static str, name: &'static str, label: Text) -> Field {
    Field::supplement(
        id,
        name,
        Kind::Date,
        label,
        text("Day the report was submitted.", "报告递交日期。"),
    )
    .only_if_asked()
}

/// An adverse event.
pub(super) const ADVERSE_EVENT: Form = Form {
    id: "adverse-event",
    title: text("Adverse event", "不良事件"),
    help: text(
        "One record for every event; where the grade rises or falls, one for every grade with its own dates. A diagnosis rather than its signs.",
        "每个事件填写一条；分级变化时，每一级另填一条并填写各自的起止日期。尽量填写诊断而非症状体征。",
    ),
    domain: Some("AE"),
    happened: Some("aestdtc"),
    order: &[("aestdtc", "aeendtc")],
    fields: &[
        Field::of(
            "aeterm",
            "AETERM",
            LINE,
            text("Event", "事件名称"),
            text(
                "CTCAE term where there is one; for CRS and ICANS write Cytokine release syndrome or Immune effector cell-associated neurotoxicity syndrome.",
                "如有对应的 CTCAE 术语请使用该术语；CRS 和 ICANS 请填写英文全称 Cytokine release syndrome 或 Immune effector cell-associated neurotoxicity syndrome。",
            ),
        )
        .required(),
        Field::of(
            "aetoxgr",
            "AETOXGR",
            Kind::Choice(GRADE),
            text("Grade", "分级"),
            text(
                "By CTCAE; CRS and ICANS by ASTCT. Severity, which is not seriousness.",
                "按 CTCAE 分级；CRS 和 ICANS 按 ASTCT 分级。分级表示严重程度，不等同于“严重不良事件”。",
            ),
        )
        .required(),
        Field::of(
            "aestdtc",
            "AESTDTC",
            Kind::PartialDate,
            text("Onset", "开始时间"),
            text(
                "Day this grade began, with the time for CRS and ICANS: their duration is counted in hours.",
                "该分级开始的日期；CRS 和 ICANS 须填写时间，其持续时间以小时计。",
            ),
        )
        .required(),
        Field::of(
            "aeendtc",
            "AEENDTC",
            Kind::PartialDate,
            text("End", "结束时间"),
            text("Day this grade ended; blank while it goes on.", "该分级结束的日期；仍在持续则留空。"),
        )
        .required_if(Required::When(
            "aeout",
            &["RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE", "FATAL"],
        )),
        Field::of(
            "aeout",
            "AEOUT",
            Kind::Choice(OUTCOMES),
            text("Outcome", "转归"),
            text("As it stands today.", "目前的转归。"),
        )
        .required(),
        Field::of(
            "aerel",
            "AEREL",
            Kind::Choice(RELATION),
            text("Related to the CAR-T cells", "与 CAR-T 细胞的关系"),
            text(
                "The investigator's judgement. Without it the event stays open in the dose decision.",
                "由研究者判断。未填写时该事件在剂量决策中视为待定。",
            ),
        )
        .required(),
        relation(
            "aerelld",
            "AERELLD",
            text("Related to lymphodepletion", "与清淋预处理的关系"),
            text("Once lymphodepletion has begun.", "清淋预处理开始后填写。"),
        ),
        relation(
            "aerelcol",
            "AERELCOL",
            text("Related to the collection", "与细胞采集的关系"),
            text("Once cells have been collected.", "细胞采集后填写。"),
        ),
        relation(
            "aerelbrg",
            "AERELBRG",
            text("Related to bridging therapy", "与桥接治疗的关系"),
            text("Where bridging therapy was given.", "如接受过桥接治疗请填写。"),
        ),
        relation(
            "aereldis",
            "AERELDIS",
            text("Related to the disease under study", "与研究疾病的关系"),
            text("How far the tumour explains the event.", "肿瘤本身在多大程度上可解释该事件。"),
        ),
        relation(
            "aereloth",
            "AERELOTH",
            text("Related to another cause", "与其他原因的关系"),
            text("Another illness, medication or procedure.", "其他疾病、药物或操作。"),
        ),
        Field::of(
            "aeacn",
            "AEACN",
            Kind::Choice(ACTIONS),
            text("Action taken with the study treatment", "对研究治疗采取的措施"),
            text(
                "Not applicable once the only infusion is over.",
                "唯一一次回输结束后选“不适用”。",
            ),
        )
        .only_if_asked(),
        Field::of(
            "aecontrt",
            "AECONTRT",
            Kind::YesNo,
            text("Treated", "是否接受治疗"),
            text("With a medication or procedure for the event.", "是否因该事件使用药物或接受医疗操作。"),
        )
        .only_if_asked(),
        Field::supplement(
            "aeitoxgr",
            "AEITOXGR",
            Kind::Choice(GRADE),
            text("Grade at onset", "起始分级"),
            text(
                "Where the whole event is one record under its highest grade.",
                "当整个事件按最高分级合并为一条记录时填写。",
            ),
        )
        .only_if_asked(),
        Field::of(
            "aeser",
            "AESER",
            Kind::YesNo,
            text("Serious", "是否为严重不良事件"),
            text(
                "Yes if any criterion below holds. Then report it to the sponsor within 24 hours.",
                "符合以下任一标准即为“是”，并须在 24 小时内报告申办方。",
            ),
        )
        .required(),
        criterion(
            "aesdth",
            "AESDTH",
            text("Resulted in death", "导致死亡"),
            text("The event led to death.", "该事件导致死亡。"),
        ),
        criterion(
            "aeslife",
            "AESLIFE",
            text("Life-threatening", "危及生命"),
            text(
                "The subject was at immediate risk of death, not merely at risk had it been worse.",
                "事件发生时受试者有立即死亡的风险，而非假设病情加重才可能死亡。",
            ),
        ),
        criterion(
            "aeshosp",
            "AESHOSP",
            text("Hospitalisation", "住院或延长住院"),
            text(
                "Admission or a longer stay because of the event; not a stay that the protocol plans.",
                "因该事件住院或延长住院；方案规定的住院不计。",
            ),
        ),
        criterion(
            "aesdisab",
            "AESDISAB",
            text("Persistent disability", "永久或显著残疾"),
            text("Lasting or significant incapacity.", "持续或显著的功能丧失。"),
        ),
        criterion(
            "aescong",
            "AESCONG",
            text("Congenital anomaly", "先天性异常"),
            text("In the subject's child.", "受试者后代的先天异常或出生缺陷。"),
        ),
        criterion(
            "aesmie",
            "AESMIE",
            text("Medically important", "其他重要医学事件"),
            text(
                "It may need intervention to prevent one of the other criteria.",
                "可能需要干预以避免出现上述任一情形。",
            ),
        ),
        Field::supplement(
            "aeaware",
            "AEAWARE",
            Kind::Date,
            text("Sponsor aware on", "申办方获知日期"),
            text(
                "Day the sponsor knew subject, event, product and reporter: day 0 of every clock. Blank where a case report says when it was \
                 sent to the sponsor.",
                "申办方获知受试者、事件、研究产品和报告者信息的日期，即各报告时限的第 0 天。若病例报告已记录递交申办方的时间，可留空。",
            ),
        ),
        Field::supplement(
            "aeawurg",
            "AEAWURG",
            Kind::Date,
            text("Sponsor aware that it was urgent on", "申办方获知其致死或危及生命的日期"),
            text(
                "Only where the event became fatal or life-threatening after the sponsor knew of it: the urgent clock then runs from this day.",
                "仅当事件在申办方获知之后才变为致死或危及生命时填写：加急时限自该日起算。",
            ),
        )
        .only_if_asked(),
        relation(
            "aerelspn",
            "AERELSPN",
            text("Related in the sponsor's judgement", "申办方判断的因果关系"),
            text("It may raise the investigator's judgement, never lower it.", "可高于研究者的判断，但不得降低。"),
        )
        .only_if_asked(),
        reported("aerptec", "AERPTEC", text("Reported to the ethics committee", "报告伦理委员会日期")),
        reported("aerptnmp", "AERPTNMP", text("Reported to the NMPA", "报告国家药监局日期")),
        reported("aecmpnmp", "AECMPNMP", text("Complete report to the NMPA", "向国家药监局递交完整报告日期")),
        reported("aerptfda", "AERPTFDA", text("Reported to the FDA", "报告美国 FDA 日期")),
        reported("aecmpfda", "AECMPFDA", text("Complete report to the FDA", "向美国 FDA 递交完整报告日期")),
        reported("aerpteu", "AERPTEU", text("Reported to EudraVigilance", "报告欧盟 EudraVigilance 日期")),
        reported("aecmpeu", "AECMPEU", text("Complete report to EudraVigilance", "向欧盟 EudraVigilance 递交完整报告日期")),
        Field::of(
            "aellt",
            "AELLT",
            LINE,
            text("Lowest level term", "低位语（LLT）"),
            text("Filled in when the event is coded.", "由编码人员填写。"),
        )
        .only_if_asked(),
        Field::of(
            "aedecod",
            "AEDECOD",
            LINE,
            text("Preferred term", "首选语（PT）"),
            text("Filled in when the event is coded.", "由编码人员填写。"),
        ),
        Field::of(
            "aebodsys",
            "AEBODSYS",
            LINE,
            text("System organ class", "系统器官分类（SOC）"),
            text("Filled in when the event is coded.", "由编码人员填写。"),
        ),
    ],
    ..BLANK
};
