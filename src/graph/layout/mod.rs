//! A layered layout: what refers stands left of what is referred to, and no line crosses a box.
//!
//! A Service and the one workload it selects, and a claim and its one volume, stand as one block, one above the other.
//! Blocks get columns by the longest way to them, lines that pass columns get a place of their own in each, the order
//! inside columns is chosen for few crossings, and heights so that lines are straight.

mod blocks;
mod columns;
mod heights;
mod order;

use super::model::{Graph, Link};
use blocks::Blocks;

/// Height of a box.
pub(super) const BOX: f64 = 44.0;
/// Space between the two boxes of a block, for the arrow between them.
pub(super) const INNER: f64 = 18.0;
/// Space between blocks of a column.
const SPACE: f64 = 20.0;
/// Space that a passing line takes.
const LANE: f64 = 12.0;
/// Space between columns.
const GAP: f64 = 72.0;
/// Around everything.
const MARGIN: f64 = 12.0;

/// Where everything stands, in pixels from the upper left.
pub(super) struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    /// One for each object of the graph, in its order.
    pub(super) boxes: Vec<Frame>,
    /// One for each link of the graph, in its order.
    pub(super) lines: Vec<Line>,
}

/// A box.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frame {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
}

/// The way of a link: it starts at the first point and ends at the last; between two points of unlike height it bends.
pub(super) struct Line {
    pub(super) points: Vec<(f64, f64)>,
    /// Whether it goes straight down inside a block.
    pub(super) is_inner: bool,
}

/// A thing in a column: a block, or the place where a line passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Block(usize),
    Lane,
}

/// Part of a line between two neighbouring columns.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// Index of the item in the left column.
    left: usize,
    /// Index of the item in the right column.
    right: usize,
    /// Heights at which it leaves and enters, from the upper edges of the items.
    ports: (f64, f64),
}

/// Items of all columns, and the segments between column `n` and `n + 1`.
struct Columns {
    items: Vec<Vec<Item>>,
    segments: Vec<Vec<Segment>>,
}

/// The layout of a graph whose boxes need these widths; none when it is too entangled to be read.
pub(super) fn layout(graph: &Graph, widths: &[f64]) -> Option<Scene> {
    let blocks = Blocks::new(graph);
    let placed = columns::columns(&blocks)?;
    let mut columns = placed.columns;
    let order = order::order(&mut columns);
    let tops = heights::heights(&columns, &blocks);
    let drawing = Drawing { graph, blocks: &blocks, widths, columns: &columns, tops: &tops };
    Some(drawing.scene(&placed.routes, &order))
}

/// Where the way of a link passes: its items from left to right, and whether the link goes the other way.
struct Route {
    link: usize,
    /// Column and index of an item, before columns were ordered.
    items: Vec<(usize, usize)>,
    reversed: bool,
}

struct Drawing<'d> {
    graph: &'d Graph,
    blocks: &'d Blocks,
    widths: &'d [f64],
    columns: &'d Columns,
    tops: &'d [Vec<f64>],
}

impl Drawing<'_> {
    fn scene(&self, routes: &[Route], order: &[Vec<usize>]) -> Scene {
        let column_width = |items: &Vec<Item>| {
            let boxes = items.iter().filter_map(|item| match item {
                Item::Block(block) => self.blocks.members.get(*block),
                Item::Lane => None,
            });
            let widths = boxes.flatten().filter_map(|object| self.widths.get(*object));
            widths.copied().fold(0.0, f64::max)
        };
        let widths: Vec<f64> = self.columns.items.iter().map(column_width).collect();
        let mut x = MARGIN;
        let mut lefts = Vec::with_capacity(widths.len());
        for width in &widths {
            lefts.push(x);
            x += width + GAP;
        }
        let mut scene = Scene {
            width: (x - GAP + MARGIN).max(2.0 * MARGIN),
            height: 2.0 * MARGIN,
            boxes: vec![Frame::default(); self.graph.objects.len()],
            lines: Vec::with_capacity(self.graph.links.len()),
        };
        for (column, items) in self.columns.items.iter().enumerate() {
            for (index, item) in items.iter().enumerate() {
                let Item::Block(block) = item else { continue };
                let top = MARGIN + self.top(column, index);
                for (nth, &object) in self.blocks.members.get(*block).into_iter().flatten().enumerate() {
                    let y = top + nth as f64 * (BOX + INNER);
                    scene.height = scene.height.max(y + BOX + MARGIN);
                    if let Some(frame) = scene.boxes.get_mut(object) {
                        *frame = Frame { x: get(&lefts, column), y, width: get(&widths, column) };
                    }
                }
            }
        }
        self.loose(&mut scene);
        let mut ways: Vec<Option<Line>> =
            self.graph.links.iter().map(|link| self.inner(link, &scene)).collect();
        for route in routes {
            let points = self.way(route, order, &lefts, &widths, &scene);
            if let Some(way) = ways.get_mut(route.link) {
                *way = Some(Line { points, is_inner: false });
            }
        }
        scene.lines = ways
            .into_iter()
            .map(|line| line.unwrap_or(Line { points: Vec::new(), is_inner: false }))
            .collect();
        spread(&mut scene, self.graph);
        scene
    }

    /// Blocks that nothing refers to stand below, in rows as wide as the rest.
    fn loose(&self, scene: &mut Scene) {
        let room = scene.width.max(760.0);
        let (mut x, mut y) =
            (MARGIN, if scene.height > 2.0 * MARGIN { scene.height + SPACE } else { MARGIN });
        for &object in &self.blocks.loose {
            let width = get(self.widths, object);
            if x > MARGIN && x + width + MARGIN > room {
                x = MARGIN;
                y += BOX + SPACE;
            }
            if let Some(frame) = scene.boxes.get_mut(object) {
                *frame = Frame { x, y, width };
            }
            x += width + SPACE;
            scene.width = scene.width.max(x - SPACE + MARGIN);
            scene.height = scene.height.max(y + BOX + MARGIN);
        }
    }

    fn top(&self, column: usize, index: usize) -> f64 {
        self.tops.get(column).map_or(0.0, |tops| get(tops, index))
    }

    /// The arrow inside a block.
    fn inner(&self, link: &Link, scene: &Scene) -> Option<Line> {
        let block = |object: usize| self.blocks.of.get(object).copied().flatten();
        (block(link.from).is_some() && block(link.from) == block(link.to)).then_some(())?;
        let (from, to) = (scene.boxes.get(link.from)?, scene.boxes.get(link.to)?);
        let x = from.x + from.width / 2.0;
        Some(Line { points: vec![(x, from.y + BOX), (x, to.y)], is_inner: true })
    }

    fn way(
        &self,
        route: &Route,
        order: &[Vec<usize>],
        lefts: &[f64],
        widths: &[f64],
        scene: &Scene,
    ) -> Vec<(f64, f64)> {
        let Some(link) = self.graph.links.get(route.link) else { return Vec::new() };
        let (left, right) = if route.reversed { (link.to, link.from) } else { (link.from, link.to) };
        let mut points = Vec::new();
        if let Some(frame) = scene.boxes.get(left) {
            points.push((frame.x + frame.width, frame.y + BOX / 2.0));
        }
        let passed = route.items.get(1..route.items.len().saturating_sub(1)).unwrap_or_default();
        for &(column, index) in passed {
            let index = order.get(column).and_then(|order| order.get(index)).copied().unwrap_or(index);
            let y = MARGIN + self.top(column, index) + LANE / 2.0;
            points.push((get(lefts, column), y));
            points.push((get(lefts, column) + get(widths, column), y));
        }
        if let Some(frame) = scene.boxes.get(right) {
            points.push((frame.x, frame.y + BOX / 2.0));
        }
        if route.reversed {
            points.reverse();
        }
        points
    }
}

/// Lines that meet at one side of a box get heights of their own, in the order of where they come from.
fn spread(scene: &mut Scene, graph: &Graph) {
    for end in [true, false] {
        let mut sides: std::collections::BTreeMap<(usize, bool), Vec<usize>> =
            std::collections::BTreeMap::new();
        for (index, (line, link)) in scene.lines.iter().zip(&graph.links).enumerate() {
            if line.is_inner || line.points.len() < 2 {
                continue;
            }
            let (object, point) =
                if end { (link.to, line.points.last()) } else { (link.from, line.points.first()) };
            let is_right = point
                .zip(scene.boxes.get(object))
                .is_some_and(|(point, frame)| point.0 > frame.x + frame.width / 2.0);
            sides.entry((object, is_right)).or_default().push(index);
        }
        for lines in sides.values_mut() {
            let near = |line: &usize| {
                let points = scene.lines.get(*line).map(|line| line.points.as_slice()).unwrap_or_default();
                let at = if end { points.len().checked_sub(2) } else { Some(1) };
                at.and_then(|at| points.get(at)).map_or(0.0, |point| point.1)
            };
            lines.sort_by(|a, b| near(a).total_cmp(&near(b)).then(a.cmp(b)));
            let step = ((BOX - 14.0) / (lines.len().max(2) - 1) as f64).min(7.0);
            let first = -step * (lines.len() - 1) as f64 / 2.0;
            for (nth, line) in lines.iter().enumerate() {
                let Some(line) = scene.lines.get_mut(*line) else { continue };
                let point = if end { line.points.last_mut() } else { line.points.first_mut() };
                if let Some(point) = point {
                    point.1 += first + step * nth as f64;
                }
            }
        }
    }
}

fn get(numbers: &[f64], index: usize) -> f64 {
    numbers.get(index).copied().unwrap_or_default()
}
