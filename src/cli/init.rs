//! `init`: a commented values file to start from.

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use clearml_k8s::clearml;
use clearml_k8s::codec::yaml;
use clearml_k8s::diag::{Code, Diagnostic};
use clearml_k8s::host::{Host, System};

use super::exit::Exit;
use super::inputs;
use super::ui::Ui;

/// The starter when no preset is named: everything in it is commented out.
const STARTER: &str = include_str!("../../charts/clearml-server/starter.yaml");

/// The presets and `--with-secrets` both bring secrets.
const SECRETS: Code = Code("cli::secrets-twice");

/// Keys a new install replaces, with how many random characters each gets. The web server's pair is not among
/// them: with another one, logging in without a password stops working.
const KEYS: &[(&str, usize)] = &[
    ("sessionSecret", 56),
    ("tokenSecret", 56),
    ("apiserverKey", 30),
    ("apiserverSecret", 56),
    ("fileserverKey", 30),
    ("fileserverSecret", 56),
    ("testUserKey", 30),
    ("testUserSecret", 56),
];

/// What secrets are made of: a power of two of characters, so that each is equally likely.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Print a commented values file to start from
#[derive(Args)]
#[command(after_help = "\
Examples:
  clearml-k8s init > values.yaml
  clearml-k8s init --all | less
  clearml-k8s init --preset nfs --with-secrets > values.yaml")]
pub(crate) struct InitArgs {
    /// Start from this preset
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Add fresh random secrets in place of the server's built-in ones
    #[arg(long)]
    with_secrets: bool,
    /// Print every value with its default and meaning instead, all commented out
    #[arg(long, conflicts_with_all = ["preset", "list"])]
    all: bool,
    /// List the presets instead
    #[arg(long)]
    list: bool,
}

/// Prints the file.
pub(crate) fn run(args: &InitArgs, ui: &mut Ui) -> Result<Exit> {
    if args.list {
        ui.print(list())?;
        return Ok(Exit::Done);
    }
    let mut text = match args.preset.as_deref().map(inputs::preset) {
        None if args.all => all_values(),
        None => STARTER.to_owned(),
        Some(Ok(source)) => source.text().to_owned(),
        Some(Err(problem)) => return Ok(ui.refuse(&[*problem], None)),
    };
    if args.with_secrets {
        if has_secrets(&text) {
            let message = "the preset has `secrets` of its own";
            return Ok(
                ui.refuse(&[Diagnostic::error(SECRETS, message).help("leave out `--with-secrets`")], None)
            );
        }
        text += &secrets(&System::new());
    }
    ui.print(text)?;
    Ok(Exit::Done)
}

/// The defaults with every line commented out, so that the file changes nothing as it is.
fn all_values() -> String {
    let mut text = "# Every value of clearml-k8s with its default: take away the `#` in front of what you change, and in front of\n\
                    # the keys it stands under. A file that repeats defaults would also hold on to them in later versions.\n"
        .to_owned();
    for line in clearml::defaults().text().lines().skip_while(|line| !line.is_empty()) {
        let _ = writeln!(text, "{}{line}", if line.is_empty() { "" } else { "#" });
    }
    text
}

fn list() -> String {
    let width = clearml::preset_names().map(str::len).max().unwrap_or(0);
    clearml::presets().iter().fold(String::new(), |mut text, preset| {
        let _ = writeln!(text, "{:width$}  {}", preset.name, preset.title());
        text
    })
}

fn has_secrets(text: &str) -> bool {
    let source = clearml_k8s::diag::Source::new(clearml_k8s::diag::SourceKind::Preset, "", text);
    yaml::read_values(&source).is_ok_and(|document| document.root.get("secrets").is_some())
}

/// The section `secrets` with random values.
fn secrets(host: &dyn Host) -> String {
    let mut text =
        "\n# Made at random by `init`: keep them, and keep this file out of public places.\nsecrets:\n"
            .to_owned();
    for (key, length) in KEYS {
        let mut bytes = vec![0; *length];
        host.random("init", &mut bytes);
        let value: String = bytes
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
            .map(|&letter| char::from(letter))
            .collect();
        let _ = writeln!(text, "  {key}: {}", yaml::scalar(&value));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starter_sets_nothing_and_everything_in_it_is_a_known_value() {
        let source = |text: &str| {
            clearml_k8s::diag::Source::new(clearml_k8s::diag::SourceKind::Preset, "starter.yaml", text)
        };
        let as_is = yaml::read_values(&source(STARTER)).expect("values");
        assert!(as_is.root.as_map().is_some_and(clearml_k8s::codec::Map::is_empty));
        let taken: String = STARTER
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(code) if !code.starts_with(' ') || code.starts_with("  ") => format!("{code}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let user = yaml::read_values(&source(&taken)).expect("values once the marks are taken away").root;
        let options = clearml::Options { strict: true, ..clearml::Options::default() };
        let rendered = clearml::render(&user, &options).expect("a complete example");
        let unknown: Vec<_> =
            rendered.warnings.iter().filter(|found| found.code.0.contains("unknown")).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn all_values_are_commented_out_and_complete() {
        let text = all_values();
        let source = |text: &str| {
            clearml_k8s::diag::Source::new(clearml_k8s::diag::SourceKind::Preset, "all.yaml", text)
        };
        let as_is = yaml::read_values(&source(&text)).expect("values");
        assert!(as_is.root.as_map().is_some_and(clearml_k8s::codec::Map::is_empty));
        let taken: String = text
            .lines()
            .skip(2)
            .map(|line| line.strip_prefix('#').unwrap_or(line).to_owned() + "\n")
            .collect();
        let defaults = yaml::read_values(clearml::defaults()).expect("defaults").root;
        assert_eq!(yaml::read_values(&source(&taken)).expect("values").root, defaults);
    }

    #[test]
    fn secrets_are_long_and_each_is_another() {
        let text = secrets(&System::new());
        let values: std::collections::HashSet<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("  ")?.split_once(": "))
            .map(|(_, value)| value)
            .collect();
        assert_eq!(values.len(), KEYS.len(), "{text}");
        assert_ne!(text, secrets(&System::new()));
    }
}
