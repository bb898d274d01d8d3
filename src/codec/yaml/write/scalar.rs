//! How a text may be written.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::bytes::near;
use crate::codec::yaml::resolve;

/// What the characters of a text allow.
// Rule: go-yaml v2.4.4 and v3.0.5 emitterc.go, yaml_emitter_analyze_scalar, for block context.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools)] // four independent answers
pub(super) struct Analysis {
    pub multiline: bool,
    pub plain: bool,
    pub single: bool,
    pub literal: bool,
}

/// Line breaks as go-yaml sees them.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Characters that need no escape.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FEFE}' | '\u{FF00}'..='\u{FFFD}')
}

/// What the characters of a text allow. `pretty` is v3, which has tabs in literals; `careful` refuses line
/// breaks other than `\n`.
pub(super) fn analyze(text: &str, pretty: bool, careful: bool) -> Analysis {
    if is_simple(text) {
        return Analysis { multiline: false, plain: true, single: true, literal: true };
    }
    analyze_each(text, pretty, careful)
}

/// The same, with a look at every character.
fn analyze_each(text: &str, pretty: bool, careful: bool) -> Analysis {
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut tabs, mut special, mut multiline) = (false, false, false);
    let (mut leading, mut trailing_space, mut trailing_break) = (false, false, false);
    let (mut break_space, mut space_break) = (false, false);
    let (mut previous_space, mut previous_break) = (false, false);
    let mut after_blank = true;
    let mut first = true;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let before_blank = matches!(chars.peek(), None | Some(' ' | '\t'));
        let last = chars.peek().is_none();
        indicators |= match c {
            '#' => after_blank,
            ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => first,
            ':' => before_blank,
            '?' | '-' => first && before_blank,
            _ => false,
        };
        match c {
            '\t' if pretty => tabs = true,
            c => special |= !is_printable(c) || careful && is_break(c) && c != '\n',
        }
        if c == ' ' {
            leading |= first;
            trailing_space |= last;
            break_space |= previous_break;
            previous_space = true;
            previous_break = false;
        } else if is_break(c) {
            multiline = true;
            leading |= first;
            trailing_break |= last;
            space_break |= previous_space;
            previous_space = false;
            previous_break = true;
        } else {
            previous_space = false;
            previous_break = false;
        }
        after_blank = matches!(c, ' ' | '\t' | '\0') || is_break(c);
        first = false;
    }
    let odd = space_break || special;
    let single = !break_space && !odd && !tabs;
    Analysis {
        multiline,
        plain: single && !leading && !trailing_space && !trailing_break && !multiline && !indicators,
        single,
        literal: !text.is_empty() && !trailing_space && !odd,
    }
}

/// Which characters matter inside a text: those that are [`ODD`], and a [`COLON`] before a blank.
const CLASSES: [u8; 256] = {
    let mut classes = [ODD; 256];
    let mut byte = 0;
    while byte < 128 {
        let sign = byte as u8;
        if sign.is_ascii_alphanumeric() || matches!(sign, b' ' | b'_' | b'.' | b'/' | b'-' | b'=' | b'+') {
            classes[byte] = 0;
        }
        byte += 1;
    }
    classes[b':' as usize] = COLON;
    classes
};
const ODD: u8 = 1;
const COLON: u8 = 2;

/// Whether nothing in a text can matter: most texts there are.
fn is_simple(text: &str) -> bool {
    let ends = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'/' || *byte == b'_';
    let [first, rest @ ..] = text.as_bytes() else { return false };
    if !ends(first) || !rest.last().is_none_or(ends) {
        return false;
    }
    // Without an early end the compiler looks at several at once; most texts are short.
    let seen = rest.iter().fold(0, |seen, &byte| seen | CLASSES[usize::from(byte)]);
    seen & ODD == 0 && (seen & COLON == 0 || !text.contains(": "))
}

/// Whether an unquoted text would be read as something else.
// Rule: go-yaml v2.4.4 encode.go, stringv and isBase60Float.
pub(super) fn resolves(text: &str) -> bool {
    let may_count = matches!(text.as_bytes().first(), Some(b'0'..=b'9' | b'+' | b'-'));
    resolve::plain(text) != resolve::Kind::Text
        || may_count && (resolve::is_timestamp(text) || is_base60(text))
}

/// `^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`
fn is_base60(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        return false;
    }
    let mut parts = whole.split(':');
    let digits = parts.next().unwrap_or_default();
    let mut count = 0;
    for part in parts {
        count += 1;
        if !matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']) {
            return false;
        }
    }
    count > 0 && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

/// Texts that go-yaml takes for texts and some other reader does not.
pub(super) fn is_delicate(text: &str) -> bool {
    matches!(text, "=" | "<<")
}

/// Appends the escape of a character.
pub(super) fn escape(out: &mut String, c: char) {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{B}' => 'v',
        '\u{C}' => 'f',
        '\r' => 'r',
        '\u{1B}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{A0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        c => {
            let code = u32::from(c);
            let _ = match code {
                0..=0xFF => write!(out, "\\x{code:02X}"),
                0x100..=0xFFFF => write!(out, "\\u{code:04X}"),
                _ => write!(out, "\\U{code:08X}"),
            };
            return;
        }
    };
    out.push('\\');
    out.push(short);
}

/// A text as one line of YAML: plain where every reader of YAML 1.1 and 1.2 keeps it a text, in quotes
/// otherwise. Safe as a value and as a key in block context.
#[must_use]
pub fn scalar(text: &str) -> Cow<'_, str> {
    let allowed = analyze(text, false, true);
    if !text.is_empty() && allowed.plain && !resolves(text) && !is_delicate(text) {
        return Cow::Borrowed(text);
    }
    let must_escape = |c: char| !is_printable(c) || is_break(c) || c == '"' || c == '\\';
    if allowed.single && !allowed.multiline && !resolves(text) && !is_delicate(text) {
        return Cow::Owned(format!("'{}'", text.replace('\'', "''")));
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if must_escape(c) { escape(&mut out, c) } else { out.push(c) }
    }
    out.push('"');
    Cow::Owned(out)
}

/// A text as a literal block: its header `|`, `|-` or `|2+`, then its lines indented by `indent`
/// blanks, without a newline at the end. None where only quotes can hold the text: no newline in it, a
/// line that ends in a blank, tabs and other characters that need an escape.
///
/// The lines stand deeper than the key they belong to by two columns where the header needs a digit,
/// so `indent` is the key's column plus 2.
#[must_use]
pub fn block_literal(text: &str, indent: usize) -> Option<String> {
    if near::find(b'\n', text.as_bytes()).is_none() || !analyze(text, false, true).literal {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 8);
    out.push('|');
    out.push_str(header(text));
    let blanks = " ".repeat(indent);
    let body = text.strip_suffix('\n').unwrap_or(text);
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&blanks);
            out.push_str(line);
        }
    }
    Some(out)
}

/// What stands behind the `|`: a digit where the first line begins with a blank, and the mark for the
/// newlines at the end.
pub(super) fn header(text: &str) -> &'static str {
    let digit = text.starts_with(|c| c == ' ' || is_break(c));
    let mut back = text.chars().rev();
    let keep = match (back.next(), back.next()) {
        (Some(last), _) if !is_break(last) => "-",
        (Some(_), None) => "+",
        (Some(_), Some(before)) if is_break(before) => "+",
        (Some(_), Some(_)) => "",
        (None, _) => "-",
    };
    match (digit, keep) {
        (true, "-") => "2-",
        (true, "+") => "2+",
        (true, _) => "2",
        (false, keep) => keep,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_simple_text_allows_everything(text in "[a1_./=+: -]{0,6}") {
            if is_simple(&text) {
                let each = analyze_each(&text, false, true);
                prop_assert!(each.plain && each.single && each.literal && !each.multiline, "{text:?}");
            }
        }
    }
}
