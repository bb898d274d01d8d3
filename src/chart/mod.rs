//! Helm charts as they lie on disk: folders and archives, `Chart.yaml`, files, subcharts.
//!
//! A loaded [`Chart`] is immutable and cheap to clone; nothing here renders, and no value is merged.

mod archive;
mod directory;
mod error;
mod expand;
mod file;
mod folder;
mod gzip;
mod ignore;
mod load;
mod lock;
mod metadata;
mod pack;
mod tar;
mod unpack;

pub use error::{Error, ErrorKind};
pub use expand::expand;
pub use file::File;
pub use load::{Chart, LoadOptions};
pub use lock::Lock;
pub use metadata::{Dependency, Maintainer, Metadata};
pub use pack::{Stamp, archive_name, pack};

/// Most bytes all files of one chart may have, subcharts included.
// Rule: Helm v4.3.1 pkg/chart/loader/archive/budget.go.
pub const MAX_CHART_SIZE: u64 = 100 * 1024 * 1024;

/// Deepest nesting of charts in charts.
pub const MAX_CHART_DEPTH: usize = 100;
