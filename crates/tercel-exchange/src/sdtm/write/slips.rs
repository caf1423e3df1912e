//! Slips of the pen in single rows: which cells become what, in which rows, and the rule that must find it.

/// A slip in one row of a dataset.
#[derive(Debug)]
pub(super) struct Slip {
    pub(super) kind: &'static str,
    /// Dataset, or supplemental qualifiers.
    pub(super) table: &'static str,
    /// What the cells become; a finding names the first.
    pub(super) set: &'static [(&'static str, &'static str)],
    /// The rule that finds it.
    pub(super) rule: &'static str,
    /// What the row must say: a text, anything (`*`), nothing, or a name of the protocol (`@`).
    pub(super) only: &'static [(&'static str, &'static str)],
}

impl Slip {
    /// The dataset a finding names: a qualifier is read with its parent.
    pub(super) fn dataset(&self) -> &'static str {
        self.table.strip_prefix("SUPP").unwrap_or(self.table)
    }

    /// The variable a finding names: that of a qualifier is its name.
    pub(super) fn field(&self) -> &'static str {
        let name = self.only.iter().find(|(column, _)| *column == "QNAM");
        name.map(|(_, name)| *name)
            .or(self.set.first().map(|(column, _)| *column))
            .unwrap_or_default()
    }

    /// The number of the record, from the cells of its row.
    pub(super) fn number<'r>(&self, cell: impl Fn(&str) -> &'r str) -> Option<u32> {
        let name = if self.table == self.dataset() {
            format!("{}SEQ", self.table)
        } else {
            "IDVARVAL".to_owned()
        };
        cell(&name).parse().ok()
    }
}

macro_rules! slips {
    ($($kind:literal $table:literal [$($set:expr),+] $rule:literal if [$($only:expr),*];)+) => {
        /// All slips, by dataset.
        pub(super) const SLIPS: &[Slip] = &[$(Slip {
            kind: $kind, table: $table, set: &[$($set),+], rule: $rule, only: &[$($only),*],
        }),+];
    };
}

slips! {
    "age no one reaches" "DM" [("AGE", "159")] "out-of-range" if [("AGE", "*")];
    "age in words" "DM" [("AGE", "sixty")] "not-a-number" if [("AGE", "*")];
    "age in months" "DM" [("AGEU", "MONTHS")] "not-in-codelist" if [("AGEU", "*")];
    "unknown sex" "DM" [("SEX", "W")] "not-in-codelist" if [("SEX", "*")];
    "unknown arm" "DM" [("ARMCD", "DL9")] "not-in-protocol" if [("ARMCD", "*"), ("USUBJID", "@settled")];
    "consent on an impossible day" "DM" [("RFICDTC", "2025-02-30")] "not-a-date" if [("RFICDTC", "*")];
    "death flagged without a date" "DM" [("DTHDTC", ""), ("DTHFL", "Y")] "incomplete" if [("DTHDTC", "")];
    "death with the day first" "DM" [("DTHDTC", "31/12/2026")] "not-a-date" if [("DTHDTC", "*"), ("USUBJID", "@settled")];
    "disposition without a term" "DS" [("DSDECOD", "")] "missing-value" if [("DSDECOD", "ELIGIBILITY CRITERIA MET")];
    "milestone without a date" "DS" [("DSSTDTC", "")] "missing-value" if [("DSDECOD", "ELIGIBILITY CRITERIA MET")];
    "milestone on an impossible day" "DS" [("DSSTDTC", "2025-13-01")] "not-a-date" if [("DSDECOD", "ELIGIBILITY CRITERIA MET")];
    "deviation without a term" "DV" [("DVTERM", "")] "missing-value" if [];
    "deviation with the day first" "DV" [("DVSTDTC", "03.04.2026")] "not-a-date" if [];
    "history without a term" "MH" [("MHTERM", "")] "missing-value" if [];
    "history with a two-digit year" "MH" [("MHSTDTC", "18-05")] "not-a-date" if [];
    "unknown visit status" "SV" [("SVOCCUR", "YES")] "not-in-codelist" if [("SVOCCUR", "Y")];
    "visit without a date" "SV" [("SVSTDTC", "")] "missing-value" if [];
    "visit on an impossible day" "SV" [("SVSTDTC", "2026-06-31")] "not-a-date" if [];
    "unknown survival status" "SS" [("SSSTRESC", "WELL")] "not-in-codelist" if [];
    "survival contact without a date" "SS" [("SSDTC", "")] "missing-value" if [];
    "dead at a contact, alive in DM" "SS" [("SSSTRESC", "DEAD")] "incomplete" if [("USUBJID", "@alive")];
    "event without a term" "AE" [("AETERM", "")] "missing-value" if [("AETOXGR", "1")];
    "grade not entered" "AE" [("AETOXGR", "")] "missing-value" if [("AETOXGR", "1")];
    "grade in words" "AE" [("AETOXGR", "MODERATE")] "not-in-codelist" if [("AETOXGR", "2")];
    "relatedness not entered" "AE" [("AEREL", "")] "missing-value" if [("AETOXGR", "1")];
    "unknown relatedness" "AE" [("AEREL", "MAYBE")] "not-in-codelist" if [("AETOXGR", "1")];
    "unknown outcome of an event" "AE" [("AEOUT", "BETTER")] "not-in-codelist" if [("AETOXGR", "1")];
    "unknown seriousness" "AE" [("AESER", "NON-SERIOUS")] "not-in-codelist" if [("AETOXGR", "2")];
    "event without an onset" "AE" [("AESTDTC", "")] "missing-value" if [("AETOXGR", "1")];
    "onset with the day first" "AE" [("AESTDTC", "14/03/2026")] "not-a-date" if [("AETOXGR", "1")];
    "end on an impossible day" "AE" [("AEENDTC", "2026-02-29")] "not-a-date" if [("AETOXGR", "1"), ("AEENDTC", "*")];
    "unknown relatedness to lymphodepletion" "SUPPAE" [("QVAL", "PERHAPS")] "not-in-codelist" if [("QNAM", "AERELLD")];
    "laboratory result without a test" "LB" [("LBTESTCD", "")] "missing-value" if [("LBTESTCD", "GGT")];
    "laboratory result without a day" "LB" [("LBDTC", "")] "missing-value" if [("LBTESTCD", "GGT")];
    "laboratory result on an impossible day" "LB" [("LBDTC", "2026-04-31T07:30")] "not-a-date" if [("LBTESTCD", "ALP")];
    "laboratory result in words" "LB" [("LBSTRESN", "haemolysed")] "not-a-number" if [("LBTESTCD", "GGT")];
    "two forms of a result" "LB" [("LBSTRESC", "999")] "disagree" if [("LBTESTCD", "ALP"), ("LBSTRESN", "*")];
    "collected and standard result apart" "LB" [("LBORRES", "7777")] "disagree" if [("LBTESTCD", "GGT"), ("LBSTRESN", "*"), ("LBORRES", "*")];
    "reference limit in words" "LB" [("LBSTNRHI", "<60")] "not-a-number" if [("LBTESTCD", "GGT")];
    "unknown significance" "LB" [("LBCLSIG", "CS")] "not-in-codelist" if [("LBTESTCD", "GGT")];
    "event number in words" "SUPPLB" [("QVAL", "first")] "not-a-number" if [("QNAM", "LBAESEQ")];
    "biomarker in pg/mL" "LB" [("LBSTRESU", "pg/mL")] "not-in-codelist" if [("LBTESTCD", "@biomarker")];
    "biomarker not entered" "LB" [("LBSTRESN", ""), ("LBSTRESC", ""), ("LBORRES", "")] "missing-value" if [("LBTESTCD", "@biomarker")];
    "temperature in Fahrenheit as Celsius" "VS" [("VSSTRESN", "98.6")] "out-of-range" if [("VSTESTCD", "TEMP")];
    "pulse in words" "VS" [("VSSTRESN", "irregular")] "not-a-number" if [("VSTESTCD", "PULSE")];
    "vital sign without a test" "VS" [("VSTESTCD", "")] "missing-value" if [("VSTESTCD", "RESP")];
    "vital sign without a time" "VS" [("VSDTC", "")] "missing-value" if [("VSTESTCD", "RESP")];
    "vital sign at an impossible time" "VS" [("VSDTC", "2026-03-01T25:00")] "not-a-date" if [("VSTESTCD", "RESP")];
    "number not entered" "VS" [("VSSEQ", "")] "missing-value" if [("VSTESTCD", "RESP")];
    "number in words" "VS" [("VSSEQ", "last")] "not-a-number" if [("VSTESTCD", "RESP")];
    "assessment without an item" "FA" [("FATESTCD", "")] "missing-value" if [("FATESTCD", "MOTOR")];
    "assessment of nothing" "FA" [("FAOBJ", "")] "missing-value" if [("FATESTCD", "MOTOR")];
    "item without a result" "FA" [("FASTRESC", ""), ("FAORRES", "")] "missing-value" if [("FATESTCD", "MOTOR")];
    "item without a time" "FA" [("FADTC", "")] "missing-value" if [("FATESTCD", "OEDEMA")];
    "item at an impossible time" "FA" [("FADTC", "2026-02-30T09:00")] "not-a-date" if [("FATESTCD", "OEDEMA")];
    "grade no scale has" "FA" [("FASTRESC", "7")] "not-in-codelist" if [("FATESTCD", "TOXGR")];
    "unknown verdict" "FA" [("FASTRESC", "MAYBE"), ("FAORRES", "MAYBE")] "not-in-codelist" if [("FATESTCD", "DLT")];
    "verdict without a day" "FA" [("FADTC", "")] "missing-value" if [("FATESTCD", "DLT")];
    "medication without a name" "CM" [("CMTRT", "")] "missing-value" if [("CMCAT", "CONCOMITANT")];
    "new therapy without a start" "CM" [("CMSTDTC", "")] "missing-value" if [("CMCAT", "SUBSEQUENT ANTICANCER THERAPY")];
    "medication with an impossible end" "CM" [("CMENDTC", "2026-02-30")] "not-a-date" if [("CMENDTC", "*")];
    "procedure without a name" "PR" [("PRTRT", "")] "missing-value" if [];
    "procedure without a date" "PR" [("PRSTDTC", "")] "missing-value" if [("PRTRT", "LEUKAPHERESIS")];
    "procedure on an impossible day" "PR" [("PRSTDTC", "2025-00-10")] "not-a-date" if [];
    "treatment without a name" "EX" [("EXTRT", "")] "missing-value" if [("EXTRT", "@lymphodepletion")];
    "treatment unknown to the protocol" "EX" [("EXTRT", "MELPHALAN")] "not-in-protocol" if [("EXTRT", "@lymphodepletion")];
    "treatment without a date" "EX" [("EXSTDTC", "")] "missing-value" if [("EXTRT", "@lymphodepletion")];
    "treatment on an impossible day" "EX" [("EXSTDTC", "2025-11-31")] "not-a-date" if [("EXTRT", "@lymphodepletion")];
    "dose in words" "EX" [("EXDOSE", "one bag")] "not-a-number" if [("EXTRT", "@infusion"), ("EXDOSE", "*")];
    "dose of no product" "EX" [("EXDOSE", "1e15")] "out-of-range" if [("EXTRT", "@infusion"), ("EXDOSE", "*")];
    "dose without a unit" "EX" [("EXDOSU", "")] "missing-value" if [("EXTRT", "@infusion"), ("EXDOSE", "*")];
    "dose in an unknown unit" "EX" [("EXDOSU", "vials")] "not-in-codelist" if [("EXTRT", "@infusion"), ("EXDOSE", "*")];
    "planned treatment without a name" "EC" [("ECTRT", "")] "missing-value" if [];
    "planned treatment unknown to the protocol" "EC" [("ECTRT", "CAR-NK")] "not-in-protocol" if [];
    "unknown mood of a plan" "EC" [("ECMOOD", "PLANNED")] "not-in-codelist" if [];
    "planned dose in words" "EC" [("ECDOSE", "full")] "not-a-number" if [];
    "planned dose of no product" "EC" [("ECDOSE", "-1")] "out-of-range" if [];
    "planned dose without a unit" "EC" [("ECDOSU", "")] "missing-value" if [];
    "planned dose in an unknown unit" "EC" [("ECDOSU", "bags")] "not-in-codelist" if [];
    "plan on an impossible day" "EC" [("ECSTDTC", "2025-06-31")] "not-a-date" if [];
    "lesion without a link" "TU" [("TULNKID", "")] "missing-value" if [("TUSTRESC", "NON-TARGET")];
    "lesion without a role" "TU" [("TUORRES", ""), ("TUSTRESC", "")] "missing-value" if [("TUSTRESC", "NON-TARGET")];
    "unknown role of a lesion" "TU" [("TUSTRESC", "TARGT")] "not-in-codelist" if [("TUSTRESC", "NON-TARGET")];
    "lesion on an impossible day" "TU" [("TUDTC", "2025-02-30")] "not-a-date" if [("TUSTRESC", "NON-TARGET")];
    "measurement without a test" "TR" [("TRTESTCD", "")] "missing-value" if [("TRTESTCD", "LDIAM")];
    "measurement without a day" "TR" [("TRDTC", "")] "missing-value" if [("TRTESTCD", "LDIAM")];
    "measurement on an impossible day" "TR" [("TRDTC", "2026-09-31")] "not-a-date" if [("TRTESTCD", "LDIAM")];
    "diameter in inches" "TR" [("TRSTRESU", "in")] "not-in-codelist" if [("TRTESTCD", "LDIAM")];
    "diameter of no body" "TR" [("TRSTRESN", "4200")] "out-of-range" if [("TRTESTCD", "LDIAM")];
    "diameter in words" "TR" [("TRSTRESN", "large")] "not-a-number" if [("TRTESTCD", "LDIAM")];
    "two forms of a diameter" "TR" [("TRSTRESC", "999")] "disagree" if [("TRTESTCD", "LDIAM"), ("TRSTRESN", "*")];
    "diameter not entered" "TR" [("TRSTRESN", ""), ("TRSTRESC", ""), ("TRORRES", "")] "missing-value" if [("TRTESTCD", "LDIAM")];
    "assessment without a test" "RS" [("RSTESTCD", "")] "missing-value" if [("RSTESTCD", "OVRLRESP")];
    "assessment without a day" "RS" [("RSDTC", "")] "missing-value" if [("RSTESTCD", "OVRLRESP")];
    "assessment on an impossible day" "RS" [("RSDTC", "2026-11-31")] "not-a-date" if [("RSTESTCD", "OVRLRESP")];
    "unknown response" "RS" [("RSSTRESC", "STABLE")] "not-in-codelist" if [("RSTESTCD", "OVRLRESP")];
    "response not entered" "RS" [("RSORRES", ""), ("RSSTRESC", "")] "missing-value" if [("RSTESTCD", "OVRLRESP")];
    "ECOG of no scale" "RS" [("RSSTRESN", "9")] "out-of-range" if [("RSTESTCD", "ECOG101")];
    "Child-Pugh of no scale" "RS" [("RSSTRESN", "2")] "out-of-range" if [("RSTESTCD", "CPS0106")];
    "score in words" "RS" [("RSSTRESN", "A")] "not-a-number" if [("RSTESTCD", "CPS0106")];
    "two forms of a score" "RS" [("RSSTRESC", "4")] "disagree" if [("RSTESTCD", "ECOG101"), ("RSSTRESN", "*")];
    "copies without a test" "PC" [("PCTESTCD", "")] "missing-value" if [];
    "copies of an unknown test" "PC" [("PCTESTCD", "FLOW2")] "not-in-protocol" if [];
    "copies without a day" "PC" [("PCDTC", "")] "missing-value" if [];
    "copies on an impossible day" "PC" [("PCDTC", "2025-02-29T07:30")] "not-a-date" if [];
    "copies in an unknown unit" "PC" [("PCSTRESU", "%")] "not-in-codelist" if [];
    "copies not entered" "PC" [("PCSTRESN", ""), ("PCSTRESC", ""), ("PCORRES", "")] "missing-value" if [];
    "copies in words" "PC" [("PCSTRESC", "positive"), ("PCORRES", "positive"), ("PCSTRESN", "")] "not-a-number" if [];
    "copies below zero" "PC" [("PCSTRESN", "-5")] "out-of-range" if [("PCSTRESN", "*")];
    "limit of copies in words" "PC" [("PCLLOQ", "low")] "not-a-number" if [];
    "two forms of copies" "PC" [("PCSTRESC", "7654321")] "disagree" if [("PCSTRESN", "*")];
    "cell counts without a test" "CP" [("CPTESTCD", "")] "missing-value" if [];
    "cell counts of an unknown test" "CP" [("CPTESTCD", "FLOW2")] "not-in-protocol" if [];
    "cell counts without a day" "CP" [("CPDTC", "")] "missing-value" if [];
    "cell counts on an impossible day" "CP" [("CPDTC", "2025-02-29T07:30")] "not-a-date" if [];
    "cell counts in an unknown unit" "CP" [("CPSTRESU", "%")] "not-in-codelist" if [];
    "cell counts not entered" "CP" [("CPSTRESN", ""), ("CPSTRESC", ""), ("CPORRES", "")] "missing-value" if [];
    "cell counts in words" "CP" [("CPSTRESC", "positive"), ("CPORRES", "positive"), ("CPSTRESN", "")] "not-a-number" if [];
    "cell counts below zero" "CP" [("CPSTRESN", "-5")] "out-of-range" if [("CPSTRESN", "*")];
    "limit of cell counts in words" "CP" [("CPLLOQ", "low")] "not-a-number" if [];
    "two forms of cell counts" "CP" [("CPSTRESC", "7654321")] "disagree" if [("CPSTRESN", "*")];
}
