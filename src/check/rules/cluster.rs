//! What only shows when all objects are seen together: duplicates, ports of nodes.

use std::collections::BTreeMap;

use super::super::codes;
use super::super::findings::{Findings, Warn as _, first_key};
use super::super::object::{Object, Pod, int_of, items, str_of};
use super::ClusterRule;
use crate::codec::Node;
use crate::diag::{Label, Place};
use crate::kube::KubeVersion;

pub(super) const RULES: &[ClusterRule] = &[(&[], duplicate_object), (&["Service"], node_port_taken)];

/// Name, kind, group and namespace: what differs most stands first.
type Id<'o> = (&'o str, &'o str, &'o str, &'o str);

/// Every object of the input, found by what it is called.
pub(in super::super) struct Cluster<'o, 'm> {
    objects: &'o [Object<'m>],
    version: KubeVersion,
    by_id: BTreeMap<Id<'o>, usize>,
    node_ports: BTreeMap<(i64, &'o str), (usize, &'o Node)>,
    /// Definitions of custom resources by group and kind.
    definitions: BTreeMap<(&'o str, &'o str), &'o Node>,
    /// The pods that objects of the input are or make.
    pods: Vec<(&'o Object<'m>, Pod<'o>)>,
}

fn id<'o>(object: &'o Object<'_>) -> Id<'o> {
    (&object.name, &object.kind, object.group(), object.home())
}

fn protocol(port: &Node) -> &str {
    str_of(port, "protocol").filter(|text| !text.is_empty()).unwrap_or("TCP")
}

impl<'o, 'm> Cluster<'o, 'm> {
    pub(in super::super) fn new(objects: &'o [Object<'m>], version: KubeVersion) -> Self {
        let mut by_id = BTreeMap::new();
        let mut node_ports = BTreeMap::new();
        let mut definitions = BTreeMap::new();
        let mut pods = Vec::new();
        for (index, object) in objects.iter().enumerate() {
            by_id.entry(id(object)).or_insert(index);
            pods.extend(object.pod().map(|pod| (object, pod)));
            if object.is("CustomResourceDefinition")
                && let Some(group) = object.at("spec.group").and_then(Node::as_str)
                && let Some(kind) = object.at("spec.names.kind").and_then(Node::as_str)
            {
                definitions.entry((group, kind)).or_insert(&object.root);
            }
            if object.is("Service") {
                for port in object.at("spec").into_iter().flat_map(|spec| items(spec, "ports")) {
                    if let Some((number, node)) = int_of(port, "nodePort").zip(port.get("nodePort"))
                        && number != 0
                    {
                        node_ports.entry((number, protocol(port))).or_insert((index, node));
                    }
                }
            }
        }
        Self { objects, version, by_id, node_ports, definitions, pods }
    }

    /// The version of Kubernetes it runs.
    pub(in super::super) fn version(&self) -> KubeVersion {
        self.version
    }

    /// Every object of the input.
    pub(super) fn objects(&self) -> &'o [Object<'m>] {
        self.objects
    }

    /// The pods that objects of the input are or make, with the objects.
    pub(super) fn pods(&self) -> &[(&'o Object<'m>, Pod<'o>)] {
        &self.pods
    }

    /// An object of one of Kubernetes' own kinds; `group` is empty for the core.
    pub(super) fn find(&self, group: &str, kind: &str, home: &str, name: &str) -> Option<&'o Object<'m>> {
        self.by_id.get(&(name, kind, group, home)).and_then(|&index| self.objects.get(index))
    }

    /// The definition of a custom resource's kind, when it is in the input.
    pub(in super::super) fn definition(&self, object: &Object<'_>) -> Option<&'o Node> {
        self.definitions.get(&(object.group(), object.kind.as_str())).copied()
    }
}

fn name_place<'o>(object: &'o Object<'_>) -> Option<&'o Place> {
    object.at("metadata.name").and_then(Node::place).or_else(|| first_key(&object.root))
}

fn duplicate_object(object: &Object<'_>, cluster: &Cluster<'_, '_>, findings: &mut Findings<'_, '_>) {
    let Some(name) = object.at("metadata.name").filter(|_| !object.name.is_empty()) else { return };
    let Some(&first) = cluster.by_id.get(&id(object)) else { return };
    let Some(other) = cluster
        .objects
        .get(first)
        .filter(|first| !std::ptr::eq(&raw const first.root, &raw const object.root))
    else {
        return;
    };
    let finding = findings
        .says(
            name,
            codes::DUPLICATE_OBJECT,
            &format!("{} {:?} is given twice; the later one wins", object.kind, object.name),
        )
        .warn();
    let place = name_place(other).cloned();
    finding.secondary.extend(place.map(|place| Label { place, text: "first here".to_owned() }));
}

// Rule: pkg/registry/core/service/portallocator: a nodePort is allocated once per protocol.
fn node_port_taken(object: &Object<'_>, cluster: &Cluster<'_, '_>, findings: &mut Findings<'_, '_>) {
    for port in object.at("spec").into_iter().flat_map(|spec| items(spec, "ports")) {
        let Some((number, node)) = int_of(port, "nodePort").zip(port.get("nodePort")) else { continue };
        let Some((index, first)) = cluster.node_ports.get(&(number, protocol(port))) else { continue };
        if std::ptr::eq(*first, node) {
            continue;
        }
        let Some(other) = cluster.objects.get(*index) else { continue };
        if std::ptr::eq(&raw const other.root, &raw const object.root) {
            continue; // told of as a duplicate
        }
        let finding = findings.invalid(node, codes::NODE_PORT, "provided port is already allocated");
        let text = format!("taken by Service `{}`", other.name);
        finding.secondary.extend(first.place().cloned().map(|place| Label { place, text }));
    }
}
