//! Making a folder hold what it should, so that a kill at any moment loses nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::folder::{Folder, Found};
use super::ownership::{JOURNAL, Journal, OWNERSHIP, Ownership, hash, temporary};
use super::tree::Tree;

/// What a refresh did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Files that are new.
    pub added: Vec<String>,
    /// Files that have new content.
    pub updated: Vec<String>,
    /// Files that are gone.
    pub removed: Vec<String>,
    /// How many files were right already.
    pub unchanged: usize,
    /// Files of ours that somebody had edited and that have our content again.
    pub overwritten: Vec<String>,
    /// Files of ours that somebody had edited and that the render does not give any more: they stay, and are theirs now.
    pub kept: Vec<String>,
    /// Whether this run completed one that had been interrupted.
    pub completed: bool,
}

/// Why a folder was not refreshed. Nothing was changed, except for [`Error::Disk`] in the middle of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Files stand where ours should and were not put there by a refresh.
    #[error("{} of the files to write stand there already and are not ours: `{}`", .0.len(), .0.join("`, `"))]
    Foreign(Vec<String>),
    /// One of our two own files cannot be read.
    #[error("`{file}` is damaged: {reason}")]
    Damaged {
        /// The file's name.
        file: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk refused.
    #[error("cannot {what} `{path}`: {error}")]
    Disk {
        /// What was tried.
        what: &'static str,
        /// The path below the folder.
        path: String,
        /// What the system said.
        error: io::Error,
    },
}

/// Content a file of ours may have: what we wrote last, and what an interrupted run was about to write.
type Known = BTreeMap<String, BTreeSet<String>>;

struct Plan<'t> {
    writes: BTreeMap<String, &'t str>,
    removes: BTreeSet<String>,
    report: Report,
}

/// Makes the folder hold the tree's files, and removes files of ours that it does not have any more.
///
/// # Errors
/// See [`Error`].
pub fn refresh(folder: &mut dyn Folder, tree: &Tree) -> Result<Report, Error> {
    let before = ownership(folder)?;
    let journal = journal(folder)?;
    let mut known: Known = BTreeMap::new();
    let owned = before.iter().flat_map(|before| &before.files);
    let about = journal.iter().flat_map(|journal| &journal.writes);
    for (path, hash) in owned.chain(about) {
        known.entry(path.clone()).or_default().insert(hash.clone());
    }
    let mut plan = plan(folder, tree, &known, before.as_ref())?;
    let after =
        Ownership::new(tree.files().map(|(path, text)| (path.to_owned(), hash(text.as_bytes()))).collect());
    if plan.writes.is_empty()
        && plan.removes.is_empty()
        && journal.is_none()
        && before.as_ref() == Some(&after)
    {
        return Ok(plan.report);
    }
    plan.report.completed = journal.is_some();

    // What an interrupted run left half written has names that only it gives.
    for path in journal.iter().flat_map(|journal| journal.writes.keys()) {
        remove(folder, &temporary(path))?;
    }
    let mut writes: BTreeMap<String, String> =
        plan.writes.iter().map(|(path, text)| (path.clone(), hash(text.as_bytes()))).collect();
    let mut removes = plan.removes.clone();
    if let Some(journal) = journal {
        // Should this run be killed too, the next must still know what the first one wrote.
        for (path, hash) in journal.writes {
            writes.entry(path).or_insert(hash);
        }
        removes.extend(journal.removes);
    }
    put(folder, JOURNAL, Journal::new(writes, removes).print().as_bytes())?;
    for (path, text) in &plan.writes {
        put(folder, path, text.as_bytes())?;
    }
    for path in &plan.removes {
        remove(folder, path)?;
    }
    put(folder, OWNERSHIP, after.print().as_bytes())?;
    remove(folder, JOURNAL)?;
    Ok(plan.report)
}

fn plan<'t>(
    folder: &dyn Folder,
    tree: &'t Tree,
    known: &Known,
    before: Option<&Ownership>,
) -> Result<Plan<'t>, Error> {
    let mut plan = Plan { writes: BTreeMap::new(), removes: BTreeSet::new(), report: Report::default() };
    let mut foreign = Vec::new();
    for (path, text) in tree.files() {
        match find(folder, path)? {
            Found::Nothing => plan.report.added.push(path.to_owned()),
            Found::File(content) if content == text.as_bytes() => {
                plan.report.unchanged += 1;
                continue;
            }
            Found::File(content) => {
                let ours = known.get(path);
                let is_owned = before.is_some_and(|before| before.files.contains_key(path));
                let is_as_written = ours.is_some_and(|hashes| hashes.contains(&hash(&content)));
                if is_as_written {
                    plan.report.updated.push(path.to_owned());
                } else if is_owned {
                    plan.report.overwritten.push(path.to_owned());
                } else {
                    foreign.push(path.to_owned());
                    continue;
                }
            }
            Found::Other => {
                foreign.push(path.to_owned());
                continue;
            }
        }
        plan.writes.insert(path.to_owned(), text);
    }
    if !foreign.is_empty() {
        return Err(Error::Foreign(foreign));
    }
    for (path, hashes) in known.iter().filter(|(path, _)| tree.file(path).is_none()) {
        match find(folder, path)? {
            Found::File(content) if hashes.contains(&hash(&content)) => {
                plan.report.removed.push(path.clone());
                plan.removes.insert(path.clone());
            }
            Found::Nothing => {}
            Found::File(_) | Found::Other => plan.report.kept.push(path.clone()),
        }
    }
    Ok(plan)
}

fn ownership(folder: &dyn Folder) -> Result<Option<Ownership>, Error> {
    read(folder, OWNERSHIP, Ownership::parse)
}

fn journal(folder: &dyn Folder) -> Result<Option<Journal>, Error> {
    read(folder, JOURNAL, Journal::parse)
}

fn read<T>(
    folder: &dyn Folder,
    file: &'static str,
    parse: fn(&str) -> Result<T, String>,
) -> Result<Option<T>, Error> {
    let damaged = |reason: String| Error::Damaged { file, reason };
    match find(folder, file)? {
        Found::Nothing => Ok(None),
        Found::File(bytes) => {
            let text = str::from_utf8(&bytes).map_err(|error| damaged(error.to_string()))?;
            parse(text).map(Some).map_err(damaged)
        }
        Found::Other => Err(damaged("it is no regular file".to_owned())),
    }
}

fn find(folder: &dyn Folder, path: &str) -> Result<Found, Error> {
    folder.find(path).map_err(|error| Error::Disk { what: "read", path: path.to_owned(), error })
}

/// Writes a file beside its place, then puts it there at once.
fn put(folder: &mut dyn Folder, path: &str, content: &[u8]) -> Result<(), Error> {
    let new = temporary(path);
    // Left by a run that was killed while it wrote this very file.
    remove(folder, &new)?;
    folder.create(&new, content).and_then(|()| folder.rename(&new, path)).map_err(|error| Error::Disk {
        what: "write",
        path: path.to_owned(),
        error,
    })
}

fn remove(folder: &mut dyn Folder, path: &str) -> Result<(), Error> {
    folder.remove(path).map_err(|error| Error::Disk { what: "remove", path: path.to_owned(), error })
}
