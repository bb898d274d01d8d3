//! The JSON text of a schema.

use crate::codec::{Node, json};
use crate::diag::Source;
use crate::go::strconv;

/// The JSON of a schema.
///
/// # Errors
/// The words of the schema library.
// Rule: github.com/santhosh-tekuri/jsonschema v6.0.3, loader.go, UnmarshalJSON: a decoder reads one value and looks for
// a second. In Go 1.27 a decoder has other words for some errors than `json.Unmarshal` has.
pub(super) fn read(source: &Source) -> Result<Node, String> {
    json::read(source).map_err(|error| {
        let text = error.helm_text();
        let at = error.diagnostic().primary.as_ref().map_or(0, |label| label.place.span.start());
        decoder_text(text, source.text(), at)
    })
}

fn decoder_text(text: &str, json: &str, at: usize) -> String {
    if text.ends_with("after top-level value") {
        return "invalid character after top-level value".to_owned();
    }
    if text == "unexpected end of JSON input" {
        let blank = json.trim_matches([' ', '\t', '\n', '\r']).is_empty();
        return if blank { "EOF".to_owned() } else { "unexpected EOF".to_owned() };
    }
    if text.ends_with("in string escape code") || text.ends_with("hexadecimal character escape") {
        return bad_escape(json.as_bytes(), at);
    }
    let Some((_, context)) = text.strip_prefix("invalid character ").and_then(|rest| rest.split_once("' "))
    else {
        return text.to_owned();
    };
    let context = match context {
        "in string literal" => "in string",
        context if context.ends_with("numeric literal") => "in numeric literal",
        context => context,
    };
    let shown = json.get(at..).and_then(|rest| rest.chars().next()).unwrap_or('\u{fffd}');
    format!("invalid character {} {context}", strconv::quote_rune(shown as u32))
}

/// What is said of the escape sequence that `at` stands in.
fn bad_escape(json: &[u8], at: usize) -> String {
    let before = json.get(..at).unwrap_or_default();
    let start = before.iter().rposition(|&byte| byte == b'\\').unwrap_or(at);
    let length = if json.get(start + 1) == Some(&b'u') { 6 } else { 2 };
    let sequence = json.get(start..(start + length).min(json.len())).unwrap_or_default();
    let shown = if strconv::can_backquote(sequence) {
        format!("`{}`", String::from_utf8_lossy(sequence))
    } else {
        strconv::quote(sequence)
    };
    format!("invalid escape sequence {shown} in string")
}
