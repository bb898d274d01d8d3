//! `dependency build`: `file://` dependencies packed into `charts/`, the lock checked or written.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clearml_k8s::chart::{Chart, Dependency, Lock, Stamp, archive_name, pack};
use clearml_k8s::diag::{Level, LogLine};
use clearml_k8s::go::path::join;
use clearml_k8s::go::semver::{Constraints, Version};
use clearml_k8s::go::strconv::quote;
use clearml_k8s::go::time::Time;
use clearml_k8s::host::Host as _;

use super::{below, load, version_state};
use crate::cli::computer::Computer;
use crate::cli::helmflags::{self, Refusal, io_words};
use crate::cli::pflag::Parsed;
use crate::cli::staged::Staged;
use crate::cli::template::print_log;
use crate::cli::ui::Ui;

const FILE: &str = "file://";

/// What goes to standard output, and whether it went well.
pub(super) fn build(parsed: &Parsed, path: &str, update: bool, ui: &mut Ui) -> (String, Result<(), Refusal>) {
    let mut build = Build { parsed, path, ui, out: String::new() };
    let result = build.run(update);
    (build.out, result)
}

struct Build<'b> {
    parsed: &'b Parsed,
    path: &'b str,
    ui: &'b mut Ui,
    out: String,
}

/// Whether a dependency comes from a repository that would have to be asked.
fn is_remote(dependency: &Dependency) -> bool {
    !dependency.repository.is_empty() && !dependency.repository.starts_with(FILE)
}

impl Build<'_> {
    // Rule: Helm v4.3.1 pkg/downloader/manager.go, Build and Update.
    fn run(&mut self, update: bool) -> Result<(), Refusal> {
        let path = self.path;
        let info = std::fs::metadata(path)
            .map_err(|error| format!("could not find {path}: stat {path}: {}", io_words(&error)))?;
        if !info.is_dir() {
            return Err("only unpacked charts can be updated".to_owned());
        }
        let stamp = stamp()?;
        let chart = load(self.parsed, path, self.ui)?;
        let is_v1 = chart.metadata().api_version == "v1";
        let declared = chart.metadata().dependencies.as_deref();
        let lock = chart.lock().filter(|_| !update);
        if lock.is_none() && declared.is_none() {
            return Ok(());
        }
        for dependency in declared.unwrap_or_default() {
            if dependency.repository.starts_with(FILE) {
                self.local(&dependency.repository)?;
                self.debug(&format!("Repository from local path: {}", dependency.repository));
            }
        }
        let mut wanted = match lock {
            Some(lock) => {
                self.check_lock(lock, declared, is_v1)?;
                lock.dependencies.clone()
            }
            None => self.resolve(declared.unwrap_or_default())?,
        };
        self.check_remote(&chart, &wanted)?;
        if !wanted.is_empty() && wanted.iter().all(is_remote) {
            return Ok(());
        }
        let archives = self.archives(&mut wanted, stamp)?;
        let has_remote = wanted.iter().any(is_remote);
        let new = lock.is_none().then(|| {
            let (seconds, nanos, _) = Computer::default().now()?;
            let time = Time::from_unix(seconds, nanos);
            Ok::<_, Refusal>(Lock::new(declared.unwrap_or_default(), wanted.clone(), time))
        });
        let new = new.transpose()?.filter(|new| chart.lock().is_none_or(|old| old.digest != new.digest));
        let name = if is_v1 { "requirements.lock" } else { "Chart.lock" };
        if new.is_some() && has_remote {
            let text =
                format!("{name} is not written: versions of repositories that need a network are not known");
            self.ui.message(&format!("{}\n", LogLine::new(Level::Warn, text)));
        }
        let new = new.filter(|_| !has_remote).map(|lock| (name, lock.text()));
        self.write(&archives, &wanted, new)
    }

    fn debug(&mut self, line: &str) {
        if helmflags::debug(self.parsed) {
            let _ = writeln!(self.out, "{line}");
        }
    }

    /// The folder that a `file://` repository names.
    // Rule: Helm v4.3.1 internal/resolver/resolver.go, GetLocalPath.
    fn local(&self, repository: &str) -> Result<String, Refusal> {
        let path = repository.strip_prefix(FILE).unwrap_or(repository);
        let base: &[u8] = if path.starts_with('/') { b"/" } else { self.path.as_bytes() };
        let full = String::from_utf8_lossy(&join(&[base, path.as_bytes()])).into_owned();
        match std::fs::canonicalize(&full) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(format!("directory {full} not found"))
            }
            Err(error) => Err(format!("stat {full}: {}", io_words(&error))),
            Ok(real) => {
                let own = std::fs::canonicalize(self.path).map_err(|error| error.to_string())?;
                if self.parsed.is_on("confined") && !real.starts_with(own) {
                    return Err(format!("{repository} leads out of the chart, which --confined refuses"));
                }
                Ok(full)
            }
        }
    }

    fn check_lock(
        &mut self,
        lock: &Lock,
        declared: Option<&[Dependency]>,
        is_v1: bool,
    ) -> Result<(), Refusal> {
        // A lock names the address of a repository where Chart.yaml may have an alias of it.
        let resolved = declared.map(|declared| {
            let resolve = |(index, own): (usize, &Dependency)| {
                let mut own = own.clone();
                let is_alias = own.repository.starts_with('@') || own.repository.starts_with("alias:");
                if let Some(locked) = lock.dependencies.get(index).filter(|_| is_alias) {
                    own.repository.clone_from(&locked.repository);
                }
                own
            };
            declared.iter().enumerate().map(resolve).collect::<Vec<_>>()
        });
        if lock.fits(resolved.as_deref()) {
            return Ok(());
        }
        if !is_v1 {
            return Err(
                "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). \
                        Please update the dependencies with 'helm dependency update'"
                    .to_owned(),
            );
        }
        let text = "warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash...";
        print_log(self.ui, &mut vec![LogLine::new(Level::Info, text)], false);
        if lock.fits_helm2(declared) {
            return Ok(());
        }
        Err("the lock file (requirements.lock) is out of sync with the dependencies file (requirements.yaml). \
             Please update the dependencies"
            .to_owned())
    }

    /// The declared dependencies with their exact versions, as far as no network is needed for them.
    // Rule: Helm v4.3.1 internal/resolver/resolver.go, Resolve.
    fn resolve(&mut self, declared: &[Dependency]) -> Result<Vec<Dependency>, Refusal> {
        let (mut locked, mut missing) = (Vec::new(), Vec::new());
        for own in declared {
            let range = Constraints::parse(&own.version).map_err(|error| {
                format!("dependency {} has an invalid version/constraint format: {error}", quoted(&own.name))
            })?;
            let mut exact = Dependency::default();
            exact.name.clone_from(&own.name);
            exact.repository.clone_from(&own.repository);
            exact.version.clone_from(&own.version);
            if own.repository.is_empty() {
                self.local(&format!("charts/{}", own.name))?;
            } else if !is_remote(own) {
                let folder = self.local(&own.repository)?;
                let chart = load(self.parsed, &folder, self.ui)?;
                exact.version.clone_from(&chart.metadata().version);
                if !Version::parse(&exact.version).is_ok_and(|version| range.check(&version)) {
                    missing.push(format!(
                        "{} (repository {}, version {})",
                        quoted(&own.name),
                        quoted(&own.repository),
                        quoted(&own.version)
                    ));
                }
            }
            locked.push(exact);
        }
        if missing.is_empty() {
            return Ok(locked);
        }
        Err(format!(
            "can't get a valid version for {} subchart(s): {}. Make sure a matching chart version exists in the repo, \
             or change the version constraint in Chart.yaml",
            missing.len(),
            missing.join(", ")
        ))
    }

    /// Refuses what would have to be fetched.
    fn check_remote(&self, chart: &Chart, wanted: &[Dependency]) -> Result<(), Refusal> {
        let remote = || wanted.iter().filter(|own| is_remote(own));
        if self.parsed.is_on("verify") && remote().next().is_some() {
            return Err("signatures are not checked: leave --verify out".to_owned());
        }
        let missing: Vec<String> = remote()
            .filter(|own| !chart.subcharts().iter().any(|it| is_wanted(own, it)))
            .map(|own| format!("{} {}", own.name, own.version))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(format!(
            "{} is missing these dependencies, and nothing is fetched from a network: {}",
            below(self.path, "charts"),
            missing.join(", ")
        ))
    }

    /// The archives of all local dependencies by name; versions become those that were packed.
    // Rule: Helm v4.3.1 pkg/downloader/manager.go, downloadAll and tarFromLocalDir.
    fn archives(
        &mut self,
        wanted: &mut [Dependency],
        stamp: Stamp,
    ) -> Result<BTreeMap<String, Vec<u8>>, Refusal> {
        let charts = below(self.path, "charts");
        if std::fs::metadata(&charts).is_ok_and(|info| !info.is_dir()) {
            return Err(format!("{} is not a directory", quoted(&charts)));
        }
        let _ = writeln!(self.out, "Saving {} charts", wanted.len());
        let mut archives = BTreeMap::new();
        for own in wanted.iter_mut().filter(|own| !is_remote(own)) {
            let done = if own.repository.is_empty() {
                self.unpacked(own, &charts)?
            } else {
                self.packed(own, stamp, &mut archives)
            };
            if let Err(text) = done {
                let _ = writeln!(self.out, "Save error occurred:  {text}");
                return Err(text);
            }
        }
        Ok(archives)
    }

    /// A dependency without a repository has to lie in `charts/`.
    fn unpacked(&mut self, own: &Dependency, charts: &str) -> Result<Result<(), Refusal>, Refusal> {
        let name = &own.name;
        let _ = writeln!(
            self.out,
            "Dependency {name} did not declare a repository. Assuming it exists in the charts directory"
        );
        let folder = below(charts, name);
        let chart = load(self.parsed, &folder, self.ui)
            .map_err(|text| format!("unable to load chart '{folder}': {text}"))?;
        let range = Constraints::parse(&own.version).map_err(|error| {
            format!("dependency {name} has an invalid version/constraint format: {error}")
        })?;
        let version = &chart.metadata().version;
        let parsed = Version::parse(version)
            .map_err(|error| format!("invalid version {} for dependency {name}: {error}", own.version))?;
        if range.check(&parsed) {
            return Ok(Ok(()));
        }
        Ok(Err(format!(
            "dependency {name} at version {version} does not satisfy the constraint {}",
            own.version
        )))
    }

    fn packed(
        &mut self,
        own: &mut Dependency,
        stamp: Stamp,
        archives: &mut BTreeMap<String, Vec<u8>>,
    ) -> Result<(), Refusal> {
        self.debug(&format!("Archiving {} from repo {}", own.name, own.repository));
        let folder = self.local(&own.repository)?;
        let chart = load(self.parsed, &folder, self.ui)?;
        let range = Constraints::parse(&own.version).map_err(|error| {
            format!("dependency {} has an invalid version/constraint format: {error}", own.name)
        })?;
        let version = Version::parse(&chart.metadata().version).map_err(|error| error.to_string())?;
        if !range.check(&version) {
            return Err(format!("can't get a valid version for dependency {}", own.name));
        }
        archives.insert(archive_name(&chart), pack(&chart, stamp)?);
        own.version.clone_from(&chart.metadata().version);
        Ok(())
    }

    /// Puts everything in its place: all of it is on the disk before the first file gets its name, and what is
    /// outdated goes last.
    // Rule: Helm v4.3.1 pkg/downloader/manager.go, safeMoveDeps and writeLock.
    fn write(
        &mut self,
        archives: &BTreeMap<String, Vec<u8>>,
        wanted: &[Dependency],
        lock: Option<(&str, String)>,
    ) -> Result<(), Refusal> {
        let charts = below(self.path, "charts");
        let failed =
            |path: &Path, error: &std::io::Error| format!("open {}: {}", path.display(), io_words(error));
        std::fs::create_dir_all(&charts).map_err(|error| format!("mkdir {charts}: {}", io_words(&error)))?;
        let old = files(&charts)?;
        let mut staged = Staged::default();
        for (name, data) in archives {
            let target = Path::new(&charts).join(name);
            staged.replace(&target, data).map_err(|error| failed(&target, &error))?;
        }
        if let Some((name, text)) = lock {
            let target = PathBuf::from(below(self.path, name));
            if let Ok(link) = std::fs::read_link(&target) {
                return Err(format!("the {name} file is a symlink to {}", quoted(&link.to_string_lossy())));
            }
            staged.replace(&target, text.as_bytes()).map_err(|error| failed(&target, &error))?;
        }
        staged.commit().map_err(|(path, error)| failed(&path, &error))?;
        let _ = writeln!(self.out, "Deleting outdated charts");
        for name in old.into_iter().filter(|name| !archives.contains_key(name)) {
            let file = format!("{charts}/{name}");
            let chart = match Chart::load(&file) {
                Ok(chart) => chart,
                Err(error) => {
                    let text = &error.diagnostic().message;
                    let _ = writeln!(self.out, "Could not verify {file} for deletion: {text} (Skipping)");
                    continue;
                }
            };
            let is_kept = |own: &Dependency| {
                own.repository.is_empty() && own.name == chart.name()
                    || is_remote(own) && is_wanted(own, &chart)
            };
            if wanted.iter().any(is_kept) {
                continue;
            }
            if let Err(error) = std::fs::remove_file(&file) {
                let words = io_words(&error);
                let _ = write!(self.out, "Could not delete {file}: remove {file}: {words} (Skipping)");
            }
        }
        Ok(())
    }
}

fn quoted(text: &str) -> String {
    quote(text.as_bytes())
}

fn is_wanted(own: &Dependency, chart: &Chart) -> bool {
    chart.name() == own.name && version_state(own, &chart.metadata().version, "there") == "there"
}

/// What is no folder in a folder, sorted; files that wait for their name left out.
fn files(folder: &str) -> Result<Vec<String>, Refusal> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("open {folder}: {}", io_words(&error)))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_dir()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with(".clearml-k8s-"))
        .collect();
    names.sort();
    Ok(names)
}

/// When the files of an archive say that they were changed.
fn stamp() -> Result<Stamp, Refusal> {
    let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") else { return Ok(Stamp::Fixed) };
    if text.is_empty() {
        return Ok(Stamp::Fixed);
    }
    text.parse::<i64>().map(Stamp::At).map_err(|_| {
        format!("invalid SOURCE_DATE_EPOCH: strconv.ParseInt: parsing {}: invalid syntax", quoted(&text))
    })
}
