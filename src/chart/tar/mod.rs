//! The entries of a tar archive as Go reads them: those of old tars, ustar, star, GNU and pax, and files with holes.
//!
//! An archive may be looked at in parts: where bytes are missing that still come, the reader says how many it needs.

mod head;
mod holes;
mod records;

use std::ops::Range;

use head::Head;
use holes::Holes;
use records::Records;

/// The size of a block of an archive, in bytes.
pub(super) const BLOCK: usize = 512;
/// Bytes that what stands in front of a head may have: a long name, records, a list of holes.
// Rule: Go 1.27 archive/tar common.go, maxSpecialFileSize.
const MOST_SPECIAL: usize = 1 << 20;

const INVALID_HEADER: &str = "archive/tar: invalid tar header";
const TOO_LONG: &str = "archive/tar: header field too long";
const CUT: &str = "unexpected EOF";

/// Why there is no next entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The part has to be this long at least.
    Needs(usize),
    /// Go's words.
    Broken(String),
}

impl From<&str> for Stop {
    fn from(words: &str) -> Self {
        Self::Broken(words.to_owned())
    }
}

impl From<String> for Stop {
    fn from(words: String) -> Self {
        Self::Broken(words)
    }
}

impl Stop {
    /// What is said of an archive that has no more bytes.
    pub(super) fn into_words(self) -> String {
        match self {
            Self::Needs(_) => CUT.to_owned(),
            Self::Broken(words) => words,
        }
    }
}

/// The bytes that are there of an archive.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    pub(super) all: &'a [u8],
    /// Whether more of them follow later.
    pub(super) is_part: bool,
    /// What is wrong behind them, if anything is.
    pub(super) failure: Option<&'a str>,
}

impl<'a> Bytes<'a> {
    /// What is said when there are less than this many bytes.
    fn missing(self, needed: usize) -> Stop {
        match self.failure {
            _ if self.is_part => Stop::Needs(needed),
            Some(failure) => failure.into(),
            None => CUT.into(),
        }
    }

    fn get(self, range: Range<usize>) -> Result<&'a [u8], Stop> {
        let end = range.end;
        self.all.get(range).ok_or_else(|| self.missing(end))
    }

    /// The block that begins here, if the archive does not end in front of it.
    fn block(self, at: usize) -> Result<Option<&'a [u8; BLOCK]>, Stop> {
        let rest = self.all.get(at..).unwrap_or_default();
        match rest.first_chunk() {
            Some(block) => Ok(Some(block)),
            None if rest.is_empty() && !self.is_part && self.failure.is_none() => Ok(None),
            None => Err(self.missing(at.saturating_add(BLOCK))),
        }
    }
}

/// What stands in front of a head and is about it.
#[derive(Default)]
struct Special {
    records: Records,
    long_name: Vec<u8>,
}

/// How far an archive was read.
#[derive(Default)]
pub(super) struct Reader {
    /// Where the next head begins; what is in front of it is done with.
    at: usize,
    special: Special,
    is_over: bool,
}

/// An entry that may hold something.
#[derive(Debug)]
pub(super) struct Entry {
    /// The bytes of its path.
    pub(super) name: Vec<u8>,
    /// Whether it is a folder, or says something of all the archive.
    pub(super) is_no_file: bool,
    /// The size that its head tells, holes included.
    pub(super) size: u64,
    /// Where its bytes are.
    stored: Range<usize>,
    holes: Option<Holes>,
}

/// What an entry holds.
pub(super) enum Content {
    /// These bytes of the archive.
    Part(Range<usize>),
    Own(Vec<u8>),
}

impl Content {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Part(part) => part.len(),
            Self::Own(data) => data.len(),
        }
    }
}

impl Entry {
    /// What it holds; [`Self::size`] bytes have to be little enough to be held.
    pub(super) fn content(&self, archive: Bytes<'_>) -> Result<Content, Stop> {
        match &self.holes {
            Some(holes) => holes.fill(archive, self.size, self.stored.clone()).map(Content::Own),
            None => archive.get(self.stored.clone()).map(|_| Content::Part(self.stored.clone())),
        }
    }
}

impl Reader {
    /// Where the next entry begins, what stands in front of its head left out.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Whether the archive's end was seen; what follows is not looked at.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Goes on in bytes without this many of those before.
    pub(super) fn cut_off(&mut self, count: usize) {
        self.at = self.at.saturating_sub(count);
    }

    /// The next entry; of a part, one that is there with all its bytes.
    // Rule: Go 1.27 archive/tar reader.go, next.
    pub(super) fn next(&mut self, archive: Bytes<'_>) -> Result<Option<Entry>, Stop> {
        while !self.is_over {
            let Some(block) = archive.block(self.at)? else { break };
            if block.iter().all(|byte| *byte == 0) {
                return self.end(archive);
            }
            let head = Head::read(block)?;
            let start = self.at.saturating_add(BLOCK);
            match head.kind {
                b'x' | b'g' => {
                    let (text, end) = special(archive, start, head.size)?;
                    let records = Records::read(text)?;
                    self.at = end;
                    if head.kind == b'x' {
                        self.special.records = records;
                        continue;
                    }
                    // Nobody asks for what it says.
                    self.special = Special::default();
                    return Ok(Some(Entry {
                        name: head.name,
                        is_no_file: true,
                        size: 0,
                        stored: start..start,
                        holes: None,
                    }));
                }
                b'L' | b'K' => {
                    let (text, end) = special(archive, start, head.size)?;
                    if head.kind == b'L' {
                        self.special.long_name = head::text(text).to_vec();
                    }
                    self.at = end;
                }
                _ => return self.file(head, block, archive, start).map(Some),
            }
        }
        self.is_over = true;
        Ok(None)
    }

    /// The end, behind a block of zeros: another one, or no more bytes.
    // Rule: Go 1.27 archive/tar reader.go, readHeader.
    fn end(&mut self, archive: Bytes<'_>) -> Result<Option<Entry>, Stop> {
        if archive
            .block(self.at.saturating_add(BLOCK))?
            .is_some_and(|next| next.iter().any(|byte| *byte != 0))
        {
            return Err(INVALID_HEADER.into());
        }
        self.is_over = true;
        Ok(None)
    }

    fn file(
        &mut self,
        head: Head,
        block: &[u8; BLOCK],
        archive: Bytes<'_>,
        mut start: usize,
    ) -> Result<Entry, Stop> {
        let Special { records, long_name } = &self.special;
        if !is_only_head(head.kind) {
            unsigned(head.size)?;
        }
        records.check()?;
        let short_name = records.path().unwrap_or(&head.name);
        let mut name = if long_name.is_empty() { short_name } else { long_name }.to_vec();
        // Tars that knew no folders wrote them so.
        let kind = if head.kind == 0 && name.ends_with(b"/") { b'5' } else { head.kind };
        let mut size = records.size().unwrap_or(head.size);
        let stored = if is_only_head(kind) { 0 } else { unsigned(size)? };
        let mut length = usize::try_from(stored).unwrap_or(usize::MAX);
        let holes = if kind == b'S' {
            let (holes, real, end) = Holes::of_old_head(block, archive, start)?;
            (size, start) = (real, end);
            Some(holes)
        } else if let Some(kind) = records.holes() {
            if let Some(told) = records.name_with_holes() {
                told.clone_into(&mut name);
            }
            if let Some(real) = records.size_with_holes()? {
                size = real;
            }
            match kind {
                records::Holes::InRecords => Some(Holes::of_records(records)?),
                records::Holes::InFront => {
                    let (holes, end) = Holes::in_front(archive, start, length)?;
                    length = length.saturating_sub(end - start);
                    start = end;
                    Some(holes)
                }
            }
        } else {
            None
        };
        if let Some(holes) = &holes
            && (is_only_head(kind) || !holes.fit(size))
        {
            return Err(INVALID_HEADER.into());
        }
        let end = start.saturating_add(length);
        let is_no_file = kind == b'5' || head.is_folder;
        // What a file lacks is told of when it is read, which a folder is not.
        if archive.is_part || is_no_file {
            archive.get(start..end)?;
        }
        self.at = padded(self.at, end);
        self.special = Special::default();
        Ok(Entry {
            name,
            is_no_file,
            // A size below nothing is one of an entry that has nothing behind its head.
            size: u64::try_from(size).unwrap_or(0),
            stored: start..end,
            holes,
        })
    }
}

/// Whether nothing stands behind a head of this kind, whatever size it tells: links, devices, folders.
fn is_only_head(kind: u8) -> bool {
    matches!(kind, b'1'..=b'6')
}

/// A size that is one.
fn unsigned(size: i64) -> Result<u64, Stop> {
    u64::try_from(size).map_err(|_| INVALID_HEADER.into())
}

/// Where the blocks end that begin here and hold all up to this end. A part of an archive may begin inside a block.
fn padded(start: usize, end: usize) -> usize {
    end.saturating_sub(start).checked_next_multiple_of(BLOCK).unwrap_or(usize::MAX).saturating_add(start)
}

/// What stands in front of a head, and where what follows begins.
fn special(archive: Bytes<'_>, start: usize, size: i64) -> Result<(&[u8], usize), Stop> {
    let size = usize::try_from(unsigned(size)?).unwrap_or(usize::MAX);
    let kept = archive.get(start..start.saturating_add(size.min(MOST_SPECIAL + 1)))?;
    if size > MOST_SPECIAL {
        return Err(TOO_LONG.into());
    }
    Ok((kept, padded(start, start + size)))
}
