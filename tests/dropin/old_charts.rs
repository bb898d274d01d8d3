//! The default values of every chart there ever was: those of Trains through `migrate`, those of ClearML as they are.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clearml_k8s::codec::yaml;
use clearml_k8s::diag::SourceKind;
use flate2::read::GzDecoder;

/// How many packages there must be at least.
const LEAST: usize = 15;
/// How many objects the defaults are.
const OBJECTS: usize = 32;

/// What may be warned of: a key that only Helm 2 had a use for, and the folder of an NFS that is not switched on.
const HARMLESS: [&str; 2] =
    ["nothing reads `services.annotations`", "`storage.nfs.base_path` changes nothing in this render"];

/// Values files of the ClearML charts, to be compared like any other, and how many charts were looked at.
pub(crate) fn run(charts: &Path, work: &Path, failures: &mut Vec<String>) -> (Vec<PathBuf>, usize) {
    let mut packages: Vec<PathBuf> = fs::read_dir(charts)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    packages.sort();
    let mut straight = Vec::new();
    let mut seen = 0;
    for package in packages {
        let name = package.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let is_trains = name.starts_with("trains-server-chart-");
        if !is_trains && !name.starts_with("clearml-server-chart-") {
            continue;
        }
        seen += 1;
        let Some(values) = values(&package) else {
            failures.push(format!("{name}: no values.yaml"));
            continue;
        };
        let file = work.join(format!("{name}.yaml"));
        if fs::write(&file, values).is_err() {
            failures.push(format!("{name}: cannot be written"));
        } else if !is_trains {
            straight.push(file);
        } else if let Err(why) = migrated(&file, work) {
            failures.push(format!("{name}: {why}"));
        }
    }
    if seen < LEAST {
        failures.push(format!("only {seen} packages of old charts"));
    }
    (straight, seen)
}

/// `values.yaml` of a package.
fn values(package: &Path) -> Option<Vec<u8>> {
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(package).ok()?));
    for mut entry in archive.entries().ok()?.flatten() {
        let is_values =
            entry.path().ok()?.components().count() == 2 && entry.path().ok()?.ends_with("values.yaml");
        if is_values {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).ok()?;
            return Some(bytes);
        }
    }
    None
}

fn program(arguments: &[&str], file: &Path) -> Result<(String, String), String> {
    let output = Command::new(env!("CARGO_BIN_EXE_clearml-k8s"))
        .args(arguments)
        .arg(file)
        .env_clear()
        .output()
        .map_err(|error| error.to_string())?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let (out, err) = (text(output.stdout), text(output.stderr));
    if output.status.success() { Ok((out, err)) } else { Err(err) }
}

/// Trains' values become ClearML's, whole: nothing of Trains is left, everything is rendered, nothing is warned of
/// but what is [`HARMLESS`].
fn migrated(file: &Path, work: &Path) -> Result<(), String> {
    let (text, _) = program(&["migrate"], file)?;
    let after = yaml::read_values_bytes(SourceKind::File, "values.yaml", text.as_bytes())
        .map_err(|error| error.helm_text().to_owned())?;
    let left: Vec<_> = after.root.as_map().map(|map| map.entries().to_vec()).unwrap_or_default();
    if left.iter().any(|entry| entry.key.contains("trains")) {
        return Err("a section of Trains is left".to_owned());
    }
    let new = work.join("migrated.yaml");
    fs::write(&new, &text).map_err(|error| error.to_string())?;
    let (manifests, said) = program(&["render", "-f"], &new)?;
    let warnings: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("warning") && !HARMLESS.iter().any(|end| line.ends_with(end)))
        .collect();
    let objects = manifests.lines().filter(|line| line.starts_with("kind: ")).count();
    match (objects, warnings.as_slice()) {
        (OBJECTS, []) => Ok(()),
        (objects, warnings) => Err(format!("{objects} objects, {}", warnings.join("; "))),
    }
}
