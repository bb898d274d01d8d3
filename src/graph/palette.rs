//! Colours: boxes have a light fill and dark text of their own, lines a grey and a blue that show on light and on dark.

/// Fill and border of a kind's box.
pub(super) struct Colors {
    pub(super) fill: &'static str,
    pub(super) border: &'static str,
}

/// Groups of kinds that look alike: a name for style sheets, its colours, its kinds.
pub(super) const GROUPS: &[(&str, Colors, &[&str])] = &[
    ("entry", Colors { fill: "#fde4d8", border: "#d9895f" }, &["Ingress", "Gateway", "HTTPRoute"]),
    ("service", Colors { fill: "#d8e9fd", border: "#5f97d9" }, &["Service"]),
    (
        "workload",
        Colors { fill: "#dcf2dd", border: "#62ac66" },
        &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"],
    ),
    ("claim", Colors { fill: "#fdf0cc", border: "#cfa63d" }, &["PersistentVolumeClaim"]),
    ("volume", Colors { fill: "#f3e3cf", border: "#b08d5c" }, &["PersistentVolume", "StorageClass"]),
    ("data", Colors { fill: "#ebe4fd", border: "#9480cf" }, &["ConfigMap", "Secret"]),
    ("other", Colors { fill: "#e7eaee", border: "#8d99a6" }, &[]),
];

/// Text inside a box.
pub(super) const TEXT: &str = "#1b2430";
/// Smaller text inside a box.
pub(super) const FAINT: &str = "#4a5563";
/// Lines.
pub(super) const LINE: &str = "#7d8894";
/// Lines of calls.
pub(super) const CALL: &str = "#3f86d6";

/// The group a kind belongs to.
pub(super) fn group(kind: &str) -> &'static str {
    let found = GROUPS.iter().find(|(_, _, kinds)| kinds.contains(&kind));
    found.map_or("other", |(name, ..)| name)
}
