//! An emergency release: what it may name, what is proposed, and the deviations it leaves.

use tercel::language::both;
use tercel_exchange::form::form;
use tercel_store::{Change, Values};

use super::entry::short;
use super::gates::releasable;
use crate::ask::Ask;
use crate::capture::new_record;
use crate::reply::Fault;

/// Items that one emergency release names.
const RELEASED: usize = 8;

/// Proposes what stops the infusion now. What the day of the infusion brings is not signed away by who only signs what is proposed.
pub(super) async fn proposed_keys(ask: &Ask, subject: &str, values: &mut Values) -> Result<(), Fault> {
    let keys = releasable(ask, subject).await?;
    let stop = keys.into_iter().filter(|(_, stops)| *stops).take(RELEASED);
    for (number, (key, _)) in stop.enumerate() {
        values.insert(format!("key{}", number + 1), key);
    }
    Ok(())
}

/// Keys of an emergency release that are not missing at the gate of infusion, or that nobody may release.
pub(super) async fn not_releasable(
    ask: &Ask,
    form: &str,
    subject: Option<&str>,
    values: &Values,
) -> Result<Vec<(String, String)>, Fault> {
    let ("conduct-emergency", Some(subject)) = (form, subject) else {
        return Ok(Vec::new());
    };
    let may_be: Vec<String> = releasable(ask, subject)
        .await?
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    let named = values.iter().filter(|(name, _)| name.starts_with("key"));
    let wrong = named.filter(|(_, key)| !key.is_empty() && !may_be.contains(key));
    let list = if may_be.is_empty() {
        "–".to_owned()
    } else {
        may_be.join(", ")
    };
    let said = |key: &String| {
        both!(
            "{key} is nothing that may be released now; what may: {list}. Identity and product are never released",
            "{key}现在不能紧急放行；可放行者：{list}。身份与产品绝不放行"
        )
    };
    let said = |(name, key): (&String, &String)| (name.clone(), said(key).of(ask.language).to_owned());
    Ok(wrong.map(said).collect())
}

/// A deviation for each item that an emergency release names.
pub(super) fn deviations_of(
    ask: &Ask,
    subject: &str,
    site: Option<&str>,
    release: &str,
    released: &Values,
) -> Vec<Change> {
    let Some(form) = form("deviation") else {
        return Vec::new();
    };
    let keys = released
        .iter()
        .filter(|(name, key)| name.starts_with("key") && !key.is_empty());
    let of_key = |(_, key): (&String, &String)| {
        let reason = released.get("reason").map_or("", String::as_str);
        let values: Values = [
            ("dvterm", format!("Released in an emergency: {key}")),
            ("dvcat", "OTHER".to_owned()),
            ("dvstdtc", ask.app.today().to_string()),
            ("dvimp", "Y".to_owned()),
            ("dvcause", short(reason)),
            (
                "dvaction",
                short(&format!(
                    "Emergency release {release}, signed by investigator and sponsor physician"
                )),
            ),
            ("about", key.clone()),
        ]
        .map(|(field, value)| (field.to_owned(), value))
        .into();
        Change::Create(new_record(form, Some(subject), site, None, values))
    };
    keys.map(of_key).collect()
}
