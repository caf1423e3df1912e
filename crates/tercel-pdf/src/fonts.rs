//! The fonts of every document, and those that a document brings.
//!
//! Noto Sans, Noto Sans Math, and of Noto Sans CJK SC the characters of GB 2312, all under the SIL Open Font License
//! (`fonts/OFL.txt`, `fonts/README.md`).

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};

use crate::PdfError;
use crate::measure::Fonts;

const REGULAR: &[u8] = include_bytes!("../fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/NotoSans-Bold.ttf");
const MATH: &[u8] = include_bytes!("../fonts/NotoSansMath-Regular.ttf");
const CHINESE: &[u8] = include_bytes!("../fonts/NotoSansCJKsc-Regular-GB2312.otf");

/// Names of the bundled fonts, in the order in which they are asked for a letter.
const FAMILIES: [&str; 3] = ["Noto Sans", "Noto Sans Math", "Noto Sans CJK SC"];

/// The fonts of one document.
pub(crate) struct FontSet {
    pub(crate) fonts: Vec<Font>,
    pub(crate) families: Vec<String>,
}

impl FontSet {
    /// The bundled fonts with further ones, asked last.
    pub(crate) fn new(further: &[Vec<u8>]) -> Result<Self, PdfError> {
        let bundled = [REGULAR, BOLD, MATH, CHINESE].map(Bytes::new);
        let mut fonts: Vec<Font> = bundled.into_iter().flat_map(Font::iter).collect();
        let mut families: Vec<String> = FAMILIES.map(str::to_owned).into();
        for (place, data) in further.iter().enumerate() {
            let before = fonts.len();
            fonts.extend(Font::iter(Bytes::new(data.clone())));
            let new = fonts.get(before..).unwrap_or_default();
            let first = new.first().ok_or(PdfError::Font(place + 1))?;
            families.push(first.info().family.clone());
        }
        Ok(Self { fonts, families })
    }

    pub(crate) fn book(&self) -> FontBook {
        FontBook::from_fonts(&self.fonts)
    }
}

/// The same fonts for measuring.
pub(crate) fn measures(further: &[Vec<u8>]) -> Result<Fonts<'_>, PdfError> {
    let all: Vec<&[u8]> = [MATH, CHINESE]
        .into_iter()
        .chain(further.iter().map(Vec::as_slice))
        .collect();
    Fonts::new(REGULAR, BOLD, &all).ok_or(PdfError::Font(0))
}
