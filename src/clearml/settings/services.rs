//! `services.*`: names, types and ports. Every reference to a Service takes its name and port from here.

use std::collections::BTreeMap;

use super::component;
use crate::clearml::names;
use crate::clearml::reader::{BAD_VALUE, Reader, Setting, Text};
use crate::clearml::view::View;
use crate::clearml::words::Words;
use crate::diag::{Diagnostic, Place, SourceKind};

/// One Service.
pub(crate) struct Service {
    /// The part whose pods it leads to.
    pub(crate) component: &'static str,
    pub(crate) name: Text,
    pub(crate) port: Setting<i64>,
    pub(crate) node_port: Option<Setting<i64>>,
    /// The port its container listens on.
    pub(crate) target_port: i64,
    kind: Setting<&'static str>,
    annotations: Vec<(Words, View)>,
    address: Option<Text>,
    ranges: Vec<View>,
    traffic: Option<Setting<&'static str>>,
}

/// The Services by part.
pub(crate) struct Services {
    pub(crate) apiserver: Service,
    pub(crate) elasticsearch: Service,
    pub(crate) fileserver: Service,
    pub(crate) mongo: Service,
    pub(crate) redis: Service,
    pub(crate) webserver: Service,
}

const NODE_PORTS: (i64, i64) = (30000, 32767);

impl Services {
    pub(crate) fn read(root: &Reader<'_>) -> Self {
        let services = root.section("services");
        // Read so that an old values file gets its note when the name is changed.
        let old = services.section("agentservices").child("name");
        if let Some(node) = old.node().filter(|_| old.is_changed()) {
            root.problems().add(
                Diagnostic::warning(crate::clearml::DEPRECATED, "`services.agentservices.name` does nothing")
                    .maybe_at(node.place().cloned(), "no such Service exists")
                    .help("remove the key"),
            );
        }
        let read = |component, port, kind| Service::read(&services.section(component), component, port, kind);
        let all = Self {
            apiserver: read("apiserver", 8008, "NodePort"),
            elasticsearch: read("elasticsearch", 9200, "ClusterIP"),
            fileserver: read("fileserver", 8081, "NodePort"),
            mongo: read("mongo", 27017, "ClusterIP"),
            redis: read("redis", 6379, "ClusterIP"),
            webserver: read("webserver", 80, "NodePort"),
        };
        all.check_twice(root);
        all
    }

    /// In the order the objects are printed.
    pub(crate) fn all(&self) -> [&Service; 6] {
        [&self.apiserver, &self.elasticsearch, &self.fileserver, &self.mongo, &self.redis, &self.webserver]
    }

    /// Reports names and node ports that two Services share.
    fn check_twice(&self, root: &Reader<'_>) {
        let mut names: BTreeMap<&str, &Text> = BTreeMap::new();
        let mut ports: BTreeMap<i64, &Setting<i64>> = BTreeMap::new();
        for service in self.all() {
            if let Some(first) = names.insert(&service.name.value, &service.name) {
                twice(
                    root,
                    &format!("`{}`", service.name.value),
                    &first.path,
                    first.place(),
                    &service.name.path,
                    service.name.place(),
                );
            }
            if let Some(port) = &service.node_port
                && let Some(first) = ports.insert(port.value, port)
            {
                twice(root, &port.value.to_string(), &first.path, first.place(), &port.path, port.place());
            }
        }
    }
}

fn twice(
    root: &Reader<'_>,
    what: &str,
    first: &str,
    first_place: Option<Place>,
    second: &str,
    place: Option<Place>,
) {
    // The user's own line is to blame, not the default it meets.
    let is_default = |place: &Option<Place>| {
        place.as_ref().is_some_and(|place| place.source.kind() == SourceKind::Default)
    };
    let (to_blame, other) = if is_default(&place) { (first_place, place) } else { (place, first_place) };
    let mut diagnostic = Diagnostic::error(BAD_VALUE, format!("`{first}` and `{second}` are both {what}"))
        .maybe_at(to_blame, "this one is taken")
        .help("give each Service its own");
    if let Some(place) = other {
        let text = if place.source.kind() == SourceKind::Default { "by this default" } else { "by this one" };
        diagnostic = diagnostic.and_at(place, text);
    }
    root.problems().add(diagnostic);
}

impl Service {
    fn read(reader: &Reader<'_>, component: &'static str, target_port: i64, kind: &'static str) -> Self {
        let kind = reader
            .child("type")
            .choice(&["ClusterIP", "NodePort", "LoadBalancer"])
            .unwrap_or_else(|| reader.child("type").unwritten(kind));
        let written = reader.child("nodePort");
        let (least, most) = NODE_PORTS;
        let node_port = written.int(least, most, "node port");
        if kind.value == "ClusterIP"
            && written.is_given()
            && let Some(node) = written.node()
        {
            written.bad(
                node,
                "cannot stand with type `ClusterIP`",
                "remove it, or set the type to `NodePort`",
            );
        }
        let port = reader.child("port");
        Self {
            component,
            name: reader.child("name").checked_or_default(names::service_name, names::DNS_LABEL),
            port: port.int(1, 65535, "port").unwrap_or_else(|| port.unwritten(target_port)),
            node_port: node_port.filter(|_| kind.value != "ClusterIP"),
            target_port,
            annotations: component::texts(&reader.child("annotations")),
            address: reader.child("loadBalancerIP").filled(),
            ranges: reader
                .child("loadBalancerSourceRanges")
                .items()
                .iter()
                .filter_map(Reader::text)
                .map(|text| text.view())
                .collect(),
            traffic: reader.child("externalTrafficPolicy").choice(&["Cluster", "Local"]),
            kind,
        }
    }

    /// `http://name:port`, without the port where it is http's own.
    pub(crate) fn url(&self) -> View {
        let text = match self.port.value {
            80 => format!("http://{}", self.name.value),
            port => format!("http://{}:{port}", self.name.value),
        };
        View::text(text).from(self.origins())
    }

    pub(crate) fn origins(&self) -> Vec<crate::trace::Origin> {
        self.name.origin().into_iter().chain(self.port.origin()).collect()
    }

    /// The host that a reference names: another one than the default, else this Service.
    pub(crate) fn host(&self, reference: &Reader<'_>) -> View {
        if reference.is_changed() { reference.text_or_default().view() } else { self.name.view() }
    }

    /// What its template sees.
    pub(crate) fn view(&self, shared: &super::Shared) -> View {
        let versioned = matches!(self.component, "apiserver" | "fileserver" | "webserver");
        let outside = self.kind.value == "LoadBalancer";
        let text = |text: &Option<Text>| text.as_ref().map_or_else(View::absent, |text| text.view());
        View::map([
            ("name", self.name.view()),
            ("namespace", shared.namespace.view()),
            ("labels", View::map(shared.labels(self.component, versioned))),
            ("selector", View::map(shared.selector(self.component))),
            ("annotations", View::map(self.annotations.clone())),
            ("type", View::text(self.kind.value).from(self.kind.origin())),
            ("port", self.port.view()),
            ("targetPort", View::int(self.target_port)),
            ("nodePort", self.node_port.as_ref().map_or_else(View::absent, Setting::<i64>::view)),
            ("loadBalancerIP", if outside { text(&self.address) } else { View::absent() }),
            (
                "loadBalancerSourceRanges",
                if outside { View::list(self.ranges.iter().cloned()) } else { View::absent() },
            ),
            (
                "externalTrafficPolicy",
                match &self.traffic {
                    Some(traffic) if self.kind.value != "ClusterIP" => {
                        View::text(traffic.value).from(traffic.origin())
                    }
                    _ => View::absent(),
                },
            ),
        ])
    }
}
