//! [`Failure`]: why a value does not fit, in the words of the library Helm uses.
// Rule: github.com/santhosh-tekuri/jsonschema v6.0.3, kind/kind.go and output.go.

use std::sync::Arc;

use crate::codec::{Data, Node};
use crate::diag::Place;

use super::super::text::{go_value, quote as go_quote};
use super::decimal::{count_text, float_text};
use super::model::Types;

/// One failure, with the failures that led to it.
#[derive(Debug)]
pub(super) struct Failure {
    /// The value's JSON pointer.
    pub(super) pointer: String,
    /// Where the value was written.
    pub(super) place: Option<Place>,
    pub(super) kind: Kind,
    pub(super) causes: Vec<Failure>,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// Not said: only whether there is a failure was asked.
    Unsaid,
    /// Several failures of one schema.
    Group,
    /// Failures behind a reference.
    Reference,
    FalseSchema,
    Cycle(String),
    Type {
        got: &'static str,
        want: Types,
    },
    Const(Node),
    Enum(Arc<[Node]>),
    Format {
        got: Node,
        name: &'static str,
        why: String,
    },
    /// `minProperties` and the like.
    Count {
        keyword: &'static str,
        got: usize,
        want: i64,
    },
    /// `minimum` and the like.
    Number {
        keyword: &'static str,
        got: f64,
        want: f64,
    },
    Required(Vec<Arc<str>>),
    Dependency {
        property: Arc<str>,
        missing: Vec<Arc<str>>,
    },
    AdditionalProperties(Vec<Arc<str>>),
    PropertyName(Arc<str>),
    Duplicates(usize, usize),
    AdditionalItems(usize),
    Contains,
    MinContains {
        got: Vec<usize>,
        want: i64,
    },
    MaxContains {
        got: Vec<usize>,
        want: i64,
    },
    Pattern {
        got: Arc<str>,
        want: Arc<str>,
    },
    Not,
    AllOf,
    AnyOf,
    OneOf(Option<(usize, usize)>),
}

impl Failure {
    /// The message without the place.
    pub(super) fn message(&self) -> String {
        match &self.kind {
            Kind::Unsaid | Kind::Group | Kind::Reference => "validation failed".to_owned(),
            Kind::FalseSchema => "false schema".to_owned(),
            Kind::Cycle(text) => text.clone(),
            Kind::Type { got, want } => format!("got {got}, want {}", want.names().join(" or ")),
            Kind::Const(want) => match want.data() {
                Data::List(_) | Data::Map(_) => "'const' failed".to_owned(),
                _ => format!("value must be {}", display(want)),
            },
            Kind::Enum(want) => enumeration(want),
            Kind::Format { got, name, why } => format!("{} is not valid {name}: {why}", display(got)),
            Kind::Count { keyword, got, want } => {
                format!("{keyword}: got {}, want {}", count(*got), count_text(*want))
            }
            Kind::Number { keyword, got, want } => {
                format!("{keyword}: got {}, want {}", float_text(*got), float_text(*want))
            }
            Kind::Required(missing) => match missing.as_slice() {
                [one] => format!("missing property {}", quote(one)),
                all => format!("missing properties {}", quote_all(all)),
            },
            Kind::Dependency { property, missing } => {
                format!("properties {} required, if {} exists", quote_all(missing), quote(property))
            }
            Kind::AdditionalProperties(names) => {
                format!("additional properties {} not allowed", quote_all(names))
            }
            Kind::PropertyName(name) => format!("invalid propertyName {}", quote(name)),
            Kind::Duplicates(one, two) => format!("items at {} and {} are equal", count(*one), count(*two)),
            Kind::AdditionalItems(number) => format!("last {} additionalItem(s) not allowed", count(*number)),
            Kind::Contains => "no items match contains schema".to_owned(),
            Kind::MinContains { got, want } if got.is_empty() => {
                format!("min {} items required to match contains schema, but none matched", count_text(*want))
            }
            Kind::MinContains { got, want } => contains("min", got, *want),
            Kind::MaxContains { got, want } => contains("max", got, *want),
            Kind::Pattern { got, want } => format!("{} does not match pattern {}", quote(got), quote(want)),
            Kind::Not => "'not' failed".to_owned(),
            Kind::AllOf => "'allOf' failed".to_owned(),
            Kind::AnyOf => "'anyOf' failed".to_owned(),
            Kind::OneOf(None) => "'oneOf' failed, none matched".to_owned(),
            Kind::OneOf(Some((one, two))) => {
                format!("'oneOf' failed, subschemas {}, {} matched", count(*one), count(*two))
            }
        }
    }

    /// Whether it is left out of reports: a reference with one failure behind it.
    pub(super) fn is_silent(&self) -> bool {
        matches!(self.kind, Kind::Reference) && self.causes.len() == 1
    }
}

fn contains(which: &str, got: &[usize], want: i64) -> String {
    let at: Vec<_> = got.iter().map(ToString::to_string).collect();
    format!(
        "{which} {} items required to match contains schema, but matched {} items at {}",
        count_text(want),
        count(got.len()),
        at.join(" ")
    )
}

fn count(value: usize) -> String {
    count_text(i64::try_from(value).unwrap_or(i64::MAX))
}

fn enumeration(want: &[Node]) -> String {
    if want.iter().any(|node| matches!(node.data(), Data::List(_) | Data::Map(_))) {
        return "'enum' failed".to_owned();
    }
    let all: Vec<_> = want.iter().map(display).collect();
    match all.as_slice() {
        [one] => format!("value must be {one}"),
        all => format!("value must be one of {}", all.join(", ")),
    }
}

/// A scalar; a number of a schema as it was written there.
fn display(node: &Node) -> String {
    match node.data() {
        Data::String(text) => quote(text),
        Data::List(_) | Data::Map(_) => "value".to_owned(),
        Data::Float(_) => node.written().map_or_else(|| go_value(node), ToOwned::to_owned),
        _ => go_value(node),
    }
}

/// A text in single quotes.
pub(super) fn quote(text: &str) -> String {
    let quoted = go_quote(text).replace("\\\"", "\"").replace('\'', "\\'");
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    format!("'{inner}'")
}

fn quote_all(names: &[Arc<str>]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}
