//! AES-256 in CBC mode, as Sprig's `encryptAES` and `decryptAES` use it.

use aes::Aes256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};

use crate::sprig::encoding::base64_decode;

const BLOCK: usize = 16;

/// A password as key: cut or filled with zeros.
fn key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    for (own, &byte) in key.iter_mut().zip(password) {
        *own = byte;
    }
    key
}

/// The base64 of the initial vector and the encrypted text.
pub(super) fn encrypt(password: &[u8], text: &[u8], vector: [u8; BLOCK]) -> String {
    let padding = BLOCK - text.len() % BLOCK;
    let mut content = text.to_vec();
    content.resize(text.len() + padding, padding as u8);
    let cipher = cbc::Encryptor::<Aes256>::new(&key(password).into(), &vector.into());
    let length = content.len();
    let encrypted =
        cipher.encrypt_padded::<NoPadding>(&mut content, length).expect("whole blocks need no padding");
    STANDARD.encode([&vector[..], encrypted].concat())
}

/// The text of what [`encrypt`] gives.
///
/// # Errors
/// Go's error, or the text of its panic.
pub(super) fn decrypt(password: &[u8], encrypted: &[u8]) -> Result<Vec<u8>, String> {
    let bytes = base64_decode(encrypted)?;
    let Some((vector, content)) = bytes.split_first_chunk::<BLOCK>() else {
        return Err(format!("runtime error: slice bounds out of range [:16] with capacity {}", bytes.len()));
    };
    if content.len() % BLOCK != 0 {
        return Err("crypto/cipher: input not full blocks".to_owned());
    }
    let cipher = cbc::Decryptor::<Aes256>::new(&key(password).into(), &(*vector).into());
    let mut text = content.to_vec();
    cipher.decrypt_padded::<NoPadding>(&mut text).map_err(|error| error.to_string())?;
    let Some(&padding) = text.last() else {
        return Err("runtime error: index out of range [-1]".to_owned());
    };
    let Some(end) = text.len().checked_sub(usize::from(padding)) else {
        let end = text.len() as i64 - i64::from(padding);
        return Err(format!("runtime error: slice bounds out of range [:{end}]"));
    };
    text.truncate(end);
    Ok(text)
}
