//! Runs the bodies of `targets/` with our own small inputs: `seeds/TARGET/`, and `kept/TARGET/`, what once failed.
//! `fuzz/run` runs the same bodies with libFuzzer.

#![allow(clippy::panic, clippy::print_stdout)] // a test fails by panicking and says at which input

mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Prefixes of a seed that are tried as well.
const PREFIXES: usize = 6;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(name)
}

fn inputs(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).expect("a readable file"))).collect()
}

/// Seeds, whole and cut short, and inputs that failed once.
fn replay(name: &str) {
    let (_, body) = targets::TARGETS.iter().find(|(target, _)| *target == name).expect("a target");
    let seeds = inputs(&folder("seeds").join(name));
    assert!(!seeds.is_empty(), "{name} has no seeds");
    let kept = inputs(&folder("kept").join(name));
    for (path, data) in seeds.iter().chain(&kept) {
        println!("{}", path.display());
        body(data);
        let step = (data.len() / PREFIXES).max(1);
        (0..data.len()).step_by(step).for_each(|end| body(&data[..end]));
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test] fn $name() { replay(stringify!($name)); })*

        #[test]
        fn every_target_is_replayed() {
            let here: BTreeSet<&str> = [$(stringify!($name)),*].into();
            let all: BTreeSet<&str> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(here, all);
        }
    };
}

targets!(archive clearml execute program schema set template yaml);
