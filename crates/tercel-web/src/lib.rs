//! The record of a trial in a browser: capture, conduct, decide.
//!
//! | Task | Start here |
//! |---|---|
//! | every page and what it asks of who opens it | [`ROUTES`] |
//! | who may do what | [`Permission`], [`Role`] |
//! | the application over a store | [`App`], [`router`] |
//! | a page | one file in `pages/`, its template in `templates/`, its line in [`ROUTES`] |
//! | a text of a page | `messages.rs`, in every language |
//!
//! Pages are whole documents made on the server and work without scripts. Nothing is loaded from elsewhere.
#![warn(missing_docs, clippy::wildcard_enum_match_arm, clippy::indexing_slicing)]

mod app;
mod ask;
mod authorisation;
mod capture;
mod collected;
mod conduct;
mod demo;
mod let_go;
mod meeting;
mod messages;
mod pages;
mod protocol;
mod punctuation;
mod refusal;
mod refused;
mod replayed;
mod reply;
mod role;
mod routes;
mod serve;
mod snapshot;
mod standing;
mod steps;
mod street;
mod view;

pub use app::{App, Settings};
pub use authorisation::{AUTHORISATION_FILE, authorisation_document};
pub use collected::Collected;
pub use conduct::SIGNED_FORMS;
pub use demo::{DEMO_PASSWORD, Rehearsal, create_demo, demo_accounts};
pub use let_go::{LetGo, let_go};
pub use pages::people::grants as parse_grants;
pub use pages::sign_in::account_problem;
pub use replayed::{Replayed, replay_meetings};
pub use role::{Permission, Role};
pub use routes::{ROUTES, Route, Rule, Verb};
pub use serve::{ServeError, router, serve};

pub use capture::{new_record, series as record_series, sites_of};
