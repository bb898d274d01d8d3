//! The settings: values read once, typed, each with its origin. Decisions that templates ask for are made here.

mod agents;
mod component;
mod databases;
mod ingress;
mod server;
mod services;
mod shared;
mod storage;

pub(crate) use agents::{Agents, Credentials};
pub(crate) use component::{Component, Image, merge};
pub(crate) use databases::{Database, Databases};
pub(crate) use ingress::Ingress;
pub(crate) use server::{DATABASE_SECRET, Server};
pub(crate) use services::{Service, Services};
pub(crate) use shared::Shared;
pub(crate) use storage::{Mode, Storage, Volume};

use super::reader::{Reader, Setting};
use super::versions;
use super::view::{Shape, View};
use crate::trace::Origin;

/// Everything the objects are made from. Large parts stand apart: moved around, they would take pages of stack.
pub(crate) struct Settings {
    /// The set of images.
    pub(crate) versions: Setting<&'static str>,
    pub(crate) shared: Shared,
    pub(crate) services: Services,
    pub(crate) ingress: Option<Ingress>,
    pub(crate) storage: Storage,
    pub(crate) databases: Box<Databases>,
    pub(crate) server: Box<Server>,
    pub(crate) agents: Box<Agents>,
}

impl Settings {
    /// Reads every setting; problems are collected beside the root reader.
    pub(crate) fn read(root: &Reader<'_>, options: &super::Options) -> Self {
        let shared = Shared::read(root, options);
        let services = Services::read(root);
        let ingress = Ingress::read(root);
        let databases = Box::new(Databases::read(root, &shared));
        let storage = Storage::read(root, &databases);
        let server = Box::new(Server::read(root, &shared, &services, ingress.as_ref(), &databases, &storage));
        let agents = Box::new(Agents::read(root, &shared, &services, ingress.as_ref()));
        agents.check_keys(root, &shared, server.has_fixed_users);
        let chosen = root.section("clearml").child("versions").choice(&["compat", "modern"]);
        let versions =
            chosen.unwrap_or(Setting { value: "compat", path: "clearml.versions".into(), node: None });
        // A database that runs elsewhere has a version only where somebody says it.
        let known = [
            ("elasticsearch", &databases.elasticsearch),
            ("mongo", &databases.mongo),
            ("redis", &databases.redis),
        ]
        .into_iter()
        .filter(|(name, database)| {
            database.component.enabled.value || root.section(name).child("version").is_given()
        })
        .map(|(name, database)| (name, &database.version))
        .collect::<Vec<_>>();
        versions::check(&versions, &shared.existing_data, &shared.version, &known, root.problems());
        Self { versions, shared, services, ingress, storage, databases, server, agents }
    }

    fn component(&self, name: &str) -> Option<&Component> {
        Some(match name {
            "apiserver" => &self.server.apiserver,
            "fileserver" => &self.server.fileserver,
            "webserver" => &self.server.webserver,
            "elasticsearch" => &self.databases.elasticsearch.component,
            "mongo" => &self.databases.mongo.component,
            "redis" => &self.databases.redis.component,
            _ => return None,
        })
    }

    /// Whether a part is rendered.
    pub(crate) fn is_on(&self, component: &str) -> bool {
        self.component(component).is_none_or(|component| component.enabled.value)
    }

    /// The switch of a part.
    pub(crate) fn switch(&self, component: &str) -> Option<Origin> {
        self.component(component)?.enabled.reason()
    }

    /// Whether some pod needs more than Pod Security's baseline: it is privileged or mounts the node's folders.
    pub(crate) fn needs_privileges(&self) -> bool {
        let agents =
            self.agents.pools.iter().any(|pool| pool.component.enabled.value && pool.replicas.value > 0);
        let services = &self.agents.services;
        let service =
            services.component.enabled.value && (services.component.is_privileged || services.docker.value);
        let others = ["apiserver", "fileserver", "webserver", "elasticsearch", "mongo", "redis"]
            .iter()
            .filter_map(|name| self.component(name))
            .any(|component| component.enabled.value && component.is_privileged);
        agents || service || others
    }

    /// The labels of the node that the API server runs on, as `kubectl label` takes them.
    pub(crate) fn node_labels(&self) -> String {
        let Some(View { shape: Shape::Map(entries), .. }) = self.server.apiserver.node_selector() else {
            return String::new();
        };
        let labels = entries.iter().map(|(key, view)| match &view.shape {
            Shape::Text(text) => format!("{key}={text}"),
            _ => String::new(),
        });
        labels.collect::<Vec<_>>().join(" ")
    }
}
