//! Where resources stand: an identifier is unique on its own server alone, so a resource is known by its whole address.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Held;
use super::resource::id_of;
use crate::inbound::Why;

/// An address without the version it may end in.
fn plain(address: &str) -> &str {
    address.split("/_history/").next().unwrap_or(address)
}

/// The server of a full address that ends in the kind and identifier of its resource.
pub(super) fn server_of(address: &str, kind: &str, id: &str) -> Option<String> {
    let server = plain(address).strip_suffix(id)?.strip_suffix('/')?.strip_suffix(kind)?;
    server.strip_suffix('/').map(str::to_owned)
}

/// An address by server, kind and identifier; of a server nobody names the last two alone.
pub(super) fn address(server: Option<&str>, kind: &str, id: &str) -> String {
    match server {
        Some(server) => format!("{server}/{kind}/{id}"),
        None => format!("{kind}/{id}"),
    }
}

/// Where a reference leads that nothing sent answers to: on the server of the resource, unless it names another place.
pub(super) fn as_written(held: &Held, reference: &str) -> String {
    let reference = plain(reference);
    match &held.server {
        Some(server) if !reference.contains(':') => format!("{server}/{reference}"),
        Some(_) | None => reference.to_owned(),
    }
}

/// Whether a reference names a resource that is no patient: a device, a group.
pub(super) fn is_of_another_kind(reference: &str) -> bool {
    let mut parts = plain(reference).rsplit('/');
    let kind = parts.next().and_then(|_| parts.next());
    kind.is_some_and(|kind| !kind.is_empty() && kind != "Patient")
}

/// Gives resources whose server is not named that of the others with their kind and identifier, where it is one.
pub(super) fn complete(held: &mut [Held]) {
    let mut servers: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for one in held.iter() {
        if let (Some(id), Some(server)) = (&one.id, &one.server) {
            servers
                .entry((one.kind.clone(), id.clone()))
                .or_default()
                .insert(server.clone());
        }
    }
    for one in held.iter_mut().filter(|one| one.server.is_none()) {
        let known = one.id.clone().and_then(|id| servers.get(&(one.kind.clone(), id)));
        if let Some(known) = known.filter(|known| known.len() == 1) {
            one.server = known.first().cloned();
        }
    }
}

/// Addresses by what references write: the address itself, `Patient/7`, `urn:uuid:…`.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    named: HashMap<String, BTreeSet<String>>,
}

impl Addresses {
    pub(super) fn of(held: &[Held]) -> Self {
        let mut addresses = Self::default();
        for one in held {
            let Some(id) = &one.id else { continue };
            let at = one.at();
            let mut names = vec![at.clone(), address(None, &one.kind, id), id.clone()];
            names.extend(one.alias.clone());
            for name in names {
                addresses.named.entry(name).or_default().insert(at.clone());
            }
        }
        addresses
    }

    /// Whether resources of several servers have this kind and identifier.
    pub(super) fn is_of_several(&self, kind: &str, id: &str) -> bool {
        self.named
            .get(&address(None, kind, id))
            .is_some_and(|known| known.len() > 1)
    }

    /// The address a reference of a resource means; `None`: nothing that was sent.
    ///
    /// # Errors
    /// Resources of several servers have it, and nothing says which is meant.
    pub(super) fn find(&self, held: &Held, reference: &str) -> Result<Option<String>, Why> {
        let reference = plain(reference);
        let one_of = |name: &str| match self.named.get(name) {
            None => Ok(None),
            Some(known) if known.len() == 1 => Ok(known.first().cloned()),
            Some(_) => Err(Why::SeveralServers(name.to_owned())),
        };
        let is_at = |name: &str| self.named.get(name).is_some_and(|known| known.contains(name));
        if reference.starts_with("urn:") {
            return match one_of(reference)? {
                Some(known) => Ok(Some(known)),
                None => one_of(id_of(reference)),
            };
        }
        // What stands at a named server is not that of another; one of a server nobody names may be.
        let mut parts = reference.rsplit('/');
        let ending = parts.next().zip(parts.next()).map(|(id, kind)| address(None, kind, id));
        let unnamed = ending.filter(|ending| is_at(ending));
        let own = match &held.server {
            _ if reference.contains("://") => Some(reference.to_owned()),
            Some(server) => Some(format!("{server}/{reference}")),
            None => None,
        };
        match own {
            Some(own) if is_at(&own) => Ok(Some(own)),
            Some(own) => Ok(one_of(&own)?.or(unnamed)),
            None if unnamed.is_some() => Ok(unnamed),
            None => one_of(reference),
        }
    }
}
