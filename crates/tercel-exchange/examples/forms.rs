//! Prints the annotated forms, as `docs/forms.md` holds them.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(tercel_exchange::form::forms_document().as_bytes())
}
