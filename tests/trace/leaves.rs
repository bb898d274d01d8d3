//! How many scalars are traced to a template line.

use clearml_k8s::clearml;
use clearml_k8s::codec::yaml;
use clearml_k8s::explain;
use clearml_k8s::helm::Rendered;
use clearml_k8s::manifest::Manifest;

use crate::cases::Case;

/// Percent of the corpus' scalars that must be traced.
const LEAST: f64 = 97.0;

#[derive(Default)]
struct Count {
    fields: usize,
    traced: usize,
    from_values: usize,
}

impl Count {
    fn add(&mut self, manifest: &Manifest, lost: &mut Vec<String>) {
        for field in explain::fields(manifest).unwrap() {
            self.fields += 1;
            if field.sites.is_empty() {
                lost.push(format!("{}: {} of {}", manifest.template, field.path, manifest.name));
            } else {
                self.traced += 1;
            }
            self.from_values += usize::from(!field.data.is_empty());
        }
    }
}

pub(crate) fn documents(rendered: &Rendered) -> impl Iterator<Item = &Manifest> {
    rendered.manifests.iter().chain(rendered.hooks.iter().map(|hook| &hook.manifest))
}

/// Every scalar of every preset is traced, and every value in it to the place it was set at.
pub(crate) fn presets() -> bool {
    let mut count = Count::default();
    let mut lost = Vec::new();
    let mut presets = 0;
    for preset in clearml::presets() {
        presets += 1;
        let user = yaml::read_values(&preset.source()).unwrap().root;
        let rendered = clearml::render(&user, &clearml::Options::default()).unwrap();
        for manifest in &rendered.manifests {
            count.add(manifest, &mut lost);
            for field in explain::fields(manifest).unwrap() {
                let unplaced = field.data.iter().filter(|origin| origin.value.place().is_none());
                lost.extend(
                    unplaced.map(|origin| format!("{}: {} has no place", manifest.name, origin.path)),
                );
            }
        }
    }
    println!(
        "trace: {presets} presets of ClearML, {} of {} scalars traced to a template line, {} of them made from values",
        count.traced, count.fields, count.from_values
    );
    lost.iter().take(20).for_each(|line| println!("  {line}"));
    lost.is_empty() && presets > 5
}

/// At least [`LEAST`] percent of the corpus' scalars are traced, and listening changes no byte.
pub(crate) fn corpus(cases: &[Case]) -> bool {
    let mut count = Count::default();
    let mut lost = Vec::new();
    let mut changed = Vec::new();
    let mut unlike = 0;
    for case in cases {
        let (chart, user) = (case.chart(), case.user());
        let heard = case.render(&chart, &user, true);
        let Ok(heard) = heard else {
            println!("  {}: not rendered: {}", case.id, heard.err().unwrap_or_default());
            unlike += 1;
            continue;
        };
        if case.is_deterministic {
            let plain = case.render(&chart, &user, false).unwrap();
            if plain.text() != heard.text() || plain.notes != heard.notes {
                changed.push(case.id.clone());
            }
        }
        documents(&heard).for_each(|manifest| count.add(manifest, &mut lost));
    }
    let percent = 100.0 * count.traced as f64 / count.fields.max(1) as f64;
    println!(
        "trace: {} corpus cases, {} of {} scalars traced to a template line ({percent:.2} %), {} of them made from values",
        cases.len(),
        count.traced,
        count.fields,
        count.from_values
    );
    lost.iter().take(20).for_each(|line| println!("  {line}"));
    for id in &changed {
        println!("  {id}: listening changed the output");
    }
    percent >= LEAST && changed.is_empty() && unlike == 0
}
