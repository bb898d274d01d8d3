//! Charts for the callers: our own, and some of the corpus.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A chart: a folder of our own, or a package.
pub(crate) struct Chart {
    /// Its name in `Chart.yaml`.
    pub name: String,
    /// Folder or package.
    pub path: PathBuf,
    /// A values file to go with it.
    pub values: Option<PathBuf>,
}

/// The folders beside this file.
pub(crate) fn own() -> Vec<Chart> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/callers/charts");
    let mut charts: Vec<Chart> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| Chart {
            name: entry.file_name().to_string_lossy().into_owned(),
            path: entry.path(),
            values: None,
        })
        .collect();
    charts.sort_by(|a, b| a.name.cmp(&b.name));
    charts
}

/// Charts of the corpus, evenly spread, that give the same every time.
pub(crate) fn corpus(shared: &Path, most: usize) -> Vec<Chart> {
    let folder = shared.join("corpus");
    let table = fs::read_to_string(folder.join("cases.tsv")).unwrap_or_default();
    let mut lines = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = lines.next().unwrap_or_default();
    let column = |name: &str| header.iter().position(|known| *known == name).unwrap_or(usize::MAX);
    let (package, values, exit, same) =
        (column("chart"), column("values"), column("exit"), column("deterministic"));
    let mut seen = HashSet::new();
    let mut charts: Vec<Chart> = lines
        .filter_map(|cells| {
            let cell = |index: usize| cells.get(index).copied().unwrap_or_default();
            let wanted = cell(exit) == "0" && cell(same) == "yes" && seen.insert(cell(package).to_owned());
            let path = folder.join(cell(package));
            let name = chart_name(&path)?;
            let values = Some(cell(values)).filter(|path| !path.is_empty()).map(|path| folder.join(path));
            wanted.then_some(Chart { name, path, values })
        })
        .collect();
    let all = charts.len();
    let mut index = 0;
    charts.retain(|_| {
        index += 1;
        // One of every `all / most`.
        (index - 1) * most / all != index * most / all || all <= most
    });
    charts
}

/// The folder in a package is called as the chart.
fn chart_name(package: &Path) -> Option<String> {
    let file = fs::File::open(package).ok()?;
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let entry = archive.entries().ok()?.next()?.ok()?;
    let first = entry.path().ok()?.components().next()?.as_os_str().to_string_lossy().into_owned();
    Some(first)
}

impl Chart {
    /// The chart's folder as `folder/NAME`.
    pub(crate) fn unpack(&self, folder: &Path) -> std::io::Result<PathBuf> {
        if self.path.is_dir() {
            let target = folder.join(&self.name);
            copy(&self.path, &target)?;
            return Ok(target);
        }
        tar::Archive::new(flate2::read::GzDecoder::new(fs::File::open(&self.path)?)).unpack(folder)?;
        Ok(folder.join(&self.name))
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
