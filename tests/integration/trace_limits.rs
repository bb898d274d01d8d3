//! How far the trace looks: the last level that counts for itself, and the first that does not.

use crate::sandbox::{Output, Sandbox};

const CHART: &str = "apiVersion: v2\nname: c\nversion: 0.1.0\n";
const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

fn run(template: &str, values: &str, arguments: &[&str]) -> Output {
    let output = Sandbox::new()
        .file("c/Chart.yaml", CHART)
        .file("c/templates/a.yaml", template)
        .file("v.yaml", values)
        .args(arguments.iter().copied())
        .args(["-f", "v.yaml"])
        .run();
    assert_eq!(output.status, 0, "{}", output.stderr());
    output
}

/// Maps called `a` in each other.
fn nested(levels: usize, inner: &str) -> String {
    format!("{}{inner}{}\n", "{a: ".repeat(levels), "}".repeat(levels))
}

#[test]
fn a_hundred_levels_of_values_count_each_for_itself() {
    for (levels, told) in [(100, true), (101, false)] {
        let template = format!("a: {{{{ .Values{}.leaf }}}}\n", ".a".repeat(levels));
        let values = nested(levels, "{leaf: 1, odd: 2}");
        let output = run(&template, &values, &["template", "rel", "c", "--report-unused"]);
        let text = output.stderr();
        assert_eq!(text.contains(".a.odd`"), told, "{levels}: {text}");
        // Deeper ones count as one, of which something is read.
        assert_eq!(text.contains("no template reads"), told, "{levels}: {text}");
    }
}

#[test]
fn values_printed_as_yaml_are_told_apart_for_a_hundred_levels() {
    for (levels, own) in [(99, true), (100, false)] {
        let template = format!("{MAP}data: {{{{ toYaml .Values | nindent 2 }}}}\n");
        let field = format!("data{}.k", ".a".repeat(levels));
        let values = nested(levels, "{k: 1, l: 2}");
        let output = run(&template, &values, &["explain", "ConfigMap/a", &field, "--chart", "c"]);
        let text = output.stdout();
        assert_eq!(text.contains(".a.k = 1 "), own, "{levels}: {text}");
        assert_eq!(text.contains(r#".a = {"k":1,"l":2} "#), !own, "{levels}: {text}");
    }
}

#[test]
fn two_hundred_levels_of_an_object_are_explained() {
    for (levels, apart) in [(198, true), (199, false)] {
        let inner = nested(levels, "{b: {{ .Values.leaf }}, c: 1}");
        let template = format!("{MAP}data: {inner}");
        let text = run(&template, "leaf: 7\n", &["explain", "ConfigMap/a", "--chart", "c"]).stdout();
        assert_eq!(text.contains(".a.b: 7 ") && text.contains(".a.c: 1 "), apart, "{levels}: {text}");
        assert_eq!(text.contains(r#".a: {"b":7,"c":1}"#), !apart, "{levels}: {text}");
    }
}

#[test]
fn two_hundred_thousand_branches_not_taken_are_remembered() {
    for (branches, known) in [(199_999, true), (200_000, false)] {
        let off = "{{ if $.Values.off }}{{ $.Values.first }}{{ end }}";
        let template = format!(
            "{{{{ range until {branches} }}}}{off}{{{{ end }}}}{}a: 1\n",
            off.replace("first", "second")
        );
        let values = "off: false\nfirst: 1\nsecond: 2\n";
        let output = run(&template, values, &["template", "rel", "c", "--report-unused"]);
        let text = output.stderr();
        let (_, second) = text.split_once("no template reads `second`").expect("both are told of");
        assert_eq!(second.contains("is switched off by `off`"), known, "{branches}: {text}");
    }
}
