//! Helm's functions on spans of time. A number is seconds, a text a number or Go's `1h2m`.

use super::table::arg;
use crate::go::fmt::to_str;
use crate::go::{strconv, time};
use crate::gotmpl::func::{CallCtx, Func, FuncError, OnError, Param};
use crate::value::Value;

type Result = std::result::Result<Value, FuncError>;

const NANOS: i64 = 1_000_000_000; // in a second

/// The nanoseconds of any value that can be a span of time.
///
/// Rule: the real Helm 4.3.1, each kind tried.
fn nanoseconds(value: &Value) -> std::result::Result<i64, String> {
    match value {
        Value::Missing | Value::Nil => Err("invalid duration".to_owned()),
        Value::Duration(nanos) => Ok(*nanos),
        Value::Int(_) | Value::Int64(_) | Value::Uint8(_) | Value::Uint64(_) => {
            value.as_i64().and_then(|seconds| seconds.checked_mul(NANOS)).ok_or_else(|| overflow(value))
        }
        Value::Float64(seconds) => of_float(*seconds),
        Value::Str(written) => {
            let whole = written.text();
            let text = whole.trim();
            if text.is_empty() {
                return Err("empty duration".to_owned());
            }
            if let Ok(nanos) = time::parse_duration(text) {
                return Ok(nanos);
            }
            match strconv::parse_float(text) {
                Ok(seconds) => of_float(seconds),
                Err(_) => Err(format!("could not parse duration {}", strconv::quote(written.as_bytes()))),
            }
        }
        other => Err(format!("unsupported duration type {}", other.type_name())),
    }
}

fn overflow(value: &Value) -> String {
    format!("duration seconds overflow: {}", to_str(value).text())
}

fn of_float(seconds: f64) -> std::result::Result<i64, String> {
    if !seconds.is_finite() {
        let text = to_str(&Value::Float64(seconds));
        return Err(format!("invalid duration seconds: {}", text.text()));
    }
    let nanos = seconds * NANOS as f64;
    // 2^63 as a float; everything below fits.
    if nanos >= i64::MAX as f64 || nanos < i64::MIN as f64 {
        return Err(overflow(&Value::Float64(seconds)));
    }
    Ok(nanos as i64)
}

fn lenient(args: &[Value]) -> i64 {
    nanoseconds(arg(args, 0)).unwrap_or_default()
}

/// Go's `Duration.Hours()` and its like: whole units and the rest are divided apart.
fn in_units(args: &[Value], unit: i64) -> Result {
    let nanos = lenient(args);
    Ok(Value::Float64((nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64))
}

fn to_unit(args: &[Value], change: fn(i64, i64) -> i64) -> Result {
    let nanos = lenient(args);
    Ok(Value::Duration(match nanoseconds(arg(args, 1)) {
        Ok(unit) => change(nanos, unit),
        Err(_) => nanos,
    }))
}

fn must_to_duration(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    nanoseconds(arg(args, 0)).map(Value::Duration).map_err(FuncError::new)
}

const ANY: &[Param] = &[Param::Any];
const TWO: &[Param] = &[Param::Any, Param::Any];
const HOUR: i64 = 3600 * NANOS;

const fn lenient_func(
    name: &'static str,
    params: &'static [Param],
    call: crate::gotmpl::func::Call,
    doc: &'static str,
) -> Func {
    Func::new(name, params, call, doc).on_error(OnError::Empty)
}

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    lenient_func(
        "durationDays",
        ANY,
        |_, args| Ok(Value::Float64(lenient(args) as f64 / HOUR as f64 / 24.0)),
        "The span in days.",
    ),
    lenient_func("durationHours", ANY, |_, args| in_units(args, HOUR), "The span in hours.")
        .examples(&[(r#"{{ durationHours "90m" }}"#, "1.5")]),
    lenient_func(
        "durationMicroseconds",
        ANY,
        |_, args| Ok(Value::Int64(lenient(args) / 1000)),
        "The span in whole microseconds.",
    ),
    lenient_func(
        "durationMilliseconds",
        ANY,
        |_, args| Ok(Value::Int64(lenient(args) / 1_000_000)),
        "The span in whole milliseconds.",
    ),
    lenient_func("durationMinutes", ANY, |_, args| in_units(args, 60 * NANOS), "The span in minutes."),
    lenient_func(
        "durationNanoseconds",
        ANY,
        |_, args| Ok(Value::Int64(lenient(args))),
        "The span in nanoseconds.",
    ),
    lenient_func(
        "durationRoundTo",
        TWO,
        |_, args| to_unit(args, time::round),
        "The span rounded to a multiple.",
    )
    .examples(&[(r#"{{ durationRoundTo "1h3m29s" "1m" }}"#, "1h3m0s")]),
    lenient_func("durationSeconds", ANY, |_, args| in_units(args, NANOS), "The span in seconds."),
    lenient_func(
        "durationTruncateTo",
        TWO,
        |_, args| to_unit(args, time::truncate),
        "The span cut to a multiple.",
    ),
    lenient_func(
        "durationWeeks",
        ANY,
        |_, args| Ok(Value::Float64(lenient(args) as f64 / HOUR as f64 / 24.0 / 7.0)),
        "The span in weeks.",
    ),
    Func::new("mustToDuration", ANY, must_to_duration, "The span itself.")
        .examples(&[(r"{{ mustToDuration 90 }}", "1m30s")]),
];
