//! What follows from the version of a part, the sets of `clearml.versions`, and which versions go together.

use serde::Deserialize;

use super::reader::{BAD_VALUE, Problems, Reader, Setting, Text};
use super::settings::Image;
use crate::codec::{Node, yaml};
use crate::diag::{Code, Diagnostic, Source, SourceKind};

/// An image whose version nothing tells.
const UNKNOWN: Code = Code("clearml::unknown-version");
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
    /// The version that `version` says, else the one that the image's tag says. A tag such as `latest` says
    /// nothing; then it is that of the chosen set, whose databases stand beside it, and a warning says so.
    pub(crate) fn of(section: &Reader<'_>, tag: Option<&Text>) -> Self {
        let reader = &section.child("version");
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
        let image = section.child("image");
        let said = tag.and_then(|tag| parse(&tag.value));
        let numbers = said.or_else(|| parse(&image.child("tag").default_text()?));
        let silent = match tag {
            Some(_) => image.child("tag"),
            None => image.child("digest"),
        };
        if let (None, Some((major, minor)), true) = (said, numbers, silent.is_given()) {
            let path = section.path();
            section.problems().add(
                Diagnostic::warning(
                    UNKNOWN,
                    format!("`{}` tells no version: taken as {major}.{minor}", silent.path()),
                )
                .maybe_at(silent.node().and_then(|node| node.place().cloned()), "no number here")
                .help(format!("say it with `{path}.version`, such as `\"{major}.{minor}\"`")),
            );
        }
        Self { numbers, from: tag.cloned() }
    }

    /// The version of a part with an image of its own, else that of the server.
    pub(crate) fn of_part(image: &Image, shared: &Image, server: &Self) -> Self {
        let own =
            image.tag.as_ref().filter(|tag| shared.tag.as_ref().is_none_or(|base| base.value != tag.value));
        match own.and_then(|tag| Some((parse(&tag.value)?, tag))) {
            Some((numbers, tag)) => Self { numbers: Some(numbers), from: Some(tag.clone()) },
            None => server.clone(),
        }
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
    let source = Source::of_static(SourceKind::Default, "charts/clearml-server/modern.yaml", text);
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

/// What is known of data that is there already.
pub(crate) struct ExistingData {
    /// `compat.existingData`.
    pub(crate) is_there: Setting<bool>,
    /// `clearml.acknowledgeDataMigration`.
    pub(crate) acknowledged: Setting<bool>,
}

impl ExistingData {
    /// A preset for new installs cannot speak for data that is there.
    fn is_acknowledged_by_user(&self) -> bool {
        self.acknowledged.value
            && self.acknowledged.place().is_some_and(|place| place.source.kind() != SourceKind::Preset)
    }
}

/// Says which set is used, refuses a set that does not open data known to be there, and warns of versions that do not go together.
pub(crate) fn check(
    chosen: &Setting<&'static str>,
    data: &ExistingData,
    server: &Version,
    databases: &[(&'static str, &Version)],
    problems: &Problems,
) {
    let acknowledged = data.acknowledged.value;
    if chosen.value == "modern" && data.is_there.value && !data.is_acknowledged_by_user() {
        let mut diagnostic = Diagnostic::error(
            BAD_VALUE,
            "`clearml.versions: modern` does not open the data of the install that is taken over",
        )
        .maybe_at(chosen.place(), "chosen here")
        .help("stay with `compat`; once the data has been migrated by hand, say `clearml.acknowledgeDataMigration: true` in your own values");
        if let Some(place) = data.is_there.place() {
            diagnostic = diagnostic.and_at(place, "data of server 1.0.2");
        }
        problems.add(diagnostic);
    } else if chosen.value == "modern" && !acknowledged {
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
    for &(name, version) in databases {
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
