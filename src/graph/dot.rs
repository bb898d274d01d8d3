//! DOT, the language of Graphviz.

use std::fmt::Write as _;

use super::model::{Graph, Relation};
use super::palette::{CALL, GROUPS, LINE, TEXT, group};

/// The graph as a DOT digraph, ending in a line end.
#[must_use]
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from(
        "digraph objects {\n  rankdir=LR;\n  bgcolor=transparent;\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=9];\n",
    );
    // Writing to a `String` cannot fail.
    for (index, object) in graph.objects.iter().enumerate() {
        let name = group(&object.kind);
        let Some((_, colors, _)) = GROUPS.iter().find(|(known, ..)| *known == name) else { continue };
        let mut label = format!("{}\n{}", object.kind, object.name);
        if !object.detail.is_empty() {
            label += &format!("\n{}", object.detail);
        }
        let style = if object.given { "" } else { ", style=\"rounded,filled,dashed\"" };
        let _ = writeln!(
            out,
            "  n{index} [label={}, fillcolor=\"{}\", color=\"{}\", fontcolor=\"{TEXT}\"{style}];",
            quoted(&label),
            colors.fill,
            colors.border
        );
    }
    for link in &graph.links {
        let (color, style) = match link.relation {
            Relation::Calls => (CALL, ", style=dashed"),
            _ => (LINE, ""),
        };
        let _ = writeln!(
            out,
            "  n{} -> n{} [label=\"{}\", color=\"{color}\", fontcolor=\"{color}\"{style}];",
            link.from,
            link.to,
            link.relation.word()
        );
    }
    out.push_str("}\n");
    out
}

// Rule: graphviz.org, "The DOT Language": inside quotes only `\"` is an escape; `\n` in a label ends a line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
