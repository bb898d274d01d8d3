//! The structure of an object: fields, types, required ones, closed sets of values.
//!
//! Fields of the schema and keys of a map are both sorted by bytes, so one pass over the two finds what
//! is unknown and what is missing. Null counts as not set, as in Go's decoding.
// Rule: kubernetes v1.37 strict decoding (sigs.k8s.io/json): unknown fields, types; the OpenAPI document: required.

use std::cmp::Ordering;

use super::codes;
use super::findings::{Findings, MAX_DEPTH, Warn as _, nearest};
use crate::bytes::short;
use crate::codec::{Data, Entry, Node};
use crate::kube::Quantity;
use crate::kube::schema::{Field, Shape, Type};

/// Checks an object of a known kind.
pub(super) fn check(root: &Node, kind: Type, findings: &mut Findings<'_, '_>) {
    Walk { findings, status: false }.object(root, kind, 0);
}

/// What is said of an empty text where one is required.
pub(super) const EMPTY: &str = "Required value: must not be empty";

struct Walk<'f, 'o, 'm> {
    findings: &'f mut Findings<'o, 'm>,
    /// Inside `status`, which a client may leave half written: the API server drops it.
    status: bool,
}

impl Walk<'_, '_, '_> {
    /// Whether an empty text counts as none in this field.
    fn is_wanted(&self, kind: Type, field: Field) -> bool {
        !self.status
            && matches!(field.shape(), Shape::String | Shape::Enum(_))
            && !MAY_BE_EMPTY.contains(&(kind.name(), field.name))
    }

    fn object(&mut self, node: &Node, kind: Type, depth: usize) {
        let Some(map) = node.as_map() else {
            self.wrong(node, Shape::Object);
            return;
        };
        if depth > MAX_DEPTH {
            self.findings.says(node, codes::TOO_DEEP, "nested too deep to be checked").warn();
            return;
        }
        let mut fields = kind.fields();
        for entry in map.entries() {
            let start = short::start(entry.key.as_bytes());
            let field = loop {
                let Some((field, rest)) = fields.split_first() else { break None };
                match field.order(&entry.key, start) {
                    Ordering::Less if field.required => self.absent(node, *field, kind),
                    Ordering::Less => {}
                    Ordering::Equal => break Some(*field),
                    Ordering::Greater => break None,
                }
                fields = rest;
            };
            let Some(field) = field else {
                self.unknown(node, entry, kind);
                continue;
            };
            fields = fields.get(1..).unwrap_or_default();
            match entry.value.as_str() {
                // Quirk: an empty policy of a class means the usual one (`validateReclaimPolicy`).
                Some("") if field.name == "reclaimPolicy" && kind.name() == "storage.v1.StorageClass" => {}
                Some("") if field.required && self.is_wanted(kind, field) => {
                    self.findings.says(&entry.value, codes::MISSING, EMPTY);
                }
                _ if entry.value.is_null() => self.absent(node, field, kind),
                _ => self.field(&entry.value, field, kind, depth),
            }
        }
        for field in fields.iter().filter(|field| field.required) {
            self.absent(node, *field, kind);
        }
    }

    /// A field that is not set, and mostly need not be.
    fn absent(&mut self, node: &Node, field: Field, kind: Type) {
        if !field.required || self.status || excused(kind, field) {
            return;
        }
        // A misspelt key is told of once, as unknown.
        let is_misspelt = |entry: &Entry| misspelt(node, entry, kind) == Some(field.name);
        if !node.as_map().is_some_and(|map| map.entries().iter().any(is_misspelt)) {
            self.findings.missing(node, field.name, codes::MISSING, "");
        }
    }

    fn unknown(&mut self, node: &Node, entry: &Entry, kind: Type) {
        let near = misspelt(node, entry, kind);
        let finding = self
            .findings
            .at_key(node, &entry.key, codes::UNKNOWN, |path| format!("unknown field \"{path}\""));
        match near {
            Some(near) => finding.hint(format!("did you mean `{near}`?")),
            None => finding,
        };
    }

    fn field(&mut self, node: &Node, field: Field, kind: Type, depth: usize) {
        let outer = self.status;
        self.status |= depth == 0 && field.name == "status" && kind.field("spec").is_some();
        self.value(node, field.shape(), depth + 1);
        self.status = outer;
    }

    fn value(&mut self, node: &Node, shape: Shape, depth: usize) {
        match (shape, node.data()) {
            (_, Data::Null)
            | (Shape::Any, _)
            | (Shape::Bool | Shape::RefOrBool(_), Data::Bool(_))
            | (Shape::Object, Data::Map(_))
            | (Shape::String | Shape::IntOrString, Data::String(_))
            | (Shape::Number | Shape::Quantity, Data::Int(_) | Data::Uint(_) | Data::Float(_)) => {}
            (Shape::Enum(choices), Data::String(text)) => {
                if !choices.has(text) {
                    self.findings.unsupported(node, codes::ENUM, choices.values());
                }
            }
            (Shape::Int32 | Shape::IntOrString, Data::Int(_) | Data::Uint(_) | Data::Float(_)) => {
                self.integer(node, i64::from(i32::MIN), i64::from(i32::MAX), shape);
            }
            (Shape::Int64, Data::Int(_) | Data::Uint(_) | Data::Float(_)) => {
                self.integer(node, i64::MIN, i64::MAX, shape);
            }
            (Shape::Quantity, Data::String(text)) => {
                if Quantity::parse(text).is_none() {
                    self.findings
                        .invalid(node, codes::QUANTITY, "quantities must be a number with an optional suffix")
                        .hint("write a number such as `500m`, `2`, `512Mi` or `1Gi`");
                }
            }
            (Shape::Time, Data::String(text)) => {
                if !text.is_empty() && text.parse::<jiff::Timestamp>().is_err() {
                    self.wrong(node, shape);
                }
            }
            (Shape::Bytes, Data::String(text)) => {
                if !is_base64(text) {
                    self.findings
                        .invalid(node, codes::BASE64, "illegal base64 data")
                        .hint("encode the value, or give it as it is under `stringData`");
                }
            }
            (
                Shape::Ref(kind)
                | Shape::RefOrList(kind)
                | Shape::RefOrBool(kind)
                | Shape::RefOrStrings(kind),
                Data::Map(_),
            ) => {
                self.object(node, kind, depth);
            }
            (Shape::RefOrList(kind), Data::List(list)) => {
                for item in list.iter() {
                    self.value(item, Shape::Ref(kind), depth + 1);
                }
            }
            (Shape::RefOrStrings(_), Data::List(list)) => {
                for item in list.iter() {
                    self.value(item, Shape::String, depth + 1);
                }
            }
            (Shape::Map(inner), Data::Map(map)) => {
                let inner = inner.shape();
                for entry in map.entries() {
                    self.value(&entry.value, inner, depth + 1);
                }
            }
            (Shape::List(list), Data::List(items)) => {
                let inner = list.item();
                for item in items.iter() {
                    self.value(item, inner, depth + 1);
                }
            }
            _ => self.wrong(node, shape),
        }
    }

    fn integer(&mut self, node: &Node, low: i64, high: i64, shape: Shape) {
        match node.as_i64() {
            Some(value) if (low..=high).contains(&value) => {}
            Some(_) => {
                let bits = if high == i64::MAX { 64 } else { 32 };
                self.findings.invalid(node, codes::TYPE, &format!("must fit into {bits} bits"));
            }
            None => self.wrong(node, shape),
        }
    }

    fn wrong(&mut self, node: &Node, shape: Shape) {
        let is = match node.data() {
            Data::Null => "null",
            Data::Bool(_) => "a boolean",
            Data::Int(_) | Data::Uint(_) => "an integer",
            Data::Float(_) => "a number",
            Data::String(_) => "a string",
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
        };
        let help = match (shape, node.data()) {
            (
                Shape::String | Shape::Enum(_),
                Data::Bool(_) | Data::Int(_) | Data::Uint(_) | Data::Float(_),
            ) => Some("put it in quotes"),
            (Shape::Int32 | Shape::Int64 | Shape::Number, Data::String(text))
                if text.parse::<f64>().is_ok() =>
            {
                Some("write it without quotes")
            }
            (Shape::Bool, Data::String(text)) if matches!(&**text, "true" | "false") => {
                Some("write it without quotes")
            }
            (Shape::List(_), Data::Map(_)) => Some("begin each item with `- `"),
            _ => None,
        };
        let is =
            if is == "a number" && matches!(shape, Shape::Int32 | Shape::Int64) { "a fraction" } else { is };
        let finding = self.findings.says(node, codes::TYPE, &format!("must be {}, is {is}", shape.words()));
        finding.help = help.map(str::to_owned);
    }
}

/// Required texts that an API server takes empty.
const MAY_BE_EMPTY: &[(&str, &str)] = &[
    ("apps.v1.StatefulSetSpec", "serviceName"),
    ("core.v1.HTTPHeader", "value"),
    ("core.v1.LocalObjectReference", "name"),
    ("core.v1.Sysctl", "value"),
    ("rbac.v1.RoleRef", "apiGroup"),
];

/// The field that an unknown key is likely meant to be.
fn misspelt(node: &Node, entry: &Entry, kind: Type) -> Option<&'static str> {
    if kind.field(&entry.key).is_some() {
        return None;
    }
    let fields = kind.fields().iter().map(|field| field.name).filter(|name| node.get(name).is_none());
    nearest(&entry.key, fields)
}

/// Fields that the document of the API calls required and the API server does not ask for.
fn excused(kind: Type, field: Field) -> bool {
    match kind.name() {
        // Quirk: an empty name of an image pull secret is taken, with a warning (pkg/api/pod/warnings.go).
        "core.v1.LocalObjectReference" => true,
        // An object without metadata has no name; the rule for names says so.
        _ => field.name == "metadata",
    }
}

/// Whether Go's `base64.StdEncoding` decodes it: line ends are skipped, padding is asked for.
pub(super) fn is_base64(text: &str) -> bool {
    let mut count = 0_usize;
    let mut padding = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'\r' | b'\n' => {}
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => count += 1,
            _ => return false,
        }
    }
    (count + padding).is_multiple_of(4) && padding <= 2 && (padding == 0 || !count.is_multiple_of(4))
}
