//! File names of objects: readable, stable, and never dependent on which other objects there are.

use sha2::{Digest as _, Sha256};

use crate::manifest::Manifest;

/// API groups whose kinds need no group in a file name.
fn is_built_in(group: &str) -> bool {
    matches!(group, "" | "apps" | "autoscaling" | "batch" | "policy" | "extensions")
        || group.ends_with(".k8s.io")
}

/// The path of an object's file: `deployment-apiserver.yaml`. A kind of a custom group carries the group,
/// an object outside the release's namespace lies in a folder named after its own.
pub(super) fn path(manifest: &Manifest, namespace: &str) -> String {
    let group = manifest.api_version.rsplit_once('/').map_or("", |(group, _)| group);
    let mut file = manifest.kind.to_ascii_lowercase();
    if !is_built_in(group) {
        file.push('.');
        file.push_str(group);
    }
    file.push('-');
    file.push_str(&manifest.name);
    let file = safe(&file);
    match manifest.namespace.as_deref() {
        Some(own) if own != namespace && !own.is_empty() => format!("{}/{file}.yaml", safe(own)),
        _ => format!("{file}.yaml"),
    }
}

/// The text with every character that a file name should not hold replaced; a text that had to be
/// changed or cut ends in a piece of its hash, so two of them never meet.
fn safe(text: &str) -> String {
    const LONGEST: usize = 200; // bytes; file systems take 255, temporary names need some of them
    let mut safe: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') { c } else { '-' })
        .collect();
    safe.truncate(LONGEST);
    if safe.starts_with('.') {
        safe.replace_range(..1, "-");
    }
    if safe != text {
        let hash = Sha256::digest(text.as_bytes());
        for byte in hash.iter().take(4) {
            safe.push_str(&format!("{byte:02x}"));
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Source, SourceKind};
    use crate::trace::Trace;

    fn manifest(api_version: &str, kind: &str, name: &str, namespace: Option<&str>) -> Manifest {
        Manifest {
            template: String::new(),
            api_version: api_version.into(),
            kind: kind.into(),
            name: name.into(),
            namespace: namespace.map(Into::into),
            text: Source::new(SourceKind::Rendered, "x", ""),
            trace: Trace::default(),
        }
    }

    #[test]
    fn kind_and_name_make_the_file() {
        let of = |api, kind, name, namespace| path(&manifest(api, kind, name, namespace), "clearml");
        assert_eq!(of("apps/v1", "Deployment", "apiserver", Some("clearml")), "deployment-apiserver.yaml");
        assert_eq!(of("v1", "PersistentVolume", "redis-pv", None), "persistentvolume-redis-pv.yaml");
        assert_eq!(of("v1", "Service", "a", Some("kube-system")), "kube-system/service-a.yaml");
        assert_eq!(
            of("serving.knative.dev/v1", "Service", "a", Some("clearml")),
            "service.serving.knative.dev-a.yaml"
        );
    }

    #[test]
    fn names_that_no_file_should_have_are_replaced_and_stay_apart() {
        let of = |name| path(&manifest("rbac.authorization.k8s.io/v1", "ClusterRole", name, None), "x");
        assert_ne!(of("system:a"), of("system/a"));
        assert!(!of("../../etc/passwd").contains('/'));
        assert!(of(&"a".repeat(4000)).len() < 250);
        let own = path(&manifest("v1", "Secret", "a", Some("..")), "x");
        assert!(own.split('/').all(|part| part != ".."), "{own}");
    }
}
