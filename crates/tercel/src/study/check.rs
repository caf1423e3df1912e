//! Findings that need several records of a subject, or the protocol: order of events, eligibility, dose, plausibility.
//!
//! What a single field breaks is found where it is read; what two readings of the same fact disagree on is found by
//! [`crate::endpoint::check_derived`].

mod days;
mod laboratory;
mod parts;

use jiff::civil::Date;

use super::{
    AdverseEvent, Blocks, Disposition, DispositionReason, Finding, Infusion, LesionRole, Measurement, MedicationClass,
    Milestone, RecordId, Rule, Score, ScoreKind, StudyData, Subject, When,
};
use crate::dlt::{actual_percent, is_in_class, no_percent};
use crate::grade::Grade;
use crate::grade::ctcae::Ctcae;
use crate::grade::dictionary::{Dictionary, Term};
use crate::language::{Text, Words, both};
use crate::protocol::Trial;

/// Checks every subject.
pub fn check_study(trial: &Trial, data: &StudyData) -> Vec<Finding> {
    let mut findings = Vec::new();
    for subject in &data.subjects {
        let mut check = Check {
            subject,
            findings: &mut findings,
        };
        check.screening();
        check.eligibility(trial);
        check.order();
        check.before_consent();
        check.infusion(trial);
        check.new_therapy();
        for event in &subject.adverse_events {
            check.event(trial, event);
        }
        check.biomarker(trial);
        check.labs(trial);
        check.lesions();
        check.scan_days();
        check.response_parts(trial);
        check.death();
    }
    findings
}

struct Check<'c> {
    subject: &'c Subject,
    findings: &'c mut Vec<Finding>,
}

impl Check<'_> {
    fn add(&mut self, record: &RecordId, field: &str, rule: Rule, blocks: Blocks) {
        self.findings.push(Finding::of(record, field, rule, blocks));
    }

    /// Screening that failed leaves no place for an arm, a collection or an infusion.
    fn screening(&mut self) {
        let subject = self.subject;
        let Some((_, record)) = subject.said_screen_failure() else {
            return;
        };
        let mut left = subject.dispositions.iter().filter(|left| left.record == *record);
        let left = left.find_map(|left| left.when);
        let met_after = |one: &Milestone| {
            one.says_criteria_met() && one.when.zip(left).is_some_and(|(met, left)| met.order() > left.order())
        };
        let done = if subject.is_infused() {
            Text::new("the cells were infused", "细胞已回输")
        } else if subject.procedures.iter().any(|procedure| procedure.collection) {
            Text::new("cells were collected", "已采集细胞")
        } else if subject.level.is_some() {
            Text::new("a dose level is assigned", "已分配剂量水平")
        } else if subject.milestones.iter().any(met_after) {
            Text::new("the criteria are recorded as met later", "之后记录为符合入选标准")
        } else {
            return;
        };
        let text = both!(
            "screening is recorded as failed, but {en}; correct one of them",
            "记录为筛选失败，但{zh}；请更正其一",
            en = done.en,
            zh = done.zh
        );
        let field = if record.dataset.as_str() == "DM" {
            "ARMNRS"
        } else {
            "DSDECOD"
        };
        self.add(record, field, Rule::Disagree(text), Blocks::Export);
    }

    fn eligibility(&mut self, trial: &Trial) {
        let limits = &trial.eligibility;
        let subject = self.subject;
        let enrolled = subject.procedures.iter().any(|procedure| procedure.collection) || !subject.infusions.is_empty();
        if !enrolled {
            return;
        }
        if let Some(age) = subject.age
            && !(limits.age_min..=limits.age_max).contains(&age)
        {
            let text = both!(
                "age {age} is outside the protocol's {low} to {high}",
                "年龄{age}岁超出方案规定的{low}至{high}岁",
                low = limits.age_min,
                high = limits.age_max
            );
            self.add(&subject.record, "AGE", Rule::Incomplete(text), Blocks::Infusion);
        }
        if subject.consent.is_empty() {
            let text = both!(
                "no informed consent is recorded; enter it before any study procedure",
                "没有知情同意记录；任何研究操作之前须录入"
            );
            self.add(&subject.record, "RFICDTC", Rule::Incomplete(text), Blocks::Infusion);
        }
        let before = subject.infusions.first().map(|infusion| infusion.when.order());
        for (kind, limit, name) in [
            (
                ScoreKind::Ecog,
                limits.ecog_max,
                Text::new("ECOG performance status", "ECOG体能状态"),
            ),
            (
                ScoreKind::ChildPugh,
                limits.child_pugh_max,
                Text::new("Child-Pugh score", "Child-Pugh评分"),
            ),
        ] {
            let counts =
                |score: &&Score| score.kind == kind && before.is_none_or(|before| score.when.order() <= before);
            let last = subject.scores.iter().rfind(counts);
            if let (Some(score), Some(limit)) = (last, limit)
                && score.value > limit
            {
                let text = both!(
                    "{en} {value} before infusion is above the protocol's {limit}",
                    "回输前{zh}为{value}，高于方案规定的{limit}",
                    en = name.en,
                    zh = name.zh,
                    value = score.value
                );
                self.add(&score.record, "RSSTRESN", Rule::Incomplete(text), Blocks::Infusion);
            }
        }
    }

    /// Consent, collection, lymphodepletion and infusion follow one another.
    fn order(&mut self) {
        let subject = self.subject;
        let consent = subject
            .consent
            .first()
            .and_then(|milestone| Some((milestone.when?, &milestone.record)));
        let collection = subject.procedures.iter().find(|procedure| procedure.collection);
        let steps: [(Text, Option<(When, &RecordId)>); 4] = [
            (Text::new("informed consent", "知情同意"), consent),
            (
                Text::new("PBMC collection", "PBMC采集"),
                collection.map(|procedure| (procedure.start, &procedure.record)),
            ),
            (
                Text::new("lymphodepletion", "清淋"),
                subject.lymphodepletion.first().map(|dose| (dose.start, &dose.record)),
            ),
            (
                Text::new("infusion", "回输"),
                subject
                    .infusions
                    .first()
                    .map(|infusion| (infusion.when, &infusion.record)),
            ),
        ];
        let known: Vec<(Text, When, &RecordId)> = steps
            .into_iter()
            .filter_map(|(name, step)| step.map(|(when, record)| (name, when, record)))
            .collect();
        for pair in known.windows(2) {
            let [(first, before, _), (second, after, record)] = pair else {
                continue;
            };
            if after.date.latest() < before.date.earliest() {
                let text = both!(
                    "{second} on {after} lies before {first} on {before}; correct one of the dates",
                    "{second_zh}（{after}）早于{first_zh}（{before}）；请更正其中一个日期",
                    second_zh = second.zh,
                    first_zh = first.zh,
                    second = second.en,
                    first = first.en
                );
                let field = format!("{}STDTC", record.dataset);
                self.add(record, &field, Rule::OutOfOrder(text), Blocks::Decision);
            }
        }
    }

    fn infusion(&mut self, trial: &Trial) {
        let subject = self.subject;
        for infusion in &subject.infusions {
            let record = &infusion.record;
            if infusion.when.day().is_none() {
                let text = both!(
                    "the day of infusion is not known (\"{when}\"); the subject is left out of every outcome counted from infusion",
                    "回输日期不明（“{when}”）；该受试者不计入任何自回输起算的结局",
                    when = infusion.when
                );
                self.add(record, "EXSTDTC", Rule::Incomplete(text), Blocks::Decision);
            }
            if subject.level.is_none() {
                let text = both!(
                    "the subject was infused but is assigned to no dose level; it is left out of every outcome, also overall",
                    "受试者已回输但未分配剂量水平；不计入任何结局，包括总体"
                );
                self.add(record, "ARMCD", Rule::Incomplete(text), Blocks::Decision);
            }
            self.dose(trial, infusion);
        }
        for record in &subject.undated_infusions {
            let unassigned = if subject.level.is_none() {
                Text::new(", and is assigned to no dose level", "，且未分配剂量水平")
            } else {
                Text::new("", "")
            };
            let text = both!(
                "the subject was infused on a day that is not known{en}; it is left out of every outcome counted from infusion",
                "受试者的回输日期不明{zh}；不计入任何自回输起算的结局",
                en = unassigned.en,
                zh = unassigned.zh
            );
            self.add(record, "EXSTDTC", Rule::Incomplete(text), Blocks::Decision);
        }
        let first = subject.infusions.first().map(|infusion| infusion.when.date);
        let again = subject
            .infusions
            .iter()
            .find(|infusion| Some(infusion.when.date) != first);
        if let Some(second) = again {
            let text = both!(
                "a second infusion on {when}; outcomes are counted from the first",
                "{when}第二次回输；结局自首次回输起算",
                when = second.when
            );
            self.add(&second.record, "EXSTDTC", Rule::Disagree(text), Blocks::None);
        }
        if !subject.infusions.is_empty() && !subject.procedures.iter().any(|procedure| procedure.collection) {
            let text = both!(
                "infused without a recorded PBMC collection; the adverse-event window starts there",
                "已回输但没有PBMC采集记录；不良事件窗自采集起算"
            );
            self.add(&subject.record, "PRTRT", Rule::Incomplete(text), Blocks::Export);
        }
    }

    /// Therapy after the study treatment that is dated before it plays no part in any outcome, and is asked about.
    fn new_therapy(&mut self) {
        let subject = self.subject;
        let Some(infused) = subject.infusions.first().and_then(|infusion| infusion.when.day()) else {
            return;
        };
        let therapies = subject
            .medications
            .iter()
            .filter(|medication| medication.class == MedicationClass::NewTherapy);
        for therapy in therapies {
            if let Some(start) = therapy.start.filter(|start| start.date.latest() < infused) {
                let text = both!(
                    "{name} after infusion is dated {start}, before it; correct date or category",
                    "{name}归为回输后用药，日期{start}却早于回输；请更正日期或类别",
                    name = therapy.name
                );
                self.add(&therapy.record, "CMSTDTC", Rule::OutOfOrder(text), Blocks::Export);
            }
        }
    }

    fn dose(&mut self, trial: &Trial, infusion: &Infusion) {
        let Some(percent) = actual_percent(trial, self.subject, infusion) else {
            let text = no_percent(self.subject, infusion);
            self.add(&infusion.record, "EXDOSE", Rule::Incomplete(text), Blocks::Decision);
            return;
        };
        let tolerance = trial.dlt.dose_percent_min..=trial.dlt.dose_percent_max;
        if tolerance.contains(&percent) {
            return;
        }
        let cells = infusion.actual.map_or_else(String::new, |cells| cells.to_string());
        let (low, high) = (tolerance.start(), tolerance.end());
        // Too few cells make the subject not evaluable; twice the tolerance above is a dose nobody planned.
        let far = 100.0 + 2.0 * (high - 100.0);
        if (10.0..=far).contains(&percent) {
            let text = both!(
                "{cells} is {percent:.1} % of the group's dose, outside {low} to {high} %",
                "{cells}为该组剂量的{percent:.1} %，超出{low}至{high} %"
            );
            self.add(&infusion.record, "EXDOSE", Rule::Incomplete(text), Blocks::None);
        } else {
            let text = both!(
                "{cells} infused is {percent:.1} % of the group's dose, far outside {low} to {high} %; check the unit and the power of ten",
                "回输{cells}为该组剂量的{percent:.1} %，远超出{low}至{high} %；请核对单位和数量级"
            );
            self.add(&infusion.record, "EXDOSE", Rule::OffDose(text), Blocks::Decision);
        }
    }

    fn event(&mut self, trial: &Trial, event: &AdverseEvent) {
        let record = &event.record;
        if let (Some(start), Some(end)) = (event.start, event.end)
            && end.date.latest() < start.date.earliest()
        {
            let text = both!(
                "the event ends on {end}, before it begins on {start}; correct one of the dates",
                "事件于{end}结束，早于开始日期{start}；请更正其中一个日期"
            );
            self.add(record, "AEENDTC", Rule::OutOfOrder(text), Blocks::Decision);
        }
        if event.serious.is_none() {
            self.add(record, "AESER", Rule::MissingValue, Blocks::Decision);
        }
        if event.grade == Some(Grade::G5) && self.subject.death.is_none() {
            let text = both!(
                "grade 5 without a recorded death; enter the date of death",
                "5级事件但没有死亡记录；请录入死亡日期"
            );
            self.add(record, "AETOXGR", Rule::Disagree(text), Blocks::Decision);
        }
        let belongs = |id: &str| is_in_class(trial, id, event);
        let after_infusion = belongs(&trial.safety.crs_class) || belongs(&trial.safety.icans_class);
        let infused = self.subject.infusions.first().and_then(|infusion| infusion.when.day());
        let latest = event.start.map(|start| start.date.latest());
        let too_early = match (latest, infused) {
            (Some(latest), Some(infused)) => latest < infused,
            (Some(_), None) => true,
            (None, _) => false,
        };
        if !after_infusion {
            self.grade_of_term(trial, event);
        }
        if after_infusion && too_early {
            let text = both!(
                "{term} cannot begin before infusion; check term and date",
                "{term}不可能始于回输之前；请核对术语和日期",
                term = event.term
            );
            self.add(record, "AESTDTC", Rule::OutOfOrder(text), Blocks::Decision);
        }
    }

    /// A grade that the event's CTCAE term does not have. What the investigator wrote comes before the coder's term. A name of
    /// 5.0 stands for the terms that took its place in 6.0; the reverse is not asked, since names new in 6.0 are common words.
    fn grade_of_term(&mut self, trial: &Trial, event: &AdverseEvent) {
        let Some(grade) = event.grade else { return };
        let version = trial.safety.ctcae;
        let dictionary = Dictionary::of(version);
        let meant = |name: &str| match dictionary.find(name) {
            Some(term) => vec![term],
            None if version == Ctcae::V6 => dictionary.named_after(name),
            None => Vec::new(),
        };
        let coded = event.preferred_term.as_deref();
        let mut names = [Some(event.term.as_str()), coded].into_iter().flatten();
        let terms = names.find_map(|name| Some(meant(name)).filter(|terms| !terms.is_empty()));
        let Some(terms) = terms.filter(|terms| terms.iter().all(|term| term.text(grade).is_none())) else {
            return;
        };
        let allowed = |term: &&Term| {
            let (name, grades) = (term.name, term.allowed_text());
            both!(
                "\"{name}\" has only {en}",
                "“{name}”仅有{zh}级",
                en = grades.en,
                zh = grades.zh
            )
        };
        let allowed: Vec<Words> = terms.iter().map(allowed).collect();
        let allowed = Words::join(&allowed, Text::new(", ", "，"));
        let text = both!(
            "\"{term}\" cannot be of grade {grade} by {version}: {en}; correct term or grade",
            "按{version}，“{term}”不可能为{grade}级：{zh}；请更正术语或分级",
            term = event.term,
            en = allowed.en,
            zh = allowed.zh
        );
        self.add(&event.record, "AETOXGR", Rule::GradeNotInTerm(text), Blocks::Decision);
    }

    fn biomarker(&mut self, trial: &Trial) {
        let floor = trial.kinetics.biomarker_floor;
        for sample in &self.subject.biomarker {
            if let Some(value) = sample.amount.quantified()
                && value < floor
            {
                let unit = &trial.kinetics.biomarker_unit;
                let text = both!(
                    "{value} {unit} is below {floor} {unit}, less than serum holds; check unit and dilution",
                    "{value} {unit}低于{floor} {unit}，血清中不会如此低；请核对单位和稀释倍数"
                );
                self.add(&sample.record, "LBSTRESN", Rule::Incomplete(text), Blocks::Export);
            }
        }
    }

    fn lesions(&mut self) {
        let subject = self.subject;
        for measurement in &subject.measurements {
            if !subject.lesions.iter().any(|lesion| lesion.link == measurement.link) {
                let text = both!(
                    "lesion {link} is measured but nowhere identified; add it to TU",
                    "病灶{link}有测量值但未登记；请在TU中补充",
                    link = measurement.link
                );
                self.add(&measurement.record, "TRLNKID", Rule::Incomplete(text), Blocks::Export);
            }
        }
        for (index, lesion) in subject.lesions.iter().enumerate() {
            let before = subject.lesions.iter().take(index);
            let other = before
                .filter(|other| other.link == lesion.link)
                .find(|other| other.role != lesion.role);
            if let Some(other) = other {
                let text = both!(
                    "lesion {link} has another role in {first}; the first identification stands",
                    "病灶{link}在{first}中类别不同；以首次登记为准",
                    link = lesion.link,
                    first = other.record
                );
                self.add(&lesion.record, "TUSTRESC", Rule::Disagree(text), Blocks::Export);
            }
        }
    }

    /// A scan without a day has no place among the others.
    fn scan_days(&mut self) {
        let subject = self.subject;
        let scans = subject.measurements.iter().map(|scan| (&scan.record, scan.when));
        let responses = subject
            .responses
            .iter()
            .map(|response| (&response.record, response.when));
        let undated = scans.chain(responses).filter(|(_, when)| when.day().is_none());
        for (record, when) in undated {
            let text = both!(
                "the day of the assessment is not known (\"{when}\"); it could not be used",
                "评估日期不明（“{when}”）；该评估未能使用"
            );
            let field = format!("{}DTC", record.dataset);
            self.add(record, &field, Rule::Incomplete(text), Blocks::Export);
        }
        for lesion in subject.lesions.iter().filter(|lesion| lesion.role == LesionRole::New) {
            let seen = |scan: &Measurement| scan.link == lesion.link && scan.when.day().is_some();
            let dated = lesion.when.is_some_and(|when| when.day().is_some());
            if !dated && !subject.measurements.iter().any(seen) {
                let text = both!(
                    "the day new lesion {link} was seen is not known; it could not be used as progression",
                    "新病灶{link}的发现日期不明；未能作为进展使用",
                    link = lesion.link
                );
                self.add(&lesion.record, "TUDTC", Rule::Incomplete(text), Blocks::Export);
            }
        }
    }

    /// A death that only the disposition tells of.
    fn death_elsewhere(&mut self) {
        let subject = self.subject;
        let died = |disposition: &&Disposition| disposition.reason == DispositionReason::Death;
        if let Some(disposition) = subject.dispositions.iter().find(died) {
            let text = both!(
                "death is recorded as disposition but not in DM; enter the date of death there",
                "死亡已记录为转归，但DM中没有；请在该处录入死亡日期"
            );
            self.add(&disposition.record, "DTHDTC", Rule::Disagree(text), Blocks::Decision);
        }
    }

    fn death(&mut self) {
        let subject = self.subject;
        let Some(death) = &subject.death else {
            self.death_elsewhere();
            return;
        };
        let latest: Date = death.when.date.latest();
        self.after_death(death.when);
        let infused_after = subject
            .infusions
            .iter()
            .find(|infusion| infusion.when.date.earliest() > latest);
        if let Some(infusion) = infused_after {
            let text = both!(
                "infusion on {when} lies after death on {died}",
                "回输（{when}）晚于死亡日期{died}",
                when = infusion.when,
                died = death.when
            );
            self.add(&infusion.record, "EXSTDTC", Rule::OutOfOrder(text), Blocks::Decision);
        }
    }
}
