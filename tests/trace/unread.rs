//! Whether a misspelt key is told of exactly when it does nothing.

use clearml_k8s::codec::{Data, Node};
use clearml_k8s::helm::Rendered;

use crate::cases::{Case, Dice, some, with};

const CHARTS: usize = 60;
const TRIALS: usize = 10;
/// Trials there must be at least.
const LEAST: usize = 500;

/// The paths of the maps of a tree, lists left aside.
fn maps(node: &Node, path: &mut Vec<String>, into: &mut Vec<Vec<String>>) {
    let Some(map) = node.as_map().filter(|map| !map.is_empty()) else { return };
    into.push(path.clone());
    for entry in map.entries() {
        path.push(entry.key.to_string());
        maps(&entry.value, path, into);
        path.pop();
    }
}

fn misspelt(key: &str) -> String {
    let middle = key.floor_char_boundary(key.len() / 2);
    let letter = key[middle..].chars().next().unwrap_or('x');
    format!("{}{letter}{}", &key[..middle], &key[middle..])
}

fn output(rendered: &Rendered) -> String {
    format!("{}\n{}", rendered.text(), rendered.notes)
}

/// Puts a misspelt copy of a key beside it. `CLEARML_K8S_SEED` asks for other keys, of `CLEARML_K8S_CHARTS` charts.
pub(crate) fn run(cases: &[Case]) -> bool {
    let seed = std::env::var("CLEARML_K8S_SEED").unwrap_or_default();
    let charts = std::env::var("CLEARML_K8S_CHARTS").map_or(CHARTS, |text| text.parse().unwrap());
    let picked = some(cases, charts);
    let (mut trials, mut told, mut refused) = (0, 0, 0);
    let (mut missed, mut wrong) = (Vec::new(), Vec::new());
    for case in &picked {
        let (chart, user) = (case.chart(), case.user());
        let plain = case.render(&chart, &user, true).unwrap();
        let values = plain.trace.as_ref().unwrap().values().clone();
        let plain = output(&plain);
        let mut places = Vec::new();
        maps(&values, &mut Vec::new(), &mut places);
        let mut dice = Dice::new(&format!("{}{seed}", case.id));
        let mut done = 0;
        for _ in 0..TRIALS * 4 {
            if done == TRIALS || places.is_empty() {
                break;
            }
            let mut steps = places[dice.below(places.len())].clone();
            let map = crate::cases::at(&values, &steps).and_then(Node::as_map).unwrap();
            let entry = &map.entries()[dice.below(map.len())];
            let key = misspelt(&entry.key);
            if map.get(&key).is_some() || matches!(entry.value.data(), Data::Null) {
                continue;
            }
            steps.push(key);
            let changed = with(&user, &values, &steps, &entry.value);
            let Ok(rendered) = case.render(&chart, &changed, true) else {
                refused += 1;
                continue;
            };
            done += 1;
            trials += 1;
            let warnings = rendered.trace.as_ref().unwrap().unread(&changed);
            let path = clearml_k8s::trace::unread::join(&steps);
            let is_told = warnings.iter().any(|warning| {
                let named = warning.message.split('`').nth(1).unwrap_or_default();
                path.strip_prefix(named).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            });
            let has_effect = output(&rendered) != plain;
            told += usize::from(is_told);
            match (is_told, has_effect) {
                (true, true) => wrong.push(format!("{}: {path} has an effect", case.id)),
                (false, false) => missed.push(format!("{}: {path} has none", case.id)),
                _ => {}
            }
        }
    }
    println!(
        "unread: {} charts, {trials} trials ({refused} were refused by their charts): {told} misspelt keys told of, \
         {} of them had an effect after all; of {} not told of, {} had none",
        picked.len(),
        wrong.len(),
        trials - told,
        missed.len()
    );
    for line in &wrong {
        println!("  false alarm: {line}");
    }
    missed.iter().take(40).for_each(|line| println!("  missed: {line}"));
    wrong.is_empty() && missed.is_empty() && trials >= LEAST
}
