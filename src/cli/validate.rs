//! `validate`: manifests given or rendered here, checked as an API server would.

use anyhow::Result;
use clap::Args;
use clearml_k8s::check::{self, CODES, Checked, Input};
use clearml_k8s::codec::Node;
use clearml_k8s::diag::Place;
use clearml_k8s::report::{self, Report, Subject};

use super::args::ReportFormat;
use super::exit::Exit;
use super::objects::{ObjectArgs, Objects};
use super::ui::Ui;

/// Check manifests as an API server would, without one
#[derive(Args)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  clearml-k8s validate manifests/
  kustomize build overlays/prod | clearml-k8s validate --kube-version 1.33 -
  clearml-k8s validate -f values.yaml --strict
  clearml-k8s validate --chart ./mychart -n prod --format sarif > validate.sarif

The exit code is 0 when everything is valid, 1 when something is not, 2 when nothing was checked. Objects may refer to
others that are in the cluster already, so a name that the input does not have is a warning."
)]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    objects: ObjectArgs,
    /// Count warnings as errors
    #[arg(long)]
    strict: bool,
    /// Report as text, json, sarif, junit, github or markdown
    #[arg(long, value_name = "FORMAT", default_value = "text", value_enum, hide_possible_values = true)]
    format: ReportFormat,
}

/// Checks everything and prints the report.
pub(crate) fn run(args: &ValidateArgs, ui: &mut Ui) -> Result<Exit> {
    let loaded = args.objects.kube_version().and_then(|version| Ok((version, args.objects.load(true, ui)?)));
    let (kube_version, objects) = match loaded {
        Ok(loaded) => loaded,
        Err(failed) => return Ok(ui.refuse(&failed.findings, failed.values.as_ref())),
    };
    let options = check::Options {
        kube_version,
        namespace: args.objects.namespace(&objects),
        ..check::Options::default()
    };
    let mut input = match &objects {
        Objects::Given(sources) => Input::default().sources(sources),
        Objects::Rendered(made) => Input::default().manifests(&made.manifests),
    };
    let mut values: Option<&Node> = None;
    if let Objects::Rendered(made) = &objects {
        values = Some(&made.values);
        ui.report(&made.findings, values);
    }
    let mut secrets: Vec<Place> = Vec::new();
    let mut subjects = Vec::new();
    for mut checked in input.check(&options) {
        secrets.append(&mut checked.secrets);
        subjects.push(subject(checked));
    }
    let report = Report { command: "validate", rules: CODES, subjects, strict: args.strict };
    ui.print(report::print(&report, args.format.into(), &ui.report_options(values, secrets)))?;
    Ok(if report.has_failed() { Exit::No } else { Exit::Done })
}

fn subject(checked: Checked) -> Subject {
    let Checked { kind, name, namespace, file, skipped, findings, .. } = checked;
    let parts = [Some(kind), namespace, Some(name)];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let name = if parts.is_empty() { file.clone() } else { parts.join("/") };
    Subject { name, file, skipped: skipped.map(str::to_owned), findings }
}
