//! What a file is that is no archive, as Go's sniffer sees it.

use crate::chart::error::{Error, ErrorKind};

/// Refuses a file that is no gzip archive, in Helm's words.
// Rule: Helm v4.3.1 pkg/chart/loader/archive/archive.go, EnsureArchive; Go 1.27 net/http/sniff.go.
pub(in crate::chart) fn ensure(path: &str, data: &[u8]) -> Result<(), Error> {
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
