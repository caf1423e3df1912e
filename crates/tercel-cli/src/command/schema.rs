//! `tercel schema`: the JSON Schema of protocol.toml, for editors.

use tercel_exchange::protocol_schema;

use super::Answer;
use crate::output::Output;

/// Prints the schema, which is JSON with and without `--json`.
pub(crate) fn run(output: Output) -> anyhow::Result<Answer> {
    output.print_document(protocol_schema())?;
    Ok(Answer::Given)
}
