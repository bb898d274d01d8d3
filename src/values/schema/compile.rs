//! From documents to a [`Model`]: every schema that can be reached, references resolved.
// Rule: github.com/santhosh-tekuri/jsonschema v6.0.3, compiler.go and objcompiler.go.

use std::collections::HashMap;
use std::sync::Arc;

use crate::codec::{Map, Node};

use super::super::text::quote;
use super::decimal::Decimal;
use super::draft::{Draft, join};
use super::format;
use super::load::{Library, entries};
use super::location::{self, Fragment, full, lookup};
use super::model::{
    Additional, Dependency, Dynamic, Id, ListRules, Logic, Model, NumberRules, ObjectRules, Pattern, Schema,
    TextRules, Types,
};

/// Makes models.
pub(super) struct Compiler<'l, 'e> {
    library: Library<'l, 'e>,
    model: Model,
    ids: HashMap<(usize, String), Id>,
    /// Document and pointer of each schema, in the order they were met.
    queue: Vec<(usize, String)>,
    done: usize,
}

/// A schema that is being compiled.
struct Site<'n> {
    document: usize,
    pointer: String,
    map: &'n Map,
    draft: Draft,
}

impl<'l, 'e> Compiler<'l, 'e> {
    pub(super) fn new(library: Library<'l, 'e>) -> Self {
        Self { library, model: Model::default(), ids: HashMap::new(), queue: Vec::new(), done: 0 }
    }

    /// The schema of a document, and all it needs.
    pub(super) fn compile(&mut self, url: &str) -> Result<Id, String> {
        let document = self.library.document(url)?;
        let id = self.enqueue(document, String::new());
        while let Some((document, pointer)) = self.queue.get(self.done).cloned() {
            self.schema(self.done, document, pointer)?;
            self.done += 1;
        }
        Ok(id)
    }

    pub(super) fn finish(self) -> Model {
        self.model
    }

    fn enqueue(&mut self, document: usize, pointer: String) -> Id {
        if let Some(&id) = self.ids.get(&(document, pointer.clone())) {
            return id;
        }
        let id = self.queue.len();
        self.ids.insert((document, pointer.clone()), id);
        self.queue.push((document, pointer));
        self.model.schemas.push(Schema::default());
        id
    }

    fn schema(&mut self, id: Id, document: usize, pointer: String) -> Result<(), String> {
        self.library.ensure(document, &pointer)?;
        let Some(home) = self.library.documents.get(document) else { return Ok(()) };
        let root = home.root.clone();
        let location = full(&home.url, &pointer);
        let node = lookup(&home.url, &root, &pointer)?;
        let Some((resource_pointer, resource)) = home.resource_around(&pointer) else { return Ok(()) };
        let (resource_pointer, draft) = (resource_pointer.to_owned(), resource.draft);
        let mut anchors = Vec::new();
        if draft >= Draft::D2020 && resource_pointer == pointer {
            anchors.extend(resource.dynamic_anchors().map(|(name, at)| (name.clone(), at.clone())));
        }
        let resource = self.enqueue(document, resource_pointer);
        let anchors =
            anchors.into_iter().map(|(name, at)| (name, self.enqueue(document, at))).collect::<Vec<_>>();
        let mut schema = Schema { location, draft, resource, ..Schema::default() };
        if !anchors.is_empty() {
            schema.dynamic.get_or_insert_default().anchors.extend(anchors);
        }
        schema.boolean = node.as_bool();
        if let Some(map) = node.as_map() {
            if map.is_empty() {
                schema.boolean = Some(true);
            } else {
                self.keywords(&Site { document, pointer, map, draft }, &mut schema)?;
            }
        }
        if let Some(slot) = self.model.schemas.get_mut(id) {
            *slot = schema;
        }
        Ok(())
    }

    fn keywords(&mut self, site: &Site<'_>, schema: &mut Schema) -> Result<(), String> {
        schema.reference = self.reference(site, "$ref")?;
        // Quirk: before 2019 nothing beside a reference counts, except `const`.
        if site.draft >= Draft::D2019 || schema.reference.is_none() {
            self.logic(site, schema);
            self.object(site, schema)?;
            self.list(site, schema);
            self.scalars(site, schema)?;
        }
        if site.draft >= Draft::D6 {
            schema.constant = site.map.get("const").cloned();
        }
        if site.draft >= Draft::D2019 {
            self.dynamic(site, schema)?;
        }
        Ok(())
    }

    fn logic(&mut self, site: &Site<'_>, schema: &mut Schema) {
        let mut logic = Logic {
            all_of: self.each(site, "allOf"),
            any_of: self.each(site, "anyOf"),
            one_of: self.each(site, "oneOf"),
            not: self.one(site, "not"),
            ..Logic::default()
        };
        if site.draft >= Draft::D7 {
            logic.condition = self.one(site, "if");
            if logic.condition.is_some() {
                let fixed = site.map.get("if").and_then(Node::as_bool);
                if fixed != Some(false) {
                    logic.then = self.one(site, "then");
                }
                if fixed != Some(true) {
                    logic.otherwise = self.one(site, "else");
                }
            }
        }
        let used = !(logic.all_of.is_empty() && logic.any_of.is_empty() && logic.one_of.is_empty())
            || logic.not.is_some()
            || logic.condition.is_some();
        schema.logic = used.then(|| Box::new(logic));
    }

    fn object(&mut self, site: &Site<'_>, schema: &mut Schema) -> Result<(), String> {
        const KEYWORDS: &[&str] = &[
            "properties",
            "patternProperties",
            "additionalProperties",
            "dependencies",
            "maxProperties",
            "minProperties",
            "required",
            "propertyNames",
            "dependentRequired",
            "dependentSchemas",
        ];
        if !KEYWORDS.iter().any(|keyword| site.map.get(keyword).is_some()) {
            return Ok(());
        }
        let mut rules = ObjectRules {
            min: count(site, "minProperties"),
            max: count(site, "maxProperties"),
            required: site.map.get("required").map(names).unwrap_or_default(),
            properties: self.map(site, "properties").into_iter().collect(),
            additional: self.additional(site, "additionalProperties"),
            ..ObjectRules::default()
        };
        for (pattern, id) in self.map(site, "patternProperties") {
            if let Err(why) = format::regex(&pattern) {
                let at = full(&self.url(site), &join(&site.pointer, "patternProperties"));
                return Err(format!("invalid regex {} at {}: {why}", quote(&pattern), quote(&at)));
            }
            rules.patterns.push((Pattern::new(&pattern), id));
        }
        for entry in site.map.get("dependencies").map(entries).unwrap_or_default() {
            let dependency = if entry.value.as_list().is_some() {
                Dependency::Names(names(&entry.value))
            } else {
                let pointer = join(&join(&site.pointer, "dependencies"), &entry.key);
                Dependency::Schema(self.enqueue(site.document, pointer))
            };
            rules.dependencies.push((entry.key.clone(), dependency));
        }
        if site.draft >= Draft::D6 {
            rules.names = self.one(site, "propertyNames");
        }
        if site.draft >= Draft::D2019 {
            let required = site.map.get("dependentRequired").map(entries).unwrap_or_default();
            rules.dependent_required =
                required.iter().map(|entry| (entry.key.clone(), names(&entry.value))).collect();
            rules.dependent_schemas = self.map(site, "dependentSchemas");
        }
        schema.all_properties_evaluated = rules.additional.is_some();
        schema.object = Some(Box::new(rules));
        Ok(())
    }

    fn list(&mut self, site: &Site<'_>, schema: &mut Schema) {
        let mut rules = ListRules {
            min: count(site, "minItems"),
            max: count(site, "maxItems"),
            unique: is_true(site, "uniqueItems"),
            ..ListRules::default()
        };
        if site.draft >= Draft::D2020 {
            rules.first = self.each(site, "prefixItems");
            rules.rest = self.one(site, "items");
            schema.all_items_evaluated = rules.rest.is_some();
        } else if site.map.get("items").is_some_and(|items| items.as_list().is_some()) {
            rules.first = self.each(site, "items");
            rules.additional = self.additional(site, "additionalItems");
            schema.all_items_evaluated = rules.additional.is_some();
        } else {
            rules.rest = self.one(site, "items");
            schema.all_items_evaluated = rules.rest.is_some();
        }
        schema.items_evaluated = rules.first.len();
        if site.draft >= Draft::D6 {
            rules.contains = self.one(site, "contains");
        }
        if site.draft >= Draft::D2019 && rules.contains.is_some() {
            rules.min_contains = count(site, "minContains");
            rules.max_contains = count(site, "maxContains");
        }
        let used = !rules.first.is_empty()
            || rules.rest.is_some()
            || rules.additional.is_some()
            || rules.contains.is_some()
            || rules.min.is_some()
            || rules.max.is_some()
            || rules.unique;
        schema.list = used.then(|| Box::new(rules));
    }

    fn scalars(&mut self, site: &Site<'_>, schema: &mut Schema) -> Result<(), String> {
        schema.types = site.map.get("type").map(Types::named).unwrap_or_default();
        schema.enumeration = site.map.get("enum").and_then(Node::as_list).map(Arc::from);
        let pattern = site.map.get("pattern").and_then(Node::as_str);
        if let Some(Err(why)) = pattern.map(format::regex) {
            let at = full(&self.url(site), &join(&site.pointer, "pattern"));
            return Err(format!(
                "invalid regex {} at {}: {why}",
                quote(pattern.unwrap_or_default()),
                quote(&at)
            ));
        }
        let text = TextRules {
            min: count(site, "minLength"),
            max: count(site, "maxLength"),
            pattern: pattern.map(Pattern::new),
        };
        if text.min.is_some() || text.max.is_some() || text.pattern.is_some() {
            schema.text = Some(Box::new(text));
        }
        let number = |keyword: &str| site.map.get(keyword).and_then(Decimal::written);
        let mut rules = NumberRules {
            min: number("minimum"),
            max: number("maximum"),
            above: number("exclusiveMinimum"),
            below: number("exclusiveMaximum"),
            multiple_of: number("multipleOf"),
        };
        if is_true(site, "exclusiveMinimum") {
            rules.above = rules.min.take();
        }
        if is_true(site, "exclusiveMaximum") {
            rules.below = rules.max.take();
        }
        if [&rules.min, &rules.max, &rules.above, &rules.below, &rules.multiple_of]
            .iter()
            .any(|it| it.is_some())
        {
            schema.number = Some(Box::new(rules));
        }
        if site.draft < Draft::D2019 || self.library.is_meta() {
            schema.format = site.map.get("format").and_then(Node::as_str).and_then(format::find);
        }
        Ok(())
    }

    fn dynamic(&mut self, site: &Site<'_>, schema: &mut Schema) -> Result<(), String> {
        schema.unevaluated_items = self.one(site, "unevaluatedItems");
        schema.unevaluated_properties = self.one(site, "unevaluatedProperties");
        let mut dynamic = Dynamic {
            recursive_reference: self.reference(site, "$recursiveRef")?,
            recursive_anchor: is_true(site, "$recursiveAnchor"),
            ..Dynamic::default()
        };
        if site.draft >= Draft::D2020 {
            if let Some(id) = self.reference(site, "$dynamicRef")? {
                let text = site.map.get("$dynamicRef").and_then(Node::as_str).unwrap_or_default();
                let (_, after) = location::split(text)?;
                let anchor = match location::fragment(after) {
                    Fragment::Anchor(anchor) => Some(anchor),
                    Fragment::Pointer(_) => None,
                };
                dynamic.reference = Some((id, anchor));
            }
            dynamic.anchor = site.map.get("$dynamicAnchor").and_then(Node::as_str).map(ToOwned::to_owned);
        }
        let used = dynamic.recursive_reference.is_some()
            || dynamic.recursive_anchor
            || dynamic.reference.is_some()
            || dynamic.anchor.is_some();
        if used {
            let anchors = schema.dynamic.take().map(|known| known.anchors).unwrap_or_default();
            schema.dynamic = Some(Box::new(Dynamic { anchors, ..dynamic }));
        }
        Ok(())
    }

    fn url(&self, site: &Site<'_>) -> String {
        self.library.documents.get(site.document).map(|document| document.url.clone()).unwrap_or_default()
    }

    fn reference(&mut self, site: &Site<'_>, keyword: &str) -> Result<Option<Id>, String> {
        let Some(reference) = site.map.get(keyword).and_then(Node::as_str) else { return Ok(None) };
        let Some(home) = self.library.documents.get(site.document) else { return Ok(None) };
        let Some((_, resource)) = home.resource_around(&site.pointer) else { return Ok(None) };
        let (url, fragment) = location::resolve(&resource.id, reference)?;
        if let Some(pointer) = home.resolve(&url, &fragment)? {
            return Ok(Some(self.enqueue(site.document, pointer)));
        }
        let document = self.library.document(&url)?;
        let pointer = match self.library.documents.get(document) {
            Some(other) => other.resolve(&url, &fragment)?.unwrap_or_default(),
            None => String::new(),
        };
        Ok(Some(self.enqueue(document, pointer)))
    }

    fn one(&mut self, site: &Site<'_>, keyword: &str) -> Option<Id> {
        site.map.get(keyword)?;
        Some(self.enqueue(site.document, join(&site.pointer, keyword)))
    }

    fn each(&mut self, site: &Site<'_>, keyword: &str) -> Vec<Id> {
        let items = site.map.get(keyword).and_then(Node::as_list).unwrap_or_default();
        let pointer = join(&site.pointer, keyword);
        (0..items.len()).map(|index| self.enqueue(site.document, format!("{pointer}/{index}"))).collect()
    }

    fn map(&mut self, site: &Site<'_>, keyword: &str) -> Vec<(Arc<str>, Id)> {
        let pointer = join(&site.pointer, keyword);
        let entries = site.map.get(keyword).map(entries).unwrap_or_default();
        entries
            .iter()
            .map(|entry| (entry.key.clone(), self.enqueue(site.document, join(&pointer, &entry.key))))
            .collect()
    }

    fn additional(&mut self, site: &Site<'_>, keyword: &str) -> Option<Additional> {
        match site.map.get(keyword)?.as_bool() {
            Some(allowed) => Some(Additional::Allowed(allowed)),
            None => self.one(site, keyword).map(Additional::Schema),
        }
    }
}

fn count(site: &Site<'_>, keyword: &str) -> Option<i64> {
    site.map.get(keyword).and_then(Decimal::written)?.as_count()
}

fn is_true(site: &Site<'_>, keyword: &str) -> bool {
    site.map.get(keyword).and_then(Node::as_bool) == Some(true)
}

fn names(node: &Node) -> Vec<Arc<str>> {
    node.as_list().unwrap_or_default().iter().filter_map(Node::as_str).map(Arc::from).collect()
}
