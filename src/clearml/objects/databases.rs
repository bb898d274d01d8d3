//! Deployments of Elasticsearch, MongoDB and Redis.

use super::{Object, mount};
use crate::clearml::settings::{Component, Settings};
use crate::clearml::versions::Version;
use crate::clearml::view::View;

/// The databases that are rendered here.
pub(super) fn deployments(settings: &Settings, objects: &mut Vec<Object>) {
    let databases = &settings.databases;
    elasticsearch(settings, objects);
    let storage = &settings.storage;
    let mongo = &databases.mongo;
    let volumes = vec![
        storage.pod_volume("mongo0", "mongo-hostpath0"),
        storage.pod_volume("mongo1", "mongo-hostpath1"),
    ];
    let mounts = vec![mount("mongo-hostpath0", "/data/db"), mount("mongo-hostpath1", "/data/configdb")];
    // MongoDB 4.4 renamed the parameter, and stops when it meets the old name.
    let name = if mongo.version.at_least(4, 4) {
        "internalQueryMaxBlockingSortMemoryUsageBytes"
    } else {
        "internalQueryExecMaxBlockingSortBytes"
    };
    let sort = by_version(View::text(format!("{name}=196100200")), &mongo.version);
    add(
        settings,
        objects,
        "mongo-deployment.yaml",
        &mongo.component,
        volumes,
        mounts,
        vec![("sortMemory", sort)],
    );

    let redis = &databases.redis;
    let volumes = vec![storage.pod_volume("redis", "redis-data")];
    add(
        settings,
        objects,
        "redis-deployment.yaml",
        &redis.component,
        volumes,
        vec![mount("redis-data", "/data")],
        Vec::new(),
    );
}

fn elasticsearch(settings: &Settings, objects: &mut Vec<Object>) {
    let databases = &settings.databases;
    let elasticsearch = &databases.elasticsearch;
    let before_8 = !elasticsearch.version.at_least(8, 0);
    let whitelist = if before_8 { "*.*" } else { "'*.*'" };
    let permissions = View::flag(databases.permissions.value).from(databases.permissions.origin());
    let sysctl = View::flag(databases.sysctl.is_some()).from(databases.sysctl_reason.clone());
    let memory_lock = if databases.memory_lock.value { "true" } else { "false" };
    let count = databases.sysctl.as_ref().map_or_else(View::absent, |count| {
        View::text(format!("vm.max_map_count={}", count.value)).from(count.origin())
    });
    let volumes = vec![settings.storage.pod_volume("elasticsearch", "elasticsearch-hostpath")];
    let mounts = vec![mount("elasticsearch-hostpath", "/usr/share/elasticsearch/data")];
    add(
        settings,
        objects,
        "elasticsearch-deployment.yaml",
        &elasticsearch.component,
        volumes,
        mounts,
        vec![
            ("initContainers", View::flag(databases.permissions.value || databases.sysctl.is_some())),
            ("permissions", permissions),
            ("sysctl", sysctl),
            ("maxMapCount", count),
            ("memoryLock", View::text(memory_lock).from(databases.memory_lock.origin())),
            ("before8", by_version(View::flag(before_8), &elasticsearch.version)),
            ("whitelist", by_version(View::text(whitelist), &elasticsearch.version)),
            ("javaOptions", databases.java_options.view()),
        ],
    );
}

fn by_version(view: View, version: &Version) -> View {
    match &version.from {
        Some(from) => view.because(from.origin()),
        None => view,
    }
}

fn add(
    settings: &Settings,
    objects: &mut Vec<Object>,
    template: &'static str,
    component: &Component,
    volumes: Vec<View>,
    mounts: Vec<View>,
    special: Vec<(&'static str, View)>,
) {
    if component.enabled.value {
        let mut view = component.deployment(&settings.shared, false, volumes, mounts, Vec::new());
        view.extend(special);
        objects.push(Object::new(template, view, component.enabled.reason()));
    }
}
