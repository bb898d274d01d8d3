//! A comment on a pull request: what counts on top, each object behind a fold.

use std::fmt::Write as _;

use super::words::{counts, folded, remarks};
use super::{Look, unified};
use crate::diag::render::harmless;
use crate::diff::{Action, Diff, ObjectDiff};

/// Bytes a comment on GitHub may have, less some for what a workflow adds.
const MOST_BYTES: usize = 60_000;

/// The difference as markdown; objects that no longer fit into a comment are named without their changes.
#[must_use]
pub fn markdown(diff: &Diff, look: &Look) -> String {
    let mut out = format!(
        "**Manifests:** {} <sub>from {} to {}</sub>\n",
        counts(diff),
        code(&look.from),
        code(&look.to)
    );
    if let Some(folded) = folded(diff) {
        let _ = writeln!(out, "<sub>{}</sub>", escaped(&folded));
    }
    let blocked: Vec<&ObjectDiff> = diff.objects.iter().filter(|object| !object.blocked.is_empty()).collect();
    if !blocked.is_empty() {
        out.push_str("\n> [!WARNING]\n> These cannot be applied over what is there:\n");
        for object in &blocked {
            for blocked in &object.blocked {
                let _ = writeln!(
                    out,
                    "> - {}: {} {}; {}",
                    code(&object.id.to_string()),
                    code(&blocked.paths.join(", ")),
                    escaped(blocked.words),
                    escaped(blocked.advice)
                );
            }
        }
    }
    let mut left_out: Vec<&ObjectDiff> = Vec::new();
    for object in &diff.objects {
        let part = details(object, look);
        if out.len() + part.len() > MOST_BYTES {
            left_out.push(object);
        } else {
            out.push_str(&part);
        }
    }
    if !left_out.is_empty() {
        let _ = writeln!(out, "\nToo long for a comment, {} more:", left_out.len());
        let mut unnamed = 0;
        for object in left_out {
            let line = format!("- {} {}\n", action(object), code(&object.id.to_string()));
            if out.len() + line.len() > MOST_BYTES { unnamed += 1 } else { out.push_str(&line) }
        }
        if unnamed > 0 {
            let _ = writeln!(out, "- and {unnamed} more");
        }
    }
    out
}

fn action(object: &ObjectDiff) -> &'static str {
    match object.action {
        Action::Added => "added",
        Action::Removed => "removed",
        Action::Changed => "changed",
    }
}

fn details(object: &ObjectDiff, look: &Look) -> String {
    let mut summary = format!("{} {}", action(object), html_code(&object.id.to_string()));
    if object.action == Action::Changed {
        let fields = object.changes.len();
        let _ = write!(summary, ", {fields} field{}", if fields == 1 { "" } else { "s" });
    }
    if !object.blocked.is_empty() {
        summary.push_str(", <b>an apply is refused</b>");
    }
    if object.restarts_pods {
        summary.push_str(", its pods are replaced");
    }
    let mut out = format!("\n<details><summary>{summary}</summary>\n\n");
    for remark in remarks(object) {
        let _ = writeln!(out, "{}\n", escaped(&remark));
    }
    let body = unified::object(object, look);
    let fence = fence(&body);
    let _ = writeln!(out, "{fence}diff\n{}\n{fence}\n\n</details>", body.trim_end());
    out
}

/// More backticks than any line of the text holds.
fn fence(body: &str) -> String {
    let most = body.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(most.max(2) + 1)
}

/// Text of which nothing is taken for markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in harmless(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' => out.push(' '),
            '`' | '*' | '_' | '[' | ']' | '#' | '~' | '\\' | '!' | '@' | '|' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Text as code.
fn code(text: &str) -> String {
    let text = harmless(text).replace('\n', " ");
    if text.contains('`') { html_code(&text) } else { format!("`{text}`") }
}

fn html_code(text: &str) -> String {
    let text = harmless(text).replace('\n', " ");
    format!("<code>{}</code>", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}
