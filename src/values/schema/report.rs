//! Failures as text.

use super::failure::{Failure, quote};

/// Adds a line for each failure, causes indented below.
// Rule: github.com/santhosh-tekuri/jsonschema v6.0.3, output.go, display.
pub(super) fn write(out: &mut String, failures: &[Failure]) {
    let mut open: Vec<(usize, std::slice::Iter<'_, Failure>)> = vec![(0, failures.iter())];
    while let Some((indent, rest)) = open.last_mut() {
        let indent = *indent;
        let Some(failure) = rest.next() else {
            open.pop();
            continue;
        };
        if failure.is_silent() {
            open.push((indent, failure.causes.iter()));
            continue;
        }
        out.push('\n');
        out.push_str(&"  ".repeat(indent));
        out.push_str("- at ");
        out.push_str(&quote(&failure.pointer));
        out.push_str(": ");
        out.push_str(&failure.message());
        open.push((indent + 1, failure.causes.iter()));
    }
}
