//! `vendor`: what it writes, prints and answers, and that nothing is lost when it is stopped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crate::sandbox::Sandbox;

const PROGRAM: &str = env!("CARGO_BIN_EXE_clearml-k8s");

/// A chart with two objects and a hook.
pub(crate) fn chart(sandbox: Sandbox) -> Sandbox {
    sandbox
        .file("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.0\n")
        .file("shop/values.yaml", "color: blue\nextra: false\n")
        .file(
            "shop/templates/all.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  color: {{ .Values.color }}\n\
             {{- if .Values.extra }}\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: extra\n{{- end }}\n",
        )
        .file(
            "shop/templates/hook.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: probe\n  annotations:\n    helm.sh/hook: test\nspec:\n  containers:\n  - name: a\n    image: b\n",
        )
}

/// Runs the program once more in a folder that a sandbox made.
fn again(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(PROGRAM)
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("COLUMNS", "100")
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// Every file below a folder with its content and the time of its last change.
fn files(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let modified = path.metadata().and_then(|meta| meta.modified()).expect("a time");
            found.insert(path.clone(), (std::fs::read(&path).expect("a readable file"), modified));
        }
    }
    found
}

#[test]
fn a_chart_is_kept_checked_changed_and_pruned() {
    let vendor = ["vendor", "kept", "--chart", "shop", "--release", "demo", "-n", "store"];
    let first = chart(Sandbox::new()).args(vendor).run();
    let folder = first.dir();
    let mut story = first.transcript();
    let mut step = |title: &str, more: &[&str]| {
        let (status, stdout, stderr) = again(folder, &[&vendor[..], more].concat());
        story += &format!(
            "\n== {title}\nexit code {status}\n--- stdout\n{stdout}[EOF]\n--- stderr\n{stderr}[EOF]\n"
        );
    };
    step("the same again", &["--skip-tests", "--set", "extra=true"]);
    step("checked, as rendered", &["--skip-tests", "--set", "extra=true", "--check"]);
    step("checked against other values", &["--set", "color=red", "--check"]);
    step("the same as JSON", &["--set", "color=red", "--check", "--format", "json"]);
    step("the same as annotations", &["--set", "color=red", "--check", "--format", "github"]);
    step("without Secrets", &["--skip-tests", "--set", "extra=true", "--no-secrets"]);
    std::fs::write(folder.join("kept/secret-extra.yaml"), "mine").expect("written");
    step("a file of somebody else", &["--skip-tests", "--set", "extra=true"]);
    step("and what the check says of it", &["--skip-tests", "--set", "extra=true", "--check"]);
    insta::assert_snapshot!(story);
    let read = |file: &str| std::fs::read_to_string(folder.join("kept").join(file)).expect("a file");
    insta::assert_snapshot!(format!("{}---\n{}", read(".clearml-k8s.files"), read("kustomization.yaml")));
}

#[test]
fn a_second_run_touches_nothing() {
    let first = Sandbox::new().args(["vendor", "kept", "--preset", "nfs"]).run();
    assert_eq!(first.status, 0, "{}", first.stderr());
    let before = files(&first.dir().join("kept"));
    assert!(before.len() > 30, "{}", before.len());
    let folder_before = first.dir().join("kept").metadata().and_then(|meta| meta.modified()).expect("a time");
    let (status, stdout, _) = again(first.dir(), &["vendor", "kept", "--preset", "nfs"]);
    assert_eq!((status, stdout.lines().count()), (0, 1), "{stdout}");
    assert_eq!(files(&first.dir().join("kept")), before);
    let folder_after = first.dir().join("kept").metadata().and_then(|meta| meta.modified()).expect("a time");
    assert_eq!(folder_before, folder_after);
}

#[test]
fn a_file_lists_releases_and_one_command_keeps_them_all() {
    let config = "\
defaults: {namespace: ml, values: [values/common.yaml], noSecrets: true}
releases:
- {target: clusters/test, presets: [minimal]}
- {target: clusters/prod, values: [values/prod.yaml], set: [clearml.versions=modern]}
- {target: shops/a, chart: shop, release: a, namespace: store, values: [], skipTests: true}
";
    let sandbox = chart(Sandbox::new())
        .file("vendor.yaml", config)
        .file("values/common.yaml", "")
        .file("values/prod.yaml", "storage: {use_nfs: true, nfs: {server: 10.0.0.5, base_path: /srv}}\n");
    let first = sandbox.args(["vendor", "--message-format", "short"]).run();
    assert_eq!(first.status, 0, "{}", first.stderr());
    let heads = |text: &str| -> String {
        text.lines().filter(|line| !line.starts_with(' ')).flat_map(|line| [line, "\n"]).collect()
    };
    insta::assert_snapshot!(heads(&first.stdout()) + &first.stderr());
    let (status, stdout, _) = again(first.dir(), &["vendor", "--check"]);
    assert_eq!(status, 0);
    insta::assert_snapshot!(stdout);
    std::fs::remove_file(first.dir().join("clusters/test/service-redis.yaml")).expect("removed");
    let (status, stdout, _) = again(first.dir(), &["vendor", "--check"]);
    assert_eq!(status, 1);
    insta::assert_snapshot!(stdout);
    let (status, stdout, _) = again(first.dir(), &["vendor", "--check", "--only", "clusters/prod/,shops/a"]);
    assert_eq!((status, stdout.lines().count()), (0, 2), "{stdout}");
    let nested = first.dir().join("nested");
    std::fs::create_dir(&nested).expect("a folder");
    let (status, stdout, _) = again(&nested, &["vendor", "--check", "--config", "../vendor.yaml"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("../clusters/test: 1 difference\n"), "{stdout}");
}

#[test]
fn one_release_that_cannot_be_rendered_keeps_all_from_being_written() {
    let output = Sandbox::new()
        .file("vendor.yaml", "releases:\n- {target: good}\n- {target: bad, set: [storage.use_nfs=true]}\n")
        .args(["vendor"])
        .run();
    insta::assert_snapshot!(output.transcript());
    assert!(!output.dir().join("good").exists());
}

#[test]
fn mistakes_of_the_file_and_the_arguments_are_refused() {
    let run = |config: &str, args: &[&str]| {
        let sandbox =
            if config.is_empty() { Sandbox::new() } else { Sandbox::new().file("vendor.yaml", config) };
        sandbox.args(["vendor"]).args(args.iter().copied()).run().refused()
    };
    let list = "releases:\n- {target: a}\n";
    let story = [
        run("", &[]),
        run("releases:\n- {target: a, presets: [nsf], values: [absent.yaml]}\n", &[]),
        run("releases:\n- {target: /etc}\n- {target: a/b}\n- {target: a}\n", &[]),
        run(list, &["-f", "x.yaml"]),
        run(list, &["--only", "b"]),
        run("", &["out", "--chart", "absent"]),
        run("", &["out", "--kube-version", "soon"]),
        run("", &["out", "--without", "Podd"]),
    ];
    insta::assert_snapshot!(story.join("\n"));
}

#[test]
fn a_chart_that_makes_something_up_is_warned_about() {
    let chart = |data: &str| {
        Sandbox::new().file("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n").file(
            "c/templates/a.yaml",
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{a: {data}}}\n"),
        )
    };
    let warning = "warning[cli::unsteady-chart]";
    for (data, warned) in [
        ("{{ randAlphaNum 8 }}", true),
        ("'{{ now | date \"2006\" }}'", true),
        ("{{ .Release.Name }}", false),
    ] {
        let output = chart(data).args(["vendor", "out", "--chart", "c"]).run();
        assert_eq!(
            (output.status, output.stderr().contains(warning)),
            (0, warned),
            "{data}: {}",
            output.stderr()
        );
        let output = chart(data).args(["diff", "c", "c"]).run();
        assert_eq!(output.stderr().contains(warning), warned, "{data}: {}", output.stderr());
    }
}

#[test]
fn a_target_behind_a_link_is_refused() {
    let first =
        Sandbox::new().file("vendor.yaml", "releases:\n- {target: clusters/a}\n").args(["--version"]).run();
    let outside = first.dir().join("outside");
    std::fs::create_dir(&outside).expect("a folder");
    std::os::unix::fs::symlink(&outside, first.dir().join("clusters")).expect("a link");
    let (status, stdout, stderr) = again(first.dir(), &["vendor"]);
    assert_eq!((status, stdout.as_str()), (2, ""));
    assert!(stderr.contains("`clusters` on the way to the target is a link"), "{stderr}");
    assert_eq!(files(&outside).len(), 0);
}

/// What each file may hold: what the first values give, or the second.
struct Sides {
    folder: PathBuf,
    old: BTreeMap<PathBuf, Vec<u8>>,
    new: BTreeMap<PathBuf, Vec<u8>>,
}

const OLD: [&str; 4] = ["vendor", "kept", "--preset", "nfs"];
const NEW: [&str; 4] = ["vendor", "kept", "--preset", "modern"];

impl Sides {
    fn new(dir: &Path) -> Self {
        let folder = dir.join("kept");
        let contents = || {
            files(&folder)
                .into_iter()
                .filter(|(path, _)| !path.ends_with(".clearml-k8s.files"))
                .map(|(path, (content, _))| (path, content))
                .collect()
        };
        assert_eq!(again(dir, &NEW).0, 0);
        let new = contents();
        assert_eq!(again(dir, &OLD).0, 0);
        Self { old: contents(), new, folder: folder.clone() }
    }

    /// Every file is whole, old or new; what is neither has a name of ours; the foreign one is as it was.
    fn assert_whole(&self) {
        for (path, (content, _)) in files(&self.folder) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with(".clearml-k8s.") || name.ends_with(".clearml-k8s-new") {
                continue;
            }
            let whole = [&self.old, &self.new].iter().any(|side| side.get(&path) == Some(&content));
            assert!(whole || name == "mine.yaml" && content == b"mine", "{name} is torn");
        }
    }

    fn assert_is(&self, side: &BTreeMap<PathBuf, Vec<u8>>) {
        let now: BTreeMap<PathBuf, Vec<u8>> = files(&self.folder)
            .into_iter()
            .filter(|(path, _)| !path.ends_with(".clearml-k8s.files") && !path.ends_with("mine.yaml"))
            .map(|(path, (content, _))| (path, content))
            .collect();
        assert!(now == *side, "{:?}", now.keys());
    }
}

#[test]
fn a_killed_run_leaves_whole_files_and_the_next_one_completes() {
    let dir = tempfile::tempdir().expect("a folder");
    let sides = Sides::new(dir.path());
    std::fs::write(sides.folder.join("mine.yaml"), "mine").expect("written");
    let start = Instant::now();
    assert_eq!(again(dir.path(), &NEW).0, 0);
    let whole_run = start.elapsed();
    assert_eq!(again(dir.path(), &OLD).0, 0);
    let mut interrupted = 0;
    for round in 0..40_u32 {
        let mut child = Command::new(PROGRAM)
            .args(NEW)
            .current_dir(dir.path())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        // Spread over the time a run takes: no moment is special, and each must be harmless.
        std::thread::sleep(whole_run * (round + 1) / 41);
        child.kill().expect("a signal");
        child.wait().expect("an end");
        sides.assert_whole();
        if sides.folder.join(".clearml-k8s.journal").exists() {
            interrupted += 1;
            let (status, stdout, _) = again(dir.path(), &[&NEW[..], &["--check"]].concat());
            assert_eq!(status, 1);
            assert!(stdout.contains("interrupted"), "{stdout}");
        }
        assert_eq!(again(dir.path(), &NEW).0, 0);
        sides.assert_is(&sides.new);
        assert_eq!(again(dir.path(), &OLD).0, 0);
        sides.assert_is(&sides.old);
    }
    // How many kills met a running refresh depends on the machine; what they must not do does not.
    assert!(interrupted <= 40 && whole_run > Duration::ZERO);
}

#[test]
fn a_full_disk_leaves_whole_files_and_the_next_run_completes() {
    let dir = tempfile::tempdir().expect("a folder");
    let sides = Sides::new(dir.path());
    // The largest file a process may write, in blocks of 512 bytes: from the journal on, each write meets the limit
    // somewhere. With the signal ignored the write fails; without, the process dies.
    let mut failed = 0;
    for blocks in [0, 1, 2, 3, 4, 5, 6, 8, 12] {
        for ignored in ["trap '' XFSZ; ", ""] {
            let script = format!("{ignored}ulimit -f {blocks}; exec '{PROGRAM}' {}", NEW.join(" "));
            let output = Command::new("/bin/sh")
                .args(["-c", &script])
                .current_dir(dir.path())
                .env_clear()
                .output()
                .expect("a shell");
            sides.assert_whole();
            if !output.status.success() {
                failed += 1;
                assert!(output.stdout.is_empty());
                if !ignored.is_empty() {
                    let stderr = String::from_utf8_lossy(&output.stderr);
                    assert!(
                        output.status.code() == Some(2) && stderr.contains("error[vendor::folder]"),
                        "{stderr}"
                    );
                }
            }
            assert_eq!(again(dir.path(), &NEW).0, 0);
            sides.assert_is(&sides.new);
            assert_eq!(again(dir.path(), &OLD).0, 0);
            sides.assert_is(&sides.old);
        }
    }
    assert!(failed >= 8, "{failed}");
}
