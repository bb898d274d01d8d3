//! [`Set`]: the templates that can call each other.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::ast::Tree;
use super::error::ParseError;
use super::func::FuncMap;
use super::parser::{Parsed, parse};
use crate::diag::{Source, SourceKind};
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
            let name = Str::from(tree.name());
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

/// Texts that were parsed before, such as the arguments of `tpl`: each is parsed once.
#[derive(Default)]
pub struct Cache {
    parsed: RefCell<HashMap<Str, Result<Parsed, ParseError>>>,
}

impl Cache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The templates of `text`, whose own name is always `name`.
    pub fn parse(&self, name: &str, text: &Str, funcs: &FuncMap) -> Result<Parsed, ParseError> {
        if let Some(parsed) = self.parsed.borrow().get(text) {
            return parsed.clone();
        }
        let parsed = parse(&Source::from_bytes(SourceKind::Template, name, text.as_bytes()), funcs);
        self.parsed.borrow_mut().insert(text.clone(), parsed.clone());
        parsed
    }
}
