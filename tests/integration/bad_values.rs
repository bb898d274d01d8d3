//! Values that must not be rendered, one mistake a file, each with the exact message.
//!
//! `tests/bad-values/NAME.yaml` is the input; a first line `# …` holds further arguments (`strict` alone
//! means `--strict`). `NAME.txt` is standard error. `UPDATE_EXPECTED=1` writes the texts anew: read the diff.

use std::path::{Path, PathBuf};

use crate::sandbox::{Sandbox, assert_same_bytes};

/// Secrets of the inputs start with this; no message may hold it.
const SECRET: &str = "hunter2";

#[test]
fn every_bad_input_is_refused_with_its_message() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let inputs = inputs();
    assert!(inputs.len() >= 50, "{} inputs", inputs.len());
    for path in inputs {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        let text = std::fs::read_to_string(&path).expect("an input");
        let output = Sandbox::new().args(["render"]).args(arguments(&text)).values(&text).run();
        let message = output.refused();
        assert!(!message.contains(SECRET), "{name} tells a secret:\n{message}");
        let expected = path.with_extension("txt");
        if update {
            std::fs::write(&expected, &message).expect("a writable file");
            continue;
        }
        let wanted = std::fs::read(&expected).unwrap_or_default();
        assert_same_bytes(message.as_bytes(), &wanted, &name);
    }
}

fn inputs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad-values");
    let mut inputs: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the inputs")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    inputs.sort();
    inputs
}

fn arguments(text: &str) -> Vec<String> {
    match text.lines().next().and_then(|line| line.strip_prefix("# ")) {
        None => Vec::new(),
        Some("strict") => vec!["--strict".to_owned()],
        Some(arguments) => arguments.split(' ').map(str::to_owned).collect(),
    }
}
