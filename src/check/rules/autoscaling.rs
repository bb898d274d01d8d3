//! Autoscalers and disruption budgets.
// Rule: kubernetes v1.37 pkg/apis/autoscaling/validation and pkg/apis/policy/validation.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, int_of, items, str_of};
use super::workload::share;
use super::{ObjectRule, selector};

pub(super) const RULES: &[ObjectRule] = &[
    (&["HorizontalPodAutoscaler"], bounds),
    (&["HorizontalPodAutoscaler"], metrics),
    (&["PodDisruptionBudget"], budget),
];

fn bounds(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    let least = int_of(spec, "minReplicas");
    if let Some((value, node)) = least.zip(spec.get("minReplicas"))
        && value < 1
    {
        findings.invalid(node, codes::HPA, "must be greater than or equal to 1");
        return;
    }
    let Some((most, node)) = int_of(spec, "maxReplicas").zip(spec.get("maxReplicas")) else { return };
    if most < 1 {
        findings.invalid(node, codes::HPA, "must be greater than 0");
    } else if least.is_some_and(|least| most < least) {
        findings.invalid(node, codes::HPA, "must be greater than or equal to `minReplicas`");
    }
}

fn metrics(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec").filter(|_| object.api_version == "autoscaling/v2") else { return };
    for metric in items(spec, "metrics") {
        let Some(kind) = str_of(metric, "type") else { continue };
        let field = match kind {
            "Resource" => "resource",
            "Pods" => "pods",
            "Object" => "object",
            "External" => "external",
            "ContainerResource" => "containerResource",
            _ => continue,
        };
        if !has(metric, field) {
            findings.missing(
                metric,
                field,
                codes::HPA,
                &format!("must populate information for the given metric source of type {kind}"),
            );
        }
    }
}

fn budget(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    selector::check(spec.get("selector"), findings);
    if has(spec, "minAvailable") && has(spec, "maxUnavailable") {
        findings.invalid(spec, codes::STRATEGY, "minAvailable and maxUnavailable cannot be both set");
        return;
    }
    share(spec, "minAvailable", true, findings);
    share(spec, "maxUnavailable", true, findings);
}
