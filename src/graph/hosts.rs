//! Host names in the environment and the arguments of containers.

/// Words in a variable's name that say that its whole value is a host.
const TELLING: [&str; 7] = ["HOST", "URL", "URI", "ADDR", "SERVER", "SERVICE", "ENDPOINT"];

/// The host names a text holds: behind `://` or `@`, or before `:` and a port. With the name of a variable that tells so,
/// a text without any sign is one, too.
pub(super) fn hosts<'t>(text: &'t str, variable: Option<&str>) -> Vec<&'t str> {
    let mut found = Vec::new();
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(is_host)).map(|found| at + found) {
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.find(|c| !is_host(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        let before = text.get(..start).unwrap_or_default();
        let has_port =
            after.strip_prefix(':').is_some_and(|port| port.starts_with(|c: char| c.is_ascii_digit()));
        let path = before.ends_with('/') && !before.ends_with("://");
        if before.ends_with("://") || before.ends_with('@') || has_port && !path {
            found.push(word);
        }
        at = start + length;
    }
    let tells = variable.is_some_and(|name| {
        let name = name.to_ascii_uppercase();
        TELLING.iter().any(|word| name.contains(word))
    });
    if found.is_empty() && tells {
        found.extend(
            text.split(',').map(str::trim).filter(|word| !word.is_empty() && word.chars().all(is_host)),
        );
    }
    found
}

/// The Service and the namespace a host name means inside a cluster, the latter when it is part of the name.
// Rule: kubernetes.io "DNS for Services and Pods": `name`, `name.namespace`, `name.namespace.svc` and the cluster's domain.
pub(super) fn service(host: &str) -> (&str, Option<&str>) {
    let mut parts = host.split('.');
    let name = parts.next().unwrap_or_default();
    (name, parts.next().filter(|part| !part.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_from_other_words() {
        for (text, variable, expected) in [
            ("http://api:8008", None, &["api"][..]),
            ("http://user:secret@db.prod.svc/x", None, &["user", "db.prod.svc"]),
            ("redis:6379,redis-2:6379", None, &["redis", "redis-2"]),
            ("mongo", Some("MONGO_HOST"), &["mongo"]),
            ("a, b", Some("servers"), &["a", "b"]),
            ("mongo", Some("FLAVOR"), &[]),
            ("mongo", None, &[]),
            ("image/name:1.2", None, &[]),
            ("--level=info", Some("SERVER_ARGS"), &[]),
        ] {
            assert_eq!(hosts(text, variable), expected, "{text}");
        }
        assert_eq!(service("db.prod.svc.cluster.local"), ("db", Some("prod")));
        assert_eq!(service("db"), ("db", None));
    }
}
