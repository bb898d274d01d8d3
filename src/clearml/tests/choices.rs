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
