//! How wide texts are, and which letters the fonts have.

use ttf_parser::Face;

/// The fonts of a document.
pub(crate) struct Fonts<'f> {
    regular: Face<'f>,
    bold: Face<'f>,
    /// Asked in turn for what the first lacks.
    further: Vec<Face<'f>>,
}

impl<'f> Fonts<'f> {
    /// `None` where a file is no font.
    pub(crate) fn new(regular: &'f [u8], bold: &'f [u8], further: &[&'f [u8]]) -> Option<Self> {
        let face = |data: &'f [u8]| Face::parse(data, 0).ok();
        Some(Self {
            regular: face(regular)?,
            bold: face(bold)?,
            further: further.iter().map(|data| face(data)).collect::<Option<Vec<_>>>()?,
        })
    }

    /// Whether some font has the letter. What shows nothing needs no font.
    pub(crate) fn have(&self, letter: char) -> bool {
        letter.is_ascii() || letter == '\u{a0}' || self.faces(false).any(|face| face.glyph_index(letter).is_some())
    }

    /// Width of a text in em.
    pub(crate) fn width(&self, text: &str, bold: bool) -> f64 {
        text.chars().map(|letter| self.advance(letter, bold)).sum()
    }

    fn advance(&self, letter: char, bold: bool) -> f64 {
        let advance = |face: &Face<'_>| {
            let glyph = face.glyph_index(letter)?;
            let advance = face.glyph_hor_advance(glyph)?;
            Some(f64::from(advance) / f64::from(face.units_per_em()))
        };
        self.faces(bold).find_map(advance).unwrap_or(1.0)
    }

    fn faces(&self, bold: bool) -> impl Iterator<Item = &Face<'f>> {
        let first = if bold { &self.bold } else { &self.regular };
        std::iter::once(first).chain(&self.further)
    }
}
