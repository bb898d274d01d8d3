//! Numbers.

use super::convert::{cast_float64, cast_int64};
use super::decimal::Decimal;
use super::table::{ANY, CallCtx, INT, Out, arg, func, int, or_empty, variadic};
use crate::go::{fmt, strconv};
use crate::gotmpl::func::{Func, FuncError, Param};
use crate::value::{List, ListType, Room, Value, budget};

fn fold(args: &[Value], start: i64, step: fn(i64, i64) -> i64) -> Out {
    Ok(Value::Int64(args.iter().map(cast_int64).fold(start, step)))
}

fn add(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    fold(args, 0, i64::wrapping_add)
}

fn add1(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    fold(args, 1, i64::wrapping_add)
}

fn mul(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    fold(args, 1, i64::wrapping_mul)
}

fn pair(args: &[Value]) -> (i64, i64) {
    (cast_int64(arg(args, 0)), cast_int64(arg(args, 1)))
}

fn sub(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (left, right) = pair(args);
    Ok(Value::Int64(left.wrapping_sub(right)))
}

const DIVIDE: &str = "runtime error: integer divide by zero";

fn div(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (left, right) = pair(args);
    if right == 0 { Err(DIVIDE.into()) } else { Ok(Value::Int64(left.wrapping_div(right))) }
}

fn modulo(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (left, right) = pair(args);
    if right == 0 { Err(DIVIDE.into()) } else { Ok(Value::Int64(left.wrapping_rem(right))) }
}

fn max(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    fold(args, args.first().map_or(0, cast_int64), i64::max)
}

fn min(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    fold(args, args.first().map_or(0, cast_int64), i64::min)
}

fn fold_float(args: &[Value], step: fn(f64, f64) -> f64) -> Out {
    Ok(Value::Float64(args.iter().map(cast_float64).reduce(step).unwrap_or(0.0)))
}

fn maxf(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    // Rule: math.Max: NaN wins, 0 is greater than -0.
    fold_float(args, |left, right| match left.partial_cmp(&right) {
        None => f64::NAN,
        Some(order) if order.is_gt() || (order.is_eq() && right.is_sign_negative()) => left,
        Some(_) => right,
    })
}

fn minf(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    fold_float(args, |left, right| match left.partial_cmp(&right) {
        None => f64::NAN,
        Some(order) if order.is_lt() || (order.is_eq() && left.is_sign_negative()) => left,
        Some(_) => right,
    })
}

fn decimal(value: &Value) -> Result<Decimal, FuncError> {
    let number = cast_float64(value);
    Decimal::from_float(number).ok_or_else(|| {
        format!("Cannot create a Decimal from {}", strconv::format_float(number, 'g', None)).into()
    })
}

fn fold_decimal(args: &[Value], step: impl Fn(&Decimal, &Decimal) -> Result<Decimal, FuncError>) -> Out {
    let mut total = decimal(arg(args, 0))?;
    for value in args.iter().skip(1) {
        total = step(&total, &decimal(value)?)?;
    }
    Ok(Value::Float64(total.to_float()))
}

fn addf(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    fold_decimal(args, |left, right| Ok(left.add(right)))
}

fn add1f(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    fold_decimal(&[arg(args, 0).clone(), Value::Int(1)], |left, right| Ok(left.add(right)))
}

fn subf(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    fold_decimal(args, |left, right| Ok(left.sub(right)))
}

fn mulf(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    fold_decimal(args, |left, right| Ok(left.mul(right)))
}

fn divf(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    fold_decimal(args, |left, right| left.div(right).ok_or_else(|| "decimal division by 0".into()))
}

fn ceil(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Float64(cast_float64(arg(args, 0)).ceil()))
}

fn floor(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Float64(cast_float64(arg(args, 0)).floor()))
}

/// Quirk: numbers below zero always go down, for their fraction is never at least .5.
fn round(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let on = args.get(2).and_then(Value::as_f64).unwrap_or(0.5);
    let power = power_of_ten(int(args, 1));
    let digits = power * cast_float64(arg(args, 0));
    let rounded = if digits.fract() >= on { digits.ceil() } else { digits.floor() };
    Ok(Value::Float64(rounded / power))
}

/// Ten to a power, with the last bit of Go's own algorithm. Rule: Go 1.27 math/pow.go.
fn power_of_ten(exponent: i64) -> f64 {
    let (mut result, mut result_exponent) = (1.0_f64, 0_i32);
    // Ten as a fraction of at least a half and a power of two.
    let (mut factor, mut factor_exponent) = (0.625_f64, 4_i32);
    let mut rest = exponent.unsigned_abs();
    while rest != 0 {
        if factor_exponent > 1 << 12 {
            result_exponent += factor_exponent;
            break;
        }
        if rest & 1 == 1 {
            result *= factor;
            result_exponent += factor_exponent;
        }
        factor *= factor;
        factor_exponent *= 2;
        if factor < 0.5 {
            factor += factor;
            factor_exponent -= 1;
        }
        rest >>= 1;
    }
    if exponent < 0 {
        (result, result_exponent) = (1.0 / result, -result_exponent);
    }
    // In two steps, so that numbers without a full mantissa are rounded once.
    let half = result_exponent / 2;
    result * 2f64.powi(half) * 2f64.powi(result_exponent - half)
}

fn atoi(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let number =
        arg(args, 0).as_str().and_then(|text| text.as_str()).and_then(|text| strconv::atoi(text).ok());
    Ok(Value::Int(number.unwrap_or(0)))
}

fn to_int(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Int(cast_int64(arg(args, 0))))
}

fn to_int64(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Int64(cast_int64(arg(args, 0))))
}

fn to_float64(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Float64(cast_float64(arg(args, 0))))
}

/// Quirk: the text is read as an octal number.
fn to_decimal(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let text = fmt::to_str(arg(args, 0));
    let number = text.as_str().and_then(|text| strconv::parse_int(text, 8, 64).ok());
    Ok(Value::Int64(number.unwrap_or(0)))
}

/// The numbers from `start` to before `stop`. Rule: Sprig `untilStep`.
fn steps(start: i64, stop: i64, step: i64) -> Result<Vec<i64>, FuncError> {
    let (distance, stride) = match (stop < start, step.signum()) {
        (true, -1) => (start.abs_diff(stop), step.unsigned_abs()),
        (false, 1) => (stop.abs_diff(start), step.unsigned_abs()),
        _ => return Ok(Vec::new()),
    };
    let count = distance.div_ceil(stride);
    if budget::are_too_many(usize::try_from(count).unwrap_or(usize::MAX)) {
        // The executor has better words for it.
        return Err("too many".into());
    }
    Ok((0..count as i64).map(|index| start + index * step).collect())
}

fn ints(numbers: Vec<i64>) -> Value {
    let numbers = numbers.into_iter().map(Value::Int).collect();
    Value::List(List::of(&ListType::INTS, numbers).with_room(Room::Grown(0)))
}

fn until(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let stop = int(args, 0);
    Ok(ints(steps(0, stop, if stop < 0 { -1 } else { 1 })?))
}

fn until_step(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(ints(steps(int(args, 0), int(args, 1), int(args, 2))?))
}

fn seq(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (start, step, end) = match args.len() {
        1 => (1, None, int(args, 0)),
        2 => (int(args, 0), None, int(args, 1)),
        3 => (int(args, 0), Some(int(args, 1)), int(args, 2)),
        _ => return Ok(Value::from("")),
    };
    let direction = if end < start { -1 } else { 1 };
    if direction < 0 && step.is_some_and(|step| step > 0) {
        return Ok(Value::from(""));
    }
    let numbers = steps(start, end.wrapping_add(direction), step.unwrap_or(direction))?;
    let texts: Vec<String> = numbers.iter().map(i64::to_string).collect();
    Ok(Value::from(texts.join(" ")))
}

const ONE: &[Param] = &[ANY];
const TWO: &[Param] = &[ANY, ANY];

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    variadic(func("add", ONE, add, "the sum as int64", &[(r#"{{ add 1 2.9 "3" true }}"#, "7")])),
    func("add1", ONE, add1, "the number plus one as int64", &[("{{ add1 5 }}", "6")]),
    func("add1f", ONE, add1f, "the number plus one as float64", &[("{{ add1f 1.5 }}", "2.5")]),
    variadic(func("addf", ONE, addf, "the decimal sum as float64", &[("{{ addf 0.1 0.2 }}", "0.3")])),
    or_empty(func(
        "atoi",
        &[Param::String],
        atoi,
        "the decimal number as int, or 0",
        &[(r#"{{ atoi "7" }}"#, "7")],
    )),
    variadic(func("biggest", TWO, max, "the largest as int64", &[("{{ biggest 1 3 2 }}", "3")])),
    func("ceil", ONE, ceil, "the number rounded up, a float64", &[("{{ ceil 1.2 }}", "2")]),
    func("div", TWO, div, "the quotient as int64, cut toward zero", &[("{{ div 7 2 }}", "3")]),
    variadic(func("divf", TWO, divf, "the decimal quotient to 16 places", &[("{{ divf 1 4 }}", "0.25")])),
    or_empty(func(
        "float64",
        ONE,
        to_float64,
        "the value as float64, or 0",
        &[(r#"{{ float64 "1e3" }}"#, "1000")],
    )),
    func("floor", ONE, floor, "the number rounded down, a float64", &[("{{ floor 1.8 }}", "1")]),
    or_empty(func("int", ONE, to_int, "the value as int, or 0", &[(r#"{{ int "0x10" }}"#, "16")])),
    or_empty(func("int64", ONE, to_int64, "the value as int64, or 0", &[("{{ int64 2.9 }}", "2")])),
    variadic(func("max", TWO, max, "the largest as int64", &[("{{ max 1 3 2 }}", "3")])),
    variadic(func("maxf", TWO, maxf, "the largest as float64", &[("{{ maxf 1.5 3 }}", "3")])),
    variadic(func("min", TWO, min, "the smallest as int64", &[("{{ min 1 3 2 }}", "1")])),
    variadic(func("minf", TWO, minf, "the smallest as float64", &[("{{ minf 1.5 3 }}", "1.5")])),
    func("mod", TWO, modulo, "the remainder as int64, with the dividend's sign", &[("{{ mod -7 3 }}", "-1")]),
    variadic(func("mul", TWO, mul, "the product as int64", &[("{{ mul 2 3 4 }}", "24")])),
    variadic(func("mulf", TWO, mulf, "the decimal product as float64", &[("{{ mulf 1.1 1.1 }}", "1.21")])),
    variadic(func(
        "round",
        &[ANY, INT, Param::Float64],
        round,
        "the number rounded to so many places, up from a fraction of .5 or the third argument",
        &[("{{ round 1.555 2 }}", "1.56"), ("{{ round -1.2 0 }}", "-2")],
    )),
    variadic(func(
        "seq",
        &[INT],
        seq,
        "the numbers of a range, joined by spaces",
        &[("{{ seq 3 }}", "1 2 3")],
    )),
    func("sub", TWO, sub, "the difference as int64", &[("{{ sub 5 2 }}", "3")]),
    variadic(func("subf", TWO, subf, "the decimal difference as float64", &[("{{ subf 1 0.9 }}", "0.1")])),
    or_empty(func(
        "toDecimal",
        ONE,
        to_decimal,
        "the octal number as int64",
        &[("{{ toDecimal 777 }}", "511")],
    )),
    func("until", &[INT], until, "the whole numbers before the argument", &[("{{ until 3 }}", "[0 1 2]")]),
    func(
        "untilStep",
        &[INT, INT, INT],
        until_step,
        "the numbers of a range",
        &[("{{ untilStep 0 6 2 }}", "[0 2 4]")],
    ),
];
