//! Text.

use super::convert::strval;
use super::table::{ANY, CallCtx, Examples, INT, Out, STR, arg, func, int, string, text, variadic};
use super::{case, wrap};
use crate::go::{fmt, strconv, unicode};
use crate::gotmpl::func::{Call, Func, FuncError, Param};
use crate::value::{List, Map, MapType, Str, Value, budget};

fn position(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

/// The pieces of `haystack` between occurrences of `separator`, at most `limit`. Rule: strings.SplitN.
fn pieces<'t>(haystack: &'t [u8], separator: &[u8], limit: i64) -> Vec<&'t [u8]> {
    let limit = match limit {
        0 => return Vec::new(),
        limit => usize::try_from(limit).unwrap_or(usize::MAX),
    };
    let mut out = Vec::new();
    let mut rest = haystack;
    if separator.is_empty() {
        while !rest.is_empty() && out.len() + 1 < limit && !budget::are_too_many(out.len()) {
            let (head, tail) = rest.split_at(unicode::decode(rest).1);
            out.push(head);
            rest = tail;
        }
        if !rest.is_empty() {
            out.push(rest);
        }
        return out;
    }
    while out.len() + 1 < limit
        && !budget::are_too_many(out.len())
        && let Some(at) = position(rest, separator)
    {
        out.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    out.push(rest);
    out
}

fn trim(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    match arg(args, 0) {
        Value::Str(whole) => {
            let bytes = whole.as_bytes();
            let start = bytes.len() - unicode::trim_start(bytes, unicode::is_space).len();
            let length = unicode::trim(bytes, unicode::is_space).len();
            Ok(Value::Str(whole.slice(start, start + length)))
        }
        _ => string(""),
    }
}

fn trim_all(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut set: Vec<char> = unicode::runes(text(args, 0)).map(|(c, _)| c).collect();
    set.sort_unstable();
    set.dedup();
    string(unicode::trim(text(args, 1), |c| set.binary_search(&c).is_ok()))
}

fn trim_prefix(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let whole = text(args, 1);
    string(whole.strip_prefix(text(args, 0)).unwrap_or(whole))
}

fn trim_suffix(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let whole = text(args, 1);
    string(whole.strip_suffix(text(args, 0)).unwrap_or(whole))
}

fn upper(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    string(unicode::upper(text(args, 0)))
}

fn lower(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    string(unicode::lower(text(args, 0)))
}

fn title(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    string(unicode::title(text(args, 0)))
}

fn untitle(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    string(case::uncapitalize(text(args, 0)))
}

fn swapcase(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    string(case::swap(text(args, 0)))
}

fn camelcase(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    string(case::pascal(text(args, 0)))
}

fn snakecase(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    string(case::lower_words(text(args, 0), '_'))
}

fn kebabcase(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    string(case::lower_words(text(args, 0), '-'))
}

/// Quirk: bytes that look like Latin-1 spaces make the whole text be read as Latin-1.
fn nospace(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let whole = text(args, 0);
    let latin = |byte: u8| char::from(byte);
    if !whole.iter().any(|&byte| unicode::is_space(latin(byte))) {
        return Ok(arg(args, 0).clone());
    }
    let kept = whole.iter().map(|&byte| latin(byte)).filter(|&c| !unicode::is_space(c));
    Ok(Value::from(kept.collect::<String>()))
}

fn repeated(unit: &[u8], count: usize) -> Result<Vec<u8>, FuncError> {
    match unit.len().checked_mul(count) {
        // The executor has better words for it.
        Some(size) if budget::is_too_long(size) => Err("too long".into()),
        Some(_) => Ok(unit.repeat(count)),
        None => Err("strings: Repeat output length overflow".into()),
    }
}

fn repeat(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let count = usize::try_from(int(args, 0)).map_err(|_| "strings: negative Repeat count")?;
    string(repeated(text(args, 1), count)?)
}

fn replace(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (old, new, whole) = (text(args, 0), text(args, 1), text(args, 2));
    // Only where the result might be too long is it measured first.
    let most = (whole.len() / old.len().max(1) + 1).saturating_mul(new.len()).saturating_add(whole.len());
    if most > budget::limits().text {
        let count = memchr::memmem::find_iter(whole, old).count();
        let size = whole.len() - count.saturating_mul(old.len()).min(whole.len());
        if budget::is_too_long(size.saturating_add(count.saturating_mul(new.len()))) {
            return Err("too long".into());
        }
    }
    if old.is_empty() {
        let mut out = new.to_vec();
        let mut at = 0;
        for (_, width) in unicode::runes(whole) {
            out.extend_from_slice(&whole[at..at + width]);
            out.extend_from_slice(new);
            at += width;
        }
        return string(out);
    }
    if let (Ok(old), Ok(new), Some(whole)) =
        (std::str::from_utf8(old), std::str::from_utf8(new), arg(args, 2).as_str().and_then(Str::as_str))
    {
        return Ok(Value::from(whole.replace(old, new)));
    }
    let mut out = Vec::with_capacity(whole.len());
    let mut at = 0;
    for hit in memchr::memmem::find_iter(whole, old) {
        out.extend_from_slice(&whole[at..hit]);
        out.extend_from_slice(new);
        at = hit + old.len();
    }
    out.extend_from_slice(&whole[at..]);
    string(out)
}

fn contains(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Bool(position(text(args, 1), text(args, 0)).is_some()))
}

fn has_prefix(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Bool(text(args, 1).starts_with(text(args, 0))))
}

fn has_suffix(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Bool(text(args, 1).ends_with(text(args, 0))))
}

/// Go's panic for a slice of a string whose bounds are out of range.
fn out_of_bounds(start: Option<i64>, end: i64, length: usize) -> FuncError {
    match start {
        Some(start) if end as usize <= length && start > end => {
            format!("runtime error: slice bounds out of range [{start}:{end}]").into()
        }
        Some(start) if start as usize > length => {
            format!("runtime error: slice bounds out of range [{start}:{length}]").into()
        }
        _ => format!("runtime error: slice bounds out of range [:{end}] with length {length}").into(),
    }
}

fn substr(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (start, end) = (int(args, 0), int(args, 1));
    let Value::Str(whole) = arg(args, 2) else { return string("") };
    let length = whole.len();
    if start < 0 {
        return match usize::try_from(end) {
            Ok(end) if end <= length => Ok(Value::Str(whole.slice(0, end))),
            Ok(_) => Err(out_of_bounds(None, end, length)),
            Err(_) => Err(format!("runtime error: slice bounds out of range [:{end}]").into()),
        };
    }
    let end = if end < 0 || end as usize > length { length } else { end as usize };
    if start as usize > end {
        return Err(out_of_bounds(Some(start), end as i64, length));
    }
    Ok(Value::Str(whole.slice(start as usize, end)))
}

fn trunc(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let count = int(args, 0);
    let Value::Str(whole) = arg(args, 1) else { return string("") };
    let length = whole.len() as i64;
    if count < 0 && length.wrapping_add(count) > 0 {
        return Ok(Value::Str(whole.slice((length + count) as usize, whole.len())));
    }
    if (0..=length).contains(&count) {
        return Ok(Value::Str(whole.slice(0, count as usize)));
    }
    Ok(Value::Str(whole.clone()))
}

fn abbrev(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let width = int(args, 0);
    if width < 4 {
        return Ok(arg(args, 1).clone());
    }
    string(wrap::abbreviate(text(args, 1), 0, width))
}

fn abbrevboth(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (left, right) = (int(args, 0), int(args, 1));
    if right < 4 || (left > 0 && right < 7) {
        return Ok(arg(args, 2).clone());
    }
    string(wrap::abbreviate(text(args, 2), left, right))
}

/// Quirk: bytes count as Latin-1 characters.
fn initials(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut out = String::new();
    let mut after_space = true;
    for c in text(args, 0).iter().map(|&byte| char::from(byte)) {
        if unicode::is_space(c) {
            after_space = true;
        } else if std::mem::take(&mut after_space) {
            out.push(c);
        }
    }
    Ok(Value::from(out))
}

fn plural(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(arg(args, usize::from(int(args, 2) != 1)).clone())
}

fn cat(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut out = Vec::new();
    for (index, value) in args.iter().filter(|value| !value.is_nil()).enumerate() {
        if budget::is_too_long(out.len()) {
            break;
        }
        if index > 0 {
            out.push(b' ');
        }
        fmt::append(&mut out, value);
    }
    string(out)
}

fn indented(args: &[Value], prefix: &[u8]) -> Out {
    let count = usize::try_from(int(args, 0)).map_err(|_| "strings: negative Repeat count")?;
    let pad = repeated(b" ", count)?;
    let whole = text(args, 1);
    let lines = whole.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let size = lines.saturating_mul(count).saturating_add(whole.len() + prefix.len());
    if budget::is_too_long(size) {
        return Err("too long".into());
    }
    let mut out = Vec::with_capacity(size);
    out.extend_from_slice(prefix);
    out.extend_from_slice(&pad);
    for piece in whole.split_inclusive(|&byte| byte == b'\n') {
        out.extend_from_slice(piece);
        if piece.ends_with(b"\n") {
            out.extend_from_slice(&pad);
        }
    }
    string(out)
}

fn indent(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    indented(args, b"")
}

fn nindent(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    indented(args, b"\n")
}

fn quote(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut out = String::new();
    for value in args.iter().filter(|value| !value.is_nil()) {
        if !out.is_empty() {
            out.push(' ');
        }
        strconv::append_quoted(&mut out, strval(value).as_bytes());
    }
    Ok(Value::from(out))
}

fn squote(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut out = Vec::new();
    for value in args.iter().filter(|value| !value.is_nil()) {
        out.extend_from_slice(if out.is_empty() { b"'" } else { b" '" });
        fmt::append(&mut out, value);
        out.push(b'\'');
    }
    string(out)
}

fn wrap_text(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    string(wrap::wrap(text(args, 1), int(args, 0), b"\n", false))
}

fn wrap_with(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let separator = text(args, 1);
    string(wrap::wrap(
        text(args, 2),
        int(args, 0),
        if separator.is_empty() { b"\n" } else { separator },
        true,
    ))
}

fn numbered(parts: Vec<&[u8]>) -> Value {
    let entries = parts
        .iter()
        .enumerate()
        .map(|(index, part)| (Str::from(format!("_{index}")), Value::Str(Str::from_bytes(*part))));
    Value::Map(Map::of(&MapType::STRINGS, entries.collect()))
}

fn split(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(numbered(pieces(text(args, 1), text(args, 0), -1)))
}

fn splitn(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(numbered(pieces(text(args, 2), text(args, 0), int(args, 1))))
}

fn split_list(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let parts = pieces(text(args, 1), text(args, 0), -1);
    Ok(Value::List(List::strings(parts.into_iter().map(Str::from_bytes))))
}

fn to_string(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Str(strval(arg(args, 0))))
}

fn hello(_: &mut CallCtx<'_>, _: &[Value]) -> Out {
    Ok(Value::Str(Str::from_static("Hello!")))
}

/// A function of one text.
const fn one(name: &'static str, call: Call, doc: &'static str, examples: Examples) -> Func {
    func(name, &[STR], call, doc, examples)
}

/// A function of two texts.
const fn two(name: &'static str, call: Call, doc: &'static str, examples: Examples) -> Func {
    func(name, &[STR, STR], call, doc, examples)
}

const INT_TEXT: &[Param] = &[INT, STR];

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    func(
        "abbrev",
        INT_TEXT,
        abbrev,
        "the text cut to so many bytes, dots at the end",
        &[(r#"{{ abbrev 5 "hello world" }}"#, "he...")],
    ),
    func(
        "abbrevboth",
        &[INT, INT, STR],
        abbrevboth,
        "the text cut at both sides",
        &[(r#"{{ abbrevboth 5 10 "1234 5678 9123" }}"#, "...5678...")],
    ),
    one(
        "camelcase",
        camelcase,
        "the words joined, each capitalised",
        &[(r#"{{ camelcase "foo-bar" }}"#, "FooBar")],
    ),
    variadic(func(
        "cat",
        &[ANY],
        cat,
        "the arguments joined by spaces",
        &[(r#"{{ cat "a" 1 nil "b" }}"#, "a 1 b")],
    )),
    two(
        "contains",
        contains,
        "whether the second text contains the first",
        &[(r#"{{ contains "b" "abc" }}"#, "true")],
    ),
    two(
        "hasPrefix",
        has_prefix,
        "whether the second text starts with the first",
        &[(r#"{{ hasPrefix "a" "abc" }}"#, "true")],
    ),
    two(
        "hasSuffix",
        has_suffix,
        "whether the second text ends with the first",
        &[(r#"{{ hasSuffix "c" "abc" }}"#, "true")],
    ),
    func("hello", &[], hello, "a greeting", &[("{{ hello }}", "Hello!")]),
    func(
        "indent",
        INT_TEXT,
        indent,
        "the text with spaces before every line",
        &[(r#"{{ indent 2 "a" }}"#, "  a")],
    ),
    one("initials", initials, "the first letters of the words", &[(r#"{{ initials "First Try" }}"#, "FT")]),
    one(
        "kebabcase",
        kebabcase,
        "the words in lower case, joined by dashes",
        &[(r#"{{ kebabcase "FirstName" }}"#, "first-name")],
    ),
    one("lower", lower, "the text in lower case", &[(r#"{{ lower "ABC" }}"#, "abc")]),
    func(
        "nindent",
        INT_TEXT,
        nindent,
        "a newline and the indented text",
        &[(r#"{{ nindent 2 "a" }}"#, "\n  a")],
    ),
    one("nospace", nospace, "the text without spaces", &[(r#"{{ nospace "a b" }}"#, "ab")]),
    func(
        "plural",
        &[STR, STR, INT],
        plural,
        "the first text for one, else the second",
        &[(r#"{{ plural "one" "many" 2 }}"#, "many")],
    ),
    variadic(func(
        "quote",
        &[ANY],
        quote,
        "the arguments in double quotes",
        &[(r#"{{ quote "a" 1 }}"#, r#""a" "1""#)],
    )),
    func("repeat", INT_TEXT, repeat, "the text so many times", &[(r#"{{ repeat 3 "ab" }}"#, "ababab")]),
    func(
        "replace",
        &[STR, STR, STR],
        replace,
        "the text with every occurrence replaced",
        &[(r#"{{ "a b" | replace " " "-" }}"#, "a-b")],
    ),
    one(
        "snakecase",
        snakecase,
        "the words in lower case, joined by underscores",
        &[(r#"{{ snakecase "FirstName" }}"#, "first_name")],
    ),
    two("split", split, "the pieces under the keys _0, _1 …", &[(r#"{{ (split "," "a,b")._1 }}"#, "b")]),
    two("splitList", split_list, "the list of pieces", &[(r#"{{ splitList "," "a,b" }}"#, "[a b]")]),
    func(
        "splitn",
        &[STR, INT, STR],
        splitn,
        "at most so many pieces under the keys _0, _1 …",
        &[(r#"{{ (splitn "," 2 "a,b,c")._1 }}"#, "b,c")],
    ),
    variadic(func(
        "squote",
        &[ANY],
        squote,
        "the arguments in single quotes",
        &[(r#"{{ squote "a" 1 }}"#, "'a' '1'")],
    )),
    func(
        "substr",
        &[INT, INT, STR],
        substr,
        "the bytes from one index to before another",
        &[(r#"{{ substr 0 2 "abc" }}"#, "ab")],
    ),
    one(
        "swapcase",
        swapcase,
        "upper for lower case and the reverse",
        &[(r#"{{ swapcase "aB c" }}"#, "Ab C")],
    ),
    one(
        "title",
        title,
        "the text with every word capitalised",
        &[(r#"{{ title "hello world" }}"#, "Hello World")],
    ),
    func("toString", &[ANY], to_string, "the value's text", &[("{{ toString 1.5 }}", "1.5")]),
    one("trim", trim, "the text without spaces at its ends", &[(r#"{{ trim " a " }}"#, "a")]),
    two(
        "trimAll",
        trim_all,
        "the text without these characters at its ends",
        &[(r#"{{ trimAll "$" "$5$" }}"#, "5")],
    ),
    two(
        "trimPrefix",
        trim_prefix,
        "the second text without the first before it",
        &[(r#"{{ trimPrefix "-" "-a" }}"#, "a")],
    ),
    two(
        "trimSuffix",
        trim_suffix,
        "the second text without the first after it",
        &[(r#"{{ trimSuffix "-" "a-" }}"#, "a")],
    ),
    two("trimall", trim_all, "as trimAll", &[(r#"{{ trimall "$" "$5$" }}"#, "5")]),
    func(
        "trunc",
        INT_TEXT,
        trunc,
        "the first bytes, or the last for a negative count",
        &[(r#"{{ trunc 2 "abc" }}"#, "ab"), (r#"{{ trunc -2 "abc" }}"#, "bc")],
    ),
    one(
        "untitle",
        untitle,
        "the text with every word's first letter in lower case",
        &[(r#"{{ untitle "Hello World" }}"#, "hello world")],
    ),
    one("upper", upper, "the text in upper case", &[(r#"{{ upper "abc" }}"#, "ABC")]),
    func(
        "wrap",
        INT_TEXT,
        wrap_text,
        "the text broken into lines at spaces",
        &[(r#"{{ wrap 3 "ab cd" }}"#, "ab\ncd")],
    ),
    func(
        "wrapWith",
        &[INT, STR, STR],
        wrap_with,
        "the text broken by a separator",
        &[(r#"{{ wrapWith 3 "-" "abcdef" }}"#, "abc-def")],
    ),
];
