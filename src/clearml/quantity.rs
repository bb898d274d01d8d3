//! Kubernetes quantities, printed the way an API server prints them, so that a second apply changes nothing.

/// The canonical text of a quantity, or what is wrong with it.
///
/// Rule: k8s.io/apimachinery v0.34 `pkg/api/resource/quantity.go`, `ParseQuantity` and `CanonicalizeBytes`:
/// the suffix keeps its family (binary, decimal, exponent); no fraction stays; the largest suffix that
/// leaves a whole number wins; precision ends at nano, rounded up; a binary quantity between -1024 and 1024
/// becomes decimal.
pub(crate) fn canonical(text: &str) -> Result<String, &'static str> {
    if is_short(text) { Ok(text.to_owned()) } else { computed(text) }
}

/// Whether it is up to three digits and a unit, as most quantities are: no larger unit leaves a whole number of it.
fn is_short(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit = text.get(digits..).unwrap_or_default();
    (1..=3).contains(&digits)
        && !text.starts_with('0')
        && matches!(unit, "" | "m" | "k" | "M" | "G" | "T" | "Ki" | "Mi" | "Gi" | "Ti")
}

fn computed(text: &str) -> Result<String, &'static str> {
    let (negative, body) = match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits_end = body.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(body.len());
    let (number, suffix) = body.split_at(digits_end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return Err("a quantity starts with a number");
    }
    let family = family(suffix)?;
    let trimmed = fraction.trim_end_matches('0');
    let digits = format!("{whole}{trimmed}");
    let mantissa: i128 = digits
        .trim_start_matches('0')
        .parse()
        .or_else(|_| if digits.trim_matches('0').is_empty() { Ok(0) } else { Err(TOO_LARGE) })?;
    let scale = i32::try_from(trimmed.len()).map_err(|_| TOO_LARGE)?;
    // Everything is counted in nano units.
    let nano = match family {
        Family::Binary(power) => {
            let bytes = mantissa.checked_mul(1i128 << (10 * power)).ok_or(TOO_LARGE)?;
            shift(bytes, 9 - scale)?
        }
        Family::Decimal(exponent) | Family::Exponent(exponent) => shift(mantissa, exponent - scale + 9)?,
    };
    let nano = nano.min(i128::from(i64::MAX) * NANO);
    let printed = match family {
        Family::Binary(_) if nano >= 1024 * NANO && nano % NANO == 0 => binary(nano / NANO),
        Family::Exponent(_) => {
            decimal(nano, |exponent| if exponent == 0 { String::new() } else { format!("e{exponent}") })
        }
        _ => decimal(nano, |exponent| decimal_suffix(exponent).to_owned()),
    };
    Ok(if negative && nano != 0 { format!("-{printed}") } else { printed })
}

const NANO: i128 = 1_000_000_000;
const TOO_LARGE: &str = "the number is too large for a quantity";

#[derive(Clone, Copy)]
enum Family {
    /// Power of 1024.
    Binary(u32),
    /// Power of ten, written as a letter.
    Decimal(i32),
    /// Power of ten, written as `e3`.
    Exponent(i32),
}

fn family(suffix: &str) -> Result<Family, &'static str> {
    Ok(match suffix {
        "" => Family::Decimal(0),
        "n" => Family::Decimal(-9),
        "u" => Family::Decimal(-6),
        "m" => Family::Decimal(-3),
        "k" => Family::Decimal(3),
        "M" => Family::Decimal(6),
        "G" => Family::Decimal(9),
        "T" => Family::Decimal(12),
        "P" => Family::Decimal(15),
        "E" => Family::Decimal(18),
        "Ki" => Family::Binary(1),
        "Mi" => Family::Binary(2),
        "Gi" => Family::Binary(3),
        "Ti" => Family::Binary(4),
        "Pi" => Family::Binary(5),
        "Ei" => Family::Binary(6),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E']).and_then(|digits| digits.parse::<i32>().ok());
            match exponent.filter(|exponent| exponent.abs() <= 30) {
                Some(exponent) => Family::Exponent(exponent),
                None => return Err("the unit is one of m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei or none"),
            }
        }
    })
}

/// `value` × 10^`power`, rounded away from zero.
fn shift(value: i128, power: i32) -> Result<i128, &'static str> {
    let factor = 10i128.checked_pow(power.unsigned_abs());
    if power >= 0 {
        return factor.and_then(|factor| value.checked_mul(factor)).ok_or(TOO_LARGE);
    }
    Ok(match factor {
        Some(factor) => value / factor + i128::from(value % factor != 0),
        None => i128::from(value != 0),
    })
}

fn binary(mut bytes: i128) -> String {
    let mut power = 0;
    while bytes % 1024 == 0 && power < 6 {
        bytes /= 1024;
        power += 1;
    }
    format!("{bytes}{}", ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].get(power).copied().unwrap_or_default())
}

fn decimal(mut nano: i128, suffix: impl Fn(i32) -> String) -> String {
    if nano == 0 {
        return "0".to_owned();
    }
    let mut exponent = -9;
    while nano % 1000 == 0 && exponent < 18 {
        nano /= 1000;
        exponent += 3;
    }
    format!("{nano}{}", suffix(exponent))
}

fn decimal_suffix(exponent: i32) -> &'static str {
    match exponent {
        -9 => "n",
        -6 => "u",
        -3 => "m",
        3 => "k",
        6 => "M",
        9 => "G",
        12 => "T",
        15 => "P",
        18 => "E",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_print_as_an_api_server_prints_them() {
        for (given, printed) in [
            ("4.6G", "4600M"),
            ("4G", "4G"),
            ("150M", "150M"),
            ("200m", "200m"),
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("50Gi", "50Gi"),
            ("1Ki", "1Ki"),
            ("0.5Ki", "512"),
            ("1e3", "1e3"),
            ("1000", "1k"),
            ("1500", "1500"),
            ("0", "0"),
            ("0Gi", "0"),
            ("-1", "-1"),
            (".5", "500m"),
            ("5.", "5"),
            ("1.1Gi", "1181116006400m"),
        ] {
            assert_eq!(canonical(given).as_deref(), Ok(printed), "{given}");
        }
    }

    #[test]
    fn short_quantities_are_what_is_computed_of_them() {
        let mut short = 0;
        for number in (0..1100).chain([2048, 10_000]) {
            for unit in
                ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3"]
            {
                let text = format!("{number}{unit}");
                if is_short(&text) {
                    assert_eq!(computed(&text).as_ref(), Ok(&text));
                    short += 1;
                }
            }
        }
        assert_eq!(short, 999 * 10);
        for text in ["", "1", "001", "1x", "1mi", "+1", "1.0", "-1", "m", "1 "] {
            assert_eq!(is_short(text), text == "1", "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for given in ["", "G", "1Gx", "1 G", "1.2.3", "--1", "1e", "0x10", "١"] {
            assert!(canonical(given).is_err(), "{given}");
        }
        assert!(canonical(&"9".repeat(60)).is_err());
    }
}
