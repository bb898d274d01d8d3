//! What a refresh needs of a disk.

use std::io;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A regular file with this content.
    File(Vec<u8>),
    /// A link, a folder or a device: nothing of ours.
    Other,
}

/// A folder in which paths are relative, `/` between the parts, and no link is ever followed.
pub trait Folder {
    /// What stands at a path.
    fn find(&self, path: &str) -> io::Result<Found>;

    /// Writes a file that does not exist yet, with the folders above it.
    fn create(&mut self, path: &str, content: &[u8]) -> io::Result<()>;

    /// Puts a file in the place of another, at once.
    fn rename(&mut self, from: &str, to: &str) -> io::Result<()>;

    /// Deletes a file, and the folders above it that are empty then. No file is no error.
    fn remove(&mut self, path: &str) -> io::Result<()>;
}
