//! `template`: what `helm template` prints, byte for byte on both streams.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;

use anyhow::Result;
use clearml_k8s::chart::{Chart, LoadOptions};
use clearml_k8s::diag::{Diagnostic, Level, LogLine, raw};
use clearml_k8s::gotmpl;
use clearml_k8s::helm::{self, KubeVersion, Release, Rendered};
use clearml_k8s::manifest::{self, Collected, Hook, Manifest, RenderedFile};
use clearml_k8s::values::Merged;

use super::chance::{self, Chance, Drawn};
use super::environment;
use super::exit::Exit;
use super::helmflags::{self, CHART_PATH, GLOBAL, Refusal, VALUES, namespace, own_namespace, read_merged};
use super::limits;
use super::outputdir::Files;
use super::pflag::{self, Flag, Kind, Parsed};
use super::reach::{self, locate_chart};
use super::ui::Ui;

const NO_EFFECT: &str = "this flag has no effect for 'helm template' and will be removed in Helm 5";

const FLAGS: &[Flag] = &[
    Flag::value("api-versions", Kind::List, "further API versions for Capabilities.APIVersions").short('a'),
    Flag::switch("atomic", "").deprecated("use --rollback-on-failure instead"),
    Flag::switch("confined", "refuse links and references that leave the chart (not a flag of Helm's)"),
    Flag::switch("create-namespace", "accepted, without effect: nothing is installed"),
    Flag::switch("dependency-update", "refused when dependencies are missing: nothing is fetched"),
    Flag::value("description", Kind::Text, "accepted, without effect: nothing is installed"),
    Flag::switch("devel", "accepted, without effect on charts on disk"),
    Flag::switch("disable-openapi-validation", "accepted, without effect: nothing is installed"),
    Flag::value("dry-run", Kind::Text, "`client`, the default; `server` needs a cluster and is refused")
        .alone("unset"),
    Flag::switch("enable-dns", "accepted; names are never looked up"),
    Flag::switch("force", "").deprecated("use --force-replace instead"),
    Flag::switch("force-conflicts", "accepted, without effect: nothing is installed"),
    Flag::switch("force-replace", "accepted, without effect: nothing is installed"),
    Flag::switch("generate-name", "no NAME is given").short('g'),
    Flag::switch("hide-notes", "").deprecated(NO_EFFECT),
    Flag::switch("include-crds", "include CRDs in the output"),
    Flag::switch("is-upgrade", "set .Release.IsUpgrade instead of .Release.IsInstall"),
    Flag::value("kube-version", Kind::Text, "Kubernetes version used for Capabilities.KubeVersion"),
    Flag::value("labels", Kind::Pairs, "labels of the release, which the output does not show").short('l'),
    Flag::value("name-template", Kind::Text, "template that gives the release its name"),
    Flag::switch("no-hooks", "leave out hooks"),
    Flag::value("output-dir", Kind::Text, "write files there instead of printing"),
    Flag::value("post-renderer", Kind::PostRenderer, "refused: there are no plugins"),
    Flag::value("post-renderer-args", Kind::Texts, "accepted, without effect"),
    Flag::switch("release-name", "put the release's name into the path below --output-dir"),
    Flag::switch("render-subchart-notes", "").deprecated(NO_EFFECT),
    Flag::switch("replace", "accepted, without effect: nothing is installed"),
    Flag::switch("report-unused", "tell of values that no template reads (not a flag of Helm's)"),
    Flag::switch("rollback-on-failure", "accepted, without effect: nothing is installed"),
    Flag::switch("server-side", "accepted, without effect: nothing is installed"),
    Flag::value("show-only", Kind::Texts, "only what these templates rendered").short('s'),
    Flag::switch("skip-crds", "accepted, without effect"),
    Flag::switch("skip-schema-validation", "do not validate values against the charts' schemas"),
    Flag::switch("skip-tests", "leave out tests"),
    Flag::switch("strict", "with --report-unused: fail when there is such a value (not a flag of Helm's)"),
    Flag::switch("take-ownership", "accepted, without effect: nothing is installed"),
    Flag::value("timeout", Kind::Duration, "accepted, without effect: nothing is waited for"),
    Flag::switch("validate", "").deprecated("use '--dry-run=server' instead"),
    Flag::value("wait", Kind::Wait, "accepted, without effect: nothing is waited for").alone("watcher"),
    Flag::switch("wait-for-jobs", "accepted, without effect: nothing is waited for"),
];

/// Runs the command; the arguments are those after its name.
pub(crate) fn run(arguments: &[OsString], ui: &mut Ui) -> Result<Exit> {
    let arguments: Vec<String> = arguments.iter().map(|text| text.to_string_lossy().into_owned()).collect();
    let parsed =
        match pflag::parse(&[FLAGS, chance::FLAGS, limits::FLAGS, VALUES, CHART_PATH, GLOBAL], &arguments) {
            Ok(parsed) => parsed,
            Err(text) => return refuse(ui, &text),
        };
    for note in &parsed.notes {
        ui.message(&format!("{note}\n"));
    }
    if parsed.is_on("help") {
        ui.print(helmflags::help(
            "template [NAME] [CHART]",
            ABOUT,
            &[FLAGS, chance::FLAGS, limits::FLAGS, VALUES, CHART_PATH],
            GLOBAL,
        ))?;
        return Ok(Exit::Done);
    }
    if let Err(line) = reach::check_driver() {
        ui.message(&line);
        return Ok(Exit::No);
    }
    if parsed.arguments.is_empty() {
        return refuse(
            ui,
            "\"helm template\" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]",
        );
    }
    let mut command = Command { parsed: &parsed, ui, out: String::new(), written: Ok(()) };
    let result = command.template();
    let (out, written) = (std::mem::take(&mut command.out), std::mem::replace(&mut command.written, Ok(())));
    written?;
    ui.print(out)?;
    match result {
        Ok(()) => Ok(Exit::Done),
        Err(text) => refuse(ui, &text),
    }
}

const ABOUT: &str = "\
Render chart templates locally and display the output, byte for byte as Helm v4.3.1 does.

No cluster is asked and nothing is fetched: charts are read from disk.

Examples:
  clearml-k8s template my-release ./chart -f values.yaml --set image.tag=1.2
  clearml-k8s template my-release chart-1.0.0.tgz --namespace prod --include-crds
  clearml-k8s template my-release ./chart -f values.yaml --report-unused > /dev/null
  clearml-k8s template . --name-template x --kube-version 1.33 -s templates/service.yaml";

/// Prints an error as Helm does.
pub(super) fn refuse(ui: &mut Ui, text: &str) -> Result<Exit> {
    ui.message(&format!("Error: {text}\n"));
    Ok(Exit::No)
}

/// Refuses values that do nothing, under `--strict`.
pub(super) fn refuse_unused(count: usize, parsed: &Parsed) -> Result<(), Refusal> {
    match count {
        count if count > 0 && parsed.is_on("strict") => {
            Err(format!("{count} of the values do nothing, and --strict was given"))
        }
        _ => Ok(()),
    }
}

/// Prints log lines; those for debugging only when asked for.
pub(super) fn print_log(ui: &mut Ui, log: &mut Vec<LogLine>, debug: bool) {
    let mut text = String::new();
    for line in log.drain(..).filter(|line| debug || line.level > Level::Debug) {
        let _ = writeln!(text, "{line}");
    }
    ui.message(&text);
}

/// The groups of flags that exclude each other.
// Rule: spf13/cobra flag_groups.go; groups are looked at, and the members that were set named, in byte order.
fn check_groups(parsed: &Parsed) -> Result<(), Refusal> {
    for group in [["force", "force-conflicts"], ["force-replace", "force-conflicts"], ["validate", "dry-run"]]
    {
        if group.iter().all(|name| parsed.has(name)) {
            let mut set = group;
            set.sort_unstable();
            return Err(format!(
                "if any flags in the group [{}] are set none of the others can be; [{}] were all set",
                group.join(" "),
                set.join(" ")
            ));
        }
    }
    Ok(())
}

struct Command<'a> {
    parsed: &'a Parsed,
    ui: &'a mut Ui,
    /// What is still to be printed.
    out: String,
    /// What came of printing the rest.
    written: Result<()>,
}

impl Command<'_> {
    // Rule: Helm v4.3.1 pkg/cmd/template.go and pkg/cmd/install.go, runInstall.
    fn template(&mut self) -> Result<(), Refusal> {
        let parsed = self.parsed;
        let debug = helmflags::debug(parsed);
        check_groups(parsed)?;
        limits::choose_from(parsed)?;
        limits::watch(Exit::No);
        let kube_version = match parsed.text("kube-version").filter(|text| !text.is_empty()) {
            None => KubeVersion::default(),
            Some(text) => {
                KubeVersion::parse(text).map_err(|error| format!("invalid kube version '{text}': {error}"))?
            }
        };
        reach::check_certificates(parsed)?;
        self.check_dry_run()?;
        let chance = Chance::from_flags(parsed)?;
        let mut log = Vec::new();
        let asked = parsed.text("version").unwrap_or_default();
        log.push(LogLine::new(Level::Debug, "Original chart version").with("version", asked));
        if asked.is_empty() && parsed.is_on("devel") {
            log.push(LogLine::new(Level::Debug, "setting version to >0.0.0-0"));
        }
        print_log(self.ui, &mut log, debug);
        let (name, chart) = self.name_and_chart(&chance)?;
        let path = locate_chart(parsed, &chart, &mut log);
        print_log(self.ui, &mut log, debug);
        let path = path?;
        log.push(LogLine::new(Level::Debug, "Chart path").with("path", path.display().to_string()));
        print_log(self.ui, &mut log, debug);
        let merged = read_merged(parsed, self.ui)?;
        let (values, report) = (merged.root.clone(), parsed.is_on("report-unused"));
        let options = LoadOptions::default().confined(parsed.is_on("confined"));
        let chart = Chart::load_with(&path, &options, &mut log);
        print_log(self.ui, &mut log, debug);
        let chart = chart.map_err(|error| error.diagnostic().message.clone())?;
        check_installable(&chart)?;
        if chart.metadata().deprecated {
            log.push(LogLine::new(Level::Warn, "this chart is deprecated"));
        }
        print_log(self.ui, &mut log, debug);
        check_dependencies(&chart)?;
        let labels = parsed.texts("labels");
        let labels = labels.iter().filter_map(|pair| pair.split_once('=')).map(|(key, _)| key.to_owned());
        let namespace = if chance.is_seeded() { own_namespace(parsed) } else { namespace(parsed) };
        let release = Release::new(&*name, &chart)
            .namespace(&*namespace)
            .values(values)
            .traced(report)
            .kube_version(kube_version)
            .api_versions(parsed.texts("api-versions"))
            .is_upgrade(parsed.is_on("is-upgrade"))
            .skip_schema_validation(parsed.is_on("skip-schema-validation"))
            .labels(labels.collect())
            .limits(limits::render())
            .leaves_memory(true)
            .debug(debug);
        let release =
            if parsed.is_on("confined") { release } else { release.schema_files(|path| fs::read(path)) };
        let executed = gotmpl::stack::run_here_first(|| {
            let mut log = Vec::new();
            let (host, seeded) = chance.host(&name, &namespace).into_parts();
            let executed = release.execute(host, &mut log);
            (executed, log, seeded)
        });
        let (executed, mut log, seeded) = executed.map_err(|error| error.to_string())?;
        log.extend(Drawn::expired(seeded.as_ref()));
        let files = executed.as_ref().ok().filter(|_| debug).map(|executed| executed.files.clone());
        let rendered = executed.and_then(|executed| executed.collect(&mut log));
        print_log(self.ui, &mut log, debug);
        match rendered {
            Ok(rendered) => {
                if report {
                    self.report_unused(&merged, &rendered)?;
                }
                let printed = self.print(&name, &rendered);
                // The process is about to end, which frees everything at once.
                std::mem::forget((rendered, release, chart));
                printed
            }
            Err(error) => {
                let text = &error.diagnostic().message;
                if !error.kind().while_rendering() {
                    return Err(text.clone());
                }
                if !debug {
                    return Err(format!("{text}\n\nUse --debug flag to render out invalid YAML"));
                }
                self.dump(&files.unwrap_or_default());
                Err(text.clone())
            }
        }
    }

    /// Puts out what was rendered although it is no YAML: the files, and the hooks in front of the fault.
    // Rule: Helm v4.3.1 pkg/action/action.go, renderResources, and pkg/cmd/template.go.
    fn dump(&mut self, files: &[RenderedFile]) {
        let mut dump = String::new();
        for file in files.iter().filter(|file| !file.text.trim().is_empty()) {
            let _ = writeln!(dump, "---\n# Source: {}\n{}", file.template, file.text);
        }
        let mut text = format!("{}\n", dump.trim());
        let mut found = Collected::default();
        let _ = manifest::collect_into(&mut found, files, &mut Vec::new());
        let skip_tests = self.parsed.is_on("skip-tests");
        let is_shown = |hook: &&Hook| !(self.parsed.is_on("no-hooks") || skip_tests && hook.is_test());
        for hook in found.hooks.iter().filter(is_shown) {
            let manifest = &hook.manifest;
            let _ = writeln!(text, "---\n# Source: {}\n{}", manifest.template, manifest.text.text());
        }
        let only = self.parsed.texts("show-only");
        let shown = if only.is_empty() { Ok(text) } else { manifest::show_only(&text, &only) };
        // Where a template is not found, the fault is told all the same.
        self.out.push_str(&shown.unwrap_or_default());
    }

    /// Tells of keys that stand twice and of those that no template read.
    fn report_unused(&mut self, merged: &Merged, rendered: &Rendered) -> Result<(), Refusal> {
        let mut findings: Vec<Diagnostic> = merged.duplicate_warnings().collect();
        findings.extend(rendered.trace.iter().flat_map(|trace| trace.unread(&merged.root)));
        self.ui.report(&findings, None);
        refuse_unused(findings.len(), self.parsed)
    }

    // Rule: Helm v4.3.1 pkg/cmd/helpers.go, cmdGetDryRunFlagStrategy for `template`.
    fn check_dry_run(&mut self) -> Result<(), Refusal> {
        let warn = |ui: &mut Ui, text: &str| {
            ui.message(&format!("{}\n", LogLine::new(Level::Warn, text.to_owned())));
        };
        let needs_cluster =
            || Err("this needs a cluster, and none is asked: use --dry-run=client".to_owned());
        if self.parsed.is_on("validate") {
            return needs_cluster();
        }
        match self.parsed.text("dry-run") {
            None | Some("client") => Ok(()),
            Some("unset") => {
                warn(self.ui, "--dry-run is deprecated and should be replaced with '--dry-run=client'");
                Ok(())
            }
            Some("server") => needs_cluster(),
            Some(value @ "none") => {
                Err(format!("invalid dry-run value (\"{value}\"). Must be \"server\" or \"client\""))
            }
            Some(value) => match clearml_k8s::go::strconv::parse_bool(value) {
                Ok(true) => {
                    warn(
                        self.ui,
                        &format!(
                            "boolean '--dry-run={value}' flag is deprecated and must be replaced with '--dry-run=client'"
                        ),
                    );
                    Ok(())
                }
                Ok(false) => {
                    Err(format!("invalid dry-run value (\"{value}\"). Must be \"server\" or \"client\""))
                }
                Err(_) => Err(format!(
                    "invalid dry-run value ({}). Must be \"none\", \"server\", or \"client\"",
                    clearml_k8s::go::strconv::quote(value.as_bytes())
                )),
            },
        }
    }

    // Rule: Helm v4.3.1 pkg/action/install.go, NameAndChart.
    fn name_and_chart(&self, chance: &Chance) -> Result<(String, String), Refusal> {
        let template = self.parsed.text("name-template").unwrap_or_default();
        match &*self.parsed.arguments {
            [chart] if template.is_empty() => Ok(("release-name".to_owned(), chart.clone())),
            [chart] => Ok((name_from_template(template, chance)?, chart.clone())),
            [name, chart] => {
                if self.parsed.is_on("generate-name") {
                    return Err("cannot set --generate-name and also specify a name".to_owned());
                }
                if !template.is_empty() {
                    return Err("cannot set --name-template and also specify a name".to_owned());
                }
                Ok((name.clone(), chart.clone()))
            }
            more => Err(format!(
                "expected at most two arguments, unexpected arguments: {}",
                more.get(2..).unwrap_or_default().join(", ")
            )),
        }
    }

    // Rule: Helm v4.3.1 pkg/cmd/template.go and pkg/action/action.go, the parts that print.
    fn print(&mut self, name: &str, rendered: &Rendered) -> Result<(), Refusal> {
        let parsed = self.parsed;
        let folder = parsed.text("output-dir").unwrap_or_default();
        let only = parsed.texts("show-only");
        let is_all = folder.is_empty() && only.is_empty();
        let renamed = if is_all { None } else { with_shown_names(rendered) };
        let rendered = renamed.as_ref().unwrap_or(rendered);
        let skip_tests = parsed.is_on("skip-tests");
        let hooks: Vec<&Hook> = if parsed.is_on("no-hooks") {
            Vec::new()
        } else {
            rendered.hooks.iter().filter(|hook| !(skip_tests && hook.is_test())).collect()
        };
        let crds = if parsed.is_on("include-crds") { &*rendered.crds } else { &[] };
        let texts: Vec<_> = crds.iter().map(|crd| crd.text.text()).collect();
        let crds: Vec<(&str, &str)> =
            crds.iter().zip(&texts).map(|(crd, text)| (&*crd.source, &**text)).collect();
        if is_all {
            self.written =
                self.ui.print_pieces(|put| manifest::put_manifests(crds, &rendered.manifests, hooks, put));
            return Ok(());
        }
        let text = if folder.is_empty() {
            manifest::print_manifests(crds, &rendered.manifests, hooks)
        } else {
            self.write_files(folder, name, &crds, &rendered.manifests, &hooks)?;
            "\n".to_owned()
        };
        if only.is_empty() {
            self.out.push_str(&text);
            return Ok(());
        }
        let shown = manifest::show_only(&text, &only)
            .map_err(|pattern| format!("could not find template {pattern} in chart"))?;
        self.out.push_str(&shown);
        Ok(())
    }

    /// Writes each document below a folder. CRDs and manifests start their files anew, hooks add to what is there.
    ///
    /// Helm writes document after document into the files themselves. Here they are put together first and each file is
    /// written whole; what cannot be opened ends it at the same document.
    // Rule: Helm v4.3.1 pkg/action/action.go and pkg/cmd/template.go, writeToFile.
    fn write_files(
        &mut self,
        folder: &str,
        name: &str,
        crds: &[(&str, &str)],
        manifests: &[Manifest],
        hooks: &[&Hook],
    ) -> Result<(), Refusal> {
        let below = if self.parsed.is_on("release-name") {
            let joined = clearml_k8s::go::path::join(&[folder.as_bytes(), name.as_bytes()]);
            String::from_utf8_lossy(&joined).into_owned()
        } else {
            folder.to_owned()
        };
        limits::output_begins();
        let mut files = Files::default();
        let hint = |text: Refusal| format!("{text}\n\nUse --debug flag to render out invalid YAML");
        let mut put_together = || {
            let mut written = HashSet::new();
            for (source, text) in crds {
                files.add(folder, source, text, !written.insert((*source).to_owned()))?;
            }
            for manifest in manifests {
                let append = !written.insert(manifest.template.clone());
                files.add(&below, &manifest.template, manifest.text.text(), append).map_err(hint)?;
            }
            for hook in hooks {
                let source = &hook.manifest.template;
                let append = files.has(&format!("{below}/{source}"));
                files.add(&below, source, hook.manifest.text.text(), append)?;
            }
            Ok(())
        };
        let result = put_together();
        files.write()?;
        self.out.push_str(&files.said);
        result
    }
}

/// The same with U+FFFD for bytes that are no UTF-8 in names of templates; nothing when there are none.
fn with_shown_names(rendered: &Rendered) -> Option<Rendered> {
    let manifests = rendered.manifests.iter().chain(rendered.hooks.iter().map(|hook| &hook.manifest));
    let mut names =
        manifests.map(|manifest| &manifest.template).chain(rendered.crds.iter().map(|crd| &crd.source));
    if !names.any(|name| raw::marks(name)) {
        return None;
    }
    let mut rendered = rendered.clone();
    let manifests =
        rendered.manifests.iter_mut().chain(rendered.hooks.iter_mut().map(|hook| &mut hook.manifest));
    let names = manifests
        .map(|manifest| &mut manifest.template)
        .chain(rendered.crds.iter_mut().map(|crd| &mut crd.source));
    for name in names {
        *name = String::from_utf8_lossy(&raw::restored(name)).into_owned();
    }
    Some(rendered)
}

/// Refuses charts that only lend templates to others.
pub(super) fn check_installable(chart: &Chart) -> Result<(), Refusal> {
    match &*chart.metadata().kind {
        "" | "application" => Ok(()),
        kind => Err(format!("{kind} charts are not installable")),
    }
}

/// Refuses charts whose declared dependencies do not lie in `charts/`; only names count.
// Rule: Helm v4.3.1 pkg/action/install.go, CheckDependencies.
pub(super) fn check_dependencies(chart: &Chart) -> Result<(), Refusal> {
    let declared = chart.metadata().dependencies.iter().flatten();
    let there = |name: &str| chart.subcharts().iter().any(|subchart| subchart.name() == name);
    let prefix = "an error occurred while checking for chart dependencies. You may need to run \
                  'helm dependency build' to fetch missing dependencies";
    // Quirk: Helm makes as many declarations of a v3 chart as there are subcharts, the further ones of no type.
    if chart.is_v3() && chart.subcharts().len() > declared.clone().count() {
        return Err(format!("{prefix}: unsupported chart dependency type"));
    }
    let missing: Vec<&str> = declared.map(|it| &*it.name).filter(|name| !there(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("{prefix}: found in Chart.yaml, but missing in charts/ directory: {}", missing.join(", ")))
}

/// The name that a template gives; it may ask for variables of the environment, which a chart's templates may not.
fn name_from_template(template: &str, chance: &Chance) -> Result<String, Refusal> {
    helm::name_from_template(template, chance.host("", "").host, environment::TABLE)
}
