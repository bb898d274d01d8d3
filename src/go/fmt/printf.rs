//! The format string of `Sprintf`.

use super::flags::Flags;
use super::print::Printer;
use crate::value::{Value, budget};

/// Widths and precisions beyond this are refused.
const TOO_LARGE: usize = 1_000_000;

/// Appends the formatted text. Rule: fmt/print.go `doPrintf`.
pub(super) fn format(out: &mut Vec<u8>, format: &[u8], args: &[Value]) {
    Formatter { format, at: 0, args, next: 0, reordered: false, good_index: true }.run(out);
}

struct Formatter<'a> {
    format: &'a [u8],
    at: usize,
    args: &'a [Value],
    /// Index of the argument the next verb takes.
    next: usize,
    reordered: bool,
    good_index: bool,
}

impl Formatter<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    fn run(&mut self, out: &mut Vec<u8>) {
        while self.at < self.format.len() && !budget::is_too_long(out.len()) {
            let rest = self.format.get(self.at..).unwrap_or_default();
            let text = rest.iter().position(|byte| *byte == b'%').unwrap_or(rest.len());
            out.extend_from_slice(rest.get(..text).unwrap_or_default());
            self.at += text;
            if self.at < self.format.len() {
                self.at += 1;
                if !self.verb(out) {
                    break;
                }
            }
        }
        if !self.reordered && self.next < self.args.len() {
            let mut printer = Printer::new(out);
            printer.write("%!(EXTRA ");
            for (index, arg) in self.args.iter().skip(self.next).enumerate() {
                if budget::is_too_long(printer.out.len()) {
                    break;
                }
                if index > 0 {
                    printer.write(", ");
                }
                if arg.is_nil() {
                    printer.write("<nil>");
                } else {
                    printer.write(&arg.type_name());
                    printer.write("=");
                    printer.arg(arg, 'v');
                }
            }
            printer.write(")");
        }
    }

    /// Handles what follows a `%`; false when the format is at its end.
    fn verb(&mut self, out: &mut Vec<u8>) -> bool {
        self.good_index = true;
        let mut flags = self.flags();
        let mut after_index = self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.int_arg() {
                Some(width) => {
                    flags.minus |= width < 0;
                    flags.zero &= width >= 0;
                    flags.width = Some(width.unsigned_abs() as usize);
                }
                None => out.extend_from_slice(b"%!(BADWIDTH)"),
            }
            after_index = false;
        } else {
            flags.width = self.number();
            if after_index && flags.width.is_some() {
                self.good_index = false;
            }
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if after_index {
                self.good_index = false;
            }
            after_index = self.index();
            if self.peek() == Some(b'*') {
                self.at += 1;
                flags.precision = self.int_arg().and_then(|precision| usize::try_from(precision).ok());
                if flags.precision.is_none() {
                    out.extend_from_slice(b"%!(BADPREC)");
                }
                after_index = false;
            } else {
                flags.precision = Some(self.number().unwrap_or(0));
            }
        }
        if !after_index {
            self.index();
        }
        let Some((verb, len)) = self.rune() else {
            out.extend_from_slice(b"%!(NOVERB)");
            return false;
        };
        self.at += len;
        self.print(out, flags, verb);
        true
    }

    fn print(&mut self, out: &mut Vec<u8>, mut flags: Flags, verb: char) {
        let complain = |out: &mut Vec<u8>, what: &str| {
            out.extend_from_slice(format!("%!{verb}({what})").as_bytes());
        };
        if verb == '%' {
            out.push(b'%');
        } else if !self.good_index {
            complain(out, "BADINDEX");
        } else if let Some(arg) = self.args.get(self.next) {
            if matches!(verb, 'v' | 'w') {
                flags.sharp_v = std::mem::take(&mut flags.sharp);
                flags.plus_v = std::mem::take(&mut flags.plus);
            }
            self.next += 1;
            let mut printer = Printer::new(out);
            printer.flags = flags;
            printer.arg(arg, verb);
        } else {
            complain(out, "MISSING");
        }
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        flags
    }

    fn rune(&self) -> Option<(char, usize)> {
        let rest = self.format.get(self.at..)?;
        let chunk = rest.utf8_chunks().next()?;
        Some(chunk.valid().chars().next().map_or(('\u{fffd}', 1), |ch| (ch, ch.len_utf8())))
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let before = number.unwrap_or(0);
            if before > TOO_LARGE {
                // Quirk: fmt `parsenum` gives up by going to the end of the format.
                self.at = self.format.len();
                return None;
            }
            number = Some(before * 10 + usize::from(digit - b'0'));
            self.at += 1;
        }
        number
    }

    /// An explicit argument index such as `[2]`; whether one stood here.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = self.format.get(self.at..).unwrap_or_default();
        let close = rest.iter().position(|byte| *byte == b']');
        let Some(close) = close.filter(|_| rest.len() >= 3) else {
            self.good_index = false;
            self.at += 1;
            return false;
        };
        let digits = rest.get(1..close).and_then(|digits| std::str::from_utf8(digits).ok());
        let number = digits
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse::<usize>().ok())
            .filter(|number| *number <= TOO_LARGE);
        self.at += close + 1;
        match number {
            Some(number) if number >= 1 && number <= self.args.len() => {
                self.next = number - 1;
                true
            }
            other => {
                self.good_index = false;
                other.is_some()
            }
        }
    }

    fn int_arg(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        arg.as_i64().filter(|number| number.unsigned_abs() <= TOO_LARGE as u64)
    }
}
