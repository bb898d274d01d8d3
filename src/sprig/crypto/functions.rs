//! The template functions of this family.

use std::any::Any;
use std::net::IpAddr;

use super::cert::{Issuer, Pair, Subject, create};
use super::keys::{HostRng, Key, dsa_pem};
use super::{aes, password};
use crate::go::fmt;
use crate::gotmpl::func::{Func, FuncError, Param};
use crate::sprig::encoding::base64_decode;
use crate::sprig::table::{CallCtx, INT, Out, STR, arg, func, host, int, or_text, string, text};
use crate::value::{Kind, Object, Str, Value, budget};

/// Sprig's `certificate`: `.Cert` and `.Key` in PEM.
struct Certificate {
    cert: Str,
    key: Str,
}

const CERTIFICATE: &str = "sprig.certificate";

impl Object for Certificate {
    fn type_name(&self) -> &'static str {
        CERTIFICATE
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn fields(&self) -> &'static [&'static str] {
        &["Cert", "Key"]
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(Value::Str(self.cert.clone())),
            "Key" => Some(Value::Str(self.key.clone())),
            _ => None,
        }
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        let other = other.as_any().downcast_ref::<Self>()?;
        Some(self.cert == other.cert && self.key == other.key)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn certificate(pair: Pair) -> Out {
    Ok(Value::object(Certificate { cert: pair.cert.into(), key: pair.key.into() }))
}

/// The bits of the RSA keys that certificates get.
const CERTIFICATE_BITS: usize = 2048;
/// The bits of `genPrivateKey "rsa"`.
const KEY_BITS: usize = 4096;

/// Steps of what takes long by design: a key of [`CERTIFICATE_BITS`], one of [`KEY_BITS`] or of DSA, a password.
const CERTIFICATE_STEPS: u64 = 2_000_000;
const KEY_STEPS: u64 = 20_000_000;
const PASSWORD_STEPS: u64 = 1_000_000;

/// Pays for such work before it is begun.
fn pay(steps: u64) -> Result<(), FuncError> {
    // The executor has better words for it.
    if budget::is_spent(steps) { Err("too many steps".into()) } else { Ok(()) }
}
const DAY: i64 = 86_400;

fn subject<'a>(ctx: &CallCtx<'_>, name: &'a [u8], days: i64, is_ca: bool) -> Result<Subject<'a>, FuncError> {
    let host = host(ctx)?;
    let start = host.now()?.0;
    let mut serial = [0; 16];
    host.random("certificate-serial", &mut serial);
    let valid = (start, start.saturating_add(days.saturating_mul(DAY)));
    host.issue(&String::from_utf8_lossy(name), valid.1);
    Ok(Subject { name, ips: Vec::new(), dns: Vec::new(), is_ca, valid, serial })
}

/// The subject of a server's certificate: name, addresses and names, days.
fn server<'a>(ctx: &CallCtx<'_>, args: &'a [Value]) -> Result<Subject<'a>, FuncError> {
    let mut ips = Vec::new();
    for value in arg(args, 1).items().unwrap_or_default() {
        let Value::Str(text) = &value else {
            return Err(format!("error parsing ip: {} is not a string", fmt::to_str(&value)).into());
        };
        let ip: Option<IpAddr> = text.as_str().and_then(|text| text.parse().ok());
        ips.push(ip.ok_or_else(|| format!("error parsing ip: {text}"))?);
    }
    let mut dns = Vec::new();
    for value in arg(args, 2).items().unwrap_or_default() {
        let Value::Str(text) = &value else {
            let shown = fmt::to_str(&value);
            return Err(format!("error processing alternate dns name: {shown} is not a string").into());
        };
        dns.push(text.as_bytes().to_vec());
    }
    Ok(Subject { ips, dns, ..subject(ctx, text(args, 0), int(args, 3), false)? })
}

fn new_key(ctx: &CallCtx<'_>, purpose: &'static str) -> Result<Key, FuncError> {
    pay(CERTIFICATE_STEPS)?;
    Key::rsa(&mut HostRng::new(host(ctx)?, purpose), CERTIFICATE_BITS)
}

fn given_key(args: &[Value], index: usize) -> Result<Key, FuncError> {
    Key::from_pem(text(args, index)).map_err(|error| format!("parsing private key: {error}").into())
}

fn issuer(args: &[Value]) -> Result<Issuer, FuncError> {
    let authority: &Certificate = arg(args, 4).downcast().ok_or("unable to decode certificate")?;
    Issuer::from_pem(authority.cert.as_bytes(), authority.key.as_bytes(), "decodedSignerCert.Bytes")
}

fn gen_ca(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let subject = subject(ctx, text(args, 0), int(args, 1), true)?;
    certificate(create(&subject, &new_key(ctx, "genCA")?, None)?)
}

fn gen_ca_with_key(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let key = given_key(args, 2)?;
    certificate(create(&subject(ctx, text(args, 0), int(args, 1), true)?, &key, None)?)
}

fn gen_self_signed(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let subject = server(ctx, args)?;
    certificate(create(&subject, &new_key(ctx, "genSelfSignedCert")?, None)?)
}

fn gen_self_signed_with_key(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let key = given_key(args, 4)?;
    certificate(create(&server(ctx, args)?, &key, None)?)
}

fn gen_signed(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let issuer = issuer(args)?;
    let subject = server(ctx, args)?;
    certificate(create(&subject, &new_key(ctx, "genSignedCert")?, Some(&issuer))?)
}

fn gen_signed_with_key(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let key = given_key(args, 5)?;
    let issuer = issuer(args)?;
    certificate(create(&server(ctx, args)?, &key, Some(&issuer))?)
}

fn build_custom(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let cert = base64_decode(text(args, 0)).map_err(|_| "unable to decode base64 certificate")?;
    let key = base64_decode(text(args, 1)).map_err(|_| "unable to decode base64 private key")?;
    Issuer::from_pem(&cert, &key, "decodedCert.Bytes")?;
    Ok(Value::object(Certificate { cert: cert.into(), key: key.into() }))
}

fn gen_private_key(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut rng = HostRng::new(host(ctx)?, "genPrivateKey");
    let key = match text(args, 0) {
        b"" | b"rsa" => {
            pay(KEY_STEPS)?;
            Key::rsa(&mut rng, KEY_BITS)?
        }
        b"dsa" => {
            pay(KEY_STEPS)?;
            return Ok(Value::from(dsa_pem(&mut rng)?));
        }
        b"ecdsa" => Key::ec(&mut rng)?,
        b"ed25519" => Key::ed(&mut rng)?,
        other => return string([b"Unknown type ", other].concat()),
    };
    Ok(Value::from(key.to_pem()?))
}

fn bcrypt(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    pay(PASSWORD_STEPS)?;
    Ok(Value::from(password::bcrypt_hash(host(ctx)?, text(args, 0))))
}

fn htpasswd(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let user = text(args, 0);
    if user.contains(&b':') {
        return string([b"invalid username: ", user].concat());
    }
    pay(PASSWORD_STEPS)?;
    string([user, b":", password::bcrypt_hash(host(ctx)?, text(args, 1)).as_bytes()].concat())
}

fn derive_password(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    pay(PASSWORD_STEPS)?;
    let counter = int(args, 0) as u32;
    Ok(Value::from(password::derive(counter, text(args, 1), text(args, 2), text(args, 3), text(args, 4))))
}

fn encrypt_aes(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    if text(args, 1).is_empty() {
        return string("");
    }
    let mut vector = [0; 16];
    host(ctx)?.random("encryptAES", &mut vector);
    Ok(Value::from(aes::encrypt(text(args, 0), text(args, 1), vector)))
}

fn decrypt_aes(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    if text(args, 1).is_empty() {
        return string("");
    }
    string(aes::decrypt(text(args, 0), text(args, 1))?)
}

const AUTHORITY: Param = Param::Object(CERTIFICATE);
const LIST: Param = Param::List;

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    or_text(func(
        "bcrypt",
        &[STR],
        bcrypt,
        "the bcrypt hash of a password",
        &[(r#"{{ bcrypt "a" | trunc 7 }}"#, "$2a$10$")],
    )),
    func("buildCustomCert", &[STR, STR], build_custom, "the certificate and key given in base64", &[]),
    func(
        "decryptAES",
        &[STR, STR],
        decrypt_aes,
        "the text that encryptAES encrypted",
        &[(r#"{{ decryptAES "k" (encryptAES "k" "a") }}"#, "a")],
    ),
    or_text(func(
        "derivePassword",
        &[Param::Uint32, STR, STR, STR, STR],
        derive_password,
        "the password of a site: counter, kind, password, user, site",
        &[(r#"{{ derivePassword 1 "long" "password" "user" "example.com" }}"#, "ZedaFaxcZaso9*")],
    )),
    func(
        "encryptAES",
        &[STR, STR],
        encrypt_aes,
        "the text encrypted with a password, in base64",
        &[(r#"{{ encryptAES "k" "a" | len }}"#, "44")],
    ),
    func("genCA", &[STR, INT], gen_ca, "a certificate authority: name, days", &[]),
    func("genCAWithKey", &[STR, INT, STR], gen_ca_with_key, "as genCA with a key in PEM", &[]),
    or_text(func(
        "genPrivateKey",
        &[STR],
        gen_private_key,
        "a private key in PEM: rsa, dsa, ecdsa or ed25519",
        &[(r#"{{ genPrivateKey "ed25519" | trunc 27 }}"#, "-----BEGIN PRIVATE KEY-----")],
    )),
    func(
        "genSelfSignedCert",
        &[STR, LIST, LIST, INT],
        gen_self_signed,
        "a certificate signed by itself: name, addresses, names, days",
        &[],
    ),
    func(
        "genSelfSignedCertWithKey",
        &[STR, LIST, LIST, INT, STR],
        gen_self_signed_with_key,
        "as genSelfSignedCert with a key in PEM",
        &[],
    ),
    func(
        "genSignedCert",
        &[STR, LIST, LIST, INT, AUTHORITY],
        gen_signed,
        "a certificate signed by an authority",
        &[],
    ),
    func(
        "genSignedCertWithKey",
        &[STR, LIST, LIST, INT, AUTHORITY, STR],
        gen_signed_with_key,
        "as genSignedCert with a key in PEM",
        &[],
    ),
    or_text(func(
        "htpasswd",
        &[STR, STR],
        htpasswd,
        "a line of an htpasswd file",
        &[(r#"{{ htpasswd "u" "p" | trunc 9 }}"#, "u:$2a$10$")],
    )),
];
