//! Reading a packaged chart: gzip, tar, and Helm's refusals.

use std::io::{BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use super::error::{Error, ErrorKind};
use super::{File, MAX_CHART_SIZE};

/// Bytes that are decompressed at a time.
const BUFFER: usize = 256 << 10;

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
    let limited = MultiGzDecoder::new(data).take(2 * MAX_CHART_SIZE);
    // The archive is read in small pieces, the decoder is fast in large ones.
    let mut archive = tar::Archive::new(BufReader::with_capacity(BUFFER, limited));
    let mut files = Vec::new();
    let mut left = MAX_CHART_SIZE;
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let kind = entry.header().entry_type();
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if kind.is_dir() || kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
            continue;
        }
        let path = inner_path(&name)?;
        let size = entry.size();
        if size > left {
            return Err(too_large());
        }
        let mut data = Vec::new();
        if kind.is_file() {
            // One reading into room that fits; the header's word is taken for a moderate size only.
            data.resize(usize::try_from(size.min(BUFFER as u64)).unwrap_or(0), 0);
            let got = fill(&mut entry, &mut data).map_err(broken)?;
            data.truncate(got);
        }
        if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
            (&mut entry).take(left + 1).read_to_end(&mut data).map_err(broken)?;
        }
        if (data.len() as u64) < size && kind.is_file() {
            return Err("unexpected EOF".to_owned());
        }
        left = left.checked_sub(data.len() as u64).filter(|left| *left > 0).ok_or_else(too_large)?;
        files.push(File::new(path, data));
    }
    if files.is_empty() {
        return Err("no files in chart archive".to_owned());
    }
    Ok(files)
}

/// Reads until the room is full or nothing is left; the number of bytes read.
fn fill(reader: &mut impl Read, room: &mut [u8]) -> std::io::Result<usize> {
    let mut got = 0;
    while let Some(rest) = room.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
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
        _ => "archive/tar: invalid tar header".to_owned(),
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
            crate::go::strconv::quote(name.as_bytes())
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

    use super::read;

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
