//! What is refused: one clear message each, all of them in one run.

use super::*;

/// Values, and the messages they give, one a line.
const CASES: &[(&str, &str)] = &[
    (
        "clearml: 1",
        "values.yaml:1:10: `clearml` must be a map, not a number (write a map, or remove the key to take the default)",
    ),
    (
        "clearml: {namespace: [a]}",
        "values.yaml:1:22: `clearml.namespace` must be text, not a list (the default is `clearml`)",
    ),
    (
        "clearml: {namespace: A_b}",
        "values.yaml:1:22: `clearml.namespace`: `A_b` is no DNS label (a name is lower-case letters, digits and `-`, at most 63, with a letter or digit at both ends)",
    ),
    (
        "services: {webserver: {nodePort: 80}}",
        "values.yaml:1:34: `services.webserver.nodePort`: `80` is no node port (write a number between 30000 and 32767)",
    ),
    (
        "services: {webserver: {nodePort: '30080x'}}",
        "values.yaml:1:34: `services.webserver.nodePort` must be a whole number, not text (the default is `30080`)",
    ),
    (
        "services: {webserver: {nodePort: 30008}}",
        "values.yaml:1:34: `services.apiserver.nodePort` and `services.webserver.nodePort` are both 30008 (give each Service its own)",
    ),
    (
        "services: {redis: {name: mongo-service}}",
        "values.yaml:1:26: `services.mongo.name` and `services.redis.name` are both `mongo-service` (give each Service its own)",
    ),
    (
        "services: {redis: {nodePort: 30000}}",
        "values.yaml:1:30: `services.redis.nodePort`: `30000` cannot stand with type `ClusterIP` (remove it, or set the type to `NodePort`)",
    ),
    (
        "services: {webserver: {type: Nodeport}}",
        "values.yaml:1:30: `services.webserver.type`: `Nodeport` is not one of the words it can be (did you mean `NodePort`? One of `ClusterIP`, `NodePort`, `LoadBalancer`)",
    ),
    (
        "storage: {capacities: {redis: 5Gx}}",
        "values.yaml:1:31: `storage.capacities.redis`: `5Gx` is no quantity (the unit is one of m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei or none; write a size such as `50Gi` or `500m`)",
    ),
    (
        "storage: {capacities: {redis: -5Gi}}",
        "values.yaml:1:31: `storage.capacities.redis`: `-5Gi` is negative (write a size such as `50Gi`)",
    ),
    (
        "storage: {use_nfs: true}",
        "values.yaml:1:20: `storage.use_nfs` needs `storage.nfs.server` (set `storage.nfs.server` to the address of the NFS server)",
    ),
    (
        "storage: {mode: nfs}",
        "values.yaml:1:17: `storage.mode: nfs` needs `storage.nfs.server` (set `storage.nfs.server` to the address of the NFS server)",
    ),
    (
        "storage: {use_nfs: maybe}",
        "values.yaml:1:20: `storage.use_nfs` must be true or false, not text (the default is `false`)",
    ),
    (
        "storage: {nfs: {base_path: data}}",
        "values.yaml:1:28: `storage.nfs.base_path`: `data` is no absolute path (write a path that starts with `/` and holds no `..`)",
    ),
    (
        "ingress: {enabled: true}",
        "values.yaml:1:20: `ingress.enabled` needs `ingress.host` (set `ingress.host` to the domain under which app., api. and files. lie)",
    ),
    (
        "ingress: {enabled: true, host: a.}",
        "values.yaml:1:32: `ingress.host`: `a.` is no DNS name (a DNS name is lower-case letters, digits, `-` and `.`, with a letter or digit at both ends of every part)",
    ),
    (
        "agent: {numberOfClearmlAgents: -1}",
        "values.yaml:1:32: `agent.numberOfClearmlAgents`: `-1` is no number of agents (write a number of at least 0)",
    ),
    (
        "agent: {nvidiaGpusPerAgent: -1}",
        "values.yaml:1:29: `agent.nvidiaGpusPerAgent`: `-1` is no number of GPUs (write a number of at least 0)",
    ),
    (
        "agent: {nvidiaGpusPerAgent: 1.5}",
        "values.yaml:1:29: `agent.nvidiaGpusPerAgent`: `1.5` is no whole number (write a number without a fraction)",
    ),
    (
        "agent: {agentVersion: '1; reboot'}",
        "values.yaml:1:23: `agent.agentVersion`: `1; reboot` is no version (write `1.9.3` or with an operator, `>=1.9`)",
    ),
    (
        "agent: {defaultBaseDocker: 'a \"b'}",
        "values.yaml:1:28: `agent.defaultBaseDocker`: `a \"b` is no image with arguments (write an image, and close every quote of what follows)",
    ),
    (
        "agent: {clearmlAccessKey: hidden}",
        "values.yaml:1:27: `agent.clearmlAccessKey` needs `agent.clearmlSecretKey` (keys come in pairs: Settings > Workspace in the web app makes them)",
    ),
    (
        "clearml: {image: {repository: 'Allegro/x'}}",
        "values.yaml:1:31: `clearml.image.repository`: `Allegro/x` is no image repository (a repository is `registry.example.com/team/name` in lower-case letters, without a tag)",
    ),
    (
        "clearml: {image: {tag: 'a b'}}",
        "values.yaml:1:24: `clearml.image.tag`: `a b` is no image tag (a tag is letters, digits, `_`, `.` and `-`, at most 128; a digest has its own key `digest`)",
    ),
    (
        "clearml: {nodeSelector: 'app clearml'}",
        "values.yaml:1:25: `clearml.nodeSelector`: `app clearml` is no node selector (write a map, `nodeSelector: {disk: ssd}`, or one line `key: value` for each label)",
    ),
    (
        "redis: {extraEnv: [{name: 'A=B', value: x}]}",
        "values.yaml:1:27: `redis.extraEnv[0].name`: `A=B` is no name of an environment variable (a name holds no `=` and no control character)",
    ),
    (
        "redis: {extraEnv: [{value: x}]}",
        "values.yaml:1:20: `redis.extraEnv[0]`: has no `name` (write `- name: NAME` with `value:` or `valueFrom:`)",
    ),
    (
        "mongo: {enabled: false}",
        "values.yaml:1:18: `mongo.enabled: false` needs `mongo.external.host` (set `mongo.external.host` to where it runs, or remove the switch)",
    ),
    (
        "clearml: {podLabels: {a: 'b c'}}",
        "values.yaml:1:26: `clearml.podLabels.a`: `b c` cannot be the value of a label (letters, digits, `-`, `_` and `.`, at most 63, with a letter or digit at both ends)",
    ),
    (
        "secrets: {apiserverKey: x}",
        "values.yaml:1:25: `secrets.apiserverKey` needs `secrets.apiserverSecret` (set `secrets.apiserverSecret` too)",
    ),
    (
        "clearml: {versions: modrn}",
        "values.yaml:1:21: `clearml.versions`: `modrn` is not one of the words it can be (did you mean `modern`? One of `compat`, `modern`)",
    ),
    (
        "agentGroups: {A: {replicas: 1}}",
        "values.yaml:1:18: `agentGroups.A`: is no DNS label (a name is lower-case letters, digits and `-`, at most 63, with a letter or digit at both ends)",
    ),
];

#[test]
fn each_mistake_gets_one_message() {
    for (values, message) in CASES {
        assert_eq!(refused(values), [*message], "{values}");
    }
}

#[test]
fn all_mistakes_are_told_in_one_run() {
    let values = "clearml: {namespace: A}\nstorage: {use_nfs: true, capacities: {redis: x}}\nservices: {webserver: {nodePort: 1}}";
    assert_eq!(refused(values).len(), 4);
    assert_eq!(refused("use_secrets_flexvolume: true").len(), 9);
}

#[test]
fn secrets_are_never_quoted() {
    for values in [
        "agent: {clearmlSecretKey: [hidden]}",
        "agent: {clearmlConfig: {sdk: hidden}}",
        "secrets: {apiserverKey: hidden}",
    ] {
        let problems = refused(values);
        assert!(
            !problems.is_empty() && problems.iter().all(|problem| !problem.contains("hidden")),
            "{problems:?}"
        );
    }
    let rendered = rendered("agent: {clearmlSecretKey: 0123, clearmlAccessKey: 1}");
    assert!(
        rendered.warnings.iter().all(|warning| !warning.message.contains("123")),
        "{:?}",
        rendered.warnings
    );
}

#[test]
fn quoted_numbers_and_booleans_are_taken() {
    let rendered = rendered(
        "services: {webserver: {nodePort: \"30081\"}, fileserver: {nodePort: 30080}}\napiserver: {prepopulateEnabled: false}\nagent: {dockerMode: \"false\"}",
    );
    assert!(object(&rendered, "Service/webserver-service").contains("nodePort: 30081"));
    assert_eq!(
        env(&rendered, "apiserver", "CLEARML__apiserver__pre_populate__enabled").as_deref(),
        Some("false")
    );
    assert!(!object(&rendered, "Deployment/clearml-agent").contains("path: /var/run/docker.sock"));
    assert!(rendered.warnings.iter().any(|warning| warning.message.contains("Helm took")));
}

#[test]
fn unknown_keys_are_warnings_and_with_strict_errors() {
    let given = values("redis: {resorces: {}}");
    let warned = render(&given, &Options::default()).expect("renders");
    assert_eq!(warned.warnings.len(), 1);
    let strict = Options { strict: true, ..Options::default() };
    assert!(render(&given, &strict).is_err());
}
