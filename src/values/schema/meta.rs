//! The metaschemas: what a schema itself must look like. Only a schema that is not plainly valid needs them.

use std::collections::HashMap;

use crate::codec::{Node, json};
use crate::diag::{Source, SourceKind};

use super::compile::Compiler;
use super::draft::Draft;
use super::failure::quote;
use super::load::{Env, Library};
use super::report;
use super::run::{self, MetaDrafts};

/// The metaschema a URL names.
pub(super) fn load(url: &str) -> Option<Node> {
    let path = url
        .strip_prefix("http://json-schema.org/")
        .or_else(|| url.strip_prefix("https://json-schema.org/"))?;
    let text = match path {
        "draft-04/schema" => include_str!("meta/draft-04.json"),
        "draft-06/schema" => include_str!("meta/draft-06.json"),
        "draft-07/schema" => include_str!("meta/draft-07.json"),
        "draft/2019-09/schema" => include_str!("meta/2019-09/schema.json"),
        "draft/2019-09/meta/core" => include_str!("meta/2019-09/core.json"),
        "draft/2019-09/meta/applicator" => include_str!("meta/2019-09/applicator.json"),
        "draft/2019-09/meta/validation" => include_str!("meta/2019-09/validation.json"),
        "draft/2019-09/meta/meta-data" => include_str!("meta/2019-09/meta-data.json"),
        "draft/2019-09/meta/format" => include_str!("meta/2019-09/format.json"),
        "draft/2019-09/meta/content" => include_str!("meta/2019-09/content.json"),
        "schema" | "draft/2020-12/schema" => include_str!("meta/2020-12/schema.json"),
        "draft/2020-12/meta/core" => include_str!("meta/2020-12/core.json"),
        "draft/2020-12/meta/applicator" => include_str!("meta/2020-12/applicator.json"),
        "draft/2020-12/meta/unevaluated" => include_str!("meta/2020-12/unevaluated.json"),
        "draft/2020-12/meta/validation" => include_str!("meta/2020-12/validation.json"),
        "draft/2020-12/meta/meta-data" => include_str!("meta/2020-12/meta-data.json"),
        "draft/2020-12/meta/format-annotation" => include_str!("meta/2020-12/format-annotation.json"),
        "draft/2020-12/meta/format-assertion" => include_str!("meta/2020-12/format-assertion.json"),
        "draft/2020-12/meta/content" => include_str!("meta/2020-12/content.json"),
        _ => return None,
    };
    json::read(&Source::new(SourceKind::Default, url, text)).ok()
}

/// Checks a schema against the metaschema of a draft; schemas with an own `$id` inside it (`drafts`, by JSON
/// pointer) against theirs.
///
/// # Errors
/// The whole report of the schema library.
pub(super) fn check(
    env: &mut Env<'_>,
    schema: &Node,
    draft: Draft,
    drafts: &HashMap<String, Draft>,
) -> Result<(), String> {
    let mut compiler = Compiler::new(Library::new(env, None));
    let id = compiler.compile(draft.url())?;
    let mut inner = HashMap::new();
    for (pointer, draft) in drafts {
        inner.insert(pointer.clone(), compiler.compile(draft.url())?);
    }
    let model = compiler.finish();
    match run::validate(&model, id, schema, Some(&MetaDrafts { root: id, inner })) {
        Ok(()) => Ok(()),
        Err(run::Stop::Limit(text)) => Err(text),
        Err(run::Stop::Failed(failures)) => {
            let mut text =
                format!("jsonschema validation failed with {}", quote(&format!("{}#", draft.url())));
            report::write(&mut text, &failures);
            Err(text)
        }
    }
}
