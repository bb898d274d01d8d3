//! `ingress.*`: host names instead of ports.

use super::{Services, Shared, component};
use crate::clearml::names;
use crate::clearml::reader::{BAD_VALUE, MISSING, Reader, Setting, Text};
use crate::clearml::view::{Shape, View};
use crate::clearml::words::Words;
use crate::diag::Diagnostic;
use crate::trace::Origin;

/// The Ingress, when it is on.
pub(crate) struct Ingress {
    pub(crate) enabled: Setting<bool>,
    pub(crate) app: View,
    pub(crate) api: View,
    pub(crate) files: View,
    pub(crate) tls: bool,
    /// Whether all three names are `app.`, `api.` and `files.` under the domain, as the web app expects.
    pub(crate) is_usual: bool,
    /// The domain that all three names lie under, for cookies.
    pub(crate) cookie_domain: Option<View>,
    name: Text,
    annotations: Vec<(Words, View)>,
    class: Option<Text>,
    pub(crate) secret: Option<Text>,
}

/// The annotation that named the class before `ingressClassName` did.
const OLD_CLASS: &str = "kubernetes.io/ingress.class";

/// What stands behind `app.`, `api.` and `files.`, when that is one domain.
fn parent(hosts: [(&View, &str); 3]) -> Option<View> {
    let mut domains = hosts.iter().map(|(host, label)| match &host.shape {
        Shape::Text(name) => name.strip_prefix(label),
        _ => None,
    });
    let first = domains.next()??;
    let is_one = domains.all(|domain| domain == Some(first));
    let origins = hosts.iter().flat_map(|(host, _)| host.origins.iter().cloned());
    is_one.then(|| View::text(first.to_owned()).from(origins))
}

impl Ingress {
    pub(crate) fn read(root: &Reader<'_>) -> Option<Self> {
        let reader = root.section("ingress");
        let enabled = reader.child("enabled").flag_or_default();
        let tls = reader.section("tls");
        let secret = tls.child("secretName").checked(names::dns_subdomain, names::DNS_NAME);
        let tls_enabled = tls.child("enabled").flag();
        let annotations = component::texts(&reader.child("annotations"));
        let class = reader.child("className").checked(names::dns_subdomain, names::DNS_NAME);
        let name = reader.child("name").checked_or_default(names::dns_subdomain, names::DNS_NAME);
        let domain = reader.child("host").checked(names::dns_subdomain, names::DNS_NAME);
        let hosts = reader.section("hosts");
        let own = ["app", "api", "files"]
            .map(|key| hosts.child(key).checked(names::dns_subdomain, names::DNS_NAME));
        if !enabled.value {
            return None;
        }
        if domain.is_none() && reader.child("host").filled().is_none() && own.iter().any(Option::is_none) {
            root.problems().add(
                Diagnostic::error(MISSING, "`ingress.enabled` needs `ingress.host`")
                    .maybe_at(enabled.place(), "switched on here")
                    .help(if own.iter().any(Option::is_some) {
                        "set `ingress.host` to a domain for the names not given, or all three under `ingress.hosts`"
                    } else {
                        "set `ingress.host` to the domain under which app., api. and files. lie"
                    }),
            );
        }
        if let Some(host) = &domain
            && own.iter().all(Option::is_none)
            && let Some((label, parent)) = host.value.split_once('.')
            && ["app", "api", "files"].contains(&label)
        {
            root.problems().add(
                Diagnostic::warning(
                    BAD_VALUE,
                    format!(
                        "`ingress.host` is the parent domain: the web app will be at `app.{}`",
                        host.value
                    ),
                )
                .maybe_at(host.place(), "the name of one page")
                .help(format!("write `{parent}`, or name all three under `ingress.hosts`")),
            );
        }
        if let Some(class) = &class
            && let Some(old) = reader.child("annotations").child(OLD_CLASS).text_quietly()
            && old.value != class.value
        {
            let mut diagnostic = Diagnostic::error(
                BAD_VALUE,
                format!("`ingress.className` and the annotation `{OLD_CLASS}` name two classes"),
            )
            .maybe_at(class.place(), "one class")
            .help("remove the annotation");
            if let Some(place) = old.place() {
                diagnostic = diagnostic.and_at(place, "another class");
            }
            root.problems().add(diagnostic);
        }
        let has_no_own = own.iter().all(Option::is_none);
        let [app, api, files] = own;
        let host = |own: Option<Text>, label: &'static str| match (own, &domain) {
            (Some(own), _) => own.view(),
            (None, Some(domain)) => View::text(format!("{label}.{}", domain.value)).from(domain.origin()),
            (None, None) => View::text(label),
        };
        let (app, api, files) = (host(app, "app"), host(api, "api"), host(files, "files"));
        let parent = parent([(&app, "app."), (&api, "api."), (&files, "files.")]);
        let is_usual = has_no_own || parent.is_some();
        let below = |host: &View, domain: &str| match &host.shape {
            Shape::Text(name) => name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')),
            _ => false,
        };
        let shared = domain
            .as_ref()
            .filter(|domain| [&app, &api, &files].iter().all(|host| below(host, &domain.value)));
        let shared = shared.map(|domain| domain.view());
        Some(Self {
            app,
            api,
            files,
            cookie_domain: shared.or(parent),
            tls: tls_enabled.as_ref().map_or(secret.is_some(), |tls| tls.value),
            enabled,
            is_usual,
            name,
            annotations,
            class,
            secret,
        })
    }

    /// Where the first name of its own was written.
    pub(crate) fn other_place(&self) -> Option<crate::diag::Place> {
        [&self.app, &self.api, &self.files]
            .into_iter()
            .flat_map(|host| host.origins.iter())
            .find_map(|it| it.value.place().cloned())
    }

    /// The address people use for one of its hosts.
    pub(crate) fn url(&self, host: &View) -> View {
        let scheme = if self.tls { "https" } else { "http" };
        let name = match &host.shape {
            Shape::Text(name) => name,
            _ => "",
        };
        View::text(format!("{scheme}://{name}")).from(host.origins.iter().cloned())
    }

    /// Why it is there.
    pub(crate) fn reason(&self) -> Option<Origin> {
        self.enabled.reason()
    }

    /// What its template sees.
    pub(crate) fn view(&self, shared: &Shared, services: &Services) -> View {
        let rule = |host: &View, service: &super::Service| {
            View::map([
                ("host", host.clone()),
                ("service", service.name.view()),
                ("port", service.port.view()),
            ])
        };
        let text = |text: &Option<Text>| text.as_ref().map_or_else(View::absent, |text| text.view());
        View::map([
            ("name", self.name.view()),
            ("namespace", shared.namespace.view()),
            ("labels", View::map(shared.labels(self.name_label(), true))),
            ("annotations", View::map(self.annotations.clone())),
            ("className", text(&self.class)),
            ("tls", View::flag(self.tls)),
            ("secretName", text(&self.secret)),
            ("app", self.app.clone()),
            ("api", self.api.clone()),
            ("files", self.files.clone()),
            (
                "rules",
                View::list([
                    rule(&self.app, &services.webserver),
                    rule(&self.api, &services.apiserver),
                    rule(&self.files, &services.fileserver),
                ]),
            ),
        ])
    }

    /// The old chart labelled the Ingress with its own name.
    fn name_label(&self) -> String {
        names::label_from(&self.name.value).unwrap_or_default()
    }
}
