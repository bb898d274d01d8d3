//! `render`, `values` and `schema`: flags, order of values, refusals, output forms.

use crate::sandbox::Sandbox;

/// What every render without values says first.
const NO_VALUES: &str = "note[cli::default-versions]";

fn kinds(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("kind: ")).collect()
}

#[test]
fn all_eight_workloads_come_from_the_defaults_and_stderr_says_which_images() {
    let output = Sandbox::new().args(["render"]).run();
    assert_eq!(output.status, 0, "{}", output.stderr());
    assert!(output.stderr().starts_with(NO_VALUES), "{}", output.stderr());
    let text = output.stdout();
    assert!(text.starts_with("---\n# Source: clearml-server/templates/namespace.yaml\n"), "{text}");
    let names = [
        "agentservices",
        "apiserver",
        "clearml-agent",
        "elasticsearch",
        "fileserver",
        "mongo",
        "redis",
        "webserver",
    ];
    for name in names {
        assert!(text.contains(&format!("kind: Deployment\nmetadata:\n  name: {name}\n")), "{name}");
    }
}

/// Without values nothing is traced before there is something to say.
#[test]
fn what_is_said_without_values_names_the_line_of_a_template_too() {
    let output = Sandbox::new().args(["render", "--without", "pvc", "--message-format", "short"]).run();
    assert_eq!(output.status, 0, "{}", output.stderr());
    let told: Vec<String> = output
        .stderr()
        .lines()
        .filter(|line| line.contains("[check::reference]"))
        .map(str::to_owned)
        .collect();
    assert!(told.len() > 5, "{}", output.stderr());
    assert!(told.iter().all(|line| line.starts_with("templates/")), "{told:#?}");
    assert!(!kinds(&output.stdout()).contains(&"PersistentVolumeClaim"));
}

#[test]
fn equal_inputs_give_equal_bytes_whatever_the_environment() {
    let plain = Sandbox::new().args(["render"]).run().stdout;
    let other = Sandbox::new()
        .env("TZ", "Asia/Tokyo")
        .env("LANG", "de_DE.UTF-8")
        .env("LC_ALL", "tr_TR.UTF-8")
        .env("KUBECONFIG", "/nowhere")
        .args(["render"])
        .run()
        .stdout;
    crate::sandbox::assert_same_bytes(&other, &plain, "environment");
}

#[test]
fn values_come_from_presets_files_and_flags_in_that_order() {
    let run = |args: &[&str]| {
        Sandbox::new()
            .file("a.yaml", "storage:\n  nfs:\n    server: from-a\n")
            .file("b.yaml", "storage:\n  nfs:\n    server: from-b\n")
            .stdin("storage: {nfs: {server: from-stdin}}")
            .args(["values", "--own"])
            .args(args.iter().copied())
            .run()
            .success()
    };
    assert!(run(&["--preset", "nfs"]).contains("server: nfs.example.com"));
    assert!(run(&["-f", "a.yaml", "--preset", "nfs"]).contains("server: from-a"));
    assert!(run(&["-f", "a.yaml,b.yaml"]).contains("server: from-b"));
    assert!(run(&["-f", "b.yaml", "-f", "a.yaml"]).contains("server: from-a"));
    assert!(run(&["-f", "b.yaml", "-f", "-"]).contains("server: from-stdin"));
    assert!(run(&["--set", "storage.nfs.server=flag", "-f", "a.yaml"]).contains("server: flag"));
    assert!(run(&["--set-file", "storage.nfs.server=a.yaml"]).contains("from-a"));
}

#[test]
fn the_last_of_a_repeated_flag_wins() {
    let output = Sandbox::new().args(["render", "-n", "one", "-n", "two", "-s", "namespace.yaml"]).run();
    assert!(output.stdout().contains("\n  name: two\n"), "{}", output.stdout());
}

#[test]
fn json_is_one_list_of_the_same_objects() {
    let text =
        Sandbox::new().args(["render", "-o", "json", "--set", "clearml.versions=compat"]).run().success();
    assert!(text.starts_with("{\n  \"apiVersion\": \"v1\",\n  \"items\": ["), "{text}");
    let yaml = Sandbox::new().args(["render"]).run().stdout();
    assert_eq!(text.matches("\n      \"kind\": ").count(), kinds(&yaml).len());
}

#[test]
fn show_only_takes_our_names_and_the_old_charts() {
    let shown = |name: &str| {
        let output = Sandbox::new().args(["render", "-s", name]).run();
        assert_eq!(output.status, 0, "{}", output.stderr());
        kinds(&output.stdout()).join(" ")
    };
    assert_eq!(shown("templates/redis-deployment.yaml"), "Service Deployment");
    assert_eq!(shown("clearml-server/templates/namespace.yaml"), "Namespace");
    assert_eq!(shown("persistent-storage.yaml").matches("PersistentVolumeClaim").count(), 8);
    assert_eq!(shown("templates/clearml-agent-deployment.yaml"), "Secret Deployment");
    insta::assert_snapshot!(Sandbox::new().args(["render", "-s", "nothing.yaml"]).run().transcript());
}

#[test]
fn kinds_can_be_left_out() {
    let output = Sandbox::new().args(["render", "--without", "Namespace,PersistentVolume"]).run();
    let text = output.stdout();
    let kinds = kinds(&text);
    assert!(!kinds.contains(&"Namespace") && !kinds.contains(&"PersistentVolume"), "{kinds:?}");
    assert!(kinds.contains(&"PersistentVolumeClaim"), "{kinds:?}");
}

#[test]
fn a_folder_gets_one_file_a_template_and_nothing_else() {
    let output = Sandbox::new()
        .file("out/clearml-server/templates/redis-deployment.yaml", "old")
        .file("out/mine.txt", "mine")
        .args(["render", "--output-dir", "out", "-s", "redis-deployment.yaml", "-s", "namespace.yaml"])
        .run();
    assert_eq!(
        output.stdout(),
        "wrote out/clearml-server/templates/namespace.yaml\n\
         wrote out/clearml-server/templates/redis-deployment.yaml\n\
         wrote out/clearml-server/templates/service.yaml\n"
    );
    let folder = output.dir().join("out/clearml-server/templates");
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).expect("folder").map(|entry| entry.expect("entry").file_name()).collect();
    files.sort();
    assert_eq!(files, ["namespace.yaml", "redis-deployment.yaml", "service.yaml"]);
    let text = std::fs::read_to_string(folder.join("redis-deployment.yaml")).expect("file");
    assert!(text.starts_with("---\n# Source: "), "{text}");
    assert_eq!(std::fs::read_to_string(output.dir().join("out/mine.txt")).expect("file"), "mine");
}

#[test]
fn an_output_folder_that_cannot_be_made_is_an_error() {
    insta::assert_snapshot!(
        Sandbox::new()
            .file("out", "a file")
            .args(["render", "--output-dir", "out", "--set", "clearml.versions=compat"])
            .run()
            .transcript()
    );
}

#[test]
fn files_and_presets_that_cannot_be_read_are_said_together() {
    let output = Sandbox::new()
        .file("bytes.yaml", b"a: 1\nb: \xff\n")
        .args(["render", "-f", "missing.yaml,bytes.yaml", "-f", ".", "--preset", "ngs"])
        .run();
    insta::assert_snapshot!(output.transcript());
}

#[test]
fn messages_come_full_short_or_as_json() {
    let run = |format: &str, color: &str| {
        Sandbox::new()
            .args(["render"])
            .values("services:\n  webserver:\n    nodePort: 80\nstorage:\n  use_nfs: true\n")
            .args(["--message-format", format, "--color", color])
            .run()
            .transcript()
    };
    insta::assert_snapshot!(run("full", "never"));
    insta::assert_snapshot!(run("short", "never"));
    insta::assert_snapshot!(run("json", "never"));
    assert!(run("full", "always").contains("\x1b[1;31merror"));
}

#[test]
fn strict_refuses_warnings() {
    let run = |args: &[&str]| {
        Sandbox::new()
            .args(["render"])
            .values("agent:\n  queues: a\n  queues: b\n")
            .args(args.iter().copied())
            .run()
    };
    let lax = run(&[]);
    assert_eq!(lax.status, 0, "{}", lax.stderr());
    assert!(lax.stderr().starts_with("warning["), "{}", lax.stderr());
    let strict = run(&["--strict"]).refused();
    assert_eq!(strict, lax.stderr() + "nothing was printed: 1 warning, which `--strict` refuses\n");
}

#[test]
fn a_key_that_stands_twice_is_said_with_both_places() {
    let output = Sandbox::new().args(["render"]).values("agent:\n  queues: a\n  queues: b\n").run();
    assert_eq!(output.status, 0);
    insta::assert_snapshot!(output.stderr() + "[EOF]");
}

#[test]
fn the_schema_is_json() {
    let text = Sandbox::new().args(["schema"]).run().success();
    let schema: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(schema.get("properties").is_some());
}

#[test]
fn kinds_have_the_short_names_of_kubectl() {
    let run = |kinds: &str| Sandbox::new().args(["render", "--without", kinds]).values("{}").run().success();
    assert_eq!(
        run("ns,pv,PVCs,deployments"),
        run("Namespace,PersistentVolume,PersistentVolumeClaim,Deployment")
    );
    assert!(!run("ing,svc").contains("kind: Service\n"));
}

/// A value that names an object of the cluster says itself that it is there.
#[test]
fn names_of_existing_objects_are_no_finding() {
    let values =
        "secrets: {existingSecret: a}\nclearml: {imagePullSecrets: [b]}\nagent: {existingSecret: c}\n";
    Sandbox::new().args(["render", "--strict"]).values(values).run().success();
    Sandbox::new().args(["render", "--strict", "--preset", "external-services"]).run().success();
}
