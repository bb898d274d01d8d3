//! Paths in the values, put together only when somebody asks for one.

use std::fmt;
use std::sync::Arc;

/// Steps that are kept apart; deeper paths are joined now and then.
const STEPS: usize = 6;
/// Room for most paths.
const ROOM: usize = 48;

/// The path to a position in the values.
#[derive(Clone, Default)]
pub(crate) struct Path<'v> {
    /// What stands before the steps.
    lead: String,
    steps: [Step<'v>; STEPS],
    count: usize,
}

/// One step down.
#[derive(Clone, Copy)]
enum Step<'v> {
    Key(&'v str),
    Item(usize),
}

impl Default for Step<'_> {
    fn default() -> Self {
        Self::Item(0)
    }
}

impl<'v> Path<'v> {
    /// The path of a key below this one.
    pub(crate) fn key(&self, key: &'v str) -> Self {
        self.step(Step::Key(key))
    }

    /// The path of a list's item below this one.
    pub(crate) fn item(&self, index: usize) -> Self {
        self.step(Step::Item(index))
    }

    fn step(&self, step: Step<'v>) -> Self {
        let mut path = self.clone();
        if path.count == STEPS {
            path = Self { lead: self.text(), ..Self::default() };
        }
        if let Some(next) = path.steps.get_mut(path.count) {
            *next = step;
            path.count += 1;
        }
        path
    }

    /// The path as a text.
    pub(crate) fn text(&self) -> String {
        let mut path = String::with_capacity(self.lead.len() + ROOM);
        path.push_str(&self.lead);
        for step in self.steps.iter().take(self.count) {
            match step {
                Step::Key(key) => add_key(&mut path, key),
                Step::Item(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }

    /// The path as a text that can be shared.
    pub(crate) fn shared(&self) -> Arc<str> {
        self.text().into()
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// Adds `.key` to a path, keys that hold dots in brackets.
pub(crate) fn add_key(path: &mut String, key: &str) {
    let (before, after) = match key {
        _ if path.is_empty() => ("", ""),
        _ if key.contains('.') => ("[\"", "\"]"),
        _ => (".", ""),
    };
    for part in [before, key, after] {
        path.push_str(part);
    }
}

/// `parent.key`, as [`add_key`] writes it.
pub(crate) fn join(parent: &str, key: &str) -> String {
    let mut path = String::with_capacity(parent.len() + key.len() + 4);
    path.push_str(parent);
    add_key(&mut path, key);
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_what_its_steps_join_to() {
        let keys = ["a", "b.c", "", "d", "e", "f", "g", "h.", "i"];
        let (mut path, mut joined) = (Path::default(), String::new());
        for (index, key) in keys.into_iter().enumerate() {
            path = path.key(key);
            joined = join(&joined, key);
            assert_eq!(path.text(), joined);
            path = path.item(index);
            joined = format!("{joined}[{index}]");
            assert_eq!(path.to_string(), joined);
        }
        assert!(joined.starts_with("a[0][\"b.c\"][1].[2].d[3]"), "{joined}");
    }
}
