//! Methods of `time.Duration`.

use crate::go::time::{duration_text, round, truncate};
use crate::value::{Method, Param, Value};

const UNIT: &[Param] = &[Param::Object("time.Duration")];

/// The methods, sorted by name.
pub(in crate::gotmpl) const DURATION_METHODS: &[Method] = &[
    method("Abs", &[], |value, _| Ok(Value::Duration(own(value).checked_abs().unwrap_or(i64::MAX)))),
    method("Hours", &[], |value, _| Ok(fraction(own(value), 3_600_000_000_000))),
    method("Microseconds", &[], |value, _| Ok(Value::Int64(own(value) / 1_000))),
    method("Milliseconds", &[], |value, _| Ok(Value::Int64(own(value) / 1_000_000))),
    method("Minutes", &[], |value, _| Ok(fraction(own(value), 60_000_000_000))),
    method("Nanoseconds", &[], |value, _| Ok(Value::Int64(own(value)))),
    method("Round", UNIT, |value, args| Ok(Value::Duration(round(own(value), unit(args))))),
    method("Seconds", &[], |value, _| Ok(fraction(own(value), 1_000_000_000))),
    method("String", &[], |value, _| Ok(Value::from(duration_text(own(value))))),
    method("Truncate", UNIT, |value, args| Ok(Value::Duration(truncate(own(value), unit(args))))),
];

const fn method(
    name: &'static str,
    params: &'static [Param],
    call: fn(&Value, &[Value]) -> Result<Value, String>,
) -> Method {
    Method { name, params, variadic: false, call }
}

fn own(value: &Value) -> i64 {
    value.as_i64().unwrap_or_default()
}

fn unit(args: &[Value]) -> i64 {
    args.first().and_then(Value::as_i64).unwrap_or_default()
}

/// The whole units and the rest added as Go adds them.
fn fraction(nanoseconds: i64, unit: i64) -> Value {
    Value::Float64((nanoseconds / unit) as f64 + (nanoseconds % unit) as f64 / unit as f64)
}
