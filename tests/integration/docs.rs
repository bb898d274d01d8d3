//! README.md and docs/*.md say what is true: what they show is what the program prints and takes.
//!
//! - A `yaml` block whose first line is `# file: NAME` is written to the page's folder. Any other `yaml` block is
//!   a values file: it has to render, and every key in it has to be known.
//! - Each `$ …` line of a `console` block runs in that folder; the lines up to the next one are its output on
//!   both streams. `UPDATE_EXPECTED=1` writes the outputs anew.
//! - An `sh` block is for a cluster. It runs too, with `kubectl` and other foreign programs replaced by ones that
//!   do nothing, so that every line parses and every `clearml-k8s …` in it is really taken and really renders.
//! - Links lead somewhere, and a dotted value path in backticks is a key of the schema.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::sandbox::{Sandbox, assert_same_bytes};

/// Programs of an `sh` block that do nothing here.
const FOREIGN: &[&str] = &["cargo", "curl", "git", "helm", "kubectl", "ssh", "sudo"];
/// Programs of an `sh` block that are real.
const REAL: &[&str] =
    &["cat", "cp", "cut", "diff", "grep", "head", "mkdir", "rm", "sed", "sort", "tee", "tr"];

#[test]
fn what_the_pages_show_is_what_the_program_does() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let tools = tools();
    for path in pages() {
        let name = path.strip_prefix(root()).expect("a page of the project").display().to_string();
        let text = fs::read_to_string(&path).expect("a page");
        let folder = folder();
        let ran = Page { name: &name, folder: folder.path(), tools: tools.path() }.run(&text);
        if update {
            fs::write(&path, ran).expect("a writable page");
        } else {
            assert_same_bytes(ran.as_bytes(), text.as_bytes(), &name);
        }
    }
}

#[test]
fn links_lead_to_files_and_headings() {
    let mut linked = BTreeSet::new();
    for path in pages() {
        let text = prose(&fs::read_to_string(&path).expect("a page"));
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.contains("://") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file =
                if file.is_empty() { path.clone() } else { path.parent().expect("a folder").join(file) };
            assert!(file.exists(), "{}: nothing at {target}", path.display());
            if !heading.is_empty() {
                let headings: Vec<String> = fs::read_to_string(&file)
                    .expect("a page")
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .map(slug)
                    .collect();
                assert!(headings.iter().any(|known| known == heading), "{}: {target}", path.display());
            }
            linked.insert(file.canonicalize().expect("it exists"));
        }
    }
    let lost: Vec<_> = pages()
        .into_iter()
        .map(|page| page.canonicalize().expect("a page"))
        .filter(|page| !page.ends_with("README.md") && !linked.contains(page))
        .collect();
    assert!(lost.is_empty(), "no page leads to {lost:?}");
}

#[test]
fn every_value_that_is_named_exists() {
    let schema: Value =
        serde_json::from_str(&Sandbox::new().args(["schema"]).run().success()).expect("the schema is JSON");
    let mut named = 0;
    for path in pages() {
        let text = without_foreign_names(&prose(&fs::read_to_string(&path).expect("a page")));
        for span in text.split('`').skip(1).step_by(2) {
            let value = span.split([':', '=']).next().unwrap_or_default();
            let parts: Vec<&str> = value.split('.').collect();
            let is_path = parts.len() > 1
                && schema.pointer("/properties").is_some_and(|all| all.get(parts[0]).is_some())
                && value.chars().all(|c| c.is_ascii_alphanumeric() || "._*<>-".contains(c));
            // `agent.yaml` and the like are files.
            if !is_path || matches!(parts.last(), Some(&("yaml" | "yml" | "conf" | "txt"))) {
                continue;
            }
            named += 1;
            assert!(knows(&schema, &schema, &parts), "{}: no value `{value}`", path.display());
        }
    }
    assert!(named > 60, "{named} values");
}

/// A page without the first column of tables that are headed `successor`: names of another chart's values.
fn without_foreign_names(text: &str) -> String {
    let mut is_foreign = false;
    let mut out = String::new();
    for line in text.lines() {
        is_foreign = line.starts_with("| successor |") || is_foreign && line.starts_with('|');
        let own = if is_foreign { line.splitn(3, '|').last().unwrap_or_default() } else { line };
        out += own;
        out.push('\n');
    }
    out
}

/// Whether the schema has this path; `*` and `<name>` stand for any key.
fn knows(schema: &Value, whole: &Value, path: &[&str]) -> bool {
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => whole.pointer(reference.trim_start_matches('#')).unwrap_or(schema),
        None => schema,
    };
    let Some((key, rest)) = path.split_first() else { return true };
    let own = schema.get("properties").and_then(Value::as_object);
    if *key == "*" || key.starts_with('<') && own.is_some() {
        return own.is_some_and(|all| all.values().any(|below| knows(below, whole, rest)));
    }
    if let Some(below) = own.and_then(|all| all.get(*key)) {
        return knows(below, whole, rest);
    }
    match schema.get("additionalProperties") {
        Some(below @ Value::Object(_)) => knows(below, whole, rest),
        Some(Value::Bool(any)) => *any,
        // A tree taken over as it is, such as a probe.
        _ => own.is_none(),
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README.md and every page of docs/, in order.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = fs::read_dir(root().join("docs"))
        .expect("docs/")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    pages.insert(0, root().join("README.md"));
    assert!(pages.len() > 8, "{pages:?}");
    pages
}

/// A page without its blocks of code.
fn prose(text: &str) -> String {
    let mut in_code = false;
    let mut out = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            out += line;
            out.push('\n');
        }
    }
    out
}

/// The anchor that a heading gets: lower case, punctuation gone, blanks as dashes.
fn slug(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || "- _".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// The folder a page's commands run in, with what pages take for granted: the reader's own values and a chart.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let chart = folder.path().join("my-chart");
    fs::create_dir_all(chart.join("templates")).expect("folders");
    let files = [
        ("values.yaml", "{}\n"),
        ("my-chart/Chart.yaml", "apiVersion: v2\nname: my-chart\nversion: 0.1.0\n"),
        ("my-chart/values.yaml", "text: hello\n"),
        (
            "my-chart/templates/configmap.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {text: {{ .Values.text }}}\n",
        ),
    ];
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a writable folder");
    }
    folder
}

/// A folder of programs for `sh` blocks: `clearml-k8s` says on file descriptor 9 when it refuses.
fn tools() -> tempfile::TempDir {
    let tools = tempfile::tempdir().expect("a temporary folder");
    let script = |name: &str, text: &str| {
        let path = tools.path().join(name);
        fs::write(&path, text).expect("a writable folder");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("our own file");
    };
    for name in FOREIGN {
        script(name, "#!/bin/sh\nif [ ! -t 0 ]; then /bin/cat >/dev/null; fi\n");
    }
    for name in REAL {
        script(name, &format!("#!/bin/sh\nPATH=/usr/bin:/bin exec {name} \"$@\"\n"));
    }
    script(
        "clearml-k8s",
        &format!(
            "#!/bin/sh\n{} \"$@\"\ncode=$?\n[ $code -lt 2 ] || echo \"exit $code: clearml-k8s $*\" >&9\nexit $code\n",
            env!("CARGO_BIN_EXE_clearml-k8s")
        ),
    );
    tools
}

/// One page and where its commands run.
struct Page<'p> {
    name: &'p str,
    folder: &'p Path,
    tools: &'p Path,
}

impl Page<'_> {
    /// The text with the output of every command replaced by what it prints now.
    fn run(&self, text: &str) -> String {
        let mut out = String::new();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            out += line;
            out.push('\n');
            let Some(language) = line.trim().strip_prefix("```") else { continue };
            let indent = line.len() - line.trim_start().len();
            let mut body = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.trim_start().starts_with("```")) {
                body.push(line.get(indent..).unwrap_or_default());
                if language != "console" {
                    out += line;
                    out.push('\n');
                }
            }
            match language {
                "yaml" => self.yaml(&body),
                "sh" => self.sh(&(body.join("\n") + "\n")),
                "console" => {
                    for command in body.iter().filter_map(|line| line.strip_prefix("$ ")) {
                        for line in format!("$ {command}\n{}", self.console(command)).lines() {
                            out += format!("{:indent$}{line}", "").trim_end();
                            out.push('\n');
                        }
                    }
                }
                "text" | "mermaid" => {}
                _ => assert!(language.is_empty(), "{}: what is a block of `{language}`?", self.name),
            }
            // The closing line is not another opening one.
            out.extend(lines.next().into_iter().flat_map(|line| [line, "\n"]));
        }
        out
    }

    fn yaml(&self, body: &[&str]) {
        let text = body.join("\n") + "\n";
        let parsed: Result<serde_yaml::Value, _> = serde_yaml::from_str(&text);
        assert!(parsed.is_ok(), "{}: {parsed:?} in\n{text}", self.name);
        if let Some(name) = body.first().and_then(|line| line.strip_prefix("# file: ")) {
            let path = self.folder.join(name);
            fs::create_dir_all(path.parent().expect("inside the folder")).expect("folders");
            fs::write(path, text).expect("a writable folder");
            return;
        }
        let output = Sandbox::new().args(["render"]).values(&text).run();
        let stderr = output.stderr();
        assert!(
            output.status == 0 && !stderr.contains("clearml::unknown-value"),
            "{}: {stderr} for\n{text}",
            self.name
        );
    }

    fn sh(&self, script: &str) {
        let refused = tempfile::NamedTempFile::new().expect("a temporary file");
        let output =
            self.shell(&format!("exec 9>'{}'\n{script}", refused.path().display()), self.tools.as_os_str());
        let said = String::from_utf8_lossy(&output.stderr);
        let refused = fs::read_to_string(refused.path()).expect("the file is there");
        assert!(
            output.status.success() && refused.is_empty() && !said.contains("not found"),
            "{}: {refused}{said} from\n{script}",
            self.name
        );
    }

    fn console(&self, command: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_clearml-k8s")).parent().expect("a folder");
        let path = format!("{}:/usr/bin:/bin", program.display());
        let output = self.shell(&format!("exec 2>&1; {command}"), path.as_ref());
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn shell(&self, script: &str, path: &std::ffi::OsStr) -> Output {
        Command::new("/bin/sh")
            .args(["-c", script])
            .current_dir(self.folder)
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder)
            .env("LC_ALL", "C")
            .env("COLUMNS", "100")
            .stdin(Stdio::null())
            .output()
            .expect("a shell")
    }
}
