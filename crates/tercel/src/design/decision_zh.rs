//! The reasons of decisions in Simplified Chinese; their English is in `Display`.

use super::{Action, Backfilled, Because, Count, EfficacyCount, Held, Side, UtilityReason};
use crate::language::Language;
use crate::protocol::DoseLevel;

impl Because {
    /// The reason in a language. What the protocol says, and why a design cannot be made, stands in the words of each.
    pub fn sentence(&self, language: Language) -> String {
        match language {
            Language::English => self.to_string(),
            Language::Chinese => chinese(self),
        }
    }
}

/// An action in Chinese.
pub(crate) fn action_in_chinese(action: Action) -> String {
    match action {
        Action::Escalate(level) => format!("递增至剂量水平{level}"),
        Action::Stay(level) => format!("维持剂量水平{level}"),
        Action::DeEscalate(level) => format!("递减至剂量水平{level}"),
        Action::Wait => "等待".to_owned(),
        Action::Stop(Some(level)) => format!("停止，最大耐受剂量为剂量水平{level}"),
        Action::Stop(None) => "停止".to_owned(),
    }
}

fn at(level: DoseLevel, count: Count) -> String {
    format!("剂量水平{level}的{}", of(count))
}

fn of(count: Count) -> String {
    format!("{}例可评价受试者中{}例发生DLT", count.evaluable, count.dlt)
}

const fn side(side: Side) -> &'static str {
    match side {
        Side::Low => "不高于递增界值",
        Side::Between => "介于两界值之间",
        Side::High => "不低于递减界值",
    }
}

const fn held(held: Held) -> &'static str {
    match held {
        Held::Top => "没有更高的剂量水平",
        Held::Bottom => "没有更低的剂量水平",
        Held::AboveClosed => "上一剂量水平已关闭",
        Held::Coherence => "队列的DLT率达到或超过目标时不递增",
        Held::NoSkipping => "不得跳过剂量水平",
    }
}

/// What keeps the design, after a mark.
fn but(mark: &str, reason: Option<Held>) -> String {
    reason.map_or_else(String::new, |reason| format!("{mark}{}", held(reason)))
}

#[expect(clippy::too_many_lines, reason = "one match, one sentence a reason")]
fn chinese(because: &Because) -> String {
    match because {
        Because::Start => "尚无受试者接受治疗；首例自起始剂量水平开始".to_owned(),
        Because::CohortOpen(level, count) => format!("{}：队列未满", at(*level, *count)),
        Because::NoDlt(level, count) => format!("{}：可开放下一剂量水平", at(*level, *count)),
        Because::OneInSix(level, count) => format!("{}，六例中至多一例：可开放下一剂量水平", at(*level, *count)),
        Because::OneDlt(level, count) => format!("{}：该剂量水平扩展至六例", at(*level, *count)),
        Because::ConfirmSix(level, count) => {
            format!("{}，且无更高剂量水平开放：该剂量水平补足至六例", at(*level, *count))
        }
        Because::TooToxic { closed, count, below } => {
            format!("{}：该剂量水平关闭，剂量水平{below}补足至六例", at(*closed, *count))
        }
        Because::FirstLevelTooToxic(count) => format!(
            "首个剂量水平的{}：停止入组，由委员会决定；降低剂量须修订方案",
            of(*count)
        ),
        Because::Mtd(level, count) => format!("{}：该剂量水平为最大耐受剂量", at(*level, *count)),
        Because::Rate {
            level,
            count,
            side: lies,
            held,
        } => format!("{}，{}{}", at(*level, *count), side(*lies), but("；", *held)),
        Because::Closed {
            level,
            count,
            target,
            probability,
            cutoff,
        } => format!(
            "{}：其DLT率超过{target}的概率为{probability:.3}，高于{cutoff:.2}，故剂量水平{level}及以上关闭",
            at(*level, *count)
        ),
        Because::Model {
            level,
            estimate,
            target,
            held,
        } => format!(
            "模型估计剂量水平{level}的DLT概率为{estimate:.3}，最接近目标{target}{}",
            but("，但", *held)
        ),
        Because::Overdose {
            level,
            target_probability,
            overdose_probability,
            limit,
            held,
        } => format!(
            "在过量概率低于{limit}的剂量水平中，剂量水平{level}处于目标区间的概率最大：{target_probability:.3}，过量概率为\
             {overdose_probability:.3}{}",
            but("，但", *held)
        ),
        Because::NoneAdmissible {
            overdose_probability,
            limit,
        } => format!("最低剂量水平的过量概率为{overdose_probability:.3}，不低于{limit}：无可接受的剂量水平"),
        Because::Backfilled(reason) => backfilled(reason),
        Because::Utility(reason) => utility(reason),
        Because::Enough(level, count) => {
            format!("剂量水平{level}已治疗{}例，达到每一剂量水平的计划例数", count.evaluable)
        }
        Because::TooFew { level, count, demanded } => format!(
            "{}，该剂量水平将为最大耐受剂量，但要求有{demanded}例",
            at(*level, *count)
        ),
        Because::Suspended(level, count) => format!(
            "剂量水平{level}的{}例中{}例待评价（目前{}）：暂停入组，待获知更多结果",
            count.evaluable + count.pending,
            count.pending,
            of(*count)
        ),
        Because::NoDesign(error) => format!("方案规定的设计无法使用：{error}"),
        Because::Complete(Some(level)) => format!("已治疗计划例数，剂量水平{level}最接近目标"),
        Because::Complete(None) => "已治疗计划例数，无符合要求的剂量水平".to_owned(),
        Because::NotRecorded(what) => format!("已有受试者接受回输，但未记录{what}：不能排除任何DLT"),
        Because::Unassigned(count) => format!("{count}例已回输而剂量水平不明：须先录入剂量水平"),
        Because::HeldUp {
            findings,
            otherwise,
            because,
        } => format!(
            "决定所依据的数据有{findings}处无法读取（见 `tercel check`）；否则将为：{}，理由：{}",
            action_in_chinese(*otherwise),
            chinese(because)
        ),
        Because::Halted {
            halts,
            otherwise,
            because,
        } => {
            let halted = halts.iter().map(|halt| format!("{}；", halt.words().zh));
            format!(
                "{}由委员会决定是否继续。若未暂停，结论为{}：{}",
                halted.collect::<String>(),
                action_in_chinese(*otherwise),
                chinese(because)
            )
        }
        Because::Pending(levels) => {
            let each = levels
                .iter()
                .map(|(level, count)| format!("剂量水平{level}有{}例待评价（目前{}）", count.pending, of(*count)));
            format!("{}：待评价的结果可能改变决定", each.collect::<Vec<_>>().join("，"))
        }
    }
}

fn backfilled(reason: &Backfilled) -> String {
    match reason {
        Backfilled::Pooled {
            level,
            count,
            lower,
            lower_count,
            pooled,
            side: lies,
            held,
        } => {
            let next = match lies {
                Side::High => "：下一例取其下合并DLT率安全的最高剂量水平",
                Side::Low | Side::Between => "",
            };
            format!(
                "{}，与剂量水平{lower}的{}相矛盾；自剂量水平{lower}至{level}合并后{}，{}{next}{}",
                at(*level, *count),
                of(*lower_count),
                of(*pooled),
                side(*lies),
                but("；", *held)
            )
        }
        Backfilled::OneOfThree(level) => {
            format!("剂量水平{level}的3例可评价受试者中1例发生DLT，方案规定维持该剂量水平")
        }
        Backfilled::CohortPending(level, count) => {
            format!("剂量水平{level}最近队列有{count}例待评价：队列评价后再决定是否递增")
        }
    }
}

fn utility(reason: &UtilityReason) -> String {
    let of = |level: DoseLevel, count: &EfficacyCount| {
        let Count { evaluable, dlt, .. } = count.dlts;
        format!(
            "剂量水平{level}的{evaluable}例可评价受试者中{dlt}例发生DLT、{}例缓解",
            count.response
        )
    };
    match reason {
        UtilityReason::Best {
            level,
            count,
            side: lies,
            upwards,
            chosen,
            desirability,
        } => {
            let reach = if *upwards {
                "该水平及其相邻水平"
            } else {
                "该水平及下一水平"
            };
            format!(
                "{}，DLT率{}：在{reach}中，剂量水平{chosen}可接受且效用超过基准的概率最大，为{desirability:.3}",
                of(*level, count),
                side(*lies)
            )
        }
        UtilityReason::Explore(level, count) => format!(
            "{}，DLT率低于递减界值：探索尚未使用的剂量水平{}",
            of(*level, count),
            level.above()
        ),
        UtilityReason::NoneInReach(level, Some(next)) => {
            format!("剂量水平{level}及其相邻水平按毒性和疗效均不可接受：其下可接受的最高水平为剂量水平{next}")
        }
        UtilityReason::NoneInReach(level, None) => {
            format!("剂量水平{level}、其相邻水平及更低水平按毒性和疗效均不可接受")
        }
        UtilityReason::Complete(Some(level)) => {
            format!("已治疗计划例数，在不超过最大耐受剂量的可接受水平中，剂量水平{level}的平均效用最大")
        }
        UtilityReason::Complete(None) => "已治疗计划例数，无可接受的剂量水平".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dlt::Halt;
    use crate::language::Words;
    use crate::study::SubjectId;

    fn numbers(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> = text
            .split(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .map(|number| number.trim_matches('.'))
            .filter(|number| !number.is_empty())
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn a_reason_in_chinese_has_the_numbers_of_the_english_one() {
        let level = |number: u8| DoseLevel::new(number).unwrap();
        let count = |evaluable: u32, dlt: u32, pending: u32| Count {
            evaluable,
            dlt,
            pending,
        };
        let rate = Because::Rate {
            level: level(2),
            count: count(12, 5, 0),
            side: Side::High,
            held: Some(Held::Bottom),
        };
        let closed = Because::Closed {
            level: level(3),
            count: count(9, 7, 0),
            target: 0.3,
            probability: 0.991,
            cutoff: 0.95,
        };
        let reasons = [
            Because::Start,
            Because::CohortOpen(level(1), count(2, 0, 0)),
            Because::NoDlt(level(2), count(9, 0, 0)),
            Because::TooToxic {
                closed: level(3),
                count: count(7, 5, 0),
                below: level(2),
            },
            Because::Model {
                level: level(3),
                estimate: 0.271,
                target: 0.25,
                held: Some(Held::NoSkipping),
            },
            Because::Overdose {
                level: level(2),
                target_probability: 0.512,
                overdose_probability: 0.123,
                limit: 0.25,
                held: None,
            },
            Because::NoneAdmissible {
                overdose_probability: 0.612,
                limit: 0.25,
            },
            Because::Enough(level(2), count(12, 1, 0)),
            Because::TooFew {
                level: level(2),
                count: count(9, 1, 0),
                demanded: 10,
            },
            Because::Suspended(level(2), count(9, 1, 4)),
            Because::Complete(Some(level(2))),
            Because::Unassigned(4),
            Because::Pending(vec![(level(1), count(9, 1, 4)), (level(2), count(7, 3, 5))]),
            Because::HeldUp {
                findings: 4,
                otherwise: Action::Escalate(level(3)),
                because: Box::new(closed.clone()),
            },
            Because::Halted {
                halts: vec![Halt {
                    rule: "halt".to_owned(),
                    text: Words::english("death within 60 days".to_owned()),
                    subjects: vec![(SubjectId::new("0007"), Words::english("grade 5 on day 41".to_owned()))],
                    records: Vec::new(),
                }],
                otherwise: Action::Stop(Some(level(2))),
                because: Box::new(rate.clone()),
            },
            rate,
            closed,
        ];
        for reason in &reasons {
            let (english, chinese) = (reason.sentence(Language::English), reason.sentence(Language::Chinese));
            assert_eq!(numbers(&english), numbers(&chinese), "{english} / {chinese}");
            assert!(!chinese.contains(" evaluable") && chinese.chars().any(|letter| letter > '\u{4e00}'));
        }
    }
}
