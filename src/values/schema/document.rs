//! Documents, and the schemas with an own `$id` inside them.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::codec::{Map, Node};

use super::super::text::quote;
use super::draft::Draft;
use super::location::{self, Fragment, fragment, full};

/// A loaded document.
pub(super) struct Document {
    pub(super) url: String,
    pub(super) root: Node,
    /// By the JSON pointer they stand at; the root is one.
    resources: BTreeMap<String, Resource>,
    /// Their pointers by their ids.
    pointers: HashMap<String, String>,
    /// JSON pointers of the schemas that were looked at.
    pub(super) collected: HashSet<String>,
}

/// A schema with an `$id` of its own, or a document's root.
#[derive(Clone)]
pub(super) struct Resource {
    pub(super) id: String,
    pub(super) draft: Draft,
    /// JSON pointers of its anchors.
    anchors: BTreeMap<String, String>,
    dynamic: HashSet<String>,
}

impl Document {
    pub(super) fn new(url: &str, root: Node) -> Self {
        Self {
            url: url.to_owned(),
            root,
            resources: BTreeMap::new(),
            pointers: HashMap::new(),
            collected: HashSet::new(),
        }
    }

    /// The resource with exactly this pointer.
    pub(super) fn resource_at(&self, pointer: &str) -> Option<&Resource> {
        self.resources.get(pointer)
    }

    /// Every resource with its pointer.
    pub(super) fn resources(&self) -> impl Iterator<Item = (&String, &Resource)> {
        self.resources.iter()
    }

    /// The innermost resource a pointer leads into, with its own pointer.
    pub(super) fn resource_around<'d>(&'d self, pointer: &'d str) -> Option<(&'d str, &'d Resource)> {
        let mut pointer = pointer;
        loop {
            if let Some(resource) = self.resources.get(pointer) {
                return Some((pointer, resource));
            }
            match pointer.rfind('/') {
                Some(slash) => pointer = pointer.get(..slash).unwrap_or_default(),
                None => return self.resources.get("").map(|resource| ("", resource)),
            }
        }
    }

    fn resource_of_id(&mut self, id: &str) -> Option<(&str, &mut Resource)> {
        let pointer = self.pointers.get(id)?;
        Some((pointer, self.resources.get_mut(pointer)?))
    }

    pub(super) fn draft_of_id(&mut self, id: &str) -> Option<Draft> {
        self.resource_of_id(id).map(|(_, resource)| resource.draft)
    }

    /// Adds a resource; one that is known already stays as it is.
    pub(super) fn add(&mut self, pointer: &str, id: &str, draft: Draft) -> Result<(), String> {
        if let Some(known) = self.pointers.get(id) {
            if known == pointer {
                return Ok(());
            }
            let [id, url, one, two] = [id, &self.url, pointer, known].map(quote);
            return Err(format!("duplicate id {id} in {url} at {one} and {two}"));
        }
        let resource =
            Resource { id: id.to_owned(), draft, anchors: BTreeMap::new(), dynamic: HashSet::new() };
        self.resources.insert(pointer.to_owned(), resource);
        self.pointers.insert(id.to_owned(), pointer.to_owned());
        Ok(())
    }

    /// Notes the anchors of a schema that belongs to the resource of this id.
    // Rule: root.go, collectAnchors.
    pub(super) fn add_anchors(&mut self, id: &str, pointer: &str, schema: &Map) -> Result<(), String> {
        let url = self.url.clone();
        let Some((_, resource)) = self.resource_of_id(id) else { return Ok(()) };
        let mut anchors = Vec::new();
        let text = |key: &str| schema.get(key).and_then(Node::as_str);
        if resource.draft < Draft::D2019 {
            if schema.get("$ref").is_some() {
                return Ok(());
            }
            if let Some(id) = text(resource.draft.id_keyword()) {
                let (_, after) = location::split(id)
                    .map_err(|_| format!("error in parsing anchor at {}", quote(&full(&url, pointer))))?;
                if let Fragment::Anchor(anchor) = fragment(after) {
                    anchors.push(anchor);
                }
            }
        } else {
            anchors.extend(text("$anchor").map(ToOwned::to_owned));
        }
        if resource.draft >= Draft::D2020
            && let Some(anchor) = text("$dynamicAnchor")
        {
            anchors.push(anchor.to_owned());
            resource.dynamic.insert(anchor.to_owned());
        }
        for anchor in anchors {
            match resource.anchors.get(&anchor) {
                Some(known) if known != pointer => {
                    let [anchor, url, one, two] = [&anchor, &url, known.as_str(), pointer].map(quote);
                    return Err(format!("duplicate anchor {anchor} in {url} at {one} and {two}"));
                }
                _ => {
                    resource.anchors.insert(anchor, pointer.to_owned());
                }
            }
        }
        Ok(())
    }

    /// The JSON pointer a reference leads to; none when it leads out of the document.
    pub(super) fn resolve(&self, url: &str, fragment: &Fragment) -> Result<Option<String>, String> {
        let pointer = if url == self.url { Some("") } else { self.pointers.get(url).map(String::as_str) };
        let Some((pointer, resource)) = pointer.and_then(|at| Some((at, self.resources.get(at)?))) else {
            return Ok(None);
        };
        match fragment {
            Fragment::Pointer(inner) => Ok(Some(format!("{pointer}{inner}"))),
            Fragment::Anchor(anchor) => match resource.anchors.get(anchor) {
                Some(pointer) => Ok(Some(pointer.clone())),
                None => Err(format!(
                    "anchor in {} not found in schema {}",
                    quote(&full(&resource.id, anchor)),
                    quote(&self.url)
                )),
            },
        }
    }
}

impl Resource {
    /// Its dynamic anchors with their JSON pointers.
    pub(super) fn dynamic_anchors(&self) -> impl Iterator<Item = (&String, &String)> {
        self.anchors.iter().filter(|(anchor, _)| self.dynamic.contains(*anchor))
    }
}
