//! ClearML's values: a render the check finds no error in, each document of it readable, or diagnostics that can be
//! printed; without a trace the same.

use clearml_k8s::check;
use clearml_k8s::clearml::{self, Options};
use clearml_k8s::codec::Numbers;
use clearml_k8s::codec::yaml::{self, ReadOptions};
use clearml_k8s::diag::{Severity, Source, SourceKind};

use super::{assert_printable, text};

pub(crate) fn run(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(values) = yaml::read_values(&Source::new(SourceKind::File, "values.yaml", text)) else { return };
    for strict in [false, true] {
        let options = Options { strict, ..Options::default() };
        let untraced = clearml::render(&values.root, &Options { traced: false, ..options.clone() });
        match clearml::render(&values.root, &options) {
            Ok(rendered) => {
                let untraced = untraced.expect("renders with a trace and not without");
                assert_eq!(untraced.warnings, rendered.warnings);
                let texts = rendered.manifests.iter().zip(&untraced.manifests);
                for (traced, untraced) in texts {
                    assert_eq!(traced.text.text(), untraced.text.text());
                }
                assert_eq!(rendered.manifests.len(), untraced.manifests.len());
                rendered.warnings.iter().for_each(assert_printable);
                for manifest in &rendered.manifests {
                    let read = yaml::read(&manifest.text, &ReadOptions { numbers: Numbers::Typed });
                    let read = read.unwrap_or_else(|error| {
                        panic!("{} {}: {}", manifest.kind, manifest.name, error.helm_text())
                    });
                    assert_eq!(read.root.get("kind").and_then(|kind| kind.as_str()), Some(&*manifest.kind));
                    assert!(
                        read.duplicates.is_empty(),
                        "{} {} has a key twice",
                        manifest.kind,
                        manifest.name
                    );
                }
                check::manifests(&rendered.manifests, &check::Options::default())
                    .iter()
                    .for_each(assert_printable);
            }
            Err(found) => {
                assert_eq!(untraced.err().as_ref(), Some(&found));
                assert!(found.iter().any(|one| one.severity == Severity::Error), "refused without an error");
                for one in &found {
                    assert_printable(one);
                    assert_ne!(one.code.0, "clearml::internal", "{}", one.message);
                }
            }
        }
    }
}
