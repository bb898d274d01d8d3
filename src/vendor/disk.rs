//! The folder on a real disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::folder::{Folder, Found};
use super::ownership::is_inside;

/// Bytes past which a file is none of ours and is not read.
const MOST_BYTES: u64 = 256 << 20;

/// A folder on disk. Two refreshes of one folder exclude each other for as long as this lives.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    // Holding it open holds the lock.
    _lock: Option<File>,
}

impl Disk {
    /// The folder at `root` for reading alone; it need not exist.
    #[must_use]
    pub fn read_only(root: &Path) -> Self {
        Self { root: root.to_owned(), _lock: None }
    }

    /// The folder at `root`, made if it does not exist, and locked.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::WouldBlock`] when another process refreshes the folder.
    pub fn lock(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let folder = File::open(root)?;
        folder.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
            fs::TryLockError::Error(error) => error,
        })?;
        Ok(Self { root: root.to_owned(), _lock: Some(folder) })
    }

    /// The real path, once every folder above it below the root is known to be a folder and no link.
    fn real(&self, path: &str) -> io::Result<Option<PathBuf>> {
        if !is_inside(path) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path leaves the folder"));
        }
        let mut real = self.root.clone();
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            real.push(part);
            if parts.peek().is_none() {
                break;
            }
            match fs::symlink_metadata(&real) {
                Ok(meta) if meta.is_dir() => {}
                Ok(_) => {
                    return Err(io::Error::new(
                        io::ErrorKind::NotADirectory,
                        "it is no folder, or a link to one",
                    ));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(real))
    }

    fn make(&self, path: &str) -> io::Result<PathBuf> {
        if let Some((above, _)) = path.rsplit_once('/') {
            let mut real = self.root.clone();
            for part in above.split('/') {
                real.push(part);
                match fs::create_dir(&real) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                    _ => {}
                }
            }
        }
        self.real(path)?.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Folder for Disk {
    fn find(&self, path: &str) -> io::Result<Found> {
        let real = match self.real(path) {
            Ok(Some(real)) => real,
            Ok(None) => return Ok(Found::Nothing),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(Found::Other),
            Err(error) => return Err(error),
        };
        match fs::symlink_metadata(&real) {
            Ok(meta) if meta.is_file() && meta.len() <= MOST_BYTES => fs::read(&real).map(Found::File),
            Ok(_) => Ok(Found::Other),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
            Err(error) => Err(error),
        }
    }

    fn create(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        let real = self.make(path)?;
        // A new file only: a link that somebody put there is not followed.
        OpenOptions::new().write(true).create_new(true).open(real)?.write_all(content)
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let (Some(from), to) = (self.real(from)?, self.make(to)?) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        fs::rename(from, to)
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        let Some(real) = self.real(path)? else { return Ok(()) };
        match fs::remove_file(&real) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut above = real.as_path();
        while let Some(folder) = above.parent().filter(|folder| *folder != self.root) {
            // It fails on a folder that still holds something, which is what is wanted.
            if fs::remove_dir(folder).is_err() {
                break;
            }
            above = folder;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_length() {
        let folder = tempfile::tempdir().unwrap();
        let file = fs::File::create(folder.path().join("f")).unwrap();
        let disk = Disk::read_only(folder.path());
        file.set_len(MOST_BYTES).unwrap();
        assert!(
            matches!(disk.find("f").unwrap(), Found::File(content) if content.len() as u64 == MOST_BYTES)
        );
        file.set_len(MOST_BYTES + 1).unwrap();
        assert!(matches!(disk.find("f").unwrap(), Found::Other));
    }
}
