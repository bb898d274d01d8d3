//! `explain`, and values that nothing reads.

use crate::sandbox::Sandbox;

/// A chart whose image goes through a helper, with a part that is off and a subchart that is off.
fn chart() -> Sandbox {
    Sandbox::new()
        .file(
            "web/Chart.yaml",
            "apiVersion: v2\nname: web\nversion: 1.2.3\ndependencies:\n- name: cache\n  version: 0.1.0\n  condition: cache.enabled\n",
        )
        .file(
            "web/values.yaml",
            "image:\n  repository: nginx\n  tag: \"1.27\"\nreplicaCount: 1\nlabels:\n  team: a\ningress:\n  enabled: false\n  host: \"\"\ncache:\n  enabled: false\nglobal:\n  domain: example.com\n",
        )
        .file(
            "web/templates/_helpers.tpl",
            "{{- define \"web.image\" -}}\n{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.Version }}\n{{- end }}\n",
        )
        .file(
            "web/templates/deployment.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n  labels:\n    {{- toYaml .Values.labels | nindent 4 }}\nspec:\n  replicas: {{ .Values.replicaCount }}\n  template:\n    spec:\n      containers:\n      - name: web\n        image: {{ include \"web.image\" . | quote }}\n        {{- with .Values.password }}\n        env:\n        - name: PASSWORD\n          value: {{ . }}\n        {{- end }}\n",
        )
        .file(
            "web/templates/ingress.yaml",
            "{{- if .Values.ingress.enabled }}\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {{ .Values.ingress.host }}.{{ .Values.global.domain }}\n{{- end }}\n",
        )
        .file("web/charts/cache/Chart.yaml", "apiVersion: v2\nname: cache\nversion: 0.1.0\n")
        .file("web/charts/cache/values.yaml", "size: 1\n")
        .file(
            "web/charts/cache/templates/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cache\ndata:\n  size: \"{{ .Values.size }}\"\n",
        )
}

#[test]
fn a_field_names_its_helper_and_the_values_it_is_made_from() {
    let out = chart()
        .args([
            "explain",
            "--chart",
            "web",
            "deployment/release-name",
            "spec.template.spec.containers[web].image",
        ])
        .args(["--set", "image.tag=1.28"])
        .run();
    insta::assert_snapshot!(out.transcript());
}

#[test]
fn many_fields_get_a_line_each() {
    let out = chart().args(["explain", "--chart", "web", "Deployment/release-name"]).run();
    insta::assert_snapshot!(out.transcript());
}

#[test]
fn a_value_names_what_it_does() {
    let out = chart().args(["explain", "--chart", "web", "--value", "image"]).run();
    insta::assert_snapshot!(out.transcript());
}

#[test]
fn secrets_are_masked_unless_asked_for() {
    let run = |more: &[&str]| {
        let args = ["explain", "--chart", "web", "Deployment/release-name", "--set", "password=hunter22"];
        chart().args(args).args(more.iter().copied()).run().success()
    };
    for format in ["text", "json"] {
        assert!(!run(&["--format", format]).contains("= hunter22"), "{format}");
        assert!(run(&["--format", format, "--show-secrets"]).contains("hunter22"), "{format}");
    }
}

#[test]
fn the_source_map_points_into_what_is_printed() {
    let map = chart().args(["explain", "--chart", "web", "--all", "--format", "json"]).run().success();
    let map: serde_json::Value = serde_json::from_str(&map).expect("JSON");
    let printed = chart().args(["template", "web"]).run().success();
    let lines: Vec<&str> = printed.lines().collect();
    let mut fields = 0;
    for document in map["documents"].as_array().expect("documents") {
        let start = document["startLine"].as_u64().expect("a line") as usize;
        for field in document["fields"].as_array().expect("fields") {
            let line = lines[start - 1 + field["line"].as_u64().expect("a line") as usize - 1];
            let value = match &field["value"] {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            assert!(line.contains(&value), "{value} in {line}");
            let site = &field["writtenBy"][0];
            let source = map["sources"][site["source"].as_u64().expect("a source") as usize]["name"].as_str();
            assert!(source.is_some_and(|name| name.starts_with("web/templates/")), "{field}");
            for value in field["data"].as_array().expect("data") {
                assert!(map["values"][value.as_u64().expect("an index") as usize]["path"].is_string());
            }
            fields += 1;
        }
    }
    assert_eq!(fields, 7);
}

#[test]
fn what_is_not_there_is_refused_with_the_nearest_name() {
    for (args, wanted) in [
        (["Deployment/relase-name", ""], "did you mean `Deployment/release-name`?"),
        (["Deployment/release-name", "spec.replcas"], "did you mean `spec.replicas`?"),
        (["--value", "replicaCoun"], "did you mean `replicaCount`?"),
    ] {
        let out = chart().args(["explain", "--chart", "web"]).args(args).run();
        assert_eq!(out.status, 2, "{args:?}");
        let text = String::from_utf8_lossy(&out.stderr);
        assert!(text.contains(wanted), "{text}");
        assert!(out.stdout.is_empty());
    }
}

/// Values of which some do nothing, each for another reason.
const IDLE: &str = "replicaCoutn: 2\nimage:\n  tag: \"1\"\n  tag: \"2\"\n  pullPolicy: Always\nlabels:\n  anything: goes\ningress:\n  host: shop\ncache:\n  size: 3\nextra:\n  a: 1\n  b: 2\n";

#[test]
fn unread_values_are_told_of_with_their_reasons() {
    let out = chart().values(IDLE).args(["template", "web", "--report-unused"]).run();
    // `template` has to be the first argument.
    assert_ne!(out.status, 0);
    let out =
        chart().file("mine.yaml", IDLE).args(["template", "web", "-f", "mine.yaml", "--report-unused"]).run();
    let plain = chart().file("mine.yaml", IDLE).args(["template", "web", "-f", "mine.yaml"]).run();
    assert_eq!(out.stdout, plain.stdout);
    assert!(plain.stderr.is_empty());
    insta::assert_snapshot!(String::from_utf8_lossy(&out.stderr));
}

#[test]
fn strict_refuses_unread_values() {
    let out =
        chart().args(["template", "web", "--report-unused", "--strict", "--set", "replicaCoutn=2"]).run();
    assert_eq!(out.status, 1);
    assert!(out.stdout.is_empty());
    let out =
        chart().args(["template", "web", "--report-unused", "--strict", "--set", "replicaCount=2"]).run();
    assert_eq!(out.status, 0);
}

#[test]
fn lint_tells_of_unread_values_beside_what_helm_says() {
    let args = ["lint", "web", "-f", "mine.yaml"];
    let plain = chart().file("mine.yaml", IDLE).args(args).run();
    let out = chart().file("mine.yaml", IDLE).args(args).args(["--report-unused"]).run();
    assert_eq!((&out.stdout, out.status), (&plain.stdout, plain.status));
    insta::assert_snapshot!(out.transcript());
    // The words of `template`, before those of Helm.
    let template =
        chart().file("mine.yaml", IDLE).args(["template", "web", "-f", "mine.yaml", "--report-unused"]).run();
    assert_eq!(out.stderr, [template.stderr, plain.stderr].concat());
}

#[test]
fn lint_strict_refuses_unread_values_when_it_is_asked_for_them() {
    let run = |args: &[&str]| {
        Sandbox::new()
            .file("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.2.3\nicon: file:x\n")
            .file("web/values.yaml", "replicaCount: 1\n")
            .file("web/templates/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  replicas: \"{{ .Values.replicaCount }}\"\n")
            .args(["lint", "web", "--strict"])
            .args(args.iter().copied())
            .run()
    };
    assert_eq!(run(&["--set", "replicaCoutn=2"]).status, 0);
    assert_eq!(run(&["--set", "replicaCount=2", "--report-unused"]).status, 0);
    let out = run(&["--set", "replicaCoutn=2", "--report-unused"]);
    assert_eq!(out.status, 1);
    insta::assert_snapshot!(out.transcript());
}

#[test]
fn lint_of_several_charts_tells_of_what_none_of_them_reads() {
    let run = |args: &[&str]| {
        chart()
            .file("other/Chart.yaml", "apiVersion: v2\nname: other\nversion: 0.1.0\nicon: file:x\n")
            .file("other/values.yaml", "colour: red\n")
            .file(
                "other/templates/map.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\ndata:\n  colour: {{ .Values.colour }}\n  fail: {{ .Values.nothing | required \"nothing\" | quote }}\n",
            )
            .args(["lint", "--report-unused", "--set", "colour=blue,replicaCount=2,nobody=1"])
            .args(args.iter().copied())
            .run()
    };
    let both = run(&["web", "other"]);
    let text = String::from_utf8_lossy(&both.stderr).into_owned();
    assert!(text.contains("no template reads `nobody`"), "{text}");
    assert_eq!(text.matches("warning").count(), 1, "{text}");
    let one = run(&["other"]);
    let text = String::from_utf8_lossy(&one.stderr).into_owned();
    assert!(text.contains("`replicaCount`") && text.contains("`nobody`"), "{text}");
}

#[test]
fn lint_says_when_it_cannot_know_what_is_read() {
    let out = chart()
        .file("web/templates/bad.yaml", "{{ fail \"no\" }}{{ .Values.a.b.c }}\n")
        .args(["lint", "web", "--report-unused", "--set", "replicaCoutn=2"])
        .run();
    assert_eq!(out.status, 1);
    insta::assert_snapshot!(out.transcript());
}

#[test]
fn render_tells_of_values_that_are_switched_off() {
    let out = Sandbox::new().args(["render"]).values("storage:\n  nfs:\n    server: nas\n").run();
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status, 0, "{text}");
    insta::assert_snapshot!(text);
    let out = Sandbox::new().args(["render", "--strict"]).values("storage:\n  nfs:\n    server: nas\n").run();
    assert_eq!(out.status, 2);
}
