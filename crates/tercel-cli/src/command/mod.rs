//! The commands: one file each, one line here.

mod audit;
mod backup;
mod calibration;
mod check;
mod code;
mod convert;
mod decide;
mod derive;
mod design;
mod documents;
mod estimate;
mod export;
mod grade;
mod import;
mod new;
mod packet;
mod response;
mod restore;
mod run;
mod schema;
mod serve;
mod synth;
mod user;

use clap::Subcommand;

use crate::output::Output;

/// How a command ended, when it could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// An answer was computed, including null, stop, wait and not estimable.
    Given,
    /// The request itself was "is this in order?", and it is not.
    Blocked,
}

/// Every command of the program.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Draft a protocol from a registry record
    New(new::Args),
    /// Print the JSON Schema of protocol.toml, by which editors complete and check it
    Schema,
    /// Check the protocol and the subject data of a trial folder
    Check(check::Args),
    /// Answer every outcome of the record from the subject data, and write the report
    Run(run::Args),
    /// Give the dose decision with its reasons
    Decide(decide::Args),
    /// Freeze what the committee is shown for a dose decision, with its SHA-256
    Packet(packet::Args),
    /// Choose and justify the escalation design: decision tables, exact operating characteristics, the next dose
    #[command(subcommand)]
    Design(Box<design::Command>),
    /// Code adverse events by the sponsor's MedDRA: what is coded, what is not, what was recoded
    Code(code::Args),
    /// Derive analysis datasets (ADaM) from SDTM datasets
    Derive(derive::Args),
    /// Write casebooks, annotated forms, reviewer's guides, table shells and checklists
    Documents(documents::Args),
    /// Capture, conduct and decide in a browser
    Serve(serve::Args),
    /// Add users and give them roles
    #[command(subcommand)]
    User(user::Command),
    /// Read the audit trail, and check that nobody changed it
    #[command(subcommand)]
    Audit(audit::Command),
    /// Write everything that was entered to one file
    Backup(backup::Args),
    /// Lay a record from its backup
    Restore(restore::Args),
    /// Enter SDTM datasets, a table of one form, or data of another system into the record
    Import(import::Args),
    /// Turn data of another system (FHIR, ODM, a laboratory's CSV) into SDTM datasets
    Convert(convert::Args),
    /// Hand over in the field's formats: SDTM, ADaM, define.xml, the registry's XML, USDM
    Export(export::Args),
    /// Write a rehearsal of the study as synthetic SDTM data
    Synth(synth::Args),
    /// Grade laboratory values, CRS or ICANS findings
    #[command(subcommand)]
    Grade(grade::Command),
    /// Derive time-point and best overall response from lesion measurements
    Response(response::Args),
    /// Kaplan-Meier curves, proportions, non-compartmental kinetics
    #[command(subcommand)]
    Estimate(estimate::Command),
}

impl Command {
    /// Carries the command out.
    pub(crate) fn run(self, output: Output) -> anyhow::Result<Answer> {
        match self {
            Self::New(args) => new::run(&args, output),
            Self::Schema => schema::run(output),
            Self::Check(args) => check::run(&args, output),
            Self::Run(args) => run::run(&args, output),
            Self::Decide(args) => decide::run(&args, output),
            Self::Packet(args) => packet::run(&args, output),
            Self::Design(command) => command.run(output),
            Self::Code(args) => code::run(&args, output),
            Self::Derive(args) => derive::run(&args, output),
            Self::Documents(args) => documents::run(&args, output),
            Self::Serve(args) => serve::run(&args, output),
            Self::User(command) => command.run(output),
            Self::Audit(command) => command.run(output),
            Self::Backup(args) => backup::run(&args, output),
            Self::Restore(args) => restore::run(&args, output),
            Self::Import(args) => import::run(&args, output),
            Self::Export(args) => export::run(&args, output),
            Self::Convert(args) => convert::run(&args, output),
            Self::Synth(args) => synth::run(&args, output),
            Self::Grade(command) => command.run(output),
            Self::Response(args) => response::run(&args, output),
            Self::Estimate(command) => command.run(output),
        }
    }
}
