//! Which of a user's keys are told of as unread: those without which nothing changes, and no others.

use crate::sandbox::Sandbox;

/// A template, in which `MAP` stands for a document, the chart's defaults, the user's values, and the keys that are told of.
struct Case {
    name: &'static str,
    template: &'static str,
    defaults: &'static str,
    values: &'static str,
    told: &'static [&'static str],
}

const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: b\n";

const CASES: &[Case] = &[
    Case {
        name: "a round whose condition is not met does nothing",
        template: "MAP{{- range $k, $v := .Values.routes }}{{- if $v.enabled }}\n  {{ $k }}: {{ $v.path }}{{- end }}{{- end }}\n",
        defaults: "routes:\n  main: {enabled: true, path: x}\n",
        values: "routes:\n  mine: {enabled: false, path: y}\n  yours: {enabled: true, path: z}\n",
        told: &["routes.mine"],
    },
    Case {
        name: "a scalar that is its own switch",
        template: "MAP{{- range $k, $on := .Values.hooks }}{{- if $on }}\n  {{ $k }}: x{{- end }}{{- end }}\n",
        defaults: "hooks: {install: true}\n",
        values: "hooks: {upgrade: false, delete: true}\n",
        told: &["hooks.upgrade"],
    },
    Case {
        name: "a key that the chart has stays when the user leaves it out",
        template: "MAP{{- range $k, $v := .Values.routes }}{{- if not $v.hidden }}\n  {{ $k }}: x{{- end }}{{- end }}\n",
        defaults: "routes:\n  main: {}\n  other: {}\n",
        values: "routes:\n  main: {hidden: true}\n",
        told: &[],
    },
    Case {
        name: "blank lines between documents do nothing",
        template: "MAP---\n{{ range $k, $v := .Values.jobs }}\n{{ if $v.enabled }}\n---\nMAP{{ end }}\n---\n{{ end }}",
        defaults: "jobs:\n  main: {enabled: true}\n",
        values: "jobs:\n  mine: {enabled: false}\n",
        told: &["jobs.mine"],
    },
    Case {
        name: "blank lines in a document are bytes of it",
        template: "MAP{{ range $k, $v := .Values.lines }}\n{{ if $v.enabled }}  {{ $k }}: x{{ end }}{{ end }}\n  z: z\n",
        defaults: "lines:\n  main: {enabled: true}\n",
        values: "lines:\n  mine: {enabled: false}\n",
        told: &[],
    },
    Case {
        name: "a round that sets a variable does something",
        template: "{{- $n := 0 }}{{- range $k, $v := .Values.parts }}{{- $n = add1 $n }}{{- end }}MAP  n: \"{{ $n }}\"\n",
        defaults: "parts: {main: {}}\n",
        values: "parts: {mine: {enabled: false}}\n",
        told: &["parts.mine.enabled"],
    },
    Case {
        name: "a round that might have set a variable and did not",
        template: "{{- $n := \"none\" }}{{- range $k, $v := .Values.parts }}{{- if $v.enabled }}{{- $n = $k }}{{- end }}{{- end }}MAP  n: \"{{ $n }}\"\n",
        defaults: "parts: {main: {enabled: true}}\n",
        values: "parts: {mine: {enabled: false}}\n",
        told: &["parts.mine"],
    },
    Case {
        name: "a round that fills a map does something",
        template: "{{- $all := dict }}{{- range $k, $v := .Values.parts }}{{- $_ := set $all $k \"x\" }}{{- end }}MAP{{ toYaml $all | indent 2 }}\n",
        defaults: "parts: {main: {}}\n",
        values: "parts: {mine: {enabled: false}}\n",
        told: &["parts.mine.enabled"],
    },
    Case {
        name: "a round that ends the loop does something",
        template: "MAP{{- range $k, $v := .Values.parts }}{{- if $v.last }}{{ break }}{{ end }}\n  {{ $k }}: x{{- end }}\n",
        defaults: "parts: {a: {}, z: {}}\n",
        values: "parts: {m: {last: true}}\n",
        told: &[],
    },
    Case {
        name: "a round that is left early leaves out what follows",
        template: "MAP{{- range $k, $v := .Values.parts }}{{- if $v.skip }}{{ continue }}{{ end }}\n  {{ $k }}: x{{- end }}\n",
        defaults: "parts: {main: {}, z: {}}\n",
        values: "parts: {main: {skip: true}, mine: {skip: true}}\n",
        told: &["parts.mine"],
    },
    Case {
        name: "the only key keeps what is for none away",
        template: "MAP{{- range $k, $v := .Values.parts }}{{- if $v.enabled }}\n  {{ $k }}: x{{- end }}{{- else }}\n  none: none{{- end }}\n",
        defaults: "parts: {}\n",
        values: "parts: {mine: {enabled: false}}\n",
        told: &[],
    },
    Case {
        name: "rounds in a helper whose text is thrown away or printed",
        template: "{{- define \"list\" }}{{- range $k, $v := .Values.parts }}{{- if $v.enabled }}{{ $k }},{{- end }}{{- end }}{{- end }}MAP  list: \"{{ include \"list\" . | trimSuffix \",\" }}\"\n",
        defaults: "parts: {main: {enabled: true}}\n",
        values: "parts: {mine: {enabled: false}}\n",
        told: &["parts.mine"],
    },
    Case {
        name: "a switch that keeps a map from being changed, in a helper that writes nothing",
        template: "{{- define \"init\" }}{{- if .Values.fill }}{{- $_ := set .Values.data \"extra\" \"x\" }}{{- end }}{{- end }}{{- $_ := include \"init\" . }}MAP{{ toYaml .Values.data | indent 2 }}\n",
        defaults: "fill: true\ndata: {q: q}\n",
        values: "fill: false\n",
        told: &[],
    },
    Case {
        name: "a switch that keeps a chart from being refused, in a helper that writes nothing",
        template: "{{- define \"check\" }}{{- if .Values.bad }}{{- fail \"bad\" }}{{- end }}{{- end }}{{- $_ := include \"check\" . }}MAP",
        defaults: "bad: true\n",
        values: "bad: false\n",
        told: &[],
    },
    Case {
        name: "of two rounds over a key one does something",
        template: "MAP{{- range $k, $v := .Values.parts }}{{- if $v.enabled }}\n  {{ $k }}: x{{- end }}{{- end }}\n  keys: {{ range $k, $v := .Values.parts }}{{ $k }}{{ end }}\n",
        defaults: "parts: {main: {enabled: true}}\n",
        values: "parts: {mine: {enabled: false}}\n",
        told: &[],
    },
    Case {
        name: "rounds in rounds",
        template: "MAP{{- range $k, $v := .Values.hosts }}{{- range $p, $q := $v.paths }}{{- if $q.enabled }}\n  {{ $k }}-{{ $p }}: x{{- end }}{{- end }}{{- end }}\n",
        defaults: "hosts: {main: {paths: {a: {enabled: true}}}}\n",
        values: "hosts: {main: {paths: {b: {enabled: false}}}, mine: {paths: {c: {enabled: false}}}}\n",
        told: &["hosts.main.paths.b", "hosts.mine"],
    },
];

fn chart(case: &Case, values: &str) -> Sandbox {
    Sandbox::new()
        .file("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.2.3\n")
        .file("web/values.yaml", case.defaults)
        .file("web/templates/map.yaml", case.template.replace("MAP", MAP))
        .file("mine.yaml", values)
        .args(["template", "web", "-f", "mine.yaml"])
}

fn told(case: &Case, values: &str) -> Vec<String> {
    let out = chart(case, values).args(["--report-unused"]).run();
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status, 0, "{}: {text}", case.name);
    let lines = text.lines().filter(|line| line.starts_with("warning"));
    lines.map(|line| line.split('`').nth(1).unwrap_or_default().to_owned()).collect()
}

#[test]
fn keys_are_told_of_when_nothing_changes_without_them() {
    for case in CASES {
        assert_eq!(told(case, case.values), case.told, "{}", case.name);
        let whole = chart(case, case.values).run().success();
        let mut without: serde_yaml::Value = serde_yaml::from_str(case.values).expect("values");
        for path in case.told {
            let mut steps: Vec<&str> = path.split('.').collect();
            let last = steps.pop().expect("a key");
            let map = steps.iter().fold(&mut without, |map, step| &mut map[*step]);
            map.as_mapping_mut().expect("a map").remove(last);
        }
        let text = serde_yaml::to_string(&without).expect("YAML");
        assert_eq!(chart(case, &text).run().success(), whole, "{}", case.name);
        // Those that are not told of do something together.
        if case.told.is_empty() {
            let bare = chart(case, "{}\n").run();
            assert_ne!((bare.status, bare.stdout()), (0, whole), "{}", case.name);
        }
    }
}

#[test]
fn a_key_of_idle_rounds_names_its_switch() {
    let out = chart(&CASES[0], CASES[0].values).args(["--report-unused"]).run();
    insta::assert_snapshot!(String::from_utf8_lossy(&out.stderr));
}
