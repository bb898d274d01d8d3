//! Regular expressions in Go's syntax. Functions without `must` panic on a bad pattern, but for `regexMatch`.

use super::table::{int, str_arg};
use crate::go::regexp::{Regexp, quote_meta};
use crate::gotmpl::func::{CallCtx, Func, FuncError, OnError, Param};
use crate::value::{List, ListType, Room, Str, Value};

type Result = std::result::Result<Value, FuncError>;

/// What a bad pattern gives: the panic of `MustCompile`, or the error of `Compile`.
#[derive(Clone, Copy)]
enum Bad {
    Panic,
    Error,
}

fn compile(pattern: &Str, bad: Bad) -> std::result::Result<Regexp, FuncError> {
    Regexp::new(pattern.as_bytes()).map_err(|error| match bad {
        Bad::Panic => FuncError::new(error.must_compile_text(pattern.as_bytes())),
        Bad::Error => FuncError::new(error.to_string()),
    })
}

fn text(bytes: impl Into<Vec<u8>>) -> Value {
    Value::Str(Str::from_bytes(bytes))
}

/// A `[]string` of pieces; none is Go's nil slice. How they came into it depends on how many there are.
fn pieces<'t>(found: Option<impl Iterator<Item = &'t [u8]>>, room: impl Fn(usize) -> Room) -> Value {
    Value::List(match found {
        Some(found) => {
            let list = List::strings(found.map(Str::from_bytes));
            let room = room(list.len());
            list.with_room(room)
        }
        None => List::nil(&ListType::STRINGS),
    })
}

fn regex_match(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    Ok(Value::Bool(
        Regexp::new(str_arg(args, 0).as_bytes())
            .is_ok_and(|regexp| regexp.is_match(str_arg(args, 1).as_bytes())),
    ))
}

fn must_match(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    let regexp = compile(str_arg(args, 0), Bad::Error)?;
    Ok(Value::Bool(regexp.is_match(str_arg(args, 1).as_bytes())))
}

fn find(args: &[Value], bad: Bad) -> Result {
    let regexp = compile(str_arg(args, 0), bad)?;
    let subject = str_arg(args, 1);
    let (start, end) = regexp.find(subject.as_bytes()).unwrap_or_default();
    Ok(Value::Str(subject.slice(start, end)))
}

fn find_all(args: &[Value], bad: Bad) -> Result {
    let regexp = compile(str_arg(args, 0), bad)?;
    let subject = str_arg(args, 1).as_bytes();
    let found = regexp.find_all(subject, int(args, 2));
    let found = if found.is_empty() { None } else { Some(found) };
    let found = found.as_ref().map(|found| found.iter().filter_map(|&(start, end)| subject.get(start..end)));
    Ok(pieces(found, |_| Room::Grown(0)))
}

fn replace_all(args: &[Value], bad: Bad) -> Result {
    let regexp = compile(str_arg(args, 0), bad)?;
    Ok(text(regexp.replace_all(str_arg(args, 1).as_bytes(), str_arg(args, 2).as_bytes())))
}

fn replace_all_literal(args: &[Value], bad: Bad) -> Result {
    let regexp = compile(str_arg(args, 0), bad)?;
    Ok(text(regexp.replace_all_literal(str_arg(args, 1).as_bytes(), str_arg(args, 2).as_bytes())))
}

fn split(args: &[Value], bad: Bad) -> Result {
    let regexp = compile(str_arg(args, 0), bad)?;
    let found = regexp.split(str_arg(args, 1).as_bytes(), int(args, 2)).map(Vec::into_iter);
    // Rule: Go 1.27 regexp.go, Split: room for a piece in front of each match, and one more behind the last.
    Ok(pieces(found, |count| Room::Grown(u32::try_from(count.saturating_sub(1)).unwrap_or(0))))
}

fn quote(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    Ok(text(quote_meta(str_arg(args, 0).as_bytes())))
}

const TWO: &[Param] = &[Param::String, Param::String];
const TWO_AND_COUNT: &[Param] = &[Param::String, Param::String, Param::Int];
const THREE: &[Param] = &[Param::String, Param::String, Param::String];

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    Func::new("mustRegexFind", TWO, |_, args| find(args, Bad::Error), "The first match."),
    Func::new(
        "mustRegexFindAll",
        TWO_AND_COUNT,
        |_, args| find_all(args, Bad::Error),
        "Every match, at most N.",
    ),
    Func::new("mustRegexMatch", TWO, must_match, "Whether there is a match."),
    Func::new(
        "mustRegexReplaceAll",
        THREE,
        |_, args| replace_all(args, Bad::Error),
        "The text with every match replaced, `${1}` standing for groups.",
    ),
    Func::new(
        "mustRegexReplaceAllLiteral",
        THREE,
        |_, args| replace_all_literal(args, Bad::Error),
        "The text with every match replaced by a literal text.",
    ),
    Func::new(
        "mustRegexSplit",
        TWO_AND_COUNT,
        |_, args| split(args, Bad::Error),
        "The pieces between matches.",
    ),
    Func::new(
        "regexFind",
        TWO,
        |_, args| find(args, Bad::Panic),
        "The first match; empty when there is none.",
    )
    .examples(&[(r#"{{ regexFind "[0-9]+" "a12b3" }}"#, "12")]),
    Func::new(
        "regexFindAll",
        TWO_AND_COUNT,
        |_, args| find_all(args, Bad::Panic),
        "Every match, at most N; -1 is all.",
    )
    .examples(&[
        (r#"{{ regexFindAll "[0-9]" "a1b2c3" 2 }}"#, "[1 2]"),
        (r#"{{ regexFindAll "x" "a" -1 | toJson }}"#, "null"),
    ]),
    Func::new("regexMatch", TWO, regex_match, "Whether there is a match; false for a bad pattern.")
        .examples(&[(r#"{{ regexMatch "^a.c$" "abc" }} {{ regexMatch "[" "[" }}"#, "true false")])
        .on_error(OnError::Empty),
    Func::new("regexQuoteMeta", &[Param::String], quote, "A pattern that matches just this text.")
        .examples(&[(r#"{{ regexQuoteMeta "a.b" }}"#, r"a\.b")]),
    Func::new(
        "regexReplaceAll",
        THREE,
        |_, args| replace_all(args, Bad::Panic),
        "The text with every match replaced, `${1}` standing for groups.",
    )
    .examples(&[(r#"{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}"#, "-W-xxW-")]),
    Func::new(
        "regexReplaceAllLiteral",
        THREE,
        |_, args| replace_all_literal(args, Bad::Panic),
        "The text with every match replaced by a literal text.",
    )
    .examples(&[(r#"{{ regexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "${1}" }}"#, "-${1}-${1}-")]),
    Func::new(
        "regexSplit",
        TWO_AND_COUNT,
        |_, args| split(args, Bad::Panic),
        "The pieces between matches, at most N.",
    )
    .examples(&[(r#"{{ regexSplit "z+" "pizza" -1 }}"#, "[pi a]")]),
];
