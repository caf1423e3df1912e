//! `[icsr]` of a protocol file: the parties of individual case safety reports.

use super::letters::Letters;
use super::reader::Section;
use super::{IcsrContact, IcsrRules, Qualification, SenderType};

/// Longest identifier of a sender or receiver (ICH E2B(R3), N.1.3 and N.1.4).
const MAX_IDENTIFIER: usize = 60;

/// The parties; a protocol may name none.
pub(super) fn parse_icsr(root: &Section<'_>) -> IcsrRules {
    let Some(section) = root.optional_section("icsr") else {
        return IcsrRules::default();
    };
    let rules = IcsrRules {
        sender: identifier(&section, "sender"),
        receiver: identifier(&section, "receiver"),
        sender_type: section.optional_choice("sender_type", &SenderType::NAMES),
        organisation: section.optional_text("organisation"),
        company: section.optional_text("company"),
        contact: section
            .optional_section("contact")
            .map_or_else(IcsrContact::default, |contact| parse_contact(&contact)),
        reporter: section.optional_choice("reporter", &Qualification::NAMES),
        language: section.optional_code("language", &Letters::LANGUAGE),
    };
    section.finish();
    rules
}

fn parse_contact(section: &Section<'_>) -> IcsrContact {
    let contact = IcsrContact {
        department: section.optional_text("department"),
        title: section.optional_text("title"),
        given_name: section.optional_text("given_name"),
        family_name: section.optional_text("family_name"),
        street: section.optional_text("street"),
        city: section.optional_text("city"),
        state: section.optional_text("state"),
        postcode: section.optional_text("postcode"),
        country: section.optional_code("country", &Letters::SHORT_COUNTRY),
        telephone: section.optional_text("telephone"),
        fax: section.optional_text("fax"),
        email: section.optional_text("email"),
    };
    section.finish();
    contact
}

fn identifier(section: &Section<'_>, key: &'static str) -> Option<String> {
    let text = section.optional_text(key)?;
    if text.chars().count() > MAX_IDENTIFIER {
        let message = format!("`icsr.{key}` is longer than the {MAX_IDENTIFIER} characters that a report has room for");
        let hint = "the identifier agreed with the receiver";
        section.log().add(&section.span_of(key), message, hint);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use crate::protocol::{Qualification, SenderType, parse_protocol};

    const PROTOCOL: &str = include_str!("../../../../trials/il1rap-hcc/protocol.toml");

    #[test]
    fn the_parties_of_a_report_are_read_and_a_protocol_may_name_none() {
        let none = parse_protocol("p", PROTOCOL).unwrap();
        assert_eq!(none.icsr, super::IcsrRules::default());
        let text = format!(
            "{PROTOCOL}\n[icsr]\nsender = \"SPONSOR\"\nsender_type = \"health professional\"\nreporter = \"physician\"\n\
             language = \"zho\"\n[icsr.contact]\ncity = \"Wuhan\"\ncountry = \"CN\"\n"
        );
        let icsr = parse_protocol("p", &text).unwrap().icsr;
        assert_eq!(icsr.sender.as_deref(), Some("SPONSOR"));
        assert_eq!(icsr.sender_type.map(SenderType::code), Some("3"));
        assert_eq!(icsr.reporter, Some(Qualification::Physician));
        assert_eq!(icsr.contact.city.as_deref(), Some("Wuhan"));
    }

    #[test]
    fn a_code_of_another_form_and_an_unknown_key_are_named() {
        for (line, message) in [
            (
                "contact.country = \"CHN\"",
                "\"CHN\" is not the code of a country in two capital letters",
            ),
            (
                "language = \"EN\"",
                "\"EN\" is not the code of a language in three small letters",
            ),
            ("sender_type = \"sponsor\"", "sponsor"),
            ("sendre = \"A\"", "sendre"),
        ] {
            let mistakes = parse_protocol("p", &format!("{PROTOCOL}\n[icsr]\n{line}\n")).unwrap_err();
            assert!(
                mistakes.iter().any(|mistake| mistake.message.contains(message)),
                "{mistakes:?}"
            );
        }
        let long = format!("{PROTOCOL}\n[icsr]\nsender = \"{}\"\n", "x".repeat(61));
        assert!(parse_protocol("p", &long).is_err());
    }
}
