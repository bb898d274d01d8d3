//! Keys that people bring from other charts, and what to write for a value of the wrong type.

/// A key that is known elsewhere, `*` for any step, and what to write here.
const FOREIGN: &[(&str, &str)] = &[
    ("agentGroups.*.numberOfClearmlAgents", "in a group this is `replicas`"),
    ("agentGroups.*.nvidiaGpusPerAgent", "in a group this is `gpus`"),
    (
        "apiVersion",
        "this looks like a manifest of Kubernetes; a values file holds the keys that `clearml-k8s values` prints",
    ),
    ("*.image.registry", "write the registry in front of the repository: `registry.example.com/name`"),
    ("*.ingress", "one Ingress serves all three host names: `ingress.host` or `ingress.hosts`"),
    ("*.service", "Services are set under `services`, such as `services.apiserver.type`"),
    (
        "externalServices",
        "databases that run elsewhere: `elasticsearch.external`, `mongo.external`, `redis.external`",
    ),
    (
        "fileserver.storage",
        "volumes are set under `storage.claims`, the files are `storage.claims.fileserver1`",
    ),
    ("image", "the server's image is `clearml.image`"),
    ("imageCredentials", "name the Secret with the login in `clearml.imagePullSecrets`"),
    ("imagePullSecrets", "they are `clearml.imagePullSecrets`"),
    ("mongodb", "this is `mongo`"),
    ("namespace", "this is `clearml.namespace`, or `-n` on the command line"),
    ("nodeSelector", "this is `clearml.nodeSelector`"),
    ("persistence", "volumes are set under `storage`"),
    ("replicaCount", "each part has its own: `webserver.replicas`, `agent.numberOfClearmlAgents`"),
    (
        "storage.storageClass",
        "each volume has its own, `storage.claims.<volume>.storageClass`, with `storage.mode: dynamic`",
    ),
    ("tolerations", "this is `clearml.tolerations`"),
    ("trains", "these are values of a trains chart; `clearml-k8s migrate` turns them into ClearML's"),
    ("users", "who may log in is listed in `apiserver.fixedUsers`"),
];

/// The last key of a path, and an example of its value.
const EXAMPLES: &[(&str, &str)] = &[
    ("affinity", "a map as in a pod: `{nodeAffinity: {…}}`"),
    ("agentGroups", "a map of pools by name: `gpu: {replicas: 2, gpus: 1}`"),
    ("extraEnv", "a list as in a container: `- {name: KEY, value: \"text\"}`"),
    ("extraVolumeMounts", "a list as in a container: `- {name: extra, mountPath: /extra}`"),
    ("extraVolumes", "a list as in a pod: `- {name: extra, emptyDir: {}}`"),
    ("fixedUsers", "a list: `- {username: jane, password: \"…\", name: Jane Doe}`"),
    ("image", "a map: `{repository: registry.example.com/name, tag: \"1.0\"}`"),
    ("imagePullSecrets", "a list of names: `[registry-login]`"),
    ("loadBalancerSourceRanges", "a list: `[10.0.0.0/8]`"),
    ("mountOptions", "a list: `[nfsvers=4.1, hard]`"),
    ("resources", "a map: `{requests: {memory: 1Gi}, limits: {memory: 2Gi}}`"),
    ("tolerations", "a list as in a pod: `- {key: dedicated, operator: Exists}`"),
];

/// What to say of a key that is known elsewhere.
pub(crate) fn foreign(path: &str) -> Option<&'static str> {
    let matches = |pattern: &str| {
        let mut steps = path.split('.');
        pattern.split('.').all(|wanted| steps.next().is_some_and(|step| wanted == "*" || wanted == step))
            && steps.next().is_none()
    };
    FOREIGN.iter().find(|(pattern, _)| matches(pattern)).map(|(_, hint)| *hint)
}

/// What to write at a path, where an example tells more than the kind of value.
pub(crate) fn example(path: &str) -> Option<&'static str> {
    let last = path.rsplit('.').next()?;
    EXAMPLES.iter().find(|(key, _)| *key == last).map(|(_, example)| *example)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_step() {
        assert!(foreign("apiserver.service").is_some_and(|hint| hint.contains("`services`")));
        assert!(foreign("apiserver.x.service").is_none());
        assert!(foreign("services").is_none());
        assert!(example("clearml.imagePullSecrets").is_some());
    }

    /// A hint for a key that the schema knows would never be shown.
    #[test]
    fn no_known_key_has_a_hint() {
        let root = crate::clearml::schema::tree().expect("schema");
        let mut known = Vec::new();
        crate::clearml::schema::all_paths(&root, &root, "", 0, &mut known);
        let hinted: Vec<_> = known.iter().filter(|path| foreign(path).is_some()).collect();
        assert!(hinted.is_empty(), "{hinted:?}");
        for (key, _) in EXAMPLES {
            assert!(known.iter().any(|path| path.rsplit('.').next() == Some(key)), "{key}");
        }
    }
}
