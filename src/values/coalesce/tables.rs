//! One map laid over another.

use crate::codec::Node;
use crate::diag::{Level, LogLine};

use super::super::history::succeed;
use super::super::text::go_value;
use super::table::{Item, Table};

/// What becomes of nulls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nulls {
    /// A null of the upper side removes what the lower side has.
    Remove,
    /// They stay, because the result is laid over something else later.
    Keep,
    /// The same, and those of the upper side are set in the lower one, where other trees may see them.
    Spread,
}

/// A dotted path that is put together only when a warning needs it.
#[derive(Clone, Copy)]
pub(super) struct Path<'p> {
    above: Option<&'p Path<'p>>,
    key: &'p str,
}

impl<'p> Path<'p> {
    pub(super) const ROOT: Path<'static> = Path { above: None, key: "" };

    pub(super) fn join(&'p self, key: &'p str) -> Path<'p> {
        Path { above: Some(self), key }
    }

    // Rule: coalesce.go, concatPrefix.
    pub(super) fn text(&self) -> String {
        let mut keys = vec![self.key];
        let mut at = self.above;
        while let Some(path) = at {
            keys.push(path.key);
            at = path.above;
        }
        let mut text = String::new();
        for key in keys.into_iter().rev() {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(key);
        }
        text
    }
}

pub(super) fn info(log: &mut Vec<LogLine>, text: String) {
    log.push(LogLine::new(Level::Info, text));
}

/// `over` laid over `under`: maps merge, anything else of `over` wins, nulls stay. Helm's `MergeTables`.
#[must_use]
pub fn merge_tables(over: &Node, under: &Node, log: &mut Vec<LogLine>) -> Node {
    both(over, under, Nulls::Keep, log)
}

/// The same, but a null of `over` removes a value of `under`. Helm's `CoalesceTables`.
#[must_use]
pub fn coalesce_tables(over: &Node, under: &Node, log: &mut Vec<LogLine>) -> Node {
    both(over, under, Nulls::Remove, log)
}

fn both(over: &Node, under: &Node, nulls: Nulls, log: &mut Vec<LogLine>) -> Node {
    let table = Table::closed(over.clone());
    lay_over(&table, &Table::closed(under.clone()), Path::ROOT, nulls, log);
    table.close()
}

/// Fills `over` up with what only `under` has.
// Rule: coalesce.go, coalesceTablesFullKey.
pub(super) fn lay_over(over: &Table, under: &Table, path: Path<'_>, nulls: Nulls, log: &mut Vec<LogLine>) {
    if over.is_same(under) {
        return;
    }
    if nulls == Nulls::Spread {
        for (key, _, item) in over.entries().into_iter().filter(|(_, _, item)| item.is_null()) {
            under.set(&key, None, item);
        }
    }
    for (key, place, low) in under.entries() {
        let Some(high) = over.get(&key) else {
            over.set(&key, place, low);
            continue;
        };
        match (high, low) {
            (high, low) if high.is_null() => {
                if nulls == Nulls::Remove && !low.is_null() {
                    over.remove(&key);
                }
            }
            (Item::Table(high), Item::Table(low)) => lay_over(&high, &low, path.join(&key), nulls, log),
            (Item::Leaf(_), Item::Table(low)) => {
                let (path, low) = (path.join(&key).text(), go_value(&low.close()));
                info(log, format!("warning: cannot overwrite table with non table for {path} ({low})"));
            }
            (Item::Table(_), Item::Leaf(low)) if !low.is_null() => {
                let (path, low) = (path.join(&key).text(), go_value(&low));
                info(
                    log,
                    format!("warning: destination for {path} is a table. Ignoring non-table value ({low})"),
                );
            }
            (Item::Table(_), Item::Leaf(_)) => {}
            (Item::Leaf(high), Item::Leaf(low)) => over.set(&key, None, Item::Leaf(succeed(high, &low))),
        }
    }
}
