//! Agents: the pool of `agent`, the pools of `agentGroups`, and the agent for service tasks.

use super::server::secret_entry;
use super::{Component, Ingress, Services, Shared};
use crate::clearml::names;
use crate::clearml::reader::{BAD_VALUE, MISSING, Reader, Setting, Text};
use crate::clearml::view::View;
use crate::codec::{Data, Entry, Map, Node};
use crate::diag::Diagnostic;

/// All agents.
pub(crate) struct Agents {
    pub(crate) pools: Vec<Pool>,
    pub(crate) services: ServicesAgent,
}

/// A pool of agents.
pub(crate) struct Pool {
    pub(crate) component: Component,
    pub(crate) replicas: Setting<i64>,
    pub(crate) docker: Setting<bool>,
    pub(crate) credentials: Credentials,
    /// Text of clearml.conf.
    pub(crate) config: Option<Text>,
    pub(crate) hosts: Vec<(&'static str, View)>,
    /// The address of files that the user named for its tasks.
    pub(crate) files_host: Option<Text>,
    /// The package that pip installs.
    pub(crate) package: View,
    /// Arguments of the agent.
    pub(crate) arguments: Vec<View>,
    pub(crate) cpu_only: View,
    region: Option<Text>,
}

/// The agent for service tasks.
pub(crate) struct ServicesAgent {
    pub(crate) component: Component,
    pub(crate) docker: Setting<bool>,
    pub(crate) credentials: Credentials,
    pub(crate) env: Vec<View>,
    pub(crate) data_folder: View,
}

/// Keys and secrets of a pool.
pub(crate) struct Credentials {
    /// Given as values: key in the Secret, variable, value.
    pub(crate) given: Vec<(&'static str, &'static str, Text)>,
    pub(crate) existing: Option<Text>,
    /// The Secret that holds what is given.
    pub(crate) secret: String,
    has_keys: bool,
}

/// Value, key in the Secret, variable.
const CREDENTIALS: [(&str, &str, &str); 8] = [
    ("clearmlGitUser", "gitUser", "CLEARML_AGENT_GIT_USER"),
    ("clearmlGitPassword", "gitPassword", "CLEARML_AGENT_GIT_PASS"),
    ("clearmlAccessKey", "accessKey", "CLEARML_API_ACCESS_KEY"),
    ("clearmlSecretKey", "secretKey", "CLEARML_API_SECRET_KEY"),
    ("awsAccessKeyId", "awsAccessKeyId", "AWS_ACCESS_KEY_ID"),
    ("awsSecretAccessKey", "awsSecretAccessKey", "AWS_SECRET_ACCESS_KEY"),
    ("azureStorageAccount", "azureStorageAccount", "AZURE_STORAGE_ACCOUNT"),
    ("azureStorageKey", "azureStorageKey", "AZURE_STORAGE_KEY"),
];

/// What a group does not take from `agent`.
const OWN_KEYS: [&str; 12] = [
    "numberOfClearmlAgents",
    "nvidiaGpusPerAgent",
    "clearmlGitUser",
    "clearmlGitPassword",
    "clearmlPassword",
    "clearmlAccessKey",
    "clearmlSecretKey",
    "awsAccessKeyId",
    "awsSecretAccessKey",
    "azureStorageAccount",
    "azureStorageKey",
    "existingSecret",
];

impl Credentials {
    fn read(reader: &Reader<'_>, secret: String) -> Self {
        let mut given: Vec<_> = CREDENTIALS
            .iter()
            .filter_map(|(value, key, variable)| Some((*key, *variable, reader.child(value).filled()?)))
            .collect();
        // The old project's own example misspelt the git password.
        let misspelt = reader.child("clearmlPassword");
        if let Some(text) = misspelt.filled() {
            reader.problems().add(
                Diagnostic::warning(
                    crate::clearml::DEPRECATED,
                    format!("`{0}.clearmlPassword` is taken as `{0}.clearmlGitPassword`", reader.path()),
                )
                .maybe_at(text.place(), "old name")
                .help("rename the key"),
            );
            if !given.iter().any(|(key, ..)| *key == "gitPassword") {
                given.push(("gitPassword", "CLEARML_AGENT_GIT_PASS", text));
            }
        }
        let existing = reader.child("existingSecret").checked(names::dns_subdomain, names::DNS_NAME);
        let has = |wanted: &str| given.iter().any(|(key, ..)| *key == wanted);
        let has_keys = existing.is_some() || (has("accessKey") && has("secretKey"));
        if existing.is_none() && has("accessKey") != has("secretKey") {
            let (there, missing) =
                if has("accessKey") { ("AccessKey", "SecretKey") } else { ("SecretKey", "AccessKey") };
            let path = reader.path();
            reader.problems().add(
                Diagnostic::error(
                    MISSING,
                    format!("`{path}.clearml{there}` needs `{path}.clearml{missing}`"),
                )
                .maybe_at(
                    reader.child(&format!("clearml{there}")).node().and_then(|node| node.place().cloned()),
                    "given here",
                )
                .help("keys come in pairs: Settings > Workspace in the web app makes them"),
            );
        }
        Self { given, existing, secret, has_keys }
    }

    /// Environment entries that read them.
    pub(crate) fn env(&self) -> Vec<View> {
        if let Some(existing) = &self.existing {
            return CREDENTIALS
                .iter()
                .map(|(_, key, variable)| secret_entry(*variable, existing.view(), key, true))
                .collect();
        }
        let secret = |text: &Text| View::text(self.secret.clone()).because(text.origin());
        self.given
            .iter()
            .map(|(key, variable, text)| secret_entry(*variable, secret(text), key, false))
            .collect()
    }
}

impl Agents {
    pub(crate) fn read(
        root: &Reader<'_>,
        shared: &Shared,
        services: &Services,
        ingress: Option<&Ingress>,
    ) -> Self {
        let agent = root.section("agent");
        let mut pools = vec![Pool::read(
            &agent,
            "clearml-agent",
            ("numberOfClearmlAgents", 0),
            ("nvidiaGpusPerAgent", 1),
            shared,
            services,
        )];
        for (name, group) in root.child("agentGroups").entries() {
            let Some(node) = group.node() else { continue };
            let full = format!("clearml-agent-{name}");
            if let Err(why) = names::dns_label(&full) {
                group.bad(node, why, names::DNS_LABEL);
            }
            if node.as_map().is_none() {
                group.entries();
                continue;
            }
            let merged = over(agent.node(), node);
            let reader = group.with_node(&merged, &agent);
            pools.push(Pool::read(&reader, &full, ("replicas", 1), ("gpus", 0), shared, services));
        }
        let services = ServicesAgent::read(root, shared, services, ingress);
        Self { pools, services }
    }

    /// Reports agents that would run without keys where a server refuses that.
    pub(crate) fn check_keys(&self, root: &Reader<'_>, shared: &Shared, has_fixed_users: bool) {
        // A tag that was refused says no version.
        let is_unread = shared.image.tag.is_none() && root.problems().errors() > 0;
        let why = if has_fixed_users {
            "`apiserver.fixedUsers` switches the built-in keys off"
        } else if !is_unread && shared.version.at_least(1, 16) {
            "server 1.16 and later have no built-in keys"
        } else {
            return;
        };
        for pool in self.pools.iter().filter(|pool| pool.component.enabled.value && pool.replicas.value > 0) {
            if !pool.credentials.has_keys {
                root.problems().add(
                    Diagnostic::error(MISSING, format!("the agents `{}` need keys: {why}", pool.component.name))
                        .maybe_at(pool.replicas.place(), "agents switched on here")
                        .help("make keys in the web app (Settings > Workspace) and set `clearmlAccessKey` and `clearmlSecretKey`, or `existingSecret`"),
                );
            }
        }
        if self.services.component.enabled.value && !self.services.credentials.has_keys {
            root.problems().add(
                Diagnostic::warning(MISSING, format!("the service agent needs keys: {why}"))
                    .maybe_at(self.services.component.enabled.place(), "switched on here")
                    .help("set `agentservices.clearmlAccessKey` and `agentservices.clearmlSecretKey`, or `agentservices.enabled: false`"),
            );
        }
    }
}

/// A group's settings over those of `agent`.
fn over(agent: Option<&Node>, group: &Node) -> Node {
    let mut base = agent.and_then(Node::as_map).cloned().unwrap_or_default();
    for key in OWN_KEYS {
        base.remove(key);
    }
    merge(&Node::map(base), group)
}

fn merge(base: &Node, top: &Node) -> Node {
    let (Some(below), Some(above)) = (base.as_map(), top.as_map()) else { return top.clone() };
    let merged = above.entries().iter().map(|entry| {
        let value = match below.get(&entry.key) {
            Some(old) if !entry.value.is_null() => merge(old, &entry.value),
            _ => entry.value.clone(),
        };
        Entry { key: entry.key.clone(), place: entry.place.clone(), value }
    });
    // Of entries with one key the last stays.
    let entries = below.entries().iter().cloned().chain(merged).collect();
    top.with_data(Data::Map(Map::from_entries(entries)))
}

/// Words of a text or of a list.
fn words(reader: &Reader<'_>) -> Vec<View> {
    let Some(node) = reader.node() else { return Vec::new() };
    if node.as_list().is_some() {
        return reader.items().iter().filter_map(Reader::text).map(|text| text.view()).collect();
    }
    let Some(text) = reader.text() else { return Vec::new() };
    text.value.split_whitespace().map(|word| View::text(word.to_owned()).from(text.origin())).collect()
}

/// Words as a shell splits them, quotes removed; the old chart pasted the text into a shell line.
fn shell_words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (Some('"') | None, '\\') => word.get_or_insert_default().push(chars.next()?),
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// `clearml-agent` with the version asked for; a bare version means exactly that one.
fn package(reader: &Reader<'_>) -> View {
    let Some(version) = reader.filled() else { return View::text("clearml-agent") };
    let fine = version.value.chars().all(|c| c.is_ascii_alphanumeric() || ".,<>=!~*+-_ ".contains(c));
    if let (false, Some(node)) = (fine, reader.node()) {
        reader.bad(node, "is no version", "write `1.9.3` or with an operator, `>=1.9`");
    }
    let trimmed = version.value.trim();
    let operator = if trimmed.starts_with(|c: char| c.is_ascii_digit()) { "==" } else { "" };
    View::text(format!("clearml-agent{operator}{trimmed}")).from(version.origin())
}

/// An address: what the user wrote, else where the Service is; the default repeated is no address of one's own.
fn host(reader: &Reader<'_>, follows: View) -> View {
    match reader.filled() {
        Some(text) if reader.is_changed() => text.view(),
        _ => follows,
    }
}

/// Whether a text is an address that a list of addresses can hold as it is.
fn is_url(text: &str) -> bool {
    (text.starts_with("http://") || text.starts_with("https://"))
        && text.chars().all(|c| c.is_ascii_graphic() && !['"', '\\', '$'].contains(&c))
}

impl Pool {
    fn read(
        reader: &Reader<'_>,
        name: &str,
        number: (&str, i64),
        gpus: (&str, i64),
        shared: &Shared,
        services: &Services,
    ) -> Self {
        let most = i64::from(i32::MAX);
        let gpus_key = gpus.0;
        let count = |(key, default): (&str, i64), what: &str| {
            let child = reader.child(key);
            child.int(0, most, what).unwrap_or_else(|| child.unwritten(default))
        };
        let replicas = count(number, "number of agents");
        let mut gpus = count(gpus, "number of GPUs");
        // The old chart printed a limit without a number, which Kubernetes takes for 0.
        if reader.child(gpus_key).is_removed() {
            gpus.value = 0;
        }
        let docker = reader.child("dockerMode").flag_or_default();
        let mut component = Component::read(reader, name, shared, None);
        component.replicas = Some(replicas.clone());
        component.resources = Some(gpu_limit(component.resources.take(), &gpus));
        let mut arguments = vec![View::text("daemon")];
        if docker.value {
            let base = reader.child("defaultBaseDocker");
            let text = base.text_or_default();
            match shell_words(&text.value).filter(|words| !words.is_empty()) {
                Some(words) => {
                    arguments.push(View::text("--docker").because(docker.origin()));
                    arguments.extend(words.into_iter().map(|word| View::text(word).from(text.origin())));
                    arguments.push(View::text("--force-current-version"));
                }
                None => {
                    if let Some(node) = base.node() {
                        base.bad(
                            node,
                            "is no image with arguments",
                            "write an image, and close every quote of what follows",
                        );
                    }
                }
            }
        }
        if gpus.value == 0 {
            arguments.push(View::text("--cpu-only").because(gpus.origin()));
        }
        let create = reader.child("createQueue").flag_or_default();
        if create.value {
            arguments.push(View::text("--create-queue").because(create.origin()));
        }
        let queues = words(&reader.child("queues"));
        if !queues.is_empty() {
            arguments.push(View::text("--queue"));
            arguments.extend(queues);
        }
        if docker.value && replicas.value > 0 && component.enabled.value {
            reader.problems().add(
                Diagnostic::warning(
                    crate::clearml::HOST_DOCKER,
                    format!("the agents `{name}` use the node's Docker at /var/run/docker.sock, which nodes with containerd or CRI-O do not have"),
                )
                .maybe_at(docker.is_given().then(|| docker.place()).flatten().or(replicas.place()), "switched on here")
                .help(format!("set `{}.dockerMode: false` to run experiments inside the agent's pod", reader.path())),
            );
        }
        let files = reader.child("clearmlFilesHost");
        Self {
            hosts: vec![
                ("api", host(&reader.child("clearmlApiHost"), services.apiserver.url())),
                ("web", host(&reader.child("clearmlWebHost"), services.webserver.url())),
                ("files", host(&reader.child("clearmlFilesHost"), services.fileserver.url())),
            ],
            files_host: files.filled().filter(|text| files.is_changed() && is_url(&text.value)),
            credentials: Credentials::read(reader, format!("{name}-credentials")),
            config: reader.child("clearmlConfig").filled(),
            package: package(&reader.child("agentVersion")),
            cpu_only: View::flag(gpus.value == 0).from(gpus.origin()),
            region: reader.child("awsDefaultRegion").filled(),
            component,
            replicas,
            docker,
            arguments,
        }
    }

    pub(crate) fn region(&self) -> View {
        self.region.as_ref().map_or_else(View::absent, |region| region.view())
    }
}

/// Adds the GPU limit to what the user gave; none for 0 GPUs.
fn gpu_limit(resources: Option<View>, gpus: &Setting<i64>) -> View {
    use crate::clearml::view::Shape;
    const KEY: &str = "nvidia.com/gpu";
    let mut groups = match resources.map(|view| view.shape) {
        Some(Shape::Map(groups)) => groups.to_vec(),
        _ => Vec::new(),
    };
    if gpus.value > 0 {
        let limit = View::text(gpus.value.to_string()).from(gpus.origin());
        let limits = groups.iter_mut().find(|(key, _)| &**key == "limits");
        match limits {
            Some((_, View { shape: Shape::Map(entries), .. })) => {
                if !entries.iter().any(|(key, _)| &**key == KEY) {
                    *entries = entries.iter().cloned().chain([(KEY.into(), limit)]).collect();
                }
            }
            _ => groups.push(("limits".into(), View::map([(KEY, limit)]))),
        }
    }
    View::map(groups)
}

impl ServicesAgent {
    fn read(root: &Reader<'_>, shared: &Shared, services: &Services, ingress: Option<&Ingress>) -> Self {
        let reader = &root.section("agentservices");
        let mut component = Component::read(reader, "agentservices", shared, None);
        let docker = reader.child("dockerMode").flag_or_default();
        if !docker.value && !reader.child("securityContext").is_given() {
            component.drop_privileges(&shared.inherited);
        }
        let mut credentials = Credentials::read(reader, "agentservices-credentials".to_owned());
        // From server 1.11 on the server starts with these keys, so its own agent has them from the first minute.
        if !credentials.has_keys && shared.version.at_least(1, 11) {
            let secrets = root.section("secrets");
            let text = |key: &str| secrets.child(key).filled();
            if let (Some(key), Some(secret)) = (text("servicesAgentKey"), text("servicesAgentSecret")) {
                credentials.given.push(("accessKey", "CLEARML_API_ACCESS_KEY", key));
                credentials.given.push(("secretKey", "CLEARML_API_SECRET_KEY", secret));
                credentials.has_keys = true;
            }
        }
        let outside = |own: View, host: fn(&Ingress) -> &View| match ingress {
            Some(ingress) => ingress.url(host(ingress)),
            None => own,
        };
        let mut env = Vec::new();
        let mut add = |name: &'static str, view: View| {
            if view.is_present() {
                env.push(View::map([("name", View::text(name)), ("value", view)]));
            }
        };
        let text = |key: &str| reader.child(key).filled().map_or_else(View::absent, |text| text.view());
        add("CLEARML_HOST_IP", text("clearmlHostIp"));
        add("CLEARML_API_HOST", host(&reader.child("clearmlApiHost"), services.apiserver.url()));
        add(
            "CLEARML_WEB_HOST",
            host(&reader.child("clearmlWebHost"), outside(services.webserver.url(), |ingress| &ingress.app)),
        );
        add(
            "CLEARML_FILES_HOST",
            host(
                &reader.child("clearmlFilesHost"),
                outside(services.fileserver.url(), |ingress| &ingress.files),
            ),
        );
        add("CLEARML_AGENT_UPDATE_VERSION", text("agentVersion"));
        add("CLEARML_AGENT_DEFAULT_BASE_DOCKER", text("defaultBaseDocker"));
        add("AWS_DEFAULT_REGION", text("awsDefaultRegion"));
        add("GOOGLE_APPLICATION_CREDENTIALS", text("googleCredentials"));
        add("CLEARML_WORKER_ID", text("clearmlWorkerId"));
        let mount = reader.child("clearmlDockerHostMount").text_or_default();
        add(
            "CLEARML_AGENT_DOCKER_HOST_MOUNT",
            if mount.value.is_empty() { View::absent() } else { mount.view() },
        );
        let queues = words(&reader.child("queues"));
        if !queues.is_empty() {
            let mut names = Vec::new();
            let mut origins = Vec::new();
            for queue in &queues {
                if let crate::clearml::view::Shape::Text(name) = &queue.shape {
                    names.push(name.to_string());
                }
                origins.extend(queue.origins.iter().cloned());
            }
            add("CLEARML_AGENT_QUEUES", View::text(names.join(",")).from(origins));
        }
        if !docker.value {
            add("CLEARML_AGENT_NO_DOCKER", View::text("1").because(docker.origin()));
        }
        let folder = mount.value.split(':').next().unwrap_or_default();
        let data_folder = if names::absolute_path(folder).is_ok() {
            View::text(folder.to_owned()).from(mount.origin())
        } else {
            if let Some(node) = mount.node.as_ref().filter(|_| !mount.value.is_empty()) {
                reader.problems().add(
                    Diagnostic::error(BAD_VALUE, "`agentservices.clearmlDockerHostMount` is no mount")
                        .maybe_at(node.place().cloned(), "no absolute path before `:`")
                        .help("write `/folder/on/the/node:/root/.clearml`"),
                );
            }
            View::text("/opt/clearml/agent")
        };
        Self { component, docker, credentials, env, data_folder }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_images_split_as_a_shell_splits_them() {
        let words = |text: &str| shell_words(text).unwrap_or_default();
        assert_eq!(
            words(r#"nvidia/cuda --env "A=b c" -v '/x y':/z"#),
            ["nvidia/cuda", "--env", "A=b c", "-v", "/x y:/z"]
        );
        assert_eq!(words(r"a\ b"), ["a b"]);
        assert_eq!(words("a ''"), ["a", ""]);
        assert_eq!(shell_words("a \"b"), None);
    }
}
