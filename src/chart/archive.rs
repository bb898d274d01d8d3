//! Reading a packaged chart: gzip, tar, and Helm's refusals.

use std::io::Read;
use std::ops::Range;
use std::rc::Rc;
use std::sync::{Arc, mpsc};

use flate2::Crc;

use super::error::{Error, ErrorKind};
use super::unpack::{self, Unpacked};
use super::{File, MAX_CHART_SIZE, gzip};
use crate::both::both;
use crate::diag::raw;

/// The size of a block of an archive, in bytes.
const BLOCK: usize = 512;
const INVALID_HEADER: &str = "archive/tar: invalid tar header";

/// Every file of an archive with its first path component cut off; the error is the loader's text, which
/// Helm shows only for subcharts.
pub(super) fn read(data: &[u8]) -> Result<Vec<File>, String> {
    read_along(data, &Nothing)
}

/// What is done with files on the way, maybe on two threads while the rest is unpacked, and maybe for nothing, because
/// something behind them may be wrong.
pub(super) trait Along: Sync {
    /// What becomes of a file.
    fn arrived(&self, file: File) -> File {
        file
    }

    /// Does something that can be done by anybody at any time, and tells whether there was anything.
    fn go_on(&self) -> bool {
        false
    }
}

/// Files stay as they are.
struct Nothing;

impl Along for Nothing {}

/// Every file of an archive as `along` leaves it.
// Rule: Helm v4.3.1 pkg/chart/loader/archive/archive.go, LoadArchiveFiles.
pub(super) fn read_along(data: &[u8], along: &dyn Along) -> Result<Vec<File>, String> {
    if !data.starts_with(b"\x1f\x8b\x08") {
        let words = match data.len() {
            0 => "EOF",
            1..10 => "unexpected EOF",
            _ => "gzip: invalid header",
        };
        return Err(words.to_owned());
    }
    let packed = gzip::content(data)?;
    match in_two(packed, along) {
        Some(files) => Ok(files),
        None => in_one(packed, along),
    }
}

/// The files of an archive.
fn in_one(packed: &[u8], along: &dyn Along) -> Result<Vec<File>, String> {
    let unpacked = Unpacked::new(packed);
    let bytes = unpacked.content();
    let mut walk = Walk::new();
    walk.go_on(unpacked, Part::Last)?;
    walk.check_end(&bytes)?;
    Ok(files(walk.found, bytes).map(|file| along.arrived(file)).collect())
}

/// The files of an archive without a mistake that is so long that one thread unpacks it while another takes apart what
/// is unpacked.
fn in_two(packed: &[u8], along: &dyn Along) -> Option<Vec<File>> {
    let told = unpack::told_length(packed);
    if !(unpack::MUCH..=unpack::MOST_IN_PIECES).contains(&told) {
        return None;
    }
    let (pieces, unpacked) = mpsc::channel();
    let unpack = || {
        let checksum = unpack::in_pieces(packed, told, &pieces);
        drop(pieces);
        while checksum.is_some() && along.go_on() {}
        checksum
    };
    let (checksum, taken_apart) = both(unpack, move || take_apart(&unpacked, along));
    let (found, files) = taken_apart?;
    (checksum? == found).then_some(files)
}

/// The checksum of an archive that comes in pieces, and its files.
fn take_apart(pieces: &mpsc::Receiver<Vec<u8>>, along: &dyn Along) -> Option<(u32, Vec<File>)> {
    let mut checksum = Crc::new();
    let mut walk = Walk::new();
    let mut all = Vec::new();
    // What was not taken apart yet.
    let mut open = Vec::new();
    // How much of it is worth a look: twice as much as a look showed to be part of a single entry.
    let mut worth = 0;
    while let Some(piece) = next_piece(pieces, along) {
        checksum.update(&piece);
        if open.is_empty() {
            open = piece;
        } else {
            open.extend_from_slice(&piece);
        }
        if open.len() < worth {
            continue;
        }
        let unpacked = Unpacked::all_of(open);
        let bytes = unpacked.content();
        // What looks wrong may go on in the next piece.
        let _ = walk.go_on(unpacked, Part::First);
        let mut bytes = owned(bytes);
        if walk.end == 0 {
            worth = 2 * bytes.len();
            open = bytes;
            continue;
        }
        worth = 0;
        let rest = bytes.get(walk.end..).unwrap_or_default();
        open = Vec::with_capacity(rest.len() + unpack::PIECE);
        open.extend_from_slice(rest);
        bytes.truncate(walk.end);
        all.extend(files(walk.take(), Rc::new(bytes)).map(|file| along.arrived(file)));
    }
    let unpacked = Unpacked::all_of(open);
    let bytes = unpacked.content();
    walk.is_empty = all.is_empty();
    walk.go_on(unpacked, Part::Last).ok()?;
    walk.check_end(&bytes).ok()?;
    all.extend(files(walk.found, bytes).map(|file| along.arrived(file)));
    while along.go_on() {}
    Some((checksum.sum(), all))
}

/// The next piece; until it is there, other work is done.
fn next_piece(pieces: &mpsc::Receiver<Vec<u8>>, along: &dyn Along) -> Option<Vec<u8>> {
    loop {
        match pieces.try_recv() {
            Ok(piece) => return Some(piece),
            Err(mpsc::TryRecvError::Disconnected) => return None,
            Err(mpsc::TryRecvError::Empty) if along.go_on() => {}
            Err(mpsc::TryRecvError::Empty) => return pieces.recv().ok(),
        }
    }
}

/// Which part of an archive is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The rest follows later.
    First,
    Last,
}

/// What was found in an archive so far.
struct Walk {
    found: Vec<(String, Content)>,
    /// Whether no part in front of this one held a file.
    is_empty: bool,
    /// Bytes that files may still have.
    left: u64,
    /// Where what was found ends.
    end: usize,
}

impl Walk {
    fn new() -> Self {
        Self { found: Vec::new(), is_empty: true, left: MAX_CHART_SIZE, end: 0 }
    }

    /// What was found; a walk through the bytes behind it finds more.
    fn take(&mut self) -> Vec<(String, Content)> {
        self.end = 0;
        std::mem::take(&mut self.found)
    }

    /// Looks at every entry; of a first part, at those that are complete.
    fn go_on(&mut self, unpacked: Unpacked, part: Part) -> Result<(), String> {
        let bytes = unpacked.content();
        let mut archive = tar::Archive::new(unpacked);
        for entry in archive.entries_with_seek().map_err(broken)? {
            let mut entry = entry.map_err(broken)?;
            let kind = entry.header().entry_type();
            let name = raw::marked(&entry.path_bytes()).into_owned();
            let size = entry.size();
            let place = entry.raw_file_position();
            let end = place.saturating_add(size.next_multiple_of(BLOCK as u64));
            let end = usize::try_from(end).unwrap_or(usize::MAX);
            // The size of a file with holes is not that of what stands in the archive: with all the rest it comes last.
            if part == Part::First && (end > bytes.len() || kind.is_gnu_sparse()) {
                return Ok(());
            }
            if let Some(mut records) = entry.pax_extensions().map_err(broken)?
                && records.any(|record| record.is_err())
            {
                return Err(INVALID_HEADER.to_owned());
            }
            // Rule: Go 1.27 archive/tar reader.go, handleRegularFile: what is only a head has nothing behind it, so the
            // next head is looked for at once; Helm misses the content that the head tells of.
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
                self.end = end;
                continue;
            }
            let path = inner_path(&name)?;
            if size > self.left {
                return Err(too_large());
            }
            let content = if kind.is_contiguous() || kind.is_gnu_sparse() {
                let mut data = Vec::new();
                (&mut entry).take(self.left + 1).read_to_end(&mut data).map_err(broken)?;
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
            let left = self.left.checked_sub(content.len() as u64).filter(|left| *left > 0);
            self.left = left.ok_or_else(too_large)?;
            self.found.push((path, content));
            self.end = end;
        }
        Ok(())
    }

    /// Refuses an archive that holds nothing or does not end in these bytes, the last part's, as one does.
    fn check_end(&self, bytes: &[u8]) -> Result<(), String> {
        check_end(bytes.get(self.end..).unwrap_or_default())?;
        if self.found.is_empty() && self.is_empty {
            return Err("no files in chart archive".to_owned());
        }
        Ok(())
    }
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
fn files(mut found: Vec<(String, Content)>, bytes: Rc<Vec<u8>>) -> impl Iterator<Item = File> {
    let text = String::from_utf8(owned(bytes)).or_else(|error| {
        let sound = error.utf8_error().valid_up_to();
        let mut bytes = error.into_bytes();
        take_out(&mut found, &mut bytes, sound);
        String::from_utf8(bytes)
    });
    let text = Arc::new(text.unwrap_or_default());
    found.into_iter().filter_map(move |(path, content)| match content {
        Content::Part(part) => File::part(path, &text, part),
        Content::Own(data) => Some(File::new(path, data)),
    })
}

/// Bytes that nobody else looks at any more.
fn owned(bytes: Rc<Vec<u8>>) -> Vec<u8> {
    Rc::try_unwrap(bytes).unwrap_or_else(|shared| shared.to_vec())
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
    use std::iter;

    use proptest::prelude::*;

    use super::*;

    /// Packs files, each by its path and content, behind one another.
    fn packed(files: &[(String, Vec<u8>)]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (path, data) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(data.len() as u64);
            archive.append_data(&mut header, path, &**data).unwrap();
        }
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&archive.into_inner().unwrap()).unwrap();
        packed.finish().unwrap()
    }

    fn listed(files: &[File]) -> Vec<(String, Vec<u8>)> {
        files.iter().map(|file| (file.path().to_owned(), file.data().as_bytes().to_vec())).collect()
    }

    #[test]
    fn two_threads_find_the_same_behind_a_file_with_holes() {
        let mut archive = tar::Builder::new(Vec::new());
        let text = "text\n".repeat(unpack::MUCH / 5);
        for name in ["first", "holes", "last", "end"] {
            let mut header = tar::Header::new_gnu();
            let size = if name == "holes" { BLOCK } else { text.len() };
            header.set_size(size as u64);
            if name == "holes" {
                header.set_entry_type(tar::EntryType::GNUSparse);
                let gnu = header.as_gnu_mut().unwrap();
                gnu.set_real_size(1 << 16);
                gnu.sparse[0].set_offset((1 << 16) - 512);
                gnu.sparse[0].set_length(512);
            }
            archive.append_data(&mut header, format!("a/{name}"), &text.as_bytes()[..size]).unwrap();
        }
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&archive.into_inner().unwrap()).unwrap();
        let packed = packed.finish().unwrap();
        let content = gzip::content(&packed).unwrap();
        let one = in_one(content, &Nothing).unwrap();
        assert_eq!(one.iter().map(File::path).collect::<Vec<_>>(), ["first", "holes", "last", "end"]);
        assert_eq!(listed(&in_two(content, &Nothing).unwrap()), listed(&one));
    }

    #[test]
    fn two_threads_find_the_same_behind_a_name_of_many_pieces() {
        let names = ["first".to_owned(), "n".repeat(20 * unpack::PIECE), "last".to_owned()];
        let files: Vec<_> =
            names.iter().map(|name| (format!("a/{name}"), vec![b'x'; 3 * unpack::PIECE])).collect();
        let packed = packed(&files);
        let content = gzip::content(&packed).unwrap();
        let one = in_one(content, &Nothing).unwrap();
        assert!(one.iter().map(File::path).eq(&names));
        assert_eq!(listed(&in_two(content, &Nothing).unwrap()), listed(&one));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn two_threads_find_the_same_as_one(
            files in prop::collection::vec((1_usize..300, 0_usize..90_000, prop::sample::select(vec!["x", "é", "\u{feff}"])), 1..30),
            flaw in prop::option::weighted(0.3, any::<prop::sample::Index>()),
        ) {
            let mut files: Vec<(String, Vec<u8>)> = files
                .into_iter()
                .map(|(name, length, text)| (format!("a/{}", "n".repeat(name)), text.repeat(length / text.len()).into()))
                .collect();
            files.push(("a/picture".to_owned(), iter::repeat_n(0xff, unpack::MUCH).collect()));
            let mut packed = packed(&files);
            let whole = packed.len();
            if let Some(flaw) = flaw {
                packed[flaw.index(whole)] ^= 1;
            }
            let Ok(content) = gzip::content(&packed) else { return Ok(()) };
            let one = in_one(content, &Nothing).ok();
            let two = in_two(content, &Nothing);
            prop_assert!(two.is_some() || flaw.is_some());
            prop_assert!(one.is_some() || two.is_none());
            if let Some(two) = two {
                prop_assert_eq!(listed(&two), listed(&one.unwrap()));
            }
        }
    }

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
