//! `ADSL`.

use super::{By, Cdisc, Date, Derived, Described, Float, IMPUTED, Integer, Line, Of, Open, Own, SUBJECT, Text, YES, v};

pub(super) const DATASET: Described = Described {
    name: "ADSL",
    label: "Subject-Level Analysis Dataset",
    class: "SUBJECT LEVEL ANALYSIS DATASET",
    structure: "One record per subject",
    keys: &["STUDYID", "USUBJID"],
    repeats: false,
    carries: None,
    lines: &[SUBJECT, DATES, CARRIED, TREATMENT],
};

const DATES: &[Line] = &[
    v(
        "TRTSDT",
        "Date of First Exposure to Treatment",
        Date,
        Open,
        Derived(
            "First EX.EXSTDTC of a dose above zero of any treatment that is not lymphodepletion, blank where its day is not known; as recorded where the source is an ADSL.",
        ),
    ),
    v(
        "TRTEDT",
        "Date of Last Exposure to Treatment",
        Date,
        Open,
        Derived(
            "Last EX.EXENDTC, or EX.EXSTDTC where that is blank, of a dose above zero of any treatment that is not lymphodepletion.",
        ),
    ),
    v(
        "RANDDT",
        "Date of Randomization",
        Date,
        Open,
        Derived("First DS.DSSTDTC where DSDECOD is RANDOMIZED; blank in a study without randomisation."),
    ),
    v(
        "DTHDT",
        "Date of Death",
        Date,
        Open,
        Derived(
            "DM.DTHDTC, else the first DS.DSSTDTC where DSDECOD is DEATH. Of a partial date the first day it can mean, but not before the last day it can mean on which SV, SS (ALIVE), TR, LB, VS, FA, PC, CP or an infusion of EX has a record.",
        ),
    ),
    v(
        "DTHDTF",
        "Date of Death Imputation Flag",
        Text,
        IMPUTED,
        Derived("D where the day of the recorded date of death was imputed, M where month and day were."),
    ),
    v(
        "EOSDT",
        "End of Study Date",
        Date,
        Open,
        Derived(
            "Last DS.DSSTDTC of a disposition event of the study other than a screen failure; events whose DSSCAT names treatment are passed over.",
        ),
    ),
    v(
        "LSTALVDT",
        "Date Last Known Alive",
        Date,
        Open,
        Derived(
            "Last complete date of AE, LB, VS, TR, RS and EX records, of SV records of visits that took place and of SS records that say ALIVE, or TRTEDT; not after DTHDT.",
        ),
    ),
    v(
        "SAFFL",
        "Safety Population Flag",
        Text,
        YES,
        Derived(
            "Y where TRTSDT is known or EX holds a dose above zero of any treatment that is not lymphodepletion, else N.",
        ),
    ),
];

const CARRIED: &[Line] = &[
    v(
        "SUBJID",
        "Subject Identifier for the Study",
        Text,
        Open,
        Of("DM.SUBJID"),
    ),
    v("DTHFL", "Subject Death Flag", Text, YES, Of("DM.DTHFL")),
    v("SITEID", "Study Site Identifier", Text, Open, Of("DM.SITEID")),
    v("AGE", "Age", Float, Open, Of("DM.AGE")),
    v("AGEU", "Age Units", Text, Cdisc("C66781"), Of("DM.AGEU")),
    v("SEX", "Sex", Text, Cdisc("C66731"), Of("DM.SEX")),
    v("RACE", "Race", Text, Cdisc("C74457"), Of("DM.RACE")),
    v("ETHNIC", "Ethnicity", Text, Cdisc("C66790"), Of("DM.ETHNIC")),
    v("COUNTRY", "Country", Text, Open, Of("DM.COUNTRY")),
    v("ARMCD", "Planned Arm Code", Text, By("ARM"), Of("DM.ARMCD")),
    v("ARM", "Description of Planned Arm", Text, Own, Of("DM.ARM")),
    v("ACTARMCD", "Actual Arm Code", Text, By("ACTARM"), Of("DM.ACTARMCD")),
    v("ACTARM", "Description of Actual Arm", Text, Own, Of("DM.ACTARM")),
];

const TREATMENT: &[Line] = &[
    v("TRT01P", "Planned Treatment for Period 01", Text, Own, Of("DM.ARM")),
    v(
        "TRT01A",
        "Actual Treatment for Period 01",
        Text,
        Own,
        Derived("DM.ACTARM, or DM.ARM where that is blank, of a treated subject; blank without treatment."),
    ),
    v(
        "DOSELVL",
        "Dose Level",
        Integer,
        Open,
        Derived("Number of the dose level of the protocol to which the subject is assigned, by its arm."),
    ),
    v(
        "DOSEACT",
        "Cells Infused",
        Float,
        Open,
        Derived("Cells of all bags of the day of the first infusion of CAR-T cells, from EX.EXDOSE and EX.EXDOSU."),
    ),
    v(
        "ENRLFL",
        "Enrolled Population Flag",
        Text,
        YES,
        Derived(
            "N for a subject who failed screening, by DS.DSDECOD or DM.ARMNRS, from whom no cells were collected; else Y.",
        ),
    ),
    v(
        "AEPOPFL",
        "Adverse Event Window Population Flag",
        Text,
        YES,
        Derived(
            "Y for a subject assigned to a dose level whose adverse-event window opened, by PBMC collection or infusion; else N.",
        ),
    ),
    v(
        "AEWSDT",
        "Start of Adverse Event Window",
        Date,
        Open,
        Derived("Day of the first PBMC collection, else of the first lymphodepletion, else of infusion."),
    ),
    v(
        "AEWEDT",
        "End of Adverse Event Window",
        Date,
        Open,
        Derived(
            "The protocol's months after infusion, or withdrawal, loss, death or the data cut where that comes first; without infusion the protocol's days after the last study procedure.",
        ),
    ),
];
