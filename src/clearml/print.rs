//! Printing views as block YAML, with a record of which bytes came from which value.

use std::sync::Arc;

use super::engine::Controls;
use super::segment::Before;
use super::view::{Shape, View};
use super::words::Words;
use crate::codec::yaml;
use crate::diag::{Place, Span};
use crate::trace::{Origin, Write};

/// Most indentations.
const BLANKS: &str = "                                ";

/// Text under construction and the writes it is made of.
#[derive(Default)]
pub(crate) struct Printer {
    pub(crate) text: String,
    pub(crate) writes: Vec<Write>,
}

impl Printer {
    /// Prints one view where an expression stands: at `template`, which is none when nobody traces. `controls` are the
    /// values that decided it stands there.
    pub(crate) fn value(
        &mut self,
        view: &View,
        before: Before,
        template: Option<&Place>,
        controls: &mut Controls,
    ) -> Result<(), &'static str> {
        match &view.shape {
            Shape::Absent => Err("is not set here"),
            Shape::List(items) if !items.is_empty() => {
                match before {
                    Before::Key(indent) => {
                        self.trim_line();
                        self.list(items, indent, template, controls);
                    }
                    Before::Dash(_) => return Err("is a list inside a list"),
                }
                Ok(())
            }
            Shape::Map(entries) if !entries.is_empty() => {
                match before {
                    Before::Key(indent) => {
                        self.trim_line();
                        self.text.push('\n');
                        self.indent(indent + 2);
                        self.map(entries, indent + 2, template, controls);
                    }
                    Before::Dash(indent) => self.map(entries, indent, template, controls),
                }
                Ok(())
            }
            _ => {
                self.leaf(view, None, template, controls);
                Ok(())
            }
        }
    }

    /// Drops the blank after `key:` before a nested value starts on the next line.
    fn trim_line(&mut self) {
        let kept = self.text.trim_end_matches(' ').len();
        self.text.truncate(kept);
    }

    fn indent(&mut self, width: usize) {
        match BLANKS.get(..width) {
            Some(blanks) => self.text.push_str(blanks),
            None => self.text.extend(std::iter::repeat_n(' ', width)),
        }
    }

    fn key(&mut self, key: &Words) {
        match key {
            // Names of fields are written as they are.
            Words::Fixed(name) => {
                debug_assert_eq!(yaml::scalar(name), *name);
                self.text.push_str(name);
            }
            Words::Made(text) => self.text.push_str(&yaml::scalar(text)),
        }
    }

    /// Entries from the current position on; every further one starts a line at `indent`.
    fn map(
        &mut self,
        entries: &[(Words, View)],
        indent: usize,
        template: Option<&Place>,
        controls: &mut Controls,
    ) {
        let mut first = true;
        for (key, view) in entries.iter().filter(|(_, view)| !matches!(view.shape, Shape::Absent)) {
            if !first {
                self.text.push('\n');
                self.indent(indent);
            }
            first = false;
            self.key(key);
            self.text.push(':');
            self.nested(view, indent, template, controls);
        }
        if first {
            self.text.push_str("{}");
        }
    }

    /// What follows `key:` at `indent`.
    fn nested(&mut self, view: &View, indent: usize, template: Option<&Place>, controls: &mut Controls) {
        match &view.shape {
            Shape::List(items) if !items.is_empty() => self.list(items, indent, template, controls),
            Shape::Map(entries) if !entries.is_empty() => {
                self.text.push('\n');
                self.indent(indent + 2);
                self.map(entries, indent + 2, template, controls);
            }
            _ => {
                self.text.push(' ');
                self.leaf(view, Some(indent + 2), template, controls);
            }
        }
    }

    /// Items, each on its own line with its dash at `indent`.
    fn list(&mut self, items: &[View], indent: usize, template: Option<&Place>, controls: &mut Controls) {
        for item in items {
            self.text.push('\n');
            self.indent(indent);
            self.text.push_str("- ");
            match &item.shape {
                Shape::Map(entries) if !entries.is_empty() => {
                    self.map(entries, indent + 2, template, controls);
                }
                Shape::List(inner) if !inner.is_empty() => {
                    self.trim_line();
                    self.list(inner, indent + 2, template, controls);
                }
                _ => self.leaf(item, Some(indent + 2), template, controls),
            }
        }
    }

    /// A scalar or an empty collection. Text of several lines becomes a block when `block` gives its
    /// indentation and YAML can carry it unchanged.
    fn leaf(&mut self, view: &View, block: Option<usize>, template: Option<&Place>, controls: &mut Controls) {
        let start = self.text.len();
        match &view.shape {
            Shape::Text(text) => match block.and_then(|indent| yaml::block_literal(text, indent)) {
                Some(literal) => self.text.push_str(&literal),
                None => self.text.push_str(&yaml::scalar(text)),
            },
            Shape::Bare(text) => self.text.push_str(text),
            Shape::Flag(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Shape::List(_) => self.text.push_str("[]"),
            Shape::Map(_) | Shape::Absent => self.text.push_str("{}"),
        }
        if let Some(template) = template {
            let output = Span::new(start, self.text.len());
            self.record(output, template.clone(), Arc::clone(&view.origins), controls);
        }
    }

    /// Notes that `template` wrote these bytes from these values, because of those.
    pub(crate) fn record(
        &mut self,
        output: Span,
        template: Place,
        origins: Arc<[Origin]>,
        controls: &mut Controls,
    ) {
        self.writes.push(Write {
            output,
            template,
            origins,
            controls: controls.shared(),
            calls: Arc::default(),
            literal: false,
            gap: None,
        });
    }
}
