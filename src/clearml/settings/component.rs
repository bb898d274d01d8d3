//! What every part has: image, resources, placement, security, probes, extras.

use std::sync::Arc;

use super::Shared;
use crate::clearml::names;
use crate::clearml::reader::{Reader, Setting, Text};
use crate::clearml::versions::Version;
use crate::clearml::view::{Shape, View};
use crate::clearml::words::Words;
use crate::codec::{Data, Node, yaml};
use crate::diag::{Source, SourceKind};

/// An image reference.
#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) repository: Text,
    pub(crate) tag: Option<Text>,
    digest: Option<Text>,
    pull_policy: Option<View>,
}

impl Image {
    /// Reads an image; what is not set comes from `base`.
    pub(crate) fn read(reader: &Reader<'_>, base: Option<&Self>) -> Self {
        let repository = reader.child("repository").checked(names::repository, names::REPOSITORY);
        let tag = reader.child("tag").checked(names::tag, names::TAG);
        let digest = reader.child("digest").checked(names::digest, names::DIGEST);
        let own = tag.is_some() || digest.is_some();
        let policy = reader.child("pullPolicy").choice(&["Always", "IfNotPresent", "Never"]);
        let policy = policy.map(|policy| View::text(policy.value).from(policy.origin()));
        Self {
            repository: repository.or_else(|| base.map(|base| base.repository.clone())).unwrap_or_else(
                || {
                    let default = reader.child("repository").text_or_default();
                    if default.value.is_empty() { default.with("clearml".into()) } else { default }
                },
            ),
            tag: tag.or_else(|| base.filter(|_| !own).and_then(|base| base.tag.clone())),
            digest: digest.or_else(|| base.filter(|_| !own).and_then(|base| base.digest.clone())),
            pull_policy: policy.or_else(|| base.and_then(|base| base.pull_policy.clone())),
        }
    }

    /// `repository:tag`, or with the digest where there is one.
    pub(crate) fn view(&self) -> View {
        let mut text = self.repository.value.to_string();
        let parts = [Some(&self.repository), self.tag.as_ref(), self.digest.as_ref()];
        if let Some(tag) = &self.tag {
            text.push(':');
            text.push_str(&tag.value);
        }
        if let Some(digest) = &self.digest {
            text.push('@');
            text.push_str(&digest.value);
        }
        View::text(text).from(parts.into_iter().flatten().filter_map(Text::origin))
    }
}

/// What parts take from `clearml.*` where they say nothing themselves.
pub(crate) struct Inherited {
    node_selector: View,
    affinity: View,
    tolerations: View,
    priority_class: View,
    service_account: View,
    pod_security: View,
    security: View,
    annotations: Vec<(Words, View)>,
    labels: Vec<(Words, View)>,
    env: Vec<View>,
}

impl Inherited {
    pub(crate) fn read(clearml: &Reader<'_>, service_account: Option<View>) -> Self {
        Self {
            node_selector: node_selector(&clearml.child("nodeSelector")),
            affinity: tree(&clearml.child("affinity")),
            tolerations: View::list(clearml.child("tolerations").list_tree()),
            priority_class: name_view(&clearml.child("priorityClassName")),
            service_account: service_account.unwrap_or_else(View::absent),
            pod_security: tree(&clearml.child("podSecurityContext")),
            security: tree(&clearml.child("securityContext")),
            annotations: texts(&clearml.child("podAnnotations")),
            labels: labels(&clearml.child("podLabels")),
            env: env(&clearml.child("extraEnv")),
        }
    }
}

/// Parts that may have several pods; two databases would share one folder.
const REPEATABLE: [&str; 3] = ["apiserver", "fileserver", "webserver"];

/// One part of the server, as far as all parts are alike.
pub(crate) struct Component {
    pub(crate) name: Arc<str>,
    pub(crate) enabled: Setting<bool>,
    pub(crate) image: Image,
    pub(crate) replicas: Option<Setting<i64>>,
    pub(crate) resources: Option<View>,
    pub(crate) annotations: Vec<(Words, View)>,
    pub(crate) extra_volumes: Vec<View>,
    pub(crate) extra_mounts: Vec<View>,
    pub(crate) extra_env: Vec<View>,
    pub(crate) is_privileged: bool,
    labels: Vec<(Words, View)>,
    security: View,
    pod: Vec<(&'static str, View)>,
    probes: Vec<(&'static str, View)>,
}

impl Component {
    /// Reads the part at `reader`. `base` is the image that stands where the part names none.
    pub(crate) fn read(
        reader: &Reader<'_>,
        name: impl Into<Arc<str>>,
        shared: &Shared,
        base: Option<&Image>,
    ) -> Self {
        let inherited = &shared.inherited;
        let or = |key: &str, own: fn(&Reader<'_>) -> View, base: &View| {
            let child = reader.child(key);
            if child.node().is_some() { own(&child) } else { base.clone() }
        };
        let security = or("securityContext", tree, &inherited.security);
        let is_privileged =
            matches!(security.get("privileged").map(|view| &view.shape), Some(Shape::Flag(true)));
        let mut image = Image::read(&reader.section("image"), base);
        if image.pull_policy.is_none() {
            image.pull_policy.clone_from(&shared.image.pull_policy);
        }
        let mut annotations = inherited.annotations.clone();
        merge(&mut annotations, texts(&reader.child("podAnnotations")));
        let mut own_labels = inherited.labels.clone();
        merge(&mut own_labels, labels(&reader.child("podLabels")));
        let mut extra_env = inherited.env.clone();
        for entry in env(&reader.child("extraEnv")) {
            extra_env.retain(|old| !same_name(old, &entry));
            extra_env.push(entry);
        }
        let name = name.into();
        let can_repeat = REPEATABLE.contains(&&*name);
        let replicas =
            can_repeat.then(|| reader.child("replicas").int(0, i64::from(i32::MAX), "number of pods"));
        Self {
            name,
            enabled: reader.child("enabled").flag_or_default(),
            image,
            replicas: replicas.flatten(),
            resources: resources(&reader.child("resources")),
            annotations,
            labels: own_labels,
            extra_volumes: reader.child("extraVolumes").list_tree(),
            extra_mounts: reader.child("extraVolumeMounts").list_tree(),
            extra_env,
            is_privileged,
            security,
            pod: vec![
                ("imagePullSecrets", shared.pull_secrets.clone()),
                ("serviceAccountName", or("serviceAccountName", name_view, &inherited.service_account)),
                ("priorityClassName", or("priorityClassName", name_view, &inherited.priority_class)),
                ("runtimeClassName", name_view(&reader.child("runtimeClassName"))),
                ("nodeSelector", or("nodeSelector", node_selector, &inherited.node_selector)),
                ("affinity", or("affinity", tree, &inherited.affinity)),
                ("tolerations", or("tolerations", |r| View::list(r.list_tree()), &inherited.tolerations)),
                ("securityContext", or("podSecurityContext", tree, &inherited.pod_security)),
            ],
            probes: ["startupProbe", "readinessProbe", "livenessProbe"]
                .map(|key| (key, tree(&reader.child(key))))
                .to_vec(),
        }
    }

    /// The version of the server in its image.
    pub(crate) fn version(&self, shared: &Shared) -> Version {
        Version::of_part(&self.image, &shared.image, &shared.version)
    }

    /// Takes the security settings of parts that are not privileged.
    pub(crate) fn drop_privileges(&mut self, inherited: &Inherited) {
        self.security = inherited.security.clone();
        self.is_privileged = false;
    }

    /// The labels of the node it runs on.
    pub(crate) fn node_selector(&self) -> Option<&View> {
        self.pod.iter().find(|(key, _)| *key == "nodeSelector").map(|(_, view)| view)
    }

    /// What the Deployment of this part shows to its template, apart from what is special to it.
    pub(crate) fn deployment(
        &self,
        shared: &Shared,
        versioned: bool,
        mut volumes: Vec<View>,
        mut mounts: Vec<View>,
        checksums: Vec<(Words, View)>,
    ) -> Vec<(&'static str, View)> {
        volumes.extend(self.extra_volumes.iter().cloned());
        mounts.extend(self.extra_mounts.iter().cloned());
        let mut annotations = self.annotations.clone();
        merge(&mut annotations, checksums);
        let mut pod_labels = shared.selector(self.name.clone());
        let fixed: Vec<_> = pod_labels.iter().map(|(key, _)| key.clone()).collect();
        pod_labels.extend(self.labels.iter().filter(|(key, _)| !fixed.contains(key)).cloned());
        let mut pod = self.pod.clone();
        pod.push(("volumes", View::list(volumes)));
        pod.push(("annotations", View::map(annotations)));
        pod.push(("labels", View::map(pod_labels)));
        let mut container = vec![
            ("image", self.image.view()),
            ("imagePullPolicy", self.image.pull_policy.clone().unwrap_or_else(View::absent)),
            ("resources", self.resources.clone().unwrap_or_else(View::absent)),
            ("securityContext", self.security.clone()),
            ("volumeMounts", View::list(mounts)),
            ("extraEnv", View::list(self.extra_env.iter().cloned())),
        ];
        container.extend(self.probes.iter().cloned());
        vec![
            ("name", View::text(Arc::clone(&self.name))),
            ("namespace", shared.namespace.view()),
            ("labels", View::map(shared.labels(self.name.clone(), versioned))),
            ("selector", View::map(shared.selector(self.name.clone()))),
            ("replicas", self.replicas.as_ref().map_or_else(View::absent, Setting::<i64>::view)),
            ("pod", View::map(pod)),
            ("container", View::map(container)),
        ]
    }
}

/// Sets entries of a map, new ones at its end.
pub(crate) fn merge(into: &mut Vec<(Words, View)>, from: Vec<(Words, View)>) {
    for (key, view) in from {
        match into.iter_mut().find(|(old, _)| *old == key) {
            Some(slot) => slot.1 = view,
            None => into.push((key, view)),
        }
    }
}

fn same_name(a: &View, b: &View) -> bool {
    let text = |view: &View| match view.get("name").map(|view| &view.shape) {
        Some(Shape::Text(text)) => Some(text.clone()),
        _ => None,
    };
    text(a).is_some() && text(a) == text(b)
}

fn tree(reader: &Reader<'_>) -> View {
    reader.map_tree().unwrap_or_else(View::absent)
}

fn name_view(reader: &Reader<'_>) -> View {
    reader.checked(names::dns_subdomain, names::DNS_NAME).map_or_else(View::absent, |text| text.view())
}

/// A map of texts.
pub(crate) fn texts(reader: &Reader<'_>) -> Vec<(Words, View)> {
    let mut out = Vec::new();
    for (key, text) in reader.text_map() {
        if let (Err(why), Some(node)) = (names::qualified(&key), reader.child(&key).node()) {
            reader.child(&key).bad(
                node,
                why,
                "a key is an optional DNS name and `/`, then letters, digits, `-`, `_`, `.`",
            );
        }
        out.push((key.into(), text.view()));
    }
    out
}

/// A map of labels, whose values are checked.
pub(crate) fn labels(reader: &Reader<'_>) -> Vec<(Words, View)> {
    for (key, text) in reader.text_map() {
        if let (Err(why), Some(node)) = (names::label_value(&text.value), reader.child(&key).node()) {
            reader.child(&key).bad(node, why, names::LABEL_VALUE);
        }
    }
    texts(reader)
}

/// Environment entries: maps with a name, values kept as the text that was written.
pub(crate) fn env(reader: &Reader<'_>) -> Vec<View> {
    let mut out = Vec::new();
    for item in reader.items() {
        let Some(node) = item.node() else { continue };
        let name = item.child("name").filled();
        match &name {
            Some(name) if name.value.contains('=') || name.value.chars().any(char::is_control) => {
                item.child("name").bad(
                    name.node.as_ref().unwrap_or(node),
                    "is no name of an environment variable",
                    "a name holds no `=` and no control character",
                );
            }
            Some(_) => {}
            None => item.bad(node, "has no `name`", "write `- name: NAME` with `value:` or `valueFrom:`"),
        }
        let entries = node.as_map().map(crate::codec::Map::entries).unwrap_or_default();
        let views = entries.iter().filter(|entry| !entry.value.is_null()).map(|entry| {
            let child = item.child(&entry.key);
            let view = match (&*entry.key, child.text_quietly()) {
                ("value" | "name", Some(text)) => text.view(),
                _ => child.tree(&entry.value),
            };
            (Arc::clone(&entry.key), view)
        });
        // The name leads, as people write it.
        let (lead, rest): (Vec<_>, Vec<_>) = views.partition(|(key, _)| &**key == "name");
        out.push(View::map(lead.into_iter().chain(rest)));
    }
    out
}

/// Names of Secrets, or maps with `name`.
pub(crate) fn pull_secrets(reader: &Reader<'_>) -> View {
    View::list(reader.items().into_iter().filter_map(|item| {
        let node = item.node()?;
        let named = if node.as_map().is_some() { item.child("name") } else { item.clone() };
        let name = named.checked(names::dns_subdomain, names::DNS_NAME)?;
        Some(View::map([("name", name.view())]))
    }))
}

/// Requests and limits with quantities in canonical form.
pub(crate) fn resources(reader: &Reader<'_>) -> Option<View> {
    reader.node()?;
    let groups = reader.entries().into_iter().map(|(group, entries)| {
        let view = match &*group {
            "requests" | "limits" => View::map(entries.entries().into_iter().map(|(key, amount)| {
                (key, amount.quantity().map_or_else(View::absent, |quantity| quantity.view()))
            })),
            _ => entries.node().map_or_else(View::absent, |node| entries.tree(node)),
        };
        (group, view)
    });
    // Requests first, as people read them.
    let (requests, rest): (Vec<_>, Vec<_>) = groups.partition(|(group, _)| &**group == "requests");
    Some(View::map(requests.into_iter().chain(rest)))
}

/// A node selector: a map, or text that Helm pasted under `nodeSelector:`.
pub(crate) fn node_selector(reader: &Reader<'_>) -> View {
    let Some(node) = reader.node() else { return View::absent() };
    let Data::String(text) = node.data() else {
        return View::map(labels(reader));
    };
    if text.trim().is_empty() {
        return View::absent();
    }
    let help = "write a map, `nodeSelector: {disk: ssd}`, or one line `key: value` for each label";
    let Some(parsed) = pasted(text) else {
        reader.bad(node, "is no node selector", help);
        return View::absent();
    };
    let Some(map) = parsed.as_map() else {
        reader.bad(node, "is no node selector", help);
        return View::absent();
    };
    let origin = reader.text().and_then(|text| text.origin());
    View::map(map.entries().iter().filter(|entry| !entry.value.is_null()).map(|entry| {
        let text = crate::clearml::reader::scalar_text(&entry.value).unwrap_or_default();
        if let Err(why) = names::qualified(&entry.key).and(names::label_value(&text)) {
            reader.bad(node, why, help);
        }
        (Arc::clone(&entry.key), View::text(text).from(origin.clone()))
    }))
}

/// The text as people mean it, else as the old chart's templates pasted it: after eight blanks, so that
/// further lines which users indented by hand line up with the first.
fn pasted(text: &str) -> Option<Node> {
    let read = |text: String| {
        let source = Source::new(SourceKind::Rendered, "nodeSelector", text);
        yaml::read(&source, &yaml::ReadOptions::default()).ok().map(|document| document.root)
    };
    read(text.to_owned()).or_else(|| read(format!("        {text}")))
}
