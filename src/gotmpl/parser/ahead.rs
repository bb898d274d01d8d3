//! Glances at many texts, thrown while something else is done.

use std::rc::Rc;

use super::glance::{self, Survey};
use super::{ParseError, Parsed, parse_lazily, parse_surveyed};
use crate::both::Ahead;
use crate::diag::Source;
use crate::gotmpl::func::FuncMap;

/// Bytes of templates that are worth a second thread.
pub(super) const MUCH: usize = 32 << 10;

/// Texts that are to be parsed, and what was seen of them already. A second thread looks at them if they are many bytes,
/// and makes nodes of what will surely run if time is left.
pub struct Glances {
    surveys: Ahead<Source, Option<Survey>>,
    funcs: FuncMap,
}

impl Glances {
    /// Begins to look at these texts.
    #[must_use]
    pub fn new(sources: Vec<Source>, funcs: &FuncMap) -> Self {
        let bytes: usize = sources.iter().map(|source| source.text().len()).sum();
        let (known, funcs) = (funcs.clone(), funcs.clone());
        let survey = move |source: &Source| glance::survey(source, &known);
        let known = funcs.clone();
        let build = move |source: &Source, survey: &mut Option<Survey>| {
            if let Some(survey) = survey {
                glance::build_whole(source, &known, survey);
            }
        };
        Self { surveys: Ahead::twice(sources, bytes >= MUCH, survey, build), funcs }
    }

    /// The text of this number as [`parse_lazily`](super::parse_lazily) gives it; best asked for in the order of the
    /// texts. It may have got another name meanwhile.
    ///
    /// # Errors
    /// Go's message with the line Go reports.
    pub fn parse(&self, number: usize, renamed: Option<&Source>) -> Result<Parsed, ParseError> {
        let survey = self.surveys.result(number).flatten();
        let source = renamed.or_else(|| self.surveys.items().get(number));
        source.map_or_else(
            || Ok(Parsed { trees: Rc::default() }),
            |source| parse_surveyed(source, survey, &self.funcs),
        )
    }

    /// The text as `parse_lazily` gives it.
    ///
    /// # Errors
    /// Go's message with the line Go reports.
    pub fn parse_other(&self, source: &Source) -> Result<Parsed, ParseError> {
        parse_lazily(source, &self.funcs)
    }
}
