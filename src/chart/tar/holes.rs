//! Files with holes, which stand in an archive without them.

use std::ops::Range;

use super::head::{field, is_gnu, number};
use super::records::{self, Records};
use super::{BLOCK, Bytes, INVALID_HEADER, MOST_SPECIAL, Stop};

/// The pieces of a file that are no holes: where each begins and how long it is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Holes(Vec<(i64, i64)>);

const MISSING: &str = "archive/tar: sparse file references non-existent data";
const LEFT_OVER: &str = "archive/tar: sparse file contains unreferenced data";
const TOO_MANY: &str = "archive/tar: sparse map too long";

/// Bytes of a number in GNU's old lists.
const NUMBER: usize = 12;

impl Holes {
    /// What a head of GNU's old kind and the blocks behind it tell: the pieces, the size with all holes, and where the
    /// content begins.
    // Rule: Go 1.27 archive/tar reader.go, readOldGNUSparseMap.
    pub(super) fn of_old_head(
        block: &[u8; BLOCK],
        archive: Bytes<'_>,
        mut start: usize,
    ) -> Result<(Self, i64, usize), Stop> {
        if !is_gnu(block) {
            return Err(INVALID_HEADER.into());
        }
        let begin = start;
        let size = number(field(block, 483, NUMBER))?;
        let mut pieces = Vec::new();
        let (mut list, mut goes_on) = (field(block, 386, 4 * 2 * NUMBER), field(block, 482, 1));
        loop {
            for piece in list.chunks_exact(2 * NUMBER) {
                let (offset, length) = piece.split_at(NUMBER);
                if offset.first() == Some(&0) {
                    break;
                }
                pieces.push((number(offset)?, number(length)?));
            }
            if goes_on == [0] {
                return Ok((Self(pieces), size, start));
            }
            let end = start.saturating_add(BLOCK);
            // The head counts as a block of the list.
            if end - begin >= MOST_SPECIAL {
                return Err(TOO_MANY.into());
            }
            let next = archive.get(start..end)?.first_chunk().ok_or(INVALID_HEADER)?;
            start = end;
            (list, goes_on) = (field(next, 0, 21 * 2 * NUMBER), field(next, 504, 1));
        }
    }

    /// What records tell.
    // Rule: Go 1.27 archive/tar reader.go, readGNUSparseMap0x1.
    pub(super) fn of_records(records: &Records) -> Result<Self, Stop> {
        let (count, mut numbers) = records.map()?;
        let mut pieces = Vec::new();
        while let Some(offset) = numbers.next() {
            let length = numbers.next().ok_or(INVALID_HEADER)?;
            pieces.push((records::number(offset)?, records::number(length)?));
        }
        if pieces.len() == count { Ok(Self(pieces)) } else { Err(INVALID_HEADER.into()) }
    }

    /// What stands in front of the content, as lines, in whole blocks; and where the content begins.
    // Rule: Go 1.27 archive/tar reader.go, readGNUSparseMap1x0.
    pub(super) fn in_front(archive: Bytes<'_>, start: usize, length: usize) -> Result<(Self, usize), Stop> {
        let mut lines = Lines { archive, at: start, end: start, limit: start.saturating_add(length), start };
        let count = usize::try_from(lines.number()?).map_err(|_| INVALID_HEADER)?;
        let mut pieces = Vec::new();
        for _ in 0..count {
            pieces.push((lines.number()?, lines.number()?));
        }
        Ok((Self(pieces), lines.end))
    }

    /// Whether a file of this size has such pieces: inside it, one behind the other.
    // Rule: Go 1.27 archive/tar reader.go, validateSparseEntries.
    pub(super) fn fit(&self, size: i64) -> bool {
        let mut last = 0;
        size >= 0
            && self.0.iter().all(|(offset, length)| {
                let end = offset.checked_add(*length).filter(|end| *length >= 0 && *end <= size);
                *offset >= last
                    && end.is_some_and(|end| {
                        last = end;
                        true
                    })
            })
    }

    /// The file, holes filled with zeros.
    pub(super) fn fill(&self, archive: Bytes<'_>, size: u64, stored: Range<usize>) -> Result<Vec<u8>, Stop> {
        let mut file = vec![0; usize::try_from(size).map_err(|_| INVALID_HEADER)?];
        let Range { mut start, end } = stored;
        for (offset, length) in &self.0 {
            let offset = usize::try_from(*offset).unwrap_or(usize::MAX);
            let length = usize::try_from(*length).unwrap_or(usize::MAX);
            let from = archive.get(start..start.saturating_add(length).min(end))?;
            if from.len() < length {
                return Err(MISSING.into());
            }
            let to = file.get_mut(offset..offset.saturating_add(length)).ok_or(INVALID_HEADER)?;
            to.copy_from_slice(from);
            start += length;
        }
        if start < end { Err(LEFT_OVER.into()) } else { Ok(file) }
    }
}

/// Lines in front of a file's content; as many blocks are read as hold them.
struct Lines<'a> {
    archive: Bytes<'a>,
    start: usize,
    at: usize,
    /// Where the blocks end that were read.
    end: usize,
    /// Where the file ends.
    limit: usize,
}

impl Lines<'_> {
    fn number(&mut self) -> Result<i64, Stop> {
        loop {
            let read = self.archive.all.get(self.at..self.end).unwrap_or_default();
            if let Some(length) = memchr::memchr(b'\n', read) {
                self.at += length + 1;
                return records::number(read.get(..length).unwrap_or_default());
            }
            let end = self.end.saturating_add(BLOCK);
            if end > self.limit {
                return Err(super::CUT.into());
            }
            if end - self.start > MOST_SPECIAL {
                return Err(TOO_MANY.into());
            }
            self.archive.get(self.end..end)?;
            self.end = end;
        }
    }
}
