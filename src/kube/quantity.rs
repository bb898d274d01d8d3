//! Amounts such as `500m` or `1Gi`.

/// An amount, compared by value: `1Gi` equals `1024Mi`. Nothing finer than a billionth is kept.
// Rule: kubernetes v1.37 staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go, `ParseQuantity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    nanos: i128,
}

const NANOS: i128 = 1_000_000_000;
/// Larger amounts count as this one, 2^63-1.
const MOST: i128 = i64::MAX as i128 * NANOS;

impl Quantity {
    /// The amount written as `text`; none if it is not written as one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let end = unsigned.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let (base, exponent) = scale(suffix)?;
        let mut nanos = NANOS;
        let mut value: i128 = 0;
        let mut divide: u32 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            value = value.saturating_mul(10).saturating_add(i128::from(digit - b'0'));
            if value > MOST {
                value = MOST;
            }
        }
        divide = divide.saturating_add(u32::try_from(fraction.len()).unwrap_or(u32::MAX));
        if whole.len() + fraction.len() > 27 {
            // Beyond what the number above holds exactly: the nearest machine number is close enough to compare.
            let near: f64 = number.parse().ok()?;
            let near = near * f64::from(base).powi(exponent) * NANOS as f64;
            return Some(Self::new((near.clamp(0.0, MOST as f64).ceil() as i128).min(MOST), negative));
        }
        if exponent >= 0 {
            for _ in 0..exponent.min(64) {
                nanos = nanos.saturating_mul(i128::from(base));
            }
            if exponent > 64 && value > 0 {
                return Some(Self::new(MOST, negative));
            }
        } else {
            divide = divide.saturating_add(exponent.unsigned_abs());
        }
        // Divide the factor before multiplying, so that nothing overflows and a remainder rounds up.
        while divide > 0 && nanos % 10 == 0 {
            nanos /= 10;
            divide -= 1;
        }
        let mut product = value.checked_mul(nanos).unwrap_or(i128::MAX);
        for _ in 0..divide.min(64) {
            product = product / 10 + i128::from(product % 10 > 0);
        }
        Some(Self::new(product.min(MOST), negative))
    }

    fn new(nanos: i128, negative: bool) -> Self {
        Self { nanos: if negative { -nanos } else { nanos } }
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.nanos < 0
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    /// Whether it is a whole number.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.nanos % NANOS == 0
    }

    /// The amount in billionths.
    #[must_use]
    pub fn nanos(self) -> i128 {
        self.nanos
    }
}

/// Base and exponent of a suffix.
fn scale(suffix: &str) -> Option<(u32, i32)> {
    Some(match suffix {
        "" => (10, 0),
        "n" => (10, -9),
        "u" => (10, -6),
        "m" => (10, -3),
        "k" => (10, 3),
        "M" => (10, 6),
        "G" => (10, 9),
        "T" => (10, 12),
        "P" => (10, 15),
        "E" => (10, 18),
        "Ki" => (1024, 1),
        "Mi" => (1024, 2),
        "Gi" => (1024, 3),
        "Ti" => (1024, 4),
        "Pi" => (1024, 5),
        "Ei" => (1024, 6),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            (10, exponent.parse().ok()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> Option<i128> {
        Quantity::parse(text).map(Quantity::nanos)
    }

    #[test]
    fn amounts_are_read_as_kubernetes_reads_them() {
        assert_eq!(nanos("1"), Some(NANOS));
        assert_eq!(nanos("1.5Gi"), Some(1536 * 1024 * 1024 * NANOS));
        assert_eq!(nanos("1024Mi"), nanos("1Gi"));
        assert_eq!(nanos("500m"), nanos("0.5"));
        assert_eq!(nanos(".5"), nanos("5e-1"));
        assert_eq!(nanos("5."), nanos("5"));
        assert_eq!(nanos("1E3"), nanos("1k"));
        assert_eq!(nanos("1E"), nanos("1e18"));
        assert_eq!(nanos("-1"), Some(-NANOS));
        assert_eq!(nanos("+1"), Some(NANOS));
        assert_eq!(nanos("0.1n"), Some(1));
        assert_eq!(nanos("100Ei"), Some(MOST));
        assert_eq!(nanos("1e999"), Some(MOST));
        assert_eq!(nanos("0e999"), Some(0));
        assert_eq!(nanos(&"9".repeat(400)), Some(MOST));
        for wrong in ["", "Gi", "1Gx", "1 Gi", "1gi", "1KI", "e3", "1e", "--1", "1.2.3", "0x10", "1K", "١"] {
            assert_eq!(nanos(wrong), None, "{wrong}");
        }
    }
}
