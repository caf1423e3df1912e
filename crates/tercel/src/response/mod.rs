//! Tumour response: lesions in, time-point and best overall response out.
//!
//! | Task | Start here |
//! |---|---|
//! | response at each assessment, RECIST 1.1, mRECIST or iRECIST | [`derive_time_points`] |
//! | what differs under mRECIST and iRECIST | [`mrecist`], [`irecist`] |
//! | best overall response, unconfirmed and confirmed | [`derive_best`] |
//!
//! ```
//! use tercel::response::{Assessment, BestOptions, Bor, Criteria, Lesion, Overall, derive_best, derive_time_points};
//!
//! let scan = |day, mm| Assessment::new(day, vec![Lesion::target("T1", Some(mm))]);
//! let points = derive_time_points(&scan(-7, 60.0), &[scan(28, 42.0), scan(56, 40.0)], Criteria::Recist11);
//! assert_eq!(points[0].overall, Overall::Pr);
//!
//! let options = BestOptions { confirmation_days: 28.0, sd_min_days: 42.0, max_ne: 1, accept_sd: false, stop_day: None };
//! let responses: Vec<_> = points.iter().map(|point| (point.day, point.overall)).collect();
//! assert_eq!(derive_best(&responses, &options).confirmed, Bor::Pr);
//! ```

mod baseline;
pub mod best;
mod category;
pub mod irecist;
mod lesion;
mod measurable;
pub mod mrecist;
mod nodules;
mod non_target;
mod parts;
mod reason;
pub mod recist;
mod target;

pub use best::{Best, BestOptions, Bor, ConfirmedResponse, DiseaseAfterCr, derive_best, describe_best};
pub use category::{CategoryError, Criteria, NonTarget, Overall, Target};
pub use irecist::Immune;
pub use lesion::{Assessment, Cytology, Effusion, Lesion, LesionStatus, Role};
pub use measurable::check_baseline;
pub use reason::{Query, Reason};
pub use recist::{TimePoint, derive_time_points, overall};
pub use target::TOO_SMALL_MM;
