//! What must hold for every input of a parser, as plain functions: they panic when it does not. `main.rs` calls them
//! with the seeds and kept inputs, `fuzz/` with whatever libFuzzer thinks of.

mod archive;
mod clearml;
mod execute;
mod manifests;
mod program;
mod schema;
mod set;
pub(crate) mod template;
mod yaml;

use clearml_k8s::codec::{Data, Node};
use clearml_k8s::diag::render::{self, Options};
use clearml_k8s::diag::{Diagnostic, Place};

/// Panics when something does not hold for an input.
pub(crate) type Body = fn(&[u8]);

/// Every body with its name, which is the name of its file and of its folder of seeds.
pub(crate) const TARGETS: &[(&str, Body)] = &[
    ("archive", archive::run),
    ("clearml", clearml::run),
    ("execute", execute::run),
    ("manifests", manifests::run),
    ("program", program::run),
    ("schema", schema::run),
    ("set", set::run),
    ("template", template::run),
    ("yaml", yaml::run),
];

/// Inputs longer than this are cut: what is found in long texts is found in short ones too.
const MOST_BYTES: usize = 8 << 10;

/// The input as text, cut to a length that keeps a run short.
fn text(data: &[u8]) -> Option<&str> {
    str::from_utf8(data.get(..MOST_BYTES).unwrap_or(data)).ok()
}

/// The two parts of an input, which a line `====` separates; without one the first is empty.
fn halves(text: &str) -> (&str, &str) {
    text.split_once("\n====\n").unwrap_or(("", text))
}

/// Whether a text names a number so great that counting to it takes long. The limits of that have tests of their own.
fn has_great_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |four: &[u8]| four.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'_');
    bytes.windows(4).any(digits)
        || bytes.windows(2).any(|two| two[0].is_ascii_digit() && b"eEpPxX".contains(&two[1]))
}

/// The place is a piece of its source.
fn assert_inside(place: &Place) {
    let (text, span) = (place.source.text(), place.span);
    let inside = text.get(span.start()..span.end()).is_some();
    assert!(inside, "{span:?} is no piece of the {} bytes of {:?}", text.len(), place.source.name());
}

/// Every place of a tree is a piece of its source.
fn assert_places(node: &Node) {
    node.place().into_iter().for_each(assert_inside);
    match node.data() {
        Data::List(items) => items.iter().for_each(assert_places),
        Data::Map(map) => {
            for entry in map.entries() {
                entry.place.iter().for_each(assert_inside);
                assert_places(&entry.value);
            }
        }
        _ => {}
    }
}

/// Its places are pieces of their sources, and it can be printed in every form.
fn assert_printable(diagnostic: &Diagnostic) {
    for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
        assert_inside(&label.place);
    }
    let options = Options::default();
    for print in [render::full, render::short, render::json] {
        let printed = print(diagnostic, &options);
        assert!(!printed.trim().is_empty());
        let harmful = |c: char| c.is_control() && c != '\n';
        assert!(!printed.contains(harmful), "{printed:?}");
    }
}

/// A program can read it.
fn assert_json(text: &str) {
    let read = serde_json::from_str::<serde_json::Value>(text);
    assert!(read.is_ok(), "{read:?}: {text}");
}

/// A terminal is not steered by it.
fn assert_harmless(text: &str) {
    assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')), "{text:?}");
}

/// Nor does it read in another order than it is written.
fn assert_shown(text: &str) {
    assert_harmless(text);
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!text.contains(turns), "{text:?}");
}

/// Whether two trees hold the same: places, styles and the order of keys do not count.
fn same(a: &Node, b: &Node) -> bool {
    match (a.data(), b.data()) {
        (Data::List(a), Data::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Data::Map(a), Data::Map(b)) => {
            a.len() == b.len()
                && a.entries()
                    .iter()
                    .all(|entry| b.get(&entry.key).is_some_and(|other| same(&entry.value, other)))
        }
        (Data::Float(a), Data::Float(b)) => a == b || a.is_nan() && b.is_nan(),
        // A float without a fraction is written as the whole number it is, as Go's JSON does.
        (Data::Float(float), Data::Int(whole)) => *float == *whole as f64,
        (Data::Float(float), Data::Uint(whole)) => *float == *whole as f64,
        (a, b) => format!("{a:?}") == format!("{b:?}"),
    }
}

/// Whether a key or a text of it is like this.
fn any(node: &Node, key: &dyn Fn(&str) -> bool, text: &dyn Fn(&str) -> bool) -> bool {
    match node.data() {
        Data::String(own) => text(own),
        Data::List(items) => items.iter().any(|item| any(item, key, text)),
        Data::Map(map) => map.entries().iter().any(|entry| key(&entry.key) || any(&entry.value, key, text)),
        _ => false,
    }
}

/// Whether go-yaml writes it so that it is read again as something else. Quirks: the key `<<` has no quotes and is a merge
/// then; U+0085 stands as it is and is the end of a line then.
fn is_read_otherwise(node: &Node) -> bool {
    let has = |text: &str| text.contains('\u{85}');
    any(node, &|key| key == "<<" || has(key), &has)
}
