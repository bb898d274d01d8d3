//! The documents of a rendered file or CRD, as Helm's linter takes them apart: JSON values in a row as long as the
//! text looks like JSON, YAML documents otherwise.

use crate::codec::json;
use crate::codec::shape::{Path, Shape, names_field};
use crate::codec::yaml::{self, ReadOptions};
use crate::codec::{Map, Node, Numbers};
use crate::diag::{Source, SourceKind};
use crate::go::unicode::is_space;

/// Bytes at the start of a text that decide whether it looks like JSON.
const PEEK: usize = 4096;

/// Bytes that must be left for the reader to go on as YAML after it stopped reading JSON.
// Quirk: apimachinery looks at four bytes at a time and takes a shorter rest for the end.
const LOOKAHEAD: usize = 4;

/// What the linter reads of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// `apiVersion`
    pub api_version: String,
    /// `kind`
    pub kind: String,
    /// `metadata.name`
    pub name: String,
}

/// An iterator over the heads of the documents; null documents are left out. It ends after the first error.
// Rule: k8s.io/apimachinery v0.37 pkg/util/yaml/decoder.go, YAMLOrJSONDecoder.
pub(super) struct Documents<'t> {
    text: &'t str,
    at: usize,
    state: State,
    count: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Json,
    Yaml,
    Done,
}

impl<'t> Documents<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let head = text.get(..text.floor_char_boundary(PEEK)).unwrap_or(text);
        let state =
            if head.trim_start_matches(is_space).starts_with('{') { State::Json } else { State::Yaml };
        Self { text, at: 0, state, count: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next JSON value, or the error, which may be one of a text that is YAML.
    fn json(&mut self) -> Option<Result<Option<Head>, String>> {
        let rest = self.rest();
        if rest.trim_start_matches([' ', '\t', '\r', '\n']).is_empty() {
            return None;
        }
        let source = Source::new(SourceKind::Chart, "", rest);
        Some(match json::read_first(&source, Numbers::Typed) {
            Ok((node, length)) => match head(&node, Shape::of_json()) {
                Ok(head) => {
                    self.at += length;
                    Ok(head)
                }
                Err(text) => Err(text),
            },
            Err((error, at)) if at >= rest.len() && error.what() == json::ErrorKind::Syntax => {
                Err("unexpected EOF".to_owned())
            }
            Err((error, at)) if self.count <= 1 => {
                Err(format!("json: offset {}: {}", self.at + at + 1, error.helm_text()))
            }
            Err((error, _)) => Err(error.helm_text().to_owned()),
        })
    }

    /// Moves behind the blanks up to the next line; false when too little is left to go on as YAML.
    fn skip_blanks(&mut self) -> bool {
        loop {
            let rest = self.rest();
            if rest.len() < LOOKAHEAD {
                return false;
            }
            let Some(sign) = rest.chars().next() else { return false };
            if !is_space(sign) {
                return true;
            }
            self.at += sign.len_utf8();
            if sign == '\n' {
                return true;
            }
        }
    }

    /// The text of the next YAML document, each line ended by a newline.
    // Rule: the same file, YAMLReader: a separator in front of everything belongs to the document.
    fn yaml(&mut self) -> Option<Result<String, String>> {
        let mut document = String::new();
        while !self.rest().is_empty() {
            let rest = self.rest();
            let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
            let line = rest.get(..length).unwrap_or(rest);
            self.at += length;
            let line = match line.strip_suffix('\n') {
                Some(line) => line.strip_suffix('\r').unwrap_or(line),
                None => line,
            };
            if let Some(behind) = line.strip_prefix("---") {
                let behind = behind.trim_matches(is_space);
                if !behind.is_empty() && !behind.starts_with('#') {
                    return Some(Err(format!("invalid Yaml document separator: {behind}")));
                }
                if !document.is_empty() {
                    return Some(Ok(document));
                }
            }
            document.push_str(line);
            document.push('\n');
        }
        (!document.is_empty()).then_some(Ok(document))
    }

    fn step(&mut self) -> Option<Result<Option<Head>, String>> {
        let mut first = None;
        if self.state == State::Json {
            match self.json()? {
                Ok(head) => {
                    self.count += 1;
                    return Some(Ok(head));
                }
                Err(text) if self.count > 1 => return Some(Err(text)),
                Err(text) => first = Some(text),
            }
            if !self.skip_blanks() {
                return first.map(Err);
            }
            self.state = State::Yaml;
        }
        let read = self.yaml()?.and_then(|document| head_of_yaml(&document));
        if read.is_ok() {
            self.count += 1;
        }
        Some(read.map_err(|text| first.unwrap_or(text)))
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<Head, String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.state == State::Done {
                return None;
            }
            match self.step() {
                None => {
                    self.state = State::Done;
                    return None;
                }
                Some(Ok(None)) => {}
                Some(Ok(Some(head))) => return Some(Ok(head)),
                Some(Err(text)) => {
                    self.state = State::Done;
                    return Some(Err(text));
                }
            }
        }
    }
}

const STRUCT: &str = "rules.k8sYamlStruct";
const METADATA: &str = "rules.k8sYamlMetadata";

fn head_of_yaml(document: &str) -> Result<Option<Head>, String> {
    let source = Source::new(SourceKind::Chart, "", document);
    let options = ReadOptions { numbers: Numbers::Typed };
    let document = yaml::read(&source, &options).map_err(|error| error.helm_text().to_owned())?;
    head(&document.root, Shape::default())
}

/// What an object says of itself; none for null.
fn head(node: &Node, mut shape: Shape) -> Result<Option<Head>, String> {
    let mut head = Head::default();
    let root = Path::default();
    for entry in shape.fields(node, &root, STRUCT).into_iter().flat_map(Map::entries) {
        let value = &entry.value;
        if names_field(&entry.key, "apiVersion") {
            head.api_version = shape.string(value, &root.key("apiVersion")).unwrap_or(head.api_version);
        } else if names_field(&entry.key, "kind") {
            head.kind = shape.string(value, &root.key("kind")).unwrap_or(head.kind);
        } else if names_field(&entry.key, "metadata") {
            let path = root.key("metadata");
            for entry in shape.fields(value, &path, METADATA).into_iter().flat_map(Map::entries) {
                if names_field(&entry.key, "name") {
                    head.name = shape.string(&entry.value, &path.key("name")).unwrap_or(head.name);
                } else if names_field(&entry.key, "namespace") {
                    shape.string(&entry.value, &path.key("namespace"));
                }
            }
        }
    }
    shape.finish()?;
    Ok((!node.is_null()).then_some(head))
}
