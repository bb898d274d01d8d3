//! The template parser: its errors point into the text, and what is printed is read again as what prints the same.

use clearml_k8s::diag::{Source, SourceKind};
use clearml_k8s::gotmpl::{Parsed, parse};
use clearml_k8s::helm;

use super::{assert_inside, text};

pub(crate) fn run(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let parsed = match read(text) {
        Ok(parsed) => parsed,
        Err(place) => return assert_inside(&place),
    };
    if has_loose_brace(text) {
        return;
    }
    for tree in parsed.trees() {
        // `define` is no node: its tree is printed alone, as Go does.
        let printed = tree.to_string();
        let again = read(&printed);
        let again = again.unwrap_or_else(|place| panic!("{printed:?} is refused at {:?}", place.span));
        assert_eq!(again.get("f").map_or_else(String::new, ToString::to_string), printed);
    }
}

fn read(text: &str) -> Result<Parsed, clearml_k8s::diag::Place> {
    parse(&Source::new(SourceKind::Template, "f", text), &helm::functions()).map_err(|error| error.place())
}

/// Whether a brace stands outside of `{{`. Where a comment or blank space between such a one and an action is trimmed
/// away, the printed text is another template, in Go too.
fn has_loose_brace(text: &str) -> bool {
    text.replace("{{", "").contains('{') || text.contains("{{{")
}
