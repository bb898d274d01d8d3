//! JSON values inside an argument.

use std::sync::Arc;

use crate::codec::{Data, Entry, Map, Node, Style};
use crate::diag::{Source, Span};

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

/// The JSON value a source holds, with numbers as Helm has them here, all of them floats.
pub(super) fn read(source: &Source) -> Option<Node> {
    let value: serde_json::Value = serde_json::from_str(source.text()).ok()?;
    Some(node(value).placed(source, Span::new(0, source.text().len()), Style::Plain))
}

fn node(value: serde_json::Value) -> Node {
    match value {
        serde_json::Value::Null => Node::null(),
        serde_json::Value::Bool(value) => Node::new(Data::Bool(value)),
        serde_json::Value::Number(value) => Node::new(Data::Float(value.as_f64().unwrap_or(f64::NAN))),
        serde_json::Value::String(value) => Node::string(value),
        serde_json::Value::Array(items) => Node::list(items.into_iter().map(node).collect()),
        serde_json::Value::Object(entries) => Node::new(Data::Map(Arc::new(Map::from_entries(
            entries
                .into_iter()
                .map(|(key, value)| Entry { key: key.into(), place: None, value: node(value) })
                .collect(),
        )))),
    }
}
