//! Where a chart's random bytes and its clock come from: this computer, or a seed and a given moment.

use std::path::{Path, PathBuf};

use clap::Args;
use clearml_k8s::diag::{Level, LogLine};
use clearml_k8s::go::time::Time;
use clearml_k8s::host::{Host, Seeded, System};

use super::computer::Computer;
use super::pflag::{Flag, Kind, Parsed};

/// The variable that holds the moment of a reproducible build, in seconds since 1970.
const EPOCH: &str = "SOURCE_DATE_EPOCH";
/// Go's layout of RFC 3339.
const RFC3339: &str = "2006-01-02T15:04:05Z07:00";

/// The flags of `template`, none of which is Helm's.
pub(super) const FLAGS: &[Flag] = &[
    Flag::switch(
        "deterministic",
        "key random functions by --seed and their place, stop the clock at --now (not a flag of Helm's)",
    ),
    Flag::value("now", Kind::Text, "with --deterministic: the time, as RFC 3339 or seconds since 1970"),
    Flag::value("seed", Kind::Text, "with --deterministic: what random functions depend on"),
    Flag::value("seed-file", Kind::Text, "with --deterministic: a file that holds the seed"),
];

/// Arguments about randomness and clock, for commands that render charts.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChanceArgs {
    /// Of charts: key random functions by --seed and their place, stop the clock at --now
    #[arg(long)]
    pub(crate) deterministic: bool,
    /// With --deterministic: what random functions depend on; whoever knows it knows what they give
    #[arg(long, value_name = "TEXT", requires = "deterministic", conflicts_with = "seed_file")]
    pub(crate) seed: Option<String>,
    /// With --deterministic: a file that holds the seed
    #[arg(long, value_name = "FILE", requires = "deterministic")]
    pub(crate) seed_file: Option<PathBuf>,
    /// With --deterministic: the time, as RFC 3339 or seconds since 1970; `SOURCE_DATE_EPOCH` unless given
    #[arg(long, value_name = "TIME", requires = "deterministic")]
    pub(crate) now: Option<String>,
}

/// Where random bytes and the clock come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Chance {
    /// This computer.
    #[default]
    Real,
    /// A seed, and the given time: seconds and nanoseconds since 1970.
    Seeded { seed: Vec<u8>, now: Option<(i64, u32)> },
}

impl Chance {
    /// What arguments ask for.
    ///
    /// # Errors
    /// One line: the time cannot be read, or the file of the seed.
    pub(crate) fn from_args(args: &ChanceArgs) -> Result<Self, String> {
        if !args.deterministic {
            return Ok(Self::Real);
        }
        Self::seeded(args.seed.as_deref(), args.seed_file.as_deref(), args.now.as_deref())
    }

    /// What the flags of `template` ask for.
    ///
    /// # Errors
    /// As [`Chance::from_args`], and flags that stand without `--deterministic`.
    pub(super) fn from_flags(parsed: &Parsed) -> Result<Self, String> {
        let (seed, file) = (parsed.text("seed"), parsed.text("seed-file"));
        if !parsed.is_on("deterministic") {
            return match ["seed", "seed-file", "now"].into_iter().find(|name| parsed.has(name)) {
                Some(name) => Err(format!("--{name} has a meaning with --deterministic only")),
                None => Ok(Self::Real),
            };
        }
        if seed.is_some() && file.is_some() {
            return Err("the seed is given twice: --seed and --seed-file exclude each other".to_owned());
        }
        Self::seeded(seed, file.map(Path::new), parsed.text("now"))
    }

    fn seeded(seed: Option<&str>, file: Option<&Path>, now: Option<&str>) -> Result<Self, String> {
        let seed = match (seed, file) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, Some(path)) => {
                std::fs::read(path).map_err(|error| format!("--seed-file {}: {error}", path.display()))?
            }
            (None, None) => Vec::new(),
        };
        let now = match now {
            Some(text) => Some(moment(text).ok_or_else(|| unread("--now", text))?),
            None => match std::env::var(EPOCH).ok().filter(|text| !text.is_empty()) {
                Some(text) => Some((text.parse().map_err(|_| unread(EPOCH, &text))?, 0)),
                None => None,
            },
        };
        Ok(Self::Seeded { seed, now })
    }

    /// The host of a release's render.
    pub(crate) fn host(&self, release: &str, namespace: &str) -> Drawn {
        let Self::Seeded { seed, now } = self else {
            return Drawn { host: Box::new(Computer::default()), seeded: None };
        };
        let mut seeded = Seeded::new(seed).release(release, namespace);
        if let Some((seconds, nanos)) = *now {
            seeded = seeded.at(seconds, nanos);
        }
        Drawn { host: Box::new(seeded.clone()), seeded: Some(seeded) }
    }

    /// Whether the computer's own clock and randomness are left aside.
    pub(crate) fn is_seeded(&self) -> bool {
        *self != Self::Real
    }
}

fn unread(name: &str, text: &str) -> String {
    format!("{name}: `{text}` is no time: write 2026-01-31T12:00:00Z or seconds since 1970")
}

fn moment(text: &str) -> Option<(i64, u32)> {
    if let Ok(seconds) = text.parse() {
        return Some((seconds, 0));
    }
    Time::parse(RFC3339, text).ok().map(|time| (time.seconds, time.nanos))
}

/// A host for one render, and what it remembers.
pub(crate) struct Drawn {
    /// For the render.
    pub(crate) host: Box<dyn Host + Send>,
    seeded: Option<Seeded>,
}

impl Drawn {
    /// A warning for each certificate the render made that is not valid any more by this computer's clock.
    pub(crate) fn expired(seeded: Option<&Seeded>) -> Vec<LogLine> {
        let today = System::new().now().map_or(0, |(seconds, _, _)| seconds);
        let issued = seeded.map(Seeded::issued).unwrap_or_default();
        let expired = issued.iter().filter(|certificate| certificate.until < today);
        expired
            .map(|certificate| {
                LogLine::new(
                    Level::Warn,
                    "this certificate has expired already: give a later time with --now",
                )
                .with("name", &*certificate.name)
                .with("until", Time::from_unix(certificate.until, 0).format(RFC3339))
            })
            .collect()
    }

    /// The host and what remembers its certificates.
    pub(crate) fn into_parts(self) -> (Box<dyn Host + Send>, Option<Seeded>) {
        (self.host, self.seeded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_or_rfc_3339() {
        assert_eq!(moment("86400"), Some((86_400, 0)));
        assert_eq!(moment("1970-01-02T01:00:00.5+01:00"), Some((86_400, 500_000_000)));
        assert_eq!(moment("tomorrow"), None);
        assert_eq!(moment(""), None);
    }
}
