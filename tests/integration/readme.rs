//! What README.md shows is what the program prints.
//!
//! A `yaml` block whose first line is `# file: NAME` is written to a folder; each `$ …` line of a `console`
//! block runs there, and the lines up to the next one are its output on both streams. `UPDATE_EXPECTED=1`
//! writes the outputs anew.

use std::path::Path;
use std::process::Command;

#[test]
fn every_command_of_the_readme_prints_what_stands_there() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).expect("README.md");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ran = run_blocks(&readme, folder.path());
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, ran).expect("a writable README.md");
        return;
    }
    crate::sandbox::assert_same_bytes(ran.as_bytes(), readme.as_bytes(), "README.md");
}

/// The text with the output of every command replaced by what it prints now.
fn run_blocks(readme: &str, folder: &Path) -> String {
    let mut out = String::new();
    let mut lines = readme.lines().peekable();
    let mut commands = 0;
    while let Some(line) = lines.next() {
        out += line;
        out.push('\n');
        let block = match line.trim() {
            "```yaml" | "```console" => line.trim(),
            _ => continue,
        };
        let body: Vec<&str> =
            std::iter::from_fn(|| lines.next_if(|line| !line.trim_start().starts_with("```"))).collect();
        if block == "```yaml" {
            write_file(&body, folder);
            out.extend(body.iter().flat_map(|line| [line, "\n"]));
            continue;
        }
        for command in body.iter().filter_map(|line| line.strip_prefix("$ ")) {
            commands += 1;
            out += &format!("$ {command}\n{}", run(command, folder));
        }
    }
    assert!(commands >= 4, "{commands} commands");
    out
}

fn write_file(body: &[&str], folder: &Path) {
    if let Some(name) = body.first().and_then(|line| line.strip_prefix("# file: ")) {
        std::fs::write(folder.join(name), body.join("\n") + "\n").expect("a writable folder");
    }
}

fn run(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_clearml-k8s"));
    let path = format!("{}:/usr/bin:/bin", program.parent().expect("a folder").display());
    let output = Command::new("/bin/sh")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("LC_ALL", "C")
        .env("COLUMNS", "100")
        .output()
        .expect("a shell");
    String::from_utf8(output.stdout).expect("UTF-8")
}
