//! Open folders: what lies in one is reached from it, so that no path is walked anew for each file.

mod named;
#[cfg(target_os = "linux")]
mod opened;

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

pub(super) use named::Named;
/// The folder that costs least.
#[cfg(not(target_os = "linux"))]
pub(super) use named::Named as Opened;
#[cfg(target_os = "linux")]
pub(super) use opened::Opened;

/// Bytes of a file that are read without asking how many there are. Most files of charts are shorter.
const SMALL: usize = 32 << 10;

/// A folder whose entries are wanted.
pub(super) trait Folder: Sized {
    fn open(path: &Path) -> io::Result<Self>;

    /// A folder in this one, links followed.
    fn folder(&self, name: &OsStr) -> io::Result<Self>;

    /// A file in this one, links followed, opened to be read.
    fn file(&self, name: &OsStr) -> io::Result<File>;

    /// Whether a read of a regular file in it that gives less than was asked for has met the file's end. POSIX has it so;
    /// it is relied upon where that is known.
    fn ends_files_short(&self) -> bool {
        false
    }

    /// What lies in it, in no order.
    fn entries(&self) -> io::Result<Vec<(OsString, Kind)>>;
}

/// What an entry of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    File,
    Folder,
    /// A link, not followed.
    Link,
    /// A device, a pipe, a socket.
    Other,
}

impl From<std::fs::FileType> for Kind {
    fn from(kind: std::fs::FileType) -> Self {
        if kind.is_symlink() {
            Self::Link
        } else if kind.is_dir() {
            Self::Folder
        } else if kind.is_file() {
            Self::File
        } else {
            Self::Other
        }
    }
}

/// Room that one file after the other is read into, made for the first.
#[derive(Default)]
pub(super) struct Room(Vec<u8>);

impl Room {
    /// What an open file holds; of one that is longer than `most` bytes, a few more than that. `ends_short` tells whether
    /// a read that gives less than was asked for has met its end.
    pub(super) fn read(&mut self, mut file: File, most: u64, ends_short: bool) -> io::Result<Cow<'_, [u8]>> {
        let mut length = 0;
        self.0.resize(SMALL, 0);
        while let Some(rest) = self.0.get_mut(length..).filter(|rest| !rest.is_empty()) {
            match file.read(rest) {
                Ok(count) if count == 0 || ends_short && count < rest.len() => {
                    return Ok(Cow::Borrowed(self.0.get(..length + count).unwrap_or_default()));
                }
                Ok(count) => length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        // What the file says of its length saves room that grows; it is not relied upon.
        let told = file.metadata()?.len().min(most);
        let mut data = Vec::with_capacity(usize::try_from(told).unwrap_or(0).saturating_add(1));
        data.extend_from_slice(&self.0);
        let rest = most.saturating_sub(length as u64).saturating_add(1);
        file.take(rest).read_to_end(&mut data)?;
        Ok(Cow::Owned(data))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    const SIZES: [usize; 6] = [0, 1, SMALL - 1, SMALL, SMALL + 1, 5 * SMALL];

    fn look<F: Folder>(top: &Path) -> Vec<(OsString, Kind)> {
        let mut room = Room::default();
        let folder = F::open(top).unwrap();
        let file = |name: &str| folder.file(OsStr::new(name));
        for ends_short in [false, folder.ends_files_short()] {
            for size in SIZES {
                let opened = file(&size.to_string()).unwrap();
                assert_eq!(room.read(opened, u64::MAX, ends_short).unwrap().len(), size);
            }
            let longest = file(&(5 * SMALL).to_string()).unwrap();
            assert_eq!(room.read(longest, SMALL as u64 + 7, ends_short).unwrap().len(), SMALL + 8);
        }
        for inner in if cfg!(unix) { &["inner", "link"][..] } else { &["inner"] } {
            let inner = folder.folder(OsStr::new(inner)).unwrap();
            assert_eq!(inner.ends_files_short(), folder.ends_files_short());
            let deep = inner.file(OsStr::new("deep")).unwrap();
            assert_eq!(*room.read(deep, 9, inner.ends_files_short()).unwrap(), *b"deep");
        }
        assert_eq!(file("none").unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(folder.folder(OsStr::new("0")).is_err());
        let mut entries = folder.entries().unwrap();
        entries.sort();
        entries
    }

    /// What the system makes up while it is read comes in pieces of a page, files though they are.
    #[cfg(target_os = "linux")]
    #[test]
    fn files_end_short_where_that_is_known_only() {
        let made_up = Opened::open(Path::new("/proc/self")).unwrap();
        assert!(!made_up.ends_files_short());
        let read = |ends_short| {
            let file = made_up.file(OsStr::new("smaps")).unwrap();
            Room::default().read(file, u64::MAX, ends_short).unwrap().len()
        };
        assert!(read(true) < read(made_up.ends_files_short()));
    }

    /// A pipe gives what was written so far.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_comes_in_pieces_is_read_to_its_end() {
        use std::io::Write as _;
        let (reader, mut writer) = std::io::pipe().unwrap();
        let piece = Duration::from_millis(20);
        let write = std::thread::spawn(move || {
            for _ in 0..3 {
                writer.write_all(b"abc").unwrap();
                std::thread::sleep(piece);
            }
        });
        let file = File::from(std::os::fd::OwnedFd::from(reader));
        assert_eq!(*Room::default().read(file, 99, false).unwrap(), *b"abcabcabc");
        write.join().unwrap();
    }

    #[test]
    fn both_ways_find_the_same() {
        let top = tempfile::tempdir().unwrap();
        for size in SIZES {
            fs::write(top.path().join(size.to_string()), vec![b'x'; size]).unwrap();
        }
        fs::create_dir(top.path().join("inner")).unwrap();
        fs::write(top.path().join("inner/deep"), "deep").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("inner", top.path().join("link")).unwrap();
        let found = look::<Opened>(top.path());
        assert_eq!(found, look::<Named>(top.path()));
        assert_eq!(found.len(), SIZES.len() + 1 + usize::from(cfg!(unix)));
        assert_eq!(found.iter().filter(|(_, kind)| *kind == Kind::File).count(), SIZES.len());
    }
}
