//! Folders by their descriptors.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, openat, statat};
use rustix::io::retry_on_intr;

use super::{Folder, Kind};

/// Bytes that names are read into at once.
const NAMES: usize = 8 << 10;

/// An open folder.
pub(crate) struct Opened(OwnedFd);

fn open(at: BorrowedFd<'_>, name: &OsStr, flags: OFlags) -> io::Result<OwnedFd> {
    Ok(retry_on_intr(|| openat(at, name, flags | OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()))?)
}

impl Folder for Opened {
    fn open(path: &Path) -> io::Result<Self> {
        open(CWD, path.as_os_str(), OFlags::DIRECTORY).map(Self)
    }

    fn folder(&self, name: &OsStr) -> io::Result<Self> {
        open(self.0.as_fd(), name, OFlags::DIRECTORY).map(Self)
    }

    fn file(&self, name: &OsStr) -> io::Result<File> {
        open(self.0.as_fd(), name, OFlags::empty()).map(File::from)
    }

    fn entries(&self) -> io::Result<Vec<(OsString, Kind)>> {
        let mut found = Vec::new();
        let mut names = [const { MaybeUninit::uninit() }; NAMES];
        let mut entries = RawDir::new(&self.0, &mut names);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let mut kind = entry.file_type();
            if kind == FileType::Unknown {
                let info = statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?;
                kind = FileType::from_raw_mode(info.st_mode);
            }
            found.push((OsStr::from_bytes(name.to_bytes()).to_owned(), kind.into()));
        }
        Ok(found)
    }
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Folder,
            FileType::Symlink => Self::Link,
            _ => Self::Other,
        }
    }
}
