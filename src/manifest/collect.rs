//! Rendered files sorted into hooks and manifests.

use std::ops::Range;
use std::sync::Arc;

use super::hook::{self, HOOK_ANNOTATION, Hook};
use super::{Head, Manifest, sort, split};
use crate::both::Later;
use crate::diag::{Level, LogLine, Source, SourceKind, Span};
use crate::go::unicode;
use crate::trace::{Trace, Write};

/// A file a template rendered.
#[derive(Clone, Debug)]
pub struct RenderedFile {
    /// The template's full name.
    pub template: String,
    /// What it rendered.
    pub text: Arc<String>,
    /// What wrote which bytes of the text; empty unless somebody listened.
    pub trace: Vec<Write>,
    /// Bytes that are no UTF-8, each with the offset of the U+FFFD that stands for it in `text`.
    pub bad_bytes: Vec<(usize, u8)>,
    /// Its documents, if they are looked at ahead.
    documents: Option<Later<Documents>>,
}

/// The documents of a rendered text: all, or those in front of a fault.
struct Documents {
    found: Vec<Document>,
    fault: Option<String>,
}

/// A document of a rendered text.
struct Document {
    range: Range<usize>,
    text: Source,
    head: Head,
}

impl RenderedFile {
    /// What a template wrote.
    #[must_use]
    pub fn new(template: impl Into<String>, written: Vec<u8>, trace: Vec<Write>) -> Self {
        let template = template.into();
        let written = match String::from_utf8(written) {
            Ok(text) => return Self::of_text(template, text, trace, Vec::new()),
            Err(error) => error.into_bytes(),
        };
        let (mut text, mut bad_bytes, mut at) = (String::with_capacity(written.len()), Vec::new(), 0);
        for (c, width) in unicode::runes(&written) {
            if c == char::REPLACEMENT_CHARACTER && width == 1 {
                bad_bytes.push((text.len(), written.get(at).copied().unwrap_or_default()));
            }
            text.push(c);
            at += width;
        }
        Self::of_text(template, text, trace, bad_bytes)
    }

    fn of_text(template: String, mut text: String, trace: Vec<Write>, bad_bytes: Vec<(usize, u8)>) -> Self {
        // The text stays; room that writing left over need not.
        text.shrink_to_fit();
        Self { template, text: Arc::new(text), trace, bad_bytes, documents: None }
    }

    /// The same; a second thread that has nothing else to do looks for its documents.
    #[must_use]
    pub fn looked_at_ahead(mut self) -> Self {
        if self.bad_bytes.is_empty() {
            let (template, text) = (self.template.clone(), Arc::clone(&self.text));
            self.documents = Later::begin(move || documents(&template, &text, |_| Ok(())));
        }
        self
    }

    /// Its documents.
    fn documents(&self) -> Documents {
        if let Some(documents) = self.documents.as_ref().and_then(Later::take) {
            return documents;
        }
        documents(&self.template, &self.text, |range| {
            let bytes = self.bad_part(&self.text, range);
            bytes.map_or(Ok(()), |bytes| Head::check_bytes(&self.template, &bytes))
        })
    }

    /// The bytes that were written of a part of its text, if they are no UTF-8.
    fn bad_part(&self, text: &str, range: Range<usize>) -> Option<Vec<u8>> {
        let first = self.bad_bytes.partition_point(|(at, _)| *at < range.start);
        let bad = self.bad_bytes.get(first..)?.iter().take_while(|(at, _)| *at < range.end);
        let (mut out, mut from) = (Vec::new(), range.start);
        for (at, byte) in bad {
            out.extend_from_slice(text.as_bytes().get(from..*at)?);
            out.push(*byte);
            from = at + char::REPLACEMENT_CHARACTER.len_utf8();
        }
        if from == range.start {
            return None;
        }
        out.extend_from_slice(text.as_bytes().get(from..range.end)?);
        Some(out)
    }
}

/// Documents of a release, each list in print order.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// Documents that are installed.
    pub manifests: Vec<Manifest>,
    /// Documents that run as hooks.
    pub hooks: Vec<Hook>,
}

/// The documents of a text that this template rendered, each checked by itself as well.
fn documents(
    template: &str,
    text: &Arc<String>,
    check: impl Fn(Range<usize>) -> Result<(), String>,
) -> Documents {
    let document = |range: Range<usize>| {
        let source = Source::of_part(SourceKind::Rendered, template, text, range.clone());
        let head = check(range.clone()).and_then(|()| Head::read(&source));
        let head = head.map_err(|text| format!("YAML parse error on {template}: {text}"))?;
        Ok(Document { range, text: source, head })
    };
    let mut fault = None;
    let found =
        split(text).into_iter().map(document).map_while(|read| read.map_err(|text| fault = Some(text)).ok());
    Documents { found: found.collect(), fault }
}

/// The documents of rendered files: hooks apart, both sorted by kind; unknown hooks are dropped with a log line. Their
/// texts are parts of the files'.
///
/// # Errors
/// Helm's text, `YAML parse error on …`, for the first document whose head cannot be read.
pub fn collect(mut files: Vec<RenderedFile>, log: &mut Vec<LogLine>) -> Result<Collected, String> {
    // Most files are one document.
    let mut all = Collected { manifests: Vec::with_capacity(files.len()), hooks: Vec::new() };
    files.sort_by(|a, b| a.template.cmp(&b.template));
    files.iter().try_for_each(|file| all.add(file, log))?;
    sort::sort(&mut all.manifests, |manifest| &manifest.kind);
    sort::sort(&mut all.hooks, |hook| &hook.manifest.kind);
    Ok(all)
}

/// Adds the documents of rendered files in the order of the files' names. On an error, those in front of it are there.
///
/// # Errors
/// As [`collect`].
// Rule: Helm v4.3.1 pkg/release/v1/util/manifest_sorter.go, SortManifests.
pub fn collect_into(
    all: &mut Collected,
    files: &[RenderedFile],
    log: &mut Vec<LogLine>,
) -> Result<(), String> {
    let mut files: Vec<&RenderedFile> = files.iter().collect();
    files.sort_by(|a, b| a.template.cmp(&b.template));
    files.into_iter().try_for_each(|file| all.add(file, log))
}

impl Collected {
    /// Adds the documents of a file.
    fn add(&mut self, file: &RenderedFile, log: &mut Vec<LogLine>) -> Result<(), String> {
        if file.template.rsplit('/').next().is_some_and(|name| name.starts_with('_')) {
            return Ok(());
        }
        let Documents { found, fault } = file.documents();
        for Document { range, text, head } in found {
            let annotation = head.annotation(HOOK_ANNOTATION).map(str::to_owned);
            let weight =
                head.annotation("helm.sh/hook-weight").and_then(|text| text.parse().ok()).unwrap_or(0);
            let manifest = Manifest {
                template: file.template.clone(),
                api_version: head.api_version,
                kind: head.kind,
                name: head.name,
                namespace: head.namespace,
                text,
                trace: part_of_trace(&file.trace, range.start, range.end),
            };
            let Some(annotation) = annotation else {
                self.manifests.push(manifest);
                continue;
            };
            match hook::events(&annotation) {
                Some(events) => self.hooks.push(Hook { manifest, events, weight }),
                None => log
                    .push(LogLine::new(Level::Info, "skipping unknown hooks").with("hookTypes", annotation)),
            }
        }
        fault.map_or(Ok(()), Err)
    }
}

/// The writes that touch a part of the text, moved so that the part starts at 0.
fn part_of_trace(writes: &[Write], start: usize, end: usize) -> Trace {
    // Writes stand in output order, each ending before the next begins.
    let first = writes.partition_point(|write| write.output.end() < start);
    let last = writes.partition_point(|write| write.output.start() <= end);
    Trace::new(
        writes
            .get(first..last)
            .unwrap_or_default()
            .iter()
            .filter(|write| {
                write.output.is_empty() || write.output.end() > start && write.output.start() < end
            })
            .map(|write| {
                let mut part = write.part(Span::new(start, end));
                part.output = Span::new(part.output.start() - start, part.output.end() - start);
                part
            })
            .collect(),
    )
}
