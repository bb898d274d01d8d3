//! Mermaid, which GitHub and GitLab draw inside markdown.

use std::fmt::Write as _;

use super::model::{Graph, Object, Relation};
use super::palette::{GROUPS, TEXT, group};

/// The graph as a Mermaid flowchart from left to right, ending in a line end.
#[must_use]
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart LR\n");
    // Writing to a `String` cannot fail.
    for (index, object) in graph.objects.iter().enumerate() {
        let _ = writeln!(out, "  n{index}[\"{}\"]:::{}", label(object), group(&object.kind));
    }
    for link in &graph.links {
        let arrow = if link.relation == Relation::Calls { "-.->" } else { "-->" };
        let _ = writeln!(out, "  n{} {arrow}|{}| n{}", link.from, link.relation.word(), link.to);
    }
    for (name, colors, _) in GROUPS {
        let _ = writeln!(out, "  classDef {name} fill:{},stroke:{},color:{TEXT}", colors.fill, colors.border);
    }
    let absent = graph.objects.iter().enumerate().filter(|(_, object)| !object.given);
    let absent: Vec<String> = absent.map(|(index, _)| format!("n{index}")).collect();
    if !absent.is_empty() {
        let _ = writeln!(out, "  classDef absent stroke-dasharray:4 3\n  class {} absent", absent.join(","));
    }
    out
}

fn label(object: &Object) -> String {
    let mut text = format!("{}<br>{}", quoted(&object.kind), quoted(&object.name));
    if !object.detail.is_empty() {
        text += &format!("<br>{}", quoted(&object.detail));
    }
    text
}

// Rule: mermaid.js.org, flowchart syntax, "Entity codes to escape characters".
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' | '"' | '<' | '>' | '&' | '`' | '\\' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
