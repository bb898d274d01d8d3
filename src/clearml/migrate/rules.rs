//! What became of each value of the Trains charts: the tables that migration follows.
//!
//! Source of the rules: the values files of trains-server-chart 0.10.1 to 0.16.1 beside that of
//! clearml-server-chart 1.0.2.

/// A key that has another name now.
pub(super) struct Renamed {
    /// Path of the parent, under the old names.
    pub(super) parent: &'static str,
    /// The old key.
    pub(super) old: &'static str,
    /// The new key.
    pub(super) new: &'static str,
}

const fn renamed(parent: &'static str, old: &'static str, new: &'static str) -> Renamed {
    Renamed { parent, old, new }
}

/// Every renamed key.
pub(super) const RENAMED: &[Renamed] = &[
    renamed("", "trains", "clearml"),
    renamed("agent", "numberOfTrainsAgents", "numberOfClearmlAgents"),
    renamed("agent", "trainsApiHost", "clearmlApiHost"),
    renamed("agent", "trainsWebHost", "clearmlWebHost"),
    renamed("agent", "trainsFilesHost", "clearmlFilesHost"),
    renamed("agent", "trainsGitUser", "clearmlGitUser"),
    renamed("agent", "trainsGitPassword", "clearmlGitPassword"),
    renamed("agent", "trainsAccessKey", "clearmlAccessKey"),
    renamed("agent", "trainsSecretKey", "clearmlSecretKey"),
    // Only 0.13.0+3 and 0.14.0+1 had these two.
    renamed("agent", "awsKeyId", "awsAccessKeyId"),
    renamed("agent", "awsAccessKey", "awsSecretAccessKey"),
    renamed("agentservices", "trainsHostIp", "clearmlHostIp"),
    renamed("agentservices", "trainsApiHost", "clearmlApiHost"),
    renamed("agentservices", "trainsWebHost", "clearmlWebHost"),
    renamed("agentservices", "trainsFilesHost", "clearmlFilesHost"),
    renamed("agentservices", "trainsGitUser", "clearmlGitUser"),
    renamed("agentservices", "trainsGitPassword", "clearmlGitPassword"),
    renamed("agentservices", "trainsAccessKey", "clearmlAccessKey"),
    renamed("agentservices", "trainsSecretKey", "clearmlSecretKey"),
    renamed("agentservices", "trainsWorkerId", "clearmlWorkerId"),
    renamed("agentservices", "trainsDockerHostMount", "clearmlDockerHostMount"),
    renamed("apiserver", "mongoPrepopulateEnabled", "prepopulateEnabled"),
    renamed("apiserver", "mongoPrepopulateZipFile", "prepopulateZipFiles"),
];

/// A piece of text inside a value that has another form now.
pub(super) struct Replaced {
    /// Path of the value under the old names; a `*` stands for any list index.
    pub(super) path: &'static str,
    /// The old piece.
    pub(super) old: &'static str,
    /// The new piece.
    pub(super) new: &'static str,
}

const fn replaced(path: &'static str, old: &'static str, new: &'static str) -> Replaced {
    Replaced { path, old, new }
}

/// Every value whose old default names Trains. A value the user chose is left as it is.
pub(super) const REPLACED: &[Replaced] = &[
    replaced("trains.nodeSelector", "app: trains", "app: clearml"),
    replaced("trains.namespace", "trains", "clearml"),
    replaced("apiserver.configDir", "/opt/trains/", "/opt/clearml/"),
    replaced("apiserver.volumeMounts.*.mountPath", "/opt/trains/", "/opt/clearml/"),
    replaced("apiserver.volumeMounts.*.mountPath", "/var/log/trains", "/var/log/clearml"),
    replaced("apiserver.volumes.*.hostPath.path", "/opt/trains/", "/opt/clearml/"),
    replaced("apiserver.mongoPrepopulateZipFile", "/opt/trains/", "/opt/clearml/"),
    replaced("agentservices.trainsWorkerId", "trains-services", "clearml-services"),
    replaced("agentservices.trainsDockerHostMount", "/opt/trains/", "/opt/clearml/"),
    replaced("agentservices.trainsDockerHostMount", "/root/.trains", "/root/.clearml"),
    replaced("ingress.name", "trains-server-ingress", "clearml-server-ingress"),
];

/// Keys of the Trains charts that nothing stands for any more, with the reason.
pub(super) const DROPPED: &[(&str, &str)] =
    &[("services.annotations", "it was a Helm 2 hook that nothing needs any more")];

/// The image of the server that the oldest ClearML set of versions holds.
pub(super) const IMAGE: (&str, &str) = ("allegroai/clearml", "1.0.2");

/// Whether a path from a file matches a rule's path.
pub(super) fn matches(rule: &str, path: &[&str]) -> bool {
    let mut steps = rule.split('.').filter(|step| !step.is_empty());
    for &step in path {
        match steps.next() {
            Some("*") if step.bytes().all(|byte| byte.is_ascii_digit()) => {}
            Some(want) if want == step => {}
            _ => return false,
        }
    }
    steps.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_a_list_index_only() {
        assert!(matches("a.*.b", &["a", "12", "b"]));
        assert!(!matches("a.*.b", &["a", "x", "b"]));
        assert!(!matches("a.*", &["a"]));
        assert!(matches("", &[]));
    }

    #[test]
    fn no_rule_stands_twice() {
        for (index, rule) in RENAMED.iter().enumerate() {
            assert!(
                RENAMED
                    .iter()
                    .skip(index + 1)
                    .all(|other| (other.parent, other.old) != (rule.parent, rule.old))
            );
        }
    }
}
