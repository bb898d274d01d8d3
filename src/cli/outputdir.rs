//! `template --output-dir`: which document goes into which file, and what stood there before.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use clearml_k8s::manifest;

use super::helmflags::{Refusal, clean, io_words};
use super::staged::{self, Staged};

/// The files of `--output-dir` with what they are going to hold, in the order in which they were begun.
#[derive(Default)]
pub(super) struct Files {
    begun: Vec<(String, Vec<u8>)>,
    /// Where a path stands among them.
    known: HashMap<String, usize>,
    /// A line for each document.
    pub(super) said: String,
}

impl Files {
    /// Whether a file is there, or is going to be.
    pub(super) fn has(&self, path: &str) -> bool {
        self.known.contains_key(path) || Path::new(path).exists()
    }

    /// Begins a file with a document, or adds it to what the file holds.
    ///
    /// # Errors
    /// In Helm's words, what keeps the file from being opened.
    pub(super) fn add(
        &mut self,
        folder: &str,
        source: &str,
        text: &str,
        append: bool,
    ) -> Result<(), Refusal> {
        let path = format!("{folder}/{source}");
        let parent = clean(Path::new(&path).parent().unwrap_or(Path::new("")));
        match fs::metadata(&parent) {
            Ok(info) if info.is_dir() => {}
            Ok(_) => return Err(format!("mkdir {}: not a directory", parent.display())),
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("stat {}: {}", parent.display(), io_words(&error)));
            }
            Err(_) => fs::create_dir_all(&parent)
                .map_err(|error| format!("mkdir {}: {}", parent.display(), io_words(&error)))?,
        }
        let open = |error: std::io::Error| format!("open {path}: {}", io_words(&error));
        staged::can_be_written(Path::new(&path)).map_err(open)?;
        let at = match self.known.get(&path) {
            Some(at) => *at,
            None => {
                let old = if append { fs::read(&path).map_err(open)? } else { Vec::new() };
                self.known.insert(path.clone(), self.begun.len());
                self.begun.push((path.clone(), old));
                self.begun.len() - 1
            }
        };
        let Some((_, content)) = self.begun.get_mut(at) else { return Ok(()) };
        if !append {
            content.clear();
        }
        for document in manifest::output_files([(source, text)]) {
            content.extend_from_slice(document.text.as_bytes());
        }
        let _ = writeln!(self.said, "wrote {path}");
        Ok(())
    }

    /// Writes every file, or none.
    ///
    /// # Errors
    /// In Helm's words, the first file that could not be written; none was then, unless it failed at the very end.
    pub(super) fn write(&self) -> Result<(), Refusal> {
        let failed =
            |path: &Path, error: std::io::Error| format!("write {}: {}", path.display(), io_words(&error));
        let mut staged = Staged::default();
        for (path, content) in &self.begun {
            let path = Path::new(path);
            staged.write(path, content).map_err(|error| failed(path, error))?;
        }
        staged.commit().map_err(|(path, error)| failed(&path, error))
    }
}
