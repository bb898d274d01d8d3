//! The rule on kinds of the Kubernetes API that are on their way out.

use super::documents::Head;
use crate::helm::KubeVersion;

const TEXT: &str = include_str!("deprecated.txt");

/// Warns of a kind that the version of Kubernetes warns of; kinds that Helm does not know are left alone.
// Rule: Helm v4.3.1 pkg/chart/v2/lint/rules/deprecations.go; k8s.io/apiserver v0.37 pkg/endpoints/deprecation.
pub(super) fn check(head: &Head, version: &KubeVersion) -> Result<(), String> {
    if head.api_version.is_empty() || head.kind.is_empty() {
        return Ok(());
    }
    let (api_version, kind) = (&head.api_version, &head.kind);
    let line = format!("{api_version} {kind} ");
    let Some(rest) = TEXT.lines().find_map(|known| known.strip_prefix(&line)) else { return Ok(()) };
    let mut words = rest.split(' ');
    let mut word = || words.next().filter(|word| *word != "-");
    let Some(since) = word() else { return Ok(()) };
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    let now = (number(&version.major), number(&version.minor));
    if now != (0, 0) && now < (1, number(since)) {
        return Ok(());
    }
    let mut text = format!("{api_version} {kind} is deprecated in v1.{since}+");
    if let Some(removed) = word() {
        text += &format!(", unavailable in v1.{removed}+");
    }
    if let (Some(api_version), Some(kind)) = (word(), word()) {
        text += &format!("; use {api_version} {kind}");
    }
    Err(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_warns() {
        let version = KubeVersion::parse("1.999").unwrap();
        let mut before = "";
        for line in TEXT.lines().filter(|line| !line.starts_with('#')) {
            assert!(before < line, "{line}");
            before = line;
            let words: Vec<&str> = line.split(' ').collect();
            let [api_version, kind, since, _, _, _] = *words else { panic!("{line}") };
            let head =
                Head { api_version: api_version.to_owned(), kind: kind.to_owned(), name: String::new() };
            assert!(check(&head, &version).unwrap_err().contains(&format!("in v1.{since}+")), "{line}");
            let before = KubeVersion::parse(&format!("1.{}", since.parse::<u32>().unwrap() - 1)).unwrap();
            assert!(check(&head, &before).is_ok(), "{line}");
        }
    }
}
