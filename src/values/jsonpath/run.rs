//! A template carried out over a value.

use super::parse::{Bound, Step, Template};
use crate::codec::{Data, Node, json};
use crate::go::strconv;

/// A result on the way: part of the value, or something the template itself says.
#[derive(Clone, Debug)]
enum Item {
    Node(Node),
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// One byte of a text, which is what is in a text for a wildcard.
    Byte(u8),
    /// A null item of a range, or what a range over nothing is carried out with.
    Nothing,
}

/// What the template gives for a value.
pub(super) fn print(template: &Template, value: &Node) -> Result<String, String> {
    let mut run = Run { nodes: &template.nodes, begin: 0, depth: 0, end: 0, last_end: 0 };
    let results = run.find(0, Item::Node(value.clone()))?;
    let mut out = String::new();
    for items in results {
        let texts: Vec<String> = items.iter().map(text).collect();
        out += &texts.join(" ");
    }
    Ok(out)
}

fn text(item: &Item) -> String {
    match item {
        Item::Text(text) => text.clone(),
        Item::Int(value) => value.to_string(),
        Item::Float(value) => strconv::format_float(*value, 'g', None),
        Item::Bool(value) => value.to_string(),
        Item::Byte(value) => value.to_string(),
        Item::Nothing => "<no value>".to_owned(),
        Item::Node(node) => match node.data() {
            Data::Map(_) | Data::List(_) => json::write(node),
            Data::Null => "null".to_owned(),
            Data::String(text) => text.to_string(),
            Data::Bool(value) => value.to_string(),
            Data::Int(value) => value.to_string(),
            Data::Uint(value) => value.to_string(),
            Data::Float(value) => strconv::format_float(*value, 'g', None),
        },
    }
}

/// The texts and actions of a template, and which ranges are open.
struct Run<'t> {
    nodes: &'t [Step],
    begin: usize,
    depth: usize,
    end: usize,
    last_end: usize,
}

impl Run<'_> {
    // Rule: jsonpath.go, FindResults: what stands between `range` and `end` is carried out once an item.
    fn find(&mut self, from: usize, data: Item) -> Result<Vec<Vec<Item>>, String> {
        let current = vec![if is_nil(&data) { Item::Nothing } else { data }];
        let mut all = Vec::new();
        let nodes = self.nodes;
        let mut at = from;
        while let Some(step) = nodes.get(at) {
            let results = self.walk(current.clone(), step)?;
            if self.end > 0 && self.end <= self.depth {
                self.end -= 1;
                self.last_end = at;
                break;
            }
            if self.begin > 0 {
                self.begin -= 1;
                self.depth += 1;
                if results.is_empty() {
                    self.find(at + 1, Item::Nothing)?;
                }
                for item in results {
                    all.append(&mut self.find(at + 1, item)?);
                }
                self.depth -= 1;
                if self.last_end > at {
                    at = self.last_end;
                }
                at += 1;
                continue;
            }
            all.push(results);
            at += 1;
        }
        Ok(all)
    }

    fn steps(&mut self, mut items: Vec<Item>, steps: &[Step]) -> Result<Vec<Item>, String> {
        for step in steps {
            items = self.walk(items, step)?;
        }
        Ok(items)
    }

    fn walk(&mut self, items: Vec<Item>, step: &Step) -> Result<Vec<Item>, String> {
        let same = |item: Item| Ok(items.iter().map(|_| item.clone()).collect());
        match step {
            Step::List(steps) => self.steps(items, steps),
            Step::Text(text) => Ok(vec![Item::Text(text.clone())]),
            Step::Int(value) => same(Item::Int(*value)),
            Step::Float(value) => same(Item::Float(*value)),
            Step::Bool(value) => same(Item::Bool(*value)),
            Step::Field(name) => field(&items, name),
            Step::Array(bounds) => array(&items, bounds),
            Step::Filter { left, right, operator } => self.filter(&items, left, right, operator),
            Step::Wildcard => Ok(items.iter().flat_map(inside).collect()),
            Step::Recursive => Ok(recursive(&items)),
            Step::Union(paths) => {
                let mut all = Vec::new();
                for path in paths {
                    all.append(&mut self.steps(items.clone(), path)?);
                }
                Ok(all)
            }
            Step::Identifier(name) => match &**name {
                "range" => {
                    self.begin += 1;
                    Ok(items)
                }
                "end" if self.depth > 0 => {
                    self.end += 1;
                    Ok(Vec::new())
                }
                "end" => Err("not in range, nothing to end".to_owned()),
                _ => Err(format!("unrecognized identifier {name}")),
            },
        }
    }

    fn filter(
        &mut self,
        items: &[Item],
        left: &[Step],
        right: &[Step],
        operator: &str,
    ) -> Result<Vec<Item>, String> {
        let mut passed = Vec::new();
        for item in items {
            let Some(list) = as_list(item) else {
                return Err(format!("{} is not array or slice and cannot be filtered", text(item)));
            };
            for member in list {
                let member = Item::Node(member.clone());
                let lefts = self.steps(vec![member.clone()], left);
                if operator == "exists" {
                    if lefts.is_ok_and(|lefts| !lefts.is_empty()) {
                        passed.push(member);
                    }
                    continue;
                }
                let Some(one) = single(lefts?)? else { continue };
                let Some(other) = single(self.steps(vec![member.clone()], right)?)? else { continue };
                if compare(operator, &one, &other)? {
                    passed.push(member);
                }
            }
        }
        Ok(passed)
    }
}

fn single(items: Vec<Item>) -> Result<Option<Item>, String> {
    if items.len() > 1 {
        return Err("can only compare one element at a time".to_owned());
    }
    Ok(items.into_iter().next())
}

fn as_list(item: &Item) -> Option<&[Node]> {
    match item {
        Item::Node(node) => node.as_list(),
        _ => None,
    }
}

fn is_nil(item: &Item) -> bool {
    matches!(item, Item::Node(node) if node.is_null())
}

fn field(items: &[Item], name: &str) -> Result<Vec<Item>, String> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<Item> = items
        .iter()
        .filter_map(|item| match item {
            Item::Node(node) => node.get(name).cloned().map(Item::Node),
            _ => None,
        })
        .collect();
    if found.is_empty() { Err(format!("{name} is not found")) } else { Ok(found) }
}

fn go_type(item: &Item) -> &'static str {
    match item {
        Item::Text(_) => "string",
        Item::Int(_) => "int",
        Item::Float(_) => "float64",
        Item::Bool(_) => "bool",
        Item::Byte(_) => "uint8",
        Item::Nothing => "nil",
        Item::Node(node) => match node.data() {
            Data::Null => "nil",
            Data::Bool(_) => "bool",
            Data::Int(_) => "int64",
            Data::Uint(_) => "uint64",
            Data::Float(_) => "float64",
            Data::String(_) => "string",
            Data::List(_) => "[]interface {}",
            Data::Map(_) => "map[string]interface {}",
        },
    }
}

// Rule: jsonpath.go, evalArray.
fn array(items: &[Item], bounds: &[Bound; 3]) -> Result<Vec<Item>, String> {
    let mut found = Vec::new();
    for item in items.iter().filter(|item| !is_nil(item)) {
        let Some(list) = as_list(item) else {
            return Err(format!("{} is not array or slice", go_type(item)));
        };
        let length = list.len() as i64;
        let [start, end, step] = *bounds;
        let mut first = if start.known { start.value } else { 0 };
        if first < 0 {
            first += length;
        }
        let mut last = if end.known { end.value } else { length };
        if last < 0 || last == 0 && end.derived {
            last += length;
        }
        if first == last {
            return Ok(found);
        }
        let outside = |index: i64| format!("array index out of bounds: index {index}, length {length}");
        if first >= length || first < 0 {
            return Err(outside(first));
        }
        if last > length || last < 0 {
            return Err(outside(last - 1));
        }
        if first > last {
            return Err(format!("starting index {first} is greater than ending index {last}"));
        }
        if step.known && step.value <= 0 {
            return Err("step must be > 0".to_owned());
        }
        let step = if step.known { usize::try_from(step.value).unwrap_or(usize::MAX) } else { 1 };
        let members = list.get(first as usize..last as usize).unwrap_or_default();
        found.extend(members.iter().step_by(step).cloned().map(Item::Node));
    }
    Ok(found)
}

/// What is in a value: the values of a map, the items of a list, the bytes of a text.
fn inside(item: &Item) -> Vec<Item> {
    match item {
        Item::Text(text) => text.bytes().map(Item::Byte).collect(),
        Item::Node(node) => match node.data() {
            Data::Map(map) => map.entries().iter().map(|entry| Item::Node(entry.value.clone())).collect(),
            Data::List(list) => list.iter().cloned().map(Item::Node).collect(),
            Data::String(text) => text.bytes().map(Item::Byte).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Every value in which something is, from the outside in.
fn recursive(items: &[Item]) -> Vec<Item> {
    let mut found = Vec::new();
    let mut todo: Vec<Item> = items.iter().rev().cloned().collect();
    while let Some(item) = todo.pop() {
        let members = inside(&item);
        if members.is_empty() {
            continue;
        }
        found.push(item);
        todo.extend(members.into_iter().rev());
    }
    found
}

/// What a value is to a comparison.
enum Basic<'i> {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(&'i str),
}

fn basic(item: &Item) -> Result<Basic<'_>, String> {
    Ok(match item {
        Item::Text(text) => Basic::Text(text),
        Item::Int(value) => Basic::Int(*value),
        Item::Float(value) => Basic::Float(*value),
        Item::Bool(value) => Basic::Bool(*value),
        Item::Byte(value) => Basic::Uint(u64::from(*value)),
        Item::Nothing => return Err(NO_TYPE.to_owned()),
        Item::Node(node) => match node.data() {
            Data::Bool(value) => Basic::Bool(*value),
            Data::Int(value) => Basic::Int(*value),
            Data::Uint(value) => Basic::Uint(*value),
            Data::Float(value) => Basic::Float(*value),
            Data::String(text) => Basic::Text(text),
            Data::Null | Data::List(_) | Data::Map(_) => return Err(NO_TYPE.to_owned()),
        },
    })
}

const NO_TYPE: &str = "invalid type for comparison";
const DIFFERENT: &str = "incompatible types for comparison";

// Rule: client-go third_party/forked/golang/template/funcs.go.
fn compare(operator: &str, left: &Item, right: &Item) -> Result<bool, String> {
    Ok(match operator {
        "==" => equal(left, right)?,
        "!=" => !equal(left, right)?,
        "<" => less(left, right)?,
        "<=" => less(left, right)? || equal(left, right)?,
        ">" => !(less(left, right)? || equal(left, right)?),
        ">=" => !less(left, right)?,
        _ => return Err(format!("unrecognized filter operator {operator}")),
    })
}

fn equal(left: &Item, right: &Item) -> Result<bool, String> {
    Ok(match (basic(left)?, basic(right)?) {
        (Basic::Bool(a), Basic::Bool(b)) => a == b,
        (Basic::Int(a), Basic::Int(b)) => a == b,
        (Basic::Uint(a), Basic::Uint(b)) => a == b,
        (Basic::Float(a), Basic::Float(b)) => a == b,
        (Basic::Text(a), Basic::Text(b)) => a == b,
        (Basic::Int(a), Basic::Uint(b)) | (Basic::Uint(b), Basic::Int(a)) => u64::try_from(a) == Ok(b),
        _ => return Err(DIFFERENT.to_owned()),
    })
}

fn less(left: &Item, right: &Item) -> Result<bool, String> {
    Ok(match (basic(left)?, basic(right)?) {
        (Basic::Bool(_), Basic::Bool(_)) => return Err(NO_TYPE.to_owned()),
        (Basic::Int(a), Basic::Int(b)) => a < b,
        (Basic::Uint(a), Basic::Uint(b)) => a < b,
        (Basic::Float(a), Basic::Float(b)) => a < b,
        (Basic::Text(a), Basic::Text(b)) => a < b,
        (Basic::Int(a), Basic::Uint(b)) => u64::try_from(a).is_ok_and(|a| a < b) || a < 0,
        (Basic::Uint(a), Basic::Int(b)) => u64::try_from(b).is_ok_and(|b| a < b),
        _ => return Err(DIFFERENT.to_owned()),
    })
}
