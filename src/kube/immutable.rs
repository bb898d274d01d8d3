//! Fields that an API server does not let change on a live object: an apply that changes one is refused, and
//! the object has to be deleted and made again.
// Rule: kubernetes v1.37, the function named with each row; `ValidateImmutableField` says "field is immutable".

use super::Quantity;
use crate::codec::{Entry, Map, Node};

/// A field that must stay as it is, and what the API server says when it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Immutable {
    /// The API group of the kind; empty for the core.
    pub group: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// The field, dotted from the object's root.
    pub field: &'static str,
    /// What the API server says.
    pub words: &'static str,
    /// What to do about it.
    pub advice: &'static str,
    /// The function of Kubernetes that refuses the change.
    pub source: &'static str,
    except: &'static [&'static str],
    default: Option<&'static str>,
    when: When,
}

/// On what an immutable field depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// On nothing.
    Always,
    /// It was set before.
    OnceSet,
    /// It is set now; without a value the API server keeps the old one.
    NewSet,
    /// The object was marked `immutable: true`.
    Marked,
    /// The Job was not suspended.
    Running,
    /// The Job was suspended.
    Suspended,
    /// The Job is not an indexed one.
    NotIndexed,
    /// The amount becomes smaller.
    Shrinks,
    /// Containers change in anything but their images.
    ButImages,
}

/// A change between two states of one object that an API server refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The rule.
    pub rule: &'static Immutable,
    /// The field that differs, key by key from the object's root: that of the rule, or one below it where the rule
    /// leaves some of its fields free.
    pub path: Vec<String>,
}

impl Refused {
    /// Whether a change at this path, key by key, is part of the refused one or holds it.
    pub fn covers<'p>(&self, path: impl IntoIterator<Item = &'p str>) -> bool {
        self.path.iter().zip(path).all(|(ours, theirs)| ours == theirs)
    }
}

const ALWAYS: &str = "field is immutable";
const AGAIN: &str = "delete the object and apply again";
const ORPHAN: &str =
    "delete it with `kubectl delete --cascade=orphan`, which keeps its pods, and apply again";
const NEW_NAME: &str = "give the object a new name, and use that name wherever it is referred to";
const CLAIM: &str = "volumes hold data: copy it, delete claim and volume, apply again";

macro_rules! rules {
    ($($group:literal $kind:literal $field:literal $when:ident $words:expr, $advice:expr, $source:literal
       $(, except $except:expr)? $(, default $default:literal)?;)*) => {
        &[$(Immutable {
            group: $group,
            kind: $kind,
            field: $field,
            words: $words,
            advice: $advice,
            source: $source,
            when: When::$when,
            $(except: $except,)?
            $(default: Some($default),)?
            ..NONE
        }),*]
    };
}

const NONE: Immutable = Immutable {
    group: "",
    kind: "",
    field: "",
    words: "",
    advice: "",
    source: "",
    except: &[],
    default: None,
    when: When::Always,
};

/// The words about a `StatefulSet`.
const STATEFUL_SET: &str = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
    'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const CLAIM_SPEC: &str = "spec is immutable after creation except resources.requests and \
    volumeAttributesClassName for bound claims";
const VOLUME_SOURCE: &str = "spec.persistentvolumesource is immutable after creation";
const MARKED: &str = "field is immutable when `immutable` is set";
const POD: &str = "pod updates may not change fields other than the images of containers, \
    `spec.activeDeadlineSeconds`, `spec.tolerations` and `spec.terminationGracePeriodSeconds`";

/// Every rule.
pub const IMMUTABLE: &[Immutable] = rules! {
    "" "ConfigMap" "binaryData" Marked MARKED, NEW_NAME, "core: ValidateConfigMapUpdate";
    "" "ConfigMap" "data" Marked MARKED, NEW_NAME, "core: ValidateConfigMapUpdate";
    "" "ConfigMap" "immutable" Marked MARKED, NEW_NAME, "core: ValidateConfigMapUpdate";
    "" "PersistentVolume" "spec" Always VOLUME_SOURCE, CLAIM, "core: ValidatePersistentVolumeUpdate",
        except &["accessModes", "capacity", "claimRef", "mountOptions", "nodeAffinity", "persistentVolumeReclaimPolicy",
            "storageClassName", "volumeAttributesClassName", "volumeMode"];
    "" "PersistentVolume" "spec.nodeAffinity" OnceSet ALWAYS, CLAIM, "core: validatePvNodeAffinity";
    "" "PersistentVolume" "spec.volumeMode" Always ALWAYS, CLAIM, "core: ValidatePersistentVolumeUpdate",
        default "Filesystem";
    "" "PersistentVolumeClaim" "spec" Always CLAIM_SPEC, CLAIM, "core: ValidatePersistentVolumeClaimUpdate",
        except &["resources", "storageClassName", "volumeAttributesClassName", "volumeMode", "volumeName"];
    "" "PersistentVolumeClaim" "spec.resources" Always CLAIM_SPEC, CLAIM, "core: ValidatePersistentVolumeClaimUpdate",
        except &["requests"];
    "" "PersistentVolumeClaim" "spec.resources.requests.storage" Shrinks "field can not be less than previous value",
        CLAIM, "core: ValidatePersistentVolumeClaimUpdate";
    "" "PersistentVolumeClaim" "spec.storageClassName" OnceSet CLAIM_SPEC, CLAIM,
        "core: validateStorageClassUpgradeFromNil";
    "" "PersistentVolumeClaim" "spec.volumeMode" Always ALWAYS, CLAIM, "core: ValidatePersistentVolumeClaimUpdate",
        default "Filesystem";
    "" "PersistentVolumeClaim" "spec.volumeName" OnceSet CLAIM_SPEC, CLAIM, "core: ValidatePersistentVolumeClaimUpdate";
    "" "Pod" "spec" Always POD, AGAIN, "core: ValidatePodUpdate",
        except &["activeDeadlineSeconds", "containers", "initContainers", "terminationGracePeriodSeconds", "tolerations"];
    "" "Pod" "spec.containers" ButImages POD, AGAIN, "core: ValidatePodUpdate";
    "" "Pod" "spec.initContainers" ButImages POD, AGAIN, "core: ValidatePodUpdate";
    "" "ResourceQuota" "spec.scopes" Always ALWAYS, AGAIN, "core: ValidateResourceQuotaUpdate";
    "" "Secret" "data" Marked MARKED, NEW_NAME, "core: ValidateSecretUpdate";
    "" "Secret" "immutable" Marked MARKED, NEW_NAME, "core: ValidateSecretUpdate";
    "" "Secret" "stringData" Marked MARKED, NEW_NAME, "core: ValidateSecretUpdate";
    "" "Secret" "type" Always ALWAYS, AGAIN, "core: ValidateSecretUpdate", default "Opaque";
    "" "Service" "spec.clusterIP" NewSet "may not change once set", AGAIN, "core: ValidateServiceClusterIPsRelatedFields";
    "apiextensions.k8s.io" "CustomResourceDefinition" "spec.group" Always ALWAYS, AGAIN,
        "apiextensions: validateCustomResourceDefinitionUpdate";
    "apiextensions.k8s.io" "CustomResourceDefinition" "spec.names.kind" Always ALWAYS, AGAIN,
        "apiextensions: validateCustomResourceDefinitionUpdate";
    "apiextensions.k8s.io" "CustomResourceDefinition" "spec.names.plural" Always ALWAYS, AGAIN,
        "apiextensions: validateCustomResourceDefinitionUpdate";
    "apiextensions.k8s.io" "CustomResourceDefinition" "spec.scope" Always ALWAYS, AGAIN,
        "apiextensions: validateCustomResourceDefinitionUpdate";
    "apps" "ControllerRevision" "data" Always ALWAYS, AGAIN, "apps: ValidateControllerRevisionUpdate";
    "apps" "DaemonSet" "spec.selector" Always ALWAYS, ORPHAN, "registry/apps/daemonset: ValidateUpdate";
    "apps" "Deployment" "spec.selector" Always ALWAYS, AGAIN, "registry/apps/deployment: ValidateUpdate";
    "apps" "ReplicaSet" "spec.selector" Always ALWAYS, AGAIN, "registry/apps/replicaset: ValidateUpdate";
    "apps" "StatefulSet" "spec" Always STATEFUL_SET, ORPHAN, "apps: ValidateStatefulSetUpdate",
        except &["minReadySeconds", "ordinals", "persistentVolumeClaimRetentionPolicy", "podManagementPolicy", "replicas",
            "revisionHistoryLimit", "template", "updateStrategy"];
    "apps" "StatefulSet" "spec.podManagementPolicy" Always STATEFUL_SET, ORPHAN, "apps: ValidateStatefulSetUpdate",
        default "OrderedReady";
    "batch" "Job" "spec.backoffLimitPerIndex" Always ALWAYS, AGAIN, "batch: ValidateJobSpecUpdate";
    "batch" "Job" "spec.completionMode" Always ALWAYS, AGAIN, "batch: ValidateJobSpecUpdate", default "NonIndexed";
    "batch" "Job" "spec.completions" NotIndexed ALWAYS, AGAIN, "batch: validateCompletions", default "1";
    "batch" "Job" "spec.managedBy" Always ALWAYS, AGAIN, "batch: ValidateJobSpecUpdate";
    "batch" "Job" "spec.podFailurePolicy" Always ALWAYS, AGAIN, "batch: ValidateJobSpecUpdate";
    "batch" "Job" "spec.selector" Always ALWAYS, AGAIN, "batch: ValidateJobSpecUpdate";
    "batch" "Job" "spec.successPolicy" Always ALWAYS, AGAIN, "batch: ValidateJobSpecUpdate";
    "batch" "Job" "spec.template" Running ALWAYS, AGAIN, "batch: validatePodTemplateUpdate";
    "batch" "Job" "spec.template.spec" Suspended ALWAYS, AGAIN, "batch: validatePodTemplateUpdate",
        except &["affinity", "nodeSelector", "schedulingGates", "tolerations"];
    "discovery.k8s.io" "EndpointSlice" "addressType" Always ALWAYS, AGAIN, "discovery: ValidateEndpointSliceUpdate";
    "networking.k8s.io" "IngressClass" "spec.controller" Always ALWAYS, AGAIN, "networking: ValidateIngressClassUpdate";
    "node.k8s.io" "RuntimeClass" "handler" Always ALWAYS, AGAIN, "node: ValidateRuntimeClassUpdate";
    "rbac.authorization.k8s.io" "ClusterRoleBinding" "roleRef" Always "cannot change roleRef", AGAIN,
        "rbac: ValidateClusterRoleBindingUpdate";
    "rbac.authorization.k8s.io" "RoleBinding" "roleRef" Always "cannot change roleRef", AGAIN,
        "rbac: ValidateRoleBindingUpdate";
    "scheduling.k8s.io" "PriorityClass" "preemptionPolicy" Always ALWAYS, AGAIN,
        "scheduling: ValidatePriorityClassUpdate", default "PreemptLowerPriority";
    "scheduling.k8s.io" "PriorityClass" "value" Always "may not be changed in an update", AGAIN,
        "scheduling: ValidatePriorityClassUpdate", default "0";
    "storage.k8s.io" "CSIDriver" "spec.attachRequired" Always ALWAYS, AGAIN, "storage: ValidateCSIDriverUpdate",
        default "true";
    "storage.k8s.io" "StorageClass" "parameters" Always "updates to parameters are forbidden", AGAIN,
        "storage: ValidateStorageClassUpdate";
    "storage.k8s.io" "StorageClass" "provisioner" Always "updates to provisioner are forbidden", AGAIN,
        "storage: ValidateStorageClassUpdate";
    "storage.k8s.io" "StorageClass" "reclaimPolicy" Always ALWAYS, AGAIN, "storage: ValidateStorageClassUpdate",
        default "Delete";
    "storage.k8s.io" "StorageClass" "volumeBindingMode" Always ALWAYS, AGAIN, "storage: ValidateStorageClassUpdate",
        default "Immediate";
    "storage.k8s.io" "VolumeAttributesClass" "driverName" Always ALWAYS, AGAIN,
        "storage: ValidateVolumeAttributesClassUpdate";
    "storage.k8s.io" "VolumeAttributesClass" "parameters" Always ALWAYS, AGAIN,
        "storage: ValidateVolumeAttributesClassUpdate";
};

/// What an API server refuses when a live object `old` becomes `new`, both as they are written in manifests: a field
/// that is not set counts as its default, and null as not set. Empty for kinds without a rule.
///
/// The two are one object: same group, kind, namespace and name.
#[must_use]
pub fn refused_changes(old: &Node, new: &Node) -> Vec<Refused> {
    let text = |field| new.get(field).and_then(Node::as_str).unwrap_or_default();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let mut refused = Vec::new();
    for rule in IMMUTABLE.iter().filter(|rule| rule.group == group && rule.kind == kind) {
        let path: Vec<&str> = rule.field.split('.').collect();
        let before = old.at_path(path.iter().copied()).filter(|node| !node.is_null());
        let after = new.at_path(path.iter().copied()).filter(|node| !node.is_null());
        if !rule.holds(old, new, before, after) {
            continue;
        }
        let whole = || path.iter().map(|&key| key.to_owned()).collect::<Vec<_>>();
        if rule.except.is_empty() {
            if rule.differs(before, after) {
                refused.push(Refused { rule, path: whole() });
            }
            continue;
        }
        for key in keys(before, after) {
            let field = |node: Option<&'_ Node>| node.and_then(|node| node.get(&key)).cloned();
            let (before, after) = (field(before), field(after));
            if !rule.except.contains(&&*key) && rule.differs(before.as_ref(), after.as_ref()) {
                let mut path = whole();
                path.push(key);
                refused.push(Refused { rule, path });
            }
        }
    }
    refused
}

/// The keys of two maps, sorted, each once.
fn keys(a: Option<&Node>, b: Option<&Node>) -> Vec<String> {
    let entries = |node: Option<&Node>| -> Vec<Entry> {
        node.and_then(Node::as_map).map(Map::entries).unwrap_or_default().to_vec()
    };
    let mut keys: Vec<String> =
        entries(a).into_iter().chain(entries(b)).map(|entry| entry.key.to_string()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn is_empty(node: &Node) -> bool {
    node.is_null()
        || node.as_str() == Some("")
        || node.as_list().is_some_and(<[Node]>::is_empty)
        || node.as_map().is_some_and(Map::is_empty)
}

impl Immutable {
    /// Whether the rule's condition is met.
    fn holds(&self, old: &Node, new: &Node, before: Option<&Node>, after: Option<&Node>) -> bool {
        let suspended = || old.at_path(["spec", "suspend"]).and_then(Node::as_bool) == Some(true);
        let external =
            |object: &Node| object.at_path(["spec", "type"]).and_then(Node::as_str) == Some("ExternalName");
        match self.when {
            When::Always | When::ButImages => true,
            When::OnceSet => before.is_some(),
            When::NewSet => after.is_some_and(|node| !is_empty(node)) && !external(old) && !external(new),
            When::Marked => old.get("immutable").and_then(Node::as_bool) == Some(true),
            When::Running => !suspended(),
            When::Suspended => suspended(),
            When::NotIndexed => {
                new.at_path(["spec", "completionMode"]).and_then(Node::as_str) != Some("Indexed")
            }
            When::Shrinks => match (before.and_then(amount), after.and_then(amount)) {
                (Some(before), Some(after)) => after < before,
                _ => false,
            },
        }
    }

    fn differs(&self, before: Option<&Node>, after: Option<&Node>) -> bool {
        let set = |node: Option<&Node>| node.is_some_and(|node| !is_empty(node) && !self.is_default(node));
        match (before, after) {
            (Some(before), Some(after)) if self.when == When::ButImages => !equal_but_images(before, after),
            (Some(before), Some(after)) if set(Some(before)) || set(Some(after)) => before != after,
            (before, after) => set(before) || set(after),
        }
    }

    fn is_default(&self, node: &Node) -> bool {
        let Some(default) = self.default else { return false };
        match (node.as_str(), node.as_i64(), node.as_bool()) {
            (Some(text), ..) => text == default,
            (_, Some(number), _) => number.to_string() == default,
            (.., Some(flag)) => flag.to_string() == default,
            _ => false,
        }
    }
}

fn amount(node: &Node) -> Option<Quantity> {
    match (node.as_str(), node.as_i64()) {
        (Some(text), _) => Quantity::parse(text),
        (_, Some(number)) => Quantity::parse(&number.to_string()),
        _ => None,
    }
}

fn equal_but_images(before: &Node, after: &Node) -> bool {
    let (Some(before), Some(after)) = (before.as_list(), after.as_list()) else { return before == after };
    let rest = |node: &Node| -> Vec<Entry> {
        let entries = node.as_map().map(Map::entries).unwrap_or_default();
        entries.iter().filter(|entry| &*entry.key != "image").cloned().collect()
    };
    before.len() == after.len()
        && before.iter().zip(after).all(|(before, after)| {
            let (before, after) = (rest(before), rest(after));
            before.len() == after.len()
                && before.iter().zip(&after).all(|(a, b)| a.key == b.key && a.value == b.value)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::yaml;
    use crate::diag::{Source, SourceKind};

    fn node(text: &str) -> Node {
        let source = Source::new(SourceKind::File, "t.yaml", text);
        let options = yaml::ReadOptions { numbers: crate::codec::Numbers::Typed };
        yaml::read(&source, &options).expect("YAML").root
    }

    /// Kind, what the object was, what it becomes, the paths that are refused.
    const CASES: &[(&str, &str, &str, &[&str])] = &[
        (
            "apps/v1 Deployment",
            "spec: {selector: {matchLabels: {a: b}}}",
            "spec: {selector: {matchLabels: {a: c}}}",
            &["spec.selector"],
        ),
        ("apps/v1 Deployment", "spec: {replicas: 1}", "spec: {replicas: 2}", &[]),
        ("extensions/v1beta1 Deployment", "spec: {selector: {a: b}}", "spec: {selector: {a: c}}", &[]),
        (
            "apps/v1 StatefulSet",
            "spec: {serviceName: a, replicas: 1}",
            "spec: {serviceName: b, replicas: 2}",
            &["spec.serviceName"],
        ),
        (
            "apps/v1 StatefulSet",
            "spec: {}",
            "spec: {podManagementPolicy: OrderedReady, template: {a: b}}",
            &[],
        ),
        (
            "apps/v1 StatefulSet",
            "spec: {volumeClaimTemplates: [{a: b}]}",
            "spec: {podManagementPolicy: Parallel}",
            &["spec.volumeClaimTemplates", "spec.podManagementPolicy"],
        ),
        (
            "batch/v1 Job",
            "spec: {template: {spec: {restartPolicy: Never}}}",
            "spec: {template: {spec: {restartPolicy: OnFailure}}}",
            &["spec.template"],
        ),
        (
            "batch/v1 Job",
            "spec: {suspend: true, template: {spec: {nodeSelector: {a: b}}}}",
            "spec: {template: {spec: {nodeSelector: {a: c}, restartPolicy: Never}}}",
            &["spec.template.spec.restartPolicy"],
        ),
        ("batch/v1 Job", "spec: {completions: 2}", "spec: {completions: 3}", &["spec.completions"]),
        (
            "batch/v1 Job",
            "spec: {completions: 2, completionMode: Indexed}",
            "spec: {completions: 3, completionMode: Indexed}",
            &[],
        ),
        ("batch/v1 CronJob", "spec: {schedule: a}", "spec: {schedule: b}", &[]),
        ("v1 Service", "spec: {clusterIP: 10.0.0.1}", "spec: {clusterIP: 10.0.0.2}", &["spec.clusterIP"]),
        ("v1 Service", "spec: {type: ClusterIP}", "spec: {clusterIP: None}", &["spec.clusterIP"]),
        ("v1 Service", "spec: {clusterIP: 10.0.0.1}", "spec: {type: NodePort}", &[]),
        ("v1 Service", "spec: {clusterIP: None}", "spec: {type: ExternalName, clusterIP: ''}", &[]),
        (
            "v1 PersistentVolume",
            "spec: {hostPath: {path: /a}, capacity: {storage: 1Gi}}",
            "spec: {hostPath: {path: /b}, capacity: {storage: 2Gi}}",
            &["spec.hostPath"],
        ),
        (
            "v1 PersistentVolume",
            "spec: {hostPath: {path: /a}}",
            "spec: {nfs: {path: /a}, nodeAffinity: {a: b}}",
            &["spec.hostPath", "spec.nfs"],
        ),
        (
            "v1 PersistentVolume",
            "spec: {nodeAffinity: {a: b}}",
            "spec: {volumeMode: Block}",
            &["spec.nodeAffinity", "spec.volumeMode"],
        ),
        (
            "v1 PersistentVolumeClaim",
            "spec: {accessModes: [a], resources: {requests: {storage: 1Gi}}}",
            "spec: {accessModes: [b], resources: {requests: {storage: 2Gi}}}",
            &["spec.accessModes"],
        ),
        (
            "v1 PersistentVolumeClaim",
            "spec: {resources: {requests: {storage: 2Gi}}}",
            "spec: {storageClassName: x, volumeName: v, volumeMode: Filesystem, resources: {requests: {storage: 1Gi}, limits: {storage: 3Gi}}}",
            &["spec.resources.limits", "spec.resources.requests.storage"],
        ),
        (
            "v1 PersistentVolumeClaim",
            "spec: {storageClassName: x}",
            "spec: {storageClassName: y}",
            &["spec.storageClassName"],
        ),
        ("v1 Secret", "type: Opaque", "data: {a: b}", &[]),
        ("v1 Secret", "type: a", "type: b", &["type"]),
        ("v1 Secret", "immutable: true\ndata: {a: b}", "data: {a: c}", &["data", "immutable"]),
        ("v1 ConfigMap", "data: {a: b}", "immutable: true\ndata: {a: c}", &[]),
        (
            "v1 Pod",
            "spec: {containers: [{name: a, image: x}]}",
            "spec: {containers: [{name: a, image: y}]}",
            &[],
        ),
        (
            "v1 Pod",
            "spec: {containers: [{name: a, image: x}]}",
            "spec: {hostNetwork: true, containers: [{name: b, image: x}]}",
            &["spec.hostNetwork", "spec.containers"],
        ),
        (
            "rbac.authorization.k8s.io/v1 RoleBinding",
            "roleRef: {name: a}",
            "roleRef: {name: b}",
            &["roleRef"],
        ),
        (
            "storage.k8s.io/v1 StorageClass",
            "provisioner: a\nreclaimPolicy: Delete",
            "provisioner: b",
            &["provisioner"],
        ),
        ("scheduling.k8s.io/v1 PriorityClass", "value: 1", "value: 2", &["value"]),
        ("example.com/v1 Thing", "spec: {selector: a}", "spec: {selector: b}", &[]),
    ];

    #[test]
    fn what_an_api_server_refuses_is_found_and_nothing_else() {
        for (kind, old, new, expected) in CASES {
            let (api_version, kind) = kind.split_once(' ').expect("two words");
            let object = |text: &str| node(&format!("apiVersion: {api_version}\nkind: {kind}\n{text}\n"));
            let refused = refused_changes(&object(old), &object(new));
            let paths: Vec<String> = refused.iter().map(|refused| refused.path.join(".")).collect();
            assert_eq!(&paths, expected, "{kind}: {old} -> {new}");
            assert_eq!(refused_changes(&object(new), &object(new)), [], "{kind}: {new}");
        }
    }

    #[test]
    fn a_refused_field_covers_what_lies_in_it_and_around_it() {
        let refused = Refused { rule: &IMMUTABLE[0], path: vec!["spec".to_owned(), "selector".to_owned()] };
        assert!(refused.covers(["spec", "selector", "matchLabels", "a"]));
        assert!(refused.covers(["spec", "selector"]) && refused.covers(["spec"]));
        assert!(!refused.covers(["spec", "template"]));
    }

    #[test]
    fn every_rule_names_a_kind_and_a_field_of_the_api() {
        use super::super::schema::{self, Shape};
        for rule in IMMUTABLE {
            let line = format!("{}/{} {}", rule.group, rule.kind, rule.field);
            assert!(
                !rule.words.is_empty() && !rule.advice.is_empty() && rule.source.contains(": "),
                "{line}"
            );
            let served = schema::kinds().find(|(version, kind, _)| {
                let group = version.split_once('/').map_or("", |(group, _)| group);
                group == rule.group && *kind == rule.kind
            });
            let (version, kind, _) = served.expect(&line);
            let mut root = schema::kind(version, kind).map(|kind| kind.root);
            let fields: Vec<&str> = rule.field.split('.').collect();
            for (index, field) in fields.iter().enumerate() {
                if rule.field.ends_with("requests.storage") && index >= 3 {
                    break;
                }
                let shape = root.and_then(|root| root.field(field)).expect(&line).shape();
                root = if let Shape::Ref(kind) = shape { Some(kind) } else { None };
            }
            for field in rule.except {
                assert!(root.and_then(|root| root.field(field)).is_some(), "{line}: {field}");
            }
        }
    }
}
