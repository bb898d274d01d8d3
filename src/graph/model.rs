//! The graph: objects and links.

/// Objects and how they refer to each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The objects, in the order they were given; those that are only referred to stand last.
    pub objects: Vec<Object>,
    /// The links, each once, in the order of their sources.
    pub links: Vec<Link>,
}

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// `kind`
    pub kind: String,
    /// `metadata.name`
    pub name: String,
    /// The namespace it goes to; none for cluster-wide kinds and when nobody says.
    pub namespace: Option<String>,
    /// A few words: ports of a Service, hosts of an Ingress, the size of a volume; may be empty.
    pub detail: String,
    /// Whether the input has it; otherwise it is only referred to.
    pub given: bool,
}

/// One object that refers to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// Index of the one that refers.
    pub from: usize,
    /// Index of the one that is referred to.
    pub to: usize,
    /// In what way.
    pub relation: Relation,
}

/// In what way one object refers to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// An Ingress sends requests to a Service.
    Routes,
    /// A Service, budget or policy selects the pods of a workload.
    Selects,
    /// A workload names the host of a Service.
    Calls,
    /// A workload mounts a claim.
    Mounts,
    /// A workload, Ingress or account reads a `ConfigMap` or Secret.
    Reads,
    /// A workload runs as a `ServiceAccount`.
    RunsAs,
    /// A claim is bound to a volume, or asks for a class.
    Binds,
    /// An autoscaler changes a workload's size.
    Scales,
    /// A binding gives a role, or gives it to an account.
    Grants,
}

impl Relation {
    /// The word for it on an edge.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Routes => "routes to",
            Self::Selects => "selects",
            Self::Calls => "calls",
            Self::Mounts => "mounts",
            Self::Reads => "reads",
            Self::RunsAs => "runs as",
            Self::Binds => "binds",
            Self::Scales => "scales",
            Self::Grants => "grants",
        }
    }
}
