//! The grammar: `name=value[,name=value…]`, keys nested by `.` and `[i]`.
// Rule: strvals/parser.go and strvals/literal_parser.go; functions here follow theirs one by one.

use crate::codec::{self, Data, Node, Style};
use crate::diag::{Place, Source, SourceKind, Span};

use super::super::text::{quote, read_error};
use super::scan::Scanner;
use super::tree::{ListSlot, MapSlot, Slot};
use super::{Flag, MAX_FILLED, MAX_INDEX, MAX_LEVELS, MAX_NESTED_NAMES, ReadFile, json, typed};

/// Why an argument is refused.
pub(super) struct Failure {
    pub(super) text: String,
    pub(super) span: Span,
    /// Whether a limit of ours refuses it, not Helm.
    pub(super) limit: bool,
}

/// Why reading stopped.
enum Stop {
    /// The argument is over, which ends the work without an error.
    End,
    Failed(Failure),
}

type Step<T = ()> = Result<T, Stop>;

/// Applies a whole argument to a tree.
pub(super) fn run(
    flag: Flag,
    source: &Source,
    root: &mut Slot,
    filled: &mut usize,
    read_file: &mut ReadFile<'_>,
) -> Result<(), Failure> {
    let mut parser = Parser { flag, source, scan: Scanner::new(source.text()), pair: 0, filled, read_file };
    let Some(map) = root.map_mut() else { return Ok(()) };
    loop {
        parser.pair = parser.scan.at();
        match parser.key(map, 0, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Failed(failure)) => return Err(failure),
        }
    }
}

struct Parser<'p, 'r> {
    flag: Flag,
    source: &'p Source,
    scan: Scanner<'p>,
    /// Where the key that is being read starts.
    pair: usize,
    filled: &'p mut usize,
    read_file: &'p mut ReadFile<'r>,
}

impl Parser<'_, '_> {
    fn place(&self, span: Span) -> Option<Place> {
        Some(Place::new(self.source.clone(), span))
    }

    fn fail<T>(text: impl Into<String>, span: Span) -> Step<T> {
        Err(Stop::Failed(Failure { text: text.into(), span, limit: false }))
    }

    fn enter(level: usize, span: Span) -> Step<usize> {
        if level < MAX_LEVELS {
            return Ok(level + 1);
        }
        let text = format!("value nests deeper than the maximum supported level of {MAX_LEVELS}");
        Err(Stop::Failed(Failure { text, span, limit: true }))
    }

    /// Reads one key below `data` and its value. `names` counts dots, `level` dots and indices.
    fn key(&mut self, data: &mut MapSlot, names: usize, level: usize) -> Step {
        let literal = self.flag == Flag::Literal;
        let stops: &[char] = if literal { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let piece = self.scan.until(stops, !literal);
        let (key, span) = (piece.text.as_str(), piece.span);
        match piece.stop {
            None if key.is_empty() => Err(Stop::End),
            None => Self::fail(format!("key {} has no value", quote(key)), span),
            Some('[') => {
                let index = self.index()?;
                let mut fresh = Slot::empty_list(self.place(span));
                let known = data.get_mut(key);
                let exists = known.is_some();
                let slot = known.unwrap_or(&mut fresh);
                let kind = slot.go_type();
                let Some(list) = slot.list_mut() else {
                    return Self::clash(kind, "[]interface {}", span);
                };
                // Quirk: nothing can be set under the empty key, but a list that stands there is changed in place.
                let frozen = key.is_empty().then_some(list.items.len());
                let level = Self::enter(level, span)?;
                let result = self.item(list, index, names, level);
                if let Some(len) = frozen {
                    list.items.truncate(len);
                } else if !exists && !matches!(result, Err(Stop::Failed(_))) {
                    data.put(key, self.place(span), fresh);
                }
                result
            }
            Some('=') => {
                let (value, more) = self.value()?;
                if !key.is_empty() {
                    data.set(key, self.place(span), value);
                }
                if more { Ok(()) } else { Err(Stop::End) }
            }
            Some('.') => {
                if names >= MAX_NESTED_NAMES {
                    return Self::fail(
                        format!(
                            "value name nested level is greater than maximum supported nested level of {MAX_NESTED_NAMES}"
                        ),
                        span,
                    );
                }
                let mut fresh = Slot::empty_map(self.place(span));
                let known = data.get_mut(key);
                let exists = known.is_some();
                let slot = known.unwrap_or(&mut fresh);
                let kind = slot.go_type();
                let Some(inner) = slot.map_mut() else {
                    return Self::clash(kind, "map[string]interface {}", span);
                };
                let level = Self::enter(level, span)?;
                let result = self.key(inner, names + 1, level);
                let empty = inner.is_empty();
                if empty && result.is_ok() {
                    return Self::fail(format!("key map {} has no value", quote(key)), span);
                }
                if !exists && !empty && !key.is_empty() {
                    data.put(key, self.place(span), fresh);
                }
                result
            }
            Some(_) => Self::fail(format!("key {} has no value (cannot end with ,)", quote(key)), span),
        }
    }

    fn clash<T>(is: &str, not: &str, span: Span) -> Step<T> {
        Self::fail(
            format!("unable to parse key: interface conversion: interface {{}} is {is}, not {not}"),
            span,
        )
    }

    /// Reads `i]`.
    fn index(&mut self) -> Step<(i64, Span)> {
        let piece = self.scan.until(&[']'], self.flag != Flag::Literal);
        if piece.stop.is_none() {
            return Err(Stop::End);
        }
        match typed::index(&piece.text) {
            Ok(index) => Ok((index, piece.span)),
            Err(text) => Self::fail(format!("error parsing index: {text}"), piece.span),
        }
    }

    /// Reads what follows `[i]` and sets that item of `list`.
    fn item(&mut self, list: &mut ListSlot, index: (i64, Span), names: usize, level: usize) -> Step {
        let (index, span) = index;
        let Ok(at) = usize::try_from(index) else {
            return Self::fail(format!("negative {index} index not allowed"), span);
        };
        let piece = self.scan.until(&['[', '.', '='], self.flag != Flag::Literal);
        if !piece.text.is_empty() {
            let text = typed::quote_runes(&piece.text);
            return Self::fail(format!("unexpected data at end of array index: {text}"), piece.span);
        }
        match piece.stop {
            None => Err(Stop::End),
            Some('=') => {
                let (value, _) = self.value()?;
                self.fill(list, index, span)?;
                if let Some(slot) = list.items.get_mut(at) {
                    slot.replace(value);
                }
                Ok(())
            }
            Some('[') => {
                let next = self.index()?;
                let level = Self::enter(level, span)?;
                match list.items.get_mut(at) {
                    Some(slot) if !slot.is_null() => {
                        let kind = slot.go_type();
                        let Some(inner) = slot.list_mut() else {
                            return Self::clash(kind, "[]interface {}", span);
                        };
                        self.item(inner, next, names, level)?;
                        self.fill(list, index, span)
                    }
                    _ => {
                        let mut fresh = Slot::empty_list(self.place(span));
                        if let Some(inner) = fresh.list_mut() {
                            self.item(inner, next, names, level)?;
                        }
                        self.put(list, index, span, fresh)
                    }
                }
            }
            Some(_) => {
                let level = Self::enter(level, span)?;
                if let Some(slot) = list.items.get_mut(at) {
                    if !slot.is_map() {
                        slot.replace(Node::map(crate::codec::Map::default()).with_place(self.place(span)));
                    }
                    if let Some(inner) = slot.map_mut() {
                        self.key(inner, names, level)?;
                    }
                    return self.fill(list, index, span);
                }
                let mut fresh = Slot::empty_map(self.place(span));
                if let Some(inner) = fresh.map_mut() {
                    // Quirk: an argument that ends right behind `=` ends the work before the item is set.
                    self.key(inner, names, level)?;
                }
                self.put(list, index, span, fresh)
            }
        }
    }

    fn put(&mut self, list: &mut ListSlot, index: i64, span: Span, slot: Slot) -> Step {
        self.fill(list, index, span)?;
        if let Some(old) = usize::try_from(index).ok().and_then(|at| list.items.get_mut(at)) {
            *old = slot;
        }
        Ok(())
    }

    /// Makes `list` long enough for `index`.
    fn fill(&mut self, list: &mut ListSlot, index: i64, span: Span) -> Step {
        if index > MAX_INDEX {
            let text = format!("index of {index} is greater than maximum supported index of {MAX_INDEX}");
            return Self::fail(text, span);
        }
        let wanted = usize::try_from(index).unwrap_or_default() + 1;
        let missing = wanted.saturating_sub(list.items.len());
        *self.filled += missing;
        if *self.filled > MAX_FILLED {
            let text = format!("list indices add up to more than {MAX_FILLED} items");
            return Err(Stop::Failed(Failure { text, span, limit: true }));
        }
        list.items.extend(std::iter::repeat_with(|| Slot::Node(Node::null())).take(missing));
        Ok(())
    }

    /// Reads the value behind `=`, and whether the work goes on behind it.
    fn value(&mut self) -> Step<(Node, bool)> {
        let start = self.scan.at();
        match self.flag {
            Flag::Literal => {
                let text = self.scan.rest();
                self.scan.skip(text.len());
                Ok((self.text(text, Span::new(start, start + text.len())), true))
            }
            Flag::Json => self.json(),
            Flag::Set | Flag::String | Flag::File => match self.scan.peek() {
                // Quirk: the end right behind `=` is an empty text even for `--set-file`.
                None => Ok((self.text("", Span::new(start, start)), false)),
                Some('{') => {
                    self.scan.next();
                    let items = self.list()?;
                    let span = Span::new(start, self.scan.at());
                    Ok((Node::list(items).placed(self.source, span, Style::Flow), true))
                }
                Some(_) => {
                    let piece = self.scan.until(&[','], true);
                    Ok((self.scalar(&piece.text, piece.span)?, true))
                }
            },
        }
    }

    /// Reads the items of a list up to and including its `}` and a comma behind it.
    fn list(&mut self) -> Step<Vec<Node>> {
        let mut items = Vec::new();
        loop {
            let piece = self.scan.until(&[',', '}'], true);
            match piece.stop {
                None => return Self::fail("list must terminate with '}'", piece.span),
                Some('}') => {
                    items.push(self.scalar(&piece.text, piece.span)?);
                    if self.scan.peek() == Some(',') {
                        self.scan.next();
                    }
                    return Ok(items);
                }
                Some(_) => items.push(self.scalar(&piece.text, piece.span)?),
            }
        }
    }

    /// The value of a text, by the flag's rule.
    fn scalar(&mut self, text: &str, span: Span) -> Step<Node> {
        match self.flag {
            Flag::Set => Ok(self.placed(typed::value(text), span)),
            Flag::File => match (self.read_file)(text) {
                Ok(bytes) => Ok(self.text(&String::from_utf8_lossy(&bytes), span)),
                Err(error) => Self::fail(read_error(text, &error), span),
            },
            Flag::String | Flag::Json | Flag::Literal => Ok(self.text(text, span)),
        }
    }

    fn text(&self, text: &str, span: Span) -> Node {
        self.placed(Data::String(text.into()), span)
    }

    fn placed(&self, data: Data, span: Span) -> Node {
        Node::new(data).placed(self.source, span, Style::Plain)
    }

    /// Reads a JSON value, and blanks and one comma behind it.
    fn json(&mut self) -> Step<(Node, bool)> {
        let blank = self.scan.at();
        if self.blanks() {
            return Ok((Node::null().placed(self.source, Span::new(blank, blank), Style::Plain), true));
        }
        let start = self.scan.at();
        let rest = self.scan.rest();
        let read = json::extent(rest).and_then(|end| {
            let text = rest.get(..end)?;
            let pair = self.source.slice(Span::new(self.pair, start + end));
            let name = format!("{} {pair}", self.flag.name());
            let own = Source::new(SourceKind::Flag, name, text);
            Some((codec::json::read(&own).ok()?, end))
        });
        let Some((node, end)) = read else {
            return Self::fail("not a JSON value", Span::new(start, start + rest.len()));
        };
        self.scan.skip(end);
        self.blanks();
        let node = match node.data() {
            // A collection's parts keep places in a source of their own.
            Data::List(_) | Data::Map(_) => node,
            _ => node.placed(self.source, Span::new(start, start + end), node_style(rest)),
        };
        Ok((node, true))
    }

    /// Reads blanks and, behind them, a comma; whether the value is over.
    // Rule: strvals/parser.go, emptyVal.
    fn blanks(&mut self) -> bool {
        loop {
            match self.scan.peek() {
                None => return true,
                Some(',') => {
                    self.scan.next();
                    return true;
                }
                Some(c) if typed::is_space(c) => {
                    self.scan.next();
                }
                Some(_) => return false,
            }
        }
    }
}

fn node_style(text: &str) -> Style {
    if text.starts_with('"') { Style::DoubleQuoted } else { Style::Plain }
}
