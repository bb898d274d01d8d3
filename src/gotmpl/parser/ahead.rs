//! Glances at many texts, thrown while something else is done.

use super::glance::{self, Survey};
use super::{ParseError, Parsed, parse_surveyed};
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
    /// Each text as [`parse_lazily`](super::parse_lazily) gives it, in their order.
    pub fn parse_each(&self) -> impl Iterator<Item = Result<Parsed, ParseError>> {
        let surveyed = self.sources.iter().zip(self.surveys.results());
        surveyed.map(|(source, survey)| parse_surveyed(source, survey, self.funcs))
    }
}
