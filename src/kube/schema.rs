//! The types of Kubernetes 1.37, from one text that the build script reads: nothing is parsed or built when the program
//! runs. How the text is made: `tests/kube-schema`; how it is read: `schema_file.rs`.

use std::cmp::Ordering;
use std::fmt;

use crate::bytes::short;

// KINDS, TYPES, FIELDS, INNER, CHOICES
include!(concat!(env!("OUT_DIR"), "/schema.rs"));

/// A type: its name, and which of [`FIELDS`] are its own.
struct Row {
    name: &'static str,
    first: u16,
    end: u16,
}

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

/// A type: a name and fields. Which one it is stands in it as a number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Type(u16);

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A field of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in a manifest.
    pub name: &'static str,
    /// Whether the API's document calls it required.
    pub required: bool,
    shape: Shape,
    /// How the name begins, as [`short::start`] tells.
    start: u64,
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
    Ref(Type),
    /// An object of a type, or a list of them.
    RefOrList(Type),
    /// An object of a type, or a boolean.
    RefOrBool(Type),
    /// An object of a type, or a list of texts.
    RefOrStrings(Type),
    /// A map of texts to this.
    Map(Inner),
    /// A list of this.
    List(List),
}

/// The shape inside a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inner(u16);

/// A list's items and how two lists of it merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List(u16);

/// The values of an enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices(u16);

/// The kind of `apiVersion` and `kind`; none for custom resources and for versions that are gone.
#[must_use]
pub fn kind(api_version: &str, kind: &str) -> Option<Kind> {
    let order = |(version, name, _): &(&str, &str, _)| {
        let versions = short::order(version.as_bytes(), api_version.as_bytes());
        versions.then_with(|| short::order(name.as_bytes(), kind.as_bytes()))
    };
    let at = KINDS.binary_search_by(order).ok()?;
    KINDS.get(at).map(|(_, _, kind)| *kind)
}

/// The type of a name such as `core.v1.PodSpec`.
#[must_use]
pub fn named(name: &str) -> Option<Type> {
    let at = TYPES.binary_search_by(|row| short::order(row.name.as_bytes(), name.as_bytes())).ok()?;
    u16::try_from(at).ok().map(Type)
}

/// Every kind: `apiVersion`, kind and scope.
pub fn kinds() -> impl Iterator<Item = (&'static str, &'static str, Scope)> {
    KINDS.iter().map(|(api_version, name, kind)| (*api_version, *name, kind.scope))
}

/// Every type, sorted by name.
pub fn types() -> impl Iterator<Item = Type> {
    (0..).map(Type).take(TYPES.len())
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
        TYPES.get(usize::from(self.0)).map_or("", |row| row.name)
    }

    /// Its fields, sorted by bytes.
    #[must_use]
    pub fn fields(self) -> &'static [Field] {
        let own = TYPES.get(usize::from(self.0)).map_or(0..0, |row| row.first.into()..row.end.into());
        FIELDS.get(own).unwrap_or_default()
    }

    /// The field of a name.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Field> {
        let fields = self.fields();
        let at = fields.binary_search_by(|field| short::order(field.name.as_bytes(), name.as_bytes()));
        at.ok().and_then(|at| fields.get(at)).copied()
    }
}

impl Field {
    const fn new(name: &'static str, required: bool, shape: Shape) -> Self {
        Self { name, required, shape, start: short::start(name.as_bytes()) }
    }

    /// The order of its name and another, whose [`short::start`] is known.
    #[inline]
    pub(crate) fn order(&self, name: &str, start: u64) -> Ordering {
        let order = self.start.cmp(&start);
        order.then_with(|| short::order(self.name.as_bytes(), name.as_bytes()))
    }

    /// What it takes.
    #[must_use]
    pub fn shape(self) -> Shape {
        self.shape
    }
}

impl Shape {
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
        inner(self.0).0
    }
}

/// A shape inside a list or map, and the list's marks.
fn inner(at: u16) -> (Shape, &'static str) {
    INNER.get(usize::from(at)).copied().unwrap_or((Shape::Any, ""))
}

impl List {
    /// The shape of its items.
    #[must_use]
    pub fn item(self) -> Shape {
        inner(self.0).0
    }

    fn marks(self) -> &'static str {
        inner(self.0).1
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
        self.text().split('|')
    }

    fn text(self) -> &'static str {
        CHOICES.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// Whether `text` is one of them.
    #[must_use]
    pub fn has(self, text: &str) -> bool {
        // They are short: a search made for long texts takes longer to begin than this one to end.
        self.text().as_bytes().split(|byte| *byte == b'|').any(|value| short::is(value, text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shape as the text has it.
    fn written(shape: Shape) -> String {
        match shape {
            Shape::String => "s".to_owned(),
            Shape::Enum(choices) => format!("({})", choices.values().collect::<Vec<_>>().join("|")),
            Shape::Bool => "b".to_owned(),
            Shape::Int32 => "i".to_owned(),
            Shape::Int64 => "l".to_owned(),
            Shape::Number => "d".to_owned(),
            Shape::Quantity => "q".to_owned(),
            Shape::IntOrString => "x".to_owned(),
            Shape::Time => "t".to_owned(),
            Shape::Bytes => "y".to_owned(),
            Shape::Object => "o".to_owned(),
            Shape::Any => "*".to_owned(),
            Shape::Ref(kind) => format!("@{}", kind.name()),
            Shape::RefOrList(kind) => format!("A@{}", kind.name()),
            Shape::RefOrBool(kind) => format!("B@{}", kind.name()),
            Shape::RefOrStrings(kind) => format!("S@{}", kind.name()),
            Shape::Map(inner) => format!("{{{}", written(inner.shape())),
            Shape::List(list) => format!("[{}{}", written(list.item()), list.marks()),
        }
    }

    #[test]
    fn the_tables_say_what_the_file_says() {
        let scope = |scope| match scope {
            Scope::Namespaced => "N",
            Scope::Cluster => "C",
            Scope::Subresource => "S",
        };
        let kinds = KINDS.iter().map(|(version, name, kind)| {
            format!("{version}/{name} {} {}", scope(kind.scope), kind.root.name())
        });
        let types = types().map(|kind| {
            let fields = kind.fields().iter().map(|field| {
                let mark = if field.required { "!" } else { "" };
                format!(" {}{mark}:{}", field.name, written(field.shape()))
            });
            format!("{}{}", kind.name(), fields.collect::<String>())
        });
        let mut said: Vec<String> = kinds.chain(types).collect();
        said.sort();
        let lines = include_str!("schema.txt").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(said, lines.collect::<Vec<_>>());
        assert!(said.len() > 800, "{}", said.len());
    }

    #[test]
    fn a_file_that_is_not_understood_stops_the_build() {
        use crate::kube::schema_file::tables;
        let mistake = |text: &str| tables(text).err().unwrap_or_default();
        assert_eq!(mistake("a.B c:@a.B d!:[@a.B^e\nv1/B N a.B\n"), "");
        assert_eq!(mistake("a.B c:@a.C\n"), "a.B: no type is called `a.C`");
        assert_eq!(mistake("a.B c:?\n"), "a.B: `?` is no shape");
        assert_eq!(mistake("a.B c\n"), "a.B: `c` has no shape");
        assert_eq!(mistake("a.B d:s c:s\n"), "a.B: `c` must stand before `d`");
        assert_eq!(mistake("b.B\na.B\n"), "types must be sorted, and stand once");
        assert_eq!(mistake("a.B\nv1/B X a.B\n"), "v1/B X a.B: no scope is called `X`");
        assert_eq!(mistake("a.B\nv1/B N\n"), "v1/B N: a kind has a scope and a type");
    }

    #[test]
    fn every_line_is_found() {
        for kind in types() {
            assert_eq!(named(kind.name()), Some(kind));
            assert!(kind.fields().is_sorted_by(|one, other| one.name < other.name), "{kind:?}");
            for field in kind.fields() {
                assert_eq!(kind.field(field.name), Some(*field));
            }
            assert_eq!(kind.field("zzz"), None);
        }
        for (api_version, name, _) in kinds() {
            let found = kind(api_version, name).unwrap_or_else(|| panic!("{api_version} {name}"));
            assert!(types().any(|kind| kind == found.root), "{api_version} {name}");
        }
        assert!(named("").is_none() && named("zzz").is_none() && kind("v1", "Nothing").is_none());
        assert!(named("core.v1.PodSpe").is_none() && named("core.v1.PodSpecs").is_none());
    }

    #[test]
    fn lists_know_their_keys() {
        let ports = named("core.v1.ServiceSpec").and_then(|spec| spec.field("ports")).map(Field::shape);
        let Some(Shape::List(list)) = ports else { panic!("{ports:?}") };
        assert_eq!(list.keys().collect::<Vec<_>>(), ["port", "protocol"]);
        assert_eq!(list.merge_key(), Some("port"));
        assert_eq!(Some(list.item()), named("core.v1.ServicePort").map(Shape::Ref));
    }
}
