//! The template's text as a tree.

use crate::go::strconv::{self, Unit};
use crate::go::unicode::{is_digit, is_letter, is_print};

/// Texts and actions in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Template {
    pub nodes: Vec<Step>,
}

/// One step of a path, or a piece of text.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// An action: its steps, one after the other.
    List(Vec<Step>),
    /// A text as it is.
    Text(String),
    /// The value of a key.
    Field(String),
    /// Items of a list: start, end, step.
    Array([Bound; 3]),
    /// Items of a list that pass a comparison.
    Filter {
        left: Vec<Step>,
        right: Vec<Step>,
        operator: String,
    },
    /// `range`, `end`, or a word that means nothing.
    Identifier(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// `*`
    Wildcard,
    /// `..`
    Recursive,
    /// The results of several paths.
    Union(Vec<Vec<Step>>),
}

/// A part of `[start:end:step]`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bound {
    pub value: i64,
    pub known: bool,
    /// Worked out of the start, as in `[0]`.
    pub derived: bool,
}

/// The template in a text.
pub(super) fn parse(text: &str) -> Result<Template, String> {
    let mut parser = Parser { text, at: 0, start: 0 };
    let mut nodes = Vec::new();
    while let Some(open) = parser.rest().find('{') {
        parser.at += open;
        let before = parser.take();
        if !before.is_empty() {
            nodes.push(Step::Text(before.to_owned()));
        }
        parser.at += 1;
        parser.take();
        nodes.push(Step::List(parser.action()?));
    }
    if !parser.rest().is_empty() {
        nodes.push(Step::Text(parser.rest().to_owned()));
    }
    Ok(Template { nodes })
}

/// The steps of one action without its braces.
fn parse_action(text: &str) -> Result<Vec<Step>, String> {
    match parse(&format!("{{{text}}}"))?.nodes.into_iter().next() {
        Some(Step::List(steps)) => Ok(steps),
        _ => Ok(Vec::new()),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    /// Where the text that was not taken yet begins.
    start: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// The text since the last one taken.
    fn take(&mut self) -> &'t str {
        let taken = self.text.get(self.start..self.at).unwrap_or_default();
        self.start = self.at;
        taken
    }

    fn take_while(&mut self, goes_on: impl Fn(char) -> bool) -> &'t str {
        while self.peek().is_some_and(&goes_on) {
            self.next();
        }
        self.take()
    }

    fn action(&mut self) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        loop {
            if self.rest().starts_with('}') {
                self.at += 1;
                self.take();
                return Ok(steps);
            }
            if self.rest().starts_with("[?(") {
                steps.push(self.filter()?);
                continue;
            }
            if self.rest().starts_with("..") {
                if let Some(Step::Recursive) = steps.last() {
                    return Err("invalid multiple recursive descent".to_owned());
                }
                self.at += 2;
                self.take();
                steps.push(Step::Recursive);
                if self.peek().is_some_and(is_word) {
                    steps.push(self.field());
                }
                continue;
            }
            match self.next() {
                None | Some('\r' | '\n') => return Err("unclosed action".to_owned()),
                Some(' ' | '@' | '$') => {
                    self.take();
                }
                Some('[') => self.array(&mut steps)?,
                Some(quote @ ('"' | '\'')) => steps.push(self.quoted(quote)?),
                Some('.') => {
                    self.take();
                    steps.push(self.field());
                }
                Some(c) if c == '+' || c == '-' || is_digit(c) => steps.push(self.number()?),
                Some(c) if is_word(c) => {
                    let word = self.take_while(|c| !is_end(c));
                    steps.push(match word {
                        "true" => Step::Bool(true),
                        "false" => Step::Bool(false),
                        _ => Step::Identifier(word.to_owned()),
                    });
                }
                Some(c) => {
                    let shown = if is_print(c) { format!(" '{c}'") } else { String::new() };
                    return Err(format!("unrecognized character in action: U+{:04X}{shown}", c as u32));
                }
            }
        }
    }

    /// A key up to the next sign that ends one; a backslash takes the next sign along.
    fn field(&mut self) -> Step {
        self.take();
        while let Some(c) = self.peek() {
            if c == '\\' {
                self.next();
            } else if is_end(c) {
                break;
            }
            self.next();
        }
        match self.take() {
            "*" => Step::Wildcard,
            name => Step::Field(name.replace('\\', "")),
        }
    }

    fn number(&mut self) -> Result<Step, String> {
        let text = self.take_while(|c| c == '.' || is_digit(c));
        if let Ok(value) = strconv::atoi(text) {
            return Ok(Step::Int(value));
        }
        strconv::parse_float(text).map(Step::Float).map_err(|_| format!("cannot parse number {text}"))
    }

    fn quoted(&mut self, quote: char) -> Result<Step, String> {
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated quoted string".to_owned()),
                Some(c) if c == quote && self.text.as_bytes().get(self.at - 2) != Some(&b'\\') => break,
                Some(_) => {}
            }
        }
        let text = self.take();
        let inner = text.get(1..text.len() - 1).unwrap_or_default();
        let mark = if quote == '"' { b'"' } else { b'\'' };
        unquote(inner.as_bytes(), mark)
            .map(Step::Text)
            .ok_or_else(|| format!("unquote string {text} error invalid syntax"))
    }

    fn array(&mut self, steps: &mut Vec<Step>) -> Result<(), String> {
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated array".to_owned()),
                Some(']') => break,
                Some(_) => {}
            }
        }
        let text = self.take();
        let text = text.get(1..text.len() - 1).unwrap_or_default();
        let text = if text == "*" { ":" } else { text };
        if text.contains(',') {
            let paths = text.split(',').map(|part| parse_action(&format!("[{}]", part.trim_matches(' '))));
            steps.push(Step::Union(paths.collect::<Result<_, _>>()?));
            return Ok(());
        }
        let key = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        if let Some(key) = key.filter(|key| !key.contains('\'')) {
            steps.append(&mut parse_action(&format!(".{key}"))?);
            return Ok(());
        }
        steps.push(Step::Array(bounds(text)?));
        Ok(())
    }

    fn filter(&mut self) -> Result<Step, String> {
        self.at += "[?(".len();
        self.take();
        let (mut begun, mut ended, mut pair) = (false, false, None);
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated filter".to_owned()),
                Some(quote @ ('"' | '\'')) => {
                    if !begun {
                        begun = true;
                        pair = Some(quote);
                    } else if pair == Some(quote) && self.text.as_bytes().get(self.at - 2) != Some(&b'\\') {
                        ended = true;
                    }
                }
                Some(')') if begun == ended => break,
                Some(_) => {}
            }
        }
        if self.next() != Some(']') {
            return Err("unclosed array expect ]".to_owned());
        }
        let text = self.take();
        let text = text.get(..text.len() - 2).unwrap_or_default();
        Ok(match comparison(text) {
            None => {
                Step::Filter { left: parse_action(text)?, right: Vec::new(), operator: "exists".to_owned() }
            }
            Some((left, operator, right)) => Step::Filter {
                left: parse_action(left)?,
                right: parse_action(right)?,
                operator: operator.to_owned(),
            },
        })
    }
}

/// Both sides of a comparison and what stands between them.
// Rule: client-go util/jsonpath/parser.go, the pattern `^([^!<>=]+)([!<>=]+)(.+?)$`.
fn comparison(text: &str) -> Option<(&str, &str, &str)> {
    let is_operator = |c: char| matches!(c, '!' | '<' | '>' | '=');
    let start = text.find(is_operator).filter(|start| *start > 0)?;
    let (left, rest) = text.split_at(start);
    let mut length = rest.find(|c| !is_operator(c)).unwrap_or(rest.len());
    if length == rest.len() {
        length = rest.len().checked_sub(1).filter(|length| *length > 0)?;
    }
    let (operator, right) = rest.split_at(length);
    (!right.contains('\n')).then_some((left, operator, right))
}

fn bounds(text: &str) -> Result<[Bound; 3], String> {
    let invalid = || format!("invalid array index {text}");
    let parts: Vec<&str> = text.split(':').collect();
    let is_number = |part: &&str| part.strip_prefix('-').unwrap_or(part).bytes().all(|b| b.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(is_number) {
        return Err(invalid());
    }
    let mut bounds = [Bound::default(); 3];
    for (index, bound) in bounds.iter_mut().enumerate() {
        if let Some(part) = parts.get(index).filter(|part| !part.is_empty()) {
            bound.value = strconv::atoi(part).map_err(|_| format!("array index {part} is not a number"))?;
            bound.known = true;
        }
    }
    if parts.len() == 1 {
        let [first, second, _] = &mut bounds;
        *second = Bound { value: first.value.saturating_add(1), known: true, derived: true };
    }
    Ok(bounds)
}

fn unquote(mut text: &[u8], mark: u8) -> Option<String> {
    if !text.contains(&b'\\') && !text.contains(&mark) {
        return String::from_utf8(text.to_vec()).ok();
    }
    let mut out = Vec::new();
    while !text.is_empty() {
        let (unit, rest) = strconv::unquote_char(text, mark).ok()?;
        match unit {
            Unit::Byte(byte) => out.push(byte),
            Unit::Char(c) => crate::go::unicode::push(&mut out, c),
        }
        text = rest;
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

fn is_word(c: char) -> bool {
    c == '_' || is_letter(c) || is_digit(c)
}

/// Whether a sign ends a word or key.
fn is_end(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}
