//! The drafts of JSON Schema.

use crate::codec::{Map, Node};

/// A draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Draft {
    D4,
    D6,
    D7,
    D2019,
    #[default]
    D2020,
}

/// Where subschemas stand below a keyword.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// The value itself.
    Value,
    /// Each value of a map.
    Values,
    /// Each item of a list.
    Items,
    /// The value itself, or each item if it is a list.
    Either,
}

/// Keywords with subschemas, by the draft that brought them.
// Rule: github.com/santhosh-tekuri/jsonschema v6.0.3, draft.go.
pub(super) const SUBSCHEMAS: &[(Draft, &str, At)] = &[
    (Draft::D4, "definitions", At::Values),
    (Draft::D4, "not", At::Value),
    (Draft::D4, "allOf", At::Items),
    (Draft::D4, "anyOf", At::Items),
    (Draft::D4, "oneOf", At::Items),
    (Draft::D4, "properties", At::Values),
    (Draft::D4, "additionalProperties", At::Value),
    (Draft::D4, "patternProperties", At::Values),
    (Draft::D4, "items", At::Either),
    (Draft::D4, "additionalItems", At::Value),
    (Draft::D4, "dependencies", At::Values),
    (Draft::D6, "propertyNames", At::Value),
    (Draft::D6, "contains", At::Value),
    (Draft::D7, "if", At::Value),
    (Draft::D7, "then", At::Value),
    (Draft::D7, "else", At::Value),
    (Draft::D2019, "$defs", At::Values),
    (Draft::D2019, "dependentSchemas", At::Values),
    (Draft::D2019, "unevaluatedProperties", At::Value),
    (Draft::D2019, "unevaluatedItems", At::Value),
    (Draft::D2019, "contentSchema", At::Value),
    (Draft::D2020, "prefixItems", At::Items),
];

impl Draft {
    pub(super) fn url(self) -> &'static str {
        match self {
            Self::D4 => "http://json-schema.org/draft-04/schema",
            Self::D6 => "http://json-schema.org/draft-06/schema",
            Self::D7 => "http://json-schema.org/draft-07/schema",
            Self::D2019 => "https://json-schema.org/draft/2019-09/schema",
            Self::D2020 => "https://json-schema.org/draft/2020-12/schema",
        }
    }

    /// The draft a `$schema` names.
    pub(super) fn from_url(url: &str) -> Option<Self> {
        let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
        if !fragment.is_empty() {
            return None;
        }
        let url = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or(url);
        Some(match url {
            "json-schema.org/schema" | "json-schema.org/draft/2020-12/schema" => Self::D2020,
            "json-schema.org/draft/2019-09/schema" => Self::D2019,
            "json-schema.org/draft-07/schema" => Self::D7,
            "json-schema.org/draft-06/schema" => Self::D6,
            "json-schema.org/draft-04/schema" => Self::D4,
            _ => return None,
        })
    }

    pub(super) fn id_keyword(self) -> &'static str {
        if self == Self::D4 { "id" } else { "$id" }
    }

    /// The id of a schema without its fragment; none if it has none, or one that does not count.
    pub(super) fn id(self, schema: &Map) -> Option<&str> {
        if self < Self::D2019 && schema.get("$ref").is_some() {
            return None;
        }
        let id = schema.get(self.id_keyword()).and_then(Node::as_str)?;
        Some(id.split_once('#').map_or(id, |(id, _)| id)).filter(|id| !id.is_empty())
    }

    /// The subschemas of a schema with their JSON pointers.
    pub(super) fn subschemas<'n>(self, schema: &'n Map, pointer: &str) -> Vec<(String, &'n Node)> {
        let mut found = Vec::new();
        for &(since, keyword, at) in SUBSCHEMAS {
            let Some(value) = schema.get(keyword).filter(|_| since <= self) else { continue };
            let pointer = join(pointer, keyword);
            if matches!(at, At::Value | At::Either) {
                found.push((pointer.clone(), value));
            }
            if at == At::Values {
                let entries = value.as_map().map(Map::entries).unwrap_or_default();
                found.extend(entries.iter().map(|entry| (join(&pointer, &entry.key), &entry.value)));
            }
            if matches!(at, At::Items | At::Either) {
                let items = value.as_list().unwrap_or_default().iter().enumerate();
                found.extend(items.map(|(index, item)| (format!("{pointer}/{index}"), item)));
            }
        }
        found
    }
}

/// A JSON pointer with one more token.
pub(super) fn join(pointer: &str, token: &str) -> String {
    let mut out = String::with_capacity(pointer.len() + token.len() + 1);
    out.push_str(pointer);
    push_token(&mut out, token);
    out
}

/// Adds a token to a JSON pointer.
pub(super) fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}
