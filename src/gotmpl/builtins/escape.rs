//! `html js urlquery`.

use super::Out;
use crate::go::{fmt, strconv};
use crate::gotmpl::func::CallCtx;
use crate::value::{Kind, Str, Value};

/// The operands as actions print them, spaces between operands of which neither is a string.
fn joined(args: &[Value]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut after_string = true;
    for arg in args {
        // Nothing prints as the string `<no value>`.
        let string = arg.is_nil() || arg.kind() == Kind::String;
        if !string && !after_string {
            out.push(b' ');
        }
        match arg {
            // An argument has no address, so the methods of its pointer are not called.
            Value::Object(object) if object.kind() == Kind::Struct => {
                out.extend_from_slice(fmt::to_str(arg).as_bytes());
            }
            _ => fmt::append_printable(&mut out, arg),
        }
        after_string = string;
    }
    out
}

fn text(out: Vec<u8>) -> Out {
    Ok(Value::Str(Str::from_bytes(out)))
}

pub(super) fn html(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut out = Vec::new();
    for byte in joined(args) {
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            _ => out.push(byte),
        }
    }
    text(out)
}

pub(super) fn js(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut out = Vec::new();
    for chunk in joined(args).utf8_chunks() {
        for ch in chunk.valid().chars() {
            match ch {
                '\\' => out.extend_from_slice(b"\\\\"),
                '\'' => out.extend_from_slice(b"\\'"),
                '"' => out.extend_from_slice(b"\\\""),
                '<' | '>' | '&' | '=' | '\0'..=' ' if ch != ' ' => {
                    out.extend_from_slice(format!("\\u{:04X}", u32::from(ch)).as_bytes());
                }
                _ if strconv::is_print(ch) || ch.is_ascii() => {
                    out.extend_from_slice(ch.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => out.extend_from_slice(format!("\\u{:04X}", u32::from(ch)).as_bytes()),
            }
        }
        // Rule: Go 1.27 text/template/funcs.go, JSEscape: U+FFFD is printable, and what was read is written.
        out.extend_from_slice(chunk.invalid());
    }
    text(out)
}

pub(super) fn urlquery(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut out = Vec::new();
    for byte in joined(args) {
        match byte {
            b' ' => out.push(b'+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte),
            _ => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    text(out)
}
