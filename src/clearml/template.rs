//! Loading our templates: every line is checked and numbered, so that each printed scalar knows the
//! template line and expression it came from.
//!
//! A template is YAML with whole-line tags. A line is one of
//!
//! - `{% if path %}`, `{% if not path %}`, `{% else %}`, `{% endif %}`, `{% for item in path %}`,
//!   `{% endfor %}`, `{% include "file" %}`, alone on its line;
//! - YAML, with at most one `{{ path }}`, which must be the line's whole value;
//! - a comment line `{# … #}`, dropped.
//!
//! So a value can never be glued to other text or change the structure around it. What minijinja gets is
//! the same text with control characters around the places where something is printed; values never pass
//! through minijinja, only their numbers do, so no value can forge such a mark.
//!
//! A part that several templates include is loaded once for each indentation it stands at.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::diag::{Place, Source, SourceKind, Span};

use super::print::Before;

/// A number follows, then [`NUMBER_END`], then what the expression gives.
pub(crate) const EXPRESSION: char = '\u{1}';
/// Ends the number after any mark.
pub(crate) const NUMBER_END: char = '\u{2}';
/// A number follows: a condition or loop starts.
pub(crate) const OPEN: char = '\u{3}';
/// The innermost condition or loop ends.
pub(crate) const CLOSE: char = '\u{4}';
/// A number follows: literal text starts.
pub(crate) const LITERAL: char = '\u{5}';
/// Literal text ends.
pub(crate) const LITERAL_END: char = '\u{6}';
/// The number of an inserted view follows.
pub(crate) const VIEW: char = '\u{7}';

/// How deep includes may nest.
const MAX_INCLUDES: usize = 4;

/// A numbered piece of a template.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// Where it stands: the expression, tag or literal.
    pub(crate) place: Place,
    /// What stands before it on the line.
    pub(crate) before: Before,
}

/// Templates ready for minijinja.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// Texts with marks that were not taken yet, and their names.
    pub(crate) texts: Vec<(String, String)>,
    /// What the numbers in the texts mean.
    pub(crate) marks: Vec<Mark>,
    /// What each template or part at an indentation is called in `texts`.
    names: HashMap<(String, usize), String>,
}

/// A mistake in one of our own templates.
pub(crate) type Mistake = String;

/// Where the texts of templates come from.
pub(crate) type Find = fn(&str) -> Option<&'static str>;

impl Loaded {
    /// Reads a template and, through `find`, what it includes, unless they were read already.
    pub(crate) fn load(&mut self, name: &str, find: Find) -> Result<(), Mistake> {
        self.file(name, find, 0, 0).map(|_| ())
    }

    /// Reads a file for an indentation; the name that minijinja knows the result by.
    fn file(&mut self, name: &str, find: Find, shift: usize, depth: usize) -> Result<&str, Mistake> {
        let key = (name.to_owned(), shift);
        if !self.names.contains_key(&key) {
            let text = find(name).ok_or_else(|| format!("no template `{name}`"))?;
            if depth > MAX_INCLUDES {
                return Err("includes nest too deep".to_owned());
            }
            let source = Source::new(SourceKind::Template, format!("templates/{name}"), text);
            let text = self.read(&source, find, shift, depth)?;
            let called = if shift == 0 { name.to_owned() } else { format!("{name}@{shift}") };
            self.texts.push((called.clone(), text));
            self.names.insert(key.clone(), called);
        }
        Ok(self.names.get(&key).map(String::as_str).unwrap_or_default())
    }

    fn read(&mut self, source: &Source, find: Find, shift: usize, depth: usize) -> Result<String, Mistake> {
        let text = String::with_capacity(source.text().len() * 2);
        let mut loader = Loader { find, loaded: self, text, shift, depth, blocks: Vec::new(), literal: None };
        loader.lines(source)?;
        match loader.blocks.pop() {
            Some(block) => Err(format!("{}: `{}` is not closed", source.name(), block.tag)),
            None => Ok(loader.text),
        }
    }
}

struct Block {
    tag: String,
    condition: Option<usize>,
    opens: String,
}

struct Loader<'a> {
    find: Find,
    loaded: &'a mut Loaded,
    text: String,
    /// Indentation of the whole file.
    shift: usize,
    /// How many files include this one.
    depth: usize,
    blocks: Vec<Block>,
    /// Indentation of the key whose `|` block is being read.
    literal: Option<usize>,
}

impl Loader<'_> {
    fn lines(&mut self, source: &Source) -> Result<(), Mistake> {
        let mut offset = 0;
        for raw in source.text().split_inclusive('\n') {
            let line = raw.trim_end_matches('\n');
            self.line(source, offset, line).map_err(|mistake| {
                let at = source.line_column(offset);
                format!("{}:{}: {mistake}", source.name(), at.line)
            })?;
            offset += raw.len();
        }
        self.end_literal();
        Ok(())
    }

    fn line(&mut self, source: &Source, offset: usize, line: &str) -> Result<(), Mistake> {
        let shift = self.shift;
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let at = offset + indent;
        if self.literal.is_some_and(|key| indent > key || content.is_empty()) {
            if has_tag(content) {
                return Err("an expression inside a literal block".to_owned());
            }
            return self.yaml_line(indent + shift, content);
        }
        self.end_literal();
        if content.starts_with("{#") && content.ends_with("#}") {
            return Ok(());
        }
        if let Some(tag) = content.strip_prefix("{%") {
            let tag = tag.strip_suffix("%}").ok_or("a tag must be alone on its line")?;
            return self.tag(tag.trim(), source, Span::new(at, at + content.len()), indent + shift);
        }
        if content.is_empty() {
            return Err("an empty line".to_owned());
        }
        let (lead, key_indent, value) = split_lead(content);
        let before = if lead.trim_end().ends_with(':') {
            Before::Key(indent + shift + key_indent)
        } else {
            Before::Dash(indent + shift + key_indent)
        };
        let start = at + lead.len();
        if let Some(inner) = value.strip_prefix("{{") {
            let path = inner.strip_suffix("}}").ok_or("an expression must be the whole value")?.trim();
            check_path(path)?;
            if lead.is_empty() {
                return Err("an expression needs a key or a dash before it".to_owned());
            }
            let number = self.mark(source, Span::new(start, start + value.len()), before);
            self.yaml_line(indent + shift, lead)?;
            self.text.push(EXPRESSION);
            self.number(number);
            for part in ["{{", path, "}}"] {
                self.text.push_str(part);
            }
            return Ok(());
        }
        if has_tag(value) || has_tag(lead) {
            return Err("an expression must be the whole value".to_owned());
        }
        if value.is_empty() {
            return self.yaml_line(indent + shift, lead);
        }
        let number = self.mark(source, Span::new(start, start + value.len()), before);
        self.yaml_line(indent + shift, content)?;
        self.text.truncate(self.text.len() - value.len());
        self.text.push(LITERAL);
        self.number(number);
        self.text.push_str(value);
        if value.starts_with('|') {
            self.literal = Some(indent);
        } else {
            self.text.push(LITERAL_END);
        }
        Ok(())
    }

    /// The number of a mark.
    fn number(&mut self, number: usize) {
        // Writing to a `String` cannot fail.
        let _ = write!(self.text, "{number}{NUMBER_END}");
    }

    /// A line of output. The line end stands before it, so that blocks and literals close tightly.
    fn yaml_line(&mut self, indent: usize, content: &str) -> Result<(), Mistake> {
        let plain = |byte: &u8| (b' '..0x7f).contains(byte);
        if !content.as_bytes().iter().all(plain) && content.chars().any(char::is_control) {
            return Err("a control character".to_owned());
        }
        self.text.push('\n');
        if !content.is_empty() {
            self.text.extend(std::iter::repeat_n(' ', indent));
            self.text.push_str(content);
        }
        Ok(())
    }

    fn end_literal(&mut self) {
        if self.literal.take().is_some() {
            self.text.push(LITERAL_END);
        }
    }

    fn mark(&mut self, source: &Source, span: Span, before: Before) -> usize {
        self.loaded.marks.push(Mark { place: Place::new(source.clone(), span), before });
        self.loaded.marks.len() - 1
    }

    fn tag(&mut self, tag: &str, source: &Source, span: Span, indent: usize) -> Result<(), Mistake> {
        let (word, rest) = tag.split_once(' ').unwrap_or((tag, ""));
        match word {
            "if" => {
                let path = rest.strip_prefix("not ").unwrap_or(rest);
                check_path(path)?;
                let number = self.mark(source, span, Before::Key(indent));
                let opens = format!("{OPEN}{number}{NUMBER_END}{{{{ {path} }}}}");
                self.text.push_str(&format!("{{% {tag} %}}{opens}"));
                self.blocks.push(Block { tag: tag.to_owned(), condition: Some(number), opens });
            }
            "else" => {
                let block = self.blocks.last().filter(|block| block.condition.is_some());
                let opens = &block.ok_or("`else` without `if`")?.opens;
                self.text.push_str(&format!("{CLOSE}{{% else %}}{opens}"));
            }
            "for" => {
                let (name, path) = rest.split_once(" in ").ok_or("`for` needs `in`")?;
                check_path(name)?;
                check_path(path)?;
                let number = self.mark(source, span, Before::Key(indent));
                self.text.push_str(&format!("{{% {tag} %}}{OPEN}{number}{NUMBER_END}{{{{ {name} }}}}"));
                self.blocks.push(Block { tag: tag.to_owned(), condition: None, opens: String::new() });
            }
            "endif" | "endfor" => {
                let block = self.blocks.pop().ok_or_else(|| format!("`{word}` closes nothing"))?;
                if block.condition.is_some() != (word == "endif") {
                    return Err(format!("`{word}` closes `{}`", block.tag));
                }
                self.text.push_str(&format!("{CLOSE}{{% {word} %}}"));
            }
            "include" => {
                let name = rest.trim_matches('"');
                let part = self.loaded.file(name, self.find, indent, self.depth + 1)?;
                for piece in ["{% include \"", part, "\" %}"] {
                    self.text.push_str(piece);
                }
            }
            _ => return Err(format!("`{word}` is not allowed in a template")),
        }
        Ok(())
    }
}

/// Splits a line's content into dashes and key, the indentation of the key (or of what follows the dash)
/// inside it, and the value.
fn split_lead(content: &str) -> (&str, usize, &str) {
    let mut start = 0;
    while let Some(rest) = content.get(start..).and_then(|rest| rest.strip_prefix('-')) {
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        if blanks == 0 {
            break;
        }
        start += 1 + blanks;
    }
    let rest = content.get(start..).unwrap_or_default();
    let quoted = rest.starts_with(['"', '\'']);
    let bytes = rest.as_bytes();
    let colon = memchr::memchr_iter(b':', bytes).find(|&at| bytes.get(at + 1) == Some(&b' '));
    let key_end = match colon {
        Some(at) if !quoted => Some(at + 2),
        None if rest.ends_with(':') => Some(rest.len()),
        _ => None,
    };
    let lead = start + key_end.unwrap_or(0);
    let (lead, value) = content.split_at(lead);
    (lead, start, value)
}

/// Whether a tag begins in a text.
fn has_tag(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'{', bytes).any(|at| matches!(bytes.get(at + 1), Some(b'{' | b'%')))
}

/// A path is names joined by dots, so that no logic hides in a template.
fn check_path(path: &str) -> Result<(), Mistake> {
    let fine = !path.is_empty()
        && path.as_bytes().split(|byte| *byte == b'.').all(|name| {
            name.first().is_some_and(u8::is_ascii_alphabetic)
                && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        });
    if fine { Ok(()) } else { Err(format!("`{path}` is not a path of names")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> String {
        let source = Source::new(SourceKind::Template, "t", text);
        Loaded::default().read(&source, |_| None, 0, 0).err().unwrap_or_default()
    }

    #[test]
    fn an_expression_stands_only_as_a_whole_value() {
        assert_eq!(mistake("a: x{{ b }}\n"), "t:1: an expression must be the whole value");
        assert_eq!(mistake("a: {{ b }}x\n"), "t:1: an expression must be the whole value");
        assert_eq!(mistake("{{ b }}: x\n"), "t:1: an expression must be the whole value");
        assert_eq!(mistake("{{ b }}\n"), "t:1: an expression needs a key or a dash before it");
        assert_eq!(mistake("a: \"{{ b }}\"\n"), "t:1: an expression must be the whole value");
        assert_eq!(mistake("a: |\n  {{ b }}\n"), "t:2: an expression inside a literal block");
    }

    #[test]
    fn logic_is_refused() {
        assert_eq!(mistake("a: {{ b|upper }}\n"), "t:1: `b|upper` is not a path of names");
        assert_eq!(mistake("{% set a = 1 %}\n"), "t:1: `set` is not allowed in a template");
        assert_eq!(mistake("{% if a and b %}\n"), "t:1: `a and b` is not a path of names");
        assert_eq!(mistake("{% if a %}\nb: 1\n"), "t: `if a` is not closed");
        assert_eq!(mistake("{% if a %}\n{% endfor %}\n"), "t:2: `endfor` closes `if a`");
    }

    #[test]
    fn a_lead_ends_after_its_key() {
        assert_eq!(split_lead("- name: {{ x }}"), ("- name: ", 2, "{{ x }}"));
        assert_eq!(split_lead("- {{ x }}"), ("- ", 2, "{{ x }}"));
        assert_eq!(split_lead("spec:"), ("spec:", 0, ""));
        assert_eq!(split_lead("- a b"), ("- ", 2, "a b"));
    }
}
