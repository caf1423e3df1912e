//! Prints the study definition (USDM) of a protocol file, to hold it against the model: `scripts/usdm-check`.

use std::error::Error;

use tercel::protocol::parse_protocol;
use tercel_exchange::usdm::write_usdm;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("give a protocol file")?;
    let text = std::fs::read_to_string(&path)?;
    let trial = parse_protocol(&path, &text).map_err(|mistakes| format!("{} mistakes in {path}", mistakes.len()))?;
    #[expect(clippy::print_stdout, reason = "the answer of an example")]
    {
        print!("{}", write_usdm(&trial));
    }
    Ok(())
}
