//! The order Kubernetes objects are printed in.

use std::cmp::Ordering;

/// Kinds in the order they are installed.
// Rule: Helm v4.3.1 pkg/release/v1/util/kind_sorter.go, InstallOrder.
pub const INSTALL_ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// How two kinds compare: known ones in install order, then unknown ones by name. Sort stably with it.
// Rule: Helm v4.3.1 pkg/release/v1/util/kind_sorter.go, lessByKind.
#[must_use]
pub fn compare_kinds(a: &str, b: &str) -> Ordering {
    let rank = |kind: &str| INSTALL_ORDER.iter().position(|known| *known == kind);
    match (rank(a), rank(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// Sorts items by kind, keeping the order of equal ones.
pub fn sort<T>(items: &mut [T], kind: impl Fn(&T) -> &str) {
    items.sort_by(|a, b| compare_kinds(kind(a), kind(b)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_kinds_come_last_by_name() {
        let mut kinds = ["List", "", "Service", "Namespace", "Widget", "ValidatingWebhookConfiguration"];
        sort(&mut kinds, |kind| kind);
        assert_eq!(kinds, ["Namespace", "Service", "ValidatingWebhookConfiguration", "", "List", "Widget"]);
    }
}
