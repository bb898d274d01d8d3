//! Taking an archive apart, to be written to disk.

use super::{File, Metadata, archive};
use crate::codec::Numbers;
use crate::codec::yaml::{self, ReadOptions};
use crate::diag::SourceKind;
use crate::go::strconv::quote;

/// The name of the chart in an archive, which is the name of its folder, and its files by their paths in it.
///
/// # Errors
/// Helm's text for an archive it does not take apart. No path leads out of the folder.
// Rule: Helm v4.3.1 pkg/chart/v2/util/expand.go, Expand.
pub fn expand(data: &[u8]) -> Result<(String, Vec<File>), String> {
    let files = archive::read(data)?;
    let mut metadata = Metadata::default();
    for file in files.iter().filter(|file| file.path() == "Chart.yaml") {
        let options = ReadOptions { numbers: Numbers::Typed };
        metadata = Metadata::default();
        yaml::read_bytes(SourceKind::Chart, file.path(), file.data().as_bytes(), &options)
            .map_err(|error| error.helm_text().to_owned())
            .and_then(|document| metadata.decode(&document.root))
            .map_err(|text| format!("cannot load Chart.yaml: {text}"))?;
    }
    let name = metadata.name;
    match &*name {
        "" => return Err("chart name not specified".to_owned()),
        "." | ".." => return Err(format!("chart name {} is not allowed", quote(name.as_bytes()))),
        _ if name.contains('/') => {
            return Err(format!("chart name {} must not contain path separators", quote(name.as_bytes())));
        }
        _ => {}
    }
    Ok((name, files))
}
