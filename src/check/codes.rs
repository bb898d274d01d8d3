//! The stable names of what is found.

use crate::diag::Code;

macro_rules! codes {
    ($($(#[doc = $about:literal])+ $name:ident = $code:literal;)*) => {
        $($(#[doc = $about])+ pub(super) const $name: Code = Code($code);)*
        /// Every code of this layer with what it stands for, sorted.
        pub const CODES: &[(&str, &str)] = &[$(($code, concat!($($about),+)),)*];
    };
}

codes! {
    /// an access mode that is missing, or that others exclude
    ACCESS_MODES = "check::access-modes";
    /// annotations that are no text, too large, or badly named
    ANNOTATION = "check::annotation";
    /// data of a Secret or file that is no base64
    BASE64 = "check::base64";
    /// a key of a ConfigMap or Secret that cannot be a file's name
    CONFIG_KEY = "check::config-key";
    /// an object that does not fit the schema of its custom resource definition
    CUSTOM = "check::custom";
    /// an `apiVersion` that newer versions of Kubernetes no longer have
    DEPRECATED = "check::deprecated";
    /// something that must be there once and is there twice
    DUPLICATE = "check::duplicate";
    /// a key that stands twice in one map
    DUPLICATE_KEY = "check::duplicate-key";
    /// one object that is given twice
    DUPLICATE_OBJECT = "check::duplicate-object";
    /// a value outside the closed set the API knows
    ENUM = "check::enum";
    /// an environment variable that cannot be set this way
    ENV = "check::env";
    /// an autoscaler whose bounds or metrics contradict each other
    HPA = "check::hpa";
    /// an Ingress rule that is refused
    INGRESS = "check::ingress";
    /// a class of Ingress given twice, differently
    INGRESS_CLASS = "check::ingress-class";
    /// a job that is refused
    JOB = "check::job";
    /// a label's key or value that is badly written
    LABEL = "check::label";
    /// a required field that is not set
    MISSING = "check::missing-field";
    /// a name that is no name of this kind
    NAME = "check::name";
    /// a namespace on a kind that has none, or a badly written one
    NAMESPACE = "check::namespace";
    /// no `apiVersion` or `kind`, or not one object
    NO_OBJECT = "check::no-object";
    /// a nodePort outside its range, used twice or where none may be
    NODE_PORT = "check::node-port";
    /// a value that must not be negative, or is out of its range
    NUMBER = "check::number";
    /// a port outside 1 to 65535, or a badly written name of one
    PORT = "check::port";
    /// a probe or hook that is refused
    PROBE = "check::probe";
    /// an amount that is not written as one
    QUANTITY = "check::quantity";
    /// a reference to an object that is not there
    REFERENCE = "check::reference";
    /// an `apiVersion` that this version of Kubernetes no longer has, or not yet
    REMOVED = "check::removed";
    /// requests and limits that contradict each other or are no amounts
    RESOURCES = "check::resources";
    /// a restart policy that the kind does not allow
    RESTART_POLICY = "check::restart-policy";
    /// roles and bindings that are refused
    ROLE = "check::role";
    /// a schedule that cron does not know
    SCHEDULE = "check::schedule";
    /// an object whose structure is right and which k8s-openapi does not take: a fault of this program, please report it
    SECOND_OPINION = "check::second-opinion";
    /// a security context that contradicts itself
    SECURITY = "check::security";
    /// a selector that selects nothing, or not the own pods
    SELECTOR = "check::selector";
    /// a Service that is refused
    SERVICE = "check::service";
    /// a rollout that is refused
    STRATEGY = "check::strategy";
    /// tolerations, affinity or spread that are refused
    SCHEDULING = "check::scheduling";
    /// an object too large or nested too deep
    TOO_DEEP = "check::too-deep";
    /// a value of another type than the field takes
    TYPE = "check::wrong-type";
    /// a field that the kind does not have
    UNKNOWN = "check::unknown-field";
    /// a kind that the API does not have
    UNKNOWN_KIND = "check::unknown-kind";
    /// a volume that is refused
    VOLUME = "check::volume";
    /// a mount that is refused
    VOLUME_MOUNT = "check::volume-mount";
    /// a text that is no YAML
    YAML = "check::yaml";
}
