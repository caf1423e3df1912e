//! What the typesetter may see: one source, its figures and its fonts. No file, no network, no clock.

use std::collections::BTreeMap;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::PdfError;
use crate::fonts::FontSet;

pub(crate) struct Desk {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Source,
    figures: BTreeMap<String, Bytes>,
}

impl Desk {
    pub(crate) fn new(source: crate::source::Source, fonts: FontSet) -> Result<Self, PdfError> {
        let path = VirtualPath::new("main.typ").map_err(|error| PdfError::Typeset(format!("{error:?}")))?;
        let id = RootedPath::new(VirtualRoot::Project, path).intern();
        let figures = source.figures.into_iter();
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(fonts.book()),
            fonts: fonts.fonts,
            main: Source::new(id, source.text),
            figures: figures.map(|(name, svg)| (name, Bytes::from_string(svg))).collect(),
        })
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            Ok(self.main.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let name = id.get().vpath().get_without_slash();
        self.figures.get(name).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
