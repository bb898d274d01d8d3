//! [`Sandbox`]: one run of the program in a folder of its own, with nothing from outside.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder, arguments, an input and an environment; `run` starts the program.
#[must_use = "a sandbox does nothing until `run`"]
pub(crate) struct Sandbox {
    dir: TempDir,
    args: Vec<OsString>,
    stdin: Vec<u8>,
    env: Vec<(OsString, OsString)>,
}

/// What a run gave; the sandbox's folder lives as long as this.
pub(crate) struct Output {
    /// The exit code; -1 when a signal ended the run.
    pub(crate) status: i32,
    /// Raw bytes.
    pub(crate) stdout: Vec<u8>,
    /// Raw bytes.
    pub(crate) stderr: Vec<u8>,
    dir: TempDir,
}

impl Sandbox {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        Self { dir, args: Vec::new(), stdin: Vec::new(), env: Vec::new() }
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let target = self.dir.path().join(path);
        std::fs::create_dir_all(target.parent().expect("inside the sandbox")).expect("folders");
        std::fs::write(target, content).expect("a file");
        self
    }

    /// Makes a link, with the folders above it.
    pub(crate) fn link(self, path: &str, target: &str) -> Self {
        let link = self.dir.path().join(path);
        std::fs::create_dir_all(link.parent().expect("inside the sandbox")).expect("folders");
        std::os::unix::fs::symlink(target, link).expect("a link");
        self
    }

    /// The folder the program will run in.
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes `values.yaml` and hands it over with `-f` after the arguments given so far.
    pub(crate) fn values(self, content: impl AsRef<[u8]>) -> Self {
        self.file("values.yaml", content).args(["-f", "values.yaml"])
    }

    /// Adds arguments.
    pub(crate) fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// What standard input holds.
    pub(crate) fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Runs the program, or the one that `CLEARML_K8S` names.
    pub(crate) fn run(self) -> Output {
        let program = std::env::var_os("CLEARML_K8S");
        let mut child = Command::new(program.unwrap_or_else(|| env!("CARGO_BIN_EXE_clearml-k8s").into()))
            .args(&self.args)
            .current_dir(self.dir.path())
            .env_clear()
            .env("HOME", self.dir.path().join("home"))
            .env("TZ", "UTC")
            .env("COLUMNS", "100")
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("piped");
        let input = self.stdin;
        let writer = std::thread::spawn(move || {
            // A program that does not read its input closes the pipe.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("the program ends");
        writer.join().expect("the writer ends");
        Output {
            status: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: output.stderr,
            dir: self.dir,
        }
    }
}

impl Output {
    /// Standard output as text.
    pub(crate) fn stdout(&self) -> String {
        self.text(&self.stdout)
    }

    /// Standard error as text.
    pub(crate) fn stderr(&self) -> String {
        self.text(&self.stderr)
    }

    /// The sandbox's folder.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Demands success and a silent standard error; returns standard output.
    #[track_caller]
    pub(crate) fn success(&self) -> String {
        assert_eq!((self.status, self.stderr()), (0, String::new()), "stdout: {}", self.stdout());
        self.stdout()
    }

    /// Demands exit code 2 with nothing on standard output; returns standard error.
    #[track_caller]
    pub(crate) fn refused(&self) -> String {
        let stderr = self.stderr();
        assert!(
            self.status == 2 && self.stdout.is_empty(),
            "exit code {}, {} bytes of output, stderr: {stderr}",
            self.status,
            self.stdout.len()
        );
        stderr
    }

    /// Exit code and both streams, each ending in `[EOF]` so that a lost line end shows.
    pub(crate) fn transcript(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "exit code {}", self.status);
        let _ = writeln!(text, "--- stdout\n{}[EOF]", self.stdout());
        let _ = writeln!(text, "--- stderr\n{}[EOF]", self.stderr());
        text
    }

    fn text(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).expect("output in UTF-8");
        let real = self.dir.path().canonicalize().expect("the sandbox is there");
        [real, PathBuf::from(self.dir.path())]
            .iter()
            .fold(text, |text, path| text.replace(&*path.to_string_lossy(), "[SANDBOX]"))
            .replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
    }
}

/// Demands equal bytes, nothing folded or trimmed; shows the first difference.
#[track_caller]
#[allow(clippy::panic)] // this is how an assertion fails
pub(crate) fn assert_same_bytes(ours: &[u8], wanted: &[u8], what: &str) {
    if ours == wanted {
        return;
    }
    let at = ours.iter().zip(wanted).position(|(a, b)| a != b).unwrap_or(ours.len().min(wanted.len()));
    let line = wanted.iter().take(at).filter(|&&byte| byte == b'\n').count() + 1;
    let around = |bytes: &[u8]| {
        let from = at.saturating_sub(120);
        let to = bytes.len().min(at + 120);
        String::from_utf8_lossy(bytes.get(from..to).unwrap_or_default()).escape_debug().to_string()
    };
    panic!(
        "{what}: byte {at} (line {line}) differs\n  wanted: {}\n  ours:   {}",
        around(wanted),
        around(ours)
    );
}
