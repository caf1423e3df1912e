//! Times of other systems as SDTM holds them: the clock of the site, without a zone.

use std::collections::BTreeSet;

use tercel::study::When;
use thiserror::Error;

use super::Why;

/// A fixed difference of the site's clock from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offset(jiff::tz::Offset);

/// Why a text is no offset.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{0}\" is no offset from UTC; write it as +08:00")]
pub struct ClockError(String);

impl Offset {
    /// Reads `+08:00`.
    pub fn parse(text: &str) -> Result<Self, ClockError> {
        let wrong = || ClockError(text.to_owned());
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').ok_or_else(wrong)?),
        };
        let (hours, minutes) = rest.split_once(':').ok_or_else(wrong)?;
        let part = |text: &str| text.parse::<i32>().ok().filter(|_| text.len() == 2);
        let (hours, minutes) = part(hours).zip(part(minutes)).ok_or_else(wrong)?;
        let seconds = sign * (hours * 3600 + minutes * 60);
        let valid = hours <= 14 && minutes < 60;
        let offset = jiff::tz::Offset::from_seconds(seconds).ok().filter(|_| valid);
        offset.map(Self).ok_or_else(wrong)
    }
}

/// Reads times, and keeps what should be said of their zones.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    pub(crate) offset: Option<Offset>,
    utc: usize,
    seen: BTreeSet<String>,
}

impl Clock {
    pub(crate) fn new(offset: Option<Offset>) -> Self {
        Self {
            offset,
            ..Self::default()
        }
    }

    /// A date or time of FHIR or XML Schema, possibly partial, as the site's clock showed it.
    pub(crate) fn read(&mut self, text: &str) -> Result<String, Why> {
        let text = text.trim();
        let wrong = || Why::BadTime(text.to_owned());
        let Some((day, clock)) = text.split_once('T') else {
            When::parse(text).map_err(|_| wrong())?;
            return Ok(text.to_owned());
        };
        let zone = clock.find(['Z', 'z', '+', '-']).map(|at| clock.split_at(at));
        let (shown, zone) = zone.unwrap_or((clock, ""));
        let seconds = shown.split('.').next().unwrap_or(shown);
        let local = format!("{day}T{seconds}");
        When::parse(&local).map_err(|_| wrong())?;
        if zone.is_empty() {
            return Ok(local);
        }
        if let Some(offset) = self.offset {
            let moment: jiff::Timestamp = format!("{local}{}", zone.to_uppercase()).parse().map_err(|_| wrong())?;
            let site = moment.to_zoned(jiff::tz::TimeZone::fixed(offset.0)).datetime();
            return Ok(site.strftime("%Y-%m-%dT%H:%M:%S").to_string());
        }
        if zone.eq_ignore_ascii_case("z") {
            self.utc += 1;
        } else {
            Offset::parse(zone).map_err(|_| wrong())?;
        }
        self.seen.insert(zone.to_uppercase());
        Ok(local)
    }

    /// The same of a file whose values are kept as they were sent: by the site's clock where its offset is given, else with
    /// the zone that was written.
    pub(crate) fn read_as_sent(&mut self, text: &str) -> Result<String, Why> {
        let local = self.read(text)?;
        Ok(if self.offset.is_some() {
            local
        } else {
            text.trim().to_owned()
        })
    }

    /// What is said of all times together.
    pub(crate) fn notes(&self) -> Vec<Why> {
        let mut notes = Vec::new();
        if self.utc > 0 {
            notes.push(Why::Utc(self.utc));
        }
        if self.seen.len() > 1 {
            let names: Vec<&str> = self.seen.iter().map(String::as_str).collect();
            notes.push(Why::Offsets(names.join(", ")));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_of_the_site_is_kept_or_worked_out_and_utc_is_said() {
        let mut clock = Clock::default();
        assert_eq!(clock.read("2026-03-01T23:30:00+08:00").unwrap(), "2026-03-01T23:30:00");
        assert_eq!(clock.read("2026-03").unwrap(), "2026-03");
        assert!(clock.notes().is_empty());
        assert_eq!(clock.read("2026-03-01T23:30:00.123Z").unwrap(), "2026-03-01T23:30:00");
        assert_eq!(clock.notes().len(), 2);
        let mut site = Clock::new(Some(Offset::parse("+08:00").unwrap()));
        assert_eq!(site.read("2026-03-01T23:30:00Z").unwrap(), "2026-03-02T07:30:00");
        assert_eq!(site.read("2026-03-01T07:30:00+08:00").unwrap(), "2026-03-01T07:30:00");
        for wrong in ["2026-02-30", "2026-03-01T25:00:00Z", "soon", "2026-03-01T10:00:00+8"] {
            assert!(matches!(clock.read(wrong), Err(Why::BadTime(_))), "{wrong}");
        }
        assert!(Offset::parse("8").is_err() && Offset::parse("+15:00").is_err());
    }
}
