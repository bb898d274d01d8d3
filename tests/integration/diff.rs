//! `diff`: every kind of side, exit codes, formats, colour and paging.

use std::path::Path;
use std::process::Command;

use crate::sandbox::{Output, Sandbox};
use crate::vendor::chart;

const OLD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {helm.sh/chart: shop-1.0.0}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'web:1', resources: {limits: {memory: 1Gi}}}]}
";

fn new() -> String {
    OLD.replace("web:1", "web:2").replace("1Gi", "1024Mi").replace("1.0.0", "1.1.0")
}

fn diff(sandbox: Sandbox, args: &[&str]) -> Output {
    sandbox.args(["diff"]).args(args.iter().copied()).run()
}

#[test]
fn files_folders_and_standard_input_are_compared() {
    let sandbox = || {
        Sandbox::new()
            .file("old/web.yaml", OLD)
            .file("old/.hidden.yaml", "no: manifest")
            .file("old/README.md", "text")
            .file("old/kustomization.yaml", "resources: [web.yaml]\n")
            .file("new.yaml", new())
    };
    insta::assert_snapshot!(diff(sandbox(), &["old", "new.yaml"]).transcript());
    let output = diff(sandbox().stdin(OLD), &["-", "dir:old"]);
    assert_eq!((output.status, output.stdout().as_str()), (0, "1 equal\n"), "{}", output.stderr());
    let output = diff(sandbox(), &["old", "new.yaml", "--unified", "--show-noise", "--color", "always"]);
    assert_eq!(output.status, 1);
    insta::assert_snapshot!(output.stdout().replace('\x1b', "␛"));
    let output = diff(sandbox().env("NO_COLOR", "1"), &["old", "new.yaml"]);
    assert!(!output.stdout().contains('\x1b'));
}

#[test]
fn formats_for_programs_and_pull_requests_go_to_standard_output() {
    for format in ["json", "markdown", "github"] {
        let sandbox = Sandbox::new().file("old.yaml", OLD).file("new.yaml", new());
        let output = diff(sandbox, &["old.yaml", "new.yaml", "--format", format, "--color", "always"]);
        insta::assert_snapshot!(format!("formats_{format}"), output.transcript());
        assert!(!output.stdout().contains('\x1b'), "{format}");
    }
}

#[test]
fn values_presets_and_charts_are_rendered() {
    let run = |args: &[&str]| {
        let sandbox = chart(Sandbox::new()).file("values.yaml", "apiserver: {replicas: 2}\n");
        let output = diff(sandbox, args);
        (output.status, output.stdout(), output.stderr())
    };
    let (status, stdout, _) = run(&["preset:default", "values:values.yaml"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("    + spec.replicas: 2\n"), "{stdout}");
    assert_eq!(run(&["values:", "preset:default"]).0, 0);
    // Flags lie over both sides, so both have two replicas.
    assert_eq!(run(&["values:", "values:values.yaml", "--set", "apiserver.replicas=2"]).0, 0);
    assert_eq!(run(&["values:", "values:values.yaml", "-f", "values.yaml"]).0, 0);
    let (status, stdout, stderr) = run(&["shop", "shop", "--set", "color=red"]);
    assert_eq!((status, stdout.as_str(), stderr.as_str()), (0, "2 equal\n", ""));
    let (status, stdout, _) = run(&["chart:shop", "preset:nfs", "--format", "json"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("\"removed\": 2"), "{stdout}");
}

/// A repository with two commits: values, a chart and vendored manifests.
fn repository(folder: &Path) {
    let git = |args: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"])
            .args(args)
            .current_dir(folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "-q", "-b", "main"]);
    std::os::unix::fs::symlink("/etc/passwd", folder.join("manifests/link.yaml")).expect("a link");
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "one"]);
    std::fs::write(folder.join("manifests/web.yaml"), new()).expect("written");
    std::fs::write(folder.join("values.yaml"), "apiserver: {replicas: 2}\n").expect("written");
    std::fs::write(folder.join("shop/values.yaml"), "color: red\nextra: false\n").expect("written");
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "two"]);
}

#[test]
fn revisions_of_the_repository_are_sides_too() {
    let made = chart(Sandbox::new())
        .file("manifests/web.yaml", OLD)
        .file("values.yaml", "")
        .file("deep/er/web.yaml", OLD)
        .args(["--version"])
        .run();
    repository(made.dir());
    let run = |at: &str, args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_clearml-k8s"))
            .arg("diff")
            .args(args)
            .current_dir(made.dir().join(at))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .output()
            .expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        format!(
            "exit code {}\n--- stdout\n{}[EOF]\n--- stderr\n{}[EOF]\n",
            output.status.code().unwrap_or(-1),
            text(output.stdout),
            text(output.stderr)
        )
    };
    // The path of the other side counts for a revision that names none.
    insta::assert_snapshot!(run("", &["git:main~1", "manifests"]));
    assert!(run("", &["git:main", "manifests"]).starts_with("exit code 0\n"));
    assert!(run("", &["git:main~1:manifests/web.yaml", "git:main:manifests/"]).starts_with("exit code 1\n"));
    assert!(run("deep", &["git:main", "er"]).starts_with("exit code 0\n"));
    assert!(run("deep", &["git:main:manifests", "git:main:../manifests"]).starts_with("exit code 0\n"));
    let values = run("", &["values:git:main~1:values.yaml", "values:values.yaml"]);
    assert!(values.contains("spec.replicas: 2"), "{values}");
    let charts = run("", &["chart:git:main~1:shop", "shop"]);
    assert!(charts.contains("data.color: blue → red"), "{charts}");
    insta::assert_snapshot!(
        [
            run("", &["git:nowhere:manifests", "manifests"]),
            run("", &["git:main:absent", "manifests"]),
            run("", &["git:--output=x:manifests", "manifests"]),
            run("", &["values:git:main:manifests", "manifests"]),
            run("..", &["git:main:a", "-"]),
        ]
        .join("\n")
    );
}

#[test]
fn sides_that_cannot_be_read_are_refused_both_at_once() {
    let run = |args: &[&str]| {
        diff(Sandbox::new().file("values.yaml", "a: 1\n").file("broken.yaml", "a: [\n"), args).refused()
    };
    let story = [
        run(&["values.yaml", "absent"]),
        run(&["broken.yaml", "preset:nsf"]),
        run(&["chart:", "-"]),
        run(&["values:", "values:", "--set", "storage.use_nfs=true"]),
    ];
    insta::assert_snapshot!(story.join("\n"));
}

#[test]
fn a_pager_is_used_on_a_terminal_alone() {
    let pager = "#!/bin/sh\necho '[paged]'\ncat\n";
    let made = Sandbox::new()
        .file("old.yaml", OLD)
        .file("new.yaml", new())
        .file("pager", pager)
        .args(["--version"])
        .run();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(made.dir().join("pager"), mode).expect("a program");
    let program = env!("CARGO_BIN_EXE_clearml-k8s");
    let run = |command: &str| {
        let output = Command::new("script")
            .args(["-qec", command, "/dev/null"])
            .current_dir(made.dir())
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("PAGER", "./pager")
            .env("TERM", "xterm")
            .output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let piped = Command::new(program)
        .args(["diff", "old.yaml", "new.yaml"])
        .current_dir(made.dir())
        .env("PAGER", "./pager")
        .output()
        .expect("the program runs");
    assert!(!String::from_utf8_lossy(&piped.stdout).contains("[paged]"));
    // `script` gives a terminal; where it is missing, the half above is what is tested.
    let Ok(shown) = run(&format!("{program} diff old.yaml new.yaml")) else { return };
    assert!(shown.contains("[paged]") && shown.contains("\x1b[33m~ Deployment shop/web"), "{shown}");
    let same = run(&format!("{program} diff old.yaml old.yaml")).expect("it ran before");
    assert!(same.contains("1 equal") && !same.contains("[paged]"), "{same}");
    let json = run(&format!("{program} diff old.yaml new.yaml --format json")).expect("it ran before");
    assert!(!json.contains("[paged]"), "{json}");
}
