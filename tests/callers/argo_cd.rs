//! The command lines of Argo CD's repository server, run from the chart's folder.
// Rule: argoproj/argo-cd util/helm/cmd.go and util/helm/helm.go.

use std::fs;
use std::path::Path;

use crate::charts::Chart;
use crate::{Answer, difference, ours, run, text};

/// What our program answers differently from Helm.
pub(crate) fn compare(chart: &Chart, helm: &Path) -> Vec<String> {
    let failed = |what: &str| vec![format!("argo cd, {}: {what}", chart.name)];
    let Ok(folder) = tempfile::tempdir() else { return failed("no folder") };
    let Ok(chart_folder) = chart.unpack(folder.path()) else { return failed("cannot unpack") };
    let extra = folder.path().join("extra-values.yaml");
    if fs::write(&extra, "argo: {extra: [1, two]}\n").is_err() {
        return failed("cannot write");
    }
    let mut template = vec![
        "template",
        ".",
        "--name-template",
        "guestbook",
        "--namespace",
        "prod",
        "--kube-version",
        "1.33",
        "--set",
        "argo.set=1",
        "--set-string",
        "argo.text=1\\,2",
    ];
    if let Some(values) = &chart.values {
        template.extend(["--values", text(values.as_os_str())]);
    }
    template.extend(["--values", text(extra.as_os_str())]);
    for version in ["v1", "apps/v1", "apps/v1/Deployment", "example.com/v1", "example.com/v1/Widget"] {
        template.extend(["--api-versions", version]);
    }
    let mut skipping = template.clone();
    template.push("--include-crds");
    skipping.extend(["--skip-schema-validation", "--skip-tests"]);
    let lines: [&[&str]; 5] =
        [&["show", "chart", "."], &["show", "values", "."], &template, &skipping, &["dependency", "list"]];
    let mut failures = Vec::new();
    for line in lines {
        let wanted = run(helm, line, &chart_folder);
        let found = run(ours(), line, &chart_folder);
        let what = line.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        failures
            .extend(differs(&wanted, &found).map(|text| format!("argo cd, {}, {what}: {text}", chart.name)));
    }
    let version = run(ours(), &["version", "--client", "--short"], &chart_folder);
    if version.status != Some(0) || !version.out.starts_with(b"v4.3.1+") {
        failures.push(format!("argo cd, {}: version: {version:?}", chart.name));
    }
    failures
}

fn differs(wanted: &Answer, found: &Answer) -> Option<String> {
    if wanted.status != found.status {
        return Some(format!("exit code {:?}, Helm's is {:?}", found.status, wanted.status));
    }
    if wanted.out != found.out {
        return Some(format!("standard output, {}", difference(&wanted.out, &found.out)));
    }
    (wanted.err != found.err).then(|| format!("standard error, {}", difference(&wanted.err, &found.err)))
}
