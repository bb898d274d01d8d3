//! The server's own parts: their files and Deployments.

use super::{Object, checksum, mount, named, secret};
use crate::clearml::config::Files;
use crate::clearml::settings::{DATABASE_SECRET, Settings};
use crate::clearml::view::{Shape, View};
use crate::clearml::words::Words;

/// Where the key vault is mounted, and where people put Secrets by hand.
const SECRETS: &str = "/opt/clearml/secrets";
/// Files made from typed settings.
const GENERATED: &str = "/opt/clearml/generated";
/// Files the user gave as text; read last, so they win.
const ADDITIONAL: &str = "/opt/clearml/additional";

/// Secrets with configuration files, and with keys of databases elsewhere.
pub(super) fn secrets(settings: &Settings, objects: &mut Vec<Object>) {
    let server = &settings.server;
    for (component, files) in [("apiserver", &server.api_files), ("fileserver", &server.file_files)] {
        if !settings.is_on(component) {
            continue;
        }
        if !files.additional.is_empty() {
            objects.push(secret(
                settings,
                component,
                format!("{component}-config"),
                files.additional.clone(),
            ));
        }
        if !files.generated.is_empty() {
            objects.push(secret(
                settings,
                component,
                format!("{component}-generated"),
                files.generated.clone(),
            ));
        }
    }
    if !server.database_secrets.is_empty() {
        let texts = server.database_secrets.iter().map(|(key, text)| (Words::from(*key), text.view()));
        objects.push(secret(settings, "apiserver", DATABASE_SECRET, texts.collect::<Vec<_>>()));
    }
}

/// The web app's configuration.
pub(super) fn config_maps(settings: &Settings, objects: &mut Vec<Object>) {
    if let Some(file) = settings.server.web_configuration.as_ref().filter(|_| settings.is_on("webserver")) {
        objects.push(Object::new(
            "configmap.yaml",
            [
                ("name", View::text("webserver-config")),
                ("namespace", settings.shared.namespace.view()),
                ("labels", View::map(settings.shared.labels("webserver", false))),
                ("data", View::map([("configuration.json", file.clone())])),
            ],
            file.origins.iter().cloned(),
        ));
    }
}

/// Volumes, mounts, checksums and the folders they add to `CLEARML_CONFIG_DIR`.
struct Mounted {
    volumes: Vec<View>,
    mounts: Vec<View>,
    checksums: Vec<(Words, View)>,
    folders: Vec<&'static str>,
}

fn mounted(component: &str, files: &Files) -> Mounted {
    let mut out =
        Mounted { volumes: Vec::new(), mounts: Vec::new(), checksums: Vec::new(), folders: Vec::new() };
    let read_only = |name: &'static str, path: &'static str| {
        named(name, [("mountPath", View::text(path)), ("readOnly", View::flag(true))])
    };
    if !files.generated.is_empty() {
        let source = View::map([("secretName", View::text(format!("{component}-generated")))]);
        out.volumes.push(named("generated-config", [("secret", source)]));
        out.mounts.push(read_only("generated-config", GENERATED));
        out.folders.push(GENERATED);
        out.checksums.extend(checksum("generated", &files.generated));
    }
    if files.has_additional() {
        let mut sources = Vec::new();
        if let Some(existing) = &files.existing_config_map {
            sources.push(View::map([("configMap", View::map([("name", existing.view())]))]));
        }
        if let Some(existing) = &files.existing_secret {
            sources.push(View::map([("secret", View::map([("name", existing.view())]))]));
        }
        if !files.additional.is_empty() {
            let own = View::map([("name", View::text(format!("{component}-config")))]);
            sources.push(View::map([("secret", own)]));
        }
        let projected = View::map([("sources", View::list(sources))]);
        out.volumes.push(named("additional-config", [("projected", projected)]));
        out.mounts.push(read_only("additional-config", ADDITIONAL));
        out.folders.push(ADDITIONAL);
        out.checksums.extend(checksum("additional", &files.additional));
    }
    out
}

/// API server, file server, web server, `async_delete`.
pub(super) fn deployments(settings: &Settings, objects: &mut Vec<Object>) {
    let server = &settings.server;
    if server.apiserver.enabled.value {
        objects.push(apiserver(settings));
    }
    if server.fileserver.enabled.value {
        objects.push(fileserver(settings));
    }
    if server.webserver.enabled.value {
        objects.push(webserver(settings));
    }
    if server.async_enabled && server.fileserver.enabled.value {
        objects.push(async_delete(settings));
    }
}

fn config_dir(settings: &Settings, folders: &[&str]) -> View {
    let mut text = settings.server.config_dir.value.to_string();
    for folder in std::iter::once(&SECRETS).chain(folders) {
        text.push(':');
        text.push_str(folder);
    }
    View::text(text).from(settings.server.config_dir.origin())
}

fn database_checksum(settings: &Settings) -> Option<(Words, View)> {
    let texts: Vec<_> =
        settings.server.database_secrets.iter().map(|(key, text)| (Words::from(*key), text.view())).collect();
    checksum("databases", &texts)
}

fn apiserver(settings: &Settings) -> Object {
    let server = &settings.server;
    let mut files = mounted("apiserver", &server.api_files);
    let mut volumes = server.api_volumes.clone();
    let mut mounts = server.api_mounts.clone();
    let vault = server.api.iter().find(|(key, _)| *key == "keyVault").map(|(_, view)| view);
    if let Some(vault) = vault.filter(|vault| vault.is_present()) {
        mounts.insert(0, mount("apiserver-azurekeyvault", SECRETS));
        volumes.insert(0, key_vault(vault));
    }
    volumes.append(&mut files.volumes);
    mounts.append(&mut files.mounts);
    files.checksums.extend(database_checksum(settings));
    let mut view = server.apiserver.deployment(&settings.shared, true, volumes, mounts, files.checksums);
    view.extend(server.api.iter().filter(|(key, _)| *key != "keyVault").cloned());
    view.extend([
        ("databases", server.databases.clone()),
        ("configDir", config_dir(settings, &files.folders)),
        ("asyncDelete", View::flag(server.async_enabled)),
        ("secretEnv", View::list(server.secret_env.iter().cloned())),
    ]);
    Object::new("apiserver-deployment.yaml", view, server.apiserver.enabled.reason())
}

fn key_vault(vault: &View) -> View {
    let Shape::Map(values) = &vault.shape else { return View::absent() };
    let options = values.iter().filter(|(key, _)| &**key != "secretRef");
    let options = options.cloned();
    let reference = vault.get("secretRef").cloned().unwrap_or_else(View::absent);
    let volume = View::map([
        ("driver", View::text("azure/kv")),
        ("secretRef", View::map([("name", reference)])),
        ("options", View::map(options.collect::<Vec<_>>())),
    ]);
    named("apiserver-azurekeyvault", [("flexVolume", volume)])
}

fn fileserver(settings: &Settings) -> Object {
    let server = &settings.server;
    let storage = &settings.storage;
    let version = settings.server.fileserver.version(&settings.shared);
    let mut files = mounted("fileserver", &server.file_files);
    let mut volumes = vec![
        storage.pod_volume("fileserver0", "fileserver-hostpath0"),
        storage.pod_volume("fileserver1", "fileserver-hostpath1"),
    ];
    let mut mounts = vec![
        mount("fileserver-hostpath0", "/var/log/clearml"),
        mount("fileserver-hostpath1", "/mnt/fileserver"),
    ];
    volumes.append(&mut files.volumes);
    mounts.append(&mut files.mounts);
    // Files of server 1.16 and later are guarded by tokens, which the API server and Redis vouch for.
    let tokens = version.at_least(1, 16);
    let secret_env: Vec<_> = server
        .secret_env
        .iter()
        .filter(|entry| match entry.get("name").map(|view| &view.shape) {
            Some(Shape::Text(name)) => {
                let name = name.to_lowercase();
                name.contains("fileserver") || name.contains("token_secret")
            }
            _ => false,
        })
        .cloned()
        .collect();
    if tokens {
        files.checksums.extend(database_checksum(settings));
    }
    let reasons = version.from.as_ref().map(|from| from.origin()).unwrap_or_default();
    let batch = server.async_enabled;
    let has_env = tokens
        || batch
        || !files.folders.is_empty()
        || !secret_env.is_empty()
        || !server.fileserver.extra_env.is_empty();
    let mut view = server.fileserver.deployment(&settings.shared, true, volumes, mounts, files.checksums);
    let address = settings.services.apiserver.url();
    let quoted = match &address.shape {
        Shape::Text(text) => View::text(format!("\"{text}\"")).from(address.origins.iter().cloned()),
        _ => View::absent(),
    };
    let redis_env = match server.databases.get("secretEnv").map(|view| &view.shape) {
        Some(Shape::List(entries)) => entries
            .iter()
            .filter(|entry| matches!(entry.get("name").map(|view| &view.shape), Some(Shape::Text(name)) if name.contains("REDIS")))
            .cloned()
            .collect(),
        _ => Vec::new(),
    };
    let folders: Vec<_> = files.folders.clone();
    view.extend([
        ("hasEnv", View::flag(has_env)),
        ("configDir", if folders.is_empty() { View::absent() } else { config_dir(settings, &folders) }),
        ("batchDelete", View::flag(batch)),
        ("tokens", View::flag(tokens).from(reasons)),
        ("apiAddress", quoted),
        ("databases", server.databases.clone()),
        ("redisEnv", View::list(redis_env)),
        ("secretEnv", View::list(secret_env)),
    ]);
    Object::new("fileserver-deployment.yaml", view, server.fileserver.enabled.reason())
}

fn webserver(settings: &Settings) -> Object {
    let server = &settings.server;
    let mut volumes = Vec::new();
    let mut mounts = Vec::new();
    let mut checksums = Vec::new();
    if let Some(file) = &server.web_configuration {
        let source = View::map([("name", View::text("webserver-config"))]);
        volumes.push(named("webserver-config", [("configMap", source)]));
        mounts.push(mount("webserver-config", "/mnt/external_files/configs"));
        checksums.extend(checksum("config", &[("configuration.json".into(), file.clone())]));
    }
    let mut view = server.webserver.deployment(&settings.shared, true, volumes, mounts, checksums);
    view.extend(server.web.iter().cloned());
    Object::new("webserver-deployment.yaml", view, server.webserver.enabled.reason())
}

fn async_delete(settings: &Settings) -> Object {
    let server = &settings.server;
    let mut files = mounted("apiserver", &server.api_files);
    files.checksums.extend(database_checksum(settings));
    let mut view =
        server.async_delete.deployment(&settings.shared, true, files.volumes, files.mounts, files.checksums);
    let inside = settings.services.fileserver.url();
    let mut prefixes = vec![inside.clone()];
    prefixes.extend(settings.ingress.as_ref().map(|ingress| ingress.url(&ingress.files)));
    // Files are known by the address that their task had.
    let named = settings.agents.pools.iter().filter_map(|pool| pool.files_host.as_ref());
    prefixes.extend(named.map(|host| host.view()));
    let mut origins = Vec::new();
    let mut texts: Vec<&str> = Vec::new();
    for prefix in &prefixes {
        if let Shape::Text(text) = &prefix.shape
            && !texts.contains(&&**text)
        {
            origins.extend(prefix.origins.iter().cloned());
            texts.push(text);
        }
    }
    let list = serde_json::to_string(&texts).unwrap_or_default();
    view.extend([
        ("filesAddress", inside),
        ("urlPrefixes", View::text(list).from(origins)),
        ("databases", server.databases.clone()),
        ("configDir", config_dir(settings, &files.folders)),
        ("secretEnv", View::list(server.secret_env.iter().cloned())),
    ]);
    let reasons = settings.shared.version.from.as_ref().map(|from| from.reason()).unwrap_or_default();
    Object::new("async-delete-deployment.yaml", view, reasons)
}
