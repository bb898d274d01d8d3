//! Cutting rendered text into documents.

use std::ops::Range;

use crate::bytes::near;

/// The documents of a rendered text as byte ranges of it: blank ones left out, leading space cut off,
/// trailing space kept.
///
/// Cuts stand at every line that starts with `---`, whatever follows, also inside block scalars.
// Rule: Helm v4.3.1 pkg/release/v1/util/manifest.go, SplitManifests.
#[must_use]
pub fn split(text: &str) -> Vec<Range<usize>> {
    let start = text.len() - text.trim_start().len();
    let mut documents = Vec::new();
    let mut from = start;
    let mut at = start;
    let bytes = text.as_bytes();
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.starts_with(b"---") {
            push(text, from..at, &mut documents);
            let blanks = rest.iter().skip(3).take_while(|b| matches!(b, b' ' | b'\t')).count();
            from = at + 3 + blanks;
            at = from;
        }
        match near::find(b'\n', bytes.get(at..).unwrap_or_default()) {
            Some(line) => at += line + 1,
            None => break,
        }
    }
    push(text, from..text.len(), &mut documents);
    documents
}

fn push(text: &str, range: Range<usize>, documents: &mut Vec<Range<usize>>) {
    let piece = text.get(range.clone()).unwrap_or_default();
    let trimmed = piece.trim_start();
    if !trimmed.is_empty() {
        documents.push(range.end - trimmed.len()..range.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        split(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn lines_that_start_with_three_dashes_cut() {
        assert_eq!(pieces("\n---\na: 1\n--- # c\nb: 2\n\n----\n"), ["a: 1\n", "# c\nb: 2\n\n", "-\n"]);
        assert_eq!(pieces("---b: 2\n---c: 3"), ["b: 2\n", "c: 3"]);
        assert_eq!(pieces("a: |\n---\n  x\n"), ["a: |\n", "x\n"]);
        assert_eq!(pieces(" a: 1\n ---\n"), ["a: 1\n ---\n"]);
    }

    #[test]
    fn blank_documents_go() {
        assert_eq!(pieces("---\n---\n  \n---\na\n---"), ["a\n"]);
        assert_eq!(pieces(" \n\u{a0}"), Vec::<&str>::new());
    }

    #[test]
    fn carriage_returns_stay_inside() {
        assert_eq!(pieces("a: 1\r\n---\r\nb: 2\r\n"), ["a: 1\r\n", "b: 2\r\n"]);
    }
}
