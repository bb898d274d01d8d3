//! Private keys: made, read, written, used to sign.

use std::convert::Infallible;

use dsa::{Components, KeySize};
use ed25519_dalek::Signer as _;
use p256::ecdsa::DerSignature;
use rand::{TryCryptoRng, TryRng};
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _, EncodeRsaPublicKey as _};
use rsa::pkcs8::{DecodePrivateKey as _, PrivateKeyInfoRef};
use rsa::{BoxedUint, Pkcs1v15Sign, PrivateKey as RsaKey};
use sha2::{Digest as _, Sha256};

use super::der::{NULL, OCTETS, bits, element, integer, oid, pem, pem_decode, sequence};
use super::primes;
use crate::gotmpl::func::FuncError;
use crate::host::HostHandle;

/// The host's random bytes as cryptographic libraries take them.
pub(super) struct HostRng<'h> {
    host: &'h HostHandle,
    purpose: &'static str,
}

impl<'h> HostRng<'h> {
    pub(super) fn new(host: &'h HostHandle, purpose: &'static str) -> Self {
        Self { host, purpose }
    }
}

impl TryRng for HostRng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.host.random(self.purpose, &mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.host.random(self.purpose, &mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.host.random(self.purpose, bytes);
        Ok(())
    }
}

impl TryCryptoRng for HostRng<'_> {}

/// A private key of a certificate.
pub(super) enum Key {
    Rsa(Box<RsaKey>),
    Ec(p256::SecretKey),
    Ed(ed25519_dalek::SigningKey),
}

/// The public exponent of every RSA key.
const EXPONENT: u64 = 65537;
const EC_PUBLIC_KEY: &[u32] = &[1, 2, 840, 10045, 2, 1];
const P256: &[u32] = &[1, 2, 840, 10045, 3, 1, 7];
const ED25519: &[u32] = &[1, 3, 101, 112];
const RSA: &[u32] = &[1, 2, 840, 113_549, 1, 1, 1];

fn unmade(error: impl std::fmt::Display) -> FuncError {
    format!("failed to generate private key: {error}").into()
}

impl Key {
    /// A new RSA key of so many bits.
    pub(super) fn rsa(rng: &mut HostRng<'_>, size: usize) -> Result<Self, FuncError> {
        loop {
            let primes = match size {
                2048 => primes::pair::<16>(rng),
                4096 => primes::pair::<32>(rng),
                _ => return RsaKey::new(rng, size).map(|key| Self::Rsa(Box::new(key))).map_err(unmade),
            };
            match RsaKey::from_primes(primes.to_vec(), BoxedUint::from(EXPONENT)) {
                // One pair in 30,000 goes with no private exponent.
                Err(rsa::Error::InvalidPrime) => {}
                made => return made.map(|key| Self::Rsa(Box::new(key))).map_err(unmade),
            }
        }
    }

    /// A new key on the curve P-256.
    pub(super) fn ec(rng: &mut HostRng<'_>) -> Result<Self, FuncError> {
        loop {
            let mut bytes = [0; 32];
            rng.try_fill_bytes(&mut bytes).map_err(unmade)?;
            // Numbers beyond the curve's order are as rare as they are useless.
            if let Ok(key) = p256::SecretKey::from_slice(&bytes) {
                return Ok(Self::Ec(key));
            }
        }
    }

    /// A new Ed25519 key.
    pub(super) fn ed(rng: &mut HostRng<'_>) -> Result<Self, FuncError> {
        let mut bytes = [0; 32];
        rng.try_fill_bytes(&mut bytes).map_err(unmade)?;
        Ok(Self::Ed(ed25519_dalek::SigningKey::from_bytes(&bytes)))
    }

    /// The key in a PEM text.
    ///
    /// # Errors
    /// Sprig's text, without a prefix.
    pub(super) fn from_pem(text: &[u8]) -> Result<Self, String> {
        let (label, bytes) = pem_decode(text).ok_or("no PEM data in input")?;
        let malformed = |error: String| {
            if bytes.len() < 2 { "asn1: syntax error: truncated tag or length".to_owned() } else { error }
        };
        match label.as_str() {
            "RSA PRIVATE KEY" => {
                RsaKey::from_pkcs1_der(&bytes).map(|key| Self::Rsa(Box::new(key))).map_err(|error| {
                    format!("parsing RSA private key from PEM: {}", malformed(error.to_string()))
                })
            }
            "EC PRIVATE KEY" => p256::SecretKey::from_sec1_der(&bytes).map(Self::Ec).map_err(|error| {
                let error = malformed(error.to_string());
                format!("parsing EC private key from PEM: x509: failed to parse EC private key: {error}")
            }),
            "PRIVATE KEY" => Self::from_pkcs8(&bytes)
                .map_err(|error| format!("decoding PEM as PKCS#8: {}", malformed(error))),
            _ => Err(format!("no private key data in PEM block of type {label}")),
        }
    }

    fn from_pkcs8(bytes: &[u8]) -> Result<Self, String> {
        if let Ok(key) = RsaKey::from_pkcs8_der(bytes) {
            return Ok(Self::Rsa(Box::new(key)));
        }
        if let Ok(key) = p256::SecretKey::from_pkcs8_der(bytes) {
            return Ok(Self::Ec(key));
        }
        let info = PrivateKeyInfoRef::try_from(bytes).map_err(|error| error.to_string())?;
        let algorithm = info.algorithm.oid.to_string();
        match (algorithm.as_str(), info.private_key.as_bytes()) {
            ("1.3.101.112", [OCTETS, 32, seed @ ..]) => {
                let seed =
                    seed.try_into().map_err(|_| "x509: invalid Ed25519 private key length".to_owned())?;
                Ok(Self::Ed(ed25519_dalek::SigningKey::from_bytes(seed)))
            }
            _ => Err(format!(
                "x509: PKCS#8 wrapping contained private key with unknown algorithm: {algorithm}"
            )),
        }
    }

    /// The key as Go's sprig writes it: PKCS #1, SEC 1 or PKCS #8.
    pub(super) fn to_pem(&self) -> Result<String, FuncError> {
        let failed = |error: String| FuncError::new(format!("error encoding private key: {error}"));
        Ok(match self {
            Self::Rsa(key) => {
                let der = key.to_pkcs1_der().map_err(|error| failed(error.to_string()))?;
                pem("RSA PRIVATE KEY", der.as_bytes())
            }
            Self::Ec(key) => {
                let public = element(0xa1, &bits(0, &self.public_bytes()?));
                let curve = element(0xa0, &oid(P256));
                let secret = element(OCTETS, &key.to_bytes());
                pem("EC PRIVATE KEY", &sequence(&[&integer(&[1]), &secret, &curve, &public]))
            }
            Self::Ed(key) => {
                let secret = element(OCTETS, &element(OCTETS, key.as_bytes()));
                pem("PRIVATE KEY", &sequence(&[&integer(&[0]), &sequence(&[&oid(ED25519)]), &secret]))
            }
        })
    }

    /// The public key's own bytes, as they stand in a certificate.
    pub(super) fn public_bytes(&self) -> Result<Vec<u8>, FuncError> {
        Ok(match self {
            Self::Rsa(key) => {
                let der = key.to_public_key().to_pkcs1_der();
                der.map_err(|error| FuncError::new(error.to_string()))?.as_bytes().to_vec()
            }
            Self::Ec(key) => key.public_key().to_sec1_bytes().to_vec(),
            Self::Ed(key) => key.verifying_key().as_bytes().to_vec(),
        })
    }

    /// The public key with its algorithm (`SubjectPublicKeyInfo`).
    pub(super) fn public_info(&self) -> Result<Vec<u8>, FuncError> {
        let algorithm = match self {
            Self::Rsa(_) => sequence(&[&oid(RSA), NULL]),
            Self::Ec(_) => sequence(&[&oid(EC_PUBLIC_KEY), &oid(P256)]),
            Self::Ed(_) => sequence(&[&oid(ED25519)]),
        };
        Ok(sequence(&[&algorithm, &bits(0, &self.public_bytes()?)]))
    }

    /// The algorithm of the signatures this key makes.
    pub(super) fn signature_algorithm(&self) -> Vec<u8> {
        match self {
            Self::Rsa(_) => sequence(&[&oid(&[1, 2, 840, 113_549, 1, 1, 11]), NULL]),
            Self::Ec(_) => sequence(&[&oid(&[1, 2, 840, 10045, 4, 3, 2])]),
            Self::Ed(_) => sequence(&[&oid(ED25519)]),
        }
    }

    /// The signature of `message`.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, FuncError> {
        match self {
            Self::Rsa(key) => {
                let digest = Sha256::digest(message);
                let signature = key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest);
                signature.map_err(|error| format!("error creating certificate: {error}").into())
            }
            Self::Ec(key) => {
                let key = p256::ecdsa::SigningKey::from(key.clone());
                let signature: DerSignature = key.sign(message);
                Ok(signature.as_bytes().to_vec())
            }
            Self::Ed(key) => Ok(key.sign(message).to_bytes().to_vec()),
        }
    }
}

/// A new DSA key (2048 and 256 bits) in PEM.
pub(super) fn dsa_pem(rng: &mut HostRng<'_>) -> Result<String, FuncError> {
    let components =
        Components::try_generate_from_rng_with_key_size(rng, KeySize::DSA_2048_256).map_err(unmade)?;
    let key = dsa::SigningKey::try_generate_from_rng_with_components(rng, components).map_err(unmade)?;
    let public = key.verifying_key();
    let components = public.components();
    let numbers = [
        components.p().to_be_bytes(),
        components.q().to_be_bytes(),
        components.g().to_be_bytes(),
        public.y().to_be_bytes(),
        key.x().to_be_bytes(),
    ];
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| integer(number)).collect();
    Ok(pem("DSA PRIVATE KEY", &sequence(&[&integer(&[0]), &numbers])))
}
