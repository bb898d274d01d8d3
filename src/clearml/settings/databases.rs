//! Elasticsearch, MongoDB and Redis: rendered here, or running elsewhere.

use super::{Component, Shared};
use crate::clearml::names;
use crate::clearml::reader::{BAD_VALUE, MISSING, Reader, Setting, Text};
use crate::clearml::versions::Version;
use crate::clearml::view::View;
use crate::diag::{Code, Diagnostic};
use crate::kube::Quantity;

/// A value that the chosen server does not read.
const IGNORED: Code = Code("clearml::ignored-value");

/// One database.
pub(crate) struct Database {
    pub(crate) component: Component,
    pub(crate) version: Version,
    pub(crate) external: Option<External>,
}

/// A database that runs elsewhere.
pub(crate) struct External {
    pub(crate) host: Option<Text>,
    pub(crate) port: Option<Setting<i64>>,
    /// Secret values by the key they have in the Secret.
    pub(crate) secrets: Vec<(&'static str, Text)>,
    pub(crate) existing_secret: Option<Text>,
}

/// The databases and what is special to Elasticsearch.
pub(crate) struct Databases {
    pub(crate) elasticsearch: Database,
    pub(crate) mongo: Database,
    pub(crate) redis: Database,
    pub(crate) java_options: Text,
    pub(crate) memory_lock: Setting<bool>,
    pub(crate) sysctl: Option<Setting<i64>>,
    pub(crate) sysctl_reason: Option<crate::trace::Origin>,
    pub(crate) permissions: Setting<bool>,
}

impl Databases {
    pub(crate) fn read(root: &Reader<'_>, shared: &Shared) -> Self {
        let es = root.section("elasticsearch");
        let mut elasticsearch = Database::read(
            root,
            "elasticsearch",
            shared,
            &[("username", "username"), ("password", "password")],
            "elastic",
        );
        let request = es.child("esMemoryRequest").quantity_or_default();
        let limit = es.child("esMemoryLimit").quantity_or_default();
        let java_options = es.child("esJavaOpts").text_or_default();
        warn_of_heap(&es, &java_options, &limit);
        if elasticsearch.component.resources.is_none() {
            elasticsearch.component.resources = Some(View::map([
                ("requests", View::map([("cpu", View::text("600m")), ("memory", request.view())])),
                ("limits", View::map([("memory", limit.view())])),
            ]));
        }
        let sysctl = es.section("sysctlInit");
        let sysctl_on = sysctl.child("enabled").flag_or_default();
        let count = sysctl.child("maxMapCount").int(1, i64::from(i32::MAX), "number of memory maps");
        elasticsearch.component.is_privileged |= sysctl_on.value;
        Self {
            elasticsearch,
            mongo: Database::read(
                root,
                "mongo",
                shared,
                &[("connectionString", "connectionString")],
                "mongo",
            ),
            redis: Database::read(root, "redis", shared, &[("password", "password")], "redis"),
            java_options,
            memory_lock: es.child("memoryLock").flag_or_default(),
            sysctl: sysctl_on.value.then(|| {
                count.unwrap_or(Setting {
                    value: 262_144,
                    path: "elasticsearch.sysctlInit.maxMapCount".into(),
                    node: None,
                })
            }),
            sysctl_reason: sysctl_on.reason(),
            permissions: es.section("volumePermissions").child("enabled").flag_or_default(),
        }
    }
}

/// Warns of a heap that does not fit into the pod, which the kernel would end again and again.
fn warn_of_heap(es: &Reader<'_>, java_options: &Text, limit: &Text) {
    let heap = java_options.value.split_whitespace().rev().find_map(|option| option.strip_prefix("-Xmx"));
    let Some(heap) = heap else { return };
    let unit = match heap.chars().last().map(|unit| unit.to_ascii_lowercase()) {
        Some('k') => 1 << 10,
        Some('m') => 1 << 20,
        Some('g') => 1 << 30,
        _ => 1,
    };
    let number = heap.trim_end_matches(|unit: char| unit.is_ascii_alphabetic()).parse::<i128>();
    let most = Quantity::parse(&limit.value).map(Quantity::nanos);
    // The defaults of a set go together; so only what somebody wrote is weighed.
    let is_given = java_options.is_given() || limit.is_given();
    if let (Ok(number), Some(most)) = (number, most)
        && is_given
        && !es.child("resources").is_given()
        && number.saturating_mul(unit).saturating_mul(1_000_000_000) >= most
    {
        let place = if java_options.is_given() { java_options.place() } else { limit.place() };
        es.problems().add(
            Diagnostic::warning(
                BAD_VALUE,
                format!(
                    "Elasticsearch's heap of {heap} does not fit into the {} its pod may use",
                    limit.value
                ),
            )
            .maybe_at(place, "set here")
            .help("give `elasticsearch.esMemoryLimit` about twice the heap of `elasticsearch.esJavaOpts`"),
        );
    }
}

impl Database {
    fn read(
        root: &Reader<'_>,
        key: &'static str,
        shared: &Shared,
        secrets: &[(&'static str, &'static str)],
        old: &str,
    ) -> Self {
        let reader = root.section(key);
        let component = Component::read(&reader, key, shared, None);
        let version = Version::of(&reader, component.image.tag.as_ref());
        let external = reader.section("external");
        let host = external.child("host").filled();
        let found = External {
            port: external.child("port").int(1, 65535, "port"),
            secrets: secrets
                .iter()
                .filter_map(|(value, key)| Some((*key, external.child(value).filled()?)))
                .collect(),
            existing_secret: external.child("existingSecret").checked(names::dns_subdomain, names::DNS_NAME),
            host,
        };
        if !component.enabled.value && !shared.version.at_least(1, 2) {
            let given = found.existing_secret.iter().chain(found.secrets.iter().map(|(_, text)| text));
            for text in given {
                root.problems().add(
                    Diagnostic::warning(IGNORED, format!("server 1.0 and 1.1 do not read `{}`", text.path))
                        .maybe_at(text.place(), "for server 1.2 and later")
                        .help(format!("take a newer server, or a {key} that asks for no password")),
                );
            }
        }
        let old_key = format!("{old}ServiceName");
        let old_host = root.section("apiserver").child(&old_key);
        let is_known = found.host.is_some()
            || old_host.is_changed()
            || found.secrets.iter().any(|(key, _)| *key == "connectionString")
            || (key == "mongo" && found.existing_secret.is_some());
        if !component.enabled.value && !is_known {
            root.problems().add(
                Diagnostic::error(MISSING, format!("`{key}.enabled: false` needs `{key}.external.host`"))
                    .maybe_at(component.enabled.place(), "switched off here")
                    .help(format!("set `{key}.external.host` to where it runs, or remove the switch")),
            );
        }
        if let Some(host) = found.host.as_ref().filter(|host| component.enabled.value && host.is_given()) {
            root.problems().add(
                Diagnostic::warning(
                    BAD_VALUE,
                    format!("`{}` is not used: `{key}.enabled` is true", host.path),
                )
                .maybe_at(host.place(), "a database elsewhere")
                .help(format!("set `{key}.enabled: false` to use it, or remove it")),
            );
        }
        let external = (!component.enabled.value).then_some(found);
        Self { component, version, external }
    }
}
