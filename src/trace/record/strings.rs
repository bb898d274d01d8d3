//! Functions that make a text of texts: which bytes of the result came from where.

use super::Recorder;
use super::containers::{is_container, slots};
use super::deps::Deps;
use super::marks::{Mark, Segment};
use super::text::{Builder, find, lines};
use crate::go::fmt;
use crate::value::{Str, Value};

/// A piece of text that is looked for in a result.
struct Item {
    text: Vec<u8>,
    parts: Vec<Segment>,
}

impl Recorder {
    /// The parts of a text, with what the text as a whole depends on.
    pub(super) fn parts(&mut self, mark: Mark, len: usize) -> Vec<Segment> {
        let own = self.marks.own(mark);
        match self.marks.segments(mark) {
            Some(parts) if parts.last().is_some_and(|last| last.end as usize == len) => {
                parts.iter().map(|part| Segment { deps: self.deps.union(part.deps, own), ..*part }).collect()
            }
            _ => vec![Segment::value(0, len as u32, self.all(mark))],
        }
    }

    fn built(&mut self, builder: Builder, more: Deps) -> Mark {
        let parts = builder.finish();
        let first = parts.first().map(|part| part.deps);
        if parts.iter().all(|part| part.site == 0 && Some(part.deps) == first) {
            let deps = self.deps.union(first.unwrap_or_default(), more);
            return self.marks.plain(deps);
        }
        self.marks.text(parts.into(), more)
    }

    /// The mark of a text that a function made of its arguments.
    pub(super) fn string(&mut self, name: &str, args: &[Value], marks: &[Mark], result: &Str) -> Mark {
        let all = self.all_of(args, marks);
        let Some(last) = args.last() else { return Mark::NONE };
        let last_mark = marks.last().copied().unwrap_or_default();
        let others = {
            let count = args.len() - 1;
            self.all_of(args.get(..count).unwrap_or_default(), marks)
        };
        let made = match (name, last) {
            _ if result.is_empty() => None,
            ("indent" | "nindent", Value::Str(text)) => {
                let parts = self.parts(last_mark, text.len());
                Some((indented(text.as_bytes(), &parts, result.len(), name == "nindent"), others))
            }
            (
                "trim" | "trimAll" | "trimall" | "trimPrefix" | "trimSuffix" | "trunc" | "substr"
                | "toString",
                Value::Str(text),
            ) => {
                let at = match name {
                    "trimPrefix" => text.len().checked_sub(result.len()),
                    "trunc" if args.first().and_then(Value::as_i64).is_some_and(|n| n < 0) => {
                        text.len().checked_sub(result.len())
                    }
                    "trimSuffix" | "trunc" | "toString" => Some(0),
                    _ => find(text.as_bytes(), result.as_bytes(), 0),
                };
                at.map(|at| {
                    let parts = self.parts(last_mark, text.len());
                    let mut builder = Builder::default();
                    builder.gaps(&parts, 0, at.saturating_sub(1));
                    builder.part(&parts, at, at + result.len());
                    builder.gaps(&parts, at + result.len(), text.len());
                    (builder, others)
                })
            }
            ("replace", Value::Str(text)) => {
                let parts = self.parts(last_mark, text.len());
                replaced(text, &parts, args, result, others).map(|builder| (builder, others))
            }
            ("lower" | "upper", Value::Str(text)) if text.len() == result.len() => {
                let parts = self.parts(last_mark, text.len());
                let mut builder = Builder::default();
                builder.part(&parts, 0, text.len());
                Some((builder, Deps::NONE))
            }
            ("printf", _) => self.formatted(args, marks, result).map(|builder| (builder, Deps::NONE)),
            ("join", list) if is_container(list) => {
                let items = slots(list).into_iter().map(|(step, item)| {
                    let mark = self.slot(list, &step, &item).unwrap_or(last_mark);
                    self.item(&item, mark)
                });
                let items: Vec<Item> = items.collect();
                let shape = self.truth(list, last_mark);
                in_order(result, items, others).map(|builder| (builder, shape))
            }
            ("print" | "println" | "cat" | "quote" | "squote", _) => {
                let items = args.iter().zip(marks).map(|(value, mark)| self.item(value, *mark));
                let items: Vec<Item> = items.collect();
                in_order(result, items, Deps::NONE).map(|builder| (builder, Deps::NONE))
            }
            _ => None,
        };
        let made = made.filter(|(builder, _)| builder.len() == result.len());
        match made.or_else(|| self.by_lines(args, marks, result, all).map(|builder| (builder, Deps::NONE))) {
            Some((builder, more)) => self.built(builder, more),
            None => self.marks.plain(all),
        }
    }

    fn item(&mut self, value: &Value, mark: Mark) -> Item {
        let text = fmt::to_str(value).as_bytes().to_vec();
        let parts = match value {
            Value::Str(_) => self.parts(mark, text.len()),
            _ => vec![Segment::value(0, text.len() as u32, self.deep(value, mark))],
        };
        Item { text, parts }
    }

    /// `printf`, as far as its verbs print operands as they are.
    fn formatted(&mut self, args: &[Value], marks: &[Mark], result: &Str) -> Option<Builder> {
        let (Value::Str(format), operands) = args.split_first()? else { return None };
        let format_deps = marks.first().map_or(Deps::NONE, |mark| self.all(*mark));
        let mut operands = operands.iter().zip(marks.get(1..)?);
        let mut text = Vec::new();
        let mut builder = Builder::default();
        let mut rest = format.as_bytes();
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            if *byte != b'%' {
                text.push(*byte);
                builder.value(1, format_deps);
                continue;
            }
            let (verb, after) = rest.split_first()?;
            rest = after;
            match verb {
                b'%' => {
                    text.push(b'%');
                    builder.value(1, format_deps);
                }
                b's' | b'v' | b'd' => {
                    let (value, mark) = operands.next()?;
                    let item = self.item(value, *mark);
                    text.extend_from_slice(&item.text);
                    builder.part(&item.parts, 0, item.text.len());
                }
                _ => return None,
            }
        }
        (text == result.as_bytes()).then_some(builder)
    }

    /// Lines of the result that stand in the longest text of the arguments, in the same order.
    fn by_lines(&mut self, args: &[Value], marks: &[Mark], result: &Str, all: Deps) -> Option<Builder> {
        let longest = args.iter().zip(marks).filter_map(|(value, mark)| Some((value.as_str()?, *mark)));
        let (source, mark) = longest.max_by_key(|(text, _)| text.len())?;
        self.marks.segments(mark)?;
        let from = lines(source.as_bytes());
        let to = lines(result.as_bytes());
        if from.len() < 2 || to.len() < 2 {
            return None;
        }
        let parts = self.parts(mark, source.len());
        let trimmed = |text: &[u8], (start, end): (usize, usize)| {
            let line = text.get(start..end).unwrap_or_default();
            let skipped = line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let kept = line.trim_ascii().len();
            (start + skipped, start + skipped + kept)
        };
        let mut builder = Builder::default();
        let mut next = 0;
        for (number, line) in to.into_iter().enumerate() {
            if number > 0 {
                builder.value(1, all);
            }
            let (start, end) = trimmed(result.as_bytes(), line);
            let wanted = result.as_bytes().get(start..end)?;
            let hit = from.iter().enumerate().skip(next).find_map(|(index, range)| {
                let (start, end) = trimmed(source.as_bytes(), *range);
                (source.as_bytes().get(start..end) == Some(wanted)).then_some((index, start, end))
            });
            match hit.filter(|_| !wanted.is_empty()) {
                Some((index, from, to)) => {
                    next = index + 1;
                    builder.value(start - line.0, Deps::NONE);
                    builder.part(&parts, from, to);
                    builder.value(line.1 - end, Deps::NONE);
                }
                None => builder.value(line.1 - line.0, all),
            }
        }
        Some(builder)
    }
}

/// `indent` and `nindent`: blanks before every line.
fn indented(text: &[u8], parts: &[Segment], result: usize, newline: bool) -> Builder {
    let lines = lines(text);
    let lead = usize::from(newline);
    let pad = result.saturating_sub(text.len() + lead) / lines.len().max(1);
    let mut builder = Builder::default();
    builder.value(lead, Deps::NONE);
    for (start, end) in lines {
        builder.value(pad, Deps::NONE);
        builder.part(parts, start, (end + 1).min(text.len()));
    }
    builder
}

fn replaced(text: &Str, parts: &[Segment], args: &[Value], result: &Str, deps: Deps) -> Option<Builder> {
    let (old, new) = (args.first()?.as_str()?, args.get(1)?.as_str()?);
    if old.is_empty() {
        return None;
    }
    let mut builder = Builder::default();
    let mut from = 0;
    while let Some(at) = find(text.as_bytes(), old.as_bytes(), from) {
        builder.part(parts, from, at);
        builder.value(new.len(), deps);
        builder.gaps(parts, at, at + old.len());
        from = at + old.len();
    }
    builder.part(parts, from, text.len());
    (builder.len() == result.len()).then_some(builder)
}

/// Texts that stand in the result one behind the other; what is between them depends on `between`.
fn in_order(result: &Str, items: Vec<Item>, between: Deps) -> Option<Builder> {
    let mut builder = Builder::default();
    for item in items {
        let at = find(result.as_bytes(), &item.text, builder.len())?;
        builder.value(at - builder.len(), between);
        if item.text.is_empty() {
            builder.gaps(&item.parts, 0, 0);
        }
        builder.part(&item.parts, 0, item.text.len());
    }
    builder.value(result.len() - builder.len(), between);
    Some(builder)
}
