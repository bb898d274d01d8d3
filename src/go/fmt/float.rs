//! Floats as text: `strconv.FormatFloat`.

use std::io::Write as _;

/// Go's `strconv.FormatFloat(value, verb, precision, 64)` for the verbs `e E f g G x X b`; without a
/// precision the shortest text that reads back as the same number.
#[must_use]
pub fn format_float(value: f64, verb: u8, precision: Option<usize>) -> Vec<u8> {
    let mut out = Vec::with_capacity(24);
    if value.is_nan() {
        out.extend_from_slice(b"NaN");
        return out;
    }
    if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
        return out;
    }
    match verb {
        b'f' | b'F' => {
            let _ = match precision {
                Some(precision) => write!(out, "{value:.precision$}"),
                None => write!(out, "{value}"),
            };
        }
        b'e' | b'E' => exponential(&mut out, value, precision, verb),
        b'x' | b'X' => hexadecimal(&mut out, value, precision, verb == b'X'),
        b'b' => binary(&mut out, value),
        _ => general(&mut out, value, precision, verb),
    }
    out
}

/// The shortest text of `%v`: an exponent below 1e-4 and from 1e21 on in JSON, from 1e6 on here.
pub(super) fn append_shortest(out: &mut Vec<u8>, value: f64) {
    // Whole numbers of up to six digits are the common case and print as integers.
    if value.fract() == 0.0 && value.abs() < 1e6 && (value != 0.0 || value.is_sign_positive()) {
        super::number::append_i64(out, value as i64);
        return;
    }
    out.extend_from_slice(&format_float(value, b'g', None));
}

/// Digits without point, decimal exponent of the first digit, sign.
fn decompose(value: f64, digits: Option<usize>) -> (Vec<u8>, i32, bool) {
    let text = match digits {
        Some(count) => format!("{:.*e}", count.saturating_sub(1), value),
        None => format!("{value:e}"),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    (digits, exponent.parse().unwrap_or(0), value.is_sign_negative())
}

fn exponential(out: &mut Vec<u8>, value: f64, precision: Option<usize>, verb: u8) {
    let (digits, exponent, negative) = decompose(value, precision.map(|precision| precision + 1));
    write_exponential(out, &digits, exponent, negative, verb);
}

fn write_exponential(out: &mut Vec<u8>, digits: &[u8], exponent: i32, negative: bool, verb: u8) {
    if negative {
        out.push(b'-');
    }
    let (first, rest) = digits.split_first().unwrap_or((&b'0', &[]));
    out.push(*first);
    if !rest.is_empty() {
        out.push(b'.');
        out.extend_from_slice(rest);
    }
    out.push(verb);
    let _ = write!(out, "{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs());
}

/// Rule: strconv/ftoa.go `%e is used if the exponent from the conversion is less than -4 or greater than or
/// equal to the precision`; for the shortest text the precision counts as 6.
fn general(out: &mut Vec<u8>, value: f64, precision: Option<usize>, verb: u8) {
    let wanted = precision.map(|precision| precision.max(1));
    let (mut digits, exponent, negative) = decompose(value, wanted);
    while digits.len() > 1 && digits.last() == Some(&b'0') {
        digits.pop();
    }
    if value == 0.0 {
        digits = vec![b'0'];
    }
    let point = exponent + 1;
    let limit = match wanted {
        None => 6,
        Some(wanted) => {
            let count = digits.len();
            let whole = i32::try_from(count).unwrap_or(i32::MAX) >= point;
            if wanted > count && whole { count } else { wanted }
        }
    };
    if exponent < -4 || exponent >= i32::try_from(limit).unwrap_or(i32::MAX) {
        write_exponential(out, &digits, exponent, negative, if verb == b'G' { b'E' } else { b'e' });
        return;
    }
    if negative {
        out.push(b'-');
    }
    if point <= 0 {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + point.unsigned_abs() as usize, b'0');
        out.extend_from_slice(&digits);
        return;
    }
    let point = point as usize;
    let (whole, fraction) = digits.split_at(point.min(digits.len()));
    out.extend_from_slice(whole);
    out.resize(out.len() + (point - whole.len()), b'0');
    if !fraction.is_empty() {
        out.push(b'.');
        out.extend_from_slice(fraction);
    }
}

/// Mantissa and binary exponent such that the value is mantissa times two to the exponent.
fn binary_parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) }
}

fn binary(out: &mut Vec<u8>, value: f64) {
    let (mantissa, exponent) = binary_parts(value);
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let _ = write!(out, "{sign}{mantissa}p{exponent:+}");
}

/// `-0x1.yyyyyyyyp±ddd`
fn hexadecimal(out: &mut Vec<u8>, value: f64, precision: Option<usize>, upper: bool) {
    let (mut mantissa, mut exponent) = binary_parts(value);
    if mantissa == 0 {
        exponent = 0;
    } else {
        exponent += 52;
        // The leading 1 goes to bit 60, so that hex digits start on a multiple of four below it.
        mantissa <<= 8;
        while mantissa & (1 << 60) == 0 {
            mantissa <<= 1;
            exponent -= 1;
        }
    }
    if let Some(precision) = precision.filter(|precision| *precision < 15) {
        let shift = 60 - precision * 4;
        let extra = mantissa & ((1 << shift) - 1);
        mantissa >>= shift;
        let half = 1_u64 << (shift - 1);
        if extra > half || (extra == half && mantissa & 1 == 1) {
            mantissa += 1;
        }
        mantissa <<= shift;
        if mantissa & (1 << 61) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    out.extend_from_slice(if upper { b"0X" } else { b"0x" });
    out.push(b'0' + u8::from(mantissa & (1 << 60) != 0));
    let mut fraction = format!("{:015x}", mantissa & ((1 << 60) - 1));
    match precision {
        Some(precision) if precision <= 15 => fraction.truncate(precision),
        Some(precision) => fraction.extend(std::iter::repeat_n('0', precision - 15)),
        None => fraction.truncate(fraction.trim_end_matches('0').len()),
    }
    if !fraction.is_empty() {
        out.push(b'.');
        out.extend_from_slice(if upper { fraction.to_uppercase() } else { fraction }.as_bytes());
    }
    out.push(if upper { b'P' } else { b'p' });
    let _ = write!(out, "{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs());
}
