//! Liang EC. Automated approach to grade early and late ICAHT by EHA/EBMT criteria. 2024-04-08. Web page of the repository
//! emilyliangmd/automatedicahtgrading (index.html): its synthetic data set of ten subjects, the table of exceedances at or
//! below 500/µL, the longest durations, and the early and late grades as printed there.
//!
//! Grades by Rejeski K, Subklewe M, Aljurf M, et al. Blood 2023;142:865-877.

use tercel::grade::icaht::{Count, Days, FollowUp, IcahtOptions, Interpolation, grade_icaht};
use tercel::grade::{Grade, Toxicity};

struct Published {
    /// Counts of day 0 to 30 (or the last day of follow-up); `.` where none was drawn.
    early: &'static str,
    /// Counts after day 30 up to the censoring day: day and count.
    late: &'static [(i32, f64)],
    follow_up: FollowUp,
    /// Exceedances at or below 500/µL, from and to.
    exceedances: &'static [(i32, i32)],
    /// Longest duration at or below 500/µL and 100/µL.
    longest: (i32, i32),
    early_grade: u8,
    /// `None`: no count.
    late_grade: Option<u8>,
}

const SUBJECTS: [Published; 10] = [
    Published {
        early: "2070 3440 2260 2120 1400 1440 1240 1310 1060 1150 1360 680 5120 . 3990 1640 . . 840 1600 . 2060 . . . 1710 . . \
                1700 1290 .",
        late: &[(34, 1990.), (43, 2440.)],
        follow_up: FollowUp::NotEnded,
        exceedances: &[],
        longest: (0, 0),
        early_grade: 0,
        late_grade: Some(0),
    },
    Published {
        early: "3020 1870 1390 1680 1370 790 810 650 1030 . 700 . 660 890 . 1400 . 980 . . 1960 . . . 3880 . . . 2540 . .",
        late: &[(36, 1990.), (43, 2120.), (50, 1740.), (73, 2550.)],
        follow_up: FollowUp::NotEnded,
        exceedances: &[],
        longest: (0, 0),
        early_grade: 0,
        late_grade: Some(0),
    },
    Published {
        early: "1780 2280 . 1790 . 750 1160 930 1670 3670 3710 3180 5070 . 4080 . . 2840 . . . 2170 . . . . . . 2210 . 1930",
        late: &[(35, 2460.)],
        follow_up: FollowUp::EndedOn(35),
        exceedances: &[],
        longest: (0, 0),
        early_grade: 0,
        late_grade: Some(0),
    },
    Published {
        early: "2150 . 2280 460 . 250 1220 . 1650 1670 . 890 . . 680 . 630 . 650 . . 370 7580 . . . 910 . 1170 . .",
        late: &[(35, 900.)],
        follow_up: FollowUp::EndedOn(42),
        exceedances: &[(3, 5), (20, 21)],
        longest: (3, 0),
        early_grade: 1,
        late_grade: Some(2),
    },
    Published {
        early: "20 10 10 10 20 630 5900 6120 . 2060 . . . 1020 . . 550 . . . 710 800 . 5440 . . . 1920 . . 1590",
        late: &[
            (33, 1590.),
            (36, 500.),
            (38, 450.),
            (39, 460.),
            (40, 550.),
            (41, 650.),
            (42, 1050.),
            (43, 1410.),
        ],
        follow_up: FollowUp::EndedOn(43),
        exceedances: &[(0, 4)],
        longest: (5, 5),
        early_grade: 1,
        late_grade: Some(3),
    },
    Published {
        early: "670 . 0 0 0 60 . 120 200 180 3210 5640 . 2430 . 440 2090 3390 . . 460 . 3240 . . . 460 . . 800 .",
        late: &[(33, 800.), (35, 760.)],
        follow_up: FollowUp::EndedOn(35),
        exceedances: &[(1, 9), (15, 15), (20, 20), (26, 26)],
        longest: (9, 5),
        early_grade: 2,
        late_grade: Some(2),
    },
    Published {
        early: "440 . 940 480 . 140 10 10 0 0 0 0 0 0 60 . 340 450 . 1190 1240 1980 . 2190 . . . 1660 . . 1600",
        late: &[(43, 7310.)],
        follow_up: FollowUp::EndedOn(49),
        exceedances: &[(0, 17)],
        longest: (18, 9),
        early_grade: 3,
        late_grade: Some(0),
    },
    Published {
        early: "100 330 . 110 10 0 10 . 60 30 . 20 30 40 30 20 30",
        late: &[],
        follow_up: FollowUp::EndedOn(16),
        exceedances: &[(0, 16)],
        longest: (17, 13),
        early_grade: 4,
        late_grade: None,
    },
    Published {
        early: "1520 1500 1470 1140 510 340 1930 4570 4000 . 1670 1840 1530 2570 . . 3660 . . . . . 1820 . . . . . 1630 1390 .",
        late: &[(36, 4770.), (65, 3040.), (94, 5950.)],
        follow_up: FollowUp::NotEnded,
        exceedances: &[(5, 5)],
        longest: (1, 0),
        early_grade: 1,
        late_grade: Some(0),
    },
    Published {
        early: "2370 1870 1220 470 . 90 310 270 . 310 1390 . . 3120 . . 4530 . . . . 5440 . . . . . . . . 2220",
        late: &[(31, 1880.), (43, 3160.), (57, 3970.), (76, 5490.)],
        follow_up: FollowUp::NotEnded,
        exceedances: &[(3, 9)],
        longest: (7, 1),
        early_grade: 2,
        late_grade: Some(0),
    },
];

const OPTIONS: IcahtOptions = IcahtOptions {
    interpolation: Interpolation::Linear,
    late_last_day: 100,
};

fn counts(published: &Published) -> Vec<Count> {
    let early = (0..).zip(published.early.split_whitespace());
    let early = early.filter(|(_, text)| *text != ".");
    let early = early.map(|(day, text)| (day, text.parse().unwrap()));
    let all = early.chain(published.late.iter().copied());
    all.map(|(day, per_ul)| Count { day, per_ul }).collect()
}

fn longest(exceedances: &[Days]) -> i32 {
    exceedances.iter().map(|days| days.count()).max().unwrap_or(0)
}

#[test]
fn exceedances_durations_and_grades_are_as_published() {
    for (number, published) in (1..).zip(&SUBJECTS) {
        let graded = grade_icaht(&counts(published), published.follow_up, OPTIONS);
        let early = graded.early.unwrap();
        let found: Vec<(i32, i32)> = early
            .at_or_below_500
            .iter()
            .map(|days| (days.first, days.last))
            .collect();
        assert_eq!(found, published.exceedances, "subject {number}");
        let durations = (longest(&early.at_or_below_500), longest(&early.at_or_below_100));
        assert_eq!(durations, published.longest, "subject {number}");
        assert_eq!(early.at_least.number(), published.early_grade, "subject {number}");
        let late = graded.late.map(|late| late.toxicity.number());
        assert_eq!(late, published.late_grade, "subject {number}");
    }
}

/// The publication counts days without a count as recovered. Subject 10 has none from day 22 to 29, which bounds its grade
/// from above by 3: eight days at or below 100/µL would fit.
#[test]
fn a_stretch_without_counts_bounds_the_grade_from_above() {
    for (number, published) in (1..).zip(&SUBJECTS) {
        let early = grade_icaht(&counts(published), published.follow_up, OPTIONS)
            .early
            .unwrap();
        if number == 10 {
            assert_eq!(early.uncovered, [Days { first: 22, last: 29 }]);
            assert_eq!(early.at_most, Toxicity::Present(Grade::G3));
        } else {
            assert_eq!(early.at_least, early.at_most, "subject {number}");
        }
    }
}
