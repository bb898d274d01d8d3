//! The graph of objects as they are written.

use std::collections::{HashMap, HashSet};

use super::hosts;
use super::model::{Graph, Link, Object, Relation};
use crate::codec::{Map, Node};
use crate::kube::schema::{self, Scope};

/// Kinds that say nothing about who uses what.
const LEFT_OUT: [&str; 3] = ["CustomResourceDefinition", "Kustomization", "Namespace"];
/// Lists nested deeper than this are not opened.
const MOST_DEEP: usize = 4;

type Id = (String, String, String);

impl Graph {
    /// The graph of objects, Lists opened. `namespace` is where objects go that name none, when that is known.
    #[must_use]
    pub fn new<'n>(roots: impl IntoIterator<Item = &'n Node>, namespace: Option<&str>) -> Self {
        let mut objects = Vec::new();
        for root in roots {
            open(root, 0, &mut objects);
        }
        let mut reader = Reader { namespace: namespace.unwrap_or_default(), ..Reader::default() };
        for root in &objects {
            reader.add(root);
        }
        let given = std::mem::take(&mut reader.given);
        reader.workloads =
            given.iter().filter_map(|&(index, root)| Workload::new(index, root, &reader)).collect();
        for &(index, root) in &given {
            reader.link(index, root);
        }
        // Who selects whom is known by now.
        for (index, root) in given {
            reader.link_calls(index, root);
        }
        reader.graph.links.sort_by_key(|link| link.from);
        reader.graph
    }
}

/// Takes an object, or the items of a List.
fn open<'n>(root: &'n Node, depth: usize, objects: &mut Vec<&'n Node>) {
    let kind = text(root, "kind");
    let items =
        root.get("items").and_then(Node::as_list).filter(|_| kind.ends_with("List") && depth < MOST_DEEP);
    match items {
        Some(items) => items.iter().for_each(|item| open(item, depth + 1, objects)),
        None if !kind.is_empty() && !LEFT_OUT.contains(&kind) => objects.push(root),
        None => {}
    }
}

#[derive(Default)]
struct Reader<'n> {
    namespace: &'n str,
    graph: Graph,
    index: HashMap<Id, usize>,
    given: Vec<(usize, &'n Node)>,
    workloads: Vec<Workload<'n>>,
    seen: HashSet<Link>,
}

/// Something that makes pods.
struct Workload<'n> {
    index: usize,
    home: String,
    labels: Option<&'n Map>,
}

impl<'n> Workload<'n> {
    fn new(index: usize, root: &'n Node, reader: &Reader<'_>) -> Option<Self> {
        let pod = pod(root)?;
        let labels = pod.at_path(["metadata", "labels"]).and_then(Node::as_map);
        Some(Self { index, home: reader.home(root), labels })
    }
}

fn text<'n>(node: &'n Node, field: &str) -> &'n str {
    node.get(field).and_then(Node::as_str).unwrap_or_default()
}

fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
    node.at_path(path.split('.'))
}

fn items<'n>(node: &'n Node, path: &str) -> impl Iterator<Item = &'n Node> {
    at(node, path).and_then(Node::as_list).into_iter().flatten()
}

/// The template of an object's pods, or the pod itself.
fn pod(root: &Node) -> Option<&Node> {
    match text(root, "kind") {
        "Pod" => Some(root),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
            at(root, "spec.template")
        }
        "CronJob" => at(root, "spec.jobTemplate.spec.template"),
        _ => None,
    }
}

fn is_cluster_wide(api_version: &str, kind: &str) -> bool {
    schema::kind(api_version, kind).is_some_and(|kind| kind.scope == Scope::Cluster)
}

impl<'n> Reader<'n> {
    fn home(&self, root: &Node) -> String {
        if is_cluster_wide(text(root, "apiVersion"), text(root, "kind")) {
            return String::new();
        }
        let namespace = at(root, "metadata.namespace").and_then(Node::as_str);
        namespace.filter(|name| !name.is_empty()).unwrap_or(self.namespace).to_owned()
    }

    fn add(&mut self, root: &'n Node) {
        let (kind, home) = (text(root, "kind"), self.home(root));
        let metadata = root.get("metadata");
        let name = |field| metadata.map(|metadata| text(metadata, field)).filter(|name| !name.is_empty());
        let Some(name) = name("name").or(name("generateName")) else { return };
        let id = (kind.to_owned(), home.clone(), name.to_owned());
        if self.index.contains_key(&id) {
            return; // given twice: one box
        }
        let index = self.graph.objects.len();
        self.graph.objects.push(Object {
            kind: kind.to_owned(),
            name: name.to_owned(),
            namespace: Some(home).filter(|home| !home.is_empty()),
            detail: detail(root),
            given: true,
        });
        self.index.insert(id, index);
        self.given.push((index, root));
    }

    /// The object of this name; one that is only referred to when the input has none.
    fn find(&mut self, kind: &str, home: &str, name: &str) -> usize {
        let id = (kind.to_owned(), home.to_owned(), name.to_owned());
        if let Some(&index) = self.index.get(&id) {
            return index;
        }
        let index = self.graph.objects.len();
        self.graph.objects.push(Object {
            kind: kind.to_owned(),
            name: name.to_owned(),
            namespace: Some(home.to_owned()).filter(|home| !home.is_empty()),
            detail: String::new(),
            given: false,
        });
        self.index.insert(id, index);
        index
    }

    fn refer(&mut self, from: usize, relation: Relation, to: usize) {
        let link = Link { from, to, relation };
        if from != to && self.seen.insert(link.clone()) {
            self.graph.links.push(link);
        }
    }

    /// A link to the object that `name` names, when there is such text.
    fn name(&mut self, from: usize, relation: Relation, kind: &str, home: &str, name: Option<&Node>) {
        if let Some(name) = name.and_then(Node::as_str).filter(|name| !name.is_empty()) {
            let to = self.find(kind, home, name);
            self.refer(from, relation, to);
        }
    }

    fn link(&mut self, from: usize, root: &'n Node) {
        let home = self.home(root);
        match text(root, "kind") {
            "Ingress" => self.ingress(from, root, &home),
            "Service" => self.select(from, at(root, "spec.selector").and_then(Node::as_map), &home),
            "PodDisruptionBudget" => {
                self.select(from, at(root, "spec.selector.matchLabels").and_then(Node::as_map), &home);
            }
            "PersistentVolumeClaim" => self.claim(from, root),
            "HorizontalPodAutoscaler" => {
                if let Some(target) = at(root, "spec.scaleTargetRef") {
                    self.name(from, Relation::Scales, text(target, "kind"), &home, target.get("name"));
                }
            }
            "RoleBinding" | "ClusterRoleBinding" => self.binding(from, root, &home),
            "ServiceAccount" => {
                for field in ["secrets", "imagePullSecrets"] {
                    for secret in items(root, field) {
                        self.name(from, Relation::Reads, "Secret", &home, secret.get("name"));
                    }
                }
            }
            _ => {}
        }
        if let Some(spec) = pod(root).and_then(|pod| pod.get("spec")) {
            self.pod(from, spec, &home);
        }
        for template in items(root, "spec.volumeClaimTemplates") {
            let name = at(template, "metadata.name").and_then(Node::as_str).unwrap_or_default();
            let owner = at(root, "metadata.name").and_then(Node::as_str).unwrap_or_default();
            let to = self.find("PersistentVolumeClaim", &home, &format!("{name}-{owner}-*"));
            if let Some(claim) = self.graph.objects.get_mut(to) {
                claim.given = true;
                claim.detail = amount(at(template, "spec.resources.requests.storage"));
            }
            self.refer(from, Relation::Mounts, to);
        }
    }

    fn ingress(&mut self, from: usize, root: &Node, home: &str) {
        let paths = items(root, "spec.rules").flat_map(|rule| items(rule, "http.paths"));
        let backends = paths.filter_map(|path| path.get("backend"));
        let others = ["spec.defaultBackend", "spec.backend"].iter().filter_map(|path| at(root, path));
        for backend in backends.chain(others) {
            let name = at(backend, "service.name").or(backend.get("serviceName"));
            self.name(from, Relation::Routes, "Service", home, name);
        }
        for tls in items(root, "spec.tls") {
            self.name(from, Relation::Reads, "Secret", home, tls.get("secretName"));
        }
    }

    fn select(&mut self, from: usize, labels: Option<&Map>, home: &str) {
        let Some(labels) = labels.filter(|labels| !labels.is_empty()) else { return };
        let selected = self.workloads.iter().filter(|workload| {
            workload.home == home
                && workload.labels.is_some_and(|theirs| {
                    labels.entries().iter().all(|entry| theirs.get(&entry.key) == Some(&entry.value))
                })
        });
        for to in selected.map(|workload| workload.index).collect::<Vec<_>>() {
            self.refer(from, Relation::Selects, to);
        }
    }

    fn claim(&mut self, from: usize, root: &Node) {
        self.name(from, Relation::Binds, "PersistentVolume", "", at(root, "spec.volumeName"));
        let class = at(root, "spec.storageClassName").and_then(Node::as_str).unwrap_or_default();
        let given = self.index.get(&("StorageClass".to_owned(), String::new(), class.to_owned())).copied();
        if let Some(to) = given {
            self.refer(from, Relation::Binds, to);
        }
    }

    fn binding(&mut self, from: usize, root: &Node, home: &str) {
        if let Some(role) = root.get("roleRef") {
            let kind = text(role, "kind");
            let home = if kind == "ClusterRole" { "" } else { home };
            self.name(from, Relation::Grants, kind, home, role.get("name"));
        }
        for subject in items(root, "subjects").filter(|subject| text(subject, "kind") == "ServiceAccount") {
            let named = text(subject, "namespace");
            let home = if named.is_empty() { home } else { named };
            self.name(from, Relation::Grants, "ServiceAccount", home, subject.get("name"));
        }
    }

    fn pod(&mut self, from: usize, spec: &Node, home: &str) {
        let account = spec.get("serviceAccountName").or(spec.get("serviceAccount"));
        let account = account.filter(|name| name.as_str() != Some("default"));
        self.name(from, Relation::RunsAs, "ServiceAccount", home, account);
        for secret in items(spec, "imagePullSecrets") {
            self.name(from, Relation::Reads, "Secret", home, secret.get("name"));
        }
        for volume in items(spec, "volumes") {
            let claim = at(volume, "persistentVolumeClaim.claimName");
            self.name(from, Relation::Mounts, "PersistentVolumeClaim", home, claim);
            self.name(from, Relation::Reads, "Secret", home, at(volume, "secret.secretName"));
            self.name(from, Relation::Reads, "ConfigMap", home, at(volume, "configMap.name"));
            for source in items(volume, "projected.sources") {
                self.name(from, Relation::Reads, "Secret", home, at(source, "secret.name"));
                self.name(from, Relation::Reads, "ConfigMap", home, at(source, "configMap.name"));
            }
        }
        for container in items(spec, "initContainers").chain(items(spec, "containers")) {
            for source in items(container, "envFrom") {
                self.name(from, Relation::Reads, "Secret", home, at(source, "secretRef.name"));
                self.name(from, Relation::Reads, "ConfigMap", home, at(source, "configMapRef.name"));
            }
            for variable in items(container, "env") {
                let secret = at(variable, "valueFrom.secretKeyRef.name");
                self.name(from, Relation::Reads, "Secret", home, secret);
                let map = at(variable, "valueFrom.configMapKeyRef.name");
                self.name(from, Relation::Reads, "ConfigMap", home, map);
            }
        }
    }

    fn link_calls(&mut self, from: usize, root: &Node) {
        let Some(spec) = pod(root).and_then(|pod| pod.get("spec")) else { return };
        let home = self.home(root);
        for container in items(spec, "initContainers").chain(items(spec, "containers")) {
            for variable in items(container, "env") {
                self.calls(from, text(variable, "value"), Some(text(variable, "name")), &home);
            }
            for word in items(container, "command").chain(items(container, "args")) {
                self.calls(from, word.as_str().unwrap_or_default(), None, &home);
            }
        }
    }

    /// Links to the Services of the input that a text names as hosts, but not to those that select the caller itself.
    fn calls(&mut self, from: usize, text: &str, variable: Option<&str>, home: &str) {
        for host in hosts::hosts(text, variable) {
            let (name, namespace) = hosts::service(host);
            let id = ("Service".to_owned(), namespace.unwrap_or(home).to_owned(), name.to_owned());
            let Some(&to) = self.index.get(&id) else { continue };
            let own = Link { from: to, to: from, relation: Relation::Selects };
            if !self.seen.contains(&own) {
                self.refer(from, Relation::Calls, to);
            }
        }
    }
}

fn amount(node: Option<&Node>) -> String {
    match node {
        Some(node) => node
            .as_str()
            .map_or_else(|| node.as_i64().map_or(String::new(), |n| n.to_string()), str::to_owned),
        None => String::new(),
    }
}

/// A few words about an object.
fn detail(root: &Node) -> String {
    match text(root, "kind") {
        "Service" => {
            let port = |port: &Node| {
                let number = port.get("port").and_then(Node::as_i64)?;
                let node = port.get("nodePort").and_then(Node::as_i64).filter(|number| *number != 0);
                Some(node.map_or(format!(":{number}"), |node| format!(":{number} (node {node})")))
            };
            items(root, "spec.ports").filter_map(port).collect::<Vec<_>>().join(" ")
        }
        "Ingress" => {
            let hosts =
                items(root, "spec.rules").map(|rule| text(rule, "host")).filter(|host| !host.is_empty());
            hosts.collect::<Vec<_>>().join(" ")
        }
        "PersistentVolume" => amount(at(root, "spec.capacity.storage")),
        "PersistentVolumeClaim" => amount(at(root, "spec.resources.requests.storage")),
        "Deployment" | "StatefulSet" => match at(root, "spec.replicas").and_then(Node::as_i64) {
            None | Some(1) => String::new(),
            Some(number) => format!("×{number}"),
        },
        "CronJob" => at(root, "spec.schedule").and_then(Node::as_str).unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}
