//! A chart as an archive, with the files, names, contents and order that Helm gives one.

use std::path::Path;

use flate2::{Compression, GzBuilder};

use super::{Chart, Lock};
use crate::codec::{json, yaml};
use crate::diag::{Source, SourceKind};
use crate::go::time::Time;

/// What Helm puts into the head of every archive.
// Rule: Helm v4.3.1 pkg/chart/v2/util/save.go, headerBytes.
const EXTRA: &[u8] = b"rr\x28\x00aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo=";

/// The operating system that Go's archives name: none.
const UNKNOWN_SYSTEM: u8 = 255;

/// When the files of an archive say that they were changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// At the start of 1970, whatever the files on disk say, so that equal charts give equal archives.
    Fixed,
    /// So many seconds after that. A `Chart.lock` in the archive says that it was generated then.
    // Rule: Helm v4.3.1 pkg/chart/v2/chart.go, StampModTimes.
    At(i64),
}

/// The archive of a chart with its subcharts. Equal charts give equal bytes.
///
/// # Errors
/// Helm's text: a schema that is no JSON.
// Rule: Helm v4.3.1 pkg/chart/v2/util/save.go, Save.
pub fn pack(chart: &Chart, stamp: Stamp) -> Result<Vec<u8>, String> {
    let packed = GzBuilder::new()
        .extra(EXTRA)
        .comment("Helm")
        .operating_system(UNKNOWN_SYSTEM)
        .write(Vec::new(), Compression::default());
    let mut archive = Archive { tar: tar::Builder::new(packed), stamp };
    archive.chart(chart, "")?;
    archive.tar.into_inner().and_then(flate2::write::GzEncoder::finish).map_err(|error| error.to_string())
}

/// The name Helm gives the archive of a chart.
#[must_use]
pub fn archive_name(chart: &Chart) -> String {
    format!("{}-{}.tgz", chart.name(), chart.metadata().version)
}

struct Archive<W: std::io::Write> {
    tar: tar::Builder<W>,
    stamp: Stamp,
}

impl<W: std::io::Write> Archive<W> {
    // Rule: Helm v4.3.1 pkg/chart/v2/util/save.go, writeTarContents.
    fn chart(&mut self, chart: &Chart, prefix: &str) -> Result<(), String> {
        let base = format!("{prefix}{}", chart.name());
        let mut metadata = chart.metadata().clone();
        if metadata.api_version == "v1" {
            metadata.dependencies = None;
        }
        self.file(format!("{base}/Chart.yaml"), (yaml::write(&metadata.to_node()) + "\n").as_bytes())?;
        if let Some(lock) = chart.lock().filter(|_| metadata.api_version == "v2") {
            let lock = match self.stamp {
                Stamp::Fixed => lock.clone(),
                Stamp::At(seconds) => Lock { generated: Time::from_unix(seconds, 0), ..lock.clone() },
            };
            self.file(format!("{base}/Chart.lock"), lock.text().as_bytes())?;
        }
        for file in chart.raw().iter().filter(|file| file.path() == "values.yaml") {
            self.file(format!("{base}/values.yaml"), file.data().as_bytes())?;
        }
        if let Some(schema) = chart.schema() {
            let source = Source::new(SourceKind::Chart, schema.path(), &*schema.text());
            if json::read(&source).is_err() {
                return Err("invalid JSON in values.schema.json".to_owned());
            }
            self.file(format!("{base}/values.schema.json"), schema.data().as_bytes())?;
        }
        for file in chart.templates().iter().chain(chart.files()) {
            self.file(Path::new(&base).join(file.os_path()), file.data().as_bytes())?;
        }
        for subchart in chart.subcharts() {
            self.chart(subchart, &format!("{base}/charts/"))?;
        }
        Ok(())
    }

    fn file(&mut self, name: impl AsRef<Path>, data: &[u8]) -> Result<(), String> {
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o644);
        header.set_size(data.len() as u64);
        header.set_mtime(match self.stamp {
            Stamp::Fixed => 0,
            Stamp::At(seconds) => u64::try_from(seconds).unwrap_or(0),
        });
        header.set_entry_type(tar::EntryType::Regular);
        let name = name.as_ref();
        self.tar.append_data(&mut header, name, data).map_err(|error| format!("{}: {error}", name.display()))
    }
}
