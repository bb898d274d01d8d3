//! The types of Kubernetes 1.37 from one embedded text, sorted by name: a lookup is a binary search and
//! parses one line; nothing is built when the program starts. How the text is made: `tests/kube-schema`.

use std::cell::RefCell;
use std::rc::Rc;

use super::lookup::{self, Lines};
use crate::bytes::{near, short};

const TEXT: &str = include_str!("schema.txt");
static LINES: Lines<{ lookup::count(TEXT) }> = Lines::new(TEXT);

/// Whether objects of a kind live in a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster.
    Cluster,
    /// Part of another object, never stored by itself.
    Subresource,
}

/// A kind of the API.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Where its objects live.
    pub scope: Scope,
    /// The type of its objects.
    pub root: Type,
}

/// A type: a name and its fields, sorted by bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type {
    name: &'static str,
    fields: &'static str,
}

/// A field of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in a manifest.
    pub name: &'static str,
    /// Whether the API's document calls it required.
    pub required: bool,
    /// What it takes, not parsed yet.
    shape: Inner,
}

/// Types whose fields are mostly parsed once, for those who ask for the same ones again and again.
#[derive(Debug)]
pub struct Types(RefCell<[Option<Rc<Parsed>>; KEPT]>);

/// How many types are kept at most, a power of two: more than most inputs need.
const KEPT: usize = 256;

impl Default for Types {
    fn default() -> Self {
        Self(RefCell::new([const { None }; KEPT]))
    }
}

/// A type and its fields.
#[derive(Debug)]
pub struct Parsed {
    /// The type.
    pub kind: Type,
    /// Its fields, sorted by bytes.
    pub fields: Vec<Field>,
}

impl Types {
    /// The type of a name such as `core.v1.PodSpec`.
    #[must_use]
    pub fn named(&self, name: &'static str) -> Option<Rc<Parsed>> {
        let mut types = self.0.borrow_mut();
        let slot = types.get_mut(place(name))?;
        if let Some(known) =
            slot.as_ref().filter(|known| short::is(known.kind.name.as_bytes(), name.as_bytes()))
        {
            return Some(Rc::clone(known));
        }
        let kind = named(name)?;
        Some(Rc::clone(slot.insert(Rc::new(Parsed { kind, fields: kind.fields().collect() }))))
    }
}

/// Where a type of this name is kept. Names differ in their last letters and in their lengths.
fn place(name: &str) -> usize {
    let last = name.as_bytes().last_chunk().map_or(0, |last| u64::from_le_bytes(*last));
    let mixed = (last ^ name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize % KEPT
}

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Text.
    String,
    /// One of these texts.
    Enum(Choices),
    /// `true` or `false`.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// Any number.
    Number,
    /// An amount such as `1Gi`, as text or number.
    Quantity,
    /// A whole number or text.
    IntOrString,
    /// An RFC 3339 time.
    Time,
    /// Bytes in base64.
    Bytes,
    /// Any object.
    Object,
    /// Anything.
    Any,
    /// An object of a type.
    Ref(&'static str),
    /// An object of a type, or a list of them.
    RefOrList(&'static str),
    /// An object of a type, or a boolean.
    RefOrBool(&'static str),
    /// An object of a type, or a list of texts.
    RefOrStrings(&'static str),
    /// A map of texts to this.
    Map(Inner),
    /// A list of this.
    List(List),
}

/// The shape inside a list or map, not parsed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inner(&'static str);

/// A list's items and how two lists of it merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List(&'static str);

/// The values of an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices(&'static str);

fn line(key: &str) -> Option<(&'static str, &'static str)> {
    LINES.find(key)
}

/// The kind of `apiVersion` and `kind`; none for custom resources and for versions that are gone.
#[must_use]
pub fn kind(api_version: &str, kind: &str) -> Option<Kind> {
    let (_, rest) = line(&[api_version, "/", kind].concat())?;
    let (scope, name) = rest.split_once(' ')?;
    let scope = match scope {
        "N" => Scope::Namespaced,
        "C" => Scope::Cluster,
        _ => Scope::Subresource,
    };
    Some(Kind { scope, root: named(name)? })
}

/// The type of a name such as `core.v1.PodSpec`.
#[must_use]
pub fn named(name: &str) -> Option<Type> {
    line(name).map(|(name, fields)| Type { name, fields })
}

/// Every kind: `apiVersion`, kind and scope.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str, Scope)> {
    TEXT.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (word, rest) = line.split_once(' ')?;
        let (api_version, kind) = word.rsplit_once('/')?;
        let scope = match rest.get(..1)? {
            "N" => Scope::Namespaced,
            "C" => Scope::Cluster,
            _ => Scope::Subresource,
        };
        Some((api_version, kind, scope))
    })
}

/// Every type, sorted by name.
pub fn types() -> impl Iterator<Item = Type> {
    TEXT.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (name, fields) = line.split_once(' ').unwrap_or((line, ""));
        (!name.contains('/')).then_some(Type { name, fields })
    })
}

/// Whether some kind of the API has this `apiVersion`.
#[must_use]
pub fn serves(api_version: &str) -> bool {
    kinds().any(|(version, _, _)| version == api_version)
}

impl Type {
    /// Its name, such as `core.v1.PodSpec`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Its fields, sorted by bytes.
    pub fn fields(self) -> impl Iterator<Item = Field> {
        Words(self.fields).filter_map(Field::parse)
    }

    /// The field of a name.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Field> {
        self.fields().take_while(|field| field.name <= name).find(|field| field.name == name)
    }
}

/// The words of a line, one blank between them.
struct Words(&'static str);

impl Iterator for Words {
    type Item = &'static str;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let end = near::find(b' ', self.0.as_bytes()).unwrap_or(self.0.len());
        let word = self.0.get(..end)?;
        self.0 = self.0.get(end + 1..).unwrap_or_default();
        Some(word)
    }
}

impl Field {
    fn parse(word: &'static str) -> Option<Self> {
        let colon = near::find(b':', word.as_bytes())?;
        let (name, shape) = (word.get(..colon)?, Inner(word.get(colon + 1..)?));
        Some(match name.strip_suffix('!') {
            Some(name) => Self { name, required: true, shape },
            None => Self { name, required: false, shape },
        })
    }

    /// What it takes.
    #[must_use]
    pub fn shape(self) -> Shape {
        self.shape.shape()
    }
}

impl Shape {
    fn parse(text: &'static str) -> Option<Self> {
        let rest = text.get(1..)?;
        Some(match text.as_bytes().first()? {
            b's' => Self::String,
            b'(' => Self::Enum(Choices(rest.strip_suffix(')')?)),
            b'b' => Self::Bool,
            b'i' => Self::Int32,
            b'l' => Self::Int64,
            b'd' => Self::Number,
            b'q' => Self::Quantity,
            b'x' => Self::IntOrString,
            b't' => Self::Time,
            b'y' => Self::Bytes,
            b'o' => Self::Object,
            b'*' => Self::Any,
            b'@' => Self::Ref(rest),
            b'A' => Self::RefOrList(rest.get(1..)?),
            b'B' => Self::RefOrBool(rest.get(1..)?),
            b'S' => Self::RefOrStrings(rest.get(1..)?),
            b'{' => Self::Map(Inner(rest)),
            b'[' => Self::List(List(rest)),
            _ => return None,
        })
    }

    /// What it takes, in words for a message.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::String | Self::Enum(_) => "a string",
            Self::Bool => "a boolean",
            Self::Int32 | Self::Int64 => "an integer",
            Self::Number => "a number",
            Self::Quantity => "a quantity",
            Self::IntOrString => "an integer or a string",
            Self::Time => "a time such as `2026-01-31T12:00:00Z`",
            Self::Bytes => "base64 text",
            Self::Object | Self::Ref(_) | Self::Map(_) => "a map",
            Self::Any => "anything",
            Self::RefOrList(_) => "a map or a list",
            Self::RefOrBool(_) => "a map or a boolean",
            Self::RefOrStrings(_) => "a map or a list of strings",
            Self::List(_) => "a list",
        }
    }
}

impl Inner {
    /// The shape.
    #[must_use]
    pub fn shape(self) -> Shape {
        Shape::parse(self.0).unwrap_or(Shape::Any)
    }
}

impl List {
    /// The shape of its items.
    #[must_use]
    pub fn item(self) -> Shape {
        self.0.get(..self.end()).and_then(Shape::parse).unwrap_or(Shape::Any)
    }

    /// Where the shape of the items ends and the marks begin.
    fn end(self) -> usize {
        self.0.bytes().position(|byte| matches!(byte, b'%' | b'^' | b'~')).unwrap_or(self.0.len())
    }

    fn marks(self) -> &'static str {
        self.0.get(self.end()..).unwrap_or_default()
    }

    /// Whether it is a set: no item stands twice.
    #[must_use]
    pub fn is_set(self) -> bool {
        self.marks().contains('%')
    }

    /// The fields that tell its items apart in server-side apply; none for other lists.
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        self.mark('^').into_iter().flat_map(|keys| keys.split(','))
    }

    /// The field by which `kubectl apply` matches items; empty for lists of scalars that merge.
    #[must_use]
    pub fn merge_key(self) -> Option<&'static str> {
        self.mark('~')
    }

    fn mark(self, sign: char) -> Option<&'static str> {
        let (_, rest) = self.marks().split_once(sign)?;
        rest.split(['%', '^', '~']).next()
    }
}

impl Choices {
    /// The values; an empty one counts as not set.
    pub fn values(self) -> impl Iterator<Item = &'static str> {
        self.0.split('|')
    }

    /// Whether `text` is one of them.
    #[must_use]
    pub fn has(self, text: &str) -> bool {
        // They are short: a search made for long texts takes longer to begin than this one to end.
        self.0.as_bytes().split(|byte| *byte == b'|').any(|value| value == text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found_and_every_reference_leads_somewhere() {
        let mut types_seen = 0;
        for kind_type in types() {
            types_seen += 1;
            assert_eq!(named(kind_type.name()), Some(kind_type));
            let mut before = "";
            for field in kind_type.fields() {
                assert!(before < field.name, "{} {}", kind_type.name(), field.name);
                before = field.name;
                let mut shape = field.shape();
                loop {
                    shape = match shape {
                        Shape::List(list) => list.item(),
                        Shape::Map(inner) => inner.shape(),
                        Shape::Ref(name)
                        | Shape::RefOrList(name)
                        | Shape::RefOrBool(name)
                        | Shape::RefOrStrings(name) => {
                            assert!(named(name).is_some(), "{name}");
                            break;
                        }
                        _ => break,
                    };
                }
            }
            let words = kind_type.fields.split(' ').filter(|word| !word.is_empty()).count();
            assert_eq!(kind_type.fields().count(), words, "{}", kind_type.name());
        }
        assert!(types_seen > 600, "{types_seen}");
        for (api_version, name, _) in kinds() {
            assert!(kind(api_version, name).is_some(), "{api_version} {name}");
        }
        assert!(named("").is_none() && named("zzz").is_none() && kind("v1", "Nothing").is_none());
    }

    #[test]
    fn types_that_are_kept_in_one_place_are_told_apart() {
        let kept = Types::default();
        assert!(types().count() > KEPT);
        for _ in 0..2 {
            for kind in types() {
                let parsed = kept.named(kind.name()).expect("a type");
                assert_eq!(parsed.kind, kind);
                assert!(parsed.fields.iter().copied().eq(kind.fields()), "{}", kind.name());
            }
        }
        assert!(kept.named("").is_none() && kept.named("core.v1.Nothing").is_none());
    }

    #[test]
    fn lists_know_their_keys() {
        let ports = named("core.v1.ServiceSpec").and_then(|spec| spec.field("ports")).map(Field::shape);
        let Some(Shape::List(list)) = ports else { panic!("{ports:?}") };
        assert_eq!(list.keys().collect::<Vec<_>>(), ["port", "protocol"]);
        assert_eq!(list.merge_key(), Some("port"));
        assert_eq!(list.item(), Shape::Ref("core.v1.ServicePort"));
    }
}
