//! Glances at many texts, thrown while something else is done.

use std::rc::Rc;

use super::glance::{self, Survey};
use super::{ParseError, Parsed, parse_lazily, parse_surveyed};
use crate::both::{Ahead, ahead_twice};
use crate::diag::Source;
use crate::gotmpl::func::FuncMap;

/// Bytes of templates that are worth a second thread.
pub(super) const MUCH: usize = 32 << 10;

/// Texts that are to be parsed, and what was seen of them already.
pub struct Glances<'a> {
    sources: &'a [Source],
    funcs: &'a FuncMap,
    surveys: &'a Ahead<'a, Source, Option<Survey>>,
}

/// Runs `meanwhile`, which will want these texts parsed; a second thread already looks at them if they are many bytes,
/// and makes nodes of what will surely run if time is left.
pub fn glance_ahead<A>(sources: &[Source], funcs: &FuncMap, meanwhile: impl FnOnce(Glances<'_>) -> A) -> A {
    let bytes: usize = sources.iter().map(|source| source.text().len()).sum();
    let survey = |source: &Source| glance::survey(source, funcs);
    let build = |source: &Source, survey: &mut Option<Survey>| {
        if let Some(survey) = survey {
            glance::build_whole(source, funcs, survey);
        }
    };
    ahead_twice(sources, bytes >= MUCH, survey, build, |surveys| {
        meanwhile(Glances { sources, funcs, surveys })
    })
}

impl Glances<'_> {
    /// The text of this number as [`parse_lazily`](super::parse_lazily) gives it; best asked for in the order of the
    /// texts. It may have got another name meanwhile.
    ///
    /// # Errors
    /// Go's message with the line Go reports.
    pub fn parse(&self, number: usize, renamed: Option<&Source>) -> Result<Parsed, ParseError> {
        let survey = self.surveys.result(number).flatten();
        let source = renamed.or_else(|| self.sources.get(number));
        source.map_or_else(
            || Ok(Parsed { trees: Rc::default() }),
            |source| parse_surveyed(source, survey, self.funcs),
        )
    }

    /// The text as `parse_lazily` gives it.
    ///
    /// # Errors
    /// Go's message with the line Go reports.
    pub fn parse_other(&self, source: &Source) -> Result<Parsed, ParseError> {
        parse_lazily(source, self.funcs)
    }
}
