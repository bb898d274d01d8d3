//! One report in every format, and that each is well formed whatever stands in it.

use super::{Format, Report, Subject, print};
use crate::diag::render::Options;
use crate::diag::{Code, Diagnostic, Place, Severity, Source, SourceKind, Span};

const RULES: &[(&str, &str)] = &[("check::name", "a name that is no name"), ("check::port", "a port")];

fn place(source: &Source, text: &str) -> Place {
    let at = source.text().find(text).expect("the text");
    Place::new(source.clone(), Span::new(at, at + text.len()))
}

fn report() -> Report {
    let text = "metadata:\n  name: My_Name\nspec:\n  ports:\n  - port: 99999\n  password: hunter2\n";
    let file = Source::new(SourceKind::File, "k8s/a b,c.yaml", text);
    let flag = Source::new(SourceKind::Flag, "--set x=1", "x=1");
    let name =
        Diagnostic::error(Code("check::name"), "metadata.name: Invalid value: \"My_Name\" | 100% <b> *x*")
            .at(place(&file, "My_Name"), "")
            .and_at(place(&flag, "x"), "value of `x`")
            .help("use `my-name`\nor another");
    let port = Diagnostic::warning(Code("check::port"), "too large; hunter2 is not shown")
        .at(place(&file, "99999"), "here")
        .and_at(place(&file, "hunter2"), "near a secret");
    let loose =
        Diagnostic::new(Severity::Note, Code("other::code"), "a note \u{1b}[31m\u{202e} without a place");
    let subject = |name: &str, file: &str| Subject {
        name: name.to_owned(),
        file: file.to_owned(),
        ..Subject::default()
    };
    Report {
        command: "validate",
        rules: RULES,
        subjects: vec![
            Subject { findings: vec![name, port], ..subject("Service/My_Name", "k8s/a b,c.yaml") },
            subject("Service/fine", "k8s/a b,c.yaml"),
            Subject { skipped: Some("no definition".to_owned()), ..subject("Thing/\"x\" & <y>", "b.yaml") },
            Subject { findings: vec![loose], ..subject("ConfigMap/c", "b.yaml") },
        ],
        strict: false,
    }
}

/// The text with what changes with the version taken out.
fn shown(report: &Report, format: Format) -> String {
    print(report, format, &Options::default()).replace(env!("CARGO_PKG_VERSION"), "VERSION") + "[end]"
}

#[test]
fn a_report_reads_well_in_every_format() {
    for (name, format) in [
        ("text", Format::Text),
        ("json", Format::Json),
        ("sarif", Format::Sarif),
        ("junit", Format::Junit),
        ("github", Format::Github),
        ("markdown", Format::Markdown),
    ] {
        let text = shown(&report(), format);
        assert!(!text.contains("hunter2"), "{text}");
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn nothing_found_is_said_in_every_format() {
    let nothing = Report { command: "validate", ..Report::default() };
    assert_eq!(shown(&nothing, Format::Text), "0 objects: nothing to report\n[end]");
    assert_eq!(shown(&nothing, Format::Github), "0 objects: nothing to report\n[end]");
    assert_eq!(shown(&nothing, Format::Markdown), "**validate**: 0 objects: nothing to report\n[end]");
    let json: serde_json::Value =
        serde_json::from_str(&print(&nothing, Format::Json, &Options::default())).expect("JSON");
    assert_eq!(json["valid"], true);
    assert!(shown(&nothing, Format::Junit).contains("<testsuites name=\"clearml-k8s validate\" tests=\"0\""));
}

#[test]
fn warnings_fail_only_when_strict() {
    let mut report = report();
    report.subjects.retain(|subject| subject.name != "Service/My_Name");
    assert!(!report.has_failed());
    report.subjects.push(Subject {
        findings: vec![Diagnostic::warning(Code("check::port"), "w")],
        ..Subject::default()
    });
    assert!(!report.has_failed());
    report.strict = true;
    assert!(report.has_failed());
    assert!(shown(&report, Format::Junit).contains("<failure message=\"w\""));
}

#[test]
fn secrets_are_shown_only_when_asked_for() {
    let mut options = Options::default();
    options.secrets.shown = true;
    assert!(print(&report(), Format::Sarif, &options).contains("hunter2"));
}
