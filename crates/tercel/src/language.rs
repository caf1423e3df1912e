//! The languages of forms, pages and the sentences of gates.
//!
//! A [`Text`] holds every language, so that a text without its translation does not compile. What has parameters is
//! [`Words`], made with both forms side by side, or a function of [`Language`] beside its English `Display`.

/// Whether two texts are the same but for case and the blanks around them: of names, written otherwise they would pass for two.
pub fn without_case(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    one.eq_ignore_ascii_case(other)
        || !(one.is_ascii() && other.is_ascii()) && one.to_lowercase() == other.to_lowercase()
}

/// A language a user may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// Every language, the default first.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The tag of BCP 47, as `lang` attributes and `Accept-Language` headers write it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-Hans",
        }
    }

    /// The language's own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "简体中文",
        }
    }

    /// The language of a tag, by its primary part: `zh`, `zh-CN` and `zh-Hans` are one.
    ///
    /// ```
    /// use tercel::language::Language;
    /// assert_eq!(Language::from_tag("zh-CN"), Some(Language::Chinese));
    /// assert_eq!(Language::from_tag("fr"), None);
    /// ```
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        let same = |language: &Self| language.tag().split('-').next() == Some(primary.to_lowercase().as_str());
        Self::ALL.into_iter().find(same)
    }
}

/// A fixed text in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

impl Text {
    /// The text in both languages.
    pub const fn new(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh }
    }

    /// The text in one of them.
    pub fn of(self, language: Language) -> &'static str {
        match language {
            Language::English => self.en,
            Language::Chinese => self.zh,
        }
    }
}

/// A text with its values, in every language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Words {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

impl Words {
    /// What is said in each language.
    pub fn in_each(said: impl Fn(Language) -> String) -> Self {
        Self {
            en: said(Language::English),
            zh: said(Language::Chinese),
        }
    }

    /// What is said in English alone: of what only files and exports are told, and of texts that the protocol does not have in Chinese.
    pub fn english(text: String) -> Self {
        Self {
            zh: text.clone(),
            en: text,
        }
    }

    /// A text of the protocol, in Chinese as in English where it does not have it in Chinese.
    pub fn of_protocol(en: &str, zh: Option<&str>) -> Self {
        Self {
            en: en.to_owned(),
            zh: zh.unwrap_or(en).to_owned(),
        }
    }

    /// The text in one of them.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }

    /// With a text of the protocol after it, as it stands there: `ALT above 8 × ULN [text]`.
    #[must_use]
    pub fn quoting(self, text: &Self) -> Self {
        Self {
            en: format!("{} [{}]", self.en, text.en),
            zh: format!("{} [{}]", self.zh, text.zh),
        }
    }

    /// Several as one, with what stands between them.
    pub fn join(parts: &[Self], between: Text) -> Self {
        Self::in_each(|language| {
            let parts: Vec<&str> = parts.iter().map(|part| part.of(language)).collect();
            parts.join(between.of(language))
        })
    }
}

impl From<Text> for Words {
    fn from(text: Text) -> Self {
        Self {
            en: text.en.to_owned(),
            zh: text.zh.to_owned(),
        }
    }
}

/// What forms and the protocol count, where it stands as a unit. Units of measurement are the same in every language.
const COUNTED: [Text; 8] = [
    Text::new("points", "分"),
    Text::new("subjects", "例"),
    // Of an age: no form and no criterion counts other years.
    Text::new("years", "岁"),
    Text::new("months", "个月"),
    Text::new("weeks", "周"),
    Text::new("days", "天"),
    Text::new("hours", "小时"),
    Text::new("lines", "线"),
];

/// A unit in a language.
///
/// ```
/// use tercel::language::{Language, unit_in};
/// assert_eq!(unit_in("weeks", Language::Chinese), "周");
/// assert_eq!(unit_in("g/L", Language::Chinese), "g/L");
/// ```
pub fn unit_in(unit: &str, language: Language) -> &str {
    let counted = COUNTED.iter().find(|text| text.en == unit);
    counted.map_or(unit, |text| text.of(language))
}

/// A number with its unit, written as `12 weeks`, in a language: `12周`.
pub fn quantity_in(text: &str, language: Language) -> String {
    match text.rsplit_once(' ') {
        Some((number, unit)) if unit_in(unit, language) != unit => format!("{number}{}", unit_in(unit, language)),
        Some(_) | None => text.to_owned(),
    }
}

/// [`Words`] from their two forms, which share their parameters.
#[macro_export]
macro_rules! both {
    ($en:literal, $zh:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        $(let $name = &$value;)*
        $crate::language::Words { en: format!($en), zh: format!($zh) }
    }};
}
pub use both;
