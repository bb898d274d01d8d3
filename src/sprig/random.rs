//! Random texts, numbers and identifiers, drawn from the host.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::table::{CallCtx, INT, Out, func, host, int};
use crate::gotmpl::func::Func;
use crate::host::HostHandle;
use crate::value::{Value, budget};

const LOWER_UPPER: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ALPHANUMERIC: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const DIGITS: &[u8] = b"0123456789";

/// Random characters that are made in one step.
const CHARACTERS_A_STEP: u64 = 8;

/// A number below `bound`, every one as likely.
pub(super) fn below(host: &HostHandle, purpose: &str, bound: u64) -> u64 {
    let limit = u64::MAX - u64::MAX % bound.max(1);
    loop {
        let mut bytes = [0; 8];
        host.random(purpose, &mut bytes);
        let value = u64::from_le_bytes(bytes);
        if value < limit {
            return value % bound.max(1);
        }
    }
}

fn pick(ctx: &CallCtx<'_>, args: &[Value], purpose: &str, alphabet: &[u8]) -> Out {
    let length = usize::try_from(int(args, 0)).unwrap_or(0);
    if budget::is_too_long(length) || budget::is_spent(length as u64 / CHARACTERS_A_STEP) {
        // The executor has better words for it.
        return Err("too long".into());
    }
    let host = host(ctx)?;
    let mut out = String::with_capacity(length);
    // Bytes from the last incomplete stretch are thrown away, so that every character is as likely.
    let limit = 256 - 256 % alphabet.len();
    let mut bytes = vec![0; length];
    while out.len() < length {
        let missing = length - out.len();
        host.random(purpose, &mut bytes[..missing]);
        let usable = bytes[..missing].iter().map(|&byte| usize::from(byte)).filter(|&byte| byte < limit);
        out.extend(
            usable.filter_map(|byte| alphabet.get(byte % alphabet.len())).map(|&byte| char::from(byte)),
        );
    }
    Ok(Value::from(out))
}

fn alpha(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    pick(ctx, args, "randAlpha", LOWER_UPPER)
}

fn alphanumeric(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    pick(ctx, args, "randAlphaNum", ALPHANUMERIC)
}

fn numeric(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    pick(ctx, args, "randNumeric", DIGITS)
}

fn ascii(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let printable: Vec<u8> = (b' '..=b'~').collect();
    pick(ctx, args, "randAscii", &printable)
}

fn bytes(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let length = usize::try_from(int(args, 0)).map_err(|_| "runtime error: makeslice: len out of range")?;
    let encoded = (length / 3).saturating_add(1).saturating_mul(4);
    if budget::is_too_long(encoded) || budget::is_spent(length as u64 / CHARACTERS_A_STEP) {
        return Err("too long".into());
    }
    let mut bytes = vec![0; length];
    host(ctx)?.random("randBytes", &mut bytes);
    Ok(Value::from(STANDARD.encode(bytes)))
}

fn number(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let (low, high) = (int(args, 0), int(args, 1));
    let span = high.wrapping_sub(low);
    if span <= 0 {
        return Err("invalid argument to Intn".into());
    }
    let value = below(host(ctx)?, "randInt", span as u64);
    Ok(Value::Int(low.wrapping_add(value as i64)))
}

fn uuid(ctx: &mut CallCtx<'_>, _: &[Value]) -> Out {
    let mut bytes = [0; 16];
    host(ctx)?.random("uuidv4", &mut bytes);
    Ok(Value::from(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()))
}

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    func("randAlpha", &[INT], alpha, "so many random letters", &[("{{ randAlpha 5 | len }}", "5")]),
    func(
        "randAlphaNum",
        &[INT],
        alphanumeric,
        "so many random letters and digits",
        &[("{{ randAlphaNum 5 | len }}", "5")],
    ),
    func(
        "randAscii",
        &[INT],
        ascii,
        "so many random printable characters",
        &[("{{ randAscii 5 | len }}", "5")],
    ),
    func("randBytes", &[INT], bytes, "so many random bytes in base64", &[("{{ randBytes 3 | len }}", "4")]),
    func(
        "randInt",
        &[INT, INT],
        number,
        "a random number from the first to before the second",
        &[("{{ randInt 3 4 }}", "3")],
    ),
    func("randNumeric", &[INT], numeric, "so many random digits", &[("{{ randNumeric 5 | len }}", "5")]),
    func("uuidv4", &[], uuid, "a random UUID", &[("{{ uuidv4 | len }}", "36")]),
];
