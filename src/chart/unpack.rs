//! Unpacking what gzip packed: all at once, in pieces, or with a close look at what is wrong.

use std::io::{Read, Seek, SeekFrom};
use std::rc::Rc;
use std::sync::mpsc::Sender;

use flate2::bufread::MultiGzDecoder;
use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::MAX_CHART_SIZE;
use super::gzip::PLAIN_HEAD;

/// Bytes of an archive that are unpacked, heads included.
const MOST_UNPACKED: usize = 2 * MAX_CHART_SIZE as usize;
/// Room that is made for an archive's content at once, whatever it says of itself.
const MOST_ROOM: usize = 64 << 20;
/// A little more room than is needed lets the last bytes be unpacked as fast as the others.
const SPARE: usize = 512;
/// Bytes of a piece.
pub(super) const PIECE: usize = 64 << 10;
/// Bytes that are worth a second thread.
pub(super) const MUCH: usize = 4 * PIECE;
/// Bytes that may lie about in pieces, if nobody takes them apart in time.
pub(super) const MOST_IN_PIECES: usize = 16 << 20;

/// An archive's content. What stands behind a mistake in the packing is not there, and the mistake is told of when
/// somebody wants to read on.
pub(super) struct Unpacked {
    bytes: Rc<Vec<u8>>,
    at: usize,
    failure: Option<std::io::Error>,
}

impl Unpacked {
    pub(super) fn new(packed: &[u8]) -> Self {
        let told = told_length(packed);
        if let Some(bytes) = at_once(packed, told) {
            return Self { bytes: Rc::new(bytes), at: 0, failure: None };
        }
        let mut bytes = Vec::with_capacity(told.min(MOST_ROOM).saturating_add(1));
        let mut limited = MultiGzDecoder::new(PLAIN_HEAD.chain(packed)).take(MOST_UNPACKED as u64 + 1);
        let mut failure = limited.read_to_end(&mut bytes).err();
        if bytes.len() > MOST_UNPACKED {
            bytes.truncate(MOST_UNPACKED);
            failure = Some(std::io::Error::other("more than is unpacked of an archive"));
        }
        Self { bytes: Rc::new(bytes), at: 0, failure }
    }

    /// Bytes that were unpacked already.
    pub(super) fn all_of(bytes: Vec<u8>) -> Self {
        Self { bytes: Rc::new(bytes), at: 0, failure: None }
    }

    /// All of it, wherever it is read.
    pub(super) fn content(&self) -> Rc<Vec<u8>> {
        self.bytes.clone()
    }
}

/// What the last four bytes say: the content's length, if the packer was honest.
pub(super) fn told_length(packed: &[u8]) -> usize {
    packed.last_chunk().map_or(0, |last| u32::from_le_bytes(*last) as usize)
}

/// The content of one file that is packed without a mistake and as long as it says, which is most; it is unpacked without
/// copies. Nothing when it is to be looked at more closely.
fn at_once(packed: &[u8], told: usize) -> Option<Vec<u8>> {
    if told > MOST_ROOM {
        return None;
    }
    let mut bytes = Vec::with_capacity(told + SPARE);
    let mut inflate = Decompress::new(false);
    let status = inflate.decompress_vec(packed, &mut bytes, FlushDecompress::Finish).ok()?;
    let mut found = Crc::new();
    found.update(&bytes);
    let fits = matches!(status, Status::StreamEnd)
        && bytes.len() == told
        && told_checksum(packed, &inflate) == Some(found.sum());
    fits.then_some(bytes)
}

/// The checksum behind the packed content, when that is done with and nothing but the length follows.
fn told_checksum(packed: &[u8], inflate: &Decompress) -> Option<u32> {
    let end = packed.get(usize::try_from(inflate.total_in()).ok()?..)?;
    let (checksum, length) = end.split_first_chunk()?;
    (length.len() == size_of::<u32>()).then(|| u32::from_le_bytes(*checksum))
}

/// Unpacks the same in pieces, each as soon as it is there, and gives the checksum that they shall have.
pub(super) fn in_pieces(packed: &[u8], told: usize, pieces: &Sender<Vec<u8>>) -> Option<u32> {
    let mut inflate = Decompress::new(false);
    loop {
        let rest = packed.get(usize::try_from(inflate.total_in()).ok()?..)?;
        let mut piece = Vec::with_capacity(PIECE);
        let status = inflate.decompress_vec(rest, &mut piece, FlushDecompress::None).ok()?;
        let is_end = matches!(status, Status::StreamEnd);
        let unpacked = usize::try_from(inflate.total_out()).ok()?;
        if unpacked > told || is_end && unpacked < told || !is_end && piece.is_empty() {
            return None;
        }
        pieces.send(piece).ok()?;
        if is_end {
            return told_checksum(packed, &inflate);
        }
    }
}

impl Read for Unpacked {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.is_empty() && !room.is_empty() {
            return self.failure.take().map_or(Ok(0), Err);
        }
        let count = rest.len().min(room.len());
        for (to, from) in room.iter_mut().zip(rest) {
            *to = *from;
        }
        self.at += count;
        Ok(count)
    }
}

impl Seek for Unpacked {
    /// Goes on by a number of bytes; nothing else is ever asked for. Go takes an archive for complete that ends inside
    /// the padding of its last file.
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let SeekFrom::Current(by) = to else { return Err(std::io::ErrorKind::Unsupported.into()) };
        let at = self.at.saturating_add_signed(by as isize);
        if at > self.bytes.len()
            && let Some(failure) = self.failure.take()
        {
            return Err(failure);
        }
        self.at = at.min(self.bytes.len());
        Ok(self.at as u64)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn what_is_packed_otherwise_than_it_says_is_looked_at_closely() {
        let pack = |text: &[u8]| {
            let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(text).unwrap();
            let mut packed = packed.finish().unwrap();
            let mut checksum = Crc::new();
            checksum.update(text);
            packed.extend(checksum.sum().to_le_bytes());
            packed.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
            packed
        };
        let unpacked = |packed: &[u8]| {
            let told = told_length(packed);
            let at_once = at_once(packed, told);
            let (sender, pieces) = mpsc::channel();
            let checksum = in_pieces(packed, told, &sender);
            drop(sender);
            let pieces: Vec<u8> = pieces.into_iter().flatten().collect();
            let mut found = Crc::new();
            found.update(&pieces);
            assert_eq!((checksum == Some(found.sum())).then_some(pieces), at_once);
            at_once
        };
        for length in [0, 10, PIECE, PIECE + 1] {
            let text = vec![b'x'; length];
            assert_eq!(unpacked(&pack(&text)), Some(text));
        }
        let text = b"some text ".repeat(20_000);
        let packed = pack(&text);
        assert_eq!(unpacked(&packed), Some(text));
        for (at, label) in [(1, "length"), (5, "checksum"), (packed.len() / 2, "content")] {
            let mut wrong = packed.clone();
            let at = wrong.len() - at;
            wrong[at] ^= 1;
            assert_eq!(unpacked(&wrong), None, "{label}");
        }
        assert_eq!(unpacked(&[&*packed, &*pack(b"x")].concat()), None);
        assert_eq!(unpacked(packed.get(..packed.len() - 9).unwrap()), None);
        assert_eq!(unpacked(b""), None);
    }
}
