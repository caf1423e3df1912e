//! Codes that a protocol file gives in letters.

/// A code made of letters, such as that of a country.
pub(super) struct Letters {
    pub(super) count: usize,
    pub(super) fit: fn(&u8) -> bool,
    pub(super) what: &'static str,
    pub(super) example: &'static str,
}

impl Letters {
    pub(super) const COUNTRY: Self = Self {
        count: 3,
        fit: u8::is_ascii_uppercase,
        what: "the code of a country in three capital letters (ISO 3166-1)",
        example: "\"CHN\"",
    };
    pub(super) const SHORT_COUNTRY: Self = Self {
        count: 2,
        fit: u8::is_ascii_uppercase,
        what: "the code of a country in two capital letters (ISO 3166-1)",
        example: "\"CN\"",
    };
    pub(super) const LANGUAGE: Self = Self {
        count: 3,
        fit: u8::is_ascii_lowercase,
        what: "the code of a language in three small letters (ISO 639-2)",
        example: "\"eng\"",
    };
}
