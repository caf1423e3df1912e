//! Chinese of what a packet holds in English alone: settings of designs, kinds of events, grades, analytes, names of the protocol.
//!
//! A packet is frozen, and so are its words. What has no Chinese here stays as the packet says it.

use super::packet::LevelLine;
use super::subject::{NON_HAEMATOLOGICAL_EVENTS, OTHER_EVENTS};
use crate::kinetics::Analyte;
use crate::language::{Language, Text};
use crate::protocol::Trial;

/// Options of designs, and values of theirs that are words.
const SETTINGS: [Text; 47] = [
    Text::new("target", "目标DLT率"),
    Text::new("variant", "变体"),
    Text::new("elimination-cutoff", "剔除界值"),
    Text::new("extra-safe", "附加安全性停止"),
    Text::new("offset", "停止偏移量"),
    Text::new("bound-mtd", "限定MTD"),
    Text::new("p-safe", "过低毒性率"),
    Text::new("p-tox", "过高毒性率"),
    Text::new("margin-lower", "下限宽度"),
    Text::new("margin-upper", "上限宽度"),
    Text::new("model", "模型"),
    Text::new("method", "估计方法"),
    Text::new("skeleton", "骨架"),
    Text::new("intercept", "截距"),
    Text::new("prior-sd", "先验标准差"),
    Text::new("prior-mean", "先验均值"),
    Text::new("prior-cor", "先验相关系数"),
    Text::new("allow-skipping", "允许跳级"),
    Text::new("allow-incoherent", "允许不连贯的递增"),
    Text::new("doses", "剂量"),
    Text::new("ref-dose", "参考剂量"),
    Text::new("cuts", "区间界值"),
    Text::new("overdose-limit", "过量概率上限"),
    Text::new("weights", "权重"),
    Text::new("max-pending-fraction", "待定比例上限"),
    Text::new("backfill-without-response", "无缓解时允许回填"),
    Text::new("n-cap", "每水平例数上限"),
    Text::new("efficacy-min", "最低有效率"),
    Text::new("efficacy-cutoff", "有效性界值"),
    Text::new("utility-u2", "效用值u2"),
    Text::new("utility-u3", "效用值u3"),
    Text::new("stay-on-one-of-three", "三例中一例DLT时维持"),
    Text::new("yes", "是"),
    Text::new("no", "否"),
    Text::new("none", "无"),
    Text::new("linear", "线性"),
    Text::new("logistic", "逻辑斯蒂"),
    Text::new("power", "幂"),
    Text::new("bayes", "贝叶斯"),
    Text::new("maximum likelihood", "最大似然"),
    Text::new("effective sample size", "有效样本量"),
    Text::new("single mean imputation", "单次均值填补"),
    Text::new("no level is closed", "不关闭任何剂量水平"),
    Text::new("accrual is never suspended", "不暂停入组"),
    Text::new("not used by the power model", "幂模型不使用"),
    Text::new("as given, or the published default", "按给定值或发表的默认值"),
    Text::new(
        "the target is assumed: the protocol's design has none",
        "目标DLT率为假定值：方案的设计未设定",
    ),
];

fn known(text: &str) -> Option<&'static str> {
    SETTINGS.iter().find(|one| one.en == text).map(|one| one.zh)
}

/// Settings of a design: `cohorts of 3; variant korn-strict`.
pub fn settings_words(settings: &str, language: Language) -> String {
    if language == Language::English {
        return settings.to_owned();
    }
    let each = settings.split("; ").map(|setting| {
        if let Some(size) = setting.strip_prefix("cohorts of ") {
            return format!("每组{size}例");
        }
        if let Some(zh) = known(setting) {
            return zh.to_owned();
        }
        match setting.split_once(' ') {
            Some((option, value)) => format!("{}：{}", known(option).unwrap_or(option), known(value).unwrap_or(value)),
            None => setting.to_owned(),
        }
    });
    each.collect::<Vec<_>>().join("；")
}

/// Why a design says nothing.
pub fn no_answer_words(why: &str, language: Language) -> &str {
    let no_outcome = Text::new(super::advice::NO_OUTCOME, "尚无已知结局可供模型拟合");
    if why == no_outcome.en {
        no_outcome.of(language)
    } else {
        why
    }
}

/// The events of the worst other grade.
pub fn events_words(events: &str, language: Language) -> &str {
    let known = [
        Text::new(OTHER_EVENTS, "除CRS和ICANS外的所有事件"),
        Text::new(NON_HAEMATOLOGICAL_EVENTS, "非血液学事件"),
    ];
    known
        .iter()
        .find(|text| text.en == events)
        .map_or(events, |text| text.of(language))
}

/// A grade with its scale: `CTCAE 5.0 grade 5`.
pub(super) fn grade_words(grade: &str, language: Language) -> String {
    match (grade.split_once(" grade "), language) {
        (Some((scale, number)), Language::Chinese) => format!("{scale} {number}级"),
        (Some(_) | None, Language::English) | (None, Language::Chinese) => grade.to_owned(),
    }
}

/// What is measured.
pub(super) fn analyte_words(analyte: &str, language: Language) -> &str {
    let known = Analyte::ALL.into_iter().find(|one| one.name() == analyte);
    known.map_or(analyte, |one| one.text().of(language))
}

impl LevelLine {
    /// The label of the level, as the protocol says it in a language where it still names the level so.
    pub fn label_words(&self, protocol: Option<&Trial>, language: Language) -> String {
        let group = protocol.and_then(|trial| trial.dose_levels.get(self.level));
        let same = group.filter(|group| group.label == self.label);
        same.map_or_else(|| self.label.clone(), |group| group.words().of(language).to_owned())
    }
}

/// The name of a visit, as the protocol says it in a language.
pub(super) fn visit_words(name: &str, protocol: Option<&Trial>, language: Language) -> String {
    let mut visits = protocol.into_iter().flat_map(|trial| &trial.schedule);
    let visit = visits.find(|visit| visit.name.eq_ignore_ascii_case(name.trim()));
    visit.map_or_else(|| name.to_owned(), |visit| visit.words().of(language).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::ALL;

    #[test]
    fn settings_of_every_design_are_said_in_chinese() {
        for entry in ALL {
            for option in entry.options {
                assert!(known(option).is_some(), "{}: {option}", entry.word);
            }
        }
        assert_eq!(
            settings_words("cohorts of 3; variant korn-strict; extra-safe no", Language::Chinese),
            "每组3例；变体：korn-strict；附加安全性停止：否"
        );
    }

    #[test]
    fn grades_and_events_are_said_in_chinese_and_what_is_not_known_stays() {
        assert_eq!(grade_words("CTCAE 5.0 grade 5", Language::Chinese), "CTCAE 5.0 5级");
        assert_eq!(
            events_words(OTHER_EVENTS, Language::Chinese),
            "除CRS和ICANS外的所有事件"
        );
        assert_eq!(
            events_words("events of the class x", Language::Chinese),
            "events of the class x"
        );
        assert_eq!(analyte_words("CAR-T cells", Language::Chinese), "CAR-T细胞");
    }
}
