//! Lesions, their measurements, response (`TU TR RS`).

use super::shared::{IMAGING, NOT_DONE, READER, STATUS, STATUS_HELP, method};
use crate::form::define::{BLANK, choice, text};
use crate::form::{Choice, Derived, Field, Form, FromTrial, Kind, Panel, Required};
use tercel::language::Text;
use tercel::protocol::Assessed;

const READ_BY: Text = text("Read by", "阅片者");
const READ_BY_HELP: Text = text("Whose reading this is.", "本次评估由谁完成。");
const ACCEPTED: Text = text("Accepted reading", "采纳的评估");
const ACCEPTED_HELP: Text = text(
    "Yes for the one reading that counts, where several stand side by side.",
    "有多份评估时，被采纳的一份选择“是”。",
);
const SCANNED: Text = text("Date of the scan", "影像检查日期");
const SCANNED_HELP: Text = text("Day of the scan, not of its reading.", "影像检查的日期，而非阅片日期。");
const LINK_HELP: Text = text(
    "T01, T02 for targets, NT01 for non-targets, N01 for new lesions; T01.1 for a part of T01, T01/T02 for both merged.",
    "靶病灶 T01、T02，非靶病灶 NT01，新病灶 N01；T01 分裂出的部分为 T01.1，T01 与 T02 融合为 T01/T02。",
);

const IMAGED_HELP: Text = text(
    "The same at every scan as at baseline, as far as possible.",
    "尽可能与基线检查方法一致。",
);

const HOW: &[Choice] = &[
    choice("TUMIDENT", "Tumor Identification", "病灶确认"),
    choice("TUSPLIT", "Tumor Split", "病灶分裂"),
    choice("TUMERGE", "Tumor Merged", "病灶融合"),
];

const ROLES: &[Choice] = &[
    choice("TARGET", "Target", "靶病灶"),
    choice("NON-TARGET", "Non-target", "非靶病灶"),
    choice("NEW", "New", "新病灶"),
];

const PLACES: &[Choice] = &[
    choice("LIVER", "Liver", "肝"),
    choice("LUNG", "Lung", "肺"),
    choice("LYMPH NODE", "Lymph node", "淋巴结"),
    choice("ADRENAL GLAND", "Adrenal gland", "肾上腺"),
    choice("PERITONEUM", "Peritoneum", "腹膜"),
    choice("PORTAL VEIN", "Portal vein", "门静脉"),
    choice("BONE", "Bone", "骨"),
    choice("BRAIN", "Brain", "脑"),
];

const fn reader(id: &'static str, name: &'static str) -> Field {
    let kind = Kind::Suggested {
        choices: READER,
        max: 60,
    };
    Field::of(id, name, kind, READ_BY, READ_BY_HELP).required()
}

/// A lesion.
pub(super) const LESION: Form = Form {
    id: "lesion",
    title: text("Lesion", "病灶"),
    help: text(
        "Once for every lesion: targets and non-targets at the baseline scan after bridging therapy, new lesions when they are first seen.",
        "每个病灶填写一次：靶病灶与非靶病灶在桥接治疗后的基线影像检查时确认，新病灶在首次发现时填写。",
    ),
    domain: Some("TU"),
    derived: &[
        ("TUTEST", Derived::Name("tutestcd")),
        ("TUSTRESC", Derived::Standard("tuorres")),
    ],
    happened: Some("tudtc"),
    assessed: Some(Assessed::Imaging),
    fields: &[
        Field::of(
            "tulnkid",
            "TULNKID",
            Kind::Text { max: 40 },
            text("Lesion", "病灶编号"),
            LINK_HELP,
        )
        .required(),
        Field::of(
            "tutestcd",
            "TUTESTCD",
            Kind::Suggested { choices: HOW, max: 8 },
            text("How it was identified", "确认方式"),
            text(
                "As itself, as a part of another, or as several merged.",
                "独立病灶、由其他病灶分裂而来，或由多个病灶融合而成。",
            ),
        )
        .required(),
        Field::of(
            "tuorres",
            "TUORRES",
            Kind::Choice(ROLES),
            text("Role", "病灶类别"),
            text("Target lesions must be measurable.", "靶病灶须为可测量病灶。"),
        )
        .required(),
        Field::of(
            "tuloc",
            "TULOC",
            Kind::Suggested {
                choices: PLACES,
                max: 60,
            },
            text("Place", "部位"),
            text(
                "Organ in capitals; a node is measured by its short axis.",
                "器官名称（大写英文）；淋巴结按短径测量。",
            ),
        )
        .required(),
        method("tumethod", "TUMETHOD", IMAGING, IMAGED_HELP),
        reader("tueval", "TUEVAL"),
        Field::of("tuacptfl", "TUACPTFL", Kind::YesNo, ACCEPTED, ACCEPTED_HELP).only_if_asked(),
        Field::of("tudtc", "TUDTC", Kind::DateTime, SCANNED, SCANNED_HELP).required(),
    ],
    ..BLANK
};

const TESTS: &[Choice] = &[
    choice("LDIAM", "Longest Diameter", "最长径"),
    choice("LPERP", "Longest Perpendicular", "短径（淋巴结）"),
    choice("VDIAM", "Viable Diameter", "存活肿瘤径线（mRECIST）"),
    choice("TUMSTATE", "Tumor State", "病灶状态"),
    choice("CYTOLOGY", "Cytology", "细胞学"),
];

const STATES: &[Choice] = &[
    choice("PRESENT", "Present", "存在"),
    choice("ABSENT", "Absent", "消失"),
    choice("UNEQUIVOCAL", "Unequivocal progression", "明确进展"),
    choice("EQUIVOCAL", "Equivocal", "不确定"),
    choice("TOO SMALL TO MEASURE", "Too small to measure", "过小无法测量"),
    choice("NE", "Not evaluable", "无法评估"),
];

const CYTOLOGY: &[Choice] = &[
    choice("POSITIVE", "Positive", "阳性"),
    choice("NEGATIVE", "Negative", "阴性"),
    choice("NOT DONE", "Not done", "未做"),
];

const DIAMETER: Kind = Kind::Result {
    least: 0.0,
    unit: None,
    words: STATES,
};

const RESULTS: &[(&str, Kind)] = &[
    ("LDIAM", DIAMETER),
    ("LPERP", DIAMETER),
    ("SAXIS", DIAMETER),
    ("VDIAM", DIAMETER),
    (
        "TUMSTATE",
        Kind::Suggested {
            choices: STATES,
            max: 60,
        },
    ),
    ("CYTOLOGY", Kind::Choice(CYTOLOGY)),
];

const LENGTHS: &[Choice] = &[choice("mm", "mm", "mm（毫米）"), choice("cm", "cm", "cm（厘米）")];

const DIAMETERS: Required = Required::When("trtestcd", &["LDIAM", "LPERP", "SAXIS", "VDIAM"]);

/// A measurement.
pub(super) const MEASUREMENT: Form = Form {
    id: "measurement",
    title: text("Lesion measurement", "病灶测量"),
    help: text(
        "Every lesion at every scan: a diameter for targets, the state for all others. A target that has gone is 0 mm.",
        "每次影像检查须填写每个病灶：靶病灶填写径线，其他病灶填写状态。靶病灶消失记为 0 mm。",
    ),
    domain: Some("TR"),
    derived: &[
        ("TRTEST", Derived::Name("trtestcd")),
        ("TRSTRESC", Derived::Converted("trorres")),
        ("TRSTRESN", Derived::ConvertedNumber("trorres")),
        ("TRSTRESU", Derived::Converted("trorresu")),
    ],
    tells: &["trlnkid"],
    happened: Some("trdtc"),
    assessed: Some(Assessed::Imaging),
    fields: &[
        Field::of(
            "trlnkid",
            "TRLNKID",
            Kind::Text { max: 40 },
            text("Lesion", "病灶编号"),
            LINK_HELP,
        )
        .required(),
        Field::of(
            "trtestcd",
            "TRTESTCD",
            Kind::Suggested { choices: TESTS, max: 8 },
            text("Measurement", "测量项目"),
            text(
                "Short axis for nodes, longest diameter for other targets.",
                "淋巴结测短径，其他靶病灶测最长径。",
            ),
        )
        .required(),
        Field::of(
            "trorres",
            "TRORRES",
            Kind::By {
                field: "trtestcd",
                kinds: RESULTS,
                otherwise: &Kind::Text { max: 60 },
            },
            text("Result", "结果"),
            text(
                "Diameter without unit, or the state.",
                "径线数值（不带单位）或病灶状态。",
            ),
        )
        .required_if(Required::Unless("trstat")),
        Field::of(
            "trorresu",
            "TRORRESU",
            Kind::Choice(LENGTHS),
            text("Unit", "单位"),
            text("Of a diameter.", "径线的单位。"),
        )
        .required_if(DIAMETERS),
        Field::of("trstat", "TRSTAT", Kind::Choice(NOT_DONE), STATUS, STATUS_HELP),
        method("trmethod", "TRMETHOD", IMAGING, IMAGED_HELP),
        reader("treval", "TREVAL"),
        Field::of("tracptfl", "TRACPTFL", Kind::YesNo, ACCEPTED, ACCEPTED_HELP).only_if_asked(),
        Field::of(
            "visit",
            "VISIT",
            Kind::TrialChoice(FromTrial::Visits),
            text("Visit", "访视"),
            text("The visit that plans the scan.", "计划该检查的访视。"),
        )
        .required(),
        Field::of("trdtc", "TRDTC", Kind::DateTime, SCANNED, SCANNED_HELP).required(),
    ],
    ..BLANK
};

const CRITERIA: &[Choice] = &[
    choice("RECIST 1.1", "RECIST 1.1", "RECIST 1.1 标准"),
    choice("mRECIST", "mRECIST", "mRECIST 标准"),
    choice("iRECIST", "iRECIST", "iRECIST 标准"),
];

const RESPONSES: &[Choice] = &[
    choice("CR", "CR: complete response", "CR：完全缓解"),
    choice("PR", "PR: partial response", "PR：部分缓解"),
    choice("SD", "SD: stable disease", "SD：疾病稳定"),
    choice("NON-CR/NON-PD", "Non-CR/non-PD", "非 CR/非 PD"),
    choice("PD", "PD: progressive disease", "PD：疾病进展"),
    choice("NE", "NE: not evaluable", "NE：无法评估"),
];

const IMMUNE: &[Choice] = &[
    choice("iCR", "iCR", "iCR：免疫完全缓解"),
    choice("iPR", "iPR", "iPR：免疫部分缓解"),
    choice("iSD", "iSD", "iSD：免疫疾病稳定"),
    choice("NON-iCR/NON-iUPD", "Non-iCR/non-iUPD", "非 iCR/非 iUPD"),
    choice("iUPD", "iUPD: unconfirmed progression", "iUPD：未确认的进展"),
    choice("iCPD", "iCPD: confirmed progression", "iCPD：已确认的进展"),
    choice("NE", "NE: not evaluable", "NE：无法评估"),
];

const JUDGED_BY: Field = Field::of(
    "rscat",
    "RSCAT",
    Kind::Suggested {
        choices: CRITERIA,
        max: 60,
    },
    text("Criteria", "评价标准"),
    text("By which the response was judged.", "判断疗效所依据的标准。"),
)
.required();

/// Overall response.
pub(super) const RESPONSE: Form = Form {
    id: "response",
    title: text("Response assessment", "疗效评价"),
    help: text(
        "The overall response at one scan, as the reader judges it; it is compared with the one that the measurements give.",
        "阅片者对单次影像检查的总体疗效判断；将与根据测量结果得出的疗效核对。",
    ),
    domain: Some("RS"),
    constants: &[("RSTESTCD", "OVRLRESP"), ("RSTEST", "Overall Response")],
    derived: &[("RSSTRESC", Derived::Standard("rsorres"))],
    tells: &["RSTESTCD"],
    happened: Some("rsdtc"),
    assessed: Some(Assessed::Imaging),
    fields: &[
        JUDGED_BY,
        Field::of(
            "rsorres",
            "RSORRES",
            Kind::By {
                field: "rscat",
                kinds: &[("iRECIST", Kind::Choice(IMMUNE))],
                otherwise: &Kind::Choice(RESPONSES),
            },
            text("Overall response", "总体疗效"),
            text(
                "At this scan alone, without confirmation.",
                "仅就本次检查判断，无需确认。",
            ),
        )
        .required(),
        reader("rseval", "RSEVAL"),
        Field::of("rsacptfl", "RSACPTFL", Kind::YesNo, ACCEPTED, ACCEPTED_HELP).only_if_asked(),
        Field::of("rsdtc", "RSDTC", Kind::DateTime, SCANNED, SCANNED_HELP).required(),
    ],
    ..BLANK
};

const PARTS: &[Choice] = &[
    choice("TRGRESP", "Target Response", "靶病灶疗效"),
    choice("NTRGRESP", "Non-target Response", "非靶病灶疗效"),
    choice("NEWLIND", "New Lesion Indicator", "新病灶"),
];

const TARGET_RESPONSES: &[Choice] = &[
    choice("CR", "CR: complete response", "CR：完全缓解"),
    choice("PR", "PR: partial response", "PR：部分缓解"),
    choice("SD", "SD: stable disease", "SD：疾病稳定"),
    choice("PD", "PD: progressive disease", "PD：疾病进展"),
    choice("NE", "NE: not evaluable", "NE：无法评估"),
    choice("iCR", "iCR (iRECIST)", "iCR：免疫完全缓解（iRECIST）"),
    choice("iPR", "iPR (iRECIST)", "iPR：免疫部分缓解（iRECIST）"),
    choice("iSD", "iSD (iRECIST)", "iSD：免疫疾病稳定（iRECIST）"),
    choice("iUPD", "iUPD (iRECIST)", "iUPD：未确认的进展（iRECIST）"),
    choice("iCPD", "iCPD (iRECIST)", "iCPD：已确认的进展（iRECIST）"),
];

const NON_TARGET_RESPONSES: &[Choice] = &[
    choice("CR", "CR: complete response", "CR：完全缓解"),
    choice("NON-CR/NON-PD", "Non-CR/non-PD", "非 CR/非 PD"),
    choice("PD", "PD: progressive disease", "PD：疾病进展"),
    choice("NE", "NE: not evaluable", "NE：无法评估"),
    choice("iCR", "iCR (iRECIST)", "iCR：免疫完全缓解（iRECIST）"),
    choice(
        "NON-iCR/NON-iUPD",
        "Non-iCR/non-iUPD (iRECIST)",
        "非 iCR/非 iUPD（iRECIST）",
    ),
    choice("iUPD", "iUPD (iRECIST)", "iUPD：未确认的进展（iRECIST）"),
    choice("iCPD", "iCPD (iRECIST)", "iCPD：已确认的进展（iRECIST）"),
];

const PART_RESULTS: &[(&str, Kind)] = &[
    ("TRGRESP", Kind::Choice(TARGET_RESPONSES)),
    ("NTRGRESP", Kind::Choice(NON_TARGET_RESPONSES)),
    ("NEWLIND", Kind::YesNo),
];

/// What an overall response is made of.
pub(super) const RESPONSE_PART: Form = Form {
    id: "response-part",
    title: text("Parts of a response", "疗效评价的组成"),
    help: text(
        "What the reader judged of target lesions, non-target lesions and new lesions at one scan, where it is collected; the overall response is held against them by the table of the criteria. A part that does not exist at baseline stays out.",
        "阅片者对单次影像检查中靶病灶、非靶病灶和新病灶的判断（如收集）；将按评价标准的表格与总体疗效核对。基线不存在的部分不填写。",
    ),
    domain: Some("RS"),
    derived: &[
        ("RSTEST", Derived::Name("rstestcd")),
        ("RSSTRESC", Derived::Standard("rsorres")),
    ],
    tells: &["rstestcd"],
    happened: Some("rsdtc"),
    assessed: Some(Assessed::Imaging),
    panel: Some(Panel {
        shared: &["rscat", "rseval", "rsdtc"],
        rows: &[
            &[("rstestcd", "TRGRESP")],
            &[("rstestcd", "NTRGRESP")],
            &[("rstestcd", "NEWLIND")],
        ],
    }),
    fields: &[
        Field::of(
            "rstestcd",
            "RSTESTCD",
            Kind::Choice(PARTS),
            text("Part", "组成部分"),
            text(
                "Target lesions, non-target lesions, or whether there are new lesions.",
                "靶病灶、非靶病灶，或有无新病灶。",
            ),
        )
        .required(),
        JUDGED_BY,
        Field::of(
            "rsorres",
            "RSORRES",
            Kind::By {
                field: "rstestcd",
                kinds: PART_RESULTS,
                otherwise: &Kind::Choice(TARGET_RESPONSES),
            },
            text("Result", "结果"),
            text(
                "At this scan alone; those with an i only where the criteria are iRECIST.",
                "仅就本次检查判断；带 i 的选项仅用于 iRECIST。",
            ),
        )
        .required(),
        reader("rseval", "RSEVAL"),
        Field::of("rsacptfl", "RSACPTFL", Kind::YesNo, ACCEPTED, ACCEPTED_HELP).only_if_asked(),
        Field::of("rsdtc", "RSDTC", Kind::DateTime, SCANNED, SCANNED_HELP).required(),
    ],
    ..BLANK
};
