//! Whether a field changes with the values it is said to be made from, and with no others.

use std::collections::{BTreeMap, BTreeSet};

use clearml_k8s::codec::{Data, Node, Numbers, yaml};
use clearml_k8s::explain::{self, Field, FieldPath, Step};
use clearml_k8s::helm::Rendered;
use clearml_k8s::manifest::Manifest;

use crate::cases::{Case, Dice, at, some, with};
use crate::leaves::documents;

const CHARTS: usize = 50;
const TRIALS: usize = 10;
/// Percent of trials in which a field must change with a value it is made from.
const LEAST: f64 = 99.0;

struct Traced {
    manifest: Manifest,
    root: Node,
    fields: BTreeMap<String, Field>,
}

fn traced(rendered: &Rendered) -> Vec<Traced> {
    documents(rendered)
        .map(|manifest| {
            let options = yaml::ReadOptions { numbers: Numbers::Typed };
            let root = yaml::read(&manifest.text, &options).unwrap().root;
            let fields = explain::fields(manifest).unwrap();
            let fields = fields.into_iter().map(|field| (field.path.to_string(), field)).collect();
            Traced { manifest: manifest.clone(), root, fields }
        })
        .collect()
}

/// Another value of the same kind.
fn mutated(value: &Node) -> Option<Node> {
    Some(match value.data() {
        Data::Bool(value) => Node::new(Data::Bool(!value)),
        Data::Int(value) => Node::new(Data::Int(value + 1)),
        Data::Float(value) => Node::new(Data::Float(value + 1.0)),
        Data::String(text) if text.trim().is_empty() => return None,
        Data::String(text) => {
            let kept = text.trim_end();
            let last = kept.chars().next_back()?;
            let changed = match last.to_digit(10) {
                Some(digit) => format!("{}{}", &kept[..kept.len() - 1], (digit + 1) % 10),
                // Behind the last letter, so that braces and quotes of a template stay whole.
                None => {
                    let end = kept.rfind(char::is_alphanumeric).map_or(0, |at| at + 1);
                    let end = if kept.contains("{{") { 0 } else { kept.ceil_char_boundary(end) };
                    format!("{}x{}", &kept[..end], &kept[end..])
                }
            };
            Node::string(format!("{changed}{}", &text[kept.len()..]))
        }
        _ => return None,
    })
}

fn split(path: &str) -> Vec<String> {
    path.replace('[', ".[").split('.').filter(|step| !step.is_empty()).map(str::to_owned).collect()
}

fn leaves(node: &Node, path: &FieldPath, into: &mut BTreeSet<String>) {
    match node.data() {
        Data::Map(map) if !map.is_empty() => {
            for entry in map.entries() {
                leaves(&entry.value, &path.then(Step::Key(entry.key.clone())), into);
            }
        }
        Data::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &path.then(Step::Item(index, None)), into);
            }
        }
        _ => {
            into.insert(path.to_string());
        }
    }
}

/// Fields of `a` that are other in `b` or not there, and fields of `b` that are not in `a`.
#[derive(Default)]
struct Changes {
    old: BTreeSet<String>,
    new: BTreeSet<String>,
}

fn compare(a: &Node, b: &Node, at: (&FieldPath, &FieldPath), changes: &mut Changes) {
    match (a.data(), b.data()) {
        (Data::Map(x), Data::Map(y)) if !x.is_empty() && !y.is_empty() => {
            for entry in x.entries() {
                let step = Step::Key(entry.key.clone());
                let (left, right) = (at.0.then(step.clone()), at.1.then(step));
                match y.get(&entry.key) {
                    Some(other) => compare(&entry.value, other, (&left, &right), changes),
                    None => leaves(&entry.value, &left, &mut changes.old),
                }
            }
            for entry in y.entries().iter().filter(|entry| x.get(&entry.key).is_none()) {
                leaves(&entry.value, &at.1.then(Step::Key(entry.key.clone())), &mut changes.new);
            }
        }
        (Data::List(x), Data::List(y)) if !x.is_empty() && !y.is_empty() => items(x, y, at, changes),
        _ if a == b => {}
        _ => {
            leaves(a, at.0, &mut changes.old);
            leaves(b, at.1, &mut changes.new);
        }
    }
}

fn items(old: &[Node], new: &[Node], at: (&FieldPath, &FieldPath), changes: &mut Changes) {
    let item = |path: &FieldPath, index: usize| path.then(Step::Item(index, None));
    let pairs = pair(old, new);
    for (index, left) in old.iter().enumerate() {
        match pairs.iter().find(|(own, _)| *own == index) {
            Some((_, other)) => {
                compare(left, &new[*other], (&item(at.0, index), &item(at.1, *other)), changes);
            }
            None => leaves(left, &item(at.0, index), &mut changes.old),
        }
    }
    for (index, right) in new.iter().enumerate() {
        if !pairs.iter().any(|(_, own)| *own == index) {
            leaves(right, &item(at.1, index), &mut changes.new);
        }
    }
}

/// Which items of two lists are the same: by position when the lengths agree, else equal ones in order, then those of
/// one name.
fn pair(a: &[Node], b: &[Node]) -> Vec<(usize, usize)> {
    if a.len() == b.len() {
        return (0..a.len()).map(|index| (index, index)).collect();
    }
    let name = |node: &Node| node.get("name").and_then(Node::as_str).map(str::to_owned);
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (i, left) in a.iter().enumerate() {
        let free = |j: &usize| !pairs.iter().any(|(_, own)| own == j);
        let hit = (0..b.len()).filter(free).find(|j| {
            let right = &b[*j];
            left == right || name(left).is_some() && name(left) == name(right)
        });
        pairs.extend(hit.map(|j| (i, j)));
    }
    pairs
}

/// The documents of two renders that are the same object: the n-th of its kind of a template.
fn objects<'t>(a: &'t [Traced], b: &'t [Traced]) -> Vec<(&'t Traced, Option<&'t Traced>)> {
    let key = |all: &[Traced], index: usize| {
        let own = &all[index].manifest;
        let before = all[..index]
            .iter()
            .filter(|other| other.manifest.template == own.template && other.manifest.kind == own.kind)
            .count();
        (own.template.clone(), own.kind.clone(), before)
    };
    let counts = |all: &[Traced], own: &Manifest| {
        all.iter().filter(|it| it.manifest.template == own.template && it.manifest.kind == own.kind).count()
    };
    (0..a.len())
        .map(|index| {
            let own = &a[index].manifest;
            let same_count = counts(a, own) == counts(b, own);
            let found = (0..b.len()).find(|other| {
                if same_count {
                    key(a, index) == key(b, *other)
                } else {
                    let other = &b[*other].manifest;
                    other.kind == own.kind && other.name == own.name && other.template == own.template
                }
            });
            (&a[index], found.map(|other| &b[other]))
        })
        .collect()
}

#[derive(Default)]
struct Tally {
    trials: usize,
    changed: usize,
    refused: usize,
    fields: usize,
    still: BTreeMap<String, usize>,
    unnamed: Vec<String>,
}

/// Changes one value at a time and compares.
pub(crate) fn run(cases: &[Case]) -> bool {
    let mut tally = Tally::default();
    let picked = some(cases, CHARTS);
    for case in &picked {
        trials(case, &mut tally);
    }
    let percent = 100.0 * tally.changed as f64 / tally.trials.max(1) as f64;
    println!(
        "mutation: {} charts, {} trials ({} values were refused by their charts): the field changed in {} ({percent:.2} %); \
         {} fields changed, {} of them named the value neither as data nor as control",
        picked.len(),
        tally.trials,
        tally.refused,
        tally.changed,
        tally.fields,
        tally.unnamed.len()
    );
    for (expression, count) in &tally.still {
        println!("  unchanged {count} times: {expression}");
    }
    tally.unnamed.iter().take(40).for_each(|line| println!("  unnamed: {line}"));
    percent >= LEAST && tally.unnamed.is_empty() && picked.len() >= CHARTS
}

fn trials(case: &Case, tally: &mut Tally) {
    let (chart, user) = (case.chart(), case.user());
    let rendered = case.render(&chart, &user, true).unwrap();
    let merged = rendered.trace.as_ref().unwrap().values().clone();
    let before = traced(&rendered);
    let mut values: Vec<(String, usize, String)> = Vec::new();
    for (index, object) in before.iter().enumerate() {
        for (path, field) in &object.fields {
            for origin in field.data.iter().filter(|origin| !origin.path.starts_with('.')) {
                values.push((origin.path.to_string(), index, path.clone()));
            }
        }
    }
    let mut dice = Dice::new(&case.id);
    let mut done = 0;
    for _ in 0..TRIALS * 4 {
        if done == TRIALS || values.is_empty() {
            break;
        }
        let (path, index, field) = values.swap_remove(dice.below(values.len()));
        let steps = split(&path);
        let Some(value) = at(&merged, &steps).and_then(mutated) else { continue };
        let user = with(&user, &merged, &steps, &value);
        let Ok(changed) = case.render(&chart, &user, true) else {
            tally.refused += 1;
            continue;
        };
        done += 1;
        let after = traced(&changed);
        let mut hit = false;
        for (number, (old, new)) in objects(&before, &after).into_iter().enumerate() {
            let mut changes = Changes::default();
            let root = FieldPath::default();
            match new {
                Some(new) => compare(&old.root, &new.root, (&root, &root), &mut changes),
                None => leaves(&old.root, &root, &mut changes.old),
            }
            hit |= number == index && changes.old.contains(&field);
            tally.fields += changes.old.len() + changes.new.len();
            let sides = [(Some(old), changes.old), (new, changes.new)];
            for (object, changed) in sides.into_iter().filter_map(|(object, paths)| Some((object?, paths))) {
                for field in changed {
                    let names =
                        |object: &Traced| object.fields.get(&field).is_some_and(|field| named(field, &path));
                    if !names(object) && !new.is_some_and(names) && !names(old) {
                        tally.unnamed.push(format!(
                            "{}: {path} changes {} of {}",
                            case.id, field, object.manifest.template
                        ));
                    }
                }
            }
        }
        tally.trials += 1;
        if hit {
            tally.changed += 1;
        } else {
            let object = &before[index];
            let site = object.fields[&field].sites.first();
            let expression = site.map_or_else(String::new, |site| site.place.text().to_owned());
            let line = format!("{}: {path} -> {field} ({}) {expression}", case.id, object.manifest.template);
            *tally.still.entry(line).or_default() += 1;
        }
    }
}

/// Whether a field names a value, something it is part of, or something below it.
fn named(field: &Field, path: &str) -> bool {
    field.data.iter().chain(&field.control).any(|origin| {
        let below = path.strip_prefix(&*origin.path);
        *origin.path == *"." || below.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}
