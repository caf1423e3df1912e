//! The items of the checklists, in our words, under the numbers of their publications.

use super::Answer;

/// An item: its number, what it asks for, and what the study says to it.
pub(super) type Item = (&'static str, &'static str, Answer);

/// A part of a checklist.
pub(super) type Part = (&'static str, &'static [Item]);

/// `schulz2010consort` for the numbers, `yap2023consort` for what a dose-finding trial adds.
pub(super) const CONSORT: &[Part] = &[
    (
        "Title and abstract",
        &[
            (
                "1a",
                "The title or abstract says that doses are looked for, and how early the trial is",
                Answer::Title,
            ),
            ("1b", "Structured abstract", Answer::Authors),
        ],
    ),
    (
        "Introduction",
        &[
            (
                "2a.1",
                "Question and why the trial was done, with the clinical evidence so far",
                Answer::Authors,
            ),
            ("2a.2", "What non-clinical work found", Answer::Authors),
            ("2a.3", "What supports planned biomarker substudies", Answer::Authors),
            ("2b", "Objectives", Answer::Objectives),
        ],
    ),
    (
        "Methods",
        &[
            (
                "3a.1",
                "Design: how doses are raised and lowered, groups, adaptations fixed beforehand",
                Answer::Design,
            ),
            ("3a.2", "Scheme of the trial with its transitions", Answer::Schema),
            ("3b", "Changes after the start, with reasons", Answer::Amendments),
            ("4a", "Who could take part", Answer::Eligibility),
            ("4b", "Where the data were collected", Answer::Setting),
            (
                "5",
                "Interventions at each dose, and when they were given",
                Answer::Interventions,
            ),
            (
                "6a",
                "Outcomes and how they were assessed, dose-limiting toxicity among them",
                Answer::Outcomes,
            ),
            ("6b", "Changes of outcomes", Answer::Authors),
            (
                "7a",
                "Number of participants and where it comes from",
                Answer::SampleSize,
            ),
            ("7b", "Interim decisions, stopping and halting", Answer::Interim),
            ("8a", "How groups were assigned", Answer::Assignment),
            ("8b", "Kind of randomisation", Answer::Assignment),
            ("9", "Concealment of the assignment", Answer::Assignment),
            ("10", "Who assigned", Answer::Authors),
            ("11a", "Blinding", Answer::Authors),
            ("11b", "Similarity of interventions", Answer::Authors),
            ("12a", "Statistics of each outcome", Answer::Statistics),
            ("12b", "Further analyses", Answer::Further),
        ],
    ),
    (
        "Results",
        &[
            ("13a", "Participants from consent to analysis, by dose", Answer::Flow),
            ("13b", "Losses and exclusions with reasons", Answer::Losses),
            ("14a", "Dates of recruitment and follow-up", Answer::Dates),
            ("14b", "Why the trial ended", Answer::Authors),
            (
                "15",
                "Baseline by dose",
                Answer::Section("report, Demography and baseline disease"),
            ),
            ("16", "Participants in each analysis", Answer::Analysed),
            ("17a", "Results of each outcome with their precision", Answer::Results),
            (
                "17b",
                "Absolute sizes of binary outcomes",
                Answer::Section("report, Outcomes"),
            ),
            (
                "18",
                "Results of further analyses",
                Answer::Section("report, forest plot; decision packets"),
            ),
            ("19", "Harms by dose, dose-limiting toxicity among them", Answer::Harms),
        ],
    ),
    (
        "Discussion",
        &[
            ("20", "Limitations", Answer::Authors),
            ("21", "To whom the results apply", Answer::Authors),
            (
                "22",
                "Interpretation, the recommended dose among it",
                Answer::Recommended,
            ),
        ],
    ),
    (
        "Other information",
        &[
            ("23", "Registration", Answer::Registration),
            ("24", "Where the protocol can be read", Answer::Version),
            ("25", "Funding", Answer::Authors),
        ],
    ),
];

/// `chan2013spirit` for the numbers, `yap2023spirit` for what a dose-finding trial adds.
pub(super) const SPIRIT: &[Part] = &[
    (
        "Administrative information",
        &[
            ("1", "Title with design, population and intervention", Answer::Title),
            ("2a", "Registry and number", Answer::Registration),
            (
                "2b",
                "The registration data set of the World Health Organization",
                Answer::Export("tercel export --to ctgov"),
            ),
            ("3", "Version and date of the protocol", Answer::Version),
            ("4", "Funding", Answer::Authors),
            ("5a", "Contributors", Answer::Authors),
            ("5b", "Sponsor", Answer::Authors),
            ("5c", "Role of sponsor and funders", Answer::Authors),
            (
                "5d",
                "Committees, the one that decides about doses among them",
                Answer::Authors,
            ),
        ],
    ),
    (
        "Introduction",
        &[
            (
                "6a",
                "Question and why the trial is done, with clinical and non-clinical evidence",
                Answer::Authors,
            ),
            ("6b", "Why these doses and comparators", Answer::Authors),
            ("7", "Objectives", Answer::Objectives),
            ("8", "Design: how doses are raised and lowered", Answer::Design),
        ],
    ),
    (
        "Participants, interventions and outcomes",
        &[
            ("9", "Where", Answer::Setting),
            ("10", "Who can take part", Answer::Eligibility),
            ("11a", "Interventions at each dose", Answer::Interventions),
            ("11b", "When treatment is changed, halted or stopped", Answer::Interim),
            ("11c", "Whether treatment is given as planned", Answer::Adherence),
            ("11d", "Care allowed and not allowed beside it", Answer::Authors),
            ("12", "Outcomes, dose-limiting toxicity among them", Answer::Outcomes),
            ("13", "Schedule of visits", Answer::Schedule),
            (
                "14",
                "Number of participants and where it comes from",
                Answer::SampleSize,
            ),
            ("15", "Recruitment", Answer::Authors),
        ],
    ),
    (
        "Assignment of doses",
        &[
            ("16a", "How groups are assigned", Answer::Assignment),
            ("16b", "Concealment of the assignment", Answer::Assignment),
            ("16c", "Who assigns", Answer::Authors),
            ("17a", "Blinding", Answer::Authors),
            ("17b", "Unblinding", Answer::Authors),
        ],
    ),
    (
        "Data and analysis",
        &[
            ("18a", "How data are collected", Answer::Collection),
            ("18b", "How participants are kept in follow-up", Answer::Authors),
            ("19", "How data are managed", Answer::Management),
            ("20a", "Statistics of each outcome", Answer::Statistics),
            ("20b", "Further analyses", Answer::Further),
            ("20c", "Populations and missing data", Answer::Populations),
        ],
    ),
    (
        "Monitoring",
        &[
            ("21a", "Who monitors the data", Answer::Authors),
            ("21b", "Interim decisions and stopping", Answer::Interim),
            ("22", "How harms are collected, graded and reported", Answer::Grading),
            ("23", "Audits", Answer::Authors),
        ],
    ),
    (
        "Ethics and dissemination",
        &[
            ("24", "Approval", Answer::Authors),
            ("25", "Amendments", Answer::Amendments),
            ("26a", "Consent", Answer::Consent),
            ("26b", "Consent to further use of data and samples", Answer::Authors),
            ("27", "Confidentiality", Answer::Authors),
            ("28", "Interests", Answer::Authors),
            ("29", "Access to the data", Answer::Authors),
            ("30", "Care after the trial", Answer::Authors),
            ("31a", "How results are published", Answer::Authors),
            ("31b", "Authorship", Answer::Authors),
            ("31c", "Access to protocol, data and code", Answer::Reproducible),
            ("32", "Consent form", Answer::Authors),
            ("33", "Samples", Answer::Authors),
        ],
    ),
];
