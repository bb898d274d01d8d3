//! Values of a whole tree of charts.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use crate::codec::Node;
use crate::diag::{LogLine, Source};

use super::super::error::{Error, ErrorKind, error};
use super::super::history::succeed;
use super::super::text::{go_bool_verb, quote};
use super::clean::without_nulls;
use super::table::{Item, Table};
use super::tables::{Nulls, Path, info, lay_over};

/// The key under which charts find what their parents share with them.
const GLOBAL: &str = "global";

/// What has to be known about a chart to put its values together.
pub trait ChartTree: Sized {
    /// Its name, or the alias it goes by.
    fn name(&self) -> &str;
    /// Its default values; anything but a map counts as an empty one.
    fn defaults(&self) -> &Node;
    /// Its subcharts, in order.
    fn children(&self) -> &[Self];
    /// The text of its `values.schema.json`, if it has one.
    fn schema(&self) -> Option<Source> {
        None
    }
}

/// A chart without subcharts.
struct Alone<'c> {
    name: &'c str,
    defaults: &'c Node,
}

impl ChartTree for Alone<'_> {
    fn name(&self) -> &str {
        self.name
    }

    fn defaults(&self) -> &Node {
        self.defaults
    }

    fn children(&self) -> &[Self] {
        &[]
    }
}

/// The values of a chart and its subcharts: user values over defaults, nulls removed. Helm's `CoalesceValues`.
///
/// # Errors
/// The section of a subchart is no map.
pub fn coalesce<C: ChartTree>(chart: &C, user: &Node, log: &mut Vec<LogLine>) -> Result<Node, Error> {
    let table = Table::closed(user.clone());
    chart_values(chart, &table, Path::ROOT, Nulls::Remove, log)?;
    Ok(table.close())
}

/// The defaults of a chart and its subcharts, the parents' over the children's, nulls kept.
pub(super) fn defaults<C: ChartTree>(chart: &C, log: &mut Vec<LogLine>) -> Result<Table, Error> {
    let table = Table::empty();
    chart_values(chart, &table, Path::ROOT, Nulls::Keep, log)?;
    Ok(table)
}

/// User values over the defaults of a chart without subcharts, by Helm's rules for nulls.
#[must_use]
pub fn overlay(defaults: &Node, user: &Node) -> Node {
    let table = Table::closed(user.clone());
    own_values(&Alone { name: "", defaults }, &table, Path::ROOT, Nulls::Remove, &mut Vec::new());
    table.close()
}

// Rule: coalesce.go, coalesce.
fn chart_values<C: ChartTree>(
    chart: &C,
    values: &Table,
    path: Path<'_>,
    nulls: Nulls,
    log: &mut Vec<LogLine>,
) -> Result<(), Error> {
    let path = path.join(chart.name());
    own_values(chart, values, path, nulls, log);
    for child in chart.children() {
        let section = match values.get(child.name()) {
            Some(Item::Table(section)) => section,
            Some(Item::Leaf(node)) => {
                // Quirk: coalesce.go formats the value with the verb for booleans.
                let text = format!("type mismatch on {}: {}", child.name(), go_bool_verb(&node));
                return Err(error(ErrorKind::Section, text, node.place().cloned(), "a map is wanted here"));
            }
            None => {
                let section = Table::empty();
                values.set(&child.name().into(), None, Item::Table(section.clone()));
                section
            }
        };
        share_globals(&section, values, path, log);
        chart_values(child, &section, path, nulls, log)?;
    }
    Ok(())
}

/// Lays the values of one chart over its own defaults.
// Rule: coalesce.go, coalesceValues.
fn own_values<C: ChartTree>(chart: &C, values: &Table, path: Path<'_>, nulls: Nulls, log: &mut Vec<LogLine>) {
    let Some(defaults) = chart.defaults().as_map() else { return };
    let alone = defaults.entries().iter().filter_map(|entry| {
        let item = match nulls {
            Nulls::Remove if entry.value.is_null() => return None,
            Nulls::Remove => Item::new(&without_nulls(&entry.value)),
            Nulls::Keep | Nulls::Spread => Item::new(&entry.value),
        };
        Some((entry.key.clone(), entry.place.clone(), item))
    });
    if values.fill(alone, |key| defaults.get(key).is_some()) {
        return;
    }
    let children: HashSet<&str> = chart.children().iter().map(ChartTree::name).collect();
    for entry in defaults.entries() {
        let (key, low) = (&entry.key, &entry.value);
        match values.get(key) {
            None if nulls == Nulls::Keep => values.set(key, entry.place.clone(), Item::new(low)),
            None if low.is_null() => {}
            None => values.set(key, entry.place.clone(), Item::new(&without_nulls(low))),
            Some(high) if high.is_null() => {
                if nulls == Nulls::Remove {
                    values.remove(key);
                }
            }
            Some(Item::Table(high)) if high.is_unchanged(low) => {}
            Some(Item::Table(high)) if low.as_map().is_some() => {
                // A subchart's section keeps its nulls: they remove defaults of the subchart later.
                let nulls = if children.contains(&**key) { Nulls::Keep } else { nulls };
                let low = if nulls == Nulls::Remove { without_nulls(low) } else { low.clone() };
                lay_over(&high, &Table::closed(low), path.join(key), nulls, log);
            }
            Some(Item::Table(_)) if low.is_null() => {}
            Some(Item::Table(_)) => {
                let path = path.join(key).text();
                info(log, format!("warning: skipped value for {path}: Not a table."));
            }
            Some(Item::Leaf(high)) => values.set(key, None, Item::Leaf(succeed(high, low))),
        }
    }
}

/// Lays the globals of a chart over those of a subchart.
// Rule: coalesce.go, coalesceGlobals.
fn share_globals(child: &Table, parent: &Table, path: Path<'_>, log: &mut Vec<LogLine>) {
    let skipped = |which: &str| format!("warning: skipping globals because {which} {GLOBAL} is not a table.");
    let low = match child.get(GLOBAL) {
        None => Table::empty(),
        Some(Item::Table(table)) => table,
        Some(Item::Leaf(_)) => return info(log, skipped("destination")),
    };
    let high = match parent.get(GLOBAL) {
        None => Vec::new(),
        Some(Item::Table(table)) => table.entries(),
        Some(Item::Leaf(_)) => return info(log, skipped("source")),
    };
    for (key, place, item) in high {
        match (item, low.get(&key)) {
            // Quirk: only the outermost map is copied; maps inside it are one object for all charts.
            (Item::Table(table), None) => low.set(&key, place, Item::Table(table.shallow_copy())),
            (Item::Table(table), Some(Item::Table(under))) => {
                let copy = table.shallow_copy();
                lay_over(&copy, &under, path.join(&key), Nulls::Keep, log);
                low.set(&key, place, Item::Table(copy));
            }
            (Item::Table(_), Some(Item::Leaf(_))) => {
                info(log, format!("Conflict: cannot merge map onto non-map for {}. Skipping.", quote(&key)));
            }
            (Item::Leaf(_), Some(Item::Table(_))) => info(log, format!("key {key} is table. Skipping")),
            (Item::Leaf(node), Some(Item::Leaf(under))) => {
                low.set(&key, place, Item::Leaf(succeed(node, &under)));
            }
            (Item::Leaf(node), None) => low.set(&key, place, Item::Leaf(node)),
        }
    }
    static KEY: LazyLock<Arc<str>> = LazyLock::new(|| GLOBAL.into());
    let place = None;
    child.set(&KEY, place, Item::Table(low));
}
