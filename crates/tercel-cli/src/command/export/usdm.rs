//! `tercel export --to usdm`: the protocol as a study definition.

use tercel::protocol::Trial;
use tercel_exchange::export::references::check_definition;
use tercel_exchange::usdm::write_usdm;

use super::{Args, File, Made, created};

/// Makes the study definition; it rests on the protocol alone.
pub(super) fn write(args: &Args, trial: &Trial) -> anyhow::Result<Made> {
    let text = write_usdm(trial);
    let name = "usdm.json";
    let checks = vec![check_definition(name, text.as_bytes())];
    Ok(Made {
        files: vec![File {
            name: name.to_owned(),
            rows: None,
            bytes: text.into_bytes(),
        }],
        cut: None,
        created: created(args, trial, None)?,
        findings: Vec::new(),
        extensions: Vec::new(),
        checks,
        notes: Vec::new(),
    })
}
