//! Our templates, embedded.

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        /// Every template with its text.
        pub(crate) const ALL: &[(&str, &str)] =
            &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/", $name)))),+];
    };
}

embedded!(
    "agentservices-deployment.yaml",
    "apiserver-deployment.yaml",
    "async-delete-deployment.yaml",
    "clearml-agent-deployment.yaml",
    "configmap.yaml",
    "elasticsearch-deployment.yaml",
    "fileserver-deployment.yaml",
    "ingress.yaml",
    "mongo-deployment.yaml",
    "namespace.yaml",
    "parts/container.yaml",
    "parts/database-env.yaml",
    "parts/deployment.yaml",
    "parts/extra-env.yaml",
    "parts/pod-metadata.yaml",
    "parts/pod.yaml",
    "parts/rollout.yaml",
    "persistentvolume.yaml",
    "persistentvolumeclaim.yaml",
    "redis-deployment.yaml",
    "secret.yaml",
    "service-account.yaml",
    "service.yaml",
    "webserver-deployment.yaml",
);

/// The text of a template.
pub(crate) fn find(name: &str) -> Option<&'static str> {
    let at = ALL.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    ALL.get(at).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clearml::template::Loaded;

    #[test]
    fn every_template_loads_and_stands_in_order() {
        assert!(ALL.is_sorted());
        for (name, _) in ALL {
            Loaded::default().load(name, find).expect(name);
        }
    }
}
