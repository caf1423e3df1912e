//! Bytes to text: UTF-8 where they are, otherwise what they can only be, and a sentence that says so.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::table::TableError;

/// The text of a file, and what was assumed about its encoding.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Option<String>), TableError> {
    let marked = [
        (&b"\xef\xbb\xbf"[..], None),
        (&b"\xff\xfe"[..], Some(UTF_16LE)),
        (&b"\xfe\xff"[..], Some(UTF_16BE)),
    ];
    for (mark, encoding) in marked {
        let Some(rest) = bytes.strip_prefix(mark) else { continue };
        return match encoding {
            Some(encoding) => strict(encoding, rest).map(|text| (text, None)),
            None => std::str::from_utf8(rest)
                .map(|text| (Cow::Borrowed(text), None))
                .map_err(|_| TableError::Encoding),
        };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return if text.contains('\0') {
            Err(TableError::Encoding)
        } else {
            Ok((Cow::Borrowed(text), None))
        };
    }
    if bytes.contains(&0) {
        return Err(TableError::Encoding);
    }
    let encoding = without_mark(bytes);
    let text = strict(encoding, bytes)?;
    let note = format!(
        "the file is not UTF-8 and was read as {}; check names with letters outside a to z, or save it as UTF-8",
        encoding.name()
    );
    Ok((text, Some(note)))
}

/// Chinese text has its bytes above 127 in pairs; single ones are letters with accents.
fn without_mark(bytes: &[u8]) -> &'static Encoding {
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        if byte.is_ascii() {
            continue;
        }
        match rest.next() {
            Some(second) if *byte >= 0xa1 && *second >= 0xa1 => {}
            Some(_) | None => return WINDOWS_1252,
        }
    }
    GB18030
}

fn strict<'t>(encoding: &'static Encoding, bytes: &'t [u8]) -> Result<Cow<'t, str>, TableError> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or(TableError::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_gives_the_same_text_and_a_guess_is_said() {
        let utf16: Vec<u8> = [0xfeff]
            .into_iter()
            .chain("Köln".encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(decode(&utf16).unwrap().0, "Köln");
        assert_eq!(decode("\u{feff}Köln".as_bytes()).unwrap(), (Cow::from("Köln"), None));
        let (text, note) = decode(b"K\xf6ln").unwrap();
        assert_eq!(text, "Köln");
        assert!(note.unwrap().contains("windows-1252"));
        let (text, note) = decode(b"\xd6\xd0\xc9\xbd,1").unwrap();
        assert_eq!(text, "中山,1");
        assert!(note.unwrap().contains("gb18030"));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert!(decode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").is_err());
        assert!(decode(b"a\0b").is_err());
        assert!(decode(b"\xff\xfe\x00").is_err());
    }
}
