//! References to other objects of the input. They may exist in the cluster already, so what is not found is a warning.

use super::super::codes;
use super::super::findings::{Findings, Warn as _};
use super::super::object::{Object, items, str_of};
use super::metadata::did_you_mean;
use super::resources::quantity;
use super::{Cluster, ClusterRule, selector};
use crate::codec::{Map, Node};

pub(super) const RULES: &[ClusterRule] = &[
    (&["Service"], selected_pods),
    (&["Ingress"], backends),
    (&[], pod_references),
    (&["PersistentVolumeClaim"], bound_volume),
    (&["HorizontalPodAutoscaler"], scale_target),
    (&["StatefulSet"], governing_service),
];

type Found<'c> = &'c Cluster<'c, 'c>;

/// Warns of a name that no object of the input has.
fn wanted(
    node: Option<&Node>,
    kind: &str,
    home: &str,
    cluster: &Cluster<'_, '_>,
    findings: &mut Findings<'_, '_>,
) {
    let Some((node, name)) = node.and_then(|node| node.as_str().map(|name| (node, name))) else { return };
    if !crate::kube::is_dns_subdomain(name) || cluster.find("", kind, home, name).is_some() {
        return;
    }
    let others = cluster.objects().iter().filter(|other| other.kind == kind && other.home() == home);
    findings
        .not_found(node, codes::REFERENCE, &format!("the input has no {kind} of this name"))
        .warn()
        .help = did_you_mean(name, others.map(|other| other.name.as_str()))
        .or_else(|| Some("it must be in the cluster already".to_owned()));
}

fn optional(node: &Node) -> bool {
    node.get("optional").and_then(Node::as_bool) == Some(true)
}

fn pod_references(object: &Object<'_>, cluster: &Cluster<'_, '_>, findings: &mut Findings<'_, '_>) {
    let Some(pod) = object.pod() else { return };
    let home = object.home();
    for name in ["serviceAccountName", "serviceAccount"] {
        let node = pod.spec.get(name).filter(|name| name.as_str() != Some("default"));
        if name == "serviceAccountName" || pod.spec.get("serviceAccountName").is_none() {
            wanted(node, "ServiceAccount", home, cluster, findings);
        }
    }
    for secret in items(pod.spec, "imagePullSecrets") {
        wanted(secret.get("name"), "Secret", home, cluster, findings);
    }
    for volume in items(pod.spec, "volumes") {
        volume_references(volume, home, cluster, findings);
        let projected = volume.get("projected").into_iter().flat_map(|projected| items(projected, "sources"));
        for source in projected {
            projected_references(source, home, cluster, findings);
        }
    }
    for (_, container) in pod.containers() {
        for source in items(container, "envFrom") {
            for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
                if let Some(reference) = source.get(field).filter(|reference| !optional(reference)) {
                    wanted(reference.get("name"), kind, home, cluster, findings);
                }
            }
        }
        for from in items(container, "env").filter_map(|variable| variable.get("valueFrom")) {
            for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
                if let Some(reference) = from.get(field).filter(|reference| !optional(reference)) {
                    wanted(reference.get("name"), kind, home, cluster, findings);
                    wanted_key(reference, kind, home, cluster, findings);
                }
            }
        }
    }
}

fn volume_references(volume: &Node, home: &str, cluster: &Cluster<'_, '_>, findings: &mut Findings<'_, '_>) {
    wanted(
        volume.at_path(["persistentVolumeClaim", "claimName"]),
        "PersistentVolumeClaim",
        home,
        cluster,
        findings,
    );
    if let Some(secret) = volume.get("secret").filter(|secret| !optional(secret)) {
        wanted(secret.get("secretName"), "Secret", home, cluster, findings);
    }
    if let Some(map) = volume.get("configMap").filter(|map| !optional(map)) {
        wanted(
            map.get("name").filter(|name| name.as_str() != Some("kube-root-ca.crt")),
            "ConfigMap",
            home,
            cluster,
            findings,
        );
    }
}

fn projected_references(
    source: &Node,
    home: &str,
    cluster: &Cluster<'_, '_>,
    findings: &mut Findings<'_, '_>,
) {
    for (field, kind) in [("configMap", "ConfigMap"), ("secret", "Secret")] {
        if let Some(reference) = source.get(field).filter(|reference| !optional(reference)) {
            let name = reference.get("name").filter(|name| name.as_str() != Some("kube-root-ca.crt"));
            wanted(name, kind, home, cluster, findings);
        }
    }
}

/// A key that the object of the input does not have: the container would not start.
fn wanted_key(
    reference: &Node,
    kind: &str,
    home: &str,
    cluster: &Cluster<'_, '_>,
    findings: &mut Findings<'_, '_>,
) {
    let Some(object) = str_of(reference, "name").and_then(|name| cluster.find("", kind, home, name)) else {
        return;
    };
    let Some((key, node)) = str_of(reference, "key").zip(reference.get("key")) else { return };
    let maps =
        ["data", "stringData", "binaryData"].iter().filter_map(|field| object.root.get(field)?.as_map());
    let keys: Vec<&str> = maps.flat_map(Map::entries).map(|entry| &*entry.key).collect();
    if !keys.contains(&key) {
        findings
            .not_found(node, codes::REFERENCE, &format!("{kind} `{}` has no such key", object.name))
            .warn()
            .help = did_you_mean(key, keys.into_iter());
    }
}

/// The pods of the input that a Service selects.
fn selected<'c>(service: &'c Object<'_>, cluster: Found<'c>) -> Vec<super::Pod<'c>> {
    let Some(wanted) = service.at("spec.selector").and_then(Node::as_map) else { return Vec::new() };
    let pods = cluster.pods().iter().filter(|(maker, _)| maker.home() == service.home());
    pods.map(|(_, pod)| *pod).filter(|pod| selector::has_all(wanted, pod.labels())).collect()
}

fn selected_pods(object: &Object<'_>, cluster: &Cluster<'_, '_>, findings: &mut Findings<'_, '_>) {
    let Some(node) =
        object.at("spec.selector").filter(|node| node.as_map().is_some_and(|map| !map.is_empty()))
    else {
        return;
    };
    if cluster.pods().is_empty() || object.at("spec.type").and_then(Node::as_str) == Some("ExternalName") {
        return;
    }
    let pods = selected(object, cluster);
    if pods.is_empty() {
        findings.says(node, codes::REFERENCE, "no pod of the input has these labels").warn();
        return;
    }
    for port in object.at("spec").into_iter().flat_map(|spec| items(spec, "ports")) {
        let Some((name, node)) = str_of(port, "targetPort").zip(port.get("targetPort")) else { continue };
        let names: Vec<_> = pods
            .iter()
            .flat_map(|pod| pod.containers())
            .flat_map(|(_, container)| items(container, "ports"))
            .filter_map(|port| str_of(port, "name"))
            .collect();
        if crate::kube::is_port_name(name) && !names.contains(&name) {
            findings
                .not_found(node, codes::REFERENCE, "the selected pods have no port of this name")
                .warn()
                .help = did_you_mean(name, names.into_iter());
        }
    }
}

fn backends(object: &Object<'_>, cluster: &Cluster<'_, '_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec").filter(|_| object.api_version == "networking.k8s.io/v1") else {
        return;
    };
    let paths =
        items(spec, "rules").filter_map(|rule| rule.get("http")).flat_map(|http| items(http, "paths"));
    let backends = paths.filter_map(|path| path.get("backend")).chain(spec.get("defaultBackend"));
    for service in backends.filter_map(|backend| backend.get("service")) {
        wanted(service.get("name"), "Service", object.home(), cluster, findings);
        let target =
            str_of(service, "name").and_then(|name| cluster.find("", "Service", object.home(), name));
        let Some(target) = target.and_then(|target| target.at("spec")) else { continue };
        let Some(port) = service.get("port") else { continue };
        for field in ["name", "number"] {
            let Some(node) = port.get(field).filter(|node| !node.is_null()) else { continue };
            let key = if field == "name" { "name" } else { "port" };
            if !items(target, "ports").any(|port| port.get(key) == Some(node)) {
                findings.not_found(node, codes::REFERENCE, "the Service has no such port").warn();
            }
        }
    }
}

fn bound_volume(object: &Object<'_>, cluster: &Cluster<'_, '_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    let Some(node) = spec.get("volumeName") else { return };
    wanted(Some(node), "PersistentVolume", "", cluster, findings);
    let Some(volume) = node.as_str().and_then(|name| cluster.find("", "PersistentVolume", "", name)) else {
        return;
    };
    let Some(theirs) = volume.at("spec") else { return };
    if let Some(modes) = spec.get("accessModes") {
        let has = |mode: &Node| items(theirs, "accessModes").any(|other| other == mode);
        if !items(spec, "accessModes").all(has) {
            findings
                .says(
                    modes,
                    codes::REFERENCE,
                    &format!("PersistentVolume `{}` does not offer these access modes", volume.name),
                )
                .warn();
        }
    }
    let size = spec.at_path(["resources", "requests", "storage"]);
    let offered = theirs.at_path(["capacity", "storage"]).and_then(quantity);
    if let Some((node, offered)) = size.zip(offered)
        && quantity(node).is_some_and(|wanted| wanted > offered)
    {
        findings
            .says(node, codes::REFERENCE, &format!("PersistentVolume `{}` is smaller", volume.name))
            .warn();
    }
    let class = |spec: &Node| str_of(spec, "storageClassName").unwrap_or_default().to_owned();
    if let Some(node) = spec.get("storageClassName")
        && class(spec) != class(theirs)
    {
        findings
            .says(node, codes::REFERENCE, &format!("PersistentVolume `{}` is of another class", volume.name))
            .warn();
    }
}

fn scale_target(object: &Object<'_>, cluster: &Cluster<'_, '_>, findings: &mut Findings<'_, '_>) {
    let Some(target) = object.at("spec.scaleTargetRef") else { return };
    let Some((name, node)) = str_of(target, "name").zip(target.get("name")) else { return };
    let kind = str_of(target, "kind").unwrap_or_default();
    let group = str_of(target, "apiVersion")
        .and_then(|version| version.split_once('/'))
        .map_or("", |(group, _)| group);
    if !cluster.pods().is_empty()
        && matches!(kind, "Deployment" | "StatefulSet" | "ReplicaSet")
        && cluster.find(group, kind, object.home(), name).is_none()
    {
        findings.not_found(node, codes::REFERENCE, &format!("the input has no {kind} of this name")).warn();
    }
}

fn governing_service(object: &Object<'_>, cluster: &Cluster<'_, '_>, findings: &mut Findings<'_, '_>) {
    if cluster.objects().len() > 1 {
        wanted(object.at("spec.serviceName"), "Service", object.home(), cluster, findings);
    }
}
