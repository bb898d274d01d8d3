//! The scalars of a manifest with the writes that cover them.

use std::collections::HashSet;
use std::sync::Arc;

use super::path::{FieldPath, Step};
use crate::codec::yaml::{self, ReadOptions};
use crate::codec::{Data, Node, Numbers, Style};
use crate::diag::{Frame, Place, Source, SourceKind, Span};
use crate::manifest::Manifest;
use crate::trace::{Gap, Origin, Role, Write};

/// How deep a manifest is read; Kubernetes has nothing that nests deeper than about twenty.
const MAX_DEPTH: usize = 200;

/// What wrote a part of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The expression, or the text that stands there as it is; in a template's file.
    pub place: Place,
    /// Calls on the way, innermost first.
    pub calls: Arc<[Frame]>,
}

/// A scalar, or an empty list or map, of a manifest.
#[derive(Clone, Debug)]
pub struct Field {
    /// Where in the object.
    pub path: FieldPath,
    /// The value.
    pub value: Node,
    /// Where in the manifest's text.
    pub place: Place,
    /// What wrote it, the most telling first; nothing when no write covers it.
    pub sites: Vec<Site>,
    /// Values it is made from.
    pub data: Vec<Origin>,
    /// Other values that decided that it is there, and what it is.
    pub control: Vec<Origin>,
}

impl Field {
    /// Whether it depends on the value at a path or on one below it.
    #[must_use]
    pub fn depends_on(&self, path: &str) -> bool {
        self.data.iter().chain(&self.control).any(|origin| super::text::is_at(path, &origin.path))
    }
}

/// The fields of a manifest, in the order they stand in.
///
/// # Errors
/// The reader's words when the manifest is no YAML.
pub fn fields(manifest: &Manifest) -> Result<Vec<Field>, String> {
    let read = yaml::read(&manifest.text, &ReadOptions { numbers: Numbers::Typed });
    let root = read.map_err(|error| error.helm_text().to_owned())?.root;
    let mut found = Vec::new();
    let end = manifest.text.text().len();
    walk(&root, &FieldPath::default(), Span::new(0, end), 0, &mut |path, node, key| {
        found.push(field(manifest, path, node, key));
    });
    found.sort_by_key(|field| field.place.span);
    Ok(found)
}

fn walk(
    node: &Node,
    path: &FieldPath,
    key: Span,
    depth: usize,
    visit: &mut dyn FnMut(FieldPath, &Node, Span),
) {
    match node.data() {
        Data::Map(map) if !map.is_empty() && depth < MAX_DEPTH => {
            for entry in map.entries() {
                let key = entry.place.as_ref().map_or(key, |place| place.span);
                walk(&entry.value, &path.then(Step::Key(entry.key.clone())), key, depth + 1, visit);
            }
        }
        Data::List(items) if !items.is_empty() && depth < MAX_DEPTH => {
            for (index, item) in items.iter().enumerate() {
                let name = item.get("name").and_then(Node::as_str).map(Arc::from);
                let key = item.place().map_or(key, |place| place.span);
                walk(item, &path.then(Step::Item(index, name)), key, depth + 1, visit);
            }
        }
        _ => visit(path.clone(), node, key),
    }
}

fn field(manifest: &Manifest, path: FieldPath, node: &Node, key: Span) -> Field {
    let source = &manifest.text;
    let place = node.place().filter(|place| place.source == *source).cloned();
    let own = place.as_ref().map_or_else(|| Span::new(key.end(), key.end()), |place| place.span);
    // An empty scalar is where its key ends: whatever could have been written behind it counts.
    let span = if own.is_empty() { Span::new(key.start().min(own.start()), own.end()) } else { own };
    let block = matches!(node.style(), Style::Literal | Style::Folded);
    let writes: Vec<&Write> = manifest
        .trace
        .touching(if own.is_empty() { Span::new(span.start(), line_end(source, span.end())) } else { span })
        .filter(|write| match write.gap {
            None => write.output.start() < span.end().max(span.start() + 1),
            Some(_) if own.is_empty() => write.output.start() >= key.end(),
            Some(gap) => {
                let at = write.output.start();
                at > span.start() && at < span.end() || gap == Gap::Inline || block && at == span.end()
            }
        })
        .collect();
    let mut data = Vec::new();
    let mut control = Vec::new();
    let mut seen = HashSet::new();
    for role in [Role::Data, Role::Control] {
        let into = if role == Role::Data { &mut data } else { &mut control };
        for origin in writes.iter().flat_map(|write| write.read()) {
            if origin.role == role && !seen.contains(&*origin.path) {
                seen.insert(&*origin.path);
                into.push(origin.clone());
            }
        }
    }
    let sites = sites(&writes, if own.is_empty() { span } else { own });
    let place = place.unwrap_or_else(|| Place::new(source.clone(), own));
    Field { path, value: node.clone(), place, sites, data, control }
}

fn line_end(source: &Source, from: usize) -> usize {
    let rest = source.text().get(from..).unwrap_or_default();
    from + rest.find('\n').unwrap_or(rest.len())
}

/// The places of writes: those of one template that stand side by side are one place.
fn sites(writes: &[&Write], span: Span) -> Vec<Site> {
    let mut found: Vec<(Site, bool, usize)> = Vec::new();
    let written: Vec<&&Write> = writes.iter().filter(|write| write.gap.is_none()).collect();
    let shown = if written.is_empty() { writes.iter().collect() } else { written };
    for write in shown {
        let (place, calls) = in_file(&write.part(span));
        let printed = write.read().any(|origin| origin.role == Role::Data);
        if let Some((last, has_data, parts)) = found.last_mut()
            && last.place.source == place.source
            && last.calls == calls
            && place.span.start() >= last.place.span.start()
        {
            let end = place.span.end().max(last.place.span.end());
            last.place.span = Span::new(last.place.span.start(), end);
            *has_data |= printed;
            *parts += 1;
            continue;
        }
        found.push((Site { place, calls }, printed, 1));
    }
    found.sort_by_key(|(_, has_data, _)| !has_data);
    let mut sites: Vec<Site> = Vec::new();
    for (mut site, _, parts) in found {
        if parts > 1 {
            site.place.span = with_braces(&site.place);
        }
        if !sites.contains(&site) {
            sites.push(site);
        }
    }
    sites
}

/// The place in a template's file; what a text given to `tpl` wrote stands where `tpl` is called.
fn in_file(write: &Write) -> (Place, Arc<[Frame]>) {
    let is_file = |source: &Source| source.kind() != SourceKind::Template || source.name() != "gotpl";
    if is_file(&write.template.source) {
        return (write.template.clone(), write.calls.clone());
    }
    match write.calls.iter().position(|frame| is_file(&frame.place.source)) {
        Some(at) => {
            let place =
                write.calls.get(at).map_or_else(|| write.template.clone(), |frame| frame.place.clone());
            (place, write.calls.get(at + 1..).unwrap_or_default().into())
        }
        None => (write.template.clone(), write.calls.clone()),
    }
}

/// The span grown by the braces around an action at its ends.
fn with_braces(place: &Place) -> Span {
    let text = place.source.text();
    let (start, end) = (place.span.start(), place.span.end());
    let before = text.get(..start).unwrap_or_default().trim_end().trim_end_matches('-').trim_end();
    let start = if before.ends_with("{{") { before.len() - 2 } else { start };
    let after = text.get(end..).unwrap_or_default();
    let rest = after.trim_start().trim_start_matches('-').trim_start();
    let end = if rest.starts_with("}}") { end + after.len() - rest.len() + 2 } else { end };
    Span::new(start, end)
}
