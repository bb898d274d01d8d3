//! Words that a view is made of.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A text of ours, which is part of the program, or one that was made.
#[derive(Clone, Debug)]
pub(crate) enum Words {
    /// A text of the program.
    Fixed(&'static str),
    /// A text that was made; a clone shares it.
    Made(Arc<str>),
}

impl Words {
    /// The same as a text that can be shared with others.
    pub(crate) fn shared(&self) -> Arc<str> {
        match self {
            Self::Fixed(text) => Arc::from(*text),
            Self::Made(text) => Arc::clone(text),
        }
    }
}

impl Deref for Words {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
            Self::Made(text) => text,
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl From<&'static str> for Words {
    fn from(text: &'static str) -> Self {
        Self::Fixed(text)
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self::Made(text.into())
    }
}

impl From<Arc<str>> for Words {
    fn from(text: Arc<str>) -> Self {
        Self::Made(text)
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Words {}

impl PartialOrd for Words {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Words {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (**self).cmp(other)
    }
}
