//! Where a JSON value inside an argument ends.

/// The bytes of the first JSON value of `text`, which starts with none of JSON's blanks; none if there is none.
///
/// Only its extent is found here: brackets and quotes are matched, nothing else is checked.
// Rule: Go's json.Decoder reads one value and stops behind it.
pub(super) fn extent(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'"' => {
                at = string_end(bytes, at)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            _ if depth == 0 => return scalar_end(text),
            _ => {}
        }
        at += 1;
    }
    None
}

fn string_end(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The end of a word or number; none if what is written is the beginning of neither.
fn scalar_end(text: &str) -> Option<usize> {
    if let Some(word) = ["true", "false", "null"].into_iter().find(|word| text.starts_with(word)) {
        return Some(word.len());
    }
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        let len = bytes.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
        (len > 0).then_some(from + len)
    };
    let start = usize::from(bytes.first() == Some(&b'-'));
    let mut end = if bytes.get(start) == Some(&b'0') { start + 1 } else { digits(start)? };
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1)?;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        end = digits(end + 1 + sign)?;
    }
    Some(end)
}
