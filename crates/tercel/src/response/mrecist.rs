//! mRECIST: RECIST 1.1 read on viable tumour of hepatocellular carcinoma.
//!
//! # What it derives
//! The same time points as [`derive_time_points`](super::derive_time_points), which is called with
//! [`Criteria::Mrecist`](super::Criteria::Mrecist).
//!
//! # Source
//! `lencioni2010mrecist`, Tables 2 to 4; `llovet2020mrecist`.
//!
//! # Formula
//! As RECIST 1.1, with these differences:
//!
//! | | RECIST 1.1 | mRECIST |
//! |---|---|---|
//! | diameter | longest diameter of the lesion | longest diameter of the part that enhances in the arterial phase |
//! | CR of a target | lesion gone | no arterial enhancement left: 0 mm viable |
//! | PD | ≥ 20 % and ≥ 5 mm above the nadir | ≥ 20 % above the nadir; the 2010 text states no floor, so it is an option, 0 unless given |
//! | PD from a nadir of 0 | ≥ 5 mm | any enhancement that returns (or the floor given) |
//! | new nodule of the liver | a new lesion | from 10 mm, or once 10 mm larger than at first where it is equivocal; dated back to the scan that first showed it |
//! | portal vein thrombus | | non-target; as a target it is asked about |
//! | node at the porta hepatis | from 15 mm | malignant from 20 mm; a smaller target is asked about |
//! | effusion, ascites | follows the non-target rule | PD only where it appears or grows with positive cytology |
//! | non-target | NON-CR/NON-PD | IR/SD, printed here as NON-CR/NON-PD |
//!
//! Effusion is entered as [`Effusion`](super::Effusion) under either criteria, and counts only with positive cytology.
//!
//! # Example
//! ```
//! use tercel::response::{Assessment, Criteria, Cytology, Effusion, Lesion, Overall, derive_time_points};
//!
//! let baseline = Assessment::new(-7, vec![Lesion::target("T1", Some(50.0))]);
//! let mut week4 = Assessment::new(28, vec![Lesion::target("T1", Some(35.0))]);
//! week4.effusion = Effusion::Worse(Cytology::NotDone);
//! let rule = Criteria::Mrecist { floor_mm: 0.0 };
//! assert_eq!(derive_time_points(&baseline, &[week4.clone()], rule)[0].overall, Overall::Pr);
//! week4.effusion = Effusion::Worse(Cytology::Positive);
//! assert_eq!(derive_time_points(&baseline, &[week4], rule)[0].overall, Overall::Pd);
//! ```
//!
//! # Limits
//! The reader decides what enhances, and whether a new nodule shows arterial hyperenhancement with washout; one that does
//! not is recorded as not evaluable with its diameter. Ill-defined infiltrative tumour is a non-target lesion by the
//! reader's choice. Extrahepatic lesions without enhancement follow RECIST 1.1.
