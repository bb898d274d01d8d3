//! [`Set`]: the templates that can call each other.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::ast::Tree;
use super::error::ParseError;
use super::func::FuncMap;
use super::parser::{Parsed, parse_lazily};
use crate::diag::{Source, SourceKind, raw};
use crate::value::Str;

/// Templates by name. A set may stand on another one, which it hides where names are equal.
#[derive(Clone, Debug, Default)]
pub struct Set {
    own: HashMap<Str, Rc<Tree>>,
    base: Option<Rc<Set>>,
}

impl Set {
    /// A set without templates.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A set that sees the templates of `base` and can define further ones without changing it.
    #[must_use]
    pub fn on(base: &Rc<Set>) -> Self {
        Self { own: HashMap::new(), base: Some(base.clone()) }
    }

    /// Adds every template of a parsed text. A later template replaces an earlier one of the same name, unless the
    /// later is empty. Rule: text/template `Template.AddParseTree`.
    pub fn add(&mut self, parsed: &Parsed) {
        for tree in parsed.trees() {
            let name = Str::from_bytes(raw::restored(tree.name()));
            if !tree.is_empty() || self.get(&name).is_none() {
                self.own.insert(name, tree.clone());
            }
        }
    }

    /// The template of this name.
    pub fn get(&self, name: &Str) -> Option<&Rc<Tree>> {
        self.own.get(name).or_else(|| self.base.as_ref()?.get(name))
    }

    /// Every name, those of the base included, in no order; hidden ones may come twice.
    pub fn names(&self) -> Vec<&Str> {
        let mut names: Vec<&Str> = self.own.keys().collect();
        names.extend(self.base.iter().flat_map(|base| base.names()));
        names
    }
}

/// Texts that were parsed before, such as the arguments of `tpl`: one that comes again soon is not parsed again.
///
/// What was not asked for during the last [`RECENT`] new texts is forgotten, so that a chart that makes a text anew for
/// each call does not fill the memory.
#[derive(Default)]
pub struct Cache {
    keeps_all: bool,
    ages: RefCell<Ages>,
}

/// New texts after which what was not asked for meanwhile is forgotten.
const RECENT: usize = 256;

type Known = HashMap<Str, Result<Parsed, ParseError>>;

#[derive(Default)]
struct Ages {
    /// Asked for since the last time something was forgotten.
    new: Known,
    /// The rest.
    old: Known,
}

impl Ages {
    fn get(&mut self, text: &Str) -> Option<Result<Parsed, ParseError>> {
        if let Some(known) = self.new.get(text) {
            return Some(known.clone());
        }
        let (text, known) = self.old.remove_entry(text)?;
        self.new.insert(text, known.clone());
        Some(known)
    }
}

impl Cache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same; a text is never parsed twice, and what was parsed lives as long as the cache. For somebody who tells
    /// templates apart by where they lie in memory.
    #[must_use]
    pub fn keeping_all(mut self, keeps_all: bool) -> Self {
        self.keeps_all = keeps_all;
        self
    }

    /// The templates of `text`, whose own name is always `name`.
    pub fn parse(&self, name: &str, text: &Str, funcs: &FuncMap) -> Result<Parsed, ParseError> {
        if let Some(parsed) = self.ages.borrow_mut().get(text) {
            return parsed;
        }
        let parsed = parse_lazily(&Source::from_bytes(SourceKind::Template, name, text.as_bytes()), funcs);
        let mut ages = self.ages.borrow_mut();
        if !self.keeps_all && ages.new.len() >= RECENT {
            ages.old = std::mem::take(&mut ages.new);
        }
        ages.new.insert(text.clone(), parsed.clone());
        parsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_asks_for_is_forgotten() {
        let funcs = FuncMap::new(&[]);
        let often = Str::from_static("often");
        let known = |cache: &Cache| {
            let ages = cache.ages.borrow();
            (
                ages.new.len() + ages.old.len(),
                [&ages.new, &ages.old].iter().any(|age| age.contains_key(&often)),
            )
        };
        for keeps_all in [false, true] {
            let cache = Cache::new().keeping_all(keeps_all);
            for number in 0..RECENT * 4 {
                for text in [format!("a{number}"), "often".to_owned()] {
                    assert!(cache.parse("t", &text.as_str().into(), &funcs).is_ok());
                }
            }
            let (count, often) = known(&cache);
            assert!(often);
            assert_eq!(count > RECENT * 2, keeps_all, "{count}");
        }
    }
}
