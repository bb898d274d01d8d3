//! Which values are secret, so that no message shows them.

/// Last keys of paths that hold secrets. A test keeps this list equal to the marks in the schema.
const SECRET_KEYS: &[&str] = &[
    "additionalConfigs",
    "apiserverKey",
    "apiserverSecret",
    "awsAccessKeyId",
    "awsSecretAccessKey",
    "azureStorageAccount",
    "azureStorageKey",
    "clearmlAccessKey",
    "clearmlConfig",
    "clearmlGitPassword",
    "clearmlGitUser",
    "clearmlPassword",
    "clearmlSecretKey",
    "connectionString",
    "fileserverKey",
    "fileserverSecret",
    "fixedUsers",
    "password",
    "servicesAgentKey",
    "servicesAgentSecret",
    "sessionSecret",
    "testUserKey",
    "testUserSecret",
    "tokenSecret",
    "username",
    "webserverKey",
    "webserverSecret",
];

/// Whether the value at a path such as `agent.clearmlSecretKey` must not be shown.
///
/// A path under a secret one is secret too. Trains' old names count like their successors.
#[must_use]
pub fn is_secret_path(path: &str) -> bool {
    path.split(['.', '[']).any(|part| {
        let part = part.replacen("trains", "clearml", 1);
        SECRET_KEYS.binary_search(&part.as_str()).is_ok()
    })
}

/// The places of every text that names an object which is in the cluster already, such as `existingSecret`.
#[must_use]
pub fn existing_places(values: &crate::codec::Node) -> Vec<crate::diag::Place> {
    let mut places = Vec::new();
    collect(values, false, 0, &is_name_of_existing, &mut places);
    places
}

/// Keys whose values name objects that nothing here renders.
fn is_name_of_existing(key: &str) -> bool {
    key.starts_with("existing") || key == "imagePullSecrets"
}

/// The places of every secret scalar in a values tree, for a renderer of messages to mask.
#[must_use]
pub fn secret_places(values: &crate::codec::Node) -> Vec<crate::diag::Place> {
    let mut places = Vec::new();
    collect(values, false, 0, &is_secret_path, &mut places);
    places
}

fn collect(
    node: &crate::codec::Node,
    wanted: bool,
    depth: usize,
    is_wanted: &dyn Fn(&str) -> bool,
    into: &mut Vec<crate::diag::Place>,
) {
    use crate::codec::Data;
    if depth > super::view::MAX_DEPTH {
        return;
    }
    match node.data() {
        Data::Map(map) => {
            for entry in map.entries() {
                collect(&entry.value, wanted || is_wanted(&entry.key), depth + 1, is_wanted, into);
            }
        }
        Data::List(items) => items.iter().for_each(|item| collect(item, wanted, depth + 1, is_wanted, into)),
        Data::Null => {}
        _ if wanted => into.extend(node.place().cloned()),
        _ => {}
    }
    if let Some(old) = node.replaced() {
        collect(old, wanted, depth + 1, is_wanted, into);
    }
}

#[cfg(test)]
pub(crate) fn keys() -> &'static [&'static str] {
    SECRET_KEYS
}
