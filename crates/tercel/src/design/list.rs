//! The list of all designs: help, protocol file, comparison and conformance read it.

/// A design by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DesignName {
    /// 3+3.
    ThreePlusThree,
    /// BOIN.
    Boin,
    /// Keyboard.
    Keyboard,
    /// mTPI-2.
    Mtpi2,
    /// i3+3.
    IThreePlusThree,
    /// CCD.
    Ccd,
    /// CRM.
    Crm,
    /// Rolling six.
    RollingSix,
    /// Accelerated titration.
    AcceleratedTitration,
    /// TITE-CRM.
    TiteCrm,
    /// TITE-BOIN.
    TiteBoin,
    /// BLRM.
    Blrm,
    /// BF-BOIN.
    BfBoin,
    /// BOIN12.
    Boin12,
}

/// A design as people know it, and what it can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DesignEntry {
    /// Which.
    pub name: DesignName,
    /// The word used on the command line and in a protocol file.
    pub word: &'static str,
    /// Its name in print.
    pub title: &'static str,
    /// Key of its publication in the list of references.
    pub reference: &'static str,
    /// Names of the options it reads.
    pub options: &'static [&'static str],
}

const BOIN: &[&str] = &[
    "target",
    "elimination-cutoff",
    "extra-safe",
    "offset",
    "bound-mtd",
    "p-safe",
    "p-tox",
];

const INTERVAL: &[&str] = &[
    "target",
    "margin-lower",
    "margin-upper",
    "elimination-cutoff",
    "extra-safe",
    "offset",
];

const THREE_PLUS_THREE: DesignEntry = DesignEntry {
    name: DesignName::ThreePlusThree,
    word: "3+3",
    title: "3+3",
    reference: "storer1989",
    options: &["variant"],
};

/// Every design.
pub const ALL: &[DesignEntry] = &[
    THREE_PLUS_THREE,
    DesignEntry {
        name: DesignName::Boin,
        word: "boin",
        title: "BOIN",
        reference: "liu2015boin",
        options: BOIN,
    },
    DesignEntry {
        name: DesignName::Keyboard,
        word: "keyboard",
        title: "Keyboard",
        reference: "yan2017keyboard",
        options: INTERVAL,
    },
    DesignEntry {
        name: DesignName::Mtpi2,
        word: "mtpi2",
        title: "mTPI-2",
        reference: "guo2017mtpi2",
        options: INTERVAL,
    },
    DesignEntry {
        name: DesignName::IThreePlusThree,
        word: "i3+3",
        title: "i3+3",
        reference: "liu2020i3plus3",
        options: INTERVAL,
    },
    DesignEntry {
        name: DesignName::Ccd,
        word: "ccd",
        title: "CCD",
        reference: "ivanova2007ccd",
        options: INTERVAL,
    },
    DesignEntry {
        name: DesignName::Crm,
        word: "crm",
        title: "CRM",
        reference: "oquigley1990crm",
        options: &[
            "target",
            "model",
            "skeleton",
            "prior-sd",
            "intercept",
            "method",
            "allow-skipping",
            "allow-incoherent",
        ],
    },
    DesignEntry {
        name: DesignName::RollingSix,
        word: "rolling-six",
        title: "Rolling six",
        reference: "skolnik2008rolling",
        options: &[],
    },
    DesignEntry {
        name: DesignName::AcceleratedTitration,
        word: "accelerated-titration",
        title: "Accelerated titration",
        reference: "simon1997titration",
        options: &["variant"],
    },
    DesignEntry {
        name: DesignName::TiteCrm,
        word: "tite-crm",
        title: "TITE-CRM",
        reference: "cheung2000titecrm",
        options: &[
            "target",
            "model",
            "skeleton",
            "prior-sd",
            "intercept",
            "method",
            "allow-skipping",
            "allow-incoherent",
            "max-pending-fraction",
            "weights",
        ],
    },
    DesignEntry {
        name: DesignName::TiteBoin,
        word: "tite-boin",
        title: "TITE-BOIN",
        reference: "lin2020titeboin",
        options: &[
            "target",
            "elimination-cutoff",
            "extra-safe",
            "offset",
            "bound-mtd",
            "p-safe",
            "p-tox",
            "variant",
            "max-pending-fraction",
        ],
    },
    DesignEntry {
        name: DesignName::Blrm,
        word: "blrm",
        title: "BLRM with overdose control",
        reference: "neuenschwander2008blrm",
        options: &[
            "doses",
            "ref-dose",
            "prior-mean",
            "prior-sd",
            "prior-cor",
            "cuts",
            "overdose-limit",
            "allow-skipping",
        ],
    },
    DesignEntry {
        name: DesignName::BfBoin,
        word: "bf-boin",
        title: "BF-BOIN",
        reference: "zhao2024bfboin",
        options: &[
            "target",
            "elimination-cutoff",
            "extra-safe",
            "offset",
            "bound-mtd",
            "p-safe",
            "p-tox",
            "n-cap",
            "backfill-without-response",
            "stay-on-one-of-three",
        ],
    },
    DesignEntry {
        name: DesignName::Boin12,
        word: "boin12",
        title: "BOIN12",
        reference: "lin2020boin12",
        options: &[
            "target",
            "elimination-cutoff",
            "p-safe",
            "p-tox",
            "efficacy-min",
            "efficacy-cutoff",
            "utility-u2",
            "utility-u3",
        ],
    },
];

/// The entry of a word.
pub fn find(word: &str) -> Option<&'static DesignEntry> {
    ALL.iter().find(|entry| entry.word == word)
}

impl DesignName {
    /// Whether it decides from responses beside DLTs.
    pub const fn looks_at_responses(self) -> bool {
        matches!(self, Self::BfBoin | Self::Boin12)
    }

    /// Whether it ends the trial by its own rule, so that no number of cohorts is planned.
    pub const fn stops_by_itself(self) -> bool {
        matches!(
            self,
            Self::ThreePlusThree | Self::RollingSix | Self::AcceleratedTitration
        )
    }

    /// Its entry.
    pub fn entry(self) -> &'static DesignEntry {
        ALL.iter().find(|entry| entry.name == self).unwrap_or(&THREE_PLUS_THREE)
    }
}
