//! The program as its users meet it, and the rules the source itself keeps: one test binary.

mod archives;
mod bad_values;
mod commands;
mod confined;
mod dependencies;
mod dependency;
mod deterministic;
mod diff;
mod disk;
mod docs;
mod explain;
mod faults;
mod gitops;
mod graph;
mod hostile;
mod layers;
mod limits;
mod release;
mod render;
mod sandbox;
mod trace_limits;
mod unread;
mod validate;
mod vendor;

use std::collections::BTreeSet;
use std::path::Path;

/// A file that no `mod` names would silently not be tested.
#[test]
fn every_file_here_is_a_module_of_this_binary() {
    let listed: BTreeSet<String> = include_str!("main.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';').map(str::to_owned))
        .collect();
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration");
    let files: BTreeSet<String> = std::fs::read_dir(here)
        .expect("the folder of this test")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .filter(|name| name != "main")
        .collect();
    assert_eq!(listed, files);
}
