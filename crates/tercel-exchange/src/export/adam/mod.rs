//! Analysis datasets with their descriptions (ADaMIG 1.3).
//!
//! What a variable is stands in one list, `list/`, beside the name of the column that [`crate::adam`] derives. Variables that a
//! dataset carries from its tabulation dataset are described by SDTMIG 3.4. A test holds the list and the derived columns
//! against each other.

mod describe;
mod list;
mod long;
mod results;
mod setting;
mod sort;
mod summary;

pub use describe::describe_adam;
pub use results::analysis_results;
pub use summary::{Summary, summary};

/// Names and labels of every variable the list describes, by dataset.
pub fn described_variables() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let of = |dataset: &&list::Described| {
        let lines = dataset.lines.iter().copied().flatten();
        (dataset.name, lines.map(|line| (line.name, line.label)).collect())
    };
    list::ALL.iter().map(of).collect()
}
