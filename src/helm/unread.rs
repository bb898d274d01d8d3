//! What the values of a release did: which were used, and which the user set for nothing.

use std::collections::HashSet;

use super::left_out::Merging;
use super::tree::Member;
use crate::chart::Chart;
use crate::codec::{Data, Node};
use crate::diag::{Code, Diagnostic, Place};
use crate::manifest::{self, RenderedFile};
use crate::trace::record::{Blank, IdleKey, Recorder, Skipped, Use};
use crate::trace::unread::{Unread, Used, join, nearest};

/// A key that no template reads.
const UNREAD: Code = Code("values::unread-key");

/// The end of the name of a template whose text is no manifest.
const NOTES: &str = "NOTES.txt";

/// Which values a traced release used.
#[derive(Clone, Debug)]
pub struct ValuesTrace {
    values: Node,
    merging: Merging,
    uses: Vec<Use>,
    idle: Vec<IdleKey>,
    /// Those of the idle keys that some chart has by itself, or whose blank lines part documents.
    kept: HashSet<Vec<String>>,
    skipped: Vec<Skipped>,
    off: Vec<Off>,
}

/// A subchart that is switched off.
#[derive(Clone, Debug)]
struct Off {
    /// Its section in the values.
    section: Vec<String>,
    /// The value that switched it off.
    switch: Option<String>,
}

impl ValuesTrace {
    /// What a recorder heard while the release was rendered.
    pub(super) fn new(
        recorder: &Recorder,
        merging: Merging,
        values: &Node,
        chart: &Chart,
        member: &Member,
        files: &[RenderedFile],
    ) -> Self {
        let idle = recorder.idle_keys();
        let kept = idle.iter().filter(|key| is_default(member, &key.path) || !is_blank(&key.blanks, files));
        let mut trace = Self {
            values: values.clone(),
            merging,
            uses: recorder.uses(),
            kept: kept.map(|key| key.path.clone()).collect(),
            idle,
            skipped: recorder.skipped_parts(),
            off: Vec::new(),
        };
        trace.switches(chart, Some(member), &mut Vec::new());
        trace
    }

    /// The merged values of the release, what was used of them included.
    #[must_use]
    pub fn values(&self) -> &Node {
        &self.values
    }

    /// The conditions and tags that switch subcharts on and off are read as well, though by no template.
    fn switches(&mut self, chart: &Chart, member: Option<&Member>, path: &mut Vec<String>) {
        for dependency in chart.metadata().dependencies.iter().flatten() {
            let name = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            let child = member.and_then(|member| member.children.iter().find(|child| child.name == *name));
            let mut switch = None;
            let mut decided = false;
            for tag in &dependency.tags {
                let steps = vec!["tags".to_owned(), tag.clone()];
                if at(&self.values, &steps).is_some() {
                    switch = Some(join(&steps));
                    self.uses.push(Use { path: steps, whole: true, idle: false });
                }
            }
            for condition in dependency.condition.trim().split(',').filter(|text| !text.is_empty()) {
                let steps: Vec<String> =
                    path.iter().cloned().chain(condition.split('.').map(str::to_owned)).collect();
                let value = at(&self.values, &steps).and_then(Node::as_bool);
                self.uses.push(Use { path: steps.clone(), whole: true, idle: false });
                if !decided && value.is_some() {
                    decided = true;
                    switch = Some(join(&steps));
                }
            }
            path.push(name.clone());
            if child.is_none() {
                self.off.push(Off { section: path.clone(), switch });
            }
            let loaded = chart.subcharts().iter().find(|chart| chart.name() == dependency.name);
            if let (Some(loaded), true) = (loaded, path.len() < 32) {
                self.switches(loaded, child, path);
            }
            path.pop();
        }
    }

    /// A warning for each key of the user's values that no template read, with the nearest that one reads, or
    /// with what switched its reader off. Keys that change others by being there are left out.
    #[must_use]
    pub fn unread(&self, user: &Node) -> Vec<Diagnostic> {
        let used = Used::new(&self.uses, &self.idle, &self.values, &self.kept);
        let unread = used.unread(user);
        let keys = self.merging.harmless(user, &unread, &Used::all(&self.uses, &self.values));
        keys.into_iter().map(|key| self.warning(key, &used)).collect()
    }

    fn warning(&self, key: &Unread, used: &Used) -> Diagnostic {
        let path = key.path();
        if let Some(idle) = self.idle.iter().find(|idle| used.is_idle(&key.steps) && idle.path == key.steps) {
            return self.idle_warning(key, idle);
        }
        let warning = Diagnostic::warning(UNREAD, format!("no template reads `{path}`"))
            .maybe_at(key.place.clone(), "has no effect");
        if let Some((reason, place)) = self.reason(key) {
            let warning = warning.help(reason);
            return match place {
                Some(place) => warning.and_at(place, "switched off here"),
                None => warning,
            };
        }
        match self.near(key, used) {
            Some(near) => warning.help(format!("did you mean `{near}`?")),
            None => warning,
        }
    }

    /// A key whose rounds did nothing.
    fn idle_warning(&self, key: &Unread, idle: &IdleKey) -> Diagnostic {
        let text = format!("no template makes anything of `{}`", key.path());
        let warning = Diagnostic::warning(UNREAD, text).maybe_at(key.place.clone(), "has no effect");
        let Some((place, decided_by)) = &idle.because else { return warning };
        let names: Vec<String> = decided_by.iter().take(3).map(|path| format!("`{path}`")).collect();
        let warning =
            warning.help(format!("what reads it, at {place}, is switched off by {}", names.join(", ")));
        match decided_by.first().and_then(|path| self.place(path)) {
            Some(place) => warning.and_at(place, "switched off here"),
            None => warning,
        }
    }

    /// What switched off whatever would have read a key.
    fn reason(&self, key: &Unread) -> Option<(String, Option<Place>)> {
        let off = self.off.iter().find(|off| key.steps.starts_with(&off.section));
        if let Some(off) = off {
            let section = join(&off.section);
            return Some(match &off.switch {
                Some(switch) => {
                    (format!("the subchart `{section}` is switched off by `{switch}`"), self.place(switch))
                }
                None => (format!("the subchart `{section}` is not there"), None),
            });
        }
        let keys: Vec<&str> =
            key.steps.iter().map(String::as_str).take_while(|step| !step.starts_with('[')).collect();
        let mut best: Option<(usize, &Skipped)> = None;
        for skipped in self.skipped.iter().filter(|skipped| !skipped.decided_by.is_empty()) {
            let chart = charts_of(&skipped.template);
            for mention in skipped.mentions.iter() {
                let length = chart.len() + mention.len();
                let same = chart
                    .iter()
                    .map(|name| (*name).to_owned())
                    .chain(mention.iter().map(|key| key.text().into_owned()));
                let mut same = same.zip(&keys);
                // The part mentions the key itself, or all of a section that holds it.
                if length <= keys.len()
                    && !mention.is_empty()
                    && same.all(|(own, key)| own == **key)
                    && best.is_none_or(|(known, _)| length > known)
                    && !skipped.decided_by.iter().all(|path| *path == key.path())
                {
                    best = Some((length, skipped));
                }
            }
        }
        let (_, skipped) = best?;
        let names: Vec<String> = skipped.decided_by.iter().take(3).map(|path| format!("`{path}`")).collect();
        let text = format!("what reads it, at {}, is switched off by {}", skipped.place, names.join(", "));
        let place = skipped.decided_by.first().and_then(|path| self.place(path));
        Some((text, place))
    }

    fn place(&self, path: &str) -> Option<Place> {
        at(&self.values, &split(path))?.place().cloned()
    }

    /// The nearest key that the charts know.
    fn near(&self, key: &Unread, used: &Used) -> Option<String> {
        let (last, above) = key.steps.split_last()?;
        let mut known: Vec<&str> = used.looked_for(above);
        let defaults = at(&self.values, above).and_then(Node::as_map);
        // A key that was in the chart's defaults has a place there, or took one's place.
        let of_chart = |node: &Node| {
            std::iter::successors(Some(node), |node| node.replaced())
                .filter_map(Node::place)
                .any(|place| place.source.kind() == crate::diag::SourceKind::Chart)
        };
        known.extend(
            defaults
                .map(|map| map.entries())
                .unwrap_or_default()
                .iter()
                .filter(|entry| of_chart(&entry.value) || matches!(entry.value.data(), Data::Map(_)))
                .map(|entry| &*entry.key),
        );
        let known: HashSet<&str> = known.into_iter().filter(|known| known != last).collect();
        let mut known: Vec<&str> = known.into_iter().collect();
        known.sort_unstable();
        let near = nearest(last, known)?;
        let steps: Vec<String> = above.iter().cloned().chain([near.to_owned()]).collect();
        Some(join(&steps))
    }
}

/// Whether the documents of all files are the same without these bytes of them.
fn is_blank(blanks: &[Blank], files: &[RenderedFile]) -> bool {
    let templates: HashSet<&str> = blanks.iter().map(|blank| &*blank.template).collect();
    templates.into_iter().all(|template| {
        let Some(file) = files.iter().find(|file| file.template == template) else { return false };
        let mut bytes: Vec<_> =
            blanks.iter().filter(|blank| *blank.template == *template).map(|it| it.bytes.clone()).collect();
        bytes.sort_by_key(|range| range.start);
        let (mut without, mut from) = (String::new(), 0);
        for range in bytes.into_iter().chain(std::iter::once(file.text.len()..file.text.len())) {
            let Some(kept) = file.text.get(from..range.start) else { return false };
            without.push_str(kept);
            from = range.end;
        }
        let pieces = |text: &str| -> Vec<String> {
            manifest::split(text).into_iter().filter_map(|range| Some(text.get(range)?.to_owned())).collect()
        };
        !file.template.ends_with(NOTES) && file.bad_bytes.is_empty() && pieces(&without) == pieces(&file.text)
    })
}

/// Whether a path of a chart's values is there without any of the user's: in its defaults or those of its subcharts.
fn is_default(member: &Member, path: &[String]) -> bool {
    let global = path.iter().position(|step| step == "global");
    at(&member.values, path).is_some()
        || global.and_then(|from| path.get(from..)).is_some_and(|path| at(&member.values, path).is_some())
        || path.split_first().is_some_and(|(name, rest)| {
            member.children.iter().any(|child| child.name == *name && is_default(child, rest))
        })
}

fn at<'n>(node: &'n Node, steps: &[String]) -> Option<&'n Node> {
    steps.iter().try_fold(node, |node, step| match node.as_list() {
        Some(items) => items.get(step.strip_prefix('[')?.strip_suffix(']')?.parse::<usize>().ok()?),
        None => node.get(step),
    })
}

fn split(path: &str) -> Vec<String> {
    path.replace('[', ".[").split('.').filter(|step| !step.is_empty()).map(str::to_owned).collect()
}

/// The names of the subcharts that a template belongs to: `a/charts/b/templates/x.yaml` is of `b`.
fn charts_of(template: &str) -> Vec<&str> {
    let folders: Vec<&str> = template.split("/templates/").next().unwrap_or_default().split('/').collect();
    folders
        .windows(2)
        .filter(|pair| pair.first() == Some(&"charts"))
        .filter_map(|pair| pair.get(1).copied())
        .collect()
}
