//! For people: an object, its changes, and a last line that counts.

use std::fmt::Write as _;

use super::words::{block, counts, folded, inline, is_long, remarks, sign};
use super::{Look, unified};
use crate::codec::Node;
use crate::diag::render::{harmless, line};
use crate::diff::{Action, Change, Diff, ObjectDiff, Step, What};

/// ANSI escapes, or nothing.
#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn wrap(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn by_sign(self, sign: char, text: &str) -> String {
        match sign {
            '+' => self.wrap("32", text),
            '-' => self.wrap("31", text),
            '!' => self.wrap("1;35", text),
            '~' => self.wrap("33", text),
            '@' => self.wrap("36", text),
            _ => text.to_owned(),
        }
    }
}

/// The difference as text.
#[must_use]
pub fn text(diff: &Diff, look: &Look) -> String {
    let paint = Paint(look.color);
    let mut out = String::new();
    for object in &diff.objects {
        head(&mut out, object, paint);
        if look.unified {
            for line in unified::object(object, look).lines() {
                let _ = writeln!(out, "{}", paint.by_sign(line.chars().next().unwrap_or(' '), line));
            }
        } else if object.action == Action::Changed {
            object.changes.iter().for_each(|change| field(&mut out, change, paint));
        }
        out.push('\n');
    }
    // Writing to a `String` cannot fail.
    let _ = writeln!(out, "{}", paint.wrap("1", &counts(diff)));
    if let Some(folded) = folded(diff) {
        let _ = writeln!(out, "{folded} (--show-noise shows them)");
    }
    out
}

fn head(out: &mut String, object: &ObjectDiff, paint: Paint) {
    let sign = sign(object);
    let _ = writeln!(out, "{}", paint.by_sign(sign, &format!("{sign} {}", line(&object.id.to_string()))));
    for remark in remarks(object) {
        let _ = writeln!(out, "  {}", paint.wrap("1", &remark));
    }
}

fn field(out: &mut String, change: &Change, paint: Paint) {
    let sign = match change.what {
        _ if change.is_refused => '!',
        What::Added => '+',
        What::Removed => '-',
        What::Replaced | What::Reordered => '~',
    };
    let path = line(&change.path.to_string());
    let start = paint.by_sign(sign, &format!("    {sign} {path}"));
    match (change.what, &change.from, &change.to) {
        (What::Reordered, Some(from), Some(to)) => {
            let _ = writeln!(out, "{start}: order {} → {}", names(from), names(to));
        }
        (_, Some(from), Some(to)) => match (from.as_str(), to.as_str()) {
            (Some(a), Some(b)) if is_long(from) || is_long(to) => {
                let _ = writeln!(out, "{start}:");
                lines(out, &unified::texts(&harmless(a), &harmless(b)), paint);
            }
            _ => {
                let (from, to) = (paint.wrap("31", &inline(from)), paint.wrap("32", &inline(to)));
                let _ = writeln!(out, "{start}: {from} → {to}");
            }
        },
        // The path of a set's item is its value.
        _ if matches!(change.path.0.last(), Some(Step::Value(_))) => {
            let _ = writeln!(out, "{start}");
        }
        (_, Some(only), None) | (_, None, Some(only)) if is_long(only) => {
            let _ = writeln!(out, "{start}:");
            let text = only.as_str().map_or_else(|| block(only), harmless);
            for line in text.lines() {
                let _ = writeln!(out, "        {}", paint.by_sign(sign, line));
            }
        }
        (_, Some(only), None) | (_, None, Some(only)) => {
            let _ = writeln!(out, "{start}: {}", paint.by_sign(sign, &inline(only)));
        }
        (_, None, None) => {}
    }
}

fn lines(out: &mut String, text: &str, paint: Paint) {
    for line in text.lines() {
        let _ = writeln!(out, "        {}", paint.by_sign(line.chars().next().unwrap_or(' '), line));
    }
}

fn names(list: &Node) -> String {
    let names = list.as_list().unwrap_or_default().iter().filter_map(Node::as_str);
    names.map(line).collect::<Vec<_>>().join(", ")
}
