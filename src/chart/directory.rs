//! Reading a chart's folder as Helm walks it: sorted, links followed, `.helmignore` obeyed.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use super::error::{Error, ErrorKind};
use super::ignore::Rules;
use super::{File, LoadOptions, MAX_CHART_SIZE};
use crate::diag::{Level, LogLine};

/// Go's limit on links in one path.
// Rule: Go 1.27 path/filepath/symlink.go, walkSymlinks.
const MAX_LINKS: usize = 255;

/// Go's words for an error of the operating system.
pub(crate) fn io_text(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(1) => "operation not permitted".to_owned(),
        Some(2) => "no such file or directory".to_owned(),
        Some(5) => "input/output error".to_owned(),
        Some(13) => "permission denied".to_owned(),
        Some(17) => "file exists".to_owned(),
        Some(20) => "not a directory".to_owned(),
        Some(21) => "is a directory".to_owned(),
        Some(28) => "no space left on device".to_owned(),
        Some(36) => "file name too long".to_owned(),
        Some(40) => "too many levels of symbolic links".to_owned(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            let mut letters = text.chars();
            letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}

/// What a file holds, as far as `most` bytes: a link may lead to a device without an end.
pub(super) fn read_bounded(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    fs::File::open(path)?.take(most).read_to_end(&mut data)?;
    Ok(data)
}

/// Every file of the folder, in the order Helm sees them.
pub(super) fn read(top: &Path, options: &LoadOptions, log: &mut Vec<LogLine>) -> Result<Vec<File>, Error> {
    let mut rules = Rules::default();
    let ignore_file = top.join(".helmignore");
    if options.confined && fs::symlink_metadata(&ignore_file).is_ok_and(|info| info.is_symlink()) {
        refuse_outside(top, &ignore_file, &follow(&ignore_file)?)?;
    }
    if fs::metadata(&ignore_file).is_ok() {
        let data = read_bounded(&ignore_file, MAX_CHART_SIZE).map_err(|error| {
            ErrorKind::Io.error(format!("open {}: {}", ignore_file.display(), io_text(&error)))
        })?;
        rules =
            Rules::parse(&String::from_utf8_lossy(&data)).map_err(|text| ErrorKind::Malformed.error(text))?;
    }
    rules.add_defaults();
    let mut walk = Walk { top, rules, options, log, left: MAX_CHART_SIZE, files: Vec::new() };
    walk.directory(top, "")?;
    Ok(walk.files)
}

struct Walk<'a> {
    top: &'a Path,
    rules: Rules,
    options: &'a LoadOptions,
    log: &'a mut Vec<LogLine>,
    left: u64,
    files: Vec<File>,
}

impl Walk<'_> {
    // Rule: Helm v4.3.1 internal/sympath/walk.go and pkg/chart/v2/loader/directory.go.
    fn directory(&mut self, path: &Path, relative: &str) -> Result<(), Error> {
        let open =
            |error: io::Error| ErrorKind::Io.error(format!("open {}: {}", path.display(), io_text(&error)));
        let mut names = Vec::new();
        for entry in fs::read_dir(path).map_err(open)? {
            let entry = entry.map_err(open)?;
            names.push((entry.file_name(), entry.file_type()));
        }
        names.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, kind) in names {
            let full = path.join(&name);
            let text = name.to_string_lossy();
            let relative = if relative.is_empty() { text.into_owned() } else { format!("{relative}/{text}") };
            let kind = kind.map_err(|error| {
                ErrorKind::Io.error(format!("lstat {}: {}", full.display(), io_text(&error)))
            })?;
            let kind = if kind.is_symlink() { self.follow(&full)?.file_type() } else { kind };
            if self.rules.ignores(&relative, kind.is_dir()) {
                continue;
            }
            if kind.is_dir() {
                self.directory(&full, &relative)?;
            } else if kind.is_file() {
                self.file(&full, relative)?;
            } else {
                return Err(ErrorKind::Io.error(format!(
                    "cannot load irregular file {} as it has file mode type bits set",
                    full.display()
                )));
            }
        }
        Ok(())
    }

    fn follow(&mut self, path: &Path) -> Result<fs::Metadata, Error> {
        let resolved = follow(path)?;
        if self.options.confined {
            refuse_outside(self.top, path, &resolved)?;
        }
        self.log.push(
            LogLine::new(
                Level::Info,
                "found symbolic link in path. Contents of linked file included and used",
            )
            .with("path", path.display().to_string())
            .with("resolved", resolved.display().to_string()),
        );
        fs::symlink_metadata(&resolved).map_err(|error| {
            ErrorKind::Io.error(format!("lstat {}: {}", resolved.display(), io_text(&error)))
        })
    }

    fn file(&mut self, full: &Path, relative: String) -> Result<(), Error> {
        let too_large = || {
            ErrorKind::TooLarge.error(format!(
                "error reading {relative}: chart exceeds maximum decompressed size of {MAX_CHART_SIZE} bytes"
            ))
        };
        let open = |error: io::Error| {
            ErrorKind::Io.error(format!(
                "error reading {relative}: open {}: {}",
                full.display(),
                io_text(&error)
            ))
        };
        let mut file = fs::File::open(full).map_err(open)?;
        let size = file.metadata().map_err(open)?.len();
        if size > self.left {
            return Err(too_large());
        }
        // One byte of room more than the file needs shows at the first reading that this was all.
        let mut data = vec![0; usize::try_from(size).unwrap_or(usize::MAX).saturating_add(1)];
        let got = match file.read(&mut data) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            read => read.map_err(open)?,
        };
        data.truncate(got);
        if got as u64 != size {
            file.take(self.left).read_to_end(&mut data).map_err(open)?;
        }
        self.left = self.left.checked_sub(data.len() as u64).ok_or_else(too_large)?;
        self.files.push(File::new(relative, data));
        Ok(())
    }
}

/// Where a link leads.
fn follow(path: &Path) -> Result<PathBuf, Error> {
    resolve(path)
        .map_err(|text| ErrorKind::Io.error(format!("error evaluating symlink {}: {text}", path.display())))
}

/// Refuses a link whose end is not in the chart's folder.
fn refuse_outside(top: &Path, link: &Path, resolved: &Path) -> Result<(), Error> {
    let top = resolve(top).map_err(|text| ErrorKind::Io.error(text))?;
    if resolved.starts_with(&top) {
        return Ok(());
    }
    Err(ErrorKind::OutsideChart.error(format!(
        "link {} leads out of the chart to {}, which --confined forbids",
        link.display(),
        resolved.display()
    )))
}

/// The path with every link in it followed; the error is Go's text.
// Rule: Go 1.27 path/filepath.EvalSymlinks: a missing target is named in the `lstat` error.
fn resolve(path: &Path) -> Result<PathBuf, String> {
    let mut done = PathBuf::new();
    let mut links = 0;
    let mut todo: VecDeque<std::ffi::OsString> = parts(path).into();
    while let Some(part) = todo.pop_front() {
        if part == "/" {
            done = PathBuf::from("/");
            continue;
        }
        if part == ".." {
            done.pop();
            continue;
        }
        let next = done.join(&part);
        let info = fs::symlink_metadata(&next)
            .map_err(|error| format!("lstat {}: {}", next.display(), io_text(&error)))?;
        if !info.is_symlink() {
            done = next;
            continue;
        }
        links += 1;
        if links > MAX_LINKS {
            return Err("EvalSymlinks: too many links".to_owned());
        }
        let target = fs::read_link(&next)
            .map_err(|error| format!("readlink {}: {}", next.display(), io_text(&error)))?;
        for part in parts(&target).into_iter().rev() {
            todo.push_front(part);
        }
    }
    Ok(done)
}

fn parts(path: &Path) -> Vec<std::ffi::OsString> {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| part.as_os_str().to_owned())
        .collect()
}
