//! SVG, self-contained: one file with its own layout, readable on light and on dark.

use std::fmt::Write as _;

use super::layout::{BOX, Frame, Line, layout};
use super::model::{Graph, Object, Relation};
use super::palette::{CALL, FAINT, GROUPS, LINE, TEXT, group};

/// Objects past which no picture is made: nobody could read it.
pub const MOST_OBJECTS: usize = 2000;

/// Characters of a name that are shown; longer ones lose their middle.
const MOST_CHARACTERS: usize = 30;
/// Width of a character of the fixed-width fonts at the size of names, and at that of details.
const NAME: f64 = 7.3;
const SMALL: f64 = 6.1;
/// Left and right of the text of a box.
const PADDING: f64 = 10.0;

/// Links past which no picture is made.
const MOST_LINKS: usize = 8000;

/// The graph as an SVG document, ending in a line end; none when it is too large or too entangled to be read.
#[must_use]
pub fn svg(graph: &Graph) -> Option<String> {
    if graph.objects.len() > MOST_OBJECTS || graph.links.len() > MOST_LINKS {
        return None;
    }
    let widths: Vec<f64> = graph.objects.iter().map(width).collect();
    let scene = layout(graph, &widths)?;
    let mut out = String::new();
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0}\" height=\"{1:.0}\" viewBox=\"0 0 {0:.0} {1:.0}\" role=\"img\">",
        scene.width, scene.height
    );
    out.push_str("<title>Objects and how they refer to each other</title>\n");
    style(&mut out);
    for (line, link) in scene.lines.iter().zip(&graph.links) {
        let title = match (graph.objects.get(link.from), graph.objects.get(link.to)) {
            (Some(from), Some(to)) => format!("{} {} {}", from.name, link.relation.word(), to.name),
            _ => continue,
        };
        path(&mut out, line, link.relation, &title);
    }
    for (object, frame) in graph.objects.iter().zip(&scene.boxes) {
        draw(&mut out, object, frame);
    }
    out.push_str("</svg>\n");
    Some(out)
}

fn style(out: &mut String) {
    out.push_str("<style>\n");
    let _ = writeln!(out, "text{{fill:{TEXT}}}");
    out.push_str(".n{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}\n");
    let _ = writeln!(
        out,
        ".k{{font:10px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:{FAINT}}}"
    );
    out.push_str("rect{stroke-width:1.2}.absent rect{stroke-dasharray:4 3}\n");
    for (name, colors, _) in GROUPS {
        let _ = writeln!(out, ".{name} rect{{fill:{};stroke:{}}}", colors.fill, colors.border);
    }
    let _ = writeln!(out, "path{{fill:none;stroke:{LINE};stroke-width:1.4}}path.call{{stroke:{CALL}}}");
    let _ = writeln!(out, ".head{{fill:{LINE};stroke:none}}.callhead{{fill:{CALL};stroke:none}}");
    out.push_str("</style>\n<defs>\n");
    for (id, class) in [("a", "head"), ("c", "callhead")] {
        let _ = writeln!(
            out,
            "<marker id=\"{id}\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path class=\"{class}\" d=\"M0 0.5L8 4L0 7.5Z\"/></marker>"
        );
    }
    out.push_str("</defs>\n");
}

fn path(out: &mut String, line: &Line, relation: Relation, title: &str) {
    let Some(&(mut x, mut y)) = line.points.first() else { return };
    let mut d = format!("M{x:.1} {y:.1}");
    for &(to_x, to_y) in line.points.iter().skip(1) {
        if line.is_inner || (to_y - y).abs() < 0.05 {
            let _ = write!(d, "L{to_x:.1} {to_y:.1}");
        } else {
            let bend = (to_x - x) / 2.0;
            let _ = write!(d, "C{:.1} {y:.1} {:.1} {to_y:.1} {to_x:.1} {to_y:.1}", x + bend, to_x - bend);
        }
        (x, y) = (to_x, to_y);
    }
    let (class, marker) = match relation {
        Relation::Calls => (" class=\"call\"", "c"),
        _ => ("", "a"),
    };
    let _ = writeln!(
        out,
        "<path{class} marker-end=\"url(#{marker})\" d=\"{d}\"><title>{}</title></path>",
        escaped(title)
    );
}

fn draw(out: &mut String, object: &Object, frame: &Frame) {
    let absent = if object.given { "" } else { " absent" };
    let title = match &object.namespace {
        Some(namespace) => format!("{} {} in {namespace}", object.kind, object.name),
        None => format!("{} {}", object.kind, object.name),
    };
    let note = if object.given { "" } else { ", not part of the input" };
    let _ = writeln!(
        out,
        "<g class=\"{}{absent}\"><title>{}{note}</title><rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{BOX}\" rx=\"5\"/><text class=\"k\" x=\"{:.1}\" y=\"{:.1}\">{}</text><text class=\"n\" x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
        group(&object.kind),
        escaped(&title),
        frame.x,
        frame.y,
        frame.width,
        frame.x + PADDING,
        frame.y + 17.0,
        escaped(&upper(object)),
        frame.x + PADDING,
        frame.y + 34.0,
        escaped(&shortened(&object.name))
    );
}

/// The first line of a box: the kind and a few words.
fn upper(object: &Object) -> String {
    let kind = match object.kind.as_str() {
        "PersistentVolumeClaim" => "VolumeClaim",
        kind => kind,
    };
    if object.detail.is_empty() { shortened(kind) } else { shortened(&format!("{kind} {}", object.detail)) }
}

fn width(object: &Object) -> f64 {
    let name = shortened(&object.name).chars().count() as f64 * NAME;
    let upper = upper(object).chars().count() as f64 * SMALL;
    (name.max(upper) + 2.0 * PADDING).max(90.0).ceil()
}

/// A text without its middle when it is long.
fn shortened(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= MOST_CHARACTERS {
        return text.to_owned();
    }
    let half = (MOST_CHARACTERS - 1) / 2;
    let begin: String = characters.iter().take(half).collect();
    let end: String = characters.iter().skip(characters.len() - half).collect();
    format!("{begin}…{end}")
}

/// Text inside an element.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
