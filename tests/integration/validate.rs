//! `validate`: where objects come from, what is said of them and in which format, and the exit code.

use serde_json::Value;

use crate::sandbox::Sandbox;

const BROKEN: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  ports:
  - port: 99999
    portName: http
---
apiVersion: v1
kind: Secret
metadata:
  name: keys
data:
  conf: hunter2!
";

const WARNING: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: probe}
spec:
  containers:
  - {name: a, image: b, envFrom: [{secretRef: {name: tokens}}]}
";

const GOOD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

/// A chart whose Service has a port from the values, with a custom resource and its definition.
fn chart(sandbox: Sandbox) -> Sandbox {
    sandbox
        .file("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.2.0\n")
        .file("shop/values.yaml", "port: 80\nsize: 3\n")
        .file(
            "shop/crds/things.yaml",
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\n\
             spec:\n  group: example.com\n  scope: Namespaced\n  names: {kind: Thing, plural: things}\n  versions:\n\
             \x20 - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n\
             \x20       properties: {spec: {type: object, properties: {size: {type: integer, maximum: 5}}}}\n",
        )
        .file(
            "shop/templates/all.yaml",
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  ports:\n  - port: {{ .Values.port }}\n\
             ---\napiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: one\nspec:\n  size: {{ .Values.size }}\n",
        )
}

#[test]
fn files_folders_and_stdin_are_checked_together() {
    let sandbox = Sandbox::new()
        .file("k8s/b/broken.yml", BROKEN)
        .file(
            "k8s/a.json",
            "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"A\"}}",
        )
        .file("k8s/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n")
        .file("k8s/.git/config.yaml", "no: manifest\n")
        .file("k8s/notes.txt", "no: manifest\n")
        .file("one.yaml", WARNING)
        .stdin(
            "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\n---\nkind: [\n---\n# nothing\n",
        );
    insta::assert_snapshot!(sandbox.args(["validate", "one.yaml", "k8s", "-"]).run().transcript());
}

#[test]
fn warnings_fail_only_when_strict_and_what_is_found_together_is_no_warning() {
    let run = |args: &[&str]| {
        let sandbox = Sandbox::new().file("a.yaml", WARNING).file(
            "b.yaml",
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: tokens}\n",
        );
        sandbox.args(["validate"]).args(args.iter().copied()).run()
    };
    assert_eq!(run(&["a.yaml"]).status, 0);
    assert_eq!(run(&["a.yaml", "--strict"]).status, 1);
    assert_eq!(run(&["a.yaml", "b.yaml", "--strict"]).success(), "2 objects: nothing to report\n");
}

#[test]
fn nothing_is_reported_on_any_preset() {
    for preset in Sandbox::new().args(["init", "--list"]).run().success().lines() {
        let name = preset.split_whitespace().next().expect("a name");
        let output = Sandbox::new().args(["validate", "--strict", "--preset", name]).run();
        assert_eq!(output.status, 0, "{name}: {}", output.transcript());
        assert!(output.stdout().ends_with(" objects: nothing to report\n"), "{name}: {}", output.stdout());
    }
}

#[test]
fn findings_of_a_render_point_at_template_and_value() {
    let run = |args: &[&str]| Sandbox::new().args(["validate"]).args(args.iter().copied()).run().transcript();
    insta::assert_snapshot!(run(&["--preset", "ingress-tls", "--kube-version", "1.18"]));
}

#[test]
fn a_chart_is_rendered_and_checked_with_its_definitions() {
    let run = |args: &[&str]| {
        chart(Sandbox::new()).args(["validate", "--chart", "shop"]).args(args.iter().copied()).run()
    };
    assert_eq!(run(&["--set", "size=5"]).success(), "3 objects: nothing to report\n");
    let found = run(&["--set", "size=6,port=0", "-n", "prod"]);
    insta::assert_snapshot!(found.transcript());
    let message = chart(Sandbox::new()).args(["validate", "shop"]).run().refused();
    assert!(message.contains("`--chart shop` renders it"), "{message}");
}

#[test]
fn what_cannot_be_checked_is_refused() {
    let run = |args: &[&str]| {
        let sandbox =
            Sandbox::new().file("a.yaml", GOOD).file("empty/README", "").file("bad.yaml", b"a: \xff");
        sandbox.args(["validate"]).args(args.iter().copied()).run().refused()
    };
    let mut all = String::new();
    for args in [
        &["missing.yaml", "empty"][..],
        &["a.yaml", "--set", "x=1"],
        &["a.yaml", "--chart", "empty"],
        &["--chart", "empty"],
        &["a.yaml", "--kube-version", "next"],
        &["bad.yaml"],
        &["--set", "clearml.versions=x"],
        &["a.yaml", "--format", "xml"],
    ] {
        all += &format!("$ validate {}\n{}", args.join(" "), run(args));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn the_input_may_be_of_an_older_version_of_kubernetes() {
    let text = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {minAvailable: 1}\n";
    let run = |version: &str| {
        Sandbox::new()
            .stdin(text)
            .args(["validate", "-", "--kube-version", version, "--format", "github"])
            .run()
    };
    assert_eq!(run("1.20").status, 0);
    let deprecated = run("v1.24.3");
    assert_eq!(deprecated.status, 0);
    assert!(deprecated.stdout().starts_with("::warning file=<stdin>,line=1,col=13,endColumn=27,"));
    let removed = run("1.25");
    assert_eq!(removed.status, 1);
    assert!(removed.stdout().contains("%0Ause `apiVersion: policy/v1`"), "{}", removed.stdout());
}

fn report(format: &str) -> String {
    let sandbox = Sandbox::new().file("k8s/a,b.yaml", BROKEN).file("k8s/one.yaml", WARNING);
    let output = sandbox.args(["validate", "k8s", "--format", format]).run();
    assert_eq!((output.status, output.stderr()), (1, String::new()));
    let text = output.stdout();
    assert!(!text.contains("hunter2"), "{text}");
    text
}

#[test]
fn every_format_holds_every_finding() {
    insta::assert_snapshot!("validate_github", report("github"));
    insta::assert_snapshot!("validate_markdown", report("markdown"));
    let json: Value = serde_json::from_str(&report("json")).expect("JSON");
    assert_eq!(json["summary"]["errors"], 3);
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(4));
    assert_eq!(json["findings"][0]["object"], "Service/shop/web");
    let sarif: Value = serde_json::from_str(&report("sarif")).expect("JSON");
    sarif::check(&sarif);
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(4));
    let junit = report("junit");
    assert_eq!(xml::check(&junit), ["testsuites", "testsuite", "testcase", "failure", "system-out"]);
    assert!(junit.contains("tests=\"3\" failures=\"2\""), "{junit}");
}

/// The parts of the SARIF 2.1.0 schema that a log of ours can touch: which properties an object has, which it must
/// have, and what they hold.
mod sarif {
    use serde_json::Value;

    #[derive(Clone, Copy)]
    enum Holds {
        Text,
        Uri,
        Count(i64),
        Flag,
        OneOf(&'static [&'static str]),
        Texts,
        Object(&'static str),
        List(&'static str),
    }
    use Holds::{Count, Flag, List, Object, OneOf, Text, Texts, Uri};

    const LEVEL: Holds = OneOf(&["none", "note", "warning", "error"]);

    /// Definition, property (`!` where it must be there), content.
    const SCHEMA: &[(&str, &str, Holds)] = &[
        ("log", "$schema", Uri),
        ("log", "version!", OneOf(&["2.1.0"])),
        ("log", "runs!", List("run")),
        ("run", "tool!", Object("tool")),
        ("run", "invocations", List("invocation")),
        ("run", "columnKind", OneOf(&["utf16CodeUnits", "unicodeCodePoints"])),
        ("run", "results", List("result")),
        ("tool", "driver!", Object("toolComponent")),
        ("toolComponent", "name!", Text),
        ("toolComponent", "semanticVersion", Text),
        ("toolComponent", "rules", List("reportingDescriptor")),
        ("reportingDescriptor", "id!", Text),
        ("reportingDescriptor", "shortDescription", Object("message")),
        ("invocation", "executionSuccessful!", Flag),
        ("invocation", "toolExecutionNotifications", List("notification")),
        ("notification", "message!", Object("message")),
        ("notification", "level", LEVEL),
        ("message", "text!", Text),
        ("result", "ruleId", Text),
        ("result", "ruleIndex", Count(0)),
        ("result", "level", LEVEL),
        ("result", "message!", Object("message")),
        ("result", "locations", List("location")),
        ("result", "relatedLocations", List("location")),
        ("result", "partialFingerprints", Texts),
        ("location", "id", Count(0)),
        ("location", "physicalLocation", Object("physicalLocation")),
        ("location", "logicalLocations", List("logicalLocation")),
        ("location", "message", Object("message")),
        ("logicalLocation", "fullyQualifiedName", Text),
        ("logicalLocation", "kind", Text),
        ("physicalLocation", "artifactLocation", Object("artifactLocation")),
        ("physicalLocation", "region", Object("region")),
        ("artifactLocation", "uri", Uri),
        ("region", "startLine", Count(1)),
        ("region", "startColumn", Count(1)),
        ("region", "endLine", Count(1)),
        ("region", "endColumn", Count(1)),
    ];

    /// Demands a log that the standard's schema takes, and that every result names its rule.
    pub(super) fn check(log: &Value) {
        object(log, "log", "log");
        for run in log["runs"].as_array().expect("runs") {
            let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
            for result in run["results"].as_array().expect("results") {
                let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
                assert_eq!(rules[index]["id"], result["ruleId"]);
            }
        }
    }

    fn object(value: &Value, definition: &str, path: &str) {
        assert!(value.is_object(), "{path} is no object");
        let map = value.as_object().expect("an object");
        let known: Vec<_> = SCHEMA.iter().filter(|(name, ..)| *name == definition).collect();
        for (_, property, _) in &known {
            if let Some(name) = property.strip_suffix('!') {
                assert!(map.contains_key(name), "{path} has no {name}");
            }
        }
        for (key, value) in map {
            let path = format!("{path}.{key}");
            let row = known.iter().find(|(_, property, _)| property.trim_end_matches('!') == key);
            assert!(row.is_some(), "{path} is unknown");
            let (_, _, holds) = row.expect("a known property");
            holds_this(*holds, value, &path);
        }
    }

    fn holds_this(holds: Holds, value: &Value, path: &str) {
        let fits = match holds {
            Text => value.as_str().is_some_and(|text| !text.is_empty()),
            Uri => value.as_str().is_some_and(|text| {
                !text.is_empty()
                    && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&byte))
            }),
            Count(least) => value.as_i64().is_some_and(|number| number >= least),
            Flag => value.is_boolean(),
            OneOf(choices) => value.as_str().is_some_and(|text| choices.contains(&text)),
            Texts => value.as_object().is_some_and(|map| map.values().all(Value::is_string)),
            Object(definition) => {
                object(value, definition, path);
                true
            }
            List(definition) => {
                assert!(value.is_array(), "{path} is no list");
                let items = value.as_array().expect("a list");
                for (index, item) in items.iter().enumerate() {
                    object(item, definition, &format!("{path}[{index}]"));
                }
                true
            }
        };
        assert!(fits, "{path}: {value}");
    }
}

/// Whether a text is well-formed XML, as far as a report uses it.
mod xml {
    /// Demands a document of one element in which tags pair, attributes are quoted and stand once, and references
    /// and characters are XML's; returns the names of its elements in the order they first appear.
    pub(super) fn check(text: &str) -> Vec<&str> {
        let rest = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
        let (mut open, mut names): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        let mut roots = 0;
        for part in rest.split('<').skip(1) {
            let (tag, between) = part.split_once('>').expect("a tag that ends");
            characters(between);
            assert!(!open.is_empty() || tag.starts_with('/') || roots == 0, "a second root: {tag}");
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name));
            } else {
                roots += usize::from(open.is_empty());
                let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
                let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
                if !names.contains(&name) {
                    names.push(name);
                }
                self::attributes(attributes);
                if !closed {
                    open.push(name);
                }
            }
            assert!(!open.is_empty() || between.trim().is_empty(), "text outside of the root: {between}");
        }
        assert_eq!((open.len(), roots), (0, 1));
        names
    }

    fn attributes(mut text: &str) {
        let mut seen: Vec<&str> = Vec::new();
        while !text.is_empty() {
            let (name, rest) = text.split_once("=\"").expect("a quoted value");
            let (value, rest) = rest.split_once('"').expect("a value that ends");
            let name = name.trim_start();
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase()) && !seen.contains(&name), "{name}");
            seen.push(name);
            characters(value);
            text = rest;
        }
    }

    fn characters(text: &str) {
        for reference in text.split('&').skip(1) {
            let name = reference.split_once(';').expect("a reference that ends").0;
            assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name), "&{name};");
        }
        assert!(text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n')), "{text:?}");
    }
}
