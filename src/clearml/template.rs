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
//! So a value can never be glued to other text or change the structure around it. What minijinja gets are the tags alone;
//! the text between them is cut into numbered segments, each with the path of the value behind it, and the numbers stand
//! in their place. Values never pass through minijinja: of each round of a loop there is a [`VIEW`] in what it gives.
//!
//! A part that several templates include is read once for each indentation it stands at, and stands in their texts.
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
    /// The files that are no parts, as minijinja gets them.
    pub(crate) ready: Vec<Ready>,
    /// What the numbers in the texts mean.
    pub(crate) segments: Vec<Segment<String, Vec<Literal>>>,
    /// What minijinja gets of a file at an indentation.
    known: HashMap<(usize, usize), String>,
}

/// A template for minijinja.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ready {
    /// The name of its file.
    pub(crate) name: String,
    /// Tags, and the numbers of segments.
    pub(crate) text: String,
}

impl<'t> Loaded<'t> {
    /// Reads each of the files, which have names and texts, that is no part, and what it includes.
    pub(crate) fn read(files: &'t [(String, String)]) -> Result<Self, Mistake> {
        let mut loaded = Self { files, ..Self::default() };
        for (index, (name, _)) in files.iter().enumerate() {
            if !name.starts_with("parts/") {
                let text = loaded.file(index, 0, 0)?;
                loaded.ready.push(Ready { name: name.clone(), text });
            }
        }
        Ok(loaded)
    }

    /// Reads a file for an indentation; what minijinja gets of it.
    fn file(&mut self, file: usize, shift: usize, depth: usize) -> Result<String, Mistake> {
        if let Some(known) = self.known.get(&(file, shift)) {
            return Ok(known.clone());
        }
        let (name, text) = self.files.get(file).ok_or("no such template")?;
        if depth > MAX_INCLUDES {
            return Err("includes nest too deep".to_owned());
        }
        let segment = Segment { file, ..Segment::default() };
        let ready = String::new();
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
        self.known.insert((file, shift), ready.clone());
        Ok(ready)
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
    /// What minijinja gets.
    ready: String,
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
            self.end_segment(Then::Value(place, before, path.to_owned()));
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
    fn end_segment(&mut self, then: Then<String>) {
        let next = Segment { file: self.segment.file, ..Segment::default() };
        let segment = std::mem::replace(&mut self.segment, next);
        self.ready.push_str(&self.loaded.segments.len().to_string());
        self.ready.push(SEGMENT);
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
        let expected = format!("{{% if {path} %}}{first};{};", first + 1);
        let is_whole = self.segment.text.is_empty() && self.ready.get(text_start..) == Some(&expected);
        let then = match self.loaded.segments.last() {
            // What stands in a part stays as it is known to all who include it.
            Some(Segment { then: Then::Value(at, before, printed), file, .. })
                if is_whole && printed == path && *file == self.segment.file =>
            {
                Then::Optional(*at, *before, path.clone())
            }
            _ => return false,
        };
        self.ready.truncate(text_start);
        self.ready.push_str(&format!("{first};"));
        self.loaded.segments.swap_remove(first);
        if let Some(segment) = self.loaded.segments.last_mut() {
            segment.then = then;
        }
        true
    }

    fn tag(&mut self, tag: &str, indent: usize) -> Result<(), Mistake> {
        let (word, rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let written = format!("{{% {tag} %}}");
        match word {
            "if" => {
                let path = rest.strip_prefix("not ").unwrap_or(rest);
                check_path(path)?;
                self.end_text();
                let start = (self.ready.len(), self.loaded.segments.len());
                self.ready.push_str(&written);
                self.end_segment(Then::Open(path.to_owned()));
                self.blocks.push(Block { tag: tag.to_owned(), condition: Some(path.to_owned()), start });
            }
            "else" => {
                let condition = self.blocks.last().and_then(|block| block.condition.clone());
                let path = condition.ok_or("`else` without `if`")?;
                self.end_segment(Then::Close);
                self.ready.push_str(&written);
                self.end_segment(Then::Open(path));
            }
            "for" => {
                let (name, path) = rest.split_once(" in ").ok_or("`for` needs `in`")?;
                check_path(name)?;
                check_path(path)?;
                self.end_text();
                let start = (self.ready.len(), self.loaded.segments.len());
                self.ready.push_str(&written);
                self.end_segment(Then::Round(name.to_owned()));
                self.ready.push_str(&format!("{{{{ {name} }}}}"));
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
                self.ready.push_str(&written);
            }
            "include" => {
                let name = rest.trim_matches('"');
                let file = self.loaded.files.iter().position(|(known, _)| known == name);
                let file = file.ok_or_else(|| format!("no template `{name}`"))?;
                let part = self.loaded.file(file, indent, self.depth + 1)?;
                self.end_text();
                self.ready.push_str(&part);
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
        let [whole] = &*loaded.ready else { panic!("one") };
        assert_eq!(whole.text, "0;{% if f %}1;2;3;{% else %}4;5;{% endif %}");
        let first = &loaded.segments[0];
        assert_eq!(first.text, "\na: |\n  b\n\n  c\nd: ");
        assert_eq!(first.literals, [Literal { start: 4, end: 14, at: At { start: 3, end: 4 } }]);
        assert_eq!(first.then, Then::Value(At { start: 17, end: 24 }, Before::Key(0), "e".to_owned()));
        assert_eq!(loaded.segments[1].then, Then::Open("f".to_owned()));
        assert_eq!(loaded.segments[2].text, "\n  x: 1");
        assert_eq!(loaded.segments[5].text, "\ng: 2");
        assert_eq!(loaded.segments[5].then, Then::Close);
    }

    #[test]
    fn a_condition_around_what_it_asks_for_is_no_condition() {
        let text = "{% if a %}\nb:\n  c: 1\n  a: {{ a }}\n{% endif %}\n{% if a %}\n- {{ b }}\n{% endif %}\n{% if a %}\na: {{ a }}\nb: 1\n{% endif %}\n";
        let files = [("t".to_owned(), text.to_owned())];
        let loaded = Loaded::read(&files).expect("templates");
        assert_eq!(loaded.ready[0].text, "0;{% if a %}1;2;3;{% endif %}{% if a %}4;5;6;{% endif %}");
        assert_eq!(loaded.segments[0].text, "\nb:\n  c: 1\n  a: ");
        let then = Then::Optional(At { start: 26, end: 33 }, Before::Key(2), "a".to_owned());
        assert_eq!(loaded.segments[0].then, then);
    }

    #[test]
    fn a_round_names_its_view_and_a_part_keeps_its_segments() {
        let part = ("parts/p".to_owned(), "a: {{ a }}\n".to_owned());
        let text = "{% for b in c.d %}\n- {{ b }}\n{% endfor %}\n{% if a %}\n{% include \"parts/p\" %}\n{% endif %}\n{% include \"parts/p\" %}\n";
        let files = [part, ("t".to_owned(), text.to_owned())];
        let loaded = Loaded::read(&files).expect("templates");
        assert_eq!(
            loaded.ready[0].text,
            "{% for b in c.d %}0;{{ b }}1;2;{% endfor %}{% if a %}3;4;5;{% endif %}4;"
        );
        assert_eq!(loaded.segments[0].then, Then::Round("b".to_owned()));
        assert_eq!(loaded.segments[3].then, Then::Open("a".to_owned()));
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
