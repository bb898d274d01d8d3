//! The comparison put to the test: each leaf of ours altered or taken away, one at a time, must be noticed.

use std::collections::BTreeMap;

use super::case::Case;
use super::compare::{Rules, Verdict};
use super::leaf::{Id, Leaf, Leaves};

#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) made: usize,
    pub(crate) unnoticed: Vec<String>,
}

impl Tally {
    pub(crate) fn run(
        &mut self,
        rules: &Rules,
        case: &Case,
        old: &BTreeMap<Id, Leaves>,
        ours: &BTreeMap<Id, Leaves>,
    ) {
        for (id, leaves) in ours {
            let nothing = Leaves::new();
            let before = old.get(id).unwrap_or(&nothing);
            let about = rules.about(case, id, before);
            for (path, leaf) in leaves {
                let before = before.get(path);
                for (what, altered) in [("altered", Some(other(leaf))), ("removed", None)] {
                    self.made += 1;
                    let verdict = about.verdict(case, path, before, altered.as_ref());
                    if !matches!(verdict, Verdict::Wrong(_)) {
                        self.unnoticed.push(format!("{}: {}/{} {path} {what}", case.name, id.0, id.1));
                    }
                }
            }
        }
    }
}

/// Something else: one character or one unit off.
fn other(leaf: &Leaf) -> Leaf {
    match leaf {
        Leaf::Bool(value) => Leaf::Bool(!value),
        Leaf::Int(value) => Leaf::Int(value + 1),
        Leaf::Float(value) => Leaf::Float(value + 1.0),
        Leaf::Text(text) => Leaf::Text(format!("1{text}")),
        Leaf::Null | Leaf::EmptyMap | Leaf::EmptyList => Leaf::Text("something".to_owned()),
    }
}
