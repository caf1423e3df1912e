//! The course of one subject: from collection to the last contact, with every adverse event by its grade.

use jiff::civil::Date;
use tercel::endpoint::Facts;
use tercel::grade::Grade;
use tercel::language::{Language, Text, Words, both};
use tercel::study::{AdverseEvent, days_between};

use crate::svg::{Anchor, BLUE, GREY, INK, RULE, SIZE, Scale, Svg, VERMILLION, WIDTH, fit};
use crate::toxicity_days::SHADES;

const ROW: f64 = 17.0;
const BAR: f64 = 11.0;
const LEFT: f64 = 230.0;
/// Events drawn; the most severe where there are more.
const EVENTS: usize = 40;
/// Steps of the axis, in days.
const STEPS: [i32; 9] = [1, 7, 14, 28, 56, 91, 182, 365, 730];

pub(crate) const TITLE: Text = Text::new("From collection to the last contact", "自采集至末次联系");
pub(crate) const NOTHING: Text = Text::new("Nothing of the subject is dated.", "该受试者没有带日期的记录。");
pub(crate) const READING: Text = Text::new(
    "One bar an adverse event, its grade before its term and the darker the higher, from onset to end; open to the right where no end is recorded. Of a date that is known in part \
     the bar has all of it.",
    "每条横条为一例不良事件，分级写在术语前，颜色随分级加深，自发生至结束；未记录结束日期者右端开放。日期不完整时，横条涵盖其全部可能范围。",
);
const INFUSION: Text = Text::new("infusion", "回输");
const COLLECTION: Text = Text::new("collection", "采集");
const DEPLETION: Text = Text::new("lymphodepletion", "清淋");
const SCAN: Text = Text::new("tumour assessment", "肿瘤评估");
const LAST: Text = Text::new("last contact", "末次联系");
const DEATH: Text = Text::new("death", "死亡");

/// A day of the course with what happened on it.
struct Mark {
    day: Date,
    what: Text,
    colour: &'static str,
}

/// Draws the course; `None` where nothing is dated. Beside it, how many events are drawn of how many.
pub(crate) fn draw(facts: &Facts<'_>, language: Language) -> (Option<String>, Words) {
    let marks = marks(facts);
    let (events, all) = events(facts);
    let days = marks
        .iter()
        .map(|mark| mark.day)
        .chain(events.iter().filter_map(|one| span(one).0));
    let Some((first, last)) = days.clone().min().zip(days.max()) else {
        return (None, Words::default());
    };
    let zero = facts.day0.unwrap_or(first);
    let x = Scale {
        data: (
            f64::from(days_between(zero, first)),
            f64::from(days_between(zero, last).max(days_between(zero, first) + 1)),
        ),
        page: (LEFT, WIDTH - 34.0),
    };
    let at = |day: Date| x.at(f64::from(days_between(zero, day)));
    let mut svg = Svg::default();
    let (top, bottom) = (56.0, 62.0 + ROW * (events.len() as f64 + 1.0));
    axis(&mut svg, x, top, bottom, language);
    for mark in &marks {
        let hint = format!("{} {}", mark.what.of(language), mark.day);
        let style = [("stroke", mark.colour), ("stroke-width", "1.5")];
        svg.open_group(&hint);
        svg.line((at(mark.day), top - 8.0), (at(mark.day), bottom), &style);
        svg.circle((at(mark.day), top - 10.0), 3.5, &[("fill", mark.colour)]);
        svg.close_group();
    }
    legend(&mut svg, &marks, language);
    for (row, event) in events.iter().enumerate() {
        let y = top + ROW * (row as f64 + 0.5);
        bar(&mut svg, event, (at, last), y, language);
    }
    let description = both!(
        "{subject}: {drawn} adverse events from {first} to {last}",
        "{subject}：自{first}至{last}的{drawn}例不良事件",
        subject = facts.subject.id,
        drawn = events.len()
    );
    let shown = if all > events.len() {
        both!(
            "Drawn are {drawn} of {all} adverse events, the most severe.",
            "显示{all}例不良事件中最严重的{drawn}例。",
            drawn = events.len()
        )
    } else {
        Words::default()
    };
    let drawing = svg.finish(
        "figure_course_drawing",
        TITLE.of(language),
        description.of(language),
        bottom + 44.0,
    );
    (Some(drawing), shown)
}

fn marks(facts: &Facts<'_>) -> Vec<Mark> {
    let subject = facts.subject;
    let mark = |day: Option<Date>, what, colour| day.map(|day| Mark { day, what, colour });
    let collected = facts.collection.map(|one| one.start);
    let depleted = subject.lymphodepletion.iter().filter_map(|one| one.start.day()).min();
    let scans = subject.responses.iter().map(|one| one.when.date.earliest());
    let died = subject.died().map(|(when, _)| when.date.earliest());
    let mut all: Vec<Mark> = [
        mark(collected.map(|when| when.date.earliest()), COLLECTION, GREY),
        mark(depleted, DEPLETION, GREY),
        mark(facts.day0, INFUSION, BLUE),
        mark(facts.last_contact().map(|(day, _)| day), LAST, INK),
        mark(died, DEATH, VERMILLION),
    ]
    .into_iter()
    .flatten()
    .chain(scans.map(|day| Mark {
        day,
        what: SCAN,
        colour: "#009E73",
    }))
    .collect();
    all.sort_by_key(|mark| mark.day);
    all.dedup_by_key(|mark| (mark.day, mark.what.en));
    all
}

/// The events that are drawn, in order of onset, and how many are dated.
fn events<'s>(facts: &Facts<'s>) -> (Vec<&'s AdverseEvent>, usize) {
    let mut dated: Vec<&AdverseEvent> = facts
        .subject
        .adverse_events
        .iter()
        .filter(|event| span(event).0.is_some())
        .collect();
    let all = dated.len();
    dated.sort_by_key(|event| std::cmp::Reverse(event.grade));
    dated.truncate(EVENTS);
    dated.sort_by_key(|event| (span(event).0, std::cmp::Reverse(event.grade)));
    (dated, all)
}

/// First and last day of an event, as far as they are known.
fn span(event: &AdverseEvent) -> (Option<Date>, Option<Date>) {
    let first = event.start.map(|when| when.date.earliest());
    (first, event.end.map(|when| when.date.latest()))
}

fn bar(svg: &mut Svg, event: &AdverseEvent, (at, last): (impl Fn(Date) -> f64, Date), y: f64, language: Language) {
    let (Some(first), end) = span(event) else { return };
    let term = event.preferred_term.as_deref().unwrap_or(&event.term);
    let grade = event.grade.map_or(0, Grade::number);
    let graded = event
        .grade
        .map_or_else(|| "?".to_owned(), |grade| grade.number().to_string());
    let until = end.map_or_else(|| "–".to_owned(), |day| day.to_string());
    let hint = both!(
        "{term}, grade {graded}: {first} to {until}",
        "{term}，{graded}级：{first}至{until}"
    );
    let (from, to) = (at(first), at(end.unwrap_or(last).min(last).max(first)));
    svg.open_group(hint.of(language));
    svg.text(
        8.0,
        y + 4.5,
        Anchor::Start,
        &fit(&format!("{graded}  {term}"), SIZE, LEFT - 16.0),
    );
    let shade = SHADES.get(usize::from(grade)).unwrap_or(&"#7a2d00");
    let style = [("fill", *shade), ("stroke", GREY)];
    svg.rect((from, y - BAR / 2.0), ((to - from).max(4.0), BAR), &style);
    if end.is_none() {
        let tip = to.max(from + 4.0);
        let points = [(tip, y - BAR / 2.0), (tip + 7.0, y), (tip, y + BAR / 2.0)];
        svg.path(&points, true, &[("fill", shade), ("stroke", GREY)]);
    }
    svg.close_group();
}

fn axis(svg: &mut Svg, x: Scale, top: f64, bottom: f64, language: Language) {
    let length = x.data.1 - x.data.0;
    let step = STEPS
        .into_iter()
        .find(|step| length / f64::from(*step) <= 9.0)
        .unwrap_or(1460);
    let step = f64::from(step);
    let mut tick = (x.data.0 / step).ceil() * step;
    while tick <= x.data.1 {
        svg.line((x.at(tick), top), (x.at(tick), bottom + 4.0), &[("stroke", RULE)]);
        svg.text(x.at(tick), bottom + 18.0, Anchor::Middle, &format!("{tick:.0}"));
        tick += step;
    }
    let middle = f64::midpoint(x.page.0, x.page.1);
    svg.styled_text(
        middle,
        bottom + 36.0,
        Anchor::Middle,
        &[("fill", GREY)],
        crate::axis::DAYS.of(language),
    );
}

/// What the colours of the marks mean.
fn legend(svg: &mut Svg, marks: &[Mark], language: Language) {
    let (mut place, mut y) = (8.0, 14.0);
    for what in [COLLECTION, DEPLETION, INFUSION, SCAN, LAST, DEATH] {
        let Some(mark) = marks.iter().find(|mark| mark.what == what) else {
            continue;
        };
        let text = format!("{} {}", what.of(language), mark.day);
        let text = if what == SCAN {
            what.of(language).to_owned()
        } else {
            text
        };
        let width = crate::svg::text_width(&text, 11.0) + 28.0;
        if place + width > WIDTH {
            (place, y) = (8.0, y + 15.0);
        }
        svg.circle((place + 4.0, y), 3.5, &[("fill", mark.colour)]);
        svg.styled_text(place + 12.0, y + 4.0, Anchor::Start, &[("font-size", "11")], &text);
        place += width;
    }
}
