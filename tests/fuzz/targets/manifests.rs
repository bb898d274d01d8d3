//! Manifests of strangers: what is found about them can be printed, twice the same, and errors alone are what of it are
//! errors; against themselves nothing differs, against others as much as the other way round; what is printed for
//! people is harmless to a terminal, what is printed for programs is JSON. Input: manifests, `====`, those they are
//! compared with.

use clearml_k8s::check::{self, CODES, Checked, Input};
use clearml_k8s::codec::yaml::{self, ReadOptions};
use clearml_k8s::codec::{Node, Numbers};
use clearml_k8s::diag::{Diagnostic, Severity, Source, SourceKind, render};
use clearml_k8s::diff::{self, Diff, Objects, print};
use clearml_k8s::graph::{self, Graph};
use clearml_k8s::report::{self, Format, Report, Subject};

use super::{assert_harmless, assert_inside, assert_json, assert_printable, assert_shown, halves, text};

pub(crate) fn run(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let (other, own) = halves(text);
    let own = Source::new(SourceKind::File, "own.yaml", own);
    let other = Source::new(SourceKind::File, "other.yaml", other);
    checked(&own);
    drawn(&own);
    let read = |source| Objects::read([("", source)], "default");
    match (read(&own), read(&other)) {
        (Ok(own), Ok(other)) => compared(&own, &other),
        (Err(problems), _) | (_, Err(problems)) => {
            assert!(!problems.is_empty(), "refused without a reason");
            problems.iter().for_each(assert_printable);
        }
    }
}

fn checked(source: &Source) {
    let sources = std::slice::from_ref(source);
    let options = check::Options::default();
    let found = check::sources(sources, &options);
    found.iter().for_each(assert_printable);
    assert_eq!(check::sources(sources, &options), found, "two runs differ");
    let errors_only = check::Options { errors_only: true, ..options.clone() };
    let errors: Vec<Diagnostic> =
        found.iter().filter(|one| one.severity == Severity::Error).cloned().collect();
    assert_eq!(check::sources(sources, &errors_only), errors);
    let objects = Input::default().sources(sources).check(&options);
    objects.iter().flat_map(|object| &object.secrets).for_each(assert_inside);
    assert!(objects.iter().flat_map(|object| &object.findings).eq(&found), "objects have other findings");
    reported(objects);
}

fn reported(objects: Vec<Checked>) {
    let subjects = objects.into_iter().map(|object| Subject {
        name: format!("{}/{}", object.kind, object.name),
        file: object.file,
        skipped: object.skipped.map(str::to_owned),
        findings: object.findings,
    });
    let subjects = subjects.collect();
    let report = Report { command: "validate", rules: CODES, subjects, strict: false };
    let print = |format| report::print(&report, format, &render::Options::default());
    for format in [Format::Text, Format::Github, Format::Markdown] {
        assert_shown(&print(format));
    }
    assert_harmless(&print(Format::Junit));
    for format in [Format::Json, Format::Sarif] {
        assert_json(&print(format));
    }
}

fn compared(own: &Objects, other: &Objects) {
    for show_noise in [false, true] {
        let options = diff::Options { show_noise, ..diff::Options::default() };
        assert!(diff::compare(own, own, options).is_empty(), "it differs from itself");
        let (there, back) = (diff::compare(own, other, options), diff::compare(other, own, options));
        let (to, from) = (there.totals(), back.totals());
        assert_eq!((to.added, to.removed, to.changed), (from.removed, from.added, from.changed));
        printed(&there);
    }
}

fn printed(diff: &Diff) {
    for unified in [false, true] {
        let look = print::Look { unified, ..print::Look::default() };
        assert_shown(&print::text(diff, &look));
        assert_shown(&print::markdown(diff, &look));
    }
    assert_shown(&print::github(diff));
    assert_json(&print::json(diff, &print::Look::default()));
}

fn drawn(source: &Source) {
    let Ok(documents) = yaml::read_stream(source, &ReadOptions { numbers: Numbers::Typed }) else { return };
    let roots: Vec<Node> = documents.into_iter().map(|document| document.root).collect();
    let graph = Graph::new(&roots, None);
    assert_harmless(&graph::mermaid(&graph));
    assert_harmless(&graph::dot(&graph));
    assert_harmless(&graph::svg(&graph).unwrap_or_default());
}
