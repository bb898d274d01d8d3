//! Upper and lower case of words, by the rules of goutils v1.1 and xstrings v1.5.

use crate::go::unicode::{self, push};

/// `text` with the first letter of each word in lower case.
pub(super) fn uncapitalize(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at_start = true;
    for (c, _) in unicode::runes(text) {
        if unicode::is_space(c) {
            at_start = true;
            push(&mut out, c);
        } else {
            push(&mut out, if at_start { unicode::to_lower(c) } else { c });
            at_start = false;
        }
    }
    out
}

/// `text` with upper and lower case exchanged; lower case after a space becomes title case.
pub(super) fn swap(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut after_space = true;
    for (c, _) in unicode::runes(text) {
        let swapped = if unicode::is_upper(c) || unicode::is_title(c) {
            unicode::to_lower(c)
        } else if unicode::is_lower(c) {
            if after_space { unicode::to_title(c) } else { unicode::to_upper(c) }
        } else {
            after_space = unicode::is_space(c);
            push(&mut out, c);
            continue;
        };
        after_space = false;
        push(&mut out, swapped);
    }
    out
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || unicode::is_space(c)
}

/// `text` with its words joined and capitalised.
///
/// Rule: xstrings v1.5 `ToPascalCase`. Quirk: a text of connectors only gets its last one twice.
pub(super) fn pascal(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut chars = unicode::runes(text).map(|(c, _)| c);
    let mut last = None;
    let mut in_upper_run = false;
    for c in chars.by_ref() {
        if !is_connector(c) {
            in_upper_run = unicode::is_upper(c);
            last = Some(unicode::to_upper(c));
            break;
        }
        push(&mut out, c);
        last = Some(c);
    }
    let Some(mut last) = last else { return out };
    for c in chars {
        let mut next = c;
        if is_connector(c) && is_connector(last) {
            push(&mut out, last);
            last = c;
            continue;
        }
        if is_connector(last) {
            in_upper_run = unicode::is_upper(c);
            next = unicode::to_upper(c);
        } else {
            if in_upper_run {
                if unicode::is_upper(c) {
                    next = unicode::to_lower(c);
                } else {
                    in_upper_run = false;
                }
            }
            push(&mut out, last);
        }
        last = next;
    }
    push(&mut out, last);
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Invalid,
    Number,
    Upper,
    Lower,
    Connector,
    Punct,
    Other,
}

/// Letters of scripts that have words; Chinese characters have none.
fn is_alphabet(c: char) -> bool {
    unicode::is_letter(c)
        && !matches!(c, '\u{3400}'..='\u{4d85}' | '\u{4e00}'..='\u{9fcc}' | '\u{20000}'..='\u{2b81d}')
}

/// The next character with all bytes in front of it that are none; `before` when no character follows.
fn next_valid(text: &[u8], before: char) -> (char, usize) {
    let mut end = 0;
    for (c, width) in unicode::runes(text) {
        end += width;
        if c != char::REPLACEMENT_CHARACTER {
            return (c, end);
        }
    }
    (before, end)
}

/// The first word of `text` and what follows it.
fn next_word(text: &[u8]) -> (Kind, &[u8], &[u8]) {
    let (first, width) = next_valid(text, char::REPLACEMENT_CHARACTER);
    // How far the characters reach that are accepted, the length of the last of them, and the one behind.
    let run = |from: usize, accepts: &dyn Fn(char) -> bool| {
        let (mut end, mut c, mut last) = (from, first, width);
        while end < text.len() {
            let next = next_valid(&text[end..], c);
            c = next.0;
            if !accepts(c) {
                break;
            }
            last = next.1;
            end += last;
        }
        (end, last, c)
    };
    let lower = |c| is_alphabet(c) && !unicode::is_upper(c);
    let (kind, end) = if first == char::REPLACEMENT_CHARACTER {
        (Kind::Invalid, width)
    } else if is_connector(first) {
        (Kind::Connector, run(width, &is_connector).0)
    } else if unicode::is_punct(first) {
        (Kind::Punct, run(width, &unicode::is_punct).0)
    } else if unicode::is_upper(first) {
        let (mut end, last, behind) = run(width, &unicode::is_upper);
        if end == width {
            end = run(width, &lower).0;
        } else if end < text.len() && is_alphabet(behind) {
            // The last capital of `HTTPStatus` belongs to the next word.
            end -= last;
        }
        (Kind::Upper, end)
    } else if is_alphabet(first) {
        (Kind::Lower, run(width, &lower).0)
    } else if unicode::is_number(first) {
        (Kind::Number, run(width, &unicode::is_number).0)
    } else {
        let other = |c| !(is_connector(c) || is_alphabet(c) || unicode::is_number(c) || unicode::is_punct(c));
        (Kind::Other, run(width, &other).0)
    };
    (kind, &text[..end], &text[end..])
}

fn push_word(out: &mut Vec<u8>, kind: Kind, word: &[u8], connector: char) {
    if !matches!(kind, Kind::Upper | Kind::Connector) {
        out.extend_from_slice(word);
        return;
    }
    for (c, _) in unicode::runes(word) {
        push(out, if is_connector(c) { connector } else { unicode::to_lower(c) });
    }
}

/// `text` in lower case with `connector` between its words.
///
/// Rule: xstrings v1.5 `ToSnakeCase`, `ToKebabCase`.
pub(super) fn lower_words(text: &[u8], connector: char) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    let separates = |kind| !matches!(kind, Kind::Invalid | Kind::Connector | Kind::Punct);
    let (mut kind, mut word, mut rest) = next_word(text);
    while !rest.is_empty() {
        if kind != Kind::Connector {
            push_word(&mut out, kind, word, connector);
        }
        let (previous, previous_word) = (kind, word);
        (kind, word, rest) = next_word(rest);
        match previous {
            Kind::Number => {
                while matches!(kind, Kind::Lower | Kind::Number) {
                    push_word(&mut out, kind, word, connector);
                    (kind, word, rest) = next_word(rest);
                }
                if separates(kind) {
                    push(&mut out, connector);
                }
            }
            Kind::Connector => push_word(&mut out, previous, previous_word, connector),
            Kind::Punct => {}
            _ if kind != Kind::Number => {
                if !matches!(kind, Kind::Connector | Kind::Punct) {
                    push(&mut out, connector);
                }
            }
            _ if rest.is_empty() => {}
            _ => {
                let number = word;
                (kind, word, rest) = next_word(rest);
                if kind == Kind::Lower {
                    // `HTTP2xx` is `http_2xx`.
                    push(&mut out, connector);
                    push_word(&mut out, Kind::Number, number, connector);
                    while matches!(kind, Kind::Lower | Kind::Number) {
                        push_word(&mut out, kind, word, connector);
                        (kind, word, rest) = next_word(rest);
                    }
                    if separates(kind) {
                        push(&mut out, connector);
                    }
                } else {
                    // `Bld4Floor` is `bld4_floor`.
                    push_word(&mut out, Kind::Number, number, connector);
                    if !matches!(kind, Kind::Connector | Kind::Punct) {
                        push(&mut out, connector);
                    }
                }
            }
        }
    }
    push_word(&mut out, kind, word, connector);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printed by Helm v4.3.1: text, snakecase, kebabcase, camelcase.
    const CASES: &[[&str; 4]] = &[
        ["HTTPServer", "http_server", "http-server", "Httpserver"],
        ["NoHTTPS", "no_https", "no-https", "NoHTTPS"],
        ["http2xx", "http_2xx", "http-2xx", "Http2xx"],
        ["HTTP20xOK", "http_20x_ok", "http-20x-ok", "Http20xOK"],
        ["Bld4Floor3rd", "bld4_floor_3rd", "bld4-floor-3rd", "Bld4Floor3rd"],
        ["foo.bar", "foo.bar", "foo.bar", "Foo.bar"],
        ["_a_B", "_a_b", "-a-b", "_AB"],
        ["ABc", "a_bc", "a-bc", "Abc"],
        ["a1B", "a1_b", "a1-b", "A1B"],
        ["AB", "ab", "ab", "Ab"],
        ["Duration2m3s", "duration_2m3s", "duration-2m3s", "Duration2m3s"],
        ["FOO:BAR$BAZ", "foo:bar_$_baz", "foo:bar-$-baz", "Foo:BAR$BAZ"],
        ["  some  text ", "__some__text_", "--some--text-", "  Some Text "],
        ["GO_PATH", "go_path", "go-path", "GoPath"],
        ["1foo_bar", "1foo_bar", "1foo-bar", "1fooBar"],
        ["a__B", "a__b", "a--b", "A_B"],
        ["_", "_", "-", "__"],
        ["", "", "", ""],
        ["aÉb", "a_éb", "a-éb", "AÉb"],
        ["A", "a", "a", "A"],
        ["AAa", "a_aa", "a-aa", "Aaa"],
        ["x-y--z", "x_y__z", "x-y--z", "XY-Z"],
        ["K8s", "k_8s", "k-8s", "K8s"],
        ["k8S9A", "k8_s9_a", "k8-s9-a", "K8S9A"],
        ["userID", "user_id", "user-id", "UserID"],
        ["IDs", "i_ds", "i-ds", "Ids"],
        ["9a", "9a", "9a", "9a"],
        ["a9", "a9", "a9", "A9"],
        ["AA9", "aa9", "aa9", "Aa9"],
        ["AA9b", "aa_9b", "aa-9b", "Aa9b"],
        ["AA9B", "aa9_b", "aa9-b", "Aa9B"],
        ["AAb9", "a_ab9", "a-ab9", "Aab9"],
        ["éÀ", "é_à", "é-à", "ÉÀ"],
        ["日本Go", "日本_go", "日本-go", "日本Go"],
        ["--a", "__a", "--a", "--A"],
        ["a--", "a__", "a--", "A--"],
        ["fooBar_Baz-qux quux", "foo_bar_baz_qux_quux", "foo-bar-baz-qux-quux", "FooBarBazQuxQuux"],
        ["3D", "3_d", "3-d", "3D"],
        ["a.B", "a.b", "a.b", "A.B"],
        ["A.B", "a.b", "a.b", "A.B"],
        ["HTTP/2", "http/2", "http/2", "Http/2"],
        ["aB1C2d", "a_b1_c_2d", "a-b1-c-2d", "AB1C2d"],
        ["ABC123def", "abc_123def", "abc-123def", "Abc123def"],
        ["abc123DEF", "abc123_def", "abc123-def", "Abc123DEF"],
        ["ABC 123", "abc_123", "abc-123", "Abc123"],
        ["1A2B", "1_a2_b", "1-a2-b", "1A2B"],
        ["A1b2", "a_1b2", "a-1b2", "A1b2"],
        ["a$b", "a_$_b", "a-$-b", "A$b"],
        ["$1a", "$_1a", "$-1a", "$1a"],
        ["A$1b", "a_$_1b", "a-$-1b", "A$1b"],
        ["1.2.3", "1.2.3", "1.2.3", "1.2.3"],
        ["v1.2Beta3", "v1.2_beta3", "v1.2-beta3", "V1.2Beta3"],
        ["a1_b2", "a1_b2", "a1-b2", "A1B2"],
        ["A1_B2", "a1_b2", "a1-b2", "A1B2"],
        ["9_A", "9_a", "9-a", "9A"],
        ["x9.y", "x9.y", "x9.y", "X9.y"],
        ["²a", "²a", "²a", "²a"],
        ["a²B", "a²_b", "a²-b", "A²B"],
    ];

    #[test]
    fn words_are_cut_as_in_helm() {
        for [text, snake, kebab, camel] in CASES {
            let own = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
            assert_eq!(own(lower_words(text.as_bytes(), '_')), *snake, "{text}");
            assert_eq!(own(lower_words(text.as_bytes(), '-')), *kebab, "{text}");
            assert_eq!(own(pascal(text.as_bytes())), *camel, "{text}");
        }
    }
}
