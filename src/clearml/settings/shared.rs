//! `clearml.*`: what all parts share, and the labels every object carries.

use std::sync::Arc;

use super::component::{self, Inherited};
use crate::clearml::Options;
use crate::clearml::names;
use crate::clearml::reader::{BAD_VALUE, Reader, Setting, Text};
use crate::clearml::versions::{ExistingData, Version};
use crate::clearml::view::View;
use crate::clearml::words::Words;
use crate::diag::Diagnostic;

/// What all parts share.
pub(crate) struct Shared {
    pub(crate) release: Arc<str>,
    pub(crate) namespace: Text,
    pub(crate) create_namespace: Setting<bool>,
    pub(crate) namespace_labels: Vec<(Words, View)>,
    pub(crate) namespace_annotations: Vec<(Words, View)>,
    pub(crate) pod_security: Setting<&'static str>,
    pub(crate) service_account: Option<(View, View)>,
    pub(crate) image: component::Image,
    pub(crate) version: Version,
    pub(crate) pull_secrets: View,
    pub(crate) managed_by: Text,
    pub(crate) claim_namespace: Option<Text>,
    pub(crate) inherited: Inherited,
    pub(crate) existing_data: ExistingData,
}

/// The label that says which chart's interface the objects follow; equal to the one live objects carry.
const CHART: &str = "clearml-server-chart-1.0.2_1";

impl Shared {
    pub(crate) fn read(root: &Reader<'_>, options: &Options) -> Self {
        let clearml = root.section("clearml");
        let release: Arc<str> = options.release.as_str().into();
        if let Err(why) =
            names::label_value(&release).and(if release.is_empty() { Err("is empty") } else { Ok(()) })
        {
            root.problems().add(
                Diagnostic::error(BAD_VALUE, format!("the release name `{release}` {why}"))
                    .help(names::LABEL_VALUE),
            );
        }
        let mut namespace = clearml.child("namespace").checked_or_default(names::dns_label, names::DNS_LABEL);
        if let Some(given) = &options.namespace {
            if let Err(why) = names::dns_label(given) {
                root.problems().add(
                    Diagnostic::error(BAD_VALUE, format!("the namespace `{given}` {why}"))
                        .help(names::DNS_LABEL),
                );
            }
            namespace =
                Setting { value: given.as_str().into(), path: "clearml.namespace".into(), node: None };
        }
        let pod_security = clearml
            .child("podSecurity")
            .choice(&["auto", "none", "privileged", "baseline", "restricted"])
            .unwrap_or(Setting { value: "none", path: "clearml.podSecurity".into(), node: None });
        let account = clearml.section("serviceAccount");
        let created = account.child("create").flag_or_default();
        let account_name = account
            .child("name")
            .checked(names::dns_subdomain, names::DNS_NAME)
            .map_or_else(|| View::text(Arc::clone(&release)), |name| name.view());
        let service_account = created.value.then(|| {
            let annotations = View::map(component::texts(&account.child("annotations")));
            (account_name.clone().because(created.reason()), annotations)
        });
        let image = component::Image::read(&clearml.section("image"), None);
        let version = Version::of(&clearml, image.tag.as_ref());
        let own = clearml.child("serviceAccountName").checked(names::dns_subdomain, names::DNS_NAME);
        let account_used = match own {
            Some(own) => Some(own.view()),
            None => service_account.as_ref().map(|(name, _)| name.clone()),
        };
        let inherited = Inherited::read(&clearml, account_used);
        let compat = root.section("compat");
        Self {
            release,
            namespace,
            create_namespace: clearml.child("createNamespace").flag_or_default(),
            namespace_labels: component::labels(&clearml.child("namespaceLabels")),
            namespace_annotations: component::texts(&clearml.child("namespaceAnnotations")),
            pod_security,
            service_account,
            image,
            version,
            pull_secrets: component::pull_secrets(&clearml.child("imagePullSecrets")),
            managed_by: compat.child("selectorManagedBy").choice(&["Helm", "Tiller"]).map_or_else(
                || Setting { value: "Helm".into(), path: "compat.selectorManagedBy".into(), node: None },
                |choice| choice.with(choice.value.into()),
            ),
            claim_namespace: compat.child("claimNamespace").checked(names::dns_label, names::DNS_LABEL),
            inherited,
            existing_data: ExistingData {
                is_there: compat.child("existingData").flag_or_default(),
                acknowledged: clearml.child("acknowledgeDataMigration").flag_or_default(),
            },
        }
    }

    /// The labels by which Deployments and Services find their pods. They cannot change on live objects.
    pub(crate) fn selector(&self, name: impl Into<Words>) -> Vec<(Words, View)> {
        vec![
            ("app.kubernetes.io/name".into(), View::text(name)),
            ("app.kubernetes.io/instance".into(), View::text(Arc::clone(&self.release))),
            ("app.kubernetes.io/part-of".into(), View::text("clearml-server")),
            ("app.kubernetes.io/managed-by".into(), self.managed_by.view()),
        ]
    }

    /// The labels of an object of this part.
    pub(crate) fn labels(&self, name: impl Into<Words>, versioned: bool) -> Vec<(Words, View)> {
        let mut labels = self.selector(name);
        if versioned
            && let Some(tag) = &self.image.tag
            && let Some(label) = names::label_from(&tag.value)
        {
            labels.push(("app.kubernetes.io/version".into(), View::text(label).from(tag.origin())));
        }
        labels.push(("helm.sh/chart".into(), View::text(CHART)));
        labels
    }

    /// The namespace of claims.
    pub(crate) fn claim_namespace(&self) -> &Text {
        self.claim_namespace.as_ref().unwrap_or(&self.namespace)
    }
}
