//! The `--set` family: an end, the same values twice, and values that can be written and read.
//! Input: arguments, one a line, the first letter tells the flag.

use clearml_k8s::codec::yaml::{self, ReadOptions};
use clearml_k8s::codec::{Map, Node, Numbers};
use clearml_k8s::diag::{Source, SourceKind};
use clearml_k8s::values::set::{Builder, Flag};

use super::{is_read_otherwise, same, text};

pub(crate) fn run(data: &[u8]) {
    let Some(text) = text(data) else { return };
    // Lists of tens of thousands of nulls are allowed, but slow to write.
    if text.split('[').skip(1).any(|index| index.bytes().take_while(u8::is_ascii_digit).count() > 3) {
        return;
    }
    let (first, second) = (apply(text), apply(text));
    let (Ok(first), Ok(second)) = (&first, &second) else {
        return assert_eq!(first.err(), second.err());
    };
    assert!(same(first, second), "two runs differ");
    let written = yaml::write(first);
    if written.is_empty() || is_read_otherwise(first) {
        // What go-yaml cannot take back out of JSON, such as control characters, `toYaml` prints nothing for.
        return;
    }
    let again = Source::new(SourceKind::File, "again.yaml", written.as_str());
    let again = yaml::read(&again, &ReadOptions { numbers: Numbers::Typed });
    let again = again.unwrap_or_else(|error| panic!("{} refuses {written:?}", error.helm_text()));
    assert_eq!(yaml::write(&again.root), written);
}

fn apply(text: &str) -> Result<Node, String> {
    let mut builder = Builder::new(Node::map(Map::default()));
    for line in text.lines() {
        let mut letters = line.chars();
        let flag = match letters.next() {
            Some('j') => Flag::Json,
            Some('s') => Flag::String,
            Some('f') => Flag::File,
            Some('l') => Flag::Literal,
            _ => Flag::Set,
        };
        let mut read = |name: &str| Ok(name.as_bytes().to_vec());
        builder.apply(flag, letters.as_str(), &mut read).map_err(|error| {
            super::assert_printable(error.diagnostic());
            error.helm_text().to_owned()
        })?;
    }
    Ok(builder.finish())
}
