//! Every route with the rule it stands under: a route cannot be made without one.

use std::future::Future;
use std::pin::Pin;

use crate::ask::Ask;
use crate::pages;
use crate::reply::{Fault, Reply};
use crate::role::Permission;

/// GET or POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Changes.
    Post,
}

impl Verb {
    /// The name in HTTP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Who may use a route at all; a page may narrow it by site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Everybody.
    Public,
    /// Whoever is signed in.
    SignedIn,
    /// Who has a role that may do this somewhere.
    May(Permission),
}

type Answer = Pin<Box<dyn Future<Output = Result<Reply, Fault>> + Send>>;

/// A route.
#[derive(Clone, Copy)]
pub struct Route {
    /// GET or POST.
    pub verb: Verb,
    /// Path; `{*rest}` stands for what follows.
    pub path: &'static str,
    /// Who may.
    pub rule: Rule,
    pub(crate) handler: fn(Ask) -> Answer,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {} ({:?})", self.verb.name(), self.path, self.rule)
    }
}

macro_rules! route {
    ($verb:ident $path:literal, $rule:expr, $handler:path) => {
        Route {
            verb: Verb::$verb,
            path: $path,
            rule: $rule,
            handler: |ask| Box::pin($handler(ask)),
        }
    };
}

use Permission as P;
use Rule::{May, Public, SignedIn};

/// Every route.
pub static ROUTES: [Route; 80] = [
    route!(Get "/", SignedIn, pages::board::show),
    route!(Get "/sign-in", Public, pages::sign_in::show),
    route!(Post "/sign-in", Public, pages::sign_in::enter),
    route!(Post "/sign-out", SignedIn, pages::sign_in::leave),
    route!(Get "/setup", Public, pages::sign_in::show_setup),
    route!(Post "/setup", Public, pages::sign_in::set_up),
    route!(Get "/password", SignedIn, pages::sign_in::show_password),
    route!(Post "/password", SignedIn, pages::sign_in::change_password),
    route!(Post "/language", Public, pages::sign_in::choose_language),
    route!(Get "/subjects", May(P::Read), pages::subjects::list),
    route!(Get "/subject/{*rest}", May(P::Read), pages::subjects::show),
    route!(Get "/new-subject", May(P::Enter), pages::entry::new_subject),
    route!(Get "/enter/{*rest}", May(P::Enter), pages::entry::blank),
    route!(Post "/enter/{*rest}", May(P::Enter), pages::entry::create),
    route!(Get "/correct/{*rest}", May(P::Enter), pages::entry::filled),
    route!(Post "/correct/{*rest}", May(P::Enter), pages::entry::correct),
    route!(Get "/record/{*rest}", May(P::Read), pages::record::show),
    route!(Post "/void", May(P::Enter), pages::record::void),
    route!(Post "/verify", May(P::Verify), pages::record::verify),
    route!(Post "/sign", May(P::Sign), pages::record::sign),
    route!(Post "/query", May(P::Query), pages::record::query),
    route!(Post "/answer", May(P::Answer), pages::record::answer),
    route!(Post "/close", May(P::Query), pages::record::close),
    route!(Post "/lock", May(P::Lock), pages::record::lock),
    route!(Post "/unlock", May(P::Lock), pages::record::unlock),
    route!(Get "/report", May(P::Read), pages::report::show),
    route!(Get "/queries", May(P::Read), pages::queries::list),
    route!(Get "/audit", May(P::Audit), pages::audit::show),
    route!(Get "/people", May(P::Administer), pages::people::list),
    route!(Post "/people/add", May(P::Administer), pages::people::add),
    route!(Post "/people/change", May(P::Administer), pages::people::change),
    route!(Post "/people/password", May(P::Administer), pages::people::set_password),
    route!(Get "/meetings", May(P::Read), pages::meetings::list),
    route!(Post "/meetings", May(P::Prepare), pages::meetings::freeze),
    route!(Get "/meeting/{*rest}", May(P::Read), pages::meeting::show),
    route!(Post "/propose", May(P::Read), pages::meeting::propose),
    route!(Post "/conflict", May(P::Decide), pages::meeting::conflict),
    route!(Post "/vote", May(P::Decide), pages::meeting::vote),
    route!(Post "/resolve", May(P::Prepare), pages::meeting::close),
    route!(Get "/protocol", May(P::Read), pages::protocol::show),
    route!(Post "/protocol", May(P::Release), pages::protocol::register),
    route!(Post "/protocol/site", May(P::Release), pages::protocol::activate),
    route!(Get "/sessions", SignedIn, pages::sessions::list),
    route!(Post "/sessions/end", SignedIn, pages::sessions::end),
    route!(Get "/tokens", SignedIn, pages::tokens::list),
    route!(Post "/tokens", SignedIn, pages::tokens::make),
    route!(Post "/tokens/end", SignedIn, pages::tokens::end),
    route!(Get "/api/board", May(P::Read), pages::board::read),
    route!(Get "/api/work", May(P::Read), pages::gates::read_work),
    route!(Get "/api/subjects", May(P::Read), pages::subjects::read_list),
    route!(Get "/api/subject/{*rest}", May(P::Read), pages::subjects::read),
    route!(Get "/api/gates/{*rest}", May(P::Read), pages::gates::read),
    route!(Get "/api/screening", May(P::Read), pages::screening::read),
    route!(Get "/api/consents", May(P::Read), pages::consents::read),
    route!(Get "/api/serious", May(P::Read), pages::serious::read),
    route!(Get "/api/queries", May(P::Read), pages::queries::read),
    route!(Get "/api/meetings", May(P::Read), pages::meetings::read),
    route!(Get "/api/meeting/{*rest}", May(P::Read), pages::meeting::read),
    route!(Get "/api/protocol", May(P::Read), pages::protocol::read),
    route!(Get "/api/records", May(P::Read), pages::api::records),
    route!(Get "/api/record/{*rest}", May(P::Read), pages::api::record),
    route!(Get "/api/entries", May(P::Audit), pages::api::entries),
    route!(Get "/api/decision", May(P::Read), pages::api::decision),
    route!(Get "/api/forms", SignedIn, pages::api::forms),
    route!(Get "/api/openapi.json", SignedIn, pages::api::description),
    route!(Get "/work", May(P::Read), pages::gates::work),
    route!(Get "/gates/{*rest}", May(P::Read), pages::gates::show),
    route!(Get "/countersign/{*rest}", May(P::Read), pages::countersign::show),
    route!(Post "/countersign/{*rest}", May(P::Read), pages::countersign::sign),
    route!(Get "/panel/{*rest}", May(P::Enter), pages::panel::show),
    route!(Post "/panel/{*rest}", May(P::Enter), pages::panel::save),
    route!(Get "/study", May(P::Read), pages::subjects::study),
    route!(Get "/screening", May(P::Read), pages::screening::list),
    route!(Get "/serious", May(P::Read), pages::serious::list),
    route!(Get "/consents", May(P::Read), pages::consents::list),
    route!(Get "/downtime", May(P::Read), pages::downtime::list),
    route!(Get "/downtime/{*rest}", May(P::Read), pages::downtime::sheet),
    route!(Get "/safety", May(P::Read), pages::report::safety),
    route!(Get "/efficacy", May(P::Read), pages::report::efficacy),
    route!(Get "/assets/{*rest}", Public, pages::assets::show),
];
