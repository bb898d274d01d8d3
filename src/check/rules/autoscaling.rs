//! Autoscalers and disruption budgets.
// Rule: kubernetes v1.37 pkg/apis/autoscaling/validation and pkg/apis/policy/validation.

use super::super::codes;
use super::super::findings::Findings;
use super::super::object::{Object, has, int_of};
use super::metadata::{PATH_TEXT, is_path_segment};
use super::workload::share;
use super::{ObjectRule, selector};

pub(super) const RULES: &[ObjectRule] = &[
    (&["HorizontalPodAutoscaler"], bounds),
    (&["HorizontalPodAutoscaler"], target),
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

/// Kinds and names of targets become parts of a URL's path.
fn target(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(target) = object.at("spec.scaleTargetRef") else { return };
    for node in ["kind", "name"].iter().filter_map(|field| target.get(field)) {
        if node.as_str().is_some_and(|text| !is_path_segment(text)) {
            findings.invalid(node, codes::HPA, PATH_TEXT);
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
