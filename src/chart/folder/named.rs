//! Folders by their paths.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{Folder, Kind};

/// A folder that is not kept open: for systems that have nothing better, and for those that lie so deep that too many
/// would be open at once.
pub(crate) struct Named(PathBuf);

impl Folder for Named {
    fn open(path: &Path) -> io::Result<Self> {
        fs::read_dir(path)?;
        Ok(Self(path.to_owned()))
    }

    fn folder(&self, name: &OsStr) -> io::Result<Self> {
        Self::open(&self.0.join(name))
    }

    fn file(&self, name: &OsStr) -> io::Result<File> {
        File::open(self.0.join(name))
    }

    fn entries(&self) -> io::Result<Vec<(OsString, Kind)>> {
        fs::read_dir(&self.0)?
            .map(|entry| {
                let entry = entry?;
                Ok((entry.file_name(), entry.file_type()?.into()))
            })
            .collect()
    }
}
