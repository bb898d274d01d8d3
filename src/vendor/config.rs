//! `vendor.yaml`: the releases of a repository and the folders they are kept in.

use std::fmt;

use super::ownership::is_inside;
use crate::codec::yaml::{self, ReadOptions};
use crate::codec::{Entry, Node, Numbers};
use crate::diag::{self, Code, Diagnostic, Place, Source};

/// A key that means nothing.
const UNKNOWN: Code = Code("vendor::unknown-key");
/// A value that cannot be meant.
const BAD: Code = Code("vendor::bad-value");
/// Something that has to be said is not.
const MISSING: Code = Code("vendor::missing-value");
/// Two releases in one folder.
const OVERLAP: Code = Code("vendor::overlapping-targets");

/// A text and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Its place in the file.
    pub place: Option<Place>,
}

/// One release of a `vendor.yaml`: what renders, with what, and where it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Release {
    /// Where the release stands in the file.
    pub place: Option<Place>,
    /// `target`: the folder, below the file's own.
    pub target: String,
    /// `release`: its name.
    pub release: Option<String>,
    /// `namespace`
    pub namespace: Option<String>,
    /// `chart`: a folder or archive; ClearML without it.
    pub chart: Option<Written>,
    /// `presets` under everything else.
    pub presets: Vec<Written>,
    /// `values`: files, later over earlier.
    pub values: Vec<Written>,
    /// `set`, as `--set` takes it.
    pub set: Vec<String>,
    /// `setString`, as `--set-string` takes it.
    pub set_string: Vec<String>,
    /// `kubeVersion`
    pub kube_version: Option<String>,
    /// `apiVersions`
    pub api_versions: Vec<String>,
    /// `without`: kinds of ClearML's objects to leave out.
    pub without: Vec<String>,
    /// `noSecrets`
    pub no_secrets: bool,
    /// `includeCrds`
    pub include_crds: bool,
    /// `noHooks`
    pub no_hooks: bool,
    /// `skipTests`
    pub skip_tests: bool,
    /// `deterministic`: a chart's random functions depend on `seedFile`, its clock shows `now`.
    pub deterministic: bool,
    /// `seedFile`, with `deterministic`
    pub seed_file: Option<String>,
    /// `now`, with `deterministic`: RFC 3339 or seconds since 1970
    pub now: Option<String>,
}

/// Every key of a release, sorted by bytes.
const KEYS: &[&str] = &[
    "apiVersions",
    "chart",
    "deterministic",
    "includeCrds",
    "kubeVersion",
    "namespace",
    "noHooks",
    "noSecrets",
    "now",
    "presets",
    "release",
    "seedFile",
    "set",
    "setString",
    "skipTests",
    "target",
    "values",
    "without",
];

/// The releases of a `vendor.yaml`, in its order.
///
/// `defaults` gives what a release does not say itself; of lists, its items come first.
///
/// # Errors
/// Every mistake of the file.
pub fn parse(source: &Source) -> Result<Vec<Release>, Vec<Diagnostic>> {
    let document = yaml::read(source, &ReadOptions { numbers: Numbers::Typed })
        .map_err(|error| vec![error.into_diagnostic()])?;
    let mut reader = Reader::default();
    let releases = reader.file(&document.root);
    if reader.problems.is_empty() { Ok(releases) } else { Err(reader.problems) }
}

/// One release written by itself, as in the `spec` of a function's configuration: the same keys but for `target`.
///
/// # Errors
/// Every mistake of it.
pub fn parse_release(node: &Node) -> Result<Release, Vec<Diagnostic>> {
    let mut reader = Reader::default();
    let mut release = Release { place: node.place().map(first_line), ..Release::default() };
    reader.release(node, &mut release);
    if let Some(entry) = node.as_map().and_then(|map| map.entry("target")) {
        reader.bad(&entry.value, "a release by itself has no `target`");
    }
    if reader.problems.is_empty() { Ok(release) } else { Err(reader.problems) }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Diagnostic>,
}

impl Reader {
    fn file(&mut self, root: &Node) -> Vec<Release> {
        let Some(map) = root.as_map() else {
            self.problems.push(
                Diagnostic::error(BAD, "this is no list of releases")
                    .maybe_at(root.place().cloned(), "")
                    .help("write `releases:` and below it one item a release, each with its `target`"),
            );
            return Vec::new();
        };
        for entry in map.entries().iter().filter(|entry| !matches!(&*entry.key, "defaults" | "releases")) {
            self.unknown(entry, &["defaults", "releases"]);
        }
        let mut defaults = Release::default();
        if let Some(node) = map.get("defaults") {
            self.release(node, &mut defaults);
            if let Some(entry) = node.as_map().and_then(|map| map.entry("target")) {
                self.bad(&entry.value, "every release has a `target` of its own");
            }
        }
        defaults.target.clear();
        let items = map.get("releases").and_then(Node::as_list).unwrap_or_default();
        if items.is_empty() {
            let place = map.entry("releases").and_then(|entry| entry.place.clone());
            self.problems.push(
                Diagnostic::error(MISSING, "no release is listed")
                    .maybe_at(place.or_else(|| root.place().cloned()), "")
                    .help("write `releases:` and below it one item a release, each with its `target`"),
            );
        }
        let mut releases: Vec<Release> = Vec::new();
        for item in items {
            let mut release = Release { place: item.place().map(first_line), ..defaults.clone() };
            self.release(item, &mut release);
            if item.as_map().is_some_and(|map| map.entry("target").is_none()) {
                self.problems.push(
                    Diagnostic::error(MISSING, "the release has no `target`")
                        .maybe_at(release.place.clone(), "")
                        .help("write the folder its manifests are kept in, such as `target: clusters/prod/clearml`"),
                );
            }
            self.overlaps(&release, &releases);
            releases.push(release);
        }
        releases
    }

    /// Two folders that are one, or one in the other, would prune each other's files.
    fn overlaps(&mut self, release: &Release, others: &[Release]) {
        let within = |inner: &str, outer: &str| {
            inner == outer || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
        };
        let (new, place) = (release.target.as_str(), release.place.clone());
        let mut others = others.iter().filter(|_| !new.is_empty());
        let Some(other) = others.find(|other| within(new, &other.target) || within(&other.target, new))
        else {
            return;
        };
        let message = format!("the targets `{}` and `{new}` overlap", other.target);
        let mut finding = Diagnostic::error(OVERLAP, message)
            .maybe_at(place, "")
            .help("give each release a folder of its own, beside the others");
        if let Some(place) = &other.place {
            finding = finding.and_at(place.clone(), "the other one");
        }
        self.problems.push(finding);
    }

    fn release(&mut self, node: &Node, into: &mut Release) {
        let Some(map) = node.as_map() else {
            self.bad(node, "a map of settings is wanted here");
            return;
        };
        for entry in map.entries() {
            let value = &entry.value;
            match &*entry.key {
                "target" => into.target = self.target(value),
                "release" => into.release = self.text(value),
                "namespace" => into.namespace = self.text(value),
                "kubeVersion" => into.kube_version = self.text(value),
                "chart" => into.chart = self.written(value),
                "presets" => into.presets.extend(self.list(value)),
                "values" => into.values.extend(self.list(value)),
                "set" => into.set.extend(self.texts(value)),
                "setString" => into.set_string.extend(self.texts(value)),
                "apiVersions" => into.api_versions.extend(self.texts(value)),
                "without" => into.without.extend(self.texts(value)),
                "noSecrets" => into.no_secrets = self.switch(value),
                "includeCrds" => into.include_crds = self.switch(value),
                "noHooks" => into.no_hooks = self.switch(value),
                "skipTests" => into.skip_tests = self.switch(value),
                "deterministic" => into.deterministic = self.switch(value),
                "seedFile" => into.seed_file = self.text(value),
                "now" => into.now = self.text(value),
                _ => self.unknown(entry, KEYS),
            }
        }
    }

    /// The folder without `./` and a last `/`.
    fn target(&mut self, node: &Node) -> String {
        let Some(text) = self.text(node) else { return String::new() };
        let folder = text.trim_start_matches("./").trim_end_matches('/');
        if !is_inside(folder) || text.starts_with('/') {
            self.problems.push(
                Diagnostic::error(
                    BAD,
                    format!("the target `{text}` is no folder below the one of this file"),
                )
                .maybe_at(node.place().cloned(), "leads elsewhere")
                .help("write a relative path without `..`, such as `clusters/prod/clearml`"),
            );
            return String::new();
        }
        folder.to_owned()
    }

    fn written(&mut self, node: &Node) -> Option<Written> {
        match node.as_str() {
            Some(text) if !text.is_empty() => {
                Some(Written { text: text.to_owned(), place: node.place().cloned() })
            }
            _ => {
                self.bad(node, "text is wanted here");
                None
            }
        }
    }

    fn text(&mut self, node: &Node) -> Option<String> {
        self.written(node).map(|written| written.text)
    }

    /// The items; a single text counts as a list of one.
    fn list(&mut self, node: &Node) -> Vec<Written> {
        match node.as_list() {
            Some(items) => items.iter().filter_map(|item| self.written(item)).collect(),
            None => self.written(node).into_iter().collect(),
        }
    }

    fn texts(&mut self, node: &Node) -> Vec<String> {
        self.list(node).into_iter().map(|written| written.text).collect()
    }

    fn switch(&mut self, node: &Node) -> bool {
        node.as_bool().unwrap_or_else(|| {
            self.bad(node, "`true` or `false` is wanted here");
            false
        })
    }

    fn bad(&mut self, node: &Node, message: impl fmt::Display) {
        self.problems.push(Diagnostic::error(BAD, message.to_string()).maybe_at(node.place().cloned(), ""));
    }

    fn unknown(&mut self, entry: &Entry, known: &[&str]) {
        let near = known.iter().map(|name| (strsim::damerau_levenshtein(&entry.key, name), *name)).min();
        let help = match near {
            Some((distance, near)) if distance <= 3 => format!("did you mean `{near}`?"),
            _ => format!("known keys: {}", known.join(", ")),
        };
        let message = format!("the key `{}` means nothing here", entry.key);
        self.problems.push(Diagnostic::error(UNKNOWN, message).maybe_at(entry.place.clone(), "").help(help));
    }
}

/// The place cut to the line it starts on: a release may be long.
fn first_line(place: &Place) -> Place {
    let length = place.text().find('\n').unwrap_or(place.span.len());
    let start = place.span.start();
    Place::new(place.source.clone(), diag::Span::new(start, start + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceKind;
    use crate::diag::render::{self, Options};

    fn read(text: &str) -> Result<Vec<Release>, String> {
        parse(&Source::new(SourceKind::File, "vendor.yaml", text)).map_err(|problems| {
            problems.iter().map(|problem| render::short(problem, &Options::default())).collect()
        })
    }

    #[test]
    fn a_release_says_what_it_is_and_defaults_fill_in() {
        let text = "\
defaults: {namespace: ml, values: common.yaml, noSecrets: true}
releases:
- {target: ./a/, values: [a.yaml], presets: nfs}
- {target: b, chart: charts/x, release: x, namespace: other, noSecrets: false, set: [a=1, b=2]}
";
        let releases = read(text).expect("reads");
        let [a, b] = releases.as_slice() else { panic!("{releases:?}") };
        let texts = |list: &[Written]| list.iter().map(|it| it.text.clone()).collect::<Vec<_>>();
        assert_eq!((a.target.as_str(), a.namespace.as_deref(), a.no_secrets), ("a", Some("ml"), true));
        assert_eq!(
            (texts(&a.values), texts(&a.presets)),
            (vec!["common.yaml".into(), "a.yaml".into()], vec!["nfs".into()])
        );
        assert_eq!((b.namespace.as_deref(), b.no_secrets, b.set.len()), (Some("other"), false, 2));
        assert_eq!(
            (b.chart.as_ref().map(|it| it.text.as_str()), texts(&b.values)),
            (Some("charts/x"), vec!["common.yaml".into()])
        );
    }

    #[test]
    fn every_mistake_is_named_with_its_place() {
        let text = "\
release: x
defaults: {target: d}
releases:
- target: ../out
- {target: a, valuse: x.yaml, noHooks: maybe, set: [1]}
- target: a/b
- release: nameless
- 7
";
        let all = [text, "", "releases: []", "releases: ["].map(|text| read(text).expect_err("refused"));
        insta::assert_snapshot!(all.join("\n"));
    }
}
