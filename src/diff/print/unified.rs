//! An object's two states as YAML with `-` and `+` lines.

use similar::TextDiff;

use super::Look;
use super::words::block;
use crate::codec::Node;
use crate::diag::render::line;
use crate::diff::ObjectDiff;

/// Lines around a change.
const CONTEXT: usize = 3;

/// The difference of the object's YAML, keys in byte order on both sides, with a head that names the sides.
pub(super) fn object(object: &ObjectDiff, look: &Look) -> String {
    let yaml = |node: Option<&Node>| node.map(block).unwrap_or_default();
    let name = |side: &str, there: bool| {
        if there { line(&format!("{} ({side})", object.id)) } else { "/dev/null".to_owned() }
    };
    let (from, to) = (yaml(object.from.as_ref()), yaml(object.to.as_ref()));
    TextDiff::from_lines(&from, &to)
        .unified_diff()
        .context_radius(CONTEXT)
        .header(&name(&look.from, object.from.is_some()), &name(&look.to, object.to.is_some()))
        .to_string()
}

/// The difference of two texts of several lines, without a head.
pub(super) fn texts(from: &str, to: &str) -> String {
    TextDiff::from_lines(from, to).unified_diff().context_radius(1).missing_newline_hint(false).to_string()
}
