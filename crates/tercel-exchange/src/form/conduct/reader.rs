//! Answers of one record read strictly: what is not exactly understood is a problem.

use std::cell::RefCell;

use jiff::civil::{Date, DateTime};
use tercel::conduct::{Entry, Measured, Unread, UnreadWords};
use tercel::language::{Text, Words};
use tercel::protocol::{Cells, DoseLevel, Trial};
use tercel::study::When;

use super::super::{FromTrial, Kind};
use super::{Kept, entry};

/// The answers of one record, with what is wrong in them.
pub(super) struct Reader<'r> {
    trial: &'r Trial,
    kept: &'r Kept<'r>,
    problems: RefCell<Vec<(String, Words)>>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(trial: &'r Trial, kept: &'r Kept<'r>) -> Self {
        Self {
            trial,
            kept,
            problems: RefCell::default(),
        }
    }

    pub(super) fn form(&self) -> &'r str {
        &self.kept.record.form
    }

    pub(super) fn entry(&self) -> Entry {
        entry(self.kept)
    }

    pub(super) fn problem(&self, field: &str, why: Text) {
        self.problems.borrow_mut().push((field.to_owned(), why.into()));
    }

    pub(super) fn is_clean(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// Every problem, named by its field.
    pub(super) fn take_unread(&self) -> Vec<Unread> {
        let form = self.kept.record.definition();
        let title = form.map(|form| form.title.into());
        let unread = |(field, why): (String, Words)| {
            let question = form.and_then(|form| Some(form.field(&field)?.label.into()));
            Unread {
                entry: self.entry(),
                form: self.form().to_owned(),
                why: UnreadWords {
                    title: title.clone().unwrap_or_else(|| Words::english(self.form().to_owned())),
                    question: question.unwrap_or_else(|| Words::english(field.clone())),
                    why,
                },
                field,
            }
        };
        self.problems.take().into_iter().map(unread).collect()
    }

    pub(super) fn into_unread(self) -> Vec<Unread> {
        self.take_unread()
    }

    /// Answers that belong to no field.
    pub(super) fn check_fields(&self) {
        let Some(form) = self.kept.record.definition() else {
            return;
        };
        for name in self.kept.record.values.keys().filter(|name| form.field(name).is_none()) {
            self.problem(name, Text::new("the form has no such field", "表单中没有此字段"));
        }
    }

    /// An answer that may be blank.
    pub(super) fn optional(&self, field: &str) -> Option<&'r str> {
        self.kept.record.value(field)
    }

    /// What the list of a field calls its answer.
    pub(super) fn label(&self, field: &str) -> Option<Text> {
        let (text, field) = (self.optional(field)?, self.kept.record.definition()?.field(field)?);
        let (Kind::Choice(choices) | Kind::Suggested { choices, .. }) = field.kind else {
            return None;
        };
        let chosen = choices.iter().find(|choice| choice.value == text);
        chosen.map(|choice| choice.label)
    }

    /// An answer that must be there.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        let text = self.optional(field);
        if text.is_none() {
            self.problem(field, Text::new("the answer is blank", "未填写"));
        }
        text.map(str::to_owned)
    }

    /// What the protocol names by that; an answer that it does not name is a problem.
    pub(super) fn named(&self, field: &str, from: FromTrial) -> Option<String> {
        let text = self.text(field)?;
        if from.holds(self.trial, &text) {
            return Some(text);
        }
        self.problem(field, Text::new("not in the protocol", "方案中没有此值"));
        None
    }

    /// Those of several fields that are answered.
    pub(super) fn texts(&self, name: &str, count: usize) -> Vec<String> {
        let fields = (1..=count).map(|number| format!("{name}{number}"));
        fields
            .filter_map(|field| self.optional(&field).map(str::to_owned))
            .collect()
    }

    pub(super) fn optional_moment(&self, field: &str) -> Option<DateTime> {
        let text = self.optional(field)?;
        let moment = When::parse(text).ok().and_then(|when| {
            let minutes = when.clock?.minutes();
            let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
            Some(when.day()?.at(hour, minute, 0, 0))
        });
        if moment.is_none() {
            self.problem(field, Text::new("not a day with its time", "不是带时间的日期"));
        }
        moment
    }

    pub(super) fn moment(&self, field: &str) -> Option<DateTime> {
        self.text(field)?;
        self.optional_moment(field)
    }

    /// A moment; of a day without its time the beginning, where an earlier moment is the safe one.
    pub(super) fn moment_or_day(&self, field: &str) -> Option<DateTime> {
        let text = self.text(field)?;
        match When::parse(&text) {
            Ok(when) if when.clock.is_none() => self.day(field).map(|day| day.at(0, 0, 0, 0)),
            Ok(_) | Err(_) => self.optional_moment(field),
        }
    }

    pub(super) fn optional_day(&self, field: &str) -> Option<Date> {
        let day = When::parse(self.optional(field)?).ok().and_then(When::day);
        if day.is_none() {
            self.problem(field, Text::new("not a day", "不是日期"));
        }
        day
    }

    pub(super) fn day(&self, field: &str) -> Option<Date> {
        self.text(field)?;
        self.optional_day(field)
    }

    pub(super) fn optional_flag(&self, field: &str) -> Option<bool> {
        match self.optional(field)? {
            "Y" => Some(true),
            "N" => Some(false),
            _ => {
                self.problem(field, Text::new("neither Y nor N", "既非是也非否"));
                None
            }
        }
    }

    pub(super) fn flag(&self, field: &str) -> Option<bool> {
        self.text(field)?;
        self.optional_flag(field)
    }

    pub(super) fn optional_number(&self, field: &str) -> Option<f64> {
        let text = self.optional(field)?;
        let digits = text
            .chars()
            .all(|letter| letter.is_ascii_digit() || "+-.eE".contains(letter));
        let number = text.parse::<f64>().ok().filter(|number| digits && number.is_finite());
        if number.is_none() {
            self.problem(field, Text::new("not a number", "不是数字"));
        }
        number
    }

    pub(super) fn number(&self, field: &str) -> Option<f64> {
        self.text(field)?;
        self.optional_number(field)
    }

    /// One of a list.
    pub(super) fn choice<T: Copy>(&self, field: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(field)?;
        let found = choices.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            self.problem(field, Text::new("not in the list", "不在列表中"));
        }
        found.map(|(_, value)| *value)
    }

    /// The dose level of an arm code.
    pub(super) fn optional_level(&self, field: &str) -> Option<DoseLevel> {
        let arm = self.optional(field)?;
        let found = self
            .trial
            .dose_levels
            .iter()
            .find(|(_, group)| group.arm.eq_ignore_ascii_case(arm));
        if found.is_none() {
            self.problem(field, Text::new("no dose group of the protocol", "不是方案中的剂量组"));
        }
        found.map(|(level, _)| level)
    }

    pub(super) fn level(&self, field: &str) -> Option<DoseLevel> {
        self.text(field)?;
        self.optional_level(field)
    }

    /// A value with its unit; neither stands alone.
    pub(super) fn measured(&self) -> Option<Measured> {
        let (value, uln) = (self.optional_number("cnorres"), self.optional_number("cnuln"));
        let unit = self.optional("cnorresu");
        match (self.optional("cnorres").is_some(), unit) {
            (true, None) => self.problem("cnorresu", Text::new("the unit is missing", "缺少单位")),
            (false, Some(_)) => self.problem("cnorres", Text::new("a unit without a value", "有单位但无数值")),
            (true, Some(_)) | (false, None) => {}
        }
        Some(Measured {
            value: value?,
            unit: unit?.to_owned(),
            uln,
        })
    }

    pub(super) fn cells(&self) -> Option<Cells> {
        self.number_of(
            "cndose",
            "cndosu",
            &[("cells", 1.0), ("10^6 cells", 1e6), ("10^8 cells", 1e8)],
        )
    }

    /// The cells that were infused.
    pub(super) fn dose(&self) -> Option<Cells> {
        self.number_of(
            "exdose",
            "exdosu",
            &[("10^6 Therapeutic Cells", 1e6), ("10^8 cells", 1e8)],
        )
    }

    /// A number of cells by its unit; neither stands alone.
    fn number_of(&self, field: &str, unit: &str, units: &[(&str, f64)]) -> Option<Cells> {
        let (number, unit) = (self.number(field), self.choice(unit, units));
        let cells = Cells::new(number? * unit?);
        if cells.is_none() {
            self.problem(field, Text::new("not a number of cells", "不是细胞数"));
        }
        cells
    }
}
