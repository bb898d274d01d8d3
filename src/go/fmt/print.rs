//! A value under a verb.

use super::flags::{Flags, truncate};
use super::number;
use crate::go::strconv::{can_backquote, quote, quote_ascii};
use crate::go::time::duration_text;
use crate::value::{Bytes, Kind, MAX_DEPTH, Object, Str, Value, budget};

pub(super) struct Printer<'o> {
    pub(super) out: &'o mut Vec<u8>,
    pub(super) flags: Flags,
    /// While a `%!verb(…)` text is printed, `String` methods are not called.
    erroring: bool,
    depth: usize,
    /// Where the text starts that this prints.
    start: usize,
}

/// Where things lie: addresses differ from run to run in Go, so any will do.
const ADDRESS: i128 = 0xc0_0000_0000;

impl<'o> Printer<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        let start = out.len();
        Self { out, flags: Flags::default(), erroring: false, depth: 0, start }
    }

    pub(super) fn write(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Prints an argument. Rule: fmt/print.go `printArg`.
    pub(super) fn arg(&mut self, value: &Value, verb: char) {
        if value.is_nil() {
            match verb {
                'T' | 'v' => self.flags.pad(self.out, b"<nil>"),
                _ => self.bad_verb(value, verb),
            }
            return;
        }
        match verb {
            'T' => self.text(&Str::from(value.type_name())),
            'p' => self.pointer(value, verb),
            // Rule: fmt/print.go `handleMethods`: only `Errorf` knows this verb.
            'w' => self.bad_verb(value, verb),
            _ => self.value(value, verb, true),
        }
    }

    /// Prints the struct a pointer points to.
    pub(super) fn pointee(&mut self, object: &dyn Object, verb: char) {
        self.fields(object, object.type_name().trim_start_matches('*'), verb);
    }

    fn bad_verb(&mut self, value: &Value, verb: char) {
        let before = std::mem::replace(&mut self.erroring, true);
        self.write("%!");
        self.out.extend_from_slice(verb.encode_utf8(&mut [0; 4]).as_bytes());
        self.write("(");
        if value.is_nil() {
            self.write("<nil>");
        } else {
            self.write(&value.type_name());
            self.write("=");
            self.arg(value, 'v');
        }
        self.write(")");
        self.erroring = before;
    }

    fn value(&mut self, value: &Value, verb: char, top: bool) {
        let known = match value {
            Value::Missing | Value::Nil => {
                self.write(if self.flags.sharp_v { "interface {}(nil)" } else { "<nil>" });
                true
            }
            Value::Bool(truth) => {
                let fits = matches!(verb, 't' | 'v');
                if fits {
                    self.flags.pad(self.out, if *truth { b"true" } else { b"false" });
                }
                fits
            }
            Value::Int(number) | Value::Int64(number) => self.integer(i128::from(*number), true, verb),
            Value::Uint8(number) => self.integer(i128::from(*number), false, verb),
            Value::Uint64(number) => self.integer(i128::from(*number), false, verb),
            Value::Float64(number) => number::float(self.out, self.flags, *number, verb),
            Value::Complex(re, im) => self.complex(*re, *im, verb),
            Value::Str(text) => self.string(text.as_bytes(), verb),
            Value::Bytes(bytes) => self.bytes(bytes, verb),
            Value::Duration(nanoseconds) => {
                if self.uses_text(verb) {
                    self.string(duration_text(*nanoseconds).as_bytes(), verb)
                } else {
                    self.integer(i128::from(*nanoseconds), true, verb)
                }
            }
            Value::List(_) | Value::Map(_) if self.depth >= MAX_DEPTH => {
                self.write("...");
                true
            }
            Value::List(list) => {
                let (open, comma, close) = self.brackets();
                if self.flags.sharp_v {
                    self.write(list.ty().name);
                    if list.is_nil() {
                        self.write("(nil)");
                        return;
                    }
                }
                self.write(open);
                for (index, item) in list.to_vec().iter().enumerate() {
                    if self.is_over() {
                        break;
                    }
                    if index > 0 {
                        self.write(comma);
                    }
                    self.nested(item, verb);
                }
                self.write(close);
                true
            }
            Value::Map(map) => {
                let (_, comma, close) = self.brackets();
                if self.flags.sharp_v {
                    self.write(map.ty().name);
                    if map.is_nil() {
                        self.write("(nil)");
                        return;
                    }
                    self.write("{");
                } else {
                    self.write("map[");
                }
                for (index, (key, item)) in map.to_vec().into_iter().enumerate() {
                    if self.is_over() {
                        break;
                    }
                    if index > 0 {
                        self.write(comma);
                    }
                    self.nested(&Value::Str(key), verb);
                    self.write(":");
                    self.nested(&item, verb);
                }
                self.write(close);
                true
            }
            Value::Object(object) => {
                if self.uses_text(verb)
                    && let Some(text) = object.text()
                {
                    self.string(text.as_bytes(), verb)
                } else if self.flags.sharp_v
                    && let Some(text) = object.go_text()
                {
                    self.text(&text);
                    true
                } else if object.is_nil() && matches!(verb, 'b' | 'd' | 'o' | 'x' | 'X') {
                    self.integer(0, false, verb)
                } else if object.is_nil() && verb == 'v' {
                    self.flags.pad(self.out, b"<nil>");
                    true
                } else if let Some(number) = object.number() {
                    self.integer(i128::from(number), true, verb)
                } else if object.kind() == Kind::Ptr {
                    if top {
                        self.write("&");
                        self.pointee(&**object, verb);
                    } else {
                        self.pointer(value, verb);
                    }
                    true
                } else {
                    self.fields(&**object, object.type_name(), verb);
                    true
                }
            }
        };
        if !known {
            self.bad_verb(value, verb);
        }
    }

    /// Whether a limit is met with a further part, which ends the text here.
    fn is_over(&self) -> bool {
        budget::is_spent(1) || budget::is_too_long(self.out.len() - self.start)
    }

    fn nested(&mut self, value: &Value, verb: char) {
        self.depth += 1;
        self.value(value, verb, false);
        self.depth -= 1;
    }

    fn brackets(&self) -> (&'static str, &'static str, &'static str) {
        if self.flags.sharp_v { ("{", ", ", "}") } else { ("[", " ", "]") }
    }

    /// Whether `Error` or `String` is called under this verb.
    fn uses_text(&self, verb: char) -> bool {
        !self.erroring && !self.flags.sharp_v && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q')
    }

    fn integer(&mut self, number: i128, signed: bool, verb: char) -> bool {
        number::integer(self.out, self.flags, number, signed, verb)
    }

    fn complex(&mut self, re: f64, im: f64, verb: char) -> bool {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return false;
        }
        self.write("(");
        number::float(self.out, self.flags, re, verb);
        number::float(self.out, Flags { plus: true, ..self.flags }, im, verb);
        self.write("i)");
        true
    }

    fn text(&mut self, text: &Str) {
        let bytes = text.as_bytes();
        let bytes = self.flags.precision.map_or(bytes, |count| truncate(bytes, count));
        self.flags.pad(self.out, bytes);
    }

    fn string(&mut self, bytes: &[u8], verb: char) -> bool {
        let cut = self.flags.precision.map_or(bytes, |count| truncate(bytes, count));
        match verb {
            'v' if self.flags.sharp_v => self.quoted(cut),
            'v' | 's' => self.flags.pad(self.out, cut),
            'q' => self.quoted(cut),
            'x' => self.hex(bytes, false),
            'X' => self.hex(bytes, true),
            _ => return false,
        }
        true
    }

    fn quoted(&mut self, bytes: &[u8]) {
        if self.flags.sharp && can_backquote(bytes) {
            let mut text = vec![b'`'];
            text.extend_from_slice(bytes);
            text.push(b'`');
            self.flags.pad(self.out, &text);
        } else if self.flags.plus {
            self.flags.pad(self.out, quote_ascii(bytes).as_bytes());
        } else {
            self.flags.pad(self.out, quote(bytes).as_bytes());
        }
    }

    /// Rule: fmt/format.go `fmtSbx`: the precision counts bytes, a space parts them.
    fn hex(&mut self, bytes: &[u8], upper: bool) {
        let bytes = bytes.get(..self.flags.precision.unwrap_or(usize::MAX).min(bytes.len())).unwrap_or(bytes);
        if bytes.is_empty() {
            self.flags.blank(self.out);
            return;
        }
        let (prefix, digits): (&[u8], &[u8; 16]) =
            if upper { (b"0X", b"0123456789ABCDEF") } else { (b"0x", b"0123456789abcdef") };
        let mut text = Vec::with_capacity(bytes.len() * 2);
        for (index, byte) in bytes.iter().enumerate() {
            if index > 0 && self.flags.space {
                text.push(b' ');
            }
            if self.flags.sharp && (index == 0 || self.flags.space) {
                text.extend_from_slice(prefix);
            }
            for digit in [byte >> 4, byte & 15] {
                text.push(digits.get(usize::from(digit)).copied().unwrap_or(b'0'));
            }
        }
        self.flags.pad(self.out, &text);
    }

    fn bytes(&mut self, bytes: &Bytes, verb: char) -> bool {
        if matches!(verb, 's' | 'q' | 'x' | 'X') {
            return self.string(bytes.as_bytes(), verb);
        }
        let (open, comma, close) = self.brackets();
        if self.flags.sharp_v {
            // Rule: fmt/print.go: only an argument itself is known as bytes.
            self.write(if self.depth == 0 { "[]byte" } else { "[]uint8" });
            if bytes.is_nil() {
                self.write("(nil)");
                return true;
            }
        }
        self.write(open);
        for (index, byte) in bytes.as_bytes().iter().enumerate() {
            if index > 0 {
                self.write(comma);
            }
            self.nested(&Value::Uint8(*byte), verb);
        }
        self.write(close);
        true
    }

    fn fields(&mut self, object: &dyn Object, type_name: &str, verb: char) {
        if self.depth >= MAX_DEPTH {
            self.write("...");
            return;
        }
        if self.flags.sharp_v {
            self.write(type_name);
        }
        self.write("{");
        for (index, name) in object.fields().iter().enumerate() {
            if self.is_over() {
                break;
            }
            if index > 0 {
                self.write(if self.flags.sharp_v { ", " } else { " " });
            }
            if self.flags.plus_v || self.flags.sharp_v {
                self.write(name);
                self.write(":");
            }
            if let Some(value) = object.field(name) {
                self.nested(&value, verb);
            }
        }
        self.write("}");
    }

    // Rule: fmt/print.go `fmtPointer`.
    fn pointer(&mut self, value: &Value, verb: char) {
        let points = matches!(value.kind(), Kind::Ptr | Kind::Map | Kind::Slice | Kind::Func);
        let address = match value {
            Value::Object(object) => object.address().map_or(ADDRESS, i128::from),
            _ => ADDRESS,
        };
        match verb {
            'v' | 'p' if points => {
                let flags = Flags { sharp: verb == 'v' || !self.flags.sharp, ..self.flags };
                number::integer(self.out, flags, address, false, 'x');
            }
            'x' | 'd' | 'b' | 'o' | 'X' if points => {
                self.integer(address, false, verb);
            }
            _ => self.bad_verb(value, verb),
        }
    }
}
