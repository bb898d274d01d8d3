//! Explanations for people.

use std::fmt::Write as _;

use super::field::{Field, Site};
use super::{MASK, Secrets};
use crate::codec::{Data, Node, json};
use crate::diag::render::{is_harmless, is_secret_name, line};
use crate::diag::{Frame, SourceKind};
use crate::manifest::Manifest;
use crate::trace::Origin;

/// How it looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to colour with ANSI escapes.
    pub color: bool,
    /// What is masked.
    pub secrets: Secrets,
}

/// Fields that are explained at length; of more, each gets a line.
const LONG: usize = 4;
/// Values that decide, listed before the rest is only counted.
const MOST_CONTROL: usize = 8;
/// Characters of a value or expression that are shown.
const WIDE: usize = 72;

impl Style {
    fn bold(&self, text: &str) -> String {
        self.wrap("1", text)
    }

    fn dim(&self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn place(&self, text: &str) -> String {
        self.wrap("36", text)
    }

    /// A text on one line, in which nothing is harmful.
    fn wrap(&self, code: &str, text: &str) -> String {
        let text = line(text);
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text }
    }

    fn value(&self, origin: &Origin) -> String {
        if self.secrets.hides(origin) { MASK.to_owned() } else { shown(&origin.value) }
    }

    fn field_value(&self, manifest: &Manifest, field: &Field) -> String {
        if !self.secrets.shown && is_secret(manifest, field, self.secrets) {
            return MASK.to_owned();
        }
        shown(&field.value)
    }
}

/// Whether a field of a manifest must not be shown.
pub(super) fn is_secret(manifest: &Manifest, field: &Field, secrets: Secrets) -> bool {
    let in_secret = manifest.kind == "Secret"
        && matches!(field.path.0.first(), Some(super::Step::Key(key)) if matches!(&**key, "data" | "stringData"));
    if matches!(field.value.data(), Data::Bool(_) | Data::Null | Data::List(_) | Data::Map(_)) {
        return false;
    }
    in_secret
        || field.data.iter().any(|origin| (secrets.is_secret)(&origin.path))
        // `key` alone is what Kubernetes calls the name in a selector, a toleration or a reference.
        || field.path.last_key().is_some_and(|key| key != "key" && is_secret_name(key))
            && matches!(field.value.data(), Data::String(_))
}

/// A value on one line, as JSON unless it is plain text.
fn shown(node: &Node) -> String {
    let text = match node.data() {
        Data::String(text) if !text.is_empty() && text.chars().all(is_harmless) => text.to_string(),
        _ => json::write(node),
    };
    cut(&text)
}

fn cut(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let short: String = first.chars().take(WIDE).map(|c| if is_harmless(c) { c } else { ' ' }).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// Explains fields of one manifest: a few at length, many with a line each.
#[must_use]
pub fn explain_fields(manifest: &Manifest, fields: &[&Field], style: &Style) -> String {
    let mut out = String::new();
    let place = manifest.namespace.as_ref().map_or_else(String::new, |name| format!(" in {name}"));
    let title = style.bold(&format!("{}/{}{place}", manifest.kind, manifest.name));
    let _ = writeln!(out, "{title}  {}", style.dim(&format!("# Source: {}", manifest.template)));
    for field in fields {
        if fields.len() <= LONG {
            out.push('\n');
            long(&mut out, manifest, field, style);
        } else {
            short(&mut out, manifest, field, style);
        }
    }
    out
}

/// Explains what a value does: every field it is the data of, then those it only decides.
#[must_use]
pub fn explain_value(path: &str, fields: &[(&Manifest, &Field)], style: &Style) -> String {
    let mut out = String::new();
    let origin = |field: &Field| {
        field.data.iter().chain(&field.control).find(|origin| is_at(path, &origin.path)).cloned()
    };
    if let Some(origin) = fields.iter().filter_map(|(_, field)| origin(field)).find(|own| *own.path == *path)
    {
        let _ = writeln!(out, "{}", style.bold(&format!("{path} = {}", style.value(&origin))));
        let _ = writeln!(out, "  set at      {}", set_at(&origin.value, style));
    } else {
        let _ = writeln!(out, "{}", style.bold(path));
    }
    let is_data = |field: &Field| field.data.iter().any(|origin| is_at(path, &origin.path));
    for (data, title) in [(true, "is the data of"), (false, "decides")] {
        let own: Vec<_> = fields.iter().filter(|(_, field)| is_data(field) == data).collect();
        if own.is_empty() {
            continue;
        }
        let count = own.len();
        let _ = writeln!(out, "{title} {count} field{}:", if count == 1 { "" } else { "s" });
        for (manifest, field) in own {
            let at = field.sites.first().map_or_else(String::new, site_place);
            let name = line(&format!("{}/{} {}", manifest.kind, manifest.name, field.path));
            let value = style.field_value(manifest, field);
            let _ = writeln!(out, "  {name}: {value}  {}", style.place(&at));
        }
    }
    out
}

/// Whether a value stands at a path or below it.
pub(crate) fn is_at(path: &str, value: &str) -> bool {
    value == "."
        || value.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn short(out: &mut String, manifest: &Manifest, field: &Field, style: &Style) {
    let at = field.sites.first().map_or_else(|| "not traced".to_owned(), site_place);
    let path = line(&field.path.to_string());
    let _ = write!(out, "{path}: {}  {}", style.field_value(manifest, field), style.place(&at));
    for origin in &field.data {
        let _ = write!(out, " {} {}", style.dim("<-"), line(&origin.path));
        if let Some(place) = origin.value.place() {
            let _ = write!(out, " {}", style.dim(&format!("({place})")));
        }
    }
    out.push('\n');
}

fn long(out: &mut String, manifest: &Manifest, field: &Field, style: &Style) {
    let title = format!("{}: {}", field.path, style.field_value(manifest, field));
    let _ = writeln!(out, "{}", style.bold(&title));
    match field.sites.as_slice() {
        [] => {
            let _ = writeln!(out, "  written by  nothing that was traced");
        }
        [first, rest @ ..] => {
            let _ = writeln!(out, "  written by  {}  {}", style.place(&site_place(first)), expression(first));
            for Frame { place, what } in first.calls.iter() {
                let _ = writeln!(out, "  called by   {}  {}", style.place(&place.to_string()), line(what));
            }
            for site in rest.iter().take(3) {
                let _ =
                    writeln!(out, "  and         {}  {}", style.place(&site_place(site)), expression(site));
            }
            if rest.len() > 3 {
                let _ = writeln!(out, "  and         {} more places", rest.len() - 3);
            }
        }
    }
    for origin in &field.data {
        let _ = writeln!(
            out,
            "  made from   {} = {}  {}",
            line(&origin.path),
            style.value(origin),
            set_at(&origin.value, style)
        );
    }
    for origin in field.control.iter().take(MOST_CONTROL) {
        let value = if origin.value.place().is_none() && origin.value.is_null() {
            String::new()
        } else {
            format!(" = {}", style.value(origin))
        };
        let _ =
            writeln!(out, "  decided by  {}{value}  {}", line(&origin.path), set_at(&origin.value, style));
    }
    if field.control.len() > MOST_CONTROL {
        let _ = writeln!(out, "  decided by  {} more values", field.control.len() - MOST_CONTROL);
    }
}

fn site_place(site: &Site) -> String {
    site.place.to_string()
}

fn expression(site: &Site) -> String {
    cut(site.place.text().trim())
}

/// Where a value was set and what it overrode.
fn set_at(value: &Node, style: &Style) -> String {
    let Some(place) = value.place() else {
        return style.dim(if value.is_null() { "(not set)" } else { "(computed)" });
    };
    let kind = match place.source.kind() {
        SourceKind::Preset => " (preset)",
        SourceKind::Default => " (default)",
        SourceKind::Chart => " (chart's default)",
        _ => "",
    };
    let mut text = format!("{}{}", style.place(&place.to_string()), style.dim(kind));
    let earlier = std::iter::successors(value.replaced(), |node| node.replaced());
    let places: Vec<String> =
        earlier.filter_map(|node| node.place()).map(|place| place.to_string()).collect();
    if !places.is_empty() {
        text += &style.dim(&format!(", over {}", places.join(", over ")));
    }
    text
}
