//! Schemas: a verdict in the end, the same twice, its places pieces of the values. Input: values, `====`, schema.

use std::io;

use clearml_k8s::codec::yaml;
use clearml_k8s::diag::{Source, SourceKind};
use clearml_k8s::values::schema::{Env, Invalid, SchemaError, validate_text};

use super::{assert_inside, halves, text};

pub(crate) fn run(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let (values, schema) = halves(text);
    let (first, second) = (verdict(values, schema), verdict(values, schema));
    assert_eq!(first, second, "two runs differ");
}

fn verdict(values: &str, schema: &str) -> String {
    let Ok(values) = yaml::read_values(&Source::new(SourceKind::File, "values.yaml", values)) else {
        return String::new();
    };
    let schema = Source::new(SourceKind::Chart, "values.schema.json", schema);
    let mut log = Vec::new();
    let mut env = Env { read_file: &mut |_| Err(io::ErrorKind::NotFound.into()), debug: true, log: &mut log };
    match validate_text(&schema, &values.root, &mut env) {
        Ok(()) => "fits".to_owned(),
        Err(invalid) => {
            if let Invalid::Values { errors, .. } = &invalid {
                assert!(!errors.is_empty(), "refused without a reason");
                errors.iter().for_each(check);
            }
            let text = invalid.to_string();
            assert!(!text.is_empty());
            text
        }
    }
}

fn check(error: &SchemaError) {
    error.place.iter().for_each(assert_inside);
    assert!(error.pointer.is_empty() || error.pointer.starts_with('/'), "{}", error.pointer);
    error.causes.iter().for_each(check);
}
