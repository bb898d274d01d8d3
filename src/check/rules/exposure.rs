//! How a Service is reached from outside: addresses, sources, health checks, affinity.
// Rule: kubernetes v1.37 pkg/apis/core/validation/validation.go, `ValidateService`, `ValidateNonSpecialIP`,
// `validateServiceExternalTrafficFieldsValue`, `validateClientIPAffinityConfig`.

use std::net::IpAddr;

use super::super::codes;
use super::super::findings::{Findings, Warn as _};
use super::super::object::{Object, int_of, items, str_of};
use super::ObjectRule;
use super::service::kind;
use crate::codec::Node;
use crate::diag::Label;

pub(super) const RULES: &[ObjectRule] = &[
    (&["Service"], addresses),
    (&["Service"], cluster_addresses),
    (&["Service"], source_annotation),
    (&["Service"], external_traffic),
    (&["Service"], health_check),
    (&["Service"], kubelet),
    (&["Service"], affinity),
];

const SOURCES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
const ADDRESS_TEXT: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const CIDR_TEXT: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

fn addresses(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    if let Some((text, node)) = str_of(spec, "clusterIP").zip(spec.get("clusterIP")) {
        if text == "None" && matches!(kind(spec), "NodePort" | "LoadBalancer") {
            findings.invalid(
                node,
                codes::SERVICE,
                &format!("may not be set to 'None' for {} services", kind(spec)),
            );
        } else if kind(spec) == "ExternalName" && !text.is_empty() {
            findings.forbidden(node, codes::SERVICE, "may not be set for ExternalName services");
        } else if !matches!(text, "None" | "") && text.parse::<IpAddr>().is_err() {
            findings.invalid(node, codes::SERVICE, "must be empty, 'None', or a valid IP address");
        }
    }
    // The server takes any text, the cloud's controller does not.
    if let Some(node) = spec.get("loadBalancerIP")
        && node.as_str().is_some_and(|text| !text.is_empty() && text.parse::<IpAddr>().is_err())
    {
        findings.invalid(node, codes::SERVICE, ADDRESS_TEXT).warn();
    }
    for node in items(spec, "externalIPs") {
        let Some(text) = node.as_str() else { continue };
        match text.parse::<IpAddr>().map(special) {
            Err(_) => {
                findings.invalid(node, codes::SERVICE, ADDRESS_TEXT);
            }
            Ok(Some(detail)) => {
                findings.invalid(node, codes::SERVICE, detail);
            }
            Ok(None) => {}
        }
    }
    if let Some(ranges) = spec
        .get("loadBalancerSourceRanges")
        .filter(|_| items(spec, "loadBalancerSourceRanges").next().is_some())
    {
        if kind(spec) != "LoadBalancer" {
            findings.forbidden(ranges, codes::SERVICE, "may only be used when `type` is 'LoadBalancer'");
        }
        for node in items(spec, "loadBalancerSourceRanges") {
            if node.as_str().is_some_and(|text| !is_cidr(text.trim())) {
                findings.invalid(node, codes::SERVICE, CIDR_TEXT);
            }
        }
    }
}

/// The address and the length of its prefix, as Go's `ParseCIDR` takes them.
fn prefix(text: &str) -> Option<(u128, u8, bool)> {
    let (address, bits) = text.split_once('/')?;
    let (number, most, is_v4) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32, true),
        IpAddr::V6(address) => (address.to_bits(), 128, false),
    };
    let bits = bits.parse::<u8>().ok().filter(|&length| length <= most && !bits.starts_with('+'))?;
    // Addresses of one kind are compared by their leading bits.
    Some((number.checked_shr(u32::from(most - bits)).unwrap_or(0), bits, is_v4))
}

/// Whether it is an address with the length of its prefix.
pub(super) fn is_cidr(text: &str) -> bool {
    prefix(text).is_some()
}

/// Whether the second network is a smaller one inside the first.
pub(super) fn is_part_of(outer: &str, inner: &str) -> bool {
    let (Some((outer, length, kind)), Some((inner, longer, other))) = (prefix(outer), prefix(inner)) else {
        return false;
    };
    kind == other && longer > length && inner >> (longer - length) == outer
}

/// Why an address cannot be that of a node, as far as that shows.
fn special(address: IpAddr) -> Option<&'static str> {
    let link_local = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    let multicast = match address {
        IpAddr::V4(address) => address.octets().starts_with(&[224, 0, 0]),
        IpAddr::V6(address) => address.segments().first().is_some_and(|first| first & 0xff0f == 0xff02),
    };
    if address.is_unspecified() {
        Some("may not be unspecified (0.0.0.0)")
    } else if address.is_loopback() {
        Some("may not be in the loopback range (127.0.0.0/8, ::1/128)")
    } else if link_local {
        Some("may not be in the link-local range (169.254.0.0/16, fe80::/10)")
    } else if multicast {
        Some("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
    } else {
        None
    }
}

/// The list begins with the single address, in either kind of them.
fn cluster_addresses(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    let Some(first) = items(spec, "clusterIPs").next() else { return };
    let single = str_of(spec, "clusterIP").unwrap_or_default();
    // A single one of another type is told of as that.
    if kind(spec) == "ExternalName"
        || spec.get("clusterIP").is_some_and(|node| !node.is_null() && node.as_str().is_none())
    {
        return;
    }
    if single.is_empty() {
        findings.says(first, codes::SERVICE, "Forbidden: must be empty when `clusterIP` is not specified");
    } else if first.as_str().is_some_and(|text| text != single) {
        findings.invalid(first, codes::SERVICE, "first value must match `clusterIP`");
    }
    for node in items(spec, "clusterIPs").skip(1) {
        if node.as_str().is_some_and(|text| text.parse::<IpAddr>().is_err()) {
            findings.invalid(node, codes::SERVICE, ADDRESS_TEXT);
        }
    }
}

fn source_annotation(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(node) = object.at("metadata.annotations").and_then(|map| map.get(SOURCES)) else { return };
    let Some((text, spec)) = node.as_str().zip(object.at("spec")) else { return };
    if items(spec, "loadBalancerSourceRanges").next().is_some() {
        return;
    }
    if kind(spec) != "LoadBalancer" {
        findings.forbidden(node, codes::SERVICE, "may only be used when `type` is 'LoadBalancer'");
    } else if !text.trim().is_empty() && !text.split(',').all(|range| is_cidr(range.trim())) {
        let detail = "must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24";
        findings.invalid(node, codes::SERVICE, detail);
    }
}

fn external_traffic(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    let inside =
        !matches!(kind(spec), "NodePort" | "LoadBalancer") && items(spec, "externalIPs").next().is_none();
    let Some((text, node)) = str_of(spec, "externalTrafficPolicy").zip(spec.get("externalTrafficPolicy"))
    else {
        return;
    };
    if inside && matches!(text, "Cluster" | "Local") {
        let finding =
            findings.invalid(node, codes::SERVICE, "may only be set for externally-accessible services");
        let place = spec.get("type").and_then(Node::place).cloned();
        finding.secondary.extend(place.map(|place| Label { place, text: "the type".to_owned() }));
    }
}

fn health_check(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    let Some((port, node)) = int_of(spec, "healthCheckNodePort").zip(spec.get("healthCheckNodePort")) else {
        return;
    };
    let local = kind(spec) == "LoadBalancer" && str_of(spec, "externalTrafficPolicy") == Some("Local");
    if port < 0 {
        findings.invalid(node, codes::SERVICE, "must be greater than or equal to 0");
    } else if port > 0 && !local {
        let detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        findings.invalid(node, codes::SERVICE, detail);
    }
}

/// The port of every node's kubelet.
const KUBELET: i64 = 10250;

fn kubelet(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec").filter(|spec| kind(spec) == "LoadBalancer") else { return };
    for port in items(spec, "ports").filter(|port| int_of(port, "port") == Some(KUBELET)) {
        if let Some(node) = port.get("port") {
            let detail = "may not expose port 10250 externally since it is used by kubelet";
            findings.invalid(node, codes::SERVICE, detail);
        }
    }
}

fn affinity(object: &Object<'_>, findings: &mut Findings<'_, '_>) {
    let Some(spec) = object.at("spec") else { return };
    // Without affinity the server drops its settings (`SetDefaults_Service`).
    if str_of(spec, "sessionAffinity") == Some("ClientIP")
        && let Some(node) = spec.at_path(["sessionAffinityConfig", "clientIP", "timeoutSeconds"])
        && node.as_i64().is_some_and(|seconds| !(1..=86400).contains(&seconds))
    {
        findings.invalid(node, codes::SERVICE, "must be greater than 0 and less than 86400");
    }
}
