//! What Helm reaches for before it renders: charts and values by their address, certificates, keyrings, the place of
//! releases. What is on this computer is looked at with Helm's words; nothing is fetched.

use std::io;
use std::path::{Path, PathBuf};

use clearml_k8s::diag::{Level, LogLine};
use clearml_k8s::go::strconv::quote;
use clearml_k8s::go::url::Url;

use super::helmflags::{Refusal, clean, io_words};
use super::pflag::Parsed;

/// Refuses `$HELM_DRIVER` when it names no place of releases; the words stand alone.
// Rule: Helm v4.3.1 pkg/action/action.go, Init: every command asks for the place, and the program ends.
pub(super) fn check_driver() -> Result<(), String> {
    let driver = std::env::var_os("HELM_DRIVER").unwrap_or_default();
    let driver = driver.to_string_lossy();
    if matches!(&*driver, "" | "secret" | "secrets" | "configmap" | "configmaps" | "memory" | "sql") {
        return Ok(());
    }
    let words = format!("unknown driver {}", quote(driver.as_bytes()));
    Err(format!("{}\n", LogLine::new(Level::Info, words)))
}

/// Refuses certificates that cannot be used: Helm makes ready for a registry, even for a chart on disk.
// Rule: Helm v4.3.1 pkg/cmd/root.go, newRegistryClient, and internal/tlsutil.
pub(super) fn check_certificates(parsed: &Parsed) -> Result<(), Refusal> {
    const PREFIX: &str = "missing registry client: can't create TLS config for client: ";
    let given = |name: &str| parsed.text(name).unwrap_or_default();
    let (certificate, key, authorities) = (given("cert-file"), given("key-file"), given("ca-file"));
    let is_pair = !certificate.is_empty() && !key.is_empty();
    if !is_pair && authorities.is_empty() && !parsed.is_on("insecure-skip-tls-verify") {
        return Ok(());
    }
    let read = |path: &str, what: &str| {
        std::fs::read(path).map_err(|error| {
            let opened = if error.kind() == io::ErrorKind::IsADirectory { "read" } else { "open" };
            format!("{what}: {}: {opened} {path}: {}", quote(path.as_bytes()), io_words(&error))
        })
    };
    let pair = || {
        let certificate = read(certificate, "unable to read cert file")?;
        Ok::<_, Refusal>(vec![(certificate, "certificate"), (read(key, "unable to read key file")?, "key")])
    };
    let pair = if certificate.is_empty() && key.is_empty() { Ok(Vec::new()) } else { pair() };
    let authorities = (!authorities.is_empty()).then(|| read(authorities, "can't read CA file")).transpose();
    let (pair, authorities) = match (pair, authorities) {
        (Ok(pair), Ok(authorities)) => (pair, authorities),
        (Err(one), Err(two)) => return Err(format!("{PREFIX}{one}\n{two}")),
        (Err(text), _) | (_, Err(text)) => return Err(format!("{PREFIX}{text}")),
    };
    if let Some((_, what)) = pair.iter().find(|(bytes, _)| !has_block(bytes, "")) {
        return Err(format!(
            "{PREFIX}unable to load cert from key pair: tls: failed to find any PEM data in {what} input"
        ));
    }
    if authorities.is_some_and(|bytes| !has_block(&bytes, "CERTIFICATE-----")) {
        return Err(format!("{PREFIX}failed to append certificates from pem block"));
    }
    Ok(())
}

/// Whether a block of PEM begins that is called so.
fn has_block(bytes: &[u8], name: &str) -> bool {
    let head = format!("-----BEGIN {name}");
    bytes.split(|byte| *byte == b'\n').any(|line| line.starts_with(head.as_bytes()))
}

/// Refuses a file of values that is none on this computer.
// Rule: Helm v4.3.1 pkg/cli/values/options.go, readFile: what no getter knows is a file.
pub(super) fn check_address(path: &str) -> io::Result<()> {
    let url = Url::parse(path.as_bytes()).map_err(|error| io::Error::other(error.to_string()))?;
    match &*url.scheme {
        "http" | "https" if url.host.is_empty() => {
            let text = String::from_utf8_lossy(&url.text()).into_owned();
            Err(io::Error::other(format!("Get {}: http: no Host in request URL", quote(text.as_bytes()))))
        }
        "http" | "https" | "oci" => Err(io::Error::other(format!(
            "{path} is no file on this computer, and nothing is fetched from a network"
        ))),
        _ => Ok(()),
    }
}

/// The chart's path as Helm finds it on disk.
// Rule: Helm v4.3.1 pkg/action/install.go, LocateChart.
pub(super) fn locate_chart(parsed: &Parsed, name: &str, log: &mut Vec<LogLine>) -> Result<PathBuf, Refusal> {
    let name = name.trim();
    if let Some(repo) = parsed.text("repo").filter(|repo| !repo.is_empty()) {
        return Err(in_repository(repo, name));
    }
    if std::fs::metadata(name).is_ok() {
        let path = std::path::absolute(name).map(|path| clean(&path)).map_err(|error| error.to_string())?;
        if parsed.is_on("verify") {
            check_signature(parsed, &path)?;
        }
        return Ok(path);
    }
    if name.starts_with('/') || name.starts_with('.') {
        return Err(format!("path {} not found", quote(name.as_bytes())));
    }
    log.push(LogLine::new(Level::Debug, "set up default downloader cache"));
    Err(unknown(name))
}

/// What is said of a chart of a repository: what is on this computer does not count then.
// Rule: Helm v4.3.1 pkg/repo/v1/chartrepo.go, FindChartInRepoURL and NewChartRepository.
fn in_repository(repo: &str, name: &str) -> Refusal {
    let Ok(url) = Url::parse(repo.as_bytes()) else { return format!("invalid chart URL format: {repo}") };
    if !matches!(&*url.scheme, "http" | "https" | "oci") {
        return format!("could not find protocol handler for: {}", url.scheme);
    }
    format!("chart {name} of {repo} is in a repository, and nothing is fetched from a network")
}

/// What is said of a chart that is not on this computer.
// Rule: Helm v4.3.1 pkg/downloader/chart_downloader.go, ResolveChartVersion.
fn unknown(name: &str) -> Refusal {
    let Ok(url) = Url::parse(name.as_bytes()) else { return format!("invalid chart URL format: {name}") };
    let text = String::from_utf8_lossy(&url.text()).into_owned();
    let is_whole = !url.scheme.is_empty() && !url.host.is_empty() && !url.path.is_empty();
    let is_remote = is_whole && matches!(&*url.scheme, "http" | "https");
    if is_remote || text.starts_with("oci://") {
        return format!("chart {name} is not on this computer, and nothing is fetched from a network");
    }
    if is_whole {
        return format!("scheme {} not supported", quote(url.scheme.as_bytes()));
    }
    let path = String::from_utf8_lossy(&url.path);
    match path.split_once('/') {
        None => format!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {text}"),
        Some((repo, _)) => format!("repo {repo} not found"),
    }
}

/// Why a chart's signature cannot be looked at.
// Rule: Helm v4.3.1 pkg/downloader/chart_downloader.go, VerifyChart.
fn check_signature(parsed: &Parsed, path: &Path) -> Result<(), Refusal> {
    if path.is_dir() {
        return Err("unpacked charts cannot be verified".to_owned());
    }
    if !path.extension().is_some_and(|end| end.eq_ignore_ascii_case("tgz")) {
        return Err("chart must be a tgz file".to_owned());
    }
    let signature = format!("{}.prov", path.display());
    if let Err(error) = std::fs::metadata(&signature) {
        return Err(format!(
            "could not load provenance file {signature}: stat {signature}: {}",
            io_words(&error)
        ));
    }
    let keyring = parsed.text("keyring").map_or_else(own_keyring, str::to_owned);
    if let Err(error) = std::fs::File::open(&keyring) {
        return Err(format!("failed to load keyring: open {keyring}: {}", io_words(&error)));
    }
    Err("signatures are not checked by this program: run without --verify".to_owned())
}

/// The user's keyring.
// Rule: Helm v4.3.1 pkg/cmd/dependency_build.go, defaultKeyring.
fn own_keyring() -> String {
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    match variable("GNUPGHOME") {
        Some(folder) => format!("{folder}/pubring.gpg"),
        None => format!("{}/.gnupg/pubring.gpg", variable("HOME").unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_files() {
        for path in ["a.yaml", "foo://x", "ftp://x/y", "a b", "http//x"] {
            assert!(check_address(path).is_ok(), "{path}");
        }
        for path in ["http://h/x", "HTTPS://h", "oci://h/x", "http:", "://", "%zz"] {
            assert!(check_address(path).is_err(), "{path}");
        }
    }
}
