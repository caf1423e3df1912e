//! One adverse event against the DLT criteria, and graded findings that no event records.

use jiff::civil::Date;

use super::case::day_words;
use super::lasting::{Lasted, Seen, end_of, longer_than_hours, longest, spells, whole};
use super::{Answer, Ground, ToxicityGrade, Window, class_holds, is_in_class, scale_of};
use crate::grade::Grade;
use crate::language::{Text, Words, both};
use crate::protocol::{Criterion, Exclusion, Persistence, Trial};
use crate::study::{AdverseEvent, RecordId, Subject, Syndrome, When};

/// A subject under the rules of a trial.
pub(super) struct Judge<'a> {
    pub(super) trial: &'a Trial,
    pub(super) subject: &'a Subject,
    pub(super) window: Window,
    pub(super) cut: Date,
    pub(super) seen: Seen,
    /// The grades of CRS and of ICANS over time.
    pub(super) graded: [Vec<ToxicityGrade>; 2],
}

/// A grade and the findings that give it and its duration.
struct Graded<'g> {
    grade: Option<Grade>,
    series: &'g [&'g ToxicityGrade],
    reading: fn(&ToxicityGrade) -> Option<u8>,
}

impl Judge<'_> {
    /// The strongest answer any criterion gives to this event; `consulted` gains the findings it was read with.
    pub(super) fn event(&self, event: &AdverseEvent, consulted: &mut Vec<RecordId>) -> Answer {
        let ended = end_of(event).map_or(Date::MAX, |end| end.date.latest());
        let (earliest, latest) = match event.start {
            Some(start) => (start.date.earliest(), start.date.latest().min(ended)),
            // An event without onset may have begun at any time before it ended.
            None => (Date::MIN, ended),
        };
        if latest < self.window.first || earliest > self.window.last {
            return Answer::No;
        }
        let related = event.causality.infusion;
        if related.is_some_and(|related| related < self.trial.dlt.relatedness) {
            return Answer::No;
        }
        let all = self
            .syndrome_of(event)
            .map_or(&[][..], |syndrome| self.grades(syndrome));
        let series: Vec<&ToxicityGrade> = all.iter().filter(|moment| covers(event, moment.when)).collect();
        consulted.extend(series.iter().flat_map(|moment| moment.records.iter().cloned()));
        let mut open: Option<Ground> = None;
        for criterion in &self.trial.dlt.criteria {
            match self.criterion_with_findings(event, criterion, &series) {
                Answer::No => {}
                Answer::Open(ground) => open = Some(either_open(open, ground)),
                Answer::Met(mut ground) => match doubt(event) {
                    None => return Answer::Met(ground),
                    Some(doubt) => {
                        ground.text = both!(
                            "{text} ({en})",
                            "{text_zh}（{zh}）",
                            text = ground.text.en,
                            text_zh = ground.text.zh,
                            en = doubt.en,
                            zh = doubt.zh
                        );
                        ground.until = None;
                        open = Some(either_open(open, ground));
                    }
                },
            }
        }
        open.map_or(Answer::No, Answer::Open)
    }

    /// Findings in the window that would meet a criterion but belong to no recorded event.
    pub(super) fn findings_without_event(&self, consulted: &mut Vec<RecordId>) -> Vec<Answer> {
        let classes = [
            (Syndrome::Crs, &self.trial.safety.crs_class, "CRS"),
            (Syndrome::Icans, &self.trial.safety.icans_class, "ICANS"),
        ];
        let mut answers = Vec::new();
        for (syndrome, class, name) in classes {
            let criteria = self
                .trial
                .dlt
                .criteria
                .iter()
                .filter(|criterion| criterion.events == *class);
            let Some(least) = criteria.map(|criterion| criterion.grade_min.number()).min() else {
                continue;
            };
            let events: Vec<&AdverseEvent> = self
                .subject
                .adverse_events
                .iter()
                .filter(|event| is_in_class(self.trial, class, event))
                .collect();
            for moment in self.grades(syndrome) {
                let day = moment.when.date;
                let in_window = day.latest() >= self.window.first && day.earliest() <= self.window.last;
                if in_window && moment.unreadable {
                    let text = both!(
                        "{name} grade in the findings of {when} cannot be read",
                        "{when}所见的{name}分级无法读取",
                        when = moment.when
                    );
                    answers.push(Answer::Open(Ground {
                        criterion: None,
                        text,
                        records: moment.records.clone(),
                        since: Some(day.latest()),
                        until: None,
                        for_committee: false,
                    }));
                }
                let Some(worst) = moment.worst().filter(|worst| in_window && *worst >= least) else {
                    continue;
                };
                consulted.extend(moment.records.iter().cloned());
                let covering: Vec<_> = events.iter().filter(|event| covers(event, moment.when)).collect();
                consulted.extend(covering.iter().map(|event| event.record.clone()));
                if covering.is_empty() {
                    answers.push(Answer::Open(Ground {
                        criterion: None,
                        text: both!(
                            "{name} of {scale} grade {worst} in the findings of {when}, but no adverse event",
                            "{when}所见符合{scale} {worst}级{name}，但无不良事件记录",
                            scale = moment.scale,
                            when = moment.when
                        ),
                        records: moment.records.clone(),
                        since: Some(day.latest()),
                        until: None,
                        for_committee: false,
                    }));
                }
            }
        }
        answers
    }

    /// The investigator's grade decides; a higher grade by the recorded items keeps the question open.
    fn criterion_with_findings(
        &self,
        event: &AdverseEvent,
        criterion: &Criterion,
        series: &[&ToxicityGrade],
    ) -> Answer {
        let highest = |reading: fn(&ToxicityGrade) -> Option<u8>| {
            series
                .iter()
                .filter_map(|moment| Grade::from_number(reading(moment)?))
                .max()
        };
        let recorded = Graded {
            grade: event.grade.max(highest(recorded_grade)),
            series,
            reading: recorded_grade,
        };
        let answer = self.criterion(event, criterion, &recorded);
        let higher = series.iter().any(|moment| moment.derived > moment.recorded);
        if answer != Answer::No || !higher {
            return answer;
        }

        let graded = Graded {
            grade: recorded.grade.max(highest(ToxicityGrade::worst)),
            series,
            reading: ToxicityGrade::worst,
        };
        match self.criterion(event, criterion, &graded) {
            Answer::Met(ground) | Answer::Open(ground) => {
                let text = both!(
                    "{en} by the recorded items, graded lower",
                    "{zh}：按所录项目符合，但所录分级较低",
                    en = ground.text.en,
                    zh = ground.text.zh
                );
                Answer::Open(Ground {
                    text,
                    until: None,
                    ..ground
                })
            }
            Answer::No => Answer::No,
        }
    }

    fn criterion(&self, event: &AdverseEvent, criterion: &Criterion, graded: &Graded<'_>) -> Answer {
        let Some(class) = self.trial.event_class(&criterion.events) else {
            return Answer::No;
        };
        let holds = class_holds(self.trial, class, event);
        if holds == Some(false) || criterion.scale != scale_of(self.trial, event) {
            return Answer::No;
        }
        let mut records = vec![event.record.clone()];
        records.extend(graded.series.iter().flat_map(|moment| moment.records.iter().cloned()));
        let ground = |what: Words, until: Option<Date>| Ground {
            criterion: Some(criterion.id.clone()),
            text: both!(
                "{term}: {en}",
                "{term}：{zh}",
                term = event.term,
                en = what.en,
                zh = what.zh
            )
            .quoting(&criterion.text),
            records,
            since: seen_by(event, criterion, graded),
            until,
            for_committee: false,
        };
        let Some(grade) = graded.grade else {
            return Answer::Open(ground(
                Text::new("the grade is not recorded", "未记录分级").into(),
                None,
            ));
        };
        if grade < criterion.grade_min || grade > criterion.grade_max {
            return Answer::No;
        }
        let lasted = self.lasted(event, criterion, graded);
        if lasted == Lasted::NotLonger {
            return Answer::No;
        }
        if holds.is_none() {
            return Answer::Open(ground(
                both!(
                    "{scale} grade {grade}; its system organ class is not coded",
                    "{scale} {grade}级；未编码其系统器官分类",
                    scale = criterion.scale
                ),
                None,
            ));
        }
        let began = day_words(event.start);
        let graded = both!(
            "{scale} grade {grade} from {en}",
            "{scale} {grade}级，始于{zh}",
            scale = criterion.scale,
            en = began.en,
            zh = began.zh
        );
        let Words { en, zh } = &graded;
        let excluded = if criterion.exclusions_apply {
            self.exclusion(event, grade)
        } else {
            None
        };
        match (excluded, lasted) {
            (Some((_, Lasted::NotLonger)), _) | (_, Lasted::NotLonger) => Answer::No,
            (Some((rule, Lasted::Open(until))), _) => Answer::Open(ground(
                both!(
                    "{en}; excluded if {rule_en}",
                    "{zh}；若符合“{rule_zh}”则排除",
                    rule_en = rule.text.en,
                    rule_zh = rule.text.zh
                ),
                until,
            )),
            (_, Lasted::Open(until)) => Answer::Open(ground(
                both!("{en}, its duration not known yet", "{zh}，持续时间尚不明"),
                until,
            )),
            (_, Lasted::Longer) => Answer::Met(ground(graded, None)),
        }
    }

    fn lasted(&self, event: &AdverseEvent, criterion: &Criterion, graded: &Graded<'_>) -> Lasted {
        let recovers_to = match criterion.persistence {
            Persistence::Any => None,
            Persistence::LongerThan { recovers_to, .. }
            | Persistence::LongerThanDays { recovers_to, .. }
            | Persistence::OnDay { recovers_to, .. } => recovers_to,
        };
        let spells = match recovers_to {
            Some(recovers_to) => {
                let (at_least, recovers_to) = (criterion.grade_min.number(), recovers_to.number());
                spells(event, graded.series, graded.reading, at_least, recovers_to)
            }
            None => vec![whole(event)],
        };
        longest(&spells, criterion.persistence, self.window.infused, self.seen)
    }

    /// The exclusion that frees the event, or may free it. `NotLonger`: it resolved in time, so it is free.
    fn exclusion(&self, event: &AdverseEvent, grade: Grade) -> Option<(&Exclusion, Lasted)> {
        let mut best: Option<(&Exclusion, Lasted)> = None;
        for rule in &self.trial.dlt.exclusions {
            let class = self.trial.event_class(&rule.events);
            let holds = class.map_or(Some(false), |class| class_holds(self.trial, class, event));
            if holds == Some(false) || grade > rule.grade_max {
                continue;
            }
            let lasted = match (holds, rule.within_hours) {
                (None, _) => Lasted::Open(None),
                (Some(_), None) => Lasted::NotLonger,
                (Some(_), Some(hours)) => longer_than_hours(whole(event), hours, self.seen),
            };
            match lasted {
                Lasted::NotLonger => return Some((rule, lasted)),
                Lasted::Open(_) => best = Some((rule, lasted)),
                Lasted::Longer => {}
            }
        }
        best
    }

    fn grades(&self, syndrome: Syndrome) -> &[ToxicityGrade] {
        let [crs, icans] = &self.graded;
        match syndrome {
            Syndrome::Crs => crs,
            Syndrome::Icans => icans,
        }
    }

    fn syndrome_of(&self, event: &AdverseEvent) -> Option<Syndrome> {
        if is_in_class(self.trial, &self.trial.safety.crs_class, event) {
            Some(Syndrome::Crs)
        } else if is_in_class(self.trial, &self.trial.safety.icans_class, event) {
            Some(Syndrome::Icans)
        } else {
            None
        }
    }
}

const fn recorded_grade(moment: &ToxicityGrade) -> Option<u8> {
    moment.recorded
}

/// The last day on which the event can have reached the criterion: what was judged before cannot have covered it.
fn seen_by(event: &AdverseEvent, criterion: &Criterion, graded: &Graded<'_>) -> Option<Date> {
    let reached =
        |moment: &&&ToxicityGrade| (graded.reading)(moment).is_some_and(|grade| grade >= criterion.grade_min.number());
    let last = graded
        .series
        .iter()
        .filter(reached)
        .map(|moment| moment.when.date.latest())
        .max();
    event
        .start
        .map(|start| start.date.latest().max(last.unwrap_or(Date::MIN)))
}

/// Whether a moment lies within an event.
pub(crate) fn covers(event: &AdverseEvent, when: When) -> bool {
    let after = event.start.is_none_or(|start| match (start.clock, when.clock) {
        (Some(_), Some(_)) => when.order() >= start.order(),
        (None, _) | (_, None) => when.date.latest() >= start.date.earliest(),
    });
    let before = end_of(event).is_none_or(|end| when.date.earliest() <= end.date.latest());
    after && before
}

/// Two open criteria of one event: it is open until both are settled.
fn either_open(first: Option<Ground>, second: Ground) -> Ground {
    let Some(first) = first else { return second };
    let until = first.until.zip(second.until).map(|(first, second)| first.max(second));
    Ground {
        until,
        for_committee: first.for_committee || second.for_committee,
        ..first
    }
}

/// What keeps a met criterion from being a DLT until it is entered.
fn doubt(event: &AdverseEvent) -> Option<Text> {
    if event.start.and_then(When::day).is_none() {
        return Some(Text::new("the onset date is incomplete", "起始日期不完整"));
    }
    event.causality.infusion.is_none().then_some(Text::new(
        "relatedness to the infusion is not recorded",
        "未记录与回输的相关性",
    ))
}
