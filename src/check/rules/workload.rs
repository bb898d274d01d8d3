//! Deployments and the other kinds that keep pods running.
// Rule: kubernetes v1.37 pkg/apis/apps/validation/validation.go.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, int_of, str_of};
use super::{ObjectRule, selector};
use crate::codec::Node;

pub(super) const RULES: &[ObjectRule] = &[
    (&["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"], own_pods),
    (&["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"], counts),
    (&["Deployment"], deadline),
    (&["Deployment"], strategy),
    (&["StatefulSet", "DaemonSet"], update_strategy),
    (&["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"], restarts_always),
    (&["ReplicationController"], controller_selector),
];

fn own_pods(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(node) = object.at("spec.selector").filter(|selector| selector.as_map().is_some()) else {
        return;
    };
    let before = findings.count();
    selector::check(Some(node), findings);
    if findings.count() > before {
        return; // what a broken selector selects is nothing to speak of
    }
    if selector::is_empty(node) {
        let kind = object.kind.to_ascii_lowercase();
        findings.invalid(node, codes::SELECTOR, &format!("empty selector is invalid for {kind}"));
        return;
    }
    let Some(template) = object.at("spec.template").filter(|template| template.as_map().is_some()) else {
        if object.kind == "ReplicaSet"
            && object.at("spec.template").is_none_or(Node::is_null)
            && let Some(spec) = object.at("spec")
        {
            findings.missing(spec, "template", codes::MISSING, "");
        }
        return;
    };
    let labels = template.at_path(["metadata", "labels"]);
    if !selector::selects(node, labels.and_then(Node::as_map)) {
        let at = labels.filter(|labels| labels.as_map().is_some()).unwrap_or(template);
        findings.invalid(at, codes::SELECTOR, "`selector` does not match template `labels`").help =
            Some("give the template every label that spec.selector asks for".to_owned());
    }
}

fn controller_selector(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec").filter(|spec| spec.as_map().is_some()) else { return };
    if !has(spec, "template") {
        findings.missing(spec, "template", codes::MISSING, "");
        return;
    }
    // Without one it is made of the template's labels (`SetDefaults_ReplicationController`).
    let Some(node) = spec.get("selector") else { return };
    let Some(wanted) = node.as_map() else { return };
    let labels = object.at("spec.template.metadata.labels").and_then(Node::as_map);
    if !selector::has_all(wanted, labels) {
        findings.invalid(node, codes::SELECTOR, "`selector` does not match template `labels`");
    }
}

/// Checks that a number is zero or more.
pub(super) fn not_negative(parent: &Node, field: &str, findings: &mut Findings<'_, '_>) {
    let Some(node) = parent.get(field) else { return };
    if node.as_i64().is_some_and(|value| value < 0) {
        findings.invalid(node, codes::NUMBER, "must be greater than or equal to 0");
    }
}

fn counts(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    for field in ["replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"] {
        not_negative(spec, field, findings);
    }
}

fn deadline(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    let Some(node) = spec.get("progressDeadlineSeconds") else { return };
    let Some(deadline) = node.as_i64().filter(|&deadline| deadline >= 0) else { return };
    if deadline <= int_of(spec, "minReadySeconds").unwrap_or(0) {
        findings.invalid(node, codes::STRATEGY, "must be greater than minReadySeconds");
    }
}

/// The number of `5` or `5%`; none for another text.
fn amount(node: &Node) -> Option<(i64, bool)> {
    match node.as_str() {
        None => node.as_i64().map(|number| (number, false)),
        Some(text) => {
            let digits = text.strip_suffix('%')?;
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| plain).map(|number| (number, true))
        }
    }
}

/// Checks `5` or `5%`; returns the number.
pub(super) fn share(
    parent: &Node,
    field: &str,
    most_percent: bool,
    findings: &mut Findings<'_, '_>,
) -> Option<i64> {
    let node = parent.get(field).filter(|node| !node.is_null())?;
    match amount(node) {
        None => {
            node.as_str()?;
            findings.invalid(node, codes::STRATEGY, "must be an integer or percentage (e.g '5%')");
            None
        }
        Some((number, _)) if number < 0 => {
            findings.invalid(node, codes::STRATEGY, "must be greater than or equal to 0");
            None
        }
        Some((number, true)) if most_percent && number > 100 => {
            findings.invalid(node, codes::STRATEGY, "must not be greater than 100%");
            None
        }
        Some((number, _)) => Some(number),
    }
}

fn strategy(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(strategy) = object.at("spec.strategy") else { return };
    let Some(rolling) = strategy.get("rollingUpdate").filter(|rolling| !rolling.is_null()) else { return };
    if str_of(strategy, "type") == Some("Recreate") {
        findings.forbidden(
            rolling,
            codes::STRATEGY,
            "may not be specified when strategy `type` is 'Recreate'",
        );
        return;
    }
    rolling_update(object, rolling, findings);
}

fn rolling_update(object: &Object<'_>, rolling: &Node, findings: &mut Findings<'_, '_>) {
    let surge = share(rolling, "maxSurge", false, findings);
    let unavailable = share(rolling, "maxUnavailable", true, findings);
    // Without it, Deployments have more pods for a while, DaemonSets have not (`SetDefaults_Deployment`).
    let surge = surge.or((object.kind == "DaemonSet" && !has(rolling, "maxSurge")).then_some(0));
    if surge == Some(0)
        && unavailable == Some(0)
        && let Some(node) = rolling.get("maxUnavailable")
    {
        findings.invalid(node, codes::STRATEGY, "may not be 0 when `maxSurge` is 0");
    }
}

fn update_strategy(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(strategy) = object.at("spec.updateStrategy") else { return };
    let Some(rolling) = strategy.get("rollingUpdate").filter(|rolling| !rolling.is_null()) else { return };
    if str_of(strategy, "type") == Some("OnDelete") && object.kind == "StatefulSet" {
        findings.invalid(rolling, codes::STRATEGY, "only allowed for updateStrategy 'RollingUpdate'");
        return;
    }
    if object.kind == "DaemonSet" {
        rolling_update(object, rolling, findings);
    } else {
        not_negative(rolling, "partition", findings);
    }
}

fn restarts_always(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(pod) = object.pod() else { return };
    if let Some(policy) = pod.spec.get("restartPolicy")
        && matches!(policy.as_str(), Some("Never" | "OnFailure"))
    {
        findings.unsupported(policy, codes::RESTART_POLICY, ["Always"].into_iter());
    }
    if has(pod.spec, "activeDeadlineSeconds")
        && let Some(node) = pod.spec.get("activeDeadlineSeconds")
    {
        let kind = &object.kind;
        findings.forbidden(node, codes::NUMBER, &format!("activeDeadlineSeconds in {kind} is not Supported"));
    }
}
