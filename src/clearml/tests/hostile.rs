//! No value changes the structure of a document: it comes back equal, or a message says why it cannot stand.

use std::collections::HashMap;

use base64::Engine as _;

use super::*;
use crate::clearml::schema::tree as schema_tree;
use crate::clearml::view::MAX_DEPTH;
use crate::codec::{Data, Entry, Map};

const HARMLESS: &str = "harmless-text";

fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "a: b",
        "a:",
        "secret #1",
        "#x",
        "&a",
        "*a",
        "!t",
        "|",
        ">",
        "@b",
        "`b",
        "%b",
        "[",
        "]",
        "{",
        "}",
        "'",
        "\"",
        "\\",
        "- a",
        "? a",
        "-",
        "---",
        "...",
        "--- a\nb: c",
        "~",
        "null",
        "yes",
        "no",
        "y",
        "true",
        "0123",
        "1e3",
        "0x1F",
        "1_000",
        "12:30",
        "2024-01-01",
        ".5",
        ".inf",
        "+1",
        "<<",
        "=",
        "{{ x }}",
        "{{.Values}}",
        "{% if x %}",
        "{# x #}",
        "a\nb: c",
        "\n",
        "a\n",
        "a\n\n",
        "\na",
        " a",
        "a ",
        "a\tb",
        "\ta",
        "a\r\nb",
        "\r",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "\u{feff}x",
        "\u{a0}",
        "é",
        "日本語",
        "😀",
        "\u{0}",
        "\u{1}1\u{2}",
        "\u{7}0\u{2}",
        "\u{3}0\u{2}",
        "\u{4}",
        "$(HOME)",
        "$$",
        "a'b\"c\\d",
        "x\nimage: evil",
        "a\n  b\n c",
        "key: |\n  x",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("x".repeat(100_000));
    texts.push("long words ".repeat(200));
    texts
}

/// Values that are split, parsed or counted, not printed as they are.
const PARSED: &[&str] = &[
    "nodeSelector",
    "queues",
    "defaultBaseDocker",
    "clearmlDockerHostMount",
    "agentVersion",
    "version",
    "tag",
];

/// Every place of the schema where a text may stand.
fn paths(schema: &Node, path: &[String], depth: usize, into: &mut Vec<Vec<String>>) {
    let Some(properties) = schema.get("properties").and_then(Node::as_map).filter(|_| depth < MAX_DEPTH)
    else {
        return;
    };
    for entry in properties.entries() {
        let mut at = path.to_vec();
        at.push(entry.key.to_string());
        let takes_text = match entry.value.get("type").map(Node::data) {
            Some(Data::List(kinds)) => kinds.iter().any(|kind| kind.as_str() == Some("string")),
            _ => false,
        };
        if takes_text && !PARSED.contains(&&*entry.key) {
            into.push(at.clone());
        } else if entry.value.get("additionalProperties").is_some_and(|others| others.get("type").is_some()) {
            at.push("some.key".to_owned());
            into.push(at.clone());
        }
        paths(&entry.value, &at, depth + 1, into);
    }
}

fn set(into: &mut Map, path: &[String], text: &str) {
    let Some((key, rest)) = path.split_first() else { return };
    let value = if rest.is_empty() {
        Node::string(text)
    } else {
        let mut inner = into.get(key).and_then(Node::as_map).cloned().unwrap_or_default();
        set(&mut inner, rest, text);
        Node::map(inner)
    };
    into.insert(Entry { key: key.as_str().into(), place: None, value });
}

/// Everything on, so that as many values as can be are printed.
fn base() -> Map {
    let text = "ingress: {enabled: true, host: a.example, tls: {enabled: true}}\nclearml: {serviceAccount: {create: true}}\n\
                services: {webserver: {type: LoadBalancer}}\nuse_secrets_flexvolume: true\n\
                fv: {secretRef: s, usepodidentity: a, resourcegroup: a, keyvaultname: a, keyvaultobjectnames: a, keyvaultobjectaliases: a, keyvaultobjecttypes: a, subscriptionid: a, tenantid: a}\n\
                agent: {clearmlAccessKey: k, clearmlSecretKey: s}\nagentservices: {clearmlAccessKey: k, clearmlSecretKey: s}\n";
    values(text).as_map().expect("a map").clone()
}

fn try_render(values: Map) -> Option<Vec<Node>> {
    let rendered = render(&Node::map(values), &Options::default()).ok()?;
    Some(rendered.manifests.iter().map(|manifest| parse(manifest.text.text())).collect())
}

/// The same structure, and every text where the harmless one stood is the hostile one.
fn same(harmless: &Node, other: &Node, text: &str, count: &mut usize) -> bool {
    match (harmless.data(), other.data()) {
        (Data::Map(a), Data::Map(b)) => {
            a.len() == b.len()
                && a.entries().iter().zip(b.entries()).all(|(a, b)| {
                    a.key == b.key
                        && (a.key.starts_with("checksum/") || same(&a.value, &b.value, text, count))
                })
        }
        (Data::List(a), Data::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b, text, count))
        }
        (Data::String(a), Data::String(b)) => {
            if a.contains(HARMLESS) {
                *count += 1;
                return **b == a.replace(HARMLESS, text);
            }
            let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
            if **a == encode(HARMLESS) {
                *count += 1;
                return **b == encode(text);
            }
            a == b || looks_encoded(a)
        }
        (Data::Null | Data::Bool(_) | Data::Float(_), _) => harmless == other,
        _ => false,
    }
}

/// A file made of several values, in a Secret.
fn looks_encoded(text: &str) -> bool {
    text.len() > 20 && base64::engine::general_purpose::STANDARD.decode(text).is_ok()
}

#[test]
fn no_text_changes_a_document() {
    let mut all = Vec::new();
    paths(&schema_tree().expect("schema"), &[], 0, &mut all);
    assert!(all.len() > 250, "{}", all.len());
    // Which places take any text at all: the others are tested one by one below.
    let strange = "\" x'%";
    let (free, checked): (Vec<_>, Vec<_>) = all.into_iter().partition(|path| {
        let mut values = base();
        set(&mut values, path, strange);
        try_render(values).is_some()
    });
    assert!(free.len() > 60, "{}", free.len());
    let with = |paths: &[Vec<String>], text: &str| {
        let mut values = base();
        for path in paths {
            set(&mut values, path, text);
        }
        values
    };
    let harmless = try_render(with(&free, HARMLESS)).expect("harmless");
    let mut cache = HashMap::new();
    for text in hostile() {
        let shown: String = text.chars().take(20).collect();
        // An empty text counts as not set, so parts may be left out.
        if text.is_empty() {
            assert!(try_render(with(&free, &text)).is_some() || !refused_all(&with(&free, &text)).is_empty());
            continue;
        }
        let Some(documents) = try_render(with(&free, &text)) else {
            // Some place has a word against it; then every place alone.
            for path in &free {
                one(path, &text, &mut cache);
            }
            continue;
        };
        assert_eq!(documents.len(), harmless.len(), "{shown:?}");
        let mut count = 0;
        for (a, b) in harmless.iter().zip(&documents) {
            assert!(
                same(a, b, &text, &mut count),
                "{shown:?} in {:?}",
                b.at_path(["metadata", "name"]).and_then(Node::as_str)
            );
        }
        assert!(count > 40, "{shown:?}: {count}");
    }
    // Places that check their text refuse it, or print it unchanged.
    for (index, path) in checked.iter().enumerate() {
        for text in hostile().iter().skip(index % 24).step_by(24).filter(|text| !text.is_empty()) {
            one(path, text, &mut cache);
        }
    }
}

fn refused_all(values: &Map) -> Vec<Diagnostic> {
    render(&Node::map(values.clone()), &Options::default()).err().unwrap_or_default()
}

type Cache = HashMap<Vec<String>, Option<Vec<Node>>>;

fn one(path: &[String], text: &str, cache: &mut Cache) {
    let with = |text: &str| {
        let mut values = base();
        set(&mut values, path, text);
        try_render(values)
    };
    let harmless = cache.entry(path.to_vec()).or_insert_with(|| with(HARMLESS));
    let (Some(harmless), Some(documents)) = (harmless, with(text)) else { return };
    let mut count = 0;
    assert_eq!(harmless.len(), documents.len(), "{path:?} {text:?}");
    for (a, b) in harmless.iter().zip(&documents) {
        assert!(same(a, b, text, &mut count), "{path:?} {text:?}");
    }
}
