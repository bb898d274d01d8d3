//! Configuration files of the server: what the user gives as text, and what typed settings make.
//!
//! The server reads every `*.conf` of its folders as HOCON; what is made here is JSON, which HOCON includes,
//! so that no value can be taken for syntax.

use std::sync::Arc;

use super::names;
use super::reader::{BAD_VALUE, MISSING, Reader, Text};
use super::settings::Ingress;
use super::versions::Version;
use super::view::{Shape, View};
use super::words::Words;
use crate::codec::{Data, Entry, Map, Node};
use crate::diag::Diagnostic;
use crate::trace::Origin;

/// Files for one server: each a name and a text.
#[derive(Default)]
pub(crate) struct Files {
    /// Made from typed settings.
    pub(crate) generated: Vec<(Words, View)>,
    /// Given by the user, who has the last word.
    pub(crate) additional: Vec<(Words, View)>,
    pub(crate) existing_secret: Option<Text>,
    pub(crate) existing_config_map: Option<Text>,
}

impl Files {
    pub(crate) fn has_additional(&self) -> bool {
        !self.additional.is_empty() || self.existing_secret.is_some() || self.existing_config_map.is_some()
    }
}

fn additional(reader: &Reader<'_>) -> Files {
    let mut files = Vec::new();
    for (name, file) in reader.child("additionalConfigs").entries() {
        let Some(node) = file.node() else { continue };
        if let Err(why) = names::file_key(&name) {
            file.bad(node, why, "a file name is letters, digits, `-`, `_` and `.`, such as `services.conf`");
        } else if !name.ends_with(".conf") {
            file.problems().add(
                Diagnostic::warning(BAD_VALUE, format!("the server does not read a file named `{name}`"))
                    .maybe_at(node.place().cloned(), "its content")
                    .help(format!("it reads what ends in .conf, such as `{name}.conf`")),
            );
        }
        let view = if node.as_map().is_some() {
            let mut origins = Vec::new();
            file.tree(node).all_origins(&mut origins);
            View::text(json_text(node)).from(origins)
        } else if let Some(text) = file.text_quietly() {
            text.view()
        } else {
            file.bad(node, "is no text", "write the file's text after `|`, or a map");
            continue;
        };
        files.push((name.into(), view));
    }
    Files {
        generated: Vec::new(),
        additional: files,
        existing_secret: reader
            .child("existingAdditionalConfigsSecret")
            .checked(names::dns_subdomain, names::DNS_NAME),
        existing_config_map: reader
            .child("existingAdditionalConfigsConfigMap")
            .checked(names::dns_subdomain, names::DNS_NAME),
    }
}

/// JSON under construction that remembers what it was made from.
#[derive(Default)]
struct Object {
    entries: Vec<Entry>,
    origins: Vec<Origin>,
}

impl Object {
    fn set(&mut self, key: &str, node: Node, origins: impl IntoIterator<Item = Origin>) {
        self.entries.push(Entry { key: key.into(), place: None, value: node });
        self.origins.extend(origins);
    }

    fn text(&mut self, key: &str, text: Option<Text>) {
        if let Some(text) = text {
            self.set(key, Node::string(Arc::clone(&text.value)), text.origin());
        }
    }

    fn object(&mut self, key: &str, inner: Self) {
        if !inner.entries.is_empty() {
            self.set(key, Node::map(Map::from_entries(inner.entries)), inner.origins);
        }
    }

    fn file(self, name: &'static str, into: &mut Vec<(Words, View)>) {
        if !self.entries.is_empty() {
            let text = json_text(&Node::map(Map::from_entries(self.entries)));
            into.push((name.into(), View::text(text).from(self.origins)));
        }
    }
}

/// The server's HOCON reader leaves `\\u003c` as it is, so nothing is escaped that need not be, unlike in
/// Go's JSON.
fn json_text(node: &Node) -> String {
    let mut text = serde_json::to_string_pretty(&json(node)).unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn json(node: &Node) -> serde_json::Value {
    match node.data() {
        Data::Null => serde_json::Value::Null,
        Data::Bool(value) => (*value).into(),
        Data::Int(value) => (*value).into(),
        Data::Uint(value) => (*value).into(),
        Data::Float(value) => node.as_i64().map_or_else(|| (*value).into(), Into::into),
        Data::String(text) => (**text).into(),
        Data::List(items) => items.iter().map(json).collect(),
        Data::Map(map) => {
            let entries = map.entries().iter();
            entries
                .map(|entry| (entry.key.to_string(), json(&entry.value)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
    }
}

/// The API server's files.
pub(crate) fn apiserver(reader: &Reader<'_>, secrets: &Reader<'_>, ingress: Option<&Ingress>) -> Files {
    let mut files = additional(reader);
    let mut auth = Object::default();
    auth.object("cookies", cookies(&reader.section("cookies"), ingress));
    auth.object("fixed_users", fixed_users(reader));
    let mut apiserver = Object::default();
    apiserver.object("auth", auth);
    apiserver.file("apiserver.conf", &mut files.generated);

    let mut tasks = Object::default();
    tasks.object("non_responsive_tasks_watchdog", watchdog(&reader.section("watchdog")));
    let mut services = Object::default();
    services.object("tasks", tasks);
    services.file("services.conf", &mut files.generated);

    let mut secure = Object::default();
    let mut session = Object::default();
    session.text("apiserver", secrets.child("sessionSecret").filled());
    let mut http = Object::default();
    http.object("session_secret", session);
    secure.object("http", http);
    let mut auth = Object::default();
    auth.text("token_secret", secrets.child("tokenSecret").filled());
    secure.object("auth", auth);
    let mut credentials = Object::default();
    for (key, name) in [
        ("apiserver", "apiserver"),
        ("fileserver", "fileserver"),
        ("webserver", "webserver"),
        ("testUser", "tests"),
        ("servicesAgent", "services_agent"),
    ] {
        credentials.object(name, pair(secrets, key));
    }
    secure.object("credentials", credentials);
    secure.file("secure.conf", &mut files.generated);
    files
}

/// The file server's files.
pub(crate) fn fileserver(reader: &Reader<'_>, secrets: &Reader<'_>) -> Files {
    let mut files = additional(reader);
    let mut credentials = Object::default();
    credentials.object("fileserver", pair(secrets, "fileserver"));
    let mut secure = Object::default();
    secure.object("credentials", credentials);
    secure.file("secure.conf", &mut files.generated);
    files
}

/// A key and the secret that belongs to it; one without the other is an error.
fn pair(secrets: &Reader<'_>, key: &str) -> Object {
    let (key_name, secret_name) = (format!("{key}Key"), format!("{key}Secret"));
    let (user_key, user_secret) = (secrets.child(&key_name).filled(), secrets.child(&secret_name).filled());
    let lone = match (&user_key, &user_secret) {
        (Some(key), None) => Some((key, secret_name)),
        (None, Some(secret)) => Some((secret, key_name)),
        _ => None,
    };
    if let Some((given, missing)) = lone {
        let message = format!("`{}` needs `secrets.{missing}`", given.path);
        secrets.problems().add_once(
            Diagnostic::error(MISSING, message)
                .maybe_at(given.place(), "given here")
                .help(format!("set `secrets.{missing}` too")),
        );
    }
    let mut object = Object::default();
    if key == "servicesAgent" && user_key.is_some() {
        object.set("role", Node::string("admin"), None);
    }
    object.text("user_key", user_key);
    object.text("user_secret", user_secret);
    object
}

fn cookies(reader: &Reader<'_>, ingress: Option<&Ingress>) -> Object {
    let mut object = Object::default();
    let flag = |object: &mut Object, key: &str, name: &str| {
        if let Some(flag) = reader.child(key).flag() {
            object.set(name, Node::new(Data::Bool(flag.value)), flag.origin());
        }
    };
    flag(&mut object, "httponly", "httponly");
    if reader.child("secure").node().is_none() && ingress.is_some_and(|ingress| ingress.tls) {
        let reasons = ingress.and_then(Ingress::reason);
        object.set("secure", Node::new(Data::Bool(true)), reasons);
    }
    flag(&mut object, "secure", "secure");
    let domain = reader.child("domain").filled();
    match (&domain, ingress.and_then(|ingress| ingress.cookie_domain.as_ref())) {
        (None, Some(View { shape: Shape::Text(shared), origins })) => {
            object.set("domain", Node::string(format!(".{shared}")), origins.iter().cloned());
        }
        _ => object.text("domain", domain),
    }
    if let Some(age) = reader.child("maxAge").int(0, i64::MAX, "number of seconds") {
        object.set("max_age", Node::new(Data::Int(age.value)), age.origin());
    }
    object
}

fn fixed_users(reader: &Reader<'_>) -> Object {
    let mut object = Object::default();
    let users = reader.child("fixedUsers").items();
    if users.is_empty() {
        return object;
    }
    let mut items = Vec::new();
    let mut names_seen: Vec<Arc<str>> = Vec::new();
    for user in users {
        let Some(node) = user.node() else { continue };
        let mut entry = Object::default();
        for key in ["username", "password", "name"] {
            let text = user.child(key).filled();
            if text.is_none() && (key != "name" || user.child("username").filled().is_none()) {
                user.bad(node, &format!("has no `{key}`"), "each user has `username`, `password` and `name`");
            }
            let text = text.or_else(|| user.child("username").filled());
            if let ("username", Some(text)) = (key, &text) {
                if names_seen.contains(&text.value) {
                    user.problems().add(
                        Diagnostic::error(BAD_VALUE, format!("`{}`: two users with one name", user.path()))
                            .maybe_at(node.place().cloned(), "used again here")
                            .help("give each user its own `username`"),
                    );
                }
                names_seen.push(Arc::clone(&text.value));
            }
            entry.text(key, text);
        }
        if let Some(admin) = user.child("admin").flag().filter(|admin| admin.value) {
            entry.set("role", Node::string("admin"), admin.origin());
        }
        object.origins.extend(entry.origins);
        items.push(Node::map(Map::from_entries(entry.entries)));
    }
    object.set("enabled", Node::new(Data::Bool(true)), None);
    let hashed = reader.child("fixedUsersPassHashed").flag_or_default();
    object.set("pass_hashed", Node::new(Data::Bool(hashed.value)), hashed.origin());
    object.set("users", Node::list(items), None);
    object
}

fn watchdog(reader: &Reader<'_>) -> Object {
    let mut object = Object::default();
    if let Some(enabled) = reader.child("enabled").flag() {
        object.set("enabled", Node::new(Data::Bool(enabled.value)), enabled.origin());
    }
    for (key, name) in [("thresholdSec", "threshold_sec"), ("watchIntervalSec", "watch_interval_sec")] {
        if let Some(seconds) = reader.child(key).int(1, i64::from(i32::MAX), "number of seconds") {
            object.set(name, Node::new(Data::Int(seconds.value)), seconds.origin());
        }
    }
    object
}

/// The web app's configuration.json: what the user gives, and the addresses it cannot guess from its own.
pub(crate) fn web(reader: &Reader<'_>, ingress: Option<&Ingress>, version: &Version) -> Option<View> {
    let given = reader.child("configuration");
    let mut object = Object::default();
    if let Some(map) = given.node().and_then(Node::as_map) {
        for entry in map.entries() {
            let mut origins = Vec::new();
            given.child(&entry.key).tree(&entry.value).all_origins(&mut origins);
            object.set(&entry.key, entry.value.clone(), origins);
        }
    } else {
        given.entries();
    }
    if let Some(node) = given.node().filter(|_| !object.entries.is_empty() && !version.at_least(1, 15)) {
        reader.problems().add(
            Diagnostic::warning(BAD_VALUE, "`webserver.configuration` is not read before server 1.15")
                .maybe_at(node.place().cloned(), "set here")
                .help("keep the usual names or ports, or take a later server (`clearml.versions: modern`)"),
        );
    }
    if let Some(ingress) = ingress.filter(|ingress| !ingress.is_usual && !version.at_least(1, 15)) {
        reader.problems().add(
            Diagnostic::warning(
                BAD_VALUE,
                "the web app of this server finds API and files only at the names `api.` and `files.` beside its `app.`",
            )
            .maybe_at(ingress.other_place(), "another name")
            .help("take the usual names, or server 1.15 or later, which is told the names (`clearml.versions: modern`)"),
        );
    }
    if let Some(ingress) = ingress.filter(|ingress| !ingress.is_usual && version.at_least(1, 15)) {
        for (key, host) in [("apiBaseUrl", &ingress.api), ("fileBaseUrl", &ingress.files)] {
            if !object.entries.iter().any(|entry| &*entry.key == key) {
                let url = ingress.url(host);
                if let Shape::Text(text) = &url.shape {
                    object.set(key, Node::string(text.shared()), url.origins.iter().cloned());
                }
            }
        }
    }
    let mut files = Vec::new();
    object.file("configuration.json", &mut files);
    files.pop().map(|(_, view)| view)
}
