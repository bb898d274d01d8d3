//! Binary search over the lines of a text sorted by bytes.

/// The first word and the rest of the line whose first word is `key`.
pub(super) fn line(text: &'static str, key: &str) -> Option<(&'static str, &'static str)> {
    let bytes = text.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = bytes.get(..middle)?.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let rest = text.get(start..)?;
        let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
        let (word, after) = line.split_once(' ').unwrap_or((line, ""));
        match word.cmp(key) {
            std::cmp::Ordering::Equal => return Some((word, after)),
            std::cmp::Ordering::Less => low = start + line.len() + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}
