//! What the compiler does not police: which module may use which, and words that have no place in the source.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each module with those it may use. Order and edges are ARCHITECTURE.md's; there are no cycles.
const LAYERS: &[(&str, &[&str])] = &[
    ("both", &[]),
    ("bytes", &[]),
    ("diag", &["bytes"]),
    ("value", &["bytes"]),
    ("host", &["value"]),
    ("go", &["value"]),
    ("codec", &["bytes", "diag", "value", "go"]),
    ("trace", &["diag", "value", "go", "codec"]),
    ("gotmpl", &["both", "bytes", "diag", "value", "go", "trace"]),
    ("sprig", &["both", "diag", "gotmpl", "value", "go", "codec", "host"]),
    ("manifest", &["both", "bytes", "diag", "go", "codec", "trace"]),
    ("kube", &["bytes", "diag", "codec"]),
    ("check", &["bytes", "diag", "codec", "manifest", "kube", "trace"]),
    ("chart", &["both", "diag", "value", "go", "codec"]),
    ("values", &["diag", "value", "go", "codec", "chart"]),
    (
        "helm",
        &[
            "both", "bytes", "diag", "value", "host", "go", "codec", "trace", "gotmpl", "sprig", "manifest",
            "kube", "chart", "values",
        ],
    ),
    (
        "clearml",
        &[
            "bytes", "diag", "value", "host", "go", "codec", "trace", "manifest", "kube", "check", "chart",
            "values",
        ],
    ),
    ("diff", &["diag", "codec", "manifest", "kube", "check", "trace"]),
    ("vendor", &["diag", "codec", "manifest", "kube", "check", "trace"]),
    ("graph", &["diag", "codec", "manifest", "kube", "check", "trace"]),
    ("explain", &["diag", "codec", "manifest", "kube", "check", "trace"]),
    ("report", &["diag", "codec", "manifest", "kube", "check", "trace"]),
];

/// The one file that may hold `unsafe`: it drives the C-like parser behind the YAML reader.
const UNSAFE: &str = "src/codec/yaml/events.rs";

/// Lines past which a file says more than one thing.
const MOST_LINES: usize = 800;

#[test]
fn modules_use_only_modules_above_them() {
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        let (Some(&top), true) = (parts.get(1), parts.len() > 2) else { continue };
        if top == "cli" {
            continue; // belongs to the binary: it sees the public API only
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == top) else {
            wrong.push(format!("{}: module `{top}` is not in the list of layers", path.display()));
            continue;
        };
        for (line, used) in crate_paths(&product_code(&text), depth(&parts)) {
            if used != top && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{}:{line}: `{top}` uses `{used}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_list_of_layers_has_no_cycle() {
    for (index, (name, uses)) in LAYERS.iter().enumerate() {
        for used in *uses {
            let at = LAYERS.iter().position(|(known, _)| known == used).expect("a known layer");
            // `values` reads charts, `clearml` checks what it renders: both stand above.
            assert!(at < index, "`{name}` uses `{used}`, which stands below it");
        }
    }
}

#[test]
fn one_file_holds_unsafe_code() {
    let holders: Vec<String> = sources("src")
        .into_iter()
        .filter(|(_, text)| code_lines(text).iter().any(|(_, line)| has_word(line, "unsafe")))
        .map(|(path, _)| path.display().to_string())
        .filter(|path| path != UNSAFE)
        .collect();
    assert!(holders.is_empty(), "unsafe code outside {UNSAFE}: {holders:?}");
}

#[test]
fn words_that_have_no_place_in_the_source() {
    // Written in two parts so that this file does not find itself.
    let forbidden = [
        concat!("dbg", "!("),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("#[ign", "ore"),
        concat!("#[should", "_panic"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("TO", "DO"),
    ];
    let mut found = Vec::new();
    for (path, text) in sources("src").into_iter().chain(sources("tests")) {
        for (number, line) in (1..).zip(text.lines()) {
            for word in forbidden.iter().filter(|word| line.contains(*word)) {
                found.push(format!("{}:{number}: {word}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_file_is_past_its_length() {
    let long: Vec<String> = sources("src")
        .into_iter()
        .chain(sources("tests"))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// Every Rust file below a folder of the package, by its path inside the package.
fn sources(folder: &str) -> BTreeMap<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a readable file");
                let path = path.strip_prefix(root).expect("inside the package").to_owned();
                if !path.ends_with("tests.rs") && !path.iter().any(|part| part == "snapshots") {
                    found.insert(path, text);
                }
            }
        }
    }
    found
}

/// How many `super::` lead from the file's module to the crate's root.
fn depth(parts: &[&str]) -> usize {
    let inside = parts.len() - 1;
    if parts.last() == Some(&"mod.rs") { inside - 1 } else { inside }
}

/// The file up to its unit tests: those may use anything.
fn product_code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text.get(..end).unwrap_or_default().to_owned()
}

/// Lines without comments, numbered from 1. A `//` inside a text cuts too much, never too little.
fn code_lines(text: &str) -> Vec<(usize, String)> {
    (1..)
        .zip(text.lines())
        .map(|(number, line)| (number, line.split("//").next().unwrap_or("").to_owned()))
        .collect()
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|part| part == word)
}

/// The first module of every path from the crate's root: `crate::x`, `crate::{x, y::z}` or enough `super::`.
fn crate_paths(text: &str, depth: usize) -> Vec<(usize, String)> {
    let text: String = code_lines(text).into_iter().map(|(_, line)| line + "\n").collect();
    let root_by_super = "super::".repeat(depth);
    let mut found = Vec::new();
    for prefix in ["crate::", root_by_super.as_str()] {
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find(prefix)).map(|at| from + at) {
            from = at + prefix.len();
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            let rest = text.get(from..).unwrap_or_default();
            if let Some(list) = rest.strip_prefix('{') {
                found.extend(names_in_braces(list).into_iter().map(|name| (line, name)));
            } else {
                found.push((line, identifier(rest)));
            }
        }
    }
    // Macros and items of the root itself are no modules.
    found.retain(|(_, name)| LAYERS.iter().any(|(known, _)| known == name));
    found
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = include_str!("../../Cargo.toml");
    let mut section = "";
    let mut depends = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && let Some((name, _)) = line.split_once(" = ")
        {
            depends.insert(name);
        }
    }
    let guide = include_str!("../../CONTRIBUTING.md");
    let (_, table) = guide.split_once("| crate | why |").expect("the table of dependencies");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let names = rows.filter_map(|row| row.split('|').nth(1));
    let reasons: BTreeSet<&str> =
        names.flat_map(|names| names.split(',')).filter_map(|name| name.split_whitespace().next()).collect();
    assert_eq!(depends, reasons);
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first name of each item of a brace list, up to its closing brace.
fn names_in_braces(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut level = 0;
    let mut start = true;
    for (at, c) in list.char_indices() {
        match c {
            '{' => level += 1,
            '}' if level == 0 => break,
            '}' => level -= 1,
            ',' if level == 0 => start = true,
            c if start && !c.is_whitespace() => {
                names.push(identifier(list.get(at..).unwrap_or_default()));
                start = false;
            }
            _ => {}
        }
    }
    names
}
