//! Versions of the protocol as the record has them: registered by the sponsor, made effective site by site.

use jiff::civil::Date;
use tercel::conduct::{Entry, SiteVersion};
use tercel_store::Record;

use crate::conduct::site_time;

/// The form of a registered version.
pub(crate) const PROTOCOL: &str = "protocol";
/// The form that makes a version effective at a site.
pub(crate) const PROTOCOL_SITE: &str = "protocol-site";

/// A version of the protocol file that the sponsor's physician signed.
pub(crate) struct Version<'r> {
    pub(crate) record: &'r Record,
    /// As `trial.version` names it.
    pub(crate) name: &'r str,
    /// SHA-256 of the file.
    pub(crate) digest: &'r str,
    pub(crate) text: &'r str,
    /// What changed, in the sponsor's words.
    pub(crate) summary: &'r str,
}

fn is_signed(record: &Record) -> bool {
    !record.voided && record.signatures_in_force().next().is_some()
}

/// The registered versions, in the order of registration.
pub(crate) fn versions<'r>(records: impl Iterator<Item = &'r Record>) -> Vec<Version<'r>> {
    let mut versions: Vec<Version<'r>> = records
        .filter(|record| record.form == PROTOCOL && is_signed(record))
        .filter_map(|record| {
            Some(Version {
                record,
                name: record.value("version")?,
                digest: record.value("digest")?,
                text: record.value("text")?,
                summary: record.value("summary").unwrap_or_default(),
            })
        })
        .collect();
    versions.sort_by_key(|one| one.record.created.entry);
    versions
}

/// The versions made effective at sites, among these records.
pub(crate) fn site_versions<'r>(records: impl Iterator<Item = &'r Record>) -> Vec<SiteVersion> {
    let own = records.filter(|record| record.form == PROTOCOL_SITE && is_signed(record));
    own.filter_map(|record| {
        let effective: Date = record.value("effective")?.parse().ok()?;
        let signature = record.signatures_in_force().next()?;
        Some(SiteVersion {
            entry: Entry {
                id: record.key.clone(),
                by: signature.name.clone(),
                at: signature.stamp.at.parse().map_or(jiff::civil::DateTime::MAX, site_time),
            },
            site: record.site.clone()?,
            version: record.value("version")?.to_owned(),
            effective,
        })
    })
    .collect()
}
