//! Unpacking what gzip packed: all at once, in pieces, or with a close look at what is wrong.

use std::sync::mpsc::Sender;

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::{MAX_CHART_SIZE, gzip};

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

/// An archive's content; what stands behind a mistake in the packing is not there.
pub(super) struct Unpacked {
    pub(super) bytes: Vec<u8>,
    /// The mistake, in Go's words.
    pub(super) failure: Option<String>,
}

impl Unpacked {
    pub(super) fn new(packed: &[u8]) -> Self {
        let told = told_length(packed);
        if let Some(bytes) = at_once(packed, told) {
            return Self { bytes, failure: None };
        }
        let mut bytes = Vec::with_capacity(told.min(MOST_ROOM).saturating_add(1));
        let failure = closely(packed, &mut bytes).err();
        Self { bytes, failure }
    }
}

/// Unpacks file after file until there is none or something is wrong, as Go does.
// Rule: Go 1.27 compress/gzip gunzip.go, Read.
fn closely(mut packed: &[u8], bytes: &mut Vec<u8>) -> Result<(), String> {
    loop {
        let start = bytes.len();
        let end = inflate(packed, bytes)?;
        let (checksum, rest) = end.split_first_chunk().ok_or("unexpected EOF")?;
        let (length, rest) = rest.split_first_chunk().ok_or("unexpected EOF")?;
        let unpacked = bytes.get(start..).unwrap_or_default();
        let mut found = Crc::new();
        found.update(unpacked);
        if u32::from_le_bytes(*checksum) != found.sum()
            || u32::from_le_bytes(*length) != unpacked.len() as u32
        {
            return Err("gzip: invalid checksum".to_owned());
        }
        if rest.is_empty() {
            return Ok(());
        }
        packed = gzip::content(rest)?;
    }
}

/// Unpacks one file, and gives what stands behind it.
fn inflate<'a>(packed: &'a [u8], bytes: &mut Vec<u8>) -> Result<&'a [u8], String> {
    let mut inflate = Decompress::new(false);
    loop {
        let rest =
            packed.get(usize::try_from(inflate.total_in()).unwrap_or(usize::MAX)..).unwrap_or_default();
        let before = bytes.len();
        bytes.reserve(PIECE);
        let status = inflate
            .decompress_vec(rest, bytes, FlushDecompress::None)
            .map_err(|_| format!("flate: corrupt input before offset {}", inflate.total_in()))?;
        if bytes.len() > MOST_UNPACKED {
            bytes.truncate(MOST_UNPACKED);
            return Err("more than is unpacked of an archive".to_owned());
        }
        if matches!(status, Status::StreamEnd) {
            let end = usize::try_from(inflate.total_in()).unwrap_or(usize::MAX);
            return Ok(packed.get(end..).unwrap_or_default());
        }
        if bytes.len() == before {
            return Err("unexpected EOF".to_owned());
        }
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
