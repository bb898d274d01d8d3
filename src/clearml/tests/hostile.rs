//! No value changes the structure of a document: it comes back equal, or a message says why it cannot stand.
//!
//! Every place of the schema is set to a mark of its own once, which tells where it is printed; then to each hostile
//! text, and what is printed must be the same documents with the text in place of the mark. Places shadow each other
//! (a digest wins over a tag), so they are tried in rounds and under several contexts until each was seen in the
//! output; those that never are stand in [`NEVER_PRINTED`], with the reason.

mod places;
mod texts;

use std::collections::{BTreeSet, HashMap};

use base64::Engine as _;

use self::places::Place;
use super::*;
use crate::codec::Data;
use crate::values::overlay;

/// On in every context; versions are said, so that a tag decides nothing.
const COMMON: &str = "\
clearml: {version: '2.4', acknowledgeDataMigration: true, serviceAccount: {create: true}}
mongo: {version: '7.0'}
elasticsearch: {version: '8.19'}
agent: {clearmlAccessKey: k, clearmlSecretKey: s}
agentservices: {clearmlAccessKey: k, clearmlSecretKey: s}
agentGroups: {pool: {replicas: 1, clearmlAccessKey: k, clearmlSecretKey: s}}
";

const CONTEXTS: &[&str] = &[
    "\
ingress: {enabled: true, host: a.example, tls: {enabled: true}}
services:
  webserver: {type: LoadBalancer}
  apiserver: {type: LoadBalancer}
  fileserver: {type: LoadBalancer}
  elasticsearch: {type: LoadBalancer}
  mongo: {type: LoadBalancer}
  redis: {type: LoadBalancer}
use_secrets_flexvolume: true
fv: {secretRef: s, usepodidentity: a, resourcegroup: a, keyvaultname: a, keyvaultobjectnames: a, keyvaultobjectaliases: a, keyvaultobjecttypes: a, subscriptionid: a, tenantid: a}
",
    "storage: {use_nfs: true, nfs: {server: s}}\ningress: {enabled: true, host: a.example}\n",
    "\
elasticsearch: {enabled: false, external: {host: h}}
mongo: {enabled: false, external: {host: h}}
redis: {enabled: false, external: {host: h}}
",
    "storage: {mode: dynamic}\n",
];

/// Places of text that no document shows.
const NEVER_PRINTED: &[(&str, &str)] =
    &[("services.agentservices.name", "deprecated: the old chart had the value and no such Service")];

/// Keys of labels and annotations that are made from values in another way than by printing them.
const DERIVED: &[&str] = &["app.kubernetes.io/version"];

fn context(index: usize) -> Node {
    overlay(&values(COMMON), &values(CONTEXTS.get(index).expect("a context")))
}

fn with(context: usize, texts: &[(&Place, String)]) -> Node {
    texts.iter().fold(context_of(context), |values, (place, text)| place.set(&values, text))
}

thread_local! {
    static BASES: Vec<Node> = (0..CONTEXTS.len()).map(context).collect();
}

fn context_of(index: usize) -> Node {
    BASES.with(|bases| bases.get(index).expect("a context").clone())
}

fn try_render(values: &Node) -> Result<Vec<String>, Vec<String>> {
    match render(values, &Options::default()) {
        Ok(rendered) => {
            Ok(rendered.manifests.iter().map(|manifest| manifest.text.text().to_owned()).collect())
        }
        Err(problems) => {
            let errors: Vec<_> =
                problems.into_iter().filter(|found| found.severity == Severity::Error).collect();
            assert!(errors.iter().all(|found| found.code.0 != "clearml::internal"), "{errors:?}");
            Err(errors.into_iter().map(|found| found.message).collect())
        }
    }
}

/// Renders with as many of the texts as are taken. Returns the documents, which places were taken, and which were
/// refused only because another place holds the same text.
fn accepted(context: usize, mut texts: Vec<(&Place, String)>) -> (Vec<String>, Vec<&Place>, Vec<&Place>) {
    let mut twins = Vec::new();
    loop {
        let messages = match try_render(&with(context, &texts)) {
            Ok(documents) => return (documents, texts.into_iter().map(|(place, _)| place).collect(), twins),
            Err(messages) => messages,
        };
        let before = texts.len();
        let mut left = Vec::new();
        for (place, text) in texts {
            match messages.iter().find(|message| place.is_meant_by(message)) {
                Some(message) if message.contains(" both ") => twins.push(place),
                Some(_) => {}
                None => left.push((place, text)),
            }
        }
        assert!(left.len() < before, "no message says which value is wrong: {messages:?}");
        texts = left;
    }
}

/// A text that nothing else holds, plain or as a path.
fn mark(number: usize, is_path: bool) -> String {
    format!("{}m{number}x", if is_path { "/" } else { "" })
}

/// A place, its mark, and where it is seen.
struct Seen<'p> {
    place: &'p Place,
    mark: String,
}

/// Where each place is seen: groups of places that are seen together in a context. And those that never are.
fn seen(all: &[Place]) -> (Vec<(usize, Vec<Seen<'_>>)>, Vec<&Place>) {
    let mut groups = Vec::new();
    let mut left: Vec<(usize, &Place)> = all.iter().enumerate().collect();
    for is_path in [false, true] {
        let mut is_new = true;
        while is_new {
            is_new = false;
            for context in 0..CONTEXTS.len() {
                let marks = left.iter().map(|(number, place)| (*place, mark(*number, is_path))).collect();
                let (documents, taken, _) = accepted(context, marks);
                let text = documents.iter().map(|document| printed(&parse(document))).collect::<String>();
                let (there, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(|(number, place)| {
                    taken.contains(place) && text.contains(&mark(*number, is_path))
                });
                left = rest;
                is_new |= !there.is_empty();
                let group: Vec<Seen<'_>> = there
                    .into_iter()
                    .map(|(number, place)| Seen { place, mark: mark(number, is_path) })
                    .collect();
                if !group.is_empty() {
                    groups.push((context, group));
                }
            }
        }
    }
    (groups, left.into_iter().map(|(_, place)| place).collect())
}

/// Every text of a document, decoded where it is base64.
fn printed(node: &Node) -> String {
    match node.data() {
        Data::Map(map) => map.entries().iter().map(|entry| printed(&entry.value)).collect(),
        Data::List(items) => items.iter().map(printed).collect(),
        Data::String(text) => format!("{text}\n{}\n", decoded(text).unwrap_or_default()),
        _ => String::new(),
    }
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).ok()?).ok()
}

/// Panics unless the documents are the same but for the text in place of the marks.
struct Comparison<'c> {
    marks: Vec<&'c str>,
    text: &'c str,
    count: usize,
    /// Only keys and kinds are compared; texts and the length of argument lists are not.
    is_of_shape: bool,
}

impl Comparison<'_> {
    fn documents(&mut self, marked: &[String], hostile: &[String]) {
        let shown: String = self.text.chars().take(20).collect();
        assert_eq!(marked.len(), hostile.len(), "{shown:?}");
        for (a, b) in marked.iter().zip(hostile).filter(|(a, b)| a != b) {
            let (a, b) = (parse(a), parse(b));
            let name = a.at_path(["metadata", "name"]).and_then(Node::as_str).unwrap_or_default().to_owned();
            let kind = a.get("kind").and_then(Node::as_str).unwrap_or_default();
            assert!(self.same(&a, &b), "{shown:?} changes {kind}/{name}");
        }
    }

    fn same(&mut self, a: &Node, b: &Node) -> bool {
        match (a.data(), b.data()) {
            (Data::Map(a), Data::Map(b)) => {
                a.len() == b.len()
                    && a.entries().iter().zip(b.entries()).all(|(a, b)| {
                        let is_derived = a.key.starts_with("checksum/")
                            || DERIVED.contains(&&*a.key)
                            || self.is_of_shape && &*a.key == "args";
                        a.key == b.key && (is_derived || self.same(&a.value, &b.value))
                    })
            }
            (Data::List(a), Data::List(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| self.same(a, b))
            }
            (Data::String(a), Data::String(b)) => self.same_text(a, b),
            (Data::Null | Data::Bool(_) | Data::Float(_) | Data::Int(_), _) => a == b,
            _ => false,
        }
    }

    fn same_text(&mut self, a: &str, b: &str) -> bool {
        if self.is_of_shape {
            return true;
        }
        // A file made of values, which has to stay the same file.
        if let (Ok(a), Ok(b)) = (serde_json::from_str(a), serde_json::from_str(b)) {
            let (a, b): (serde_json::Value, serde_json::Value) = (a, b);
            if a.is_object() {
                return self.same_json(&a, &b);
            }
        }
        if b == self.replaced(a) {
            self.count += usize::from(self.marks.iter().any(|mark| a.contains(mark)));
            return true;
        }
        match (decoded(a), decoded(b)) {
            (Some(a), Some(b)) => self.same_text(&a, &b),
            _ => false,
        }
    }

    fn same_json(&mut self, a: &serde_json::Value, b: &serde_json::Value) -> bool {
        use serde_json::Value;
        match (a, b) {
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|((a_key, a), (b_key, b))| a_key == b_key && self.same_json(a, b))
            }
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.same_json(a, b))
            }
            (Value::String(a), Value::String(b)) => {
                let is_marked = self.marks.iter().any(|mark| a.contains(mark));
                self.count += usize::from(is_marked);
                *b == self.replaced(a)
            }
            _ => a == b,
        }
    }

    /// What has to stand where `a` stood: the text in place of every mark.
    fn replaced(&self, a: &str) -> String {
        self.marks.iter().fold(a.to_owned(), |a, mark| a.replace(mark, self.text))
    }
}

#[test]
fn no_text_changes_a_document() {
    let all: Vec<Place> =
        places::all().into_iter().filter(|place| !place.is_typed && !place.is_split).collect();
    let (groups, unseen) = seen(&all);
    let never: BTreeSet<String> = unseen.into_iter().map(Place::path).collect();
    let known: BTreeSet<String> = NEVER_PRINTED.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(never, known);
    let number: usize = groups.iter().map(|(_, group)| group.len()).sum();
    assert!(number > 300, "{number} places");
    let mut marked = HashMap::new();
    for text in texts::all() {
        let mut count = 0;
        for (context, group) in &groups {
            let mut run = Run { context: *context, text: &text, marked: &mut marked };
            let mut alone = Vec::new();
            count += run.together(group.iter().collect(), &mut alone);
            for seen in alone {
                count += run.together(vec![seen], &mut Vec::new());
            }
        }
        assert!(count > 50, "{:?}: {count}", text.chars().take(20).collect::<String>());
    }
}

/// Documents with marks, by context and places.
type Marked = HashMap<(usize, Vec<String>), Vec<String>>;

/// One hostile text in one context.
struct Run<'r> {
    context: usize,
    text: &'r str,
    marked: &'r mut Marked,
}

impl Run<'_> {
    /// Compares the text at all these places with their marks there; returns how many texts of the output were
    /// compared. Places that cannot be judged in this company are left for a run alone.
    fn together<'p>(&mut self, mut group: Vec<&'p Seen<'p>>, alone: &mut Vec<&'p Seen<'p>>) -> usize {
        loop {
            let texts = group.iter().map(|seen| (seen.place, self.text.to_owned())).collect();
            let (hostile, taken, twins) = accepted(self.context, texts);
            alone.extend(group.iter().filter(|seen| twins.contains(&seen.place)));
            group.retain(|seen| taken.contains(&seen.place));
            let key = (self.context, group.iter().map(|seen| seen.mark.clone()).collect::<Vec<_>>());
            if !self.marked.contains_key(&key) {
                let marks = group.iter().map(|seen| (seen.place, seen.mark.clone())).collect();
                let (documents, taken, _) = accepted(self.context, marks);
                if taken.len() < group.len() {
                    // What a text is checked for may depend on others: on a switch that is off without them.
                    let (left, odd) = group.into_iter().partition(|seen| taken.contains(&seen.place));
                    group = left;
                    alone.extend::<Vec<_>>(odd);
                    continue;
                }
                self.marked.insert(key.clone(), documents);
            }
            let marks = group.iter().map(|seen| seen.mark.as_str()).collect();
            let mut comparison = Comparison { marks, text: self.text, count: 0, is_of_shape: false };
            comparison.documents(self.marked.get(&key).expect("made above"), &hostile);
            return comparison.count;
        }
    }
}

#[test]
fn what_is_taken_apart_stays_in_its_place() {
    let all: Vec<Place> = places::all().into_iter().filter(|place| place.is_split).collect();
    assert_eq!(all.len(), 10, "{:?}", all.iter().map(Place::path).collect::<Vec<_>>());
    let mark = |place: &Place| if place.path().ends_with("Mount") { "/word" } else { "word" }.to_owned();
    // Nothing but blanks counts as not set.
    for text in texts::all().into_iter().filter(|text| text.split_whitespace().next().is_some()) {
        let (documents, taken, _) = accepted(0, all.iter().map(|place| (place, text.clone())).collect());
        let mut comparison = Comparison { marks: Vec::new(), text: &text, count: 0, is_of_shape: true };
        let marks = taken.iter().map(|place| (*place, mark(place))).collect();
        comparison.documents(&accepted(0, marks).0, &documents);
        if !taken.iter().any(|place| place.path() == "agent.queues") {
            continue;
        }
        let documents: Vec<Node> = documents.iter().map(|document| parse(document)).collect();
        let agent = documents.iter().find(|document| {
            document.at_path(["metadata", "name"]).and_then(Node::as_str) == Some("clearml-agent")
                && document.get("kind").and_then(Node::as_str) == Some("Deployment")
        });
        let containers = agent.and_then(|agent| agent.at_path(["spec", "template", "spec", "containers"]));
        let arguments =
            containers.and_then(|it| it.as_list()?.first()?.get("args")?.as_list()).expect("arguments");
        let queues: String = arguments
            .iter()
            .skip_while(|argument| argument.as_str() != Some("--queue"))
            .skip(1)
            .filter_map(Node::as_str)
            .collect();
        assert_eq!(queues, text.split_whitespace().collect::<String>());
    }
}

/// Numbers, switches, quantities, words of a choice: a text is refused by name or means the same as without quotes.
#[test]
fn what_is_no_text_refuses_it_by_name() {
    let all: Vec<Place> = places::all().into_iter().filter(|place| place.is_typed).collect();
    assert!(all.len() > 100, "{} places", all.len());
    for text in texts::all() {
        accepted(0, all.iter().map(|place| (place, text.clone())).collect());
    }
}

#[test]
fn an_empty_text_counts_as_not_set_or_is_refused() {
    let all = places::all();
    for context in 0..CONTEXTS.len() {
        accepted(context, all.iter().map(|place| (place, String::new())).collect());
    }
}
