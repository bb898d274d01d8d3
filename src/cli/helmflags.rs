//! Flags that several of Helm's commands share, and what becomes of them.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clearml_k8s::codec::yaml::{self, ReadOptions};
use clearml_k8s::codec::{Node, Numbers};
use clearml_k8s::diag::{Level, LogLine, Source, SourceKind};
use clearml_k8s::values::{self, Inputs, Merged};

use super::limits;
use super::pflag::{self, Flag, Kind, Parsed};
use super::reach;
use super::ui::Ui;

/// Flags every command of Helm takes.
pub(super) const GLOBAL: &[Flag] = &[
    Flag::value("burst-limit", Kind::Int, "accepted, without effect: no cluster is asked"),
    Flag::value("color", Kind::Text, "accepted, without effect"),
    Flag::value("colour", Kind::Text, "accepted, without effect"),
    Flag::value("content-cache", Kind::Text, "accepted, without effect: nothing is fetched"),
    Flag::switch("debug", "enable verbose output"),
    Flag::value("kube-apiserver", Kind::Text, "accepted, without effect: no cluster is asked"),
    Flag::value("kube-as-group", Kind::Texts, "accepted, without effect: no cluster is asked"),
    Flag::value("kube-as-user", Kind::Text, "accepted, without effect: no cluster is asked"),
    Flag::value("kube-ca-file", Kind::Text, "accepted, without effect: no cluster is asked"),
    Flag::value("kube-context", Kind::Text, "name of the kubeconfig context whose namespace to use"),
    Flag::switch("kube-insecure-skip-tls-verify", "accepted, without effect: no cluster is asked"),
    Flag::value("kube-tls-server-name", Kind::Text, "accepted, without effect: no cluster is asked"),
    Flag::value("kube-token", Kind::Text, "accepted, without effect: no cluster is asked"),
    Flag::value("kubeconfig", Kind::Text, "path to the kubeconfig file"),
    Flag::value("namespace", Kind::Text, "namespace scope for this request").short('n'),
    Flag::value("qps", Kind::Float, "accepted, without effect: no cluster is asked"),
    Flag::value("registry-config", Kind::Text, "accepted, without effect: nothing is fetched"),
    Flag::value("repository-cache", Kind::Text, "accepted, without effect: nothing is fetched"),
    Flag::value("repository-config", Kind::Text, "accepted, without effect: nothing is fetched"),
    Flag::switch("help", "help for this command").short('h'),
];

/// `--values` and the `--set` family.
pub(super) const VALUES: &[Flag] = &[
    Flag::value("set", Kind::Texts, "set values: key1=val1,key2=val2"),
    Flag::value("set-file", Kind::Texts, "set values from files: key1=path1,key2=path2"),
    Flag::value("set-json", Kind::Texts, "set JSON values: key1=json1, or a whole object"),
    Flag::value("set-literal", Kind::Texts, "set a literal STRING value"),
    Flag::value("set-string", Kind::Texts, "set STRING values: key1=val1,key2=val2"),
    Flag::value("values", Kind::List, "values in a YAML file, `-` for standard input").short('f'),
];

/// Where a chart comes from; all but local ones need a network.
pub(super) const CHART_PATH: &[Flag] = &[
    Flag::value("ca-file", Kind::Text, "refused when it holds no certificate; nothing is fetched"),
    Flag::value("cert-file", Kind::Text, "refused with --key-file when unreadable; nothing is fetched"),
    Flag::switch("insecure-skip-tls-verify", "accepted, without effect: nothing is fetched"),
    Flag::value("key-file", Kind::Text, "refused with --cert-file when unreadable; nothing is fetched"),
    Flag::value("keyring", Kind::Text, "accepted, without effect: nothing is verified"),
    Flag::switch("pass-credentials", "accepted, without effect: nothing is fetched"),
    Flag::value("password", Kind::Text, "accepted, without effect: nothing is fetched"),
    Flag::switch("plain-http", "accepted, without effect: nothing is fetched"),
    Flag::value("repo", Kind::Text, "refused: charts are read from disk only"),
    Flag::value("username", Kind::Text, "accepted, without effect: nothing is fetched"),
    Flag::switch("verify", "refused: signatures are not checked"),
    Flag::value("version", Kind::Text, "accepted, without effect on charts on disk"),
];

/// Refuses a colour mode that Helm does not know, which it does before it looks at anything else. Nothing is coloured
/// here, with any of them.
// Rule: Helm v4.3.1 pkg/cmd/root.go, newRootCmdWithConfig.
pub(super) fn check_color(arguments: &[String]) -> Result<(), LogLine> {
    // Both spellings set one thing, and a request for help ends the look.
    let is_help = |text: &String| text.starts_with("-h") || text == "--help" || text.starts_with("--help=");
    let one_name = |text: &String| match text.strip_prefix("--colour") {
        Some(rest) if rest.is_empty() || rest.starts_with('=') => format!("--color{rest}"),
        _ => text.clone(),
    };
    let arguments: Vec<String> = arguments.iter().take_while(|text| !is_help(text)).map(one_name).collect();
    let parsed = pflag::parse_known(&[GLOBAL], &arguments);
    let is_known = |mode: &&str| matches!(*mode, "never" | "auto" | "always");
    let Some(mode) = parsed.text("color").filter(|mode| !is_known(mode)) else { return Ok(()) };
    let mode = clearml_k8s::go::strconv::quote(mode.as_bytes());
    let text = format!("invalid color mode {mode}: must be one of: never, auto, always");
    Err(LogLine::new(Level::Warn, "command failed").with("error", text))
}

/// Whether `--debug` is on, or `$HELM_DEBUG` where the flag is not given.
pub(super) fn debug(parsed: &Parsed) -> bool {
    if parsed.has("debug") {
        return parsed.is_on("debug");
    }
    std::env::var("HELM_DEBUG").is_ok_and(|text| clearml_k8s::go::strconv::parse_bool(&text) == Ok(true))
}

/// An error in Helm's words, to be printed after `Error: `.
pub(super) type Refusal = String;

/// Go's words for a failed system call.
pub(super) fn io_words(error: &io::Error) -> String {
    let text = values::read_error("", error);
    text.split_once(": ").map_or(text.clone(), |(_, words)| words.to_owned())
}

/// The user's values, with keys that stand twice in a file.
// Rule: Helm v4.3.1 pkg/cli/values/options.go, MergeValues: each file is read and parsed before the next.
pub(super) fn read_merged(parsed: &Parsed, ui: &mut Ui) -> Result<Merged, Refusal> {
    let mut inputs = Inputs {
        set_json: parsed.texts("set-json"),
        set: parsed.texts("set"),
        set_string: parsed.texts("set-string"),
        set_file: parsed.texts("set-file"),
        set_literal: parsed.texts("set-literal"),
        ..Inputs::default()
    };
    let mut none = |_: &str| Err(io::Error::other("no file is read here"));
    for path in parsed.texts("values") {
        match read_file(&path, ui) {
            Ok(bytes) => inputs.files.push(source(&path, bytes)?),
            Err(text) => {
                let earlier = Inputs { files: inputs.files, ..Inputs::default() };
                values::merge(&earlier, &mut none).map_err(|error| error.helm_text().to_owned())?;
                return Err(text);
            }
        }
    }
    let mut read = |path: &str| -> io::Result<Vec<u8>> { read_path(path, ui) };
    values::merge(&inputs, &mut read).map_err(|error| error.helm_text().to_owned())
}

fn source(path: &str, bytes: Vec<u8>) -> Result<Source, Refusal> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(SourceKind::File, path, text)),
        Err(error) => {
            let bytes = error.into_bytes();
            yaml::read_values_bytes(SourceKind::File, path, &bytes)
                .map_err(|error| format!("failed to parse {path}: {}", error.helm_text()))?;
            Ok(Source::new(SourceKind::File, path, String::from_utf8_lossy(&bytes).into_owned()))
        }
    }
}

fn read_path(path: &str, ui: &mut Ui) -> io::Result<Vec<u8>> {
    let most = limits::file();
    let too_long =
        || io::Error::other(format!("{path} is larger than {most} bytes: `--limit file=N` allows more"));
    if path.trim() == "-" {
        // Helm reads on where nothing is left.
        if ui.is_stdin_read() {
            return Ok(Vec::new());
        }
        let bytes = ui.read_stdin(most).map_err(|error| io::Error::other(error.to_string()))?;
        return if bytes.len() as u64 > most { Err(too_long()) } else { Ok(bytes) };
    }
    reach::check_address(path)?;
    let mut bytes = Vec::new();
    File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_long());
    }
    Ok(bytes)
}

fn read_file(path: &str, ui: &mut Ui) -> Result<Vec<u8>, Refusal> {
    read_path(path, ui).map_err(|error| values::read_error(path, &error))
}

/// The path with `.` and `..` taken out.
pub(super) fn clean(path: &Path) -> PathBuf {
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    let bytes = clearml_k8s::go::path::clean(path.as_os_str().as_bytes());
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

/// The namespace: the flag, `$HELM_NAMESPACE`, the kubeconfig's context, `default`.
// Rule: Helm v4.3.1 pkg/cli/environment.go, Namespace; k8s.io/client-go clientcmd merging.
pub(super) fn namespace(parsed: &Parsed) -> String {
    let from_context = || {
        let name = (!parsed.is_on("confined")).then(|| context_namespace(parsed)).flatten();
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| "default".to_owned())
    };
    given_namespace(parsed).unwrap_or_else(from_context)
}

/// The same without a look into the kubeconfig.
pub(super) fn own_namespace(parsed: &Parsed) -> String {
    given_namespace(parsed).unwrap_or_else(|| "default".to_owned())
}

fn given_namespace(parsed: &Parsed) -> Option<String> {
    let given = match parsed.text("namespace") {
        Some(text) => text.to_owned(),
        None => std::env::var("HELM_NAMESPACE").unwrap_or_default(),
    };
    Some(given).filter(|name| !name.is_empty())
}

fn context_namespace(parsed: &Parsed) -> Option<String> {
    let env = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let files: Vec<PathBuf> = match parsed.text("kubeconfig").filter(|path| !path.is_empty()) {
        Some(path) => vec![path.into()],
        None => match env("KUBECONFIG") {
            Some(list) => list.split(':').filter(|path| !path.is_empty()).map(PathBuf::from).collect(),
            None => vec![PathBuf::from(env("HOME")?).join(".kube/config")],
        },
    };
    let configs: Vec<Node> = files
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .filter_map(|bytes| {
            let options = ReadOptions { numbers: Numbers::Typed };
            yaml::read_bytes(SourceKind::File, "kubeconfig", &bytes, &options).ok()
        })
        .map(|document| document.root)
        .collect();
    let given = parsed.text("kube-context").map(str::to_owned).or_else(|| env("HELM_KUBECONTEXT"));
    let context = given.filter(|name| !name.is_empty()).or_else(|| {
        let named = |config: &Node| config.get("current-context").and_then(Node::as_str).map(str::to_owned);
        configs.iter().filter_map(named).find(|name| !name.is_empty())
    })?;
    configs.iter().find_map(|config| {
        let contexts = config.get("contexts")?.as_list()?;
        let own = contexts.iter().find(|it| it.get("name").and_then(Node::as_str) == Some(&context))?;
        own.at_path(["context", "namespace"])?.as_str().map(str::to_owned)
    })
}

/// The help text of a command.
pub(super) fn help(usage: &str, about: &str, own: &[&[Flag]], global: &[Flag]) -> String {
    use std::fmt::Write as _;
    let mut out = format!("{about}\n\nUsage:\n  clearml-k8s {usage} [flags]\n\nFlags:\n");
    let list = |out: &mut String, flags: &[&Flag]| {
        for flag in flags.iter().filter(|flag| !flag.help.is_empty()) {
            let short = flag.short.map_or_else(|| "    ".to_owned(), |short| format!("-{short}, "));
            let _ = writeln!(out, "  {short}--{:<32} {}", flag.name, flag.help);
        }
    };
    let mut own: Vec<&Flag> = own.iter().flat_map(|flags| flags.iter()).collect();
    own.sort_by_key(|flag| flag.name);
    list(&mut out, &own);
    out.push_str("\nGlobal Flags:\n");
    list(&mut out, &global.iter().collect::<Vec<_>>());
    out
}
