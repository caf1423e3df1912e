//! Who may use which route, as a document.

use std::fmt::Write as _;

use crate::role::{Permission, Role};
use crate::routes::{ROUTES, Rule};

/// Name of the document.
pub const AUTHORISATION_FILE: &str = "authorisation.md";

/// Routes with their rules and the roles that fulfil them, in Markdown.
pub fn authorisation_document() -> String {
    let mut text = "# Who may do what\n\n\
        Every address of the web application with the rule it stands under. Written by `authorisation_document`; a test keeps it \
        equal to the program, and another asks every address as every role, at its own site, at another one, without a session, \
        with one that is over, with a disabled account and before a first password is changed.\n\n\
        *everybody*: also without a session. *signed in*: any account. Otherwise the permission that one of the account's roles must \
        have; what belongs to a site also needs that role at that site, and what is at another site is answered as what does not \
        exist. Subjects of every site stand in `/report`, `/safety`, `/efficacy`, `/api/decision` and the packet of a meeting: they need a role for every \
        site, or for a meeting a vote. A proposal (`/propose`) needs `Prepare`, or `Decide` and a seat in that meeting.\n\n"
        .to_owned();
    roles(&mut text);
    text.push_str("\n## Addresses\n\n| | Address | Rule | Roles |\n|---|---|---|---|\n");
    for route in &ROUTES {
        let (rule, roles) = match route.rule {
            Rule::Public => ("everybody".to_owned(), String::new()),
            Rule::SignedIn => ("signed in".to_owned(), "all".to_owned()),
            Rule::May(permission) => (format!("`{permission:?}`"), holders(permission)),
        };
        let _ = writeln!(
            text,
            "| {} | `{}` | {rule} | {roles} |",
            route.verb.name(),
            route.path.replace("{*rest}", "…")
        );
    }
    text.push_str(SIGN_IN);
    text
}

fn roles(text: &mut String) {
    text.push_str("## Roles\n\n| Role | Permissions |\n|---|---|\n");
    for role in Role::ALL {
        let permissions: Vec<String> = role.permissions().iter().map(|one| format!("{one:?}")).collect();
        let _ = writeln!(text, "| {} | {} |", role.id(), permissions.join(", "));
    }
}

fn holders(permission: Permission) -> String {
    let held = Role::ALL.iter().filter(|role| role.may(permission));
    held.map(|role| role.id()).collect::<Vec<_>>().join(", ")
}

const SIGN_IN: &str = "\n## Wrong passwords\n\n\
    After 5 wrong passwords an account takes one try a minute, the right password included, so that an hour has at most 64 tries \
    (OWASP ASVS 4.0.3, 2.2.1: 100). Tries are counted apart: from anywhere, from each browser in which the account has signed in \
    during the last 90 days, and by those who are signed in (signatures, a new password). Somebody who tries passwords from elsewhere \
    therefore makes neither the site's own computers nor a signature wait, however long it goes on; the wait never grows. From a \
    new computer the account may have to wait while that goes on; a colleague's computer, or one used before, does not.\n\n\
    Tries from anywhere are looked at two at a time, wait at most 5 seconds for their turn, and take a second longer each after \
    30 refusals in a minute, the code for the first user included. A refusal says the same and takes the same time (at least 0.4 s) \
    whether the account is known, disabled, waiting or nobody's. Names that are no account's are not written down, only how many \
    were tried, at most once a minute.\n";
