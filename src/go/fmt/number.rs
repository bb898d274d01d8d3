//! Numbers under a verb with flags.

use super::flags::Flags;
use crate::go::strconv::{format_float, is_print, quote_ascii, quote_rune};

/// Appends decimal digits without allocating.
pub(super) fn append_i64(out: &mut Vec<u8>, number: i64) {
    let mut buffer = [0_u8; 20];
    let mut left = number.unsigned_abs();
    let mut count = 0;
    for slot in buffer.iter_mut().rev() {
        *slot = b'0' + (left % 10) as u8;
        left /= 10;
        count += 1;
        if left == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    let digits = buffer.get(buffer.len() - count..).unwrap_or_default();
    out.extend_from_slice(digits);
}

/// Appends an integer; false when the verb is not for integers.
///
/// Rule: fmt/print.go `fmtInteger`, fmt/format.go `fmtInteger`.
pub(super) fn integer(out: &mut Vec<u8>, flags: Flags, number: i128, signed: bool, verb: char) -> bool {
    match verb {
        'v' if flags.sharp_v && !signed => {
            based(out, Flags { sharp: true, ..flags }, number, 16, 'v', false);
        }
        'v' | 'd' => based(out, flags, number, 10, verb, false),
        'b' => based(out, flags, number, 2, verb, false),
        'o' | 'O' => based(out, flags, number, 8, verb, false),
        'x' => based(out, flags, number, 16, verb, false),
        'X' => based(out, flags, number, 16, verb, true),
        'c' => flags.pad(out, to_char(number).encode_utf8(&mut [0; 4]).as_bytes()),
        'q' => flags.pad(out, quoted_char(number, flags.plus).as_bytes()),
        'U' => unicode(out, flags, number),
        _ => return false,
    }
    true
}

fn to_char(number: i128) -> char {
    u32::try_from(number).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
}

fn quoted_char(number: i128, ascii: bool) -> String {
    let ch = to_char(number);
    if !ascii || ch == '\'' || ch == '"' {
        return quote_rune(u32::from(ch));
    }
    let text = quote_ascii(ch.encode_utf8(&mut [0; 4]).as_bytes());
    format!("'{}'", text.get(1..text.len() - 1).unwrap_or_default())
}

fn based(out: &mut Vec<u8>, flags: Flags, number: i128, base: u128, verb: char, upper: bool) {
    let unpadded = Flags { zero: false, ..flags };
    let negative = number < 0;
    let mut left = number.unsigned_abs();
    let signed = negative || flags.plus || flags.space;
    let mut least = 0;
    if let Some(precision) = flags.precision {
        if precision == 0 && left == 0 {
            unpadded.blank(out);
            return;
        }
        least = precision;
    } else if flags.zero
        && !flags.minus
        && let Some(width) = flags.width
    {
        least = width.saturating_sub(usize::from(signed));
    }
    let mut reversed = Vec::with_capacity(24);
    loop {
        let digit = (left % base) as u8;
        let letter = if upper { b'A' } else { b'a' };
        reversed.push(if digit < 10 { b'0' + digit } else { letter + digit - 10 });
        left /= base;
        if left == 0 {
            break;
        }
    }
    if least > reversed.len() {
        reversed.resize(least, b'0');
    }
    if flags.sharp {
        match base {
            2 => reversed.extend_from_slice(b"b0"),
            8 if reversed.last() != Some(&b'0') => reversed.push(b'0'),
            16 => reversed.extend_from_slice(if upper { b"X0" } else { b"x0" }),
            _ => {}
        }
    }
    if verb == 'O' {
        reversed.extend_from_slice(b"o0");
    }
    if negative {
        reversed.push(b'-');
    } else if flags.plus {
        reversed.push(b'+');
    } else if flags.space {
        reversed.push(b' ');
    }
    reversed.reverse();
    unpadded.pad(out, &reversed);
}

fn unicode(out: &mut Vec<u8>, flags: Flags, number: i128) {
    let digits = flags.precision.unwrap_or(4).max(4);
    let mut text = format!("U+{:0digits$X}", number as u64);
    if flags.sharp
        && let Some(ch) = u32::try_from(number).ok().and_then(char::from_u32)
        && is_print(ch)
    {
        text.push_str(" '");
        text.push(ch);
        text.push('\'');
    }
    Flags { zero: false, ..flags }.pad(out, text.as_bytes());
}

/// The shortest text of `%v`: an exponent below 1e-4 and from 1e6 on.
pub(super) fn append_shortest(out: &mut Vec<u8>, value: f64) {
    // Whole numbers of up to six digits are the common case and print as integers.
    if value.fract() == 0.0 && value.abs() < 1e6 && (value != 0.0 || value.is_sign_positive()) {
        append_i64(out, value as i64);
        return;
    }
    out.extend_from_slice(format_float(value, 'g', None).as_bytes());
}

/// `%b`: mantissa and power of two.
fn binary(value: f64) -> String {
    if !value.is_finite() {
        return format_float(value, 'g', None);
    }
    let bits = value.to_bits();
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    format!("{}{mantissa}p{exponent:+}", if value.is_sign_negative() { "-" } else { "" })
}

/// Appends a float; false when the verb is not for floats.
pub(super) fn float(out: &mut Vec<u8>, flags: Flags, value: f64, verb: char) -> bool {
    let (verb, precision) = match verb {
        'v' => ('g', None),
        'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
        'f' | 'F' => ('f', Some(6)),
        'e' | 'E' => (verb, Some(6)),
        _ => return false,
    };
    let precision = flags.precision.or(precision);
    let mut number =
        if verb == 'b' { binary(value) } else { format_float(value, verb, precision) }.into_bytes();
    if !matches!(number.first(), Some(b'-' | b'+')) {
        number.insert(0, if flags.space && !flags.plus { b' ' } else { b'+' });
    } else if flags.space && !flags.plus && number.first() == Some(&b'+') {
        number.splice(..1, [b' ']);
    }
    if matches!(number.get(1), Some(b'I' | b'N')) {
        let unpadded = Flags { zero: false, ..flags };
        if number.get(1) == Some(&b'N') && !flags.space && !flags.plus {
            number.remove(0);
        }
        unpadded.pad(out, &number);
        return true;
    }
    if flags.sharp && verb != 'b' {
        keep_point(&mut number, verb, precision);
    }
    if flags.plus || number.first() != Some(&b'+') {
        flags.pad_signed(out, &number);
    } else {
        flags.pad(out, number.get(1..).unwrap_or_default());
    }
    true
}

/// The `#` flag keeps the decimal point, and for `%g` the trailing zeros.
fn keep_point(number: &mut Vec<u8>, verb: char, precision: Option<usize>) {
    let mut digits = match verb {
        'g' | 'G' | 'x' => precision.map_or(6, |precision| precision as i64),
        _ => 0,
    };
    let hex = matches!(verb, 'x' | 'X');
    let tail_at = number.iter().position(|byte| match byte {
        b'p' | b'P' => true,
        b'e' | b'E' => !hex,
        _ => false,
    });
    let tail = tail_at.map(|at| number.split_off(at)).unwrap_or_default();
    let mut nonzero = false;
    let mut point = false;
    for byte in number.iter().skip(1) {
        if *byte == b'.' {
            point = true;
            continue;
        }
        nonzero |= *byte != b'0';
        digits -= i64::from(nonzero);
    }
    if !point {
        if number.len() == 2 && number.get(1) == Some(&b'0') {
            digits -= 1;
        }
        number.push(b'.');
    }
    number.extend(std::iter::repeat_n(b'0', usize::try_from(digits).unwrap_or(0)));
    number.extend(tail);
}
