//! Text, actions, `if`, `with`, `range`, `template`.

use std::rc::Rc;

use super::{Got, MAX_TEMPLATE_DEPTH, Res, State};
use crate::diag::raw;
use crate::go::{fmt, strconv};
use crate::gotmpl::ast::{Branch, List, Node, Template, Tree};
use crate::gotmpl::print::At;
use crate::gotmpl::stack;
use crate::trace::record::{Around, End, Mark, Slot};
use crate::value::{Kind, Value, budget};

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl<'t> State<'t, '_> {
    pub(super) fn list(&mut self, dot: &Got, list: &'t List) -> Res<Flow> {
        let tree: &'t Rc<Tree> = self.tree;
        let Some(nodes) = tree.nodes(list) else {
            return self.error(format!("exceeded maximum template depth ({MAX_TEMPLATE_DEPTH})"));
        };
        self.unless_spent(budget::is_spent(nodes.len() as u64))?;
        for node in nodes {
            let flow = self.node(dot, node)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn node(&mut self, dot: &Got, node: &'t Node) -> Res<Flow> {
        match node {
            Node::Text(span) => {
                let text = self.tree.source.bytes(*span);
                let start = self.run.out.len();
                self.run.out.extend_from_slice(&text);
                self.unless_spent(budget::is_too_much(self.run.out.len()))?;
                if let Some(recorder) = self.run.recorder() {
                    recorder.literal(&self.tree.source, *span, start);
                }
            }
            Node::Action(pipe) => {
                let got = self.pipeline(dot, pipe)?;
                if pipe.declared.is_empty() {
                    self.at(At::Node(node));
                    let start = self.run.out.len();
                    fmt::append_printable(&mut self.run.out, &got.value);
                    if self.run.listener.is_some() {
                        self.heard_print(pipe, &got, start);
                    }
                    self.unless_spent(budget::is_spent(0) || budget::is_too_much(self.run.out.len()))?;
                }
            }
            Node::If(branch) => return self.branch(dot, node, branch, false),
            Node::With(branch) => return self.branch(dot, node, branch, true),
            Node::Range(branch) => {
                self.at(At::Node(node));
                let mark = self.run.variables.len();
                let flow = self.range(dot, branch);
                self.run.variables.truncate(mark);
                return flow;
            }
            Node::Template(template) => self.template(dot, template)?,
            Node::Break(_) => return Ok(Flow::Break),
            Node::Continue(_) => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    fn branch(&mut self, dot: &Got, node: &'t Node, branch: &'t Branch, with: bool) -> Res<Flow> {
        self.at(At::Node(node));
        let mark = self.run.variables.len();
        let got = self.pipeline(dot, &branch.pipe)?;
        let listening = self.run.listener.is_some();
        if listening {
            self.heard_open(branch, &got, got.value.is_true());
        }
        let flow = if got.value.is_true() {
            self.list(if with { &got } else { dot }, &branch.list)
        } else if let Some(list) = &branch.else_list {
            self.list(dot, list)
        } else {
            Ok(Flow::Next)
        };
        if listening {
            self.heard_close(branch, &got);
        }
        self.run.variables.truncate(mark);
        flow
    }

    fn template(&mut self, dot: &Got, template: &'t Template) -> Res<()> {
        self.at(At::Template(template));
        let Some(tree) = self.run.set.get(&template.name).cloned() else {
            return self.error(format!("template {} not defined", strconv::quote(template.name.as_bytes())));
        };
        if self.depth >= MAX_TEMPLATE_DEPTH || stack::nearly_exhausted() {
            return self.error(format!("exceeded maximum template depth ({MAX_TEMPLATE_DEPTH})"));
        }
        let data = match &template.pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Got::missing(),
        };
        if let Some(recorder) = self.run.recorder() {
            let span = At::Template(template).span();
            recorder.enter(&self.tree.source, span, format!("template \"{}\"", template.name));
        }
        if let Some(places) = &self.run.places {
            places.borrow_mut().call(At::Template(template).print(self.tree));
        }
        self.run.enter();
        let result = self.run.tree(&tree, data, self.depth + 1, self.extensions);
        self.run.leave();
        if let Some(recorder) = self.run.recorder() {
            recorder.leave();
        }
        result
    }

    fn range(&mut self, dot: &Got, branch: &'t Branch) -> Res<Flow> {
        let got = self.pipeline(dot, &branch.pipe)?;
        let mark = self.run.variables.len();
        let (value, source) = (got.value.clone(), got.mark);
        let around = Around { variables: mark, has_else: branch.else_list.is_some() };
        if self.run.listener.is_some() {
            let is_number = !matches!(value, Value::List(_) | Value::Map(_) | Value::Bytes(_));
            self.heard_open(
                branch,
                &got,
                value.is_true() && !is_number || value.as_i64().is_some_and(|n| n > 0),
            );
        }
        let ran = match &value {
            Value::List(list) => {
                let any = list.ty().elem == crate::value::Elem::Any;
                let count = list.len();
                for index in 0..count {
                    // The list may have been changed by the body, never its length.
                    let mut item = Got { value: list.get(index).unwrap_or_default(), any, mark: Mark::NONE };
                    let mut number = Got::new(Value::Int(index as i64));
                    if let Some(recorder) = self.run.recorder() {
                        (number.mark, item.mark) =
                            recorder.round(&value, source, Slot::Item(index), &item.value, around);
                    }
                    if !self.round(branch, mark, number, item)? {
                        break;
                    }
                }
                count > 0
            }
            Value::Bytes(bytes) => {
                for (index, byte) in bytes.as_bytes().iter().enumerate() {
                    let item = self.plain_item(Value::Uint8(*byte), source, around);
                    if !self.round(branch, mark, Got::new(Value::Int(index as i64)), item)? {
                        break;
                    }
                }
                !bytes.is_empty()
            }
            Value::Map(map) => {
                let any = map.ty().elem == crate::value::Elem::Any;
                let entries = map.to_vec();
                let ran = !entries.is_empty();
                for (key, item) in entries {
                    let mut item = Got { value: item, any, mark: Mark::NONE };
                    let mut name = Mark::NONE;
                    if let Some(recorder) = self.run.recorder() {
                        (name, item.mark) =
                            recorder.round(&value, source, Slot::Key(&key), &item.value, around);
                    }
                    if !self.round(branch, mark, Got::marked(Value::Str(key), name), item)? {
                        break;
                    }
                }
                ran
            }
            Value::Missing | Value::Nil => false,
            _ if matches!(value.kind(), Kind::Int | Kind::Int64 | Kind::Uint8 | Kind::Uint64) => {
                self.range_number(branch, around, &value, source)?
            }
            _ => {
                let mut text = b"range can't iterate over ".to_vec();
                match &value {
                    // Rule: `%v` of a value that has no address: what only its pointer can say is not asked.
                    Value::Object(object) if object.kind() == Kind::Struct => fmt::append(&mut text, &value),
                    _ => fmt::append_printable(&mut text, &value),
                }
                return self.error(raw::marked(&text));
            }
        };
        let flow = match &branch.else_list {
            Some(list) if !ran => self.list(dot, list),
            _ => Ok(Flow::Next),
        };
        if self.run.listener.is_some() {
            self.heard_close(branch, &got);
        }
        flow
    }

    /// An item of something that is neither a list nor a map.
    fn plain_item(&mut self, item: Value, source: Mark, around: Around) -> Got {
        let mark = match self.run.recorder() {
            Some(recorder) => recorder.plain_round(source, around),
            None => Mark::NONE,
        };
        Got::marked(item, mark)
    }

    /// `range 3` gives 0, 1, 2, of the type of the operand.
    fn range_number(&mut self, branch: &'t Branch, around: Around, value: &Value, source: Mark) -> Res<bool> {
        if branch.pipe.declared.len() > 1 {
            let text = fmt::to_str(value);
            return self.error(format!("can't use {text} to iterate over more than one variable"));
        }
        let end = match value {
            Value::Uint64(end) => *end,
            other => u64::try_from(other.as_i64().unwrap_or(0)).unwrap_or(0),
        };
        for number in 0..end {
            let signed = number as i64;
            let item = match value {
                Value::Int64(_) => Value::Int64(signed),
                Value::Duration(_) => Value::Duration(signed),
                Value::Uint8(_) => Value::Uint8(number as u8),
                Value::Uint64(_) => Value::Uint64(number),
                _ => Value::Int(signed),
            };
            let item = self.plain_item(item, source, around);
            if !self.round(branch, around.variables, Got::missing(), item)? {
                break;
            }
        }
        Ok(end > 0)
    }

    /// One round; false after a `break`.
    fn round(&mut self, branch: &'t Branch, mark: usize, index: Got, item: Got) -> Res<bool> {
        self.unless_spent(budget::is_spent(1) || budget::is_too_much(self.run.out.len()))?;
        match *branch.pipe.declared.as_slice() {
            [] => {}
            [only] if branch.pipe.assign => self.assign(only, item.clone())?,
            [first, second, ..] if branch.pipe.assign => {
                self.assign(first, index)?;
                self.assign(second, item.clone())?;
            }
            [_] => self.set_top(1, item.clone()),
            [_, _, ..] => {
                self.set_top(1, item.clone());
                self.set_top(2, index);
            }
        }
        let flow = self.list(&item, &branch.list);
        if self.run.listener.is_some() {
            self.heard_round(match flow {
                Ok(Flow::Break) => End::Loop,
                Ok(Flow::Continue) => End::Early,
                _ => End::Done,
            });
        }
        self.run.variables.truncate(mark);
        Ok(flow? != Flow::Break)
    }

    fn set_top(&mut self, from_top: usize, got: Got) {
        let index = self.run.variables.len().checked_sub(from_top);
        if let Some((_, slot)) = index.and_then(|index| self.run.variables.get_mut(index)) {
            *slot = got;
        }
    }
}
