//! What follows from the version of a part, the sets of `clearml.versions`, and which versions go together.

use serde::Deserialize;

use super::reader::{BAD_VALUE, Problems, Reader, Setting, Text};
use crate::codec::{Node, yaml};
use crate::diag::{Code, Diagnostic, Source, SourceKind};

/// Versions that need a step by hand, or do not go together.
const MIGRATION: Code = Code("clearml::data-migration");

/// Major and minor number, and whether somebody said so.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    numbers: Option<(u32, u32)>,
    /// What it was read from.
    pub(crate) from: Option<Text>,
}

impl Version {
    /// The version a key says, else the one an image's tag says. A tag such as `latest` says nothing; then
    /// the newest is assumed.
    pub(crate) fn of(reader: &Reader<'_>, tag: Option<&Text>) -> Self {
        if let Some(said) = reader.filled() {
            let numbers = parse(&said.value);
            if let (None, Some(node)) = (numbers, reader.node()) {
                reader.bad(
                    node,
                    "is no version",
                    "write major and minor number in quotes, such as `\"1.16\"`",
                );
            }
            return Self { numbers, from: Some(said) };
        }
        Self { numbers: tag.and_then(|tag| parse(&tag.value)), from: tag.cloned() }
    }

    /// Whether it is this version or a later one.
    pub(crate) fn at_least(&self, major: u32, minor: u32) -> bool {
        self.numbers.is_none_or(|numbers| numbers >= (major, minor))
    }
}

/// `1.10`, `v2.0.0-613`, `7.6.2`: the first two numbers.
fn parse(text: &str) -> Option<(u32, u32)> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut numbers = text.split(['.', '-', '_']).map(str::parse::<u32>);
    let major = numbers.next()?.ok()?;
    let minor = numbers.next().and_then(Result::ok).unwrap_or(0);
    Some((major, minor))
}

/// What a set puts in place of the defaults; none for `compat`, which is the defaults.
pub(crate) fn set(user: &Node) -> Option<Node> {
    if user.at_path(["clearml", "versions"])?.as_str()? != "modern" {
        return None;
    }
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/charts/clearml-server/modern.yaml"));
    let source = Source::new(SourceKind::Default, "charts/clearml-server/modern.yaml", text);
    yaml::read_values(&source).ok().map(|document| document.root)
}

/// One row of the table of releases.
#[derive(Debug, Deserialize)]
struct Release {
    server: String,
    elasticsearch: String,
    mongo: String,
    redis: String,
    #[serde(default)]
    least: Least,
}

#[derive(Debug, Default, Deserialize)]
struct Least {
    elasticsearch: Option<String>,
}

fn releases() -> Vec<Release> {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/charts/clearml-server/versions.yaml"));
    serde_yaml::from_str(text).unwrap_or_default()
}

/// Says which set is used, and warns of versions that do not go together.
pub(crate) fn check(
    chosen: &Setting<&'static str>,
    acknowledged: bool,
    server: &Version,
    databases: [(&'static str, &Version); 3],
    problems: &Problems,
) {
    if chosen.value == "modern" && !acknowledged {
        problems.add(
            Diagnostic::warning(
                MIGRATION,
                "`clearml.versions: modern` does not open data of older versions",
            )
            .maybe_at(chosen.place(), "chosen here")
            .help("with new or migrated data set `clearml.acknowledgeDataMigration: true`; MongoDB goes up one major version at a time, after a backup"),
        );
    }
    // The table is read only where somebody chose versions.
    let given = |version: &Version| version.from.as_ref().is_some_and(Setting::is_given);
    if !given(server) && !databases.iter().any(|(_, version)| given(version)) {
        return;
    }
    let Some(numbers) = server.numbers else { return };
    let table = releases();
    let Some(row) = table.iter().rev().find(|row| parse(&row.server).is_some_and(|least| least <= numbers))
    else {
        return;
    };
    for (name, version) in databases {
        let (Some(own), released) = (version.numbers, released(row, name)) else { continue };
        let least = row.least.elasticsearch.as_deref().filter(|_| name == "elasticsearch").and_then(parse);
        let shown = |(major, minor): (u32, u32)| format!("{major}.{minor}");
        let place = version.from.as_ref().filter(|from| from.is_given()).or(server.from.as_ref());
        let place = place.and_then(Setting::place);
        if let Some(least) = least.filter(|least| own < *least) {
            problems.add(
                Diagnostic::error(
                    BAD_VALUE,
                    format!(
                        "server {} cannot work with {name} {}: it needs {} or later",
                        shown(numbers),
                        shown(own),
                        shown(least)
                    ),
                )
                .maybe_at(place, "chosen here")
                .help(format!(
                    "set `{name}.image.tag` to a version from {} on, after migrating the data",
                    shown(least)
                )),
            );
        } else if parse(released).is_some_and(|(major, _)| major != own.0) && !acknowledged {
            problems.add(
                Diagnostic::warning(
                    MIGRATION,
                    format!("server {} was released with {name} {released}, not {}", shown(numbers), shown(own)),
                )
                .maybe_at(place, "chosen here")
                .help("back up, migrate the data one major version at a time, then set `clearml.acknowledgeDataMigration: true`"),
            );
        }
    }
}

fn released<'r>(row: &'r Release, name: &str) -> &'r str {
    match name {
        "elasticsearch" => &row.elasticsearch,
        "mongo" => &row.mongo,
        _ => &row.redis,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_tags() {
        assert_eq!(parse("1.0.2"), Some((1, 0)));
        assert_eq!(parse("v2.0.0-613"), Some((2, 0)));
        assert_eq!(parse("7"), Some((7, 0)));
        assert_eq!(parse("latest"), None);
    }

    #[test]
    fn the_table_of_releases_is_in_order() {
        let servers: Vec<_> = releases().iter().map(|row| parse(&row.server).expect("a version")).collect();
        assert!(servers.len() > 5 && servers.is_sorted(), "{servers:?}");
    }
}
