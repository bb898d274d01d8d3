//! `--show-only`: which manifests a template's name means, ours or the old chart's.

use clearml_k8s::codec::Numbers;
use clearml_k8s::codec::yaml::{self, ReadOptions};
use clearml_k8s::diag::{Code, Diagnostic};
use clearml_k8s::manifest::Manifest;

/// No manifest comes from a template of this name.
const UNKNOWN: Code = Code("cli::unknown-template");

/// The file of chart 1.0.2+1 that held every volume and claim.
const OLD_STORAGE: &str = "persistent-storage.yaml";

/// The manifests of the named templates, in the order of the names; all of them without names.
///
/// A name is the template's path or its last part. Where the old chart had a file of the same name, what that
/// file held is meant: `apiserver-deployment.yaml` is the Deployment and the Service of the API server.
///
/// # Errors
/// The first name that means nothing here.
pub(crate) fn show_only<'m>(
    manifests: &'m [Manifest],
    names: &[String],
) -> Result<Vec<&'m Manifest>, Box<Diagnostic>> {
    if names.is_empty() {
        return Ok(manifests.iter().collect());
    }
    let mut shown = Vec::new();
    for name in names {
        let before = shown.len();
        let wanted = name.rsplit('/').next().unwrap_or(name);
        shown.extend(manifests.iter().filter(|manifest| comes_from(manifest, wanted)));
        if shown.len() == before {
            return Err(unknown(name, manifests));
        }
    }
    Ok(shown)
}

fn comes_from(manifest: &Manifest, wanted: &str) -> bool {
    if file_name(&manifest.template) == wanted {
        return true;
    }
    match manifest.kind.as_str() {
        "PersistentVolume" | "PersistentVolumeClaim" => wanted == OLD_STORAGE,
        _ => component(manifest).is_some_and(|name| wanted == format!("{name}-deployment.yaml")),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The label `app.kubernetes.io/name`: the component the object belongs to.
fn component(manifest: &Manifest) -> Option<String> {
    let document = yaml::read(&manifest.text, &ReadOptions { numbers: Numbers::Typed }).ok()?;
    let label = document.root.at_path(["metadata", "labels", "app.kubernetes.io/name"])?;
    label.as_str().map(str::to_owned)
}

fn unknown(name: &str, manifests: &[Manifest]) -> Box<Diagnostic> {
    let mut known: Vec<&str> = manifests.iter().map(|manifest| file_name(&manifest.template)).collect();
    known.push(OLD_STORAGE);
    known.sort_unstable();
    known.dedup();
    let message = format!("nothing is rendered from a template `{name}`");
    let wanted = name.rsplit('/').next().unwrap_or(name);
    let nearest = known.iter().min_by_key(|known| {
        let stem = known.trim_end_matches(".yaml");
        strsim::damerau_levenshtein(stem, wanted.trim_end_matches(".yaml").trim_end_matches(".yml"))
    });
    let meant = nearest.filter(|known| {
        let stem = known.trim_end_matches(".yaml");
        strsim::damerau_levenshtein(stem, wanted.trim_end_matches(".yaml")) <= stem.len() / 3
    });
    let known = known.join(", ");
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`? Templates of this render: {known}"),
        None => format!("templates of this render: {known}"),
    };
    Box::new(Diagnostic::error(UNKNOWN, message).help(help))
}
