//! What the program is built from: every dependency's licence is one that deny.toml allows.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value as Json;

/// Whether an SPDX expression can be met with the allowed licences: `OR` needs one side, `AND` both. `A/B`, the older
/// way of Cargo.toml, is a choice. `A WITH B` is a licence of its own.
fn met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let met = either(&mut words, allowed);
    assert_eq!(words.next(), None, "read to its end: {expression}");
    met
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut met = both(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= both(words, allowed);
    }
    met
}

fn both(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let word = words.next().expect("a licence");
    if word == "(" {
        let met = either(words, allowed);
        assert_eq!(words.next(), Some(")"));
        return met;
    }
    match words.next_if_eq(&"WITH") {
        None => allowed.contains(word),
        Some(_) => allowed.contains(&format!("{word} WITH {}", words.next().expect("an exception"))),
    }
}

fn allowed() -> BTreeSet<String> {
    let file: toml::Table = include_str!("../../deny.toml").parse().expect("deny.toml is TOML");
    let list = file["licenses"]["allow"].as_array().expect("a list");
    list.iter().map(|licence| licence.as_str().expect("a name").to_owned()).collect()
}

#[test]
fn expressions_are_read_as_spdx_says() {
    let allowed = BTreeSet::from(["MIT", "Zlib", "A WITH B"].map(str::to_owned));
    for expression in ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "MIT AND (GPL-3.0 OR Zlib)", "A WITH B"] {
        assert!(met(expression, &allowed), "{expression}");
    }
    // `AND` binds closer than `OR`.
    for expression in ["GPL-3.0", "MIT AND GPL-3.0", "GPL-3.0 OR MIT AND AGPL-3.0", "A", "MIT WITH B"] {
        assert!(!met(expression, &allowed), "{expression}");
    }
}

/// Those that are built on this machine: those of other systems need not be on its disk. cargo-deny reads all.
#[test]
fn every_licence_is_allowed_and_every_allowed_one_is_needed() {
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        let output =
            command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let about = cargo(&["-vV"]);
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo names its host");
    let metadata =
        cargo(&["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", host]);
    let metadata: Json = serde_json::from_str(&metadata).expect("JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    assert!(packages.len() > 100, "only {} packages", packages.len());
    let expressions: BTreeSet<&str> = packages
        .iter()
        .map(|package| package["license"].as_str().unwrap_or_else(|| panic!("no licence: {}", package["id"])))
        .collect();

    let allowed = allowed();
    let refused: Vec<&&str> = expressions.iter().filter(|expression| !met(expression, &allowed)).collect();
    assert!(refused.is_empty(), "deny.toml does not allow {refused:?}");
    for licence in &allowed {
        let without: BTreeSet<String> = allowed.iter().filter(|other| *other != licence).cloned().collect();
        assert!(
            expressions.iter().any(|expression| !met(expression, &without)),
            "deny.toml allows {licence}, which no dependency needs"
        );
    }
}
