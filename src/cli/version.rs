//! `version`: what tools that look for Helm ask first.

use std::ffi::OsString;

use anyhow::Result;

use super::exit::Exit;
use super::ui::Ui;

/// The Helm release whose output `template` reproduces.
const HELM: &str = "v4.3.1";

/// Rule: helm v4.3.1 pkg/cmd/version.go: `--short` prints one line, otherwise the build information.
pub(crate) fn run(arguments: &[OsString], ui: &mut Ui) -> Result<Exit> {
    let mut short = false;
    for argument in arguments {
        match argument.to_string_lossy().as_ref() {
            "--short" | "--short=true" => short = true,
            "--short=false" => short = false,
            "-h" | "--help" => {
                ui.print(
                    "\nShow the version, in the form of `helm version`.\n\nUsage:\n  clearml-k8s version [flags]\n\n\
                     Flags:\n  -h, --help    help for version\n      --short   print the version number\n",
                )?;
                return Ok(Exit::Done);
            }
            flag if flag.starts_with('-') => {
                ui.message(&format!("Error: unknown flag: {flag}\n"));
                return Ok(Exit::No);
            }
            _ => {
                ui.message(
                    "Error: \"clearml-k8s version\" accepts no arguments\n\nUsage:  clearml-k8s version [flags]\n",
                );
                return Ok(Exit::No);
            }
        }
    }
    let own = env!("CARGO_PKG_VERSION");
    if short {
        ui.print(format!("{HELM}+clearml-k8s.{own}\n"))?;
    } else {
        ui.print(format!(
            "version.BuildInfo{{Version:\"{HELM}+clearml-k8s.{own}\", \
             GitCommit:\"c0d08d0d6d9424d4a14febb5e8a3e51b0dd00dff\", GitTreeState:\"clean\", \
             GoVersion:\"go1.27.2\", KubeClientVersion:\"v1.37\"}}\n"
        ))?;
    }
    Ok(Exit::Done)
}
