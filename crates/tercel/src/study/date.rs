//! Dates as they were written: complete, partial, with or without a time of day.
//!
//! Imputation is a separate step: [`PartialDate::earliest`] and [`PartialDate::latest`] bound what a partial date can mean.

use std::fmt;

use jiff::civil::{Date, date};
use thiserror::Error;

/// Why a text is not an ISO 8601 date.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DateError {
    /// Not of the form `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or `YYYY-MM-DDThh:mm`.
    #[error("not an ISO 8601 date (YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm)")]
    Form,
    /// A start and an end in one text, which ISO 8601 writes with a slash.
    #[error("an interval of two dates: enter its start and its end as dates of their own")]
    Interval,
    /// No year, so that it lies nowhere: ISO 8601 of SDTM allows `--12-15`.
    #[error("a date without its year lies nowhere: enter the year, or leave the date blank")]
    NoYear,
    /// Well formed, but the calendar has no such day or the clock no such time.
    #[error("no such day or time exists")]
    Impossible,
    /// By another clock than the other times of the subject.
    #[error(
        "by the clock of another time zone than the other times of the subject: write all of them by the clock of the site"
    )]
    Zone,
}

impl DateError {
    /// The same in Chinese.
    pub const fn chinese(&self) -> &'static str {
        match self {
            Self::Form => "不是ISO 8601日期（YYYY、YYYY-MM、YYYY-MM-DD或YYYY-MM-DDThh:mm）",
            Self::Interval => "是两个日期之间的区间：请将起始与结束分别填写为日期",
            Self::NoYear => "日期缺少年份，无法定位：请填写年份，或将日期留空",
            Self::Impossible => "没有这样的日期或时间",
            Self::Zone => "时区与该受试者的其他时间不同：请全部按中心时钟填写",
        }
    }
}

/// A calendar date known to the year, the month or the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartialDate {
    /// Only the year is known.
    Year(i16),
    /// Year and month are known.
    Month(i16, i8),
    /// The day is known.
    Day(Date),
}

impl PartialDate {
    /// The first day this date can mean.
    pub fn earliest(self) -> Date {
        match self {
            Self::Year(year) => date(year, 1, 1),
            Self::Month(year, month) => date(year, month, 1),
            Self::Day(day) => day,
        }
    }

    /// The last day this date can mean.
    pub fn latest(self) -> Date {
        match self {
            Self::Year(year) => date(year, 12, 31),
            Self::Month(year, month) => date(year, month, 1).last_of_month(),
            Self::Day(day) => day,
        }
    }

    /// The day, where it is known.
    pub fn complete(self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::Year(_) | Self::Month(..) => None,
        }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Day(day) => write!(f, "{day}"),
        }
    }
}

/// Time of day in minutes after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock(u16);

impl Clock {
    /// `hour:minute`, if the clock shows it.
    pub fn new(hour: u16, minute: u16) -> Option<Self> {
        (hour < 24 && minute < 60).then_some(Self(hour * 60 + minute))
    }

    /// Minutes after midnight.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

/// A moment as the source wrote it: a possibly partial date, and a time of day where one was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct When {
    /// The date.
    pub date: PartialDate,
    /// The time of day; only where the day is known.
    pub clock: Option<Clock>,
}

impl When {
    /// A whole day.
    pub const fn on(day: Date) -> Self {
        Self {
            date: PartialDate::Day(day),
            clock: None,
        }
    }

    /// Reads an ISO 8601 date or date-time, right-truncated as SDTM allows (`2025`, `2025-03`, `2025-03-04T08:30`).
    /// Unknown parts may also be written as `UN` or `-` (`2025-UN-UN`, `2025---`). What is known only beside something unknown is
    /// not kept: of the day of an unknown month (`2025---15`) the year is, of an hour without its minute, or a minute without its
    /// hour (`2025-03-04T-:30`), the day.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let text = text.trim();
        if let Some((start, end)) = text.split_once('/') {
            let both = Self::parse(start).is_ok() && Self::parse(end).is_ok();
            return Err(if both { DateError::Interval } else { DateError::Form });
        }
        let (day, clock) = match text.split_once('T') {
            Some((day, clock)) => (day, Some(clock)),
            None => (text, None),
        };
        let date = parse_date(day)?;
        let clock = match clock {
            None | Some("") => None,
            Some(clock) => parse_clock(clock)?,
        };
        if clock.is_some() && date.complete().is_none() {
            return Err(DateError::Form);
        }
        Ok(Self { date, clock })
    }

    /// The day, where it is known.
    pub fn day(self) -> Option<Date> {
        self.date.complete()
    }

    /// Hours from `self` to `later`; days count 24 h where either has no time of day. `None` where a day is unknown.
    pub fn hours_until(self, later: Self) -> Option<f64> {
        let days = f64::from(days_between(self.day()?, later.day()?));
        Some(match (self.clock, later.clock) {
            (Some(from), Some(to)) => days * 24.0 + (f64::from(to.minutes()) - f64::from(from.minutes())) / 60.0,
            (_, None) | (None, _) => days * 24.0,
        })
    }

    /// Sorting key: earliest possible day, then time of day (unknown first).
    pub fn order(self) -> (Date, u16) {
        (self.date.earliest(), self.clock.map_or(0, Clock::minutes))
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date)?;
        match self.clock {
            Some(clock) => write!(f, "T{:02}:{:02}", clock.minutes() / 60, clock.minutes() % 60),
            None => Ok(()),
        }
    }
}

/// Whole days from `from` to `to`; negative when `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i32 {
    from.duration_until(to)
        .as_hours()
        .try_into()
        .map_or(0, |hours: i32| hours / 24)
}

fn parse_date(text: &str) -> Result<PartialDate, DateError> {
    let unknown = |part: &str| {
        part.is_empty() || part == "-" || part.eq_ignore_ascii_case("UN") || part.eq_ignore_ascii_case("UNK")
    };
    if let Some(known) = text.strip_prefix("--") {
        let is_date = !known.is_empty() && known.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        return Err(if is_date { DateError::NoYear } else { DateError::Form });
    }
    let (year, rest) = text.split_at_checked(4).ok_or(DateError::Form)?;
    let year = digits(year, 4)?;
    let Some(rest) = rest.strip_prefix('-') else {
        return if rest.is_empty() {
            Ok(PartialDate::Year(year))
        } else {
            Err(DateError::Form)
        };
    };
    let (month, day) = match rest.strip_prefix("--") {
        Some(day) => ("-", Some(day)),
        None => match rest.split_once('-') {
            Some((month, day)) => (month, Some(day)),
            None => (rest, None),
        },
    };
    if unknown(month) {
        // A day in an unknown month says no more than the year does.
        return match day.filter(|day| !unknown(day)).map(|day| digits(day, 2)) {
            None | Some(Ok(1..=31)) => Ok(PartialDate::Year(year)),
            Some(Ok(_)) => Err(DateError::Impossible),
            Some(Err(why)) => Err(why),
        };
    }
    let month = i8::try_from(digits(month, 2)?).map_err(|_| DateError::Form)?;
    let first = Date::new(year, month, 1).map_err(|_| DateError::Impossible)?;
    match day {
        None => Ok(PartialDate::Month(year, month)),
        Some(day) if unknown(day) => Ok(PartialDate::Month(year, month)),
        Some(day) => {
            let day = i8::try_from(digits(day, 2)?).map_err(|_| DateError::Form)?;
            let day = Date::new(first.year(), first.month(), day).map_err(|_| DateError::Impossible)?;
            Ok(PartialDate::Day(day))
        }
    }
}

/// The time of day; `None` of an hour without its minute, or the other way round.
fn parse_clock(text: &str) -> Result<Option<Clock>, DateError> {
    // A zone (`Z`, `+08:00`) is of the place whose clock is meant. A hyphen of a part that is not known stands at its beginning.
    let zone = text
        .char_indices()
        .find(|(at, letter)| matches!(letter, 'Z' | '+') || *letter == '-' && !is_unknown_part(text, *at));
    let text = match zone.and_then(|(at, _)| text.split_at_checked(at)) {
        Some((clock, zone)) if zone.get(1..).is_some_and(|rest| is_zone(rest, zone.starts_with('Z'))) => clock,
        Some(_) => return Err(DateError::Form),
        None => text,
    };
    let mut parts = text.split(':');
    let within = |part: &str, most: i16| match part {
        "-" => Ok(None),
        _ => match digits(part, 2)? {
            number if number <= most => Ok(Some(number.unsigned_abs())),
            _ => Err(DateError::Impossible),
        },
    };
    let hour = within(parts.next().unwrap_or_default(), 23)?;
    let minute = parts.next().map(|part| within(part, 59)).transpose()?.flatten();
    if let Some(second) = parts.next() {
        within(second.split('.').next().unwrap_or_default(), 59)?;
    }
    if parts.next().is_some() {
        return Err(DateError::Form);
    }
    Ok(hour.zip(minute).and_then(|(hour, minute)| Clock::new(hour, minute)))
}

/// Whether a hyphen stands for a part of a time: at the beginning, or after a colon.
fn is_unknown_part(text: &str, at: usize) -> bool {
    text.get(..at)
        .is_some_and(|before| before.is_empty() || before.ends_with(':'))
}

/// Minutes by which the clock of a moment is ahead of universal time, where it says so (`2025-03-04T08:30+08:00`).
pub fn zone_of(text: &str) -> Option<i32> {
    let (_, clock) = text.trim().split_once('T')?;
    let mut letters = clock.char_indices();
    let is_zone_sign =
        |(at, letter): &(usize, char)| matches!(letter, 'Z' | '+') || *letter == '-' && !is_unknown_part(clock, *at);
    let (at, _) = letters.find(is_zone_sign)?;
    let (sign, zone) = clock.split_at_checked(at)?.1.split_at_checked(1)?;
    if !is_zone(zone, sign == "Z") {
        return None;
    }
    let (hours, minutes) = zone.split_once(':').unwrap_or((zone, "00"));
    let number = |text| digits(text, 2).map_or(0, i32::from);
    let ahead = number(hours) * 60 + number(minutes);
    Some(if sign == "-" { -ahead } else { ahead })
}

/// Whether what follows the sign of a zone is hours, or hours and minutes; after `Z`, nothing.
fn is_zone(text: &str, is_utc: bool) -> bool {
    if is_utc {
        return text.is_empty();
    }
    let (hours, minutes) = text.split_once(':').unwrap_or((text, "00"));
    let within = |text, most| digits(text, 2).is_ok_and(|number| number <= most);
    within(hours, 14) && within(minutes, 59)
}

fn digits(text: &str, count: usize) -> Result<i16, DateError> {
    if text.len() != count || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DateError::Form);
    }
    text.parse().map_err(|_| DateError::Form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_dates_are_kept_as_written() {
        for text in ["2025", "2025-03", "2025-03-04", "2025-03-04T08:30"] {
            assert_eq!(When::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(When::parse("2025-UN-UN").unwrap().to_string(), "2025");
        assert_eq!(When::parse("2025---").unwrap().to_string(), "2025");
        assert_eq!(When::parse("2025-03-UN").unwrap().to_string(), "2025-03");
        assert_eq!(
            When::parse("2025-03-04T08:30:15").unwrap().to_string(),
            "2025-03-04T08:30"
        );
    }

    #[test]
    fn a_zone_is_of_the_clock_that_is_meant() {
        for zone in ["Z", "+08:00", "-05:00", "+09"] {
            for clock in ["2025-03-04T08:30", "2025-03-04T08:30:15", "2025-03-04T08:30:15.250"] {
                let read = When::parse(&format!("{clock}{zone}")).unwrap();
                assert_eq!(read.to_string(), "2025-03-04T08:30");
            }
        }
        for wrong in ["+", "+8", "+08:00Z", "Z+08:00", "+25:00", "+08:61", "-"] {
            assert!(When::parse(&format!("2025-03-04T08:30{wrong}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_zone_is_told_in_minutes_and_an_hour_alone_is_no_moment() {
        for (text, ahead) in [
            ("2025-03-04T08:30Z", Some(0)),
            ("2025-03-04T08:30+08:00", Some(480)),
            ("2025-03-04T08:30:15-0500", None),
            ("2025-03-04T08:30:15-05:30", Some(-330)),
            ("2025-03-04T08:30+09", Some(540)),
            ("2025-03-04T08:30", None),
            ("2025-03-04", None),
        ] {
            assert_eq!(zone_of(text), ahead, "{text}");
        }
        assert_eq!(
            When::parse("2025-03-04T08").unwrap(),
            When::parse("2025-03-04").unwrap()
        );
        assert_eq!(When::parse("2025-03-04T25"), Err(DateError::Impossible));
    }

    #[test]
    fn impossible_and_malformed_dates_are_told_apart() {
        assert_eq!(When::parse("2025-02-30"), Err(DateError::Impossible));
        assert_eq!(When::parse("2025-13"), Err(DateError::Impossible));
        assert_eq!(When::parse("2025-03-04T25:00"), Err(DateError::Impossible));
        for text in [
            "",
            "04/03/2025",
            "25-03-04",
            "2025-3-4",
            "2025-03-04 08:30",
            "2025-03T08:30",
        ] {
            assert_eq!(When::parse(text), Err(DateError::Form), "{text}");
        }
    }

    /// SDTMIG 3.4, section 4.4.2: what is not known is left off at the end, or is a hyphen.
    #[test]
    fn what_is_known_beside_something_unknown_is_not_kept_and_an_interval_is_told_apart() {
        for (text, kept) in [
            ("2003---15", "2003"),
            ("2003-12-15T-:15", "2003-12-15"),
            ("2003-12-15T13:-:17", "2003-12-15"),
            ("2003-12-15T13:-", "2003-12-15"),
            ("2003-12-15T-:-", "2003-12-15"),
            ("2003-12-15T-:-:17", "2003-12-15"),
            ("2003-12-15T13:14:-", "2003-12-15T13:14"),
            ("2003-12-15T13:14-05:00", "2003-12-15T13:14"),
        ] {
            assert_eq!(When::parse(text).unwrap().to_string(), kept, "{text}");
        }
        assert_eq!(zone_of("2003-12-15T13:-:17-05:00"), Some(-300));
        assert_eq!(zone_of("2003-12-15T13:-:17"), None);
        for (text, why) in [
            ("2003---32", DateError::Impossible),
            ("2003---00", DateError::Impossible),
            ("2003---x5", DateError::Form),
            ("2003-12-15T24:-", DateError::Impossible),
            ("2003-12-15T13:60", DateError::Impossible),
            ("--12-15", DateError::NoYear),
            ("-----T07:15", DateError::NoYear),
            ("-", DateError::Form),
            ("2003-12-15/2003-12-16", DateError::Interval),
            ("2003-12-15T10:00/2003-12", DateError::Interval),
            ("2003-12-15/", DateError::Form),
            ("12/15/2003", DateError::Form),
        ] {
            assert_eq!(When::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_partial_date_is_bounded_by_its_first_and_last_day() {
        let february = When::parse("2024-02").unwrap().date;
        assert_eq!(february.earliest(), date(2024, 2, 1));
        assert_eq!(february.latest(), date(2024, 2, 29));
    }

    #[test]
    fn hours_use_the_clock_only_where_both_moments_have_one() {
        let onset = When::parse("2025-03-04T20:00").unwrap();
        assert_eq!(onset.hours_until(When::parse("2025-03-06T02:00").unwrap()), Some(30.0));
        assert_eq!(onset.hours_until(When::parse("2025-03-06").unwrap()), Some(48.0));
        assert_eq!(onset.hours_until(When::parse("2025-03").unwrap()), None);
    }
}
