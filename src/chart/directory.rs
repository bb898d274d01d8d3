//! Reading a chart's folder as Helm walks it: sorted, links followed, `.helmignore` obeyed.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::error::{Error, ErrorKind};
use super::folder::{Folder, Kind, Named, Opened, Room};
use super::ignore::Rules;
use super::{File, LoadOptions, MAX_CHART_SIZE};
use crate::both::{self, Ahead};
use crate::diag::{Level, LogLine, raw};

/// Go's limit on links in one path.
// Rule: Go 1.27 path/filepath/symlink.go, walkSymlinks.
const MAX_LINKS: usize = 255;

/// Folders in one another that are open at once.
const MAX_OPEN: usize = 64;

/// Bytes of a folder's path up to which the path of no file in it is too long for the system, which counts to 4096.
const MAX_NEAR: usize = 3800;

/// The folder of subcharts.
const CHARTS: &str = "charts";

/// Subcharts from which on two threads read faster than one.
const MANY: usize = 16;

/// Subcharts that a thread reads at a time.
const SOME: usize = 5;

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

/// What a file holds, as far as `most` bytes and no more: a link may lead to a device without an end.
pub(super) fn read_bounded(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut data = Room::default().read(fs::File::open(path)?, most, false)?.into_owned();
    data.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(data)
}

/// Every file of the folder, in the order Helm sees them.
pub(super) fn read(top: &Path, options: &LoadOptions, log: &mut Vec<LogLine>) -> Result<Vec<File>, Error> {
    if has_many_subcharts(top) {
        both::get_ready();
    }
    let ignore_file = top.join(".helmignore");
    if options.confined && fs::symlink_metadata(&ignore_file).is_ok_and(|info| info.is_symlink()) {
        refuse_outside(top, &ignore_file, &follow(&ignore_file)?)?;
    }
    let mut rules = match read_bounded(&ignore_file, MAX_CHART_SIZE) {
        Ok(data) => Rules::parse(&raw::marked(&data)).map_err(|text| ErrorKind::Malformed.error(text))?,
        Err(error) if fs::metadata(&ignore_file).is_ok() => {
            return Err(ErrorKind::Io.error(format!("open {}: {}", ignore_file.display(), io_text(&error))));
        }
        // What the system does not tell of is not there.
        Err(_) => Rules::default(),
    };
    rules.add_defaults();
    let goal = Goal { top: top.to_owned(), rules, confined: options.confined };
    let mut walk = Walk::new(Arc::new(goal), MAX_CHART_SIZE);
    let result = walk.directory(Opened::open(top), At::top(top));
    log.append(&mut walk.log);
    walk.finish();
    result.map(|()| walk.files)
}

/// Whether two threads will read the chart, as far as that is easily known: on most file systems a folder has a link from
/// each folder in it.
#[cfg(unix)]
fn has_many_subcharts(top: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    fs::symlink_metadata(top.join(CHARTS)).is_ok_and(|info| info.nlink() > MANY as u64)
}

#[cfg(not(unix))]
fn has_many_subcharts(_: &Path) -> bool {
    false
}

/// What a walk is for.
struct Goal {
    top: PathBuf,
    rules: Rules,
    confined: bool,
}

/// Where a walk stands: a folder, by the folder above it and its name there; the topmost by its path.
#[derive(Clone, Copy)]
struct At<'p> {
    above: Option<&'p At<'p>>,
    name: &'p OsStr,
    /// The path from the chart's folder on.
    relative: &'p str,
    depth: usize,
    /// Bytes of the whole path.
    length: usize,
}

impl<'p> At<'p> {
    fn top(path: &'p Path) -> Self {
        let name = path.as_os_str();
        Self { above: None, name, relative: "", depth: 0, length: name.len() }
    }

    fn below(&'p self, name: &'p OsStr, relative: &'p str) -> Self {
        let length = self.length + 1 + name.len();
        Self { above: Some(self), name, relative, depth: self.depth + 1, length }
    }

    /// The whole path.
    fn path(&self) -> PathBuf {
        let names: Vec<&OsStr> = std::iter::successors(Some(self), |at| at.above).map(|at| at.name).collect();
        let mut path = PathBuf::with_capacity(self.length);
        path.extend(names.into_iter().rev());
        path
    }

    /// Whether the folder may stay open while what lies in it is read, and no path in it is longer than paths may be.
    fn is_near(&self) -> bool {
        self.depth < MAX_OPEN && self.length < MAX_NEAR
    }
}

/// What a file holds.
enum Content {
    /// These bytes of the text.
    Part(Range<usize>),
    Own(Vec<u8>),
}

/// What a walk through some of the subcharts has read.
struct Read {
    log: Vec<LogLine>,
    files: Vec<File>,
    bytes: u64,
}

/// What was read on a walk.
struct Walk {
    goal: Arc<Goal>,
    log: Vec<LogLine>,
    /// Bytes that files may still have.
    left: u64,
    room: Room,
    /// Files that are complete.
    files: Vec<File>,
    /// Files behind those.
    found: Vec<(String, Content)>,
    /// What the short ones among them hold, one behind the other.
    text: String,
}

impl Walk {
    fn new(goal: Arc<Goal>, left: u64) -> Self {
        let (log, files, found) = (Vec::new(), Vec::new(), Vec::new());
        Self { goal, log, left, room: Room::default(), files, found, text: String::new() }
    }

    // Rule: Helm v4.3.1 internal/sympath/walk.go and pkg/chart/v2/loader/directory.go.
    fn directory<F: Folder + Send + Sync + 'static>(
        &mut self,
        folder: io::Result<F>,
        at: At<'_>,
    ) -> Result<(), Error> {
        let open = |error: io::Error| {
            ErrorKind::Io.error(format!("open {}: {}", at.path().display(), io_text(&error)))
        };
        let folder = folder.map_err(open)?;
        let mut names = folder.entries().map_err(open)?;
        names.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        if at.relative == CHARTS && names.len() >= MANY {
            return self.in_two(folder, names);
        }
        self.entries(&folder, at, &names)
    }

    fn entries<F: Folder + Send + Sync + 'static>(
        &mut self,
        folder: &F,
        at: At<'_>,
        names: &[(OsString, Kind)],
    ) -> Result<(), Error> {
        for (name, kind) in names {
            let text = raw::marked(name.as_encoded_bytes());
            let mut relative = String::with_capacity(at.relative.len() + 1 + text.len());
            if !at.relative.is_empty() {
                relative.push_str(at.relative);
                relative.push('/');
            }
            relative.push_str(&text);
            let is_link = *kind == Kind::Link;
            let kind = if is_link { self.follow(&at.path().join(name))? } else { *kind };
            if self.goal.rules.ignores(&relative, kind == Kind::Folder) {
                continue;
            }
            match kind {
                Kind::Folder => {
                    let below = at.below(name, &relative);
                    if !below.is_near() {
                        self.directory(Named::open(&below.path()), below)?;
                    } else if is_link {
                        self.directory(F::open(&below.path()), below)?;
                    } else {
                        self.directory(folder.folder(name), below)?;
                    }
                }
                Kind::File => self.file(folder, at, name, is_link, relative)?,
                Kind::Link | Kind::Other => {
                    return Err(ErrorKind::Io.error(format!(
                        "cannot load irregular file {} as it has file mode type bits set",
                        at.path().join(name).display()
                    )));
                }
            }
        }
        Ok(())
    }

    /// What lies in `charts/`, on two threads: most of the time goes into what the system does.
    fn in_two<F: Folder + Send + Sync + 'static>(
        &mut self,
        folder: F,
        names: Vec<(OsString, Kind)>,
    ) -> Result<(), Error> {
        let mut groups = Vec::with_capacity(names.len().div_ceil(SOME));
        let mut names = names.into_iter();
        while names.len() > 0 {
            groups.push(names.by_ref().take(SOME).collect::<Vec<_>>());
        }
        // All together, no more is read ahead than may be read.
        let share = self.left / groups.len().max(1) as u64;
        let (folder, goal) = (Arc::new(folder), Arc::clone(&self.goal));
        let rooms = Mutex::new(Vec::new());
        let folder_there = Arc::clone(&folder);
        let read = move |names: &Vec<(OsString, Kind)>| {
            let mut walk = Self::new(Arc::clone(&goal), share);
            if let Some(room) = rooms.lock().ok().and_then(|mut rooms| rooms.pop()) {
                walk.room = room;
            }
            let result =
                walk.entries(&*folder_there, At::top(&goal.top).below(CHARTS.as_ref(), CHARTS), names);
            if let Ok(mut rooms) = rooms.lock() {
                rooms.push(std::mem::take(&mut walk.room));
            }
            result.ok()?;
            walk.finish();
            Some(Read { log: walk.log, files: walk.files, bytes: share - walk.left })
        };
        let read = Ahead::new(groups, true, read);
        let goal = Arc::clone(&self.goal);
        for (names, read) in read.items().iter().zip(read.results()) {
            let enough = read.and_then(|read| Some((self.left.checked_sub(read.bytes)?, read)));
            match enough {
                Some((left, read)) => self.go_on(read, left),
                // What is wrong there, or too much of it, is found once more, where it counts.
                None => self.entries(&*folder, At::top(&goal.top).below(CHARTS.as_ref(), CHARTS), names)?,
            }
        }
        Ok(())
    }

    /// Takes over what was read behind all of this.
    fn go_on(&mut self, read: Read, left: u64) {
        self.finish();
        self.left = left;
        let Read { mut log, mut files, .. } = read;
        self.log.append(&mut log);
        self.files.append(&mut files);
    }

    /// Makes files of what was found.
    fn finish(&mut self) {
        let text = Arc::new(std::mem::take(&mut self.text));
        let file = |(path, content)| match content {
            Content::Part(part) => File::part(path, &text, part),
            Content::Own(data) => Some(File::new(path, data)),
        };
        self.files.extend(self.found.drain(..).filter_map(file));
    }

    fn follow(&mut self, path: &Path) -> Result<Kind, Error> {
        let resolved = follow(path)?;
        if self.goal.confined {
            refuse_outside(&self.goal.top, path, &resolved)?;
        }
        self.log.push(
            LogLine::new(
                Level::Info,
                "found symbolic link in path. Contents of linked file included and used",
            )
            .with("path", path.display().to_string())
            .with("resolved", resolved.display().to_string()),
        );
        let info = fs::symlink_metadata(&resolved).map_err(|error| {
            ErrorKind::Io.error(format!("lstat {}: {}", resolved.display(), io_text(&error)))
        })?;
        Ok(info.file_type().into())
    }

    fn file<F: Folder>(
        &mut self,
        folder: &F,
        at: At<'_>,
        name: &OsStr,
        is_link: bool,
        relative: String,
    ) -> Result<(), Error> {
        let open = |error: io::Error| {
            let full = at.path().join(name);
            ErrorKind::Io.error(format!(
                "error reading {relative}: open {}: {}",
                full.display(),
                io_text(&error)
            ))
        };
        let file = folder.file(name).map_err(open)?;
        let data = self.room.read(file, self.left, !is_link && folder.ends_files_short()).map_err(open)?;
        self.left = self.left.checked_sub(data.len() as u64).ok_or_else(|| too_large(&relative))?;
        let content = match data {
            Cow::Borrowed(data) => match str::from_utf8(data) {
                Ok(data) => {
                    let start = self.text.len();
                    self.text.push_str(data);
                    Content::Part(start..self.text.len())
                }
                Err(_) => Content::Own(data.to_vec()),
            },
            Cow::Owned(data) => Content::Own(data),
        };
        self.found.push((relative, content));
        Ok(())
    }
}

fn too_large(relative: &str) -> Error {
    ErrorKind::TooLarge.error(format!(
        "error reading {relative}: chart exceeds maximum decompressed size of {MAX_CHART_SIZE} bytes"
    ))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn write(top: &Path, path: &str, text: &[u8]) {
        let path = top.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn paths(top: &Path, log: &mut Vec<LogLine>) -> Result<Vec<String>, String> {
        let files =
            read(top, &LoadOptions::default(), log).map_err(|error| error.diagnostic().message.clone())?;
        Ok(files.iter().map(|file| format!("{} {}", file.path(), file.text())).collect())
    }

    #[test]
    fn many_subcharts_are_read_in_the_order_of_their_names() {
        let top = tempfile::tempdir().unwrap();
        write(top.path(), "Chart.yaml", b"\xef\xbb\xbfname: a");
        let mut wanted = vec!["Chart.yaml name: a".to_owned()];
        for number in 10..10 + 3 * MANY {
            write(top.path(), &format!("charts/c{number}/a"), &[b'x'; 3]);
            write(top.path(), &format!("charts/c{number}/b"), b"\xff");
            wanted.push(format!("charts/c{number}/a xxx"));
            wanted.push(format!("charts/c{number}/b \u{fffd}"));
        }
        write(top.path(), "values.yaml", b"c: d");
        wanted.push("values.yaml c: d".to_owned());
        assert_eq!(paths(top.path(), &mut Vec::new()), Ok(wanted));
    }

    #[test]
    fn of_too_many_bytes_the_first_file_is_told() {
        const COUNT: u64 = 2 * MANY as u64;

        let top = tempfile::tempdir().unwrap();
        for number in 10..10 + COUNT {
            write(top.path(), &format!("charts/c{number}/a"), b"abc");
        }
        for left in [9 * COUNT, 3 * COUNT, 3 * COUNT - 1, 40, 0] {
            let goal = Goal { top: top.path().to_owned(), rules: Rules::default(), confined: false };
            let mut walk = Walk::new(Arc::new(goal), left);
            let result = walk.directory(Opened::open(top.path()), At::top(top.path()));
            if left >= 3 * COUNT {
                assert!(result.is_ok(), "{left}");
                assert_eq!(walk.files.len() as u64, COUNT);
            } else {
                let text = result.unwrap_err().diagnostic().message.clone();
                assert!(text.contains(&format!("charts/c{}/a:", 10 + left / 3)), "{left}: {text}");
            }
        }
    }

    /// Where a link leads, files may come in pieces: those of /proc come page by page.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_links_lead_to_is_read_to_its_end() {
        let top = tempfile::tempdir().unwrap();
        write(top.path(), "Chart.yaml", b"name: a");
        std::os::unix::fs::symlink("/proc/self/smaps", top.path().join("file")).unwrap();
        let files = read(top.path(), &LoadOptions::default(), &mut Vec::new()).unwrap();
        let length = files.iter().find(|file| file.path() == "file").map(|file| file.data().len());
        assert!(length > Some(8 << 10), "{length:?}");
    }

    #[cfg(unix)]
    #[test]
    fn of_two_faults_the_first_is_told() {
        use std::os::unix::fs::symlink;

        let top = tempfile::tempdir().unwrap();
        for number in 10..10 + 2 * MANY {
            write(top.path(), &format!("charts/c{number}/a"), b"");
        }
        let link = |number: usize| top.path().join(format!("charts/c{number}/link"));
        let mut log = Vec::new();
        for number in [12, 11 + MANY, 9 + 2 * MANY] {
            symlink("a", link(number)).unwrap();
        }
        assert!(paths(top.path(), &mut log).is_ok());
        let logged: Vec<String> = log.iter().map(ToString::to_string).collect();
        assert_eq!(logged.len(), 3);
        assert!(
            logged
                .iter()
                .zip([12, 11 + MANY, 9 + 2 * MANY])
                .all(|(line, at)| line.contains(&format!("c{at}")))
        );
        for number in [8 + 2 * MANY, 12 + MANY, 13] {
            symlink("gone", link(number)).unwrap();
            let mut log = Vec::new();
            let text = paths(top.path(), &mut log).unwrap_err();
            assert!(text.contains(&format!("c{number}/link")), "{text}");
            assert_eq!(log.len(), if number == 13 { 1 } else { 2 });
        }
    }

    #[test]
    fn folders_lie_deeper_than_may_be_open() {
        let top = tempfile::tempdir().unwrap();
        let deep = "d/".repeat(MAX_OPEN + 9);
        write(top.path(), &format!("{deep}a"), b"b");
        write(top.path(), &format!("d/{}/c", "x".repeat(200)), b"d");
        let wanted = vec![format!("{deep}a b"), format!("d/{}/c d", "x".repeat(200))];
        assert_eq!(paths(top.path(), &mut Vec::new()), Ok(wanted));
    }
}
