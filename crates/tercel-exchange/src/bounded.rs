//! Bytes of others, read within limits that act before memory is taken.
//!
//! A file is looked at while it is read: a line, a text, a number or a nesting that no dataset has ends the reading where
//! it stands, whatever the size of the file. A file larger than its kind ever is is not begun.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

use thiserror::Error;

use crate::format::{MAX_LINE, xport};

/// A dataset larger than this is refused: some ten million laboratory rows.
pub const MAX_DATASET: u64 = 2 << 30;
/// A message of another system larger than this is refused; send it in parts.
pub const MAX_MESSAGE: u64 = 512 << 20;
/// A file of a dictionary, or the log of what was coded by it, is never larger than this; the largest of MedDRA has 20 MiB.
pub const MAX_DICTIONARY: u64 = 128 << 20;
/// A registry record, a packet or a list of links larger than this is none.
pub const MAX_DOCUMENT: u64 = 16 << 20;
/// A protocol or a mapping, which somebody writes by hand, is never larger than this.
pub const MAX_SETTINGS: u64 = 1 << 20;

/// Deeper nesting than this is in no file that is read.
const MAX_DEPTH: usize = 64;
/// A number with more characters than this is none.
const MAX_NUMBER: usize = 400;
/// Values of a JSON document that is kept as a whole; a hundred times those of a registry record.
pub(crate) const MAX_VALUES: usize = 400_000;
/// Bytes read at a time.
const CHUNK: usize = 1 << 16;

/// What no file has, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Extreme {
    /// Larger than its kind.
    #[error("the file is larger than {0} MiB; divide it")]
    Size(u64),
    /// A line of more than 1 MiB.
    #[error("line {0} is longer than 1 MiB; check the quotation marks before it")]
    LongLine(usize),
    /// A text of more than 1 MiB.
    #[error("line {0} has a text or tag longer than 1 MiB, which no such file has")]
    LongText(usize),
    /// More than 1 MiB of blanks.
    #[error("line {0} is followed by more than 1 MiB of blanks; the file is damaged")]
    LongBlank(usize),
    /// One byte without end.
    #[error("from byte {0} on, the same byte stands more than 1 MiB long; the file is damaged")]
    LongRun(usize),
    /// Digits without end.
    #[error("line {0} has a number or word of more than 400 characters, which no such file has")]
    LongNumber(usize),
    /// Brackets within brackets.
    #[error("line {0}: the JSON is nested more than 64 deep, which no such file is")]
    Nesting(usize),
    /// More values than a document has.
    #[error("line {0}: the JSON has more than 400,000 values, which no such document has")]
    Values(usize),
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A dataset, recognised by how it begins.
    Dataset,
    /// A document kept as a whole, JSON or text in lines, recognised by how it begins.
    Document,
    /// JSON read value by value.
    Json,
    /// JSON kept as a whole.
    JsonDocument,
    /// Text in lines.
    Lines,
    /// XML.
    Xml,
    /// Records of fixed length: SAS XPORT.
    Transport,
    /// Bytes of a form of this program's own.
    Own,
}

impl Kind {
    /// The kind of a dataset that begins so.
    fn settled(self, start: &[u8]) -> Self {
        if !matches!(self, Self::Dataset | Self::Document) {
            return self;
        }
        if self == Self::Dataset && start.starts_with(xport::MAGIC) {
            return Self::Transport;
        }
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
        if text.starts_with(b"{") || text.starts_with(b"[") {
            if self == Self::Dataset {
                Self::Json
            } else {
                Self::JsonDocument
            }
        } else {
            Self::Lines
        }
    }
}

/// Looks at bytes as they come.
#[derive(Debug)]
pub struct Guard {
    kind: Kind,
    begun: bool,
    line: usize,
    /// Length of the line, text, tag or number at hand.
    length: usize,
    blank: usize,
    depth: usize,
    values: usize,
    quoted: bool,
    escaped: bool,
    last: u8,
}

impl Guard {
    /// A guard at the start of a file.
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            begun: false,
            line: 1,
            length: 0,
            blank: 0,
            depth: 0,
            values: 0,
            quoted: false,
            escaped: false,
            last: 0,
        }
    }

    /// Looks at the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Extreme> {
        if !self.begun {
            self.kind = self.kind.settled(bytes);
            self.begun = true;
        }
        match self.kind {
            Kind::Json | Kind::JsonDocument => bytes.iter().try_for_each(|byte| self.json(*byte)),
            Kind::Lines => bytes.iter().try_for_each(|byte| self.lines(*byte)),
            Kind::Xml => bytes.iter().try_for_each(|byte| self.xml(*byte)),
            Kind::Transport => self.records(bytes),
            Kind::Own | Kind::Dataset | Kind::Document => Ok(()),
        }
    }

    fn json(&mut self, byte: u8) -> Result<(), Extreme> {
        if self.quoted {
            self.length += 1;
            if self.length > MAX_LINE {
                return Err(Extreme::LongText(self.line));
            }
            self.quoted = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            return Ok(());
        }
        let structural = matches!(byte, b'{' | b'[' | b'}' | b']' | b',' | b':' | b'"');
        if structural || byte.is_ascii_whitespace() {
            self.length = 0;
        } else {
            self.length += 1;
        }
        if self.length > MAX_NUMBER {
            return Err(Extreme::LongNumber(self.line));
        }
        self.blank(byte)?;
        match byte {
            b'"' => (self.quoted, self.escaped) = (true, false),
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if self.depth > MAX_DEPTH {
            return Err(Extreme::Nesting(self.line));
        }
        self.values += usize::from(matches!(byte, b',' | b'{' | b'['));
        if self.kind == Kind::JsonDocument && self.values > MAX_VALUES {
            return Err(Extreme::Values(self.line));
        }
        Ok(())
    }

    fn lines(&mut self, byte: u8) -> Result<(), Extreme> {
        self.length = if byte == b'\n' { 0 } else { self.length + 1 };
        if self.length > MAX_LINE {
            return Err(Extreme::LongLine(self.line));
        }
        self.blank(byte)
    }

    fn xml(&mut self, byte: u8) -> Result<(), Extreme> {
        self.length = if matches!(byte, b'<' | b'>') {
            0
        } else {
            self.length + 1
        };
        if self.length > MAX_LINE {
            return Err(Extreme::LongText(self.line));
        }
        self.line += usize::from(byte == b'\n');
        Ok(())
    }

    /// `line` counts bytes here, `length` how often the last one stands in a row.
    fn records(&mut self, bytes: &[u8]) -> Result<(), Extreme> {
        for byte in bytes {
            self.length = if self.last == *byte { self.length + 1 } else { 1 };
            self.last = *byte;
            self.line += 1;
            if self.length > MAX_LINE {
                return Err(Extreme::LongRun(self.line - self.length));
            }
        }
        Ok(())
    }

    fn blank(&mut self, byte: u8) -> Result<(), Extreme> {
        self.line += usize::from(byte == b'\n');
        self.blank = if byte.is_ascii_whitespace() { self.blank + 1 } else { 0 };
        if self.blank > MAX_LINE {
            return Err(Extreme::LongBlank(self.line));
        }
        Ok(())
    }
}

/// Why a file is not read.
#[derive(Debug, Error)]
pub enum BoundedError {
    /// What the system said.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What no file has.
    #[error(transparent)]
    Extreme(#[from] Extreme),
}

/// Opens a file that is no larger than `limit` bytes.
pub fn open(path: &Path, limit: u64) -> Result<File, BoundedError> {
    let file = File::open(path)?;
    if file.metadata()?.len() > limit {
        return Err(Extreme::Size(limit >> 20).into());
    }
    Ok(file)
}

/// Looks at bytes that are in memory already.
pub fn check(bytes: &[u8], kind: Kind) -> Result<(), Extreme> {
    Guard::new(kind).feed(bytes)
}

/// Reads a file of a kind that is no larger than `limit` bytes.
pub fn read(path: &Path, kind: Kind, limit: u64) -> Result<Vec<u8>, BoundedError> {
    read_from(open(path, limit)?, kind, limit)
}

/// Reads a text in UTF-8 of a kind that is no larger than `limit` bytes.
pub fn read_text(path: &Path, kind: Kind, limit: u64) -> Result<String, BoundedError> {
    let bytes = read(path, kind, limit)?;
    String::from_utf8(bytes).map_err(|_| {
        let what = "it is not UTF-8";
        BoundedError::Io(io::Error::new(io::ErrorKind::InvalidData, what))
    })
}

/// The same from anything, a pipe among them, whose length nobody knows before.
pub fn read_from(mut source: impl Read, kind: Kind, limit: u64) -> Result<Vec<u8>, BoundedError> {
    let mut guard = Guard::new(kind);
    let (mut bytes, mut chunk) = (Vec::new(), vec![0; CHUNK]);
    loop {
        let count = match source.read(&mut chunk) {
            Ok(0) => return Ok(bytes),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let new = chunk.get(..count).unwrap_or_default();
        guard.feed(new)?;
        bytes
            .try_reserve(new.len())
            .map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
        bytes.extend_from_slice(new);
        if bytes.len() as u64 > limit {
            return Err(Extreme::Size(limit >> 20).into());
        }
    }
}

/// A source that is looked at while it is read. What was found is said by [`Guarded::found`] too, as readers wrap errors.
#[derive(Debug)]
pub struct Guarded<R> {
    source: R,
    guard: Guard,
    left: u64,
    limit: u64,
    found: Rc<RefCell<Option<Extreme>>>,
}

impl<R: Read> Guarded<R> {
    /// Guards a source of at most `limit` bytes.
    pub fn new(source: R, kind: Kind, limit: u64) -> Self {
        Self {
            source,
            guard: Guard::new(kind),
            left: limit,
            limit,
            found: Rc::default(),
        }
    }

    /// Where to look for what ended the reading.
    pub fn found(&self) -> Rc<RefCell<Option<Extreme>>> {
        Rc::clone(&self.found)
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        let seen = self.guard.feed(into.get(..count).unwrap_or_default());
        let size = self
            .left
            .checked_sub(count as u64)
            .ok_or(Extreme::Size(self.limit >> 20));
        match seen.and(size) {
            Ok(left) => {
                self.left = left;
                Ok(count)
            }
            Err(extreme) => {
                *self.found.borrow_mut() = Some(extreme);
                Err(io::Error::other(extreme))
            }
        }
    }
}

/// A source without the mark that some systems put before UTF-8.
#[derive(Debug)]
pub(crate) struct WithoutMark<R> {
    source: R,
    begun: bool,
}

impl<R> WithoutMark<R> {
    pub(crate) const fn new(source: R) -> Self {
        Self { source, begun: false }
    }
}

impl<R: Read> Read for WithoutMark<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        if self.begun || count == 0 {
            return Ok(count);
        }
        self.begun = true;
        let start = into.get(..count).unwrap_or_default();
        if let Some(rest) = start.strip_prefix(b"\xef\xbb\xbf") {
            let length = rest.len();
            into.copy_within(3..count, 0);
            return if length == 0 {
                self.source.read(into)
            } else {
                Ok(length)
            };
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes without end.
    fn endless(start: &'static [u8], rest: u8) -> impl Read {
        start.chain(io::repeat(rest))
    }

    fn refused(start: &'static [u8], rest: u8, kind: Kind) -> Extreme {
        match read_from(endless(start, rest), kind, 1 << 40) {
            Err(BoundedError::Extreme(extreme)) => extreme,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_never_ends_is_refused_where_it_stands() {
        assert_eq!(refused(b"A,B\nx", b'x', Kind::Dataset), Extreme::LongLine(2));
        assert_eq!(refused(b"A\n", b'\n', Kind::Dataset), Extreme::LongBlank(MAX_LINE + 2));
        assert_eq!(refused(b"{\n\"a\":\"", b'x', Kind::Dataset), Extreme::LongText(2));
        assert_eq!(refused(b"{\"a\":", b'1', Kind::Dataset), Extreme::LongNumber(1));
        assert_eq!(refused(b"{", b' ', Kind::Dataset), Extreme::LongBlank(1));
        assert_eq!(refused(b"[", b'[', Kind::Json), Extreme::Nesting(1));
        assert_eq!(refused(b"[0", b',', Kind::JsonDocument), Extreme::Values(1));
        assert_eq!(refused(xport::MAGIC, 0, Kind::Dataset), Extreme::LongRun(24));
        assert_eq!(refused(b"", b' ', Kind::Transport), Extreme::LongRun(1));
        assert_eq!(refused(b"<a>\n", b'x', Kind::Xml), Extreme::LongText(2));
        assert_eq!(refused(b"<a b='", b'x', Kind::Xml), Extreme::LongText(1));
    }

    #[test]
    fn a_source_without_end_stops_at_its_limit() {
        let limit = 1 << 20;
        let error = read_from(endless(b"", b'x'), Kind::Own, limit).unwrap_err();
        assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
        let mut guarded = Guarded::new(endless(b"", b'<'), Kind::Xml, limit);
        let found = guarded.found();
        assert!(guarded.read_to_end(&mut Vec::new()).is_err());
        assert_eq!(*found.borrow(), Some(Extreme::Size(1)));
    }
}
