//! What people type who come from Helm or kubectl: said in the words of this program.

use std::ffi::{OsStr, OsString};

use clearml_k8s::diag::{Code, Diagnostic};

/// A command of Helm or kubectl that has no counterpart here.
const FOREIGN: Code = Code("cli::foreign-command");
/// A flag in front of the command.
const FLAG_FIRST: Code = Code("cli::flag-first");

const APPLY: &str = "clearml-k8s render -f values.yaml | kubectl apply -f -";
const DELETE: &str = "clearml-k8s render -f values.yaml --without ns,pv,pvc | kubectl delete -f -";
const LOCAL: &str = "charts are read from disk: `clearml-k8s template NAME ./chart` or a .tgz file";

/// Names of commands elsewhere, and what does their work here.
const ELSEWHERE: &[(&[&str], &str)] = &[
    (&["install", "upgrade", "apply", "create", "rollback", "deploy"], APPLY),
    (&["delete", "uninstall", "del", "un"], DELETE),
    (&["get", "status", "history", "list", "ls", "test"], "ask the cluster: `kubectl -n clearml get all`"),
    (&["search"], "the ClearML templates are in this program: `clearml-k8s init --list` shows the presets"),
    (&["repo", "pull", "fetch", "push", "registry", "package", "plugin", "verify", "env"], LOCAL),
];

/// Flags that people put in front of the command.
const COMMAND_FLAGS: &[&str] =
    &["-f", "-n", "-s", "-o", "--values", "--namespace", "--set", "--preset", "--notes"];

/// `help COMMAND` as `COMMAND --help`; other arguments as they are.
pub(super) fn without_help_command(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.first().is_some_and(|first| first == "help") {
        arguments.remove(0);
        arguments.push("--help".into());
    }
    arguments
}

/// What to say to arguments that mean something to another program.
pub(super) fn advice(arguments: &[OsString]) -> Option<Diagnostic> {
    let first = arguments.first().and_then(|first| first.to_str())?;
    if let Some((_, instead)) = ELSEWHERE.iter().find(|(names, _)| names.contains(&first)) {
        let message = format!("there is no command `{first}`: this program renders, and talks to no cluster");
        return Some(Diagnostic::error(FOREIGN, message).help(*instead));
    }
    let flag = first.split('=').next().unwrap_or(first);
    let is_command_flag = COMMAND_FLAGS.contains(&flag) || flag.starts_with("--set-");
    is_command_flag.then(|| {
        let given: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
        let named = given.iter().skip(1).any(|argument| argument == "render");
        let rest: Vec<_> = given.iter().filter(|argument| !named || *argument != "render").cloned().collect();
        Diagnostic::error(FLAG_FIRST, format!("`{flag}` stands before the command"))
            .help(format!("name the command first: clearml-k8s render {}", rest.join(" ")))
    })
}

/// Whether a name is more likely a file that was meant for `-f`.
pub(super) fn looks_like_a_file(name: &str) -> bool {
    let extension = std::path::Path::new(name).extension().and_then(OsStr::to_str);
    name.contains('/') || extension.is_some_and(|end| ["yaml", "yml", "json"].contains(&end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Option<String> {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        advice(&arguments).map(|found| format!("{} ({})", found.message, found.help.unwrap_or_default()))
    }

    #[test]
    fn commands_of_others_get_an_answer() {
        let answer = said("install clearml-server -f v.yaml").expect("an answer");
        assert!(answer.contains("no command `install`") && answer.contains("kubectl apply"), "{answer}");
        assert!(said("uninstall x").expect("an answer").contains("--without ns,pv,pvc |"));
        assert_eq!(said("render -f v.yaml"), None);
        assert_eq!(said("--color never render"), None);
    }

    #[test]
    fn a_flag_in_front_gets_the_right_order() {
        assert_eq!(
            said("-n prod render -f v.yaml").as_deref(),
            Some(
                "`-n` stands before the command (name the command first: clearml-k8s render -n prod -f v.yaml)"
            )
        );
        assert!(said("--set-json a={}").is_some());
    }

    #[test]
    fn files_are_told_from_names() {
        assert!(looks_like_a_file("values.yaml") && looks_like_a_file("./values"));
        assert!(!looks_like_a_file("clearml-server") && !looks_like_a_file("a.b"));
    }
}
