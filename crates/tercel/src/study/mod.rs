//! Subject data as typed records, whatever file or form they came from.

mod date;
mod finding;
mod record;

pub use date::{Clock, DateError, PartialDate, When, days_between};
pub use finding::{Blocks, Finding, Rule};
pub use record::{Dataset, RecordId, SubjectId};
