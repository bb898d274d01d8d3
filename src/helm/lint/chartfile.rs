//! The rules on `Chart.yaml`.

use super::contact::{is_address, is_email, is_page};
use super::{Found, Lint, Severity, find};
use crate::chart::Metadata;
use crate::codec::shape::names_field;
use crate::codec::yaml::{self, Document, DuplicateKey, ReadOptions};
use crate::codec::{Data, Map, Node, Numbers};
use crate::diag::{Source, SourceKind};
use crate::go::semver::Version;
use crate::go::{path, strconv};
use crate::values::read_error;

const FILE: &str = "Chart.yaml";

/// The fields of `Chart.yaml`, of a maintainer and of a dependency.
const FIELDS: &[&str] = &[
    "annotations",
    "apiVersion",
    "appVersion",
    "condition",
    "dependencies",
    "deprecated",
    "description",
    "home",
    "icon",
    "keywords",
    "kubeVersion",
    "maintainers",
    "name",
    "sources",
    "tags",
    "type",
    "version",
];
const MAINTAINER: &[&str] = &["email", "name", "url"];
const DEPENDENCY: &[&str] =
    &["alias", "condition", "enabled", "import-values", "name", "repository", "tags", "version"];

// Rule: Helm v4.3.1 pkg/chart/v2/lint/rules/chartfile.go, Chartfile.
pub(super) fn check(lint: &mut Lint<'_>) {
    let file = lint.path(FILE);
    if find(&file) == Found::Folder {
        lint.error(FILE, "should be a file, not a directory");
    }
    let read = std::fs::read(&file).map_err(|error| read_error(&file.display().to_string(), &error));
    let (document, metadata) = match read.and_then(|bytes| decode(&bytes)) {
        Ok(read) => read,
        Err(text) => return lint.error(FILE, format!("unable to parse YAML\n\t{text}")),
    };
    if let Err(text) = strict(&document) {
        lint.say(Severity::Warning, FILE, format!("failed to strictly parse chart metadata file\n\t{text}"));
    }
    let is_text = |key: &str| is_text(&document.root, key);
    let rules: [(Severity, Result<(), String>); 12] = [
        (Severity::Error, name(&metadata)),
        (Severity::Error, api_version(&metadata)),
        (Severity::Error, is_text("version")),
        (Severity::Error, version(&metadata)),
        (Severity::Error, is_text("appVersion")),
        (Severity::Error, maintainers(&metadata)),
        (Severity::Error, sources(&metadata)),
        (Severity::Info, refuse_if(metadata.icon.is_empty(), || "icon is recommended".to_owned())),
        (
            Severity::Error,
            refuse_if(!metadata.icon.is_empty() && !is_address(&metadata.icon), || {
                format!("invalid icon URL '{}'", metadata.icon)
            }),
        ),
        (
            Severity::Error,
            refuse_if(!metadata.kind.is_empty() && metadata.api_version != "v2", || {
                format!(
                    "chart type is not valid in apiVersion '{}'. It is valid in apiVersion 'v2'",
                    metadata.api_version
                )
            }),
        ),
        (
            Severity::Error,
            refuse_if(
                metadata.dependencies.as_ref().is_some_and(|all| !all.is_empty())
                    && metadata.api_version != "v2",
                || {
                    format!(
                        "dependencies are not valid in the Chart file with apiVersion '{}'. They are valid in apiVersion 'v2'",
                        metadata.api_version
                    )
                },
            ),
        ),
        (
            Severity::Warning,
            refuse_if(Version::parse_strict(&metadata.version).is_err(), || {
                format!("version '{}' is not a valid SemVerV2", metadata.version)
            }),
        ),
    ];
    for (severity, rule) in rules {
        lint.passes(severity, FILE, rule);
    }
}

fn refuse_if(wrong: bool, text: impl Fn() -> String) -> Result<(), String> {
    if wrong { Err(text()) } else { Ok(()) }
}

fn decode(bytes: &[u8]) -> Result<(Document, Metadata), String> {
    let options = ReadOptions { numbers: Numbers::Typed };
    let document = yaml::read_bytes(SourceKind::Chart, FILE, bytes, &options)
        .map_err(|error| error.helm_text().to_owned())?;
    let mut metadata = Metadata::default();
    metadata.decode(&document.root)?;
    Ok((document, metadata))
}

/// Refuses keys that stand twice, then the first unknown one.
// Rule: sigs.k8s.io/yaml v1.6.0, UnmarshalStrict; go-yaml v2.4 decode.go, setMapIndex.
fn strict(document: &Document) -> Result<(), String> {
    if !document.duplicates.is_empty() {
        let mut text = "error converting YAML to JSON: yaml: unmarshal errors:".to_owned();
        for duplicate in &document.duplicates {
            let place = duplicate.value.as_ref().unwrap_or(&duplicate.second);
            text += &format!(
                "\n  line {}: key {} already set in map",
                place.line_column().line,
                go_key(duplicate)
            );
        }
        return Err(text);
    }
    match unknown(&document.root, FIELDS) {
        Some(name) => {
            let name = strconv::quote(name.as_bytes());
            Err(format!("error unmarshaling JSON: while decoding JSON: json: unknown field {name}"))
        }
        None => Ok(()),
    }
}

/// A key as Go's `%#v` prints it.
fn go_key(duplicate: &DuplicateKey) -> String {
    let place = &duplicate.second;
    let options = ReadOptions { numbers: Numbers::Typed };
    let written = Source::new(SourceKind::Chart, FILE, place.text());
    match yaml::read(&written, &options).map(|document| document.root.data().clone()) {
        Ok(Data::Bool(value)) => value.to_string(),
        Ok(Data::Int(value)) => value.to_string(),
        Ok(Data::Uint(value)) => value.to_string(),
        Ok(Data::Float(value)) => strconv::format_float(value, 'g', None),
        _ => strconv::quote(duplicate.key.as_bytes()),
    }
}

/// The first key, in the order of JSON text, that is none of the fields.
fn unknown<'n>(node: &'n Node, fields: &[&str]) -> Option<&'n str> {
    let mut entries: Vec<_> = node.as_map().map(Map::entries).unwrap_or_default().iter().collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    entries.into_iter().find_map(|entry| {
        let Some(field) = fields.iter().find(|field| names_field(&entry.key, field)) else {
            return Some(&*entry.key);
        };
        let inner = match *field {
            "maintainers" => MAINTAINER,
            "dependencies" => DEPENDENCY,
            _ => return None,
        };
        entry.value.as_list().unwrap_or_default().iter().find_map(|item| unknown(item, inner))
    })
}

/// Refuses a value of another type than text.
fn is_text(root: &Node, key: &str) -> Result<(), String> {
    let Some(value) = root.get(key) else { return Ok(()) };
    let found = match value.data() {
        Data::String(_) => return Ok(()),
        Data::Null => "<nil>",
        Data::Bool(_) => "bool",
        Data::Int(_) | Data::Uint(_) | Data::Float(_) => "float64",
        Data::List(_) => "[]interface {}",
        Data::Map(_) => "map[string]interface {}",
    };
    Err(format!("{key} should be of type string but it's of type {found}"))
}

fn name(metadata: &Metadata) -> Result<(), String> {
    if metadata.name.is_empty() {
        return Err("name is required".to_owned());
    }
    refuse_if(path::base(metadata.name.as_bytes()) != metadata.name.as_bytes(), || {
        format!("chart name {} is invalid", strconv::quote(metadata.name.as_bytes()))
    })
}

fn api_version(metadata: &Metadata) -> Result<(), String> {
    const WANTED: &str = "The value must be either \"v1\" or \"v2\"";
    match &*metadata.api_version {
        "" => Err(format!("apiVersion is required. {WANTED}")),
        "v1" | "v2" => Ok(()),
        other => Err(format!("apiVersion '{other}' is not valid. {WANTED}")),
    }
}

// Rule: Helm v4.3.1 pkg/chart/v2/lint/rules/chartfile.go, validateChartVersion: above 0.0.0-0.
fn version(metadata: &Metadata) -> Result<(), String> {
    if metadata.version.is_empty() {
        return Err("version is required".to_owned());
    }
    let version = Version::parse(&metadata.version)
        .map_err(|_| format!("version '{}' is not a valid SemVer", metadata.version))?;
    let least = Version::parse("0.0.0-0").map_err(|error| error.to_string())?;
    refuse_if(version.compare(&least).is_le(), || {
        format!("version \"{version}\" is less than or equal to \"0.0.0-0\"")
    })
}

fn maintainers(metadata: &Metadata) -> Result<(), String> {
    for (index, maintainer) in metadata.maintainers.iter().enumerate() {
        if metadata.null_maintainer() == Some(index) {
            break;
        }
        if maintainer.name.is_empty() {
            return Err("each maintainer requires a name".to_owned());
        }
        if !maintainer.email.is_empty() && !is_email(&maintainer.email) {
            return Err(format!("invalid email '{}' for maintainer '{}'", maintainer.email, maintainer.name));
        }
        if !maintainer.url.is_empty() && !is_page(&maintainer.url) {
            return Err(format!("invalid url '{}' for maintainer '{}'", maintainer.url, maintainer.name));
        }
    }
    refuse_if(metadata.null_maintainer().is_some(), || "a maintainer entry is empty".to_owned())
}

fn sources(metadata: &Metadata) -> Result<(), String> {
    match metadata.sources.iter().find(|source| !is_address(source)) {
        Some(source) => Err(format!("invalid source URL '{source}'")),
        None => Ok(()),
    }
}
