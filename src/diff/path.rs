//! Where in an object a change stands.

use std::fmt;
use std::sync::Arc;

use crate::codec::{Node, json};

/// One step from an object's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The value of a key.
    Key(Arc<str>),
    /// The item of a list that has these values at its keys, in the order of the keys.
    Item(Vec<(String, String)>),
    /// The item of a set: its own text.
    Value(String),
    /// An item by its position, from 0.
    Index(usize),
}

/// The steps from an object's root: `spec.template.spec.containers[web].image`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The keys up to the first item of a list.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map_while(|step| match step {
            Step::Key(key) => Some(&**key),
            _ => None,
        })
    }

    /// Whether it begins with these keys.
    #[must_use]
    pub fn starts_with(&self, keys: &[&str]) -> bool {
        self.keys().take(keys.len()).eq(keys.iter().copied())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_plain(key) => {
                    if index > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(key)?;
                }
                Step::Key(key) => write!(f, "[{}]", quoted(key))?,
                Step::Index(at) => write!(f, "[{at}]")?,
                Step::Value(text) => write!(f, "[{}]", value(text))?,
                Step::Item(keys) => match keys.as_slice() {
                    [(key, text)] if key == "name" => write!(f, "[{}]", value(text))?,
                    keys => {
                        let keys: Vec<String> =
                            keys.iter().map(|(key, text)| format!("{key}={}", value(text))).collect();
                        write!(f, "[{}]", keys.join(","))?;
                    }
                },
            }
        }
        Ok(())
    }
}

/// Whether a key needs no quotes in a path.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

fn value(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && !"[],=\"".contains(c));
    if plain { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    json::write_raw(&Node::string(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_the_ones_of_kubectl() {
        let key = |text: &str| Step::Key(text.into());
        let item = |keys: &[(&str, &str)]| {
            Step::Item(keys.iter().map(|(key, text)| ((*key).into(), (*text).into())).collect())
        };
        let path = Path(vec![key("spec"), key("containers"), item(&[("name", "web")]), key("image")]);
        assert_eq!(path.to_string(), "spec.containers[web].image");
        let path = Path(vec![
            key("ports"),
            item(&[("port", "53"), ("protocol", "UDP")]),
            key("a.b/c"),
            Step::Index(2),
        ]);
        assert_eq!(path.to_string(), r#"ports[port=53,protocol=UDP]["a.b/c"][2]"#);
        assert_eq!(Path(vec![key(""), Step::Value("a,b".into())]).to_string(), r#"[""]["a,b"]"#);
    }
}
