//! Versions of the protocol as the record has them: registered by the sponsor, made effective site by site.

use jiff::civil::Date;
use tercel::conduct::{Entry, SiteVersion};
use tercel::protocol::Trial;
use tercel_exchange::sha256_hex;
use tercel_store::{NewRecord, Record, Values};

use crate::conduct::site_time;

/// The form of a registered version.
pub(crate) const PROTOCOL: &str = "protocol";
/// The form that makes a version effective at a site.
pub(crate) const PROTOCOL_SITE: &str = "protocol-site";

/// What the sponsor's physician signs a version with.
pub(crate) const APPROVED: &str = "protocol version approved";
/// What an investigator signs a version at a site with.
pub(crate) const EFFECTIVE: &str = "protocol version effective at this site";

/// The record of a version: its whole text is kept.
pub(crate) fn new_version(trial: &Trial, text: String, summary: &str) -> NewRecord {
    let values = Values::from([
        ("version".to_owned(), trial.version.clone()),
        ("dated".to_owned(), trial.version_date.to_string()),
        ("digest".to_owned(), sha256_hex(text.as_bytes())),
        ("summary".to_owned(), summary.to_owned()),
        ("text".to_owned(), text),
    ]);
    of_study(PROTOCOL, None, trial.version_date, values)
}

/// The record of a version that takes effect at a site, with the ethics committee's approval and its day.
pub(crate) fn new_site_version(
    version: &str,
    site: &str,
    (approval, approved): (&str, Date),
    effective: Date,
) -> NewRecord {
    let values = Values::from([
        ("version".to_owned(), version.to_owned()),
        ("site".to_owned(), site.to_owned()),
        ("approval".to_owned(), approval.to_owned()),
        ("approved".to_owned(), approved.to_string()),
        ("effective".to_owned(), effective.to_string()),
    ]);
    of_study(PROTOCOL_SITE, Some(site), effective, values)
}

fn of_study(form: &str, site: Option<&str>, happened: Date, values: Values) -> NewRecord {
    NewRecord {
        series: format!("{}/", form.to_uppercase()),
        number: None,
        form: form.to_owned(),
        subject: None,
        site: site.map(str::to_owned),
        happened: Some(happened.to_string()),
        values,
    }
}

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
