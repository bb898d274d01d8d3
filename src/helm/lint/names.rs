//! The rules on objects' names, which depend on the kind.

use super::documents::Head;
use crate::go::strconv::quote;

/// The form of a label, as messages show it.
const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

/// Refuses a name that the kind of object must not have.
// Rule: Helm v4.3.1 pkg/chart/v2/lint/rules/template.go, validateMetadataName; messages of k8s.io/apimachinery v0.37
// pkg/util/validation and pkg/api/validate/content.
pub(super) fn check(head: &Head) -> Result<(), String> {
    let name = &*head.name;
    let problems = match &*head.kind.to_lowercase() {
        "service" => service(name),
        "namespace" => namespace(name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => subdomain(name),
    };
    let quoted = quote(name.as_bytes());
    let all: Vec<String> =
        problems.iter().map(|problem| format!("metadata.name: Invalid value: {quoted}: {problem}")).collect();
    let all = match &*all {
        [] => return Ok(()),
        [one] => one.clone(),
        more => format!("[{}]", more.join(", ")),
    };
    Err(format!("object name does not conform to Kubernetes naming requirements: {quoted}: {all}"))
}

fn is_label(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.bytes().all(|b| inner(b) || b == b'-')
        && text.bytes().next().is_some_and(inner)
        && text.bytes().next_back().is_some_and(inner)
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(is_label)
}

fn length(name: &str, most: usize) -> Vec<String> {
    if name.len() > most { vec![format!("must be no more than {most} characters")] } else { Vec::new() }
}

fn subdomain(name: &str) -> Vec<String> {
    let mut problems = length(name, 253);
    if !is_subdomain(name) {
        problems.push(format!(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
             start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
             '{LABEL}(\\.{LABEL})*')"
        ));
    }
    problems
}

fn namespace(name: &str) -> Vec<String> {
    let mut problems = length(name, 63);
    if is_label(name) {
        return problems;
    }
    problems.push(if is_subdomain(name) {
        "must not contain dots".to_owned()
    } else {
        format!(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start \
             and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
             '{LABEL}')"
        )
    });
    problems
}

fn service(name: &str) -> Vec<String> {
    let mut problems = length(name, 63);
    if !is_label(name) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        problems.push(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
             character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for \
             validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
                .to_owned(),
        );
    }
    problems
}

/// A name that may stand in a URL.
fn path_segment(name: &str) -> Vec<String> {
    if name == "." || name == ".." {
        return vec![format!("may not be '{name}'")];
    }
    ['/', '%']
        .into_iter()
        .filter(|sign| name.contains(*sign))
        .map(|sign| format!("may not contain '{sign}'"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_problems_stand_in_brackets() {
        let head = Head { kind: "ClusterRole".to_owned(), name: "a/%".to_owned(), ..Head::default() };
        assert_eq!(
            check(&head).unwrap_err(),
            "object name does not conform to Kubernetes naming requirements: \"a/%\": [metadata.name: Invalid value: \
             \"a/%\": may not contain '/', metadata.name: Invalid value: \"a/%\": may not contain '%']"
        );
    }
}
