//! Whole renders: the defaults object by object, and the defects of the old chart one by one.

use super::*;
use crate::codec::{Node, yaml};
use crate::diag::{Diagnostic, Source, SourceKind};

pub(super) fn values(text: &str) -> Node {
    yaml::read_values(&Source::new(SourceKind::File, "values.yaml", text)).expect("values").root
}

pub(super) fn rendered(text: &str) -> Rendered {
    match render(&values(text), &Options::default()) {
        Ok(rendered) => rendered,
        Err(problems) => panic!("{}", problems.iter().map(show).collect::<Vec<_>>().join("\n")),
    }
}

pub(super) fn refused(text: &str) -> Vec<String> {
    match render(&values(text), &Options::default()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(show).collect(),
    }
}

pub(super) fn show(found: &Diagnostic) -> String {
    let place = found.primary.as_ref().map_or_else(String::new, |label| format!("{}: ", label.place));
    let help = found.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    format!("{place}{}{help}", found.message)
}

#[test]
fn dump() {
    let Ok(folder) = std::env::var("CLEARML_DUMP") else { return };
    for file in std::fs::read_dir(&folder).expect("folder").flatten() {
        let path = file.path();
        if path.extension().is_some_and(|e| e == "yaml") {
            let text = std::fs::read_to_string(&path).expect("file");
            let start = std::time::Instant::now();
            let result = render(&values(&text), &Options::default());
            let took = start.elapsed();
            let mut out = String::new();
            match result {
                Ok(rendered) => {
                    for manifest in &rendered.manifests {
                        out.push_str("---\n");
                        out.push_str(manifest.text.text());
                    }
                    for warning in &rendered.warnings {
                        eprintln!("{}: {}", path.display(), show(warning));
                    }
                }
                Err(problems) => {
                    problems.iter().for_each(|p| eprintln!("{}: ERROR {}", path.display(), show(p)))
                }
            }
            eprintln!("{} {took:?}", path.display());
            std::fs::write(path.with_extension("out"), out).expect("write");
        }
    }
}
