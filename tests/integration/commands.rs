//! Help, version, completion, man: what needs no values.

use crate::sandbox::Sandbox;

#[test]
fn without_a_command_the_help_goes_to_stderr() {
    let output = Sandbox::new().run();
    let help = output.refused();
    assert!(help.contains("Usage: clearml-k8s"), "{help}");
}

#[test]
fn help_lists_every_command() {
    insta::assert_snapshot!(Sandbox::new().args(["--help"]).run().transcript());
}

#[test]
fn an_unknown_command_is_refused_with_the_nearest_one() {
    insta::assert_snapshot!(Sandbox::new().args(["rendr"]).run().transcript());
}

#[test]
fn version_answers_as_helm_does() {
    let transcript = |args: &[&str]| Sandbox::new().args(args).run().transcript();
    insta::assert_snapshot!(transcript(&["version"]));
    insta::assert_snapshot!(transcript(&["version", "--short"]));
    insta::assert_snapshot!(transcript(&["version", "--wrong"]));
    insta::assert_snapshot!(transcript(&["version", "extra"]));
    insta::assert_snapshot!(transcript(&["--version"]));
}

#[test]
fn completion_and_man_know_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = Sandbox::new().args(["completion", shell]).run().success();
        for command in ["template", "completion", "man"] {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
    let page = Sandbox::new().args(["man"]).run().success();
    assert!(page.starts_with(".ie"), "{page}");
    assert!(page.contains("clearml\\-k8s\\-template(1)"), "{page}");
    let page = Sandbox::new().args(["man", "completion"]).run().success();
    assert!(page.contains("clearml\\-k8s\\-completion"), "{page}");
    let message = Sandbox::new().args(["man", "nothing"]).run().refused();
    assert_eq!(message, "error: no command is called `nothing`\n");
}

#[test]
fn init_prints_a_file_that_renders() {
    insta::assert_snapshot!(Sandbox::new().args(["init", "--list"]).run().success());
    let starter = Sandbox::new().args(["init", "--with-secrets"]).run().success();
    let rendered = Sandbox::new().args(["render", "--strict"]).values(&starter).run();
    assert_eq!(rendered.status, 0, "{}", rendered.stderr());
    let nfs = Sandbox::new().args(["init", "--preset", "nfs"]).run().success();
    assert!(nfs.starts_with("# ") && nfs.contains("use_nfs: true"), "{nfs}");
    let message = Sandbox::new().args(["init", "--preset", "nsf"]).run().refused();
    assert!(message.contains("did you mean `nfs`?"), "{message}");
}

#[test]
fn words_of_helm_and_kubectl_get_an_answer() {
    for arguments in [&["install", "x"][..], &["search", "repo", "clearml"], &["-f", "values.yaml", "render"]]
    {
        insta::assert_snapshot!(Sandbox::new().args(arguments.iter().copied()).run().refused());
    }
    let help = |arguments: &[&str]| Sandbox::new().args(arguments.iter().copied()).run().success();
    assert_eq!(help(&["help"]), help(&["--help"]));
    assert_eq!(help(&["help", "render"]), help(&["render", "--help"]));
    assert_eq!(help(&["help", "show", "values"]), help(&["show", "values", "--help"]));
    insta::assert_snapshot!(help(&["help", "render"]));
}

#[test]
fn every_value_can_be_printed_with_its_meaning() {
    let all = Sandbox::new().args(["init", "--all"]).run().success();
    assert!(all.contains("#  # GPUs of each agent") && all.contains("#  nvidiaGpusPerAgent: 1\n"), "{all}");
    let with = Sandbox::new().args(["render", "-s", "redis-deployment.yaml"]).values(&all).run().success();
    let without = Sandbox::new().args(["render", "-s", "redis-deployment.yaml"]).values("{}").run().success();
    assert_eq!(with, without);
}

/// The script is sourced by a real bash, which then completes behind a command.
#[test]
fn bash_completes_commands_flags_and_words() {
    let script = Sandbox::new().args(["completion", "bash"]).run().success();
    let complete = |words: &[&str]| {
        let run = format!(
            "{script}\nfunction=$(complete -p clearml-k8s | sed 's/.*-F \\([^ ]*\\) .*/\\1/')\n\
             COMP_WORDS=({}); COMP_CWORD={}\n$function clearml-k8s '{}' '{}'\necho \"${{COMPREPLY[*]}}\"",
            words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
            words.len() - 1,
            words[words.len() - 1],
            words[words.len() - 2],
        );
        let output = std::process::Command::new("bash").args(["-c", &run]).output().expect("bash");
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim_end().to_owned()
    };
    assert_eq!(complete(&["clearml-k8s", "ren"]), "render");
    assert_eq!(complete(&["clearml-k8s", "render", "--not"]), "--notes");
    assert_eq!(complete(&["clearml-k8s", "completion", "fi"]), "fish");
    assert_eq!(complete(&["clearml-k8s", "render", "--output", "j"]), "json");
}
