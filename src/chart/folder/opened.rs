//! Folders by their descriptors.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, fstatfs, openat, statat};
use rustix::io::retry_on_intr;

use super::{Folder, Kind};

/// Bytes that names are read into at once.
const NAMES: usize = 8 << 10;

/// File systems of one computer, by the numbers of statfs(2): ext2 to ext4, XFS, Btrfs, tmpfs, overlays. On those of
/// users and networks a read may be short before the end of a file if who serves them has it so.
const ENDS_SHORT: [i64; 5] = [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x794c_7630];

/// An open folder.
pub(crate) struct Opened {
    folder: OwnedFd,
    ends_short: bool,
}

fn open(at: BorrowedFd<'_>, name: &OsStr, flags: OFlags) -> io::Result<OwnedFd> {
    Ok(retry_on_intr(|| openat(at, name, flags | OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()))?)
}

impl Folder for Opened {
    fn open(path: &Path) -> io::Result<Self> {
        let folder = open(CWD, path.as_os_str(), OFlags::DIRECTORY)?;
        // What lies deeper lies on the same, if it is no link and nothing is mounted there.
        #[allow(clippy::unnecessary_cast)] // the type is another one elsewhere
        let ends_short = fstatfs(&folder).is_ok_and(|system| ENDS_SHORT.contains(&(system.f_type as i64)));
        Ok(Self { folder, ends_short })
    }

    fn folder(&self, name: &OsStr) -> io::Result<Self> {
        let folder = open(self.folder.as_fd(), name, OFlags::DIRECTORY)?;
        Ok(Self { folder, ends_short: self.ends_short })
    }

    fn file(&self, name: &OsStr) -> io::Result<File> {
        open(self.folder.as_fd(), name, OFlags::empty()).map(File::from)
    }

    fn ends_files_short(&self) -> bool {
        self.ends_short
    }

    fn entries(&self) -> io::Result<Vec<(OsString, Kind)>> {
        let mut found = Vec::new();
        let mut names = [const { MaybeUninit::uninit() }; NAMES];
        let mut entries = RawDir::new(&self.folder, &mut names);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let mut kind = entry.file_type();
            if kind == FileType::Unknown {
                let info = statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
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
