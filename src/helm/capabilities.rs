//! `.Capabilities`: what templates are told about the cluster and about Helm.

use std::any::Any;

use super::kube_version::KubeVersion;
use crate::value::{Elem, JsonView, Kind, List, ListType, Method, Object, Param, Str, Value};

/// API versions Helm v4.3.1 assumes without a cluster, in its order.
// Rule: Helm v4.3.1 pkg/chart/common/capabilities.go, DefaultVersionSet.
pub const DEFAULT_API_VERSIONS: [&str; 57] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "lifecycle.k8s.io/v1alpha1",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

/// The Helm release whose output is reproduced.
pub const HELM_VERSION: &str = "v4.3.1";

static VERSION_SET: ListType = ListType {
    name: "common.VersionSet",
    elem: Elem::String,
    named: true,
    methods: &[Method { name: "Has", params: &[Param::String], variadic: false, call: has }],
};

fn has(receiver: &Value, arguments: &[Value]) -> Result<Value, String> {
    let wanted = arguments.first().and_then(Value::as_str).cloned().unwrap_or_default();
    let found = receiver.as_list().is_some_and(|list| {
        list.items().iter().any(|item| item.as_str().is_some_and(|item| *item == wanted))
    });
    Ok(Value::Bool(found))
}

/// `*common.Capabilities`
#[derive(Clone)]
pub(super) struct Capabilities {
    kube_version: Value,
    api_versions: Value,
    helm_version: Value,
}

impl Capabilities {
    /// The capabilities for a Kubernetes version, with further API versions after Helm's own.
    pub(super) fn value(kube_version: &KubeVersion, further: &[String]) -> Value {
        let items = DEFAULT_API_VERSIONS
            .iter()
            .map(|text| Str::from_static(text))
            .chain(further.iter().map(Str::from));
        Value::object(Self {
            kube_version: Value::object(KubeVersionObject { version: kube_version.clone(), addressed: true }),
            api_versions: Value::List(List::of(&VERSION_SET, items.map(Value::Str).collect())),
            helm_version: Value::object(HelmVersion),
        })
    }
}

impl Object for Capabilities {
    fn type_name(&self) -> &'static str {
        "*common.Capabilities"
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn fields(&self) -> &'static [&'static str] {
        &["KubeVersion", "APIVersions", "HelmVersion"]
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(
            match name {
                "KubeVersion" => &self.kube_version,
                "APIVersions" => &self.api_versions,
                "HelmVersion" => &self.helm_version,
                _ => return None,
            }
            .clone(),
        )
    }

    fn methods(&self) -> &'static [Method] {
        const METHODS: &[Method] = &[Method {
            name: "Copy",
            params: &[],
            variadic: false,
            call: |receiver, _| {
                let own: Option<&Capabilities> = receiver.downcast();
                Ok(own.map_or(Value::Nil, |own| Value::object(own.clone())))
            },
        }];
        METHODS
    }

    fn copied(&self) -> Option<Value> {
        let kube_version: &KubeVersionObject = self.kube_version.downcast()?;
        Some(Value::object(Self { kube_version: kube_version.copied(true), ..self.clone() }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `common.KubeVersion`: its `String` method hangs on the pointer, so an action prints the version and a
/// function the struct.
struct KubeVersionObject {
    version: KubeVersion,
    /// Whether it stands in the capabilities; in an `interface {}` it has no address, and no method.
    addressed: bool,
}

impl KubeVersionObject {
    /// The copy of a deep copy, which leaves the unexported field out.
    fn copied(&self, addressed: bool) -> Value {
        let version = KubeVersion { normalized: String::new(), ..self.version.clone() };
        Value::object(Self { version, addressed })
    }
}

fn kube_version(receiver: &Value) -> Option<&KubeVersion> {
    receiver.downcast::<KubeVersionObject>().map(|object| &object.version)
}

impl Object for KubeVersionObject {
    fn type_name(&self) -> &'static str {
        "common.KubeVersion"
    }

    fn fields(&self) -> &'static [&'static str] {
        &["Version", "normalizedVersion", "Major", "Minor"]
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(Value::from(match name {
            "Version" => &*self.version.version,
            "normalizedVersion" => &*self.version.normalized,
            "Major" => &*self.version.major,
            "Minor" => &*self.version.minor,
            _ => return None,
        }))
    }

    fn methods(&self) -> &'static [Method] {
        const METHODS: &[Method] = &[
            Method {
                name: "GitVersion",
                params: &[],
                variadic: false,
                call: |receiver, _| {
                    Ok(kube_version(receiver).map_or(Value::Nil, |v| Value::from(&*v.version)))
                },
            },
            Method {
                name: "String",
                params: &[],
                variadic: false,
                call: |receiver, _| {
                    Ok(kube_version(receiver).map_or(Value::Nil, |v| Value::from(&*v.normalized)))
                },
            },
        ];
        if self.addressed { METHODS } else { &[] }
    }

    fn addressed_text(&self) -> Option<Str> {
        // A deep copy lacks the unexported field.
        let text =
            if self.version.normalized.is_empty() { &self.version.version } else { &self.version.normalized };
        self.addressed.then(|| Str::from(&**text))
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        let other: &Self = other.as_any().downcast_ref()?;
        Some(
            self.version.version == other.version.version
                && self.version.normalized == other.version.normalized,
        )
    }

    fn detached(&self) -> Option<Value> {
        self.addressed.then(|| Value::object(Self { version: self.version.clone(), addressed: false }))
    }

    fn copied(&self) -> Option<Value> {
        Some(Self::copied(self, false))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `version.BuildInfo`
struct HelmVersion;

const BUILD: [(&str, &str, &str); 5] = [
    ("Version", "version", HELM_VERSION),
    ("GitCommit", "git_commit", "c0d08d0d6d9424d4a14febb5e8a3e51b0dd00dff"),
    ("GitTreeState", "git_tree_state", "clean"),
    ("GoVersion", "go_version", "go1.27.2"),
    ("KubeClientVersion", "kube_client_version", "v1.37"),
];

impl Object for HelmVersion {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn fields(&self) -> &'static [&'static str] {
        &["Version", "GitCommit", "GitTreeState", "GoVersion", "KubeClientVersion"]
    }

    fn field(&self, name: &str) -> Option<Value> {
        let (_, _, text) = BUILD.iter().find(|(field, _, _)| *field == name)?;
        Some(Value::Str(Str::from_static(text)))
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        Some(other.as_any().is::<Self>())
    }

    fn json(&self) -> JsonView {
        JsonView::Struct(
            BUILD.iter().map(|(_, name, text)| (*name, Value::Str(Str::from_static(text)))).collect(),
        )
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
