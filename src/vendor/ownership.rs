//! The two small files that make a refresh safe: who owns what, and what a running refresh is about to do.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Name of the file that lists the files we own. It does not end in `.yaml`: `kubectl apply -f FOLDER` takes those.
pub const OWNERSHIP: &str = ".clearml-k8s.files";

/// Name of the file that exists only while a refresh runs, or after one was interrupted.
pub const JOURNAL: &str = ".clearml-k8s.journal";

const VERSION: u32 = 1;

/// The files we own, each with the hash of what we wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ownership {
    /// Version of this format.
    #[serde(rename = "clearml-k8s")]
    version: u32,
    /// Hash by path.
    pub(super) files: BTreeMap<String, String>,
}

/// What a refresh is about to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    #[serde(rename = "clearml-k8s")]
    version: u32,
    /// Hash of the new content by path.
    pub(super) writes: BTreeMap<String, String>,
    /// Files that go away.
    pub(super) removes: BTreeSet<String>,
}

const HEADER: &str = "# Written by clearml-k8s vendor: the files of this folder that it owns. It changes and deletes no other.\n";

impl Ownership {
    pub(super) fn new(files: BTreeMap<String, String>) -> Self {
        Self { version: VERSION, files }
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parsed: Self = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        checked(parsed.version, parsed.files.keys())?;
        Ok(parsed)
    }

    pub(super) fn print(&self) -> String {
        let body = serde_yaml::to_string(self).expect("a map of texts has a YAML form");
        format!("{HEADER}{body}")
    }
}

impl Journal {
    pub(super) fn new(writes: BTreeMap<String, String>, removes: BTreeSet<String>) -> Self {
        Self { version: VERSION, writes, removes }
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parsed: Self = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        checked(parsed.version, parsed.writes.keys().chain(&parsed.removes))?;
        Ok(parsed)
    }

    pub(super) fn print(&self) -> String {
        serde_yaml::to_string(self).expect("a map of texts has a YAML form")
    }
}

/// Refuses what we never write: another version, or a path that leaves the folder.
fn checked<'p>(version: u32, paths: impl Iterator<Item = &'p String>) -> Result<(), String> {
    if version != VERSION {
        return Err(format!("version {version} is not known, {VERSION} is"));
    }
    for path in paths {
        if !is_inside(path) {
            return Err(format!("the path `{path}` leaves the folder"));
        }
    }
    Ok(())
}

/// Whether a path stays below the folder by its text alone.
pub(super) fn is_inside(path: &str) -> bool {
    !path.contains('\\') && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The hash a content is known by.
pub(super) fn hash(content: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(content) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The name a file has while it is written.
pub(super) fn temporary(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/.{file}.clearml-k8s-new"),
        None => format!(".{path}.clearml-k8s-new"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_names_paths_outside_is_refused() {
        for path in ["../a", "/etc/passwd", "a/../../b", "a//b", "a\\b", "."] {
            let text = format!("clearml-k8s: 1\nfiles:\n  '{path}': x\n");
            assert!(Ownership::parse(&text).is_err(), "{path}");
            let text = format!("clearml-k8s: 1\nwrites: {{}}\nremoves: ['{path}']\n");
            assert!(Journal::parse(&text).is_err(), "{path}");
        }
    }

    #[test]
    fn both_files_read_back() {
        let ownership = Ownership::new([("a.yaml".to_owned(), hash(b"x"))].into());
        assert_eq!(Ownership::parse(&ownership.print()), Ok(ownership));
        let journal = Journal::new([("a".to_owned(), hash(b""))].into(), ["b".to_owned()].into());
        assert_eq!(Journal::parse(&journal.print()), Ok(journal));
    }
}
