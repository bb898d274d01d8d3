//! `--confined`: what a chart reaches outside of itself is refused, what is inside stays as it is.

use crate::sandbox::Sandbox;

const CHART: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";

fn chart() -> Sandbox {
    Sandbox::new()
        .file("c/Chart.yaml", CHART)
        .file("c/templates/a.yaml", "a: {{ .Release.Namespace }}\n")
        .file("outside.yaml", "secret: hunter2\n")
}

#[test]
fn links_out_of_the_chart_are_refused() {
    for command in [
        &["template", "x", "c"][..],
        &["lint", "c"],
        &["show", "all", "c"],
        &["dependency", "list", "c"],
        &["dependency", "build", "c"],
    ] {
        for target in ["../outside.yaml", "../c/../outside.yaml"] {
            let sandbox =
                chart().link("c/values.yaml", target).args(command.iter().copied()).args(["--confined"]);
            let output = sandbox.run();
            let all = output.stdout() + &output.stderr();
            assert_eq!(output.status, 1, "{command:?}: {all}");
            assert!(all.contains("leads out of the chart to"), "{command:?}: {all}");
            assert!(!all.contains("hunter2"), "{command:?}: {all}");
        }
    }
}

#[test]
fn no_file_is_read_before_its_link_is_refused() {
    for file in ["Chart.yaml", ".helmignore", "values.schema.json", "crds"] {
        for command in [&["template", "x", "c"][..], &["lint", "c"], &["show", "all", "c"]] {
            let output = Sandbox::new()
                .file("c/templates/a.yaml", "a: 1\n")
                .file("outside", "*hunter2: [\n")
                .link("c/zzz", "nowhere")
                .link(&format!("c/{file}"), "../outside")
                .args(command.iter().copied())
                .args(["--confined"])
                .run();
            let all = output.stdout() + &output.stderr();
            assert_eq!(output.status, 1, "{command:?}: {all}");
            assert!(!all.contains("hunter2"), "{command:?}: {all}");
        }
    }
}

#[test]
fn folders_linked_from_outside_are_refused() {
    let output = chart()
        .file("other/x.yaml", "b: 1\n")
        .link("c/templates/more", "../../other")
        .args(["template", "x", "c", "--confined"])
        .run();
    assert_eq!(output.status, 1);
    assert!(output.stderr().contains("leads out of the chart to"), "{}", output.stderr());
}

#[test]
fn without_the_flag_links_are_followed_as_in_helm() {
    let output = chart()
        .file("c/templates/v.yaml", "v: {{ toJson .Values }}\n")
        .link("c/values.yaml", "../outside.yaml")
        .args(["template", "x", "c"])
        .run();
    assert_eq!(output.status, 0, "{}", output.stderr());
    assert!(output.stdout().contains(r#"v: {"secret":"hunter2"}"#));
}

#[test]
fn links_within_the_chart_stay() {
    let output = chart()
        .file("c/real.yaml", "size: 3\n")
        .link("c/values.yaml", "real.yaml")
        .file("c/templates/v.yaml", "v: {{ toJson .Values }}\n")
        .args(["template", "x", "c", "--confined"])
        .run();
    assert_eq!(output.status, 0, "{}", output.stderr());
    assert!(output.stdout().contains(r#"v: {"size":3}"#));
}

#[test]
fn schemas_reach_no_files_outside() {
    for command in [&["template", "x", "c"][..], &["lint", "c"]] {
        for (flag, words) in
            [("--confined=false", "at '/size': got number, want string"), ("--confined", "permission denied")]
        {
            let sandbox = chart().file("c/values.yaml", "size: 1\n");
            let outside = sandbox.path().join("types.json");
            let schema =
                format!(r#"{{"properties": {{"size": {{"$ref": "file://{}"}}}}}}"#, outside.display());
            let output = sandbox
                .file("types.json", r#"{"type": "string"}"#)
                .file("c/values.schema.json", schema)
                .args(command.iter().copied())
                .args([flag])
                .run();
            let all = output.stdout() + &output.stderr();
            assert_eq!(output.status, 1, "{command:?} {flag}: {all}");
            assert!(all.contains(words), "{command:?} {flag}: {all}");
        }
    }
}

#[test]
fn the_kubeconfig_is_not_read() {
    let config = "current-context: a\ncontexts:\n- name: a\n  context: {namespace: from-config}\n";
    for (flag, namespace) in [("--confined=false", "from-config"), ("--confined", "default")] {
        let output =
            chart().file("kc", config).args(["template", "x", "c", "--kubeconfig", "kc", flag]).run();
        assert_eq!(output.status, 0, "{}", output.stderr());
        assert!(output.stdout().contains(&format!("a: {namespace}\n")), "{flag}: {}", output.stdout());
    }
}
