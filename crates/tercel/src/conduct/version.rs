//! Which version of the protocol a site works under.

use jiff::civil::Date;

use super::gate::{Case, Missing};
use super::need::Need;
use super::record::{Entered, Entry};
use super::records::ConductRecords;

/// A version of the protocol made effective at a site by its investigator's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteVersion {
    /// Entry.
    pub entry: Entry,
    /// Site.
    pub site: String,
    /// Version, as the protocol names it.
    pub version: String,
    /// First day on which the site works under it.
    pub effective: Date,
}

impl Entered for SiteVersion {
    fn entry(&self) -> &Entry {
        &self.entry
    }
}

impl SiteVersion {
    /// The version of these that a site works under on a day: the last that is effective; of two of one day the later entry.
    pub fn in_force<'v>(versions: &'v [Self], site: &str, day: Date) -> Option<&'v Self> {
        let own = versions.iter();
        let effective = own.filter(|one| one.site == site && one.effective <= day);
        effective.max_by_key(|one| (one.effective, one.entry.at))
    }
}

impl ConductRecords {
    /// The version a site works under on a day.
    pub fn version_at(&self, site: &str, day: Date) -> Option<&SiteVersion> {
        SiteVersion::in_force(&self.site_versions, site, day)
    }
}

/// Where versions are kept in the record, the subject's site works under one of them.
pub(super) fn version(case: &Case<'_>) -> Vec<Missing> {
    let records = &case.study.records;
    if !records.versions_kept {
        return Vec::new();
    }
    let subject = case.study.subject(&case.own.subject);
    let site = subject.and_then(|subject| subject.site.clone()).unwrap_or_default();
    match records.version_at(&site, case.now().date()) {
        Some(_) => Vec::new(),
        None => vec![case.missing(Need::NoVersion(site), [])],
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn made(version: &str, site: &str, effective: Date, hour: i8) -> SiteVersion {
        SiteVersion {
            entry: Entry {
                id: "PROTOCOL-SITE/1".to_owned(),
                by: "Wang Lei".to_owned(),
                at: date(2026, 1, 1).at(hour, 0, 0, 0),
            },
            site: site.to_owned(),
            version: version.to_owned(),
            effective,
        }
    }

    #[test]
    fn a_site_works_under_the_last_version_effective_there() {
        let records = ConductRecords {
            site_versions: vec![
                made("2.0", "01", date(2026, 3, 1), 9),
                made("1.0", "01", date(2026, 1, 15), 8),
                made("2.0", "02", date(2026, 2, 1), 9),
                made("2.1", "01", date(2026, 3, 1), 10),
            ],
            ..ConductRecords::default()
        };
        let at = |site: &str, day| records.version_at(site, day).map(|one| one.version.as_str());
        assert_eq!(at("01", date(2026, 1, 14)), None);
        assert_eq!(at("01", date(2026, 1, 15)), Some("1.0"));
        assert_eq!(at("01", date(2026, 2, 28)), Some("1.0"));
        assert_eq!(at("01", date(2026, 3, 1)), Some("2.1"));
        assert_eq!(at("02", date(2026, 2, 1)), Some("2.0"));
        assert_eq!(at("03", date(2027, 1, 1)), None);
    }
}
