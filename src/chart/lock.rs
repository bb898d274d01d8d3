//! `Chart.lock`: decoding, writing, and the digest that tells whether it fits the declared dependencies.

use sha2::{Digest as _, Sha256};

use super::metadata::{Dependency, decode_dependencies, field};
use crate::codec::shape::{Path, Shape, names_field};
use crate::codec::{Map, Node, json, yaml};
use crate::go::time::Time;

/// How Go writes a moment into JSON.
// Rule: Go 1.27 time/time.go, MarshalJSON: RFC 3339 with as many digits of the second as there are.
const RFC3339_NANO: &str = "2006-01-02T15:04:05.999999999Z07:00";

/// What `Chart.lock` or `requirements.lock` says.
#[derive(Clone, Debug)]
pub struct Lock {
    /// When it was made.
    pub generated: Time,
    /// Digest of the dependencies as declared and as locked.
    pub digest: String,
    /// The dependencies with their exact versions.
    pub dependencies: Vec<Dependency>,
    /// Whether the list of dependencies is missing, which Go tells from an empty one.
    pub(super) null: bool,
}

impl Lock {
    /// A lock of these dependencies, as declared and with their exact versions.
    // Rule: Helm v4.3.1 internal/resolver/resolver.go, Resolve.
    #[must_use]
    pub fn new(declared: &[Dependency], locked: Vec<Dependency>, generated: Time) -> Self {
        let digest = digest(Some(declared), Some(&locked));
        Self { generated, digest, dependencies: locked, null: false }
    }

    /// A lock from a decoded document, none from an empty one; the error is Helm's text after its prefix.
    pub fn decode(document: &Node) -> Result<Option<Self>, String> {
        let mut lock =
            Self { generated: Time::zero(), digest: String::new(), dependencies: Vec::new(), null: true };
        let mut shape = Shape::default();
        let root = Path::default();
        if document.is_null() {
            return Ok(None);
        }
        if let Some(map) = shape.fields(document, &root, "v2.Lock") {
            for entry in map.entries() {
                if names_field(&entry.key, "digest") {
                    lock.digest = shape.string(&entry.value, &root.key("digest")).unwrap_or_default();
                } else if names_field(&entry.key, "generated") {
                    shape.time(&entry.value, &root.key("generated"));
                    let text = entry.value.as_str().unwrap_or_default();
                    if let Ok(time) = Time::parse(RFC3339_NANO, text) {
                        lock.generated = time;
                    }
                } else if names_field(&entry.key, "dependencies") {
                    let path = root.key("dependencies");
                    let dependencies = decode_dependencies(&mut shape, &entry.value, &path);
                    lock.null = dependencies.is_none();
                    lock.dependencies = dependencies.unwrap_or_default();
                }
            }
        }
        shape.finish()?;
        Ok(Some(lock))
    }

    /// Whether its digest is that of these declared dependencies, none of which is a list that is missing.
    // Rule: Helm v4.3.1 pkg/downloader/manager.go, Build.
    #[must_use]
    pub fn fits(&self, declared: Option<&[Dependency]>) -> bool {
        self.digest == digest(declared, (!self.null).then_some(&self.dependencies))
    }

    /// Whether its digest is the one that Helm 2 wrote for these declared dependencies.
    // Rule: Helm v4.3.1 internal/resolver/resolver.go, HashV2Req.
    #[must_use]
    pub fn fits_helm2(&self, declared: Option<&[Dependency]>) -> bool {
        self.digest == sha256(&format!("{{\"dependencies\":{}}}", list(declared)))
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        let dependencies = Node::list(self.dependencies.iter().map(Dependency::to_node).collect());
        let dependencies = if self.null { Node::null() } else { dependencies };
        let fields = vec![
            field("generated", Node::string(self.generated.format(RFC3339_NANO))),
            field("digest", Node::string(self.digest.as_str())),
            field("dependencies", dependencies),
        ];
        yaml::write(&Node::map(Map::from_entries(fields))) + "\n"
    }
}

// Rule: Helm v4.3.1 internal/resolver/resolver.go, HashReq.
fn digest(declared: Option<&[Dependency]>, locked: Option<&[Dependency]>) -> String {
    sha256(&format!("[{},{}]", list(declared), list(locked)))
}

fn sha256(text: &str) -> String {
    let bytes = Sha256::digest(text.as_bytes());
    bytes.iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

/// The fields of a dependency in the order of Helm's struct.
// Rule: Helm v4.3.1 pkg/chart/v2/dependency.go, type Dependency.
const FIELDS: [&str; 8] =
    ["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];

/// Dependencies as Go's JSON: the fields in the order of the struct.
fn list(dependencies: Option<&[Dependency]>) -> String {
    let Some(dependencies) = dependencies else { return "null".to_owned() };
    let items: Vec<String> = dependencies
        .iter()
        .map(|dependency| {
            let node = dependency.to_node();
            let fields = FIELDS.into_iter().filter_map(|name| {
                let value = json::write(node.get(name)?);
                Some(format!("\"{name}\":{value}"))
            });
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        })
        .collect();
    format!("[{}]", items.join(","))
}
