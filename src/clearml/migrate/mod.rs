//! From the values of a Trains chart to those of ClearML, in the user's own text: only the bytes of
//! renamed keys and of outdated defaults change, so comments, order and layout stay.

mod rules;
#[cfg(test)]
mod tests;

use crate::codec::{Data, Map, Node, yaml};
use crate::diag::{Code, Diagnostic, Place, Severity, Source, SourceKind};

/// A migrated values file.
#[derive(Clone, Debug)]
pub struct Migrated {
    /// The new text.
    pub text: String,
    /// How many places changed; 0 for a file that holds nothing of Trains.
    pub changes: usize,
    /// What the user has to know or do; places point into the old text. Values are never quoted.
    pub notes: Vec<Diagnostic>,
}

/// One change of the text.
struct Edit {
    place: Place,
    text: String,
}

/// The values file with Trains' keys and defaults replaced by ClearML's.
///
/// # Errors
/// A text that is no values file, or one that holds an old key beside the new one.
pub fn migrate(source: &Source) -> Result<Migrated, Box<Diagnostic>> {
    let document = yaml::read_values(source).map_err(|error| Box::new(error.into_diagnostic()))?;
    let mut walk = Walk { edits: Vec::new(), notes: Vec::new(), clash: None };
    walk.node(&document.root, &mut Vec::new());
    if let Some(clash) = walk.clash {
        return Err(Box::new(clash));
    }
    walk.storage(&document.root);
    let changes = walk.edits.len();
    let text = apply(source.text(), &mut walk.edits);
    // The result is read once more, so that no edit can have spoiled the file unseen.
    let after = Source::new(SourceKind::File, source.name(), text.as_str());
    yaml::read_values(&after).map_err(|error| Box::new(error.into_diagnostic()))?;
    Ok(Migrated { text, changes, notes: walk.notes })
}

/// Where the Trains charts named the image's tag.
const TAG: [&str; 3] = ["trains", "image", "tag"];

struct Walk {
    edits: Vec<Edit>,
    notes: Vec<Diagnostic>,
    clash: Option<Diagnostic>,
}

impl Walk {
    fn node<'n>(&mut self, node: &'n Node, path: &mut Vec<&'n str>) {
        match node.data() {
            Data::Map(map) => self.map(map, path),
            Data::List(items) => {
                let indices: Vec<String> = (0..items.len()).map(|index| index.to_string()).collect();
                for (item, index) in items.iter().zip(&indices) {
                    // Only rules look at the path below; it does not outlive the loop.
                    let mut below: Vec<&str> = path.clone();
                    below.push(index);
                    self.node(item, &mut below);
                }
            }
            Data::String(text) => self.text(node, text, path),
            // `tag: 0.16` is a number to YAML.
            Data::Float(_) if *path == TAG => self.tag(node),
            _ => {}
        }
    }

    fn map<'n>(&mut self, map: &'n Map, path: &mut Vec<&'n str>) {
        for entry in map.entries() {
            path.push(&entry.key);
            let dropped = rules::DROPPED.iter().find(|(rule, _)| rules::matches(rule, path));
            if let Some((key, reason)) = dropped {
                self.note(
                    entry.place.clone(),
                    format!("`{key}` is not carried over"),
                    format!("delete the key: {reason}"),
                );
                path.pop();
                continue;
            }
            let parent = path.get(..path.len().saturating_sub(1)).unwrap_or_default();
            let rule = rules::RENAMED
                .iter()
                .find(|rule| rule.old == &*entry.key && rules::matches(rule.parent, parent));
            if let Some(rule) = rule {
                self.rename(map, entry.place.as_ref(), rule.old, rule.new);
            } else if entry.key.to_ascii_lowercase().contains("trains") {
                self.note(
                    entry.place.clone(),
                    format!("`{}` is no key of a Trains chart, so it was left as it is", path.join(".")),
                    "look whether it is a misspelt one".to_owned(),
                );
            }
            self.node(&entry.value, path);
            path.pop();
        }
    }

    fn rename(&mut self, map: &Map, place: Option<&Place>, old: &str, new: &str) {
        let Some(place) = place else { return };
        if let Some(other) = map.entry(new) {
            let clash = Diagnostic::error(
                Code("migrate::both-keys"),
                format!("the old key `{old}` stands beside the new key `{new}`"),
            )
            .at(place.clone(), "the old key")
            .help(format!("keep one of them: merge what stands under `{old}` into `{new}`"));
            self.clash.get_or_insert(match &other.place {
                Some(other) => clash.and_at(other.clone(), "the new key"),
                None => clash,
            });
            return;
        }
        self.edit(place, place.text().replacen(old, new, 1));
    }

    fn text(&mut self, node: &Node, text: &str, path: &[&str]) {
        let Some(place) = node.place() else { return };
        match path {
            ["trains", "image", "repository"] if text.ends_with("trains-server") => {
                let (repository, _) = rules::IMAGE;
                self.edit(place, place.text().replacen(text, repository, 1));
            }
            _ if path == TAG => self.tag(node),
            ["apiserver", "mongoPrepopulateZipFile"] => {
                // The new value names the folder that holds the archives.
                let folder = text.rsplit_once('/').map_or("", |(folder, _)| folder);
                let folder = folder.replace("/opt/trains/", "/opt/clearml/");
                self.edit(place, yaml::scalar(&folder).into_owned());
            }
            _ => {
                let mut written = place.text().to_owned();
                for rule in rules::REPLACED.iter().filter(|rule| rules::matches(rule.path, path)) {
                    // A whole word stands for itself, a path's beginning for every path below it.
                    let whole = !rule.old.contains('/');
                    if if whole { text.trim() == rule.old } else { text.contains(rule.old) } {
                        written = written.replace(rule.old, rule.new);
                    }
                }
                if written != place.text() {
                    self.edit(place, written);
                }
            }
        }
    }

    fn tag(&mut self, node: &Node) {
        let Some(place) = node.place() else { return };
        let (_, tag) = rules::IMAGE;
        self.edit(place, format!("\"{tag}\""));
        self.note(
            Some(place.clone()),
            format!("the image tag of the Trains server became `{tag}`"),
            "coming from 0.15 or older, migrate the data of Elasticsearch 5 first; take newer versions one by one afterwards".to_owned(),
        );
    }

    /// Says what happens to data on NFS, which no text of the file can move.
    fn storage(&mut self, root: &Node) {
        let nfs = root.at_path(["storage", "use_nfs"]);
        if nfs.and_then(Node::as_bool) != Some(true) {
            return;
        }
        self.note(
            nfs.and_then(Node::place).cloned(),
            "on NFS, Elasticsearch's data stays in `data/elastic`, where Trains 0.15 and older kept that of Elasticsearch 5".to_owned(),
            "coming from 0.15 or older, migrate it into a folder of its own and name that in `storage.nfs.paths.elasticsearch`, such as `/data/elastic_7`"
                .to_owned(),
        );
        let base = root.at_path(["storage", "nfs", "base_path"]);
        let (place, message) = match base.and_then(Node::as_str) {
            Some(path) if path.contains("trains") => (
                base.and_then(Node::place),
                "the NFS folder keeps its old name, because the data is there".to_owned(),
            ),
            Some(_) => return,
            None => (
                nfs.and_then(Node::place),
                "Trains kept its data under `/data/trains`, ClearML looks under `/data/clearml`".to_owned(),
            ),
        };
        self.note(
            place.cloned(),
            message,
            "rename the folder on the NFS server, or set `storage.nfs.base_path` to where the data is"
                .to_owned(),
        );
    }

    fn edit(&mut self, place: &Place, text: String) {
        self.edits.push(Edit { place: place.clone(), text });
    }

    fn note(&mut self, place: Option<Place>, message: String, help: String) {
        self.notes.push(
            Diagnostic::new(Severity::Warning, Code("migrate::by-hand"), message)
                .maybe_at(place, "")
                .help(help),
        );
    }
}

/// The text with every edit made. An anchored map is walked once for each alias, so equal places count once.
fn apply(text: &str, edits: &mut Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.place.span);
    edits.dedup_by_key(|edit| edit.place.span);
    let mut out = String::with_capacity(text.len() + 16 * edits.len());
    let mut done = 0;
    for edit in edits {
        let span = edit.place.span;
        out.push_str(text.get(done..span.start()).unwrap_or_default());
        out.push_str(&edit.text);
        done = span.end();
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}
