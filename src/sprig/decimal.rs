//! Decimal arithmetic as shopspring/decimal v1.4 does it: exact, division to 16 places.

use std::cmp::Ordering;

/// A decimal number: digits (most significant first) times ten to the power of `exponent`.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

/// The places a division keeps.
const DIVISION_PLACES: i64 = 16;

impl Decimal {
    /// The number whose shortest text `value` has; `None` for infinities and NaN.
    pub(super) fn from_float(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let text = format!("{:e}", value.abs());
        let (mantissa, exponent) = text.split_once('e')?;
        let places = mantissa.split_once('.').map_or(0, |(_, places)| places.len());
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect();
        let exponent = exponent.parse::<i64>().ok()? - places as i64;
        Some(Self { negative: value < 0.0, digits: trimmed(digits), exponent })
    }

    /// The nearest float.
    pub(super) fn to_float(&self) -> f64 {
        let digits: String = self.digits.iter().map(|&digit| char::from(b'0' + digit)).collect();
        let value = format!("{digits}e{}", self.exponent).parse().unwrap_or(0.0);
        if self.negative && value != 0.0 { -value } else { value }
    }

    fn is_zero(&self) -> bool {
        self.digits.iter().all(|&digit| digit == 0)
    }

    /// Both numbers' digits at the smaller exponent of the two.
    fn aligned(&self, other: &Self) -> (Vec<u8>, Vec<u8>, i64) {
        let exponent = self.exponent.min(other.exponent);
        (self.shifted(exponent), other.shifted(exponent), exponent)
    }

    fn shifted(&self, exponent: i64) -> Vec<u8> {
        let mut digits = self.digits.clone();
        digits.resize(digits.len() + (self.exponent - exponent) as usize, 0);
        digits
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        let (left, right, exponent) = self.aligned(other);
        if self.negative == other.negative {
            return Self { negative: self.negative, digits: sum(&left, &right), exponent };
        }
        match compare(&left, &right) {
            Ordering::Less => Self { negative: other.negative, digits: difference(&right, &left), exponent },
            _ => Self { negative: self.negative, digits: difference(&left, &right), exponent },
        }
    }

    pub(super) fn sub(&self, other: &Self) -> Self {
        self.add(&Self { negative: !other.negative, ..other.clone() })
    }

    pub(super) fn mul(&self, other: &Self) -> Self {
        let mut out = vec![0u32; self.digits.len() + other.digits.len()];
        for (at, &left) in self.digits.iter().rev().enumerate() {
            let mut carry = 0;
            for (offset, &right) in other.digits.iter().rev().enumerate() {
                let value = out[at + offset] + u32::from(left) * u32::from(right) + carry;
                out[at + offset] = value % 10;
                carry = value / 10;
            }
            out[at + other.digits.len()] += carry;
        }
        let digits = trimmed(out.into_iter().rev().map(|digit| digit as u8).collect());
        Self { negative: self.negative != other.negative, digits, exponent: self.exponent + other.exponent }
    }

    /// The quotient rounded half away from zero at 16 places; `None` for a division by zero.
    pub(super) fn div(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let shift = self.exponent - other.exponent + DIVISION_PLACES;
        let (mut numerator, mut denominator) = (self.digits.clone(), other.digits.clone());
        let zeros = shift.unsigned_abs() as usize;
        let target = if shift >= 0 { &mut numerator } else { &mut denominator };
        target.resize(target.len() + zeros, 0);
        let (mut quotient, rest) = divide(&numerator, &denominator);
        if compare(&sum(&rest, &rest), &denominator).is_ge() {
            quotient = sum(&quotient, &[1]);
        }
        let negative = self.negative != other.negative;
        Some(Self { negative, digits: quotient, exponent: -DIVISION_PLACES })
    }
}

/// `digits` without leading zeros, one digit at least.
fn trimmed(digits: Vec<u8>) -> Vec<u8> {
    let zeros = digits.iter().take_while(|&&digit| digit == 0).count().min(digits.len().saturating_sub(1));
    digits.into_iter().skip(zeros).collect()
}

fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (left, right) = (trimmed(left.to_vec()), trimmed(right.to_vec()));
    left.len().cmp(&right.len()).then_with(|| left.cmp(&right))
}

fn sum(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut carry = 0;
    let (mut lefts, mut rights) = (left.iter().rev(), right.iter().rev());
    loop {
        let (left, right) = (lefts.next(), rights.next());
        if left.is_none() && right.is_none() && carry == 0 {
            break;
        }
        let value = left.copied().unwrap_or(0) + right.copied().unwrap_or(0) + carry;
        out.push(value % 10);
        carry = value / 10;
    }
    out.reverse();
    if out.is_empty() { vec![0] } else { trimmed(out) }
}

/// `left - right`, of which `left` is not the smaller.
fn difference(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(left.len());
    let mut borrow = 0;
    let mut rights = right.iter().rev();
    for &left in left.iter().rev() {
        let mut value = left as i8 - rights.next().map_or(0, |&right| right as i8) - borrow;
        borrow = i8::from(value < 0);
        value += 10 * borrow;
        out.push(value as u8);
    }
    out.reverse();
    trimmed(out)
}

/// Quotient and rest of whole numbers.
fn divide(numerator: &[u8], denominator: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut quotient = Vec::with_capacity(numerator.len());
    let mut rest = vec![0];
    for &digit in numerator {
        rest.push(digit);
        rest = trimmed(rest);
        let mut times = 0;
        while compare(&rest, denominator).is_ge() {
            rest = difference(&rest, denominator);
            times += 1;
        }
        quotient.push(times);
    }
    (trimmed(quotient), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn op(left: f64, right: f64, op: fn(&Decimal, &Decimal) -> Decimal) -> f64 {
        let number = |value| Decimal::from_float(value).expect("finite");
        op(&number(left), &number(right)).to_float()
    }

    #[test]
    fn arithmetic_is_decimal() {
        assert_eq!(op(0.1, 0.2, Decimal::add), 0.3);
        assert_eq!(op(1.0, 1.1, Decimal::sub), -0.1);
        assert_eq!(op(1.1, 1.1, Decimal::mul), 1.21);
        let div = |left: &Decimal, right: &Decimal| left.div(right).expect("quotient");
        assert_eq!(op(1.0, 3.0, div), 0.333_333_333_333_333_3);
        assert_eq!(op(-2.0, 3.0, div), -0.666_666_666_666_666_7);
        assert_eq!(op(1e20, 4e-5, div), 2.5e24);
        assert_eq!(op(1e-20, 1e20, div), 0.0);
    }
}
