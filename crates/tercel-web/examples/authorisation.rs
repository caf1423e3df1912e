//! Prints who may use which address, as `docs/authorisation.md` holds it.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().write_all(tercel_web::authorisation_document().as_bytes())
}
