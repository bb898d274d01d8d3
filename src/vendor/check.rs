//! Whether a folder holds what it should.

use std::collections::BTreeMap;
use std::io;

use super::folder::{Folder, Found};
use super::ownership::{JOURNAL, OWNERSHIP, Ownership, hash};
use super::tree::Tree;

/// One difference between a folder and what it should hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drift {
    /// A refresh was killed; the next one completes it.
    Interrupted,
    /// A file is missing.
    Missing(String),
    /// A file has other content than the render gives now.
    Changed(String),
    /// A file of ours that the render does not give any more.
    Stale(String),
    /// Something stands where a file of ours should, and we did not put it there.
    Foreign(String),
    /// The ownership file is absent, unreadable or does not fit the files.
    Ownership,
}

/// Every difference, sorted; none when a refresh would change nothing.
///
/// # Errors
/// What the disk says.
pub fn check(folder: &dyn Folder, tree: &Tree) -> io::Result<Vec<Drift>> {
    let mut drift = Vec::new();
    if folder.find(JOURNAL)? != Found::Nothing {
        drift.push(Drift::Interrupted);
    }
    let ownership = match folder.find(OWNERSHIP)? {
        Found::File(bytes) => str::from_utf8(&bytes).ok().and_then(|text| Ownership::parse(text).ok()),
        _ => None,
    };
    let owned = ownership.map_or_else(BTreeMap::new, |ownership| ownership.files);
    let mut should = BTreeMap::new();
    for (path, text) in tree.files() {
        let want = hash(text.as_bytes());
        match folder.find(path)? {
            Found::Nothing => drift.push(Drift::Missing(path.to_owned())),
            Found::File(content) if content == text.as_bytes() => {}
            Found::File(_) if owned.contains_key(path) => drift.push(Drift::Changed(path.to_owned())),
            Found::File(_) | Found::Other => drift.push(Drift::Foreign(path.to_owned())),
        }
        should.insert(path.to_owned(), want);
    }
    for path in owned.keys().filter(|path| !should.contains_key(*path)) {
        if folder.find(path)? != Found::Nothing {
            drift.push(Drift::Stale(path.clone()));
        }
    }
    if drift.is_empty() && owned != should {
        drift.push(Drift::Ownership);
    }
    drift.sort();
    Ok(drift)
}
