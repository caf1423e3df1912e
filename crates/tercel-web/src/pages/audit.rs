//! The audit trail with its filters.

use askama::Template;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tercel::language::{Language, Text, Words, both};
use tercel_exchange::form::form;
use tercel_store::{EntryFilter, Kind, stamp};

use crate::ask::Ask;
use crate::reply::{Fault, Reply};
use crate::role::{Permission, role_words};
use crate::serve::encode;
use crate::view::View;

#[derive(Template)]
#[template(path = "audit.html")]
struct Page {
    view: View,
    filter: Shown,
    /// A time that is none.
    problem: Option<String>,
    /// Kinds of entries: name and words.
    kinds: Vec<(&'static str, &'static str)>,
    rows: Vec<Row>,
    older: Option<String>,
}

/// The filter as it was asked for.
struct Shown {
    subject: String,
    record: String,
    author: String,
    kind: String,
    from: String,
    until: String,
}

struct Row {
    seq: i64,
    at: String,
    by: String,
    role: String,
    what: String,
    record: String,
    link: String,
    linked: bool,
    happened: String,
    reason: String,
    hash: String,
}

/// Entries on a page.
const A_PAGE: i64 = 100;

pub(crate) async fn show(ask: Ask) -> Result<Reply, Fault> {
    let given = |name: &str| Some(ask.asked(name)).filter(|text| !text.is_empty());
    let shown = Shown {
        subject: ask.asked("subject"),
        record: ask.asked("record"),
        author: ask.asked("author"),
        kind: ask.asked("kind"),
        from: ask.asked("from"),
        until: ask.asked("until"),
    };
    let kind = given("kind")
        .map(|name| Kind::from_name(&name).ok_or_else(|| unknown(&name)))
        .transpose()?;
    let before = given("before")
        .map(|text| text.parse().map_err(|_| unknown(&text)))
        .transpose()?;
    let times = ["from", "until"].map(|name| given(name).map(|text| moment(&text).ok_or(text)));
    let problem = times.iter().flatten().find_map(|time| time.as_ref().err());
    let problem = problem.map(|text| no_moment(text).of(ask.language).to_owned());
    let [from, until] = times.map(|time| time.and_then(Result::ok));
    let filter = EntryFilter {
        subject: given("subject"),
        record: given("record"),
        author: given("author"),
        kind,
        form: None,
        sites: ask.person()?.sites(Permission::Audit),
        from,
        until,
        before,
    };
    let entries = match problem {
        Some(_) => Vec::new(),
        None => ask.app.store.entries(&filter, A_PAGE).await?,
    };
    let full = i64::try_from(entries.len()).is_ok_and(|length| length == A_PAGE);
    let older = entries.last().filter(|_| full).map(|last| {
        let names = ["subject", "record", "author", "kind", "from", "until"];
        let kept: Vec<String> = names
            .iter()
            .filter_map(|name| given(name).map(|value| format!("{name}={}&", encode(&value).replace('/', "%2F"))))
            .collect();
        format!("/audit?{}before={}", kept.concat(), last.seq)
    });
    let rows = entries
        .into_iter()
        .map(|entry| Row {
            seq: entry.seq,
            at: entry.entered_at,
            by: entry.author,
            role: role_words(&entry.role, ask.language),
            what: what(entry.kind, entry.version, ask.language),
            link: encode(entry.record.as_deref().unwrap_or_default()),
            linked: entry.form.as_deref().is_some_and(|id| form(id).is_some()),
            record: entry.record.unwrap_or_default(),
            happened: entry.happened.unwrap_or_default(),
            reason: entry.reason.unwrap_or_default(),
            hash: entry.hash.chars().take(12).collect(),
        })
        .collect();
    let rejected = problem.is_some();
    let page = Page {
        view: View::of(&ask),
        filter: shown,
        problem,
        kinds: Kind::ALL
            .map(|kind| (kind.name(), kind_words(kind).of(ask.language)))
            .to_vec(),
        rows,
        older,
    };
    Ok(Reply::page(page.render()?, rejected))
}

/// A day, its month or year, or a time, as times of entry are kept; `None` where there is no such day. A day is its first
/// moment in UTC.
pub(super) fn moment(text: &str) -> Option<String> {
    let whole = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    if let Ok(time) = whole.parse::<Timestamp>() {
        return Some(stamp(time));
    }
    let time = whole.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(stamp(time.timestamp()))
}

pub(super) fn no_moment(text: &str) -> Words {
    both!(
        "\"{text}\" is no day or time; write 2026-03-01 or 2026-03-01T08:00 (UTC)",
        "“{text}”不是日期或时间；请写为2026-03-01或2026-03-01T08:00（UTC）"
    )
}

/// What an entry did, with the version it made or is about.
pub(super) fn what(kind: Kind, version: Option<i64>, language: Language) -> String {
    let words = kind_words(kind).of(language);
    match (version, language) {
        (None, _) => words.to_owned(),
        (Some(version), Language::English) => format!("{words} {version}"),
        (Some(version), Language::Chinese) => format!("{words}（第{version}版）"),
    }
}

/// A kind of entry; in English by its name, which `tercel audit` prints too.
fn kind_words(kind: Kind) -> Text {
    let zh = match kind {
        Kind::Open => "建立",
        Kind::Create => "录入",
        Kind::Correct => "更正",
        Kind::Void => "作废",
        Kind::Sign => "签署",
        Kind::Query => "质疑",
        Kind::Answer => "回复",
        Kind::Close => "关闭质疑",
        Kind::Verify => "源数据核对",
        Kind::Lock => "锁定",
        Kind::Unlock => "解锁",
        Kind::Decide => "剂量决策",
        Kind::Access => "访问",
        Kind::Export => "导出",
    };
    Text::new(kind.name(), zh)
}

fn unknown(text: &str) -> Fault {
    Fault::Wrong(both!(
        "the filter \"{text}\" is not known; go back and choose from the list",
        "没有筛选条件“{text}”；请返回并从列表中选择"
    ))
}
