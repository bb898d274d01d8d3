//! The source map of a render: every field with what wrote it and which values it depends on, as JSON. The form is
//! described in docs/source-map.md; a change of it raises [`VERSION`].

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::field::Field;
use super::text::is_secret;
use super::{MASK, Secrets};
use crate::codec::{Data, Node};
use crate::diag::{Frame, Place, SourceKind};
use crate::manifest::Manifest;
use crate::trace::Origin;

/// The version of the form.
const VERSION: u32 = 1;

/// What was rendered.
#[derive(Clone, Debug)]
pub struct Release<'r> {
    /// `clearml`, or the chart's name.
    pub chart: &'r str,
    /// The release's namespace.
    pub namespace: &'r str,
    /// Everything the render prints, so that lines of it can be found; empty when only some fields are asked for.
    pub output: &'r str,
}

/// The source map of these manifests with the fields of each.
#[must_use]
pub fn source_map(release: &Release<'_>, documents: &[(&Manifest, Vec<&Field>)], secrets: Secrets) -> String {
    let mut tables = Tables { secrets, ..Tables::default() };
    let mut body = String::new();
    let mut from = 0;
    for (index, (manifest, fields)) in documents.iter().enumerate() {
        let text = manifest.text.text();
        let start =
            release.output.get(from..).and_then(|rest| rest.find(text.trim_end())).map(|at| from + at);
        let line = start.map(|at| release.output.get(..at).unwrap_or_default().matches('\n').count() + 1);
        from = start.map_or(from, |at| at + text.trim_end().len());
        let head = json!({
            "apiVersion": manifest.api_version,
            "kind": manifest.kind,
            "name": manifest.name,
            "namespace": manifest.namespace,
            "template": manifest.template,
            "startLine": line,
        });
        let head = head.to_string();
        let head = head.strip_suffix('}').unwrap_or(&head);
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(body, "{comma}\n    {head},\"fields\":[");
        for (index, field) in fields.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(body, "{comma}\n      {}", tables.field(manifest, field));
        }
        body.push_str("\n    ]}");
    }
    let mut out = String::from("{\n");
    let _ = writeln!(out, "  \"format\": \"clearml-k8s/source-map\",\n  \"version\": {VERSION},");
    let _ = writeln!(out, "  \"chart\": {},", json!(release.chart));
    let _ = writeln!(out, "  \"namespace\": {},", json!(release.namespace));
    let _ = writeln!(out, "  \"documents\": [{body}\n  ],");
    let _ = writeln!(out, "  \"values\": [{}\n  ],", tables.values.join(","));
    let _ = writeln!(out, "  \"sources\": [{}\n  ]\n}}", tables.sources.join(","));
    out
}

#[derive(Clone)]
struct Tables {
    secrets: Secrets,
    sources: Vec<String>,
    source_index: HashMap<(String, &'static str), usize>,
    values: Vec<String>,
    value_index: HashMap<String, usize>,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            secrets: Secrets { shown: false, is_secret: |_| true },
            sources: Vec::new(),
            source_index: HashMap::new(),
            values: Vec::new(),
            value_index: HashMap::new(),
        }
    }
}

impl Tables {
    fn field(&mut self, manifest: &Manifest, field: &Field) -> String {
        let at = field.place.line_column();
        let hidden = !self.secrets.shown && is_secret(manifest, field, self.secrets);
        let written: Vec<Value> = field
            .sites
            .iter()
            .map(|site| {
                let mut value = self.place(&site.place);
                if let Some(map) = value.as_object_mut() {
                    let expression = site.place.text().trim();
                    map.insert("expression".to_owned(), json!(expression));
                    let calls: Vec<Value> = site.calls.iter().map(|frame| self.frame(frame)).collect();
                    if !calls.is_empty() {
                        map.insert("calls".to_owned(), Value::Array(calls));
                    }
                }
                value
            })
            .collect();
        let data: Vec<usize> = field.data.iter().map(|origin| self.value(origin)).collect();
        let control: Vec<usize> = field.control.iter().map(|origin| self.value(origin)).collect();
        let value = if hidden { json!(MASK) } else { plain(&field.value) };
        json!({
            "path": field.path.to_string(),
            "line": at.line,
            "column": at.column,
            "value": value,
            "writtenBy": written,
            "data": data,
            "control": control,
        })
        .to_string()
    }

    fn frame(&mut self, frame: &Frame) -> Value {
        let mut value = self.place(&frame.place);
        if let Some(map) = value.as_object_mut() {
            map.insert("call".to_owned(), json!(frame.what));
        }
        value
    }

    fn place(&mut self, place: &Place) -> Value {
        let at = place.line_column();
        json!({ "source": self.source(place), "line": at.line, "column": at.column })
    }

    fn source(&mut self, place: &Place) -> usize {
        let kind = match place.source.kind() {
            SourceKind::File => "file",
            SourceKind::Flag => "flag",
            SourceKind::Preset => "preset",
            SourceKind::Default => "default",
            SourceKind::Chart => "chart",
            _ => "template",
        };
        let key = (place.source.name().to_owned(), kind);
        if let Some(known) = self.source_index.get(&key) {
            return *known;
        }
        let index = self.sources.len();
        self.sources.push(format!("\n    {}", json!({ "name": key.0, "kind": kind })));
        self.source_index.insert(key, index);
        index
    }

    fn value(&mut self, origin: &Origin) -> usize {
        if let Some(known) = self.value_index.get(&*origin.path) {
            return *known;
        }
        let hidden = self.secrets.hides(origin);
        let history: Vec<Value> = std::iter::successors(Some(&origin.value), |node| node.replaced())
            .filter_map(|node| {
                let mut set = self.place(node.place()?);
                if let Some(map) = set.as_object_mut()
                    && !matches!(node.data(), Data::Map(_) | Data::List(_))
                {
                    let value = if hidden { json!(MASK) } else { plain(node) };
                    map.insert("value".to_owned(), value);
                }
                Some(set)
            })
            .collect();
        let index = self.values.len();
        self.values.push(format!("\n    {}", json!({ "path": &*origin.path, "set": history })));
        self.value_index.insert(origin.path.to_string(), index);
        index
    }
}

fn plain(node: &Node) -> Value {
    match node.data() {
        Data::Null => Value::Null,
        Data::Bool(value) => json!(value),
        Data::Int(value) => json!(value),
        Data::Uint(value) => json!(value),
        Data::Float(value) => json!(value),
        Data::String(text) => json!(&**text),
        Data::List(_) => json!([]),
        Data::Map(_) => json!({}),
    }
}
