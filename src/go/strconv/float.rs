//! Floating-point numbers from and to text.

use super::{NumError, NumErrorKind, underscores_ok};

/// The 64-bit float that `text` spells: decimal, hexadecimal (`0x1p-2`), `inf`, `nan`, with underscores.
///
/// # Errors
/// A text that is no float, or one beyond the largest float.
pub fn parse_float(text: &str) -> Result<f64, NumError> {
    let fail = |kind| NumError::new("ParseFloat", text, kind);
    if let Some(special) = special(text) {
        return Ok(special);
    }
    let bytes = text.as_bytes();
    let (negative, digits) = match bytes.first() {
        Some(b'-') => (true, &bytes[1..]),
        Some(b'+') => (false, &bytes[1..]),
        _ => (false, bytes),
    };
    let hex = matches!(digits, [b'0', b'x' | b'X', _, ..]);
    let body = if hex { &digits[2..] } else { digits };
    let scan = scan(body, hex).ok_or_else(|| fail(NumErrorKind::Syntax))?;
    if scan.underscores && !underscores_ok(text) {
        return Err(fail(NumErrorKind::Syntax));
    }
    let magnitude = if hex {
        hex_value(&scan)
    } else {
        let plain: String = text.trim_start_matches(['+', '-']).chars().filter(|&c| c != '_').collect();
        plain.parse().map_err(|_| fail(NumErrorKind::Syntax))?
    };
    if magnitude.is_infinite() {
        return Err(fail(NumErrorKind::Range));
    }
    Ok(if negative { -magnitude } else { magnitude })
}

fn special(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "inf" | "+inf" | "infinity" | "+infinity" => Some(f64::INFINITY),
        "-inf" | "-infinity" => Some(f64::NEG_INFINITY),
        "nan" => Some(f64::NAN),
        _ => None,
    }
}

/// The parts of a float's text after the sign and the base prefix.
struct Scan {
    /// The digits, each as its value.
    digits: Vec<u8>,
    /// How many of them stand after the point.
    after_point: i64,
    exponent: i64,
    underscores: bool,
}

/// Rule: Go 1.27 strconv/atof.go `readFloat`.
fn scan(body: &[u8], hex: bool) -> Option<Scan> {
    let mut scan = Scan { digits: Vec::new(), after_point: 0, exponent: 0, underscores: false };
    let mut point = false;
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        match byte {
            b'_' => scan.underscores = true,
            b'.' if point => break,
            b'.' => point = true,
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' if byte.is_ascii_digit() || hex => {
                scan.digits.push(char::from(byte).to_digit(16)? as u8);
                scan.after_point += i64::from(point);
            }
            _ => break,
        }
        at += 1;
    }
    if scan.digits.is_empty() {
        return None;
    }
    let mark = if hex { b'p' } else { b'e' };
    let has_exponent = body.get(at).is_some_and(|byte| byte.to_ascii_lowercase() == mark);
    if has_exponent {
        at += 1;
        let negative = match body.get(at) {
            Some(b'-') => {
                at += 1;
                true
            }
            Some(b'+') => {
                at += 1;
                false
            }
            _ => false,
        };
        if !body.get(at).is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let mut exponent: i64 = 0;
        while let Some(&byte) = body.get(at).filter(|byte| byte.is_ascii_digit() || **byte == b'_') {
            if byte == b'_' {
                scan.underscores = true;
            } else if exponent < 10_000 {
                exponent = exponent * 10 + i64::from(byte - b'0');
            }
            at += 1;
        }
        scan.exponent = if negative { -exponent } else { exponent };
    } else if hex {
        return None;
    }
    (at == body.len()).then_some(scan)
}

/// The value of hexadecimal digits with a binary exponent, rounded to nearest even.
fn hex_value(scan: &Scan) -> f64 {
    let mut mantissa: u128 = 0;
    let mut exponent = scan.exponent - 4 * scan.after_point;
    let mut sticky = false;
    for &digit in &scan.digits {
        if mantissa >> 100 == 0 {
            mantissa = (mantissa << 4) | u128::from(digit);
        } else {
            sticky |= digit != 0;
            exponent += 4;
        }
    }
    if mantissa == 0 {
        return 0.0;
    }
    let width = i64::from(128 - mantissa.leading_zeros());
    // The lowest bit a float of this size can hold.
    let lowest = (exponent + width - 53).max(-1074);
    let drop = lowest - exponent;
    let mut kept = mantissa;
    if drop > 0 {
        let drop = drop.min(127) as u32;
        let rest = mantissa & ((1u128 << drop) - 1);
        let half = 1u128 << (drop - 1);
        kept = mantissa >> drop;
        if rest > half || (rest == half && (sticky || kept & 1 == 1)) {
            kept += 1;
        }
        exponent = lowest;
    }
    if exponent + width > 1100 {
        return f64::INFINITY;
    }
    scale(kept as f64, exponent)
}

/// `value` times two to the power `exponent`, exact for values that fit.
fn scale(mut value: f64, mut exponent: i64) -> f64 {
    while exponent > 0 {
        let step = exponent.min(1000);
        value *= 2f64.powi(step as i32);
        exponent -= step;
    }
    while exponent < 0 {
        let step = (-exponent).min(1000);
        value /= 2f64.powi(step as i32);
        exponent += step;
    }
    value
}

/// `value` in Go's format `e`, `E`, `f`, `g`, `G`, `x` or `X`; no precision means "shortest that reads back".
///
/// Rule: Go 1.27 strconv/ftoa.go; shortest `g` takes an exponent below 1e-4 and from 1e6 on.
pub fn format_float(value: f64, format: char, precision: Option<usize>) -> String {
    if let Some(text) = non_finite(value) {
        return text.to_owned();
    }
    if matches!(format, 'x' | 'X') {
        return hex_text(value, format, precision);
    }
    let digits = match (precision, format) {
        (None, _) => Digits::of(&format!("{:e}", value.abs())),
        (Some(precision), 'e' | 'E') => Digits::of(&format!("{:.*e}", precision, value.abs())),
        (Some(precision), 'f' | 'F') => return fixed_text(value, precision),
        (Some(precision), _) => Digits::of(&format!("{:.*e}", precision.max(1) - 1, value.abs())),
    };
    digits.format(value.is_sign_negative(), format, precision)
}

/// `value` in Go's shortest format `e`, `f` or `g` for 32-bit floats.
pub fn format_float32(value: f32, format: char) -> String {
    if let Some(text) = non_finite(f64::from(value)) {
        return text.to_owned();
    }
    Digits::of(&format!("{:e}", value.abs())).format(value.is_sign_negative(), format, None)
}

fn non_finite(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "+Inf" } else { "-Inf" })
    } else {
        None
    }
}

fn fixed_text(value: f64, precision: usize) -> String {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    format!("{sign}{:.*}", precision, value.abs())
}

/// Decimal digits and the power of ten of the first one.
struct Digits {
    digits: Vec<u8>,
    exponent: i32,
}

impl Digits {
    /// Reads Rust's `{:e}` text.
    fn of(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        Self { digits, exponent: exponent.parse().unwrap_or(0) }
    }

    fn format(mut self, negative: bool, format: char, precision: Option<usize>) -> String {
        let mut out = String::with_capacity(24);
        if negative {
            out.push('-');
        }
        match format {
            'e' | 'E' => self.write_exponent(&mut out, format),
            'f' | 'F' => self.write_plain(&mut out),
            _ => {
                while self.digits.len() > 1 && self.digits.last() == Some(&b'0') {
                    self.digits.pop();
                }
                let limit = match precision {
                    None => 6,
                    Some(precision) => {
                        let count = self.digits.len() as i32;
                        let precision = precision.max(1) as i32;
                        if precision > count && count > self.exponent { count } else { precision }
                    }
                };
                if self.exponent < -4 || self.exponent >= limit {
                    self.write_exponent(&mut out, if format == 'G' { 'E' } else { 'e' });
                } else {
                    self.write_plain(&mut out);
                }
            }
        }
        out
    }

    fn write_exponent(&self, out: &mut String, mark: char) {
        for (index, &digit) in self.digits.iter().enumerate() {
            if index == 1 {
                out.push('.');
            }
            out.push(char::from(digit));
        }
        out.push(mark);
        out.push(if self.exponent < 0 { '-' } else { '+' });
        let size = self.exponent.unsigned_abs();
        if size < 10 {
            out.push('0');
        }
        out.push_str(&size.to_string());
    }

    fn write_plain(&self, out: &mut String) {
        if self.exponent < 0 {
            out.push_str("0.");
            for _ in 0..(-self.exponent - 1) {
                out.push('0');
            }
            out.extend(self.digits.iter().map(|&digit| char::from(digit)));
            return;
        }
        let whole = self.exponent as usize + 1;
        for index in 0..whole.max(self.digits.len()) {
            if index == whole {
                out.push('.');
            }
            out.push(self.digits.get(index).map_or('0', |&digit| char::from(digit)));
        }
    }
}

/// Rule: Go 1.27 strconv/ftoa.go `fmtX`: one hexadecimal digit, a point, the rest, a binary exponent of two digits.
fn hex_text(value: f64, format: char, precision: Option<usize>) -> String {
    let bits = value.to_bits();
    let mut mantissa = bits & ((1 << 52) - 1);
    let mut exponent = ((bits >> 52) & 0x7ff) as i64;
    if exponent == 0 {
        exponent = 1;
    } else {
        mantissa |= 1 << 52;
    }
    exponent -= 1023;
    if mantissa == 0 {
        exponent = 0;
    }
    // The leading one stands at bit 60.
    mantissa <<= 60 - 52;
    while mantissa != 0 && mantissa & (1 << 60) == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(precision) = precision.filter(|&precision| precision < 15) {
        let shift = precision as u32 * 4;
        let extra = (mantissa << shift) & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & (1 << 61) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut out = String::new();
    if value.is_sign_negative() {
        out.push('-');
    }
    out.push_str(if mantissa >> 60 == 0 { "0x0" } else { "0x1" });
    let mut rest = mantissa << 4;
    let places = precision.unwrap_or(16);
    let mut written = 0;
    while written < places && (precision.is_some() || rest != 0) {
        if written == 0 {
            out.push('.');
        }
        out.push(char::from_digit(((rest >> 60) & 0xf) as u32, 16).unwrap_or('0'));
        rest <<= 4;
        written += 1;
    }
    out.push('p');
    out.push(if exponent < 0 { '-' } else { '+' });
    let size = exponent.unsigned_abs();
    if size < 10 {
        out.push('0');
    }
    out.push_str(&size.to_string());
    if format == 'X' { out.to_uppercase() } else { out }
}
