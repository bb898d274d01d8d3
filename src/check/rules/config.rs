//! `ConfigMaps` and Secrets; values of Secrets are never shown.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `ValidateConfigMap`, `ValidateSecret`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, entries, str_of};
use super::ObjectRule;
use crate::kube::is_config_map_key;

pub(super) const RULES: &[ObjectRule] = &[
    (&["ConfigMap", "Secret"], keys),
    (&["ConfigMap"], binary_data),
    (&["ConfigMap", "Secret"], size),
    (&["Secret"], wanted_keys),
    (&["Secret"], logins),
];

/// All data of a `ConfigMap` or Secret together may not be larger.
const MOST: usize = 1024 * 1024;
const KEY_TEXT: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.', at most 253 characters, not '.' and not starting with '..'";

fn keys(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    for field in ["data", "binaryData", "stringData"] {
        let Some(map) = object.root.get(field) else { continue };
        for entry in entries(&object.root, field) {
            if !is_config_map_key(&entry.key) {
                findings.invalid_key(map, &entry.key, codes::CONFIG_KEY, KEY_TEXT);
            }
        }
    }
}

fn binary_data(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(binary) = object.root.get("binaryData") else { return };
    for entry in entries(&object.root, "binaryData") {
        if object.root.at_path(["data", &entry.key]).is_some() {
            findings.invalid_key(binary, &entry.key, codes::CONFIG_KEY, "duplicate of key present in data");
        }
    }
}

fn size(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let text = |field| entries(&object.root, field).map(|entry| entry.value.as_str().map_or(0, str::len));
    let encoded: usize = if object.kind == "Secret" { text("data").sum() } else { text("binaryData").sum() };
    let plain: usize = if object.kind == "Secret" { text("stringData").sum() } else { text("data").sum() };
    let total = plain + encoded / 4 * 3;
    if total > MOST {
        findings.says(
            &object.root,
            codes::TOO_DEEP,
            &format!("Too long: may not be more than {MOST} bytes, is {total}"),
        );
    }
}

fn wanted_keys(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let has =
        |key: &str| ["data", "stringData"].iter().any(|field| object.root.at_path([*field, key]).is_some());
    let wanted: &[&str] = match str_of(&object.root, "type") {
        Some("kubernetes.io/tls") => &["tls.crt", "tls.key"],
        Some("kubernetes.io/dockerconfigjson") => &[".dockerconfigjson"],
        Some("kubernetes.io/dockercfg") => &[".dockercfg"],
        Some("kubernetes.io/ssh-auth") => &["ssh-privatekey"],
        Some("kubernetes.io/basic-auth") => {
            if !has("username") && !has("password") {
                findings.missing(&object.root, "data[username]", codes::CONFIG_KEY, "or data[password]");
            }
            return;
        }
        Some("kubernetes.io/service-account-token") => {
            let account = object
                .at("metadata.annotations")
                .and_then(|map| str_of(map, "kubernetes.io/service-account.name"));
            if account.is_none_or(str::is_empty) {
                findings.missing(
                    &object.root,
                    "metadata.annotations[kubernetes.io/service-account.name]",
                    codes::CONFIG_KEY,
                    "",
                );
            }
            return;
        }
        _ => return,
    };
    for key in wanted.iter().filter(|key| !has(key)) {
        findings.missing(&object.root, &format!("data[{key}]"), codes::CONFIG_KEY, "");
    }
}

/// What a registry's login is kept in must be JSON.
fn logins(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let key = match str_of(&object.root, "type") {
        Some("kubernetes.io/dockerconfigjson") => ".dockerconfigjson",
        Some("kubernetes.io/dockercfg") => ".dockercfg",
        _ => return,
    };
    let is_json = |text: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok();
    let plain = object.root.at_path(["stringData", key]);
    let Some(node) = plain.or_else(|| object.root.at_path(["data", key])) else { return };
    let Some(text) = node.as_str() else { return };
    let fits = if plain.is_some() {
        is_json(text.as_bytes())
    } else {
        // What is no base64 is told of as such.
        let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
        STANDARD.decode(text).map_or(true, |bytes| is_json(&bytes))
    };
    if !fits {
        findings.says(node, codes::CONFIG_KEY, "Invalid value: must be JSON, as docker writes it");
    }
}
