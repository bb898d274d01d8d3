//! rustc's look: message, place, the line with a caret, further places, call chain, help.

use std::fmt::Write as _;
use std::ops::Range;

use super::super::{Diagnostic, Label, Severity, Source, SourceKind};
use super::excerpt::Excerpt;
use super::mask::is_parsed;
use super::{Options, Words};

/// The colours of one diagnostic; empty texts without colour.
struct Paint {
    strong: &'static str,
    severity: &'static str,
    quiet: &'static str,
    off: &'static str,
}

impl Paint {
    fn new(color: bool, severity: Severity) -> Self {
        if !color {
            return Self { strong: "", severity: "", quiet: "", off: "" };
        }
        let severity = match severity {
            Severity::Error => "\x1b[1;31m",
            Severity::Warning => "\x1b[1;33m",
            Severity::Note => "\x1b[1;36m",
        };
        Self { strong: "\x1b[1m", severity, quiet: "\x1b[1;34m", off: "\x1b[0m" }
    }
}

/// A label with its line worked out.
struct Mark<'d> {
    label: &'d Label,
    line: usize,
    bytes: Range<usize>,
    primary: bool,
}

/// The diagnostic with the lines it speaks of, ending in a line end.
#[must_use]
pub fn full(diagnostic: &Diagnostic, options: &Options) -> String {
    let paint = Paint::new(options.color, diagnostic.severity);
    let mut out = String::new();
    let name = severity_name(diagnostic.severity);
    let words = Words::new(diagnostic, options);
    let message = words.line(&diagnostic.message);
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        out,
        "{}{name}[{}]{}{}: {message}{}",
        paint.severity, diagnostic.code.0, paint.off, paint.strong, paint.off
    );
    let marks: Vec<Mark<'_>> = diagnostic
        .primary
        .iter()
        .map(|label| (label, true))
        .chain(diagnostic.secondary.iter().map(|label| (label, false)))
        .map(|(label, primary)| mark(label, primary))
        .collect();
    let gutter = marks
        .iter()
        .filter(|mark| has_lines(&mark.label.place.source))
        .map(|mark| mark.line.to_string().len())
        .max()
        .unwrap_or(1);
    let view = View { words: &words, paint: &paint, options, gutter, parsed: is_parsed(diagnostic) };
    let mut groups: Vec<Vec<&Mark<'_>>> = Vec::new();
    for mark in &marks {
        match groups.iter_mut().find(|group| same_source(group, mark)) {
            Some(group) => group.push(mark),
            None => groups.push(vec![mark]),
        }
    }
    for (index, group) in groups.iter().enumerate() {
        view.snippet(&mut out, group, index == 0);
    }
    for frame in &diagnostic.trace {
        let _ = writeln!(
            out,
            "{:gutter$} {}={} in {} at {}",
            "",
            paint.quiet,
            paint.off,
            words.line(&frame.what),
            words.place(&frame.place)
        );
    }
    if let Some(help) = &diagnostic.help {
        for (index, line) in help.lines().enumerate() {
            let lead = if index == 0 { "= help: " } else { "        " };
            let _ = writeln!(out, "{:gutter$} {}{lead}{}{}", "", paint.quiet, paint.off, words.line(line));
        }
    }
    out
}

/// `error`, `warning` or `note`.
pub(super) fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn has_lines(source: &Source) -> bool {
    source.kind() != SourceKind::Flag
}

fn same_source(group: &[&Mark<'_>], mark: &Mark<'_>) -> bool {
    group.first().is_some_and(|first| first.label.place.source == mark.label.place.source)
}

fn mark(label: &Label, primary: bool) -> Mark<'_> {
    let place = &label.place;
    let line = place.line_column().line;
    let start = place.source.line_start(line);
    let length = place.source.line(line).len();
    let from = place.span.start().saturating_sub(start).min(length);
    let to = place.span.end().saturating_sub(start).clamp(from, length.max(from));
    Mark { label, line, bytes: from..to, primary }
}

/// What every line of one diagnostic is printed with.
struct View<'v> {
    words: &'v Words,
    paint: &'v Paint,
    options: &'v Options,
    /// Columns of the widest line number.
    gutter: usize,
    parsed: bool,
}

impl View<'_> {
    /// The lines of one source, in order, with dots for what lies between them.
    fn snippet(&self, out: &mut String, marks: &[&Mark<'_>], first: bool) {
        let Some(head) = marks.first() else { return };
        let View { paint, gutter, .. } = *self;
        let source = &head.label.place.source;
        let arrow = if first { "-->" } else { ":::" };
        let place = self.words.place(&head.label.place);
        let _ = writeln!(out, "{:gutter$}{}{arrow}{} {place}", "", paint.quiet, paint.off);
        let _ = writeln!(out, "{:gutter$} {}|{}", "", paint.quiet, paint.off);
        let mut lines: Vec<usize> = marks.iter().map(|mark| mark.line).collect();
        lines.sort_unstable();
        lines.dedup();
        let mut last = None;
        for line in lines {
            match last {
                Some(before) if line == before + 2 => self.row(out, source, before + 1, &[]),
                Some(before) if line > before + 1 => {
                    let _ = writeln!(out, "{}...{}", paint.quiet, paint.off);
                }
                _ => {}
            }
            let mut here: Vec<&Mark<'_>> = marks.iter().filter(|mark| mark.line == line).copied().collect();
            here.sort_by_key(|mark| (std::cmp::Reverse(mark.primary), mark.bytes.start));
            self.row(out, source, line, &here);
            last = Some(line);
        }
    }

    /// One line of the source and one line of marks for each label on it.
    fn row(&self, out: &mut String, source: &Source, line: usize, marks: &[&Mark<'_>]) {
        let View { paint, gutter, .. } = *self;
        let masked = self.options.secrets.of_line(source, line, self.parsed);
        let focus = marks.first().map_or(0..0, |mark| mark.bytes.clone());
        let room = self.options.width.saturating_sub(gutter + 3);
        let excerpt = Excerpt::new(source.line(line), &masked, &focus, room);
        let number = if has_lines(source) { line.to_string() } else { String::new() };
        let space = if excerpt.text.is_empty() { "" } else { " " };
        let _ = writeln!(out, "{}{number:>gutter$} |{}{space}{}", paint.quiet, paint.off, excerpt.text);
        for mark in marks {
            let columns = excerpt.columns(&mark.bytes);
            let (sign, color) = if mark.primary { ("^", paint.severity) } else { ("-", paint.quiet) };
            let text = self.words.line(&mark.label.text);
            let space = if text.is_empty() { "" } else { " " };
            let _ = writeln!(
                out,
                "{:gutter$} {}|{} {:indent$}{color}{}{space}{text}{}",
                "",
                paint.quiet,
                paint.off,
                "",
                sign.repeat(columns.len()),
                paint.off,
                indent = columns.start,
            );
        }
    }
}
