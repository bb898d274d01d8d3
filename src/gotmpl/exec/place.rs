//! Where functions are called from, for hosts whose randomness depends on it.

use std::collections::HashMap;

use super::Run;

/// The place of each call: the file, the calls that led there, the expression.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The file that is rendered and the expressions of the calls that are open.
    chain: Vec<String>,
    /// The expression of the function called last; nothing once it asked.
    current: Option<String>,
    /// How often each place was evaluated so far.
    turns: HashMap<String, u64>,
}

impl Places {
    /// The places of a file of this name.
    pub(super) fn of(file: String) -> Self {
        Self { chain: vec![file], ..Self::default() }
    }

    /// A function is called by this expression.
    pub(super) fn call(&mut self, expression: String) {
        self.current = Some(expression);
    }

    /// The place of the function that is being called and how often it was evaluated before; nothing when it is
    /// asked again.
    fn take(&mut self) -> Option<(String, u64)> {
        let expression = self.current.take()?;
        let mut place = self.chain.join("\n");
        place.push('\n');
        place.push_str(&expression);
        let turn = self.turns.entry(place.clone()).or_default();
        *turn += 1;
        Some((place, *turn - 1))
    }
}

impl Run {
    /// What runs until [`Run::leave`] was called by the function or action that is evaluated now.
    pub(super) fn enter(&mut self) {
        if let Some(places) = &self.places {
            let mut places = places.borrow_mut();
            let expression = places.current.clone().unwrap_or_default();
            places.chain.push(expression);
        }
    }

    /// Ends what [`Run::enter`] began.
    pub(super) fn leave(&mut self) {
        if let Some(places) = &self.places {
            places.borrow_mut().chain.pop();
        }
    }

    /// See [`crate::gotmpl::func::CallCtx::place`].
    pub(in crate::gotmpl) fn place(&self) -> Option<(String, u64)> {
        self.places.as_ref()?.borrow_mut().take()
    }
}
