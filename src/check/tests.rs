//! The table of broken and good manifests in `tests/check`: one YAML file a subject, cases begin with `### name`,
//! and a comment `#! CODE TEXT` stands on the line that is to be blamed, `#? CODE TEXT` for a warning. Nothing else
//! may be found.

use std::fmt::Write as _;

use super::findings::Findings;
use super::object::Object;
use super::{Options, codes, manifests, sources, structure, typed};
use crate::codec::yaml::{self, ReadOptions};
use crate::codec::{Node, Numbers};
use crate::diag::{Diagnostic, Place, Severity, Source, SourceKind, Span};
use crate::manifest::Manifest;
use crate::trace::{Origin, Role, Trace, Write};

struct Case {
    name: String,
    text: String,
}

fn cases() -> Vec<Case> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/check");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("tests/check").map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let subject = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        for part in text.split("### ").skip(1) {
            let (name, text) = part.split_once('\n').expect("a case has a text");
            cases.push(Case { name: format!("{subject}: {name}"), text: text.to_owned() });
        }
    }
    cases
}

fn line(finding: &Diagnostic) -> usize {
    finding.primary.as_ref().map_or(0, |label| label.place.line_column().line)
}

#[test]
fn every_case_is_found_at_its_place_and_nothing_else() {
    let mut wrong = String::new();
    let (mut broken, mut good) = (0, 0);
    for case in cases() {
        let expected: Vec<(usize, Severity, &str)> = case
            .text
            .lines()
            .enumerate()
            .filter_map(|(index, line)| {
                let mark = |sign, severity| line.split_once(sign).map(|(_, rest)| (severity, rest.trim()));
                let (severity, rest) = mark(" #! ", Severity::Error).or(mark(" #? ", Severity::Warning))?;
                Some((index + 1, severity, rest))
            })
            .collect();
        if expected.is_empty() {
            good += 1;
        } else {
            broken += 1;
        }
        let source = Source::new(SourceKind::File, "case.yaml", case.text.as_str());
        let found = sources(std::slice::from_ref(&source), &Options::default());
        let fits = found.len() == expected.len()
            && found.iter().zip(&expected).all(|(finding, (at, severity, expected))| {
                let (code, text) = expected.split_once(' ').unwrap_or((expected, ""));
                // A broken text has its place where the parser gave up.
                let place = line(finding) == *at || code == "check::yaml";
                finding.severity == *severity
                    && finding.code.0 == code
                    && finding.message.contains(text)
                    && place
            });
        if !fits {
            let _ = writeln!(wrong, "\n{}\n  expected {expected:?}", case.name);
            for finding in &found {
                let _ = writeln!(
                    wrong,
                    "  found line {} {:?} {} {}",
                    line(finding),
                    finding.severity,
                    finding.code.0,
                    finding.message
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(broken >= 150 && good >= 15, "{broken} broken, {good} good");
}

#[test]
fn codes_are_sorted_and_used() {
    let mut before = "";
    for (code, about) in super::CODES {
        assert!(!about.is_empty());
        assert!(before != *code, "{code}");
        before = code;
    }
}

fn manifest(text: &str, trace: Trace) -> Manifest {
    Manifest {
        template: "t".to_owned(),
        api_version: String::new(),
        kind: String::new(),
        name: String::new(),
        namespace: None,
        text: Source::new(SourceKind::Rendered, "t", text),
        trace,
    }
}

#[test]
fn a_traced_finding_points_at_the_template_and_the_value() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: My_Name\n";
    let template = Source::new(SourceKind::Template, "configmap.yaml", "name: {{ clearml.name }}");
    let values = Source::new(SourceKind::File, "values.yaml", "clearml:\n  name: My_Name\n");
    let at = text.find("My_Name").unwrap();
    let value = Node::string("My_Name").with_place(Some(Place::new(values.clone(), Span::new(17, 24))));
    let trace = Trace::new(vec![Write {
        output: Span::new(at, at + 7),
        template: Place::new(template.clone(), Span::new(6, 24)),
        origins: [Origin { path: "clearml.name".into(), value, role: Role::Data }].into(),
        controls: [].into(),
        calls: [].into(),
        literal: false,
        gap: None,
    }]);
    let found = manifests(&[manifest(text, trace)], &Options::default());
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(finding.primary.as_ref().map(|label| &label.place.source), Some(&template));
    assert_eq!(
        finding.secondary.first().map(|label| label.place.to_string()),
        Some("values.yaml:2:9".to_owned())
    );
    assert_eq!(finding.help.as_deref(), Some("the value comes from `clearml.name`"));
}

#[test]
fn older_versions_take_what_newer_ones_refuse() {
    let text = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {minAvailable: 1}\n";
    let check = |version| {
        let options =
            Options { kube_version: crate::kube::KubeVersion::parse(version), ..Options::default() };
        let found = manifests(&[manifest(text, Trace::default())], &options);
        found.into_iter().map(|finding| finding.code.0).collect::<Vec<_>>()
    };
    assert_eq!(check("1.20"), Vec::<&str>::new());
    assert_eq!(check("1.24"), ["check::deprecated"]);
    assert_eq!(check("1.25"), ["check::removed"]);
    let text = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\n";
    let options = Options { kube_version: crate::kube::KubeVersion::parse("v1.20.2"), ..Options::default() };
    let found = manifests(&[manifest(text, Trace::default())], &options);
    assert_eq!(found.first().map(|finding| finding.code.0), Some("check::removed"));
}

#[test]
fn values_of_secrets_are_never_shown() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: hunter2!}\n";
    let found = manifests(&[manifest(text, Trace::default())], &Options::default());
    assert_eq!(found.len(), 1);
    assert!(!format!("{:?}", found.first().map(|finding| &finding.message)).contains("hunter2"));
}

#[test]
fn deep_nesting_is_refused_not_followed() {
    let schema = "{properties: {a: ".repeat(2000) + "{}" + &"}}".repeat(2000);
    let text = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: a.b.c}}\nspec:\n  group: b.c\n  names: {{kind: A, plural: a}}\n  scope: Cluster\n  versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {schema}}}}}]\n"
    );
    let found = manifests(&[manifest(&text, Trace::default())], &Options::default());
    assert!(found.iter().any(|finding| finding.code.0 == "check::too-deep"), "{found:?}");
}

/// Both look at the same object; the walker alone sees missing fields, closed sets, amounts and what is inside text.
#[test]
fn k8s_openapi_agrees_with_the_walker() {
    let blind = [codes::MISSING, codes::ENUM, codes::QUANTITY];
    let mut compared = 0;
    for case in cases() {
        let source = Source::new(SourceKind::File, "case.yaml", case.text.as_str());
        let Ok(documents) = yaml::read_stream(&source, &ReadOptions { numbers: Numbers::Typed }) else {
            continue;
        };
        for document in documents {
            let object = Object::new(document.root, String::new(), None, None);
            let Some((kind, opinion)) = object.known.zip(typed::opinion(&object)) else { continue };
            let mut findings = Findings::new(&object);
            structure::check(&object.root, kind.root, &mut findings);
            let mut found = findings.finish();
            found.retain(|finding| !blind.contains(&finding.code));
            let takes = opinion.skipped.is_empty() && opinion.stopped.is_none();
            assert_eq!(
                found.is_empty(),
                takes,
                "{}: {found:?} {:?}",
                case.name,
                opinion.stopped.map(|(_, reason)| reason)
            );
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
}
