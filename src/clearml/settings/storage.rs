//! `storage.*`: volumes and claims.

use super::{Databases, Shared};
use crate::clearml::names;
use crate::clearml::reader::{BAD_VALUE, MISSING, Reader, Setting, Text};
use crate::clearml::view::View;
use crate::diag::Diagnostic;
use crate::trace::Origin;

/// Where volumes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    HostPath,
    Nfs,
    ExistingClaim,
    Dynamic,
}

/// One volume with its claim.
pub(crate) struct Volume {
    /// The key under `storage.capacities`.
    pub(crate) key: &'static str,
    pub(crate) component: &'static str,
    pub(crate) enabled: Setting<bool>,
    pub(crate) existing: Option<Text>,
    pv: &'static str,
    pvc: &'static str,
    class: ClassName,
    size: Text,
    access_modes: Vec<View>,
    path: View,
}

/// The storage class of a claim.
enum ClassName {
    /// The key that ties a claim to its volume.
    Static,
    /// One the user named.
    Named(Text),
    /// The cluster's default.
    Default,
}

/// Storage as a whole.
pub(crate) struct Storage {
    pub(crate) mode: Mode,
    pub(crate) mode_reason: Option<Origin>,
    pub(crate) volumes: Vec<Volume>,
    pub(crate) root: Text,
    host_path_type: Option<Text>,
    server: Option<Text>,
    mount_options: Vec<View>,
    bind: Setting<bool>,
    prefix: Text,
    node_affinity: View,
}

struct Place {
    key: &'static str,
    component: &'static str,
    pv: &'static str,
    pvc: &'static str,
    host: &'static str,
}

/// The volumes in the order they are printed.
const PLACES: [Place; 8] = [
    Place {
        key: "elasticsearch",
        component: "elasticsearch",
        pv: "elasticsearch-pv",
        pvc: "elasticsearch-pv-claim",
        host: "data/elastic_7",
    },
    Place {
        key: "mongo0",
        component: "mongo",
        pv: "mongo-pv0",
        pvc: "mongo-pv-claim0",
        host: "data/mongo/db",
    },
    Place {
        key: "mongo1",
        component: "mongo",
        pv: "mongo-pv1",
        pvc: "mongo-pv-claim1",
        host: "data/mongo/configdb",
    },
    Place { key: "redis", component: "redis", pv: "redis-pv", pvc: "redis-pv-claim", host: "data/redis" },
    Place {
        key: "fileserver0",
        component: "fileserver",
        pv: "fileserver-pv0",
        pvc: "fileserver-pv-claim0",
        host: "logs",
    },
    Place {
        key: "fileserver1",
        component: "fileserver",
        pv: "fileserver-pv1",
        pvc: "fileserver-pv-claim1",
        host: "data/fileserver",
    },
    Place {
        key: "apiserver0",
        component: "apiserver",
        pv: "apiserver-pv0",
        pvc: "apiserver-pv-claim0",
        host: "logs",
    },
    Place {
        key: "apiserver1",
        component: "apiserver",
        pv: "apiserver-pv1",
        pvc: "apiserver-pv-claim1",
        host: "config",
    },
];

impl Storage {
    pub(crate) fn read(root: &Reader<'_>, databases: &Databases) -> Self {
        let reader = root.section("storage");
        let use_nfs = reader.child("use_nfs").flag_or_default();
        let chosen = reader.child("mode").choice(&["hostPath", "nfs", "existingClaim", "dynamic"]);
        if let Some(chosen) = chosen.as_ref().filter(|chosen| use_nfs.value && chosen.value != "nfs") {
            let mut diagnostic = Diagnostic::error(
                BAD_VALUE,
                format!("`storage.use_nfs` and `storage.mode: {}` exclude each other", chosen.value),
            )
            .maybe_at(chosen.place(), "the mode")
            .help("remove one of them");
            if let Some(place) = use_nfs.place() {
                diagnostic = diagnostic.and_at(place, "the old switch");
            }
            root.problems().add(diagnostic);
        }
        let mode = match chosen.as_ref().map(|chosen| chosen.value) {
            Some("hostPath") => Mode::HostPath,
            Some("nfs") => Mode::Nfs,
            Some("existingClaim") => Mode::ExistingClaim,
            Some("dynamic") => Mode::Dynamic,
            _ if use_nfs.value => Mode::Nfs,
            _ => Mode::HostPath,
        };
        let mode_reason = chosen.as_ref().map_or_else(|| use_nfs.reason(), |chosen| chosen.reason());
        let nfs = reader.section("nfs");
        let server = nfs.child("server").filled();
        if mode == Mode::Nfs && server.is_none() {
            let place = chosen.as_ref().map_or_else(|| use_nfs.place(), Setting::place);
            let message = match &chosen {
                Some(_) => "`storage.mode: nfs` needs `storage.nfs.server`",
                None => "`storage.use_nfs` needs `storage.nfs.server`",
            };
            root.problems().add(
                Diagnostic::error(MISSING, message)
                    .maybe_at(place, "switched on here")
                    .help("set `storage.nfs.server` to the address of the NFS server"),
            );
        }
        if let Some(server) = &server
            && server.value.chars().any(|c| c.is_whitespace() || c.is_control() || c == '/')
            && let Some(node) = &server.node
        {
            nfs.child("server").bad(
                node,
                "is no address of a server",
                "write a host name or an IP address without a path",
            );
        }
        let host_path = reader.section("hostPath");
        let root_folder =
            host_path.child("root").checked_or_default(names::absolute_path, names::ABSOLUTE_PATH);
        let base = nfs.child("base_path").checked_or_default(names::absolute_path, names::ABSOLUTE_PATH);
        let paths = nfs.section("paths");
        let capacities = reader.section("capacities");
        let claims = reader.section("claims");
        let mongo_4 = databases.mongo.version.at_least(4, 4);
        let volumes = PLACES
            .iter()
            .map(|place| {
                let path = if mode == Mode::Nfs {
                    let own =
                        paths.child(place.key).checked_or_default(names::absolute_path, names::ABSOLUTE_PATH);
                    let text = format!("{}{}", base.value.trim_end_matches('/'), own.value);
                    View::text(text).from(base.origin()).from(own.origin())
                } else {
                    let below = match place.component {
                        // Server 1.2 moved MongoDB's data when it went to MongoDB 4.4.
                        "mongo" if mongo_4 => place.host.replacen("data/mongo/", "data/mongo_4/", 1),
                        _ => place.host.to_owned(),
                    };
                    let text = format!("{}/{below}", root_folder.value.trim_end_matches('/'));
                    View::text(text).from(root_folder.origin())
                };
                Volume::read(place, &claims.section(place.key), &capacities.child(place.key), mode, path)
            })
            .collect();
        Self {
            mode,
            mode_reason,
            volumes,
            root: root_folder,
            host_path_type: host_path_type(&host_path.child("type")),
            server,
            mount_options: nfs
                .child("mountOptions")
                .items()
                .iter()
                .filter_map(Reader::text)
                .map(|text| text.view())
                .collect(),
            bind: reader.child("bindClaims").flag_or_default(),
            prefix: reader.child("volumePrefix").text_or_default(),
            node_affinity: reader.child("nodeAffinity").map_tree().unwrap_or_else(View::absent),
        }
        .checked(&reader)
    }

    fn checked(self, reader: &Reader<'_>) -> Self {
        let prefix = reader.child("volumePrefix");
        if let (false, Err(why), Some(node)) = (
            self.prefix.value.is_empty(),
            names::dns_label(&format!("{}x", self.prefix.value)),
            prefix.node(),
        ) {
            prefix.bad(node, why, names::DNS_LABEL);
        }
        if self.mode == Mode::ExistingClaim {
            for volume in
                self.volumes.iter().filter(|volume| volume.enabled.value && volume.existing.is_none())
            {
                reader.problems().add(
                    Diagnostic::error(
                        MISSING,
                        format!(
                            "`storage.mode: existingClaim` needs `storage.claims.{}.existingClaim`",
                            volume.key
                        ),
                    )
                    .maybe_at(
                        reader.child("mode").node().and_then(|node| node.place().cloned()),
                        "chosen here",
                    )
                    .help("name the claim, or set `enabled: false` for it"),
                );
            }
        }
        self
    }

    /// The volume of a key.
    pub(crate) fn volume(&self, key: &str) -> Option<&Volume> {
        self.volumes.iter().find(|volume| volume.key == key)
    }

    /// A pod's volume for a key; an empty folder where the claim is switched off.
    pub(crate) fn pod_volume(&self, key: &str, name: &'static str) -> View {
        let Some(volume) = self.volume(key) else { return View::absent() };
        let source = if volume.enabled.value {
            let claim = View::map([("claimName", volume.claim_name())]);
            ("persistentVolumeClaim", claim)
        } else {
            ("emptyDir", View::map::<&str>([]).because(volume.enabled.origin()))
        };
        View::map([("name", View::text(name)), source])
    }

    /// Whether a volume and its claim are rendered, and why.
    pub(crate) fn renders_claim(&self, volume: &Volume) -> bool {
        volume.enabled.value && volume.existing.is_none() && self.mode != Mode::ExistingClaim
    }

    /// Whether `PersistentVolumes` are rendered.
    pub(crate) fn renders_volumes(&self) -> bool {
        matches!(self.mode, Mode::HostPath | Mode::Nfs)
    }

    fn pv_name(&self, volume: &Volume) -> View {
        View::text(format!("{}{}", self.prefix.value, volume.pv)).from(self.prefix.origin())
    }

    /// What the template of a `PersistentVolume` sees.
    pub(crate) fn pv_view(&self, volume: &Volume, shared: &Shared) -> View {
        let bind = self.bind.value;
        let mut labels = vec![("type".into(), View::text("local"))];
        labels.extend(shared.labels(volume.component, false));
        let is_nfs = self.mode == Mode::Nfs;
        View::map([
            ("name", self.pv_name(volume)),
            ("labels", View::map(labels)),
            ("storageClassName", volume.class_view()),
            ("storage", volume.size.view()),
            ("accessModes", View::list(volume.access_modes.iter().cloned())),
            (
                "mountOptions",
                if is_nfs { View::list(self.mount_options.iter().cloned()) } else { View::absent() },
            ),
            ("bind", View::flag(bind).from(self.bind.origin())),
            ("claimNamespace", shared.claim_namespace().view()),
            ("claimName", View::text(volume.pvc)),
            ("nfs", View::flag(is_nfs).from(self.mode_reason.clone())),
            ("server", self.server.as_ref().map_or_else(View::absent, |server| server.view())),
            ("path", volume.path.clone()),
            ("hostPathType", self.host_path_type.as_ref().map_or_else(View::absent, |kind| kind.view())),
            ("nodeAffinity", if is_nfs { View::absent() } else { self.node_affinity.clone() }),
        ])
    }

    /// What the template of a `PersistentVolumeClaim` sees.
    pub(crate) fn pvc_view(&self, volume: &Volume, shared: &Shared) -> View {
        let tied = self.bind.value && self.renders_volumes();
        View::map([
            ("name", View::text(volume.pvc)),
            ("namespace", shared.claim_namespace().view()),
            ("labels", View::map(shared.labels(volume.component, false))),
            ("storageClassName", volume.class_view()),
            ("storage", volume.size.view()),
            ("accessModes", View::list(volume.access_modes.iter().cloned())),
            (
                "volumeName",
                if tied { self.pv_name(volume).because(self.bind.origin()) } else { View::absent() },
            ),
        ])
    }
}

fn host_path_type(reader: &Reader<'_>) -> Option<Text> {
    reader.filled()?;
    let words =
        ["DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"];
    reader.choice(&words).map(|choice| choice.with(choice.value.into()))
}

impl Volume {
    fn read(place: &Place, claim: &Reader<'_>, capacity: &Reader<'_>, mode: Mode, path: View) -> Self {
        let size = claim.child("size").quantity().unwrap_or_else(|| capacity.quantity_or_default());
        let class = claim.child("storageClass");
        let class = match mode {
            Mode::Dynamic if class.node().is_none() => ClassName::Default,
            Mode::Dynamic => ClassName::Named(class.text_or_default()),
            _ => match class.filled() {
                Some(class) => ClassName::Named(class),
                None => ClassName::Static,
            },
        };
        if let (ClassName::Named(name), Mode::HostPath | Mode::Nfs) = (&class, mode)
            && name.is_given()
        {
            claim.problems().add(
                Diagnostic::warning(
                    BAD_VALUE,
                    format!(
                        "`{}` makes no volume here: it only ties the claim to the volume rendered for it",
                        name.path
                    ),
                )
                .maybe_at(name.place(), "a class")
                .help("set `storage.mode: dynamic` to have a storage class make the volumes, or remove it"),
            );
        }
        if let ClassName::Named(name) = &class
            && !name.value.is_empty()
            && let (Err(why), Some(node)) = (names::dns_subdomain(&name.value), &name.node)
        {
            claim.child("storageClass").bad(node, why, names::DNS_NAME);
        }
        let words = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];
        let mut access_modes: Vec<View> = claim
            .child("accessModes")
            .items()
            .iter()
            .filter_map(|item| item.choice(&words))
            .map(|choice| View::text(choice.value).from(choice.origin()))
            .collect();
        if access_modes.is_empty() {
            access_modes.push(View::text("ReadWriteOnce"));
        }
        Self {
            key: place.key,
            component: place.component,
            enabled: claim.child("enabled").flag_or_default(),
            existing: claim.child("existingClaim").checked(names::dns_subdomain, names::DNS_NAME),
            pv: place.pv,
            pvc: place.pvc,
            class,
            size,
            access_modes,
            path,
        }
    }

    /// The name of the claim that pods mount.
    pub(crate) fn claim_name(&self) -> View {
        self.existing.as_ref().map_or_else(|| View::text(self.pvc), |existing| existing.view())
    }

    /// The folder on the node or the NFS server.
    pub(crate) fn path(&self) -> &View {
        &self.path
    }

    fn class_view(&self) -> View {
        match &self.class {
            ClassName::Static => View::text(self.key),
            ClassName::Named(name) => name.view(),
            ClassName::Default => View::absent(),
        }
    }
}
