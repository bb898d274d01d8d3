//! Reading a packaged chart: gzip, tar, and Helm's refusals.

mod sniff;

use std::ops::Range;
use std::sync::{Arc, mpsc};

use flate2::Crc;

use super::tar::{Bytes, Content, Reader, Stop};
use super::unpack::{self, Unpacked};
use super::{File, MAX_CHART_SIZE, gzip};
use crate::both::both;
use crate::diag::raw;

pub(super) use sniff::ensure;

/// Every file of an archive with its first path component cut off; the error is the loader's text, which
/// Helm shows only for subcharts.
pub(super) fn read(data: &[u8]) -> Result<Vec<File>, String> {
    read_along(data, &Nothing::shared())
}

/// What is done with files on the way, maybe on two threads while the rest is unpacked, and maybe for nothing, because
/// something behind them may be wrong.
pub(super) trait Along: Send + Sync {
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

impl Nothing {
    fn shared() -> Arc<dyn Along> {
        Arc::new(Self)
    }
}

/// Every file of an archive as `along` leaves it.
// Rule: Helm v4.3.1 pkg/chart/loader/archive/archive.go, LoadArchiveFiles.
pub(super) fn read_along(data: &[u8], along: &Arc<dyn Along>) -> Result<Vec<File>, String> {
    if data.is_empty() {
        return Err("EOF".to_owned());
    }
    let packed = gzip::content(data)?;
    match in_two(packed, along) {
        Some(files) => Ok(files),
        None => in_one(packed, &**along),
    }
}

/// The files of an archive.
fn in_one(packed: &[u8], along: &dyn Along) -> Result<Vec<File>, String> {
    let Unpacked { bytes, failure } = Unpacked::new(packed);
    let mut walk = Walk::default();
    let archive = Bytes { all: &bytes, is_part: false, failure: failure.as_deref() };
    walk.go_on(archive).map_err(Stop::into_words)?;
    if walk.found.is_empty() {
        return Err("no files in chart archive".to_owned());
    }
    Ok(files(walk.found, bytes).map(|file| along.arrived(file)).collect())
}

/// The files of an archive without a mistake that is so long that one thread unpacks it while another takes apart what
/// is unpacked.
fn in_two(packed: &[u8], along: &Arc<dyn Along>) -> Option<Vec<File>> {
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
    let there = Arc::clone(along);
    let (checksum, taken_apart) = both(unpack, move || take_apart(&unpacked, &*there));
    let (found, files) = taken_apart?;
    (checksum? == found).then_some(files)
}

/// The checksum of an archive that comes in pieces, and its files.
fn take_apart(pieces: &mpsc::Receiver<Vec<u8>>, along: &dyn Along) -> Option<(u32, Vec<File>)> {
    let mut checksum = Crc::new();
    let mut apart = Apart::default();
    while let Some(piece) = next_piece(pieces, along) {
        checksum.update(&piece);
        apart.piece(piece, along)?;
    }
    let files = apart.end(along)?;
    while along.go_on() {}
    Some((checksum.sum(), files))
}

/// An archive that comes in pieces.
#[derive(Default)]
struct Apart {
    walk: Walk,
    files: Vec<File>,
    /// What was not taken apart yet.
    open: Vec<u8>,
    /// How much of it there has to be until it is worth a look.
    worth: usize,
    #[cfg(test)]
    looks: usize,
}

impl Apart {
    /// Takes apart what is complete with this piece.
    fn piece(&mut self, piece: Vec<u8>, along: &dyn Along) -> Option<()> {
        if self.walk.reader.is_over() {
            return Some(());
        }
        if self.open.is_empty() {
            self.open = piece;
        } else {
            self.open.extend_from_slice(&piece);
        }
        if self.open.len() < self.worth {
            return Some(());
        }
        self.look(true, along)
    }

    /// Looks at what is there, and keeps what is not complete.
    fn look(&mut self, is_part: bool, along: &dyn Along) -> Option<()> {
        #[cfg(test)]
        {
            self.looks += 1;
        }
        let mut bytes = std::mem::take(&mut self.open);
        self.worth = match self.walk.go_on(Bytes { all: &bytes, is_part, failure: None }) {
            Err(Stop::Needs(length)) => length,
            Err(Stop::Broken(_)) => return None,
            Ok(()) => 0,
        };
        let end = self.walk.reader.at().min(bytes.len());
        if end == 0 {
            self.open = bytes;
            return Some(());
        }
        self.worth = self.worth.saturating_sub(end);
        self.walk.reader.cut_off(end);
        let rest = bytes.get(end..).unwrap_or_default();
        self.open = Vec::with_capacity(rest.len() + unpack::PIECE);
        self.open.extend_from_slice(rest);
        bytes.truncate(end);
        let found = std::mem::take(&mut self.walk.found);
        self.files.extend(files(found, bytes).map(|file| along.arrived(file)));
        Some(())
    }

    /// All files, when no piece follows.
    fn end(mut self, along: &dyn Along) -> Option<Vec<File>> {
        self.look(false, along)?;
        Some(self.files).filter(|files| !files.is_empty())
    }
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

/// What was found in an archive so far.
struct Walk {
    reader: Reader,
    found: Vec<(String, Content)>,
    /// Bytes that files may still have.
    left: u64,
}

impl Default for Walk {
    fn default() -> Self {
        Self { reader: Reader::default(), found: Vec::new(), left: MAX_CHART_SIZE }
    }
}

impl Walk {
    /// Looks at every entry; of a part, at those that are complete.
    // Rule: Helm v4.3.1 pkg/chart/loader/archive/archive.go, LoadArchiveFiles.
    fn go_on(&mut self, archive: Bytes<'_>) -> Result<(), Stop> {
        loop {
            let Some(entry) = self.reader.next(archive)? else { return Ok(()) };
            if entry.is_no_file {
                continue;
            }
            let path = inner_path(&raw::marked(&entry.name))?;
            if entry.size > self.left {
                return Err(too_large().into());
            }
            let content = entry.content(archive)?;
            let length = content.len() as u64;
            let left = self.left.checked_sub(length).filter(|left| *left > 0);
            // Helm misses the content that the head of a link or a device tells of.
            self.left = left.filter(|_| length >= entry.size).ok_or_else(too_large)?;
            self.found.push((path, content));
        }
    }
}

/// The files: parts of the archive; one that is no text is copied out of it.
fn files(mut found: Vec<(String, Content)>, bytes: Vec<u8>) -> impl Iterator<Item = File> {
    let text = String::from_utf8(bytes).or_else(|error| {
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
pub(super) fn refusal(path: &str, text: &str) -> String {
    bad_head(path, text).unwrap_or_else(|| "unable to load chart archive".to_owned())
}

/// What Helm says of a bad head of gzip, if that is the mistake.
// Rule: Helm v4.3.1 pkg/chart/loader/archive/archive.go, LoadFile.
pub(super) fn bad_head(path: &str, text: &str) -> Option<String> {
    (text == gzip::INVALID)
        .then(|| format!("file '{path}' does not appear to be a valid chart file (details: {text})"))
}

#[cfg(test)]
mod tests;
