//! The API server, file server, web server and `async_delete`.

use super::component::Image;
use super::{Component, Database, Databases, Ingress, Mode, Services, Shared, Storage};
use crate::clearml::config::{self, Files};
use crate::clearml::names;
use crate::clearml::reader::{MISSING, Reader, Text};
use crate::clearml::view::View;
use crate::clearml::words::Words;
use crate::diag::Diagnostic;

/// The server's own parts.
pub(crate) struct Server {
    pub(crate) apiserver: Component,
    pub(crate) fileserver: Component,
    pub(crate) webserver: Component,
    pub(crate) async_delete: Component,
    pub(crate) async_enabled: bool,
    /// What the template of the API server sees beside what all parts show.
    pub(crate) api: Vec<(&'static str, View)>,
    pub(crate) api_volumes: Vec<View>,
    pub(crate) api_mounts: Vec<View>,
    pub(crate) api_files: Files,
    pub(crate) file_files: Files,
    /// Databases' addresses for whoever needs them.
    pub(crate) databases: View,
    /// Secret values of databases elsewhere, by the key in their Secret.
    pub(crate) database_secrets: Vec<(&'static str, Text)>,
    /// Environment made from `secrets.existingSecret`.
    pub(crate) secret_env: Vec<View>,
    /// The web app's configuration.json.
    pub(crate) web_configuration: Option<View>,
    pub(crate) web: Vec<(&'static str, View)>,
    pub(crate) has_fixed_users: bool,
    /// First folder of `CLEARML_CONFIG_DIR`.
    pub(crate) config_dir: Text,
}

/// The Secret that holds values for databases elsewhere.
pub(crate) const DATABASE_SECRET: &str = "clearml-external-services";

impl Server {
    pub(crate) fn read(
        root: &Reader<'_>,
        shared: &Shared,
        services: &Services,
        ingress: Option<&Ingress>,
        databases: &Databases,
        storage: &Storage,
    ) -> Self {
        let part = |key: &str, name: &str| {
            Component::read(&root.section(key), name, shared, Some(&Image::clone(&shared.image)))
        };
        let apiserver = part("apiserver", "apiserver");
        let fileserver = part("fileserver", "fileserver");
        let webserver = part("webserver", "webserver");
        let async_delete = part("asyncDelete", "async-delete");
        let chosen = root.section("asyncDelete").child("enabled").flag();
        let async_enabled = chosen.as_ref().map_or_else(|| shared.version.at_least(1, 7), |on| on.value);
        let reader = root.section("apiserver");
        let secrets = root.section("secrets");
        let api_files = config::apiserver(&reader, &secrets, ingress);
        let has_fixed_users = reader
            .child("fixedUsers")
            .node()
            .is_some_and(|node| node.as_list().is_some_and(|users| !users.is_empty()));
        let file_files = config::fileserver(&root.section("fileserver"), &secrets);
        let (api_volumes, api_mounts) = api_storage(&reader, storage, fileserver.enabled.value);
        let (databases_view, database_secrets) = addresses(&reader, services, databases);
        Self {
            api: api(&reader, root),
            api_volumes,
            api_mounts,
            api_files,
            file_files,
            databases: databases_view,
            database_secrets,
            secret_env: secret_env(&secrets),
            web_configuration: config::web(&root.section("webserver"), ingress, &webserver.version(shared)),
            web: web(&root.section("webserver"), services),
            apiserver,
            fileserver,
            webserver,
            async_delete,
            async_enabled,
            has_fixed_users,
            config_dir: reader
                .child("configDir")
                .checked_or_default(names::absolute_path, names::ABSOLUTE_PATH),
        }
    }
}

/// What only the API server has.
fn api(reader: &Reader<'_>, root: &Reader<'_>) -> Vec<(&'static str, View)> {
    let text = |key: &str| reader.child(key).text_or_default().view();
    let prepopulate = reader.child("prepopulateEnabled");
    let enabled = prepopulate.flag().map_or_else(
        || View::text("false"),
        |flag| View::text(if flag.value { "true" } else { "false" }).from(flag.origin()),
    );
    let vault = key_vault(root);
    vec![
        ("prepopulateEnabled", enabled),
        ("prepopulateZipFiles", text("prepopulateZipFiles")),
        ("prepopulateArtifactsPath", text("prepopulateArtifactsPath")),
        ("deploymentType", text("deploymentType")),
        ("keyVault", vault.unwrap_or_else(View::absent)),
    ]
}

/// The `fv.*` values, when the key vault is on.
fn key_vault(root: &Reader<'_>) -> Option<View> {
    let switch = root.child("use_secrets_flexvolume").flag_or_default();
    let fv = root.section("fv");
    let keys = [
        "secretRef",
        "usepodidentity",
        "resourcegroup",
        "keyvaultname",
        "keyvaultobjectnames",
        "keyvaultobjectaliases",
        "keyvaultobjecttypes",
        "subscriptionid",
        "tenantid",
    ];
    let texts = keys.map(|key| (key, fv.child(key).filled()));
    if !switch.value {
        return None;
    }
    for (key, text) in &texts {
        if text.is_none() {
            root.problems().add(
                Diagnostic::error(MISSING, format!("`use_secrets_flexvolume` needs `fv.{key}`"))
                    .maybe_at(switch.place(), "switched on here")
                    .help(format!("set `fv.{key}`, or use a CSI volume in `apiserver.extraVolumes` instead")),
            );
        }
    }
    root.problems().add(
        Diagnostic::warning(
            crate::clearml::DEPRECATED,
            "the flexVolume driver azure/kv is retired; nodes of today do not have it",
        )
        .maybe_at(switch.place(), "switched on here")
        .help(
            "mount the vault with a CSI volume in `apiserver.extraVolumes` and `apiserver.extraVolumeMounts`",
        ),
    );
    if let Some((_, Some(name))) = texts.first()
        && let Err(why) = names::dns_subdomain(&name.value)
        && let Some(node) = &name.node
    {
        fv.child("secretRef").bad(node, why, names::DNS_NAME);
    }
    Some(View::map(texts.into_iter().map(|(key, text)| {
        (key, text.map_or_else(View::absent, |text| text.view()).because(switch.origin()))
    })))
}

/// The API server's volumes and where they are mounted.
fn api_storage(reader: &Reader<'_>, storage: &Storage, has_files: bool) -> (Vec<View>, Vec<View>) {
    let given = reader.child("volumes");
    let mut volumes = if given.is_changed() {
        given.list_tree()
    } else if given.node().is_none() {
        Vec::new()
    } else {
        vec![
            storage.pod_volume("apiserver0", "apiserver-hostpath0"),
            storage.pod_volume("apiserver1", "apiserver-hostpath1"),
        ]
    };
    let mut mounts = reader.child("volumeMounts").list_tree();
    let path = reader.child("prepopulateArtifactsPath").text_or_default();
    let wanted = reader.child("mountFileserverData").flag_or_default().value
        && reader.child("prepopulateEnabled").flag().is_some_and(|flag| flag.value);
    let is_mounted = mounts.iter().any(|mount| match mount.get("mountPath").map(|view| &view.shape) {
        Some(crate::clearml::view::Shape::Text(at)) => **at == *path.value,
        _ => false,
    });
    // Two pods share a claim only on one node, which dynamic volumes and foreign claims do not promise.
    let shareable = matches!(storage.mode, Mode::HostPath | Mode::Nfs);
    let claimed =
        storage.volume("fileserver1").is_some_and(|volume| volume.enabled.value && volume.existing.is_none());
    if wanted && has_files && shareable && claimed && !is_mounted && !path.value.is_empty() {
        if let (Err(why), Some(node)) = (names::absolute_path(&path.value), &path.node) {
            reader.child("prepopulateArtifactsPath").bad(node, why, names::ABSOLUTE_PATH);
        }
        volumes.push(storage.pod_volume("fileserver1", "fileserver-data"));
        mounts.push(View::map([("name", View::text("fileserver-data")), ("mountPath", path.view())]));
    }
    (volumes, mounts)
}

/// Hosts, ports and secret environment of the databases.
fn addresses(
    reader: &Reader<'_>,
    services: &Services,
    databases: &Databases,
) -> (View, Vec<(&'static str, Text)>) {
    let mut secrets = Vec::new();
    let mut env = Vec::new();
    let mut one = |database: &Database, service: &super::Service, old: &str| {
        let name = format!("{old}ServiceName");
        let reference = reader.child(&name);
        let written = reference.text_or_default();
        let external = database.external.as_ref();
        let host = match external.and_then(|external| external.host.as_ref()) {
            Some(host) => host.view().because(database.component.enabled.origin()),
            None => service.host(&reference),
        };
        if let (true, Some(node)) = (written.value.chars().any(|c| c.is_control() || c == ' '), &written.node)
        {
            reference.bad(node, "is no host name", names::DNS_NAME);
        }
        let port = format!("{old}ServicePort");
        let child = reader.child(&port);
        let port = child.int(1, 65535, "port");
        let port = match (external.and_then(|external| external.port.as_ref()), port) {
            (Some(port), _) => port.text_view(),
            (None, Some(port)) if child.is_changed() => port.text_view(),
            _ => service.port.text_view(),
        };
        if let Some(external) = external {
            secrets.extend(
                external.secrets.iter().map(|(key, text)| (secret_key(service.component, key), text.clone())),
            );
            env.extend(secret_references(service.component, external));
        }
        View::map([("host", host), ("port", port)])
    };
    let elasticsearch = one(&databases.elasticsearch, &services.elasticsearch, "elastic");
    let mongo = one(&databases.mongo, &services.mongo, "mongo");
    let redis = one(&databases.redis, &services.redis, "redis");
    let view = View::map([
        ("elasticsearch", elasticsearch),
        ("mongo", mongo),
        ("redis", redis),
        ("secretEnv", View::list(env)),
    ]);
    (view, secrets)
}

fn secret_key(component: &str, key: &str) -> &'static str {
    match (component, key) {
        ("elasticsearch", "username") => "elasticsearchUsername",
        ("elasticsearch", _) => "elasticsearchPassword",
        ("mongo", _) => "mongoConnectionString",
        _ => "redisPassword",
    }
}

/// Environment entries that read a database's secret values.
fn secret_references(component: &str, external: &super::databases::External) -> Vec<View> {
    let names: &[(&str, &str)] = match component {
        "elasticsearch" => &[
            ("username", "CLEARML_ELASTIC_SERVICE_USERNAME"),
            ("password", "CLEARML_ELASTIC_SERVICE_PASSWORD"),
        ],
        "mongo" => &[("connectionString", "CLEARML_MONGODB_SERVICE_CONNECTION_STRING")],
        _ => &[("password", "CLEARML_REDIS_SERVICE_PASSWORD")],
    };
    names
        .iter()
        .filter_map(|(key, name)| {
            if let Some(existing) = &external.existing_secret {
                return Some(secret_entry(*name, existing.view(), key, false));
            }
            let (_, text) = external.secrets.iter().find(|(own, _)| own == key)?;
            let secret = View::text(DATABASE_SECRET).because(text.origin());
            Some(secret_entry(*name, secret, secret_key(component, key), false))
        })
        .collect()
}

/// An environment entry read from a key of a Secret.
pub(crate) fn secret_entry(name: impl Into<Words>, secret: View, key: &'static str, optional: bool) -> View {
    let mut reference = vec![("name", secret), ("key", View::text(key))];
    if optional {
        reference.push(("optional", View::flag(true)));
    }
    View::map([
        ("name", View::text(name)),
        ("valueFrom", View::map([("secretKeyRef", View::map(reference))])),
    ])
}

/// The server reads environment values as HOCON, so each secret stands in quotes inside another entry.
fn secret_env(secrets: &Reader<'_>) -> Vec<View> {
    let Some(existing) = secrets.child("existingSecret").checked(names::dns_subdomain, names::DNS_NAME)
    else {
        return Vec::new();
    };
    let keys = [
        ("apiserver_key", "CLEARML__secure__credentials__apiserver__user_key"),
        ("apiserver_secret", "CLEARML__secure__credentials__apiserver__user_secret"),
        ("fileserver_key", "CLEARML__secure__credentials__fileserver__user_key"),
        ("fileserver_secret", "CLEARML__secure__credentials__fileserver__user_secret"),
        ("secure_auth_token_secret", "CLEARML__secure__auth__token_secret"),
        ("test_user_key", "CLEARML__secure__credentials__tests__user_key"),
        ("test_user_secret", "CLEARML__secure__credentials__tests__user_secret"),
    ];
    let mut env = Vec::new();
    for (key, name) in keys {
        let raw = format!("SECRET_{}", key.to_uppercase());
        env.push(secret_entry(raw.clone(), existing.view(), key, false));
        env.push(View::map([
            ("name", View::text(name)),
            ("value", View::text(format!("\"$({raw})\"")).because(existing.origin())),
        ]));
    }
    env
}

/// What only the web server has.
fn web(reader: &Reader<'_>, services: &Services) -> Vec<(&'static str, View)> {
    let with_slash = |service: &super::Service| {
        let url = service.url();
        let text = match &url.shape {
            crate::clearml::view::Shape::Text(text) => format!("{text}/"),
            _ => String::new(),
        };
        View::text(text).from(service.origins())
    };
    let no_ipv6 = reader.child("disableIpv6").flag_or_default();
    vec![
        ("apiAddress", with_slash(&services.apiserver)),
        ("filesAddress", with_slash(&services.fileserver)),
        ("disableIpv6", View::flag(no_ipv6.value).from(no_ipv6.origin())),
        ("subPath", reader.child("subPath").filled().map_or_else(View::absent, |path| path.view())),
    ]
}
