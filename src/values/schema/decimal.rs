//! Exact decimal numbers, and how messages print numbers.

use std::cmp::Ordering;

use crate::codec::{Data, Node};

/// A decimal number: `digits` × 10^`exponent`, without zeros at either end; no digits is zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// The number a node holds, as it was written in a schema.
    ///
    /// What Helm computes with is the decimal text of a number, not its binary value.
    pub(super) fn written(node: &Node) -> Option<Self> {
        Self::of(node.written()?).or_else(|| Self::new(node))
    }

    /// The number a node holds, in the shortest text that reads back as the same number.
    pub(super) fn new(node: &Node) -> Option<Self> {
        match node.data() {
            Data::Int(value) => Self::of(&value.to_string()),
            Data::Uint(value) => Self::of(&value.to_string()),
            Data::Float(value) => Self::of(&format!("{value:e}")),
            _ => None,
        }
    }

    /// The number of a JSON text.
    fn of(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
        let mut exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        while digits.last() == Some(&0) {
            digits.pop();
            exponent = exponent.checked_add(1)?;
        }
        let zeros = digits.iter().take_while(|&&digit| digit == 0).count();
        digits.drain(..zeros);
        if digits.is_empty() {
            return Some(Self { negative: false, digits, exponent: 0 });
        }
        Some(Self { negative, digits, exponent })
    }

    pub(super) fn is_whole(&self) -> bool {
        self.exponent >= 0
    }

    pub(super) fn is_positive(&self) -> bool {
        !self.negative && !self.digits.is_empty()
    }

    pub(super) fn is_negative(&self) -> bool {
        self.negative
    }

    /// The number as a count.
    // Quirk: of a number beyond 64 bits the library takes the lowest 64 (Go's `big.Int.Int64`).
    pub(super) fn as_count(&self) -> Option<i64> {
        if !self.is_whole() {
            return None;
        }
        let mut value = 0_i64;
        // Sixty-four zeros leave none of the lowest 64 bits.
        let zeros = usize::try_from(self.exponent).unwrap_or(usize::MAX).min(64);
        for digit in self.digits.iter().copied().chain(std::iter::repeat_n(0, zeros)) {
            value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        }
        Some(if self.negative { value.wrapping_neg() } else { value })
    }

    fn size(&self) -> i64 {
        self.exponent.saturating_add(i64::try_from(self.digits.len()).unwrap_or(i64::MAX))
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let by_sign = sign(self).cmp(&sign(other));
        if by_sign != Ordering::Equal || self.digits.is_empty() {
            return by_sign;
        }
        // Without zeros at the ends, digits of equal size compare like texts.
        let magnitude = self.size().cmp(&other.size()).then_with(|| self.digits.cmp(&other.digits));
        if self.negative { magnitude.reverse() } else { magnitude }
    }

    /// Whether this is a whole multiple of `unit`.
    pub(super) fn is_multiple_of(&self, unit: &Self) -> bool {
        if self.digits.is_empty() {
            return true;
        }
        let (Some(number), Some(unit_digits)) = (self.integer(), unit.integer()) else { return false };
        if unit_digits == 0 {
            return false;
        }
        let shift = self.exponent.saturating_sub(unit.exponent);
        if shift >= 0 {
            let power = power_of_ten(shift, unit_digits);
            return multiply(number % unit_digits, power, unit_digits) == 0;
        }
        // The unit is `unit_digits` followed by zeros; one longer than the number cannot divide it.
        let Ok(zeros) = u32::try_from(shift.unsigned_abs()) else { return false };
        10_u128
            .checked_pow(zeros)
            .and_then(|power| unit_digits.checked_mul(power))
            .is_some_and(|unit| number % unit == 0)
    }

    fn integer(&self) -> Option<u128> {
        self.digits.iter().try_fold(0_u128, |sum, &digit| sum.checked_mul(10)?.checked_add(u128::from(digit)))
    }

    /// The nearest float.
    pub(super) fn float(&self) -> f64 {
        let mut text = String::from(if self.negative { "-" } else { "" });
        text.extend(self.digits.iter().map(|&digit| char::from(b'0' + digit)));
        if self.digits.is_empty() {
            text.push('0');
        }
        text.push('e');
        text.push_str(&self.exponent.to_string());
        text.parse().unwrap_or(0.0)
    }
}

/// 10^`exponent` modulo `modulus`.
fn power_of_ten(exponent: i64, modulus: u128) -> u128 {
    let (mut result, mut base, mut left) = (1 % modulus, 10 % modulus, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = multiply(result, base, modulus);
        }
        base = multiply(base, base, modulus);
        left >>= 1;
    }
    result
}

/// `a` × `b` modulo `modulus`; both are smaller than it.
fn multiply(a: u128, b: u128, modulus: u128) -> u128 {
    if let Some(product) = a.checked_mul(b) {
        return product % modulus;
    }
    let (mut sum, mut a, mut b) = (0_u128, a, b);
    while b > 0 {
        if b & 1 == 1 {
            sum = add(sum, a, modulus);
        }
        a = add(a, a, modulus);
        b >>= 1;
    }
    sum
}

fn add(a: u128, b: u128, modulus: u128) -> u128 {
    if a >= modulus - b { a - (modulus - b) } else { a + b }
}

/// A count as messages print it: `1,234`.
// Rule: golang.org/x/text/message prints numbers in English.
pub(super) fn count_text(value: i64) -> String {
    grouped(&value.to_string())
}

/// A number as messages print it: `12,345.678`, `1.5×10⁰⁶`.
pub(super) fn float_text(value: f64) -> String {
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) || value == 0.0 {
        return grouped(&format!("{value}"));
    }
    let mut out = format!("{mantissa}×10");
    if exponent < 0 {
        out.push('⁻');
    }
    out.extend(format!("{:02}", exponent.unsigned_abs()).chars().map(|digit| match digit {
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' => '⁰',
        digit => char::from_u32(0x2070 + digit.to_digit(10).unwrap_or(0)).unwrap_or(digit),
    }));
    out
}

fn grouped(text: &str) -> String {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::of(text).unwrap()
    }

    #[test]
    fn decimals_compare_exactly() {
        assert_eq!(number("0.1").compare(&number("1e-1")), Ordering::Equal);
        assert_eq!(number("-2").compare(&number("-1.5")), Ordering::Less);
        assert_eq!(number("1e300").compare(&number("9e299")), Ordering::Greater);
        assert_eq!(number("0").compare(&number("-0.0")), Ordering::Equal);
        assert_eq!(number("120").compare(&number("1.2e1")), Ordering::Greater);
    }

    #[test]
    fn a_count_beyond_64_bits_keeps_the_lowest() {
        for (text, count) in [
            ("9223372036854775807", i64::MAX),
            ("9223372036854775808", i64::MIN),
            ("12345678901234567890", -6_101_065_172_474_983_726),
            ("1e300", 0),
            ("-3", -3),
        ] {
            assert_eq!(number(text).as_count(), Some(count), "{text}");
        }
    }

    #[test]
    fn multiples_are_exact() {
        for (number_text, unit, is) in [
            ("0.07", "0.01", true),
            ("0.075", "0.01", false),
            ("1", "1e-10", true),
            ("1e300", "3", false),
            ("1e300", "7", false),
            ("1.5e300", "5", true),
            ("1e-300", "5", false),
            ("99999999999999999999", "3", true),
            ("0", "7", true),
        ] {
            assert_eq!(number(number_text).is_multiple_of(&number(unit)), is, "{number_text} {unit}");
        }
    }
}
