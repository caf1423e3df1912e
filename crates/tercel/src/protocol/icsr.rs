//! Who sends individual case safety reports, and to whom: what a report names and the data of a study do not hold.

/// Kind of sender (ICH E2B(R3), C.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SenderType {
    /// Pharmaceutical company.
    Company,
    /// Regulatory authority.
    Authority,
    /// Health professional.
    Professional,
    /// Regional pharmacovigilance centre.
    Centre,
    /// WHO collaborating centre for international drug monitoring.
    Who,
    /// Other: a distributor or another organisation.
    Other,
    /// Patient or consumer.
    Patient,
}

impl SenderType {
    /// Names in protocol files.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("pharmaceutical company", Self::Company),
        ("regulatory authority", Self::Authority),
        ("health professional", Self::Professional),
        ("regional pharmacovigilance centre", Self::Centre),
        ("WHO collaborating centre", Self::Who),
        ("other", Self::Other),
        ("patient", Self::Patient),
    ];

    /// Code of the list of ICH (2.16.840.1.113883.3.989.2.1.1.7).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Company => "1",
            Self::Authority => "2",
            Self::Professional => "3",
            Self::Centre => "4",
            Self::Who => "5",
            Self::Other => "6",
            Self::Patient => "7",
        }
    }
}

/// Qualification of who reports events to the sender (ICH E2B(R3), C.2.r.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualification {
    /// Physician.
    Physician,
    /// Pharmacist.
    Pharmacist,
    /// Other health professional.
    Professional,
    /// Lawyer.
    Lawyer,
    /// Consumer or other non health professional.
    Consumer,
}

impl Qualification {
    /// Names in protocol files.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("physician", Self::Physician),
        ("pharmacist", Self::Pharmacist),
        ("other health professional", Self::Professional),
        ("lawyer", Self::Lawyer),
        ("consumer", Self::Consumer),
    ];

    /// Code of the list of ICH (2.16.840.1.113883.3.989.2.1.1.6).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Physician => "1",
            Self::Pharmacist => "2",
            Self::Professional => "3",
            Self::Lawyer => "4",
            Self::Consumer => "5",
        }
    }
}

/// The parties of individual case safety reports. Nothing of it is assumed where a protocol does not state it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IcsrRules {
    /// Identifier of the sender, as agreed with the receiver (N.1.3, N.2.r.2).
    pub sender: Option<String>,
    /// Identifier of the receiver (N.1.4, N.2.r.3).
    pub receiver: Option<String>,
    /// Kind of sender (C.3.1).
    pub sender_type: Option<SenderType>,
    /// Organisation of the sender (C.3.2).
    pub organisation: Option<String>,
    /// Short name of the organisation in the identifier of a report (C.1.1); the organisation's name where there is none.
    pub company: Option<String>,
    /// Who sends, and where (C.3.3, C.3.4).
    pub contact: IcsrContact,
    /// Who reports events to the sender (C.2.r.4).
    pub reporter: Option<Qualification>,
    /// Language of the terms as reported, three letters (ISO 639-2; E.i.1.1b).
    pub language: Option<String>,
}

/// The person responsible for sending (C.3.3) and the address (C.3.4).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IcsrContact {
    /// Department.
    pub department: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Street address.
    pub street: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Country, two letters (ISO 3166-1).
    pub country: Option<String>,
    /// Telephone.
    pub telephone: Option<String>,
    /// Fax.
    pub fax: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}
