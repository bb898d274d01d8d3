//! Passwords: hashes for files, and passwords derived from a master password.

use sha2::{Digest as _, Sha256};

use crate::host::HostHandle;

/// bcrypt's cost in Sprig.
const COST: u32 = 10;

/// The bcrypt hash of a password, or the error's text.
pub(super) fn bcrypt_hash(host: &HostHandle, password: &[u8]) -> String {
    if password.len() > 72 {
        return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".to_owned();
    }
    let mut salt = [0; 16];
    host.random("bcrypt", &mut salt);
    match bcrypt::hash_with_salt(password, COST, salt) {
        Ok(parts) => parts.format_for_version(bcrypt::Version::TwoA),
        Err(error) => format!("failed to encrypt string with bcrypt: {error}"),
    }
}

/// What the Master Password algorithm starts every input with.
const SCOPE: &[u8] = b"com.lyndir.masterpassword";

/// The templates of a kind of password: each letter stands for a class of characters.
fn templates(kind: &[u8]) -> Option<&'static [&'static str]> {
    Some(match kind {
        b"maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        b"medium" => &["CvcnoCvc", "CvcCvcno"],
        b"short" => &["Cvcn"],
        b"basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        b"pin" => &["nnnn"],
        _ => return None,
    })
}

fn class(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// The password of a site by the Master Password algorithm, or the error's text.
pub(super) fn derive(counter: u32, kind: &[u8], password: &[u8], user: &[u8], site: &[u8]) -> String {
    let Some(templates) = templates(kind) else {
        return format!("cannot find password template {}", String::from_utf8_lossy(kind));
    };
    let length = |text: &[u8]| (text.len() as u32).to_be_bytes();
    let salt = [SCOPE, &length(user), user].concat();
    let mut key = [0; 64];
    let done = scrypt::Params::new(15, 8, 2)
        .is_ok_and(|params| scrypt::scrypt(password, &salt, &params, &mut key).is_ok());
    if !done {
        return "failed to derive password".to_owned();
    }
    let seed = hmac_sha256(&key, &[SCOPE, &length(site), site, &counter.to_be_bytes()].concat());
    let [first, rest @ ..] = seed;
    let template = templates.get(usize::from(first) % templates.len()).copied().unwrap_or_default();
    let pick = |(letter, byte): (u8, u8)| {
        let class = class(letter);
        class.get(usize::from(byte) % class.len()).map(|&byte| char::from(byte))
    };
    template.bytes().zip(rest).filter_map(pick).collect()
}

/// HMAC with SHA-256; the key is one block long.
fn hmac_sha256(key: &[u8; 64], message: &[u8]) -> [u8; 32] {
    let padded = |pad: u8| key.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printed by Helm v4.3.1.
    #[test]
    fn passwords_are_derived_as_in_helm() {
        assert_eq!(derive(1, b"long", b"password", b"user", b"example.com"), "ZedaFaxcZaso9*");
        assert_eq!(derive(0, b"long", b"a", b"b", b"c"), "MepuQaco5%Qimw");
        assert_eq!(derive(1, b"foo", b"", b"", b""), "cannot find password template foo");
    }
}
