//! The rules of an API server, a small function each, joined here into one table per kind of thing.

mod autoscaling;
mod classes;
mod cluster;
mod config;
mod container;
mod definition;
mod endpoints;
mod env;
mod exposure;
mod identity;
mod ingress;
mod jobs;
mod metadata;
mod metrics;
mod network;
mod pod;
mod probe;
mod projection;
mod rbac;
mod references;
mod resources;
mod scheduling;
mod security;
mod selector;
mod service;
mod storage;
mod volume;
mod volume_source;
mod webhook;
mod workload;

pub(super) use cluster::Cluster;
pub(super) use identity::identity;

use super::findings::Findings;
use super::object::{Object, Pod};
use crate::bytes::short;

/// A rule about an object of some kinds; all kinds where none are named.
type ObjectRule = (&'static [&'static str], fn(&Object<'_>, &mut Findings<'_, '_>));
/// A rule about a pod or a pod's template.
type PodRule = fn(&Object<'_>, Pod<'_>, &mut Findings<'_, '_>);
/// A rule that looks at other objects too.
type ClusterRule = (&'static [&'static str], fn(&Object<'_>, &Cluster<'_, '_>, &mut Findings<'_, '_>));

const OBJECT_RULES: &[&[ObjectRule]] = &[
    metadata::RULES,
    workload::RULES,
    jobs::RULES,
    autoscaling::RULES,
    metrics::RULES,
    service::RULES,
    exposure::RULES,
    ingress::RULES,
    network::RULES,
    classes::RULES,
    definition::RULES,
    endpoints::RULES,
    webhook::RULES,
    storage::RULES,
    config::RULES,
    rbac::RULES,
];

const POD_RULES: &[&[PodRule]] = &[
    pod::RULES,
    container::RULES,
    env::RULES,
    probe::RULES,
    volume::RULES,
    projection::RULES,
    resources::RULES,
    security::RULES,
    scheduling::RULES,
];

const CLUSTER_RULES: &[&[ClusterRule]] = &[cluster::RULES, references::RULES];

/// The rules for one kind of objects: those of a kind mostly follow each other, and are chosen for once.
#[derive(Default)]
pub(super) struct Rules<'o> {
    kind: Option<(&'o str, bool)>,
    object: Vec<fn(&Object<'_>, &mut Findings<'_, '_>)>,
    cluster: Vec<fn(&Object<'_>, &Cluster<'_, '_>, &mut Findings<'_, '_>)>,
}

impl<'o> Rules<'o> {
    fn choose(&mut self, object: &'o Object<'_>) {
        let kind = (object.kind.as_str(), object.builtin);
        if self.kind.replace(kind) == Some(kind) {
            return;
        }
        let applies = |kinds: &[&str]| {
            let is_kind = |name: &&str| short::is(name.as_bytes(), object.kind.as_bytes());
            kinds.is_empty() || (object.builtin && kinds.iter().any(is_kind))
        };
        self.object.clear();
        let rules = OBJECT_RULES.iter().copied().flatten();
        self.object.extend(rules.filter(|(kinds, _)| applies(kinds)).map(|(_, rule)| *rule));
        self.cluster.clear();
        let rules = CLUSTER_RULES.iter().copied().flatten();
        self.cluster.extend(rules.filter(|(kinds, _)| applies(kinds)).map(|(_, rule)| *rule));
    }

    /// Every rule over one object.
    pub(super) fn check(
        &mut self,
        object: &'o Object<'_>,
        cluster: &Cluster<'_, '_>,
        findings: &mut Findings<'_, '_>,
    ) {
        self.choose(object);
        for rule in &self.object {
            rule(object, findings);
        }
        if let Some(pod) = object.pod() {
            for rule in POD_RULES.iter().copied().flatten() {
                rule(object, pod, findings);
            }
        }
        for rule in &self.cluster {
            rule(object, cluster, findings);
        }
    }
}
