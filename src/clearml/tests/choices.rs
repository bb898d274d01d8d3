//! What follows from versions, from data that is there, and from values that repeat the defaults.

use super::*;

fn messages(found: &[Diagnostic]) -> Vec<String> {
    found.iter().map(|found| found.message.clone()).collect()
}

#[test]
fn a_tag_without_a_number_counts_as_the_version_of_its_set() {
    let latest = rendered("clearml: {image: {tag: latest}}");
    assert!(latest.manifests.iter().all(|manifest| manifest.name != "async-delete"));
    assert_eq!(messages(&latest.warnings), ["`clearml.image.tag` tells no version: taken as 1.0"]);
    let modern = rendered(
        "clearml: {versions: modern, acknowledgeDataMigration: true, image: {tag: nightly}}\nredis: {image: {tag: mine}}",
    );
    assert!(modern.manifests.iter().any(|manifest| manifest.name == "async-delete"));
    assert_eq!(
        messages(&modern.warnings),
        [
            "`clearml.image.tag` tells no version: taken as 2.4",
            "`redis.image.tag` tells no version: taken as 7.4"
        ]
    );
    let said = rendered("clearml: {version: '1.10', image: {tag: latest}}");
    assert!(said.manifests.iter().any(|manifest| manifest.name == "async-delete"));
}

#[test]
fn a_part_with_its_own_image_has_its_own_version() {
    let rendered = rendered("fileserver: {image: {tag: 1.16.2}}");
    assert_eq!(env(&rendered, "fileserver", "CLEARML_REDIS_SERVICE_HOST").as_deref(), Some("redis"));
    assert_eq!(env(&rendered, "apiserver", "CLEARML__services__async_urls_delete__enabled"), None);
}

#[test]
fn databases_elsewhere_have_no_version_unless_said() {
    let outside = "elasticsearch: {enabled: false, external: {host: es}}\nclearml: {image: {tag: 1.16.0}, acknowledgeDataMigration: true}\nagentservices: {enabled: false}";
    assert!(refused(outside).is_empty());
    let said = outside.replace("{enabled: false, ext", "{version: '7.6', enabled: false, ext");
    assert_eq!(refused(&said).len(), 1);
}

#[test]
fn images_that_do_not_open_the_data_of_a_taken_over_install_are_refused() {
    let text = |name: &str| preset(name).expect("a preset");
    let both = crate::values::overlay(
        &yaml::read_values(&text("modern")).expect("values").root,
        &yaml::read_values(&text("adopt-helm")).expect("values").root,
    );
    let problems = render(&both, &Options::default()).expect_err("refused");
    assert_eq!(
        messages(&problems),
        ["`clearml.versions: modern` does not open the data of the install that is taken over"]
    );
    let own = crate::values::overlay(&both, &values("clearml: {acknowledgeDataMigration: true}"));
    assert!(render(&own, &Options::default()).is_ok());
}

#[test]
fn values_that_repeat_the_defaults_follow_what_else_is_said() {
    let repeated = "apiserver: {mongoServiceName: mongo-service, mongoServicePort: 27017}\nagent: {clearmlApiHost: 'http://apiserver-service:8008'}\nservices: {mongo: {name: mg, port: 1}, apiserver: {name: api}}";
    let rendered = rendered(repeated);
    assert_eq!(env(&rendered, "apiserver", "CLEARML_MONGODB_SERVICE_HOST").as_deref(), Some("mg"));
    assert_eq!(env(&rendered, "apiserver", "CLEARML_MONGODB_SERVICE_PORT").as_deref(), Some("1"));
    assert_eq!(env(&rendered, "clearml-agent", "CLEARML_API_HOST").as_deref(), Some("http://api:8008"));
    let volumes = "storage: {claims: {apiserver0: {enabled: false}}}\napiserver: {volumes: [{name: apiserver-hostpath0, persistentVolumeClaim: {claimName: apiserver-pv-claim0}}, {name: apiserver-hostpath1, persistentVolumeClaim: {claimName: apiserver-pv-claim1}}]}";
    assert!(!object(&super::rendered(volumes), "Deployment/apiserver").contains("apiserver-pv-claim0"));
}

#[test]
fn a_group_keeps_the_addresses_it_names() {
    let rendered = rendered(
        "agentGroups: {a: {clearmlApiHost: 'http://x'}, b: {}}\nagent: {clearmlWebHost: 'http://y'}",
    );
    assert_eq!(env(&rendered, "clearml-agent-a", "CLEARML_API_HOST").as_deref(), Some("http://x"));
    assert_eq!(
        env(&rendered, "clearml-agent-b", "CLEARML_API_HOST").as_deref(),
        Some("http://apiserver-service:8008")
    );
    assert_eq!(env(&rendered, "clearml-agent-b", "CLEARML_WEB_HOST").as_deref(), Some("http://y"));
}

#[test]
fn null_gpus_are_none() {
    let none = rendered("agent: {nvidiaGpusPerAgent: null}");
    assert!(!object(&none, "Deployment/clearml-agent").contains("nvidia.com/gpu"));
    assert_eq!(env(&none, "clearml-agent", "NVIDIA_VISIBLE_DEVICES").as_deref(), Some("void"));
}

#[test]
fn what_places_the_server_does_not_place_agents() {
    let rendered = rendered(
        "clearml: {tolerations: [{key: server, operator: Exists}], affinity: {podAffinity: {}}}\nagentGroups: {a: {tolerations: [{key: gpu, operator: Exists}]}}",
    );
    assert!(object(&rendered, "Deployment/apiserver").contains("key: server"));
    assert!(!object(&rendered, "Deployment/clearml-agent").contains("tolerations"));
    assert!(!object(&rendered, "Deployment/clearml-agent").contains("affinity"));
    assert!(object(&rendered, "Deployment/clearml-agent-a").contains("key: gpu"));
}

#[test]
fn databases_stay_single() {
    let rendered = rendered("mongo: {replicas: 3}\nwebserver: {replicas: 2}");
    assert!(!object(&rendered, "Deployment/mongo").contains("replicas"));
    assert!(object(&rendered, "Deployment/webserver").contains("replicas: 2"));
}

#[test]
fn dynamic_claims_take_the_clusters_class_unless_one_is_named() {
    let rendered = rendered(
        "storage: {mode: dynamic, claims: {redis: {storageClass: fast}, mongo0: {storageClass: ''}}}",
    );
    let class = |claim: &str| {
        let root = tree(&rendered, &format!("PersistentVolumeClaim/{claim}"));
        root.at_path(["spec", "storageClassName"]).and_then(|node| node.as_str().map(str::to_owned))
    };
    assert_eq!(class("redis-pv-claim").as_deref(), Some("fast"));
    assert_eq!(class("mongo-pv-claim0").as_deref(), Some(""));
    assert_eq!(class("elasticsearch-pv-claim"), None);
}

#[test]
fn passwords_that_an_old_server_does_not_read_are_told() {
    let outside = "mongo: {enabled: false, external: {host: m, existingSecret: s}}";
    assert_eq!(
        messages(&rendered(outside).warnings),
        ["server 1.0 and 1.1 do not read `mongo.external.existingSecret`"]
    );
}

#[test]
fn other_host_names_are_told_to_servers_that_listen() {
    let hosts = "ingress: {enabled: true, host: b.c, hosts: {app: a.b.c}}";
    assert_eq!(rendered(hosts).warnings.len(), 1);
    let modern = format!("{hosts}\nclearml: {{versions: modern, acknowledgeDataMigration: true}}");
    let rendered = rendered(&modern);
    assert!(rendered.warnings.is_empty());
    let file = object(&rendered, "ConfigMap/webserver-config");
    assert!(file.contains("http://api.b.c") && file.contains("http://files.b.c"), "{file}");
}

#[test]
fn cookies_reach_all_three_names() {
    use base64::Engine as _;
    let domain = |hosts: &str| {
        let rendered = rendered(&format!("ingress: {{enabled: true, {hosts}}}"));
        let secret = rendered.manifests.iter().find(|manifest| manifest.name == "apiserver-generated")?;
        let text = parse(secret.text.text()).at_path(["data", "apiserver.conf"])?.as_str()?.to_owned();
        let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
        let line =
            String::from_utf8(bytes).ok()?.lines().find(|line| line.contains("domain"))?.trim().to_owned();
        Some(line)
    };
    assert_eq!(domain("host: b.c").as_deref(), Some("\"domain\": \".b.c\""));
    assert_eq!(domain("host: b.c, hosts: {app: x.b.c}").as_deref(), Some("\"domain\": \".b.c\""));
    let three = "hosts: {app: app.x.y, api: api.x.y, files: files.x.y}";
    assert_eq!(domain(three).as_deref(), Some("\"domain\": \".x.y\""));
    assert_eq!(domain("host: b.c, hosts: {app: other.example}"), None);
}

#[test]
fn the_service_agent_has_the_keys_the_server_starts_with() {
    let keys = "secrets: {servicesAgentKey: k, servicesAgentSecret: s}\nagentservices: {enabled: true}";
    let modern = rendered(&format!("{keys}\nclearml: {{versions: modern, acknowledgeDataMigration: true}}"));
    assert!(object(&modern, "Deployment/agentservices").contains("key: accessKey"));
    assert!(modern.warnings.iter().all(|found| !found.message.contains("keys")), "{:?}", modern.warnings);
    assert!(!object(&rendered(keys), "Deployment/agentservices").contains("key: accessKey"));
}

#[test]
fn files_are_deleted_under_every_address_that_is_named() {
    let rendered = rendered(
        "clearml: {image: {tag: '1.10'}}\ningress: {enabled: true, host: b.c, tls: {secretName: s}}\nagent: {clearmlFilesHost: 'https://f.example/'}\nagentGroups: {x: {clearmlFilesHost: 'https://files.b.c'}, y: {clearmlFilesHost: 'no address'}}",
    );
    assert_eq!(
        env(&rendered, "async-delete", "CLEARML__services__async_urls_delete__fileserver__url_prefixes")
            .as_deref(),
        Some(r#"["http://fileserver-service:8081","https://files.b.c","https://f.example/"]"#)
    );
}
