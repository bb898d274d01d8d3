//! Runs the bodies of `targets/` with our own small inputs: `seeds/TARGET/`, and `kept/TARGET/`, what once failed.
//! `fuzz/run` runs the same bodies with libFuzzer.

#![allow(clippy::panic, clippy::print_stdout)] // a test fails by panicking and says at which input

mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clearml_k8s::chart::Chart;

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

targets!(archive clearml execute manifests program schema set template yaml);

/// Of every chart under `CLEARML_K8S_SHARED/corpus`, each template is parsed at once and lazily.
#[test]
fn templates_of_public_charts_are_parsed_lazily_as_they_are_at_once() {
    let Some(shared) = std::env::var_os("CLEARML_K8S_SHARED") else {
        println!("fuzz: no corpus at CLEARML_K8S_SHARED, its templates were not parsed");
        return;
    };
    let mut charts: Vec<Chart> = inputs(&Path::new(&shared).join("corpus/charts"))
        .into_iter()
        .filter_map(|(path, _)| Chart::load(path.to_str()?).ok())
        .collect();
    assert!(charts.len() > 10, "the corpus has {} charts", charts.len());
    let mut count = 0;
    while let Some(chart) = charts.pop() {
        charts.extend(chart.subcharts().iter().cloned());
        for text in chart.templates().iter().filter_map(|file| file.data().as_str()) {
            targets::template::assert_lazy_is_the_same(text);
            count += 1;
        }
    }
    println!("fuzz: {count} templates of public charts");
}
