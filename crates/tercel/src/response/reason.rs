//! Why a time point has its response, and what a data manager should ask about it.

use std::fmt;

use crate::language::{Text, Words, both};

/// The rule that decided an overall response, with the numbers it used. `Display` gives the sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// New lesions.
    NewLesion(Vec<String>),
    /// Unequivocal progression of non-target lesions; none named where the reader gave one category for all.
    NonTargetProgression(Vec<String>),
    /// Effusion or ascites appeared or grew, with malignant cells in it.
    MalignantEffusion,
    /// The complete sum grew enough.
    TargetProgression {
        /// Sum now, mm.
        sum: f64,
        /// Smallest sum before, mm.
        nadir: f64,
    },
    /// Lesions are missing, but those measured already exceed the nadir enough.
    MeasuredPartProgression {
        /// Sum of the measured lesions, mm.
        measured: f64,
        /// Smallest complete sum before, mm.
        nadir: f64,
        /// Lesions without a usable measurement.
        missing: Vec<String>,
    },
    /// Target lesions are gone and non-target lesions, if any, too.
    AllGone {
        /// Sum now, mm: short axes of nodes below 10 mm.
        sum: f64,
    },
    /// Target lesions are gone, non-target lesions persist.
    NonTargetPersists,
    /// Target lesions are gone, non-target lesions were not all evaluated.
    NonTargetNotEvaluated,
    /// The sum shrank enough from baseline.
    TargetShrank {
        /// Sum now, mm.
        sum: f64,
        /// Sum at baseline, mm.
        baseline: f64,
    },
    /// Neither enough shrinkage from baseline nor enough growth from the nadir.
    TargetStable {
        /// Sum now, mm.
        sum: f64,
        /// Sum at baseline, mm.
        baseline: f64,
        /// Smallest sum before, mm.
        nadir: f64,
    },
    /// Target lesions without a measurement.
    NotMeasured(Vec<String>),
    /// Target lesions with more than one reading at this assessment.
    MeasuredTwice(Vec<String>),
    /// Target lesions without a baseline measurement.
    NoBaseline(Vec<String>),
    /// No target lesions: the non-target lesions are all gone.
    NonTargetsGone,
    /// No target lesions: one or more non-target lesions persist.
    OnlyNonTargetsPersist,
    /// No target lesions, and the non-target lesions were not all evaluated.
    OnlyNonTargetsNotEvaluated,
    /// The baseline has neither target nor non-target lesions.
    NoDiseaseAtBaseline,
    /// iRECIST: progression confirms that of this day, and by what.
    ConfirmsProgression(i32, Text),
    /// iRECIST: progression goes further than that of this day, but less than four weeks after it.
    ConfirmedTooSoon(i32),
    /// iRECIST: progression goes no further than that of this day.
    ProgressionUnchanged(i32),
    /// iRECIST: the new lesions of this day remain without growth, and the lesions of the baseline respond better than then.
    BaselineLesionsImproved(i32),
    /// iRECIST: progression was confirmed on this day.
    AfterConfirmedProgression(i32),
}

impl Reason {
    /// The sentence, in every language.
    #[expect(clippy::too_many_lines, reason = "one match, one sentence a reason")]
    pub fn words(&self) -> Words {
        match self {
            Self::NewLesion(lesions) => {
                let lesions = lesions.join(", ");
                both!("new lesion {lesions}", "新病灶{lesions}")
            }
            Self::NonTargetProgression(lesions) if lesions.is_empty() => {
                both!("unequivocal progression of non-target lesions", "非靶病灶明确进展")
            }
            Self::NonTargetProgression(lesions) => {
                let lesions = lesions.join(", ");
                both!(
                    "unequivocal progression of non-target lesion {lesions}",
                    "非靶病灶{lesions}明确进展"
                )
            }
            Self::MalignantEffusion => both!(
                "effusion or ascites appeared or grew, cytology positive",
                "出现或增多的积液或腹水，细胞学阳性"
            ),
            Self::TargetProgression { sum, nadir } => sum_is(*sum, &[change(*sum, *nadir, &NADIR)]),
            Self::MeasuredPartProgression {
                measured,
                nadir,
                missing,
            } => {
                let change = change(*measured, *nadir, &NADIR);
                both!(
                    "{missing} not measured, but the measured part {part} alone is {en}",
                    "{missing}未测量，但仅已测部分{part}即{zh}",
                    missing = missing.join(", "),
                    part = mm(*measured),
                    en = change.en,
                    zh = change.zh
                )
            }
            Self::AllGone { sum } if *sum > 0.0 => both!(
                "all lesions gone and nodes below 10 mm (sum {sum})",
                "全部病灶消失，淋巴结小于10 mm（总和{sum}）",
                sum = mm(*sum)
            ),
            Self::AllGone { .. } => both!("all lesions gone", "全部病灶消失"),
            Self::NonTargetPersists => both!(
                "target lesions gone, non-target lesions persist",
                "靶病灶消失，非靶病灶仍存"
            ),
            Self::NonTargetNotEvaluated => both!(
                "target lesions gone, non-target lesions not all evaluated",
                "靶病灶消失，非靶病灶未全部评估"
            ),
            Self::TargetShrank { sum, baseline } => sum_is(*sum, &[change(*sum, *baseline, &BASELINE)]),
            Self::TargetStable { sum, baseline, nadir } => sum_is(
                *sum,
                &[change(*sum, *baseline, &BASELINE), change(*sum, *nadir, &NADIR)],
            ),
            Self::NotMeasured(lesions) => {
                let lesions = lesions.join(", ");
                both!("target {lesions} not measured", "靶病灶{lesions}未测量")
            }
            Self::MeasuredTwice(lesions) => {
                let lesions = lesions.join(", ");
                both!("target {lesions} measured twice", "靶病灶{lesions}测量两次")
            }
            Self::NoBaseline(lesions) => {
                let lesions = lesions.join(", ");
                both!(
                    "target {lesions} has no baseline measurement",
                    "靶病灶{lesions}无基线测量"
                )
            }
            Self::NonTargetsGone => both!(
                "no target lesions; non-target lesions all gone",
                "无靶病灶；非靶病灶全部消失"
            ),
            Self::OnlyNonTargetsPersist => both!(
                "no target lesions; non-target lesions persist",
                "无靶病灶；非靶病灶仍存"
            ),
            Self::OnlyNonTargetsNotEvaluated => both!(
                "no target lesions; non-target lesions not all evaluated",
                "无靶病灶；非靶病灶未全部评估"
            ),
            Self::NoDiseaseAtBaseline => both!("no target or non-target lesion at baseline", "基线无靶病灶及非靶病灶"),
            Self::ConfirmsProgression(day, why) => both!(
                "confirms the progression of day {day}: {en}",
                "确认第{day}天的进展：{zh}",
                day = day,
                en = why.en,
                zh = why.zh
            ),
            Self::ConfirmedTooSoon(day) => both!(
                "further than on day {day}, but less than four weeks later: not yet confirmed",
                "较第{day}天进一步进展，但相隔不足四周：尚未确认"
            ),
            Self::ProgressionUnchanged(day) => both!(
                "no further than on day {day}: not confirmed",
                "较第{day}天未进一步进展：未确认"
            ),
            Self::BaselineLesionsImproved(day) => both!(
                "the new lesions of day {day} did not grow, and the lesions of the baseline respond better than then",
                "第{day}天的新病灶未增大，且基线病灶的缓解优于当时"
            ),
            Self::AfterConfirmedProgression(day) => {
                both!("progression was confirmed on day {day}", "进展已于第{day}天确认")
            }
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().en)
    }
}

/// Something in the readings a data manager should ask about. The response is derived all the same, as each says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// More than one reading of a lesion at one assessment: none is used.
    MeasuredTwice(String),
    /// A target lesion first recorded after baseline: the targets cannot be judged at this assessment.
    TargetWithoutBaseline(String),
    /// A non-target lesion first recorded after baseline: judged at the assessments that record it.
    NonTargetWithoutBaseline(String),
    /// The role differs from baseline: the baseline role is used.
    RoleChanged(String),
    /// A lesion recorded as new at baseline: not used.
    NewAtBaseline(String),
    /// A negative or infinite diameter: taken as not measured.
    ImpossibleDiameter(String),
    /// A diameter some ten times, or a tenth of, that of the assessment before: used all the same.
    Tenfold(String),
    /// Status and diameter exclude each other: taken as not measured.
    Contradiction(String),
    /// A target lesion marked as progression: only its diameter counts.
    TargetMarkedProgression(String),
    /// A new lesion recorded as not evaluable: not counted as new until it is confirmed.
    EquivocalNewLesion(String),
    /// A new liver nodule that mRECIST does not count yet.
    UnprovenNodule(String),
    /// A new liver nodule without a size, which mRECIST asks for: counted, by the reader's word.
    UnmeasuredNodule(String),
    /// A lesion measured as a whole beside the parts it split into: none is used.
    WholeBesideParts(String),
    /// A target below the size that is measurable at baseline, in mm: used all the same.
    TargetTooSmall(String, u32),
    /// More targets than the criteria allow: all are used.
    TooManyTargets(usize),
    /// More targets in one organ than the criteria allow: all are used.
    TooManyInOrgan(String, usize),
    /// A thrombus of the portal vein as target, which mRECIST follows as non-target: used all the same.
    ThrombusAsTarget(String),
}

impl Query {
    /// The question, in every language.
    pub fn words(&self) -> Words {
        match self {
            Self::MeasuredTwice(id) => both!(
                "{id} was measured twice at this assessment; keep one reading",
                "{id}在本次评估测量了两次；请保留一个读数"
            ),
            Self::TargetWithoutBaseline(id) => both!(
                "{id} is recorded as a target but was not one at baseline; add its baseline, or record it as new",
                "{id}记录为靶病灶，但基线时不是；请补充其基线，或记录为新病灶"
            ),
            Self::NonTargetWithoutBaseline(id) => both!(
                "{id} is recorded as non-target but not at baseline; is it a new lesion?",
                "{id}记录为非靶病灶，但基线时没有；是否为新病灶？"
            ),
            Self::RoleChanged(id) => both!(
                "{id} has another role than at baseline; the baseline role is used",
                "{id}的类别与基线不同；采用基线类别"
            ),
            Self::NewAtBaseline(id) => both!(
                "{id} is recorded as new at baseline; make it target or non-target",
                "{id}在基线记录为新病灶；请改为靶病灶或非靶病灶"
            ),
            Self::ImpossibleDiameter(id) => both!(
                "{id} has an impossible diameter; taken as not measured",
                "{id}的径线不可能；视为未测量"
            ),
            Self::Tenfold(id) => both!(
                "the diameter of {id} is some ten times, or a tenth of, that of the assessment before; check the unit and the \
                 decimal point of both",
                "{id}的径线约为上次评估的十倍或十分之一；请核对两次的单位和小数点"
            ),
            Self::Contradiction(id) => both!(
                "status and diameter of {id} exclude each other; taken as not measured",
                "{id}的状态与径线互相矛盾；视为未测量"
            ),
            Self::TargetMarkedProgression(id) => both!(
                "target {id} is marked as progression; only its diameter counts",
                "靶病灶{id}标为进展；仅以其径线为准"
            ),
            Self::EquivocalNewLesion(id) => both!(
                "new lesion {id} is not evaluable; if it is confirmed, date progression to this scan",
                "新病灶{id}不可评价；如日后确认，进展日期记为本次影像"
            ),
            Self::UnprovenNodule(id) => both!(
                "new liver nodule {id} is below 10 mm, or equivocal and not yet 10 mm larger; if a later scan proves it, \
                 progression is dated back to the scan that first showed it",
                "肝内新结节{id}小于10 mm，或不明确且尚未增大10 mm；如日后影像证实，进展日期回溯至首次显示该结节的影像"
            ),
            Self::UnmeasuredNodule(id) => both!(
                "new liver nodule {id} has no diameter; it is counted as progression, for which mRECIST asks at least 10 mm",
                "肝内新结节{id}没有径线；按进展计，而mRECIST要求至少10 mm"
            ),
            Self::WholeBesideParts(id) => both!(
                "{id} is measured as a whole beside the parts it split into; keep the parts",
                "{id}既有整体测量又有分裂后各部分的测量；请保留各部分"
            ),
            Self::TargetTooSmall(id, least) => both!(
                "target {id} is below {least} mm at baseline, too small to be a target; make it non-target, or correct it",
                "靶病灶{id}基线小于{least} mm，过小不能作为靶病灶；请改为非靶病灶或更正"
            ),
            Self::TooManyTargets(found) => both!(
                "{found} target lesions at baseline; the criteria allow 5",
                "基线有{found}个靶病灶；标准最多允许5个"
            ),
            Self::TooManyInOrgan(organ, found) => both!(
                "{found} target lesions in {organ} at baseline; the criteria allow 2 per organ",
                "基线{organ}有{found}个靶病灶；标准每个器官最多允许2个"
            ),
            Self::ThrombusAsTarget(id) => both!(
                "target {id} lies in the portal vein; a malignant thrombus is a non-target lesion",
                "靶病灶{id}位于门静脉；恶性癌栓属于非靶病灶"
            ),
        }
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().en)
    }
}

/// A length for a sentence; a hundredth of a millimetre is finer than any scan.
fn mm(value: f64) -> String {
    format!("{} mm", short(value, 2))
}

const BASELINE: Text = Text::new("baseline", "基线");
const NADIR: Text = Text::new("the nadir", "最低值");

/// `sum 40 mm is`, and how it stands to others.
fn sum_is(sum: f64, changes: &[Words]) -> Words {
    let each = |of: fn(&Words) -> &str| changes.iter().map(of).collect::<Vec<_>>();
    both!(
        "sum {sum} is {en}",
        "总和{sum}，{zh}",
        sum = mm(sum),
        en = each(|words| &words.en).join(" and "),
        zh = each(|words| &words.zh).join("，")
    )
}

/// `12.5 % (5 mm) below baseline 40 mm`, `7 mm above the nadir 0 mm`, `equal to baseline 40 mm`.
fn change(value: f64, reference: f64, name: &Text) -> Words {
    let difference = value - reference;
    let (en, zh, of) = (name.en, name.zh, mm(reference));
    if difference.abs() < super::target::NOISE_MM {
        return both!("equal to {en} {of}", "与{zh}{of}相等");
    }
    let (direction, direction_zh) = if difference > 0.0 {
        ("above", "增加")
    } else {
        ("below", "减少")
    };
    let by = mm(difference.abs());
    if reference > 0.0 {
        let percent = short(100.0 * difference.abs() / reference, 1);
        both!(
            "{percent} % ({by}) {direction} {en} {of}",
            "较{zh}{of}{direction_zh}{percent} %（{by}）"
        )
    } else {
        both!("{by} {direction} {en} {of}", "较{zh}{of}{direction_zh}{by}")
    }
}

/// At most `decimals` decimals, without trailing zeros.
fn short(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_carry_the_numbers_of_the_rule() {
        let stable = Reason::TargetStable {
            sum: 90.0,
            baseline: 100.0,
            nadir: 80.0,
        };
        assert_eq!(
            stable.to_string(),
            "sum 90 mm is 10 % (10 mm) below baseline 100 mm and 12.5 % (10 mm) above the nadir 80 mm"
        );
        let regrown = Reason::TargetProgression { sum: 5.0, nadir: 0.0 };
        assert_eq!(regrown.to_string(), "sum 5 mm is 5 mm above the nadir 0 mm");
    }

    #[test]
    fn rounding_never_drops_significant_zeros() {
        assert_eq!(short(100.0, 1), "100");
        assert_eq!(short(0.0, 2), "0");
        assert_eq!(short(7.25, 2), "7.25");
    }
}
