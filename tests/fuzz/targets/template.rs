//! The template parser: its errors point into the text, what is printed is read again as what prints the same, and what
//! is parsed only when it runs is parsed as it would be at once.

use clearml_k8s::diag::{Source, SourceKind};
use clearml_k8s::gotmpl::{ParseError, Parsed, parse, parse_lazily};
use clearml_k8s::helm;

use super::{assert_inside, text};

pub(crate) fn run(data: &[u8]) {
    let Some(text) = text(data) else { return };
    assert_lazy_is_the_same(text);
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

/// Parsing at once and later find the same templates or the same mistake.
pub(crate) fn assert_lazy_is_the_same(text: &str) {
    let (source, funcs) = (Source::new(SourceKind::Template, "f", text), helm::functions());
    let found = |parsed: Result<Parsed, ParseError>| match parsed {
        Err(error) => vec![error.to_string()],
        Ok(parsed) => {
            let mut trees: Vec<String> = parsed
                .trees()
                .iter()
                .map(|tree| format!("{:?} {} {tree}", tree.name(), tree.is_empty()))
                .collect();
            trees.sort();
            trees
        }
    };
    assert_eq!(found(parse_lazily(&source, &funcs)), found(parse(&source, &funcs)), "{text:?}");
}

fn read(text: &str) -> Result<Parsed, clearml_k8s::diag::Place> {
    parse(&Source::new(SourceKind::Template, "f", text), &helm::functions()).map_err(|error| error.place())
}

/// Whether a brace stands outside of `{{`. Where a comment or blank space between such a one and an action is trimmed
/// away, the printed text is another template, in Go too.
fn has_loose_brace(text: &str) -> bool {
    text.replace("{{", "").contains('{') || text.contains("{{{")
}
