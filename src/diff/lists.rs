//! Two states of one list: which item is which.

use std::collections::BTreeMap;
use std::iter;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::fields::{At, Shown, Walk, What, item_shape};
use super::mask::{self, Secrecy};
use super::path::Step;
use crate::codec::{Data, Node, json};
use crate::kube::schema::Shape;

/// Fields that tell items apart where the schema names none, the first that does it on both sides.
const NAMES: &[&str] = &["name", "host", "path", "mountPath", "key", "id"];
/// Lists longer than this are compared item by item where no key tells items apart: aligning takes too long.
const MOST_ALIGNED: usize = 2000;

/// An item's values at the keys of its list.
type Keys = Vec<(String, String)>;

impl Walk {
    pub(super) fn lists(&mut self, at: At, old: &[Node], new: &[Node]) -> Shown {
        let secrecy = at.secrecy;
        let below = At { shape: item_shape(at.shape), secrecy };
        if let Some((fields, a, b)) = keyed(at.shape, old, new) {
            return self.by_key(below, &fields, (old, &a), (new, &b));
        }
        if is_set(at.shape) && is_of_scalars(old) && is_of_scalars(new) {
            return self.as_sets(below, old, new);
        }
        self.aligned(below, old, new)
    }

    fn by_key(
        &mut self,
        at: At,
        fields: &[&str],
        (old, a): (&[Node], &[Keys]),
        (new, b): (&[Node], &[Keys]),
    ) -> Shown {
        let mut partner: Vec<Option<usize>> = {
            let places: BTreeMap<&Keys, usize> = b.iter().zip(0..).collect();
            a.iter().map(|keys| places.get(keys).copied()).collect()
        };
        // A port that moved is still the port of that name.
        if !fields.contains(&"name") {
            let name = |node: &Node| node.get("name").and_then(Node::as_str).map(str::to_owned);
            for (index, item) in old.iter().enumerate().filter(|(_, item)| name(item).is_some()) {
                let free = |at: &usize| !partner.contains(&Some(*at));
                if partner.get(index) == Some(&None)
                    && let Some(found) =
                        (0..new.len()).filter(free).find(|at| new.get(*at).and_then(name) == name(item))
                    && let Some(slot) = partner.get_mut(index)
                {
                    *slot = Some(found);
                }
            }
        }
        let mut from = Vec::with_capacity(old.len());
        let mut shown_new: Vec<Option<Node>> = vec![None; new.len()];
        for ((item, keys), partner) in old.iter().zip(a).zip(&partner) {
            let other = partner.and_then(|at| new.get(at));
            self.path.0.push(Step::Item(keys.clone()));
            let (left, right) = self.node(at, Some(item), other);
            self.path.0.pop();
            from.extend(left);
            if let Some(slot) = partner.and_then(|at| shown_new.get_mut(at)) {
                *slot = right;
            }
        }
        for (index, (item, keys)) in new.iter().zip(b).enumerate() {
            if partner.contains(&Some(index)) {
                continue;
            }
            self.path.0.push(Step::Item(keys.clone()));
            let (_, right) = self.node(at, None, Some(item));
            self.path.0.pop();
            if let Some(slot) = shown_new.get_mut(index) {
                *slot = right;
            }
        }
        let common: Vec<usize> = partner.iter().flatten().copied().collect();
        if !common.is_sorted() {
            let names = |at: &mut dyn Iterator<Item = usize>| -> Node {
                Node::list(at.filter_map(|at| b.get(at)).map(|keys| Node::string(named(keys))).collect())
            };
            let mut sorted = common.clone();
            sorted.sort_unstable();
            let (old_order, new_order) = (names(&mut common.into_iter()), names(&mut sorted.into_iter()));
            self.push(What::Reordered, Some(old_order), Some(new_order));
        }
        (Some(Node::list(from)), Some(Node::list(shown_new.into_iter().flatten().collect())))
    }

    /// Items are there or not; their order says nothing.
    fn as_sets(&mut self, at: At, old: &[Node], new: &[Node]) -> Shown {
        let mut side = |items: &[Node], others: &[Node], is_old: bool| -> Vec<Node> {
            let mut shown = Vec::new();
            for item in items {
                if others.contains(item) {
                    shown.push(mask::one(at.secrecy, item, at.shape));
                    continue;
                }
                self.path.0.push(Step::Value(scalar(item).unwrap_or_default()));
                let (from, to) = self.one_side(at, item, is_old);
                self.path.0.pop();
                shown.extend(from.or(to));
            }
            shown.sort_by_key(json::write);
            shown
        };
        let from = side(old, new, true);
        let to = side(new, old, false);
        (Some(Node::list(from)), Some(Node::list(to)))
    }

    /// Items without names: equal ones are found, what lies between them is compared in order.
    fn aligned(&mut self, at: At, old: &[Node], new: &[Node]) -> Shown {
        let mut shown = (Vec::new(), Vec::new());
        for op in alignment(old, new) {
            let (_, left, right) = op.as_tag_tuple();
            let pairs = left.len().max(right.len());
            for step in 0..pairs {
                let (i, j) = (left.start + step, right.start + step);
                let a = old.get(i).filter(|_| i < left.end);
                let b = new.get(j).filter(|_| j < right.end);
                let follows_flag = |items: &[Node], at: usize| {
                    at.checked_sub(1).and_then(|before| items.get(before)).is_some_and(mask::is_secret_flag)
                };
                let secret = a.is_some() && follows_flag(old, i) || b.is_some() && follows_flag(new, j);
                let secrecy = match at.secrecy {
                    Secrecy::Shown => Secrecy::Shown,
                    _ if secret => Secrecy::Secret,
                    secrecy => secrecy,
                };
                self.path.0.push(Step::Index(if b.is_some() { j } else { i }));
                let (from, to) = self.node(At { secrecy, ..at }, a, b);
                self.path.0.pop();
                shown.0.extend(from);
                shown.1.extend(to);
            }
        }
        (Some(Node::list(shown.0)), Some(Node::list(shown.1)))
    }
}

fn alignment(old: &[Node], new: &[Node]) -> Vec<DiffOp> {
    if old.len().max(new.len()) > MOST_ALIGNED {
        let whole = DiffOp::Replace { old_index: 0, old_len: old.len(), new_index: 0, new_len: new.len() };
        return iter::once(whole).collect();
    }
    let texts = |items: &[Node]| -> Vec<String> { items.iter().map(json::write).collect() };
    capture_diff_slices(Algorithm::Myers, &texts(old), &texts(new))
}

/// The fields that tell the items of both lists apart, and each item's values at them.
fn keyed<'f>(
    shape: Option<Shape>,
    old: &[Node],
    new: &[Node],
) -> Option<(Vec<&'f str>, Vec<Keys>, Vec<Keys>)> {
    let of = |fields: Vec<&'f str>| -> Option<(Vec<&'f str>, Vec<Keys>, Vec<Keys>)> {
        let (a, b) = (all_keys(old, &fields)?, all_keys(new, &fields)?);
        Some((fields, a, b))
    };
    if let Some(Shape::List(list)) = shape {
        let fields: Vec<&'f str> = list.keys().filter(|key| !key.is_empty()).collect();
        let merge = list.merge_key().filter(|key| !key.is_empty());
        let by_schema = [fields, merge.into_iter().collect()].into_iter().filter(|fields| !fields.is_empty());
        if let Some(found) = by_schema.into_iter().find_map(of) {
            return Some(found);
        }
    }
    if old.is_empty() && new.is_empty() {
        return None;
    }
    NAMES.iter().find_map(|name| of(vec![name]))
}

/// The values of every item; none when one has none, or two have the same.
fn all_keys(items: &[Node], fields: &[&str]) -> Option<Vec<Keys>> {
    let keys: Vec<Keys> = items
        .iter()
        .map(|item| {
            let map = item.as_map()?;
            let mut keys = Keys::new();
            for field in fields {
                match map.get(field).filter(|node| !node.is_null()) {
                    Some(node) => {
                        let value = scalar(node)?;
                        // Rule: kubernetes v1.37 pkg/apis/core/v1/defaults.go: a port's protocol is TCP.
                        if (*field, &*value) != ("protocol", "TCP") {
                            keys.push(((*field).to_owned(), value));
                        }
                    }
                    None if *field == "protocol" || fields.len() > 2 => {}
                    None => return None,
                }
            }
            (!keys.is_empty()).then_some(keys)
        })
        .collect::<Option<_>>()?;
    let mut sorted: Vec<&Keys> = keys.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| matches!(pair, [a, b] if a != b)).then_some(keys)
}

fn named(keys: &Keys) -> String {
    keys.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("/")
}

fn is_set(shape: Option<Shape>) -> bool {
    matches!(shape, Some(Shape::List(list)) if list.is_set() || list.merge_key() == Some(""))
}

fn is_of_scalars(items: &[Node]) -> bool {
    items.iter().all(|item| scalar(item).is_some())
}

/// A scalar as the text of a key.
fn scalar(node: &Node) -> Option<String> {
    match node.data() {
        Data::String(text) => Some(text.to_string()),
        Data::Bool(value) => Some(value.to_string()),
        Data::Int(value) => Some(value.to_string()),
        Data::Uint(value) => Some(value.to_string()),
        Data::Float(value) => Some(value.to_string()),
        Data::Null | Data::List(_) | Data::Map(_) => None,
    }
}
