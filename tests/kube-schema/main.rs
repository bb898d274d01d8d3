//! Makes `src/kube/schema.txt` from k8s-openapi and the facts beside this file, and demands that the one in
//! the tree is equal. Built only with the feature `kube-schema`, so that no shipped program carries schemars:
//!
//! `cargo test --features kube-schema --test kube-schema`; with `UPDATE_KUBE_SCHEMA=1` the file is written anew.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::{api, apiextensions_apiserver, apimachinery, kube_aggregator};
use schemars::SchemaGenerator;
use serde_json::Value;

const HEADER: &str = include_str!("header.txt");
const LISTS: &str = include_str!("lists.txt");
const ENUMS: &str = include_str!("enums.txt");

/// Letter of a scope in the schema's lines of kinds.
trait Scope {
    const LETTER: char;
}
impl Scope for k8s_openapi::NamespaceResourceScope {
    const LETTER: char = 'N';
}
impl Scope for k8s_openapi::ClusterResourceScope {
    const LETTER: char = 'C';
}
impl Scope for k8s_openapi::SubResourceScope {
    const LETTER: char = 'S';
}

struct Kinds {
    generator: SchemaGenerator,
    lines: BTreeSet<String>,
}

impl Kinds {
    fn add<T>(&mut self)
    where
        T: k8s_openapi::Resource + schemars::JsonSchema,
        T::Scope: Scope,
    {
        self.generator.subschema_for::<T>();
        self.lines.insert(format!(
            "{}/{} {} {}",
            T::API_VERSION,
            T::KIND,
            <T::Scope as Scope>::LETTER,
            short(&T::schema_name())
        ));
    }
}

macro_rules! kinds {
    ($kinds:ident: $($path:path,)*) => { $($kinds.add::<$path>();)* };
}

fn all_kinds() -> Kinds {
    let mut kinds = Kinds { generator: SchemaGenerator::default(), lines: BTreeSet::new() };
    kinds! { kinds:
        api::admissionregistration::v1::MutatingAdmissionPolicy,
        api::admissionregistration::v1::MutatingAdmissionPolicyBinding,
        api::admissionregistration::v1::MutatingWebhookConfiguration,
        api::admissionregistration::v1::ValidatingAdmissionPolicy,
        api::admissionregistration::v1::ValidatingAdmissionPolicyBinding,
        api::admissionregistration::v1::ValidatingWebhookConfiguration,
        api::admissionregistration::v1alpha1::MutatingAdmissionPolicy,
        api::admissionregistration::v1alpha1::MutatingAdmissionPolicyBinding,
        api::admissionregistration::v1beta1::MutatingAdmissionPolicy,
        api::admissionregistration::v1beta1::MutatingAdmissionPolicyBinding,
        api::apiserverinternal::v1alpha1::StorageVersion,
        api::apps::v1::ControllerRevision,
        api::apps::v1::DaemonSet,
        api::apps::v1::Deployment,
        api::apps::v1::ReplicaSet,
        api::apps::v1::StatefulSet,
        api::authentication::v1::SelfSubjectReview,
        api::authentication::v1::TokenRequest,
        api::authentication::v1::TokenReview,
        api::authorization::v1::LocalSubjectAccessReview,
        api::authorization::v1::SelfSubjectAccessReview,
        api::authorization::v1::SelfSubjectRulesReview,
        api::authorization::v1::SubjectAccessReview,
        api::autoscaling::v1::HorizontalPodAutoscaler,
        api::autoscaling::v1::Scale,
        api::autoscaling::v2::HorizontalPodAutoscaler,
        api::batch::v1::CronJob,
        api::batch::v1::Job,
        api::certificates::v1::CertificateSigningRequest,
        api::certificates::v1::ClusterTrustBundle,
        api::certificates::v1::PodCertificateRequest,
        api::certificates::v1beta1::ClusterTrustBundle,
        api::certificates::v1beta1::PodCertificateRequest,
        api::coordination::v1::Lease,
        api::coordination::v1alpha2::LeaseCandidate,
        api::coordination::v1beta1::LeaseCandidate,
        api::core::v1::Binding,
        api::core::v1::ComponentStatus,
        api::core::v1::ConfigMap,
        api::core::v1::Endpoints,
        api::core::v1::Event,
        api::core::v1::LimitRange,
        api::core::v1::Namespace,
        api::core::v1::Node,
        api::core::v1::PersistentVolume,
        api::core::v1::PersistentVolumeClaim,
        api::core::v1::Pod,
        api::core::v1::PodTemplate,
        api::core::v1::ReplicationController,
        api::core::v1::ResourceQuota,
        api::core::v1::Secret,
        api::core::v1::Service,
        api::core::v1::ServiceAccount,
        api::discovery::v1::EndpointSlice,
        api::events::v1::Event,
        api::flowcontrol::v1::FlowSchema,
        api::flowcontrol::v1::PriorityLevelConfiguration,
        api::lifecycle::v1alpha1::Eviction,
        api::lifecycle::v1alpha1::EvictionRequest,
        api::networking::v1::IPAddress,
        api::networking::v1::Ingress,
        api::networking::v1::IngressClass,
        api::networking::v1::NetworkPolicy,
        api::networking::v1::ServiceCIDR,
        api::node::v1::RuntimeClass,
        api::policy::v1::Eviction,
        api::policy::v1::PodDisruptionBudget,
        api::rbac::v1::ClusterRole,
        api::rbac::v1::ClusterRoleBinding,
        api::rbac::v1::Role,
        api::rbac::v1::RoleBinding,
        api::resource::v1::DeviceClass,
        api::resource::v1::DeviceTaintRule,
        api::resource::v1::ResourceClaim,
        api::resource::v1::ResourceClaimTemplate,
        api::resource::v1::ResourceSlice,
        api::resource::v1alpha3::DeviceTaintRule,
        api::resource::v1alpha3::ResourcePoolStatusRequest,
        api::resource::v1beta1::DeviceClass,
        api::resource::v1beta1::ResourceClaim,
        api::resource::v1beta1::ResourceClaimTemplate,
        api::resource::v1beta1::ResourceSlice,
        api::resource::v1beta2::DeviceClass,
        api::resource::v1beta2::DeviceTaintRule,
        api::resource::v1beta2::ResourceClaim,
        api::resource::v1beta2::ResourceClaimTemplate,
        api::resource::v1beta2::ResourceSlice,
        api::scheduling::v1::PriorityClass,
        api::scheduling::v1alpha3::CompositePodGroup,
        api::scheduling::v1alpha3::PodGroup,
        api::scheduling::v1alpha3::Workload,
        api::scheduling::v1beta1::PodGroup,
        api::scheduling::v1beta1::Workload,
        api::storage::v1::CSIDriver,
        api::storage::v1::CSINode,
        api::storage::v1::CSIStorageCapacity,
        api::storage::v1::StorageClass,
        api::storage::v1::VolumeAttachment,
        api::storage::v1::VolumeAttributesClass,
        api::storagemigration::v1::StorageVersionMigration,
        api::storagemigration::v1beta1::StorageVersionMigration,
        apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
        apimachinery::pkg::apis::meta::v1::APIGroup,
        apimachinery::pkg::apis::meta::v1::APIGroupList,
        apimachinery::pkg::apis::meta::v1::APIResourceList,
        apimachinery::pkg::apis::meta::v1::APIVersions,
        apimachinery::pkg::apis::meta::v1::Status,
        kube_aggregator::pkg::apis::apiregistration::v1::APIService,
    }
    kinds
}

/// `io.k8s.api.core.v1.PodSpec` → `core.v1.PodSpec`.
fn short(name: &str) -> String {
    let parts: Vec<_> = name.split('.').collect();
    parts[parts.len() - 3..].join(".")
}

struct Facts {
    lists: BTreeMap<(String, String), String>,
    enums: BTreeMap<(String, String), String>,
}

fn facts(text: &str) -> impl Iterator<Item = (String, String, String)> + '_ {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut parts = line.splitn(3, ' ').map(str::to_owned);
        let mut next = || parts.next().unwrap_or_else(|| panic!("short line: {line}"));
        (next(), next(), next())
    })
}

impl Facts {
    fn read() -> Self {
        let lists = facts(LISTS).map(|(kind, field, text)| {
            let marks = text.split(' ').map(|word| match word.split_once('=') {
                None => "%".to_owned(),
                Some(("keys", keys)) => format!("^{keys}"),
                Some(("merge", key)) => format!("~{key}"),
                Some(_) => panic!("unknown word {word}"),
            });
            ((kind, field), marks.collect::<String>())
        });
        let lists = lists.collect();
        let enums = facts(ENUMS).map(|(kind, field, text)| {
            let text = match text.strip_prefix('?') {
                Some(rest) => format!("|{rest}"),
                None => text,
            };
            ((kind, field), format!("({text})"))
        });
        Self { lists, enums: enums.collect() }
    }
}

/// The schema's spelling of a type; see `header.txt`.
fn shape(schema: &Value, marks: &str, choice: Option<&str>) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        let name = short(target.rsplit('/').next().expect("a rsplit has one part"));
        return match name.as_str() {
            "api.resource.Quantity" => "q".to_owned(),
            "util.intstr.IntOrString" => "x".to_owned(),
            "meta.v1.Time" | "meta.v1.MicroTime" => "t".to_owned(),
            "meta.v1.FieldsV1" | "pkg.runtime.RawExtension" | "meta.v1.Patch" => "o".to_owned(),
            "apiextensions.v1.JSON" => "*".to_owned(),
            "apiextensions.v1.JSONSchemaPropsOrArray" => "A@apiextensions.v1.JSONSchemaProps".to_owned(),
            "apiextensions.v1.JSONSchemaPropsOrBool" => "B@apiextensions.v1.JSONSchemaProps".to_owned(),
            "apiextensions.v1.JSONSchemaPropsOrStringArray" => {
                "S@apiextensions.v1.JSONSchemaProps".to_owned()
            }
            _ => format!("@{name}"),
        };
    }
    match schema["type"].as_str() {
        Some("string") => match (schema["format"].as_str(), choice) {
            (Some("byte"), _) => "y".to_owned(),
            (Some("date-time"), _) => "t".to_owned(),
            (_, Some(choice)) => choice.to_owned(),
            _ => "s".to_owned(),
        },
        Some("boolean") => "b".to_owned(),
        Some("integer") if schema["format"] == "int64" => "l".to_owned(),
        Some("integer") => "i".to_owned(),
        Some("number") => "d".to_owned(),
        Some("array") => format!("[{}{marks}", shape(&schema["items"], "", choice)),
        Some("object") => match &schema["additionalProperties"] {
            Value::Object(_) => format!("{{{}", shape(&schema["additionalProperties"], "", None)),
            _ => "o".to_owned(),
        },
        other => panic!("a type without a spelling: {other:?} in {schema}"),
    }
}

fn generate() -> String {
    let Kinds { mut generator, mut lines } = all_kinds();
    let definitions = generator.take_definitions(true);
    let mut facts = Facts::read();
    for (name, schema) in &definitions {
        let name = short(name);
        let Some(object) = schema.as_object().filter(|schema| schema.get("type") == Some(&"object".into()))
        else {
            continue;
        };
        let required: BTreeSet<&str> = object
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let mut line = name.clone();
        let none = serde_json::Map::new();
        let properties = object.get("properties").and_then(Value::as_object).unwrap_or(&none);
        let sorted: BTreeMap<_, _> = properties.iter().collect();
        for (field, schema) in sorted {
            let marks = facts.lists.remove(&(name.clone(), field.clone())).unwrap_or_default();
            let key = (name.clone(), field.clone());
            let items = (name.clone(), format!("{field}[]"));
            let choice = facts.enums.remove(&key).or_else(|| facts.enums.remove(&items));
            let mark = if required.contains(field.as_str()) { "!" } else { "" };
            line.push_str(&format!(" {field}{mark}:{}", shape(schema, &marks, choice.as_deref())));
        }
        lines.insert(line);
    }
    assert!(facts.enums.is_empty(), "enums of fields that do not exist: {:?}", facts.enums.keys());
    // Lists of `…List` kinds and of definitions that no kind reaches have no line.
    facts.lists.retain(|(kind, _), _| lines.iter().any(|line| line.starts_with(&format!("{kind} "))));
    assert!(facts.lists.is_empty(), "list facts of fields that do not exist: {:?}", facts.lists.keys());
    let mut text = HEADER.to_owned();
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

#[test]
fn schema_in_the_tree_is_what_k8s_openapi_gives() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/kube/schema.txt");
    let made = generate();
    if std::env::var_os("UPDATE_KUBE_SCHEMA").is_some() {
        std::fs::write(path, &made).expect("src/kube/schema.txt can be written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    if made != kept {
        let line = made.lines().zip(kept.lines()).position(|(a, b)| a != b);
        panic!(
            "src/kube/schema.txt differs from line {line:?} on (counted from 0): run with UPDATE_KUBE_SCHEMA=1"
        );
    }
    assert!(made.len() < 400_000, "{} bytes", made.len());
}
