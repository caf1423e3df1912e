//! Who the subject is, and its death: the one row a subject has in `DM`.

use crate::form::define::{BLANK, choice, text};
use crate::form::{Choice, Derived, Field, Form, FromTrial, Kind};

const SEX: &[Choice] = &[choice("F", "Female", "女"), choice("M", "Male", "男")];

/// Codes of ISO 3166-1 that are offered; any other one may be written.
const COUNTRY: &[Choice] = &[
    choice("CHN", "China", "中国"),
    choice("DEU", "Germany", "德国"),
    choice("ESP", "Spain", "西班牙"),
    choice("FRA", "France", "法国"),
    choice("GBR", "United Kingdom", "英国"),
    choice("ITA", "Italy", "意大利"),
    choice("JPN", "Japan", "日本"),
    choice("KOR", "Republic of Korea", "韩国"),
    choice("USA", "United States", "美国"),
];

const RACE: &[Choice] = &[
    choice("ASIAN", "Asian", "亚裔"),
    choice(
        "BLACK OR AFRICAN AMERICAN",
        "Black or African American",
        "黑人或非裔美国人",
    ),
    choice("WHITE", "White", "白人"),
    choice(
        "AMERICAN INDIAN OR ALASKA NATIVE",
        "American Indian or Alaska Native",
        "美洲印第安人或阿拉斯加原住民",
    ),
    choice(
        "NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER",
        "Native Hawaiian or other Pacific Islander",
        "夏威夷原住民或其他太平洋岛民",
    ),
    choice("OTHER", "Other", "其他"),
    choice("NOT REPORTED", "Not reported", "未报告"),
    choice("UNKNOWN", "Unknown", "不明"),
];

const ETHNICITY: &[Choice] = &[
    choice("HISPANIC OR LATINO", "Hispanic or Latino", "西班牙裔或拉丁裔"),
    choice("NOT HISPANIC OR LATINO", "Not Hispanic or Latino", "非西班牙裔或拉丁裔"),
    choice("NOT REPORTED", "Not reported", "未报告"),
    choice("UNKNOWN", "Unknown", "不明"),
];

/// Demography and dose group.
pub(super) const DEMOGRAPHY: Form = Form {
    id: "demography",
    title: text("Demography", "人口学资料"),
    help: text(
        "Once for each subject, at consent. The dose group is entered when the slot is assigned.",
        "每位受试者在签署知情同意时填写一次；分配剂量组后再填写剂量组。",
    ),
    domain: Some("DM"),
    repeats: false,
    derived: &[
        ("AGEU", Derived::Where("age", "YEARS")),
        ("ARM", Derived::Name("armcd")),
        ("ACTARM", Derived::Name("actarmcd")),
    ],
    happened: Some("rficdtc"),
    fields: &[
        Field::of(
            "siteid",
            "SITEID",
            Kind::Text { max: 20 },
            text("Site", "研究中心"),
            text("Number of the site.", "研究中心编号。"),
        )
        .required(),
        Field::of(
            "rficdtc",
            "RFICDTC",
            Kind::DateTime,
            text("Informed consent", "知情同意日期"),
            text(
                "Day the subject signed the first consent form, with the time where it is known.",
                "受试者首次签署知情同意书的日期；如知道具体时间请一并填写。",
            ),
        )
        .required(),
        Field::of(
            "age",
            "AGE",
            Kind::Integer {
                least: 0,
                min: 18,
                max: 90,
                unit: Some("years"),
            },
            text("Age at consent", "签署知情同意时的年龄"),
            text("In completed years.", "周岁。"),
        )
        .required(),
        Field::of(
            "sex",
            "SEX",
            Kind::Choice(SEX),
            text("Sex", "性别"),
            text("Sex at birth.", "出生性别。"),
        )
        .required(),
        Field::of(
            "race",
            "RACE",
            Kind::Choice(RACE),
            text("Race", "种族"),
            text(
                "As the subject reports it, where it is asked. SDTM expects it.",
                "如有询问，按受试者自述填写。SDTM 预期有此项。",
            ),
        )
        .only_if_asked(),
        Field::of(
            "ethnic",
            "ETHNIC",
            Kind::Choice(ETHNICITY),
            text("Ethnicity", "民族（西班牙裔）"),
            text(
                "As the subject reports it, where it is asked.",
                "如有询问，按受试者自述填写。",
            ),
        )
        .only_if_asked(),
        Field::of(
            "country",
            "COUNTRY",
            Kind::Suggested {
                choices: COUNTRY,
                max: 3,
            },
            text("Country of the site", "研究中心所在国家"),
            text(
                "Code of three letters (ISO 3166-1). SDTM requires it for submission.",
                "三位字母国家代码（ISO 3166-1）。SDTM 递交时必填。",
            ),
        )
        .only_if_asked(),
        Field::of(
            "armcd",
            "ARMCD",
            Kind::TrialChoice(FromTrial::Arms),
            text("Dose group assigned", "分配的剂量组"),
            text(
                "The group in which the subject counts in the dose decision, whatever dose is given later. Blank until it is assigned, and after screening failure.",
                "受试者在剂量决策中所属的剂量组，与之后实际给予的剂量无关。分配前及筛选失败者留空。",
            ),
        ),
        Field::of(
            "actarmcd",
            "ACTARMCD",
            Kind::TrialChoice(FromTrial::Arms),
            text("Dose group given", "实际接受的剂量组"),
            text(
                "After infusion: the group whose dose was given. Blank for a subject who was not infused.",
                "回输后填写实际给予剂量所对应的剂量组；未回输者留空。",
            ),
        ),
    ],
    ..BLANK
};

/// Death.
pub(super) const DEATH: Form = Form {
    id: "death",
    title: text("Death", "死亡"),
    help: text(
        "As soon as a death is known, whatever its cause. A fatal adverse event is recorded on its own form too.",
        "得知死亡后立即填写，不论原因。致死的不良事件还须填写不良事件表。",
    ),
    domain: Some("DM"),
    repeats: false,
    constants: &[("DTHFL", "Y")],
    happened: Some("dthdtc"),
    fields: &[
        Field::of(
            "dthdtc",
            "DTHDTC",
            Kind::PartialDate,
            text("Date of death", "死亡日期"),
            text("As much of the date as is known.", "按已知程度填写。"),
        )
        .required(),
        Field::supplement(
            "dthcause",
            "DTHCAUSE",
            Kind::Choice(CAUSE),
            text("Cause of death", "死亡原因"),
            text("The investigator's judgement.", "由研究者判断。"),
        )
        .required(),
        Field::supplement(
            "dthtext",
            "DTHTEXT",
            Kind::Text { max: 200 },
            text("Cause in words", "死因描述"),
            text(
                "As on the death certificate, where there is one.",
                "如有死亡证明，请按其内容填写。",
            ),
        ),
    ],
    ..BLANK
};

const CAUSE: &[Choice] = &[
    choice("DISEASE", "Disease under study", "研究疾病"),
    choice("ADVERSE EVENT", "Adverse event", "不良事件"),
    choice("OTHER", "Other cause", "其他原因"),
    choice("UNKNOWN", "Unknown", "不明"),
];
