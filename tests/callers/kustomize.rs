//! `kubectl kustomize --enable-helm --helm-command PROGRAM` over a chart in the folder `charts`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::charts::Chart;
use crate::{difference, ours, run, text};

/// Whether kustomize could build it, with both programs alike.
///
/// # Errors
/// What differs.
pub(crate) fn compare(chart: &Chart, helm: &Path, kubectl: &Path) -> Result<bool, String> {
    let failed = |what: &str| format!("kustomize, {}: {what}", chart.name);
    let folder = tempfile::tempdir().map_err(|error| failed(&error.to_string()))?;
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).map_err(|error| failed(&error.to_string()))
    };
    chart.unpack(&folder.path().join("charts")).map_err(|error| failed(&error.to_string()))?;
    write("more.yaml", "kustomize: {more: [1, two]}\n")?;
    let mut charts = String::from("helmGlobals:\n  chartHome: charts\nhelmCharts:\n");
    let _ = write!(
        charts,
        "- name: {}\n  releaseName: rel\n  namespace: prod\n  includeCRDs: true\n  kubeVersion: \"1.33\"\n  \
         apiVersions: [example.com/v1/Widget]\n  additionalValuesFiles: [more.yaml]\n",
        chart.name
    );
    match &chart.values {
        Some(values) => {
            fs::copy(values, folder.path().join("values.yaml"))
                .map_err(|error| failed(&error.to_string()))?;
            charts += "  valuesFile: values.yaml\n";
        }
        None => charts += "  valuesInline: {size: 7, kustomize: {inline: true}}\n",
    }
    if chart.values.is_none() {
        let _ = write!(
            charts,
            "- name: {}\n  nameTemplate: 'second-{{{{ add 1 2 }}}}'\n  skipHooks: true\n  skipTests: true\n",
            chart.name
        );
    }
    write("kustomization.yaml", &charts)?;
    let build = |program: &Path| {
        let line = ["kustomize", "--enable-helm", "--helm-command", text(program.as_os_str()), "."];
        run(kubectl, &line, folder.path())
    };
    let (wanted, found) = (build(helm), build(ours()));
    if wanted.status != found.status {
        let err = String::from_utf8_lossy(&found.err).into_owned();
        return Err(failed(&format!("exit code {:?}, with Helm {:?}: {err}", found.status, wanted.status)));
    }
    if wanted.out != found.out {
        return Err(failed(&difference(&wanted.out, &found.out)));
    }
    Ok(wanted.status == Some(0))
}
