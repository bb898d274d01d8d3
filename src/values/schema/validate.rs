//! The entry points: a value, a schema, a verdict.

use std::fmt;

use crate::codec::Node;
use crate::diag::{Level, LogLine, Place, Source};
use crate::value::budget;

use super::compile::Compiler;
use super::failure::Failure;
use super::load::{Env, Library, ROOT};
use super::text::read;
use super::{report, run};

/// Why values were refused.
#[derive(Clone, Debug)]
pub enum Invalid {
    /// The schema cannot be used; in the words of the schema library.
    Schema(String),
    /// Values do not fit it.
    Values {
        /// One for each failure, in the order of keys.
        errors: Vec<SchemaError>,
        /// All of them in Helm's words; each on a line of its own.
        text: String,
    },
}

/// One way in which values do not fit a schema.
#[derive(Clone, Debug)]
pub struct SchemaError {
    /// JSON pointer of the value; empty for the whole.
    pub pointer: String,
    /// What is wrong with it: `got string, want integer`.
    pub message: String,
    /// Where the value was written.
    pub place: Option<Place>,
    /// What led to it: each alternative of an `anyOf` that failed.
    pub causes: Vec<SchemaError>,
}

impl fmt::Display for Invalid {
    /// What Helm prints below the name of the chart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Schema(text) | Self::Values { text, .. } => text,
        })
    }
}

impl std::error::Error for Invalid {}

/// Checks values against a schema. What that costs are steps of the render it belongs to.
///
/// # Errors
/// What does not fit, or what is wrong with the schema.
pub fn validate(schema: &Node, values: &Node, env: &mut Env<'_>) -> Result<(), Invalid> {
    budget::within(budget::limits(), || validate_within(schema, values, env))
}

fn validate_within(schema: &Node, values: &Node, env: &mut Env<'_>) -> Result<(), Invalid> {
    let mut compiler = Compiler::new(Library::new(env, Some(schema.clone())));
    let id = compiler.compile(ROOT).map_err(Invalid::Schema)?;
    let model = compiler.finish();
    run::validate(&model, id, values, None).map_err(|stop| match stop {
        run::Stop::Limit(text) => Invalid::Schema(text),
        run::Stop::Failed(failures) => {
            let mut text = String::new();
            report::write(&mut text, &failures);
            text.push('\n');
            let text = text.split_off(1);
            Invalid::Values { errors: public(failures), text }
        }
    })
}

/// Checks values against the text of a schema.
///
/// # Errors
/// As [`validate`]; the text may also be no JSON.
pub fn validate_text(schema: &Source, values: &Node, env: &mut Env<'_>) -> Result<(), Invalid> {
    let node = read(schema).map_err(Invalid::Schema)?;
    if env.debug {
        let line = LogLine::new(Level::Debug, "unmarshalled JSON schema");
        env.log.push(line.with_bytes("schema", schema.text()));
    }
    validate(&node, values, env)
}

fn public(failures: Vec<Failure>) -> Vec<SchemaError> {
    let mut out = Vec::with_capacity(failures.len());
    for failure in failures {
        if failure.is_silent() {
            out.extend(public(failure.causes));
            continue;
        }
        let message = failure.message();
        let Failure { pointer, place, causes, .. } = failure;
        out.push(SchemaError { pointer, message, place, causes: public(causes) });
    }
    out
}
