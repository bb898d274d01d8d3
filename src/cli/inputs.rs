//! Values from the command line: files, presets and the `--set` family, read once and kept with their names.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use clearml_k8s::clearml;
use clearml_k8s::diag::{Code, Diagnostic, Source, SourceKind};
use clearml_k8s::values::{self, Inputs, Merged};

use super::limits;
use super::ui::Ui;

/// A file cannot be read.
const FILE: Code = Code("cli::file");
/// No preset has this name.
const PRESET: Code = Code("cli::unknown-preset");

/// Where values come from. Precedence is Helm's: presets, then files from left to right, then `--set-json`,
/// `--set`, `--set-string`, `--set-file`, `--set-literal`, in whatever order they stand.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Values")]
pub(crate) struct ValueArgs {
    /// Values file, `-` for standard input; several with commas or by repeating
    #[arg(short = 'f', long = "values", value_name = "FILE", value_delimiter = ',')]
    files: Vec<PathBuf>,
    /// Embedded example values under your own, see `init --list`; may be repeated
    #[arg(long = "preset", value_name = "NAME", value_delimiter = ',')]
    presets: Vec<String>,
    /// Set values: `a.b=1,list[0]=x`
    #[arg(long, value_name = "PATH=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// Set values that are text whatever they look like
    #[arg(long, value_name = "PATH=TEXT", allow_hyphen_values = true)]
    set_string: Vec<String>,
    /// Set values to the content of files
    #[arg(long, value_name = "PATH=FILE", allow_hyphen_values = true)]
    set_file: Vec<String>,
    /// Set values from JSON: `a.b={"c":1}`, or one whole object
    #[arg(long, value_name = "PATH=JSON", allow_hyphen_values = true)]
    set_json: Vec<String>,
    /// Set one value to the text after `=`, taken literally
    #[arg(long, value_name = "PATH=TEXT", allow_hyphen_values = true)]
    set_literal: Vec<String>,
}

impl ValueArgs {
    /// Whether nothing was given.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
            && self.presets.is_empty()
            && self.set.is_empty()
            && self.set_string.is_empty()
            && self.set_file.is_empty()
            && self.set_json.is_empty()
            && self.set_literal.is_empty()
    }

    /// The merged values.
    ///
    /// # Errors
    /// Every file that cannot be read and every unknown preset, or the first text that is no values.
    pub(crate) fn merge(&self, ui: &mut Ui) -> Result<Merged, Vec<Diagnostic>> {
        let inputs = self.read(Vec::new(), ui)?;
        let mut read_file = |path: &str| read_bytes(Path::new(path), ui);
        values::merge(&inputs, &mut read_file).map_err(|error| vec![error.into_diagnostic()])
    }

    /// What was given, files read and nothing merged yet. `middle` lies over the presets and under the files.
    ///
    /// # Errors
    /// Every file that cannot be read and every unknown preset.
    pub(crate) fn read(&self, middle: Vec<Source>, ui: &mut Ui) -> Result<Inputs, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut files = Vec::new();
        for name in &self.presets {
            match preset(name) {
                Ok(source) => files.push(source),
                Err(problem) => problems.push(*problem),
            }
        }
        files.extend(middle);
        for path in &self.files {
            match read_source(path, ui) {
                Ok(source) => files.push(source),
                Err(problem) => problems.push(*problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Inputs {
            files,
            set_json: self.set_json.clone(),
            set: self.set.clone(),
            set_string: self.set_string.clone(),
            set_file: self.set_file.clone(),
            set_literal: self.set_literal.clone(),
        })
    }
}

/// The preset of this name.
///
/// # Errors
/// An unknown name, with the nearest known one.
pub(crate) fn preset(name: &str) -> Result<Source, Box<Diagnostic>> {
    if let Some(source) = clearml::preset(name) {
        return Ok(source);
    }
    let known: Vec<&str> = clearml::preset_names().collect();
    let nearest = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), *known))
        .min()
        .filter(|(distance, _)| *distance <= 3);
    let help = match nearest {
        Some((_, nearest)) => format!("did you mean `{nearest}`? `clearml-k8s init --list` lists them"),
        None => format!("known presets: {}", known.join(", ")),
    };
    Err(Box::new(Diagnostic::error(PRESET, format!("no preset is called `{name}`")).help(help)))
}

/// A text the user named, `-` for standard input.
///
/// # Errors
/// When it cannot be read, is too long, or is not UTF-8.
pub(crate) fn read_source(path: &Path, ui: &mut Ui) -> Result<Source, Box<Diagnostic>> {
    let name = if path.as_os_str() == "-" { "<stdin>".into() } else { path.to_string_lossy() };
    let refuse = |message: String| Diagnostic::error(FILE, message);
    let unreadable = |error: io::Error| Box::new(refuse(format!("cannot read `{name}`: {}", reason(&error))));
    let bytes = read_bytes(path, ui).map_err(unreadable)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(SourceKind::File, name.as_ref(), text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|&&byte| byte == b'\n').count() + 1;
            let message = format!("`{name}` is not UTF-8: byte {valid}, on line {line}");
            Err(Box::new(refuse(message).help("save the file as UTF-8 without a byte order mark")))
        }
    }
}

/// The system's words without its error number.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    text.get(..1).map_or_else(String::new, str::to_lowercase) + text.get(1..).unwrap_or_default()
}

/// The bytes of a file the user named, `-` for standard input.
///
/// # Errors
/// When it cannot be read, or is longer than any such file.
pub(crate) fn read_bytes(path: &Path, ui: &mut Ui) -> io::Result<Vec<u8>> {
    let most = limits::file();
    let bytes = if path.as_os_str() == "-" {
        ui.read_stdin(most)?
    } else {
        let mut bytes = Vec::new();
        File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        bytes
    };
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("longer than {most} bytes: `--limit file=N` allows more")));
    }
    Ok(bytes)
}
