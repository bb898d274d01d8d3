//! Floats as Go prints them.

use std::fmt::Write as _;

use crate::go::strconv::{format_float, format_float32};

/// Appends a number as `strconv.FormatFloat(v, 'g', -1, 64)` does: `1.5`, `1e+06`, `1e-05`, `+Inf`.
pub(crate) fn write_general(out: &mut String, value: f64) {
    out.push_str(&format_float(value, 'g', None));
}

/// A number as `strconv.FormatFloat(v, 'g', -1, 32)` prints it, so rounded to 32 bits.
pub(crate) fn general32(value: f64) -> String {
    format_float32(value as f32, 'g')
}

/// Appends a finite number as `encoding/json` does: plain from 1e-6 up to 1e21, `1e-7`, `1e+21`.
// Rule: Go 1.27 encoding/json/encode.go, floatEncoder.
pub(crate) fn write_json(out: &mut String, value: f64) {
    // Most numbers in values are small and whole.
    if value.fract() == 0.0 && value.abs() < 1e15 && (value != 0.0 || value.is_sign_positive()) {
        let _ = write!(out, "{}", value as i64);
        return;
    }
    let size = value.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        out.push_str(&format_float(value, 'f', None));
        return;
    }
    let text = format_float(value, 'e', None);
    match text.split_once("e-0") {
        Some((digits, exponent)) => {
            let _ = write!(out, "{digits}e-{exponent}");
        }
        None => out.push_str(&text),
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
        assert_eq!(general32(1.234_567_890_123), "1.2345679");
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
