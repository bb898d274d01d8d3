//! Reading our templates when the program is built: every line is checked, so that each printed scalar knows the
//! template line and expression it came from.
//!
//! A template is YAML with whole-line tags. A line is one of
//!
//! - `{% if path %}`, `{% if not path %}`, `{% else %}`, `{% endif %}`, `{% for item in path %}`,
//!   `{% endfor %}`, `{% include "file" %}`, alone on its line;
//! - YAML, with at most one `{{ path }}`, which must be the line's whole value;
//! - a comment line `{# … #}`, dropped.
//!
//! So a value can never be glued to other text or change the structure around it. What minijinja gets are the tags and
//! expressions alone; the text between them is cut into numbered segments, and the number stands in its place. Values
//! never pass through minijinja either: of each there is a [`VIEW`] in what it gives.
//!
//! A part that several templates include is read once for each indentation it stands at.
//!
//! The build script includes this file, so it knows nothing of the rest of the program.

use std::collections::HashMap;

use super::segment::{At, Before, Literal, SEGMENT, Segment, Then};

/// How deep includes may nest.
const MAX_INCLUDES: usize = 4;

/// A mistake in one of our own templates.
pub(crate) type Mistake = String;

/// Templates that were read.
#[derive(Debug, Default)]
pub(crate) struct Loaded<'t> {
    /// The files with their texts.
    files: &'t [(String, String)],
    /// Each file at an indentation, as minijinja gets it.
    pub(crate) ready: Vec<Ready>,
    /// What the numbers in the texts mean.
    pub(crate) segments: Vec<Segment<String, Vec<Literal>>>,
    /// Where a file at an indentation stands in `ready`.
    known: HashMap<(usize, usize), usize>,
}

/// A template for minijinja.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ready {
    /// The name that `include` knows it by.
    pub(crate) name: String,
    /// Tags, expressions and the numbers of segments.
    pub(crate) text: String,
    /// Which of the others it includes.
    pub(crate) includes: Vec<usize>,
}

impl<'t> Loaded<'t> {
    /// Reads each of the files, which have names and texts, that is no part, and what it includes.
    pub(crate) fn read(files: &'t [(String, String)]) -> Result<Self, Mistake> {
        let mut loaded = Self { files, ..Self::default() };
        for (index, (name, _)) in files.iter().enumerate() {
            if !name.starts_with("parts/") {
                loaded.file(index, 0, 0)?;
            }
        }
        Ok(loaded)
    }

    /// Reads a file for an indentation; where it stands in `ready`.
    fn file(&mut self, file: usize, shift: usize, depth: usize) -> Result<usize, Mistake> {
        if let Some(known) = self.known.get(&(file, shift)) {
            return Ok(*known);
        }
        let (name, text) = self.files.get(file).ok_or("no such template")?;
        if depth > MAX_INCLUDES {
            return Err("includes nest too deep".to_owned());
        }
        let called = if shift == 0 { name.clone() } else { format!("{name}@{shift}") };
        let ready = Ready { name: called, ..Ready::default() };
        let segment = Segment { file, ..Segment::default() };
        let mut reader =
            Reader { loaded: self, ready, segment, shift, depth, blocks: Vec::new(), literal: None };
        let mut offset = 0;
        for (index, raw) in text.split_inclusive('\n').enumerate() {
            let line = raw.trim_end_matches('\n');
            reader.line(offset, line).map_err(|mistake| format!("{name}:{}: {mistake}", index + 1))?;
            offset += raw.len();
        }
        reader.end_literal();
        reader.end_text();
        if let Some(block) = reader.blocks.pop() {
            return Err(format!("{name}: `{}` is not closed", block.tag));
        }
        let ready = reader.ready;
        self.ready.push(ready);
        self.known.insert((file, shift), self.ready.len() - 1);
        Ok(self.ready.len() - 1)
    }
}

struct Block {
    tag: String,
    /// The path of a condition.
    condition: Option<String>,
    /// Where it begins in the text, and the number of its first segment.
    start: (usize, usize),
}

struct Reader<'l, 't> {
    loaded: &'l mut Loaded<'t>,
    ready: Ready,
    /// What was read since the last tag or expression.
    segment: Segment<String, Vec<Literal>>,
    /// Indentation of the whole file.
    shift: usize,
    /// How many files include this one.
    depth: usize,
    blocks: Vec<Block>,
    /// The `|` block that is being read: the indentation of its key.
    literal: Option<usize>,
}

impl Reader<'_, '_> {
    fn line(&mut self, offset: usize, line: &str) -> Result<(), Mistake> {
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
            return self.tag(tag.trim(), indent + shift);
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
        let place = At { start, end: start + value.len() };
        if let Some(inner) = value.strip_prefix("{{") {
            let path = inner.strip_suffix("}}").ok_or("an expression must be the whole value")?.trim();
            check_path(path)?;
            if lead.is_empty() {
                return Err("an expression needs a key or a dash before it".to_owned());
            }
            self.yaml_line(indent + shift, lead)?;
            self.end_segment(Then::Value(place, before));
            self.expression(path);
            return Ok(());
        }
        if has_tag(value) || has_tag(lead) {
            return Err("an expression must be the whole value".to_owned());
        }
        if value.is_empty() {
            return self.yaml_line(indent + shift, lead);
        }
        self.yaml_line(indent + shift, content)?;
        let end = self.segment.text.len();
        self.segment.literals.push(Literal { start: end - value.len(), end, at: place });
        if value.starts_with('|') {
            self.literal = Some(indent);
        }
        Ok(())
    }

    /// A line of output.
    fn yaml_line(&mut self, indent: usize, content: &str) -> Result<(), Mistake> {
        if content.chars().any(char::is_control) {
            return Err("a control character".to_owned());
        }
        self.segment.text.push('\n');
        if !content.is_empty() {
            self.segment.text.extend(std::iter::repeat_n(' ', indent));
            self.segment.text.push_str(content);
        }
        Ok(())
    }

    /// The lines of a `|` block are part of its scalar.
    fn end_literal(&mut self) {
        if self.literal.take().is_some()
            && let Some(literal) = self.segment.literals.last_mut()
        {
            literal.end = self.segment.text.len();
        }
    }

    /// Gives the segment a number, which stands for it in the text.
    fn end_segment(&mut self, then: Then) {
        let next = Segment { file: self.segment.file, ..Segment::default() };
        let segment = std::mem::replace(&mut self.segment, next);
        self.ready.text.push_str(&self.loaded.segments.len().to_string());
        self.ready.text.push(SEGMENT);
        self.loaded.segments.push(Segment { then, ..segment });
    }

    /// Ends the segment unless it has no text.
    fn end_text(&mut self) {
        if !self.segment.text.is_empty() {
            self.end_segment(Then::Nothing);
        }
    }

    /// Takes a condition around one expression, which prints what decides, for an optional expression: most conditions
    /// are so, and minijinja has a third of the work with them.
    fn is_one_option(&mut self, block: &Block) -> bool {
        let (text_start, first) = block.start;
        let Some(path) = &block.condition else { return false };
        let expected = format!("{{% if {path} %}}{first};{{{{ {path} }}}}{};{{{{ {path} }}}}", first + 1);
        let is_whole = self.segment.text.is_empty() && self.ready.text.get(text_start..) == Some(&expected);
        let Some(Segment { then: Then::Value(at, before), .. }) = self.loaded.segments.last() else {
            return false;
        };
        let then = Then::Optional(*at, *before);
        if !is_whole {
            return false;
        }
        self.ready.text.truncate(text_start);
        self.ready.text.push_str(&format!("{first};{{{{ {path} }}}}"));
        self.loaded.segments.swap_remove(first);
        if let Some(segment) = self.loaded.segments.last_mut() {
            segment.then = then;
        }
        true
    }

    fn expression(&mut self, path: &str) {
        self.ready.text.push_str(&format!("{{{{ {path} }}}}"));
    }

    fn opens(&mut self, path: &str) {
        self.end_segment(Then::Open);
        self.expression(path);
    }

    fn tag(&mut self, tag: &str, indent: usize) -> Result<(), Mistake> {
        let (word, rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let written = format!("{{% {tag} %}}");
        match word {
            "if" => {
                let path = rest.strip_prefix("not ").unwrap_or(rest);
                check_path(path)?;
                self.end_text();
                let start = (self.ready.text.len(), self.loaded.segments.len());
                self.ready.text.push_str(&written);
                self.opens(path);
                self.blocks.push(Block { tag: tag.to_owned(), condition: Some(path.to_owned()), start });
            }
            "else" => {
                let condition = self.blocks.last().and_then(|block| block.condition.clone());
                let path = condition.ok_or("`else` without `if`")?;
                self.end_segment(Then::Close);
                self.ready.text.push_str(&written);
                self.opens(&path);
            }
            "for" => {
                let (name, path) = rest.split_once(" in ").ok_or("`for` needs `in`")?;
                check_path(name)?;
                check_path(path)?;
                self.end_text();
                let start = (self.ready.text.len(), self.loaded.segments.len());
                self.ready.text.push_str(&written);
                self.opens(name);
                self.blocks.push(Block { tag: tag.to_owned(), condition: None, start });
            }
            "endif" | "endfor" => {
                let block = self.blocks.pop().ok_or_else(|| format!("`{word}` closes nothing"))?;
                if block.condition.is_some() != (word == "endif") {
                    return Err(format!("`{word}` closes `{}`", block.tag));
                }
                if self.is_one_option(&block) {
                    return Ok(());
                }
                self.end_segment(Then::Close);
                self.ready.text.push_str(&written);
            }
            "include" => {
                let name = rest.trim_matches('"');
                let file = self.loaded.files.iter().position(|(known, _)| known == name);
                let file = file.ok_or_else(|| format!("no template `{name}`"))?;
                let part = self.loaded.file(file, indent, self.depth + 1)?;
                self.end_text();
                let called = self.loaded.ready.get(part).map(|part| part.name.as_str()).unwrap_or_default();
                self.ready.text.push_str(&format!("{{% include \"{called}\" %}}"));
                self.ready.includes.push(part);
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
    let key_end = match rest.find(": ") {
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
    text.contains("{{") || text.contains("{%")
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
        Loaded::read(&[("t".to_owned(), text.to_owned())]).err().unwrap_or_default()
    }

    #[test]
    fn text_is_cut_at_tags_and_expressions() {
        let part = ("parts/p".to_owned(), "x: 1\n".to_owned());
        let text = "a: |\n  b\n\n  c\nd: {{ e }}\n{% if f %}\n  {% include \"parts/p\" %}\n{% else %}\ng: 2\n{% endif %}\n";
        let files = [part, ("t".to_owned(), text.to_owned())];
        let loaded = Loaded::read(&files).expect("templates");
        let [part, whole] = &*loaded.ready else { panic!("two") };
        assert_eq!((&*part.name, &*part.text), ("parts/p@2", "2;"));
        assert_eq!(
            whole.text,
            "0;{{ e }}{% if f %}1;{{ f }}{% include \"parts/p@2\" %}3;{% else %}4;{{ f }}5;{% endif %}"
        );
        assert_eq!(whole.includes, [0]);
        let first = &loaded.segments[0];
        assert_eq!(first.text, "\na: |\n  b\n\n  c\nd: ");
        assert_eq!(first.literals, [Literal { start: 4, end: 14, at: At { start: 3, end: 4 } }]);
        assert_eq!(first.then, Then::Value(At { start: 17, end: 24 }, Before::Key(0)));
        assert_eq!(loaded.segments[2].text, "\n  x: 1");
        assert_eq!((loaded.segments[5].text.as_str(), loaded.segments[5].then), ("\ng: 2", Then::Close));
    }

    #[test]
    fn a_condition_around_what_it_asks_for_is_no_condition() {
        let text = "{% if a %}\nb:\n  c: 1\n  a: {{ a }}\n{% endif %}\n{% if a %}\n- {{ b }}\n{% endif %}\n{% if a %}\na: {{ a }}\nb: 1\n{% endif %}\n";
        let files = [("t".to_owned(), text.to_owned())];
        let loaded = Loaded::read(&files).expect("templates");
        assert_eq!(
            loaded.ready[0].text,
            "0;{{ a }}{% if a %}1;{{ a }}2;{{ b }}3;{% endif %}{% if a %}4;{{ a }}5;{{ a }}6;{% endif %}"
        );
        assert_eq!(loaded.segments[0].text, "\nb:\n  c: 1\n  a: ");
        assert_eq!(loaded.segments[0].then, Then::Optional(At { start: 26, end: 33 }, Before::Key(2)));
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
