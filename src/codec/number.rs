//! Floats as Go prints them.

use std::fmt::Write as _;

/// Shortest digits of a number: `0.d₁d₂… × 10^point`.
struct Digits {
    negative: bool,
    digits: String,
    point: i32,
}

impl Digits {
    /// The parts of Rust's shortest scientific form, which has the same digits as Go's.
    fn of(scientific: &str) -> Self {
        let (negative, rest) = match scientific.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, scientific),
        };
        let (mantissa, exponent) = rest.split_once('e').unwrap_or((rest, "0"));
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        let exponent: i32 = exponent.parse().unwrap_or_default();
        let point = if digits == "0" { 1 } else { exponent + 1 };
        Self { negative, digits, point }
    }

    fn exponent(&self) -> i32 {
        self.point - 1
    }

    /// `1.5e+06`; the exponent has at least `width` digits.
    fn write_scientific(&self, out: &mut String, width: usize) {
        if self.negative {
            out.push('-');
        }
        let (first, rest) = self.digits.split_at(1.min(self.digits.len()));
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        let exponent = self.exponent();
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "e{sign}{:0width$}", exponent.unsigned_abs());
    }

    /// `1500000`, `0.00015`
    fn write_plain(&self, out: &mut String) {
        if self.negative {
            out.push('-');
        }
        let count = i32::try_from(self.digits.len()).unwrap_or(i32::MAX);
        if self.point <= 0 {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', self.point.unsigned_abs() as usize));
            out.push_str(&self.digits);
        } else if self.point >= count {
            out.push_str(&self.digits);
            out.extend(std::iter::repeat_n('0', (self.point - count) as usize));
        } else {
            let (whole, fraction) = self.digits.split_at(self.point as usize);
            out.push_str(whole);
            out.push('.');
            out.push_str(fraction);
        }
    }

    fn write_general(&self, out: &mut String) {
        if self.exponent() < -4 || self.exponent() >= 6 {
            self.write_scientific(out, 2);
        } else {
            self.write_plain(out);
        }
    }
}

fn special(value: f64) -> Option<&'static str> {
    match value {
        value if value.is_nan() => Some("NaN"),
        f64::INFINITY => Some("+Inf"),
        f64::NEG_INFINITY => Some("-Inf"),
        _ => None,
    }
}

/// Appends a number as `strconv.FormatFloat(v, 'g', -1, 64)` does: `1.5`, `1e+06`, `1e-05`, `+Inf`.
// Rule: Go 1.27 strconv/ftoa.go, %e from exponent 6 on when the shortest form is asked for.
pub(crate) fn write_general(out: &mut String, value: f64) {
    match special(value) {
        Some(text) => out.push_str(text),
        None => Digits::of(&format!("{value:e}")).write_general(out),
    }
}

/// A number as `strconv.FormatFloat(v, 'g', -1, 32)` prints it, so rounded to 32 bits.
pub(crate) fn general32(value: f64) -> String {
    let mut out = String::new();
    let narrow = value as f32;
    match special(f64::from(narrow)) {
        Some(text) => out.push_str(text),
        None => Digits::of(&format!("{narrow:e}")).write_general(&mut out),
    }
    out
}

/// Appends a finite number as `encoding/json` does: plain from 1e-6 up to 1e21, `1e-7`, `1e+21`.
// Rule: Go 1.27 encoding/json/encode.go, floatEncoder.
pub(crate) fn write_json(out: &mut String, value: f64) {
    // Most numbers in values are small and whole.
    if value.fract() == 0.0 && value.abs() < 1e15 && (value != 0.0 || value.is_sign_positive()) {
        let _ = write!(out, "{}", value as i64);
        return;
    }
    let digits = Digits::of(&format!("{value:e}"));
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        digits.write_scientific(out, 1);
    } else {
        digits.write_plain(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn general(value: f64) -> String {
        let mut out = String::new();
        write_general(&mut out, value);
        out
    }

    fn json(value: f64) -> String {
        let mut out = String::new();
        write_json(&mut out, value);
        out
    }

    #[test]
    fn general_form_takes_an_exponent_below_a_ten_thousandth_and_from_a_million_on() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (123_456.5, "123456.5"),
            (1_000_000.0, "1e+06"),
            (1_234_567.5, "1.2345675e+06"),
            (1e100, "1e+100"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "+Inf"),
        ];
        for (value, text) in cases {
            assert_eq!(general(value), text);
        }
    }

    #[test]
    fn keys_are_rounded_to_32_bits() {
        assert_eq!(general32(3.141_592_653_589_793), "3.1415927");
        assert_eq!(general32(1000.0), "1000");
        assert_eq!(general32(1e40), "+Inf");
    }

    #[test]
    fn json_form_is_plain_up_to_1e21() {
        let cases = [
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (-0.0, "-0"),
            (1.5, "1.5"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (1e6, "1000000"),
        ];
        for (value, text) in cases {
            assert_eq!(json(value), text);
        }
    }
}
