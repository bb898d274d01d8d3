//! Files of a revision, through the `git` program: no shell, no network, nothing of the repository is changed.

use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use clearml_k8s::diag::{Code, Diagnostic, Source, SourceKind};
use tempfile::TempDir;

use super::super::inputs::reason;
use super::files::{is_manifest, not_built};

/// The `git` program failed, or knows nothing of what was asked for.
const GIT: Code = Code("cli::git");

/// Most bytes that are read of a revision.
const MOST_BYTES: u64 = 512 << 20;

/// A revision and a path in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Revision {
    name: String,
    path: Option<String>,
}

/// Something git stores.
struct Stored {
    id: String,
    is_file: bool,
}

impl Revision {
    /// `REV` or `REV:PATH`. As with git itself, a path counts from the repository's top unless it begins with `./`.
    ///
    /// # Errors
    /// Words about what cannot be a revision.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (name, path) = match text.split_once(':') {
            Some((name, path)) => (name, Some(path.to_owned())),
            None => (text, None),
        };
        if name.is_empty() {
            return Err("no revision is named".to_owned());
        }
        // Neither an option nor a second line of what is asked.
        if name.starts_with('-') || text.contains(['\n', '\0']) {
            return Err("this is no revision".to_owned());
        }
        Ok(Self { name: name.to_owned(), path })
    }

    /// The same with a path, relative to the working folder, when it has none of its own.
    pub(super) fn at(&self, path: Option<&str>) -> Self {
        let here = || match path {
            Some(path) if path.starts_with("../") || path.starts_with("./") => path.to_owned(),
            Some(path) => format!("./{path}"),
            None => "./".to_owned(),
        };
        Self { name: self.name.clone(), path: Some(self.path.clone().unwrap_or_else(here)) }
    }

    /// What git is asked for: `REV:PATH`.
    pub(super) fn spec(&self) -> String {
        let path = self.path.as_deref().unwrap_or_default();
        format!("{}:{}", self.name, path.trim_end_matches('/'))
    }

    fn find(&self) -> Result<Stored, Diagnostic> {
        let spec = self.spec();
        let unknown = || {
            Diagnostic::error(GIT, format!("git knows no `{spec}`")).help(
                "see `git log` for revisions; a path counts from the repository's top, with `./` from here",
            )
        };
        // A name and a question in one line: what git says of a single line is a single line.
        let answer = git(&["cat-file", "--batch-check"], format!("{spec}\n").as_bytes())?;
        let answer = String::from_utf8_lossy(&answer);
        let mut words = answer.split_ascii_whitespace();
        match (words.next(), words.next()) {
            (Some(id), Some(kind @ ("blob" | "tree"))) => {
                Ok(Stored { id: id.to_owned(), is_file: kind == "blob" })
            }
            _ => Err(unknown()),
        }
    }
}

/// The manifests of a file or folder, and what was left out.
///
/// # Errors
/// What git refuses.
pub(super) fn manifests(revision: &Revision) -> Result<(Vec<Source>, Vec<Diagnostic>), Diagnostic> {
    let found = revision.find()?;
    let spec = revision.spec();
    if found.is_file {
        return Ok((vec![text(&spec, &contents(&[found.id])?)?], Vec::new()));
    }
    let is_hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let files: Vec<(String, String)> =
        tree(&found.id)?.into_iter().filter(|(path, _)| !is_hidden(path)).collect();
    let folder = if spec.ends_with(':') { spec } else { spec + "/" };
    let mut sources = Vec::new();
    for (path, content) in all(files)? {
        if is_manifest(&name(&path)) {
            sources.push((true, text(&format!("{folder}{path}"), &[content])?));
        } else if name(&path).to_ascii_lowercase().starts_with("kustomization") {
            sources.push((false, text(&format!("{folder}{path}"), &[content])?));
        }
    }
    let (sources, others): (Vec<_>, Vec<_>) = sources.into_iter().partition(|(is_manifest, _)| *is_manifest);
    let notes = others.iter().filter_map(|(_, source)| not_built(source)).collect();
    Ok((sources.into_iter().map(|(_, source)| source).collect(), notes))
}

/// One file.
///
/// # Errors
/// What git refuses, and folders.
pub(super) fn file(revision: &Revision) -> Result<Source, Diagnostic> {
    let found = revision.find()?;
    if !found.is_file {
        return Err(Diagnostic::error(GIT, format!("`{}` is a folder, a file is wanted", revision.spec())));
    }
    text(&revision.spec(), &contents(&[found.id])?)
}

/// A folder or archive with the files of the revision, gone when it is dropped.
///
/// # Errors
/// What git or the disk refuses.
pub(super) fn check_out(revision: &Revision) -> Result<CheckedOut, Diagnostic> {
    let found = revision.find()?;
    let disk = |error: &io::Error| {
        Diagnostic::error(GIT, format!("cannot write the files of `{}`: {}", revision.spec(), reason(error)))
    };
    let folder = TempDir::new().map_err(|error| disk(&error))?;
    let files = if found.is_file {
        let content = contents(&[found.id])?.pop().unwrap_or_default();
        vec![("chart.tgz".to_owned(), content)]
    } else {
        all(tree(&found.id)?)?
    };
    for (path, content) in files {
        // Git stores no such names; who made the repository by hand may have.
        let is_below = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !is_below {
            continue;
        }
        let target = folder.path().join(&path);
        let parent = target.parent().unwrap_or(folder.path());
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&target, content))
            .map_err(|error| disk(&error))?;
    }
    Ok(CheckedOut { folder, is_file: found.is_file, path: std::path::PathBuf::new() }.located())
}

/// Files of a revision on disk.
pub(super) struct CheckedOut {
    folder: TempDir,
    is_file: bool,
    path: std::path::PathBuf,
}

impl CheckedOut {
    fn located(mut self) -> Self {
        self.path =
            if self.is_file { self.folder.path().join("chart.tgz") } else { self.folder.path().to_owned() };
        self
    }

    /// The folder, or the archive.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// The regular files below a tree with their ids; links and submodules are left out.
fn tree(id: &str) -> Result<Vec<(String, String)>, Diagnostic> {
    let listed = git(&["ls-tree", "-r", "-z", "--full-tree", id], b"")?;
    let mut files = Vec::new();
    for line in listed.split(|byte| *byte == 0) {
        let line = String::from_utf8_lossy(line);
        let Some((facts, path)) = line.split_once('\t') else { continue };
        let mut words = facts.split(' ');
        if let (Some("100644" | "100755"), Some("blob"), Some(id)) =
            (words.next(), words.next(), words.next())
        {
            files.push((path.to_owned(), id.to_owned()));
        }
    }
    Ok(files)
}

/// The files with their contents.
fn all(files: Vec<(String, String)>) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    let ids: Vec<String> = files.iter().map(|(_, id)| id.clone()).collect();
    Ok(files.into_iter().map(|(path, _)| path).zip(contents(&ids)?).collect())
}

/// The contents of files by their ids, in order.
fn contents(ids: &[String]) -> Result<Vec<Vec<u8>>, Diagnostic> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let answer = git(&["cat-file", "--batch"], (ids.join("\n") + "\n").as_bytes())?;
    let broken = || Diagnostic::error(GIT, "git answered something else than the files it was asked for");
    let mut rest = answer.as_slice();
    let mut files = Vec::with_capacity(ids.len());
    for _ in ids {
        // `ID blob SIZE`, the content, a line end.
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
        let head = String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into_owned();
        let size: usize = head.rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(broken)?;
        files.push(rest.get(end + 1..end + 1 + size).ok_or_else(broken)?.to_vec());
        rest = rest.get(end + 2 + size..).unwrap_or_default();
    }
    Ok(files)
}

fn text(name: &str, contents: &[Vec<u8>]) -> Result<Source, Diagnostic> {
    let bytes = contents.first().map(Vec::as_slice).unwrap_or_default();
    match str::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(SourceKind::File, name, text)),
        Err(_) => Err(Diagnostic::error(GIT, format!("`{name}` is not UTF-8"))),
    }
}

/// What git prints. Of what is missing in a partial clone nothing is fetched.
fn git(arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, Diagnostic> {
    git_up_to(MOST_BYTES, arguments, input)
}

/// The same, refused when it is more than so many bytes.
fn git_up_to(most: u64, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, Diagnostic> {
    let failed = |error: &io::Error| {
        Diagnostic::error(GIT, format!("cannot run the `git` program: {}", reason(error)))
            .help("`git:` sides need git; a folder of another checkout does as well")
    };
    let mut child = Command::new("git")
        .args(["--no-pager", "--no-optional-locks"])
        .args(arguments)
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&error))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (output, errors) = std::thread::scope(|scope| {
        // Each pipe has a thread: git blocks when one of them is full.
        scope.spawn(|| {
            // A git that ended early closed the pipe; its exit code tells.
            let _ = stdin.map(|mut stdin| stdin.write_all(input));
        });
        let errors = scope.spawn(|| {
            let mut text = String::new();
            let _ = stderr.map(|stderr| stderr.take(1 << 16).read_to_string(&mut text));
            text
        });
        let mut output = Vec::new();
        let read = stdout.map_or(Ok(0), |stdout| stdout.take(most + 1).read_to_end(&mut output));
        (read.map(|_| output), errors.join().unwrap_or_default())
    });
    let output = output.map_err(|error| failed(&error))?;
    if output.len() as u64 > most {
        let _ = child.kill();
        let _ = child.wait();
        return Err(Diagnostic::error(GIT, format!("the revision holds more than {} MiB", most >> 20)));
    }
    let status = child.wait().map_err(|error| failed(&error))?;
    if status.success() {
        return Ok(output);
    }
    let first = errors.lines().next().unwrap_or("git failed").to_owned();
    Err(Diagnostic::error(GIT, first.strip_prefix("fatal: ").unwrap_or(&first).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_prints_is_refused_past_its_bound() {
        let ask = |most| git_up_to(most, &["hash-object", "--stdin"], b"x");
        let length = ask(1000).expect("git is there").len() as u64;
        assert_eq!(ask(length).map(|output| output.len() as u64), Ok(length));
        let refused = ask(length - 1).expect_err("one byte too many");
        assert_eq!(refused.message, "the revision holds more than 0 MiB");
    }
}
