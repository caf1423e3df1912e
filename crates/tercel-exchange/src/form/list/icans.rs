//! Bedside findings that grade ICANS (`FA`).

use super::shared::GRADE_OR_NONE;
use crate::form::define::{BLANK, choice, text};
use crate::form::{Choice, Derived, Field, Form, Kind, Panel};
use tercel::protocol::Assessed;

const ITEMS: &[Choice] = &[
    choice("ICE", "ICE Score", "ICE 评分（0–10）"),
    choice("AROUSAL", "Level of Arousal", "意识水平"),
    choice("SEIZURE", "Seizure", "癫痫发作"),
    choice("MOTOR", "Motor Findings", "运动功能"),
    choice("OEDEMA", "Cerebral Oedema", "颅内压升高/脑水肿"),
    choice("ATTRIB", "Attributed to the Toxicity", "归因于该毒性"),
    choice("TOXGR", "Toxicity Grade", "毒性分级"),
];

const AROUSAL: &[Choice] = &[
    choice("spontaneous", "Awakens spontaneously", "自主清醒"),
    choice("voice", "Awakens to voice", "呼之能醒"),
    choice("tactile", "Awakens only to touch", "仅触觉刺激可唤醒"),
    choice(
        "unarousable",
        "Unarousable, or only by vigorous or repeated touch",
        "不能唤醒，或仅强烈、反复的触觉刺激可唤醒",
    ),
];

const SEIZURE: &[Choice] = &[
    choice("none", "None", "无"),
    choice(
        "resolved",
        "Seizure that resolved rapidly or with treatment",
        "发作后迅速缓解或经治疗缓解",
    ),
    choice(
        "prolonged",
        "Longer than 5 minutes, or repeated without return to baseline",
        "持续超过 5 分钟，或反复发作且其间未恢复至基线",
    ),
];

const MOTOR: &[Choice] = &[
    choice("none", "None", "无"),
    choice(
        "deep_focal_weakness",
        "Deep focal weakness",
        "深部局灶性肌无力（如偏瘫、截瘫）",
    ),
];

const OEDEMA: &[Choice] = &[
    choice("none", "None", "无"),
    choice("focal", "Focal oedema on imaging", "影像学示局灶性脑水肿"),
    choice(
        "diffuse",
        "Diffuse oedema, or signs of raised pressure",
        "弥漫性脑水肿，或颅内压升高体征",
    ),
];

const RESULTS: &[(&str, Kind)] = &[
    (
        "ICE",
        Kind::Integer {
            least: 0,
            min: 0,
            max: 10,
            unit: Some("points"),
        },
    ),
    ("AROUSAL", Kind::Choice(AROUSAL)),
    ("SEIZURE", Kind::Choice(SEIZURE)),
    ("MOTOR", Kind::Choice(MOTOR)),
    ("OEDEMA", Kind::Choice(OEDEMA)),
    ("ATTRIB", Kind::YesNo),
    ("TOXGR", Kind::Choice(GRADE_OR_NONE)),
];

/// One finding of an ICANS assessment.
pub(super) const ICANS: Form = Form {
    id: "icans-finding",
    title: text("ICANS assessment", "免疫效应细胞相关神经毒性综合征（ICANS）评估"),
    help: text(
        "All items of one assessment under one time; before infusion once as the baseline. An ICE score of 0 says nothing without the level of arousal.",
        "同一次评估的各项使用同一时间；回输前须评估一次作为基线。ICE 评分为 0 时须同时填写意识水平。",
    ),
    domain: Some("FA"),
    constants: &[
        ("FAOBJ", "Immune effector cell-associated neurotoxicity syndrome"),
        ("FAEVAL", "INVESTIGATOR"),
    ],
    synonyms: &[(
        "FAOBJ",
        &[
            "ICANS",
            "IMMUNE EFFECTOR CELL ASSOCIATED NEUROTOXICITY SYNDROME",
            "NEUROTOXICITY",
        ],
    )],
    derived: &[
        ("FATEST", Derived::Name("fatestcd")),
        ("FASTRESC", Derived::Standard("faorres")),
    ],
    tells: &["FAOBJ", "fatestcd"],
    happened: Some("fadtc"),
    assessed: Some(Assessed::Ice),
    panel: Some(Panel {
        shared: &["fadtc"],
        rows: &[
            &[("fatestcd", "ICE")],
            &[("fatestcd", "AROUSAL")],
            &[("fatestcd", "SEIZURE")],
            &[("fatestcd", "MOTOR")],
            &[("fatestcd", "OEDEMA")],
            &[("fatestcd", "ATTRIB")],
            &[("fatestcd", "TOXGR")],
        ],
    }),
    fields: &[
        Field::of(
            "fatestcd",
            "FATESTCD",
            Kind::Choice(ITEMS),
            text("Item", "评估项目"),
            text("What was assessed.", "所评估的项目。"),
        )
        .required(),
        Field::of(
            "faorres",
            "FAORRES",
            Kind::By {
                field: "fatestcd",
                kinds: RESULTS,
                otherwise: &Kind::Text { max: 40 },
            },
            text("Result", "结果"),
            text(
                "What was found; the grade is the investigator's and is compared with the items.",
                "评估所见；分级由研究者判定，并与各项结果核对。",
            ),
        )
        .required(),
        Field::of(
            "fadtc",
            "FADTC",
            Kind::DateTime,
            text("Assessed at", "评估时间"),
            text("The same for all items of the assessment.", "同一次评估的各项须一致。"),
        )
        .required(),
    ],
    ..BLANK
};
