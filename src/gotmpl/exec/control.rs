//! Text, actions, `if`, `with`, `range`, `template`.

use super::{Got, MAX_OUTPUT, MAX_ROUNDS, MAX_TEMPLATE_DEPTH, Res, State};
use crate::go::{fmt, strconv};
use crate::gotmpl::ast::{Branch, List, Node, Template};
use crate::gotmpl::print::At;
use crate::gotmpl::stack;
use crate::value::{Kind, Value};

/// How a list of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl<'t> State<'t, '_> {
    pub(super) fn list(&mut self, dot: &Got, list: &'t List) -> Res<Flow> {
        for node in &list.nodes {
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
                let text = self.tree.source.slice(*span);
                self.run.out.extend_from_slice(text.as_bytes());
            }
            Node::Action(pipe) => {
                let got = self.pipeline(dot, pipe)?;
                if pipe.declared.is_empty() {
                    self.at(At::Node(node));
                    fmt::append_printable(&mut self.run.out, &got.value);
                    if self.run.out.len() > MAX_OUTPUT {
                        return self.error(format!("output exceeds {MAX_OUTPUT} bytes"));
                    }
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
        let flow = if got.value.is_true() {
            self.list(if with { &got } else { dot }, &branch.list)
        } else if let Some(list) = &branch.else_list {
            self.list(dot, list)
        } else {
            Ok(Flow::Next)
        };
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
        self.run.tree(&tree, data, self.depth + 1, self.extensions)
    }

    fn range(&mut self, dot: &Got, branch: &'t Branch) -> Res<Flow> {
        let value = self.pipeline(dot, &branch.pipe)?.value;
        let mark = self.run.variables.len();
        let ran = match &value {
            Value::List(list) => {
                let any = list.ty().elem == crate::value::Elem::Any;
                let count = list.len();
                for index in 0..count {
                    // The list may have been changed by the body, never its length.
                    let item = Got { value: list.get(index).unwrap_or_default(), any };
                    if !self.round(branch, mark, Got::new(Value::Int(index as i64)), item)? {
                        break;
                    }
                }
                count > 0
            }
            Value::Bytes(bytes) => {
                for (index, byte) in bytes.as_bytes().iter().enumerate() {
                    let item = Got::new(Value::Uint8(*byte));
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
                for (key, value) in entries {
                    if !self.round(branch, mark, Got::new(Value::Str(key)), Got { value, any })? {
                        break;
                    }
                }
                ran
            }
            Value::Missing | Value::Nil => false,
            _ if matches!(value.kind(), Kind::Int | Kind::Int64 | Kind::Uint8 | Kind::Uint64) => {
                self.range_number(branch, mark, &value)?
            }
            _ => {
                let mut text = b"range can't iterate over ".to_vec();
                fmt::append_printable(&mut text, &value);
                return self.error(String::from_utf8_lossy(&text));
            }
        };
        match &branch.else_list {
            Some(list) if !ran => self.list(dot, list),
            _ => Ok(Flow::Next),
        }
    }

    /// `range 3` gives 0, 1, 2, of the type of the operand.
    fn range_number(&mut self, branch: &'t Branch, mark: usize, value: &Value) -> Res<bool> {
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
            if !self.round(branch, mark, Got::missing(), Got::new(item))? {
                break;
            }
        }
        Ok(end > 0)
    }

    /// One round; false after a `break`.
    fn round(&mut self, branch: &'t Branch, mark: usize, index: Got, item: Got) -> Res<bool> {
        self.run.rounds += 1;
        if self.run.rounds > MAX_ROUNDS || self.run.out.len() > MAX_OUTPUT {
            return self.error("range takes too many rounds");
        }
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
