//! Checksums and the base encodings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::{BASE32, HEXLOWER};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use super::table::{CallCtx, Examples, Out, STR, func, or_text, string, text};
use crate::gotmpl::func::{Call, Func};
use crate::value::Value;

/// The bytes of a base64 text; newlines in it are passed over.
///
/// # Errors
/// Go's `illegal base64 data at input byte N`. Rule: Go 1.27 encoding/base64 `decodeQuantum`.
pub(super) fn base64_decode(text: &[u8]) -> Result<Vec<u8>, String> {
    let corrupt = |at: usize| Err(format!("illegal base64 data at input byte {at}"));
    let newline = |byte: u8| matches!(byte, b'\n' | b'\r');
    let skip = |mut at: usize| {
        while text.get(at).copied().is_some_and(newline) {
            at += 1;
        }
        at
    };
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut quantum, mut count) = (0u32, 0);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ if newline(byte) => continue,
            b'=' if count >= 2 => {
                if count == 2 {
                    at = skip(at);
                    match text.get(at) {
                        None => return corrupt(text.len()),
                        Some(b'=') => at += 1,
                        Some(_) => return corrupt(at - 1),
                    }
                }
                at = skip(at);
                if at < text.len() {
                    return corrupt(at);
                }
                let bytes = (quantum << (6 * (4 - count))).to_be_bytes();
                out.extend_from_slice(&bytes[1..count]);
                return Ok(out);
            }
            _ => return corrupt(at - 1),
        };
        quantum = (quantum << 6) | u32::from(value);
        count += 1;
        if count == 4 {
            out.extend_from_slice(&quantum.to_be_bytes()[1..]);
            (quantum, count) = (0, 0);
        }
    }
    if count == 0 { Ok(out) } else { corrupt(at - count) }
}

/// The bytes of a base32 text; newlines in it do not count.
///
/// # Errors
/// Go's `illegal base32 data at input byte N`. Rule: Go 1.27 encoding/base32 `decode`.
fn base32_decode(text: &[u8]) -> Result<Vec<u8>, String> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let corrupt = |at: usize| Err(format!("illegal base32 data at input byte {at}"));
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    for (index, chunk) in text.chunks(8).enumerate() {
        let base = index * 8;
        let mut quantum = 0u64;
        let mut digits = 8;
        for place in 0..8 {
            let Some(&byte) = chunk.get(place) else { return corrupt(base) };
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'2'..=b'7' => byte - b'2' + 26,
                b'=' if place >= 2 && text.len() - base - place - 1 < 8 => {
                    if text.len() < base + 8 {
                        return corrupt(text.len());
                    }
                    if let Some(bad) = chunk.iter().skip(place).position(|&byte| byte != b'=') {
                        return corrupt(base + place + bad - 1);
                    }
                    if matches!(place, 3 | 6) {
                        return corrupt(base + place);
                    }
                    digits = place;
                    break;
                }
                _ => return corrupt(base + place),
            };
            quantum = (quantum << 5) | u64::from(value);
        }
        let bytes = (quantum << (5 * (8 - digits))).to_be_bytes();
        out.extend_from_slice(&bytes[3..3 + digits * 5 / 8]);
        if digits < 8 {
            break;
        }
    }
    Ok(out)
}

fn b64enc(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::from(STANDARD.encode(text(args, 0))))
}

fn b64dec(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    string(base64_decode(text(args, 0)).unwrap_or_else(String::into_bytes))
}

fn b32enc(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::from(BASE32.encode(text(args, 0))))
}

fn b32dec(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    string(base32_decode(text(args, 0)).unwrap_or_else(String::into_bytes))
}

fn sha1sum(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::from(HEXLOWER.encode(&Sha1::digest(text(args, 0)))))
}

fn sha256sum(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::from(HEXLOWER.encode(&Sha256::digest(text(args, 0)))))
}

fn sha512sum(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::from(HEXLOWER.encode(&Sha512::digest(text(args, 0)))))
}

fn adler32sum(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::from(adler2::adler32_slice(text(args, 0)).to_string()))
}

const fn one(name: &'static str, call: Call, doc: &'static str, examples: Examples) -> Func {
    func(name, &[STR], call, doc, examples)
}

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    one(
        "adler32sum",
        adler32sum,
        "the Adler-32 checksum in decimal",
        &[(r#"{{ adler32sum "hello" }}"#, "103547413")],
    ),
    or_text(one("b32dec", b32dec, "the text of a base32 text", &[(r#"{{ b32dec "ME======" }}"#, "a")])),
    one("b32enc", b32enc, "the text in base32", &[(r#"{{ b32enc "a" }}"#, "ME======")]),
    or_text(one("b64dec", b64dec, "the text of a base64 text", &[(r#"{{ b64dec "YQ==" }}"#, "a")])),
    one("b64enc", b64enc, "the text in base64", &[(r#"{{ b64enc "a" }}"#, "YQ==")]),
    one(
        "sha1sum",
        sha1sum,
        "the SHA-1 sum in hexadecimal",
        &[(r#"{{ sha1sum "a" }}"#, "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8")],
    ),
    one(
        "sha256sum",
        sha256sum,
        "the SHA-256 sum in hexadecimal",
        &[(r#"{{ sha256sum "" | trunc 8 }}"#, "e3b0c442")],
    ),
    one(
        "sha512sum",
        sha512sum,
        "the SHA-512 sum in hexadecimal",
        &[(r#"{{ sha512sum "a" | trunc 8 }}"#, "1f40fc92")],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Positions printed by Helm v4.3.1.
    #[test]
    fn bad_texts_are_refused_where_go_refuses_them() {
        for (text, at) in [
            ("YQ", 0),
            ("Y Q==", 1),
            ("YQ=", 3),
            ("YQ=a", 2),
            ("YQ==a", 4),
            ("=", 0),
            ("Y===", 1),
            ("YWJj-_==", 4),
            ("YWJj\nY", 5),
        ] {
            assert_eq!(
                base64_decode(text.as_bytes()),
                Err(format!("illegal base64 data at input byte {at}")),
                "{text}"
            );
        }
        for (text, at) in [
            ("ME", 0),
            ("me======", 0),
            ("ME=====", 7),
            ("M=======", 1),
            ("MFR====a", 6),
            ("MFRGG==", 7),
            ("M1", 1),
            ("MFRGGZDFME======ME======", 10),
            ("MFR=====", 3),
        ] {
            assert_eq!(
                base32_decode(text.as_bytes()),
                Err(format!("illegal base32 data at input byte {at}")),
                "{text}"
            );
        }
        assert_eq!(base64_decode(b"Y\nQ=\n=\n"), Ok(b"a".to_vec()));
        assert_eq!(base32_decode(b"MFRGG===\n"), Ok(b"abc".to_vec()));
    }
}
