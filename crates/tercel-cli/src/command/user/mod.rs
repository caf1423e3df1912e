//! `tercel user`: who may use the record, from the command line.

mod account;
mod password;

use clap::Subcommand;

use super::Answer;
use crate::output::Output;

/// What to do with users.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a user; where there is no record yet, this starts it
    Add(account::AddArgs),
    /// Let a user in no longer; what the user entered stays
    Disable(account::NameArgs),
    /// Let a disabled user in again
    Enable(account::NameArgs),
    /// Give a user other roles
    Role(account::RoleArgs),
    /// Set a user's password, to be changed at the next sign-in
    Password(account::PasswordArgs),
    /// List users with their roles
    List(account::ListArgs),
}

impl Command {
    /// Carries the command out.
    pub(crate) fn run(self, output: Output) -> anyhow::Result<Answer> {
        match self {
            Self::Add(args) => account::add(&args, output),
            Self::Disable(args) => account::disable(&args, output),
            Self::Enable(args) => account::enable(&args, output),
            Self::Role(args) => account::change_roles(&args, output),
            Self::Password(args) => account::set_password(&args, output),
            Self::List(args) => account::list(&args, output),
        }
    }
}
