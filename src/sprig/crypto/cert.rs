//! X.509 certificates as Go's `x509.CreateCertificate` lays them out for Sprig.

use std::net::IpAddr;

use sha2::{Digest as _, Sha256};
use x509_cert::der::{Decode as _, Encode as _};

use super::der::{OCTETS, SET, bits, element, integer, oid, pem, pem_decode, sequence};
use super::keys::Key;
use crate::go::time::Time;
use crate::gotmpl::func::FuncError;

/// A certificate and its key, in PEM.
pub(super) struct Pair {
    pub(super) cert: String,
    pub(super) key: String,
}

/// What a certificate says of its owner.
pub(super) struct Subject<'s> {
    pub(super) name: &'s [u8],
    pub(super) ips: Vec<IpAddr>,
    pub(super) dns: Vec<Vec<u8>>,
    pub(super) is_ca: bool,
    /// Start and end, in seconds since 1970.
    pub(super) valid: (i64, i64),
    pub(super) serial: [u8; 16],
}

/// Who signs: the distinguished name and key identifier of the signing certificate, and its key.
pub(super) struct Issuer {
    name: Vec<u8>,
    key_id: Vec<u8>,
    key: Key,
}

impl Issuer {
    /// The issuer that a pair in PEM stands for.
    ///
    /// # Errors
    /// Sprig's texts.
    pub(super) fn from_pem(cert: &[u8], key: &[u8], what: &str) -> Result<Self, FuncError> {
        let (_, bytes) = pem_decode(cert).ok_or("unable to decode certificate")?;
        let parsed = x509_cert::Certificate::from_der(&bytes).map_err(|error| {
            let error =
                if bytes.len() < 4 { "x509: malformed certificate".to_owned() } else { error.to_string() };
            FuncError::new(format!("error parsing certificate: {what}: {error}"))
        })?;
        let key = Key::from_pem(key).map_err(|error| format!("error parsing private key: {error}"))?;
        let body = parsed.tbs_certificate();
        let name = body.subject().to_der().map_err(|error| error.to_string())?;
        let key_id = body
            .extensions()
            .into_iter()
            .flatten()
            .find(|extension| extension.extn_id.to_string() == "2.5.29.14")
            .and_then(|extension| extension.extn_value.as_bytes().get(2..).map(<[u8]>::to_vec))
            .unwrap_or_default();
        Ok(Self { name, key_id, key })
    }
}

/// A certificate of `subject` for `key`, signed by `issuer` or, without one, by the key itself.
pub(super) fn create(subject: &Subject<'_>, key: &Key, issuer: Option<&Issuer>) -> Result<Pair, FuncError> {
    let own_name = distinguished_name(subject.name);
    let signer = issuer.map_or(key, |issuer| &issuer.key);
    let issuer_name = issuer.map_or(&own_name, |issuer| &issuer.name);
    let authority = issuer.filter(|issuer| issuer.name != own_name).map(|issuer| issuer.key_id.as_slice());
    let algorithm = signer.signature_algorithm();
    let body = sequence(&[
        &element(0xa0, &integer(&[2])),
        &integer(&subject.serial),
        &algorithm,
        issuer_name,
        &sequence(&[&moment(subject.valid.0), &moment(subject.valid.1)]),
        &own_name,
        &key.public_info()?,
        &element(0xa3, &sequence(&[&extensions(subject, key, authority)?])),
    ]);
    let signature = signer.sign(&body)?;
    let cert = sequence(&[&body, &algorithm, &bits(0, &signature)]);
    Ok(Pair { cert: pem("CERTIFICATE", &cert), key: key.to_pem()? })
}

/// A name of the common name only; empty for an empty one.
fn distinguished_name(name: &[u8]) -> Vec<u8> {
    if name.is_empty() {
        return sequence(&[]);
    }
    let printable = name.iter().all(|&byte| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte));
    let text = element(if printable { 0x13 } else { 0x0c }, String::from_utf8_lossy(name).as_bytes());
    let pair = sequence(&[&oid(&[2, 5, 4, 3]), &text]);
    sequence(&[&element(SET, &pair)])
}

fn moment(seconds: i64) -> Vec<u8> {
    let time = Time::from_unix(seconds, 0);
    if (1950..2050).contains(&time.civil().year) {
        element(0x17, time.format("060102150405Z").as_bytes())
    } else {
        element(0x18, time.format("20060102150405Z").as_bytes())
    }
}

fn extension(id: &[u32], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 0x01, 0xff] } else { &[] };
    sequence(&[&oid(id), critical, &element(OCTETS, value)])
}

fn extensions(subject: &Subject<'_>, key: &Key, authority: Option<&[u8]>) -> Result<Vec<u8>, FuncError> {
    let mut out = Vec::new();
    // Digital signature and key encipherment; of authorities also certificate signing.
    let usage = if subject.is_ca { bits(2, &[0xa4]) } else { bits(5, &[0xa0]) };
    out.extend(extension(&[2, 5, 29, 15], true, &usage));
    let (server, client) = (oid(&[1, 3, 6, 1, 5, 5, 7, 3, 1]), oid(&[1, 3, 6, 1, 5, 5, 7, 3, 2]));
    out.extend(extension(&[2, 5, 29, 37], false, &sequence(&[&server, &client])));
    let authority_flag: &[u8] = if subject.is_ca { &[0x01, 0x01, 0xff] } else { &[] };
    out.extend(extension(&[2, 5, 29, 19], true, &sequence(&[authority_flag])));
    if subject.is_ca {
        let digest = Sha256::digest(key.public_bytes()?);
        let id = digest.get(..20).unwrap_or_default();
        out.extend(extension(&[2, 5, 29, 14], false, &element(OCTETS, id)));
    }
    if let Some(id) = authority.filter(|id| !id.is_empty()) {
        out.extend(extension(&[2, 5, 29, 35], false, &sequence(&[&element(0x80, id)])));
    }
    let mut names: Vec<u8> = subject.dns.iter().flat_map(|name| element(0x82, name)).collect();
    for ip in &subject.ips {
        names.extend(match ip {
            IpAddr::V4(ip) => element(0x87, &ip.octets()),
            IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
                Some(ip) => element(0x87, &ip.octets()),
                None => element(0x87, &ip.octets()),
            },
        });
    }
    if !names.is_empty() {
        out.extend(extension(&[2, 5, 29, 17], subject.name.is_empty(), &sequence(&[&names])));
    }
    Ok(out)
}
