//! Agents: their Secrets and Deployments.

use std::sync::Arc;

use super::{Object, checksum, host_path, mount, named, secret};
use crate::clearml::settings::{Credentials, Settings};
use crate::clearml::view::View;
use crate::clearml::words::Words;

fn given(credentials: &Credentials) -> Vec<(Words, View)> {
    if credentials.existing.is_some() {
        return Vec::new();
    }
    credentials.given.iter().map(|(key, _, text)| (Words::from(*key), text.view())).collect()
}

/// Secrets with clearml.conf and keys.
pub(super) fn secrets(settings: &Settings, objects: &mut Vec<Object>) {
    for pool in settings.agents.pools.iter().filter(|pool| pool.component.enabled.value) {
        let name = &pool.component.name;
        if let Some(config) = &pool.config {
            let file = [("clearml.conf".into(), config.view())];
            objects.push(secret(settings, name.clone(), format!("{name}-conf"), file));
        }
        let given = given(&pool.credentials);
        if !given.is_empty() {
            objects.push(secret(settings, name.clone(), pool.credentials.secret.clone(), given));
        }
    }
    let services = &settings.agents.services;
    let given = given(&services.credentials);
    if services.component.enabled.value && !given.is_empty() {
        objects.push(secret(
            settings,
            services.component.name.clone(),
            services.credentials.secret.clone(),
            given,
        ));
    }
}

/// The pools and the agent for service tasks.
pub(super) fn deployments(settings: &Settings, objects: &mut Vec<Object>) {
    let shared = &settings.shared;
    for pool in settings.agents.pools.iter().filter(|pool| pool.component.enabled.value) {
        let mut volumes = Vec::new();
        let mut mounts = Vec::new();
        if pool.docker.value {
            let socket = host_path("dockersock", View::text("/var/run/docker.sock"), "Socket");
            volumes.push(socket.because(pool.docker.origin()));
            mounts.push(mount("dockersock", "/var/run/docker.sock"));
        }
        volumes.push(host_path("agent-data", View::text("/root/.clearml/"), "DirectoryOrCreate"));
        mounts.push(mount("agent-data", "/root/.clearml"));
        let mut texts = given(&pool.credentials);
        if let Some(config) = &pool.config {
            let name = format!("{}-conf", pool.component.name);
            let item = View::map([("key", View::text("clearml.conf")), ("path", View::text("clearml.conf"))]);
            let source = View::map([("secretName", View::text(name)), ("items", View::list([item]))]);
            volumes.push(named("agent-clearml-conf-volume", [("secret", source)]).because(config.origin()));
            mounts.push(named(
                "agent-clearml-conf-volume",
                [
                    ("mountPath", View::text("/root/clearml.conf")),
                    ("subPath", View::text("clearml.conf")),
                    ("readOnly", View::flag(true)),
                ],
            ));
            texts.push(("clearml.conf".into(), config.view()));
        }
        let checksums = checksum("config", &texts).into_iter().collect();
        let mut view = pool.component.deployment(shared, false, volumes, mounts, checksums);
        for (key, part) in &mut view {
            match *key {
                "labels" => push(part, NODE_TYPE),
                "pod" => {
                    if let Some(labels) = entry_mut(part, "labels") {
                        push(labels, NODE_TYPE);
                    }
                }
                _ => {}
            }
        }
        view.extend([
            ("arguments", View::list(pool.arguments.iter().cloned())),
            ("package", pool.package.clone()),
            ("docker", View::flag(pool.docker.value).from(pool.docker.origin())),
            ("cpuOnly", pool.cpu_only.clone()),
            ("hosts", View::map(pool.hosts.iter().cloned())),
            ("credentials", View::list(pool.credentials.env())),
            ("region", pool.region()),
        ]);
        objects.push(Object::new("clearml-agent-deployment.yaml", view, pool.component.enabled.reason()));
    }
    services_agent(settings, objects);
}

const NODE_TYPE: (&str, &str) = ("allegro.ai/node-type", "clearml-agent");

fn push(map: &mut View, (key, text): (&'static str, &'static str)) {
    if let crate::clearml::view::Shape::Map(entries) = &mut map.shape {
        *entries = entries.iter().cloned().chain([(key.into(), View::text(text))]).collect();
    }
}

fn entry_mut<'v>(map: &'v mut View, key: &str) -> Option<&'v mut View> {
    match &mut map.shape {
        crate::clearml::view::Shape::Map(entries) => {
            Arc::make_mut(entries).iter_mut().find(|(name, _)| &**name == key).map(|(_, view)| view)
        }
        _ => None,
    }
}

fn services_agent(settings: &Settings, objects: &mut Vec<Object>) {
    let agent = &settings.agents.services;
    if !agent.component.enabled.value {
        return;
    }
    let mut volumes = Vec::new();
    let mut mounts = Vec::new();
    if agent.docker.value {
        let socket = host_path("dockersock", View::text("/var/run/docker.sock"), "Socket");
        volumes.push(socket.because(agent.docker.origin()));
        mounts.push(mount("dockersock", "/var/run/docker.sock"));
        volumes.push(host_path("agent-data", agent.data_folder.clone(), "DirectoryOrCreate"));
    } else {
        volumes
            .push(named("agent-data", [("emptyDir", View::map::<&str>([]))]).because(agent.docker.origin()));
    }
    mounts.push(mount("agent-data", "/root/.clearml"));
    let checksums = checksum("config", &given(&agent.credentials)).into_iter().collect();
    let mut view = agent.component.deployment(&settings.shared, false, volumes, mounts, checksums);
    view.extend([
        ("env", View::list(agent.env.iter().cloned())),
        ("credentials", View::list(agent.credentials.env())),
    ]);
    objects.push(Object::new("agentservices-deployment.yaml", view, agent.component.enabled.reason()));
}
