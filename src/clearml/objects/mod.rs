//! The objects, in the order they are printed: which there are, what each template sees, and why it is there.

mod agents;
mod databases;
mod server;

use sha2::{Digest, Sha256};

use super::engine::{Engine, Mistake};
use super::settings::Settings;
use super::view::{Shape, View};
use crate::clearml::words::Words;
use crate::manifest::Manifest;
use crate::trace::Origin;

/// One object to render.
pub(crate) struct Object {
    /// File name of its template.
    pub(crate) template: &'static str,
    pub(crate) view: View,
    /// Values that switched it on.
    pub(crate) reasons: Vec<Origin>,
}

impl Object {
    fn new<K: Into<Words>>(
        template: &'static str,
        view: impl IntoIterator<Item = (K, View)>,
        reasons: impl IntoIterator<Item = Origin>,
    ) -> Self {
        Self { template, view: View::map(view), reasons: reasons.into_iter().collect() }
    }
}

/// Everything, rendered one by one.
pub(crate) fn render<'e>(
    settings: &'e Settings,
    engine: &'e mut Engine,
) -> impl Iterator<Item = Result<Manifest, Mistake>> + use<'e> {
    let render = |object: Object| engine.render(object.template, object.view, &object.reasons);
    let group = |group: &Group| {
        let mut objects = Vec::new();
        group(settings, &mut objects);
        objects
    };
    GROUPS.iter().flat_map(group).map(render)
}

/// Objects that are made together.
type Group = fn(&Settings, &mut Vec<Object>);

/// Order: Namespace, `ServiceAccount`, Secret, ConfigMap, `PersistentVolume`, `PersistentVolumeClaim`, Service,
/// Deployment, Ingress.
const GROUPS: &[Group] = &[
    |settings, objects| objects.extend(namespace(settings)),
    |settings, objects| objects.extend(service_account(settings)),
    agents::secrets,
    server::secrets,
    server::config_maps,
    storage,
    services,
    deployments,
    |settings, objects| objects.extend(ingress(settings)),
];

fn deployments(settings: &Settings, objects: &mut Vec<Object>) {
    let mut deployments = Vec::new();
    agents::deployments(settings, &mut deployments);
    server::deployments(settings, &mut deployments);
    databases::deployments(settings, &mut deployments);
    deployments.sort_by_key(|object| name(&object.view));
    objects.extend(deployments);
}

fn name(view: &View) -> Option<Words> {
    match &view.get("name")?.shape {
        Shape::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// The Namespace; clusters make `default` and `kube-…` themselves.
fn namespace(settings: &Settings) -> Option<Object> {
    let shared = &settings.shared;
    let own = &*shared.namespace.value;
    if !shared.create_namespace.value || own == "default" || own.starts_with("kube-") {
        return None;
    }
    let mut labels = shared.labels("clearml-server", false);
    let level = match shared.pod_security.value {
        "auto" if settings.needs_privileges() => Some("privileged"),
        "auto" => Some("baseline"),
        "none" => None,
        level => Some(level),
    };
    if let Some(level) = level {
        labels.push((
            "pod-security.kubernetes.io/enforce".into(),
            View::text(level).from(shared.pod_security.origin()),
        ));
    }
    super::settings::merge(&mut labels, shared.namespace_labels.clone());
    Some(Object::new(
        "namespace.yaml",
        [
            ("name", shared.namespace.view()),
            ("labels", View::map(labels)),
            ("annotations", View::map(shared.namespace_annotations.clone())),
        ],
        shared.create_namespace.reason(),
    ))
}

fn service_account(settings: &Settings) -> Option<Object> {
    let shared = &settings.shared;
    let (name, annotations) = shared.service_account.as_ref()?;
    Some(Object::new(
        "service-account.yaml",
        [
            ("name", name.clone()),
            ("namespace", shared.namespace.view()),
            ("labels", View::map(shared.labels("clearml-server", false))),
            ("annotations", annotations.clone()),
        ],
        name.origins.iter().cloned(),
    ))
}

fn storage(settings: &Settings, objects: &mut Vec<Object>) {
    let storage = &settings.storage;
    let rendered: Vec<_> = storage
        .volumes
        .iter()
        .filter(|volume| settings.is_on(volume.component) && storage.renders_claim(volume))
        .collect();
    let reasons = |volume: &super::settings::Volume| {
        volume.enabled.reason().into_iter().chain(storage.mode_reason.clone()).collect::<Vec<_>>()
    };
    if storage.renders_volumes() {
        for volume in &rendered {
            objects.push(Object {
                template: "persistentvolume.yaml",
                view: storage.pv_view(volume, &settings.shared),
                reasons: reasons(volume),
            });
        }
    }
    for volume in &rendered {
        objects.push(Object {
            template: "persistentvolumeclaim.yaml",
            view: storage.pvc_view(volume, &settings.shared),
            reasons: reasons(volume),
        });
    }
}

fn services(settings: &Settings, objects: &mut Vec<Object>) {
    for service in settings.services.all() {
        if settings.is_on(service.component) {
            objects.push(Object {
                template: "service.yaml",
                view: service.view(&settings.shared),
                reasons: settings.switch(service.component).into_iter().collect(),
            });
        }
    }
}

fn ingress(settings: &Settings) -> Option<Object> {
    let ingress = settings.ingress.as_ref()?;
    Some(Object {
        template: "ingress.yaml",
        view: ingress.view(&settings.shared, &settings.services),
        reasons: ingress.reason().into_iter().collect(),
    })
}

/// A Secret of texts.
fn secret(
    settings: &Settings,
    component: impl Into<Words>,
    name: impl Into<Words>,
    texts: impl IntoIterator<Item = (Words, View)>,
) -> Object {
    use base64::Engine as _;
    let encoded = texts.into_iter().map(|(key, view)| {
        let bytes = match &view.shape {
            Shape::Text(text) => text.as_bytes(),
            _ => &[],
        };
        let text = base64::engine::general_purpose::STANDARD.encode(bytes);
        (key, View::text(text).from(view.origins.iter().cloned()))
    });
    let data = View::map(encoded.collect::<Vec<_>>());
    let mut reasons = Vec::new();
    data.all_origins(&mut reasons);
    Object::new(
        "secret.yaml",
        [
            ("name", View::text(name)),
            ("namespace", settings.shared.namespace.view()),
            ("labels", View::map(settings.shared.labels(component, false))),
            ("data", data),
        ],
        reasons.into_iter().map(|origin| Origin { role: crate::trace::Role::Control, ..origin }),
    )
}

/// A pod annotation that changes with these texts, so that pods restart when their files change.
fn checksum(name: &str, texts: &[(Words, View)]) -> Option<(Words, View)> {
    if texts.is_empty() {
        return None;
    }
    let mut hash = Sha256::new();
    let mut origins = Vec::new();
    for (key, view) in texts {
        if let Shape::Text(text) = &view.shape {
            hash.update(key.as_bytes());
            hash.update([0]);
            hash.update(text.as_bytes());
            hash.update([0]);
        }
        origins.extend(view.origins.iter().cloned());
    }
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    Some((format!("checksum/{name}").into(), View::text(text).from(origins)))
}

/// A volume or mount: a name and what else it has.
fn named(name: impl Into<Words>, rest: impl IntoIterator<Item = (&'static str, View)>) -> View {
    View::map([("name", View::text(name))].into_iter().chain(rest))
}

/// A mount of a volume at a path.
fn mount(name: impl Into<Words>, path: &'static str) -> View {
    named(name, [("mountPath", View::text(path))])
}

/// A folder or socket of the node.
fn host_path(name: impl Into<Words>, path: View, kind: &'static str) -> View {
    named(name, [("hostPath", View::map([("path", path), ("type", View::text(kind))]))])
}
