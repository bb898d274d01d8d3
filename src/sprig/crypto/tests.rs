use std::process::Command;

use super::TABLE;
use crate::gotmpl::func::{CallCtx, Extensions};
use crate::host::{HostHandle, System};
use crate::value::{Str, Value};

fn call(name: &str, args: &[Value]) -> Value {
    let extensions = Extensions::new().with(HostHandle::new(System::new()));
    let func = TABLE.iter().find(|func| func.name == name).expect("function");
    (func.call)(&mut CallCtx::detached(&extensions), args).expect("result")
}

fn field(value: &Value, name: &str) -> Str {
    match value {
        Value::Object(object) => object.field(name).and_then(|value| value.as_str().cloned()).expect("field"),
        _ => Str::EMPTY,
    }
}

/// What openssl says of the arguments; `None` where there is no openssl.
fn openssl(args: &[&str]) -> Option<String> {
    let output = Command::new("openssl").args(args).output().ok()?;
    Some(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
fn openssl_verifies_chains_of_every_kind_of_key() {
    let folder = tempfile::tempdir().expect("folder");
    let write = |name: &str, text: &Str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text.as_bytes()).expect("file");
        path.to_string_lossy().into_owned()
    };
    for (authority_kind, kind) in [("ecdsa", "ed25519"), ("ed25519", "ecdsa"), ("", "ecdsa")] {
        let authority = if authority_kind.is_empty() {
            call("genCA", &["my ca".into(), Value::Int(10)])
        } else {
            let key = call("genPrivateKey", &[authority_kind.into()]);
            call("genCAWithKey", &["my ca".into(), Value::Int(10), key])
        };
        let ips = Value::list(vec!["10.0.0.1".into(), "::1".into()]);
        let dns = Value::list(vec!["a.example.com".into()]);
        let key = call("genPrivateKey", &[kind.into()]);
        let cert =
            call("genSignedCertWithKey", &["srv*".into(), ips, dns, Value::Int(5), authority.clone(), key]);
        let ca = write("ca.pem", &field(&authority, "Cert"));
        let leaf = write("leaf.pem", &field(&cert, "Cert"));
        let Some(verdict) = openssl(&["verify", "-CAfile", &ca, "-purpose", "sslserver", &leaf]) else {
            return;
        };
        assert!(verdict.ends_with("leaf.pem: OK\n"), "{verdict}");
        let text = openssl(&["x509", "-in", &leaf, "-noout", "-text"]).unwrap_or_default();
        for wanted in [
            "Issuer: CN = my ca",
            "Subject: CN = srv*",
            "DNS:a.example.com, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1",
            "TLS Web Server Authentication, TLS Web Client Authentication",
            "Digital Signature, Key Encipherment",
            "CA:FALSE",
            "Authority Key Identifier",
        ] {
            assert!(text.replace("CN=", "CN = ").contains(wanted), "{wanted}: {text}");
        }
        let key_file = write("key.pem", &field(&cert, "Key"));
        let public = openssl(&["pkey", "-in", &key_file, "-pubout"]).unwrap_or_default();
        assert_eq!(openssl(&["x509", "-in", &leaf, "-noout", "-pubkey"]).unwrap_or_default(), public);
    }
}

#[test]
fn encrypted_texts_decrypt() {
    let encrypted = call("encryptAES", &["key".into(), "plain text of two blocks".into()]);
    assert_eq!(
        call("decryptAES", &["key".into(), encrypted]).as_str().map(Str::to_string).as_deref(),
        Some("plain text of two blocks")
    );
    let hash = call("bcrypt", &["secret".into()]).as_str().map(Str::to_string).unwrap_or_default();
    assert_eq!(bcrypt::verify("secret", &hash).ok(), Some(true));
}
