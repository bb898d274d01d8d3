//! The defects of chart 1.0.2+1, each with what is rendered instead.

use super::*;

fn text(node: &Node, path: &str) -> Option<String> {
    let mut at = node.clone();
    for key in path.split('.') {
        at = match key.parse::<usize>() {
            Ok(index) => at.as_list()?.get(index)?.clone(),
            Err(_) => at.get(key)?.clone(),
        };
    }
    at.as_str().map(str::to_owned).or_else(|| at.as_i64().map(|number| number.to_string()))
}

const CONTAINER: &str = "spec.template.spec.containers.0";

#[test]
fn d1_the_namespace_comes_first_unless_the_cluster_makes_it() {
    let default = rendered("");
    assert_eq!(default.manifests[0].kind, "Namespace");
    for values in
        ["clearml: {createNamespace: false}", "clearml: {namespace: default}", "clearml: {namespace: kube-x}"]
    {
        assert!(rendered(values).manifests.iter().all(|manifest| manifest.kind != "Namespace"), "{values}");
    }
}

#[test]
fn d2_every_object_but_cluster_wide_ones_is_in_the_namespace() {
    let options = Options { namespace: Some("other".to_owned()), ..Options::default() };
    let rendered = render(&values("ingress: {enabled: true, host: a.b}"), &options).expect("renders");
    for manifest in &rendered.manifests {
        let own = parse(manifest.text.text())
            .at_path(["metadata", "namespace"])
            .and_then(|n| n.as_str().map(str::to_owned));
        match manifest.kind.as_str() {
            "Namespace" | "PersistentVolume" => {
                assert_eq!((own, &manifest.namespace), (None, &manifest.namespace));
            }
            _ => assert_eq!(own.as_deref(), Some("other"), "{}", manifest.name),
        }
    }
}

#[test]
fn d3_the_ingress_is_of_networking_v1_and_d34_tls_only_when_asked() {
    let plain =
        tree(&rendered("ingress: {enabled: true, host: a.example}"), "Ingress/clearml-server-ingress");
    assert_eq!(text(&plain, "apiVersion").as_deref(), Some("networking.k8s.io/v1"));
    assert_eq!(text(&plain, "spec.rules.0.http.paths.0.pathType").as_deref(), Some("Prefix"));
    assert_eq!(text(&plain, "spec.rules.0.host").as_deref(), Some("app.a.example"));
    assert!(plain.at_path(["spec", "tls"]).is_none());
    let tls = rendered("ingress: {enabled: true, host: a.example, tls: {secretName: s}, className: nginx}");
    let tls = tree(&tls, "Ingress/clearml-server-ingress");
    assert_eq!(text(&tls, "spec.tls.0.secretName").as_deref(), Some("s"));
    assert_eq!(text(&tls, "spec.ingressClassName").as_deref(), Some("nginx"));
}

#[test]
fn d5_d6_strings_stay_what_they_are() {
    for value in [
        "12345678",
        "true",
        "a: b",
        "secret #1",
        "@bot",
        "*AKIA",
        "#x",
        "&a",
        "~",
        "null",
        "- a",
        "0x1F",
        "1e3",
        "x\nimage: evil",
    ] {
        let quoted = serde_json::to_string(value).expect("JSON");
        let rendered = rendered(&format!("elasticsearch: {{esJavaOpts: {quoted}}}"));
        assert_eq!(env(&rendered, "elasticsearch", "ES_JAVA_OPTS").as_deref(), Some(value));
    }
}

#[test]
fn d7_tags_keep_their_text_and_labels_fit() {
    let rendered = rendered("clearml:\n  image:\n    tag: 1.10\n");
    let deployment = tree(&rendered, "Deployment/apiserver");
    assert_eq!(text(&deployment, &format!("{CONTAINER}.image")).as_deref(), Some("allegroai/clearml:1.10"));
    assert_eq!(
        deployment.at_path(["metadata", "labels", "app.kubernetes.io/version"]).and_then(Node::as_str),
        Some("1.10")
    );
    let warnings: Vec<_> = rendered.warnings.iter().map(show).collect();
    assert!(
        warnings[0]
            .starts_with("values.yaml:3:10: `clearml.image.tag` is kept as `1.10`; Helm made `1.1` of it"),
        "{warnings:?}"
    );
    let digest = format!("sha256:{}", "a".repeat(64));
    let pinned =
        super::rendered(&format!("clearml: {{image: {{tag: {}, digest: '{digest}'}}}}", "a".repeat(100)));
    let deployment = tree(&pinned, "Deployment/apiserver");
    assert_eq!(
        deployment
            .at_path(["metadata", "labels", "app.kubernetes.io/version"])
            .and_then(Node::as_str)
            .map(str::len),
        Some(63)
    );
    assert!(text(&deployment, &format!("{CONTAINER}.image")).expect("image").ends_with(&digest));
}

#[test]
fn d8_a_node_selector_is_a_map_or_text() {
    for values in [
        "clearml: {nodeSelector: {app: clearml, disk: ssd}}",
        "clearml: {nodeSelector: '{app: clearml, disk: ssd}'}",
        "clearml:\n  nodeSelector: |-\n    app: clearml\n            disk: ssd\n",
        "clearml:\n  nodeSelector: |-\n    app: clearml\n    disk: ssd\n",
    ] {
        let deployment = tree(&rendered(values), "Deployment/redis");
        let selector = deployment.at_path(["spec", "template", "spec", "nodeSelector"]).expect("a selector");
        assert_eq!(text(selector, "disk").as_deref(), Some("ssd"), "{values}");
        assert_eq!(text(selector, "app").as_deref(), Some("clearml"), "{values}");
    }
    let none = tree(&rendered("clearml: {nodeSelector: null}"), "Deployment/redis");
    assert!(none.at_path(["spec", "template", "spec", "nodeSelector"]).is_none());
    assert!(none.at_path(["spec", "template", "spec", "affinity"]).is_none());
}

#[test]
fn d9_names_and_ports_are_followed() {
    let rendered = rendered(
        "services: {apiserver: {name: api-x, port: 80}, webserver: {name: ws}, mongo: {name: mg, port: 1}}\ningress: {enabled: true, host: a.b}",
    );
    assert_eq!(env(&rendered, "webserver", "NGINX_APISERVER_ADDRESS").as_deref(), Some("http://api-x/"));
    assert_eq!(env(&rendered, "clearml-agent", "CLEARML_API_HOST").as_deref(), Some("http://api-x"));
    assert_eq!(env(&rendered, "apiserver", "CLEARML_MONGODB_SERVICE_HOST").as_deref(), Some("mg"));
    assert_eq!(env(&rendered, "apiserver", "CLEARML_MONGODB_SERVICE_PORT").as_deref(), Some("1"));
    let ingress = tree(&rendered, "Ingress/clearml-server-ingress");
    assert_eq!(text(&ingress, "spec.rules.0.http.paths.0.backend.service.name").as_deref(), Some("ws"));
    let explicit = super::rendered("services: {mongo: {name: mg}}\napiserver: {mongoServiceName: elsewhere}");
    assert_eq!(env(&explicit, "apiserver", "CLEARML_MONGODB_SERVICE_HOST").as_deref(), Some("elsewhere"));
}

#[test]
fn d11_claims_and_volumes_name_each_other() {
    let rendered = rendered("storage: {volumePrefix: two-}\ncompat: {claimNamespace: old}");
    let volume = tree(&rendered, "PersistentVolume/two-redis-pv");
    assert_eq!(text(&volume, "spec.claimRef.name").as_deref(), Some("redis-pv-claim"));
    assert_eq!(text(&volume, "spec.claimRef.namespace").as_deref(), Some("old"));
    let claim = tree(&rendered, "PersistentVolumeClaim/redis-pv-claim");
    assert_eq!(text(&claim, "spec.volumeName").as_deref(), Some("two-redis-pv"));
    assert_eq!(text(&claim, "metadata.namespace").as_deref(), Some("old"));
}

#[test]
fn d12_folders_are_made_unless_the_type_is_empty() {
    let kind =
        |values: &str| text(&tree(&rendered(values), "PersistentVolume/redis-pv"), "spec.hostPath.type");
    assert_eq!(kind("").as_deref(), Some("DirectoryOrCreate"));
    assert_eq!(kind("storage: {hostPath: {type: ''}}"), None);
}

#[test]
fn d13_d14_values_reach_the_agent_as_arguments_and_variables() {
    let rendered = rendered(
        "agent:\n  defaultBaseDocker: 'nvidia/cuda --env \"A=b\"'\n  agentVersion: '>=0.17.2'\n  queues: 'a $(reboot) b'\n",
    );
    let deployment = tree(&rendered, "Deployment/clearml-agent");
    let container = deployment
        .at_path(["spec", "template", "spec", "containers"])
        .and_then(Node::as_list)
        .expect("containers")[0]
        .clone();
    let arguments: Vec<_> = container
        .get("args")
        .and_then(Node::as_list)
        .expect("args")
        .iter()
        .filter_map(Node::as_str)
        .collect();
    assert_eq!(
        arguments,
        [
            "daemon",
            "--docker",
            "nvidia/cuda",
            "--env",
            "A=b",
            "--force-current-version",
            "--queue",
            "a",
            "$(reboot)",
            "b"
        ]
    );
    assert_eq!(
        env(&rendered, "clearml-agent", "CLEARML_AGENT_PACKAGE").as_deref(),
        Some("clearml-agent>=0.17.2")
    );
    let script = container.get("command").and_then(Node::as_list).expect("command")[2]
        .as_str()
        .expect("script")
        .to_owned();
    assert!(
        script.contains("pip install \"$CLEARML_AGENT_PACKAGE\"") && script.contains("\"$@\""),
        "{script}"
    );
    let bare = super::rendered("agent: {agentVersion: 1.9.3}");
    assert_eq!(env(&bare, "clearml-agent", "CLEARML_AGENT_PACKAGE").as_deref(), Some("clearml-agent==1.9.3"));
}

#[test]
fn d19_credentials_are_in_secrets_and_nulls_are_nowhere() {
    let rendered = rendered("agent: {clearmlAccessKey: k, clearmlSecretKey: s3cret}\n");
    let all: String = rendered.manifests.iter().map(|manifest| manifest.text.text()).collect();
    assert!(!all.contains("s3cret") && !all.contains(": null") && !all.contains(": \n"));
    let secret = tree(&rendered, "Secret/clearml-agent-credentials");
    assert_eq!(text(&secret, "data.secretKey").as_deref(), Some("czNjcmV0"));
    assert!(object(&rendered, "Deployment/clearml-agent").contains("secretKeyRef"));
    let existing = super::rendered("agent: {clearmlAccessKey: k, clearmlSecretKey: s, existingSecret: mine}");
    assert!(existing.manifests.iter().all(|manifest| manifest.name != "clearml-agent-credentials"));
    assert!(object(&existing, "Deployment/clearml-agent").contains("optional: true"));
}

#[test]
fn d20_agents_without_keys_are_refused_where_the_server_has_none() {
    let problems = refused("clearml: {versions: modern}\nagent: {numberOfClearmlAgents: 2}");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("need keys: server 1.16"), "{problems:?}");
}

#[test]
fn d30_pod_templates_carry_no_versions() {
    for manifest in rendered("").manifests.iter().filter(|manifest| manifest.kind == "Deployment") {
        let root = parse(manifest.text.text());
        let labels = root.at_path(["spec", "template", "metadata", "labels"]).expect("labels");
        assert!(labels.get("helm.sh/chart").is_none() && labels.get("app.kubernetes.io/version").is_none());
        let selector =
            root.at_path(["spec", "selector", "matchLabels"]).and_then(Node::as_map).expect("a selector");
        assert_eq!(selector.len(), 4);
        assert_eq!(selector.get("app.kubernetes.io/managed-by").and_then(Node::as_str), Some("Helm"));
    }
}

#[test]
fn d33_the_key_vault_works_and_warns() {
    let values = "use_secrets_flexvolume: true\nfv: {secretRef: s, usepodidentity: false, resourcegroup: r, keyvaultname: k, keyvaultobjectnames: a;b, keyvaultobjectaliases: a;b, keyvaultobjecttypes: secret;secret, subscriptionid: 0123, tenantid: t}";
    let rendered = rendered(values);
    let root = tree(&rendered, "Deployment/apiserver");
    let volume =
        root.at_path(["spec", "template", "spec", "volumes"]).and_then(Node::as_list).expect("volumes")[0]
            .clone();
    assert_eq!(text(&volume, "flexVolume.options.subscriptionid").as_deref(), Some("0123"));
    assert_eq!(text(&volume, "flexVolume.options.usepodidentity").as_deref(), Some("false"));
    assert_eq!(text(&volume, "flexVolume.secretRef.name").as_deref(), Some("s"));
    assert!(rendered.warnings.iter().any(|warning| warning.message.contains("retired")));
}

#[test]
fn switched_off_parts_leave_nothing_behind() {
    let rendered = rendered(
        "mongo: {enabled: false, external: {host: m.example}}\nagent: {enabled: false}\nagentservices: {enabled: false}",
    );
    assert!(
        rendered
            .manifests
            .iter()
            .all(|manifest| !manifest.name.contains("mongo") && !manifest.name.contains("agent"))
    );
    assert_eq!(env(&rendered, "apiserver", "CLEARML_MONGODB_SERVICE_HOST").as_deref(), Some("m.example"));
    assert_eq!(text(&tree(&rendered, "Namespace/clearml"), "metadata.name").as_deref(), Some("clearml"));
    assert!(object(&rendered, "Namespace/clearml").contains("enforce: baseline"));
}

#[test]
fn versions_change_what_parts_need() {
    let modern = rendered("clearml: {versions: modern, acknowledgeDataMigration: true}");
    assert!(modern.warnings.is_empty(), "{:?}", modern.warnings);
    let elasticsearch = object(&modern, "Deployment/elasticsearch");
    assert!(
        !elasticsearch.contains("zen")
            && elasticsearch.contains("'*.*'")
            && elasticsearch.contains(":8.19.9")
    );
    assert!(object(&modern, "Deployment/mongo").contains("internalQueryMaxBlockingSortMemoryUsageBytes"));
    assert!(object(&modern, "PersistentVolume/mongo-pv0").contains("mongo_4/db"));
    assert!(object(&modern, "Deployment/async-delete").contains("jobs.async_urls_delete"));
    assert_eq!(
        env(&modern, "fileserver", "CLEARML__HOSTS__API_SERVER").as_deref(),
        Some("\"http://apiserver-service:8008\"")
    );
    assert!(modern.manifests.iter().all(|manifest| manifest.name != "agentservices"));
    let own = rendered("clearml: {versions: modern, image: {tag: 2.3.0}}");
    assert!(object(&own, "Deployment/apiserver").contains("clearml/server:2.3.0"));
    assert!(refused("clearml: {image: {tag: 1.15.0}}")[0].contains("cannot work with elasticsearch 7.6"));
}

#[test]
fn typed_settings_become_configuration_files() {
    use base64::Engine as _;
    let rendered = rendered(
        "apiserver:\n  fixedUsers: [{username: jane, password: 'a<b\"', name: Jane}]\n  watchdog: {thresholdSec: '60'}\n  additionalConfigs: {logging.conf: 'x: 1'}\nagentservices: {enabled: false}\n",
    );
    let secret = tree(&rendered, "Secret/apiserver-generated");
    let file = |name: &str| {
        let data = secret.get("data").and_then(|data| data.get(name)).and_then(Node::as_str).expect("a file");
        String::from_utf8(base64::engine::general_purpose::STANDARD.decode(data).expect("base64"))
            .expect("text")
    };
    assert!(file("apiserver.conf").contains(r#""password": "a<b\"""#));
    assert!(file("services.conf").contains("\"threshold_sec\": 60"));
    assert_eq!(
        env(&rendered, "apiserver", "CLEARML_CONFIG_DIR").as_deref(),
        Some("/opt/clearml/config:/opt/clearml/secrets:/opt/clearml/generated:/opt/clearml/additional")
    );
}

#[test]
fn hosts_of_the_users_choice_reach_the_web_app() {
    let rendered = rendered(
        "clearml: {image: {tag: 1.15.0}, acknowledgeDataMigration: true}\nelasticsearch: {image: {tag: 7.17.18}}\ningress: {enabled: true, host: x.y, hosts: {api: clearml-api.x.y}, tls: {enabled: true}}",
    );
    let file = tree(&rendered, "ConfigMap/webserver-config");
    let json = file
        .get("data")
        .and_then(|data| data.get("configuration.json"))
        .and_then(Node::as_str)
        .expect("file");
    assert!(json.contains("\"apiBaseUrl\": \"https://clearml-api.x.y\""), "{json}");
}
