//! Numbers under a verb with flags.

use super::flags::Flags;
use super::float::format_float;
use super::quote::quote_char;

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
        'q' => flags.pad(out, quote_char(to_char(number), flags.plus).as_bytes()),
        'U' => unicode(out, flags, number),
        _ => return false,
    }
    true
}

fn to_char(number: i128) -> char {
    u32::try_from(number).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
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
        && super::is_print(ch)
    {
        text.push_str(" '");
        text.push(ch);
        text.push('\'');
    }
    Flags { zero: false, ..flags }.pad(out, text.as_bytes());
}

/// Appends a float; false when the verb is not for floats.
pub(super) fn float(out: &mut Vec<u8>, flags: Flags, value: f64, verb: char) -> bool {
    let (verb, precision) = match verb {
        'v' => (b'g', None),
        'b' | 'g' | 'G' | 'x' | 'X' => (verb as u8, None),
        'f' | 'F' => (b'f', Some(6)),
        'e' | 'E' => (verb as u8, Some(6)),
        _ => return false,
    };
    let precision = flags.precision.or(precision);
    let mut number = format_float(value, verb, precision);
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
        if number.first() == Some(&b'+') && !flags.plus && value.is_infinite() {
            // An infinity keeps its plus sign.
        }
        unpadded.pad(out, &number);
        return true;
    }
    if flags.sharp && verb != b'b' {
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
fn keep_point(number: &mut Vec<u8>, verb: u8, precision: Option<usize>) {
    let mut digits = match verb {
        b'g' | b'G' | b'x' => precision.map_or(6, |precision| precision as i64),
        _ => 0,
    };
    let hex = matches!(verb, b'x' | b'X');
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
