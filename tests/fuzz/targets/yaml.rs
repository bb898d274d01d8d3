//! YAML: places are pieces of the text, what is written is read again as the same, the quick reader and the parser agree.

use clearml_k8s::codec::yaml::{self, Document, ReadOptions};
use clearml_k8s::codec::{Data, Node, Numbers};
use clearml_k8s::diag::{Source, SourceKind};

use super::{any, assert_inside, assert_places, is_read_otherwise, same, text};

pub(crate) fn run(data: &[u8]) {
    let bytes = yaml::read_bytes(SourceKind::File, "f.yaml", data, &ReadOptions::default());
    if let Ok(document) = &bytes {
        assert_places(&document.root);
    }
    let _ = yaml::read_values_bytes(SourceKind::File, "f.yaml", data);
    let Some(text) = text(data) else { return };
    let source = Source::new(SourceKind::File, "f.yaml", text);
    for numbers in [Numbers::Json, Numbers::Typed] {
        let options = ReadOptions { numbers };
        let read = yaml::read(&source, &options);
        let parsed = yaml::read_with_parser(&source, &options);
        match (&read, &parsed) {
            (Ok(read), Ok(parsed)) => assert_eq!(picture(read), picture(parsed)),
            (Err(read), Err(parsed)) => assert_eq!(read.helm_text(), parsed.helm_text()),
            _ => assert_eq!(read.is_ok(), parsed.is_ok(), "one reader refuses"),
        }
        match read {
            Ok(document) => check(&document, options),
            Err(error) => super::assert_printable(error.diagnostic()),
        }
    }
    for document in yaml::documents(&source, &ReadOptions::default()).flatten() {
        assert_places(&document.root);
    }
}

fn check(document: &Document, options: ReadOptions) {
    assert_places(&document.root);
    for twice in &document.duplicates {
        assert_inside(&twice.first);
        assert_inside(&twice.second);
    }
    if is_read_otherwise(&document.root) {
        return;
    }
    // Quirk: go-yaml v3 writes a text that begins with a tab as a block whose indentation then begins with one.
    let is_tabbed = |text: &str| text.starts_with(['\t', '\n']) && text.contains('\t');
    let tabbed = any(&document.root, &is_tabbed, &is_tabbed);
    let write_pretty = if tabbed { yaml::write } else { yaml::write_pretty };
    for write in [yaml::write, write_pretty] {
        let written = write(&document.root);
        // `toYaml` leaves the last newline away. Behind these two, which end a line as well, go-yaml writes one only where
        // the text has it.
        let is_either = written.ends_with(['\u{2028}', '\u{2029}']);
        let (bare, written) = (written.clone(), written + "\n");
        if written == "\n" {
            // What go-yaml cannot take back out of JSON, such as control characters, `toYaml` prints nothing for.
            continue;
        }
        let again = |text: &str| {
            let read = yaml::read(&Source::new(SourceKind::File, "again.yaml", text), &options);
            read.unwrap_or_else(|error| panic!("{} refuses {text:?}", error.helm_text())).root
        };
        assert!(
            same(&document.root, &again(&written)) || is_either && same(&document.root, &again(&bare)),
            "{:?} is written as {written:?}",
            document.root
        );
    }
}

/// All that can be told from a document: values, styles, places.
fn picture(document: &Document) -> String {
    let mut out = String::new();
    draw(&document.root, &mut out);
    for twice in &document.duplicates {
        out += &format!("{} {:?} {:?}\n", twice.key, twice.first.span, twice.second.span);
    }
    out
}

fn draw(node: &Node, out: &mut String) {
    *out += &format!("{:?} {:?} ", node.style(), node.place().map(|place| place.span));
    match node.data() {
        Data::List(items) => {
            *out += "[\n";
            items.iter().for_each(|item| draw(item, out));
            *out += "]\n";
        }
        Data::Map(map) => {
            *out += "{\n";
            for entry in map.entries() {
                *out += &format!("{:?} {:?}: ", entry.key, entry.place.as_ref().map(|place| place.span));
                draw(&entry.value, out);
            }
            *out += "}\n";
        }
        scalar => *out += &format!("{scalar:?}\n"),
    }
}
