//! Reading a packaged chart: gzip, tar, and Helm's refusals.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::error::{Error, ErrorKind};
use super::gzip::{self, PLAIN_HEAD};
use super::{File, MAX_CHART_SIZE};
use crate::diag::raw;

/// Bytes of an archive that are unpacked, heads included.
const MOST_UNPACKED: usize = 2 * MAX_CHART_SIZE as usize;
/// Room that is made for an archive's content at once, whatever it says of itself.
const MOST_ROOM: usize = 64 << 20;
/// The size of a block of an archive, in bytes.
const BLOCK: usize = 512;
const INVALID_HEADER: &str = "archive/tar: invalid tar header";

/// Every file of an archive with its first path component cut off; the error is the loader's text, which
/// Helm shows only for subcharts.
// Rule: Helm v4.3.1 pkg/chart/loader/archive/archive.go, LoadArchiveFiles.
pub(super) fn read(data: &[u8]) -> Result<Vec<File>, String> {
    if !data.starts_with(b"\x1f\x8b\x08") {
        let words = match data.len() {
            0 => "EOF",
            1..10 => "unexpected EOF",
            _ => "gzip: invalid header",
        };
        return Err(words.to_owned());
    }
    let packed = gzip::content(data)?;
    let unpacked = Unpacked::new(packed);
    let bytes = unpacked.bytes.clone();
    let mut archive = tar::Archive::new(unpacked);
    let mut found = Vec::new();
    let mut left = MAX_CHART_SIZE;
    let mut end = 0;
    for entry in archive.entries_with_seek().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let kind = entry.header().entry_type();
        let name = raw::marked(&entry.path_bytes()).into_owned();
        let size = entry.size();
        let place = entry.raw_file_position();
        end = place.saturating_add(size.next_multiple_of(BLOCK as u64));
        if let Some(mut records) = entry.pax_extensions().map_err(broken)?
            && records.any(|record| record.is_err())
        {
            return Err(INVALID_HEADER.to_owned());
        }
        // Rule: Go 1.27 archive/tar reader.go, handleRegularFile: what is only a head has nothing behind it, so the next
        // head is looked for at once; Helm misses the content that the head tells of.
        let is_only_head = kind.is_hard_link()
            || kind.is_symlink()
            || kind.is_character_special()
            || kind.is_block_special()
            || kind.is_fifo();
        if size > 0 && kind.is_dir() {
            return Err(INVALID_HEADER.to_owned());
        }
        if size > 0 && is_only_head {
            inner_path(&name)?;
            return Err(too_large());
        }
        if kind.is_dir() || kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
            continue;
        }
        let path = inner_path(&name)?;
        if size > left {
            return Err(too_large());
        }
        let content = if kind.is_contiguous() || kind.is_gnu_sparse() {
            let mut data = Vec::new();
            (&mut entry).take(left + 1).read_to_end(&mut data).map_err(broken)?;
            Content::Own(data)
        } else if is_only_head {
            Content::Own(Vec::new())
        } else {
            let start = usize::try_from(place).unwrap_or(usize::MAX);
            let end = start.saturating_add(usize::try_from(size).unwrap_or(usize::MAX));
            if end > bytes.len() {
                // Reading tells why there is no more.
                return Err(std::io::copy(&mut entry, &mut std::io::sink())
                    .map_or_else(broken, |_| "unexpected EOF".to_owned()));
            }
            Content::Part(start..end)
        };
        left = left.checked_sub(content.len() as u64).filter(|left| *left > 0).ok_or_else(too_large)?;
        found.push((path, content));
    }
    check_end(bytes.get(usize::try_from(end).unwrap_or(usize::MAX)..).unwrap_or_default())?;
    if found.is_empty() {
        return Err("no files in chart archive".to_owned());
    }
    drop(archive);
    Ok(files(found, bytes))
}

/// Refuses what Go does not take for an archive's end: two blocks of zeros, or fewer when there is no more.
// Rule: Go 1.27 archive/tar reader.go, readHeader.
fn check_end(tail: &[u8]) -> Result<(), String> {
    match (tail.len(), tail.get(BLOCK..2 * BLOCK)) {
        (0 | BLOCK, _) => Ok(()),
        (_, None) => Err("unexpected EOF".to_owned()),
        (_, Some(second)) if second.iter().any(|byte| *byte != 0) => Err(INVALID_HEADER.to_owned()),
        _ => Ok(()),
    }
}

/// What a file of an archive holds.
enum Content {
    /// These bytes of the archive.
    Part(Range<usize>),
    Own(Vec<u8>),
}

impl Content {
    fn len(&self) -> usize {
        match self {
            Self::Part(part) => part.len(),
            Self::Own(data) => data.len(),
        }
    }
}

/// The files: parts of the archive; one that is no text is copied out of it.
fn files(mut found: Vec<(String, Content)>, bytes: Rc<Vec<u8>>) -> Vec<File> {
    let bytes = Rc::try_unwrap(bytes).unwrap_or_else(|shared| shared.to_vec());
    let text = String::from_utf8(bytes).or_else(|error| {
        let sound = error.utf8_error().valid_up_to();
        let mut bytes = error.into_bytes();
        take_out(&mut found, &mut bytes, sound);
        String::from_utf8(bytes)
    });
    let text = Arc::new(text.unwrap_or_default());
    let file = |(path, content)| match content {
        Content::Part(part) => File::part(path, &text, part),
        Content::Own(data) => Some(File::new(path, data)),
    };
    found.into_iter().filter_map(file).collect()
}

/// Copies files that are no text out of an archive, whose files stand one behind the other, and blanks what is no text;
/// up to `sound` everything is.
fn take_out(found: &mut [(String, Content)], bytes: &mut [u8], sound: usize) {
    let mut end = 0;
    for (_, content) in found {
        let Content::Part(part) = content else { continue };
        let part = part.clone();
        if part.end <= sound {
            end = part.end;
            continue;
        }
        blank(bytes, end..part.start);
        end = part.end;
        let data = bytes.get(part.clone()).unwrap_or_default();
        if str::from_utf8(data).is_err() {
            *content = Content::Own(data.to_vec());
            blank(bytes, part);
        }
    }
    blank(bytes, end..bytes.len());
}

/// Fills a part that is no text with blanks.
fn blank(bytes: &mut [u8], part: Range<usize>) {
    if let Some(part) = bytes.get_mut(part)
        && str::from_utf8(part).is_err()
    {
        part.fill(b' ');
    }
}

/// An archive's content. What stands behind a mistake in the packing is not there, and the mistake is told of when
/// somebody wants to read on.
struct Unpacked {
    bytes: Rc<Vec<u8>>,
    at: usize,
    failure: Option<std::io::Error>,
}

impl Unpacked {
    fn new(packed: &[u8]) -> Self {
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
}

/// What the last four bytes say: the content's length, if the packer was honest.
fn told_length(packed: &[u8]) -> usize {
    packed.last_chunk().map_or(0, |last| u32::from_le_bytes(*last) as usize)
}

/// The content of one file that is packed without a mistake and as long as it says, which is most; it is unpacked without
/// copies. Nothing when it is to be looked at more closely.
fn at_once(packed: &[u8], told: usize) -> Option<Vec<u8>> {
    if told > MOST_ROOM {
        return None;
    }
    // A little more room than is needed lets the last bytes be unpacked as fast as the others.
    let mut bytes = Vec::with_capacity(told + BLOCK);
    let mut inflate = Decompress::new(false);
    let status = inflate.decompress_vec(packed, &mut bytes, FlushDecompress::Finish).ok()?;
    let end = packed.get(usize::try_from(inflate.total_in()).ok()?..)?;
    let (checksum, length) = end.split_first_chunk()?;
    let mut found = Crc::new();
    found.update(&bytes);
    let fits = matches!(status, Status::StreamEnd)
        && length.len() == size_of::<u32>()
        && bytes.len() == told
        && found.sum() == u32::from_le_bytes(*checksum);
    fits.then_some(bytes)
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

fn too_large() -> String {
    format!("decompressed chart is larger than the maximum size {MAX_CHART_SIZE}")
}

fn broken(error: std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "unexpected EOF".to_owned(),
        // A text shorter than one block of an archive.
        _ if error.to_string().contains("failed to read entire block") => "unexpected EOF".to_owned(),
        _ if error.to_string().contains("corrupt") || error.to_string().contains("deflate") => {
            "flate: corrupt input before offset 0".to_owned()
        }
        _ => INVALID_HEADER.to_owned(),
    }
}

fn inner_path(name: &str) -> Result<String, String> {
    let delimiter = if name.contains('\\') { '\\' } else { '/' };
    let (first, rest) = name.split_once(delimiter).unwrap_or((name, ""));
    let rest = rest.replace(delimiter, "/");
    if rest.starts_with('/') {
        return Err("chart illegally contains absolute paths".to_owned());
    }
    let path = String::from_utf8_lossy(&crate::go::path::clean(rest.as_bytes())).into_owned();
    if path == "." {
        return Err(format!(
            "chart illegally contains content outside the base directory: {}",
            crate::go::strconv::quote(&raw::restored(name))
        ));
    }
    if path.starts_with("..") {
        return Err("chart illegally references parent directory".to_owned());
    }
    let mut bytes = path.bytes();
    if bytes.next().is_some_and(|b| b.is_ascii_alphabetic()) && path.get(1..3) == Some(":/") {
        return Err("chart contains illegally named files".to_owned());
    }
    if first == "Chart.yaml" {
        return Err("chart yaml not in base directory".to_owned());
    }
    Ok(path)
}

/// What Helm says of an archive that cannot be read, for this mistake.
// Rule: Helm v4.3.1 pkg/chart/loader/archive/archive.go, LoadFile names a bad head of gzip alone.
pub(super) fn refusal(path: &str, text: &str) -> String {
    if text == gzip::INVALID {
        return format!("file '{path}' does not appear to be a valid chart file (details: {text})");
    }
    "unable to load chart archive".to_owned()
}

/// Refuses a file that is no gzip archive, in Helm's words.
// Rule: Helm v4.3.1 pkg/chart/loader/archive/archive.go, EnsureArchive; Go 1.27 net/http/sniff.go.
pub(super) fn ensure(path: &str, data: &[u8]) -> Result<(), Error> {
    if data.starts_with(b"\x1f\x8b\x08") {
        return Ok(());
    }
    if [".yml", ".yaml"].iter().any(|end| path.ends_with(end)) {
        return Err(ErrorKind::Archive
            .error(format!("file '{path}' seems to be a YAML file, but expected a gzipped archive")));
    }
    let found = content_type(data);
    Err(ErrorKind::Archive
        .error(format!("file '{path}' does not appear to be a gzipped archive; got '{found}'")))
}

/// The type Go's sniffer gives the first 512 bytes, padded with NUL as Helm's buffer is.
fn content_type(data: &[u8]) -> &'static str {
    const MARKUP: [&str; 17] = [
        "<!DOCTYPE HTML",
        "<HTML",
        "<HEAD",
        "<SCRIPT",
        "<IFRAME",
        "<H1",
        "<DIV",
        "<FONT",
        "<TABLE",
        "<A",
        "<STYLE",
        "<TITLE",
        "<B",
        "<BODY",
        "<BR",
        "<P",
        "<!--",
    ];
    const MARKS: [(&[u8], &str); 14] = [
        (b"%PDF-", "application/pdf"),
        (b"%!PS-Adobe-", "application/postscript"),
        (b"\xfe\xff", "text/plain; charset=utf-16be"),
        (b"\xff\xfe", "text/plain; charset=utf-16le"),
        (b"\xef\xbb\xbf", "text/plain; charset=utf-8"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"\x89PNG\x0d\x0a\x1a\x0a", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"BM", "image/bmp"),
        (b"PK\x03\x04", "application/zip"),
        (b"Rar!\x1a\x07\x00", "application/x-rar-compressed"),
        (b"Rar!\x1a\x07\x01\x00", "application/x-rar-compressed"),
        (b"\x00asm", "application/wasm"),
    ];
    let head = data.get(..512).unwrap_or(data);
    let start =
        head.iter().position(|b| !matches!(b, b'\t' | b'\n' | 0x0c | b'\r' | b' ')).unwrap_or(head.len());
    let text = head.get(start..).unwrap_or_default();
    let markup = |mark: &&str| {
        let Some(found) = text.get(..mark.len()) else { return false };
        let end = text.get(mark.len()).copied().unwrap_or(0);
        found.eq_ignore_ascii_case(mark.as_bytes()) && (matches!(end, b' ' | b'>') || *mark == "<!--")
    };
    if MARKUP.iter().any(markup) {
        return "text/html; charset=utf-8";
    }
    if text.starts_with(b"<?xml") {
        return "text/xml; charset=utf-8";
    }
    if let Some((_, found)) = MARKS.iter().find(|(mark, _)| head.starts_with(mark)) {
        return found;
    }
    let binary = |b: u8| matches!(b, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    if data.len() >= 512 && !head.iter().any(|b| binary(*b)) {
        return "text/plain; charset=utf-8";
    }
    "application/octet-stream"
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn what_is_no_text_is_taken_out() {
        let mut bytes = b"h\xffaab\xfeb\xc3cc\xa9".to_vec();
        let mut found: Vec<(String, Content)> =
            [2..4, 4..7, 8..10].map(|part| (String::new(), Content::Part(part))).into();
        let sound = str::from_utf8(&bytes).unwrap_err().valid_up_to();
        take_out(&mut found, &mut bytes, sound);
        assert_eq!(bytes, b"  aa    cc ");
        assert!(matches!(&found[1].1, Content::Own(data) if data == b"b\xfeb"));
        assert!(matches!(&found[2].1, Content::Part(part) if *part == (8..10)));
    }

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
        let text = b"some text ".repeat(5000);
        let packed = pack(&text);
        let unpacked = |packed: &[u8]| at_once(packed, told_length(packed));
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

    // Each text is what `helm show chart` of Helm v4.3.1 says.
    #[test]
    fn what_is_no_archive_is_told_in_gos_words() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(b"hello world").unwrap();
        let packed = packed.finish().unwrap();
        let cut = packed.get(..packed.len() - 9).unwrap();
        for (data, wanted) in [
            (&*packed, "unexpected EOF"),
            (cut, "unexpected EOF"),
            (b"", "EOF"),
            (b"hello", "unexpected EOF"),
            (b"hello, world", "gzip: invalid header"),
        ] {
            assert_eq!(read(data).unwrap_err(), wanted);
        }
    }
}
