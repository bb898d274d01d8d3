//! Files that are written whole or not at all: under a temporary name beside their target first, renamed last.
//!
//! A disk that is full or a run that is stopped on the way leaves every target as it was; a run that is killed may leave
//! files whose names begin with `.clearml-k8s-`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

/// Files that wait for [`Staged::commit`].
#[derive(Default)]
pub(super) struct Staged {
    files: Vec<(Waiting, PathBuf)>,
}

enum Waiting {
    /// Written, to be renamed.
    Beside(TempPath),
    /// For a target that can only be written as it stands: a device, a file in a folder that takes no other.
    InPlace(Vec<u8>),
}

impl Staged {
    /// Writes the new content of a file beside it. A link is followed, and the file's mode stays.
    ///
    /// # Errors
    /// When it cannot be written; the target is as it was.
    pub(super) fn write(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let old = fs::metadata(&target).ok();
        if old.as_ref().is_some_and(|old| !old.is_file()) {
            self.files.push((Waiting::InPlace(content.to_vec()), target));
            return Ok(());
        }
        let folder =
            target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = match beside(folder) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied && old.is_some() => {
                self.files.push((Waiting::InPlace(content.to_vec()), target));
                return Ok(());
            }
            made => made?,
        };
        file.write_all(content)?;
        if let Some(old) = old {
            file.as_file().set_permissions(old.permissions())?;
        }
        // Closed: a chart may have more files than a program may hold open.
        self.files.push((Waiting::Beside(file.into_temp_path()), target));
        Ok(())
    }

    /// The same for a file that replaces whatever has its name, be it a link.
    ///
    /// # Errors
    /// When it cannot be written; the target is as it was.
    pub(super) fn replace(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = beside(folder)?;
        file.write_all(content)?;
        self.files.push((Waiting::Beside(file.into_temp_path()), path.to_owned()));
        Ok(())
    }

    /// Gives every file its name, in the order they were written.
    ///
    /// # Errors
    /// The first file that does not take it, with what the system says.
    pub(super) fn commit(self) -> Result<(), (PathBuf, io::Error)> {
        for (waiting, path) in self.files {
            let done = match waiting {
                Waiting::Beside(file) => file.persist(&path).map_err(|error| error.error),
                Waiting::InPlace(content) => OpenOptions::new()
                    .write(true)
                    .truncate(true)
                    .open(&path)
                    .and_then(|mut file| file.write_all(&content)),
            };
            done.map_err(|error| (path, error))?;
        }
        Ok(())
    }
}

/// What opening a file for writing would fail with, were it opened now; nothing is changed or made.
///
/// # Errors
/// As [`File::create`], as far as it can be known.
pub(super) fn can_be_written(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // A missing folder on the way (`missing/../there`) keeps the file from being made as well.
            fs::metadata(path.parent().unwrap_or(Path::new(""))).map(drop)
        }
        opened => opened.map(drop::<File>),
    }
}

fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".clearml-k8s-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file: what the umask leaves.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder).map_err(plain)
}

/// The system's error without the temporary file's name.
fn plain(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(std::error::Error::source);
    let code = inner.and_then(|inner| inner.downcast_ref::<io::Error>()).and_then(io::Error::raw_os_error);
    code.map_or(error, io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn nothing_changes_before_the_end_and_mode_and_link_stay() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        let mut staged = Staged::default();
        staged.write(&link, b"new").unwrap();
        staged.write(&dir.path().join("other"), b"other").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"old");
        assert!(!dir.path().join("other").exists());
        staged.commit().unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::read(dir.path().join("other")).unwrap(), b"other");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3);
    }

    #[test]
    fn what_is_not_committed_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut staged = Staged::default();
        staged.write(&dir.path().join("a"), b"a").unwrap();
        drop(staged);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn folders_cannot_be_written_and_missing_files_can() {
        let dir = tempfile::tempdir().unwrap();
        assert!(can_be_written(dir.path()).is_err());
        can_be_written(&dir.path().join("new")).unwrap();
        assert!(!dir.path().join("new").exists());
    }
}
