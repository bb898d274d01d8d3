//! `render`: ClearML's manifests, checked, to standard output or a folder.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use clearml_k8s::check::{self, Input};
use clearml_k8s::clearml::{self, Rendered};
use clearml_k8s::codec::Node;
use clearml_k8s::diag::{Code, Diagnostic, Label, Severity, SourceKind};
use clearml_k8s::kube::{KubeVersion, is_dns_subdomain, schema};

use super::args::Output;
use super::exit::Exit;
use super::inputs::ValueArgs;
use super::ui::Ui;
use super::{guide, output, select};

/// Nothing said which images to take.
const DEFAULT_VERSIONS: Code = Code("cli::default-versions");

/// The release's name cannot stand in a label or be Helm's.
const RELEASE: Code = Code("cli::bad-release-name");
/// `--without` names no kind of Kubernetes.
const KIND: Code = Code("cli::unknown-kind");

/// The manifests are made for later versions of Kubernetes.
const OLD_CLUSTER: Code = Code("cli::old-kubernetes");

/// Where the help lists flags that are not about values.
const OUTPUT: &str = "Output";

/// The oldest Kubernetes that the manifests are made for.
const OLDEST: KubeVersion = KubeVersion { major: 1, minor: 28 };

/// Short names of kinds as kubectl takes them.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("cm", "ConfigMap"),
    ("deploy", "Deployment"),
    ("ing", "Ingress"),
    ("ns", "Namespace"),
    ("pv", "PersistentVolume"),
    ("pvc", "PersistentVolumeClaim"),
    ("sa", "ServiceAccount"),
    ("svc", "Service"),
];

/// Characters a release's name may have.
const MOST_OF_NAME: usize = 53;

/// Render ClearML's manifests, checked, to standard output
#[derive(Args, Debug)]
#[command(
    args_override_self = true,
    after_help = "\
Examples:
  clearml-k8s render | kubectl apply -f -
  clearml-k8s render -f values.yaml --set storage.use_nfs=true
  clearml-k8s render --preset ingress-tls -f values.yaml --output-dir manifests
  clearml-k8s render -f values.yaml --without ns,pv,pvc | kubectl delete -f -

Exit codes: 0 printed; 2 refused, with nothing on standard output."
)]
pub(crate) struct RenderArgs {
    /// Release name: the label `app.kubernetes.io/instance` of every object
    #[arg(default_value = "clearml-server")]
    release: String,
    #[command(flatten)]
    values: ValueArgs,
    /// Namespace; wins over the value `clearml.namespace`
    #[arg(short, long, value_name = "NAME", help_heading = OUTPUT)]
    namespace: Option<String>,
    /// Print as `yaml` documents, or as `json`: one object of kind List
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        default_value = "yaml",
        value_enum,
        hide_possible_values = true,
        help_heading = OUTPUT
    )]
    output: Output,
    /// Print only what these templates give, ours or the old chart's by name; may be repeated
    #[arg(short, long, value_name = "TEMPLATE", help_heading = OUTPUT)]
    show_only: Vec<String>,
    /// Kinds to leave out, such as `Namespace,pvc`; several with commas
    #[arg(long, value_name = "KIND", value_delimiter = ',', help_heading = OUTPUT)]
    without: Vec<String>,
    /// Write files into this folder instead
    #[arg(long, value_name = "DIR", help_heading = OUTPUT)]
    output_dir: Option<PathBuf>,
    /// Version of Kubernetes the manifests have to suit, such as 1.33
    #[arg(long, value_name = "VERSION", value_parser = kube_version, help_heading = OUTPUT)]
    kube_version: Option<KubeVersion>,
    /// Print ports, DNS records, node label and kernel setting to standard error
    #[arg(long, help_heading = OUTPUT)]
    notes: bool,
    /// Refuse to render where there is a warning
    #[arg(long, help_heading = OUTPUT)]
    strict: bool,
}

fn kube_version(text: &str) -> Result<KubeVersion, String> {
    KubeVersion::parse(text).ok_or_else(|| "not a version such as 1.33 or v1.33.4".to_owned())
}

/// Renders, checks, prints; nothing is printed when anything is wrong.
pub(crate) fn run(args: &RenderArgs, ui: &mut Ui) -> Result<Exit> {
    let merged = match args.values.merge(ui) {
        Ok(merged) => merged,
        Err(problems) => return Ok(ui.refuse(&problems, None)),
    };
    let root = Some(&merged.root);
    let mistakes = mistakes(&args.release, &args.without);
    if !mistakes.is_empty() {
        return Ok(ui.refuse(&mistakes, root));
    }
    let mut findings: Vec<Diagnostic> = merged.duplicate_warnings().collect();
    let mut options = clearml::Options {
        release: args.release.clone(),
        namespace: args.namespace.clone(),
        without: args.without.iter().map(|kind| full_kind(kind)).collect(),
        strict: args.strict,
        // It finds values that do nothing; without values there is mostly nothing to say.
        traced: merged.root.as_map().is_none_or(|values| !values.is_empty()),
    };
    let mut made = checked(args, &merged.root, &options);
    if !options.traced && made.as_ref().is_ok_and(|(_, found)| !found.is_empty()) {
        options.traced = true;
        made = checked(args, &merged.root, &options);
    }
    let rendered = match made {
        Ok((rendered, found)) => {
            findings.extend(found);
            rendered
        }
        Err(problems) => {
            findings.extend(problems);
            return Ok(ui.refuse(&findings, root));
        }
    };
    if let Some(version) = args.kube_version.filter(|version| *version < OLDEST) {
        let message = format!("the manifests are made for Kubernetes {OLDEST} and later, not for {version}");
        findings.push(Diagnostic::warning(OLD_CLUSTER, message));
    }
    if args.values.is_empty() {
        findings.push(default_versions());
    }
    let worst = findings.iter().map(|found| found.severity).max();
    if worst == Some(Severity::Error) || args.strict && worst == Some(Severity::Warning) {
        return Ok(ui.refuse(&findings, root));
    }
    let shown = match select::show_only(&rendered.manifests, &args.show_only) {
        Ok(shown) => shown,
        Err(problem) => {
            findings.push(*problem);
            return Ok(ui.refuse(&findings, root));
        }
    };
    ui.report(&findings, root);
    if args.notes {
        ui.message(&rendered.notes());
    }
    match &args.output_dir {
        Some(folder) => ui.print(output::write_folder(folder, &shown, args.output)?)?,
        None => output::print(ui, &shown, args.output)?,
    }
    // The process is about to end, which frees everything at once.
    std::mem::forget((rendered, merged));
    Ok(Exit::Done)
}

/// The manifests, and what is to be said of them and of the values.
fn checked(
    args: &RenderArgs,
    values: &Node,
    options: &clearml::Options,
) -> Result<(Rendered, Vec<Diagnostic>), Vec<Diagnostic>> {
    let rendered = clearml::render(values, options)?;
    let mut findings = clearml::unread(values, options, &rendered);
    findings.extend(rendered.warnings.iter().cloned());
    let options = check::Options {
        kube_version: args.kube_version,
        no_second_opinion: !args.strict,
        ..check::Options::default()
    };
    // What a value such as `existingSecret` names is in the cluster already, as the value says.
    let existing = clearml::existing_places(values);
    let is_named = |found: &Diagnostic| found.secondary.iter().any(|label| existing.contains(&label.place));
    let mut input = Input::default().manifests(&rendered.manifests);
    let found = input.findings(&options).into_iter();
    findings.extend(
        found.filter(|found| found.severity == Severity::Error || !is_elsewhere(found) && !is_named(found)),
    );
    // The process ends soon, which frees everything at once.
    std::mem::forget(input);
    Ok((rendered, findings))
}

/// What is wrong with a release's name and with kinds to be left out.
pub(super) fn mistakes(release: &str, without: &[String]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if guide::looks_like_a_file(release) {
        let message = format!("`{release}` stands where the name of the release does");
        let help = format!("values are given with `-f {release}`");
        found.push(Diagnostic::error(RELEASE, message).help(help));
        return found;
    }
    // Rule: helm v4.3.1 pkg/chart/common/util, ValidateReleaseName: a DNS name of at most 53 characters.
    if !is_dns_subdomain(release) || release.len() > MOST_OF_NAME {
        let message = format!("`{release}` is no release name");
        found.push(Diagnostic::error(RELEASE, message).help(
            "a name is lower-case letters, digits, `-` and `.`, at most 53, with a letter or digit at both ends",
        ));
    }
    if without.is_empty() {
        return found;
    }
    let mut known: Vec<&str> = schema::kinds().map(|(_, kind, _)| kind).collect();
    known.sort_unstable();
    known.dedup();
    for kind in without {
        if known.iter().any(|known| known.eq_ignore_ascii_case(&full_kind(kind))) {
            continue;
        }
        let nearest = known.iter().map(|known| (strsim::damerau_levenshtein(kind, known), *known)).min();
        let help = match nearest {
            Some((distance, nearest)) if distance <= 3 && distance * 2 < kind.len() => {
                format!("did you mean `{nearest}`?")
            }
            _ => "write a kind such as `Namespace` or `PersistentVolume`".to_owned(),
        };
        found.push(Diagnostic::error(KIND, format!("no kind is called `{kind}`")).help(help));
    }
    found
}

/// Whether something is missed only because the user named what is in the cluster already, such as a Secret in
/// `existingSecret`. A name close to one that is rendered stays a finding.
fn is_elsewhere(found: &Diagnostic) -> bool {
    let is_users = |label: &Label| {
        matches!(label.place.source.kind(), SourceKind::File | SourceKind::Flag | SourceKind::Preset)
    };
    found.code.0 == "check::reference"
        && found.primary.iter().chain(&found.secondary).any(is_users)
        && !found.help.as_ref().is_some_and(|help| help.starts_with("did you mean"))
}

/// The kind that a short name or a plural of kubectl's means; other texts as they are.
pub(super) fn full_kind(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let short = SHORT_NAMES.iter().find(|(short, kind)| {
        let kind = kind.to_ascii_lowercase();
        lower == *short
            || lower == format!("{short}s")
            || lower == format!("{kind}s")
            || lower == format!("{kind}es")
    });
    short.map_or_else(|| text.to_owned(), |(_, kind)| (*kind).to_owned())
}

fn default_versions() -> Diagnostic {
    Diagnostic::new(
        Severity::Note,
        DEFAULT_VERSIONS,
        "no values were given: images are the `compat` set, ClearML server 1.0.2 with its databases",
    )
    .help("`--preset modern` (or `clearml.versions: modern`) takes the current server; data is not migrated by it")
}
