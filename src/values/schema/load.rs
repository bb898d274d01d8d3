//! Loading documents: what they hold is collected, and checked against the metaschema.

use std::collections::HashMap;
use std::io;

use crate::codec::{Map, Node};
use crate::diag::{Level, LogLine, Source, SourceKind};
use crate::go::url::Url;

use super::super::text::{quote, read_error};
use super::document::Document;
use super::draft::Draft;
use super::location::{self, full, lookup};
use super::text::read;
use super::{meta, plain};

/// How deep schemas may stand in each other. Helm has no such limit.
pub(super) const MAX_DEPTH: usize = 128;

/// How long the JSON pointers of all schemas of a document may be together, in bytes. Helm has no such limit.
const MAX_POINTER_BYTES: usize = 64 << 20;

/// The URL Helm gives to the schema of a chart.
pub(super) const ROOT: &str = "file:///values.schema.json";

/// What a schema may ask of the world around it.
pub struct Env<'e> {
    /// Reads a file a `$ref` or `$schema` names.
    pub read_file: &'e mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
    /// Whether the log gets lines of level debug.
    pub debug: bool,
    /// Where warnings go.
    pub log: &'e mut Vec<LogLine>,
}

/// The documents a schema reaches.
pub(super) struct Library<'l, 'e> {
    env: &'l mut Env<'e>,
    /// What was read, by URL.
    texts: HashMap<String, Node>,
    pub(super) documents: Vec<Document>,
    by_url: HashMap<String, usize>,
    is_meta: bool,
    pointer_bytes: usize,
}

impl<'l, 'e> Library<'l, 'e> {
    pub(super) fn new(env: &'l mut Env<'e>, root: Option<Node>) -> Self {
        let is_meta = root.is_none();
        let texts = root.map(|root| (ROOT.to_owned(), root)).into_iter().collect();
        Self { env, texts, documents: Vec::new(), by_url: HashMap::new(), is_meta, pointer_bytes: 0 }
    }

    /// Whether this holds metaschemas, for which formats are asserted in every draft.
    pub(super) fn is_meta(&self) -> bool {
        self.is_meta
    }

    fn text(&mut self, url: &str) -> Result<Node, String> {
        if let Some(node) = self.texts.get(url) {
            return Ok(node.clone());
        }
        let node = self.fetch(url).map_err(|why| format!("failing loading {}: {why}", quote(url)))?;
        self.texts.insert(url.to_owned(), node.clone());
        Ok(node)
    }

    // Rule: helm v4.3.1 pkg/chart/common/util/jsonschema.go, the loaders; nothing is fetched here.
    fn fetch(&mut self, url: &str) -> Result<Node, String> {
        if let Some(node) = meta::load(url) {
            return Ok(node);
        }
        let parsed = Url::parse(url.as_bytes()).map_err(|error| error.to_string())?;
        match parsed.scheme.as_str() {
            "file" => {
                let path = String::from_utf8_lossy(&parsed.path).into_owned();
                let bytes = (self.env.read_file)(&path).map_err(|error| read_error(&path, &error))?;
                let text = String::from_utf8_lossy(&bytes);
                read(&Source::new(SourceKind::Chart, path, text))
            }
            "http" | "https" => Err(format!(
                "HTTP request failed for {url}: Get {}: schemas are not fetched from the network",
                quote(url)
            )),
            "urn" => {
                let text = "unresolved URN reference ignored; using permissive schema";
                self.env.log.push(LogLine::new(Level::Warn, text).with("urn", url));
                Ok(Node::new(crate::codec::Data::Bool(true)))
            }
            _ => Err(format!("no URLLoader registered for {}", quote(url))),
        }
    }

    /// The document of a URL.
    pub(super) fn document(&mut self, url: &str) -> Result<usize, String> {
        if let Some(&index) = self.by_url.get(url) {
            return Ok(index);
        }
        let root = self.text(url)?;
        let mut document = Document::new(url, root.clone());
        self.collect(&mut document, &root, url, String::new(), Draft::D2020, 0)?;
        if !url.starts_with("http://json-schema.org/") && !url.starts_with("https://json-schema.org/") {
            self.check(&document, &root, "")?;
        }
        let index = self.documents.len();
        self.documents.push(document);
        self.by_url.insert(url.to_owned(), index);
        Ok(index)
    }

    /// Sees to it that what a pointer leads to was looked at as a schema.
    // Rule: roots.go, ensureSubschema.
    pub(super) fn ensure(&mut self, index: usize, pointer: &str) -> Result<(), String> {
        let Some(slot) = self.documents.get_mut(index) else { return Ok(()) };
        if slot.collected.contains(pointer) {
            return Ok(());
        }
        let mut document = std::mem::replace(slot, Document::new("", Node::null()));
        let result = self.ensure_in(&mut document, pointer);
        if let Some(slot) = self.documents.get_mut(index) {
            *slot = document;
        }
        result
    }

    fn ensure_in(&mut self, document: &mut Document, pointer: &str) -> Result<(), String> {
        let root = document.root.clone();
        let node = lookup(&document.url, &root, pointer)?;
        if let Some((_, around)) = document.resource_around(pointer) {
            let (id, draft) = (around.id.clone(), around.draft);
            self.collect(document, node, &id, pointer.to_owned(), draft, 0)?;
            if document.resource_at(pointer).is_none()
                && let Some(schema) = node.as_map()
            {
                document.add_anchors(&id, pointer, schema)?;
            }
        }
        self.check(document, node, pointer)
    }

    // Rule: roots.go, collectResources.
    fn collect(
        &mut self,
        document: &mut Document,
        node: &Node,
        base: &str,
        pointer: String,
        fallback: Draft,
        depth: usize,
    ) -> Result<(), String> {
        if document.collected.contains(&pointer) {
            return Ok(());
        }
        if depth > MAX_DEPTH {
            let at = quote(&full(&document.url, &pointer));
            return Err(format!(
                "schema at {at} nests deeper than the maximum supported level of {MAX_DEPTH}"
            ));
        }
        self.pointer_bytes += pointer.len();
        if self.pointer_bytes > MAX_POINTER_BYTES {
            return Err(format!("JSON pointers of schemas add up to more than {MAX_POINTER_BYTES} bytes"));
        }
        if node.as_bool().is_some() && pointer.is_empty() {
            document.add("", base, fallback)?;
        }
        if let Some(schema) = node.as_map() {
            let mut draft = self.draft(&document.url, &pointer, node, fallback, 0)?;
            let mut id = draft.id(schema);
            let mut declared = schema.get("$schema").and_then(Node::as_str).is_some();
            if id.is_none() && !pointer.is_empty() {
                (draft, declared) = (fallback, false);
                id = draft.id(schema);
            }
            let mut base = base.to_owned();
            if let Some(id) = id {
                base = match location::resolve(&base, id) {
                    Ok((url, _)) => url,
                    Err(_) => {
                        return Err(format!(
                            "error in parsing id at {}",
                            quote(&full(&document.url, &pointer))
                        ));
                    }
                };
            }
            if id.is_some() || pointer.is_empty() {
                document.add(&pointer, &base, if declared { draft } else { fallback })?;
            }
            document.add_anchors(&base, &pointer, schema)?;
            let inner = document.draft_of_id(&base).unwrap_or(fallback);
            for (pointer, node) in draft.subschemas(schema, &pointer) {
                self.collect(document, node, &base, pointer, inner, depth + 1)?;
            }
        }
        document.collected.insert(pointer);
        Ok(())
    }

    /// The draft a schema declares.
    // Rule: loader.go, getDraft.
    fn draft(
        &mut self,
        url: &str,
        pointer: &str,
        node: &Node,
        fallback: Draft,
        hops: usize,
    ) -> Result<Draft, String> {
        let Some(declared) = node.as_map().and_then(|map| map.get("$schema")).and_then(Node::as_str) else {
            return Ok(fallback);
        };
        if let Some(draft) = Draft::from_url(declared) {
            return Ok(draft);
        }
        let meta = declared.split_once('#').map_or(declared, |(url, _)| url);
        if let Err(error) = Url::parse(meta.as_bytes()) {
            return Err(format!("invalid $schema in {}: {error}", quote(&full(url, pointer))));
        }
        if pointer.is_empty() && meta == url {
            return Err(format!("draft {} is not supported", quote(meta)));
        }
        if hops > 16 {
            return Err(format!("cycle in resolving $schema in {}", quote(meta)));
        }
        let node = self.text(meta)?;
        self.draft(meta, "", &node, fallback, hops + 1)
    }

    /// Checks a schema against the metaschema of its draft.
    // Rule: roots.go, validate.
    fn check(&mut self, document: &Document, node: &Node, pointer: &str) -> Result<(), String> {
        let draft = document.resource_around(pointer).map_or(Draft::D2020, |(_, around)| around.draft);
        if plain::is_plain(node, draft) {
            return Ok(());
        }
        let drafts: HashMap<String, Draft> =
            document.resources().map(|(pointer, resource)| (pointer.clone(), resource.draft)).collect();
        meta::check(self.env, node, draft, &drafts).map_err(|text| {
            format!("{} is not valid against metaschema: {text}", quote(&full(&document.url, pointer)))
        })
    }
}

/// The entries of a map; none of anything else.
pub(super) fn entries(node: &Node) -> &[crate::codec::Entry] {
    node.as_map().map(Map::entries).unwrap_or_default()
}
